// Somebody's train against the exact one: trains doctored by hand, where what has to come out is known.

#include "lapicque/comparison.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "random.hpp"

namespace lapicque {
namespace {

using Train = std::vector<double>;

/// Spikes every `interval` ms but for `jitter` of it.
Train regular_train(std::size_t spikes, double interval, double jitter, testing::Random& random) {
  Train train;
  for (std::size_t k = 1; k <= spikes; ++k) {
    train.push_back(interval * (static_cast<double>(k) + random.uniform(-jitter, jitter)));
  }
  return train;
}

TEST(Comparison, OfATrainWithItselfFindsNothing) {
  const Train train{3, 17, 18, 40};
  const auto comparison = compare(train, train, {.tolerance = 0});
  EXPECT_TRUE(comparison.within);
  EXPECT_FALSE(comparison.parting);
  EXPECT_EQ(comparison.matched.size(), 4U);
  EXPECT_EQ(comparison.shift, 0);
  EXPECT_EQ(comparison.drift, 0);
  EXPECT_EQ(comparison.max_error, 0);
  EXPECT_EQ(comparison.victor_purpura, 0);
  EXPECT_EQ(comparison.van_rossum, 0);
  EXPECT_DOUBLE_EQ(comparison.coincidence, 1);
}

// Errors 1, 3, 2 ms at spikes 0, 1, 2: mean 2, slope of the regression 0.5.
TEST(Comparison, TellsShiftDriftAndLargestError) {
  const auto comparison = compare(Train{100, 200, 300}, Train{101, 203, 302}, {.tolerance = 1, .until = 400});
  EXPECT_FALSE(comparison.within);
  EXPECT_DOUBLE_EQ(comparison.shift, 2);
  EXPECT_DOUBLE_EQ(comparison.drift, 0.5);
  EXPECT_EQ(comparison.max_error, 3);
  ASSERT_TRUE(comparison.worst && comparison.parting);
  EXPECT_EQ(comparison.matched[*comparison.worst].exact, 1U);
  EXPECT_EQ(comparison.parting->kind, Parting::Kind::off);
  EXPECT_EQ(comparison.parting->index, 1U);
  EXPECT_EQ(comparison.parting->time, 200);
  EXPECT_DOUBLE_EQ(comparison.cost, 0.01);
  EXPECT_DOUBLE_EQ(comparison.victor_purpura, 0.06);
}

TEST(Comparison, FindsTheSpikesThatWereTakenAwayOrPutIn) {
  testing::Random random;
  for (int n = testing::cases(300); n > 0; --n) {
    const Train exact = regular_train(60, 10, 0.3, random);
    Train theirs;
    std::vector<std::size_t> missed;
    std::vector<std::size_t> invented;
    for (std::size_t k = 0; k < exact.size(); ++k) {
      if (random.chance(0.05)) {
        missed.push_back(k);
      } else {
        theirs.push_back(exact[k] + random.uniform(-0.01, 0.01));
      }
      // Nearer to no exact spike than a pair may be far apart, were it not for the neighbours.
      if (random.chance(0.05) && k + 1 < exact.size() && exact[k + 1] - exact[k] > 8) {
        invented.push_back(theirs.size());
        theirs.push_back((exact[k] + exact[k + 1]) / 2);
      }
    }
    // Where one is missing right beside one that is invented, moving a spike is the simpler explanation.
    bool apart = true;
    for (const std::size_t spike : missed) {
      for (const std::size_t other : invented) apart = apart && std::abs(theirs[other] - exact[spike]) > 25;
    }
    if (!apart) continue;
    const auto comparison = compare(exact, theirs, {.tolerance = 0.01, .cost = 0.5});
    EXPECT_EQ(comparison.missed, missed);
    EXPECT_EQ(comparison.invented, invented);
    EXPECT_LE(comparison.max_error, 0.01);
    EXPECT_EQ(comparison.within, missed.empty() && invented.empty());
  }
}

TEST(Comparison, TellsOfTheFirstMissedOrInventedSpike) {
  const Train exact{10, 20, 30, 40, 50};
  const auto missed = compare(exact, Train{10, 20, 40, 50}, {.until = 60});
  ASSERT_TRUE(missed.parting);
  EXPECT_EQ(missed.parting->kind, Parting::Kind::missed);
  EXPECT_EQ(missed.parting->index, 2U);
  EXPECT_EQ(missed.parting->time, 30);
  EXPECT_EQ(missed.max_error, 0);
  EXPECT_FALSE(missed.within);
  const auto invented = compare(exact, Train{10, 20, 24, 30, 40, 50.5}, {.until = 60});
  ASSERT_TRUE(invented.parting);
  EXPECT_EQ(invented.parting->kind, Parting::Kind::invented);
  EXPECT_EQ(invented.parting->index, 2U);
  EXPECT_EQ(invented.parting->time, 24);
}

// 1.7 % faster: 17 intervals apart after 1000 spikes, where any matching by time alone slips by 17 spikes.
TEST(Comparison, FollowsATrainThatDriftsAway) {
  Train exact;
  Train theirs;
  for (int k = 1; k <= 1000; ++k) exact.push_back(10 * k);
  for (int k = 1; k <= 1017; ++k) theirs.push_back((10 - 0.17) * k);
  const auto comparison = compare(exact, theirs, {.until = 10000});
  EXPECT_EQ(comparison.matched.size(), 1000U);
  EXPECT_EQ(comparison.missed.size(), 0U);
  EXPECT_EQ(comparison.invented.size(), 17U);
  EXPECT_NEAR(comparison.drift, -0.17, 1e-12);
  EXPECT_NEAR(comparison.max_error, 170, 1e-9);
}

TEST(Comparison, FindsAMissingSpikeInATrainThatDriftsAway) {
  Train exact;
  Train theirs;
  for (int k = 1; k <= 1000; ++k) exact.push_back(10 * k);
  for (int k = 1; k <= 1000; ++k) {
    if (k != 300) theirs.push_back((10 + 0.1) * k);
  }
  const auto comparison = compare(exact, theirs, {.until = 10000});
  EXPECT_EQ(comparison.missed, std::vector<std::size_t>{299});
  EXPECT_NEAR(comparison.drift, 0.1, 1e-12);
}

// A train without its first spike is not the whole train a spike late.
TEST(Comparison, PrefersAMissingSpikeToAShiftByAnInterval) {
  Train exact;
  for (int k = 1; k <= 100; ++k) exact.push_back(10 * k);
  const Train theirs(exact.begin() + 1, exact.end());
  const auto comparison = compare(exact, theirs, {.until = 1000});
  EXPECT_EQ(comparison.missed, std::vector<std::size_t>{0});
  EXPECT_EQ(comparison.max_error, 0);

  Train longer = theirs;
  longer.push_back(1010);
  const auto both = compare(exact, longer, {.until = 1020});
  EXPECT_EQ(both.missed, std::vector<std::size_t>{0});
  EXPECT_EQ(both.invented, std::vector<std::size_t>{99});
  EXPECT_EQ(both.max_error, 0);
}

TEST(Comparison, CountsSpikesAfterTheEndOnlyAsPartners) {
  const Train exact{10, 20, 29.99, 39};
  const auto late = compare(exact, Train{10, 20, 30.01, 35, 45}, {.tolerance = 0.1, .until = 30});
  EXPECT_TRUE(late.within);
  EXPECT_EQ(late.matched.size(), 3U);
  const auto early = compare(Train{10, 20, 30.01}, Train{10, 20, 29.99}, {.tolerance = 0.1, .until = 30});
  EXPECT_TRUE(early.within);
  EXPECT_EQ(early.matched.size(), 3U);
  const auto none = compare(exact, Train{10, 20}, {.tolerance = 0.1, .until = 30});
  EXPECT_EQ(none.missed, std::vector<std::size_t>{2});
}

// 31 is the partner of none that counts, the exact train's own spike at 31 being after the end as well.
TEST(Comparison, SaysWhichSpikesAfterTheEndItLeavesOut) {
  const auto comparison = compare(Train{10, 20, 29.99, 31}, Train{10, 20, 30.01, 31, 33, 50}, {.until = 30});
  EXPECT_EQ(comparison.matched.size(), 3U);
  EXPECT_EQ(comparison.left_out, (std::vector<std::size_t>{3, 4, 5}));
  EXPECT_TRUE(comparison.missed.empty());
  EXPECT_TRUE(comparison.invented.empty());
  EXPECT_TRUE(compare(Train{10}, Train{10, 31}).left_out.empty());  // no end, and 31 is invented
}

TEST(Comparison, OfEmptyTrainsHasNoNumbers) {
  const auto silent = compare({}, {}, {.until = 100});
  EXPECT_TRUE(silent.within);
  EXPECT_TRUE(std::isnan(silent.shift) && std::isnan(silent.drift) && std::isnan(silent.max_error));
  EXPECT_EQ(silent.victor_purpura, 0);
  EXPECT_FALSE(silent.worst);
  const auto mute = compare(Train{5}, {}, {.until = 100});
  EXPECT_FALSE(mute.within);
  EXPECT_EQ(mute.missed.size(), 1U);
  EXPECT_EQ(compare({}, Train{5}).invented.size(), 1U);
}

TEST(Comparison, RefusesWhatItCannotUse) {
  EXPECT_THROW(compare(Train{2, 1}, {}), InvalidArgument);
  EXPECT_THROW(compare({}, Train{std::nan("")}), InvalidArgument);
  EXPECT_THROW(compare({}, {}, {.tolerance = -1}), InvalidArgument);
  EXPECT_THROW(compare({}, {}, {.until = 0}), InvalidArgument);
  EXPECT_THROW(compare({}, {}, {.cost = 0}), InvalidArgument);
  EXPECT_THROW(compare({}, {}, {.van_rossum_tau = 0}), InvalidArgument);
  EXPECT_THROW(compare({}, {}, {.coincidence_window = 0}), InvalidArgument);
}

TEST(Comparison, OfAHundredThousandSpikesFindsTheHundredThatAreMissing) {
  testing::Random random;
  const Train exact = regular_train(100'000, 10, 0.3, random);
  Train theirs;
  for (std::size_t k = 0; k < exact.size(); ++k) {
    if (k % 1000 != 500) theirs.push_back(exact[k] * 1.0001 + random.uniform(0, 0.1));
  }
  const auto comparison = compare(exact, theirs, {.until = 1e6});
  EXPECT_EQ(comparison.missed.size(), 100U);
  EXPECT_TRUE(std::all_of(comparison.missed.begin(), comparison.missed.end(), [](auto k) { return k % 1000 == 500; }));
  EXPECT_NEAR(comparison.drift, 1e-3, 1e-5);
}

// How to hold a simulator of one's own against the exact train, here exponential Euler with 0.001 ms: each spike is
// late by less than a step more than the one before.
TEST(Comparison, IsAnAssertionInSomebodysTestSuite) {
  const Neuron neuron{};
  const Current current = step(5, forever, 2.5);
  constexpr double until = 200;
  constexpr double dt = 0.001;
  const auto theirs = stepped_spike_times(neuron, current, until, dt, Method::exponential_euler);

  const auto comparison = compare(spike_times(neuron, current, until), theirs, {.tolerance = 15 * dt, .until = until});
  EXPECT_TRUE(comparison.within) << comparison.missed.size() << " missed, " << comparison.invented.size()
                                 << " invented, largest error " << comparison.max_error << " ms";
  EXPECT_GE(comparison.drift, 0);
  EXPECT_LT(comparison.drift, dt);
}

}  // namespace
}  // namespace lapicque
