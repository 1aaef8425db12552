// Distances between spike trains, against the textbook table of all alignments, quadrature, and hand-made cases.

#include "lapicque/spike_distance.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <chrono>
#include <cmath>
#include <iostream>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "random.hpp"

namespace lapicque {
namespace {

using Train = std::vector<double>;

std::string describe(const Train& train) {
  std::string text = "{";
  for (const double time : train) text += (text.size() == 1 ? "" : ", ") + to_text(time);
  return text + "}";
}

/// A train that may have equal times; on a grid, so that many alignments cost the same, or not.
Train random_train(testing::Random& random, int most, double length, bool on_grid) {
  Train train(static_cast<std::size_t>(random.integer(0, most)));
  for (double& time : train) time = on_grid ? random.integer(0, static_cast<int>(length)) : random.uniform(0, length);
  std::sort(train.begin(), train.end());
  return train;
}

/// Victor and Purpura's own algorithm: the table of the distances between all beginnings of both trains.
double table_distance(const Train& a, const Train& b, double cost) {
  std::vector<std::vector<double>> least(a.size() + 1, std::vector<double>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        least[i][j] = static_cast<double>(i + j);
      } else {
        least[i][j] = std::min(
            {least[i - 1][j] + 1, least[i][j - 1] + 1, least[i - 1][j - 1] + cost * std::abs(a[i - 1] - b[j - 1])});
      }
    }
  }
  return least[a.size()][b.size()];
}

/// What the pairs of an alignment cost, which must be ascending in both trains.
double cost_of(const Alignment& alignment, const Train& a, const Train& b, double cost) {
  double sum = static_cast<double>(a.size() + b.size());
  for (std::size_t k = 0; k < alignment.pairs.size(); ++k) {
    const auto [first, second] = alignment.pairs[k];
    if (k > 0) {
      EXPECT_LT(alignment.pairs[k - 1].first, first);
      EXPECT_LT(alignment.pairs[k - 1].second, second);
    }
    sum += cost * std::abs(a.at(first) - b.at(second)) - 2;
  }
  return sum;
}

TEST(VictorPurpura, IsTheLeastOfTheWholeTable) {
  testing::Random random;
  for (int n = testing::cases(20000); n > 0; --n) {
    const bool on_grid = random.chance(0.5);
    const Train a = random_train(random, 12, 20, on_grid);
    const Train b = random_train(random, 12, 20, on_grid);
    const double cost = on_grid ? std::ldexp(1, random.integer(-6, 3)) : random.logarithmic(1e-3, 20);
    const auto alignment = align(a, b, cost);
    const double expected = table_distance(a, b, cost);
    ASSERT_NEAR(alignment.cost, expected, 1e-12 * (1 + expected)) << describe(a) << " " << describe(b) << " " << cost;
    ASSERT_NEAR(cost_of(alignment, a, b, cost), expected, 1e-12 * (1 + expected)) << describe(a) << " " << describe(b);
  }
}

TEST(VictorPurpura, IsTheLeastOfTheWholeTableForLongTrains) {
  testing::Random random;
  for (int n = 0; n < 4; ++n) {
    const Train a = random_train(random, 1500, 3000, false);
    const Train b = random_train(random, 1500, 3000, false);
    for (const double cost : {0.001, 0.1, 1.0, 10.0}) {
      const double expected = table_distance(a, b, cost);
      EXPECT_NEAR(victor_purpura_distance(a, b, cost), expected, 1e-11 * (1 + expected)) << cost;
    }
  }
}

TEST(VictorPurpura, IsADistance) {
  testing::Random random;
  for (int n = testing::cases(2000); n > 0; --n) {
    const Train a = random_train(random, 10, 20, false);
    const Train b = random_train(random, 10, 20, false);
    const Train c = random_train(random, 10, 20, false);
    const double cost = random.logarithmic(1e-2, 10);
    const double ab = victor_purpura_distance(a, b, cost);
    EXPECT_EQ(victor_purpura_distance(a, a, cost), 0);
    EXPECT_NEAR(victor_purpura_distance(b, a, cost), ab, 1e-12 * (1 + ab));
    EXPECT_LE(ab, victor_purpura_distance(a, c, cost) + victor_purpura_distance(c, b, cost) + 1e-12);
  }
}

TEST(VictorPurpura, CountsSpikesAtEitherEndOfTheCost) {
  const Train a{1, 5, 9};
  const Train b{1, 4, 6, 9, 30};
  EXPECT_NEAR(victor_purpura_distance(a, b, 1e-12), 2, 1e-9);
  EXPECT_EQ(victor_purpura_distance(a, b, 1e6), 4);
  EXPECT_EQ(victor_purpura_distance({}, b, 1), 5);
  EXPECT_EQ(victor_purpura_distance(a, {}, 1), 3);
  EXPECT_EQ(victor_purpura_distance({}, {}, 1), 0);
}

