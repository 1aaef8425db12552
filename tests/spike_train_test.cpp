#include "lapicque/spike_train.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

#include "lapicque/error.hpp"
#include "numbers/real.hpp"

namespace lapicque {
namespace {

using Times = std::vector<double>;

double next_after(double x) { return std::nextafter(x, forever); }
double just_before(double x) { return std::nextafter(x, -forever); }

Neuron without_refractoriness() { return {{.refractory = 0}}; }

TEST(StepCurrent, FiresAtTheLogarithm) {
  // 8 ln 5, and then 2 + 8 ln 4 between spikes, by hand; in 25 digits from tables of logarithms.
  const Times times = spike_times(Neuron{}, step(0, forever, 2.5), 100);
  ASSERT_EQ(times.size(), 7U);
  EXPECT_DOUBLE_EQ(times[0], 12.87550329947280299681);
  for (std::size_t k = 1; k < times.size(); ++k) {
    EXPECT_DOUBLE_EQ(times[k], 12.87550329947280299681 + static_cast<double>(k) * 13.09035488895912495068);
  }
}

TEST(StepCurrent, HasAConditionNumberOfOrderOne) {
  // At the first crossing u - theta = -20/5 - 20 (1 - 1/5) + 25 (1 - 1/5), 40 mV in all, and tau_m du/dt = 5 mV.
  SpikeTrain train(Neuron{}, step(0, forever, 2.5), 20);
  const Spike spike = train.next().value();
  EXPECT_NEAR(spike.condition, 40.0 / 5, 1e-12);
  EXPECT_NEAR(spike.slope, 5.0 / 8, 1e-12);
}

TEST(Condition, GrowsAsTheCurrentNearsTheRheobase) {
  // t = -8 ln(1 - 20 / (10 I)): a share e of the current moves it by 8 x 2 / (I - 2) x e ms.
  const double current = 2 + 1e-9;
  const Spike spike = SpikeTrain(Neuron{}, step(0, forever, current), 1000).next().value();
  EXPECT_NEAR(spike.condition * (current - 2), 4, 1e-6);  // and one of the resting potential the other way by as much
}

TEST(Condition, TellsHowFarTheSpikeMovesWithTheParts) {
  // With tau_s = tau_m / 2 and x = e^(-t/8), u - rest = 80 (1 + e) (x - x^2) reaches 20 at x = 1/2 + sqrt(e / (4 (1 +
  // e))): a share e of the current moves the spike by 8 (x - 1/2) / x ms; one of all parts, of either sign, by twice
  // that at most.
  for (const double share : {1e-4, 1e-8, 1e-12}) {
    SpikeTrain train(Neuron{}, exponential_synapse(4, {{0, 8 * (1 + share)}}), 60);
    const Spike spike = train.next().value();
    // d(t)/d(share of the synapse's part, 20 mV) = 20 / u'; the start's part is -20 too.
    const double x = 0.5 + std::sqrt(share / (4 * (1 + share)));
    const double slope = 10 * (1 + share) * (2 * x * x - x);  // 80 (1 + e) (x - x^2)' , x' = -x/8
    const double start_left = 20 * x;                         // of -20 mV, beside the steady rest's -20 (1 - x)
    EXPECT_NEAR(spike.condition * 8 * slope / (20 + start_left + 20 * (1 - x)), 1, 1e-3) << share;
  }
}

TEST(Condition, IsThatOfTheWholeStretchHoweverShort) {
  // From a hair below the threshold all parts are that hair, 6 mV x s/tau of the step's, and next to nothing of a large
  // alpha drive that has only begun: twice the hair over the slope, and s is what the net 6 mV take for it.
  const double hair = 0x1p-40;
  const Neuron neuron({.rest = -70, .reset = -70, .threshold = -50, .tau = 10, .refractory = 0, .initial = -50 - hair});
  const Current current = step(0, forever, 2.6) + alpha_synapse(20, {{0, 1e6}});
  const Spike spike = SpikeTrain(neuron, current, 1).next().value();
  // u - theta = -hair + 6 z + 1e7 e z^2 / 4 with z = s / tau: what is left of the start, the resting potential's -20 z
  // and the step's 26 z, and the synapse's.
  const double curvature = 1e7 * std::exp(1.0) / 4;
  const double z = 2 * hair / (6 + std::sqrt(36 + 4 * curvature * hair));
  const double gross = hair + 46 * z + curvature * z * z;
  EXPECT_NEAR(spike.condition * spike.slope * 10 / gross, 1, 1e-6);
}

TEST(Scales, ASynapseWhoseRateOverflowsIsRefused) {
  const Current current = exponential_synapse(5e-309, {{1, 1}, {2, 1}}) + pulses({{1.5, 30}});
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    EXPECT_THROW(spike_times(Neuron{}, current, 50, precision), InvalidArgument);
  }
}

TEST(Scales, NearTheEndsOfDoubleLoseNoSpike) {
  // The same experiment in units of 1e-192 mV and 1e-124 ms, whose amplitude is a denormal: its square, and R times
  // what makes the potentials common numbers, leave the range of double. An adversary of the accuracy table found it.
  const Neuron neuron(NeuronParameters{.rest = 0,
                                       .reset = -0x1p-640,
                                       .threshold = 0x1p-639,
                                       .resistance = 0x1p398,
                                       .tau = 0x1p-412,
                                       .refractory = 0x1p-414});
  const Neuron usual(
      NeuronParameters{.rest = 0, .reset = -0.5, .threshold = 1, .resistance = 1, .tau = 1, .refractory = 0.25});
  const auto wave = [](double ms, double na) {
    return sinusoid(0, forever, 5 * na, 0x1p8 / ms, 0.5) + step(0, forever, 0.5 * na);
  };
  Times expected = spike_times(usual, wave(1, 1), 20);
  ASSERT_GT(expected.size(), 3U);
  for (double& time : expected) time *= 0x1p-412;
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    EXPECT_EQ(spike_times(neuron, wave(0x1p-412, 0x1p-1037), 20 * 0x1p-412, precision).size(), expected.size());
  }
  EXPECT_EQ(spike_times(neuron, wave(0x1p-412, 0x1p-1037), 20 * 0x1p-412), expected);
}

