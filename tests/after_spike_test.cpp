#include <gtest/gtest.h>

#include <cmath>
#include <vector>

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

void expect_spikes(const std::vector<Real50>& expected, double jump, double tau_w, Precision precision,
                   const SkipsAllowed& skips) {
  const auto train = make_train({Neuron{}, step(0, forever, 2.6), until, {{jump, tau_w}}}, precision, skips);
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
  const Neuron neuron({.initial = -65});
  const SkipsAllowed none{.regular = false, .sinusoid = false, .quiet = false, .lanes = false};
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    const Problem problem{neuron, step(0, forever, 3), until, {{-0.05, 100}}};
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
  const auto train = make_train({Neuron{}, step(0, forever, 3), 1000, {{-0.05, 100}}}, Precision::exact);
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

}  // namespace
}  // namespace lapicque::detail
