#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include "courses.hpp"
#include "crossing_pairs.hpp"
#include "crossings.hpp"
#include "quantiles.hpp"
#include "singular_values.hpp"
#include "threshold.hpp"

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The values looked for. Where samples are at the reset potential it is known, and no unknown.
struct Unknowns {
  double threshold;   ///< mV
  double refractory;  ///< ms
  double level;       ///< mV: the reset potential
};

/// What all equations have in common.
struct Task {
  const Courses& courses;
  const CrossingPairs& pairs;
  const RelaxationFit& free;
  std::span<const SampledSpike> spikes;
  std::size_t plateau;
  double variance;
  bool reset_seen;

  Eigen::Index unknowns() const { return reset_seen ? 2 : 3; }
};

/// gap_k = release - crossing - refractory of each spike at some values, linearised, with its covariance from that of
/// the courses.
struct Equations {
  Eigen::VectorXd gap;
  Eigen::MatrixXd slopes;  ///< by threshold, refractory period and level
  Eigen::MatrixXd covariance;
  std::vector<double> releases;        ///< ms
  std::vector<double> release_errors;  ///< ms, of noise of 1 mV
  double mean_stay;                    ///< ms: from crossing to release
};

/// Covariance of the equations of spikes `good`. @param own_before, own_after  what the courses' own unknowns add
void add_own_errors(Eigen::MatrixXd& covariance, const Task& task, const std::vector<std::size_t>& good,
                    const Eigen::VectorXd& own_before, const Eigen::VectorXd& own_after) {
  constexpr double arithmetic = 1e-11;  // of a step: what crossings are found to
  const CrossingPairs& pairs = task.pairs;
  for (std::size_t k = 0; k < good.size(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    const double rounding = arithmetic * (pairs.late[good[k]] - pairs.early[good[k]]) / std::sqrt(task.variance);
    covariance(row, row) += std::pow(own_before[row], 2) + std::pow(own_after[row], 2) + rounding * rounding;
    // The course between two spikes is in the equations of both.
    if (k + 1 < good.size() && pairs.after[good[k]] == pairs.before[good[k + 1]]) {
      const double shared = own_after[row] * own_before[row + 1];
      covariance(row, row + 1) += shared;
      covariance(row + 1, row) += shared;
    }
  }
}

/// Empty where no spike has both crossings.
std::optional<Equations> equations_at(const Task& task, const Unknowns& at) {
  const auto& [courses, pairs, free, spikes, plateau, variance, reset_seen] = task;
  const auto up = find_crossings(courses, pairs.before, pairs.last, pairs.first_reset, at.threshold, true);
  const auto out = find_crossings(courses, pairs.after, pairs.early, pairs.late, at.level, false);
  std::vector<std::size_t> good;
  double stay = 0;
  for (std::size_t k = 0; k < pairs.before.size(); ++k) {
    if (!up[k].found || !out[k].found) continue;
    good.push_back(k);
    stay += out[k].time - up[k].time;
  }
  if (good.empty()) return std::nullopt;
  const auto count = static_cast<Eigen::Index>(good.size());
  Equations equations{
      Eigen::VectorXd(count), Eigen::MatrixXd(count, 3), {}, {}, {}, stay / static_cast<double>(good.size())};
  Eigen::MatrixXd common(count, columns);
  Eigen::VectorXd own_before(count);
  Eigen::VectorXd own_after(count);
  for (Eigen::Index row = 0; row < count; ++row) {
    const std::size_t k = good[static_cast<std::size_t>(row)];
    const std::size_t e = pairs.before[k];
    const std::size_t s = pairs.after[k];
    const std::size_t release = spikes[e].reset - 1 + plateau;
    equations.gap[row] = out[k].time - up[k].time - at.refractory;
    equations.slopes.row(row) << -1 / up[k].slope, -1, 1 / out[k].slope;
    Vector at_release = -courses.gradient(s, release);
    if (reset_seen) at_release[reset] += 1;
    common.row(row) = (at_release / out[k].slope + courses.gradient(e, spikes[e].last) / up[k].slope).transpose();
    own_before[row] = courses.own(e, spikes[e].last) / std::sqrt(free.weights[e]) / up[k].slope;
    own_after[row] = -courses.own(s, release) / std::sqrt(free.weights[s]) / out[k].slope;
    equations.releases.push_back(out[k].time);
    equations.release_errors.push_back(std::sqrt(
        at_release.dot(free.covariance * at_release) / std::pow(out[k].slope, 2) + std::pow(own_after[row], 2)));
  }
  equations.covariance = common * free.covariance * common.transpose();
  add_own_errors(equations.covariance, task, good, own_before, own_after);
  return equations;
}

/// The least squares of equations.
struct Step {
  bool told_apart;              ///< whether the equations tell all unknowns; else only the refractory period moves
  Eigen::VectorXd change;       ///< of each unknown
  Eigen::MatrixXd uncertainty;  ///< of them, for noise of 1 mV; empty where they are not told apart
  double discrepancy;           ///< a chi-squared: what is left of the equations
};

Step solve(const Equations& equations, Eigen::Index unknowns, double variance) {
  constexpr double told_apart_from = 1e-5;  // of the largest singular value: slopes are good to some 1e-8
  const Eigen::LLT<Eigen::MatrixXd> root(equations.covariance);
  const Eigen::MatrixXd design = root.matrixL().solve(equations.slopes.leftCols(unknowns));
  const Eigen::VectorXd target = root.matrixL().solve(equations.gap);
  const Eigen::VectorXd scale = design.colwise().norm().cwiseInverse().transpose();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(design * scale.asDiagonal(), Eigen::ComputeThinU | Eigen::ComputeThinV);
  const auto& singular = svd.singularValues();
  if (design.rows() >= unknowns && singular[unknowns - 1] > told_apart_from * singular[0]) {
    const Eigen::VectorXd change = -(scale.asDiagonal() * svd.solve(target));
    return {true, change,
            scale.asDiagonal() * svd.matrixV() * singular.cwiseAbs2().cwiseInverse().asDiagonal() *
                svd.matrixV().transpose() * scale.asDiagonal(),
            (target + design * change).squaredNorm() / variance};
  }
  // The threshold stays where it is; the refractory period follows.
  const Eigen::VectorXd ones = design.col(1);
  const double part = ones.dot(target) / ones.squaredNorm();
  Eigen::VectorXd change = Eigen::VectorXd::Zero(unknowns);
  change[1] = -part;
  return {false, change, {}, (target - ones * part).squaredNorm() / variance};
}

struct Solution {
  Unknowns values;
  Equations equations;  ///< at the last values but one
  Step step;            ///< from those
};

/// Newton's method. Empty where the crossings are lost, or an unknown reset potential is not told.
///
/// @param rise  mV: what the sides of the threshold leave between them
std::optional<Solution> solve_crossings(const Task& task, double threshold, double level, double rise) {
  constexpr int most_rounds = 12;
  constexpr double most_change = 5;  // times the rise, of the threshold
  constexpr double settled = 1e-13;  // of the threshold
  Unknowns at{threshold, 0, level};
  for (int round = 0;; ++round) {
    auto equations = equations_at(task, at);
    if (!equations) return std::nullopt;
    if (round == 0) {
      at.refractory = equations->mean_stay;
      equations->gap.array() -= at.refractory;
    }
    Step step = solve(*equations, task.unknowns(), task.variance);
    if (!step.told_apart && !task.reset_seen) return std::nullopt;
    const double limited = std::clamp(step.change[0], -most_change * std::abs(rise), most_change * std::abs(rise));
    at.threshold += limited;
    at.refractory += step.change[1];
    if (!task.reset_seen) at.level += step.change[2];
    const bool done = !step.told_apart || std::abs(limited) < settled * (std::abs(at.threshold) + 1);
    if (done || round + 1 == most_rounds) return Solution{at, std::move(*equations), std::move(step)};
  }
}

double mean_release_error(const Task& task, const std::vector<double>& errors) {
  double sum = 0;
  for (const double error : errors) sum += error * std::sqrt(task.variance);
  // The place for a release is two steps wide.
  const double step = (task.pairs.late.front() - task.pairs.early.front()) / 2;
  return sum / static_cast<double>(errors.size()) / step;
}

/// What releases and the samples beside each spike allow of the refractory period, whatever the fit says.
Estimate refractory_bound(const Task& task, const Solution& solution, double reach) {
  const CrossingPairs& pairs = task.pairs;
  Estimate bound{solution.values.refractory, 0, infinity};
  const auto& releases = solution.equations.releases;
  const auto& errors = solution.equations.release_errors;
  if (releases.size() != pairs.before.size()) return bound;
  for (std::size_t k = 0; k < releases.size(); ++k) {
    const double error = reach * errors[k];
    bound.low = std::max(bound.low, releases[k] - pairs.first_reset[k] - error);
    bound.high = std::min(bound.high, releases[k] - pairs.last[k] + error);
  }
  return bound;
}

/// What both allow; the fit's alone, and no consistency, where they exclude each other.
Estimate combined(const Estimate& fit, const Estimate& bound, bool& consistent) {
  Estimate both{fit.value, std::max(fit.low, bound.low), std::min(fit.high, bound.high)};
  if (both.low > both.high) {
    consistent = false;
    return fit;
  }
  both.value = std::clamp(both.value, both.low, both.high);
  return both;
}

}  // namespace

