// Parameters out of voltage traces: of Brian 2, of exact solutions written down here, with noise, with drawn spikes.

#include "lapicque/estimation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "brian_traces.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/trace.hpp"
#include "lapicque/neuron.hpp"
#include "random.hpp"

namespace lapicque {
namespace {

using testing::Random;

struct Named {
  const char* name;
  std::optional<Estimate> NeuronEstimate::*estimate;
  double NeuronParameters::*truth;
};
constexpr std::array<Named, 6> parameters{{{"rest", &NeuronEstimate::rest, &NeuronParameters::rest},
                                           {"reset", &NeuronEstimate::reset, &NeuronParameters::reset},
                                           {"threshold", &NeuronEstimate::threshold, &NeuronParameters::threshold},
                                           {"resistance", &NeuronEstimate::resistance, &NeuronParameters::resistance},
                                           {"tau", &NeuronEstimate::tau, &NeuronParameters::tau},
                                           {"refractory", &NeuronEstimate::refractory, &NeuronParameters::refractory}}};

bool holds(const Estimate& estimate, double truth) { return estimate.low <= truth && truth <= estimate.high; }

/// A stretch of constant current.
struct Pulse {
  double start;  // ms
  double stop;
  double current;  // nA
};

Current current_of(const std::vector<Pulse>& pulses) {
  Current sum;
  for (const Pulse& p : pulses) sum += step(p.start, p.stop, p.current);
  return sum;
}

/// The exact solution under constant currents, one after another without overlap, in long double: from event to event
/// (onset, end, spike, release) by u = u_inf + (u - u_inf) exp(-t/tau), the spikes by the logarithm.
VoltageTrace exact_trace(const NeuronParameters& neuron, const std::vector<Pulse>& pulses, double until, double step) {
  std::vector<long double> edges;
  for (const Pulse& p : pulses) edges.insert(edges.end(), {p.start, p.stop});
  const auto settled = [&](long double t) -> long double {
    for (const Pulse& p : pulses) {
      if (t >= p.start && t < p.stop) return neuron.rest + static_cast<long double>(neuron.resistance) * p.current;
    }
    return neuron.rest;
  };
  VoltageTrace trace;
  long double now = 0;
  long double u = neuron.rest;
  long double release = 0;
  const auto relaxed = [&](long double to) {
    if (to <= release) return u;
    const long double from = std::max(now, release);
    const long double end = settled(from);
    return end + (u - end) * std::exp(-(to - from) / neuron.tau);
  };
  for (int k = 0; k * step <= until; ++k) {
    const long double sample = k * step;
    while (true) {
      long double next = sample;
      for (const long double edge : edges) {
        if (edge > now && edge < next) next = edge;
      }
      if (release > now && release < next) next = release;
      const long double from = std::max(now, release);
      const long double end = settled(from);
      long double crossing = INFINITY;
      if (end > neuron.threshold && from < next) {
        crossing = from + neuron.tau * std::log((end - u) / (end - neuron.threshold));
      }
      if (crossing <= next) {
        now = crossing;
        u = neuron.reset;
        release = crossing + neuron.refractory;
        continue;
      }
      u = relaxed(next);
      now = next;
      if (next == sample) break;
    }
    trace.times.push_back(k * step);
    trace.potentials.push_back(static_cast<double>(u));
  }
  return trace;
}

void add_noise(VoltageTrace& trace, double size, Random& random) {
  std::normal_distribution<double> normal(0, size);
  for (double& u : trace.potentials) u += normal(random);
}

const NeuronParameters cell{
    .rest = -67, .reset = -61, .threshold = -48, .resistance = 12, .tau = 9, .refractory = 2.53};
const std::vector<Pulse> three_steps{{5, 35, 1.2}, {50, 80, 2.4}, {85, 110, 5}};

void expect_near_truth(const NeuronEstimate& found, const NeuronParameters& truth, double tolerance) {
  for (const Named& p : parameters) {
    const auto& estimate = found.*p.estimate;
    ASSERT_TRUE(estimate) << p.name;
    EXPECT_TRUE(holds(*estimate, truth.*p.truth))
        << p.name << " " << to_text(estimate->low) << " to " << to_text(estimate->high);
    EXPECT_NEAR(estimate->value, truth.*p.truth, tolerance * std::abs(truth.*p.truth)) << p.name;
  }
}

TEST(Estimation, ExactTraceGivesAllSixBack) {
  const auto found = estimate_neuron(exact_trace(cell, three_steps, 120, 0.1), current_of(three_steps));
  EXPECT_EQ(found.timing, SpikeTiming::continuous);
  EXPECT_TRUE(found.undetermined.empty());
  EXPECT_TRUE(found.probe.empty());
  expect_near_truth(found, cell, 1e-8);
}

TEST(Estimation, ExactTracesOfRandomNeuronsGiveAllSixBack) {
  Random random;
  for (int n = 0; n < testing::cases(20); ++n) {
    NeuronParameters truth;
    truth.rest = random.uniform(-80, -55);
    truth.threshold = truth.rest + random.uniform(8, 25);
    truth.reset = truth.threshold - random.uniform(4, 20);
    truth.resistance = random.logarithmic(2, 100);
    truth.tau = random.logarithmic(4, 20);
    truth.refractory = random.uniform(0.3, 4);
    const double rheobase = (truth.threshold - truth.rest) / truth.resistance;
    const std::vector<Pulse> pulses{{5, 35, 0.7 * rheobase}, {50, 90, 1.5 * rheobase}, {95, 118, 3.5 * rheobase}};
    SCOPED_TRACE("neuron " + std::to_string(n));
    const auto found = estimate_neuron(exact_trace(truth, pulses, 120, 0.1), current_of(pulses));
    EXPECT_EQ(found.timing, SpikeTiming::continuous);
    expect_near_truth(found, truth, 1e-7);
  }
}

/// Brian 2's traces know the threshold to what the potential rises in a step, and the refractory period to a step.
TEST(Estimation, BrianTracesGiveTheirNeuronsBack) {
  struct Expected {
    testing::BrianTrace trace;
    double rise;  ///< mV: more than the potential rises in any step just below the threshold
  };
  for (const auto& [trace_of, rise] : {Expected{testing::brian_steps, 0.08}, Expected{testing::brian_noise, 0.3},
                                       Expected{testing::brian_sinusoid, 0.2}, Expected{testing::brian_ramp, 0.3}}) {
    SCOPED_TRACE(trace_of.file);
    const NeuronParameters& neuron = trace_of.neuron;
    const auto file = trace_of.path();
    std::vector<std::string> notes;
    const TraceFile recording = read_trace(file, {}, notes);
    const VoltageTrace& trace = recording.trace;
    EXPECT_TRUE(notes.empty());
    const auto found = estimate_neuron(trace, read_known_current(file, recording.times, {}, notes));
    EXPECT_EQ(found.timing, SpikeTiming::grid);
    for (const Named& p : parameters) {
      const auto& estimate = found.*p.estimate;
      ASSERT_TRUE(estimate) << p.name;
      EXPECT_TRUE(holds(*estimate, neuron.*p.truth))
          << p.name << " " << to_text(estimate->low) << " to " << to_text(estimate->high);
    }
    for (const auto& [estimate, truth] :
         {std::pair{found.rest, neuron.rest}, std::pair{found.reset, neuron.reset},
          std::pair{found.resistance, neuron.resistance}, std::pair{found.tau, neuron.tau}}) {
      EXPECT_NEAR(estimate->value, truth, 1e-11 * std::abs(truth));
    }
    EXPECT_LT(found.threshold->high - found.threshold->low, rise);
    EXPECT_LE(found.refractory->high - found.refractory->low, 0.2 + 1e-9);
    EXPECT_NEAR(found.refractory->value, std::floor(neuron.refractory / 0.1 + 1e-3) * 0.1, 1e-9);
  }
}

/// In the manner of Brian 2's grid, with the exact update of a step and the current held over it.
VoltageTrace grid_trace(const NeuronParameters& neuron, const std::function<double(double)>& current, double until,
                        double step) {
  VoltageTrace trace;
  double u = neuron.rest;
  const int clamped = static_cast<int>(std::floor(neuron.refractory / step + 1e-3));
  int last_spike = -1000000;
  for (int n = 0; n * step < until; ++n) {
    trace.times.push_back(n * step);
    trace.potentials.push_back(u);
    if (n - last_spike >= clamped) {
      const double end = neuron.rest + neuron.resistance * current(n * step);
      u = end + (u - end) * std::exp(-step / neuron.tau);
    }
    if (u > neuron.threshold && n - last_spike >= clamped) {
      u = neuron.reset;
      last_spike = n;
    }
  }
  return trace;
}

TEST(Estimation, TellsAHeldSinusoidFromAnExactOne) {
  const auto value = [](double t) { return 1.5 + 2.5 * std::sin(2 * M_PI * 0.1 * t); };
  const auto found = estimate_neuron(grid_trace(cell, value, 150, 0.1), step(0, 200, 1.5) + sinusoid(0, 200, 2.5, 100));
  EXPECT_EQ(found.input, InputReading::held);
  EXPECT_NEAR(found.tau->value, cell.tau, 1e-9);
  EXPECT_NEAR(found.resistance->value, cell.resistance, 1e-9);
  EXPECT_TRUE(holds(*found.threshold, cell.threshold));
}

TEST(Estimation, DrawnSpikesDoNoHarm) {
  const auto value = [](double t) {
    for (const Pulse& p : three_steps) {
      if (t >= p.start - 1e-9 && t < p.stop - 1e-9) return p.current;
    }
    return 0.0;
  };
  const VoltageTrace plain = grid_trace(cell, value, 120, 0.1);
  for (const std::vector<double>& shape : {std::vector<double>{30}, std::vector<double>{20, 40},
                                           std::vector<double>{25, 40, 10}, std::vector<double>{cell.threshold}}) {
    VoltageTrace drawn = plain;
    for (std::size_t i = 0; i + 1 < plain.times.size(); ++i) {
      if (plain.potentials[i] - plain.potentials[i + 1] < 5) continue;
      for (std::size_t k = 0; k < shape.size(); ++k) drawn.potentials[i + k] = shape[k];
    }
    const auto found = estimate_neuron(drawn, current_of(three_steps));
    SCOPED_TRACE(std::to_string(shape.size()) + " samples drawn");
    for (const Named& p : parameters) {
      ASSERT_TRUE(found.*p.estimate) << p.name;
      const double truth = p.truth == &NeuronParameters::refractory ? 2.5 : cell.*p.truth;
      EXPECT_TRUE(holds(*(found.*p.estimate), truth)) << p.name << " " << to_text((found.*p.estimate)->value);
    }
    EXPECT_NEAR(found.tau->value, cell.tau, 1e-9);
    EXPECT_NEAR(found.resistance->value, cell.resistance, 1e-9);
    EXPECT_NEAR(found.reset->value, cell.reset, 1e-9);
    EXPECT_NEAR(found.refractory->value, 2.5, 1e-9);
  }
}

/// The exact solution under any current: u = p + (u_0 - p(t_0)) exp(-(t - t_0)/tau) with p(t) the potential that the
/// current holds after a long time, written down for each; crossings by halving.
VoltageTrace driven_trace(const NeuronParameters& neuron, const std::function<double(double)>& settled, double until,
                          double step) {
  constexpr int looks = 20;  // for a crossing, in a step
  VoltageTrace trace;
  double begin = 0;
  double start = neuron.rest;
  const auto potential = [&](double t) {
    return t <= begin ? start : settled(t) + (start - settled(begin)) * std::exp(-(t - begin) / neuron.tau);
  };
  for (int k = 0; k * step <= until; ++k) {
    trace.times.push_back(k * step);
    trace.potentials.push_back(potential(k * step));
    for (int look = 0; look < looks; ++look) {
      double below = (k + static_cast<double>(look) / looks) * step;
      double above = (k + (look + 1.0) / looks) * step;
      if (potential(above) < neuron.threshold) continue;
      for (int halving = 0; halving < 60; ++halving) {
        const double middle = (below + above) / 2;
        (potential(middle) < neuron.threshold ? below : above) = middle;
      }
      begin = above + neuron.refractory;
      start = neuron.reset;
    }
  }
  return trace;
}

/// Beside the noise-free ones: samples of each spike drawn or clipped, at the threshold or where an amplifier ends.
TEST(Estimation, DrawnAndClippedSpikesDoNoHarmUnderNoise) {
  Random random;
  const VoltageTrace plain = exact_trace(cell, three_steps, 120, 0.1);
  const std::vector<std::vector<double>> shapes{{cell.threshold}, {30}, {20, 40}, {25, 40, 10}, {20, 20, 20}};
  constexpr int repeats = 8;
  int held = 0;
  for (const auto& shape : shapes) {
    SCOPED_TRACE(std::to_string(shape.size()) + " samples, the first at " + to_text(shape[0]));
    for (int n = 0; n < repeats; ++n) {
      VoltageTrace drawn = plain;
      add_noise(drawn, 0.3, random);
      for (std::size_t i = 0; i + 1 < plain.times.size(); ++i) {
        if (plain.potentials[i] - plain.potentials[i + 1] < 5) continue;
        for (std::size_t k = 0; k < shape.size(); ++k) drawn.potentials[i + 1 + k] = shape[k];
      }
      const auto found = estimate_neuron(drawn, current_of(three_steps), SpikeTiming::continuous);
      EXPECT_EQ(found.spikes.size(), 8U);
      for (const Named& p : parameters) {
        ASSERT_TRUE(found.*p.estimate) << p.name;
        held += holds(*(found.*p.estimate), cell.*p.truth);
        const double tolerance = p.truth == &NeuronParameters::refractory ? 0.1 : 0.02 * std::abs(cell.*p.truth);
        EXPECT_NEAR((found.*p.estimate)->value, cell.*p.truth, tolerance) << p.name;
      }
    }
  }
  const int all = static_cast<int>(shapes.size() * parameters.size()) * repeats;
  std::cout << held << "/" << all << "\n";
  EXPECT_GE(held, 0.9 * all);
}

/// The current ends 4 us behind a spike, both between two samples: without the current's end the course would go on
/// rising, with a parabola from sample to sample it never crosses.
TEST(Estimation, ACurrentThatEndsBehindASpikeDoesNoHarmUnderNoise) {
  const double drive = cell.resistance * 5;
  const double crossing = 5 + cell.tau * std::log(drive / (drive - (cell.threshold - cell.rest)));
  std::vector<Pulse> pulses{{5, crossing + 0.004, 5}, {50, 80, 2.4}, {85, 110, 5}};
  const VoltageTrace plain = exact_trace(cell, pulses, 120, 0.25);
  Random random;
  constexpr int repeats = 20;
  int held = 0;
  for (int n = 0; n < repeats; ++n) {
    VoltageTrace trace = plain;
    add_noise(trace, 0.3, random);
    const auto found = estimate_neuron(trace, current_of(pulses), SpikeTiming::continuous);
    for (const Named& p : parameters) {
      ASSERT_TRUE(found.*p.estimate) << p.name;
      held += holds(*(found.*p.estimate), cell.*p.truth);
    }
    EXPECT_NEAR(found.threshold->value, cell.threshold, 0.3);
    EXPECT_NEAR(found.refractory->value, cell.refractory, 0.05);
  }
  std::cout << held << "/" << 6 * repeats << "\n";
  EXPECT_GE(held, 0.9 * 6 * repeats);
}

/// What a grid tells: the threshold is at least the highest potential that any step ended at without a spike, and below
/// the least that one ended at with one.
TEST(Estimation, AGridsThresholdIsBoundedByTheTightestStepsOfAllSpikes) {
  Random random;
  for (int n = 0; n < testing::cases(10); ++n) {
    NeuronParameters truth = cell;
    truth.threshold = random.uniform(-52, -45);
    truth.refractory = 0.1 * random.integer(2, 40);
    const double frequency = random.uniform(0.02, 0.05);  // kHz
    const double swing = random.uniform(1, 4);
    const auto current = [&](double t) { return 2 + swing * std::sin(2 * M_PI * frequency * t); };
    const VoltageTrace trace = grid_trace(truth, current, 150, 0.1);
    std::vector<double> values;
    double low = -INFINITY;
    double high = INFINITY;
    for (std::size_t i = 0; i < trace.times.size(); ++i) {
      values.push_back(current(trace.times[i]));
      low = std::max(low, trace.potentials[i]);
      if (i + 1 == trace.times.size() || trace.potentials[i + 1] != truth.reset) continue;
      const double end = truth.rest + truth.resistance * values[i];
      const double after = end + (trace.potentials[i] - end) * std::exp(-0.1 / truth.tau);
      if (after > truth.threshold) high = std::min(high, after);
    }
    const auto found = estimate_neuron(trace, samples(0, 0.1, values));
    ASSERT_EQ(found.timing, SpikeTiming::grid) << n;
    EXPECT_NEAR(found.threshold->low, low, 1e-8) << n;
    EXPECT_NEAR(found.threshold->high, high, 1e-8) << n;
    EXPECT_NEAR(found.threshold->value, (low + high) / 2, 1e-8) << n;
    EXPECT_NE(found.remarks.at(0).find("the threshold is known up to what the potential rises in a step"),
              std::string::npos);
    EXPECT_NEAR(found.refractory->value, truth.refractory, 1e-9) << n;
    EXPECT_LE(found.refractory->high - found.refractory->low, 0.2 + 1e-9) << n;
  }
}

/// Of 200 noisy repeats, the truth lies within the stated 95 % interval in 90 to 99 % for each parameter. Of fewer, for
/// all together, so that the tests take seconds; LAPICQUE_TEST_CASES makes them more.
void expect_coverage(const VoltageTrace& plain, const Current& current, int repeats = 200) {
  repeats = testing::cases(repeats);
  Random random;
  std::array<int, 6> held{};
  for (int n = 0; n < repeats; ++n) {
    VoltageTrace trace = plain;
    add_noise(trace, 0.5, random);
    const auto found = estimate_neuron(trace, current, SpikeTiming::continuous);
    EXPECT_NEAR(found.noise, 0.5, 0.1);
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const auto& estimate = found.*parameters[p].estimate;
      if (estimate && holds(*estimate, cell.*parameters[p].truth)) ++held[p];
    }
  }
  int all = 0;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    std::cout << parameters[p].name << ": " << 100.0 * held[p] / repeats << " %\n";
    all += held[p];
    if (repeats < 200) continue;
    EXPECT_GE(held[p], 0.9 * repeats) << parameters[p].name;
    EXPECT_LE(held[p], 0.99 * repeats) << parameters[p].name;
  }
  EXPECT_GE(all, 0.9 * 6 * repeats);
  EXPECT_LE(all, 0.99 * 6 * repeats);
}

