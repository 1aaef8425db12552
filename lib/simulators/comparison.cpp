#include "lapicque/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "input/argument.hpp"
#include "lapicque/spike_distance.hpp"

namespace lapicque {
namespace {

using Train = std::span<const double>;

double default_cost(Train exact, Train theirs) {
  for (const Train train : {exact, theirs}) {
    if (train.size() < 2) continue;
    const double mean = (train.back() - train.front()) / static_cast<double>(train.size() - 1);
    if (mean > 0 && std::isfinite(1 / mean)) return 1 / mean;
  }
  return 0.1;
}

/// A straight line through errors (ms) over spike numbers.
struct Line {
  double start = 0;  ///< at spike number 0
  double slope = 0;
};

/// The line of least squares through errors over x. @param errors  at least one
template <class X, class Error>
Line fit(std::size_t count, X x, Error error) {
  double mean_x = 0;
  double mean_error = 0;
  for (std::size_t k = 0; k < count; ++k) {
    mean_x += (x(k) - mean_x) / static_cast<double>(k + 1);
    mean_error += (error(k) - mean_error) / static_cast<double>(k + 1);
  }
  double square = 0;
  double product = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double from_mean = x(k) - mean_x;
    square += from_mean * from_mean;
    product += from_mean * (error(k) - mean_error);
  }
  const double slope = square > 0 ? product / square : 0;
  return {mean_error - slope * mean_x, slope};
}

/// The alignment of least cost among those with a straight trend taken out of `theirs`.
class TrendSearch {
 public:
  TrendSearch(Train exact, Train theirs, double cost)
      : exact_(exact), theirs_(theirs), cost_(cost), best_(align(exact, theirs, cost)) {}

  Alignment search() {
    constexpr std::size_t fewest = 8;  // spikes that make a trend
    const std::size_t both = std::min(exact_.size(), theirs_.size());
    const double without = best_.cost;
    const Alignment plain = best_;
    if (without > enough) {
      for (std::size_t count = fewest; count <= both; count = count < both ? std::min(4 * count, both) : both + 1) {
        const auto index = [](std::size_t k) { return static_cast<double>(k); };
        const auto error = [&](std::size_t k) { return theirs_[k] - exact_[k]; };
        follow(fit(count, index, error));
      }
    }
    return best_.cost < without - enough ? best_ : plain;
  }

 private:
  static constexpr double enough = 0.5;

  /// Fits again and again what a trend matches, as long as that helps.
  void follow(Line line) {
    constexpr int most_turns = 20;
    double last = std::numeric_limits<double>::infinity();
    for (int turn = 0; turn < most_turns; ++turn) {
      if (std::abs(line.start) * cost_ > 0.5) return;  // a whole spike off is no trend
      std::vector<double> straight(theirs_.begin(), theirs_.end());
      for (std::size_t k = 0; k < straight.size(); ++k) straight[k] -= line.start + line.slope * static_cast<double>(k);
      if (!std::is_sorted(straight.begin(), straight.end()) || !std::isfinite(straight.back())) return;
      const Alignment alignment = align(exact_, straight, cost_);
      if (alignment.cost < best_.cost) best_ = alignment;
      if (!(alignment.cost < last - enough) || alignment.pairs.empty()) return;
      last = alignment.cost;
      line = fit(
          alignment.pairs.size(), [&](std::size_t k) { return static_cast<double>(alignment.pairs[k].second); },
          [&](std::size_t k) { return theirs_[alignment.pairs[k].second] - exact_[alignment.pairs[k].first]; });
    }
  }

  Train exact_;
  Train theirs_;
  double cost_;
  Alignment best_;
};

void count_spikes(Train exact, Train theirs, const Alignment& alignment, double until, Comparison& result) {
  std::size_t i = 0;
  std::size_t j = 0;
  const auto skip_to = [&](std::size_t first, std::size_t second) {
    for (; i < first; ++i) {
      if (exact[i] <= until) result.missed.push_back(i);
    }
    for (; j < second; ++j) {
      (theirs[j] <= until ? result.invented : result.left_out).push_back(j);
    }
  };
  for (const auto& [first, second] : alignment.pairs) {
    skip_to(first, second);
    if (std::min(exact[first], theirs[second]) <= until) {
      result.matched.push_back({first, second, theirs[second] - exact[first]});
    } else {
      result.left_out.push_back(second);
    }
    i = first + 1;
    j = second + 1;
  }
  skip_to(exact.size(), theirs.size());
}

void measure_errors(Comparison& result) {
  const auto& matched = result.matched;
  if (matched.empty()) return;
  const auto error = [&](std::size_t k) { return matched[k].error; };
  result.drift = fit(
                     matched.size(), [&](std::size_t k) { return static_cast<double>(matched[k].exact); }, error)
                     .slope;
  result.shift = fit(
                     matched.size(), [](std::size_t) { return 0.0; }, error)
                     .start;
  const auto worst = std::max_element(matched.begin(), matched.end(), [](const auto& one, const auto& other) {
    return std::abs(one.error) < std::abs(other.error);
  });
  result.max_error = std::abs(worst->error);
  result.worst = static_cast<std::size_t>(worst - matched.begin());
}

std::optional<Parting> first_parting(Train exact, Train theirs, const Comparison& result, double tolerance) {
  std::optional<Parting> first;
  const auto offer = [&](Parting::Kind kind, std::size_t index, double time) {
    if (!first || time < first->time) first = {kind, index, time};
  };
  for (const MatchedSpike& spike : result.matched) {
    if (std::abs(spike.error) <= tolerance) continue;
    offer(Parting::Kind::off, spike.exact, exact[spike.exact]);
    break;
  }
  if (!result.missed.empty()) offer(Parting::Kind::missed, result.missed.front(), exact[result.missed.front()]);
  if (!result.invented.empty()) {
    offer(Parting::Kind::invented, result.invented.front(), theirs[result.invented.front()]);
  }
  return first;
}

Train up_to(Train train, double until) {
  return train.first(static_cast<std::size_t>(std::upper_bound(train.begin(), train.end(), until) - train.begin()));
}

}  // namespace

Comparison compare(Train exact, Train theirs, const ComparisonOptions& options) {
  detail::require_not_negative(options.tolerance, "tolerance", "ms");
  if (options.until != forever) detail::require_positive(options.until, "until", "ms");
  if (options.cost) detail::require_positive(*options.cost, "cost", "1/ms");
  const double cost = options.cost.value_or(default_cost(exact, theirs));

  Comparison result{.cost = cost};
  count_spikes(exact, theirs, TrendSearch(exact, theirs, cost).search(), options.until, result);
  measure_errors(result);
  result.parting = first_parting(exact, theirs, result, options.tolerance);
  result.within = !result.parting;

  const Train ours = up_to(exact, options.until);
  const Train others = up_to(theirs, options.until);
  result.victor_purpura = victor_purpura_distance(ours, others, cost);
  result.van_rossum = van_rossum_distance(ours, others, options.van_rossum_tau);
  double duration = options.until;
  if (duration == forever) duration = std::max(ours.empty() ? 0 : ours.back(), others.empty() ? 0 : others.back());
  // A run without a spike, or with all of them at 0, has no length of its own.
  result.coincidence = coincidence_factor(ours, others, options.coincidence_window,
                                          duration > 0 ? duration : std::numeric_limits<double>::min());
  return result;
}

}  // namespace lapicque
