#pragma once

#include <cstddef>

#include "input/timeline.hpp"
#include "numbers/ball.hpp"
#include "numbers/exact_sum.hpp"
#include "numbers/real.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// A number that is carried from event to event, with the digits of the clock.
template <class Real>
using Carried = Ball<Clock<Real>>;

/// A decaying part of the drive, mV: see Decay.
template <class Real>
struct SynapticDrive {
  Carried<Real> exponential{0.0};
  Carried<Real> alpha{0.0};
};

/// The drive of all that is constant, ramps and linear samples, from a stretch's start on.
template <class Real>
struct LinearDrive {
  Ball<Real> level{0.0};  ///< mV
  Ball<Real> slope{0.0};  ///< mV/ms
};

/// The drive but for its synapses.
template <class Real>
struct InputDrive : LinearDrive<Real> {
  decltype(Trajectory<Ball<Real>>::sines) waves{};  ///< one of each frequency

  /// Whether it changes.
  bool moves() const { return !vanishes(this->slope) || !waves.empty(); }
};

template <class Real>
Ball<Real> ball_of(const ExactSum& sum) {
  const auto parts = sum.parts();
  if (parts.empty()) return Ball<Real>(0.0);
  Ball<Real> result(parts.back());
  for (std::size_t k = parts.size() - 1; k-- > 0;) result += Ball<Real>(parts[k]);
  return result;
}

/// R I, mV.
template <class Real>
Ball<Real> drive_of(const ExactSum& current, double resistance) {
  const auto parts = current.parts();
  if (parts.size() == 1) return ball_of_product<Real>(resistance, parts[0]);  // nearly always
  return Ball<Real>(resistance) * ball_of<Real>(current);
}

/// R I of a line's slope, mV/ms.
template <class Real>
Ball<Real> slope_of(const Line& line, double resistance) {
  const auto from = line.from.parts();
  const auto to = line.to.parts();
  if (from.size() == 1 && to.size() == 1)  // nearly always
    return ball_of_slope<Real>(resistance, from[0], to[0], line.start, line.stop);
  ExactSum rise = line.to;
  rise.subtract(line.from);
  if (rise.is_zero()) return Ball<Real>(0.0);
  return Ball<Real>(resistance) * ball_of<Real>(rise) / (Ball<Real>(line.stop) - Ball<Real>(line.start));
}

/// @param rest        u_rest - theta, mV
/// @param resistance  MOhm
/// @param start       where the stretch starts, ms
template <class Real>
LinearDrive<Real> linear_drive(const Timeline& timeline, const Ball<Real>& rest, double resistance,
                               const Clock<Real>& start) {
  LinearDrive<Real> drive{rest, 0.0};
  if (!timeline.constant().is_zero()) drive.level += drive_of<Real>(timeline.constant(), resistance);
  for (const Line& line : timeline.lines()) {
    drive.level += drive_of<Real>(line.from, resistance);
    const Ball<Real> slope = slope_of<Real>(line, resistance);
    if (vanishes(slope)) continue;
    drive.slope += slope;
    if (start == Clock<Real>(line.start)) continue;
    const Ball<Clock<Real>> elapsed = Ball<Clock<Real>>(start, 0) - Ball<Clock<Real>>(line.start);
    drive.level += slope * convert_ball<Real>(elapsed);
  }
  return drive;
}

}  // namespace lapicque::detail
