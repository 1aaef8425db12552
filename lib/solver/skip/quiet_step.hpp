#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/input_drive.hpp"
#include "solver/skip/stretches_ahead.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// A decaying part of the drive in the digits of Real, mV: see Decay.
template <class Real>
struct QuietPart {
  Ball<Real> exponential{0.0};
  Ball<Real> alpha{0.0};
  bool acts = false;  ///< whether it is anything but zero
};

/// Carries a neuron over stretches between events on which u plainly stays below the threshold, as on most stretches
/// between the arrivals of a synaptic barrage.
///
/// It evaluates the closed forms of Trajectory as increments, x(s) = x(0) + (level - x(0)) F + ..., once and without
/// balls: the error bound is worked out by hand. With u = RealTraits::unit and f = function_unit, and all second-order
/// terms covered by a factor of 1 + 2^-20:
///
///     z = s/tau                    v: 2 u in double; where the clock has no more digits, 4 u
///     F = 1 - e^-z                 k: f, what the clock's digits leave, and in double u for a product's rounding
///     e^-z                         f and v z
///     (F_m - F_s) / gap            the errors of both over |gap|, and of the whole 2 u and that of 1/gap, g
///     z e^(-z') phi1               p f + 3 u + 2 v + g of the whole, and 1.4 z times the error of F' and u for e^(-z')
///     z z_s e^(-z') phi2 or chi    p f + 3 u + 3 v + g of the whole, and z z_s times the same
///     tau (z - F), of a slope      v z + k F, and 3 u of the whole
///
/// with z' the lesser of z and z_s and F' = 1 - e^(-z'), p of phi1, phi2 and chi as phi.hpp has it, and g >= 2 u.
/// StretchesAhead has them beside its filters. Sinusoids come as balls. Each product and each sum adds u of its result,
/// or of what it is a part of. What underflows anywhere is a factor of what is carried.
///
/// Several stretches are passed at once. What each of them adds to an error is bounded by one number for all of them,
/// from bounds on how large x and the parts become on the way, so that a stretch costs little more than its formulas.
template <class Real>
class QuietStep {
 public:
  using Time = Clock<Real>;
  using U = QuietUnits<Real>;
  using Parts = std::vector<QuietPart<Real>>;

  /// @param tau         tau_m, ms
  /// @param taus        tau_s, ms, ascending
  /// @param response    which has a Decay for each of them
  /// @param with_alpha  whether there are alpha drives
  /// @param alpha_gain  by what the weights of alpha synapses are multiplied
  QuietStep(double tau, std::span<const double> taus, const Trajectory<Ball<Real>>& response, bool with_alpha,
            const Ball<Real>& alpha_gain)
      : ahead_(tau, taus, response, with_alpha),
        tau_(tau),
        rounding_(0x1p-48 * (5 + static_cast<double>(taus.size()))),
        roundings_((2 * static_cast<double>(taus.size()) + 6) * U::u),
        alpha_arrival_error_((2 * U::u + alpha_gain.rad / size(alpha_gain.mid)) * second_order),
        bounds_(taus.size()) {}

  StretchesAhead<Real>& ahead() { return ahead_; }

  /// Takes note of the drive that is not of decaying parts, on stretches that have been looked at.
  /// @param first, last  the lanes, [first, last); one alone where the input changes along the stretch
  /// @param input        from the start of these stretches on
  void place_input(std::size_t first, std::size_t last, const InputDrive<Real>& input);
  /// Forgets the bounds on it, when other stretches have been looked at.
  void forget_input() { greatest_input_error_ = input_gross_ = input_down_ = 0; }

  struct Passed {
    std::size_t stretches = 0;      ///< with what happens at their ends
    bool is_at_next_event = false;  ///< the stretch after these is passed as well, but for the jump at its end
  };
  /// Carries the potential x < 0 and the parts over stretches that have been looked at, and lets what happens at the
  /// end of each happen, as long as it is plain that x stays below 0. What follows has not changed.
  /// @param first, last  the lanes, [first, last)
  Passed pass(std::size_t first, std::size_t last, Ball<Real>& potential, Parts& parts);

