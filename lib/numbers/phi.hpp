#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "numbers/real.hpp"

namespace lapicque::detail {

// The phi functions of exponential integrators on [-1, 0], by their Taylor series: nothing cancels, and nothing jumps
// at 0, where the usual quotients are 0/0. Beyond -1 the quotients are as good, and need no exponential of their own
// (see Trajectory).
//
//     phi1(z) = integral over r in [0, 1] of e^(r z)           = (e^z - 1) / z
//     phi2(z) = integral over r in [0, 1] of (1 - r) e^(r z)   = (e^z - 1 - z) / z^2
//     chi(z)  = integral over r in [0, 1] of r e^(r z)         = (1 - e^z (1 - z)) / z^2 = phi1(z) - phi2(z)
//
// In double, Horner's rule leaves relative errors of at most so many RealTraits::function_unit, the roundings of all
// steps and coefficients and the terms left out summed for z in [-1, 0]: 1.51, 1.21 and 2.38; in other types, fewer.
inline constexpr double phi1_error = 1.6;
inline constexpr double phi2_error = 1.3;
inline constexpr double chi_error = 2.4;

/// Taylor terms for |z| <= 1 that leave less than half a unit in the last place of Real.
template <class Real>
inline constexpr std::size_t phi_terms = 72;  // 1/72! < 10^-103
template <>
inline constexpr std::size_t phi_terms<double> = 18;
template <>
inline constexpr std::size_t phi_terms<DoubleDouble> = 29;
template <>
inline constexpr std::size_t phi_terms<Real50> = 43;

template <class Real>
using PhiCoefficients = std::array<Real, phi_terms<Real>>;

/// How many terms of a series matter for this z, when those below `negligible` of the first one are left out.
template <class Real>
std::size_t terms_above(double negligible, const PhiCoefficients<Real>& coefficients, const Real& z) {
  const double size = std::fabs(convert_real<double>(z));
  const double least = negligible * convert_real<double>(coefficients[0]);
  double power = size;
  std::size_t n = 1;
  while (n < coefficients.size() && convert_real<double>(coefficients[n]) * power > least) {
    power *= size;
    ++n;
  }
  return n;
}

/// sum over n of coefficients[n] z^n
template <class Real>
Real phi_series(const PhiCoefficients<Real>& coefficients, const Real& z) {
  std::size_t n = terms_above(convert_real<double>(Real(RealTraits<Real>::unit)) / 8, coefficients, z);
  Real sum = coefficients[--n];
  while (n-- > 0) sum = sum * z + coefficients[n];
  return sum;
}

/// The same: terms below 2^-54 of the whole need no more than double.
template <>
DoubleDouble phi_series(const PhiCoefficients<DoubleDouble>& coefficients, const DoubleDouble& z);

/// 1/(n + 1)!
template <class Real>
const PhiCoefficients<Real>& phi1_coefficients() {
  static const auto coefficients = [] {
    PhiCoefficients<Real> c;
    c[0] = Real(1);
    for (std::size_t n = 1; n < c.size(); ++n) c[n] = c[n - 1] / Real(static_cast<double>(n + 1));
    return c;
  }();
  return coefficients;
}
template <class Real>
Real phi1(const Real& z) {
  return phi_series<Real>(phi1_coefficients<Real>(), z);
}

/// 1/(n + 2)!
template <class Real>
const PhiCoefficients<Real>& phi2_coefficients() {
  static const auto coefficients = [] {
    PhiCoefficients<Real> c;
    c[0] = Real(0.5);
    for (std::size_t n = 1; n < c.size(); ++n) c[n] = c[n - 1] / Real(static_cast<double>(n + 2));
    return c;
  }();
  return coefficients;
}
template <class Real>
Real phi2(const Real& z) {
  return phi_series<Real>(phi2_coefficients<Real>(), z);
}

/// 1/(n! (n + 2))
template <class Real>
const PhiCoefficients<Real>& chi_coefficients() {
  static const auto coefficients = [] {
    PhiCoefficients<Real> c;
    Real inverse_factorial = Real(1);
    for (std::size_t n = 0; n < c.size(); ++n) {
      c[n] = inverse_factorial / Real(static_cast<double>(n + 2));
      inverse_factorial = inverse_factorial / Real(static_cast<double>(n + 1));
    }
    return c;
  }();
  return coefficients;
}
template <class Real>
Real chi(const Real& z) {
  return phi_series<Real>(chi_coefficients<Real>(), z);
}

}  // namespace lapicque::detail
