#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/constants.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// A linear map between errors, and for each of its coefficients the sum of the magnitudes of what it adds up.
struct ErrorMap {
  explicit ErrorMap(std::size_t errors) : size(errors), factors(size * size), magnitudes(size * size) {}

  void add(std::size_t row, std::size_t column, double factor) {
    factors[row * size + column] += factor;
    magnitudes[row * size + column] += std::fabs(factor);
  }

  std::size_t size;
  std::vector<double> factors;  ///< row by row
  std::vector<double> magnitudes;
};

/// Errors e = sum over k of s_k axis_k with |s_k| <= length_k: a box whose axes are orthogonal and turn with what the
/// errors go through, so that it does not grow by being boxed again and again (Lohner's method with QR decomposition
/// [1]). Axes are doubles; each coefficient may be off by `slack`, relative to the magnitudes that it adds up.
/// [1] Lohner, Enclosing the solutions of ordinary initial and boundary value problems, in: Computer Arithmetic, 1987;
///     Nedialkov and Jackson, A new perspective on the wrapping effect in interval methods, SCAN 2000.
template <class R>
class ErrorSet {
 public:
  static constexpr double slack = 0x1p-28;

  ErrorSet() = default;
  /// No error.
  explicit ErrorSet(std::size_t size) : axes_(size * size), lengths_(size, R(0)) {
    for (std::size_t k = 0; k < size; ++k) axes_[k * size + k] = 1;
  }

  /// map e + noise_map n, where |n_j| <= noise_j.
  ErrorSet mapped(const ErrorMap& map, const ErrorMap& noise_map, std::span<const R> noise) const;

  /// A bound on |sum of row_j e_j|.
  R radius(std::span<const double> row) const {
    const std::size_t size = lengths_.size();
    R sum(0);
    for (std::size_t k = 0; k < size; ++k) {
      double along = 0, magnitudes = 0;
      for (std::size_t j = 0; j < size; ++j) {
        along += row[j] * axes_[j * size + k];
        magnitudes += std::fabs(row[j] * axes_[j * size + k]);
      }
      sum += R(lengths_[k] * (std::fabs(along) + slack * magnitudes));
    }
    return round_up(sum);
  }

 private:
  std::vector<double> axes_;  // row by row; an axis is a column
  std::vector<R> lengths_;
};

/// Makes `columns`, one after the other, orthogonal axes, the longest first; directions that they do not tell are taken
/// from the coordinates'. @return row by row, orthogonal to about 2^-50
inline std::vector<double> orthogonal_axes(std::vector<std::vector<double>> columns) {
  const std::size_t size = columns.size();
  const auto length = [](const std::vector<double>& v) {
    double sum = 0;
    for (const double x : v) sum += x * x;
    return std::sqrt(sum);
  };
  std::stable_sort(columns.begin(), columns.end(), [&](const auto& a, const auto& b) { return length(a) > length(b); });
  std::vector<std::vector<double>> axes;
  const auto try_axis = [&](std::vector<double> v, double least) {
    const double before = length(v);
    if (!(before > 0) || axes.size() == size) return;
    for (double& x : v) x /= before;
    for (int turn = 0; turn < 2; ++turn) {
      for (const auto& axis : axes) {
        double along = 0;
        for (std::size_t j = 0; j < size; ++j) along += axis[j] * v[j];
        for (std::size_t j = 0; j < size; ++j) v[j] -= along * axis[j];
      }
      const double left = length(v);
      if (!(left > (turn == 0 ? least : 0.5))) return;
      for (double& x : v) x /= left;
    }
    axes.push_back(std::move(v));
  };
  constexpr double parallel = 0x1p-20;  // what is left of a column beside the axes before it tells no direction
  for (auto& column : columns) try_axis(std::move(column), parallel);
  // Of the unit vectors one at least has 1/sqrt(size) of its length beside any fewer axes.
  for (std::size_t k = 0; k < size; ++k) {
    std::vector<double> unit(size);
    unit[k] = 1;
    try_axis(std::move(unit), 0.7 / std::sqrt(static_cast<double>(size)));
  }
  std::vector<double> rows(size * size);
  for (std::size_t k = 0; k < axes.size(); ++k)
    for (std::size_t j = 0; j < size; ++j) rows[j * size + k] = axes[k][j];
  return rows;
}