  /// Lets the parts decay over a stretch that has been looked at, and nothing else happen.
  void decay(std::size_t lane, Parts& parts) { decay_along<false>(lane, lane + 1, parts); }
  /// Lets the parts decay over stretches that have been looked at, [first, last), and what arrives at their ends
  /// arrive.
  void decay_and_arrive(std::size_t first, std::size_t last, Parts& parts) { decay_along<true>(first, last, parts); }

  /// How far x may be off at the stretch's start where its time is known to within `error` ms only: tau_m |dx/dt| = |d
  /// - x| and what that changes by within the error, mV; infinite where the error is no instant for all that decays.
  double blur(double error, const InputDrive<Real>& input, const Ball<Real>& potential, const Parts& parts) const;

 private:
  static constexpr double second_order = 1 + 0x1p-20;
  /// What carried() costs beside rounding its result, relative to x.
  static double carrying(double gone) { return gone * (U::k + 2 * U::u) + (U::is_clock ? U::f + 4 * U::u : 0); }
  /// What factors cost that underflow, beside numbers near 1, where scaled() brings the neuron's; so large that no
  /// arithmetic with it is denormal, which takes processors a hundred cycles.
  static constexpr double underflow = 0x1p-1000;

  /// What an input makes the potential gain on a stretch, mV, and bounds on the drive that makes it gain.
  struct Gain {
    Real value{0.0};
    double error = 0;
    double terms = 0;     ///< the sum of the magnitudes of what is added up
    double greatest = 0;  ///< the drive, all along the stretch
    double least = 0;
    double gross = 0;  ///< the sum of the magnitudes of the drive's parts
    bool rises = true;
  };
  void add_slope(std::size_t lane, const Ball<Real>& slope, Gain& gain) const;
  void add_wave(std::size_t lane, const Sine<Ball<Real>>& wave, Gain& gain) const;
  Gain level_gain(const Ball<Real>& level, const Real& gone) const;
  Gain gain_of(std::size_t lane, const InputDrive<Real>& input) const;

  /// Bounds on a decaying part along stretches.
  struct PartBounds {
    double down = 0;  ///< on how far below 0 it comes
    double size = 0;
    double radius = 0;
    double alpha_size = 0;
    double alpha_radius = 0;
    // On what a stretch adds to the radii:
    double gain = 0;
    double gain_by_gone = 0;
    double gain_by_z = 0;
    double alpha_gain = 0;
    double alpha_gain_by_gone = 0;
    double potential_gain_by_gone = 0;
  };
  PartBounds bounds_of(std::size_t n, const StretchRange& range, const QuietPart<Real>& part) const;
  /// What each stretch adds to the error of x, and how far below 0 a bound has to be for it to be plain that x is.
  struct Bounds {
    double gain = 0;
    double gain_by_gone = 0;
    double gain_by_z = 0;
    double margin = 0;
  };
  Bounds bounds_along(const StretchRange& range, const Ball<Real>& potential, Parts& parts);
  bool takes_one_by_one(const StretchRange& range) const;

  bool sign_at_end_decides(std::size_t lane, std::span<const QuietPart<Real>> parts, double margin) const;
  template <bool with_alpha, class SomeParts>
  Passed pass_within(const Bounds& bounds, std::size_t first, std::size_t last, Ball<Real>& potential,
                     SomeParts& parts) const;
  template <bool with_alpha, bool with_arrivals, class SomeParts>
  void advance(std::size_t lane, SomeParts& parts) const;
  template <bool with_arrivals>
  void decay_along(std::size_t first, std::size_t last, Parts& parts);

  /// Covers the roundings of radii along as many stretches as are looked at, and of the factors that they decay by.
  static void cover_roundings(QuietPart<Real>& part) {
    part.exponential.rad *= second_order;
    part.alpha.rad *= second_order;
  }

  /// A bound on z e^-z along the stretch, which stays below z and below 1/e.
  static double greatest_shape(const typename StretchesAhead<Real>::Part& part, std::size_t lane) {
    return std::min(greatest_alpha_shape, size(part.z[lane]));
  }
  static double amplitude(const Sine<Ball<Real>>& wave) { return greatest(wave.sine) + greatest(wave.cosine); }

