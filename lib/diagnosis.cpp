#include "lapicque/diagnosis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "lapicque/detail/argument.hpp"
#include "lapicque/detail/grid_run.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque {
namespace {

using Train = std::vector<double>;

/// The problem that they solved and the grid that they solved it on.
struct Hypothesis {
  NeuronParameters neuron;
  Current current;
  Convention convention;
  double dt;
  bool stamped_at_nearest = false;
};

/// The exact solution as a convention; stamps may still be put on a grid.
constexpr Convention exact_solution{
    .update = Update::exact,
    .input_time = {},
    .synapses_sampled = false,
    .crossing = Crossing::everywhere,
    .stamp = Stamp::crossing,
    .arrivals = Arrival::exact,
    .refractory_count = RefractoryCount::exact,
};

bool is_event_driven(const Convention& convention) { return convention.crossing == Crossing::everywhere; }

Current shifted(const Current& current, double by) {
  Current result;
  for (const Step& s : current.steps()) result += step(s.start + by, s.stop + by, s.amplitude);
  for (const Ramp& r : current.ramps()) result += ramp(r.start + by, r.stop + by, r.from, r.to);
  for (const Sinusoid& s : current.sinusoids()) {
    result += sinusoid(s.start + by, s.stop + by, s.amplitude, s.frequency, s.phase);
  }
  for (const Samples& s : current.samples()) result += samples(s.start + by, s.step, *s.values, s.hold);
  return result;
}

Current events_of(const Current& current, double by, double least_tau) {
  const auto moved = [by](std::vector<Event> events) {
    for (Event& event : events) event.time += by;
    return events;
  };
  Current result;
  for (const Pulses& p : current.pulses()) result += pulses(moved(*p.events));
  for (const Synapse& s : current.synapses()) {
    result += s.shape == Shape::alpha ? alpha_synapse(s.tau, moved(*s.events))
                                      : exponential_synapse(std::max(s.tau, least_tau), moved(*s.events));
  }
  return result;
}

/// The current without what is of no concern until `end`, a step of each list more or less.
Current beginning_of(const Current& current, double end) {
  const auto events = [end](std::vector<Event> all) {
    std::erase_if(all, [end](const Event& event) { return event.time > end; });
    return all;
  };
  Current result;
  for (const Step& s : current.steps()) result += step(s.start, s.stop, s.amplitude);
  for (const Ramp& r : current.ramps()) result += ramp(r.start, r.stop, r.from, r.to);
  for (const Sinusoid& s : current.sinusoids()) result += sinusoid(s.start, s.stop, s.amplitude, s.frequency, s.phase);
  for (const Samples& s : current.samples()) {
    constexpr double more = 10;
    const double wanted = std::clamp((end - s.start) / s.step + more, more, static_cast<double>(s.values->size()));
    const auto count = std::min(static_cast<std::size_t>(wanted), s.values->size());
    result +=
        samples(s.start, s.step, {s.values->begin(), s.values->begin() + static_cast<std::ptrdiff_t>(count)}, s.hold);
  }
  for (const Pulses& p : current.pulses()) result += pulses(events(*p.events));
  for (const Synapse& s : current.synapses()) {
    result += s.shape == Shape::alpha ? alpha_synapse(s.tau, events(*s.events))
                                      : exponential_synapse(s.tau, events(*s.events));
  }
  return result;
}

bool has_events(const Current& current) { return !current.pulses().empty() || !current.synapses().empty(); }

bool varies(const Current& current) {
  return !current.steps().empty() || !current.ramps().empty() || !current.sinusoids().empty() ||
         !current.samples().empty();
}

/// A way to do something else than the hypothesis says.
struct Change {
  std::string_view name;
  std::string_view sentence;
  bool (*apply)(Hypothesis&);  ///< false where it would change nothing or makes no sense
};

bool set_stamp(Hypothesis& h, Stamp stamp) {
  if (h.convention.stamp == stamp || h.stamped_at_nearest) return false;
  h.convention.stamp = stamp;
  return true;
}

bool move_stamp(Hypothesis& h, double steps) {
  if (h.convention == exact_solution) return false;  // there is no step
  h.convention.stamp_offset += steps * h.dt;
  return true;
}

double refractory_steps(const Hypothesis& h) {
  return detail::counted_steps(h.neuron.refractory, h.dt, h.convention.refractory_count);
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
    if (h.convention == exact_solution) return false;
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
  return !h.current.synapses().empty() && !h.convention.synapses_sampled &&
         set_update(h, Update::forward_euler, SynapticDecay::forward_euler);
}

/// @param late  ms
bool delay_input(Hypothesis& h, double late) {
  if (!varies(h.current)) return false;
  if (h.convention.input_time) {
    *h.convention.input_time -= late / h.dt;
  } else {
    h.current = shifted(h.current, late) + events_of(h.current, 0, 0);
  }
  return true;
}

/// The step of the only list of samples, where it is not their time step.
bool delay_samples(Hypothesis& h, double late) {
  const auto lists = h.current.samples();
  if (lists.size() != 1 || lists[0].step == h.dt) return false;
  return delay_input(h, late * lists[0].step);
}

bool delay_steps(Hypothesis& h, double late) {
  if (h.convention == exact_solution) return false;
  return delay_input(h, late * h.dt);
}

bool delay_arrivals(Hypothesis& h, double steps) {
  if (!has_events(h.current) || h.convention == exact_solution) return false;
  h.current = shifted(h.current, 0) + events_of(h.current, steps * h.dt, 0);
  return true;
}

bool keep_jump_at_end(Hypothesis& h, bool keep) {
  if (h.current.pulses().empty() || is_event_driven(h.convention) || h.convention.keeps_jump_at_end == keep)
    return false;
  h.convention.keeps_jump_at_end = keep;
  return true;
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
  const double least = h.neuron.tau + 0.1;
  const auto synapses = h.current.synapses();
  const auto is_raised = [&](const Synapse& s) { return s.shape == Shape::exponential && s.tau < least; };
  if (std::none_of(synapses.begin(), synapses.end(), is_raised)) return false;
  h.current = shifted(h.current, 0) + events_of(h.current, 0, least);
  return true;
}

// NEURON's intfire4.mod: m > 1 - eps, eps = 1e-6, with m = 0 at rest and 1 at the threshold.
bool lower_threshold(Hypothesis& h) {
  if (!is_event_driven(h.convention) || h.current.synapses().empty()) return false;
  h.neuron.threshold -= 1e-6 * (h.neuron.threshold - h.neuron.rest);
  return h.neuron.threshold > h.neuron.rest && h.neuron.threshold > h.neuron.reset;
}

bool stamp_at_nearest(Hypothesis& h) {
  if (h.convention.stamp != Stamp::crossing || h.convention.decimals) return false;
  h.stamped_at_nearest = true;
  return true;
}

constexpr std::array changes{
    Change{"stamped-at-step-start", "spikes are stamped at the start of the step",
           [](Hypothesis& h) { return set_stamp(h, Stamp::step_start); }},
    Change{"stamped-at-step-end", "spikes are stamped at the end of the step",
           [](Hypothesis& h) { return set_stamp(h, Stamp::step_end); }},
    Change{"stamped-at-nearest", "spikes are stamped at the nearest grid time", stamp_at_nearest},
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
    Change{"jump-at-refractory-end-kept", "a jump at the very end of refractoriness acts",
           [](Hypothesis& h) { return keep_jump_at_end(h, true); }},
    Change{"jump-at-refractory-end-lost", "a jump at the very end of refractoriness is lost",
           [](Hypothesis& h) { return keep_jump_at_end(h, false); }},
    Change{"missed-between-grid-points",
           "spikes are missed where the potential is back below the threshold at grid times", miss_within_step},
    Change{"starts-at-reset", "the potential starts at reset", start_at_reset},
    Change{"resets-to-rest", "the potential is reset to rest", reset_to_rest},
    Change{"synaptic-tau-raised",
           "synapses run with tau_s = tau_m + 0.1 ms, as NEURON's IntFire2 does where it is given less",
           raise_synaptic_tau},
    Change{"threshold-a-hair-lower", "maxima a millionth below the threshold fire, as NEURON's IntFire4 does",
           lower_threshold},
};

/// What diagnoses say that are no change.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> further_names{{
    {"threshold-after-step",
     "the threshold is tested after each step, so that a spike is late by up to a step, and its "
     "successors with it"},
    {"constant-shift", "all spikes are late, or early, by the same time"},
    {"unit-seconds", "the times are in seconds and were taken for milliseconds"},
}};

