#include "hypothesis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "input/transform.hpp"

namespace lapicque::diagnosis {
namespace {

using detail::current_of;

bool has_events(const Current& current) { return !events_of(current).pieces().empty(); }

bool varies(const Current& current) { return !without_events(current).pieces().empty(); }

template <class Kind>
bool has(const Current& current) {
  return !pieces_of<Kind>(current).empty();
}

/// Whether anything of a convention is on a grid of time: its step is of no concern otherwise.
bool has_step(const Convention& c) { return c.input_time || c.refractory_count != RefractoryCount::exact; }

bool set_stamp(Hypothesis& h, Stamp stamp) {
  if (h.convention.stamp == stamp || h.stamped_at_nearest) return false;
  if (stamp == Stamp::interpolated && h.convention.crossing != Crossing::grid) return false;
  h.convention.stamp = stamp;
  return true;
}

bool move_stamp(Hypothesis& h, double steps) {
  if (!has_step(h.convention)) return false;
  h.convention.stamp_offset += steps * h.dt;
  return true;
}

double refractory_steps(const Hypothesis& h) {
  return counted_steps(h.neuron.refractory, h.dt, h.convention.refractory_count);
}

bool count_refractoriness(Hypothesis& h, RefractoryCount count) {
  if (h.convention.refractory_count == RefractoryCount::exact) {
    h.convention.refractory_count = count;
    return refractory_steps(h) * h.dt != h.neuron.refractory;
  }
  const double before = refractory_steps(h);
  h.convention.refractory_count = count;
  return refractory_steps(h) != before;
}

bool add_refractory_steps(Hypothesis& h, int steps) {
  if (h.convention.refractory_count == RefractoryCount::exact) {
    if (!has_step(h.convention)) return false;
    h.neuron.refractory += steps * h.dt;
    return h.neuron.refractory >= 0;
  }
  h.convention.refractory_extra += steps;
  return true;
}

bool set_refractoriness(Hypothesis& h, Refractoriness refractoriness) {
  if (is_event_driven(h.convention) || h.neuron.refractory == 0) return false;
  if (h.convention.refractoriness == refractoriness) return false;
  h.convention.refractoriness = refractoriness;
  return true;
}

/// Jumps that act in refractoriness are looked at from step to step, whoever solves for the crossings.
bool keep_jumps(Hypothesis& h, Refractoriness refractoriness) {
  if (!has<Pulses>(h.current) || h.neuron.refractory == 0) return false;
  Convention& c = h.convention;
  if (c.refractoriness == refractoriness) return false;
  if (is_event_driven(c)) c.crossing = Crossing::within_step;
  if (!c.input_time) c.input_time = 0;
  c.refractoriness = refractoriness;
  return true;
}

bool set_strict(Hypothesis& h, bool strict) {
  if (is_event_driven(h.convention) || h.convention.strict_threshold == strict) return false;
  h.convention.strict_threshold = strict;
  return true;
}

bool set_rearmed(Hypothesis& h, bool rearmed_below) {
  if (is_event_driven(h.convention) || h.convention.rearmed_below == rearmed_below) return false;
  h.convention.rearmed_below = rearmed_below;
  return true;
}

bool set_update(Hypothesis& h, Update update, SynapticDecay decay = SynapticDecay::exact) {
  if (h.convention.crossing != Crossing::grid) return false;
  if (h.convention.update == update && h.convention.synaptic_decay == decay) return false;
  h.convention.update = update;
  h.convention.synaptic_decay = decay;
  return true;
}

bool euler_with_synapses(Hypothesis& h) {
  return has<Synapse>(h.current) && !h.convention.synapses_sampled &&
         set_update(h, Update::forward_euler, SynapticDecay::forward_euler);
}

/// The step of the only list of samples, where it is not their time step.
bool delay_samples(Hypothesis& h, double late) {
  const auto lists = pieces_of<Samples>(h.current);
  if (lists.size() != 1 || lists[0].step == h.dt) return false;
  return delay_input(h, late * lists[0].step);
}

bool delay_steps(Hypothesis& h, double late) {
  if (!has_step(h.convention)) return false;
  return delay_input(h, late * h.dt);
}

bool delay_arrivals(Hypothesis& h, double steps) {
  if (!has_events(h.current) || !has_step(h.convention)) return false;
  h.current = without_events(h.current) + shifted(events_of(h.current), steps * h.dt);
  return true;
}

bool keep_jump_at_end(Hypothesis& h, bool keep) {
  if (!has<Pulses>(h.current) || is_event_driven(h.convention) || h.convention.keeps_jump_at_end == keep) return false;
  h.convention.keeps_jump_at_end = keep;
  return true;
}

bool subtract_at_reset(Hypothesis& h) {
  if (is_event_driven(h.convention) || h.convention.subtracts) return false;
  h.convention.subtracts = true;
  return true;
}

bool scale_weights_by_step(Hypothesis& h, double factor) {
  return has_step(h.convention) && factor != 1 && scale_weights(h, factor);
}

bool miss_within_step(Hypothesis& h) {
  Convention& c = h.convention;
  if (c.crossing != Crossing::everywhere) return false;
  c.crossing = Crossing::within_step;
  if (!c.input_time) c.input_time = 0;
  return true;
}

bool start_at_reset(Hypothesis& h) {
  if (h.neuron.initial.value_or(h.neuron.rest) == h.neuron.reset) return false;
  h.neuron.initial = h.neuron.reset;
  return true;
}

bool reset_to_rest(Hypothesis& h) {
  if (h.neuron.reset == h.neuron.rest || h.neuron.rest >= h.neuron.threshold) return false;
  h.neuron.initial = h.neuron.initial.value_or(h.neuron.rest);
  h.neuron.reset = h.neuron.rest;
  return true;
}

bool drop_refractoriness(Hypothesis& h) {
  if (h.neuron.refractory == 0) return false;
  h.neuron.refractory = 0;
  return true;
}

// NEURON's intfire2.mod.
bool raise_synaptic_tau(Hypothesis& h) {
  const double tau = h.neuron.tau;
  const auto is_raised = [tau](const Synapse& s) { return s.shape == Shape::exponential && s.tau <= tau; };
  const auto synapses = pieces_of<Synapse>(h.current);
  if (std::none_of(synapses.begin(), synapses.end(), is_raised)) return false;
  h.current = detail::transform_each<Synapse>(h.current, [&](Synapse& s) {
    if (is_raised(s)) s.tau = tau + 0.1;
  });
  return true;
}

/// The peak of what an exponential synapse of weight 1 makes of a membrane, over R: (exp(-t/tau_m) - exp(-t/tau_s))
/// tau_s / (tau_m - tau_s) is largest at t = ln(tau_m / tau_s) tau_m tau_s / (tau_m - tau_s), and is
/// (tau_s / tau_m)^(tau_m / (tau_m - tau_s)) there: exp(-1) for equal time constants.
double response_peak(double tau_m, double tau_s) {
  const double x = (tau_m - tau_s) / tau_s;
  return x == 0 ? std::exp(-1) : std::exp(-std::log1p(x) * (1 + 1 / x));
}

/// The time constants that IntFire4 runs with; those of inhibition, taui1 and taui2, are as it has them unless told.
struct IntFire4 {
  double taum;
  double taue;
  double taui1 = 10;
  double taui2 = 20;
};

/// The problem with other time constants. IntFire4's weights are the peaks of the potential's response, and stay.
bool run_with(Hypothesis& h, void (*move)(IntFire4&)) {
  const auto synapses = pieces_of<Synapse>(h.current);
  if (synapses.empty() || !is_event_driven(h.convention)) return false;
  const double tau_m = h.neuron.tau;
  const double tau_s = synapses.front().tau;
  const auto fits = [&](const Synapse& s) { return s.shape == Shape::exponential && s.tau == tau_s; };
  if (!std::all_of(synapses.begin(), synapses.end(), fits)) return false;
  IntFire4 cell{tau_m, tau_s};
  move(cell);
  if (cell.taum == tau_m && cell.taue == tau_s) return false;
  const double weight = response_peak(tau_m, tau_s) / response_peak(cell.taum, cell.taue);
  h.neuron.tau = cell.taum;
  h.current = detail::transform_each<Synapse>(h.current, [&](Synapse& s) {
    s = detail::with_events(s, [&](auto& events) {
      for (Event& event : events) event.size *= weight;
    });
    s.tau = cell.taue;
  });
  return true;
}

// NEURON's intfire4.mod, fixprecondition(), with taui1 and taui2 left alone: it divides by the differences.
void part_time_constants(IntFire4& cell) {
  constexpr double least = 0.01;
  cell.taue = std::clamp(cell.taue, 2 * least, cell.taui2 - least);
  const auto part_from = [&](double other, double by) {
    if (std::abs(cell.taum - other) < least) cell.taum = other + by;
  };
  part_from(cell.taui2, cell.taum > cell.taui2 ? least : -least);
  part_from(cell.taui1, -least);
  if (std::abs(cell.taum - cell.taue) < least && cell.taum <= cell.taue) cell.taue = cell.taum - least;
  part_from(cell.taue, -least);
  part_from(cell.taui1, -least);
}

// Its factors() before that: taue < taui1 < taui2 < taum.
void raise_time_constants(IntFire4& cell) {
  constexpr double more = 0.01;
  if (cell.taue >= cell.taui1) cell.taui1 = cell.taue + more;
  if (cell.taui1 >= cell.taui2) cell.taui2 = cell.taui1 + more;
  if (cell.taui2 >= cell.taum) cell.taum = cell.taui2 + more;
}

// NEURON's intfire4.mod: m > 1 - eps, eps = 1e-6, with m = 0 at rest and 1 at the threshold.
bool lower_threshold(Hypothesis& h) {
  if (!is_event_driven(h.convention) || !has<Synapse>(h.current)) return false;
  h.neuron.threshold -= 1e-6 * (h.neuron.threshold - h.neuron.rest);
  return h.neuron.threshold > h.neuron.rest && h.neuron.threshold > h.neuron.reset;
}

bool stamp_at_nearest(Hypothesis& h) {
  if (h.convention.stamp != Stamp::crossing || h.convention.decimals) return false;
  h.stamped_at_nearest = true;
  return true;
}

constexpr std::array all_changes{
    Change{"stamped-at-step-start", "spikes are stamped at the start of the step",
           [](Hypothesis& h) { return set_stamp(h, Stamp::step_start); }},
    Change{"stamped-at-step-end", "spikes are stamped at the end of the step",
           [](Hypothesis& h) { return set_stamp(h, Stamp::step_end); }},
    Change{"stamped-at-nearest", "spikes are stamped at the nearest grid time", stamp_at_nearest},
    Change{"stamped-by-interpolation",
           "spikes are stamped where a straight line from the start of the step to its end crosses the threshold",
           [](Hypothesis& h) { return set_stamp(h, Stamp::interpolated); }},
    Change{"one-step-late", "all spikes are stamped one step later", [](Hypothesis& h) { return move_stamp(h, 1); }},
    Change{"one-step-early", "all spikes are stamped one step earlier",
           [](Hypothesis& h) { return move_stamp(h, -1); }},
    Change{"refractory-one-step-long", "refractoriness lasts one step longer",
           [](Hypothesis& h) { return add_refractory_steps(h, 1); }},
    Change{"refractory-one-step-short", "refractoriness lasts one step less",
           [](Hypothesis& h) { return add_refractory_steps(h, -1); }},
    Change{"refractory-rounded-up", "refractoriness is rounded up to whole steps",
           [](Hypothesis& h) { return count_refractoriness(h, RefractoryCount::up); }},
    Change{"refractory-rounded-down", "refractoriness is rounded down to whole steps",
           [](Hypothesis& h) { return count_refractoriness(h, RefractoryCount::down); }},
    Change{"refractory-rounded-to-nearest", "refractoriness is rounded to the nearest whole number of steps",
           [](Hypothesis& h) { return count_refractoriness(h, RefractoryCount::nearest); }},
    Change{"refractory-not-clamped", "in refractoriness the potential goes on with the input, and only fires no spike",
           [](Hypothesis& h) { return set_refractoriness(h, Refractoriness::integrates); }},
    Change{"refractory-relaxes", "in refractoriness the potential relaxes to rest instead of staying at reset",
           [](Hypothesis& h) { return set_refractoriness(h, Refractoriness::relaxes); }},
    Change{"jumps-kept-in-refractoriness", "jumps act in refractoriness on a membrane that is frozen, and add up",
           [](Hypothesis& h) { return keep_jumps(h, Refractoriness::keeps_jumps); }},
    Change{"jumps-kept-decaying",
           "jumps act in refractoriness on a membrane that is frozen, and what they add decays with tau_m",
           [](Hypothesis& h) { return keep_jumps(h, Refractoriness::keeps_decaying_jumps); }},
    Change{"no-refractoriness", "there is no refractoriness", drop_refractoriness},
    Change{"threshold-inclusive", "reaching the threshold counts as crossing it (u >= threshold)",
           [](Hypothesis& h) { return set_strict(h, false); }},
    Change{"threshold-strict", "reaching the threshold does not count as crossing it (u > threshold)",
           [](Hypothesis& h) { return set_strict(h, true); }},
    Change{"rearmed-below", "a neuron fires again only after it was seen below the threshold",
           [](Hypothesis& h) { return set_rearmed(h, true); }},
    Change{"not-rearmed-below", "a neuron that is above the threshold after a reset fires at once",
           [](Hypothesis& h) { return set_rearmed(h, false); }},
    Change{"forward-euler", "the membrane is integrated by forward Euler",
           [](Hypothesis& h) { return set_update(h, Update::forward_euler); }},
    Change{"forward-euler", "", euler_with_synapses},
    Change{"exponential-euler", "the membrane is integrated exactly, with all current held over the step",
           [](Hypothesis& h) { return set_update(h, Update::exponential_euler); }},
    Change{"backward-euler", "the membrane is integrated by backward Euler",
           [](Hypothesis& h) { return set_update(h, Update::backward_euler); }},
    Change{"exact-integration", "the membrane is integrated exactly, synaptic currents as they decay",
           [](Hypothesis& h) { return set_update(h, Update::exact); }},
    Change{"input-one-sample-late", "the input is read one sample (or step) late",
           [](Hypothesis& h) { return delay_steps(h, 1); }},
    Change{"input-one-sample-late", "", [](Hypothesis& h) { return delay_samples(h, 1); }},
    Change{"input-one-sample-early", "the input is read one sample (or step) early",
           [](Hypothesis& h) { return delay_steps(h, -1); }},
    Change{"input-one-sample-early", "", [](Hypothesis& h) { return delay_samples(h, -1); }},
    Change{"arrivals-one-step-late", "arrivals and jumps act one step later",
           [](Hypothesis& h) { return delay_arrivals(h, 1); }},
    Change{"arrivals-one-step-early", "arrivals and jumps act one step earlier",
           [](Hypothesis& h) { return delay_arrivals(h, -1); }},
    Change{"weights-times-dt", "weights are multiplied by the time step (in ms)",
           [](Hypothesis& h) { return scale_weights_by_step(h, h.dt); }},
    Change{"weights-over-dt", "weights are divided by the time step (in ms)",
           [](Hypothesis& h) { return scale_weights_by_step(h, 1 / h.dt); }},
    Change{"weights-times-dt-over-tau", "weights are multiplied by dt/tau_m",
           [](Hypothesis& h) { return scale_weights_by_step(h, h.dt / h.neuron.tau); }},
    Change{"jump-at-refractory-end-kept", "a jump at the very end of refractoriness acts",
           [](Hypothesis& h) { return keep_jump_at_end(h, true); }},
    Change{"jump-at-refractory-end-lost", "a jump at the very end of refractoriness is lost",
           [](Hypothesis& h) { return keep_jump_at_end(h, false); }},
    Change{"missed-between-grid-points",
           "spikes are missed where the potential is back below the threshold at grid times", miss_within_step},
    Change{"starts-at-reset", "the potential starts at reset", start_at_reset},
    Change{"resets-by-subtraction", "a reset takes threshold - reset off the potential in place of setting it",
           subtract_at_reset},
    Change{"resets-to-rest", "the potential is reset to rest", reset_to_rest},
    Change{"synaptic-tau-raised",
           "synapses run with tau_s = tau_m + 0.1 ms, as NEURON's IntFire2 does where it is given less",
           raise_synaptic_tau},
    Change{"time-constants-parted",
           "time constants are moved by 0.01 ms, as NEURON's IntFire4 does with those near one another or near its own "
           "taui1 = 10 ms or taui2 = 20 ms",
           [](Hypothesis& h) { return run_with(h, part_time_constants); }},
    Change{"membrane-tau-raised",
           "the membrane runs with tau_m above taui2 = 20 ms, as NEURON's older IntFire4 does where it is given less",
           [](Hypothesis& h) { return run_with(h, raise_time_constants); }},
    Change{"threshold-a-hair-lower", "maxima a millionth below the threshold fire, as NEURON's IntFire4 does",
           lower_threshold},
};

}  // namespace

Current shifted(const Current& current, double by) {
  const auto shift_events = [by](std::vector<Event>& events) {
    for (Event& event : events) event.time += by;
  };
  return detail::transform(
      current,
      Overloaded{
          [by](const Step& s) { return step(s.start + by, s.stop + by, s.amplitude); },
          [by](const Ramp& r) { return ramp(r.start + by, r.stop + by, r.from, r.to); },
          [by](const Sinusoid& s) { return sinusoid(s.start + by, s.stop + by, s.amplitude, s.frequency, s.phase); },
          [by](const Samples& s) { return samples(s.start + by, s.step, *s.values, s.hold); },
          [&](const Pulses& p) { return current_of(detail::with_events(p, shift_events)); },
          [&](const Synapse& s) { return current_of(detail::with_events(s, shift_events)); },
      });
}

bool delay_input(Hypothesis& h, double late) {
  if (!varies(h.current)) return false;
  if (h.convention.input_time) {
    *h.convention.input_time -= late / h.dt;
  } else {
    h.current = shifted(without_events(h.current), late) + events_of(h.current);
  }
  return true;
}

bool scale_weights(Hypothesis& h, double factor) {
  if (!has_events(h.current)) return false;
  const auto scale = [factor](std::vector<Event>& events) {
    for (Event& event : events) event.size *= factor;
  };
  h.current =
      detail::transform(h.current, Overloaded{
                                       [](const HasValue auto& piece) { return current_of(piece); },
                                       [&](const Pulses& p) { return current_of(detail::with_events(p, scale)); },
                                       [&](const Synapse& s) { return current_of(detail::with_events(s, scale)); },
                                   });
  return true;
}

std::span<const Change> changes() noexcept { return all_changes; }

}  // namespace lapicque::diagnosis
