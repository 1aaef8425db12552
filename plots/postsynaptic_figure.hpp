#pragma once

#include <span>

#include "figure.hpp"
#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// The response of the membrane at rest to one arrival of `weight` nA, over time, for up to five of the synaptic time
/// constants `taus` (ms), evenly by number, and the peaks that a simulation found for them.
/// @param peak_times  ms, one for each of `taus`     @param peaks  mV above rest
/// @param found_by    exact or stepped
Figure postsynaptic_figure(const Neuron& neuron, Shape shape, double weight, std::span<const double> taus,
                           std::span<const double> peak_times, std::span<const double> peaks, Role found_by);

/// The same for a voltage jump, mV.
Figure jump_figure(const Neuron& neuron, double jump);

}  // namespace lapicque::figures
