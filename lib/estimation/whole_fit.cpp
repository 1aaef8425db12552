#include "whole_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <tuple>
#include <utility>

#include "false_position.hpp"
#include "singular_values.hpp"

namespace lapicque::estimation {
namespace {

/// A misplaced crossing of 0.01 mV costs what a residual of 1 mV does.
constexpr double misplaced = 100;

/// Of the interpolation in tau: off by some 1e-7 of the response where tau varies by 20 %.
constexpr std::size_t degree = 4;

/// Of the rise: smaller differences of squares do not matter; and larger ones show a valley to be a better one.
constexpr double settled = 1e-3;
constexpr double better = 0.02;
/// Of the root of the rise: what differences for slopes are taken over.
constexpr double smooth = 0.1;
/// Of the least differences: a hundredth of the potentials' range or of R or tau, a tenth of a sample's step.
constexpr double most_smooth = 1e4;

constexpr double infinity = std::numeric_limits<double>::infinity();

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
    const double hair = 1e-6 * (times[i + 1] - times[i]);
    for (; event != events.end() && *event < times[i + 1] - hair; ++event) {
      if (*event > std::max(times[i] + hair, merged.back())) merged.push_back(*event);
    }
  }
  return merged;
}

}  // namespace

WholeFit::WholeFit(const InputResponse& input, std::span<const double> potentials, std::span<const SampledSpike> spikes,
                   const Values& start, double spread, double rise)
    : input_(input.at_times(with_events(input))), rise_(rise) {
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

  const double half = std::min(spread, start[tau] / 3);
  for (std::size_t k = 0; k <= degree; ++k) {
    // Chebyshev's points
    const double x = std::cos(std::numbers::pi * (static_cast<double>(k) + 0.5) / (degree + 1));
    nodes_.push_back(start[tau] + half * x);
    responses_.push_back(input_.at_samples(nodes_.back()).unit);
  }
  const auto [low, high] = std::minmax_element(potentials.begin(), potentials.end());
  const double small = 1e-6 * (*high - *low);
  steps_ << small, 1e-6 * std::abs(start[resistance]), small, 1e-6 * start[tau], small, 1e-5 * sample_step_, small;

  find_valleys(start);
}

void WholeFit::find_intervals() {
  // A walk along an interval may come upon something better; then all is done again from there.
  constexpr int most_rounds = 4;
  for (int round = 0; round < most_rounds; ++round) {
    const double squares = best_.squares;
    for (const Index index : {threshold, refractory, reset}) {
      intervals_[static_cast<std::size_t>(index)] = find_interval(index);
    }
    if (best_.squares > squares - better * rise_) break;
  }
}

