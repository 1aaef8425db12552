#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "input_response.hpp"

namespace lapicque::estimation {

/// A spike between two samples. What lies between them, if anything, shows the spike itself, drawn or clipped.
struct SampledSpike {
  std::size_t last;   ///< the last sample of the membrane below the threshold
  std::size_t reset;  ///< the first sample at the reset potential
};

/// The spikes of a trace: falls that neither the current nor noise explains, all of about one size.
///
/// Each step from sample to sample is compared with what a leaky membrane does at its best (robust regression of the
/// step on potential and current); falls of more than half the largest unexplained one are spikes. A rise of that kind
/// in the samples before belongs to a drawn spike. Without any spike this finds the largest accident: ask first whether
/// one exact solution explains the whole trace.
std::vector<SampledSpike> find_spikes(std::span<const double> potentials, const InputResponse& input);

}  // namespace lapicque::estimation
