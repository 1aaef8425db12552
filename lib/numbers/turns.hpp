#pragma once

#include <boost/math/constants/constants.hpp>
#include <cmath>
#include <type_traits>

#include "numbers/ball.hpp"
#include "numbers/cycles.hpp"
#include "numbers/real.hpp"

namespace lapicque::detail {

// Angles with their whole turns left out, in more digits than the rest, as the turns may be many.

/// Digits enough to take whole turns out of any double, and 100 left.
using Wide = Multiprecision<420>;

template <class Real>
Ball<Real> from_wide(const Wide& value) {
  return convert_ball<Real>(Ball<Wide>(value, Wide(1e-105)));
}

template <class Real>
const Ball<Real>& two_pi() {
  static const Ball<Real> value = [] {
    if constexpr (std::is_same_v<Clock<Real>, DoubleDouble>) {
      constexpr double high = 0x1.921fb54442d18p+2;
      constexpr double low = 0x1.1a62633145c07p-52;
      return convert_ball<Real>(Ball<DoubleDouble>(DoubleDouble(high, low), 0x1p-104));
    } else {
      return Ball<Real>(boost::math::constants::two_pi<Real>(), RealTraits<Real>::unit * 16);
    }
  }();
  return value;
}

/// An angle, rad, that is small or has its whole turns left out.
template <class Real>
Ball<Real> reduced_angle(double angle) {
  if (std::fabs(angle) < 8) return Ball<Real>(angle);
  return from_wide<Real>(fmod(Wide(angle), boost::math::constants::two_pi<Wide>()));
}

/// The turns at `frequency`, Hz, from `start` to `now`, ms, whole ones left out.
template <class Real>
Ball<Real> turns_since(double frequency, const Clock<Real>& now, double start) {
  using Time = Clock<Real>;
  if constexpr (std::is_same_v<Time, DoubleDouble>) {
    const Ball<Time> since = Ball<Time>(now, 0) - Ball<Time>(start);
    Ball<Time> count = Ball<Time>(frequency) * since / Ball<Time>(ms_per_second);
    // Twice, as the first leaves 2^-53 of it.
    for (int round = 0; round < 2; ++round) count.mid -= nearest_integer(count.mid);
    return convert_ball<Real>(count);
  } else {
    const Wide count = Wide(frequency) * (Wide(now) - Wide(start)) / ms_per_second;
    return from_wide<Real>(count - round(count));
  }
}

}  // namespace lapicque::detail
