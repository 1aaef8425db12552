#include "lapicque/interval_statistics.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "input/argument.hpp"
#include "numbers/cycles.hpp"

namespace lapicque {

IntervalStatistics interval_statistics(std::span<const double> intervals) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  IntervalStatistics result{intervals.size(), unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown};
  if (intervals.empty()) return result;
  const auto n = static_cast<double>(intervals.size());
  double sum = 0;
  for (std::size_t k = 0; k < intervals.size(); ++k) {
    detail::require_positive(intervals[k], "intervals[" + std::to_string(k) + "]", "ms");
    sum += intervals[k];
  }
  result.mean = sum / n;
  result.rate = detail::ms_per_second / result.mean;
  if (intervals.size() < 2) return result;

  double second = 0;  // central moments
  double third = 0;
  double fourth = 0;
  for (const double interval : intervals) {
    const double x = interval - result.mean;
    second += x * x;
    third += x * x * x;
    fourth += x * x * x * x;
  }
  result.standard_deviation = std::sqrt(second / (n - 1));
  result.cv = result.standard_deviation / result.mean;
  result.rate_error = result.rate * result.cv / std::sqrt(n);
  if (second > 0) {
    // The variances and the covariance of the sample's mean and variance, carried to their quotient.
    const double deviation = std::sqrt(second / n);
    const double skewness = third / n / (deviation * deviation * deviation);
    const double kurtosis = fourth / n / (deviation * deviation * deviation * deviation);
    result.cv_error = result.cv * std::sqrt(((kurtosis - 1) / 4 + result.cv * result.cv - skewness * result.cv) / n);
  } else {
    result.cv_error = 0;
  }

  double differences = 0;
  double squares = 0;
  for (std::size_t k = 0; k + 1 < intervals.size(); ++k) {
    const double relative = (intervals[k + 1] - intervals[k]) / (intervals[k + 1] + intervals[k]);
    differences += std::fabs(relative);
    squares += relative * relative;
  }
  result.cv2 = 2 * differences / (n - 1);
  result.lv = 3 * squares / (n - 1);
  return result;
}

}  // namespace lapicque