// One spike out of a regular train: its neighbours stay where they are.
TEST(Alignment, LeavesTheRestAloneWhereOneSpikeIsMissing) {
  Train a;
  for (int k = 0; k < 100; ++k) a.push_back(13.1 * k);
  Train b = a;
  b.erase(b.begin() + 40);
  const auto alignment = align(a, b, 1 / 13.1);
  ASSERT_EQ(alignment.pairs.size(), 99U);
  for (const auto& [first, second] : alignment.pairs) EXPECT_EQ(first, second + (first > 40 ? 1 : 0));
  EXPECT_EQ(alignment.cost, 1);
}

// The table would take 1e10 entries, whatever the cost lets it leave out.
TEST(Alignment, TakesTimeInProportionToTheSpikes) {
  testing::Random random;
  constexpr int spikes = 100'000;
  Train a;
  Train b;
  for (int k = 0; k < spikes; ++k) {
    a.push_back(10 * k + random.uniform(0, 8));
    b.push_back(10 * k + random.uniform(0, 8));
  }
  double moved = 0;
  for (int k = 0; k < spikes; ++k) moved += std::abs(a[static_cast<std::size_t>(k)] - b[static_cast<std::size_t>(k)]);
  for (const double cost : {1e-9, 1e-6, 0.01, 1.0, 100.0}) {
    const auto start = std::chrono::steady_clock::now();
    const double distance = victor_purpura_distance(a, b, cost);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::cout << "cost " << cost << ": " << time.count() << " s\n";
    EXPECT_LT(time.count(), 5);
    EXPECT_LE(distance, 2.0 * spikes);
    EXPECT_LE(distance, cost * moved * (1 + 1e-9));
    if (cost < 0.1) {
      EXPECT_NEAR(distance, cost * moved, 1e-9 * cost * moved);
    }
  }
}

double trace_at(const Train& train, double time, double tau) {
  double sum = 0;
  for (const double spike : train) {
    if (spike <= time) sum += std::exp(-(time - spike) / tau);
  }
  return sum;
}

/// The defining integral, between neighbouring spikes by Gauss' rule, and to 60 tau after the last one.
double integrated_distance(const Train& a, const Train& b, double tau) {
  Train corners = a;
  corners.insert(corners.end(), b.begin(), b.end());
  std::sort(corners.begin(), corners.end());
  if (corners.empty()) return 0;
  for (int k = 0; k < 30; ++k) corners.push_back(corners.back() + 2 * tau);
  double sum = 0;
  for (std::size_t k = 1; k < corners.size(); ++k) {
    const double middle = std::midpoint(corners[k - 1], corners[k]);
    if (!(corners[k - 1] < middle && middle < corners[k])) continue;
    const auto integrand = [&](double time) { return std::pow(trace_at(a, time, tau) - trace_at(b, time, tau), 2); };
    sum += boost::math::quadrature::gauss<double, 30>::integrate(integrand, corners[k - 1], corners[k]);
  }
  return std::sqrt(sum / tau);
}

TEST(VanRossum, IsTheIntegralThatDefinesIt) {
  testing::Random random;
  for (int n = testing::cases(300); n > 0; --n) {
    const Train a = random_train(random, 8, 50, random.chance(0.3));
    const Train b = random_train(random, 8, 50, random.chance(0.3));
    const double tau = random.logarithmic(5, 200);
    const double expected = integrated_distance(a, b, tau);
    EXPECT_NEAR(van_rossum_distance(a, b, tau), expected, 1e-9 * (1 + expected))
        << describe(a) << " " << describe(b) << " tau " << tau;
  }
}

