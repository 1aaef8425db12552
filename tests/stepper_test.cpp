#include "lapicque/stepper.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/response.hpp"
#include "lapicque/spike_train.hpp"
#include "random_neuron.hpp"

namespace lapicque {
namespace {

using Wide = boost::multiprecision::cpp_bin_float_50;

constexpr Method both[] = {Method::euler, Method::exponential_euler};

const char* name(Method method) { return method == Method::euler ? "Euler" : "exponential Euler"; }

// The factor by which a step shrinks the distance from u_inf.
Wide kept(const Neuron& neuron, double dt, Method method) {
  const Wide x = Wide(dt) / neuron.tau();
  return method == Method::euler ? Wide(1 - x) : Wide(exp(-x));
}

// A neuron out of reach of its threshold.
NeuronParameters silent() { return {.threshold = 1e6}; }

TEST(Stepper, FollowsItsClosedFormUnderAConstantCurrent) {
  testing::Random random;
  double worst = 0;
  for (int k = 0; k < testing::cases(200); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = rheobase(neuron) * random.uniform(-1, 1);
    const double dt = neuron.tau() * random.logarithmic(1e-4, 0.9);
    for (const Method method : both) {
      SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current) + " " + to_text(dt) + name(method));
      Stepper stepper(neuron, step(0, forever, current), dt, method);
      const Wide settled = Wide(neuron.rest()) + Wide(neuron.resistance()) * current;
      const Wide a = kept(neuron, dt, method);
      const double scale = std::fabs(neuron.rest()) + std::fabs(neuron.threshold());
      for (int n = 1; n <= 300; ++n) {
        stepper.step();
        const Wide truth = settled + (neuron.initial() - settled) * pow(a, n);
        const double error = static_cast<double>(abs(stepper.potential() - truth)) / scale;
        ASSERT_LE(error, 1e-13) << n;
        worst = std::max(worst, error);
      }
      EXPECT_FALSE(stepper.spiked());
    }
  }
  std::cout << "worst error " << worst << " of the potentials\n";
}

TEST(Stepper, SpikesAtTheStepsItsClosedFormPredicts) {
  testing::Random random;
  for (int k = 0; k < testing::cases(300); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = rheobase(neuron) * (1 + random.logarithmic(1e-2, 10));
    const double dt = neuron.tau() * random.logarithmic(1e-3, 0.5);
    for (const Method method : both) {
      SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current) + " " + to_text(dt) + name(method));
      const Wide settled = Wide(neuron.rest()) + Wide(neuron.resistance()) * current;
      // The first whole n with (u_inf - theta) > (u_inf - start) a^n.
      const auto steps_from = [&](double start) {
        return ceil(Wide(log((settled - neuron.threshold()) / (settled - start)) / log(kept(neuron, dt, method))));
      };
      const double first = static_cast<double>(steps_from(neuron.initial()));
      const double period = static_cast<double>(steps_from(neuron.reset())) + std::round(neuron.refractory() / dt);
      std::vector<double> expected;
      for (int m = 0; m < 4; ++m) expected.push_back((first + m * period) * dt);
      const double until = expected.back() + dt / 2;
      EXPECT_EQ(stepped_spike_times(neuron, step(0, forever, current), until, dt, method), expected);
    }
  }
}

TEST(Stepper, ErrsOnTheExercisesFirstSpikeByWhatTheFormulaSays) {
  // 8 ln 5 = 12.8755 ms; Euler crosses after ln 5/-ln(1 - dt/8) steps.
  const Current current = step(0, forever, 2.5);
  EXPECT_EQ(stepped_spike_times({}, current, 15, 0.1, Method::euler), (std::vector<double>{128 * 0.1}));
  EXPECT_EQ(stepped_spike_times({}, current, 15, 0.01, Method::euler), (std::vector<double>{1287 * 0.01}));
  EXPECT_EQ(stepped_spike_times({}, current, 15, 0.1, Method::exponential_euler), (std::vector<double>{129 * 0.1}));
  EXPECT_EQ(stepped_spike_times({}, current, 15, 0.01, Method::exponential_euler), (std::vector<double>{1288 * 0.01}));
}

TEST(Stepper, NeverFiresAtTheRheobase) {
  testing::Random random;
  for (int k = 0; k < testing::cases(100); ++k) {
    // Numbers of few digits, so that R I is exactly threshold - rest.
    const double resistance = random.integer(1, 64) / 4.0;
    const double current = random.integer(1, 64) / 16.0;
    const double rest = random.integer(-90, 0);
    const Neuron neuron(
        {.rest = rest, .reset = rest - 5, .threshold = rest + resistance * current, .resistance = resistance});
    const double dt = 8 * random.logarithmic(1e-3, 1);
    for (const Method method : both) {
      SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current) + " " + to_text(dt) + name(method));
      EXPECT_TRUE(stepped_spike_times(neuron, step(0, forever, current), 800, dt, method).empty());
    }
  }
}

