#include "lapicque/interval_statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lapicque/draws.hpp"
#include "lapicque/error.hpp"

namespace lapicque {
namespace {

/// Intervals of a gamma process: each the sum of `order` exponential ones of mean 1.
std::vector<double> gamma_intervals(int order, std::size_t count, std::uint64_t stream) {
  std::vector<double> intervals(count);
  std::uint64_t k = 0;
  for (double& interval : intervals) {
    for (int i = 0; i < order; ++i) interval += drawn_exponential(5, stream, k++);
  }
  return intervals;
}

TEST(IntervalStatistics, OfAFewIntervalsAreThoseByHand) {
  const auto two = interval_statistics(std::vector<double>{10, 30});
  EXPECT_EQ(two.count, 2U);
  EXPECT_EQ(two.mean, 20);
  EXPECT_EQ(two.rate, 50);
  EXPECT_DOUBLE_EQ(two.standard_deviation, std::sqrt(200));
  EXPECT_DOUBLE_EQ(two.cv, std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(two.cv2, 1);
  EXPECT_DOUBLE_EQ(two.lv, 0.75);
  EXPECT_DOUBLE_EQ(two.rate_error, 25);
  const auto three = interval_statistics(std::vector<double>{1, 1, 3});
  EXPECT_DOUBLE_EQ(three.cv2, 0.5);
  EXPECT_DOUBLE_EQ(three.lv, 0.375);
}

TEST(IntervalStatistics, AreNotANumberWhereIntervalsAreTooFew) {
  const auto none = interval_statistics({});
  EXPECT_EQ(none.count, 0U);
  EXPECT_TRUE(std::isnan(none.mean));
  const auto one = interval_statistics(std::vector<double>{4});
  EXPECT_EQ(one.rate, 250);
  EXPECT_TRUE(std::isnan(one.cv));
  EXPECT_TRUE(std::isnan(one.lv));
  EXPECT_TRUE(std::isnan(one.rate_error));
}

TEST(IntervalStatistics, OfARegularTrainAreZero) {
  const auto regular = interval_statistics(std::vector<double>(10, 8));
  EXPECT_EQ(regular.rate, 125);
  EXPECT_EQ(regular.cv, 0);
  EXPECT_EQ(regular.cv_error, 0);
  EXPECT_EQ(regular.cv2, 0);
  EXPECT_EQ(regular.lv, 0);
}

// CV 1/sqrt(k) and LV 3/(2k+1) of a gamma process of order k; CV2 is 1 for k = 1 and 3/4 for k = 2.
TEST(IntervalStatistics, OfGammaProcessesAreTheirs) {
  const std::size_t count = 100000;
  const double tolerance = 4.5 / std::sqrt(static_cast<double>(count));
  for (const int order : {1, 2}) {
    const auto statistics = interval_statistics(gamma_intervals(order, count, 0));
    EXPECT_NEAR(statistics.mean, order, 4.5 * 1000 / statistics.rate * statistics.rate_error / statistics.rate);
    EXPECT_NEAR(statistics.cv, 1 / std::sqrt(order), 4.5 * statistics.cv_error);
    EXPECT_NEAR(statistics.lv, 3.0 / (2 * order + 1), tolerance);
    EXPECT_NEAR(statistics.cv2, order == 1 ? 1 : 0.75, tolerance);
  }
}

TEST(IntervalStatistics, HaveTheStandardErrorsThatRepetitionsShow) {
  const int repetitions = 1000;
  double rates = 0;
  double cvs = 0;
  double rate_errors = 0;
  double cv_errors = 0;
  for (int k = 0; k < repetitions; ++k) {
    const auto statistics = interval_statistics(gamma_intervals(4, 400, static_cast<std::uint64_t>(k)));
    rates += std::pow(statistics.rate - 250, 2);
    cvs += std::pow(statistics.cv - 0.5, 2);
    rate_errors += std::pow(statistics.rate_error, 2);
    cv_errors += std::pow(statistics.cv_error, 2);
  }
  EXPECT_NEAR(rate_errors / rates, 1, 0.15);  // 4.5 % each, and what 400 intervals leave out
  EXPECT_NEAR(cv_errors / cvs, 1, 0.15);
}

TEST(IntervalStatistics, RefuseWhatIsNoInterval) {
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_THROW(interval_statistics(std::vector<double>{1, bad}), InvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace lapicque
