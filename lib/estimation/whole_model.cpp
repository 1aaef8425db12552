#include "whole_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <tuple>

#include "false_position.hpp"

namespace lapicque::estimation {
namespace {

/// A misplaced crossing of 0.01 mV costs what a residual of 1 mV does.
constexpr double misplaced = 100;

/// Of the interpolation in tau: off by some 1e-7 of the response where tau varies by 20 %.
constexpr std::size_t degree = 4;

/// Of the least differences, of the potentials' range, of R and of tau; and of the refractory period, of a sample's
/// step.
constexpr double least_step = 1e-6;
constexpr double least_time_step = 1e-5;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Instead of 0, where something is divided by.
constexpr double tiny = 1e-300;

/// The samples' times and, in order among them, those events of the current that are between two samples.
std::vector<double> with_events(const InputResponse& input) {
  const auto& times = input.times();
  std::vector<double> merged;
  const auto events = input.events();
  auto event = events.begin();
  for (std::size_t i = 0; i < times.size(); ++i) {
    merged.push_back(times[i]);
    if (i + 1 == times.size()) break;
    // A sample's time may have been rounded to the wrong side of an event that it stands at.
    constexpr double rounding = 1e-6;  // of a step
    const double hair = rounding * (times[i + 1] - times[i]);
    for (; event != events.end() && *event < times[i + 1] - hair; ++event) {
      if (*event > std::max(times[i] + hair, merged.back())) merged.push_back(*event);
    }
  }
  return merged;
}

}  // namespace

WholeModel::WholeModel(const InputResponse& input, std::span<const double> potentials,
                       std::span<const SampledSpike> spikes, const Values& start, double spread)
    : input_(input.at_times(with_events(input))) {
  const auto& times = input_.times();
  std::vector<std::size_t> places;  // of the samples
  for (std::size_t i = 0; i < times.size(); ++i) {
    const bool sample = places.size() < potentials.size() && times[i] == input.times()[places.size()];
    potentials_.push_back(sample ? potentials[places.size()] : std::numeric_limits<double>::quiet_NaN());
    if (sample) places.push_back(i);
  }
  for (const SampledSpike& spike : spikes) spikes_.push_back({places[spike.last], places[spike.reset]});
  sample_step_ = (times.back() - times.front()) / static_cast<double>(places.size() - 1);
  freedom_ = static_cast<double>(places.size()) - static_cast<double>(unknowns);
  for (const SampledSpike& spike : spikes) freedom_ -= static_cast<double>(spike.reset - spike.last);

  constexpr double tau_in_spreads = 3;  // at least
  const double half = std::min(spread, start[tau] / tau_in_spreads);
  for (std::size_t k = 0; k <= degree; ++k) {
    // Chebyshev's points
    const double x = std::cos(std::numbers::pi * (static_cast<double>(k) + 0.5) / (degree + 1));
    nodes_.push_back(start[tau] + half * x);
    responses_.push_back(input_.at_samples(nodes_.back()).unit);
  }
  const auto [low, high] = std::minmax_element(potentials.begin(), potentials.end());
  const double small = least_step * (*high - *low);
  steps_ << small, least_step * std::abs(start[resistance]), small, least_step * start[tau], small,
      least_time_step * sample_step_, small;
}

std::vector<double> WholeModel::response(double tau_now) const {
  std::vector<double> sum(potentials_.size(), 0.0);
  for (std::size_t k = 0; k < nodes_.size(); ++k) {
    double weight = 1;
    for (std::size_t j = 0; j < nodes_.size(); ++j) {
      if (j != k) weight *= (tau_now - nodes_[j]) / (nodes_[k] - nodes_[j]);
    }
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * responses_[k][i];
  }
  return sum;
}

/// A free course of the potential from an anchor on.
class WholeModel::Course {
 public:
  Course(const InputResponse& input, std::span<const double> unit, const Values& values)
      : times_(input.times()), current_(input.current()), unit_(unit), values_(values) {}

  /// Begins anew with a potential at a time, which lies in the step from sample i on.
  void begin(std::size_t i, double time, double potential) {
    anchor_ = time;
    const double part = i + 1 < times_.size() ? (time - times_[i]) / (times_[i + 1] - times_[i]) : 0;
    above_ = potential - passive(i, part);
  }

  /// At a sample, and `part` of the way to the next one.
  double at(std::size_t i, double part) const {
    const double time = i + 1 < times_.size() ? times_[i] + part * (times_[i + 1] - times_[i]) : times_[i];
    return passive(i, part) + decayed(time);
  }