void expect_coverage(const std::vector<Pulse>& pulses, double until) {
  expect_coverage(exact_trace(cell, pulses, until, 0.1), current_of(pulses));
}

TEST(Coverage, OfStepsIsWhatIsStated) { expect_coverage(three_steps, 120); }

TEST(Coverage, OfManyStrengthsIsWhatIsStated) {
  std::vector<Pulse> stairs;
  for (int k = 0; k < 6; ++k) stairs.push_back({10.0 + 20 * k, 25.0 + 20 * k, 0.7 + 1.1 * k});
  expect_coverage(exact_trace(cell, stairs, 130, 0.1), current_of(stairs), 80);
}

TEST(Coverage, OfARampIsWhatIsStated) {
  constexpr double slope = 0.05;  // nA/ms
  const auto settled = [&](double t) { return cell.rest + cell.resistance * slope * (t - cell.tau); };
  expect_coverage(driven_trace(cell, settled, 110, 0.1), ramp(0, 200, 0, 200 * slope), 20);
}

TEST(Coverage, OfASinusoidIsWhatIsStated) {
  constexpr double frequency = 40;  // Hz
  const double omega = 2 * M_PI * frequency / 1000;
  const auto settled = [&](double t) {
    const double lag = omega * cell.tau;
    const double swing = (std::sin(omega * t) - lag * std::cos(omega * t)) / (1 + lag * lag);
    return cell.rest + cell.resistance * (1.5 + 2.5 * swing);
  };
  expect_coverage(driven_trace(cell, settled, 110, 0.1), step(0, 200, 1.5) + sinusoid(0, 200, 2.5, frequency), 20);
}

