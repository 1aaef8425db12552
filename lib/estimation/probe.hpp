#pragma once

#include <vector>

#include "lapicque/estimation.hpp"

namespace lapicque::estimation {

/// Steps of current that tell all six parameters of a neuron like this one, as far as it is known.
std::vector<Step> probing_steps(const NeuronEstimate& known, const VoltageTrace& trace, const Current& current);

}  // namespace lapicque::estimation