// u(t_N) - u_rest = R sum_k I_k (exp(-(t_N - t_(k+1))/tau_m) - exp(-(t_N - t_k)/tau_m)).
TEST(Stepper, ByExponentialEulerIsExactForHeldSamples) {
  testing::Random random;
  std::vector<double> values;
  for (int k = 0; k < 400; ++k) values.push_back(random.uniform(-3, 3));
  const auto trace = stepped_trace(Neuron(silent()), samples(0, 0.1, values), 40, 0.1, Method::exponential_euler);
  ASSERT_EQ(trace.times.size(), 401U);
  for (std::size_t n = 0; n <= 400; ++n) {
    Wide truth = -70;
    for (std::size_t k = 0; k < n; ++k) {
      const auto factor = [&](std::size_t at) { return exp((Wide(at) - Wide(n)) * Wide(0.1) / 8); };
      truth += 10 * Wide(values[k]) * (factor(k + 1) - factor(k));
    }
    EXPECT_LE(abs(trace.potentials[n] - truth), Wide(1e-13)) << n;
  }
}

// I(t_n) = w b^n makes u_n - u_rest = R w (1 - a) (a^n - b^n)/(a - b).
TEST(Stepper, FollowsItsClosedFormUnderASynapse) {
  for (const Method method : both) {
    const auto trace = stepped_trace(Neuron(silent()), exponential_synapse(3, {{0, 5}}), 60, 0.25, method);
    const Wide a = kept({}, 0.25, method);
    const Wide b = exp(-Wide(0.25) / 3);
    for (std::size_t n = 0; n < trace.times.size(); ++n) {
      const int power = static_cast<int>(n);
      const Wide truth = -70 + 50 * (1 - a) * (pow(a, power) - pow(b, power)) / (a - b);
      EXPECT_LE(abs(trace.potentials[n] - truth), Wide(2e-13)) << name(method) << n;
    }
  }
}

// Amplitude and phase out of the trace, by a Fourier sum over whole periods.
TEST(Stepper, AnswersASinusoidWithItsDiscreteTransferFunction) {
  const Neuron neuron(silent());
  const double dt = 0.1;
  for (const double frequency : {10.0, 250.0, 1000.0, 2500.0}) {
    const int period = static_cast<int>(std::lround(1000 / frequency / dt));
    const Current current = sinusoid(0, forever, 2.5, frequency);
    for (const Method method : both) {
      const auto trace = stepped_trace(neuron, current, 500, dt, method);
      std::complex<double> sum;
      for (int n = 4000; n < 4000 + period; ++n) {
        sum +=
            (trace.potentials[static_cast<std::size_t>(n)] + 70) * std::polar(1.0, -2 * std::numbers::pi * n / period);
      }
      const auto response = std::complex<double>(0, 2.0 / period) * sum;  // of sin, so that i times the sum of exp
      const auto predicted = 2.5 * (method == Method::euler ? euler_impedance(neuron, frequency, dt)
                                                            : held_impedance(neuron, frequency, dt));
      EXPECT_LT(std::abs(response - predicted), 2e-13) << name(method) << ' ' << frequency;
    }
  }
}

TEST(Stepper, IsOfFirstOrderInTheStep) {
  // The potential under a sinusoid at 40 ms, against its closed form.
  const auto exact = sinusoid_response({}, 2.5, 30, 40);
  const double truth = -70 + exact.steady + exact.transient;
  const Current current = sinusoid(0, forever, 2.5, 30);
  for (const Method method : both) {
    double before = 0;
    for (const double dt : {0.1, 0.05, 0.025, 0.0125, 0.00625}) {
      const double error = stepped_trace(Neuron(silent()), current, 40, dt, method).potentials.back() - truth;
      if (before != 0) {
        EXPECT_NEAR(std::log2(before / error), 1, 0.02) << name(method) << ' ' << dt;
      }
      before = error;
    }
  }
}

