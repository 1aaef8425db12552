#pragma once

#include <complex>
#include <string_view>

#include "lapicque/neuron.hpp"

namespace lapicque {

// How the membrane below threshold answers a sinusoidal current: formulas of the neuron alone, no simulation.
//
// The current A sin(2 pi f t / 1000) (nA; f in Hz, t in ms) makes the potential of tau_m du/dt = -(u - u_rest) + R I
// oscillate about rest, once the transient has died away, as
//
//     u(t) - u_rest = A |Z| sin(2 pi f t / 1000 + arg Z),   Z = Z(f) the impedance, MOhm.
//
// The sign of the phase: voltage lags behind current, so arg Z <= 0.
// Accuracy: a few ulp of |Z|, of the phase and of each result in mV or ms (measured in tests/response_test.cpp: 4 ulp).

/// 2 pi f / 1000: the angular frequency in rad/ms of a frequency in Hz.
double angular_frequency(double frequency) noexcept;

/// Impedance of the membrane (MOhm): Z(f) = R / (1 + i omega tau_m), omega = angular_frequency(f).
/// @param frequency  Hz, >= 0 (0: a constant current, Z = R)
/// @throws InvalidArgument  frequency negative or not finite
std::complex<double> impedance(const Neuron& neuron, double frequency);

/// Amplitude (mV) of the potential that oscillates with a sinusoidal current of this amplitude (nA) and frequency (Hz):
/// A R / sqrt(1 + (omega tau_m)^2).
/// Example: the default neuron, 2.5 nA, 250 Hz: 1.9831674210914634 mV.
/// @throws InvalidArgument  amplitude not finite; frequency negative or not finite
double response_amplitude(const Neuron& neuron, double amplitude, double frequency);

/// Phase (rad, in (-pi/2, 0]) of the potential against the current: arg Z = -atan(omega tau_m). Negative: it lags.
/// Example: the default neuron, 250 Hz: -1.4914 rad = -85.45 degrees.
/// @throws InvalidArgument  frequency negative or not finite
double response_phase(const Neuron& neuron, double frequency);

/// Delay (ms, > 0) of the potential behind the current: atan(omega tau_m) / omega. It is tau_m for slow currents
/// (frequency 0 included) and a quarter of a period for fast ones.
/// Example: the default neuron, 250 Hz: 0.9494 ms.
/// @throws InvalidArgument  frequency negative or not finite
double response_delay(const Neuron& neuron, double frequency);

/// What kind of filter the membrane is: |Z| falls steadily from R at 0 Hz, as 1/f in the end.
inline constexpr std::string_view filter_type = "low-pass";

/// The cut-off frequency (Hz) of that filter, 1000 / (2 pi tau_m): there |Z| = R/sqrt(2) and arg Z = -45 degrees.
/// Example: the default neuron, 19.9 Hz.
double cutoff_frequency(const Neuron& neuron);

/// Effective impedance (MOhm) where a sinusoidal current is held in samples and the potential is read at their times.
///
/// The current is A sin(omega t_n) on [t_n, t_n + dt), t_n = n dt, and the potential is exact. At the times t_n, once
/// the transient has died away, u(t_n) - u_rest = A |H| sin(omega t_n + arg H) with
///
///     H = R (1 - a) / (z - a),   a = exp(-dt/tau_m),   z = exp(i omega dt).
///
/// That is the transfer function of exponential Euler (stepper.hpp), and of every simulator that steps exactly with an
/// input held over the step. Two things are in it that Z does not have: holding delays the current by dt/2, which takes
/// arg H below -90 degrees, where no first-order low-pass gets to; and the harmonics of the stairs fold back onto the
/// times of reading, which makes |H| larger than |Z| at high frequencies. Between these times u follows arcs; the part
/// of u at the frequency f itself is Z times sin(omega dt/2)/(omega dt/2), a little smaller than |Z|.
/// Examples: the default neuron, dt = 0.1 ms, 2.5 nA: 1.98521 mV at -89.96 degrees for 250 Hz, and 0.50554 mV at
/// -106.90 degrees (Z: 0.49726 mV, -88.86 degrees) for 1 kHz.
/// @param frequency  Hz, >= 0; above 500/dt the samples are those of a lower frequency, and so is the answer
/// @param dt         ms, > 0
/// @throws InvalidArgument  frequency negative or not finite; dt not finite or not > 0
std::complex<double> held_impedance(const Neuron& neuron, double frequency, double dt);

/// Effective impedance (MOhm) of forward Euler (stepper.hpp), read at the grid times like held_impedance:
///
///     H = R (dt/tau_m) / (z - 1 + dt/tau_m),   z = exp(i omega dt)
///
/// Means an amplitude and a phase only where forward Euler is stable, dt < 2 tau_m.
/// Example: the default neuron, dt = 0.1 ms, 2.5 nA, 250 Hz: 1.99764 mV at -89.93 degrees.
/// @throws InvalidArgument  frequency negative or not finite; dt not finite or not in (0, 2 tau_m)
std::complex<double> euler_impedance(const Neuron& neuron, double frequency, double dt);

/// u - u_rest (mV) in two parts; see sinusoid_response.
struct SinusoidResponse {
  double steady;     ///< the oscillation that stays
  double transient;  ///< what dies away with tau_m
};

/// The potential's answer to a sinusoidal current that is switched on at t = 0 and finds the membrane at rest, as long
/// as nothing fires: for the current A sin(omega t + phase), t >= 0,
///
///     u(t) - u_rest = steady + transient,
///     steady(t)     = A |Z| sin(omega t + phase + arg Z),
///     transient(t)  = -steady(0) exp(-t/tau_m).
///
/// A stimulus of less than a few tau_m, or of less than a cycle, shows mostly the second: its peaks tell neither
/// amplitude nor phase of the response. Each part is accurate to some 1e-15 A |Z| (for a phase of a few
/// rad); their sum cancels while t << tau_m.
/// @param amplitude  A, nA   @param frequency  Hz, >= 0   @param t  ms, >= 0   @param phase  rad
/// @throws InvalidArgument  an argument not finite; frequency or t negative
SinusoidResponse sinusoid_response(const Neuron& neuron, double amplitude, double frequency, double t,
                                   double phase = 0);

}  // namespace lapicque