template <class R>
ErrorSet<R> ErrorSet<R>::mapped(const ErrorMap& map, const ErrorMap& noise_map, std::span<const R> noise) const {
  const std::size_t size = lengths_.size();
  const auto product = [&](std::span<const double> a, std::span<const double> b) {
    std::vector<double> c(size * size);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j)
        for (std::size_t k = 0; k < size; ++k) c[i * size + k] += a[i * size + j] * b[j * size + k];
    return c;
  };
  const std::vector<double> images = product(map.factors, axes_);  // of the axes

  // Lengths relative to the greatest, as multiprecision's may lie beyond double's range.
  R greatest_length(0), greatest_noise(0);
  for (std::size_t k = 0; k < size; ++k) {
    greatest_length = std::max(greatest_length, lengths_[k]);
    greatest_noise = std::max(greatest_noise, noise[k]);
  }
  const bool is_new = !(greatest_length > 0);
  std::vector<std::vector<double>> columns(size, std::vector<double>(size));
  for (std::size_t k = 0; k < size; ++k) {
    double share = 0;
    if (!is_new) share = convert_real<double>(R(lengths_[k] / greatest_length));
    if (is_new && greatest_noise > 0) share = convert_real<double>(R(noise[k] / greatest_noise));
    for (std::size_t j = 0; j < size; ++j) columns[k][j] = share * (is_new ? noise_map.factors : images)[j * size + k];
  }

  ErrorSet result(size);
  result.axes_ = orthogonal_axes(std::move(columns));
  std::vector<double> turned(size * size);  // the transpose, which is the inverse
  for (std::size_t j = 0; j < size; ++j)
    for (std::size_t k = 0; k < size; ++k) turned[k * size + j] = result.axes_[j * size + k];
  const std::vector<double> onto = product(turned, images), noise_onto = product(turned, noise_map.factors);
  R unsure(0);
  for (std::size_t j = 0; j < size; ++j) {
    R reach(0);
    for (std::size_t k = 0; k < size; ++k) reach += R(lengths_[k] * std::fabs(axes_[j * size + k]));
    for (std::size_t i = 0; i < size; ++i)
      unsure += R(reach * map.magnitudes[i * size + j] + noise[j] * noise_map.magnitudes[i * size + j]);
  }
  for (std::size_t k = 0; k < size; ++k) {
    R length = R(unsure * slack);
    for (std::size_t j = 0; j < size; ++j)
      length += R(lengths_[j] * std::fabs(onto[k * size + j]) + noise[j] * std::fabs(noise_onto[k * size + j]));
    result.lengths_[k] = round_up(length);
  }
  return result;
}

/// What the last spike's time and the parts that spikes raise are off by, together: all of it comes from the times of
/// the spikes before, so that most of it cancels, which balls forget.
///
/// The errors are e = (that of the time t_n; those of the drive's parts that spikes raise; those of the threshold's
/// parts), parts as the balls of State hold them: at fixed times a_n next to t_n. Between spikes x is linear in them,
/// so that the map to the next spike is one closed form however many events lie between:
///
///     x(R) at the release's middle R:   the threshold's parts there, and -dx/dt(R) e_0
///     x(T) at the crossing's middle T:  e^(-h/tau_m) x(R) + sum of F_p(h) e_p,  h = T - R,  F_p the response to a part
///     the crossing's time:              -x(T) / (dx/dt)(T)
///     a part, raised by j at t_n:       e_p e^(-(a' - a)/tau_p) + (j/tau_p) e^((t_n - a_n)/tau_p) e_0
///
/// Every operation on balls adds to what it makes of its operands' radii a bound on its own rounding, second-order
/// terms included; so what a radius has beyond what came of the radii at the last spike is new, and is the noise that
/// is added.
template <class Real>
class SpikeErrors {
 public:
  using Time = Clock<Real>;
  using R = Radius<Time>;

  /// How a spike's time comes about.
  struct Cause {
    enum Kind { unknown, crossing, release };
    Kind kind = unknown;  ///< of a time that is not exact
    double slope = 0;     ///< dx/dt at a crossing, mV/ms
  };

  bool are_known() const { return !radii_.empty(); }
  /// The last spike's time, ms, where they are known: the middle of its ball.
  const Time& spike_time() const { return time_; }
  void forget() { radii_.clear(); }
  /// Whether the first stretch from the release on is still to come: note_rise() needs it.
  bool await_rise() const { return are_known() && !rise_; }