  StretchesAhead<Real> ahead_;
  Real tau_;          // ms
  double rounding_;   // of a sum of all parts of the drive but sinusoids, relative to their magnitudes, and more
  double roundings_;  // those of a sum over all parts, relative
  double alpha_arrival_error_;  // relative
  // What an input makes of the stretches ahead, and bounds for all of them since the lanes were looked at:
  Lanes<Real> input_gain_{};
  std::array<double, lanes> input_greatest_{};
  std::array<double, lanes> input_least_{};
  std::array<bool, lanes> input_rises_{};
  std::array<double, lanes> input_error_{};
  double greatest_input_error_ = 0;
  double input_gross_ = 0;
  double input_down_ = 0;
  std::vector<PartBounds> bounds_;  // of each part, along the stretches that are passed
};

template <class Real>
void QuietStep<Real>::add_slope(std::size_t lane, const Ball<Real>& slope, Gain& gain) const {
  const Real z = ahead_.membrane().z[lane];
  const Real gone = ahead_.membrane().gone[lane];
  const Real strength = slope.mid * tau_;  // what it comes to in tau_m
  const Real filter = z - gone;
  const double strength_size = size(strength);
  const double radius = slope.rad * size(tau_);
  gain.value = gain.value + strength * filter;
  gain.terms += strength_size * size(filter);
  gain.error += strength_size * (U::v * size(z) + U::k * size(gone) + 3 * U::u * size(filter)) + radius * size(filter);
  const double rise = convert_real<double>(strength * z);
  gain.greatest += std::max(0.0, rise) + radius * size(z);
  gain.least += std::min(0.0, rise) * second_order - radius * size(z) * second_order;
  gain.gross += size(rise) + radius * size(z);
  gain.rises = convert_real<double>(slope.mid) >= slope.rad;
}

/// A sinusoid, within amplitude (omega s)^2 / 8 of its chord.
template <class Real>
void QuietStep<Real>::add_wave(std::size_t lane, const Sine<Ball<Real>>& wave, Gain& gain) const {
  const Real z = ahead_.membrane().z[lane];
  const Real gone = ahead_.membrane().gone[lane];
  const Ball<Real> s = Ball<Real>(z, U::v * size(z)) * Ball<Real>(tau_, 0);
  const auto now = wave_after(wave, s, Ball<Real>(gone, U::k * size(gone)));
  gain.value = gain.value + now.potential.mid;
  gain.terms += size(now.potential.mid);
  gain.error += now.potential.rad;
  const double most = amplitude(wave);
  const double angle = greatest(wave.omega * s);
  const double sag = most * angle * angle * 0.126 + wave.sine.rad + now.sine.rad;
  const double before = convert_real<double>(wave.sine.mid);
  const double after = convert_real<double>(now.sine.mid);
  gain.greatest += std::min(most, std::max(before, after) + sag);
  gain.least += std::max(-most, std::min(before, after) - sag);
  gain.gross += most * (1 + 0x1p-48 / rounding_);  // one more term of a sum
  gain.rises = false;
}

/// What a level makes of a stretch after which this is gone of x; roundings of the sum of all that an input makes
/// included.
template <class Real>
typename QuietStep<Real>::Gain QuietStep<Real>::level_gain(const Ball<Real>& level, const Real& gone) const {
  const double middle = convert_real<double>(level.mid);
  Gain gain{.value = level.mid * gone};
  gain.terms = size(gain.value);
  gain.error = gain.terms * (U::k + 2 * U::u + roundings_) + level.rad * size(gone);
  gain.greatest = middle + level.rad;
  gain.least = middle - level.rad;
  gain.gross = size(level.mid) + level.rad;
  return gain;
}

template <class Real>
typename QuietStep<Real>::Gain QuietStep<Real>::gain_of(std::size_t lane, const InputDrive<Real>& input) const {
  Gain gain = level_gain(input.level, ahead_.membrane().gone[lane]);
  if (!vanishes(input.slope)) add_slope(lane, input.slope, gain);
  for (const auto& wave : input.waves) add_wave(lane, wave, gain);
  gain.error += (roundings_ + static_cast<double>(input.waves.size()) * U::u) * gain.terms;
  return gain;
}

