#include "period_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "singular_values.hpp"

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double least_current(const std::vector<Period>& periods) {
  double least = infinity;
  for (const Period& p : periods) least = std::min(least, p.current);
  return least;
}

double largest_current(const std::vector<Period>& periods) {
  double largest = -infinity;
  for (const Period& p : periods) largest = std::max(largest, p.current);
  return largest;
}

}  // namespace

PeriodFit::PeriodFit(const std::vector<Period>& periods)
    : periods_(periods),
      least_(least_current(periods)),
      span_(largest_current(periods) - least_),
      net_(periods, least_, span_),
      squares_(infinity) {
  for (const PeriodValues& start : net_.local_minima()) {
    const Point end = descend(start, Scale::rheobase, std::nullopt, 0);
    if (!(end.squares < squares_)) continue;
    squares_ = end.squares;
    values_ = end.values;
  }
}

double PeriodFit::tau() const { return std::exp(values_[log_tau]); }
double PeriodFit::distance() const { return std::exp(values_[log_far]); }
double PeriodFit::gap() const { return std::exp(values_[log_ratio] + values_[log_far]); }

PeriodValues PeriodFit::values(Scale scale) const {
  PeriodValues result = values_;
  if (scale == Scale::reset) result[log_far] += std::log1p(std::exp(values_[log_ratio]));
  return result;
}

std::optional<PeriodValues> PeriodFit::errors(Scale scale) const {
  constexpr double told_apart_from = 1e-10;  // of the largest singular value
  const auto [off, slopes] = at(values(scale), scale);
  const PeriodValues unit = slopes.colwise().norm().cwiseInverse().transpose();
  if (!unit.allFinite()) return std::nullopt;
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(slopes * unit.asDiagonal(), Eigen::ComputeThinU | Eigen::ComputeThinV);
  const auto& singular = svd.singularValues();
  if (!(singular[3] > told_apart_from * singular[0])) return std::nullopt;
  const Eigen::Matrix4d root = unit.asDiagonal() * svd.matrixV() * singular.cwiseInverse().asDiagonal();
  return root.rowwise().norm();
}

PeriodFit::Point PeriodFit::profile(const PeriodValues& from, Scale scale, PeriodIndex held, double noise,
                                    bool widely) const {
  constexpr double small = 1e-7;  // of the noise's squares
  const double settled = small * noise * noise;
  const Point near = descend(from, scale, held, settled);
  if (!widely) return near;
  const auto elsewhere = best_elsewhere(near.values, scale, held);
  if (!elsewhere) return near;
  const Point other = descend(*elsewhere, scale, held, settled);
  return other.squares < near.squares ? other : near;
}

PeriodFit::Linearised PeriodFit::at(const PeriodValues& values, Scale scale) const {
  const auto count = static_cast<Eigen::Index>(periods_.size());
  Linearised result{Eigen::VectorXd(count), Eigen::Matrix<double, Eigen::Dynamic, 4>(count, 4)};
  const double tau = std::exp(values[log_tau]);
  const double ratio = std::exp(values[log_ratio]);
  const double distance = std::exp(values[log_far]) / (scale == Scale::reset ? 1 + ratio : 1);
  const double gap = ratio * distance;
  for (Eigen::Index row = 0; row < count; ++row) {
    const Period& p = periods_[static_cast<std::size_t>(row)];
    const double above = p.current - least_ + distance;
    const double charging = tau * std::log1p(gap / above);
    result.off[row] = (values[refractory_period] + charging - p.value) / p.error;
    const double by_gap = tau * gap / (above + gap);
    const double by_far = by_gap * (p.current - least_) / above;
    const double by_ratio = scale == Scale::reset ? by_gap * (1 + gap / above) / (1 + ratio) : by_gap;
    result.slopes.row(row) << 1, charging, by_ratio, by_far;
    result.slopes.row(row) /= p.error;
  }
  return result;
}

/// The best ratio of a line for a given distance of the least current from the rheobase or the reset current.
std::optional<PeriodValues> PeriodFit::best_of_line(const PeriodValues& from, Scale scale) const {
  constexpr double least_ratio = 1e-6;
  constexpr double most_ratio = 1e7;
  constexpr double mesh = 3;  // from one ratio to the next
  const double far = std::exp(from[log_far]);
  double least = infinity;
  PeriodValues best = from;
  for (double ratio = least_ratio; ratio < most_ratio; ratio *= mesh) {
    const double distance = scale == Scale::reset ? far / (1 + ratio) : far;
    const Knot k = make_knot(periods_, least_, distance, ratio * distance);
    if (!(k.squares() < least)) continue;
    least = k.squares();
    best = k.values();
    best[log_far] = from[log_far];
  }
  if (!std::isfinite(least)) return std::nullopt;
  return best;
}

std::optional<PeriodValues> PeriodFit::best_elsewhere(const PeriodValues& from, Scale scale, PeriodIndex held) const {
  if (held == log_far) return best_of_line(from, scale);
  return held == log_tau ? net_.best_at_tau(std::exp(from[log_tau])) : net_.best_at_refractory(from[refractory_period]);
}

/// Levenberg and Marquardt's method.
PeriodFit::Point PeriodFit::descend(const PeriodValues& from, Scale scale, std::optional<PeriodIndex> held,
                                    double settled) const {
  constexpr double first_damping = 1e-3;  // of each slope's square
  constexpr double least_damping = 1e-15;
  constexpr double stiff = 1e12;  // no step, however short, gains anything
  constexpr int most_small_gains = 3;
  constexpr double tiny = 1e-300;  // instead of no slope
  const int most_steps = held ? 60 : 500;
  double damping = first_damping;
  int small_gains = 0;
  Linearised here = at(from, scale);
  Point point{from, here.off.squaredNorm()};
  for (int step = 0; step < most_steps && damping < stiff && small_gains < most_small_gains; ++step) {
    if (held) here.slopes.col(*held).setZero();
    const PeriodValues unit = here.slopes.colwise().norm().cwiseMax(tiny).transpose();
    // The damping as further rows keeps the digits that normal equations lose.
    Eigen::Matrix<double, Eigen::Dynamic, 4> design(here.slopes.rows() + 4, 4);
    design << here.slopes * unit.cwiseInverse().asDiagonal(), std::sqrt(damping) * Eigen::Matrix4d::Identity();
    Eigen::VectorXd target(here.off.size() + 4);
    target << here.off, PeriodValues::Zero();
    const PeriodValues change = -(unit.cwiseInverse().asDiagonal() * design.colPivHouseholderQr().solve(target));
    const PeriodValues next = point.values + change;
    Linearised there = at(next, scale);
    const double next_squares = there.off.squaredNorm();
    if (next_squares < point.squares) {
      small_gains = point.squares - next_squares < settled ? small_gains + 1 : 0;
      point = {next, next_squares};
      here = std::move(there);
      damping /= 10;
    } else {
      damping = std::max(damping, least_damping) * 10;
    }
  }
  return point;
}

}  // namespace lapicque::estimation