TEST(FastPrecision, SpendsNoDigitsOnTheLastPlace) {
  // A spike soon after 0, and one that grazes: double arithmetic leaves both with hundreds of ulp, and says so.
  for (const Current& current :
       {exponential_synapse(3, {{0, 500}, {30, 12}}), exponential_synapse(4, {{1, 8 + 1e-11}})}) {
    SpikeTrain train(Neuron{}, current, 60, Precision::fast);
    SpikeTrain exact(Neuron{}, current, 60);
    std::size_t spikes = 0;
    for (const Spike& spike : train) {
      ++spikes;
      const auto truth = exact.next();
      ASSERT_TRUE(truth);
      EXPECT_LE(std::fabs(spike.time - truth->time), spike.error);
      EXPECT_LE(spike.error, 1e-6);
    }
    EXPECT_EQ(train.effort().roots, (std::array<std::uint64_t, 4>{spikes, 0, 0, 0}));
    EXPECT_GT(spikes, 0U);
  }
}

TEST(Synapse, LeavesTheTrainRegularOnceItHasDecayed) {
  // Four arrivals, and then 3 nA for ever: a period of 2 + 8 ln(25/10) ms, which 2^-100 of a synaptic current do not
  // change. Each of these spikes is a sum, told in double-double even in fast mode.
  const auto synapse = alpha_synapse(3, {{10, 1.5}, {12.5, 1.5}, {30, 2}, {31, 1}});
  const double period = 2 + 8 * std::log(2.5);
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    SpikeTrain train(Neuron{}, step(5, forever, 3) + synapse, 1e6, precision);
    std::uint64_t count = 0;
    double first_late = 0, last = 0;
    std::uint64_t before = 0;
    for (const Spike& spike : train) {
      ++count;
      if (spike.time < 1000) {
        before = count;
        first_late = spike.time;
      }
      last = spike.time;
    }
    EXPECT_NEAR((last - first_late) / static_cast<double>(count - before), period, 1e-12);
    EXPECT_GT(train.effort().roots[1], count - 50);
  }
}