/// How far a printed time may be off its number: half a unit of the last decimal or significant digit that the times
/// need. Fewer than three decimals or six digits are taken for a grid of time, and not for a way to print.
class PrintedPrecision {
 public:
  explicit PrintedPrecision(std::span<const double> times) {
    const auto all = [&](auto holds) { return std::all_of(times.begin(), times.end(), holds); };
    for (int decimals = fewest_decimals; decimals <= most && decimal_ == 0; ++decimals) {
      const double scale = std::pow(10.0, decimals);
      if (all([&](double t) { return near_whole(t * scale); })) decimal_ = 1 / scale;
    }
    for (int digits = fewest_digits; digits <= most && digits_ == 0; ++digits) {
      if (all([&](double t) { return t == 0 || near_whole(t / unit(t, digits)); })) digits_ = digits;
    }
  }

  double of_print(double time) const {
    const double of_double = 1e-12 * std::abs(time) + 1e-9;
    return std::max({of_double, decimal_ / 2, digits_ > 0 ? unit(time, digits_) / 2 : 0});
  }

 private:
  static constexpr int fewest_decimals = 3;
  static constexpr int fewest_digits = 6;
  static constexpr int most = 9;
  static bool near_whole(double x) { return std::abs(x - std::round(x)) < 1e-6 + 1e-12 * std::abs(x); }
  static double unit(double time, int digits) {
    return time == 0 ? 0 : std::pow(10.0, std::floor(std::log10(std::abs(time))) - digits + 1);
  }