TEST(Coverage, OfNoiseHeldBetweenSamplesIsWhatIsStated) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(1.6, 1.5);
  std::vector<Pulse> pulses;
  for (int k = 0; k < 55; ++k) pulses.push_back({2.0 * k, 2.0 * (k + 1), normal(random)});
  expect_coverage(exact_trace(cell, pulses, 110, 0.1), current_of(pulses), 60);
}

/// Four samples in a ms, where the squares of the whole trace's fit have several valleys, kinks at every sample and
/// walls where a crossing would pass one: many neurons, every third without a refractory period. Until 2026-11 the
/// truth was missed by up to 19 standard errors, one time in eight.
TEST(Coverage, OfRandomNeuronsWithFewSamplesIsWhatIsStated) {
  const int neurons = testing::cases(45);
  constexpr double sampling = 0.25;  // ms
  constexpr double until = 240;
  Random random;
  std::array<int, 6> held{};
  int open = 0;
  for (int n = 0; n < neurons; ++n) {
    NeuronParameters truth;
    truth.rest = random.uniform(-80, -60);
    truth.threshold = truth.rest + random.uniform(8, 25);
    truth.reset = random.uniform(truth.rest - 8, truth.threshold - 5);
    truth.resistance = random.logarithmic(3, 200);
    truth.tau = random.uniform(4, 30);
    truth.refractory = n % 3 == 0 ? 0 : random.uniform(0.5, 5);
    const double rheobase = (truth.threshold - truth.rest) / truth.resistance;
    VoltageTrace trace;
    Current current;
    if (n % 2 == 0) {
      const double slope = 3 * rheobase / until;  // nA/ms
      const auto settled = [&](double t) { return truth.rest + truth.resistance * slope * (t - truth.tau); };
      trace = driven_trace(truth, settled, until, sampling);
      current = ramp(0, until, 0, until * slope);
    } else {
      std::vector<Pulse> pulses;
      double x = 0;
      for (double t = 0; t < until; t += 5) {
        x = 0.8 * x + std::normal_distribution<double>(0, 0.6)(random);
        pulses.push_back({t, t + 5, rheobase * std::clamp(1 + x, -1.0, 3.0)});
      }
      trace = exact_trace(truth, pulses, until, sampling);
      current = current_of(pulses);
    }
    add_noise(trace, random.uniform(0.2, 0.5), random);
    const auto found = estimate_neuron(trace, current, SpikeTiming::continuous);
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const auto& estimate = found.*parameters[p].estimate;
      const double value = truth.*parameters[p].truth;
      if (!estimate) {
        ++open;
        continue;
      }
      held[p] += holds(*estimate, value) ? 1 : 0;
      const double width = estimate->high - estimate->low;
      EXPECT_TRUE(holds({estimate->value, estimate->low - width, estimate->high + width}, value))
          << parameters[p].name << " of neuron " << n << ", " << to_text(value) << ": from " << to_text(estimate->low)
          << " to " << to_text(estimate->high);
    }
  }
  int all = open;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    std::cout << parameters[p].name << " " << held[p] << "/" << neurons << "\n";
    EXPECT_GE(held[p], 0.86 * neurons) << parameters[p].name;
    all += held[p];
  }
  EXPECT_GE(all, 0.92 * 6 * neurons);
  EXPECT_LE(open, 0.03 * 6 * neurons);
}