TEST(Effort, CountsTheDigitsThatSignsAndRootsTook) {
  // The way from rest, and that from reset, which comes again and again, in double-double.
  SpikeTrain plain(Neuron{}, step(0, forever, 2.5), 100, Precision::fast);
  while (plain.next()) {
  }
  EXPECT_EQ(plain.effort().roots, (std::array<std::uint64_t, 4>{0, 7, 0, 0}));
  EXPECT_EQ(plain.effort().signs[1] + plain.effort().signs[2] + plain.effort().signs[3], 0U);
  // One stretch from arrival to arrival, or to the end: whether they are skipped or not.
  SpikeTrain barrage(Neuron{}, exponential_synapse(2, {{0, 0.1}, {1, 0}, {2, 0.1}, {2, 0.2}, {5, 0.1}}), 60);
  EXPECT_FALSE(barrage.next().has_value());
  EXPECT_EQ(barrage.effort().signs, (std::array<std::uint64_t, 4>{5, 0, 0, 0}));
  // A touch that no number of digits decides.
  SpikeTrain touch(Neuron{}, exponential_synapse(4, {{0, 8}}), 60);
  EXPECT_FALSE(touch.next().has_value());
  EXPECT_EQ(touch.effort().signs[3], 1U);
}

TEST(StepCurrent, AtRheobaseNeverFires) {
  EXPECT_EQ(spike_times(Neuron{}, step(0, forever, 2), 1e6), Times{});
  EXPECT_EQ(spike_times(Neuron{}, step(0, forever, 0.5) + step(0, forever, 1.25) + step(3, forever, 0.25), 1e6),
            Times{});
}

TEST(StepCurrent, JustAboveRheobaseFiresLate) {
  // u_inf - theta is 10 MOhm times one ulp of 2 nA, 2^-51: t = 8 ln((20 + 10 2^-51) / (10 2^-51)) = 8 (ln 2 + 51 ln 2)
  // to 1e-15.
  const Times times = spike_times(Neuron{}, step(0, forever, next_after(2)), 1000);
  ASSERT_GE(times.size(), 2U);
  EXPECT_NEAR(times[0], 8 * 52 * std::numbers::ln2, 1e-12);
}

TEST(StepCurrent, OfTheSmallestExcessOverTheRheobaseFiresVeryLate) {
  // 10 MOhm x 1e-300 nA above the threshold: 8 ln(1 + 20 / 1e-299) = 8 (ln 2 + 300 ln 10).
  const Times times = spike_times(Neuron{}, step(0, forever, 2) + step(0, forever, 1e-300), 6000);
  ASSERT_EQ(times.size(), 1U);
  EXPECT_NEAR(times[0], 8 * (std::numbers::ln2 + 300 * std::numbers::ln10), 1e-11);
}

TEST(StepCurrent, EndsBeforeTheSpikeItWouldHaveMade) {
  const double t = 8 * std::log(5.0);
  EXPECT_EQ(spike_times(Neuron{}, step(0, t - 1e-9, 2.5), 100), Times{});
  EXPECT_EQ(spike_times(Neuron{}, step(0, t + 1e-9, 2.5), 100).size(), 1U);
}

TEST(Spikes, AreReportedUpToTheEndOfTheRun) {
  const double t = spike_times(Neuron{}, step(0, forever, 2.5), 20).at(0);
  EXPECT_EQ(spike_times(Neuron{}, step(0, forever, 2.5), next_after(t)).size(), 1U);
  EXPECT_EQ(spike_times(Neuron{}, step(0, forever, 2.5), just_before(t)).size(), 0U);
  EXPECT_EQ(spike_times(Neuron{}, pulses({{10, 30}}), 10), Times{10});
}

TEST(Pulses, FireAtThresholdAndNotBelow) {
  EXPECT_EQ(spike_times(Neuron{}, pulses({{12.5, 20}}), 100), Times{12.5});
  EXPECT_EQ(spike_times(Neuron{}, pulses({{12.5, just_before(20)}}), 100), Times{});
  EXPECT_EQ(spike_times(Neuron{}, pulses({{0, 20}}), 100), Times{0});
}

TEST(Pulses, AddUpBeforeTheThresholdIsLookedAt) {
  EXPECT_EQ(spike_times(Neuron{}, pulses({{5, 30}, {5, -15}}), 100), Times{});
  EXPECT_EQ(spike_times(Neuron{}, pulses({{5, 30}}) + pulses({{5, -10}}), 100), Times{5});
  // The doubles 0.1, 0.2 and 19.7 add up to 20 - 6.9e-16, which double arithmetic rounds to 20.
  EXPECT_EQ(spike_times(Neuron{}, pulses({{5, 0.1}, {5, 0.2}, {5, 19.7}}), 100), Times{});
  EXPECT_EQ(spike_times(Neuron{}, pulses({{5, 0.1}, {5, 0.2}, {5, next_after(19.7)}}), 100), Times{5});
}

