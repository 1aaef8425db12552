#pragma once

#include <array>
#include <functional>

#include "exercises/report.hpp"
#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::program {

// What forward Euler must give, known without stepping.

/// While the current is held over each step, forward Euler multiplies the distance to u_inf by 1 - dt/tau_m in each.
/// An exact membrane with this time constant (ms) does the same:
///     tau' = -dt / log(1 - dt/tau_m) = tau_m - dt/2 - dt^2 / (12 tau_m) - ...
double euler_tau(double tau, double dt);

/// The neuron that Euler's potential belongs to: the same but for euler_tau.
Neuron euler_neuron(const Neuron& neuron, double dt);

/// The first grid time n dt not before `time`, but for rounding: the time that a stepper gives a spike.
double next_grid_time(double time, double dt);

/// The refractory period (ms) that a stepper makes of it: a whole number of steps.
double euler_refractory(const Neuron& neuron, double dt);

/// The period (ms) between Euler's spikes under a constant current: the time from reset to threshold of euler_neuron,
/// carried on to the next grid time, and the refractory period. Empty at the rheobase and below: infinite.
double euler_period(const Neuron& neuron, double current, double dt);

/// `answer` at each of euler_steps.
std::array<double, 2> at_euler_steps(const std::function<double(double dt)>& answer);

/// Euler's potential (mV) at `time`, which is on the grid.
double euler_potential(const Neuron& neuron, const Current& current, double time, double dt);

/// Time, current, exact potential and Euler's, every 0.1 ms until `until`.
DataTable trace_data(const Neuron& neuron, const Current& current, double until);

/// Exact spike times and Euler's; shorter columns are filled up with empty cells.
DataTable spike_data(const Neuron& neuron, const Current& current, double until);

}  // namespace lapicque::program
