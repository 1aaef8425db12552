#pragma once

#include <cstddef>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/current_value.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque {

/// The most steps that a run on a grid of time takes: some ten seconds' work.
inline constexpr double most_steps = 1e9;

/// How a Stepper gets from one grid time to the next; u_inf = u_rest + R I(t_n).
enum class Method {
  euler,              ///< forward Euler: u += (dt/tau_m) (u_inf - u)
  exponential_euler,  ///< exact for a current held over the step: u += (1 - exp(-dt/tau_m)) (u_inf - u)
};

/// The same problem as SpikeTrain solves, on a grid of time: what most simulators do, to be compared with.
///
/// The grid: t_n = n dt, rounded to double once (no sum drifts). What happens between the grid times happens at the
/// next one:
/// - The current is taken at the start of each step, I(t_n), and held over it. At t_n it is exact, synaptic currents
///   included (an arrival within a step is felt from the next one on, decayed by then).
/// - A voltage jump acts at the first grid time that is not before it, jumps of one grid time together; those before
///   t = 0 are forgotten.
/// - There is a spike at t_n if u_n, with its jumps, is above the threshold, or is on it by a jump. Being on it
///   without a jump is none, so that a current of exactly the rheobase, which u approaches for ever, does not fire when
///   rounding closes the last gap. The spike's time is t_n, the end of the step that it fell into: on average half
///   a step late, never early for an exact potential. (Brian 2 takes the step's start for the spike's time, dt less,
///   and counts refractoriness from there: its intervals between spikes are dt shorter;
///   predicted_spike_times in convention.hpp has its train, and those of other simulators.)
/// - After a spike u_n = u_r; then u stays there for round(Delta_abs/dt) steps, whatever the input does. Jumps before
///   the end of the last of them are lost; one at its very end acts.
///
/// Errors that this makes, exactly: with a constant current forward Euler gives
/// u_n = u_inf + (u_0 - u_inf) (1 - dt/tau_m)^n in place of (exp(-dt/tau_m))^n; with a sinusoidal one, euler_impedance
/// and held_impedance (response.hpp) in place of impedance. Forward Euler is stable for dt < 2 tau_m and does not
/// overshoot for dt <= tau_m; exponential Euler is always stable.
///
/// Cost: O(pieces of the current) for a step, O(events) altogether. Memory: O(pieces).
class Stepper {
 public:
  /// Stands at t_0 = 0, with u = initial and the jumps of that time done.
  /// @param dt  ms, finite, > 0. Times are what they should be up to step 2^53.
  /// @throws InvalidArgument  dt not finite or not > 0
  Stepper(const Neuron& neuron, const Current& current, double dt, Method method);

  /// Goes on to the next grid time.
  void step();

  /// t_n, ms.
  double time() const noexcept { return n_ * dt_; }
  /// t_{n+1}, ms.
  double next_time() const noexcept { return (n_ + 1) * dt_; }
  /// u_n, mV: after the jumps, and after the reset if there is a spike now.
  double potential() const noexcept { return potential_; }
  /// Whether there is a spike at t_n.
  bool spiked() const noexcept { return spiked_; }

 private:
  struct PulsesCursor {
    Pulses pulses;
    std::size_t next = 0;  ///< the first event that is still to come
  };

  double take_jumps(double from);
  void act(double jump);

  Neuron neuron_;
  CurrentEvaluator current_;
  std::vector<PulsesCursor> pulses_;
  double dt_;
  double gain_;              ///< the fraction of the way to u_inf that a step covers
  double refractory_steps_;  ///< a whole number, as n_ and resume_ are: doubles, so that none of them overflows
  double n_ = 0;
  double resume_ = 0;  ///< the first n from which u moves again
  double potential_;
  bool spiked_ = false;
};

/// The times (ms, ascending) of the stepped spikes with 0 <= t_n <= until.
/// @throws InvalidArgument  until or dt not finite or not > 0, or more than most_steps steps
std::vector<double> stepped_spike_times(const Neuron& neuron, const Current& current, double until, double dt,
                                        Method method);

/// Everything a Stepper goes through.
struct SteppedTrace {
  std::vector<double> times;       ///< t_n, ms, n = 0, 1, ... as long as t_n <= until
  std::vector<double> potentials;  ///< u_n, mV, as long as times; at a spike it is the reset potential
  std::vector<double> spikes;      ///< ms: the times at which there is a spike
};

/// The whole stepped trace on [0, until].
/// @throws InvalidArgument  until or dt not finite or not > 0, or more than most_steps steps
SteppedTrace stepped_trace(const Neuron& neuron, const Current& current, double until, double dt, Method method);

}  // namespace lapicque
