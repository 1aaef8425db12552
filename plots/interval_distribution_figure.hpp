#pragma once

#include <vector>

#include "figure.hpp"
#include "lapicque/interval_distribution.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// Density, survivor function and hazard of the intervals between spikes, with those of drawn intervals.
/// @param times  ms: the axis spans them, and bins of the histogram lie between neighbours
/// @param drawn  ms, in ascending order
Figure interval_distribution_figure(const Neuron& neuron, double current, double sigma,
                                    const IntervalDistribution& distribution, std::vector<double> times,
                                    const std::vector<double>& drawn);

}  // namespace lapicque::figures
