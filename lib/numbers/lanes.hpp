#pragma once

#include <cstddef>

#include "numbers/double_double.hpp"

namespace lapicque::detail {

/// How many numbers are worked out side by side where they do not depend on one another: loops over as many compile to
/// vector instructions.
inline constexpr std::size_t lanes = 16;

/// Numbers side by side, so that a register takes several of them: those of double-double in two rows.
template <class Real>
class Lanes;

template <>
class Lanes<double> {
 public:
  double operator[](std::size_t lane) const { return values_[lane]; }
  void set(std::size_t lane, double value) { values_[lane] = value; }

 private:
  alignas(64) double values_[lanes]{};
};

template <>
class Lanes<DoubleDouble> {
 public:
  DoubleDouble operator[](std::size_t lane) const { return {high_[lane], low_[lane]}; }
  void set(std::size_t lane, const DoubleDouble& value) {
    high_[lane] = value.hi;
    low_[lane] = value.lo;
  }

 private:
  alignas(64) double high_[lanes]{};
  alignas(64) double low_[lanes]{};
};

}  // namespace lapicque::detail
