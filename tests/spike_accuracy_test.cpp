#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/lambert_w.hpp>
#include <cmath>
#include <iostream>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/spike_train.hpp"
#include "oracle.hpp"
#include "random.hpp"

// Every kind of input, at random, against the 110-digit oracle of oracle.hpp; and that oracle against closed forms.

namespace lapicque {
namespace {

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

  void check(const Neuron& neuron, const Current& current, double until) {
    const testing::Verdict verdict = testing::judge(neuron, current, until);
    ASSERT_EQ(verdict.fault, "");
    ++experiments_;
    spikes_ += verdict.spikes;
    worst_ = std::max(worst_, verdict.worst_exact);
    worst_fast_ = std::max(worst_fast_, verdict.worst_fast);
    ratios_.insert(ratios_.end(), verdict.bound_ratio.begin(), verdict.bound_ratio.end());
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

/// An experiment is first drawn with threshold - rest = 1 mV, R = 1 MOhm, tau = 1 ms, and then stretched.
struct Unit {
  double millivolt = 1, nanoampere = 1, millisecond = 1;
};

Neuron random_neuron(Random& random, const Unit& unit) {
  NeuronParameters p;
  const double offset = random.chance(0.5) ? -70 * unit.millivolt / 20 : 0;
  p.rest = offset;
  p.threshold = offset + unit.millivolt;
  p.reset = offset + unit.millivolt * random.uniform(-0.5, 0.9);
  p.resistance = unit.millivolt / unit.nanoampere;
  p.tau = unit.millisecond;
  p.refractory = random.chance(0.25) ? 0 : unit.millisecond * random.logarithmic(0.01, 2);
  p.initial = random.chance(0.5) ? offset : offset + unit.millivolt * random.uniform(-2, 0.99);
  if (random.chance(0.05)) {  // fires by itself
    p.rest = p.threshold + unit.millivolt * random.uniform(0, 0.5);
    p.initial = p.reset;
  }
  return Neuron(p);
}

/// Synaptic time constants over membrane's: apart, near, next to it and equal.
double random_ratio(Random& random) {
  switch (random.integer(0, 3)) {
    case 0:
      return random.logarithmic(0.05, 20);
    case 1:
      return random.uniform(0.5, 2);
    case 2:
      return 1 + (random.chance(0.5) ? 1 : -1) * std::ldexp(1.0, -random.integer(1, 52));
    default:
      return random.chance(0.5) ? 1 : std::ldexp(1.0, random.integer(-3, 3));
  }
}

std::vector<Event> random_events(Random& random, int count, double from, double to, double least, double greatest) {
  std::vector<Event> events;
  for (int k = 0; k < count; ++k) {
    // Now and then on a grid, so that events coincide with each other and with breakpoints.
    double time = random.uniform(from, to);
    if (random.chance(0.2)) time = std::round(time / to * 64) / 64 * to;
    if (!events.empty() && random.chance(0.05)) time = events.back().time;
    if (!events.empty() && random.chance(0.02)) time = std::nextafter(events.back().time, to);
    events.push_back({time, random.uniform(least, greatest)});
  }
  return events;
}

Current random_step(Random& random, const Unit& u) {
  const double start = u.millisecond * random.uniform(-1, 10);
  const double stop = random.chance(0.3) ? forever : start + u.millisecond * random.logarithmic(0.1, 20);
  return step(start, stop, u.nanoampere * random.uniform(-0.5, 2.5));
}

Current random_ramp(Random& random, const Unit& u) {
  const double start = u.millisecond * random.uniform(-3, 10);
  return ramp(start, start + u.millisecond * random.logarithmic(0.1, 20), u.nanoampere * random.uniform(-1, 3),
              u.nanoampere * random.uniform(-1, 3));
}

Current random_sinusoid(Random& random, const Unit& u) {
  const double start = u.millisecond * random.uniform(-3, 5);
  const double stop = random.chance(0.5) ? forever : start + u.millisecond * random.logarithmic(0.5, 20);
  const double omega = random.logarithmic(0.05, 20);  // rad per tau
  return sinusoid(start, stop, u.nanoampere * random.uniform(0.2, 1) * (1 + omega) * 1.5,
                  omega * 1000 / 6.283 / u.millisecond, random.uniform(-4, 4));
}

Current random_samples(Random& random, const Unit& u, Hold hold) {
  std::vector<double> values;
  const int count = random.integer(1, 60);
  for (int k = 0; k < count; ++k) values.push_back(u.nanoampere * random.uniform(-1.5, 3.5));
  return samples(u.millisecond * random.uniform(-1, 3), u.millisecond * random.logarithmic(0.02, 1), std::move(values),
                 hold);
}

Current random_pulses(Random& random, const Unit& u) {
  return pulses(random_events(random, random.integer(1, 40), -u.millisecond, 20 * u.millisecond, -0.3 * u.millivolt,
                              0.8 * u.millivolt));
}

Current random_synapse(Random& random, const Unit& u) {
  const double ratio = random_ratio(random);
  const int count = random.integer(1, 40);
  const double weight = u.nanoampere * random.logarithmic(0.5, 4) * (1 + 1 / ratio);
  auto events = random_events(random, count, -2 * u.millisecond, 20 * u.millisecond, -0.4 * weight, weight);
  return random.chance(0.5) ? exponential_synapse(ratio * u.millisecond, std::move(events))
                            : alpha_synapse(ratio * u.millisecond, std::move(events));
}

Current random_mixture(Random& random, const Unit& u) {
  Current sum;
  for (int k = random.integer(2, 5); k > 0; --k) {
    switch (random.integer(0, 6)) {
      case 0:
        sum += random_step(random, u);
        break;
      case 1:
        sum += random_ramp(random, u);
        break;
      case 2:
        sum += random_sinusoid(random, u);
        break;
      case 3:
        sum += random_samples(random, u, Hold::previous);
        break;
      case 4:
        sum += random_samples(random, u, Hold::linear);
        break;
      case 5:
        sum += random_pulses(random, u);
        break;
      default:
        sum += random_synapse(random, u);
    }
  }
  return sum;
}

const Unit usual{.millivolt = 20, .nanoampere = 2, .millisecond = 8};

template <class Make>
void against_the_oracle(const char* name, int count, Make&& make) {
  Random random;
  Campaign campaign(name);
  for (int k = testing::cases(count); k > 0; --k) {
    const Neuron neuron = random_neuron(random, usual);
    campaign.check(neuron, make(random), 20 * usual.millisecond);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(ExactSpikes, AreWithinOneUlpForSteps) {
  against_the_oracle("steps", 100, [](Random& r) { return random_step(r, usual) + random_step(r, usual); });
}

TEST(ExactSpikes, AreWithinOneUlpForRamps) {
  against_the_oracle("ramps", 100, [](Random& r) { return random_ramp(r, usual) + random_ramp(r, usual); });
}

TEST(ExactSpikes, AreWithinOneUlpForASinusoid) {
  against_the_oracle("sinusoid", 40, [](Random& r) { return random_sinusoid(r, usual); });
}

TEST(ExactSpikes, AreWithinOneUlpForSeveralSinusoids) {
  against_the_oracle("several sinusoids", 40, [](Random& r) {
    Current sum = random_step(r, usual);
    for (int k = r.integer(2, 4); k > 0; --k) sum += random_sinusoid(r, usual);
    return sum;
  });
}

TEST(ExactSpikes, AreWithinOneUlpForHeldSamples) {
  against_the_oracle("held samples", 60, [](Random& r) { return random_samples(r, usual, Hold::previous); });
}

TEST(ExactSpikes, AreWithinOneUlpForLinearSamples) {
  against_the_oracle("linear samples", 40, [](Random& r) { return random_samples(r, usual, Hold::linear); });
}

TEST(ExactSpikes, AreWithinOneUlpForPulses) {
  against_the_oracle("pulses", 60, [](Random& r) { return random_pulses(r, usual) + random_step(r, usual); });
}

TEST(ExactSpikes, AreWithinOneUlpForASynapse) {
  against_the_oracle("synapse", 60, [](Random& r) { return random_synapse(r, usual); });
}

TEST(ExactSpikes, AreWithinOneUlpForSeveralSynapses) {
  against_the_oracle("several synapses", 30, [](Random& r) {
    Current sum;
    for (int k = r.integer(2, 4); k > 0; --k) sum += random_synapse(r, usual);
    return sum;
  });
}

TEST(ExactSpikes, AreWithinOneUlpForMixtures) {
  against_the_oracle("mixtures", 40, [](Random& r) { return random_mixture(r, usual); });
}

TEST(ExactSpikes, AreWithinOneUlpAtExtremeScales) {
  Random random;
  Campaign campaign("extreme scales");
  for (int k = testing::cases(60); k > 0; --k) {
    Unit unit;
    unit.millivolt = std::ldexp(20.0, random.integer(-300, 300));
    unit.nanoampere = std::ldexp(2.0, random.integer(-300, 300));
    unit.millisecond = random.chance(0.5) ? random.logarithmic(1e-6, 1e6) : std::ldexp(8.0, random.integer(-200, 200));
    const Neuron neuron = random_neuron(random, unit);
    campaign.check(neuron, random_mixture(random, unit), 20 * unit.millisecond);
    if (HasFatalFailure()) return;
  }
}

TEST(ExactSpikes, AreWithinOneUlpForThousandsOfArrivals) {
  Random random;
  Campaign campaign("thousands of arrivals");
  for (int k = testing::cases(2); k > 0; --k) {
    const int count = 2000;
    const double until = 4000;
    Current sum = exponential_synapse(8 * random_ratio(random), random_events(random, count, -10, until, -0.5, 3)) +
                  alpha_synapse(8 * random_ratio(random), random_events(random, count, -10, until, -0.5, 2)) +
                  pulses(random_events(random, count, 0, until, -1, 2));
    campaign.check(Neuron(), sum, until);
    if (HasFatalFailure()) return;
  }
}

TEST(ExactSpikes, StayWithinOneUlpThroughLongTrains) {
  Random random;
  Campaign campaign("long trains");
  for (int k = testing::cases(2); k > 0; --k) {
    campaign.check(Neuron(), step(random.uniform(0, 5), forever, random.uniform(2.5, 20)), 20000);
    campaign.check(Neuron(), step(0, forever, 3) + sinusoid(0, forever, random.uniform(0.5, 3), 40), 2000);
    if (HasFatalFailure()) return;
  }
}

TEST(MembranePotential, IsThatOfTheOracle) {
  Random random;
  double worst = 0;
  for (int k = testing::cases(60); k > 0; --k) {
    const Neuron neuron = random_neuron(random, usual);
    const Current current = random_mixture(random, usual);
    std::vector<double> times;
    for (int j = 0; j < 5; ++j) times.push_back(random.uniform(0, 20 * usual.millisecond));
    std::sort(times.begin(), times.end());
    const std::vector<double> u = membrane_potential(neuron, current, times);
    for (std::size_t j = 0; j < times.size(); ++j) {
      const Real exact = oracle_potential(neuron, current, times[j]);
      const double miss = static_cast<double>(abs(u[j] - exact) / (abs(exact) + usual.millivolt)) / 0x1p-53;
      worst = std::max(worst, miss);
      ASSERT_LE(miss, 4) << "u(" << times[j] << ") = " << u[j] << "\n" << testing::to_code(neuron, current, times[j]);
    }
  }
  std::cout << "worst error of u, relative to |u| + 20 mV: " << worst << " x 2^-53\n";
}

}  // namespace
}  // namespace lapicque
