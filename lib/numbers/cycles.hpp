#pragma once

#include <cmath>
#include <numbers>

namespace lapicque::detail {

/// Where Hz and ms meet: 1 Hz is one cycle in this many ms.
inline constexpr double ms_per_second = 1000;

/// The angle (rad, in [-pi, pi]) of a sinusoid of `frequency` (Hz) `t` ms after its start at angle 0.
///
/// frequency t is formed and divided exactly, and whole cycles are taken away before anything is rounded: the error is
/// some 1e-16 rad however many cycles have passed, up to 2^53, and grows slowly from there.
/// @param t_low  what is missing in t, much smaller than it: t + t_low is the time that counts
/// frequency t must not overflow.
inline double angle_after(double frequency, double t, double t_low = 0) {
  const double product = frequency * t;
  const double product_low = std::fma(frequency, t, -product) + frequency * t_low;
  const double cycles = product / ms_per_second;
  const double remainder = std::fma(-cycles, ms_per_second, product);  // exact, as every remainder of a division is
  const double fraction = (cycles - std::nearbyint(cycles)) + (remainder + product_low) / ms_per_second;
  return 2 * std::numbers::pi * (fraction - std::nearbyint(fraction));
}

}  // namespace lapicque::detail