template <class Real>
void QuietStep<Real>::place_input(std::size_t first, std::size_t last, const InputDrive<Real>& input) {
  const auto take_bounds = [this](const Gain& gain) {
    greatest_input_error_ = std::max(greatest_input_error_, gain.error);
    input_gross_ = std::max(input_gross_, gain.gross);
    input_down_ = std::max(input_down_, -gain.least);
  };
  if (input.moves()) {
    for (std::size_t lane = first; lane < last; ++lane) {
      const Gain gain = gain_of(lane, input);
      input_gain_.set(lane, gain.value);
      input_greatest_[lane] = gain.greatest;
      input_least_[lane] = gain.least;
      input_rises_[lane] = gain.rises;
      input_error_[lane] = gain.error;
      take_bounds(gain);
    }
    return;
  }
  // Most often nothing but parts moves.
  const double most_gone = ahead_.greatest_gone(ahead_.range(first, last), ahead_.membrane());
  const Gain gain = level_gain(input.level, Real(most_gone));
  const double error_by_gone = gain.error / most_gone;
  for (std::size_t lane = first; lane < last; ++lane) {
    const Real gone = ahead_.membrane().gone[lane];
    input_gain_.set(lane, input.level.mid * gone);
    input_error_[lane] = error_by_gone * size(gone);
    input_greatest_[lane] = gain.greatest;
    input_least_[lane] = gain.least;
    input_rises_[lane] = true;
  }
  take_bounds(gain);
}

/// Bounds on part n along `count` of the stretches that have been looked at.
template <class Real>
typename QuietStep<Real>::PartBounds QuietStep<Real>::bounds_of(std::size_t n, const StretchRange& range,
                                                                const QuietPart<Real>& part) const {
  const auto& ahead = ahead_.parts()[n];
  const double stretches = static_cast<double>(range.count);
  const double most_gone = ahead_.greatest_gone(range, ahead);
  const double strength = convert_real<double>(part.exponential.mid);
  const double by_gone = carrying(1) - carrying(0);
  double up = std::max(0.0, strength) + ahead.arrivals.up(range);
  PartBounds bounds;
  bounds.down = std::max(0.0, -strength) + ahead.arrivals.down(range);
  bounds.radius = part.exponential.rad;
  if (ahead_.with_alpha()) {
    const double turning = convert_real<double>(part.alpha.mid);
    const double alpha_up = std::max(0.0, turning) + ahead.alpha_arrivals.up(range);
    const double alpha_down = std::max(0.0, -turning) + ahead.alpha_arrivals.down(range);
    const double shape = std::min(greatest_alpha_shape, ahead_.sum_of_z(range, ahead));
    bounds.alpha_size = std::max(alpha_up, alpha_down) * second_order;
    bounds.alpha_gain = (bounds.alpha_size * (carrying(0) + 2 * U::u) +
                         ahead.alpha_arrivals.greatest(range) * alpha_arrival_error_ + underflow) *
                        second_order;
    bounds.alpha_gain_by_gone = bounds.alpha_size * by_gone * second_order;
    bounds.alpha_radius =
        (part.alpha.rad + stretches * (bounds.alpha_gain + bounds.alpha_gain_by_gone * most_gone)) * second_order;
    up += alpha_up * shape;
    bounds.down += alpha_down * shape;
    // As (e + a z) e^-z is worked out, it comes to as much as e + a z in between.
    bounds.gain_by_z = bounds.alpha_size * (carrying(most_gone) + 4 * U::u + U::v) * second_order;
    bounds.radius += bounds.alpha_radius * shape;
  }
  bounds.size = std::max(up, bounds.down) * second_order;
  bounds.gain =
      (bounds.size * (carrying(0) + 3 * U::u) + ahead.arrivals.greatest(range) * U::u + underflow) * second_order;
  bounds.gain_by_gone = bounds.size * by_gone * second_order;
  const double gain =
      bounds.gain + bounds.gain_by_gone * most_gone + bounds.gain_by_z * ahead_.greatest_z(range, ahead);
  bounds.radius = (bounds.radius + stretches * gain) * second_order;
  return bounds;
}

