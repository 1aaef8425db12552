#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "numbers/decay.hpp"
#include "numbers/double_double.hpp"

namespace lapicque::detail {

/// e^-z in steps of 1/64 of z, and in steps of 1/16384 below the first of these, each number in two doubles: so that
/// exponentials take a short polynomial, and double's neither a division nor a call.
class DecayTable {
 public:
  static const DecayTable& get();

  /// Of length x rate >= 0, both in full. z is good to 2^-52 of itself; 1 - e^-z to 2^-52 and what the rounding of one
  /// product of length and rate makes of it, together 3 x 2^-53; e^-z to 2^-52 and z 2^-52.
  ///
  /// With r in [0, 1/64) from the last step on, 1 - e^-z = gone + left (1 - e^-r), where nothing cancels. The roundings
  /// add up to 1.8 x 2^-53 at most, in the second step, where what is added to `gone` is as large as that.
  Decayed<double> decayed(const DoubleDouble& length, const DoubleDouble& rate) const {
    const double high = length.hi * rate.hi;
    const double low = length.hi * rate.lo + length.lo * rate.hi;
    const double z = high + low;
    if (!(high < last)) {
      const double left = std::exp(-z);
      return {z, 1 - left, left};
    }
    const auto step = static_cast<std::size_t>(static_cast<int>(high * steps_to_one));
    const double r = high - static_cast<double>(static_cast<int>(step)) / steps_to_one;
    // 1 - e^-r = r + bend
    const double bend =
        low - r * r * (1.0 / 2 - r * (1.0 / 6 - r * (1.0 / 24 - r * (1.0 / 120 - r * (1.0 / 720 - r * (1.0 / 5040))))));
    const auto& [left, gone] = steps_[step];
    const double main = left.hi * r;
    const DoubleDouble sum = quick_two_sum(gone.hi, main);
    return {z, sum.hi + (sum.lo + (gone.lo + left.hi * bend)), left.hi - (left.hi * (r + bend) - left.lo)};
  }

  /// The same for z >= 0 in 106 bits: 1 - e^-z and e^-z to 2^-98; decay_table_test.cpp measures it.
  Decayed<DoubleDouble> decayed(const DoubleDouble& z) const;

 private:
  DecayTable();

  static constexpr int steps_to_one = 64;
  static constexpr int small_steps_to_one = 16384;
  static constexpr double last = 4;
  struct Entry {
    DoubleDouble left;
    DoubleDouble gone;
  };
  static Entry entry(double z);
  std::array<Entry, static_cast<std::size_t>(steps_to_one* last)> steps_;
  std::array<Entry, static_cast<std::size_t>(small_steps_to_one / steps_to_one)> small_steps_;
};

}  // namespace lapicque::detail
