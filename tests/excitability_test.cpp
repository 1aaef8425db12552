#include "lapicque/excitability.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "lapicque/current.hpp"
#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "random_neuron.hpp"

namespace lapicque {
namespace {

// The truth here is the textbook's formula, log((u_inf - start)/(u_inf - theta)) with all its cancellation, in 200
// digits.
using Wide = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<200>, boost::multiprecision::et_off>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nearest = 0.5001;  // ulp: the double nearest to the truth, or all but that

double ulps(double got, const Wide& truth) {
  const double size = std::fabs(got);
  return static_cast<double>(abs(Wide(got) - truth) / Wide(std::nextafter(size, infinity) - size));
}

Wide steady_state(const Neuron& neuron, double current) {
  return Wide(neuron.rest()) + Wide(neuron.resistance()) * current;
}

Wide rise_time(const Neuron& neuron, double current, const Wide& start) {
  const Wide settled = steady_state(neuron, current);
  return neuron.tau() * log((settled - start) / (settled - neuron.threshold()));
}

Wide rate(const Neuron& neuron, double current) {
  return 1000 / (neuron.refractory() + rise_time(neuron, current, neuron.reset()));
}

// From just above the rheobase to far above it.
double random_current_that_fires(testing::Random& random, const Neuron& neuron) {
  return rheobase(neuron) * (1 + random.logarithmic(1e-12, 1e9));
}

template <class Call>
std::string message(Call call) {
  try {
    call();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(Rheobase, OfTheExerciseNeuronIsTwoNanoamperes) { EXPECT_EQ(rheobase(Neuron{}), 2); }

TEST(Rheobase, IsTheNearestDouble) {
  testing::Random random;
  for (int k = 0; k < testing::cases(1000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    SCOPED_TRACE(testing::describe(neuron));
    EXPECT_LE(ulps(rheobase(neuron), (Wide(neuron.threshold()) - neuron.rest()) / neuron.resistance()), nearest);
  }
}

TEST(Rheobase, IsNegativeWhereTheNeuronFiresByItself) {
  EXPECT_EQ(rheobase(NeuronParameters{.rest = -45, .initial = -60}), -0.5);
  EXPECT_EQ(rheobase(NeuronParameters{.rest = -50, .initial = -60}), 0);
}

TEST(SteadyStatePotential, IsWhereTheFirstExerciseEnds) { EXPECT_EQ(steady_state_potential(Neuron{}, 1.2), -58); }

TEST(FirstSpikeLatency, OfTheHeadersExampleIsEightLogFive) {
  EXPECT_EQ(first_spike_latency(Neuron{}, 2.5, -70), 12.875503299472802);
}

TEST(FirstSpikeLatency, IsTheNearestDouble) {
  testing::Random random;
  for (int k = 0; k < testing::cases(1000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = random_current_that_fires(random, neuron);
    const double start = neuron.threshold() - random.logarithmic(1e-6, 100);
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current) + " " + to_text(start));
    const auto latency = first_spike_latency(neuron, current, start);
    ASSERT_EQ(latency.has_value(), steady_state(neuron, current) > neuron.threshold());
    if (latency) {
      EXPECT_LE(ulps(*latency, rise_time(neuron, current, start)), nearest);
    }
  }
}

TEST(FirstSpikeLatency, IsEmptyAtTheRheobaseAndGrowsLikeALogarithmAboveIt) {
  const Neuron neuron;
  EXPECT_FALSE(first_spike_latency(neuron, 2, -70));
  EXPECT_FALSE(first_spike_latency(neuron, std::nextafter(2, 0), -70));
  for (int k = 1; k <= 51; ++k) {
    // 2 (1 + 2^-k) nA: u_inf lies 20 2^-k mV above the threshold, 20 mV above the start.
    const double current = std::ldexp(1, 1) * (1 + std::ldexp(1, -k));
    const auto latency = first_spike_latency(neuron, current, -70);
    ASSERT_TRUE(latency) << k;
    EXPECT_LE(ulps(*latency, 8 * log(1 + pow(Wide(2), k))), nearest) << k;
  }
}

TEST(FirstSpikeLatency, DecidesExactlyWhereDoublesWouldRound) {
  const double e = std::numeric_limits<double>::epsilon();
  const auto fires = [](double rest, double resistance, double current) {
    const Neuron neuron(NeuronParameters{.rest = rest, .reset = -1, .threshold = 1, .resistance = resistance});
    return first_spike_latency(neuron, current, -1).has_value();
  };
  EXPECT_FALSE(fires(0, 1 + e, 1 - e));     // R I = 1 - e^2, 1 when rounded
  EXPECT_TRUE(fires(0, 1 + e, 1 - e / 2));  // R I = 1 + e/2 - e^2/2, 1 when rounded
  EXPECT_FALSE(fires(0, 1, 1));
  EXPECT_TRUE(fires(1e-60, 1, 1));  // beyond 50 digits as well
  EXPECT_FALSE(fires(-1e-60, 1, 1));
  EXPECT_TRUE(fires(5e-324, 1, 1));
  EXPECT_FALSE(fires(-5e-324, 1, 1));
}

TEST(FirstSpikeLatency, OfAHugeCurrentIsTheChargeItTakes) {
  // tau log1p(x) = tau x for x = 20 mV/(R I) of 1e-299: with R I beyond the range of double, too.
  EXPECT_LE(ulps(*first_spike_latency(Neuron{}, 1e300, -70), 8 * Wide(20) / (Wide(10) * 1e300)), nearest);
  EXPECT_LE(ulps(*first_spike_latency(Neuron{}, 1e308, -70), 8 * Wide(20) / (Wide(10) * 1e308)), nearest);
}

TEST(FirstSpikeLatency, NamesWhatIsWrong) {
  EXPECT_EQ(message([] { first_spike_latency(Neuron{}, infinity, -70); }), "current = inf nA: must be a finite number");
  EXPECT_EQ(message([] { first_spike_latency(Neuron{}, 3, -50); }),
            "start_potential = -50 mV: must lie below the threshold; choose one below -50 mV");
}

TEST(ThresholdAmplitude, BringsThePotentialToTheThresholdAsThePulseEnds) {
  testing::Random random;
  for (int k = 0; k < testing::cases(1000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double duration = neuron.tau() * random.logarithmic(1e-9, 700);
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(duration));
    const Wide truth =
        (Wide(neuron.threshold()) - neuron.rest()) / neuron.resistance() / (1 - exp(-Wide(duration) / neuron.tau()));
    EXPECT_LE(ulps(threshold_amplitude(neuron, duration), truth), nearest);
  }
}

TEST(ThresholdAmplitude, SeparatesPulsesThatFireFromThoseThatDoNot) {
  const Neuron neuron;
  for (const double duration : {1e-3, 0.5, 8.0, 96.0}) {
    const double least = threshold_amplitude(neuron, duration);
    const double above = least * (1 + 1e-15);
    const double below = least * (1 - 1e-15);
    EXPECT_EQ(spike_times(neuron, step(0, duration, above), 200).size(), 1U) << duration;
    EXPECT_EQ(spike_times(neuron, step(0, duration, below), 200).size(), 0U) << duration;
  }
}

TEST(ThresholdAmplitude, IsTheRheobaseForEverAndTwiceThatAtTheChronaxie) {
  const Neuron neuron;
  EXPECT_EQ(threshold_amplitude(neuron, infinity), 2);
  EXPECT_EQ(threshold_amplitude(neuron, 1e300), 2);
  EXPECT_DOUBLE_EQ(threshold_amplitude(neuron, chronaxie(neuron)), 4);
  EXPECT_LE(ulps(chronaxie(neuron), 8 * log(Wide(2))), nearest);
}

TEST(ThresholdAmplitude, HasNoAnswerWithoutAPulseOrWithoutRest) {
  EXPECT_EQ(message([] { threshold_amplitude(Neuron{}, 0); }),
            "duration = 0 ms: a pulse must have a length greater than 0; no amplitude is enough without one");
  EXPECT_THROW(threshold_amplitude(Neuron{}, std::nan("")), InvalidArgument);
  const Neuron pacemaker(NeuronParameters{.rest = -50, .initial = -60});
  EXPECT_EQ(message([&] { threshold_amplitude(pacemaker, 1); }),
            "rest = -50 mV: must lie below the threshold for this question to make sense; choose one below -50 mV");
  EXPECT_THROW(chronaxie(pacemaker), InvalidArgument);
}

TEST(FiringRate, IsTheNearestDouble) {
  testing::Random random;
  for (int k = 0; k < testing::cases(1000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = random_current_that_fires(random, neuron);
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current));
    const double got = firing_rate(neuron, current);
    if (steady_state(neuron, current) > neuron.threshold()) {
      EXPECT_LE(ulps(got, rate(neuron, current)), nearest);
    } else {
      EXPECT_EQ(got, 0);
    }
  }
}

TEST(FiringRate, IsZeroAtTheRheobaseAndTendsToTheLimit) {
  const Neuron neuron(NeuronParameters{.refractory = 3});
  EXPECT_EQ(firing_rate(neuron, -1), 0);
  EXPECT_EQ(firing_rate(neuron, 2), 0);
  EXPECT_GT(firing_rate(neuron, std::nextafter(2, 3)), 0);
  EXPECT_DOUBLE_EQ(limiting_rate(neuron), 1000.0 / 3);
  EXPECT_LT(firing_rate(neuron, 1e6), limiting_rate(neuron));
  EXPECT_NEAR(firing_rate(neuron, 1e6), limiting_rate(neuron), 2e-3);
  EXPECT_EQ(limiting_rate(NeuronParameters{.refractory = 0}), infinity);
}

TEST(FiringRate, IsThatOfTheExactTrain) {
  const Neuron neuron;
  for (const double current : {2.0001, 2.5, 10.0, 1000.0}) {
    const auto spikes = spike_times(neuron, step(0, forever, current), 1000);
    ASSERT_GE(spikes.size(), 2U);
    const double periods = static_cast<double>(spikes.size() - 1);
    EXPECT_NEAR(1000 * periods / (spikes.back() - spikes.front()), firing_rate(neuron, current), 1e-10) << current;
  }
}

TEST(CurrentForRate, GivesThatRate) {
  testing::Random random;
  for (int k = 0; k < testing::cases(1000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double highest = std::min(limiting_rate(neuron), 1e6 / neuron.tau());
    const double wanted = highest * (1 - random.logarithmic(1e-9, 0.999));
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(wanted));
    const Wide above = (Wide(neuron.threshold()) - neuron.reset()) /
                       (exp((1000 / Wide(wanted) - neuron.refractory()) / neuron.tau()) - 1);
    const Wide truth = (Wide(neuron.threshold()) - neuron.rest() + above) / neuron.resistance();
    EXPECT_LE(ulps(current_for_rate(neuron, wanted), truth), nearest);
  }
}

TEST(CurrentForRate, FallsToTheRheobaseForLowRatesAndEndsAtTheLimit) {
  const Neuron neuron(NeuronParameters{.refractory = 2});
  EXPECT_EQ(current_for_rate(neuron, 1e-300), 2);
  EXPECT_GT(current_for_rate(neuron, std::nextafter(500, 0)), 1e12);
  EXPECT_EQ(message([&] { current_for_rate(neuron, 500); }),
            "rate = 500 Hz: no current reaches a rate of 1/refractory or more; choose one below 500 Hz");
  EXPECT_EQ(message([&] { current_for_rate(neuron, 0); }), "rate = 0 Hz: must be greater than 0");
}

TEST(FiringRateSlope, IsTheDerivativeOfTheRate) {
  testing::Random random;
  for (int k = 0; k < testing::cases(300); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = random_current_that_fires(random, neuron);
    if (steady_state(neuron, current) <= neuron.threshold()) continue;
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current));
    // A central difference of the rate in 200 digits, from a distance of 1e-40 of the way to the rheobase.
    const Wide above = steady_state(neuron, current) - neuron.threshold();
    const Wide distance = above * Wide("1e-40");
    const auto rate_at = [&](const Wide& drive) {
      return 1000 / (neuron.refractory() + neuron.tau() * log((drive + neuron.threshold() - neuron.reset()) / drive));
    };
    const Wide truth = (rate_at(above + distance) - rate_at(above - distance)) / (2 * distance) * neuron.resistance();
    EXPECT_LE(ulps(firing_rate_slope(neuron, current), truth), nearest);
  }
}

TEST(FiringRateSlope, IsZeroUpToTheRheobaseAndWithoutBoundAboveIt) {
  EXPECT_EQ(firing_rate_slope(Neuron{}, 1.9), 0);
  EXPECT_EQ(firing_rate_slope(Neuron{}, 2), 0);
  EXPECT_GT(firing_rate_slope(Neuron{}, std::nextafter(2, 3)), 1e12);
}

TEST(FiringRateNearRheobase, BoundsTheRateFromAboveByItsStatedError) {
  testing::Random random;
  for (int k = 0; k < testing::cases(1000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = random_current_that_fires(random, neuron);
    const Wide above = steady_state(neuron, current) - neuron.threshold();
    if (above <= 0) continue;
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current));
    const Wide x = (Wide(neuron.threshold()) - neuron.reset()) / above;
    const auto asymptote = firing_rate_near_rheobase(neuron, current);
    ASSERT_EQ(asymptote.has_value(), x > 1);
    if (!asymptote) continue;
    EXPECT_LE(ulps(*asymptote, 1000 / (neuron.refractory() + neuron.tau() * log(x))), nearest);
    const Wide short_by = 1000 / rate(neuron, current);  // the period
    EXPECT_GE(*asymptote * (1 + 1e-15), rate(neuron, current));
    EXPECT_LE(short_by - 1000 / Wide(*asymptote), neuron.tau() / x + short_by * 1e-15);
  }
  EXPECT_EQ(firing_rate_near_rheobase(Neuron{}, 2), 0);
}

