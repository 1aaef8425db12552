#pragma once

#include <vector>

#include "figure.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// The strength-duration curve over [from, to] ms, its rheobase and its chronaxie, and points found by simulation.
/// @param points  least amplitudes (nA) over durations (ms)
Figure strength_duration_figure(const Neuron& neuron, double from, double to, const std::vector<Curve>& points);

}  // namespace lapicque::figures