  double decimal_ = 0;  ///< ms; 0 if they need more than 9 decimals
  int digits_ = 0;      ///< 0 if they need more than 9
};

class Search {
  static constexpr double rounding = 1e-12;  // of the end of the run, as a multiple of the step

 public:
  Search(const Neuron& neuron, const Current& current, double until, std::span<const double> theirs,
         const DiagnosisOptions& options)
      : neuron_{neuron.rest(), neuron.reset(),      neuron.threshold(), neuron.resistance(),
                neuron.tau(),  neuron.refractory(), neuron.initial()},
        current_(current),
        until_(until),
        options_(options),
        theirs_(theirs.begin(), std::upper_bound(theirs.begin(), theirs.end(), until * (1 + rounding))),
        precision_(theirs_) {}

  Diagnosis search() {
    constexpr std::size_t fewest_for_grid = 3;  // every spike alone is a multiple of its own time
    if (theirs_.size() >= fewest_for_grid) diagnosis_.grid = time_grid(theirs_);
    choose_bases();
    beginning_ = beginning_of_current();
    for (std::size_t count = 0; count <= most_changes() && nothing_found(); ++count) {
      try_bases(count);
      if (count == 0 && nothing_found()) try_shift();
    }
    if (nothing_found()) try_seconds();
    if (nothing_found()) find_nearest();
    collect_names();
    return std::move(diagnosis_);
  }

 private:
  struct Base {
    std::string name;
    Hypothesis hypothesis;
  };

