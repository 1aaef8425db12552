#pragma once

#include <cmath>
#include <string>

#include "lapicque/error.hpp"

namespace lapicque::detail {

// The rules that arguments of many functions share; each throws InvalidArgument where its rule is broken.

inline void require_finite(double value, const std::string& subject, const char* unit) {
  if (!std::isfinite(value)) throw InvalidArgument(subject, to_text(value, unit), "must be a finite number");
}

inline void require_not_negative(double value, const std::string& subject, const char* unit) {
  require_finite(value, subject, unit);
  if (value < 0) throw InvalidArgument(subject, to_text(value, unit), "must not be negative");
}

inline void require_positive(double value, const std::string& subject, const char* unit) {
  require_finite(value, subject, unit);
  if (value <= 0) throw InvalidArgument(subject, to_text(value, unit), "must be greater than 0");
}

/// Of every run, ms.
inline void require_end_of_run(double until) {
  if (until > 0 && std::isfinite(until)) return;
  throw InvalidArgument("until", to_text(until, "ms"), "a run must end at a finite time after 0",
                        "give for example 200 ms");
}

}  // namespace lapicque::detail
