#include "lapicque/convention.hpp"

#include <array>
#include <cmath>
#include <string>

#include "grid/few_steps.hpp"
#include "input/argument.hpp"
#include "lapicque/error.hpp"

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
                    "NEST 3.9.0, run; iaf_psc_exp.cpp, iaf_psc_delta.cpp, nest_time.cpp", nest},
    NamedConvention{"nest-generator", "the same, the current from a generator with a delay of dt: it acts a step late",
                    "NEST 3.9.0, run; dc_generator.cpp, stimulation_device.cpp", nest_generator},
    NamedConvention{"nest-precise", "NEST's precise models (iaf_psc_exp_ps): crossings solved within the step",
                    "NEST 3.9.0, run; iaf_psc_exp_ps.cpp", nest_precise},
    NamedConvention{"nest-lossless", "NEST's iaf_psc_exp_ps_lossless: no crossing within a step is missed",
                    "source code of NEST 3: iaf_psc_exp_ps_lossless.cpp", nest_lossless},
    NamedConvention{"neuron", "NEURON with a fixed step (backward Euler), spikes at the end of the step",
                    "NEURON 8.2.2, run (tests/simulators)", neuron_fixed},
    NamedConvention{"neuron-intfire", "NEURON's event-driven IntFire1, IntFire2 and IntFire4",
                    "NEURON 8.2.2, run (tests/simulators)", neuron_intfire},
    NamedConvention{"nengo", "Nengo's LIF: crossings solved within the step, spikes printed at its end",
                    "Nengo 4.1.0, run (tests/kit); neurons.py (LIF.step)", nengo},
    NamedConvention{"allen", "AllenSDK's GLIF: forward Euler, crossings interpolated linearly within the step",
                    "source code of the AllenSDK: glif_neuron.py (run, interpolate_spike_time)",
                    changed(Convention{}, [](Convention& c) { c.stamp = Stamp::interpolated; })},
    NamedConvention{"euler", "forward Euler as in `lapicque run --method euler`", "stepper.hpp", Convention{}},
    NamedConvention{"exponential-euler", "as in `lapicque run --method exponential-euler`", "stepper.hpp",
                    changed(Convention{}, [](Convention& c) { c.update = Update::exponential_euler; })},
};

/// Simulators that count time in microseconds round to the nearest one first.
double whole_microseconds(double ms) { return std::round(ms * 1000) / 1000; }

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
      return std::floor(refractory / dt + detail::step_rounding);
    case RefractoryCount::up:
      return std::ceil(whole_microseconds(refractory) / dt - detail::step_rounding);
    case RefractoryCount::brian2:
      return std::floor(whole_microseconds(refractory) / dt + 1e-3);
    case RefractoryCount::nearest:
    case RefractoryCount::exact:
      break;
  }
  return std::round(refractory / dt);
}

}  // namespace lapicque
