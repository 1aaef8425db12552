#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <utility>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "oracle.hpp"
#include "verdict.hpp"

// Inputs made to be hard: u that comes within a hair of the threshold, and spikes within an ulp of an event. Truth is
// the 110-digit oracle of oracle.hpp, or plain reasoning where it is in the name.

namespace lapicque {
namespace {

using testing::judge;
using testing::neighbour;
using testing::oracle_spikes;
using testing::Real;

void expect_right(const Neuron& neuron, const Current& current, double until) {
  EXPECT_EQ(judge({neuron, current, until}).fault, "");
}

using Shape = std::function<Current(double amplitude)>;

/// The greatest double in [low, high) at which there are no more spikes than at `low`. Found with the solver, which is
/// the faster one; whether it is right there is for the oracle to say.
double last_quiet(const Neuron& neuron, const Shape& make, double until, double low, double high) {
  const std::size_t quiet = spike_times(neuron, make(low), until).size();
  while (std::nextafter(low, high) < high) {
    const double middle = low + (high - low) / 2;
    (spike_times(neuron, make(middle), until).size() <= quiet ? low : high) = middle;
  }
  return low;
}

/// Tunes the amplitude of `shape`, which on top of `base` is too little at 0 and enough at `enough`, to the last double
/// below threshold; then a second one of the same shape, so that both together are nearer; and so on. At every turn the
/// solver has to be right on both sides, and at a ladder of distances on the way.
void graze(const char* name, const Neuron& neuron, const Current& base, const Shape& shape, double until,
           double enough) {
  Current below = base;
  double nearest = forever;
  for (int layer = 0; layer < 4; ++layer) {
    const Shape make = [&](double amplitude) { return below + shape(amplitude); };
    const double quiet = last_quiet(neuron, make, until, 0, enough);
    const double spacing = neighbour(quiet, 1) - quiet;
    ASSERT_GT(quiet, 0) << name;
    if (layer == 0) {
      for (const double share : {1e-4, 1e-7, 1e-10, 1e-13}) {
        expect_right(neuron, make(quiet * (1 - share)), until);
        expect_right(neuron, make(quiet * (1 + share)), until);
      }
    }
    std::size_t spikes = 0;
    for (const double amplitude : {quiet, quiet + spacing}) {
      const auto verdict = judge({neuron, make(amplitude), until});
      ASSERT_EQ(verdict.fault, "") << name << ", layer " << layer;
      nearest = std::min(nearest, verdict.closest);
      if (amplitude > quiet) {
        EXPECT_GT(verdict.spikes, spikes) << name << " is not tuned";
      }
      spikes = verdict.spikes;
    }
    below = make(quiet);
    enough = spacing;
  }
  std::cout << name << ": down to " << nearest << " mV from the threshold\n";
}

TEST(Grazing, OfAnExponentialSynapseIsDecided) {
  for (const double tau : {0.4, 8.0, 8 * (1 - 0x1p-30), 9.5})
    graze(
        "exponential synapse", Neuron(), {},
        [=](double w) {
          return exponential_synapse(tau, {{1.25, w}});
        },
        60, 200);
}

TEST(Grazing, OfAnExactTouchIsNoSpike) {
  // tau_s = tau/2, x = exp(-t/8): u - rest = 80 (x - x^2), which is 20 at x = 1/2 and nowhere more.
  SpikeTrain train(Neuron(), exponential_synapse(4, {{1.25, 8}}), 60);
  EXPECT_FALSE(train.next().has_value());
  ASSERT_EQ(train.grazings().size(), 1U);
  EXPECT_NEAR(train.grazings()[0].time, 1.25 + 8 * std::log(2), 1e-12);
  EXPECT_LT(train.grazings()[0].distance, 1e-90);
  EXPECT_EQ(spike_times(Neuron(), exponential_synapse(4, {{1.25, 8}, {1.25, 1e-60}}), 60).size(), 1U);
}

TEST(Grazing, OfAnAlphaSynapseIsDecided) {
  for (const double tau : {0.4, 8 * (1 + 0x1p-52), 9.5, 32.0})
    graze(
        "alpha synapse", Neuron(), {},
        [=](double w) {
          return alpha_synapse(tau, {{1.25, w}});
        },
        400, 200);
}

TEST(Grazing, OfSeveralArrivalsIsDecided) {
  graze(
      "several arrivals", Neuron(), step(0, forever, 0.75) + exponential_synapse(3, {{1, 1}, {4, -0.5}, {4.5, 1}}),
      [](double w) {
        return exponential_synapse(3, {{6, w}, {7, w}}) + alpha_synapse(5, {{2, w}, {7, w}});
      },
      60, 20);
}

TEST(Grazing, OfASinusoidIsDecided) {
  const auto sine = [](double frequency) { return [=](double a) { return sinusoid(3, 40, a, frequency, 0.25); }; };
  graze("sinusoid, 1 Hz", Neuron(), step(0, forever, 1.5), sine(1), 40, 20);
  graze("sinusoid, 20 Hz", Neuron(), step(0, forever, 1.5), sine(20), 40, 20);
  graze("sinusoid, 250 Hz", Neuron(), step(0, forever, 1.5), sine(250), 40, 200);
  graze("sinusoid, 2 kHz", Neuron(), step(0, forever, 1.5), sine(2000), 10, 2000);
}

TEST(Grazing, OfASinusoidOverAFallingRampIsDecided) {
  graze(
      "sinusoid on a ramp", Neuron(), ramp(0, 80, 1.9, 1), [](double a) { return sinusoid(0, 80, a, 60); }, 80, 10);
}

TEST(Grazing, OfTwoNearlyCancellingSinusoidsIsDecided) {
  // A beat: sin - sin of neighbouring frequencies, at its fullest after 83 ms.
  graze(
      "beat", Neuron(), step(0, forever, 1),
      [](double a) { return sinusoid(0, forever, a, 40) + sinusoid(0, forever, -a, 46); }, 110, 50);
}

TEST(Grazing, AtTheEndOfAStepIsDecided) {
  graze(
      "end of a step", Neuron(), {}, [](double a) { return step(5, 21, a); }, 100, 20);
}

TEST(Grazing, OfATriangleIsDecided) {
  graze(
      "triangle", Neuron(), {}, [](double a) { return ramp(5, 25, 0, a) + ramp(25, 40, a, 0); }, 100, 20);
}

TEST(Grazing, OfHeldSamplesIsDecided) {
  graze(
      "held samples", Neuron(), {},
      [](double a) {
        return samples(0, 2.5, {a / 4, a, a, a / 2, 0, a / 4});
      },
      100, 50);
}

TEST(Grazing, OfLinearSamplesIsDecided) {
  graze(
      "linear samples", Neuron(), {},
      [](double a) {
        return samples(0, 2.5, {0, a, a / 2, a, 0, a / 4}, Hold::linear);
      },
      100, 50);
}

TEST(Grazing, OfAJumpIsDecided) {
  graze(
      "jump", Neuron(), step(0, forever, 1.25),
      [](double a) {
        return pulses({{9, a}});
      },
      100, 50);
}

TEST(Grazing, OfASecondSpikeIsDecided) {
  // The first spike stands; its time, an irrational number, decides over the second.
  graze(
      "second spike", Neuron(), exponential_synapse(6, {{0, 12}}),
      [](double a) {
        return alpha_synapse(6, {{10, a}});
      },
      80, 4);
}

TEST(Grazing, OfHugeOppositeWeightsIsDecided) {
  graze(
      "opposite weights", Neuron(),
      exponential_synapse(8, {{1, 1e17}, {std::nextafter(1, 2), -1e17}}) + exponential_synapse(6, {{2, 1e6}}) +
          exponential_synapse(6.5, {{2, -1e6}}),
      [](double a) {
        return exponential_synapse(8, {{3, a}});
      },
      60, 1e9);
}

// Exactly the rheobase, 2 nA.

TEST(Rheobase, ApproachedForEverIsNoSpike) {
  EXPECT_TRUE(spike_times(Neuron(), step(0, forever, 2), 1e12).empty());
  EXPECT_EQ(spike_times(Neuron(), step(0, forever, 2) + step(1e9, forever, 1), 1e9 + 5).size(), 1U);
}

TEST(Rheobase, AddedUpFromStepsThatSumToItExactlyIsNoSpike) {
  Current sum;
  for (int k = 1; k <= 52; ++k) sum += step(0, forever, std::ldexp(1, -k));
  sum += step(0, forever, 1) + step(0, forever, 0x1p-52);
  EXPECT_TRUE(spike_times(Neuron(), sum, 1e6).empty());
  const auto spikes = spike_times(Neuron(), sum + step(0, forever, 0x1p-900), 6000);
  ASSERT_EQ(spikes.size(), 1U);
  EXPECT_NEAR(spikes[0], 8 * std::log1p(20 / (10 * 0x1p-900)), 1e-9);
}

TEST(Rheobase, AddedUpFromOppositesIsNoSpike) {
  EXPECT_TRUE(
      spike_times(Neuron(), step(0, forever, 1e300) + step(0, forever, 2) + step(0, forever, -1e300), 1e6).empty());
}

TEST(Rheobase, HeldForThousandsOfSamplesIsNoSpike) {
  EXPECT_TRUE(spike_times(Neuron(), samples(0, 0.1, std::vector<double>(20000, 2.0)), 3000).empty());
  EXPECT_TRUE(spike_times(Neuron(), samples(0, 0.1, std::vector<double>(20000, 2.0), Hold::linear), 3000).empty());
  std::vector<double> one_more(20000, 2.0);
  one_more.push_back(3);
  const auto spikes = spike_times(Neuron(), samples(0, 0.1, one_more), 3000);
  ASSERT_EQ(spikes.size(), 1U);
  EXPECT_EQ(spikes[0], 2000);
}

TEST(Rheobase, TouchedByASinusoidIsNoSpike) {
  EXPECT_TRUE(spike_times(Neuron(), step(0, forever, 1) + sinusoid(0, forever, 1, 10), 1e4).empty());
  EXPECT_TRUE(spike_times(Neuron(), step(0, forever, 1.5) + sinusoid(0, forever, 0.5, 10, 0.3), 1e4).empty());
}

TEST(Rheobase, ReachedByRampsThatStopThereIsNoSpike) {
  EXPECT_TRUE(spike_times(Neuron(), ramp(0, 7, 0, 2) + step(7, forever, 2), 1e5).empty());
  EXPECT_TRUE(spike_times(Neuron(), ramp(0, 7, 0, 2) + ramp(7, 50, 2, 0), 1e3).empty());
  EXPECT_TRUE(spike_times(Neuron(), samples(0, 3.3, {0, 2, 2, 2, 0, 2, 2, 0.1}, Hold::linear), 1e3).empty());
}

TEST(Rheobase, WithASynapseThatOutlastsTheMembraneFiresHoweverLate) {
  // x = -a e^(-t/8) + k (e^(-t/8.1) - e^(-t/8)) crosses 0 where e^(t (1/8 - 1/8.1)) = (a + k)/k; the second time at
  // e^-21000, where a is 15 mV and k what two milliseconds of refractoriness after the first spike have left of it.
  const Real tau_s = 8.1;
  const Real rate = 1 / Real(8) - 1 / tau_s;
  const Real k = 10 * Real(1e-3) * tau_s / (tau_s - 8);
  const Real first = log((20 + k) / k) / rate;
  const Real left = k * exp(-(first + 2) / tau_s);
  const Real second = first + 2 + log((15 + left) / left) / rate;
  EXPECT_EQ(spike_times(Neuron(), step(0, forever, 2) + exponential_synapse(8.1, {{0, 1e-3}}), 1e6),
            (std::vector<double>{static_cast<double>(first), static_cast<double>(second)}));
}

// A drive that is nothing for so long that u is e^-200 or less below the threshold, and then something; or is nothing,
// though its parts are not.
TEST(Rheobase, ForLongDoesNotHideWhatComesThen) {
  const Neuron neuron;
  const auto later = [&](const Current& current, double until) {
    return spike_times(neuron, step(0, forever, 2) + current, until);
  };
  // Nothing is left to climb: the drive turns positive, and the neuron fires at once.
  EXPECT_EQ(later(sinusoid(1900, forever, 1, 10), 1905), (std::vector<double>{1900}));
  EXPECT_EQ(later(ramp(100000, 100100, 0, 28), 100001), (std::vector<double>{100000}));
  EXPECT_EQ(later(alpha_synapse(3, {{50000, 1}}), 50001), (std::vector<double>{50000}));
}

TEST(Rheobase, InOppositePartsNeverFires) {
  const Neuron neuron;
  EXPECT_TRUE(spike_times(neuron, ramp(0, 5000, 0, 2) + ramp(0, 5000, 2, 0), 5000).empty());
  EXPECT_TRUE(spike_times(neuron,
                          samples(0, 1000, {0, 1, 2, 3}, Hold::linear) + samples(0, 1000, {2, 1, 0, -1}, Hold::linear),
                          4000)
                  .empty());
  EXPECT_TRUE(
      spike_times(neuron, step(0, forever, 2) + sinusoid(0, forever, 1, 10) + sinusoid(0, forever, -1, 10), 3000)
          .empty());
}

TEST(HugeParts, ThatCancelLeaveNothing) {
  const Neuron neuron;
  const Current dc = step(0, forever, 2.5);
  const std::vector<double> usual = spike_times(neuron, dc, 60);
  for (const double huge : {1e13, 1e60, 1e300}) {
    EXPECT_EQ(spike_times(neuron, dc + sinusoid(0, 60, huge, 100) + sinusoid(0, 60, -huge, 100), 60), usual) << huge;
    EXPECT_EQ(spike_times(neuron, dc + ramp(0, 100, -huge, huge) + ramp(0, 100, huge, -huge), 60), usual) << huge;
  }
}

TEST(Jump, OntoThresholdFromAnExponentialTailIsDecidedByTheTail) {
  // After 5000 ms u is 10 e^-625 mV from rest, and the jump of 20 mV lands as far from the threshold.
  EXPECT_TRUE(spike_times(Neuron(NeuronParameters{.initial = -80}), pulses({{5000, 20}}), 6000).empty());
  EXPECT_EQ(spike_times(Neuron(NeuronParameters{.initial = -60}), pulses({{5000, 20}}), 6000),
            (std::vector<double>{5000}));
}

TEST(Phase, IsTakenModuloTwoPiExactly) {
  // 1e22 mod 2 pi = 5.26300791462102703..., a textbook case of argument reduction: sin(1e22) = -0.8522008497671888.
  const auto at = [](double phase) {
    return spike_times(Neuron(), step(0, forever, 2.5) + sinusoid(0, forever, 5, 100, phase), 30);
  };
  const std::vector<double> reduced =
      at(std::atan2(-0.8522008497671888, std::sqrt(1 - 0.8522008497671888 * 0.8522008497671888)));
  const std::vector<double> given = at(1e22);
  ASSERT_EQ(given.size(), reduced.size());
  for (std::size_t k = 0; k < given.size(); ++k) EXPECT_NEAR(given[k], reduced[k], 1e-12);
  EXPECT_FALSE(at(1e300).empty());
}

TEST(TooManyOrdersOfMagnitude, AreRefusedRatherThanGuessed) {
  const Neuron slow(NeuronParameters{.refractory = 1e100});
  EXPECT_THROW(spike_times(slow, step(0, forever, 5) + sinusoid(0, forever, 1, 10), 1e101), InvalidArgument);
  EXPECT_EQ(spike_times(slow, step(0, forever, 5), 1e101).size(), 10U);  // no more than sums to tell apart
  EXPECT_THROW(spike_times(Neuron(), ramp(-1e100, 1e100, -1e100, 1e100), 100), InvalidArgument);
  EXPECT_THROW(spike_times(Neuron(), step(0, forever, 1.7e308) + step(0, forever, 1.7e308), 100), InvalidArgument);
  EXPECT_EQ(spike_times(Neuron(NeuronParameters{.refractory = 1e30}), step(0, forever, 5), 1e31).size(), 10U);
}

TEST(Rheobase, WithASynapseDyingAwayAboveItFiresOnlyIfThatLastsLongerThanTheMembrane) {
  // x = u - theta = -20 e^(-t/8) + 10 w k(t), k ~ e^(-t/8) for tau_s < 8 and ~ e^(-t/tau_s) beyond.
  expect_right(Neuron(), step(0, forever, 2) + exponential_synapse(2, {{0, 1}}), 400);
  expect_right(Neuron(), step(0, forever, 2) + exponential_synapse(2, {{0, 6}}), 200);
  expect_right(Neuron(), step(0, forever, 2) + exponential_synapse(8, {{0, 1e-6}}), 400);
  EXPECT_TRUE(spike_times(Neuron(), step(0, forever, 2) + exponential_synapse(7.9, {{0, 1e-3}}), 1e6).empty());
}

// A spike and an event within an ulp of each other.

struct Train {
  Neuron neuron;
  Current current;
};

std::vector<Train> trains() {
  return {{Neuron(), step(5, forever, 2.5)},
          {Neuron(NeuronParameters{.refractory = 0}), step(5, forever, 3) + sinusoid(0, forever, 2, 130)},
          {Neuron(), exponential_synapse(8, {{1, 9}, {9, 4}, {20, 8}}) + alpha_synapse(3, {{2, 3}, {30, 6}})},
          {Neuron(), samples(0, 1.7, {1, 2, 3, 4, 3, 5, 3, 5, 2, 6, 4, 5}, Hold::linear)}};
}

TEST(Coincidence, OfASpikeWithAnEventWithinAnUlpIsDecided) {
  for (const auto& [neuron, current] : trains()) {
    const auto spikes = oracle_spikes(neuron, current, 40).times;
    ASSERT_GE(spikes.size(), 2U);
    for (const Real& spike : {spikes[0], spikes[1]}) {
      for (const int ulps : {-2, -1, 0, 1, 2}) {
        const double time = neighbour(static_cast<double>(spike), ulps);
        expect_right(neuron, current + pulses({{time, -5}}), 40);
        expect_right(neuron, current + pulses({{time, 5}}), 40);
        expect_right(neuron, current + step(time, forever, -100), 40);
        expect_right(neuron, current + exponential_synapse(2, {{time, -50}}), 40);
        expect_right(neuron, current + sinusoid(time, forever, 20, 100), 40);
        expect_right(neuron, current + samples(time, 1e-3, {-1000, 0}), 40);
        expect_right(neuron, current, time);
      }
    }
  }
}

TEST(Coincidence, OfAnEventWithTheEndOfRefractorinessWithinAnUlpIsDecided) {
  for (const auto& [neuron, current] : trains()) {
    for (const Real& spike : oracle_spikes(neuron, current, 40).times) {
      for (const int ulps : {-1, 0, 1}) {
        const double time = neighbour(static_cast<double>(spike + neuron.refractory()), ulps);
        expect_right(neuron, current + pulses({{time, 20}}), 40);
        expect_right(neuron, current + pulses({{time, -20}}), 40);
      }
    }
  }
}

TEST(Coincidence, OfEventsOneUlpApartIsDecided) {
  std::vector<Event> jumps, arrivals;
  double time = 3;
  for (int k = 0; k < 50; ++k, time = neighbour(time, 1)) {
    jumps.push_back({time, k % 2 == 0 ? 1.5 : -1});
    arrivals.push_back({time, 0.25});
  }
  expect_right(Neuron(), pulses(jumps), 20);
  expect_right(Neuron(), exponential_synapse(4, arrivals) + alpha_synapse(8, arrivals), 60);
  expect_right(Neuron(), pulses(jumps) + exponential_synapse(4, arrivals), 60);
}

// Equality that is exact.

TEST(Landing, ExactlyOnTheThresholdFromRestOrResetIsASpike) {
  const Neuron neuron(NeuronParameters{.rest = -65, .refractory = 0});
  EXPECT_EQ(spike_times(neuron, pulses({{0, 15}, {1, 15}, {1.5, 7.5}, {1.5, 7.5}}), 10),
            (std::vector<double>{0, 1, 1.5}));
  EXPECT_TRUE(spike_times(neuron, pulses({{1, std::nextafter(15, 0)}}), 10).empty());
  EXPECT_TRUE(spike_times(neuron, pulses({{1, 15}, {1, -1e-300}}), 10).empty());
  EXPECT_EQ(spike_times(neuron, pulses({{1, 15}, {1, -1e-300}, {1, 1e-300}}), 10).size(), 1U);
}

TEST(Landing, ExactlyAtTheEndOfRefractorinessAfterAJumpIsKept) {
  // The doubles 0.1 and 0.2 add up to more than the double 0.3, and to less than the next one.
  const Neuron neuron(NeuronParameters{.rest = -65, .refractory = 0.25});
  EXPECT_EQ(spike_times(neuron, pulses({{1, 15}, {1.25, 15}}), 10), (std::vector<double>{1, 1.25}));
  EXPECT_EQ(spike_times(neuron, pulses({{1, 15}, {neighbour(1.25, -1), 15}}), 10), (std::vector<double>{1}));
  const Neuron tenths(NeuronParameters{.rest = -65, .refractory = 0.2});
  EXPECT_EQ(spike_times(tenths, pulses({{0.1, 15}, {0.3, 15}}), 10).size(), 1U);
  EXPECT_EQ(spike_times(tenths, pulses({{0.1, 15}, {neighbour(0.3, 1), 15}}), 10).size(), 2U);
}

TEST(Landing, OnTheThresholdAlongAStraightLineComesBeforeTheEventOfThatInstant) {
  // A ramp of 1/8 nA/ms and this start leave no transient: u = -70 + 1.25 (t - 8) is a straight line, -50 at t = 24.
  const Neuron neuron(NeuronParameters{.initial = -80});
  const Current line = ramp(0, 64, 0, 8);
  for (const Current& change :
       {Current(), pulses({{24, -5}}), pulses({{24, 5}}), step(24, 60, -100), step(24, 60, 100)})
    EXPECT_EQ(spike_times(neuron, line + change, 25), (std::vector<double>{24}));
  EXPECT_EQ(spike_times(neuron, line, 24), (std::vector<double>{24}));
  EXPECT_EQ(spike_times(neuron, ramp(0, 24, 0, 3), 40), (std::vector<double>{24}));
  EXPECT_TRUE(spike_times(neuron, line + pulses({{neighbour(24, -1), -5}}), 25).empty());
  // the event at the end of refractoriness, 26 ms, is kept: -65 + 15 = -50
  EXPECT_EQ(spike_times(neuron, line + pulses({{26, 15}}), 27), (std::vector<double>{24, 26}));
  EXPECT_EQ(spike_times(neuron, line + pulses({{neighbour(26, -1), 15}}), 27), (std::vector<double>{24}));
  // and a jump from the line onto the threshold, at 16 ms: -60 + 10 = -50
  EXPECT_EQ(spike_times(neuron, line + pulses({{16, 10}}), 17), (std::vector<double>{16}));
  EXPECT_TRUE(spike_times(neuron, line + pulses({{16, neighbour(10, -1)}}), 16).empty());
}

TEST(Landing, FromJustBelowTheThresholdIsDecided) {
  const double below = neighbour(-50, -1);
  for (const double rest : {-70.0, below, -50.0, -49.0}) {
    const Neuron neuron(NeuronParameters{.rest = rest, .initial = below});
    expect_right(neuron, {}, 100);
    expect_right(neuron, step(0, forever, 1e-18), 10000);
    expect_right(neuron, step(0, forever, 1e-13), 100);
    expect_right(neuron, exponential_synapse(3, {{0, 3}}), 100);
    expect_right(neuron, sinusoid(0, forever, 2, 5), 100);
    expect_right(neuron, step(0, forever, -1) + pulses({{0, 7e-15}, {50, 25}}), 100);
  }
}

// Clocks that have run for long.

TEST(LongAgo, LeavesASinusoidInPhase) {
  const Current dc = step(0, forever, 1.9);
  expect_right(Neuron(), dc + sinusoid(-1e9, forever, 3, 997), 60);
  expect_right(Neuron(), dc + sinusoid(-1e15 / 3, forever, 3, 41), 60);
  expect_right(Neuron(), dc + sinusoid(-12345.678, forever, 3, 41, 1e9), 60);
  expect_right(Neuron(), sinusoid(1e9 / 3, forever, 1.5, 41) + step(1e9, forever, 1.9), 1e9 + 60);
}

TEST(LongAgo, IsTheStartOfALateOnsetWithoutLoss) {
  for (const double onset : {1e3 / 3, 1e6 / 3, 1e9 / 3, 1e12 / 3, 1e15 / 3})
    expect_right(Neuron(), step(onset, forever, 3) + exponential_synapse(4, {{onset, 2}}), onset + 50);
}

}  // namespace
}  // namespace lapicque