/// Left to decide, the intervals hold for spikes on the samples as well, and then hold the truth more often.
TEST(Coverage, IsNoLessWhereNothingIsSaidOfTheSpikes) {
  constexpr int repeats = 60;
  Random random;
  int held = 0;
  const VoltageTrace plain = exact_trace(cell, three_steps, 120, 0.1);
  for (int n = 0; n < repeats; ++n) {
    VoltageTrace trace = plain;
    add_noise(trace, 0.5, random);
    const auto found = estimate_neuron(trace, current_of(three_steps));
    for (const Named& p : parameters) held += (found.*p.estimate) && holds(*(found.*p.estimate), cell.*p.truth) ? 1 : 0;
  }
  EXPECT_GE(held, static_cast<int>(0.93 * 6 * repeats));
}

/// On a simulator's grid as well, with no refractory period in every other neuron: the reset potential is then that of
/// one sample, or of none between the samples, and noise hides which.
TEST(Coverage, IsNoLessOnAGridWhereNothingIsSaidOfTheSpikes) {
  constexpr int neurons = 24;
  Random random;
  std::array<int, 6> held{};
  int all = 0;
  for (int n = 0; n < neurons; ++n) {
    NeuronParameters truth = cell;
    truth.reset = random.uniform(-75, -58);
    truth.tau = random.uniform(5, 15);
    truth.refractory = n % 2 == 0 ? 0 : random.uniform(0.3, 4);
    const double slope = random.uniform(0.03, 0.06);  // nA/ms
    std::vector<double> values;
    for (int k = 0; k < 1200; ++k) values.push_back(slope * std::floor(k / 10.0));  // held for 1 ms
    const auto current = [&](double t) { return values[static_cast<std::size_t>(std::lround(10 * t))]; };
    VoltageTrace trace = grid_trace(truth, current, 119, 0.1);
    add_noise(trace, 0.3, random);
    const auto found = estimate_neuron(trace, samples(0, 0.1, values));
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      ASSERT_TRUE(found.*parameters[p].estimate) << parameters[p].name << " of neuron " << n;
      held[p] += holds(*(found.*parameters[p].estimate), truth.*parameters[p].truth) ? 1 : 0;
    }
  }
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    std::cout << parameters[p].name << " " << held[p] << "/" << neurons << "\n";
    EXPECT_GE(held[p], 0.8 * neurons) << parameters[p].name;
    all += held[p];
  }
  EXPECT_GE(all, 0.93 * 6 * neurons);
}

