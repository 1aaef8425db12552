#pragma once

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque {

// What one arrival at a synapse, or one voltage jump, does to a neuron at rest: formulas, no simulation.
//
// The arrival at t = 0 injects I(t) = w f(t/tau_s), f(s) = exp(-s) or s exp(1 - s), into tau_m du/dt = -(u - u_rest) +
// R I [1, eq. (1.5)] with u(0) = u_rest. As long as nothing fires, with a = 1/tau_m and b = 1/tau_s,
//
//     exponential   u - u_rest = R w a (exp(-b t) - exp(-a t)) / (a - b)
//     alpha         u - u_rest = R w e a b (exp(-a t) - (1 - (a - b) t) exp(-b t)) / (a - b)^2
//
// which is smooth through tau_s = tau_m: R w a t exp(-a t) and R w e a^2 t^2/2 exp(-a t) there. Potentials are in mV,
// weights in nA, times in ms; tau is tau_s.
//
// Accuracy, for every function here: the parameters are exact, the formula is evaluated with 50 digits, of which no
// tau_s near tau_m costs more than 17, and the result is rounded to double once: 0.5 ulp and a hair. A value beyond the
// range of double is infinite or 0. A call takes some tens of microseconds.
//
// [1] Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, chapter 1; arrivals as currents in section 1.3.3.

/// The postsynaptic potential u(t) - u_rest (mV) after an arrival at t = 0; 0 for t <= 0.
/// @param tau     tau_s, ms     @param weight  w, nA, of either sign     @param t  ms; may be infinite
/// @throws InvalidArgument  tau not finite or not > 0; weight not finite; t not a number
/// Example: the default neuron, exponential, tau_s = 2 ms, 1 nA, after 2 ms: 1.3697378063332085 mV.
double postsynaptic_potential(const Neuron& neuron, Shape shape, double tau, double weight, double t);

/// Where a postsynaptic potential is farthest from rest.
struct PostsynapticPeak {
  double time;       ///< ms after the arrival
  double potential;  ///< u - u_rest, mV; of the sign of the weight
};

/// The peak of a postsynaptic potential. There tau_m du/dt = 0, and so u - u_rest = R w f(t/tau_s):
///
///     exponential   t = log(tau_m/tau_s) / (b - a)                 (tau_m where the two are equal)
///     alpha         t = z / (a - b),  (1 - exp(-z)) / z = tau_m/tau_s   (2 tau_m where the two are equal)
///
/// z is 1/m + W(-exp(-1/m)/m) with m = tau_m/tau_s and the branch of Lambert's W on which z has the sign of 1 - m; it
/// is found here by Newton's method on the logarithm of the equation, which is convex: from one side, in ten steps at
/// most.
/// @throws InvalidArgument  tau not finite or not > 0; weight not finite
/// Example: the default neuron, exponential, tau_s = 2 ms, 1 nA: 1.5749013123685915 mV after 3.696784962986375 ms.
PostsynapticPeak postsynaptic_peak(const Neuron& neuron, Shape shape, double tau, double weight);

/// The weight (nA) that a single arrival must exceed to make the neuron, at rest, fire: the one whose peak touches the
/// threshold, (theta - u_rest) / (R f(t/tau_s)) at the time t of the peak. At it u touches the threshold and does not
/// cross it: no spike. Rounding to double may end on either side of it.
/// @throws InvalidArgument  tau not finite or not > 0; the resting potential not below the threshold (the neuron fires
///                          without any arrival)
/// Example: the default neuron, exponential, tau_s = 2 ms: 12.699208415745597 nA.   See also: threshold_amplitude.
double threshold_weight(const Neuron& neuron, Shape shape, double tau);

/// The least voltage jump (mV) that makes the neuron, at rest, fire: theta - u_rest. A jump that lands on the threshold
/// fires. The potential is farthest from rest as it lands, and decays with tau_m.
/// @throws InvalidArgument  the resting potential not below the threshold
double threshold_jump(const Neuron& neuron);

}  // namespace lapicque
