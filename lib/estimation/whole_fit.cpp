#include "whole_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "singular_values.hpp"

namespace lapicque::estimation {
namespace {

using Index = WholeModel::Index;
using Values = WholeModel::Values;
constexpr Index refractory = WholeModel::refractory;

/// Of the rise: smaller differences of squares do not matter; and larger ones show a valley to be a better one.
constexpr double settled = 1e-3;
constexpr double better = 0.02;
/// Of the root of the rise: what differences for slopes are taken over.
constexpr double smooth = 0.1;
/// Of the least differences: a hundredth of the potentials' range or of R or tau, a tenth of a sample's step.
constexpr double most_smooth = 1e4;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What all of a search has in common.
struct Search {
  const WholeModel& model;
  double rise;  ///< mV^2
};

/// Differences that change the squares by little, but by more than kinks do.
Values smooth_steps(const Search& search, const WholeModel::Linear& linear) {
  return (smooth * std::sqrt(search.rise) * linear.scale).cwiseMin(most_smooth * search.model.steps());
}

/// Levenberg-Marquardt. @param steps  for the first differences
///
/// Where release times pass samples the squares have kinks, many small ones. Slopes are therefore those over a tenth of
/// what makes the squares rise enough; and a step may turn out several times too short.
WholePoint descend(const Search& search, const Values& from, std::optional<Index> held, Values steps) {
  constexpr int most_steps = 60;
  constexpr double stiff = 1e4;  // as much of the squares' curvature: no step, however short, gains anything
  constexpr double first_damping = 1e-4;
  constexpr double least_damping = 1e-12;
  double damping = first_damping;
  bool settled_down = false;
  const WholeModel& model = search.model;
  WholeModel::Residuals here = model.residuals(from);
  WholePoint point{from, here.squares()};
  const auto try_step = [&](const Values& way) {
    const Values next = model.within_bounds(point.values + way);
    WholeModel::Residuals there = model.residuals(next);
    const double squares = there.squares();
    if (!(squares < point.squares)) return false;
    point = {next, squares};
    here = std::move(there);
    return true;
  };
  for (int tries = 0; tries < most_steps && damping < stiff && !settled_down;) {
    const WholeModel::Linear linear = model.linearise(point.values, here, steps);
    steps = smooth_steps(search, linear);
    const double before = point.squares;
    for (bool done = false; !done && tries < most_steps && damping < stiff; ++tries) {
      Values way = model.step(linear, point.values, damping, held, 0);
      done = try_step(way);
      damping = done ? std::max(damping / 10, least_damping) : damping * 10;
      while (done && try_step(way)) way *= 2;
    }
    settled_down = before - point.squares <= settled * search.rise;
  }
  return point;
}

/// From one least of the squares with a value held to the next one, where that value is another.
WholePoint follow(const Search& search, const Values& from, Index held, double target, const Values& steps) {
  constexpr double damping = 1e-9;  // hardly any: the step is to the least squares of the planes
  const WholeModel& model = search.model;
  const WholeModel::Linear linear = model.linearise(from, model.residuals(from), steps);
  Values values = model.within_bounds(from + model.step(linear, from, damping, held, target - from[held]));
  values[held] = target;
  return descend(search, values, held, steps);
}

/// Valleys with another one, if it is new, and low enough to matter.
Valleys with_valley(const Search& search, Valleys valleys, const WholePoint& point) {
  constexpr double same = 0.02;  // of a sample's step
  if (valleys.all.empty() || point.squares < valleys.best.squares) valleys.best = point;
  valleys.all.push_back(point);
  std::sort(valleys.all.begin(), valleys.all.end(),
            [](const WholePoint& a, const WholePoint& b) { return a.squares < b.squares; });
  std::vector<WholePoint> kept;
  for (const WholePoint& valley : valleys.all) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const WholePoint& other) {
      return std::abs(valley.values[refractory] - other.values[refractory]) < same * search.model.sample_step();
    });
    if (!known && valley.squares < valleys.best.squares + search.rise) kept.push_back(valley);
  }
  return {valleys.best, std::move(kept)};
}

/// Where a walk along a value ended: how far from a valley, if it did; and the valleys known by then.
struct WalkEnd {
  std::optional<double> offset;
  Valleys valleys;
};

