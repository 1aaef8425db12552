#pragma once

#include <algorithm>
#include <cmath>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/drive_bounds.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

template <class Real>
struct Sample {
  Real value;
  Real slope;
  Radius<Real> noise;
};

/// Where a root has been cornered: f(low) < 0 < f(high), and `root` is the best guess between, where f was asked last.
template <class Real>
struct Cornered {
  Real low;
  Real root;
  Real high;
};

/// The root of f between low >= 0 and high, where f(low) < 0 < f(high); f(s) returns a Sample, whose noise is the level
/// below which the value means nothing.
///
/// Newton's method, kept inside a shrinking bracket by bisection. Each turn halves the bracket or the step, or, while
/// the bracket spans many orders of magnitude, its exponents; 1000 turns are more than the digits of any Real take.
template <class Real, class Function>
Cornered<Real> corner_root(Real low, Real high, Real guess, Function&& f) {
  const auto bisect = [&] {
    if (!(high > low * Real(16.0))) return Real(low + (high - low) * Real(0.5));
    return low > Real(0.0) ? Real(low * Real(4.0)) : Real(high * Real(0x1p-32));
  };
  Real root = low < guess && guess < high ? guess : low + (high - low) * Real(0.5);
  Radius<Real> last_step = magnitude(Real(high - low));
  constexpr int most_turns = 1000;
  for (int turn = 1;; ++turn) {
    const Sample<Real> sample = f(root);
    if (magnitude(sample.value) <= sample.noise) break;
    (sample.value > Real(0.0) ? high : low) = root;
    Real next = root - sample.value / sample.slope;
    if (!(low < next && next < high) || magnitude(Real(next - root)) * 2 > last_step) next = bisect();
    last_step = magnitude(Real(next - root));
    if (!(low < next && next < high) || last_step <= magnitude(root) * RealTraits<Real>::unit) break;
    if (turn == most_turns) break;
    root = next;
  }
  return {low, root, high};
}

/// A part of a stretch in which x crosses the threshold upward: x(from) < 0 < x(to).
template <class Real>
struct Bracket {
  Real from;
  Real to;
};

/// A length so far below an ulp of the time start + offset that it does not matter where in it a crossing lies.
template <class Real>
Radius<Real> resolution(const Radius<Real>& start, const Real& offset) {
  return (start + magnitude(offset)) * Radius<Real>(0x1p-60);
}

/// The slope by which Halley's method steps from a value x to the root, given x' and x''; x' itself where that changes
/// much on the way.
template <class Real>
Real chord_slope(const Real& x, const Real& slope, const Real& second) {
  const Real change = x * second / (slope * Real(2.0));
  return magnitude(change) * 4 < magnitude(slope) ? Real(slope - change) : slope;
}

template <class Real>
struct Root {
  Real offset;         ///< ms into the stretch
  Radius<Real> error;  ///< ms: the exact crossing lies within this
  Radius<Real> slope;  ///< dx/ds there, mV/ms
  double condition;    ///< see Spike
  bool is_clear;       ///< whether the slope there bounds the error; else it is only bracketed
  bool is_by_slope;    ///< whether the error is what x is off by over the slope, and more for its change
};

/// How the time of a crossing s into the stretch depends on what makes it: see Spike::condition.
inline double condition_of(const Trajectory<double>& trajectory, double s, double slope) {
  return gross_potential(trajectory, s) * trajectory.rate / slope;
}