std::string reason(const NeuronEstimate& found, Parameter parameter) {
  for (const auto& [p, text] : found.undetermined) {
    if (p == parameter) return text;
  }
  return "";
}

TEST(Undetermined, WithoutASpikeThresholdResetAndRefractoryPeriodAreUnknown) {
  const std::vector<Pulse> weak{{5, 40, 1.2}};
  const auto found = estimate_neuron(exact_trace(cell, weak, 80, 0.1), current_of(weak));
  EXPECT_NEAR(found.tau->value, cell.tau, 1e-9);
  EXPECT_NEAR(found.resistance->value, cell.resistance, 1e-9);
  EXPECT_NEAR(found.rest->value, cell.rest, 1e-9);
  EXPECT_EQ(found.undetermined.size(), 3U);
  for (const Parameter p : {Parameter::reset, Parameter::threshold, Parameter::refractory}) {
    EXPECT_EQ(reason(found, p), "there is no spike in the trace");
  }
}

TEST(Undetermined, AConstantCurrentDoesNotPartRestAndResistance) {
  const std::vector<Pulse> constant{{0, 200, 2.5}};
  const auto found = estimate_neuron(exact_trace(cell, constant, 100, 0.1), current_of(constant));
  EXPECT_NEAR(found.tau->value, cell.tau, 1e-8);
  EXPECT_NEAR(found.reset->value, cell.reset, 1e-8);
  EXPECT_TRUE(holds(*found.threshold, cell.threshold));
  EXPECT_TRUE(holds(*found.refractory, cell.refractory));
  EXPECT_FALSE(found.rest);
  EXPECT_FALSE(found.resistance);
  EXPECT_NE(reason(found, Parameter::resistance).find("only rest + resistance x current shows: -3"), std::string::npos)
      << reason(found, Parameter::resistance);
}

