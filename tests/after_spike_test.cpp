#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "numbers/real.hpp"
#include "solver/train.hpp"

// A current that own spikes raise, against formulas of its own in 50 digits.

namespace lapicque::detail {
namespace {

/// The exercises' neuron under a constant current, with an after-spike current of `jump` nA and `tau_w` ms. Between
/// spikes
///     u(s) = rest + R I + (reset - rest - R I) e^(-s/tau) + R w (e^(-s/tau_w) - e^(-s/tau)) tau_w / (tau_w - tau),
/// w being what is left of the after-spike current as u is released; the crossing is found by bisection.
std::vector<Real50> spikes_by_bisection(double current, double jump, double tau_w, double until) {
  const Real50 tau = 8, resistance = 10, rest = -70, threshold = -50, refractory = 2;
  const Real50 level = rest + resistance * Real50(current);
  const Real50 ratio = Real50(tau_w) / (Real50(tau_w) - tau);
  std::vector<Real50> spikes;
  Real50 released = 0, start = rest, w = 0;
  while (true) {
    const auto u = [&](const Real50& s) {
      const Real50 decay = exp(-s / tau);
      return Real50(level + (start - level) * decay + resistance * w * ratio * (exp(-s / Real50(tau_w)) - decay));
    };
    Real50 low = 0, high = 0;
    while (u(high) < threshold && released + high <= until) high += Real50(1) / 16;  // it crosses once, and slowly
    if (released + high > until) return spikes;
    for (int k = 0; k < 170; ++k) {
      const Real50 middle = (low + high) / 2;
      (u(middle) < threshold ? low : high) = middle;
    }
    spikes.push_back(released + high);
    w = (w * exp(-high / Real50(tau_w)) + Real50(jump)) * exp(-refractory / Real50(tau_w));
    released = spikes.back() + refractory;
    start = -65;
  }
}

constexpr double until = 200;

Neuron adapting(double jump, double tau, double initial = -70) {
  return Neuron({.initial = initial, .after_spike = {{AfterSpike::Kind::current, jump, tau}}});
}

void expect_spikes(const std::vector<Real50>& expected, double jump, double tau_w, Precision precision,
                   const SkipsAllowed& skips) {
  const auto train = make_train({adapting(jump, tau_w), step(0, forever, 2.6), until}, precision, skips);
  for (std::size_t n = 0; n < expected.size(); ++n) {
    const auto spike = train->next(until);
    ASSERT_TRUE(spike) << "spike " << n;
    EXPECT_LE(abs(Real50(spike->time) - expected[n]), spike->error) << "spike " << n;
    if (precision == Precision::fast) continue;
    EXPECT_EQ(spike->time, static_cast<double>(expected[n]));
    EXPECT_LE(abs(Real50(spike->time) + spike->remainder - expected[n]), 1e-25);
  }
  EXPECT_FALSE(train->next(until));
}

TEST(AfterSpikeCurrent, IsRaisedAtTheExactTimeOfEachSpike) {
  const SkipsAllowed none{.regular = false, .sinusoid = false, .quiet = false, .lanes = false};
  for (const double jump : {-0.1, 0.03}) {
    for (const double tau_w : {100.0, 30.0, 3.0, 8.000000000000002}) {
      const auto expected = spikes_by_bisection(2.6, jump, tau_w, until);
      for (const Precision precision : {Precision::exact, Precision::fast}) {
        expect_spikes(expected, jump, tau_w, precision, {});
        expect_spikes(expected, jump, tau_w, precision, none);
      }
    }
  }
}

TEST(AfterSpikeCurrent, ActsFromTheFirstSpikeOfANeuronThatStartsAtItsReset) {
  const SkipsAllowed none{.regular = false, .sinusoid = false, .quiet = false, .lanes = false};
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    const Problem problem{adapting(-0.05, 100, -65), step(0, forever, 3), until};
    const auto train = make_train(problem, precision);
    const auto plain = make_train(problem, precision, none);
    while (const auto expected = plain->next(until)) {
      const auto spike = train->next(until);
      ASSERT_TRUE(spike);
      EXPECT_LE(std::fabs(spike->time - expected->time), spike->error + expected->error);
    }
  }
}

TEST(AfterSpikeCurrent, LengthensIntervalsOneAfterTheOther) {
  const auto train = make_train({adapting(-0.05, 100), step(0, forever, 3), 1000}, Precision::exact);
  double last = 0, interval = 0;
  for (int n = 0; n < 20; ++n) {
    const auto spike = train->next(1000);
    ASSERT_TRUE(spike);
    if (n > 1 && n < 10) {
      EXPECT_GT(spike->time - last, interval);
    }
    interval = spike->time - last;
    last = spike->time;
  }
  EXPECT_LT(interval, 25);
}

TEST(AfterSpikeParts, DoNotMakeBoundsGrowAlongATrain) {
  // Balls that forgot what the errors of parts and times share would grow by up to two bits a spike.
  const auto parts = std::vector<AfterSpike>{{AfterSpike::Kind::current, -0.5, 30},
                                             {AfterSpike::Kind::current, 0.3, 7},
                                             {AfterSpike::Kind::threshold, 4, 20},
                                             {AfterSpike::Kind::threshold, 2, 8}};
  std::vector<Event> events;
  for (int k = 0; k < 5000; ++k) events.push_back({k + std::fmod(k * 0.6180339887, 1), 0.3});
  for (const ResetRule rule : {ResetRule::to, ResetRule::by}) {
    for (const Current& more : {Current(), sinusoid(0, forever, 1, 37), exponential_synapse(3, events)}) {
      const Problem problem{Neuron({.reset_rule = rule, .after_spike = parts}), step(0, forever, 4) + more, 5000};
      const auto exact = make_train(problem, Precision::exact), fast = make_train(problem, Precision::fast);
      std::size_t spikes = 0;
      while (const auto spike = exact->next(problem.until)) {
        const auto other = fast->next(problem.until);
        ASSERT_TRUE(other);
        ASSERT_LE(std::fabs(other->time - spike->time), other->error + spike->error);
        ASSERT_LE(other->error, 1e-10 * other->time);
        ++spikes;
      }
      EXPECT_GT(spikes, 350U);
      EXPECT_EQ(exact->effort().roots[2] + exact->effort().roots[3], 0U) << "more than a double-double's digits";
    }
  }
}

// The first intervals under a constant drive of 26 mV above rest, 6 mV above the threshold, by hand.

std::vector<double> first_spikes(const NeuronParameters& parameters, const Current& current, std::size_t count) {
  std::vector<double> times;
  const auto train = make_train({Neuron(parameters), current, 1000}, Precision::exact);
  while (times.size() < count) times.push_back(train->next(1000).value().time);
  return times;
}

TEST(RefractoryRule, SilenceDelaysNoSpikeThatComesLaterAnyhow) {
  // From reset u takes 8 ln(21/6) ms to the threshold, refractory or not; a longer silence ends in a spike.
  const double rise = 8 * std::log(26.0 / 6), interval = 8 * std::log(21.0 / 6);
  for (const double refractory : {2.0, 30.0}) {
    const auto times =
        first_spikes({.refractory = refractory, .refractory_rule = RefractoryRule::silent}, step(0, forever, 2.6), 3);
    EXPECT_DOUBLE_EQ(times[0], rise);
    EXPECT_DOUBLE_EQ(times[1], rise + std::max(interval, refractory));
    EXPECT_DOUBLE_EQ(times[2], rise + 2 * std::max(interval, refractory));
  }
}

TEST(RefractoryRule, KeptJumpsActAtTheEnd) {
  // 20 mV at 3 ms: a spike; 3 + 4 mV within 2 ms: u starts from -65 + 7 at 5 ms, or fires there with 16 mV.
  const auto kept = [](double jump) {
    return first_spikes({.refractory_rule = RefractoryRule::jumps_kept},
                        pulses({{3, 20}, {3.5, 3}, {4, jump}}) + step(5, forever, 2.6), 2);
  };
  EXPECT_EQ(kept(4)[0], 3);
  EXPECT_DOUBLE_EQ(kept(4)[1], 5 + 8 * std::log(14.0 / 6));
  EXPECT_EQ(kept(13)[1], 5);
}

TEST(ResetRule, ByADifferenceKeepsWhatAJumpHadTooMuch) {
  // 25 mV at 3 ms land 5 mV above the threshold, so that u goes on from -60 at 5 ms.
  const auto times = first_spikes({.reset_rule = ResetRule::by}, pulses({{3, 25}}) + step(5, forever, 2.6), 2);
  EXPECT_EQ(times[0], 3);
  EXPECT_DOUBLE_EQ(times[1], 5 + 8 * std::log(16.0 / 6));
}

TEST(MovingThreshold, WithTheMembranesTimeConstantIsAnotherReset) {
  // For tau_theta = tau_m the drive of x = u - theta(t) does not change: the interval is that from x = -15 - 4
  // e^(-1/4).
  const auto times = first_spikes({.after_spike = {{AfterSpike::Kind::threshold, 4, 8}}}, step(0, forever, 2.6), 2);
  EXPECT_DOUBLE_EQ(times[0], 8 * std::log(26.0 / 6));
  EXPECT_DOUBLE_EQ(times[1] - times[0], 2 + 8 * std::log((21 + 4 * std::exp(-0.25)) / 6));
}

TEST(AfterSpikeParts, ThatDriveTheNeuronWithoutEndAreRefused) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "1e6 spikes take a minute under sanitizers";
#endif
  // Each spike makes the current greater by more than what decays of it until the next: they come ever faster. Exact
  // times of so many would take minutes, and a test that hangs.
  const NeuronParameters parameters{.refractory = 0, .after_spike = {{AfterSpike::Kind::current, 5, 100}}};
  const auto train = make_train({Neuron(parameters), step(0, forever, 2.5), 1000}, Precision::exact);
  try {
    while (train->next(1000)) {
    }
    ADD_FAILURE() << "nothing thrown";
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find("without end"), std::string::npos) << error.what();
  }
}

TEST(AfterSpikeParts, ThatDriveTheNeuronOnlyForAWhileAreNot) {
  // 1e4 spikes within 8 ms and more; then each adds less to the current than decays until the next.
  const NeuronParameters parameters{
      .reset = -50 - 1e-3, .refractory = 0, .after_spike = {{AfterSpike::Kind::current, 1e-6, 8}}};
  const auto train = make_train({Neuron(parameters), step(0, forever, 4), 30}, Precision::exact);
  int spikes = 0;
  while (train->next(30)) ++spikes;
  EXPECT_GT(spikes, 30'000);
}

}  // namespace
}  // namespace lapicque::detail