TEST(Pulses, BeforeZeroAreForgotten) { EXPECT_EQ(spike_times(Neuron{}, pulses({{-1e-9, 100}}), 100), Times{}); }

TEST(Pulses, FadeWithTheMembraneTimeConstant) {
  // A jump of 15 mV fades to 15 exp(-4/8) = 9.098 in 4 ms; the second one is 1e-9 too small, or large enough.
  const double needed = 20 - 15 * std::exp(-0.5);
  EXPECT_EQ(spike_times(Neuron{}, pulses({{1, 15}, {5, needed - 1e-9}}), 100), Times{});
  EXPECT_EQ(spike_times(Neuron{}, pulses({{1, 15}, {5, needed + 1e-9}}), 100), Times{5});
}

TEST(Pulses, ThatLandBesideTheThresholdFireInBothPrecisionsAlike) {
  // The potential just before the last jump is rounded by up to 2^-48 mV; 40 of these to both sides there is no doubt.
  const Current before = exponential_synapse(2, {{0, 1}, {3, 0.5}}) + pulses({{1, 2}, {5, 1}});
  const double u = membrane_potential(Neuron{}, before, std::vector{10.0})[0];
  for (int k = -40; k <= 40; ++k) {
    const Current current = before + pulses({{10, -50 - u + k * 0x1p-48}});
    const Times exact = spike_times(Neuron{}, current, 20);
    EXPECT_EQ(spike_times(Neuron{}, current, 20, Precision::fast), exact) << k;
    if (std::abs(k) == 40) {
      EXPECT_EQ(exact, k > 0 ? Times{10} : Times{});
    }
  }
}

TEST(Pulses, LandNextToTheThresholdWhicheverDigitsTellIt) {
  // From rest, 8 mV at 1 ms and 1 mV at 2 ms leave (8 e^(-1/8) + 1) e^(-1/8) mV at 3 ms. What is missing to 20 mV, in
  // one to four doubles, takes from more than double to 100 digits to be told from a little less or more.
  using detail::Real100;
  const Real100 left = exp(Real100(-0.125));
  const Real100 missing = 20 - (8 * left + 1) * left;
  std::vector<Event> events{{1, 8}, {2, 1}};
  Real100 rest = missing;
  for (int parts = 1; parts <= 4; ++parts) {
    const auto nearest = static_cast<double>(rest);
    const double below = Real100(nearest) <= rest ? nearest : just_before(nearest);
    for (const Precision precision : {Precision::exact, Precision::fast}) {
      const auto times = [&](double last) {
        return spike_times(Neuron{}, pulses(events) + pulses({{3, last}}), 10, precision);
      };
      EXPECT_EQ(times(below), Times{}) << parts << " parts";
      EXPECT_EQ(times(next_after(below)), Times{3}) << parts << " parts";
    }
    events.push_back({3, nearest});
    rest -= nearest;
  }
}

TEST(Refractoriness, LosesJumps) {
  EXPECT_EQ(spike_times(Neuron{}, pulses({{10, 30}, {11, 30}, {11.999, 30}}), 100), Times{10});
}

TEST(Refractoriness, KeepsTheJumpAtItsEnd) {
  EXPECT_EQ(spike_times(Neuron{}, pulses({{10, 30}, {12, 15}}), 100), (Times{10, 12}));
  EXPECT_EQ(spike_times(Neuron{}, pulses({{10, 30}, {just_before(12), 15}}), 100), Times{10});
}

TEST(Refractoriness, EndsAtTheSumOfRealNumbers) {
  // 0.1 + 0.2 is less than the double 0.30000000000000004 and more than 0.3.
  const Neuron neuron{{.refractory = 0.2}};
  EXPECT_EQ(spike_times(neuron, pulses({{0.1, 30}, {0.3, 20}}), 1), Times{0.1});
  EXPECT_EQ(spike_times(neuron, pulses({{0.1, 30}, {0.30000000000000004, 20}}), 1), (Times{0.1, 0.30000000000000004}));
}

