#pragma once

#include "exercises/report.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::program {

// The exercises of the chapter on the leaky integrate-and-fire neuron, in its order, each asked of `neuron`.
// Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014; the exercises are those of its Python course,
// neuronaldynamics-exercises.readthedocs.io, "Leaky-integrate-and-fire model".

void getting_started(Report& report, const Neuron& neuron);
void minimal_current(Report& report, const Neuron& neuron);
void fi_curve(Report& report, const Neuron& neuron);
void estimating_parameters(Report& report, const Neuron& neuron);
void sinusoidal_input(Report& report, const Neuron& neuron);

/// The neuron whose parameters are to be estimated.
inline constexpr NeuronParameters unknown_neuron{
    .rest = -60, .reset = -68, .threshold = -16, .resistance = 9, .tau = 24, .refractory = 2};

/// " --tau 12ms --refractory 3ms": the options by which a command's neuron differs from that of the exercises.
std::string neuron_options(const Neuron& neuron);

/// An experiment file. @param inputs  its [[input]] tables
std::string experiment_file(const Neuron& neuron, double until, const std::string& inputs);

/// An [[input]] for it.
std::string step_input(double start, double stop, double amplitude);
std::string sinusoid_input(double start, double stop, double amplitude, double frequency);

}  // namespace lapicque::program