TEST(Stepper, NearsTheExactSpikesAtFirstOrder) {
  const Neuron neuron;
  const Current current = step(3, 150, 2.2) + sinusoid(20, 160, 1.5, 40) + exponential_synapse(3, {{5, 1}, {60.3, 2}}) +
                          alpha_synapse(8, {{30.1, 0.8}}) + pulses({{12.345, 4}, {80, 3}}) + ramp(150, 190, 0, 4);
  const auto exact = spike_times(neuron, current, 200);
  ASSERT_GE(exact.size(), 10U);
  for (const Method method : both) {
    double worst_times_order = 0;
    for (const double dt : {0.02, 0.01, 0.005, 0.0025, 0.00125}) {
      const auto stepped = stepped_spike_times(neuron, current, 200, dt, method);
      ASSERT_EQ(stepped.size(), exact.size()) << name(method) << ' ' << dt;
      double worst = 0;
      for (std::size_t k = 0; k < exact.size(); ++k) worst = std::max(worst, std::fabs(stepped[k] - exact[k]));
      EXPECT_LT(worst, 4 * dt) << name(method) << ' ' << dt;

      worst_times_order = std::max(worst_times_order, worst / dt);
    }
    std::cout << name(method) << ": at most " << worst_times_order << " steps from the exact spikes\n";
  }
}

// With x = dt/tau_m forward Euler crosses the threshold after t x/-log(1 - x) = t (1 - x/2 - x^2/12 - ...) in place of
// t, and tells so at the next grid time.
TEST(Stepper, ByEulerMissesTheExactSpikeByItsPredictedError) {
  testing::Random random;
  for (int k = 0; k < testing::cases(300); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = rheobase(neuron) * (1 + random.logarithmic(1e-3, 1));
    const double x = random.logarithmic(1e-3, 0.1);
    const double dt = neuron.tau() * x;
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current) + " " + to_text(dt));
    const Current drive = step(0, forever, current);
    const double until = 2 * *first_spike_latency(neuron, current, neuron.initial()) + dt;
    const double exact = spike_times(neuron, drive, until).at(0);
    const double stepped = stepped_spike_times(neuron, drive, until, dt, Method::euler).at(0);
    EXPECT_GE(stepped, exact * (1 - x / 2 - x * x / 6) - 1e-12 * exact);
    EXPECT_LE(stepped, exact * (1 - x / 2) + dt + 1e-12 * exact);
  }
}

TEST(Stepper, StaysWithinAStepOfTheExactSpikeUnderAHeldCurrent) {
  testing::Random random;
  for (int k = 0; k < testing::cases(200); ++k) {
    const double dt = 0.1;
    std::vector<double> values;
    for (int n = 0; n < 500; ++n) values.push_back(random.uniform(1, 5));
    // Only the first spike: the next ones start from the grid.
    const Current current = samples(0, dt, values);
    const auto exact = spike_times({}, current, 50);
    const auto stepped = stepped_spike_times({}, current, 50, dt, Method::exponential_euler);
    ASSERT_FALSE(exact.empty());
    ASSERT_FALSE(stepped.empty());
    EXPECT_GE(stepped[0], exact[0] * (1 - 1e-12));
    EXPECT_LE(stepped[0], exact[0] + dt * (1 + 1e-12));
  }
}

// What jumps do: at rest, steps of 1 ms, threshold 20 mV above rest.
std::vector<double> spikes_of_jumps(std::vector<Event> jumps, double refractory = 2, Method method = Method::euler) {
  return stepped_spike_times(NeuronParameters{.reset = -70, .refractory = refractory}, pulses(std::move(jumps)), 30, 1,
                             method);
}
using Times = std::vector<double>;

TEST(SteppedJumps, ActAtTheFirstGridTimeThatIsNotBeforeThem) {
  EXPECT_EQ(spikes_of_jumps({{5, 25}}), Times{5});
  EXPECT_EQ(spikes_of_jumps({{5.1, 25}}), Times{6});
  EXPECT_EQ(spikes_of_jumps({{5.9, 25}}), Times{6});
  EXPECT_EQ(spikes_of_jumps({{30, 25}}), Times{30});
  const auto trace = stepped_trace(NeuronParameters{}, pulses({{2, 8}}), 3, 1, Method::euler);
  EXPECT_EQ(trace.potentials, (std::vector<double>{-70, -70, -62, -63}));
}

TEST(SteppedJumps, FireOnTheThresholdButDriftDoesNot) {
  EXPECT_EQ(spikes_of_jumps({{5, 20}}), Times{5});
  EXPECT_EQ(spikes_of_jumps({{5, 19.999}}), Times{});
  // One step of forward Euler with dt = tau lands on u_inf, which is the threshold here.
  EXPECT_TRUE(stepped_spike_times({}, step(0, 8, 2), 100, 8, Method::euler).empty());
}

TEST(SteppedJumps, OfOneGridTimeAddUpFirst) {
  EXPECT_EQ(spikes_of_jumps({{5, 25}, {5, -10}}), Times{});
  EXPECT_EQ(spikes_of_jumps({{5, 12}, {5, 12}}), Times{5});
  EXPECT_EQ(stepped_spike_times(NeuronParameters{}, pulses({{5, 25}}) + pulses({{5, -10}}), 30, 1, Method::euler),
            Times{});
}

