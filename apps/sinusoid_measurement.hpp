#pragma once

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "measure.hpp"
#include "options.hpp"

namespace lapicque::program {

/// Amplitude (mV) and phase of the simulated potential under a sinusoidal current that sets in with phase 0 at t = 0,
/// after the transient has died away: 40 tau_m, which leaves e^-40 of it. At least two whole cycles and 64 points of
/// the exact potential, or of a stepper's own times, are fitted. The threshold is put out of reach: the response is
/// that of the membrane below threshold.
/// @param amplitude  nA, > 0
/// @param frequency  Hz, > 0; with a stepper below 500/dt
Oscillation measure_oscillation(const Neuron& neuron, double amplitude, double frequency, const Solver& solver);

/// How long measure_oscillation runs a stepper of step dt, ms.
double measured_time(const Neuron& neuron, double frequency, double dt);

/// The same for an exact membrane that is given the sinusoid in samples, each held for dt ms, and is read at their
/// times.
Oscillation measure_held_oscillation(const Neuron& neuron, double amplitude, double frequency, double dt);

}  // namespace lapicque::program
