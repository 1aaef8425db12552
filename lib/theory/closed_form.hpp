#pragma once

#include "lapicque/error.hpp"
#include "lapicque/neuron.hpp"
#include "numbers/real.hpp"

namespace lapicque::detail {

// What the formulas that are evaluated with 50 digits share. A double turns into a Real50 without rounding, the product
// of two doubles is exact, and no combination of doubles overflows.

inline double rounded(const Real50& value) { return value.convert_to<double>(); }

inline Real50 difference(double a, double b) { return Real50(a) - b; }

inline void require_quiet_at_rest(const Neuron& neuron) {
  if (neuron.rest() < neuron.threshold()) return;
  throw InvalidArgument("rest", to_text(neuron.rest(), "mV"),
                        "must lie below the threshold for this question to make sense",
                        "choose one below " + to_text(neuron.threshold(), "mV"));
}

}  // namespace lapicque::detail
