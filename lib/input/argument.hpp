#pragma once

#include <cmath>
#include <cstddef>
#include <string>

#include "lapicque/error.hpp"
#include "lapicque/neuron.hpp"

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

/// For what does not know other resets, refractoriness and after-spike parts. @param what  "a stepper", say
inline void require_plain(const Neuron& neuron, const std::string& what) {
  const auto refuse = [&](const char* subject, const std::string& value, const std::string& plain) {
    throw InvalidArgument(subject, value, what + " takes " + plain + " only", std::string("leave ") + subject + " out");
  };
  if (neuron.reset_rule() == ResetRule::by) refuse("reset_rule", "\"by\"", "a neuron that is reset to its reset");
  if (neuron.refractory_rule() != RefractoryRule::clamped) {
    const bool keeps = neuron.refractory_rule() == RefractoryRule::jumps_kept;
    refuse("refractory_rule", keeps ? "\"jumps-kept\"" : "\"silent\"",
           "a neuron that is clamped while it is refractory");
  }
  if (const std::size_t parts = neuron.after_spike().size(); parts > 0)
    refuse("after_spike", std::to_string(parts) + (parts == 1 ? " part" : " parts"),
           "a neuron whose own spikes raise nothing");
}

/// Of every run, ms.
inline void require_end_of_run(double until) {
  if (until > 0 && std::isfinite(until)) return;
  throw InvalidArgument("until", to_text(until, "ms"), "a run must end at a finite time after 0",
                        "give for example 200 ms");
}

}  // namespace lapicque::detail
