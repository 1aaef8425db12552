#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/lambert_w.hpp>
#include <cmath>
#include <iostream>
#include <vector>

#include "experiments.hpp"
#include "lapicque/current.hpp"
#include "lapicque/spike_train.hpp"
#include "oracle.hpp"
#include "random.hpp"
#include "verdict.hpp"

// Every kind of input, at random, against the 110-digit oracle of oracle.hpp; and that oracle against closed forms.

namespace lapicque {
namespace {

using testing::draw_events;
using testing::draw_ratio;
using testing::oracle_potential;
using testing::oracle_spikes;
using testing::Random;
using testing::Real;

// The oracle itself.

TEST(Oracle, AgreesWithTheLogarithmOfConstantDrive) {
  const Neuron neuron;
  const auto spikes = oracle_spikes(neuron, step(5, forever, 2.5), 500).times;
  ASSERT_EQ(spikes.size(), 37U);
  const Real first = 5 + 8 * log(Real(5)), period = 2 + 8 * log(Real(4));
  for (std::size_t k = 0; k < spikes.size(); ++k) EXPECT_LT(abs(spikes[k] - (first + k * period)), Real("1e-70"));
}

TEST(Oracle, AgreesWithLambertWForEqualTimeConstants) {
  // u - rest = (R w / tau) t exp(-t/tau) = 20 for the first time where -t/tau = W0(-20 / (R w)).
  const Neuron neuron;
  const auto spikes = oracle_spikes(neuron, exponential_synapse(8, {{0, 7}}), 30).times;
  ASSERT_EQ(spikes.size(), 1U);
  const Real z = Real(-20) / 70;
  Real w = boost::math::lambert_w0(static_cast<double>(z));
  for (int turn = 0; turn < 4; ++turn) w -= (w * exp(w) - z) / (exp(w) * (1 + w));  // doubles the digits
  EXPECT_LT(abs(spikes[0] + 8 * w), Real("1e-70"));
}

TEST(Oracle, AgreesWithTheQuadraticForTheSynapseTwiceAsFast) {
  // tau = 8, tau_s = 4, x = exp(-t/8): u - rest = R w (x - x^2) tau_s / (tau - tau_s) = 20.
  const Neuron neuron;
  const auto spikes = oracle_spikes(neuron, exponential_synapse(4, {{0, 9}}), 30).times;
  ASSERT_EQ(spikes.size(), 1U);
  const Real x = (1 + sqrt(1 - 4 * Real(20) / 90)) / 2;
  EXPECT_LT(abs(spikes[0] + 8 * log(x)), Real("1e-70"));
}

TEST(Oracle, AgreesWithQuadratureOfTheConvolution) {
  // u(t) = rest + (u(0) - rest) exp(-t/tau) + R/tau int_0^t exp(-(t-x)/tau) I(x) dx, I written down a second time,
  // piece by piece between its breakpoints.
  const Neuron neuron(NeuronParameters{.threshold = 1000, .initial = -63.5});
  const Current current = step(-1, 7, 0.5) + ramp(2, 9, -0.25, 1.75) + sinusoid(-3, 8, 1.25, 130, 0.5) +
                          exponential_synapse(8, {{-2, 1.5}, {3, 0.75}}) + alpha_synapse(2.5, {{-1, 0.5}, {4, 2}}) +
                          samples(1, 1.5, {0.5, -1, 2}) + samples(5, 1, {1, 3, -2}, Hold::linear) +
                          pulses({{-1, 100}, {6, 1.5}, {6, -4}});
  using Quadrature = boost::math::quadrature::gauss_kronrod<Real, 61>;
  const Real pi = boost::math::constants::pi<Real>();
  const auto injected = [&](const Real& x) {
    Real i = 0;
    if (x < 7) i += 0.5;
    if (x >= 2 && x < 9) i += -0.25 + 2 * (x - 2) / 7;
    if (x < 8) i += 1.25 * sin(2 * pi * 130 / 1000 * (x + 3) + 0.5);
    i += 1.5 * exp(-(x + 2) / 8);
    if (x >= 3) i += 0.75 * exp(-(x - 3) / 8);
    i += 0.5 * (x + 1) / 2.5 * exp(1 - (x + 1) / 2.5);
    if (x >= 4) i += 2 * (x - 4) / 2.5 * exp(1 - (x - 4) / 2.5);
    if (x >= 1 && x < 2.5) i += 0.5;
    if (x >= 2.5 && x < 4) i -= 1;
    if (x >= 4 && x < 5.5) i += 2;
    if (x >= 5 && x < 6) i += 1 + 2 * (x - 5);
    if (x >= 6 && x < 7) i += 3 - 5 * (x - 6);
    if (x >= 7 && x < 8) i -= 2;
    return i;
  };
  const Real end = 10;
  Real integral = 0;
  const std::vector<double> breaks{0, 1, 2, 2.5, 3, 4, 5, 5.5, 6, 7, 8, 9, 10};
  for (std::size_t k = 0; k + 1 < breaks.size(); ++k)
    integral += Quadrature::integrate([&](const Real& x) { return Real(exp((x - end) / 8) * injected(x)); },
                                      Real(breaks[k]), Real(breaks[k + 1]), 6, Real("1e-45"));
  const Real expected = -70 + Real(6.5) * exp(-end / 8) + Real(10) / 8 * integral - Real(2.5) * exp(-Real(4) / 8);
  EXPECT_LT(abs(oracle_potential(neuron, current, 10) - expected), Real("1e-40"));
}

// The solver against the oracle.

/// What the random experiments of one test came to.
class Campaign {
 public:
  explicit Campaign(std::string name) : name_(std::move(name)) {}