  /// A spike.
  /// @param time    its middle, and how far it may be off
  /// @param anchor  when the parts have their values, ms: next to the time
  /// @param radii   of the parts, raised by a spike at the time's middle; at the return, what they are off by
  /// @return what the time is off by
  R pass_spike(const Constants<Real>& constants, const Ball<Time>& time, const Time& anchor, const Cause& cause,
               std::vector<R>& radii);

  /// The release: the refractory period after the spike, and off by what rounding adds to that.
  /// @param threshold_parts  at the spike's anchor
  /// @return what x is off by beyond the rounding of its middle
  R pass_release(const Constants<Real>& constants, const Ball<Time>& release,
                 std::span<const Ball<Time>> threshold_parts, bool is_known_exactly) {
    release_ = release.mid;
    released_potential_.assign(radii_.size(), 0.0);
    const R rounding = std::max(R(0), R(release.rad - radii_[0]));
    R beyond(0);
    if (!is_known_exactly) {
      const double to_spike = convert_real<double>(Time(time_ - anchor_));
      const double from_spike = convert_real<double>(Time(release.mid - time_));
      for (std::size_t k = 0; k < threshold_parts.size(); ++k) {
        const double tau = constants.taus[constants.threshold_parts[k].place];
        const double factor = -part_left(to_spike, tau) *
                              (constants.resets_by() ? std::expm1(-from_spike / tau) : std::exp(-from_spike / tau));
        released_potential_[1 + constants.after_spike.size() + k] = factor;
        released_potential_[0] -= factor * convert_real<double>(threshold_parts[k].mid) / tau;
        const R instants = R(radii_[0] / tau);
        const R size = greatest(threshold_parts[k]);
        beyond += R((size * instants + threshold_parts[k].rad) * instants * 2 + size * rounding / tau);
      }
    }
    released_radius_ = errors_.radius(released_potential_);
    return round_up(R(released_radius_ + beyond));
  }

  /// The first stretch from the release on. @param rise  dx/ds at its start, mV/ms
  void note_rise(const Ball<Real>& rise) { rise_ = convert_real<double>(rise.mid); }

 private:
  /// How x, the parts and the time at a spike come from the errors at the last one.
  struct Passage {
    ErrorMap map;            ///< to the errors at the spike, before it raises the parts
    std::vector<R> carried;  ///< what the radii at the last spike have made of the radii at this one
  };
  Passage passage_to(const Constants<Real>& constants, const Time& time, const Time& anchor, const Cause& cause) const;
  /// The last step to a root, by which the potential's ball is away from it, as a share of all that it depends on: see
  /// root_in().
  static constexpr double root_step = std::is_same_v<Real, double> ? 0x1p-15 : 0x1p-27;

  /// What is left, `length` ms later, of a part with this time constant.
  static double part_left(double length, double tau) { return std::exp(-length / tau); }

  ErrorSet<R> errors_{};
  std::vector<R> radii_{};  // of the errors, as the balls of the state have them
  Time time_{};             // of the last spike
  Time anchor_{};
  Time release_{};
  std::vector<double> released_potential_{};  // x at the release, by the errors
  R released_radius_{0};
  std::optional<double> rise_{};
};

