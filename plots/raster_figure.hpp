#pragma once

#include <span>
#include <string>

#include "figure.hpp"
#include "lapicque/files/network_file.hpp"

namespace lapicque::figures {

/// The spikes of a network, a row a neuron, and the rate (Hz) of each population in bins of a hundredth of the run.
Figure raster_figure(std::string title, std::span<const PopulationOfFile> populations,
                     std::span<const NetworkSpike> spikes, double until);

}  // namespace lapicque::figures
