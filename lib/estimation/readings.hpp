#pragma once

#include "input_response.hpp"
#include "lapicque/current.hpp"

namespace lapicque::estimation {

/// A known current in the two ways that it may act between samples.
struct Readings {
  InputResponse exact;
  InputResponse held;
};

/// Where both ways are one, both are the quicker one.
Readings read_current(const Current& current, std::span<const double> times);

/// A table's current with straight lines between its samples; other currents as they are.
Current joined_by_lines(const Current& current);

}  // namespace lapicque::estimation
