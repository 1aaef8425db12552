#pragma once

#include <vector>

namespace lapicque::detail {

/// The step of evenly spaced times, two or more; 0 where they are not.
double even_step(const std::vector<double>& times);

}  // namespace lapicque::detail
