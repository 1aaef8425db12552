#pragma once

#include "exercises/report.hpp"

namespace lapicque::program {

// The exercises of the chapter on the leaky integrate-and-fire neuron, in its order.
// Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014; the exercises are those of its Python course,
// neuronaldynamics-exercises.readthedocs.io, "Leaky-integrate-and-fire model".

void getting_started(Report& report);
void minimal_current(Report& report);
void fi_curve(Report& report);
void estimating_parameters(Report& report);
void sinusoidal_input(Report& report);

}  // namespace lapicque::program
