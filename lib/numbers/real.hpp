#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "numbers/double_double.hpp"

namespace lapicque::detail {

// The real types that the core is templated on, and what it needs to know of each: `Radius`, the type of an error
// bound; `unit`, the relative error of one arithmetic operation; `function_unit`, that of exp and expm1 (in
// multiprecision for each unit of the argument and one more), and the absolute error of sine for each radian and of
// cosine for each radian and one more; `widest_angle`, the greatest argument that these take; `underflow`, an absolute
// error below all that (and no denormal number: arithmetic with one takes processors a hundred cycles); `Clock`, the
// type that carries time; `rung`, where it stands among the others, from 0 on.

template <unsigned decimal_digits>
using Multiprecision =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<decimal_digits>, boost::multiprecision::et_off>;
using Real50 = Multiprecision<50>;
using Real100 = Multiprecision<100>;

template <class Real>
struct RealTraits;

template <>
struct RealTraits<double> {
  using Radius = double;
  using Clock = DoubleDouble;
  static constexpr std::size_t rung = 0;
  static constexpr double unit = 0x1p-53;
  static constexpr double function_unit = 0x1p-52;  // glibc stays within 1 ulp
  static constexpr double underflow = 0x1p-1000;
  static constexpr double widest_angle = 0x1p40;
};

template <>
struct RealTraits<DoubleDouble> {
  using Radius = double;
  using Clock = DoubleDouble;
  static constexpr std::size_t rung = 1;
  static constexpr double unit = 0x1p-102;
  static constexpr double function_unit = 0x1p-98;
  static constexpr double underflow = 0x1p-1000;
  static constexpr double widest_angle = 0x1p50;
};

template <unsigned decimal_digits>
struct RealTraits<Multiprecision<decimal_digits>> {
  using Real = Multiprecision<decimal_digits>;
  using Radius = Real;
  using Clock = Real;
  static constexpr std::size_t rung = decimal_digits < 100 ? 2 : 3;
  inline static const Real unit = std::numeric_limits<Real>::epsilon();
  inline static const Real function_unit = std::numeric_limits<Real>::epsilon() * 1024;
  inline static const Real underflow = 0;  // an exponent of 31 bits: only exponential() gets there, and says so
  static constexpr double widest_angle = decimal_digits >= 100 ? 0x1p250 : 0x1p90;
};

template <class Real>
using Radius = typename RealTraits<Real>::Radius;
template <class Real>
using Clock = typename RealTraits<Real>::Clock;

// The same elementary functions under the same names for every real type.

inline double exponential(double x) { return std::exp(x); }
inline double exponential_minus_one(double x) { return std::expm1(x); }
inline SineCosine<double> sine_cosine(double x) { return {std::sin(x), std::cos(x)}; }
inline double magnitude(double x) { return std::fabs(x); }
inline double nearest_integer(double x) { return std::nearbyint(x); }
inline bool is_finite(double x) { return std::isfinite(x); }

/// |x|, rounded up.
inline double magnitude(const DoubleDouble& x) { return std::fabs(x.hi) * (1 + 0x1p-52); }
inline DoubleDouble nearest_integer(const DoubleDouble& x) { return std::nearbyint(x.hi); }
inline bool is_finite(const DoubleDouble& x) { return std::isfinite(x.hi); }

template <unsigned digits>
Multiprecision<digits> exponential(const Multiprecision<digits>& x) {
  return exp(x);
}
template <unsigned digits>
Multiprecision<digits> exponential_minus_one(const Multiprecision<digits>& x) {
  return expm1(x);
}
template <unsigned digits>
SineCosine<Multiprecision<digits>> sine_cosine(const Multiprecision<digits>& x) {
  return {sin(x), cos(x)};
}
template <unsigned digits>
Multiprecision<digits> magnitude(const Multiprecision<digits>& x) {
  return abs(x);
}
template <unsigned digits>
Multiprecision<digits> nearest_integer(const Multiprecision<digits>& x) {
  return round(x);
}
template <unsigned digits>
bool is_finite(const Multiprecision<digits>& x) {
  return isfinite(x);
}

/// The number of type To nearest to x, or next to it.
template <class To, class From>
To convert_real(const From& x) {
  if constexpr (std::is_same_v<To, From>) {
    return x;
  } else if constexpr (std::is_same_v<From, double>) {
    return To(x);
  } else if constexpr (std::is_same_v<From, DoubleDouble>) {
    if constexpr (std::is_same_v<To, double>) {
      return x.hi;
    } else {
      return To(x.hi) + To(x.lo);
    }
  } else if constexpr (std::is_same_v<To, DoubleDouble>) {
    const double high = static_cast<double>(x);
    return quick_two_sum(high, static_cast<double>(From(x - From(high))));
  } else {
    return static_cast<To>(x);
  }
}

/// A radius of type To that is at least x.
template <class To, class From>
To convert_radius(const From& x) {
  if constexpr (std::is_same_v<To, From>) {
    return x;
  } else if constexpr (std::is_same_v<To, double>) {
    return x == From(0) ? 0 : static_cast<double>(x) * (1 + 0x1p-50) + 0x1p-1070;
  } else {
    return To(x);
  }
}

}  // namespace lapicque::detail