  /// du/dt there, mV/ms.
  double slope(std::size_t i, double part) const {
    constexpr double beside = 1e-3;
    return (at(i, part + beside) - at(i, part - beside)) / (2 * beside * (times_[i + 1] - times_[i]));
  }

  /// Hands the potentials at samples `from` to `last` to `take`.
  template <class Take>
  void pass(std::size_t from, std::size_t last, const Take& take) const {
    if (from > last) return;
    constexpr double even = 1e-9;  // of a step: even steps have one factor
    double step = 0;
    double factor = 1;
    double decaying = decayed(times_[from]);
    for (std::size_t i = from; i <= last; ++i) {
      if (i > from) {
        if (std::abs(times_[i] - times_[i - 1] - step) > even * step) {
          step = times_[i] - times_[i - 1];
          factor = std::exp(-step / values_[tau]);
        }
        decaying *= factor;
      }
      take(i, passive(i, 0) + decaying);
    }
  }

 private:
  double decayed(double time) const { return above_ * std::exp(-(time - anchor_) / values_[tau]); }

  /// What a membrane without a spike does: a parabola from here to the next sample with the slope here is off by a
  /// millionth of what a step does.
  double passive(std::size_t i, double part) const {
    if (i + 1 == times_.size()) return values_[rest] + values_[resistance] * unit_[i];
    const double slope = (times_[i + 1] - times_[i]) * (current_[i] - unit_[i]) / values_[tau];
    const double bend = unit_[i + 1] - unit_[i] - slope;
    return values_[rest] + values_[resistance] * (unit_[i] + part * (slope + part * bend));
  }

