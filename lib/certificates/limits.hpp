#pragma once

#include "interval.hpp"

namespace lapicque::detail {

/// Whether x is so near to 0 that a certificate may take it for 0: within 2^-1024 (theta - u_r).
inline bool is_negligible(const Interval& x, const Interval& reset) {
  const Interval limit = scaled(-reset, -1024);
  return not_after(x, limit) && not_after(-limit, x);
}

}  // namespace lapicque::detail