TEST(FiringRateFarAbove, BoundsTheRateFromAboveByItsStatedError) {
  testing::Random random;
  for (int k = 0; k < testing::cases(1000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = random_current_that_fires(random, neuron);
    const Wide above = steady_state(neuron, current) - neuron.threshold();
    if (above <= 0) continue;
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current));
    const Wide x = (Wide(neuron.threshold()) - neuron.reset()) / above;
    const double asymptote = firing_rate_far_above(neuron, current);
    EXPECT_LE(ulps(asymptote, 1000 / (neuron.refractory() + neuron.tau() * 2 * x / (2 + x))), nearest);
    EXPECT_GE(asymptote * (1 + 1e-15), rate(neuron, current));
    EXPECT_LE(log(1 + x) - 2 * x / (2 + x), log(1 + x) * x * x / 12);
  }
  EXPECT_EQ(firing_rate_far_above(Neuron{}, 2), 0);
}

TEST(SpikeCount, CountsTheSpikesOfTheExactTrain) {
  testing::Random random;
  for (int k = 0; k < testing::cases(300); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = rheobase(neuron) * (1 + random.logarithmic(1e-6, 1e2));
    const double period = 1000 / firing_rate(neuron, current);
    const double start = random.chance(0.5) ? 0 : neuron.tau();
    const double duration = period * random.uniform(0, 30);
    const double counted = (start + duration) * random.uniform(0.5, 2);
    SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current) + " " + to_text(start) + " " + to_text(duration) +
                 " " + to_text(counted));
    EXPECT_EQ(spike_count(neuron, current, duration), spike_times(neuron, step(0, forever, current), duration).size());
    const StepProtocol protocol{.start = start, .stop = start + duration, .counted = counted};
    const std::size_t spikes = spike_times(neuron, step(start, protocol.stop, current), counted).size();
    EXPECT_EQ(spike_count(neuron, current, protocol), spikes);
    EXPECT_EQ(firing_rate(neuron, current, protocol), static_cast<double>(spikes) * 1000 / counted);
  }
}