  const std::vector<double>& times_;
  std::span<const double> current_;
  std::span<const double> unit_;
  const Values& values_;
  double anchor_ = 0;  ///< ms
  double above_ = 0;   ///< mV: the potential at the anchor over that of the passive membrane
};

/// Where a course crosses the threshold between a spike's samples; or would, had they been a little earlier or later,
/// so that the squares have no kink there.
WholeModel::Crossing WholeModel::cross(const Course& course, const SampledSpike& spike, double level) const {
  const auto& times = input_.times();
  const double most = (times[spike.reset] - times[spike.last]) / 2;
  const auto beyond = [&](double off, double slope) { return slope > 0 ? std::min(off / slope, most) : most; };
  double before = course.at(spike.last, 0) - level;
  if (before >= 0) return {times[spike.last] - beyond(before, course.slope(spike.last, 0)), -before};
  double missing = -before;
  for (std::size_t i = spike.last; i < spike.reset; ++i) {
    const double after = course.at(i, 1) - level;
    missing = std::min(missing, -after);
    if (after >= 0) {
      struct End {
        double x;
        double y;
      };
      const auto look = [&](double part, const End&) { return End{part, course.at(i, part) - level}; };
      constexpr int most_rounds = 30;
      constexpr double small = 1e-10;   // of the threshold
      constexpr double narrow = 1e-12;  // of the part of a step
      const double part =
          false_position(End{0, before}, End{1, after}, look, small * std::abs(level), narrow, most_rounds).x;
      return {times[i] + part * (times[i + 1] - times[i]), missing};
    }
    before = after;
  }
  return {times[spike.reset] + beyond(-before, course.slope(spike.reset - 1, 1)), missing};
}

WholeModel::Residuals WholeModel::residuals(const Values& values, std::span<const double> unit) const {
  const auto& times = input_.times();
  const std::size_t count = times.size();
  Residuals off{Eigen::VectorXd::Zero(static_cast<Eigen::Index>(count)),
                Eigen::VectorXd::Zero(static_cast<Eigen::Index>(2 * spikes_.size() + 1)),
                {}};
  Eigen::Index margin = 0;
  Course course(input_, unit, values);
  course.begin(0, times[0], values[first]);
  const auto compare = [&](std::size_t i, double potential) {
    if (std::isfinite(potentials_[i])) off.samples[static_cast<Eigen::Index>(i)] = potential - potentials_[i];
  };
  std::size_t begin = 0;  // the first sample of the course
  for (std::size_t e = 0; e <= spikes_.size(); ++e) {
    const std::size_t last = e < spikes_.size() ? spikes_[e].last : count - 1;
    double highest = values[reset];
    course.pass(begin, last, [&](std::size_t i, double u) {
      highest = std::max(highest, u);
      // The last sample before a spike may be clipped.
      if (i < last || e == spikes_.size()) compare(i, u);
    });
    off.margins[margin++] = misplaced * (highest - values[threshold]);
    if (e == spikes_.size()) break;

    const Crossing crossing = begin <= last ? cross(course, spikes_[e], values[threshold])
                                            : Crossing{times[last], values[threshold] - values[reset]};
    off.margins[margin++] = misplaced * crossing.missing;

    // The plateau, and the next course.
    const double release = crossing.time + values[refractory];
    off.releases.push_back(release);
    const std::size_t end = e + 1 < spikes_.size() ? spikes_[e + 1].last + 1 : count;
    for (begin = spikes_[e].reset; begin < end && times[begin] <= release; ++begin) compare(begin, values[reset]);
    std::size_t before = last;
    while (before + 2 < count && times[before + 1] <= release) ++before;
    course.begin(before, release, values[reset]);
  }
  return off;
}

WholeModel::Values WholeModel::within_bounds(Values values) const {
  values[refractory] = std::max(values[refractory], 0.0);
  values[tau] = std::clamp(values[tau], nodes_.back(), nodes_.front());
  return values;
}

/// The residuals' planes through the differences of `steps` to either side.
WholeModel::Linear WholeModel::linearise(const Values& values, const Residuals& here, const Values& steps) const {
  Eigen::MatrixXd slopes(here.samples.size(), static_cast<Eigen::Index>(unknowns));
  Linear linear;
  linear.margins = here.margins;
  linear.margin_slopes.resize(here.margins.size(), unknowns);
  const auto unit = response(values[tau]);
  for (Eigen::Index j = 0; j < unknowns; ++j) {
    const auto beside = [&](double step) {
      Values moved = values;
      moved[j] += step;
      return j == tau ? residuals(moved) : residuals(moved, unit);
    };
    const Residuals above = beside(steps[j]);
    const Residuals below = beside(-steps[j]);
    slopes.col(j) = (above.samples - below.samples) / (2 * steps[j]);
    linear.margin_slopes.col(j) = (above.margins - below.margins) / (2 * steps[j]);
  }
  linear.products = slopes.transpose() * slopes;
  linear.gradient = slopes.transpose() * here.samples;
  const Values margins = linear.margin_slopes.colwise().squaredNorm().transpose() / (misplaced * misplaced);
  linear.scale = (linear.products.diagonal() + margins).cwiseSqrt().cwiseMax(tiny).cwiseInverse();
  return linear;
}

WholeModel::Values WholeModel::step(const Linear& linear, const Values& values, double damping,
                                    std::optional<Index> held, double shift) const {
  constexpr int most_rounds = 12;
  std::array<std::optional<double>, unknowns> fixed{};  // steps that are not free
  if (held) fixed[static_cast<std::size_t>(*held)] = shift;
  Values result = Values::Zero();
  Eigen::VectorXd costly = (linear.margins.array() > 0).cast<double>();
  for (int round = 0; round < most_rounds; ++round) {
    const Eigen::MatrixXd active = costly.asDiagonal() * linear.margin_slopes;
    Eigen::Matrix<double, unknowns, unknowns> matrix = linear.products + active.transpose() * active;
    Values right = -linear.gradient - active.transpose() * linear.margins;
    matrix = linear.scale.asDiagonal() * matrix * linear.scale.asDiagonal();
    right = linear.scale.cwiseProduct(right);
    matrix.diagonal().array() += damping;
    for (Eigen::Index j = 0; j < unknowns; ++j) {
      const auto& value = fixed[static_cast<std::size_t>(j)];
      if (!value) continue;
      right -= matrix.col(j) * (*value / linear.scale[j]);
      matrix.row(j).setZero();
      matrix.col(j).setZero();
      matrix(j, j) = 1;
      right[j] = *value / linear.scale[j];
    }
    result = linear.scale.cwiseProduct(matrix.ldlt().solve(right));
    bool changed = false;
    for (const auto& [index, low, high] :
         {std::tuple{refractory, 0.0, infinity}, std::tuple{tau, nodes_.back(), nodes_.front()}}) {
      auto& value = fixed[static_cast<std::size_t>(index)];
      const double next = values[index] + result[index];
      if (value || (next >= low && next <= high)) continue;
      value = std::clamp(next, low, high) - values[index];
      changed = true;
    }
    const Eigen::VectorXd now = ((linear.margins + linear.margin_slopes * result).array() > 0).cast<double>();
    if (!changed && now == costly) break;
    costly = now;
  }
  return result;
}

}  // namespace lapicque::estimation
