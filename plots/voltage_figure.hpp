#pragma once

#include <string>
#include <vector>

#include "figure.hpp"
#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque::figures {

/// A stepped trace to be drawn beside the exact curve.
struct SteppedCurve {
  std::string name;
  SteppedTrace trace;
};

/// The window of time that is shown, ms.
struct Window {
  double from;
  double to;
};

/// Membrane potential and injected current over time: the exact potential as a line that goes up to the threshold and
/// down from it at each exact spike time, each spike as a vertical line above the threshold, and stepped traces as
/// points, or as a line where the window is long against the membrane's time constant, their spikes as points on top of
/// the spike lines. Voltage jumps have a panel of their own, which takes the current's place where there is none.
Figure voltage_figure(const std::string& title, const Neuron& neuron, const Current& current, const Window& window,
                      const std::vector<SteppedCurve>& stepped = {});

}  // namespace lapicque::figures
