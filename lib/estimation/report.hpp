#pragma once

#include "free_fit.hpp"
#include "lapicque/current.hpp"
#include "lapicque/neuron_estimate.hpp"
#include "measured_trace.hpp"
#include "segments.hpp"
#include "timing.hpp"

namespace lapicque::estimation {

/// What the stages before have made of a trace.
struct Evidence {
  const MeasuredTrace& trace;
  const Current& current;
  const Segments& segments;
  const FreeFit& free;
};

/// Whether what the free courses leave is noise. Where there is much of it, they may fit as badly for its sake: then
/// the report of the spikes judges.
bool is_explained(const Evidence& evidence);

// What is known, in words and numbers; what is not, and why; and a current that would tell.

NeuronEstimate report_misfit(const Evidence& evidence);
NeuronEstimate report_passive(const Evidence& evidence);
NeuronEstimate report_spikes(const Evidence& evidence, const SpikeReading& reading);

}  // namespace lapicque::estimation
