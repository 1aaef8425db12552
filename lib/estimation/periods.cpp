#include "periods.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lapicque::estimation {
namespace {

/// What is made of times before they come here, of their size: units converted, printed with 12 digits or more, added
/// up.
constexpr double relative_rounding = 1e-12;

double largest_time(std::span<const ConstantCurrentTrain> trains) {
  double largest = 0;
  for (const auto& train : trains) {
    for (const double time : train.times) largest = std::max(largest, std::abs(time));
  }
  return largest;
}

/// Each spike's time varies by itself: the slope of a straight line through them.
Period jittered(const ConstantCurrentTrain& train) {
  const auto n = static_cast<double>(train.times.size());
  double product = 0;
  double mean = 0;
  for (const double time : train.times) mean += (time - train.times[0]) / n;
  for (std::size_t i = 0; i < train.times.size(); ++i) {
    product += (static_cast<double>(i) - (n - 1) / 2) * (train.times[i] - train.times[0] - mean);
  }
  const double spread = n * (n * n - 1) / 12;
  const double slope = product / spread;
  double squares = 0;
  for (std::size_t i = 0; i < train.times.size(); ++i) {
    const double off = train.times[i] - train.times[0] - mean - slope * (static_cast<double>(i) - (n - 1) / 2);
    squares += off * off;
  }
  return {train.current, slope, 1 / std::sqrt(spread), squares, n - 1};
}

/// Each interval varies by itself.
Period renewed(const ConstantCurrentTrain& train) {
  const auto n = static_cast<double>(train.times.size() - 1);
  const double mean = (train.times.back() - train.times.front()) / n;
  double squares = 0;
  for (std::size_t i = 1; i < train.times.size(); ++i) {
    const double off = train.times[i] - train.times[i - 1] - mean;
    squares += off * off;
  }
  return {train.current, mean, 1 / std::sqrt(n), squares, n};
}

double sum_of_squares(const std::vector<Period>& periods) {
  double sum = 0;
  for (const Period& p : periods) sum += p.squares;
  return sum;
}

/// Whether intervals under one current differ by steps of the grid.
bool are_varied(std::span<const ConstantCurrentTrain> trains, double grid) {
  for (const auto& train : trains) {
    for (std::size_t i = 2; i < train.times.size(); ++i) {
      const double change = (train.times[i] - train.times[i - 1]) - (train.times[i - 1] - train.times[i - 2]);
      if (std::abs(change) > grid / 2) return true;
    }
  }
  return false;
}

}  // namespace

/// The largest step of which all differences of times are multiples, up to rounding.
std::optional<double> grid_of(std::span<const ConstantCurrentTrain> trains) {
  constexpr double more_than_rounding = 1e4;  // times the rounding: what times without a grid have in common is less
  constexpr double last_digit = 1e-3;         // of a printed digit: what is left of it in differences of times
  const double rounding = relative_rounding * largest_time(trains);
  double step = 0;
  double longest = 0;
  for (const auto& train : trains) {
    for (std::size_t i = 1; i < train.times.size(); ++i) {
      const double interval = train.times[i] - train.times[i - 1];
      longest = std::max(longest, interval);
      double rest = interval;
      while (std::abs(rest) > rounding) {
        const double next = step > 0 ? std::remainder(step, rest) : 0;
        step = std::abs(rest);
        rest = next;
      }
      // Euclid's algorithm has added up the rounding of all its steps; one division has one.
      if (step > 0) step = longest / std::round(longest / step);
    }
  }
  if (step > more_than_rounding * rounding) return step;
  // Euclid's algorithm does not reach the last digit of times printed with many; that one is a power of ten.
  for (const double printed : {1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9}) {
    const auto on_it = [&](const ConstantCurrentTrain& train) {
      for (std::size_t i = 1; i < train.times.size(); ++i) {
        const double interval = train.times[i] - train.times[i - 1];
        if (std::abs(std::remainder(interval, printed)) > last_digit * printed) return false;
      }
      return true;
    };
    if (std::all_of(trains.begin(), trains.end(), on_it)) return printed;
  }
  return std::nullopt;
}

double rounding_of_intervals(std::span<const ConstantCurrentTrain> trains, const std::optional<double>& grid) {
  constexpr double step = 1 + 1e-3;  // of the grid, which is known to less
  return std::max(2 * relative_rounding * largest_time(trains), step * grid.value_or(0));
}

Periods measure_periods(std::span<const ConstantCurrentTrain> trains, const std::optional<double>& grid) {
  std::vector<Period> jitter;
  std::vector<Period> renewal;
  double determinant = 0;
  double freedom = 0;
  double count = 0;
  for (const auto& train : trains) {
    jitter.push_back(jittered(train));
    renewal.push_back(renewed(train));
    determinant += std::log(jitter.back().count + 1);
    freedom += jitter.back().count - 1;
    count += jitter.back().count;
  }
  const double step = grid.value_or(0);
  const double rounding = relative_rounding * largest_time(trains);
  const bool on_grid = grid && !are_varied(trains, *grid);
  if (on_grid && freedom > 0) {
    for (Period& p : renewal) p.error = 1;
    // A step's position within the grid is spread evenly.
    return {std::move(renewal), false, true, 0, 0, std::max(step / std::sqrt(12.0), rounding)};
  }
  // Twice the logarithms of the likelihoods; det of the intervals' covariance under jitter is their number plus 1.
  const double ratio = count * (std::log(sum_of_squares(renewal)) - std::log(sum_of_squares(jitter))) - determinant;
  const bool accumulates = ratio < 0;
  const double within = sum_of_squares(accumulates ? renewal : jitter);
  const double floor = std::max(step / std::sqrt(accumulates ? 6.0 : 12.0), rounding);
  return {accumulates ? std::move(renewal) : std::move(jitter), accumulates, on_grid, within, freedom, floor};
}

}  // namespace lapicque::estimation
