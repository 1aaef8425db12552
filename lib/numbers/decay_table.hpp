#pragma once

#include <array>
#include <cstddef>

#include "numbers/decay.hpp"
#include "numbers/double_double.hpp"

namespace lapicque::detail {

/// e^-z in steps of 1/64 of z, and in steps of 1/16384 below the first of these, each number in two doubles: so that
/// exponentials in double-double take a short polynomial.
class DecayTable {
 public:
  static const DecayTable& get();

  /// Of z >= 0: 1 - e^-z and e^-z to 2^-98; decay_table_test.cpp measures it.
  Decayed<DoubleDouble> decayed(const DoubleDouble& z) const { return reaches(z) ? by_steps(z) : detail::decayed(z); }

  /// Whether the table does, and by_steps() holds: a formula without branches and calls, so that a loop over it takes
  /// vector instructions.
  static bool reaches(const DoubleDouble& z) { return z.hi < last; }
  Decayed<DoubleDouble> by_steps(const DoubleDouble& z) const {
    const int steps = static_cast<int>(z.hi * small_steps_to_one) & (small_steps_to_one * last - 1);
    const DoubleDouble r = two_sum(z.hi - static_cast<double>(steps) / small_steps_to_one, z.lo);

    // 1 - e^-r for r < 2^-14: from the fourth power on, terms are below 2^-46 of the whole, and double is enough for
    // them.
    constexpr DoubleDouble third{0x1.5555555555555p-3, 0x1.5555555555555p-57};  // 1/3!
    const double tail = r.hi * (1.0 / 24 - r.hi * (1.0 / 120 - r.hi * (1.0 / 720 - r.hi * (1.0 / 5040))));
    const DoubleDouble cubic = quick_two_sum(third.hi, third.lo - tail);
    const DoubleDouble minus_r = -r;
    const DoubleDouble square = r * multiply_add(minus_r, cubic, 0.5);
    const DoubleDouble small = multiply_add(minus_r, square, r);

    const auto near = static_cast<std::size_t>(steps & (small_per_step - 1));
    const DoubleDouble beyond_step = multiply_add(small_steps_.left(near), small, small_steps_.gone(near));
    const auto step = static_cast<std::size_t>(steps / small_per_step);
    const DoubleDouble left = steps_.left(step);
    return {z, multiply_add(left, beyond_step, steps_.gone(step)), multiply_add(left, -beyond_step, left)};
  }

 private:
  DecayTable();

  static constexpr int steps_to_one = 64;
  static constexpr int small_steps_to_one = 16384;
  static constexpr int small_per_step = small_steps_to_one / steps_to_one;
  static constexpr int last = 4;
  /// Each double in a row of its own, which a register gathers several of.
  struct Rows {
    static constexpr std::size_t size = small_per_step;
    static_assert(size == steps_to_one * last);
    std::array<double, size> left_high, left_low, gone_high, gone_low;
    DoubleDouble left(std::size_t k) const { return {left_high[k], left_low[k]}; }
    DoubleDouble gone(std::size_t k) const { return {gone_high[k], gone_low[k]}; }
    void set(std::size_t k, double z);
  };

  Rows steps_;
  Rows small_steps_;
};

}  // namespace lapicque::detail