TEST(Refractoriness, LetsSynapsesDecayOn) {
  // The current goes on from 12 exp(-2/8) nA as refractoriness ends; with tau_s = tau_m its response is (s/8) e^(-s/8).
  const auto current = pulses({{0, 25}}) + exponential_synapse(8, {{0, 12}});
  const Times times = spike_times(Neuron{}, current, 100);
  ASSERT_GE(times.size(), 2U);
  EXPECT_EQ(times[0], 0);
  const auto potential = [](double s) {  // u at s after 0, from the reset at s = 2
    const double fade = std::exp(-(s - 2) / 8);
    return -70 + 5 * fade + 120 * std::exp(-0.25) * (s - 2) / 8 * fade;
  };
  double low = 2;
  double high = 6;
  ASSERT_GT(potential(high), -50);
  for (int k = 0; k < 100; ++k) (potential((low + high) / 2) < -50 ? low : high) = (low + high) / 2;
  EXPECT_NEAR(times[1], low, 1e-13);
}

TEST(Refractoriness, OfNothingGivesOneSpikeAnInstant) {
  EXPECT_EQ(spike_times(without_refractoriness(), pulses({{3, 30}, {3, 30}, {4, 20}}), 10), (Times{3, 4}));
}

TEST(Refractoriness, OfNothingGivesOneSpikeAnInstantWhereAJumpFollowsACrossing) {
  // With tau_m = 8 ms and a current that rises by 1 mV/ms, u = rest + t - 8 ms x 1 mV/ms without any transient.
  const Neuron neuron(
      {.rest = -65, .reset = -65, .threshold = -49, .resistance = 1, .tau = 8, .refractory = 0, .initial = -73});
  const Current rising = ramp(0, 100, 0, 100);
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    const Times without_jump = spike_times(neuron, rising, 100, precision);
    ASSERT_GT(without_jump.size(), 3U);
    EXPECT_EQ(without_jump[0], 24);
    EXPECT_EQ(spike_times(neuron, rising + pulses({{24, 16}}), 100, precision), without_jump);
    EXPECT_EQ(spike_times(neuron, rising + pulses({{24, 99}}), 100, precision), without_jump);
  }
}

TEST(Samples, HoldUntilTheNextAndTheLastForOneStep) {
  // 2.5 nA on [1, 1 + 130 * 0.1): 8 ln 5 = 12.8755 ms fits into 13 ms, not into 12.8.
  EXPECT_EQ(spike_times(Neuron{}, samples(1, 0.1, Times(130, 2.5)), 100).size(), 1U);
  EXPECT_EQ(spike_times(Neuron{}, samples(1, 0.1, Times(128, 2.5)), 100).size(), 0U);
  EXPECT_EQ(spike_times(Neuron{}, samples(0, 20, {2.5}), 100), spike_times(Neuron{}, step(0, 20, 2.5), 100));
  EXPECT_EQ(spike_times(Neuron{}, samples(0, 0.1, Times(100000, 2)), 1e4), Times{});
}

TEST(Samples, InStraightLinesAreRampsAndAStep) {
  const Current lines = samples(0, 10, {0, 4, 1}, Hold::linear);
  const Current pieces = ramp(0, 10, 0, 4) + ramp(10, 20, 4, 1) + step(20, 30, 1);
  const Times times = spike_times(Neuron{}, lines, 100);
  EXPECT_EQ(times, spike_times(Neuron{}, pieces, 100));
  EXPECT_FALSE(times.empty());
}

TEST(Ramp, CrossesWhereItsClosedFormDoes) {
  // u - rest = R m (t - tau (1 - exp(-t/tau))) = 20 with R m = 3 mV/ms, by bisection.
  const double t = spike_times(Neuron{}, ramp(0, 100, 0, 30), 100).at(0);
  double low = 0;
  double high = 100;
  for (int k = 0; k < 100; ++k) {
    const double s = (low + high) / 2;
    (3 * (s + 8 * std::expm1(-s / 8)) < 20 ? low : high) = s;
  }
  EXPECT_NEAR(t, low, 1e-14 * low);
}

TEST(Sinusoid, FiresAsInTheCourse) {
  // Neuronal Dynamics exercise: 2.5 nA, 150 Hz, offset 2 nA on [50, 150.1) ms, true and held in 0.1 ms samples.
  const Times smooth = spike_times(Neuron{}, step(50, 150.1, 2) + sinusoid(50, 150.1, 2.5, 150), 200);
  ASSERT_EQ(smooth.size(), 5U);
  EXPECT_NEAR(smooth[0], 65.706, 0.0005);
  Times values;
  for (int k = 0; k <= 1000; ++k) values.push_back(2 + 2.5 * std::sin(2 * std::numbers::pi * 150 * k * 1e-4));
  const Times held = spike_times(Neuron{}, samples(50, 0.1, values), 200);
  ASSERT_EQ(held.size(), 5U);
  EXPECT_NEAR(held[0], 65.749, 0.0005);
}