template <class Real>
typename SpikeErrors<Real>::Passage SpikeErrors<Real>::passage_to(const Constants<Real>& constants, const Time& time,
                                                                  const Time& anchor, const Cause& cause) const {
  const std::size_t size = radii_.size();
  const std::size_t raises = constants.after_spike.size();
  Passage passage{ErrorMap(size), std::vector<R>(size, R(0))};
  for (std::size_t k = 1; k < size; ++k) {
    const std::size_t place =
        k <= raises ? constants.after_spike[k - 1].place : constants.threshold_parts[k - 1 - raises].place;
    const double left = part_left(convert_real<double>(Time(anchor - anchor_)), constants.taus[place]);
    passage.map.add(k, k, left);
    passage.carried[k] = R(radii_[k] * left);
  }
  if (cause.kind == Cause::release) {
    passage.map.add(0, 0, 1);
    passage.carried[0] = radii_[0];
  }
  if (cause.kind != Cause::crossing) return passage;

  const double length = convert_real<double>(Time(time - release_));
  const double left = part_left(length, constants.neuron().tau());
  for (std::size_t k = 0; k < size; ++k) passage.map.add(0, k, -left * released_potential_[k] / cause.slope);
  passage.map.add(0, 0, left * *rise_ / cause.slope);
  R potential = R((released_radius_ + radii_[0] * std::fabs(*rise_)) * left);
  Trajectory<double> response;
  response.tau = constants.neuron().tau();
  response.rate = 1 / response.tau;
  response.decays.resize(1);
  for (std::size_t k = 0; k < raises; ++k) {
    const std::size_t place = constants.after_spike[k].place;
    const Decay<Ball<Real>>& decay = constants.at_rest.decays[place];
    response.decays[0] = {convert_real<double>(decay.rate.mid), convert_real<double>(decay.gap.mid), 1.0, 0.0};
    const double gain = response.at(length).potential *
                        part_left(convert_real<double>(Time(release_ - anchor_)), constants.taus[place]);
    passage.map.add(0, 1 + k, -gain / cause.slope);
    potential += R(radii_[1 + k] * gain);
  }
  passage.carried[0] = R(potential / cause.slope);
  return passage;
}

template <class Real>
typename SpikeErrors<Real>::R SpikeErrors<Real>::pass_spike(const Constants<Real>& constants, const Ball<Time>& time,
                                                            const Time& anchor, const Cause& cause,
                                                            std::vector<R>& radii) {
  const std::size_t raises = constants.after_spike.size();
  const std::size_t size = 1 + raises + constants.threshold_parts.size();
  std::vector<R> noise{time.rad};
  noise.insert(noise.end(), radii.begin(), radii.end());

  // What the time's error raises the parts by.
  const double ahead = convert_real<double>(Time(time.mid - anchor));
  std::vector<double> raised(size);
  R most_instants(0);
  for (std::size_t k = 1; k < size; ++k) {
    const auto& [place, jump] = k <= raises ? constants.after_spike[k - 1] : constants.threshold_parts[k - 1 - raises];
    const double tau = constants.taus[place];
    raised[k] = convert_real<double>(jump.mid) * std::exp(ahead / tau) / tau;
    const R instants = R(time.rad / constants.taus[place]);
    most_instants = std::max(most_instants, instants);
    const R change = R(time.rad * (std::fabs(raised[k]) * (1 + 0x1p-40)));
    noise[k] += R(change * instants);  // the second order
    radii[k - 1] = round_up(R(radii[k - 1] + change * growth(instants)));
  }
  constexpr double linear = 0x1p-12;  // up to so small a part of all time constants
  if (!(most_instants < linear)) {
    forget();
    return time.rad;
  }

  const bool goes_on = are_known() && (cause.kind == Cause::crossing ? rise_ && cause.slope > 0
                                                                     : cause.kind == Cause::release || time.rad == 0);
  ErrorMap map(size), noise_map(size);
  noise_map.add(0, 0, 1);
  for (std::size_t k = 1; k < size; ++k) {
    noise_map.add(k, k, 1);
    noise_map.add(k, 0, raised[k]);
  }
  if (goes_on) {
    const auto [passage, carried] = passage_to(constants, time.mid, anchor, cause);
    for (std::size_t k = 0; k < size; ++k) {
      noise[k] = std::max(R(0), R(noise[k] - carried[k] * (1 - (k == 0 ? root_step : ErrorSet<R>::slack))));
      for (std::size_t j = 0; j < size; ++j) {
        map.add(k, j, passage.factors[k * size + j]);
        if (k > 0) map.add(k, j, raised[k] * passage.factors[j]);
      }
    }
  } else {
    errors_ = ErrorSet<R>(size);
  }
  errors_ = errors_.mapped(map, noise_map, noise);
  radii_.assign(size, R(0));
  std::vector<double> coordinate(size);
  for (std::size_t k = 0; k < size; ++k) {
    coordinate[k] = 1;
    radii_[k] = std::min(errors_.radius(coordinate), k == 0 ? time.rad : radii[k - 1]);
    coordinate[k] = 0;
    if (k > 0) radii[k - 1] = radii_[k];
  }
  time_ = time.mid;
  anchor_ = anchor;
  rise_.reset();
  return radii_[0];
}

}  // namespace lapicque::detail
