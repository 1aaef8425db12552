#pragma once

#include <span>

#include "figure.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// A sinusoidal current of `amplitude` nA and `frequency` Hz and the potential that answers it once the transient is
/// gone, for `duration` ms; the peaks of both are marked, the potential's later by the delay of the response.
Figure sinusoid_figure(const Neuron& neuron, double amplitude, double frequency, double duration);

/// Sinusoidal currents of `amplitude` nA, switched on at rest, on top of one another, and the potentials that answer
/// them within `duration` ms.
/// @param frequencies  Hz; up to 4
/// @param points       for each of them the stepped values, mV above rest
Figure overlay_figure(const Neuron& neuron, double amplitude, double duration, std::span<const double> frequencies,
                      std::span<const Curve> points);

}  // namespace lapicque::figures