TEST(SpikeCount, DecidesWhetherTheLastSpikeIsInByMoreDigits) {
  testing::Random random;
  for (int k = 0; k < testing::cases(1000); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double current = rheobase(neuron) * (1 + random.logarithmic(1e-6, 1e2));
    const int before = random.integer(0, 1000);
    const Wide last = rise_time(neuron, current, neuron.initial()) + before * (1000 / rate(neuron, current));
    const double nearest_end = static_cast<double>(last);
    for (const double end : {std::nextafter(nearest_end, 0), nearest_end, std::nextafter(nearest_end, infinity)}) {
      SCOPED_TRACE(testing::describe(neuron) + " " + to_text(current) + " " + to_text(end));
      EXPECT_EQ(spike_count(neuron, current, end), static_cast<std::size_t>(before) + (last <= end ? 1 : 0));
    }
  }
}

TEST(SpikeCount, StartsFromTheInitialPotentialAsItIsAtTheOnset) {
  const Neuron neuron(NeuronParameters{.initial = -51});
  // From -51 mV u takes 8 ln(6/5) = 1.459 ms; after 8 ms of rest it starts from -70 + 19/e mV and takes 9.5557 ms.
  EXPECT_EQ(spike_count(neuron, 2.5, 1.45), 0U);
  EXPECT_EQ(spike_count(neuron, 2.5, 1.46), 1U);
  const auto count = [&](double length) {
    return spike_count(neuron, 2.5, StepProtocol{.start = 8, .stop = 8 + length, .counted = 100});
  };
  const double latency = static_cast<double>(rise_time(neuron, 2.5, Wide(-70) + 19 * exp(Wide(-1))));
  EXPECT_EQ(count(latency - 1e-12), 0U);
  EXPECT_EQ(count(latency + 1e-12), 1U);
}

