#pragma once

#include <functional>
#include <span>

#include "lapicque/neuron.hpp"

namespace lapicque::program {

// Numerical checks of the analytic curves: they know the simulation's results and none of the formulas.

/// The least x for which `answer` is true, found by bisection down to neighbouring doubles. The answer has to be false
/// below some x and true above it.
double least(const std::function<bool(double)>& answer);

/// Refuses a neuron whose least current that fires, `amplitude` nA, is beyond what `least` can try.
/// @throws InvalidArgument  names --resistance, which is too low then
void require_findable(const Neuron& neuron, double amplitude);

/// mean + amplitude sin(2 pi frequency t + phase).
struct Oscillation {
  double amplitude;  ///< >= 0
  double phase;      ///< rad, in (-3/2 pi, pi/2]: a lag is negative, up to three quarters of a cycle
};

/// The sinusoid of the given frequency (Hz) that fits the values at `times` (ms) best, by least squares.
Oscillation fit_oscillation(std::span<const double> times, std::span<const double> values, double frequency);

}  // namespace lapicque::program