TEST(Undetermined, WithoutACurrentOnlyRestIsKnown) {
  const auto found = estimate_neuron(exact_trace(cell, {}, 20, 0.1), {});
  EXPECT_EQ(found.rest->value, cell.rest);
  EXPECT_EQ(found.undetermined.size(), 5U);
  EXPECT_EQ(reason(found, Parameter::resistance), "there is no current");
  EXPECT_EQ(reason(found, Parameter::tau), "the potential does not relax anywhere: nothing moves it");
}

/// Brian 2 rounds nothing, but files of three decimals are common: all samples of a plateau are then off alike.
TEST(CleanTrace, RoundedToThreeDecimalsHoldsTheTruth) {
  NeuronParameters rounded = cell;
  rounded.reset = -65.0004;
  const auto plain = exact_trace(rounded, three_steps, 120, 0.1);
  VoltageTrace trace = plain;
  for (double& potential : trace.potentials) potential = std::nearbyint(potential * 1000) / 1000;
  const auto found = estimate_neuron(trace, current_of(three_steps));
  ASSERT_TRUE(found.rest && found.resistance && found.tau);
  for (const Named& p : parameters) {
    if (found.*p.estimate) {
      EXPECT_TRUE(holds(*(found.*p.estimate), rounded.*p.truth)) << p.name;
    }
  }
}

/// Clean traces of neurons whose refractory period is 0, shorter than a step, about one or several, with one spike or
/// many, at every sample or every second one: whether what follows a spike is at the reset potential or on its way up
/// shows sample by sample. Of what is stated, nothing may be wrong.
TEST(CleanTrace, StatesNoResetNorRefractoryPeriodThatIsNotThere) {
  Random random;
  std::array<std::size_t, 6> stated{};
  const int count = testing::cases(120);
  for (int n = 0; n < count; ++n) {
    const double step = n % 3 == 0 ? 0.05 : n % 3 == 1 ? 0.1 : 0.25;
    NeuronParameters truth;
    truth.rest = random.uniform(-80, -55);
    truth.threshold = truth.rest + random.uniform(5, 25);
    truth.reset = random.uniform(truth.rest - 8, truth.threshold - 3);
    truth.resistance = random.logarithmic(2, 100);
    truth.tau = random.logarithmic(3, 30);
    truth.refractory = n % 4 == 0   ? 0
                       : n % 4 == 1 ? random.uniform(0.02, 1) * step
                       : n % 4 == 2 ? random.uniform(0.9, 2.1) * step
                                    : random.uniform(2, 20) * step;
    const double rheobase = (truth.threshold - truth.rest) / truth.resistance;
    // One spike or a few; many, some of them in a burst.
    const std::vector<Pulse> pulses = n % 5 < 2 ? std::vector<Pulse>{{5, 30, rheobase * random.uniform(1.02, 1.3)}}
                                                : std::vector<Pulse>{{5, 35, 1.3 * rheobase},
                                                                     {50, 70, rheobase * random.uniform(1.5, 3)},
                                                                     {80, 83, rheobase * random.uniform(5, 15)}};
    VoltageTrace trace = exact_trace(truth, pulses, 100, step);
    if (n % 2 == 1) {
      VoltageTrace thin;
      for (std::size_t i = 0; i < trace.times.size(); i += 2) {
        thin.times.push_back(trace.times[i]);
        thin.potentials.push_back(trace.potentials[i]);
      }
      trace = thin;
    }
    const auto found = estimate_neuron(trace, current_of(pulses));
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      const auto& estimate = found.*parameters[k].estimate;
      if (!estimate) continue;
      ++stated[k];
      EXPECT_TRUE(holds(*estimate, truth.*parameters[k].truth))
          << "case " << n << ": " << parameters[k].name << " " << to_text(truth.*parameters[k].truth) << " not in "
          << to_text(estimate->low) << " to " << to_text(estimate->high) << "; refractory "
          << to_text(truth.refractory / step) << " steps, " << found.spikes.size() << " spikes";
    }
  }
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    EXPECT_GE(stated[k], static_cast<std::size_t>(0.8 * count)) << parameters[k].name;
  }
}