TEST(SpikeCount, OfTheCoursesProtocolLevelsOffAtSixtyFourHertz) {
  const Neuron neuron(NeuronParameters{.refractory = 3});
  const StepProtocol protocol{.start = 5, .stop = 101, .counted = 500};
  // At 100 nA the first spike comes after 8 ln(1000/980) = 0.162 ms, each further one 3 + 8 ln(995/980) = 3.122 ms
  // later: number 32 would come 96.92 ms after the onset, and the pulse lasts for 96.
  EXPECT_EQ(spike_count(neuron, 100, protocol), 31U);
  EXPECT_EQ(firing_rate(neuron, 100, protocol), 62);
  EXPECT_EQ(spike_count(neuron, 200, protocol), 32U);
  EXPECT_EQ(firing_rate(neuron, 200, protocol), 64);
  EXPECT_EQ(firing_rate(neuron, 1e12, protocol), 64);
  EXPECT_EQ(limiting_rate(neuron, protocol), 64);
  EXPECT_EQ(spike_count(neuron, 2, protocol), 0U);
}

TEST(SpikeCount, LimitCountsEveryRefractoryPeriodThatHasBegun) {
  const Neuron neuron(NeuronParameters{.refractory = 3});
  EXPECT_EQ(limiting_rate(neuron, StepProtocol{.start = 0, .stop = 96.5, .counted = 1000}), 33);
  EXPECT_EQ(limiting_rate(neuron, StepProtocol{.start = 0, .stop = forever, .counted = 1000}), 334);
  EXPECT_EQ(limiting_rate(neuron, StepProtocol{.start = 20, .stop = 30, .counted = 10}), 0);
  EXPECT_EQ(limiting_rate(NeuronParameters{.refractory = 0}, StepProtocol{.stop = 10, .counted = 10}), infinity);
}

