#include "threshold.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "crossings.hpp"
#include "quantiles.hpp"
#include "singular_values.hpp"

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// How much wider than an interval of 95 % for one value one for the extreme of `count` values is.
double extreme_reach(std::size_t count) {
  return normal_quantile(0.025 / static_cast<double>(std::max<std::size_t>(count, 1))) / normal_quantile(0.025);
}

/// The sample at which the course before a spike, followed on, is highest by the time of the reset; it may be falling
/// again behind a drawn spike.
std::size_t highest(const Courses& courses, std::size_t stretch, const SampledSpike& spike) {
  std::size_t top = spike.reset;
  for (std::size_t i = spike.last + 1; i < spike.reset; ++i) {
    if (courses.potential(stretch, i) > courses.potential(stretch, top)) top = i;
  }
  return top;
}

}  // namespace

ThresholdReader::Grid ThresholdReader::grid(const RelaxationFit& tied, double reach) const {
  const auto& times = input_.times();
  const Courses courses(input_, tied);
  double low = -infinity;
  double low_error = 0;
  double high = infinity;
  double high_error = 0;
  for (std::size_t s = 0; s < tied.stretches.size(); ++s) {
    const Stretch& stretch = tied.stretches[s];
    if (stretch.end <= stretch.first) continue;
    const std::size_t end = s < spikes_.size() ? spikes_[s].last + 1 : times.size();
    for (std::size_t i = stretch.first; i < end; ++i) {
      const double u = courses.potential(s, i);
      if (u <= low) continue;
      low = u;
      low_error = reach * std::sqrt(courses.variance(s, i));
    }
    if (s == spikes_.size()) continue;
    const std::size_t top = highest(courses, s, spikes_[s]);
    const double u = courses.potential(s, top);
    if (u >= high) continue;
    high = u;
    high_error = reach * std::sqrt(courses.variance(s, top));
  }
  Grid result;
  if (std::isfinite(low) && std::isfinite(high)) {
    result.threshold = Estimate{std::midpoint(low, high), std::min(low - low_error, high - high_error),
                                std::max(low + low_error, high + high_error)};
  }
  // A spike of which no sample is seen has its time at the last sample before it; of one that is drawn, at the first of
  // its samples.
  const SampledSpike& spike = spikes_.front();
  const std::size_t release = spike.reset - 1 + plateau_;
  if (release + 1 < times.size()) {
    const bool drawn = spike.reset > spike.last + 1;
    const double step = times[release + 1] - times[release];
    const double stamp = times[drawn ? spike.last + 1 : spike.last];
    const double value = plateau_ == 1 && !drawn ? 0 : times[release] - stamp;
    result.refractory =
        Estimate{value, std::max(0.0, times[release] - times[spike.reset]), times[release] - times[spike.last] + step};
  }
  return result;
}

ThresholdReader::Sides ThresholdReader::sides_of_threshold(const RelaxationFit& free,
                                                           std::span<const std::size_t> spikes, double reach) const {
  constexpr std::size_t parts = 8;  // of a step: a current may bend the course over between two samples
  const auto& times = input_.times();
  const Courses courses(input_, free);
  Sides sides{-infinity, 0, infinity, 0};
  for (std::size_t s = 0; s < free.stretches.size(); ++s) {
    if (free.weights[s] == 0) continue;
    const std::size_t end = s < spikes_.size() ? spikes_[s].last + 1 : times.size();
    for (std::size_t i = free.stretches[s].first; i < end; ++i) {
      const double u = courses.potential(s, i);
      if (u > sides.low) sides = {u, reach * std::sqrt(courses.variance(s, i)), sides.high, sides.high_error};
    }
  }
  std::vector<double> inner;
  std::vector<std::size_t> stretches;
  for (const std::size_t e : spikes) {
    const std::size_t steps = spikes_[e].reset - spikes_[e].last;
    for (std::size_t k = 1; k < parts * steps; ++k) {
      const std::size_t i = spikes_[e].last + k / parts;
      const double part = static_cast<double>(k % parts) / static_cast<double>(parts);
      inner.push_back(times[i] + part * (times[i + 1] - times[i]));
      stretches.push_back(e);
    }
  }
  const std::vector<double> values = courses.potentials(stretches, inner);
  auto value = values.begin();
  for (const std::size_t e : spikes) {
    const auto count = static_cast<std::ptrdiff_t>(parts * (spikes_[e].reset - spikes_[e].last) - 1);
    std::vector<double> course{courses.potential(e, spikes_[e].last)};
    course.insert(course.end(), value, value + count);
    course.push_back(courses.potential(e, spikes_[e].reset));
    value += count;
    const auto top = std::max_element(course.begin(), course.end());
    double above = *top;
    if (top != course.begin() && top + 1 != course.end()) {
      // A parabola through the three highest is no higher than this.
      above += (2 * *top - *(top - 1) - *(top + 1)) / 8;
    }
    const double error = reach * std::sqrt(courses.variance(e, spikes_[e].reset));
    if (above < sides.high) sides = {sides.low, sides.low_error, above, error};
  }
  return sides;
}

