#include "lapicque/convention.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "grid/few_steps.hpp"
#include "grid/grid_run.hpp"
#include "input/argument.hpp"
#include "input/transform.hpp"
#include "lapicque/current_value.hpp"
#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque {
namespace {

constexpr Convention brian2{
    .update = Update::exact,
    .synapses_sampled = false,
    .jumps_tested_at_once = false,
    .stamp = Stamp::step_start,
    .arrivals = Arrival::after,
    .refractory_count = RefractoryCount::brian2,
    .refractory_extra = -1,
    .keeps_jump_at_end = false,
};

constexpr Convention nest{
    .update = Update::exact,
    .synapses_sampled = false,
    .strict_threshold = false,
    .decimals = 3,
    .arrivals = Arrival::up_from_microseconds,
    .refractory_count = RefractoryCount::up,
    .keeps_jump_at_end = false,
};

constexpr Convention changed(Convention convention, auto change) {
  change(convention);
  return convention;
}

constexpr Convention brian2_euler = changed(brian2, [](Convention& c) {
  c.update = Update::forward_euler;
  c.synaptic_decay = SynapticDecay::forward_euler;
});

constexpr Convention nest_generator = changed(nest, [](Convention& c) {
  c.input_time = -1;
  c.first_input_step = 2;
});

constexpr Convention nest_precise = changed(nest, [](Convention& c) {
  c.crossing = Crossing::within_step;
  c.stamp = Stamp::crossing;
  c.arrivals = Arrival::exact;
  c.keeps_jump_at_end = true;
});

constexpr Convention nest_lossless = changed(nest_precise, [](Convention& c) { c.crossing = Crossing::everywhere; });

constexpr Convention neuron_fixed{
    .update = Update::backward_euler,
    .input_time = 0.5,
    .rearmed_below = true,
    .stamp_offset = 1e-10,
};

constexpr Convention neuron_intfire = changed(exact_solution, [](Convention& c) { c.keeps_jump_at_end = false; });

constexpr Convention nengo{
    .update = Update::exact,
    .input_time = 1,
    .crossing = Crossing::within_step,
    .refractory_count = RefractoryCount::exact,
    .floor_at_rest = true,
};

constexpr std::array named{
    NamedConvention{"brian2", "Brian 2, method='exact': the start of the step at whose end v > threshold",
                    "Brian 2.5.1, run (tests/simulators)", brian2},
    NamedConvention{"brian2-euler", "Brian 2, method='euler'", "Brian 2.5.1, run (tests/simulators)", brian2_euler},
    NamedConvention{"nest", "NEST's grid models (iaf_psc_exp, iaf_psc_delta), I(t) held from each grid time on",
                    "source code of NEST 2 and 3: iaf_psc_exp.cpp, iaf_psc_delta.cpp, nest_time.cpp", nest},
    NamedConvention{"nest-generator", "the same, the current from a generator with a delay of dt: it acts a step late",
                    "source code of NEST 2 and 3: dc_generator.cpp, stimulation_device.cpp", nest_generator},
    NamedConvention{"nest-precise", "NEST's precise models (iaf_psc_exp_ps): crossings solved within the step",
                    "source code of NEST 3: iaf_psc_exp_ps.cpp", nest_precise},
    NamedConvention{"nest-lossless", "NEST's iaf_psc_exp_ps_lossless: no crossing within a step is missed",
                    "source code of NEST 3: iaf_psc_exp_ps_lossless.cpp", nest_lossless},
    NamedConvention{"neuron", "NEURON with a fixed step (backward Euler), spikes at the end of the step",
                    "NEURON 8.2.2, run (tests/simulators)", neuron_fixed},
    NamedConvention{"neuron-intfire", "NEURON's event-driven IntFire1, IntFire2 and IntFire4",
                    "NEURON 8.2.2, run (tests/simulators)", neuron_intfire},
    NamedConvention{"nengo", "Nengo's LIF: crossings solved within the step, spikes printed at its end",
                    "source code of Nengo: neurons.py (LIF.step)", nengo},
    NamedConvention{"allen", "AllenSDK's GLIF: forward Euler, crossings interpolated linearly within the step",
                    "source code of the AllenSDK: glif_neuron.py (run, interpolate_spike_time)",
                    changed(Convention{}, [](Convention& c) { c.stamp = Stamp::interpolated; })},
    NamedConvention{"euler", "forward Euler as in `lapicque run --method euler`", "stepper.hpp", Convention{}},
    NamedConvention{"exponential-euler", "as in `lapicque run --method exponential-euler`", "stepper.hpp",
                    changed(Convention{}, [](Convention& c) { c.update = Update::exponential_euler; })},
};

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

/// How far from a whole number of steps rounding may have taken one, in steps.
constexpr double slack = 1e-9;

/// Simulators that count time in microseconds round to the nearest one first.
double whole_microseconds(double ms) { return std::round(ms * 1000) / 1000; }

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

std::span<const NamedConvention> conventions() { return named; }

const Convention& find_convention(std::string_view name) {
  std::string names;
  for (const NamedConvention& known : named) {
    if (known.name == name) return known.convention;
    names.append(names.empty() ? "" : ", ").append(known.name);
  }
  throw InvalidArgument("convention", std::string(name), "must be one of " + names);
}

double counted_steps(double refractory, double dt, RefractoryCount count) {
  detail::require_positive(dt, "dt", "ms");
  switch (count) {
    case RefractoryCount::down:
      return std::floor(refractory / dt + slack);
    case RefractoryCount::up:
      return std::ceil(whole_microseconds(refractory) / dt - slack);
    case RefractoryCount::brian2:
      return std::floor(whole_microseconds(refractory) / dt + 1e-3);
    case RefractoryCount::nearest:
    case RefractoryCount::exact:
      break;
  }
  return std::round(refractory / dt);
}

std::vector<double> predicted_spike_times(const Neuron& neuron, const Current& current, double until,
                                          const Convention& convention, double dt) {
  detail::require_positive(until, "until", "ms");
  detail::require_positive(dt, "dt", "ms");
  require_consistent(convention);
  if (convention.input_time) detail::require_few_steps(until, dt);
  const double steps = std::floor(until / dt + slack);
  if (convention.crossing == Crossing::everywhere) {
    return event_driven(neuron, current, steps, until, convention, dt);
  }
  detail::GridRun run(neuron, current, convention, dt);
  for (double n = 0; n < steps; ++n) run.step();
  return run.spikes();
}

}  // namespace lapicque