  bool nothing_found() const { return diagnosis_.explanations.empty(); }

  /// All hypotheses with so many changes: of the exact solution first, which needs no simulator to explain a train.
  void try_bases(std::size_t count) {
    const auto is_exact = [](const Base& base) { return base.name == "exact"; };
    // Pairs of changes are many: they have to do with one step and its half.
    const double shortest = count == 2 && diagnosis_.grid && !options_.dt ? *diagnosis_.grid / 2 : 0;
    const auto try_all = [&](bool exact) {
      for (const Base& base : bases_) {
        if (is_exact(base) == exact && base.hypothesis.dt >= shortest * (1 - 1e-9)) try_changes(base, count);
      }
    };
    try_all(true);
    if (nothing_found()) try_all(false);
  }

  std::size_t most_changes() const {
    const std::size_t fewest_for_two = 3;
    return theirs_.size() < fewest_for_two ? 1 : 2;
  }

  /// The current until soon after the few spikes that are looked at first: long lists are not copied for each
  /// hypothesis.
  Current beginning_of_current() const {
    if (theirs_.size() <= few) return current_;
    constexpr double longest_step = 1;  // of those that are guessed
    const double dt = options_.dt.value_or(diagnosis_.grid.value_or(longest_step));
    const double end = theirs_[few - 1] + 10 * dt;
    return beginning_of(current_, end);
  }

  /// The step that is given, or the usual ones that all their times are multiples of; the step of a few spikes may well
  /// be a part of the longest one.
  void choose_steps() {
    auto& steps = diagnosis_.steps;
    if (options_.dt) {
      steps = {*options_.dt};
      return;
    }
    steps = {1, 0.5, 0.25, 0.2, 0.125, 0.1, 0.05, 0.025, 0.02, 0.0125, 0.01, 0.005, 0.002, 0.001};
    const double grid = diagnosis_.grid.value_or(0.1);
    std::erase_if(steps, [&](double dt) { return dt < std::min(grid / 10, 0.01) * (1 - 1e-9); });
    if (diagnosis_.grid) {
      std::erase_if(steps, [&](double dt) { return !is_on_grid(dt); });
      const auto is_usual = [&](double dt) {
        return std::any_of(steps.begin(), steps.end(), [dt](double usual) { return std::abs(usual - dt) < 1e-9; });
      };
      constexpr std::size_t enough = 2;
      for (const double part : {1.0, 2.0, 3.0, 4.0, 5.0, 10.0}) {
        const double dt = grid / part;
        if (!is_usual(dt) && (part == 1 || steps.size() < enough)) steps.push_back(dt);
      }
      std::sort(steps.begin(), steps.end(), std::greater<>());
    }
    std::erase_if(steps, [&](double dt) { return until_ / dt > most_steps || dt > neuron_.tau / 2; });
  }

  void choose_bases() {
    const auto add = [&](std::string_view name, const Convention& convention, double dt) {
      for (const Base& base : bases_) {
        if (base.hypothesis.convention == convention && base.hypothesis.dt == dt) return;
      }
      bases_.push_back({std::string(name), {neuron_, current_, convention, dt}});
    };
    choose_steps();
    if (!options_.convention.empty()) {
      add(options_.convention, find_convention(options_.convention), diagnosis_.steps.front());
      return;
    }
    if (diagnosis_.steps.empty()) add("exact", exact_solution, 1);  // whose step matters to no train then
    for (const double dt : diagnosis_.steps) add("exact", exact_solution, dt);
    for (const double dt : diagnosis_.steps) {
      for (const NamedConvention& known : conventions()) {
        if (known.convention != exact_solution) add(known.name, known.convention, dt);
      }
    }
  }

  using Changes = std::vector<const Change*>;

