#pragma once

#include <string>
#include <vector>

#include "lapicque/neuron_estimate.hpp"
#include "measured_trace.hpp"

namespace lapicque::estimation {

/// A current to inject next.
struct Probe {
  std::vector<Step> steps;  ///< empty where nothing tells how strong they are to be
  std::string caveat;       ///< what the steps cannot promise, or why there are none; empty where they tell everything
};

/// Steps of current that tell all six parameters of a neuron like this one, as far as it is known.
///
/// Steps that are to determine the rest must reach the threshold. A trace without spikes tells only that it lies above
/// the trace: then the steps carry the potential to twice the height that was seen, and to 30 mV above rest at least,
/// and the caveat says how high that is. Where the resistance is unknown as well, no current is proposed.
Probe probing_current(const NeuronEstimate& known, const MeasuredTrace& trace, const Current& current);

}  // namespace lapicque::estimation
