#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "grid/few_steps.hpp"
#include "input/argument.hpp"
#include "input/transform.hpp"
#include "lapicque/convention.hpp"
#include "lapicque/current_value.hpp"
#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "simulators/grid_run.hpp"

namespace lapicque {
namespace {

void require(bool holds, const char* axis, const char* value, const char* rule, const char* mend) {
  if (!holds) throw InvalidArgument(axis, value, rule, mend);
}

void require_consistent(const Convention& c) {
  const bool on_grid = c.crossing == Crossing::grid;
  require(c.arrivals != Arrival::exact || !on_grid, "arrivals", "exact", "a crossing on the grid needs arrivals there",
          "choose another Arrival or Crossing::within_step");
  require(c.stamp != Stamp::crossing || !on_grid, "stamp", "crossing", "a crossing on the grid has a grid time",
          "choose Stamp::step_start or step_end");
  require(c.stamp != Stamp::interpolated || on_grid, "stamp", "interpolated", "a crossing within a step is solved for",
          "choose Stamp::crossing or Crossing::grid");
  require(!c.detection || on_grid, "detection", "given", "it takes a crossing on the grid", "choose Crossing::grid");
  require(c.update == Update::exact || on_grid, "crossing", "within_step or everywhere",
          "a crossing within a step is solved from the closed form", "choose Update::exact");
  require(c.input_time || c.crossing == Crossing::everywhere, "input_time", "none", "steps need a current to hold",
          "give a time or choose Crossing::everywhere");
  require(!c.input_time || std::isfinite(*c.input_time), "input_time", "not finite", "must be a finite number", "");
}

// SpikeTrain on what the grid leaves of the problem.
std::vector<double> event_driven(const Neuron& neuron, const Current& current, double steps, double until,
                                 const Convention& convention, double dt) {
  Current gridded = convention.input_time ? Current() : without_events(current);
  if (convention.input_time) {
    CurrentEvaluator evaluator(convention.synapses_sampled ? current : without_events(current));
    std::vector<double> values;
    for (double n = 0; n <= steps; ++n) {
      const double value = evaluator.value_at((n + *convention.input_time) * dt);
      values.push_back(n < convention.first_input_step ? 0 : value);
    }
    gridded += samples(0, dt, std::move(values));
  }
  const auto moved = [&](std::vector<Event>& events) {
    if (convention.arrivals == Arrival::exact) return;
    for (Event& event : events) {
      if (event.time >= 0) event.time = detail::grid_index(event.time, dt, convention.arrivals) * dt;
    }
  };
  using detail::current_of;
  using detail::with_events;
  const auto moved_events = Overloaded{
      [](const HasValue auto&) { return Current(); },
      [&](const Pulses& p) { return current_of(with_events(p, moved)); },
      [&](const Synapse& s) { return convention.synapses_sampled ? Current() : current_of(with_events(s, moved)); },
  };
  gridded += detail::transform(current, moved_events);

  NeuronParameters parameters{neuron.rest(), neuron.reset(),      neuron.threshold(), neuron.resistance(),
                              neuron.tau(),  neuron.refractory(), neuron.initial()};
  if (convention.refractory_count != RefractoryCount::exact) {
    const double counted = counted_steps(neuron.refractory(), dt, convention.refractory_count);
    parameters.refractory = std::max(counted + convention.refractory_extra, 0.0) * dt;
  }
  // SpikeTrain keeps a jump at the very end of refractoriness; a hair later it is lost. The hair is more than grid
  // times are off their multiples of dt by rounding, and so little that a long train is moved by less than a
  // simulator's clock. Whoever counts steps keeps a jump that rounding has put before the end.
  const double hair = 1e-12 * dt + 2 * std::numeric_limits<double>::epsilon() * until;
  if (!convention.keeps_jump_at_end) {
    parameters.refractory += hair;
  } else if (convention.refractory_count != RefractoryCount::exact) {
    parameters.refractory = std::max(parameters.refractory - hair, 0.0);
  }
  std::vector<double> times = spike_times(Neuron(parameters), gridded, until);
  for (double& time : times) {
    if (convention.stamp == Stamp::step_start) time = std::floor(time / dt) * dt;
    if (convention.stamp == Stamp::step_end) time = std::ceil(time / dt) * dt;
    time = detail::printed_time(time, convention);
  }
  return times;
}

}  // namespace

std::vector<double> predicted_spike_times(const Neuron& neuron, const Current& current, double until,
                                          const Convention& convention, double dt) {
  detail::require_positive(until, "until", "ms");
  detail::require_positive(dt, "dt", "ms");
  detail::require_plain(neuron, "a convention");
  require_consistent(convention);
  if (convention.input_time) detail::require_few_steps(until, dt);
  const double steps = std::floor(until / dt + detail::step_rounding);
  if (convention.crossing == Crossing::everywhere) {
    return event_driven(neuron, current, steps, until, convention, dt);
  }
  detail::GridRun run(neuron, current, convention, dt);
  for (double n = 0; n < steps; ++n) run.step();
  return run.spikes();
}

}  // namespace lapicque