  /// All hypotheses with so many changes to a base.
  void try_changes(const Base& base, std::size_t count) {
    if (count == 0) return try_hypothesis(base, {});
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (count == 1) try_hypothesis(base, {&changes[i]});
      for (std::size_t j = i + 1; count == 2 && j < changes.size(); ++j)
        try_hypothesis(base, {&changes[i], &changes[j]});
    }
  }

  /// The base with changes to it, driven by the whole current or by its beginning; empty if a change does not apply.
  std::optional<Hypothesis> changed(const Base& base, const Changes& applied, const Current& current) const {
    Hypothesis hypothesis = base.hypothesis;
    hypothesis.current = current;
    for (const Change* change : applied) {
      if (!change->apply(hypothesis)) return std::nullopt;
    }
    return hypothesis;
  }

  void try_hypothesis(const Base& base, const Changes& applied) {
    // A few spikes dismiss most.
    if (theirs_.size() > few) {
      const auto beginning = changed(base, applied, beginning_);
      if (!beginning) return;
      ++diagnosis_.tested;
      if (has_grid_stamps(*beginning) && !is_on_grid(beginning->dt)) return;
      const double end = std::min(theirs_[few - 1] + 3 * beginning->dt, until_);
      const Train begin = predict(*beginning, end);
      if (begin.size() < few || !agree(begin, *beginning, few)) return;
    } else {
      ++diagnosis_.tested;
    }
    const auto whole = changed(base, applied, current_);
    if (!whole) return;
    const Hypothesis& hypothesis = *whole;
    if (has_grid_stamps(hypothesis) && !is_on_grid(hypothesis.dt)) return;
    Train predicted = predict(hypothesis, until_);
    if (predicted.size() != theirs_.size() || !agree(predicted, hypothesis, theirs_.size())) return;
    std::vector<std::string_view> names;
    for (const Change* change : applied) names.push_back(change->name);
    const bool has_step = hypothesis.convention != exact_solution || hypothesis.stamped_at_nearest;
    std::vector<std::string_view> traits;
    if (names.empty()) traits = traits_of(hypothesis, predicted);
    explain(base.name, has_step ? hypothesis.dt : 0, std::move(names), std::move(predicted), std::move(traits));
  }

  void explain(const std::string& convention, double dt, std::vector<std::string_view> names, Train predicted,
               std::vector<std::string_view> traits = {}) {
    for (const Explanation& known : diagnosis_.explanations) {
      if (known.convention == convention && known.changes == names && known.predicted == predicted) return;
    }
    const double residual = residual_of(predicted);
    diagnosis_.explanations.push_back(
        {convention, dt, std::move(names), std::move(traits), std::move(predicted), residual});
  }

  double residual_of(const Train& predicted) const {
    if (predicted.size() != theirs_.size()) return Comparison::undefined;
    double residual = 0;
    for (std::size_t k = 0; k < predicted.size(); ++k) {
      residual = std::max(residual, std::abs(theirs_[k] - predicted[k]));
    }
    return residual;
  }

  /// The exact train, all of it late or early by the same time.
  void try_shift() {
    constexpr std::size_t fewest = 3;
    if (theirs_.size() < fewest || !options_.convention.empty()) return;
    ++diagnosis_.tested;
    Train late = predict(bases_.front().hypothesis, until_);
    if (late.size() != theirs_.size()) return;
    double shift = 0;
    for (std::size_t k = 0; k < late.size(); ++k) shift += (theirs_[k] - late[k] - shift) / static_cast<double>(k + 1);
    for (double& time : late) time += shift;
    if (agree(late, bases_.front().hypothesis, late.size())) explain("exact", 0, {"constant-shift"}, std::move(late));
  }

  /// Times in seconds that were taken for milliseconds: the exact train, roughly.
  void try_seconds() {
    if (theirs_.empty() || !options_.convention.empty()) return;
    ++diagnosis_.tested;
    Train scaled = theirs_;
    for (double& time : scaled) time *= 1000;
    Train exact = predict(bases_.front().hypothesis, until_);
    const auto comparison = compare(exact, scaled, {.until = until_});
    const bool alike = comparison.matched.size() > comparison.missed.size() + comparison.invented.size() &&
                       comparison.max_error * comparison.cost < 0.5;
    if (!alike) return;
    diagnosis_.explanations.push_back({"exact", 0, {"unit-seconds"}, {}, std::move(exact), comparison.max_error});
  }

  Train predict(const Hypothesis& hypothesis, double until) const {
    const bool on_grid = !is_event_driven(hypothesis.convention) || hypothesis.convention.stamp != Stamp::crossing;
    if (on_grid && until < hypothesis.dt) return {};
    Train train = predicted_spike_times(Neuron(hypothesis.neuron), hypothesis.current, until, hypothesis.convention,
                                        hypothesis.dt);
    if (hypothesis.stamped_at_nearest) {
      for (double& time : train) time = std::round(time / hypothesis.dt) * hypothesis.dt;
    }
    while (!train.empty() && train.back() > until_ * (1 + rounding)) train.pop_back();
    return train;
  }

  bool agree(const Train& predicted, const Hypothesis& hypothesis, std::size_t count) const {
    for (std::size_t k = 0; k < count; ++k) {
      if (!(std::abs(theirs_[k] - predicted[k]) <= tolerance(hypothesis, theirs_[k]))) return false;
    }
    return true;
  }

  static bool has_grid_stamps(const Hypothesis& hypothesis) {
    return hypothesis.stamped_at_nearest || hypothesis.convention.stamp != Stamp::crossing;
  }

  bool is_on_grid(double dt) const {
    return std::all_of(theirs_.begin(), theirs_.end(), [&](double time) {
      return std::abs(time - std::round(time / dt) * dt) <= grid_tolerance(time, dt);
    });
  }

  double grid_tolerance(double time, double dt) const {
    return std::min(std::max(precision_.of_print(time), 1e-6), dt / 4);
  }

  double tolerance(const Hypothesis& hypothesis, double time) const {
    if (has_grid_stamps(hypothesis)) return grid_tolerance(time, hypothesis.dt);
    constexpr double as_near_as_newton = 1e-3;  // ms: event-driven simulators iterate up to some tolerance of their own
    return std::max(precision_.of_print(time), as_near_as_newton);
  }

  /// What a convention does to a train of its own accord.
  std::vector<std::string_view> traits_of(const Hypothesis& hypothesis, const Train& predicted) const {
    const Convention& c = hypothesis.convention;
    std::vector<std::string_view> traits;
    if (c == exact_solution) return traits;
    if (c.update == Update::forward_euler) traits.emplace_back("forward-euler");
    if (c.update == Update::backward_euler) traits.emplace_back("backward-euler");
    if (c.crossing == Crossing::grid) traits.emplace_back("threshold-after-step");
    if (c.stamp == Stamp::step_start) traits.emplace_back("stamped-at-step-start");
    if (c.stamp == Stamp::step_end) traits.emplace_back("stamped-at-step-end");
    if (misses_between_grid_points(hypothesis, predicted)) traits.emplace_back("missed-between-grid-points");
    return traits;
  }

  /// Whether the first spike that a convention misses is back below the threshold by the next grid time. From the spike
  /// on, u without it starts from the threshold.
  bool misses_between_grid_points(const Hypothesis& hypothesis, const Train& predicted) const {
    const Train exact = spike_times(Neuron(neuron_), current_, until_);
    const auto comparison = compare(exact, predicted, {.until = until_});
    if (comparison.missed.empty()) return false;
    const double spike = exact[comparison.missed.front()];
    const double next = std::ceil(spike / hypothesis.dt) * hypothesis.dt;
    if (!(next > spike)) return false;
    NeuronParameters free = neuron_;
    free.initial = neuron_.threshold;
    free.threshold += 1e3 * (neuron_.threshold - neuron_.reset);  // out of reach within a step
    const Current rest = shifted(current_, -spike) + events_of(current_, -spike, 0);
    return membrane_potential(Neuron(free), rest, std::array{next - spike}).front() <= neuron_.threshold;
  }

  void find_nearest() {
    double least = std::numeric_limits<double>::infinity();
    for (const Base& base : bases_) {
      Train predicted = predict(base.hypothesis, until_);
      const double distance = compare(predicted, theirs_, {.until = until_}).victor_purpura;
      if (!(distance < least)) continue;
      least = distance;
      const double residual = residual_of(predicted);
      diagnosis_.nearest =
          Explanation{base.name, base.name == "exact" ? 0 : base.hypothesis.dt, {}, {}, std::move(predicted), residual};
    }
  }

  void collect_names() {
    auto& names = diagnosis_.names;
    const auto add = [&](std::string_view name) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
    };
    for (const Explanation& explanation : diagnosis_.explanations) {
      if (options_.convention.empty() && explanation.convention != "exact") add(explanation.convention);
      for (const auto change : explanation.changes) add(change);
      if (options_.convention.empty()) {
        for (const auto trait : explanation.traits) add(trait);
      }
    }
  }

  static constexpr double most_steps = 1e6;  // of a run whose step is guessed
  static constexpr std::size_t few = 6;

  NeuronParameters neuron_;
  Current current_;
  double until_;
  DiagnosisOptions options_;
  Train theirs_;
  PrintedPrecision precision_;
  std::vector<Base> bases_;
  Current beginning_;  ///< of current_
  Diagnosis diagnosis_;
};

}  // namespace

