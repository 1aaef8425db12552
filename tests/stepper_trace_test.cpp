// Traces of simulators that step: every n-th sample of Brian 2's, and forward Euler's time constant.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "brian_traces.hpp"
#include "lapicque/estimation.hpp"
#include "lapicque/files/trace.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque {
namespace {

bool holds(const std::optional<Estimate>& estimate, double truth) {
  return estimate && estimate->low <= truth && truth <= estimate->high;
}

void expect_all_six(const NeuronEstimate& found, const NeuronParameters& truth) {
  EXPECT_TRUE(holds(found.rest, truth.rest));
  EXPECT_TRUE(holds(found.reset, truth.reset));
  EXPECT_TRUE(holds(found.threshold, truth.threshold));
  EXPECT_TRUE(holds(found.resistance, truth.resistance));
  EXPECT_TRUE(holds(found.tau, truth.tau));
  EXPECT_TRUE(holds(found.refractory, truth.refractory));
  EXPECT_TRUE(found.undetermined.empty());
}

VoltageTrace thinned(const VoltageTrace& trace, std::size_t every) {
  VoltageTrace thin;
  for (std::size_t i = 0; i < trace.times.size(); i += every) {
    thin.times.push_back(trace.times[i]);
    thin.potentials.push_back(trace.potentials[i]);
  }
  return thin;
}

/// With 0.2 ms between samples the spikes fit neither the samples nor any time between them, and reset, threshold and
/// refractory period were left open (November 2026). The ramp's current was held for Brian's step of 0.1 ms.
TEST(ThinnedTrace, OfBrianGivesItsNeuronBack) {
  struct Expected {
    testing::BrianTrace trace;
    double rise;  ///< mV: more than the potential rises in a step of 0.1 ms just below the threshold
  };
  for (const auto& [trace_of, rise] : {Expected{testing::brian_steps, 0.08}, Expected{testing::brian_noise, 0.4}}) {
    const auto file = trace_of.path();
    std::vector<std::string> notes;
    const VoltageTrace trace = read_trace(file, {}, notes).trace;
    const Current current = read_known_current(file, trace.times, {}, notes);
    for (const std::size_t every : {2U, 5U, 10U}) {
      SCOPED_TRACE(std::string(trace_of.file) + ", every " + std::to_string(every));
      const auto found = estimate_neuron(thinned(trace, every), current);
      EXPECT_EQ(found.timing, SpikeTiming::grid);
      expect_all_six(found, trace_of.neuron);
      EXPECT_LT(found.threshold->high - found.threshold->low, rise);
      EXPECT_LE(found.refractory->high - found.refractory->low, 0.3 + 1e-9);
      EXPECT_NE(found.remarks.at(0).find("a simulator whose time step is 0.1 ms, of which the samples are every " +
                                         std::to_string(every)),
                std::string::npos)
          << found.remarks.at(0);
    }
  }
}

/// A table that was thinned with the trace has every second value of the current only.
TEST(ThinnedTrace, MayHaveAThinnedCurrentBesideIt) {
  const auto file = testing::brian_ramp.path();
  std::vector<std::string> notes;
  const VoltageTrace trace = read_trace(file, {}, notes).trace;
  const std::vector<double> values = *pieces_of<Samples>(read_known_current(file, trace.times, {}, notes))[0].values;
  std::vector<double> every_second;
  for (std::size_t i = 0; i < values.size(); i += 2) every_second.push_back(values[i]);
  const auto found = estimate_neuron(thinned(trace, 2), samples(0, 0.2, every_second));
  expect_all_six(found, testing::brian_ramp.neuron);
  EXPECT_EQ(found.input, InputReading::held);
}

using Update = std::function<double(double u, double settled, double step, double tau)>;
double exact_step(double u, double settled, double step, double tau) {
  return settled + (u - settled) * std::exp(-step / tau);
}
double euler_step(double u, double settled, double step, double tau) { return u + (settled - u) * step / tau; }

/// Brian 2's order of things: a step with the current held, then threshold and reset; clamped for whole steps.
VoltageTrace stepped(const NeuronParameters& neuron, const std::function<double(double)>& current, double until,
                     double step, const Update& update) {
  const int clamped = static_cast<int>(std::floor(neuron.refractory / step + 1e-3));
  VoltageTrace trace;
  double u = neuron.rest;
  int last_spike = -1000000;
  for (int n = 0; n * step < until; ++n) {
    trace.times.push_back(n * step);
    trace.potentials.push_back(u);
    const bool free = n - last_spike >= clamped;
    if (free) u = update(u, neuron.rest + neuron.resistance * current(n * step), step, neuron.tau);
    if (free && u > neuron.threshold) {
      u = neuron.reset;
      last_spike = n;
    }
  }
  return trace;
}

const NeuronParameters cell{
    .rest = -70, .reset = -65, .threshold = -50, .resistance = 10, .tau = 21.264, .refractory = 2};
double three_steps(double t) { return t < 5 ? 0 : t < 40 ? 1.2 : t < 100 ? 2.6 : t < 140 ? 4 : 0; }
Current three_steps() { return step(5, 40, 1.2) + step(40, 100, 2.6) + step(100, 140, 4); }

TEST(ThinnedTrace, OfACurrentHeldForTheSimulatorsStep) {
  const auto wave = [](double t) { return 2 + 1.5 * std::sin(2 * M_PI * 0.03 * t); };
  const VoltageTrace trace = stepped(cell, wave, 150, 0.1, exact_step);
  for (const std::size_t every : {2U, 3U, 4U}) {
    SCOPED_TRACE(every);
    const auto found = estimate_neuron(thinned(trace, every), step(0, 200, 2) + sinusoid(0, 200, 1.5, 30));
    expect_all_six(found, cell);
    EXPECT_EQ(found.input, InputReading::held);
    EXPECT_NEAR(found.tau->value, cell.tau, 1e-9 * cell.tau);
  }
}

/// (1 - step/tau)^n is an exponential with another tau: exp(-n step/relaxed).
TEST(Stepper, TheTauOfForwardEulerIsNamedBesideTheTracesOwn) {
  constexpr double dt = 0.05;
  const VoltageTrace trace = stepped(
      cell, [](double t) { return three_steps(t); }, 150, dt, euler_step);
  const double relaxed = -dt / std::log1p(-dt / cell.tau);  // 21.23899
  for (const std::size_t every : {1U, 2U, 5U}) {
    SCOPED_TRACE(every);
    const auto found = estimate_neuron(thinned(trace, every), three_steps());
    ASSERT_TRUE(found.tau && found.euler_tau);
    EXPECT_NEAR(found.tau->value, relaxed, 1e-9 * relaxed);
    EXPECT_NEAR(found.euler_tau->value, cell.tau, 1e-9 * cell.tau);
    EXPECT_TRUE(holds(found.euler_tau, cell.tau));
    EXPECT_EQ(found.remarks.back(),
              "tau is what the potential relaxes with, 21.239 ms: the simulator's own if it steps by the exact "
              "solution; with its step of 0.05 ms, forward Euler makes that of tau = 21.264 ms, backward Euler of "
              "21.214 ms");
  }
}

/// A current that was held from sample to sample shows the step without any spike.
TEST(Stepper, ItsTauIsNamedWithoutASpike) {
  const auto wave = [](double t) { return std::sin(2 * M_PI * 0.03 * t); };
  const auto found = estimate_neuron(stepped(cell, wave, 150, 0.1, euler_step), sinusoid(0, 200, 1, 30));
  ASSERT_TRUE(found.euler_tau);
  EXPECT_NEAR(found.euler_tau->value, cell.tau, 1e-9 * cell.tau);
}

TEST(Stepper, ItsTauIsNotNamedWhereNoStepShowsOrNoiseHidesTheDifference) {
  const VoltageTrace steps = stepped(
      cell, [](double t) { return three_steps(t); }, 150, 0.05, exact_step);
  VoltageTrace noisy = steps;
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(0, 0.3);
  for (double& u : noisy.potentials) u += normal(random);
  EXPECT_FALSE(estimate_neuron(noisy, three_steps(), SpikeTiming::grid).euler_tau);
  const VoltageTrace passive = stepped(
      cell, [](double t) { return t < 5 ? 0 : 1.2; }, 150, 0.05, exact_step);
  EXPECT_FALSE(estimate_neuron(passive, step(5, 200, 1.2)).euler_tau);
}

double highest_reached(const NeuronEstimate& found, const NeuronParameters& neuron) {
  double amplitude = 0;
  for (const Step& s : found.probe) amplitude = std::max(amplitude, s.amplitude);
  return neuron.rest + neuron.resistance * amplitude;
}

/// Whatever the weak current was: 9e-11 nA were proposed after a step downwards (November 2026).
TEST(Probe, AfterAPassiveTraceReachesAThresholdAndSaysThatNoneIsKnown) {
  for (const double amplitude : {1.2, 0.01, 1e-9, -0.5}) {
    SCOPED_TRACE(amplitude);
    const auto wave = [&](double t) { return t < 5 ? 0 : t < 100 ? amplitude : 0; };
    const auto found = estimate_neuron(stepped(cell, wave, 150, 0.1, exact_step), step(5, 100, amplitude));
    ASSERT_EQ(found.probe.size(), 3U);
    EXPECT_GT(highest_reached(found, cell), cell.threshold);
    // The first is -70 + 12 (1 - exp(-95/21.264)).
    const std::string reached = amplitude > 1 ? "-58.138 mV" : amplitude > 1e-3 ? "-69.901 mV" : "-70 mV";
    EXPECT_EQ(found.probe_caveat, "nothing is known of the threshold but that it lies above " + reached +
                                      ", where the potential was; this current would reach one of up to -40 mV");
  }
}

/// A potential far above rest without a spike: the threshold is higher still.
TEST(Probe, ReachesTwiceTheHeightThatWasSeen) {
  NeuronParameters high = cell;
  high.threshold = 100;
  const auto wave = [](double t) { return t < 5 ? 0 : 4; };
  const auto found = estimate_neuron(stepped(high, wave, 150, 0.1, exact_step), step(5, 200, 4));
  EXPECT_NE(found.probe_caveat.find("lies above -30.0"), std::string::npos) << found.probe_caveat;
  EXPECT_NE(found.probe_caveat.find("one of up to 9.9"), std::string::npos) << found.probe_caveat;
}

TEST(Probe, IsNoneWhereNothingTellsWhatACurrentDoes) {
  const auto found = estimate_neuron(stepped(
                                         cell, [](double) { return 0; }, 50, 0.1, exact_step),
                                     {});
  EXPECT_TRUE(found.probe.empty());
  EXPECT_EQ(found.probe_caveat,
            "nothing is known of the threshold but that it lies above -70 mV, where the potential was, nor of the "
            "current that would reach it: rest and resistance are not both determined");
}

/// A constant current that fires tells the threshold but not what current reaches it; it does itself.
TEST(Probe, AfterAConstantCurrentThatFiresIsNoWeakerThanThat) {
  const auto found = estimate_neuron(stepped(
                                         cell, [](double) { return 2.5; }, 150, 0.1, exact_step),
                                     step(0, 200, 2.5));
  EXPECT_FALSE(found.resistance);
  EXPECT_EQ(found.probe_caveat, "");
  EXPECT_GE(highest_reached(found, cell), cell.rest + cell.resistance * 2.5);
}

}  // namespace
}  // namespace lapicque
