#pragma once

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

template <class Real>
struct Root {
  Real offset;         ///< ms into the stretch
  Radius<Real> error;  ///< ms: the exact crossing lies within this
  Radius<Real> slope;  ///< dx/ds there, mV/ms
  double condition;    ///< see Spike
  bool is_clear;       ///< whether the slope there bounds the error; else it is only bracketed
};

/// How the time of a crossing s into the stretch depends on what makes it: see Spike::condition.
inline double condition_of(const Trajectory<double>& trajectory, double s, double slope) {
  return gross_potential(trajectory, s) * trajectory.rate / slope;
}

/// The crossing inside a bracket, as well as Real can tell, and how well that is.
/// @param start  when the stretch starts, ms
template <class Real>
Root<Real> root_in(const Bracket<Real>& bracket, const Trajectory<Ball<Real>>& trajectory, const Radius<Real>& start) {
  using R = Radius<Real>;

  // First in double, which leaves the rest a step or two of Newton. Once half the digits stand, one step brings them
  // all.
  const Trajectory<double> rough =
      convert_trajectory<double>(trajectory, [](const Ball<Real>& x) { return convert_real<double>(x.mid); });
  const double low = convert_real<double>(bracket.from);
  const double high = convert_real<double>(bracket.to);
  const auto at_low = low == 0 ? rough.at_start() : rough.at<Roughness::some>(low);
  const double guess = low + rough.tau * std::log1p(-at_low.potential / at_low.drive);  // exact for a constant drive
  double refined = guess;
  const auto rough_sample = [&](double s) {
    const auto now = rough.at<Roughness::some>(s);
    const double rise = now.rise(rough.rate);
    refined = s - now.potential / rise;
    return Sample<double>{now.potential, rise, 0x1p-28 * s * rise};
  };
  corner_root<double>(low, high, guess, rough_sample);

  typename Trajectory<Ball<Real>>::Point point;  // at the last sample, which is the root
  const auto sample = [&](const Real& s) {
    point = trajectory.at(Ball<Real>(s, R(0)));
    return Sample<Real>{point.potential.mid, point.rise(trajectory.rate).mid, point.potential.rad};
  };
  const Cornered<Real> cornered = corner_root<Real>(bracket.from, bracket.to, Real(refined), sample);
  const Real& offset = cornered.root;

  // Within `reach` of the offset, x' stays within bend of its value there, as |x''| = |d' - x'| / tau_m; where that
  // leaves it positive, x changes sign within |x| / min x'.
  const Ball<Real> slope = point.rise(trajectory.rate);
  const R steepness = convert_real<R>(slope.mid) * (1 - 0x1p-50) - slope.rad;
  const R residual = greatest(point.potential);
  const R reach = round_up(2 * residual / steepness);
  const R tau = magnitude(trajectory.tau.mid) * (1 - 0x1p-40);
  const Real nearby = offset > Real(reach) ? Real(offset - Real(reach)) : Real(0.0);
  const R drive_curvature = DriveBounds<Real>(trajectory).curvature_bound(nearby, offset + Real(reach));
  const R drive_bend = greatest(point.drive_slope) + drive_curvature * reach;
  const R bend = round_up(reach * (drive_bend + greatest(slope)) / (tau - reach));
  const bool is_bounded = steepness > 0 && reach < tau && bend <= steepness / 2;
  // Else there is what the signs on both sides of it tell.
  const R width = round_up(magnitude(Real(cornered.high - cornered.low)));
  return {offset, is_bounded ? round_up(residual / (steepness - bend)) : width, convert_real<R>(slope.mid),
          condition_of(rough, convert_real<double>(offset), convert_real<double>(slope.mid)),
          is_bounded || width <= resolution<Real>(start, offset)};
}

}  // namespace lapicque::detail
