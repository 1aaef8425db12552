#pragma once

#include "lapicque/error.hpp"
#include "lapicque/neuron.hpp"
#include "numbers/real.hpp"

namespace lapicque::detail {

// What the formulas that are evaluated with 50 digits share. A double turns into a Real50 without rounding, the product
// of two doubles is exact, and no combination of doubles overflows.

inline double rounded(const Real50& value) { return value.convert_to<double>(); }

inline Real50 difference(double a, double b) { return Real50(a) - b; }

// u_inf - theta, with all its digits and the right sign: u_rest - theta as an exact sum of two, then R I added. Where R
// I cancels the first part, that happens without rounding (Sterbenz), and the second part is what decides.
inline Real50 drive_above_threshold(const Neuron& neuron, double current) {
  const auto two_sum = [](const Real50& a, const Real50& b, Real50& low) {
    const Real50 sum = a + b;
    const Real50 part = sum - a;
    low = (a - (sum - part)) + (b - part);
    return sum;
  };
  Real50 low;
  Real50 lower;
  const Real50 below_threshold = two_sum(neuron.rest(), -neuron.threshold(), low);
  const Real50 sum = two_sum(Real50(neuron.resistance()) * current, below_threshold, lower);
  return sum + (lower + low);
}

inline void require_quiet_at_rest(const Neuron& neuron) {
  if (neuron.rest() < neuron.threshold()) return;
  throw InvalidArgument("rest", to_text(neuron.rest(), "mV"),
                        "must lie below the threshold for this question to make sense",
                        "choose one below " + to_text(neuron.threshold(), "mV"));
}

}  // namespace lapicque::detail