ThresholdReader::Continuous ThresholdReader::continuous(const RelaxationFit& free, double variance,
                                                        double reach) const {
  constexpr std::size_t most_spikes = 400;
  constexpr double told_apart_from = 1e-5;  // slopes are good to some 1e-8
  const auto& times = input_.times();
  const Courses courses(input_, free);
  Continuous result{{}, {}, {}, infinity, false, false};

  // The last sample that may be at the reset potential.
  const auto release_of = [&](std::size_t e) { return free.stretches[e + 1].first - 1; };
  // Spikes with a fitted course before and after.
  std::vector<std::size_t> before;
  std::vector<std::size_t> after;
  std::vector<double> last;
  std::vector<double> first_reset;
  std::vector<double> early;
  std::vector<double> late;
  for (std::size_t e = 0; e < spikes_.size() && before.size() < most_spikes; ++e) {
    if (free.weights[e] == 0 || free.weights[e + 1] == 0) continue;
    const std::size_t release = release_of(e);
    before.push_back(e);
    after.push_back(e + 1);
    last.push_back(times[spikes_[e].last]);
    first_reset.push_back(times[spikes_[e].reset]);
    early.push_back(times[std::max<std::size_t>(release, 1) - 1]);
    late.push_back(times[release + 1]);
  }
  if (before.empty()) return result;

  const bool reset_seen = free.determined[reset];
  double level = reset_seen ? free.values[reset] : courses.potential(after[0], spikes_[before[0]].reset);
  const auto [low, low_error, high, high_error] = sides_of_threshold(free, before, reach);
  double threshold = std::midpoint(low, high);
  double refractory = 0;
  // What the samples beside each spike allow, whatever the fit says.
  const double wide = extreme_reach(before.size());
  const Estimate threshold_bound{threshold, low - wide * low_error, high + wide * high_error};

  // Spikes of no more speeds than there are unknowns may allow several solutions. Two speeds allow one if the faster
  // one is so wherever the threshold is; a single one allows many, which shows below.
  const auto has_one_solution = [&] {
    constexpr double alike = 1e-3;
    constexpr int parts = 8;
    std::vector<bool> fast;  // at the lowest threshold, of the two kinds
    for (int k = 0; k <= parts; ++k) {
      const double here = threshold_bound.low + (threshold_bound.high - threshold_bound.low) * k / parts;
      const auto up = find_crossings(courses, before, last, first_reset, here, true);
      std::vector<double> speeds;
      for (const Crossing& crossing : up) speeds.push_back(crossing.slope);
      std::sort(speeds.begin(), speeds.end());
      std::size_t kinds = 1;
      double border = speeds.front();
      for (std::size_t i = 1; i < speeds.size(); ++i) {
        if (speeds[i] - speeds[i - 1] <= alike * std::abs(speeds[i])) continue;
        ++kinds;
        border = speeds[i];
      }
      if (k == 0 && kinds > (reset_seen ? 2U : 3U)) return true;
      if (k == 0 && kinds == 1) return true;
      if (!reset_seen || kinds != 2) return false;
      std::vector<bool> now;
      for (const Crossing& crossing : up) now.push_back(crossing.slope >= border);
      if (k > 0 && now != fast) return false;
      fast = now;
    }
    return true;
  };
  if (!has_one_solution()) return all_between_samples(free, before, threshold_bound, variance, reach);

  const Eigen::Index unknowns = reset_seen ? 2 : 3;
  Eigen::VectorXd scale;
  Eigen::MatrixXd uncertainty;
  std::vector<double> releases;
  std::vector<double> release_errors;
  double discrepancy = 0;
  Eigen::Index equations = 0;
  bool told_apart = false;
  for (int round = 0; round < 12; ++round) {
    const auto up = find_crossings(courses, before, last, first_reset, threshold, true);
    const auto out = find_crossings(courses, after, early, late, level, false);
    std::vector<std::size_t> good;
    for (std::size_t k = 0; k < before.size(); ++k) {
      if (up[k].found && out[k].found) good.push_back(k);
    }
    equations = static_cast<Eigen::Index>(good.size());
    if (good.empty()) return all_between_samples(free, before, threshold_bound, variance, reach);
    if (round == 0) {
      double sum = 0;
      for (const std::size_t k : good) sum += out[k].time - up[k].time;
      refractory = sum / static_cast<double>(good.size());
    }
    // g_k = release - crossing - refractory, and its covariance from that of the courses.
    Eigen::VectorXd gap(equations);
    Eigen::MatrixXd common(equations, columns);
    Eigen::MatrixXd slopes(equations, 3);
    Eigen::VectorXd own_before(equations);
    Eigen::VectorXd own_after(equations);
    releases.clear();
    release_errors.clear();
    for (Eigen::Index row = 0; row < equations; ++row) {
      const std::size_t k = good[static_cast<std::size_t>(row)];
      const std::size_t e = before[k];
      const std::size_t release = spikes_[e].reset - 1 + plateau_;
      gap[row] = out[k].time - up[k].time - refractory;
      slopes.row(row) << -1 / up[k].slope, -1, 1 / out[k].slope;
      Vector at_release = -courses.gradient(after[k], release);
      if (reset_seen) at_release[reset] += 1;
      common.row(row) = (at_release / out[k].slope + courses.gradient(e, spikes_[e].last) / up[k].slope).transpose();
      own_before[row] = courses.own(e, spikes_[e].last) / std::sqrt(free.weights[e]) / up[k].slope;
      own_after[row] = -courses.own(after[k], release) / std::sqrt(free.weights[after[k]]) / out[k].slope;
      releases.push_back(out[k].time);
      release_errors.push_back(std::sqrt(at_release.dot(free.covariance * at_release) / std::pow(out[k].slope, 2) +
                                         std::pow(own_after[row], 2)));
    }
    Eigen::MatrixXd covariance = common * free.covariance * common.transpose();
    for (Eigen::Index row = 0; row < equations; ++row) {
      const std::size_t k = good[static_cast<std::size_t>(row)];
      const double rounding = 1e-11 * (late[k] - early[k]) / std::sqrt(variance);
      covariance(row, row) += std::pow(own_before[row], 2) + std::pow(own_after[row], 2) + rounding * rounding;
      if (row + 1 < equations && after[k] == before[good[static_cast<std::size_t>(row + 1)]]) {
        const double shared = own_after[row] * own_before[row + 1];
        covariance(row, row + 1) += shared;
        covariance(row + 1, row) += shared;
      }
    }
    const Eigen::LLT<Eigen::MatrixXd> root(covariance);
    const Eigen::MatrixXd design = root.matrixL().solve(slopes.leftCols(unknowns));
    const Eigen::VectorXd target = root.matrixL().solve(gap);
    scale = design.colwise().norm().cwiseInverse().transpose();
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(design * scale.asDiagonal(), Eigen::ComputeThinU | Eigen::ComputeThinV);
    told_apart =
        equations >= unknowns && svd.singularValues()[unknowns - 1] > told_apart_from * svd.singularValues()[0];
    if (!told_apart && !reset_seen) return all_between_samples(free, before, threshold_bound, variance, reach);
    if (!told_apart) {
      // The threshold stays where it is; the refractory period follows.
      const Eigen::VectorXd ones = design.col(1);
      refractory -= ones.dot(target) / ones.squaredNorm();
      discrepancy = (target - ones * (ones.dot(target) / ones.squaredNorm())).squaredNorm() / variance;
      break;
    }
    const Eigen::VectorXd change = -(scale.asDiagonal() * svd.solve(target));
    discrepancy = (target + design * change).squaredNorm() / variance;
    uncertainty = scale.asDiagonal() * svd.matrixV() * svd.singularValues().cwiseAbs2().cwiseInverse().asDiagonal() *
                  svd.matrixV().transpose() * scale.asDiagonal();
    const double rise = high - low;
    const double limited = std::clamp(change[0], -5 * std::abs(rise), 5 * std::abs(rise));
    threshold += limited;
    refractory += change[1];
    if (!reset_seen) level += change[2];
    if (std::abs(limited) < 1e-13 * (std::abs(threshold) + 1)) break;
  }

  const double freedom = static_cast<double>(equations - (told_apart ? unknowns : 1));
  result.consistent = freedom < 1 || discrepancy < chi_squared_quantile(std::max(freedom, 1.0), 0.001);
  double mean_error = 0;
  for (const double error : release_errors) mean_error += error * std::sqrt(variance);
  result.release_error = mean_error / static_cast<double>(release_errors.size()) / ((late.front() - early.front()) / 2);

  Estimate refractory_bound{refractory, 0, infinity};
  const Continuous bounds = all_between_samples(free, before, threshold_bound, variance, reach);
  result.consistent = result.consistent && bounds.consistent;
  if (!reset_seen) refractory_bound = *bounds.refractory;
  for (std::size_t k = 0; k < releases.size() && releases.size() == before.size() && reset_seen; ++k) {
    const double error = wide * reach * release_errors[k];
    refractory_bound.low = std::max(refractory_bound.low, releases[k] - first_reset[k] - error);
    refractory_bound.high = std::min(refractory_bound.high, releases[k] - last[k] + error);
  }
  const auto combine = [&](const Estimate& fit, const Estimate& bound) {
    Estimate both{fit.value, std::max(fit.low, bound.low), std::min(fit.high, bound.high)};
    if (both.low > both.high) {
      result.consistent = false;
      return fit;
    }
    both.value = std::clamp(both.value, both.low, both.high);
    return both;
  };
  result.separate = told_apart;
  if (told_apart) {
    const double floor = 1e-9;
    const double theta_half = reach * std::sqrt(uncertainty(0, 0)) + floor;
    const double delta_half = reach * std::sqrt(uncertainty(1, 1)) + floor;
    result.separate = 2 * theta_half < high - low;
    result.threshold = combine({threshold, threshold - theta_half, threshold + theta_half}, threshold_bound);
    result.refractory =
        combine({refractory, std::max(0.0, refractory - delta_half), refractory + delta_half}, refractory_bound);
    if (!reset_seen) {
      const double half = reach * std::sqrt(uncertainty(2, 2)) + floor;
      result.reset = combine({level, level - half, level + half}, *bounds.reset);
    }
    return result;
  }
  if (threshold_bound.low <= threshold_bound.high) result.threshold = threshold_bound;
  if (refractory_bound.low <= refractory_bound.high && std::isfinite(refractory_bound.high)) {
    refractory_bound.value = std::midpoint(refractory_bound.low, refractory_bound.high);
    result.refractory = refractory_bound;
  }
  return result;
}

