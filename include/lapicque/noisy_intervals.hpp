#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lapicque/neuron.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque {

/// A simulation under white noise.
struct NoisyRun {
  double until;  ///< ms, > 0: when it ends
  /// A stepper, whose spikes are where a grid time finds u at or above the threshold; or none, for the exact process.
  std::optional<Method> method{};
  double dt = 0;  ///< ms: the stepper's, > 0; the exact process takes steps of its own
  std::uint64_t seed = 1;
  std::uint64_t stream = 0;  ///< of draws.hpp: runs of different streams are independent
};

/// Intervals between spikes (ms) of a neuron under a constant current (nA) and white noise of strength sigma (mV; see
/// noise.hpp), drawn one after the other: those that are complete by the end of the run. The first begins at t = 0 as
/// if with a spike.
///
/// Without a method, u is drawn from its exact (Gaussian) distribution at grid times; whether it reached the threshold
/// between two of them, and when, from the distribution of a Brownian bridge. In the clock in which u is a Brownian
/// motion the threshold is a curve, which each step replaces by its chord: all that is not exact, the same as moving
/// the threshold by (mu - theta) (h/tau_m)^2/12 or less. The step h is 0.01 tau_m, or a tenth of the interval without
/// noise where that is shorter: 1e-5 (mu - theta) at most.
///
/// Method::euler is Euler-Maruyama, u += (dt/tau_m) (mu - u) + sigma sqrt(dt/tau_m) z; exponential_euler draws u at
/// grid times exactly. Both stay at u_r for round(Delta_abs/dt) steps. They miss what happens between grid times:
/// stepped_interval_moments (noise.hpp) has what that makes of the moments.
///
/// That the interval in which the run ends is left out, and long ones are so more often than short ones, lowers the
/// mean of n intervals by cv^2/n of it: sqrt(n)/cv times less than its statistical error.
/// Cost: 0.1 us a step.
/// @throws InvalidArgument  current not finite; sigma, until or a stepper's dt not finite or not > 0; dt >= tau_m with
///                          Method::euler, whose potential then does not decay; more than most_steps steps, or 1e8
///                          intervals
std::vector<double> noisy_intervals(const Neuron& neuron, double current, double sigma, const NoisyRun& run);

}  // namespace lapicque