/// One sample at the reset potential after some spikes, two after others, are enough for all six.
TEST(CleanTrace, TellsTheResetByASingleSample) {
  NeuronParameters truth = cell;
  truth.refractory = 0.137;
  const auto found = estimate_neuron(exact_trace(truth, three_steps, 120, 0.1), current_of(three_steps));
  EXPECT_TRUE(found.undetermined.empty());
  expect_near_truth(found, truth, 1e-7);
}

/// With one spike, and no sample at the reset potential, it is where the course after the spike was within a step.
TEST(CleanTrace, BoundsAResetThatNoSampleShows) {
  NeuronParameters truth = cell;
  truth.refractory = 0.02;
  const std::vector<Pulse> pulses{{5, 20, 2.2}};
  const auto found = estimate_neuron(exact_trace(truth, pulses, 40, 0.1), current_of(pulses));
  ASSERT_EQ(found.spikes.size(), 1U);
  ASSERT_TRUE(found.reset && found.refractory);
  EXPECT_TRUE(holds(*found.reset, truth.reset));
  EXPECT_TRUE(holds(*found.refractory, truth.refractory));
  EXPECT_NE(found.timing, SpikeTiming::grid);
  // mV: less than the potential rises in two steps; ms, two steps, as for a simulator with that step.
  EXPECT_LT(found.reset->high - found.reset->low, 2 * 0.1 * 12 * 2.2 / truth.tau);
  EXPECT_LE(found.refractory->high, 0.2 + 1e-9);
}

/// Where a linear current has a corner at a sample, the value a hair later is no discontinuity's (2026-11: tau was off
/// by 1e-8 of itself, in an interval of less).
TEST(CleanTrace, CornersOfALinearCurrentDoNoHarm) {
  Random random;
  std::vector<double> values{0};
  for (int k = 1; k < 40; ++k) values.push_back(random.uniform(0, 3));
  const auto value = [&](double t) {
    const auto k = static_cast<std::size_t>(std::floor(t / 5 + 1e-9));
    const double part = t / 5 - static_cast<double>(k);
    return k + 1 < values.size() ? values[k] + part * (values[k + 1] - values[k]) : 0.0;
  };
  const auto found = estimate_neuron(grid_trace(cell, value, 190, 0.1), samples(0, 5, values, Hold::linear));
  EXPECT_EQ(found.input, InputReading::held);
  EXPECT_LT(found.noise, 1e-11);
  for (const auto& [estimate, truth] : {std::pair{found.rest, cell.rest}, std::pair{found.reset, cell.reset},
                                        std::pair{found.resistance, cell.resistance}, std::pair{found.tau, cell.tau}}) {
    ASSERT_TRUE(estimate);
    EXPECT_NEAR(estimate->value, truth, 1e-11 * std::abs(truth));
  }
}

/// A spike may be hidden before the last two samples, so that they are no measure of R.
TEST(Undetermined, WhatOnlyTheLastTwoSamplesShowIsLeftOpen) {
  const NeuronParameters truth{
      .rest = -78.3, .reset = -64.3, .threshold = -61.1, .resistance = 192, .tau = 9.6, .refractory = 0.96};
  const std::vector<Pulse> pulses{{10, 14.5, 2.5}};
  const auto found = estimate_neuron(exact_trace(truth, pulses, 11, 0.5), current_of(pulses));
  ASSERT_TRUE(found.rest);
  EXPECT_TRUE(holds(*found.rest, truth.rest));
  EXPECT_FALSE(found.resistance);
  EXPECT_FALSE(found.tau);
}

TEST(Undetermined, AllWhereTheCurrentActedAtOtherTimes) {
  auto late = three_steps;
  for (Pulse& pulse : late) {
    pulse.start += 1;
    pulse.stop += 1;
  }
  const auto found = estimate_neuron(exact_trace(cell, three_steps, 120, 0.1), current_of(late));
  EXPECT_EQ(found.undetermined.size(), 6U);
  EXPECT_NE(reason(found, Parameter::tau).find("does not fit the potential"), std::string::npos);
}

/// A simulator holds each value of the current for a step; below 0.4 mV of noise that cannot be told from the current.
TEST(Reading, ThatNoiseHidesIsHeldBothWays) {
  Random random;
  const auto value = [](double t) { return 0.7 * std::sin(2 * std::numbers::pi * 0.02 * t); };
  const VoltageTrace plain = grid_trace(cell, value, 300, 0.1);
  constexpr int repeats = 30;
  int held = 0;
  for (int n = 0; n < repeats; ++n) {
    VoltageTrace trace = plain;
    add_noise(trace, 0.4, random);
    const auto found = estimate_neuron(trace, sinusoid(0, forever, 0.7, 20));
    ASSERT_TRUE(found.resistance && found.tau);
    held += holds(*found.resistance, cell.resistance) && holds(*found.tau, cell.tau) ? 1 : 0;
  }
  EXPECT_GE(held, repeats - 5);  // at most 5 % of each miss
}

