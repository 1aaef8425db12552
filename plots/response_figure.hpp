#pragma once

#include <vector>

#include "figure.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// Points (or, with a mark that is a line, a curve) of a response that was measured or predicted: amplitudes (mV) and
/// phases (degrees) over frequencies (Hz).
struct ResponsePoints {
  std::string name;
  Role role;
  Mark mark;
  std::vector<double> frequencies;
  std::vector<double> amplitudes;
  std::vector<double> phases;
};

/// Amplitude and phase of the potential's answer to a sinusoidal current of `amplitude` nA over the frequencies
/// [from, to] Hz, with the cut-off frequency where it is among them, and further points.
Figure response_figure(const Neuron& neuron, double amplitude, double from, double to,
                       const std::vector<ResponsePoints>& points);

}  // namespace lapicque::figures