double extreme_reach(std::size_t count) {
  constexpr double tail = 0.025;  // of an interval of 95 %, on either side
  return normal_quantile(tail / static_cast<double>(std::max<std::size_t>(count, 1))) / normal_quantile(tail);
}

ContinuousThreshold threshold_between_samples(const InputResponse& input, std::span<const SampledSpike> spikes,
                                              std::size_t plateau, const RelaxationFit& free, double variance,
                                              double reach) {
  constexpr double rejected = 0.001;   // of the sets of spikes that one threshold explains
  constexpr double arithmetic = 1e-9;  // mV or ms: what crossings leave
  const Courses courses(input, free);
  ContinuousThreshold result{{}, {}, {}, infinity, false, false};
  const CrossingPairs pairs = pair_crossings(input.times(), spikes, free);
  if (pairs.before.empty()) return result;
  const Task task{courses, pairs, free, spikes, plateau, variance, free.determined[reset]};
  const auto [low, low_error, high, high_error] = sides_of_threshold(input, spikes, free, pairs.before, reach);
  const double middle = std::midpoint(low, high);
  const double wide = extreme_reach(pairs.before.size());
  const Estimate threshold_bound{middle, low - wide * low_error, high + wide * high_error};
  const ContinuousThreshold bounds =
      bounds_between_samples(input, spikes, free, pairs.before, threshold_bound, variance, reach);
  if (!have_one_solution(courses, pairs, threshold_bound, task.reset_seen)) return bounds;
  const double level =
      task.reset_seen ? free.values[reset] : courses.potential(pairs.after[0], spikes[pairs.before[0]].reset);
  const auto solution = solve_crossings(task, middle, level, high - low);
  if (!solution) return bounds;

  const auto& [values, equations, step] = *solution;
  const double freedom = static_cast<double>(equations.gap.size() - (step.told_apart ? task.unknowns() : 1));
  result.consistent =
      (freedom < 1 || step.discrepancy < chi_squared_quantile(std::max(freedom, 1.0), rejected)) && bounds.consistent;
  result.release_error = mean_release_error(task, equations.release_errors);
  Estimate refractory = task.reset_seen ? refractory_bound(task, *solution, wide * reach) : *bounds.refractory;
  if (!step.told_apart) {
    if (threshold_bound.low <= threshold_bound.high) result.threshold = threshold_bound;
    if (refractory.low <= refractory.high && std::isfinite(refractory.high)) {
      refractory.value = std::midpoint(refractory.low, refractory.high);
      result.refractory = refractory;
    }
    return result;
  }
  const auto half = [&](Eigen::Index j) { return reach * std::sqrt(step.uncertainty(j, j)) + arithmetic; };
  const auto around = [](double value, double error) { return Estimate{value, value - error, value + error}; };
  result.separate = 2 * half(0) < high - low;
  result.threshold = combined(around(values.threshold, half(0)), threshold_bound, result.consistent);
  Estimate fitted = around(values.refractory, half(1));
  fitted.low = std::max(0.0, fitted.low);
  result.refractory = combined(fitted, refractory, result.consistent);
  if (!task.reset_seen) result.reset = combined(around(values.level, half(2)), *bounds.reset, result.consistent);
  return result;
}

}  // namespace lapicque::estimation