std::vector<double> WholeFit::response(double tau_now) const {
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
class WholeFit::Course {
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
    // Even steps have one factor.
    double step = 0;
    double factor = 1;
    double decaying = decayed(times_[from]);
    for (std::size_t i = from; i <= last; ++i) {
      if (i > from) {
        if (std::abs(times_[i] - times_[i - 1] - step) > 1e-9 * step) {
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
WholeFit::Crossing WholeFit::cross(const Course& course, const SampledSpike& spike, double level) const {
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
      const double part =
          false_position(End{0, before}, End{1, after}, look, 1e-10 * std::abs(level), 1e-12, most_rounds).x;
      return {times[i] + part * (times[i + 1] - times[i]), missing};
    }
    before = after;
  }
  return {times[spike.reset] + beyond(-before, course.slope(spike.reset - 1, 1)), missing};
}

WholeFit::Residuals WholeFit::residuals(const Values& values, std::span<const double> unit) const {
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

WholeFit::Values WholeFit::within_bounds(Values values) const {
  values[refractory] = std::max(values[refractory], 0.0);
  values[tau] = std::clamp(values[tau], nodes_.back(), nodes_.front());
  return values;
}

/// The residuals' planes through the differences of `steps` to either side.
WholeFit::Linear WholeFit::linearise(const Values& values, const Residuals& here, const Values& steps) const {
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
  linear.scale = (linear.products.diagonal() + margins).cwiseSqrt().cwiseMax(1e-300).cwiseInverse();
  return linear;
}

/// Differences that change the squares by little, but by more than kinks do.
WholeFit::Values WholeFit::smooth_steps(const Linear& linear) const {
  return (smooth * std::sqrt(rise_) * linear.scale).cwiseMin(most_smooth * steps_);
}

/// The step to the least squares of the planes, with `shift` for the held value. Which margins cost something there,
/// and which bounds stop it, is found by trying.
WholeFit::Values WholeFit::step(const Linear& linear, const Values& values, double damping, std::optional<Index> held,
                                double shift) const {
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

/// Levenberg-Marquardt. @param steps  for the first differences
///
/// Where release times pass samples the squares have kinks, many small ones. Slopes are therefore those over a tenth of
/// what makes the squares rise enough; and a step may turn out several times too short.
WholeFit::Point WholeFit::descend(const Values& from, std::optional<Index> held, Values steps) const {
  constexpr int most_steps = 60;
  constexpr double stiff = 1e4;
  double damping = 1e-4;
  bool settled_down = false;
  Residuals here = residuals(from);
  Point point{from, here.squares()};
  const auto try_step = [&](const Values& way) {
    const Values next = within_bounds(point.values + way);
    Residuals there = residuals(next);
    const double squares = there.squares();
    if (!(squares < point.squares)) return false;
    point = {next, squares};
    here = std::move(there);
    return true;
  };
  for (int tries = 0; tries < most_steps && damping < stiff && !settled_down;) {
    const Linear linear = linearise(point.values, here, steps);
    steps = smooth_steps(linear);
    const double before = point.squares;
    for (bool done = false; !done && tries < most_steps && damping < stiff; ++tries) {
      Values way = step(linear, point.values, damping, held, 0);
      done = try_step(way);
      damping = done ? std::max(damping / 10, 1e-12) : damping * 10;
      while (done && try_step(way)) way *= 2;
    }
    settled_down = before - point.squares <= settled * rise_;
  }
  return point;
}

/// From one least of the squares with a value held to the next one, where that value is another.
WholeFit::Point WholeFit::follow(const Values& from, Index held, double target, const Values& steps) const {
  const Linear linear = linearise(from, residuals(from), steps);
  Values values = within_bounds(from + step(linear, from, 1e-9, held, target - from[held]));
  values[held] = target;
  return descend(values, held, steps);
}

/// Keeps a valley if it is a new one, and low enough to matter.
void WholeFit::note(const Point& point) {
  if (valleys_.empty() || point.squares < best_.squares) best_ = point;
  valleys_.push_back(point);
  std::sort(valleys_.begin(), valleys_.end(), [](const Point& a, const Point& b) { return a.squares < b.squares; });
  std::vector<Point> kept;
  for (const Point& valley : valleys_) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const Point& other) {
      return std::abs(valley.values[refractory] - other.values[refractory]) < 0.02 * sample_step_;
    });
    if (!known && valley.squares < best_.squares + rise_) kept.push_back(valley);
  }
  valleys_ = kept;
}

void WholeFit::find_valleys(const Values& start) {
  // What noise makes of the number of samples at the reset potential is within this.
  constexpr int half_steps = 3;
  double last = -1;
  for (int k = -half_steps; k <= half_steps; ++k) {
    Values values = start;
    values[refractory] = std::max(0.0, start[refractory] + k * sample_step_ / 2);
    if (values[refractory] == last) continue;
    last = values[refractory];
    note(descend(descend(values, refractory, steps_).values, std::nullopt, steps_));
  }
  constexpr int most_rounds = 5;
  for (int round = 0; round < most_rounds; ++round) {
    const double squares = best_.squares;
    note(descend(best_.values, std::nullopt, steps_));
    if (best_.squares > squares - better * rise_) break;
  }
}

/// How far from a valley, to one side, the squares are low enough: walking on until they are far too high.
///
/// @param known   how far they are from another valley
/// @param stride  the first one
/// @param steps   for differences
std::optional<double> WholeFit::end(const Point& valley, Index index, double direction, double known, double stride,
                                    const Values& steps) {
  constexpr int most_strides = 60;
  constexpr int most_halvings = 10;
  constexpr double far = 1.5;   // of the root of the rise
  constexpr double even = 0.3;  // the same, between two places: it is nearly straight
  const double most = direction < 0 && index == refractory ? valley.values[refractory] : infinity;
  struct Place {
    double offset;
    double root;
    Values values;
  };
  const auto root = [&](double squares) { return std::sqrt(std::max(0.0, squares - best_.squares) / rise_); };
  const auto look = [&](double offset, const Place& beside) {
    Values values = beside.values;
    values[index] = valley.values[index] + direction * offset;
    Point point = follow(beside.values, index, values[index], steps);
    // Where the others hardly matter, following them may lead over a ridge.
    if (root(point.squares) > beside.root + even) {
      const Point other = descend(values, index, steps);
      if (other.squares < point.squares) point = other;
    }
    if (point.squares < best_.squares - better * rise_) note(descend(point.values, std::nullopt, steps));
    return Place{offset, root(point.squares), point.values};
  };
  Place here{0, root(valley.squares), valley.values};
  if (known > 0) here = look(std::min(known, most), here);
  if (here.root >= 1) return here.offset;
  Place inner = here;
  std::optional<Place> outer;
  for (int k = 0; k < most_strides && here.root < far && here.offset < most; ++k) {
    Place next = look(std::min(here.offset + stride, most), here);
    stride *= std::clamp(even / std::max(std::abs(next.root - here.root), 1e-3), 0.5, 2.0);
    here = std::move(next);
    if (here.root < 1) {
      inner = here;
      outer.reset();
    } else if (!outer) {
      outer = here;
    }
  }
  if (!outer) return inner.offset >= most ? std::optional(most) : std::nullopt;
  for (int k = 0; k < most_halvings && outer->root - inner.root > even; ++k) {
    Place middle = look(std::midpoint(inner.offset, outer->offset), inner);
    (middle.root < 1 ? inner : *outer) = std::move(middle);
  }
  return inner.offset + (outer->offset - inner.offset) * (1 - inner.root) / (outer->root - inner.root);
}

std::optional<Estimate> WholeFit::find_interval(Index index) {
  Values steps = steps_;
  Linear linear;
  for (int round = 0; round < 2; ++round) {
    linear = linearise(best_.values, residuals(best_.values), steps);
    steps = smooth_steps(linear);
  }
  // The linearised error says how large strides are to be.
  const Eigen::Matrix<double, unknowns, unknowns> scaled =
      linear.scale.asDiagonal() * linear.products * linear.scale.asDiagonal();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(scaled, Eigen::ComputeThinV);
  double variance = 0;
  for (Eigen::Index k = 0; k < unknowns; ++k) {
    const double v = svd.matrixV()(index, k);
    variance += v * v / std::max(svd.singularValues()[k], 1e-12);
  }
  const double stride = std::min(std::sqrt(variance * rise_) * linear.scale[index] / 4, most_smooth * steps_[index]);
  Estimate estimate{best_.values[index], infinity, -infinity};
  for (const Point& valley : std::vector<Point>(valleys_)) {
    const auto below = end(valley, index, -1, valley.values[index] - estimate.low, stride, steps);
    const auto above = end(valley, index, 1, estimate.high - valley.values[index], stride, steps);
    if (!below || !above) return std::nullopt;
    estimate.low = std::min(estimate.low, valley.values[index] - *below);
    estimate.high = std::max(estimate.high, valley.values[index] + *above);
  }
  // The best may have changed on the way.
  estimate.value = std::clamp(best_.values[index], estimate.low, estimate.high);
  return estimate;
}

}  // namespace lapicque::estimation