template <class Real>
typename QuietStep<Real>::Bounds QuietStep<Real>::bounds_along(const StretchRange& range, const Ball<Real>& potential,
                                                               Parts& parts) {
  double down = input_down_;  // how far below 0 the drive comes
  double gross = input_gross_;
  double radii = 0;
  double parts_gain = 0;
  Bounds bounds;
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const auto& ahead = ahead_.parts()[n];
    parts[n].acts = parts[n].acts || ahead.anything_arrives();
    if (!parts[n].acts) continue;
    PartBounds& part = bounds_[n] = bounds_of(n, range, parts[n]);
    down += part.down;
    gross += part.size + part.alpha_size;
    radii += part.radius + part.alpha_radius;
    const auto add = [&](double size, double radius, const StretchError& error) {
      bounds.gain_by_gone += size * error.by_gone + radius;
      bounds.gain_by_z += size * error.by_z;
      part.potential_gain_by_gone += size * error.by_part_gone * second_order;
    };
    add(part.size, part.radius, ahead_.filter_error(range, ahead));
    if (ahead_.with_alpha())
      add(part.alpha_size, part.alpha_radius * greatest_alpha_shape, ahead_.alpha_filter_error(range, ahead));
    parts_gain += part.potential_gain_by_gone * ahead_.greatest_gone(range, ahead);
  }
  // x never lies below both where it starts and the least drive, but for jumps.
  const auto& membrane = ahead_.membrane();
  const auto& jumps = ahead_.jumps();
  const double lowest = (std::max(size(potential.mid), down) + jumps.down(range)) * second_order;
  bounds.gain = (lowest * (carrying(0) + (jumps.any ? 2 : 1) * U::u) + underflow) * second_order;
  bounds.gain_by_gone = (bounds.gain_by_gone + lowest * (carrying(1) - carrying(0))) * second_order;
  bounds.gain_by_z *= second_order;
  const double gain = bounds.gain + bounds.gain_by_gone * ahead_.greatest_gone(range, membrane) +
                      bounds.gain_by_z * ahead_.greatest_z(range, membrane) + greatest_input_error_ + parts_gain;
  const double radius = (potential.rad + static_cast<double>(range.count) * gain) * second_order;
  bounds.margin = (radius + radii + (gross + radii + lowest) * rounding_) * second_order;
  return bounds;
}

/// Whether bounds for all of the stretches at once would be far too wide, as the parts decay too much on the way.
template <class Real>
bool QuietStep<Real>::takes_one_by_one(const StretchRange& range) const {
  return range.count > 1 && !ahead_.parts().empty() && ahead_.sum_of_z(range, ahead_.parts().front()) > 2;
}

/// Whether d > 0 throughout, or rises: then x crosses 0 upward only if it ends above it.
template <class Real>
[[gnu::noinline]] bool QuietStep<Real>::sign_at_end_decides(std::size_t lane, std::span<const QuietPart<Real>> parts,
                                                            double margin) const {
  double least = input_least_[lane];
  bool rises = input_rises_[lane];
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const auto& [exponential, alpha, acts] = parts[n];
    if (!acts) continue;
    const auto& part = ahead_.parts()[n];
    const double now = convert_real<double>(exponential.mid);
    least += std::min(now, now * convert_real<double>(part.left[lane]));
    rises = rises && now + margin <= 0;
    if (vanishes(alpha)) continue;
    least += std::min(0.0, convert_real<double>(alpha.mid) * greatest_shape(part, lane));
    rises = false;
  }
  return rises || least > margin;
}

/// What is left of x, and what is added: in double x (1 - F) + added, so that no digits are lost that are not gone; in
/// double-double x e^-z + added, which waits for less.
inline double carried(double x, double gone, double, double added) { return x + (added - x * gone); }
inline DoubleDouble carried(const DoubleDouble& x, const DoubleDouble&, const DoubleDouble& left,
                            const DoubleDouble& added) {
  return multiply_add(x, left, added);
}

