#pragma once

#include <string>

#include "figure.hpp"
#include "lapicque/current.hpp"
#include "lapicque/estimation.hpp"

namespace lapicque::figures {

/// A recorded trace: all its samples as points, or of one longer than 5000 samples the band from the least to the
/// greatest in each thousandth; the fitted exact solution as a line on top, with rest, reset and threshold as far as
/// they are known; what the fit leaves, and the current. Where there is no fit, the trace and the current alone.
Figure trace_figure(const std::string& title, const VoltageTrace& trace, const NeuronEstimate& estimate,
                    const Current& current);

}  // namespace lapicque::figures