ThresholdReader::Continuous ThresholdReader::all_between_samples(const RelaxationFit& free,
                                                                 std::span<const std::size_t> spikes,
                                                                 const Estimate& threshold, double variance,
                                                                 double reach) const {
  const auto& times = input_.times();
  const Courses courses(input_, free);
  Estimate refractory{0, 0, infinity};
  Estimate level{0, -infinity, infinity};
  double release_error = 0;
  const double wide = extreme_reach(spikes.size()) * reach;
  for (const std::size_t e : spikes) {
    const std::size_t first = free.stretches[e + 1].first;
    const std::size_t beside = std::min(first + 1, times.size() - 1);
    const double step = times[first] - times[first - 1];
    const double error = std::sqrt(courses.variance(e + 1, first));
    const double rise = std::abs(courses.potential(e + 1, beside) - courses.potential(e + 1, first));
    release_error += error * std::sqrt(variance) / std::max(rise, 1e-300) / static_cast<double>(spikes.size());
    // A first sample that is not yet on the course is not told from one that is where it has the same potential.
    const double late = std::min(8 * wide * error / std::max(rise, 1e-300), 1.0) * step;
    const double from = times[spikes_[e].last];
    refractory.high = std::min(refractory.high, times[first] - from + late);
    // The last sample before the course may also be its first.
    if (first > spikes_[e].reset + 1) {
      refractory.low = std::max(refractory.low, times[first - 2] - times[spikes_[e].reset]);
    }
    if (first > spikes_[e].reset) continue;
    // The course after the spike began at the reset potential, somewhere here.
    constexpr int parts = 32;
    std::vector<double> grid;
    for (int k = 0; k <= parts; ++k) grid.push_back(from + (times[first] - from) * k / parts);
    const auto values = courses.potentials(std::vector<std::size_t>(grid.size(), e + 1), grid);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const double beyond = 8 * wide * std::sqrt(courses.variance(e + 1, spikes_[e].last)) +
                          1e-10 * (std::abs(*least) + std::abs(*most)) + (*most - *least) / parts;
    level.low = std::max(level.low, *least - beyond);
    level.high = std::min(level.high, *most + beyond);
  }
  refractory.value = std::midpoint(refractory.low, refractory.high);
  Continuous result{{}, {}, {}, release_error, false, false};
  const double known = free.values[reset];
  const bool seen = free.determined[reset];
  result.consistent = threshold.low <= threshold.high && refractory.low <= refractory.high && level.low <= level.high &&
                      (!seen || (level.low <= known && known <= level.high));
  result.threshold = threshold;
  result.refractory = refractory;
  if (!free.determined[reset]) result.reset = Estimate{std::midpoint(level.low, level.high), level.low, level.high};
  return result;
}

}  // namespace lapicque::estimation