/// With the threshold 13 mV above the reset potential: what is reported holds, and nothing is where noise hides spikes.
TEST(Undetermined, NoiseNearASpikesFallLeavesAllOpen) {
  Random random;
  const VoltageTrace plain = exact_trace(cell, three_steps, 120, 0.1);
  constexpr int repeats = 6;
  int reported = 0;
  int held = 0;
  for (const double noise : {1.3, 1.6, 2.2, 3.0}) {
    int all_open = 0;
    for (int n = 0; n < repeats; ++n) {
      VoltageTrace trace = plain;
      add_noise(trace, noise, random);
      const auto found = estimate_neuron(trace, current_of(three_steps), SpikeTiming::continuous);
      if (found.undetermined.size() == 6) {
        ++all_open;
        EXPECT_NE(reason(found, Parameter::tau).find("spikes cannot be told from noise"), std::string::npos);
        EXPECT_TRUE(found.probe.empty());
        continue;
      }
      for (const Named& p : parameters) {
        if (!(found.*p.estimate)) continue;
        ++reported;
        held += holds(*(found.*p.estimate), cell.*p.truth);
      }
    }
    std::cout << noise << " mV: " << all_open << "/" << repeats << " left open\n";
    EXPECT_GE(all_open, noise > 2 ? repeats - 1 : 0);
    EXPECT_LE(all_open, noise < 1.5 ? repeats / 3 : repeats);
  }
  std::cout << held << "/" << reported << " held\n";
  EXPECT_GE(held, 0.9 * reported);
}

/// The current ends in refractoriness, and the reset potential is that of rest: from the spike on nothing moves, so
/// that refractoriness may as well never end.
TEST(Undetermined, ARefractoryPeriodWithoutAnEndIsLeftOpen) {
  NeuronParameters silent = cell;
  silent.reset = silent.rest;
  const std::vector<Pulse> one{{5, 11, 4}};
  Random random;
  constexpr int repeats = 12;
  int open = 0;
  int unbounded = 0;
  for (int n = 0; n < repeats; ++n) {
    VoltageTrace trace = exact_trace(silent, one, 40, 0.1);
    add_noise(trace, 0.05, random);
    const auto found = estimate_neuron(trace, current_of(one), SpikeTiming::continuous);
    ASSERT_EQ(found.spikes.size(), 1U);
    if (found.refractory) continue;
    ++open;
    unbounded += reason(found, Parameter::refractory).find("however far it is moved") != std::string::npos;
  }
  // Noise feigns an end now and then.
  EXPECT_GE(open, repeats - 4);
  EXPECT_GE(unbounded, repeats / 2);
}

/// Where a step holds more than one spike, some are not seen. (With 9.5 nA they are two samples apart, and told apart.)
TEST(Undetermined, SpikesTooCloseForTheSamplesLeaveAllOpen) {
  NeuronParameters quick = cell;
  quick.tau = 4;
  quick.refractory = 0;
  const auto found_at = [&](double strong) {
    const std::vector<Pulse> pulses{{5, 35, 1.8}, {50, 80, 2.4}, {85, 95, strong}};
    VoltageTrace trace = exact_trace(quick, pulses, 110, 0.25);
    Random random;
    add_noise(trace, 0.3, random);
    return estimate_neuron(trace, current_of(pulses), SpikeTiming::continuous);
  };
  const auto told = found_at(9.5);
  for (const Named& p : parameters) {
    ASSERT_TRUE(told.*p.estimate) << p.name;
    EXPECT_TRUE(holds(*(told.*p.estimate), quick.*p.truth)) << p.name;
  }
  const auto found = found_at(12);
  ASSERT_EQ(found.undetermined.size(), 6U);
  for (const auto& [p, text] : found.undetermined) {
    for (const char* cause :
         {"explain all spikes", "the current may not be the one", "spikes may be missing", "noise"}) {
      EXPECT_NE(text.find(cause), std::string::npos) << text;
    }
  }
}

TEST(Undetermined, TheProposedCurrentDeterminesAll) {
  const std::vector<Pulse> weak{{5, 40, 1.2}};
  const auto first = estimate_neuron(exact_trace(cell, weak, 80, 0.1), current_of(weak));
  ASSERT_FALSE(first.probe.empty());
  std::vector<Pulse> probe;
  for (const Step& s : first.probe) probe.push_back({s.start, s.stop, s.amplitude});
  const auto second = estimate_neuron(exact_trace(cell, probe, probe.back().stop + 50, 0.1), current_of(probe));
  expect_near_truth(second, cell, 1e-7);
}

std::string refusal(const VoltageTrace& trace) {
  try {
    estimate_neuron(trace, {});
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(Estimation, RefusesWhatIsNoTrace) {
  EXPECT_EQ(refusal({{0, 1, 2}, {0, 1, 2}}),
            "times = 3 samples: a trace must have at least 8 samples; record for longer");
  EXPECT_EQ(refusal({{0, 1, 2}, {0, 1}}), "potentials = 2 values: must be as many as the times, 3");
  EXPECT_EQ(refusal({{0, 1, 2, 2, 4, 5, 6, 7}, {0, 0, 0, 0, 0, 0, 0, 0}}),
            "times[4] = 2 ms: must be later than the one before it, 2 ms; sort the samples by time, counted as in the "
            "current's description");
  EXPECT_EQ(refusal({{0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, NAN, 0, 0, 0, 0, 0}}),
            "potentials[3] = nan mV: must be finite; leave the sample out");
}

}  // namespace
}  // namespace lapicque