/// How far from a valley, to one side, the squares are low enough: walking on until they are far too high.
///
/// @param known   how far they are from another valley
/// @param stride  the first one
/// @param steps   for differences
WalkEnd walk(const Search& search, Valleys valleys, const WholePoint& valley, Index index, double direction,
             double known, double stride, const Values& steps) {
  constexpr int most_strides = 60;
  constexpr int most_halvings = 10;
  constexpr double far = 1.5;       // of the root of the rise
  constexpr double even = 0.3;      // the same, between two places: it is nearly straight
  constexpr double no_rise = 1e-3;  // the same: as good as none
  const double most = direction < 0 && index == refractory ? valley.values[refractory] : infinity;
  struct Place {
    double offset;
    double root;
    Values values;
  };
  const auto root = [&](double squares) {
    return std::sqrt(std::max(0.0, squares - valleys.best.squares) / search.rise);
  };
  const auto look = [&](double offset, const Place& beside) {
    Values values = beside.values;
    values[index] = valley.values[index] + direction * offset;
    WholePoint point = follow(search, beside.values, index, values[index], steps);
    // Where the others hardly matter, following them may lead over a ridge.
    if (root(point.squares) > beside.root + even) {
      const WholePoint other = descend(search, values, index, steps);
      if (other.squares < point.squares) point = other;
    }
    if (point.squares < valleys.best.squares - better * search.rise) {
      valleys = with_valley(search, std::move(valleys), descend(search, point.values, std::nullopt, steps));
    }
    return Place{offset, root(point.squares), point.values};
  };
  Place here{0, root(valley.squares), valley.values};
  if (known > 0) here = look(std::min(known, most), here);
  if (here.root >= 1) return {here.offset, std::move(valleys)};
  Place inner = here;
  std::optional<Place> outer;
  for (int k = 0; k < most_strides && here.root < far && here.offset < most; ++k) {
    Place next = look(std::min(here.offset + stride, most), here);
    stride *= std::clamp(even / std::max(std::abs(next.root - here.root), no_rise), 0.5, 2.0);
    here = std::move(next);
    if (here.root < 1) {
      inner = here;
      outer.reset();
    } else if (!outer) {
      outer = here;
    }
  }
  if (!outer) return {inner.offset >= most ? std::optional(most) : std::nullopt, std::move(valleys)};
  for (int k = 0; k < most_halvings && outer->root - inner.root > even; ++k) {
    Place middle = look(std::midpoint(inner.offset, outer->offset), inner);
    (middle.root < 1 ? inner : *outer) = std::move(middle);
  }
  const double offset = inner.offset + (outer->offset - inner.offset) * (1 - inner.root) / (outer->root - inner.root);
  return {offset, std::move(valleys)};
}

struct Interval {
  std::optional<Estimate> estimate;
  Valleys valleys;  ///< known by then
};

Interval find_interval(const Search& search, Valleys valleys, Index index) {
  const WholeModel& model = search.model;
  Values steps = model.steps();
  WholeModel::Linear linear;
  for (int round = 0; round < 2; ++round) {
    linear = model.linearise(valleys.best.values, model.residuals(valleys.best.values), steps);
    steps = smooth_steps(search, linear);
  }
  // The linearised error says how large strides are to be.
  const Eigen::Matrix<double, WholeModel::unknowns, WholeModel::unknowns> scaled =
      linear.scale.asDiagonal() * linear.products * linear.scale.asDiagonal();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(scaled, Eigen::ComputeThinV);
  constexpr double unseen =
      1e-12;  // of a curvature of 1: what is left of it for a direction that the samples do not tell
  constexpr double part_of_error = 0.25;
  double variance = 0;
  for (Eigen::Index k = 0; k < WholeModel::unknowns; ++k) {
    const double v = svd.matrixV()(index, k);
    variance += v * v / std::max(svd.singularValues()[k], unseen);
  }
  const double stride = std::min(part_of_error * std::sqrt(variance * search.rise) * linear.scale[index],
                                 most_smooth * model.steps()[index]);
  Estimate estimate{valleys.best.values[index], infinity, -infinity};
  const std::vector<WholePoint> known = valleys.all;
  for (const WholePoint& valley : known) {
    const double at = valley.values[index];
    auto [below, after_below] = walk(search, std::move(valleys), valley, index, -1, at - estimate.low, stride, steps);
    auto [above, after_above] =
        walk(search, std::move(after_below), valley, index, 1, estimate.high - at, stride, steps);
    valleys = std::move(after_above);
    if (!below || !above) return {std::nullopt, std::move(valleys)};
    estimate.low = std::min(estimate.low, at - *below);
    estimate.high = std::max(estimate.high, at + *above);
  }
  // The best may have changed on the way.
  estimate.value = std::clamp(valleys.best.values[index], estimate.low, estimate.high);
  return {estimate, std::move(valleys)};
}

}  // namespace

Valleys find_valleys(const WholeModel& model, const WholeModel::Values& start, double rise) {
  // What noise makes of the number of samples at the reset potential is within this.
  constexpr int half_steps = 3;
  const Search search{model, rise};
  Valleys valleys{};
  double last = -1;
  for (int k = -half_steps; k <= half_steps; ++k) {
    Values values = start;
    values[refractory] = std::max(0.0, start[refractory] + k * model.sample_step() / 2);
    if (values[refractory] == last) continue;
    last = values[refractory];
    const WholePoint held = descend(search, values, refractory, model.steps());
    valleys = with_valley(search, std::move(valleys), descend(search, held.values, std::nullopt, model.steps()));
  }
  constexpr int most_rounds = 5;
  for (int round = 0; round < most_rounds; ++round) {
    const double squares = valleys.best.squares;
    const WholePoint again = descend(search, valleys.best.values, std::nullopt, model.steps());
    valleys = with_valley(search, std::move(valleys), again);
    if (valleys.best.squares > squares - better * rise) break;
  }
  return valleys;
}

WholeIntervals find_intervals(const WholeModel& model, const Valleys& valleys, double rise) {
  // A walk along an interval may come upon something better; then all is done again from there.
  constexpr int most_rounds = 4;
  const Search search{model, rise};
  WholeIntervals result{valleys, {}, {}, {}};
  for (int round = 0; round < most_rounds; ++round) {
    const double squares = result.valleys.best.squares;
    for (const auto& [index, interval] :
         {std::pair{WholeModel::threshold, &result.threshold}, std::pair{refractory, &result.refractory},
          std::pair{WholeModel::reset, &result.reset}}) {
      auto [estimate, found] = find_interval(search, std::move(result.valleys), index);
      *interval = estimate;
      result.valleys = std::move(found);
    }
    if (result.valleys.best.squares > squares - better * rise) break;
  }
  return result;
}

}  // namespace lapicque::estimation