TEST(SpikeCount, OfNoTimeIsNone) {
  EXPECT_EQ(spike_count(Neuron{}, 1e300, 0), 0U);
  EXPECT_EQ(spike_count(Neuron{}, 100, StepProtocol{.start = 20, .stop = 30, .counted = 10}), 0U);
}

TEST(SpikeCount, StopsAtTheLargestCount) {
  const Neuron neuron(NeuronParameters{.refractory = 0});
  EXPECT_EQ(spike_count(neuron, 1e300, 1e300), std::numeric_limits<std::size_t>::max());
}

TEST(SpikeCount, NamesWhatIsWrong) {
  const auto count = [](StepProtocol protocol) { return message([=] { spike_count(Neuron{}, 3, protocol); }); };
  EXPECT_EQ(message([] { spike_count(Neuron{}, 3, -1); }), "duration = -1 ms: must not be negative");
  EXPECT_EQ(count({.start = -1, .stop = 1, .counted = 1}), "start = -1 ms: must not be negative");
  EXPECT_EQ(count({.start = 2, .stop = 2, .counted = 1}),
            "stop = 2 ms: an interval must end after it starts; choose a stop after 2 ms");
  EXPECT_EQ(count({.start = 0, .stop = 2, .counted = 0}), "counted = 0 ms: must be greater than 0");
  const Neuron pacemaker(NeuronParameters{.rest = -45, .initial = -60});
  EXPECT_THROW(spike_count(pacemaker, 3, StepProtocol{.stop = 1, .counted = 1}), InvalidArgument);
  EXPECT_GT(spike_count(pacemaker, 0, 100), 0U);
}

}  // namespace
}  // namespace lapicque