TEST(SteppedJumps, AreLostInRefractorinessAndKeptAtItsEnd) {
  EXPECT_EQ(spikes_of_jumps({{5, 25}, {6, 25}}), Times{5});
  EXPECT_EQ(spikes_of_jumps({{5, 25}, {6.5, 25}}), Times{5});
  EXPECT_EQ(spikes_of_jumps({{5, 25}, {7, 25}}), (Times{5, 7}));
  EXPECT_EQ(spikes_of_jumps({{5, 25}, {7.5, 25}}), (Times{5, 8}));
  EXPECT_EQ(spikes_of_jumps({{5, 25}, {6, 25}}, 0), (Times{5, 6}));
  EXPECT_EQ(spikes_of_jumps({{5, 25}, {5, 25}}, 0), Times{5});
}

TEST(SteppedJumps, AtZeroActAtOnceAndThoseBeforeAreForgotten) {
  EXPECT_EQ(spikes_of_jumps({{0, 25}}), Times{0});
  EXPECT_EQ(spikes_of_jumps({{-1, 25}}), Times{});
}

TEST(Stepper, ClampsForWholeStepsOfRefractoriness) {
  // From the reset on the threshold's other side in a single step: spikes are round(Delta_abs/dt) + 1 steps apart.
  for (const auto& [refractory, apart] : {std::pair(0.0, 1.0), {1.2, 2.0}, {1.8, 3.0}, {2.0, 3.0}}) {
    const auto spikes =
        stepped_spike_times(NeuronParameters{.refractory = refractory}, step(0, forever, 100), 10, 1, Method::euler);
    ASSERT_GE(spikes.size(), 2U);
    EXPECT_EQ(spikes[1] - spikes[0], apart) << refractory;
  }
  const auto trace = stepped_trace(NeuronParameters{}, step(0, forever, 100), 6, 1, Method::euler);
  EXPECT_EQ(trace.spikes, (Times{1, 4}));
  for (std::size_t n = 1; n <= 6; ++n) EXPECT_EQ(trace.potentials[n], -65) << n;
  EXPECT_EQ(
      stepped_spike_times(NeuronParameters{.refractory = 1e300}, step(0, forever, 100), 1000, 1e-1, Method::euler),
      Times{0.2});
}

TEST(Stepper, HoldsTheCurrentOfTheStartOfEachStep) {
  // tau = 1 step: forward Euler shows R I(t_n) one step later.
  const NeuronParameters follower{.rest = 0, .reset = -1, .threshold = 100, .resistance = 1, .tau = 1};
  const Current current = step(0.5, 2, 3) + ramp(3, 5, 0, 2) + exponential_synapse(1, {{5.5, std::exp(0.5)}});
  const auto trace = stepped_trace(follower, current, 7, 1, Method::euler);
  const std::vector<double> expected{0, 0, 3, 0, 0, 1, 0, 1};
  ASSERT_EQ(trace.potentials.size(), expected.size());
  for (std::size_t n = 0; n < expected.size(); ++n) EXPECT_NEAR(trace.potentials[n], expected[n], 1e-15) << n;
}

TEST(Stepper, KeepsItsGridWithoutDrift) {
  Stepper stepper({}, {}, 0.1, Method::euler);
  for (int n = 0; n < 1000000; ++n) stepper.step();
  EXPECT_EQ(stepper.time(), 100000);
  EXPECT_EQ(stepped_trace({}, {}, 0.3, 0.1, Method::euler).times, (Times{0, 0.1, 0.2}));  // 3 x 0.1 > 0.3 in double
  EXPECT_EQ(stepped_trace({}, {}, 0.5, 0.125, Method::euler).times, (Times{0, 0.125, 0.25, 0.375, 0.5}));
}

TEST(Stepper, NamesWhatIsWrong) {
  const auto message = [](double until, double dt) -> std::string {
    try {
      stepped_spike_times({}, {}, until, dt, Method::euler);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "nothing thrown";
  };
  EXPECT_EQ(message(10, 0), "dt = 0 ms: must be greater than 0");
  EXPECT_EQ(message(10, std::nan("")), "dt = nan ms: must be a finite number");
  EXPECT_EQ(message(-1, 1), "until = -1 ms: must be greater than 0");
  EXPECT_EQ(
      message(200, 1e-9),
      "dt = 1e-09 ms: takes 2e+11 steps until 200 ms, and 1e+09 are the most; choose a longer step, or an earlier "
      "end");
  EXPECT_THROW(stepped_trace({}, {}, 0, 1, Method::euler), InvalidArgument);
  EXPECT_THROW(stepped_trace({}, {}, 200, 1e-300, Method::euler), InvalidArgument);
}

}  // namespace
}  // namespace lapicque
