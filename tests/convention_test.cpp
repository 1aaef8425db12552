#include "lapicque/convention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "random.hpp"

namespace lapicque {
namespace {

// That real simulators print what is predicted is tested in tests/simulators. Here the predictions are held against
// other ways to the same train: closed forms, and other people's update loops written down once more.

void expect_times(const std::vector<double>& predicted, const std::vector<double>& expected) {
  ASSERT_EQ(predicted.size(), expected.size())
      << ::testing::PrintToString(predicted) << ::testing::PrintToString(expected);
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(predicted[k], expected[k], 1e-9) << "spike " << k + 1;
}

/// Time from u to the threshold under a constant current, ms.
double rise(const Neuron& neuron, double from, double current) {
  const double settled = neuron.rest() + neuron.resistance() * current;
  return neuron.tau() * std::log((settled - from) / (settled - neuron.threshold()));
}

Current everything() {
  return step(5, 101, 2.3) + ramp(3.3, 61.7, 0, 2) + sinusoid(20, 100, 1.5, 250) +
         samples(40, 0.7, {1, -1, 2, 0.5}, Hold::linear) +
         exponential_synapse(3, {{-1, 1}, {1, 2}, {7.03, 4}, {30, 8}}) + alpha_synapse(8, {{-1, 1}, {9, 2}}) +
         pulses({{0, 1}, {0.3, 3}, {50, 8}, {50.04, -2}, {60, 20}});
}

TEST(EulerConventions, AreTheStepper) {
  const Neuron neuron;
  for (const double dt : {0.1, 0.05, 0.025, 0.01}) {
    EXPECT_EQ(predicted_spike_times(neuron, everything(), 200, find_convention("euler"), dt),
              stepped_spike_times(neuron, everything(), 200, dt, Method::euler));
    EXPECT_EQ(predicted_spike_times(neuron, everything(), 200, find_convention("exponential-euler"), dt),
              stepped_spike_times(neuron, everything(), 200, dt, Method::exponential_euler));
  }
}

TEST(Brian2Convention, HasTheTrainOfTheClosedFormForAConstantCurrent) {
  const double dt = 0.1;
  // Refractoriness in whole steps from the stamp: floor(refractory/dt + 0.001), after rounding to a microsecond.
  const std::vector<std::pair<double, double>> counted{{2, 20}, {2.05, 20}, {2.0996, 21}, {0.05, 0}, {0, 0}};
  for (const auto& [refractory, steps] : counted) {
    const Neuron neuron({.refractory = refractory});
    const double current = 2.7;
    const double first = std::ceil(rise(neuron, neuron.rest(), current) / dt);
    const double next = std::ceil(rise(neuron, neuron.reset(), current) / dt);
    std::vector<double> expected;
    // The step from n to n + 1 brings the spike; the next one that moves u is n + max(steps, 1).
    for (double n = first - 1; (n + 1) * dt <= 100; n += std::max(steps, 1.0) + next - 1) expected.push_back(n * dt);
    expect_times(predicted_spike_times(neuron, step(0, forever, current), 100, find_convention("brian2"), dt),
                 expected);
  }
}

TEST(Brian2Convention, TestsAJumpAfterOneMoreStep) {
  // From -70 mV a jump of 20.3 mV decays below the threshold within 0.1 ms (20.3 exp(-0.1/8) = 20.05; 20.2: 19.95).
  const Convention& brian2 = find_convention("brian2");
  expect_times(predicted_spike_times({}, pulses({{10, 20.2}}), 50, brian2, 0.1), {});
  expect_times(predicted_spike_times({}, pulses({{10, 20.3}}), 50, brian2, 0.1), {10.1});
  expect_times(predicted_spike_times({}, pulses({{10.05, 20.3}}), 50, brian2, 0.1), {10.1});
}

/// NEST's iaf_psc_exp and iaf_psc_delta in one: update, arrivals, threshold, then the current for the next step.
std::vector<double> nest_loop(const Neuron& neuron, const std::function<double(double)>& current, double tau_s,
                              const std::vector<Event>& arrivals, const std::vector<Event>& jumps, double until,
                              double dt, double start_late) {
  const double kept = std::exp(-dt / neuron.tau());
  const double synaptic_kept = std::exp(-dt / tau_s);
  const double synaptic_gain =
      neuron.resistance() * tau_s / (neuron.tau() - tau_s) * (kept - synaptic_kept);  // u per nA and step
  std::map<long, double> arrive;
  std::map<long, double> jump;
  const auto grid_time = [dt](double time) {  // by way of the tics of 1 us
    return std::lround(std::ceil(std::round(time * 1000) / 1000 / dt - 1e-9));
  };
  for (const Event& e : arrivals) arrive[grid_time(e.time)] += e.size;
  for (const Event& e : jumps) jump[grid_time(e.time)] += e.size;
  const long counts = std::lround(std::ceil(neuron.refractory() / dt - 1e-9));
  double v = neuron.initial() - neuron.rest();
  double synaptic = 0;
  long refractory = 0;
  std::vector<double> spikes;
  for (long n = 0; n < std::lround(until / dt); ++n) {
    // What a generator sends from t = 0 on arrives a step later than anything else.
    const bool is_missed = start_late > 0 && n < 2;
    const double held = is_missed ? 0 : current((static_cast<double>(n) - start_late) * dt);
    if (refractory == 0) {
      v = v * kept + synaptic * synaptic_gain + neuron.resistance() * held * (1 - kept) + jump[n + 1];
    } else {
      --refractory;
    }
    synaptic = synaptic * synaptic_kept + arrive[n + 1];
    if (v >= neuron.threshold() - neuron.rest()) {
      refractory = counts;
      v = neuron.reset() - neuron.rest();
      spikes.push_back(std::round(static_cast<double>(n + 1) * dt * 1000) / 1000);
    }
  }
  return spikes;
}

TEST(NestConventions, PrintWhatNestsUpdateLoopDoes) {
  testing::Random random;
  for (const double refractory : {0.0, 0.53, 2.0}) {
    const Neuron neuron({.refractory = refractory});
    std::vector<Event> arrivals;
    std::vector<Event> jumps;
    for (int k = 0; k < 100; ++k) {
      arrivals.push_back({random.uniform(0.2, 200), random.uniform(0, 2)});
      jumps.push_back({random.uniform(0.2, 200), random.uniform(0, 2)});
    }
    const double omega = 2 * std::numbers::pi * 130 / 1000;
    const auto value = [&](double t) { return t < 0 ? 0 : 1.5 + std::sin(omega * t); };
    const Current current =
        step(0, forever, 1.5) + sinusoid(0, forever, 1, 130) + exponential_synapse(2, arrivals) + pulses(jumps);
    for (const double dt : {0.1, 0.05}) {
      expect_times(predicted_spike_times(neuron, current, 200, find_convention("nest"), dt),
                   nest_loop(neuron, value, 2, arrivals, jumps, 200, dt, 0));
      expect_times(predicted_spike_times(neuron, current, 200, find_convention("nest-generator"), dt),
                   nest_loop(neuron, value, 2, arrivals, jumps, 200, dt, 1));
    }
  }
}

TEST(NestPreciseConventions, SolveTheCrossingAndRoundRefractorinessUp) {
  const Neuron neuron({.refractory = 2.03});
  const double current = 2.7;
  std::vector<double> expected;
  for (double t = rise(neuron, neuron.rest(), current); t <= 100; t += 2.1 + rise(neuron, neuron.reset(), current)) {
    expected.push_back(std::round(t * 1000) / 1000);
  }
  for (const char* name : {"nest-precise", "nest-lossless"}) {
    expect_times(predicted_spike_times(neuron, step(0, forever, current), 100, find_convention(name), 0.1), expected);
  }
}

TEST(NestPreciseConventions, DifferWhereUIsBackWithinTheStep) {
  // 8 mV and a short synapse's 2.5 mV more lift u over the threshold, 10 mV above rest, for less than a step of 1 ms.
  const Neuron neuron({.rest = -60});
  const Current current = pulses({{10, 8}}) + exponential_synapse(0.05, {{10.01, 40}});
  EXPECT_EQ(predicted_spike_times(neuron, current, 20, find_convention("nest-precise"), 1).size(), 0u);
  EXPECT_EQ(predicted_spike_times(neuron, current, 20, find_convention("nest-lossless"), 1).size(), 1u);
}

/// Nengo's LIF.step, one neuron; u from rest 0 to threshold 1.
std::vector<double> nengo_loop(const Neuron& neuron, const std::function<double(double)>& current, double until,
                               double dt) {
  const double height = neuron.threshold() - neuron.rest();
  double voltage = 0;
  double refractory_time = 0;
  std::vector<double> spikes;
  for (long n = 1; n <= std::lround(until / dt); ++n) {
    const double j = neuron.resistance() * current(static_cast<double>(n) * dt) / height;
    refractory_time -= dt;
    const double delta_t = std::clamp(dt - refractory_time, 0.0, dt);
    voltage -= (j - voltage) * std::expm1(-delta_t / neuron.tau());
    if (voltage > 1) {
      const double t_spike = dt + neuron.tau() * std::log1p(-(voltage - 1) / (j - 1));
      voltage = 0;
      refractory_time = neuron.refractory() + t_spike;
      spikes.push_back(static_cast<double>(n) * dt);
    }
    voltage = std::max(voltage, 0.0);
  }
  return spikes;
}

TEST(NengoConvention, PrintsWhatItsUpdateLoopDoes) {
  for (const double refractory : {0.0, 0.3, 2.0}) {
    const Neuron neuron({.rest = -65, .reset = -65, .refractory = refractory});
    const double omega = 2 * std::numbers::pi * 20 / 1000;
    const auto value = [&](double t) { return 1 + 40 * std::sin(omega * t); };
    const Current current = step(0, forever, 1) + sinusoid(0, forever, 40, 20);
    for (const double dt : {1.0, 0.1}) {
      expect_times(predicted_spike_times(neuron, current, 300, find_convention("nengo"), dt),
                   nengo_loop(neuron, value, 300, dt));
    }
  }
}

TEST(IntFireConvention, IsTheExactSolutionButForAJumpAtTheEndOfRefractoriness) {
  const Convention& intfire = find_convention("neuron-intfire");
  const auto predicted = predicted_spike_times({}, everything(), 200, intfire, 1);
  expect_times(predicted, spike_times({}, everything(), 200));
  const Neuron neuron({.rest = -65, .refractory = 2});
  expect_times(predicted_spike_times(neuron, pulses({{1, 16}, {3, 16}, {4, 16}}), 10, intfire, 1), {1, 4});
}

// Grid times are rounded: 0.1 n + 0.3 is now below, now above 0.1 (n + 3).
TEST(Conventions, LoseAJumpAtTheEndOfRefractorinessHoweverTimesAreRounded) {
  const Neuron neuron({.refractory = 0.3});
  const double dt = 0.1;
  for (int n = 1; n < 2000; n += 3) {
    // Each jump that acts fires at once.
    const auto lost = pulses({{n * dt, 25}, {(n + 3) * dt, 25}});
    const auto kept = pulses({{n * dt, 25}, {(n + 3) * dt + 1e-9, 25}});
    const Convention& intfire = find_convention("neuron-intfire");
    EXPECT_EQ(predicted_spike_times(neuron, lost, 201, intfire, dt).size(), 1U) << n;
    EXPECT_EQ(predicted_spike_times(neuron, kept, 201, intfire, dt).size(), 2U) << n;
    // NEST 3.9's precise models let it act, however its time is rounded.
    for (const char* name : {"nest-precise", "nest-lossless"}) {
      EXPECT_EQ(predicted_spike_times(neuron, lost, 201, find_convention(name), dt).size(), 2U) << name << " " << n;
    }
  }
}

/// The neuron of the next tests, which NEST 3.9.0 was run on; what it printed stands in them.
Neuron nests_neuron() {
  return Neuron({.rest = -70, .reset = -70, .threshold = -55, .resistance = 40, .tau = 10, .refractory = 2});
}

TEST(NestConventions, RoundArrivalsToMicrosecondsBeforeTheyAreTakenToTheGrid) {
  const Convention& nest = find_convention("nest");
  expect_times(predicted_spike_times(nests_neuron(), pulses({{0.9, 20}}), 3, nest, 0.3), {0.9});
  expect_times(predicted_spike_times(nests_neuron(), pulses({{3.3004, 20}}), 10, nest, 0.1), {3.3});
  expect_times(predicted_spike_times(nests_neuron(), pulses({{0.8000000000000002, 20}}), 3, nest, 0.1), {0.8});
}

TEST(NestConventions, LetAGeneratorsCurrentFromZeroActAStepLater) {
  const Convention& generator = find_convention("nest-generator");
  expect_times(predicted_spike_times(nests_neuron(), step(0, forever, 2), 20, generator, 0.1),
               {2.3, 6.4, 10.5, 14.6, 18.7});
  expect_times(
      predicted_spike_times(nests_neuron(), sinusoid(0, forever, 2, 50, std::numbers::pi / 2), 20, generator, 0.1),
      {2.6});
}

TEST(NestPreciseConventions, LetAJumpAtTheEndOfRefractorinessAct) {
  expect_times(
      predicted_spike_times(nests_neuron(), pulses({{2.1, 20}, {4.1, 20}}), 10, find_convention("nest-precise"), 0.1),
      {2.1, 4.1});
}

/// AllenSDK's GlifNeuron.run with forward Euler and a reset to a value.
std::vector<double> allen_loop(const Neuron& neuron, const std::function<double(double)>& current, double until,
                               double dt) {
  double v = neuron.initial();
  std::vector<double> spikes;
  const long cut = std::lround(neuron.refractory() / dt);
  for (long n = 0; n < std::lround(until / dt);) {
    const double next =
        v + dt / neuron.tau() * (neuron.rest() - v + neuron.resistance() * current(static_cast<double>(n) * dt));
    if (next > neuron.threshold()) {
      spikes.push_back(static_cast<double>(n) * dt + dt * (neuron.threshold() - v) / (next - v));
      v = neuron.reset();
      n += cut + 1;
    } else {
      v = next;
      ++n;
    }
  }
  return spikes;
}

TEST(AllenConvention, InterpolatesTheCrossingWithinTheStep) {
  const double omega = 2 * std::numbers::pi * 20 / 1000;
  const auto value = [&](double t) { return 2.5 + 2 * std::sin(omega * t); };
  const Current current = step(0, forever, 2.5) + sinusoid(0, forever, 2, 20);
  for (const double refractory : {0.0, 2.0}) {
    const Neuron neuron({.refractory = refractory});
    for (const double dt : {0.1, 0.05}) {
      const auto expected = allen_loop(neuron, value, 200, dt);
      ASSERT_GT(expected.size(), 8U);
      expect_times(predicted_spike_times(neuron, current, 200, find_convention("allen"), dt), expected);
    }
  }
}

TEST(Conventions, KeepJumpsInRefractoriness) {
  // A spike at 1 ms, then jumps of 8 mV at 1.5 and 2 ms from -65 mV: with decay, 8 exp(-1.5/8) + 8 exp(-1/8) = 13.69.
  Convention c{.update = Update::exact, .synapses_sampled = false, .refractoriness = Refractoriness::keeps_jumps};
  const Neuron neuron({.rest = -65, .refractory = 2});
  const Current two = pulses({{1, 16}, {1.5, 8}, {2, 8}});
  expect_times(predicted_spike_times(neuron, two, 10, c, 0.5), {1, 3});
  c.refractoriness = Refractoriness::keeps_decaying_jumps;
  expect_times(predicted_spike_times(neuron, two, 10, c, 0.5), {1});
  expect_times(predicted_spike_times(neuron, two + pulses({{3.5, 2.2}}), 10, c, 0.5), {1, 3.5});  // 12.86 + 2.2 > 15
  expect_times(predicted_spike_times(neuron, two + pulses({{3.5, 2.1}}), 10, c, 0.5), {1});
}

TEST(Conventions, WriteSpikesDownAtALevelOfDetection) {
  Convention c{.update = Update::exact, .detection = -55};
  const Neuron neuron({.rest = -70, .reset = -60, .threshold = -50, .refractory = 0});
  const double current = 2.5;
  const double dt = 0.1;
  std::vector<double> expected;
  double t = std::ceil(rise(Neuron({.threshold = -55}), neuron.rest(), current) / dt) * dt;
  const double first = std::ceil(rise(neuron, neuron.rest(), current) / dt) * dt;
  expected.push_back(t);
  for (t = first; t < 60; t += std::ceil(rise(neuron, neuron.reset(), current) / dt) * dt) {
    expected.push_back(t + std::ceil(rise(Neuron({.threshold = -55}), neuron.reset(), current) / dt) * dt);
  }
  while (expected.back() > 60) expected.pop_back();
  expect_times(predicted_spike_times(neuron, step(0, forever, current), 60, c, dt), expected);
}

TEST(Conventions, KeepTheOvershootWhereAResetSubtracts) {
  // A jump of 33 mV from rest, -70 mV, is 13 mV above the threshold, and 15 mV are taken off: 2 mV below.
  Convention c{.update = Update::exact, .synapses_sampled = false, .subtracts = true};
  const Neuron neuron({.refractory = 0});
  expect_times(predicted_spike_times(neuron, pulses({{1, 33}, {1.1, 2.5}}), 3, c, 0.1), {1, 1.1});
  c.subtracts = false;
  expect_times(predicted_spike_times(neuron, pulses({{1, 33}, {1.1, 2.5}}), 3, c, 0.1), {1});
}

TEST(Conventions, StepThroughTheSameTrainThatTheExactSolverFinds) {
  // With crossings solved within steps, steps and the event-driven solver take different ways to the same train.
  Convention c{.update = Update::exact,
               .synapses_sampled = false,
               .crossing = Crossing::within_step,
               .stamp = Stamp::crossing,
               .arrivals = Arrival::exact,
               .refractory_count = RefractoryCount::exact};
  for (const Arrival arrivals : {Arrival::exact, Arrival::up}) {
    c.arrivals = arrivals;
    for (const double dt : {0.1, 0.03}) {
      c.crossing = Crossing::within_step;
      const auto stepped = predicted_spike_times({}, everything(), 200, c, dt);
      c.crossing = Crossing::everywhere;
      EXPECT_GE(stepped.size(), 10u);
      expect_times(stepped, predicted_spike_times({}, everything(), 200, c, dt));
    }
  }
}

TEST(Conventions, TellReachingTheThresholdFromCrossingIt) {
  // One step of forward Euler takes u from -62.5 mV by 1000 mV dt/tau_m = 62.5 mV exactly to the threshold, 0 mV.
  const Neuron neuron({.rest = -62.5, .reset = -62.5, .threshold = 0, .refractory = 0});
  Convention c;
  expect_times(predicted_spike_times(neuron, step(5, 5.5, 100), 10, c, 0.5), {});
  c.strict_threshold = false;
  expect_times(predicted_spike_times(neuron, step(5, 5.5, 100), 10, c, 0.5), {5.5});
}

TEST(Conventions, MoveArrivalsToTheirGridTime) {
  Convention c{.update = Update::exact, .synapses_sampled = false};
  const auto fires_at = [&](double time, Arrival arrivals) {
    c.arrivals = arrivals;
    return predicted_spike_times({}, pulses({{time, 25}}), 20, c, 0.5).at(0);
  };
  EXPECT_EQ(fires_at(10.1, Arrival::up), 10.5);
  EXPECT_EQ(fires_at(10.0, Arrival::up), 10.0);
  EXPECT_EQ(fires_at(0.0, Arrival::up), 0.0);
  EXPECT_EQ(fires_at(10.1, Arrival::nearest), 10.0);
  EXPECT_EQ(fires_at(10.3, Arrival::nearest), 10.5);
  EXPECT_EQ(fires_at(10.1, Arrival::after), 10.5);
  EXPECT_EQ(fires_at(10.0, Arrival::after), 10.5);
  EXPECT_EQ(fires_at(9.9999, Arrival::after), 10.5) << "Brian 2 allows for a thousandth of a step";
}

// Beyond 2^53 steps n + 1 is n.
TEST(Conventions, LeaveAloneWhatIsFarBeyondTheEnd) {
  for (const Arrival arrivals : {Arrival::up, Arrival::nearest, Arrival::after}) {
    const Convention c{.arrivals = arrivals};
    const auto jumps = pulses({{10, 25}, {2e16, 25}, {3.3e22, 25}, {1e300, 25}, {1.7e308, 25}});
    EXPECT_EQ(predicted_spike_times({}, jumps, 20, c, 0.1).size(), 1U);
    EXPECT_EQ(predicted_spike_times({}, jumps, 1e-298, c, 1e-300).size(), 0U);
  }
}

TEST(Conventions, EndRefractorinessWithinAStepWhereNoneAreCounted) {
  // u is reset at a grid time, and goes on 2.03 ms later.
  const Convention c{.update = Update::exact, .refractory_count = RefractoryCount::exact};
  const Neuron neuron({.refractory = 2.03});
  const double dt = 0.1;
  const double current = 2.7;
  std::vector<double> expected;
  double t = std::ceil(rise(neuron, neuron.rest(), current) / dt) * dt;
  for (; t <= 100; t = std::ceil((t + 2.03 + rise(neuron, neuron.reset(), current)) / dt) * dt) expected.push_back(t);
  expect_times(predicted_spike_times(neuron, step(0, forever, current), 100, c, dt), expected);
}

TEST(Conventions, LetThePotentialGoOnInRefractoriness) {
  const double dt = 0.1;
  const double current = 10;
  const Neuron neuron({.refractory = 3});
  const double settled = neuron.rest() + neuron.resistance() * current;
  const double first = std::ceil(rise(neuron, neuron.rest(), current) / dt) * dt;

  // With the current, u is above the threshold when refractoriness ends, and fires a step after.
  Convention c{.update = Update::exact, .refractoriness = Refractoriness::integrates};
  auto times = predicted_spike_times(neuron, step(0, forever, current), 20, c, dt);
  ASSERT_GE(times.size(), 2u);
  EXPECT_NEAR(times[0], first, 1e-9);
  EXPECT_NEAR(times[1], first + 3 + dt, 1e-9);

  // Without, it relaxes towards rest before it rises.
  c.refractoriness = Refractoriness::relaxes;
  times = predicted_spike_times(neuron, step(0, forever, current), 20, c, dt);
  const double relaxed = neuron.rest() + (neuron.reset() - neuron.rest()) * std::exp(-3 / neuron.tau());
  const double steps = std::ceil(neuron.tau() * std::log((settled - relaxed) / (settled - neuron.threshold())) / dt);
  ASSERT_GE(times.size(), 2u);
  EXPECT_NEAR(times[1], first + 3 + steps * dt, 1e-9);
}

TEST(Conventions, FireOnceWhereADetectorHasToSeeUBelowTheThreshold) {
  // 400 nA lift u from reset to the threshold within a step: 8 ln(3995/3980) = 0.03 ms. In the pause u comes down.
  const Neuron neuron({.refractory = 0});
  const Current current = step(1, 3, 400) + step(40, 42, 400);
  Convention c{.update = Update::exact};
  EXPECT_EQ(predicted_spike_times(neuron, current, 60, c, 0.1).size(), 40u);
  c.rearmed_below = true;
  expect_times(predicted_spike_times(neuron, current, 60, c, 0.1), {1.1, 40.1});
  // A step of refractoriness is enough for it: one spike in two steps.
  const Neuron refractory({.refractory = 0.1});
  EXPECT_EQ(predicted_spike_times(refractory, current, 60, c, 0.1).size(), 20u);
}

TEST(Conventions, AreFoundByName) {
  for (const NamedConvention& named : conventions()) EXPECT_EQ(find_convention(named.name), named.convention);
  try {
    find_convention("brain2");
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_STREQ(error.what(),
                 "convention = brain2: must be one of brian2, brian2-euler, nest, nest-generator, nest-precise, "
                 "nest-lossless, neuron, neuron-intfire, nengo, allen, euler, exponential-euler");
  }
}

TEST(Conventions, RefuseAxesThatExcludeEachOther) {
  const auto refused = [](const Convention& c) {
    try {
      predicted_spike_times({}, {}, 1, c, 0.1);
      return std::string("accepted");
    } catch (const InvalidArgument& error) {
      return error.subject();
    }
  };
  EXPECT_EQ(refused({.arrivals = Arrival::exact}), "arrivals");
  EXPECT_EQ(refused({.stamp = Stamp::crossing}), "stamp");
  EXPECT_EQ(refused({.crossing = Crossing::within_step}), "crossing");
  EXPECT_EQ(refused({.input_time = {}}), "input_time");
  EXPECT_EQ(refused({.input_time = NAN}), "input_time");
  EXPECT_EQ(refused({}), "accepted");
  EXPECT_THROW(predicted_spike_times({}, {}, 0, {}, 0.1), InvalidArgument);
  EXPECT_THROW(predicted_spike_times({}, {}, 1, {}, 0), InvalidArgument);
}

TEST(Conventions, CountNoStepsOfALengthThatIsNone) {
  for (const double dt : {0.0, -0.1, forever, std::nan("")}) {
    EXPECT_THROW(counted_steps(2, dt, RefractoryCount::nearest), InvalidArgument) << dt;
  }
  EXPECT_EQ(counted_steps(2, 0.1, RefractoryCount::nearest), 20);
}

TEST(Conventions, RefuseARunOfTooManySteps) {
  for (const NamedConvention& known : conventions()) {
    if (known.name == "neuron-intfire") continue;  // which takes none
    try {
      predicted_spike_times({}, {}, 200, known.convention, 1e-9);
      FAIL() << known.name;
    } catch (const InvalidArgument& error) {
      EXPECT_STREQ(error.what(),
                   "dt = 1e-09 ms: takes 2e+11 steps until 200 ms, and 1e+09 are the most; choose a longer step, or an "
                   "earlier end");
    }
  }
  EXPECT_TRUE(predicted_spike_times({}, {}, 200, find_convention("neuron-intfire"), 1e-9).empty());
}

}  // namespace
}  // namespace lapicque
