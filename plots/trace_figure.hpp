#pragma once

#include <string>

#include "figure.hpp"
#include "lapicque/current.hpp"
#include "lapicque/estimation.hpp"

namespace lapicque::figures {

/// A recorded trace as points (of a long one the lowest and the highest of each few, so that spikes keep their peaks),
/// the fitted exact solution as a line on top of them, with rest, reset and threshold as far as they are known; what
/// the fit leaves, and the current.
Figure trace_figure(const std::string& title, const VoltageTrace& trace, const NeuronEstimate& estimate,
                    const Current& current);

}  // namespace lapicque::figures
