#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "numbers/phi.hpp"
#include "numbers/real.hpp"

namespace lapicque::detail {

/// A real number known to within a bound: it lies in [mid - rad, mid + rad].
///
/// Every operation encloses: the result's ball contains the exact result for all numbers in the operands' balls, its
/// own rounding included. So a sign that a ball shows is the sign of the exact number, and a formula written for
/// numbers yields its own error bound when it is run on balls (mid-rad interval arithmetic [1]).
/// Overflow and division by a ball around 0 give an infinite or not-a-number ball, which shows no sign.
/// [1] Johansson, Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE Trans. Comput. 66
/// (2017).
template <class Real>
struct Ball {
  using R = Radius<Real>;
  using Traits = RealTraits<Real>;

  Real mid{};
  R rad{};

  Ball() = default;
  Ball(double exact) : mid(exact), rad(0) {}  // NOLINT(google-explicit-constructor): a double is a ball of radius 0
  Ball(const Real& middle, const R& radius) : mid(middle), rad(radius) {}
};

/// Covers the rounding of the few operations that made a radius.
inline double round_up(double radius) { return radius * (1 + 0x1p-48); }
template <unsigned digits>
Multiprecision<digits> round_up(const Multiprecision<digits>& radius) {
  return radius * (1 + RealTraits<Multiprecision<digits>>::function_unit);
}

/// The ball's point of greatest magnitude.
template <class Real>
Radius<Real> greatest(const Ball<Real>& a) {
  return round_up(magnitude(a.mid) + a.rad);
}

template <class Real>
bool is_positive(const Ball<Real>& a) {
  return a.mid > Real(a.rad);
}
template <class Real>
bool is_negative(const Ball<Real>& a) {
  return a.mid < Real(-a.rad);
}

/// Whether x is zero and nothing else.
template <class T>
bool vanishes(const T& x) {
  return x == T(0);
}
inline bool vanishes(const DoubleDouble& x) { return x.hi == 0; }
template <class Real>
bool vanishes(const Ball<Real>& x) {
  return vanishes(x.mid) && x.rad == 0;
}

/// The result of one rounded arithmetic operation, `rad` being what the operands contribute.
template <class Real>
Ball<Real> rounded(const Real& mid, const Radius<Real>& rad) {
  using Traits = RealTraits<Real>;
  return {mid, round_up(rad + Traits::unit * magnitude(mid) + Traits::underflow)};
}

template <class Real>
Ball<Real> operator-(const Ball<Real>& a) {
  return {-a.mid, a.rad};
}
template <class Real>
Ball<Real> operator+(const Ball<Real>& a, const Ball<Real>& b) {
  return rounded<Real>(a.mid + b.mid, a.rad + b.rad);
}
template <class Real>
Ball<Real> operator-(const Ball<Real>& a, const Ball<Real>& b) {
  return rounded<Real>(a.mid - b.mid, a.rad + b.rad);
}
template <class Real>
Ball<Real> operator*(const Ball<Real>& a, const Ball<Real>& b) {
  return rounded<Real>(a.mid * b.mid, magnitude(a.mid) * b.rad + a.rad * (magnitude(b.mid) + b.rad));
}
template <class Real>
Ball<Real> operator/(const Ball<Real>& a, const Ball<Real>& b) {
  const Real quotient = a.mid / b.mid;
  const Radius<Real> least = magnitude(b.mid) * (1 - 0x1p-50) - b.rad;
  if (!(least > 0)) return {quotient, std::numeric_limits<Radius<Real>>::infinity()};
  return rounded<Real>(quotient, (a.rad + magnitude(quotient) * b.rad + RealTraits<Real>::underflow) / least);
}
template <class Real>
Ball<Real>& operator+=(Ball<Real>& a, const Ball<Real>& b) {
  return a = a + b;
}
inline Ball<DoubleDouble>& operator+=(Ball<DoubleDouble>& a, const Ball<double>& b) {
  return a = rounded<DoubleDouble>(a.mid + b.mid, a.rad + b.rad);
}

/// The ball around f(x), given f(mid), a bound on |f'| over x, and the error of f itself.
template <class Real>
Ball<Real> lifted(const Real& value, const Radius<Real>& slope, const Radius<Real>& radius, const Radius<Real>& error) {
  return {value, round_up(slope * radius + error + RealTraits<Real>::underflow)};
}

/// A bound on e^r for a radius 0 <= r < 1. Not a number for a greater one: what is bounded by it then shows no sign.
template <class R>
R growth(const R& r) {
  return r < 1 ? R(1 + 2 * r) : std::numeric_limits<R>::quiet_NaN();
}

/// The relative error of e^x at the middle of x: Boost's grows with the argument.
template <class Real>
Radius<Real> exponential_error(const Ball<Real>& x) {
  if constexpr (std::is_same_v<Radius<Real>, double>) {
    return RealTraits<Real>::function_unit;
  } else {
    return (1 + magnitude(x.mid)) * RealTraits<Real>::function_unit;
  }
}

/// All of e^x for a ball that is too wide for its middle to mean anything: from 0 to the greatest.
template <class Real>
Ball<Real> wide_exponential(const Ball<Real>& x) {
  const auto half = round_up(magnitude(exponential(Real(x.mid + Real(x.rad)))) * (0.5 + 0x1p-40));
  return {Real(half), round_up(half + RealTraits<Real>::underflow)};
}

template <class Real>
Ball<Real> exponential(const Ball<Real>& x) {
  constexpr double lowest = -1e9;  // e^-1e9 is above the underflow of every multiprecision type
  if (x.mid + Real(x.rad) < Real(lowest)) return wide_exponential(Ball<Real>(Real(lowest), Radius<Real>(1)));
  if (!(x.rad < 1)) return wide_exponential(x);
  const Real value = exponential(x.mid);
  const auto size = magnitude(value);
  return lifted<Real>(value, size * growth(x.rad), x.rad, size * exponential_error(x));
}
template <class Real>
Ball<Real> exponential_minus_one(const Ball<Real>& x) {
  if (!(x.rad < 1)) return wide_exponential(x) - Ball<Real>(1);
  const Real value = exponential_minus_one(x.mid);
  const auto size = magnitude(value);
  return lifted<Real>(value, (size + 1) * growth(x.rad), x.rad, size * exponential_error(x));
}
template <class Real>
SineCosine<Ball<Real>> sine_cosine(const Ball<Real>& x) {
  if (vanishes(x)) return {Ball<Real>(0.0), Ball<Real>(1.0)};
  if (!(magnitude(x.mid) < RealTraits<Real>::widest_angle && x.rad < 1)) {  // anything between -1 and 1
    const Ball<Real> any(Real(0.0), Radius<Real>(1));
    return {any, any};
  }
  const auto [sine, cosine] = sine_cosine(x.mid);
  const Radius<Real> sine_error = magnitude(x.mid) * RealTraits<Real>::function_unit;
  const Radius<Real> cosine_error = sine_error + RealTraits<Real>::function_unit;
  return {lifted<Real>(sine, 1, x.rad, sine_error), lifted<Real>(cosine, 1, x.rad, cosine_error)};
}

// On [-1, 0] the phi functions grow with z, and so do their derivatives: 1/2, 1/6 and 1/3 at 0. A ball may reach beyond
// 0 by its radius; that much is covered by growth().
template <class Real>
Ball<Real> phi1(const Ball<Real>& z) {
  return lifted<Real>(phi1(z.mid), 0.5 * growth(z.rad), z.rad, RealTraits<Real>::function_unit);
}
template <class Real>
Ball<Real> phi2(const Ball<Real>& z) {
  return lifted<Real>(phi2(z.mid), 0.17 * growth(z.rad), z.rad, RealTraits<Real>::function_unit);
}
template <class Real>
Ball<Real> chi(const Ball<Real>& z) {
  return lifted<Real>(chi(z.mid), 0.34 * growth(z.rad), z.rad, RealTraits<Real>::function_unit);
}

/// The number that a formula computes with: the middle of a ball, or the number itself.
inline double middle(double x) { return x; }
inline const DoubleDouble& middle(const DoubleDouble& x) { return x; }
template <unsigned digits>
const Multiprecision<digits>& middle(const Multiprecision<digits>& x) {
  return x;
}
template <class Real>
const Real& middle(const Ball<Real>& x) {
  return x.mid;
}

/// Whether all numbers of a ball have the same nearest double. Where it straddles the middle between two doubles it
/// takes more digits to tell.
inline bool has_one_nearest_double(const Ball<DoubleDouble>& x) {
  // x.mid.hi is the double nearest to hi + lo; lo +- rad is rounded by less than 2^-106 of it.
  const double reach = round_up(x.rad + std::fabs(x.mid.hi) * 0x1p-105);
  return x.mid.hi + (x.mid.lo + reach) == x.mid.hi && x.mid.hi + (x.mid.lo - reach) == x.mid.hi;
}
template <unsigned digits>
bool has_one_nearest_double(const Ball<Multiprecision<digits>>& x) {
  return static_cast<double>(Multiprecision<digits>(x.mid - x.rad)) ==
         static_cast<double>(Multiprecision<digits>(x.mid + x.rad));
}

/// A ball in another real type, widened by what the conversion rounds off.
template <class To, class From>
Ball<To> convert_ball(const Ball<From>& x) {
  if constexpr (std::is_same_v<To, From>) {
    return x;
  } else {
    const To mid = convert_real<To>(x.mid);
    const From lost = x.mid - convert_real<From>(mid);
    return {mid, round_up(convert_radius<Radius<To>>(x.rad) + convert_radius<Radius<To>>(magnitude(lost)))};
  }
}

/// a b, in as many digits as Real has.
template <class Real>
Ball<Real> ball_of_product(double a, double b) {
  if constexpr (std::is_same_v<Real, double>) {
    return rounded<double>(a * b, 0);
  } else if constexpr (std::is_same_v<Real, DoubleDouble>) {
    return {two_product(a, b), RealTraits<Real>::underflow};
  } else {
    return Ball<Real>(a) * Ball<Real>(b);
  }
}

/// factor (to - from) / (stop - start), in as many digits as Real has; exactly 0 where to = from.
template <class Real>
Ball<Real> ball_of_slope(double factor, double from, double to, double start, double stop) {
  if (from == to) return Ball<Real>(0.0);
  if constexpr (std::is_same_v<Real, double>) {
    const double rise = factor * (to - from);
    const double slope = rise / (stop - start);
    constexpr double normal = 0x1p-900;  // four roundings, of numbers far above what underflows
    if (std::fabs(rise) > normal && std::fabs(slope) > normal)
      return {slope, round_up(std::fabs(slope) * (4 * RealTraits<double>::unit))};
  }
  return Ball<Real>(factor) * (Ball<Real>(to) - Ball<Real>(from)) / (Ball<Real>(stop) - Ball<Real>(start));
}

}  // namespace lapicque::detail
