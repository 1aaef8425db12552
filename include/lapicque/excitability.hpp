#pragma once

#include <cstddef>
#include <optional>

#include "lapicque/neuron.hpp"

namespace lapicque {

// When and how often a neuron fires under a constant current: formulas, no simulation.
//
// Between spikes tau_m du/dt = -(u - u_rest) + R I [1, eq. (1.5)], and with constant I
//
//     u(t) = u_inf + (u(0) - u_inf) exp(-t/tau_m),   u_inf = u_rest + R I.
//
// Currents are in nA, potentials in mV, times in ms, rates in Hz (1000/ms).
//
// Accuracy, for every function here: the parameters are exact, the formula is evaluated with 50 digits (with
// u_inf - theta, which cancels, exact before it is rounded), and the result is rounded to double once: 0.5 ulp and a
// hair. A value beyond the range of double is infinite or 0. Whether a current lies above the rheobase is decided
// exactly. A call takes some tens of microseconds.
//
// [1] Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, chapter 1.

/// The potential (mV) at which u settles under a constant current (nA), if nothing fires: u_inf = u_rest + R I.
/// @throws InvalidArgument  current not finite
double steady_state_potential(const Neuron& neuron, double current);

/// The rheobase (nA): I_rh = (theta - u_rest) / R. A lasting constant current above it makes the neuron fire for ever;
/// one at it or below never does, as u then approaches u_inf <= theta from below without getting there.
///
/// 0 or negative for a neuron whose resting potential is at the threshold or above it: it fires without any current.
/// Rounding to double may end on either side of the true quotient; the other functions do not use this double.
/// Example: the default neuron, 2 nA.
double rheobase(const Neuron& neuron);

/// Time (ms) from the onset of a constant current to the first spike.
///
///     t = tau_m log1p((theta - u(0)) / (u_inf - theta))
///
/// @param current          I, nA
/// @param start_potential  u(0), mV, below the threshold
/// @return  empty where u_inf <= theta (the current at or below the rheobase): the threshold is never crossed
/// @throws InvalidArgument  current or start_potential not finite; start_potential not below the threshold
///
/// As I falls to the rheobase, t grows without bound, like log(1/(I - I_rh)).
/// Example: the default neuron, 2.5 nA, from -70 mV: 8 ln 5 = 12.875503299472802 ms.   See also: SpikeTrain.
std::optional<double> first_spike_latency(const Neuron& neuron, double current, double start_potential);

/// Strength-duration curve: the least amplitude (nA) with which a rectangular pulse of `duration` (ms) makes the
/// neuron, at rest when the pulse begins, fire.
///
///     I_th(d) = I_rh / (1 - exp(-d/tau_m))
///
/// At I_th itself u reaches the threshold just as the pulse ends, which counts as before the end: it fires. The one
/// exception is d = forever, where I_th is the rheobase, and a current at it never fires. Rounding to double may end
/// on either side of I_th.
/// @throws InvalidArgument  duration not > 0 (no amplitude is enough for a pulse of no length); the resting potential
///                          not below the threshold (the neuron fires without any pulse)
double threshold_amplitude(const Neuron& neuron, double duration);

/// Chronaxie (ms): the pulse length at which the least amplitude that fires is twice the rheobase, t_c = tau_m ln 2.
/// @throws InvalidArgument  the resting potential not below the threshold: there is no strength-duration curve then
double chronaxie(const Neuron& neuron);

/// f-I curve (gain function): the rate (Hz) at which the neuron goes on firing under a constant current (nA).
///
///     f(I) = 1000 / T,   T = Delta_abs + tau_m log1p((theta - u_r) / (u_inf - theta))
///
/// 0 at the rheobase and below.
/// @throws InvalidArgument  current not finite
double firing_rate(const Neuron& neuron, double current);

/// The rate (Hz) that f(I) approaches for ever stronger currents and never reaches: 1000 / Delta_abs, infinite without
/// refractoriness.
double limiting_rate(const Neuron& neuron);

/// Inverse f-I curve: the constant current (nA) under which the neuron fires at `rate` (Hz).
///
///     I = I_rh + (theta - u_r) / (R expm1((1000/rate - Delta_abs) / tau_m))
///
/// A low rate takes a current so little above the rheobase that the nearest double may be the rheobase itself.
/// @throws InvalidArgument  rate not > 0, or not below limiting_rate
double current_for_rate(const Neuron& neuron, double rate);

/// Slope (gain) of the f-I curve, df/dI, in Hz/nA.
///
///     df/dI = f^2/1000 tau_m R (theta - u_r) / ((u_inf - theta) (u_inf - u_r))
///
/// 0 at the rheobase and below. Just above it the slope is without bound: the curve sets out vertically.
/// @throws InvalidArgument  current not finite
double firing_rate_slope(const Neuron& neuron, double current);

/// The f-I curve near the rheobase (Hz): the logarithm alone,
///
///     f ~ 1000 / (Delta_abs + tau_m log((theta - u_r) / (R (I - I_rh)))).
///
/// Its period is too short, by tau_m log1p(1/x) < tau_m/x with x = (theta - u_r) / (R (I - I_rh)): an upper bound of f.
/// @return  empty where x <= 1, too far above the rheobase for the logarithm to mean a time; 0 at the rheobase and
///          below
/// @throws InvalidArgument  current not finite
std::optional<double> firing_rate_near_rheobase(const Neuron& neuron, double current);

/// The f-I curve far above the rheobase (Hz): the way from reset to threshold at the speed of its middle,
///
///     f ~ 1000 / (Delta_abs + tau_m (theta - u_r) / (u_inf - (theta + u_r)/2)).
///
/// With x = (theta - u_r) / (u_inf - theta) this puts 2x/(2 + x) for log1p(x): short by less than the fraction x^2/12,
/// so that this too is an upper bound of f. It goes to 1000/Delta_abs, or is linear in I without refractoriness.
/// 0 at the rheobase and below.
/// @throws InvalidArgument  current not finite
double firing_rate_far_above(const Neuron& neuron, double current);

/// How many times the neuron fires in the first `duration` ms of a constant current (nA) that sets in at u = initial.
///
/// The first spike comes after first_spike_latency from the initial potential, each further one a period of
/// firing_rate later. A spike on the very end counts.
/// @param duration  ms, >= 0
/// @return  the count; the largest std::size_t where it is larger than that
/// @throws InvalidArgument  current or duration not finite; duration negative
std::size_t spike_count(const Neuron& neuron, double current, double duration);

/// A finite measurement of a rate: current flows on [start, stop), spikes are counted on [0, counted]; ms.
struct StepProtocol {
  double start = 0;
  double stop;
  double counted;
};

/// How many spikes a protocol counts at this current (nA). u(0) is the neuron's initial potential, which has relaxed
/// towards rest for `start` ms when the current sets in. The count is spike_count's for the time in which current
/// flows.
/// @throws InvalidArgument  current not finite; start negative or not finite; stop not after start (it may be forever);
///                          counted not finite or not > 0; the resting potential not below the threshold (the neuron
///                          then fires outside of the pulse as well: see SpikeTrain)
std::size_t spike_count(const Neuron& neuron, double current, const StepProtocol& protocol);

/// The rate (Hz) that a protocol measures: its count over its time of counting, 1000 spike_count / counted.
///
/// A stair below the f-I curve of the pulse, and lower by the factor (stop - start)/counted where the current does not
/// flow all the time.
/// Example: refractory 3 ms, current from 5 to 101 ms, counted for 500 ms: 31 spikes or 62 Hz at 100 nA, 32 spikes or
/// 64 Hz from 130.6 nA on (and no more: see limiting_rate).
/// @throws InvalidArgument  as spike_count
double firing_rate(const Neuron& neuron, double current, const StepProtocol& protocol);

/// The rate (Hz) at which a protocol levels off for ever stronger currents: 1000/counted ceil(d/Delta_abs), where d is
/// the time for which the current flows while spikes are counted. (For the spikes come just after 0, Delta_abs,
/// 2 Delta_abs, ... and those before d count.) Infinite without refractoriness, unless d is 0.
/// @throws InvalidArgument  as spike_count
double limiting_rate(const Neuron& neuron, const StepProtocol& protocol);

}  // namespace lapicque