TEST(ExponentialSynapse, IsSmoothThroughEqualTimeConstants) {
  const auto first_spike = [](double tau_s) {
    return spike_times(Neuron{}, step(0, forever, 1) + exponential_synapse(tau_s, {{0, 4}}), 100).at(0);
  };
  // For tau_s = tau_m: u - rest = (10 (1 - e^-z) + 40 z e^-z), z = t/8, is 20 mV at z, found by bisection.
  double low = 0;
  double high = 1;
  for (int k = 0; k < 100; ++k) {
    const double z = (low + high) / 2;
    (-10 * std::expm1(-z) + 40 * z * std::exp(-z) < 20 ? low : high) = z;
  }
  EXPECT_NEAR(first_spike(8), 8 * low, 1e-13);
  // dt/dtau_s is about -0.3 here, so that neighbours differ by no more than their distance.
  for (int k = 10; k <= 50; ++k) {
    EXPECT_NEAR(first_spike(8 * (1 + std::ldexp(1, -k))), 8 * low, std::ldexp(8, -k) + 1e-14) << k;
    EXPECT_NEAR(first_spike(8 * (1 - std::ldexp(1, -k))), 8 * low, std::ldexp(8, -k) + 1e-14) << k;
  }
}

TEST(Synapse, RemembersArrivalsBeforeZero) {
  // 40 exp(8/8) nA eight ms before 0 is 40 nA at 0.
  const Times before = spike_times(Neuron{}, exponential_synapse(8, {{-8, 4 * std::numbers::e}}), 100);
  const Times at = spike_times(Neuron{}, exponential_synapse(8, {{0, 4}}), 100);
  ASSERT_EQ(before.size(), at.size());
  for (std::size_t k = 0; k < at.size(); ++k) EXPECT_NEAR(before[k], at[k], 1e-13);
}

TEST(Synapse, CancelsOppositeArrivalsExactly) {
  const auto drive = step(0, forever, 2);
  EXPECT_EQ(spike_times(Neuron{}, drive + alpha_synapse(8, {{5, 1e6}, {5, -1e6}}), 1e4), Times{});
}

TEST(AlphaSynapse, PeaksAtOneAfterItsTimeConstant) {
  // In the limit of a fast membrane u follows the current: the peak of 1 nA x 10 MOhm is at -60 mV.
  const Neuron fast{{.tau = 1e-4}};
  EXPECT_NEAR(membrane_potential(fast, alpha_synapse(3, {{1, 1}}), Times{4}).at(0), -60, 1e-6);
}

TEST(Neuron, ThatRestsAboveThresholdFiresByItself) {
  const Neuron neuron{{.rest = -40, .refractory = 0, .initial = -65}};
  const Times times = spike_times(neuron, Current{}, 50);
  ASSERT_EQ(times.size(), 6U);  // 50 / (8 ln 2.5) = 6.8
  EXPECT_DOUBLE_EQ(times[0], 8 * std::log(2.5));
  EXPECT_DOUBLE_EQ(times[5], 6 * 8 * std::log(2.5));
}

TEST(Neuron, WithoutInputStaysSilent) { EXPECT_EQ(spike_times(Neuron{}, Current{}, 1e300), Times{}); }

TEST(SpikeTrain, TellsErrorAndSlope) {
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    SpikeTrain train(Neuron{}, step(0, forever, 2.5), 30, precision);
    const auto spike = train.next();
    ASSERT_TRUE(spike);
    const detail::Real50 truth = 8 * log(detail::Real50(5));
    EXPECT_NEAR(spike->slope, 5.0 / 8, 1e-12);
    EXPECT_LE(abs(truth - spike->time), detail::Real50(spike->error));
    EXPECT_LT(spike->error, 1e-13);
    EXPECT_NEAR(static_cast<double>(truth - spike->time), spike->remainder,
                precision == Precision::exact ? 1e-28 : 1e-14);
  }
}

