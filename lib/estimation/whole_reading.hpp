#pragma once

#include <cstddef>
#include <optional>

#include "free_fit.hpp"
#include "measured_trace.hpp"
#include "segments.hpp"
#include "threshold.hpp"

namespace lapicque::estimation {

/// What the fit of a whole noisy trace says of its spikes, if they lie between the samples.
struct WholeReading {
  ContinuousThreshold threshold;
  double fall;          ///< mV, at a spike
  std::size_t plateau;  ///< by the best fit, after the spike after which most samples are at the reset potential
};

/// Empty where no spike lies between two courses that were fitted. @param free  under an input without jumps
std::optional<WholeReading> read_whole(const MeasuredTrace& trace, const Segments& segments, const FreeFit& free);

}  // namespace lapicque::estimation