/// The crossing inside a bracket, as well as Real can tell, and how well that is.
/// @param start  when the stretch starts, ms
/// @param guess  where it may be, ms into the stretch; made no use of outside the bracket
template <class Real>
Root<Real> root_in(const Bracket<Real>& bracket, const Trajectory<Ball<Real>>& trajectory, const Radius<Real>& start,
                   double guess = -1) {
  using R = Radius<Real>;

  // First in double, which leaves the rest a step of Halley's method, or a few of Newton's before it.
  const Trajectory<double> rough =
      convert_trajectory<double>(trajectory, [](const Ball<Real>& x) { return convert_real<double>(x.mid); });
  const double low = convert_real<double>(bracket.from);
  const double high = convert_real<double>(bracket.to);
  if (!(low < guess && guess < high)) {
    const auto at_low = low == 0 ? rough.at_start() : rough.at<Roughness::some>(low);
    guess = low + rough.tau * std::log1p(-at_low.potential / at_low.drive);  // exact for a constant drive
  }
  double refined = guess;
  const auto rough_sample = [&](double s) {
    const auto now = rough.at<Roughness::some>(s);
    const double rise = now.rise(rough.rate);
    const double chord = chord_slope(now.potential, rise, (now.drive_slope - rise) * rough.rate);
    refined = s - now.potential / chord;
    return Sample<double>{now.potential, chord, 0x1p-20 * s * rise};
  };
  corner_root<double>(low, high, guess, rough_sample);

  // The last step cubes what the sample is off by, as a share of s and of the time in which the slope changes.
  static const R share = std::cbrt(convert_radius<double>(R(RealTraits<Real>::unit)));
  typename Trajectory<Ball<Real>>::Point point;  // at the last sample
  const R rate = magnitude(trajectory.rate.mid);
  const auto sample = [&](const Real& s) {
    point = trajectory.at(Ball<Real>(s, R(0)));
    const Real rise = point.rise(trajectory.rate).mid;
    const R slope = magnitude(rise);
    const R length = std::min(magnitude(s), R(slope / ((magnitude(point.drive_slope.mid) + slope) * rate)));
    return Sample<Real>{point.potential.mid, rise, std::max(point.potential.rad, R(slope * length * share))};
  };
  const Cornered<Real> cornered = corner_root<Real>(bracket.from, bracket.to, Real(refined), sample);

  // Within `reach` of the sample, x' stays within bend of its value there, as |x''| = |d' - x'| / tau_m; where that
  // leaves it positive, x changes sign within |x| / min x'.
  const Real& s = cornered.root;
  const Real& x = point.potential.mid;
  const Ball<Real> slope = point.rise(trajectory.rate);
  const R steepness = to_radius(slope.mid) * (1 - 0x1p-50) - slope.rad;
  const R reach = round_up(2 * greatest(point.potential) / steepness);
  const R tau = magnitude(trajectory.tau.mid) * (1 - 0x1p-40);
  const Real nearby = s > Real(reach) ? Real(s - Real(reach)) : Real(0.0);
  const R drive_curvature = DriveBounds<Real>(trajectory).curvature_bound(nearby, s + Real(reach));
  const R drive_bend = greatest(point.drive_slope) + drive_curvature * reach;
  const R bend = round_up(reach * (drive_bend + greatest(slope)) / (tau - reach));
  const double condition = condition_of(rough, convert_real<double>(s), convert_real<double>(slope.mid));
  if (!(steepness > 0 && reach < tau && bend <= steepness / 2)) {  // there is what the signs on both sides of it tell
    const R width = round_up(magnitude(Real(cornered.high - cornered.low)));
    return {s, width, to_radius(slope.mid), condition, width <= resolution<Real>(start, s), false};
  }

  if (magnitude(x) <= point.potential.rad)
    return {s, round_up(greatest(point.potential) / (steepness - bend)), to_radius(slope.mid), condition, true, true};

  // A step of Halley's method, x / (x' (1 - h)) with h = x x''/(2 x'^2), leaves x h^2 / (1 - h)^2 of the series of x up
  // to x''; |h| is no more than bend / (4 x') <= 1/8, and |x'''| = |d'' - x''| / tau_m.
  const Ball<Real> second = (point.drive_slope - slope) * trajectory.rate;
  const Real step = x / chord_slope(x, slope.mid, second.mid);
  const R length = magnitude(step);
  const R h = length * greatest(second) / steepness;
  const R third = (drive_curvature + (drive_bend + 2 * greatest(slope)) / tau) / tau;
  const R unit = to_radius(Real(RealTraits<Real>::unit));
  const R residual = point.potential.rad + magnitude(x) * (2 * h * h + 16 * unit) +
                     length * (slope.rad + length * (second.rad + length * third));
  const Real offset = std::clamp(Real(s - step), bracket.from, bracket.to);
  return {offset,
          round_up(residual / (steepness - bend) + magnitude(s) * unit * 2),
          to_radius(Real(slope.mid - second.mid * step)),
          condition,
          true,
          offset == Real(s - step)};
}

}  // namespace lapicque::detail
