#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque {

/// How the membrane potential gets over one time step of length dt; u_inf = u_rest + R I, I held over the step.
enum class Update {
  exact,              ///< the closed form: held current exactly, synaptic currents exactly as they decay
  exponential_euler,  ///< the closed form with synaptic currents held, too
  forward_euler,      ///< u += (dt/tau_m) (u_inf - u)
  backward_euler,     ///< u = (u + (dt/tau_m) u_inf) / (1 + dt/tau_m)
};

/// How synaptic currents get over one time step.
enum class SynapticDecay {
  exact,          ///< exp(-dt/tau_s)
  forward_euler,  ///< 1 - dt/tau_s
};

/// Where a crossing of the threshold is taken to be.
enum class Crossing {
  grid,         ///< at the end of the step (or at the arrival) at which u is found above the threshold
  within_step,  ///< where u crosses; looked for only if u is above the threshold at the end of the step
  everywhere,   ///< where u crosses, whether or not it is back at the end of the step: SpikeTrain on the held current
};

/// Which time is written down for a spike.
enum class Stamp {
  step_start,
  step_end,
  crossing,
  interpolated,  ///< where a straight line from u at the start of the step to u at its end crosses the threshold
};

/// What becomes of times of arrivals and voltage jumps that are no grid times.
enum class Arrival {
  exact,                 ///< stays where it is; only with a crossing that is not on the grid
  up,                    ///< the first grid time that is not before it
  up_from_microseconds,  ///< the same after it was rounded to a microsecond (NEST's tics)
  nearest,               ///< the nearest grid time
  after,  ///< the first grid time after it: an arrival at a grid time acts one step later (as Brian 2 has it)
};

/// How many steps refractoriness takes.
enum class RefractoryCount {
  exact,    ///< none are counted: it ends Delta_abs after the crossing, within a step where need be
  nearest,  ///< round(Delta_abs / dt)
  down,     ///< floor(Delta_abs / dt)
  up,       ///< ceil(Delta_abs / dt), Delta_abs rounded to 1 us before (NEST's tics)
  brian2,   ///< floor(Delta_abs / dt + 0.001), Delta_abs rounded to 1 us before
};

/// What the potential does in refractoriness.
enum class Refractoriness {
  clamped,               ///< u stays at reset
  relaxes,               ///< u goes from reset to rest as without input; voltage jumps are lost
  integrates,            ///< u goes on as always from reset and takes its jumps; it only fires no spike
  keeps_jumps,           ///< u stays at reset but for its jumps, which add up until the threshold is looked at again
  keeps_decaying_jumps,  ///< the same, and what they add decays with tau_m (NEST's refractory_input)
};

/// The grid of time of a simulator: everything that decides which train it prints for the same problem.
///
/// Grid times are t_n = n dt, rounded to double once; step n is the one from t_n to t_{n+1}. Before the first one, the
/// jumps that were moved to t_0 act and are tested. Each step does, in this order: it updates u with the current held
/// at I(t_n + input_time dt); adds the jumps that were moved to t_{n+1}; tests the threshold; resets. The fields say
/// what simulators do differently. The default is forward Euler as the Stepper has it.
struct Convention {
  Update update = Update::forward_euler;
  SynapticDecay synaptic_decay = SynapticDecay::exact;
  /// The time at which the current other than that of synapses is read, in steps from the start of the step: 0 start,
  /// 0.5 middle, 1 end, -1 a whole step late. Empty: it is not held at all, but acts as given (Crossing::everywhere).
  std::optional<double> input_time = 0.0;
  double first_input_step = 0;  ///< steps before this one are without that current (NEST's generators miss t = 0)
  /// How the current of synapses is read: with true, it is a sample like any other current, taken at input_time and
  /// held (the arrivals stay where they are); with false it is a state of the neuron, and arrivals move to the grid.
  bool synapses_sampled = true;

  bool strict_threshold = true;  ///< a spike takes u > theta; with false, u >= theta
  Crossing crossing = Crossing::grid;
  /// A jump that lifts u above the threshold fires at its own grid time; with false, only if u is still above it at the
  /// end of the next step.
  bool jumps_tested_at_once = true;

  /// A spike takes a test below the threshold since the last one, in refractoriness or after: a neuron that is above it
  /// at the first test after a reset fires no more, is not reset, and stays silent until u has come down.
  bool rearmed_below = false;

  /// mV: spikes are written down where u rises above this level, and reset where it is above the threshold; only with
  /// Crossing::grid. Empty: both are the threshold.
  std::optional<double> detection{};
  bool subtracts = false;  ///< a reset takes u down by threshold - reset, and keeps what it had above the threshold

  Stamp stamp = Stamp::step_end;
  double stamp_offset = 0;        ///< ms, added to every spike time
  std::optional<int> decimals{};  ///< of the time in ms, where it is printed rounded

  Arrival arrivals = Arrival::up;
  RefractoryCount refractory_count = RefractoryCount::nearest;
  int refractory_extra = 0;  ///< steps more (or fewer, not below 0) than counted, from the end of the step
  Refractoriness refractoriness = Refractoriness::clamped;
  bool keeps_jump_at_end = true;  ///< a jump at the very end of refractoriness acts; with false it is lost
  bool floor_at_rest = false;     ///< u is not let below rest (Nengo's min_voltage)

  bool operator==(const Convention&) const = default;
};

/// The exact solution as a convention: SpikeTrain's, of which no step is asked.
inline constexpr Convention exact_solution{
    .update = Update::exact,
    .input_time = {},
    .synapses_sampled = false,
    .crossing = Crossing::everywhere,
    .stamp = Stamp::crossing,
    .arrivals = Arrival::exact,
    .refractory_count = RefractoryCount::exact,
};

/// A convention that people meet.
struct NamedConvention {
  std::string_view name;         ///< "brian2"
  std::string_view description;  ///< one line
  std::string_view source;       ///< how it was established: simulator and version that was run, or what was read
  Convention convention;
};

/// All that have a name: brian2, brian2-euler, nest, nest-generator, nest-precise, nest-lossless, neuron,
/// neuron-intfire, nengo, allen, euler and exponential-euler.
std::span<const NamedConvention> conventions();

/// The convention of that name. @throws InvalidArgument  there is none; the message lists the names
const Convention& find_convention(std::string_view name);

/// How many steps of dt are counted for a refractory period (both ms): a whole number. RefractoryCount::exact, which
/// counts none, is taken for nearest.
/// @param dt  ms, > 0
/// @throws InvalidArgument  dt not finite or not > 0
double counted_steps(double refractory, double dt, RefractoryCount count);

/// The spike times (ms, ascending) that a correct run under the convention prints.
///
/// Whole steps with t_{n+1} <= until are taken (a t_{n+1} that is above it by rounding only counts).
/// Accuracy: decisions are taken in double arithmetic, as simulators do; where u comes nearer to the threshold than
/// some 1e-14 of its size, a simulator's rounding may decide otherwise.
/// Cost: O(pieces + synapses) a step.
/// @param until  ms, > 0
/// @param dt     ms, > 0
/// @throws InvalidArgument  until or dt not finite or not > 0; more than most_steps (stepper.hpp) steps to hold a
///                          current in; axes that exclude each other: Arrival::exact or Stamp::crossing with
///                          Crossing::grid, Update other than exact without it, input_time empty without
///                          Crossing::everywhere
std::vector<double> predicted_spike_times(const Neuron& neuron, const Current& current, double until,
                                          const Convention& convention, double dt);

}  // namespace lapicque