std::optional<double> time_grid(std::span<const double> times) {
  constexpr double finest = 1e-3;
  constexpr double rounding = 1e-7;  // ms, of the remainders
  double step = 0;
  for (const double time : times) {
    // Euclid's algorithm, where a remainder next to 0 or to the divisor is none.
    double a = std::abs(time);
    double b = step;
    while (b > finest / 2) {
      double rest = std::fmod(a, b);
      if (b - rest < rounding + 1e-12 * a) rest = 0;
      a = std::exchange(b, rest < rounding + 1e-12 * a ? 0 : rest);
    }
    if (b > 0) return std::nullopt;
    if (a < finest / 2) continue;
    // The remainders have gathered errors; the time itself says better how long the step is.
    step = time == 0 ? a : std::abs(time) / std::round(std::abs(time) / a);
  }
  if (!(step > finest * (1 - 1e-6))) return std::nullopt;
  // The longest time says best; and a step is a short decimal, if it can be.
  double last = 0;
  for (const double time : times) last = std::max(last, std::abs(time));
  step = last / std::round(last / step);
  const double decimal = std::round(step * 1e6) / 1e6;
  if (std::abs(decimal - step) < 1e-9 * step + 1e-12) step = decimal;
  for (const double time : times) {
    if (std::abs(time - std::round(time / step) * step) > 1e-6 * step + 1e-12 * last) return std::nullopt;
  }
  return step;
}

std::string_view describe_diagnosis(std::string_view name) {
  for (const Change& change : changes) {
    if (change.name == name) return change.sentence;
  }
  for (const auto& [known, sentence] : further_names) {
    if (known == name) return sentence;
  }
  for (const NamedConvention& convention : conventions()) {
    if (convention.name == name) return convention.description;
  }
  return {};
}

Diagnosis diagnose(const Neuron& neuron, const Current& current, double until, std::span<const double> theirs,
                   const DiagnosisOptions& options) {
  detail::require_positive(until, "until", "ms");
  if (options.dt) detail::require_positive(*options.dt, "dt", "ms");
  if (!options.convention.empty() && !options.dt) {
    throw InvalidArgument("dt", "none", "the convention " + options.convention + " needs a time step", "give one");
  }
  return Search(neuron, current, until, theirs, options).search();
}

}  // namespace lapicque
