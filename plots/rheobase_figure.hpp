#pragma once

#include "figure.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// The exact potential under three lasting constant currents, from t = 0 to `until` (ms): a tenth of
/// (threshold - reset) / R below the rheobase, at it, and as much above it.
Figure rheobase_figure(const Neuron& neuron, double until);

}  // namespace lapicque::figures