  void check(const testing::Experiment& experiment) {
    const testing::Verdict verdict = testing::judge(experiment);
    ASSERT_EQ(verdict.fault, "");
    ASSERT_FALSE(verdict.undecided) << testing::to_code(experiment);
    ++experiments_;
    spikes_ += verdict.spikes;
    worst_ = std::max(worst_, verdict.worst_exact);
    worst_fast_ = std::max(worst_fast_, verdict.worst_fast);
    ratios_.insert(ratios_.end(), verdict.honesty.begin(), verdict.honesty.end());
  }

  ~Campaign() {
    std::cout << name_ << ": " << experiments_ << " experiments, " << spikes_ << " spikes, exact: worst " << worst_
              << " ulp; fast: worst " << worst_fast_ << " ulp";
    if (!ratios_.empty()) {
      std::sort(ratios_.begin(), ratios_.end());
      std::cout << ", stated bound over true error: least " << ratios_.front() << ", median "
                << ratios_[ratios_.size() / 2];
    }
    std::cout << "\n";
  }

  Campaign(const Campaign&) = delete;
  Campaign& operator=(const Campaign&) = delete;

 private:
  std::string name_;
  int experiments_ = 0;
  std::size_t spikes_ = 0;
  double worst_ = 0;
  double worst_fast_ = 0;
  std::vector<double> ratios_;
};

void against_the_oracle(const char* kind, int count) {
  Random random;
  Campaign campaign(kind);
  for (int k = testing::cases(count); k > 0; --k) {
    campaign.check(draw_experiment(random, testing::kind_named(kind)));
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(ExactSpikes, AreWithinOneUlpForSteps) { against_the_oracle("steps", 100); }

TEST(ExactSpikes, AreWithinOneUlpForRamps) { against_the_oracle("ramps", 100); }

TEST(ExactSpikes, AreWithinOneUlpForASinusoid) { against_the_oracle("sinusoid", 60); }

TEST(ExactSpikes, AreWithinOneUlpForSeveralSinusoids) { against_the_oracle("several sinusoids", 60); }

TEST(ExactSpikes, AreWithinOneUlpForHeldSamples) { against_the_oracle("held samples", 100); }

TEST(ExactSpikes, AreWithinOneUlpForLinearSamples) { against_the_oracle("linear samples", 100); }

TEST(ExactSpikes, AreWithinOneUlpForPulses) { against_the_oracle("pulses", 100); }

TEST(ExactSpikes, AreWithinOneUlpForAnExponentialSynapse) { against_the_oracle("exponential synapse", 100); }

TEST(ExactSpikes, AreWithinOneUlpForAnAlphaSynapse) { against_the_oracle("alpha synapse", 60); }

TEST(ExactSpikes, AreWithinOneUlpForSeveralSynapses) { against_the_oracle("several synapses", 40); }

TEST(ExactSpikes, AreWithinOneUlpForMixtures) { against_the_oracle("mixture", 60); }

TEST(ExactSpikes, AreWithinOneUlpAtExtremeScales) { against_the_oracle("extreme scales", 60); }

TEST(ExactSpikes, AreWithinOneUlpForResetsByADifference) { against_the_oracle("reset by", 60); }

TEST(ExactSpikes, AreWithinOneUlpWhereRefractorinessKeepsJumps) { against_the_oracle("jumps kept", 60); }

TEST(ExactSpikes, AreWithinOneUlpWhereRefractorinessIsSilence) { against_the_oracle("silent", 60); }

TEST(ExactSpikes, AreWithinOneUlpForAdaptation) { against_the_oracle("adaptation", 60); }

TEST(ExactSpikes, AreWithinOneUlpForMovingThresholds) { against_the_oracle("moving threshold", 60); }

TEST(ExactSpikes, AreWithinOneUlpForAllThatSpikesDoAtOnce) { against_the_oracle("all that spikes do", 60); }

TEST(ExactSpikes, AreWithinOneUlpForThousandsOfArrivals) {
  Random random;
  Campaign campaign("thousands of arrivals");
  for (int k = testing::cases(2); k > 0; --k) {
    const int count = 2000;
    const double until = 4000;
    Current sum = exponential_synapse(8 * draw_ratio(random), draw_events(random, count, -10, until, -0.5, 3)) +
                  alpha_synapse(8 * draw_ratio(random), draw_events(random, count, -10, until, -0.5, 2)) +
                  pulses(draw_events(random, count, 0, until, -1, 2));
    campaign.check({Neuron(), sum, until});
    if (HasFatalFailure()) return;
  }
}

TEST(ExactSpikes, StayWithinOneUlpThroughLongTrains) {
  Random random;
  Campaign campaign("long trains");
  for (int k = testing::cases(2); k > 0; --k) {
    campaign.check({Neuron(), step(random.uniform(0, 5), forever, random.uniform(2.5, 20)), 20000});
    campaign.check({Neuron(), step(0, forever, 3) + sinusoid(0, forever, random.uniform(0.5, 3), 40), 2000});
    if (HasFatalFailure()) return;
  }
}

TEST(MembranePotential, IsThatOfTheOracle) {
  Random random;
  double worst = 0;
  for (int k = testing::cases(60); k > 0; --k) {
    const auto [neuron, current, until] = draw_experiment(random, testing::kind_named("mixture"));
    std::vector<double> times;
    for (int j = 0; j < 5; ++j) times.push_back(random.uniform(0, until));
    std::sort(times.begin(), times.end());
    const std::vector<double> u = membrane_potential(neuron, current, times);
    for (std::size_t j = 0; j < times.size(); ++j) {
      const Real exact = oracle_potential(neuron, current, times[j]);
      const double miss = static_cast<double>(abs(u[j] - exact) / (abs(exact) + 20)) / 0x1p-53;
      worst = std::max(worst, miss);
      ASSERT_LE(miss, 4) << "u(" << times[j] << ") = " << u[j] << "\n" << testing::to_code({neuron, current, times[j]});
    }
  }
  std::cout << "worst error of u, relative to |u| + 20 mV: " << worst << " x 2^-53\n";
}

}  // namespace
}  // namespace lapicque
