#pragma once

#include <cmath>

#include "lapicque/error.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque::detail {

/// How far from a whole number of steps rounding may have taken one, in steps.
inline constexpr double step_rounding = 1e-9;

/// Of every run on a grid of time, ms.
inline void require_few_steps(double until, double dt) {
  if (until / dt <= most_steps) return;
  throw InvalidArgument("dt", to_text(dt, "ms"),
                        "takes " + to_text(std::round(until / dt)) + " steps until " + to_text(until, "ms") + ", and " +
                            to_text(most_steps) + " are the most",
                        "choose a longer step, or an earlier end");
}

}  // namespace lapicque::detail
