#pragma once

#include <string>

#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// The neuron's parameters with their units, for the line below a figure's title.
std::string neuron_text(const Neuron& neuron);

}  // namespace lapicque::figures