TEST(SpikeTrain, IsLazy) {
  SpikeTrain train(Neuron{}, step(0, forever, 2.5), 1e300);
  int count = 0;
  double last = 0;
  for (const Spike& spike : train) {
    EXPECT_GT(spike.time, last);
    last = spike.time;
    if (++count == 1000) break;
  }
  EXPECT_DOUBLE_EQ(last, 12.87550329947280299681 + 999 * 13.09035488895912495068);
}

TEST(SpikeTrain, DoesNotCallAKnownTieGrazing) {
  SpikeTrain train(Neuron{}, step(0, forever, 2), 1e5);
  EXPECT_FALSE(train.next());
  EXPECT_TRUE(train.grazings().empty());
}

TEST(SpikeTrain, KeepsItsDigitsAtTheEndsOfDoublesRange) {
  // Units of 2^volts mV and 2^ms ms change no digit of anything.
  const auto solve = [](int volts, int ms) {
    const auto mv = [=](double x) { return std::ldexp(x, volts); };
    const auto time = [=](double x) { return std::ldexp(x, ms); };
    const Neuron neuron{{mv(-70), mv(-65), mv(-50), 10, time(8), time(2)}};
    const Current current = step(0, forever, mv(2.2)) + sinusoid(0, forever, mv(1), std::ldexp(40, -ms)) +
                            samples(0, time(0.25), {mv(1), mv(-1), mv(0.5)}, Hold::linear) +
                            alpha_synapse(time(3), {{time(5), mv(1)}}) + pulses({{time(30), mv(2)}});
    Times times = spike_times(neuron, current, time(100));
    for (double& t : times) t = std::ldexp(t, -ms);
    times.push_back(std::ldexp(membrane_potential(neuron, current, Times{time(3)}).at(0), -volts));
    return times;
  };
  const Times usual = solve(0, 0);
  EXPECT_GE(usual.size(), 5U);
  for (const int volts : {-1000, -400, 0, 400, 900}) {
    for (const int ms : {-1000, -400, 380, 900}) EXPECT_EQ(solve(volts, ms), usual) << volts << " " << ms;
  }
}

TEST(SpikeTrain, RefusesAnEndThatIsNone) {
  for (const double until : {0.0, -1.0, forever, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW(SpikeTrain(Neuron{}, Current{}, until), InvalidArgument) << until;
  }
}

TEST(MembranePotential, FollowsTheClosedForm) {
  const Times times{0, 5, 10, 12.8, 13, 14.875, 20};
  const Times potentials = membrane_potential(Neuron{}, step(5, 101, 2) + pulses({{13, 3}}), times);
  const auto rise = [](double t) { return -70 + 20 * -std::expm1(-(t - 5) / 8); };
  EXPECT_EQ(potentials[0], -70);
  EXPECT_EQ(potentials[1], -70);
  EXPECT_DOUBLE_EQ(potentials[2], rise(10));
  EXPECT_DOUBLE_EQ(potentials[3], rise(12.8));
  EXPECT_DOUBLE_EQ(potentials[4], rise(13) + 3);  // after the jump
  EXPECT_DOUBLE_EQ(potentials[6], rise(20) + 3 * std::exp(-7.0 / 8));
}

TEST(MembranePotential, IsResetInRefractoriness) {
  const double spike = 8 * std::log(5.0);
  const Times times{12.875, 12.876, 14.875, 14.8756};
  const Times potentials = membrane_potential(Neuron{}, step(0, forever, 2.5), times);
  EXPECT_NEAR(potentials[0], -50, 1e-3);
  EXPECT_EQ(potentials[1], -65);
  EXPECT_EQ(potentials[2], -65);
  EXPECT_NEAR(potentials[3], -65 + (14.8756 - spike - 2) * 20 / 8, 1e-6);
  EXPECT_EQ(membrane_potential(Neuron{}, pulses({{10, 30}}), Times{10}).at(0), -65);
}

TEST(MembranePotential, RefusesTimesOutOfOrder) {
  EXPECT_THROW(membrane_potential(Neuron{}, Current{}, Times{1, 0.5}), InvalidArgument);
  EXPECT_THROW(membrane_potential(Neuron{}, Current{}, Times{-1}), InvalidArgument);
  EXPECT_EQ(membrane_potential(Neuron{}, Current{}, Times{}), Times{});
}

}  // namespace
}  // namespace lapicque