/// (e + a z) e^-z and a e^-z, and what arrives.
template <class Real>
template <bool with_alpha, bool with_arrivals, class SomeParts>
void QuietStep<Real>::advance(std::size_t lane, SomeParts& parts) const {
  for (std::size_t n = 0; n < parts.size(); ++n) {
    auto& [exponential, alpha, acts] = parts[n];
    if (!acts) continue;
    const auto& ahead = ahead_.parts()[n];
    const PartBounds& bounds = bounds_[n];
    const Real gone = ahead.gone[lane];
    const Real left = ahead.left[lane];
    const double rest = convert_real<double>(left);
    if constexpr (with_alpha) {
      const Real z = ahead.z[lane];
      exponential.mid = multiply_add(alpha.mid, z, exponential.mid);
      exponential.rad += alpha.rad * size(z);
      alpha.mid = carried(alpha.mid, gone, left, Real(0));
      alpha.rad = alpha.rad * rest + bounds.alpha_gain + bounds.alpha_gain_by_gone * size(gone);
      if constexpr (with_arrivals) alpha.mid = alpha.mid + ahead.alpha_arrivals.sizes[lane];
    }
    exponential.mid = carried(exponential.mid, gone, left, Real(0));
    exponential.rad = exponential.rad * rest + bounds.gain + bounds.gain_by_gone * size(gone);
    if constexpr (with_alpha) exponential.rad += bounds.gain_by_z * size(ahead.z[lane]);
    if constexpr (with_arrivals) exponential.mid = exponential.mid + ahead.arrivals.sizes[lane];
  }
}

template <class Real>
template <bool with_arrivals>
void QuietStep<Real>::decay_along(std::size_t first, std::size_t last, Parts& parts) {
  const StretchRange range = ahead_.range(first, last);
  if (takes_one_by_one(range)) {
    for (std::size_t lane = first; lane < last; ++lane) decay_along<with_arrivals>(lane, lane + 1, parts);
    return;
  }
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if constexpr (with_arrivals) parts[n].acts = parts[n].acts || ahead_.parts()[n].anything_arrives();
    bounds_[n] = bounds_of(n, range, parts[n]);
  }
  for (std::size_t lane = first; lane < last; ++lane) {
    if (ahead_.with_alpha()) {
      advance<true, with_arrivals>(lane, parts);
    } else {
      advance<false, with_arrivals>(lane, parts);
    }
  }
  for (auto& part : parts) cover_roundings(part);
}

template <class Real>
typename QuietStep<Real>::Passed QuietStep<Real>::pass(std::size_t first, std::size_t last, Ball<Real>& potential,
                                                       Parts& parts) {
  Passed passed;
  const StretchRange range = ahead_.range(first, last);
  if (takes_one_by_one(range)) {
    for (std::size_t lane = first; lane < last; ++lane) {
      const Passed one = pass(lane, lane + 1, potential, parts);
      passed.stretches += one.stretches;
      passed.is_at_next_event = one.is_at_next_event;
      if (one.stretches == 0) break;
    }
    return passed;
  }
  const Bounds bounds = bounds_along(range, potential, parts);
  // So many parts are kept in registers.
  const auto pass_few = [&]<std::size_t count>(std::array<QuietPart<Real>, count> few) {
    std::copy_n(parts.begin(), count, few.begin());
    const Passed few_passed = ahead_.with_alpha() ? pass_within<true>(bounds, first, last, potential, few)
                                                  : pass_within<false>(bounds, first, last, potential, few);
    std::copy_n(few.begin(), count, parts.begin());
    return few_passed;
  };
  if (parts.size() == 1) {
    passed = pass_few(std::array<QuietPart<Real>, 1>{});
  } else if (parts.size() == 2) {
    passed = pass_few(std::array<QuietPart<Real>, 2>{});
  } else {
    passed = ahead_.with_alpha() ? pass_within<true>(bounds, first, last, potential, parts)
                                 : pass_within<false>(bounds, first, last, potential, parts);
  }
  potential.rad *= second_order;
  for (auto& part : parts) cover_roundings(part);
  return passed;
}

