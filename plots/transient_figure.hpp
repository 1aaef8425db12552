#pragma once

#include <span>

#include "figure.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// What a sinusoidal current of `amplitude` nA, switched on at rest, makes of the potential within `duration` ms: the
/// steady response, the transient and their sum, one panel a frequency (Hz).
/// @param points  for each panel the stepped values, mV above rest; may be shorter than `frequencies`
Figure transient_figure(const Neuron& neuron, double amplitude, double duration, std::span<const double> frequencies,
                        std::span<const Curve> points);

}  // namespace lapicque::figures
