#pragma once

#include <bit>
#include <cstdint>

#include "numbers/ball.hpp"
#include "numbers/double_double.hpp"

namespace lapicque::detail {

/// What has become of something that has decayed for z of its time constants.
template <class T>
struct Decayed {
  T z{};
  T gone{};  // 1 - e^-z
  T left{};  // e^-z
};

/// e^-z and 1 - e^-z, both to full relative precision, for one exponential.
template <class T>
Decayed<T> decayed(const T& z) {
  if (middle(z) < 0.5) {
    const T gone = -exponential_minus_one(-z);
    return {z, gone, T(1) - gone};
  }
  const T left = exponential(-z);
  return {z, T(1) - left, left};
}

/// The same in double for z = length x rate >= 0, both given in full, by a polynomial without branches and calls, so
/// that a loop over it takes vector instructions. z is good to 2^-52 of itself; 1 - e^-z to 3 x 2^-53, of which one is
/// what the rounding of the product makes of it; e^-z to 2^-52 and z 2^-52, or 2^-1000.
///
/// With z = k ln 2 + r, |r| <= ln 2 / 2, and q = 1 - e^-r: e^-z = 2^-k (1 - q) and 1 - e^-z = (1 - 2^-k) + 2^-k q,
/// where nothing cancels, as q > -0.42 and k > 0 where it is negative. 13 terms leave less than 2^-56 of q.
inline Decayed<double> decayed(const DoubleDouble& length, const DoubleDouble& rate) {
  constexpr double most = 700;                  // e^-700 < 2^-1000
  constexpr double shift = 0x1.8p52;            // what is added to it loses its fraction
  constexpr double ln2_high = 0x1.62e42feep-1;  // so short that k times it is exact
  constexpr double ln2_low = 0x1.a39ef35793c76p-33;
  const double product = length.hi * rate.hi;
  const double high = product < most ? product : most;
  const double low = length.hi * rate.lo + length.lo * rate.hi;
  const double shifted = high * 0x1.71547652b82fep0 + shift;
  const double k = shifted - shift;
  const double main = high - k * ln2_high;  // exact
  const double tail = low - k * ln2_low;
  const double r = main + tail;
  const auto halvings = std::bit_cast<std::uint64_t>(shifted) - std::bit_cast<std::uint64_t>(shift);
  const auto power = std::bit_cast<double>((std::uint64_t{1023} - halvings) << 52);  // 2^-k
  const double series =
      1.0 / 2 -
      r * (1.0 / 6 -
           r * (1.0 / 24 -
                r * (1.0 / 120 -
                     r * (1.0 / 720 -
                          r * (1.0 / 5040 -
                               r * (1.0 / 40320 - r * (1.0 / 362880 - r * (1.0 / 3628800 -
                                                                           r * (1.0 / 39916800 -
                                                                                r * (1.0 / 479001600 -
                                                                                     r * (1.0 / 6227020800.0)))))))))));
  const double q = main - (r * r * series - tail);
  return {high + low, (1 - power) + power * q, power - power * q};
}

}  // namespace lapicque::detail