template <class Real>
template <bool with_alpha, class SomeParts>
typename QuietStep<Real>::Passed QuietStep<Real>::pass_within(const Bounds& bounds, std::size_t first, std::size_t last,
                                                              Ball<Real>& potential, SomeParts& parts) const {
  const auto& membrane = ahead_.membrane();
  const auto& jumps = ahead_.jumps();
  const bool may_jump = jumps.any;
  const bool has_z = bounds.gain_by_z > 0;
  const double margin = bounds.margin;
  Ball<Real> x = potential;
  Passed passed;
  for (std::size_t lane = first; lane < last && ahead_.covers(lane); ++lane) {
    const double lost = convert_real<double>(membrane.gone[lane]);
    Real gain = input_gain_[lane];
    double error = bounds.gain + bounds.gain_by_gone * size(membrane.gone[lane]) + input_error_[lane];
    if (has_z) error += bounds.gain_by_z * size(membrane.z[lane]);
    double greatest = input_greatest_[lane];
    for (std::size_t n = 0; n < parts.size(); ++n) {
      const auto& [exponential, alpha, acts] = parts[n];
      if (!acts) continue;
      const auto& part = ahead_.parts()[n];
      const double strength = convert_real<double>(exponential.mid);
      gain = multiply_add(exponential.mid, part.filter[lane], gain);
      error += bounds_[n].potential_gain_by_gone * size(part.gone[lane]);
      greatest += std::max(strength, strength * convert_real<double>(part.left[lane]));
      if constexpr (with_alpha) {
        gain = multiply_add(alpha.mid, part.alpha_filter[lane], gain);
        greatest += std::max(0.0, convert_real<double>(alpha.mid)) * greatest_shape(part, lane);
      }
    }
    const Real end = carried(x.mid, membrane.gone[lane], membrane.left[lane], gain);
    // x(s) <= x(0) + (sup d - x(0)) (1 - e^(-s/tau_m)), or x falls where d < x(0).
    const double start = convert_real<double>(x.mid);
    if (!(start + std::max(0.0, greatest - start) * lost + margin < 0) &&
        !(convert_real<double>(end) + margin < 0 && sign_at_end_decides(lane, parts, margin))) {
      break;
    }
    x.mid = end;
    x.rad = x.rad * convert_real<double>(membrane.left[lane]) + error;
    if (may_jump) {
      const Real landing = end + jumps.sizes[lane];
      if (!(convert_real<double>(landing) + margin < 0)) {
        passed.is_at_next_event = true;
        advance<with_alpha, false>(lane, parts);
        break;
      }
      x.mid = landing;
    }
    advance<with_alpha, true>(lane, parts);
    ++passed.stretches;
  }
  potential = x;
  return passed;
}

template <class Real>
double QuietStep<Real>::blur(double error, const InputDrive<Real>& input, const Ball<Real>& potential,
                             const Parts& parts) const {
  const Ball<Real>& level = input.level;
  const Ball<Real>& slope = input.slope;
  const double rate = convert_real<double>(ahead_.membrane().rate) * (1 + 0x1p-50);
  double fastest = rate;
  Real rise = level.mid - potential.mid;
  double known_to = level.rad + potential.rad + error * (size(slope.mid) + slope.rad);
  double gross = size(level.mid) + size(potential.mid);
  for (const auto& wave : input.waves) {
    const double most = amplitude(wave);
    rise = rise + wave.sine.mid;
    known_to += wave.sine.rad + error * greatest(wave.omega) * most;
    gross += most;
  }
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const auto& [exponential, alpha, acts] = parts[n];
    if (!acts) continue;
    rise = rise + exponential.mid;
    known_to += exponential.rad;
    gross += greatest(exponential) + greatest(alpha);
    fastest = std::max(fastest, convert_real<double>(ahead_.parts()[n].rate));
  }
  const double instants = error * fastest;
  if (!(instants < 0x1p-12)) return std::numeric_limits<double>::infinity();
  const double rounding = 4 * U::u * static_cast<double>(parts.size() + input.waves.size() + 4);
  return error * rate * (size(rise) + known_to + gross * (4 * instants + rounding)) * (1 + 4 * instants + 0x1p-40);
}

}  // namespace lapicque::detail
