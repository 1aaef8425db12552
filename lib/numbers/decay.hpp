#pragma once

#include "numbers/ball.hpp"

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

}  // namespace lapicque::detail
