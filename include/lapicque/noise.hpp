#pragma once

#include <span>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque {

// How a neuron fires under a constant current and noise: formulas, no simulation. The membrane obeys
//
//     tau_m du/dt = -(u - u_rest) + R I + sigma sqrt(tau_m) xi(t)                                     [1, eq. (3)]
//
// with Gaussian white noise, <xi(t) xi(t')> = delta(t - t'), a threshold that absorbs, and a reset to u_r after which u
// stays there for the refractory period. Sigma is in mV; without a threshold u would have the mean mu = u_rest + R I
// and the standard deviation sigma / sqrt(2).
//
// With b = (theta - mu)/sigma, d = (theta - u_r)/sigma and the interval T = Delta_abs + tau_m X,
//
//     mean of X     = int_0^inf e^(2 b s - s^2) (1 - e^(-2 d s))/s ds
//     variance of X = int_0^inf e^(2 b s - s^2) (1 - e^(-2 d s))/s 4 K(s) ds,   K(s) = int_0^s e^(p^2/2) sqrt(pi/2)
//                                                                                      erf(p/sqrt(2)) dp
//
// which are Siegert's mean, sqrt(pi) int e^(x^2) (1 + erf x) dx from (u_r - mu)/sigma to b [1, eq. (21); 2], and the
// variance, 2 pi int e^(x^2) int_-inf^x e^(y^2) (1 + erf y)^2 dy dx [1, appendix A.1], after the integrals over x and
// then over all but the sum s of the others: nothing in them cancels, and neither overflows before the answer does.
//
// Accuracy: 1e-14 relative, for all answers that are normal doubles; the parameters are taken as exact, and mu - theta,
// which cancels, has all its digits. A rate below the range of double is 0, and a mean beyond it infinite.
//
// [1] Brunel, Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons, J. Comput.
//     Neurosci. 8, 183-208, 2000.
// [2] Siegert, On the first passage time probability problem, Phys. Rev. 81, 617-623, 1951.
// [3] Fourcaud and Brunel, Dynamics of the firing probability of noisy integrate-and-fire neurons, Neural Comput. 14,
//     2057-2110, 2002.
// [4] Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, chapter 8.
// [5] Asmussen, Glynn, Pitman, Discretization error in simulation of one-dimensional reflecting Brownian motion, Ann.
//     Appl. Probab. 5, 875-896, 1995.

/// The intervals between spikes, which are independent of one another.
struct IntervalMoments {
  double mean;                ///< ms; infinite where the neuron never fires
  double standard_deviation;  ///< ms
  double cv;                  ///< coefficient of variation: standard deviation / mean, also where both are infinite
  double rate;                ///< Hz: 1000 / mean
};

/// The moments of the intervals under a constant current (nA) and white noise.
///
/// Without noise (sigma = 0) they are those of firing_rate(neuron, current); where that neuron does not fire, the mean
/// and the standard deviation are infinite, and cv is its limit as sigma falls to 0: 1 below the rheobase, 0 at it.
/// @param sigma  mV, >= 0
/// @throws InvalidArgument  current or sigma not finite, sigma < 0
/// Example: the default neuron, 2 nA (the rheobase), sigma = 3 mV: 43.845632639387085 Hz, CV 0.3865781445797322.
IntervalMoments interval_moments(const Neuron& neuron, double current, double sigma);

/// The firing rate (Hz) where a synapse of time constant tau_s filters the noise, to first order in sqrt(tau_s/tau_m).
///
/// The current's fluctuations R I_s obey tau_s d(R I_s)/dt = -R I_s + sigma sqrt(tau_m) xi(t) in place of white noise.
/// The rate is that under white noise with both theta and u_r raised by
///
///     sigma |zeta(1/2)|/sqrt(2) sqrt(tau_s/tau_m) = 1.0326 sigma sqrt(tau_s/tau_m)                     [3, section 4]
///
/// which [3] writes alpha/2 with alpha = sqrt(2) |zeta(1/2)|. What is left out is of the order of tau_s/tau_m; the
/// formula itself is evaluated as accurately as interval_moments.
/// @param sigma  mV, >= 0; the same as of white noise for tau_s = 0   @param tau_s  ms, >= 0, well below tau_m
/// @throws InvalidArgument  an argument not finite, sigma or tau_s negative
double filtered_noise_rate(const Neuron& neuron, double current, double sigma, double tau_s);

/// What interval_moments becomes in a simulation with a time step (ms), to first order in sqrt(dt/tau_m):
/// noisy_intervals with this method has these moments.
///
/// A simulation that looks at grid times only misses crossings between them. Its moments are those of a threshold that
/// is raised by -zeta(1/2)/sqrt(2 pi) = 0.5826 standard deviations of a step's noise, sigma sqrt(dt/tau_m) [5]. A step
/// of Euler-Maruyama is moreover an exact one of another neuron, whose time constant is -dt/log(1 - dt/tau_m) and whose
/// sigma is larger by sqrt(2/(2 - dt/tau_m)). Refractoriness is a whole number of steps.
/// @param sigma  mV, > 0   @param dt  ms, > 0; below tau_m with Method::euler
/// @throws InvalidArgument  an argument not finite, or outside of its range
IntervalMoments stepped_interval_moments(const Neuron& neuron, double current, double sigma, double dt, Method method);

/// A Poisson process of arrivals, each of which makes u jump.
struct PoissonArrivals {
  double rate;  ///< Hz, >= 0
  double jump;  ///< mV
};

/// How far (mV) an arrival at a synapse moves u in all, were it to act at once: R q / tau_m for the charge q = weight
/// tau_s of an exponential current, and e weight tau_s of an alpha current (peak `weight`).
/// @param tau_s  ms, > 0   @param weight  nA
/// @throws InvalidArgument  tau_s not finite or not > 0; weight not finite
double equivalent_jump(const Neuron& neuron, Shape shape, double tau_s, double weight);

/// A constant current and white noise.
struct Diffusion {
  double current;  ///< nA
  double sigma;    ///< mV
};

/// What independent Poisson arrivals are like where they are many and their jumps small: the current and the noise with
/// their mean and variance, by Campbell's theorem [4, section 8.2; 1, eq. (4) and (5)],
///
///     R I = tau_m sum of rate jump,   sigma^2 = tau_m sum of rate jump^2   (rates per ms).
///
/// Without a threshold, arrivals make u vary by exactly sigma/sqrt(2) about u_rest + R I. A few ulp.
/// @throws InvalidArgument  a number is not finite, or a rate negative
Diffusion diffusion_approximation(const Neuron& neuron, std::span<const PoissonArrivals> arrivals);

}  // namespace lapicque
