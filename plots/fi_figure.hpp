#pragma once

#include <string>
#include <vector>

#include "figure.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// The f-I curve over [from, to] nA with its limit, the asymptotes near and far above the rheobase where they mean
/// anything, and further points and curves.
/// @param further  rates (Hz) over currents (nA)
Panel fi_panel(const std::string& title, const Neuron& neuron, double from, double to,
               const std::vector<Curve>& further);

/// One f-I panel as a figure.
Figure fi_figure(const Neuron& neuron, double from, double to, const std::vector<Curve>& further);

}  // namespace lapicque::figures
