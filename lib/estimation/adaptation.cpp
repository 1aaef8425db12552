#include "adaptation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "quantiles.hpp"

namespace lapicque::estimation {
namespace {

std::vector<double> intervals_of(const ConstantCurrentTrain& train) {
  std::vector<double> intervals;
  for (std::size_t i = 1; i < train.times.size(); ++i) intervals.push_back(train.times[i] - train.times[i - 1]);
  return intervals;
}

/// The ranks of values, less their mean; values as near to each other as `same` share theirs.
std::vector<double> centred_ranks(const std::vector<double>& values, double same) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  const double middle = static_cast<double>(values.size() - 1) / 2;
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    do {
      ++end;
    } while (end < order.size() && values[order[end]] - values[order[end - 1]] <= same);
    const double shared = static_cast<double>(begin + end - 1) / 2;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = shared - middle;
  }
  return ranks;
}

double sum_of_squares(const std::vector<double>& values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

/// The weights of the i-th of n intervals, less their mean: ascending, so that growth makes the contrast positive.
std::vector<double> centred_weights(std::size_t n, double (*weight)(double)) {
  std::vector<double> weights;
  for (std::size_t i = 1; i <= n; ++i) weights.push_back(weight(static_cast<double>(i)));
  const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(n);
  for (double& w : weights) w -= mean;
  return weights;
}

/// The contrast of a train in standard deviations; empty where all its intervals may be equal.
std::optional<double> contrast(const std::vector<double>& intervals, double rounding, double (*weight)(double)) {
  const auto [shortest, longest] = std::minmax_element(intervals.begin(), intervals.end());
  if (*longest - *shortest <= rounding) return std::nullopt;
  const auto ranks = centred_ranks(intervals, rounding / 2);
  const double spread = sum_of_squares(ranks);
  if (spread == 0) return std::nullopt;
  const auto weights = centred_weights(ranks.size(), weight);
  const double variance = sum_of_squares(weights) * spread / static_cast<double>(ranks.size() - 1);
  return std::inner_product(ranks.begin(), ranks.end(), weights.begin(), 0.0) / std::sqrt(variance);
}

double steady(double i) { return i; }
double of_the_first(double i) { return -1 / i; }

/// Means of the first and of the last quarter of a train's intervals, one of each at least.
Adaptation described(const ConstantCurrentTrain& train) {
  const auto intervals = intervals_of(train);
  const auto quarter = static_cast<std::ptrdiff_t>(std::max<std::size_t>(intervals.size() / 4, 1));
  const auto count = static_cast<double>(quarter);
  return {train.current, std::accumulate(intervals.begin(), intervals.begin() + quarter, 0.0) / count,
          std::accumulate(intervals.end() - quarter, intervals.end(), 0.0) / count};
}

}  // namespace

std::optional<Adaptation> find_adaptation(std::span<const ConstantCurrentTrain> trains, double rounding) {
  constexpr double chance = 0.002 / 4;  // two contrasts, in two directions
  for (const auto weight : {steady, of_the_first}) {
    double sum = 0;
    double count = 0;
    double largest = 0;
    const ConstantCurrentTrain* plainest = nullptr;
    for (const auto& train : trains) {
      const auto size = contrast(intervals_of(train), rounding, weight);
      if (!size) continue;
      sum += *size;
      ++count;
      if (std::abs(*size) <= largest) continue;
      largest = std::abs(*size);
      plainest = &train;
    }
    if (count > 0 && std::abs(sum) > std::sqrt(count) * normal_quantile(chance)) return described(*plainest);
  }
  return std::nullopt;
}

}  // namespace lapicque::estimation