// [1] in the header: D^2 = 1/2 for a spike alone, and 1 - exp(-|t|/tau) for one moved by t.
TEST(VanRossum, HasTheNormalisationOfItsAuthor) {
  EXPECT_DOUBLE_EQ(van_rossum_distance(Train{7}, {}, 10), std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(van_rossum_distance(Train{7}, Train{12}, 10), std::sqrt(1 - std::exp(-0.5)));
  EXPECT_NEAR(van_rossum_distance(Train{7}, Train{7 + 1e-9}, 10), 1e-5, 1e-12);
  EXPECT_EQ(van_rossum_distance(Train{7, 9}, Train{7, 9}, 10), 0);
  EXPECT_EQ(van_rossum_distance({}, {}, 10), 0);
}

TEST(VanRossum, DoesNotDependOnWhereTimeBegins) {
  for (const double begin : {-1e6, -3600.0, -10.0, 1e6}) {
    EXPECT_NEAR(van_rossum_distance(Train{begin, begin + 5}, Train{begin + 5}, 10), std::sqrt(0.5), 1e-12) << begin;
    EXPECT_NEAR(van_rossum_distance(Train{begin + 5}, Train{begin}, 10), std::sqrt(1 - std::exp(-0.5)), 1e-9) << begin;
  }
}

TEST(VanRossum, StaysANumberAtTheEndsOfTheRange) {
  const std::vector<double> train{1e10, 2e10};  // infinitely far apart in such a tau: (1 + 1) / 2
  EXPECT_EQ(van_rossum_distance(train, {}, 1e-300), 1);
  const double far = 1e308;
  EXPECT_DOUBLE_EQ(van_rossum_distance(Train{-far, far}, {}, 1e-300), 1);
  EXPECT_DOUBLE_EQ(van_rossum_distance(Train{-far}, Train{far}, far), std::sqrt(1 - std::exp(-2.0)));
  EXPECT_DOUBLE_EQ(van_rossum_distance(Train{-far}, Train{far}, 1), 1);
  // D^2 = x - x^2/2, x = 4 / tau.
  EXPECT_NEAR(van_rossum_distance(Train{3}, Train{7}, 1e20) / 2e-10, 1, 1e-12);
  EXPECT_DOUBLE_EQ(van_rossum_distance(Train{3, 4, 5}, Train{7}, 1e300), std::sqrt(2));
}

// 10 reference spikes and 8 in 1000 ms, 6 of them within 2 ms: nu = 0.008 / ms, <N> = 2 0.008 2 10 = 0.32,
// Gamma = (6 - 0.32) / 9 / (1 - 0.032).
TEST(CoincidenceFactor, IsKistlersFormula) {
  const Train reference{10, 110, 210, 310, 410, 510, 610, 710, 810, 910};
  const Train train{11, 108, 212, 310, 409.5, 511, 650, 750};
  EXPECT_NEAR(coincidence_factor(reference, train, 2, 1000), 5.68 / 9 / 0.968, 1e-15);
  EXPECT_DOUBLE_EQ(coincidence_factor(reference, reference, 2, 1000), 1);
  EXPECT_EQ(coincidence_factor(reference, {}, 2, 1000), 0);
  EXPECT_EQ(coincidence_factor({}, train, 2, 1000), 0);
}

TEST(CoincidenceFactor, CountsASpikeOnce) {
  // Of two reference spikes around one spike, one has it: (1 - 2 0.001 2 2) / 1.5 / (1 - 0.004).
  EXPECT_NEAR(coincidence_factor(Train{10, 11}, Train{10.5}, 2, 1000), 0.992 / 1.5 / 0.996, 1e-15);
}

TEST(CoincidenceFactor, IsZeroOnAverageForChance) {
  testing::Random random;
  double sum = 0;
  constexpr int trials = 400;
  for (int n = 0; n < trials; ++n) {
    Train reference(50);
    Train train(50);
    for (double& time : reference) time = random.uniform(0, 10000);
    for (double& time : train) time = random.uniform(0, 10000);
    std::sort(reference.begin(), reference.end());
    std::sort(train.begin(), train.end());
    sum += coincidence_factor(reference, train, 2, 10000);
  }
  EXPECT_NEAR(sum / trials, 0, 0.01);  // five standard errors: each trial's is 0.02 sqrt(2)
}

TEST(CoincidenceFactor, IsUndefinedWhereTheWindowHoldsEveryInterval) {
  EXPECT_TRUE(std::isnan(coincidence_factor(Train{1, 2}, Train{1, 2}, 2, 8)));
  EXPECT_TRUE(std::isnan(coincidence_factor({}, {}, 2, 8)));
}

template <class Function>
std::string message(Function function) {
  try {
    function();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(SpikeDistances, RefuseWhatTheyCannotUse) {
  const Train good{1, 2};
  const Train descending{2, 1};
  const Train wild{1, std::numeric_limits<double>::infinity()};
  EXPECT_EQ(message([&] { align(good, descending, 1); }),
            "spike time = 1 ms: must not be smaller than the one before it, 2 ms; sort the times");
  EXPECT_EQ(message([&] { align(wild, good, 1); }), "spike time = inf ms: must be a finite number");
  EXPECT_EQ(message([&] { align(good, good, 0); }), "cost = 0 1/ms: must be greater than 0");
  EXPECT_EQ(message([&] { align(good, Train{1e10}, 1e300); }),
            "cost = 1e+300 1/ms: times the length of the trains, 9999999999 ms, must be a finite number; choose a "
            "smaller one");
  EXPECT_EQ(message([&] { van_rossum_distance(good, good, -1); }), "tau = -1 ms: must be greater than 0");
  EXPECT_EQ(message([&] { van_rossum_distance(descending, good, 1); }).substr(0, 10), "spike time");
  EXPECT_EQ(message([&] { coincidence_factor(good, good, 0, 1); }), "window = 0 ms: must be greater than 0");
  EXPECT_EQ(message([&] { coincidence_factor(good, good, 1, -1); }), "duration = -1 ms: must be greater than 0");
}

}  // namespace
}  // namespace lapicque
