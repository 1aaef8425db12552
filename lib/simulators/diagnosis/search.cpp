#include "search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "input/transform.hpp"
#include "lapicque/spike_train.hpp"
#include "simulators/diagnosis/steps.hpp"

namespace lapicque::diagnosis {
namespace {

/// The current without what is of no concern until `end`, a step of each list more or less.
Current beginning_of(const Current& current, double end) {
  using detail::current_of;
  const auto cut_events = [end](std::vector<Event>& events) {
    std::erase_if(events, [end](const Event& event) { return event.time > end; });
  };
  const auto cut = Overloaded{
      [](const Step& s) { return current_of(s); },
      [](const Ramp& r) { return current_of(r); },
      [](const Sinusoid& s) { return current_of(s); },
      [end](const Samples& s) {
        constexpr double more = 10;
        const double wanted = std::clamp((end - s.start) / s.step + more, more, static_cast<double>(s.values->size()));
        const auto count = std::min(static_cast<std::size_t>(wanted), s.values->size());
        const auto last = s.values->begin() + static_cast<std::ptrdiff_t>(count);
        return samples(s.start, s.step, {s.values->begin(), last}, s.hold);
      },
      [&](const Pulses& p) { return current_of(detail::with_events(p, cut_events)); },
      [&](const Synapse& s) { return current_of(detail::with_events(s, cut_events)); },
  };
  return detail::transform(current, cut);
}

}  // namespace

Search::Search(const Neuron& neuron, const Current& current, double until, std::span<const double> theirs,
               const DiagnosisOptions& options)
    : neuron_{neuron.rest(), neuron.reset(),      neuron.threshold(), neuron.resistance(),
              neuron.tau(),  neuron.refractory(), neuron.initial()},
      current_(current),
      until_(until),
      options_(options),
      all_(theirs.begin(), theirs.end()),
      agreement_({theirs.begin(), std::upper_bound(theirs.begin(), theirs.end(), until * (1 + rounding_))}),
      theirs_(agreement_.theirs()) {}

Diagnosis Search::run() {
  constexpr std::size_t fewest_for_grid = 3;  // every spike alone is a multiple of its own time
  constexpr std::size_t fewest_for_pairs = 3;
  if (theirs_.size() >= fewest_for_grid) diagnosis_.grid = time_grid(theirs_);
  choose_bases();
  beginning_ = beginning_of_current();
  try_all_bases(0);
  const bool is_fault = nothing_found();
  if (is_fault && options_.convention.empty()) try_shift(bases_.front());
  if (nothing_found()) try_units();
  if (nothing_found() || is_doubtful()) try_all_bases(1);
  // A regular train tells so little that a number may do what a change does.
  if (nothing_found() || (is_fault && options_.convention.empty() && agreement_.is_regular())) try_numbers();
  if (nothing_found()) try_rounding();
  if (nothing_found() && theirs_.size() >= fewest_for_pairs) try_all_bases(2);
  if (nothing_found()) try_parting_at_rounding();
  if (nothing_found()) find_nearest();
  put_simplest_first();
  collect_names();
  return std::move(diagnosis_);
}

/// Whether all that was found are grids that printing has hidden, and none was asked for. A fault on a grid that is
/// seen in the times explains few spikes as well; two of them do not.
bool Search::is_doubtful() const {
  return options_.convention.empty() && hidden_grids_ == diagnosis_.explanations.size();
}

/// Whether the runs so far have taken as much time as a search may take.
bool Search::has_taken_enough() {
  const bool enough = steps_taken_ >= options_.most_steps;
  diagnosis_.cut_short |= enough;
  return enough;
}

/// The step that is given, or the likely ones.
void Search::choose_steps() {
  if (options_.dt) {
    diagnosis_.steps = {*options_.dt};
    return;
  }
  Steps steps = likely_steps(agreement_, diagnosis_.grid, neuron_.tau, until_);
  diagnosis_.steps = std::move(steps.tried);
  diagnosis_.untried_steps = std::move(steps.untried);
}

void Search::choose_bases() {
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

/// Whether a base's step is one of the first few, to which what takes long is kept. Where no grid is seen, more may be.
bool Search::is_among_likeliest(const Base& base) const {
  const std::size_t most = agreement_.is_coarse() || options_.dt ? 3 : 7;
  const auto& steps = diagnosis_.steps;
  const auto last = steps.begin() + static_cast<std::ptrdiff_t>(std::min(most, steps.size()));
  const double dt = base.hypothesis.dt;
  const bool is_grid = diagnosis_.grid && std::abs(*diagnosis_.grid - dt) < 1e-9;
  return steps.empty() || (is_grid && is_usual(dt)) || std::find(steps.begin(), last, dt) != last;
}

/// Whether faults are looked for on a base's step: not where it is the chance multiple of usual ones that the times of
/// a regular train all are.
bool Search::is_plausible(const Base& base) const {
  const auto& steps = diagnosis_.steps;
  return is_usual(base.hypothesis.dt) || options_.dt || !agreement_.is_regular() ||
         std::none_of(steps.begin(), steps.end(), is_usual);
}

/// The current until soon after the few spikes that are looked at first: long lists are not copied for each
/// hypothesis. Some hypotheses move it by as much as 10 ms.
Current Search::beginning_of_current() const {
  if (theirs_.empty()) return current_;
  constexpr double most_moved = 10;
  const double last = theirs_[std::min(few_, theirs_.size()) - 1];
  return beginning_of(current_, last + most_moved + 10 * options_.dt.value_or(1) + agreement_.unit(last));
}

/// All hypotheses with so many changes, the exact solution's first: it needs no simulator to explain a train. What
/// it explains only by the digits that were not printed, a simulator with a grid may explain as well.
void Search::try_all_bases(std::size_t count) {
  const std::size_t before = diagnosis_.explanations.size();
  const auto has_found_more = [&] { return diagnosis_.explanations.size() > before; };
  const auto try_those = [&](auto holds, Fit fit) {
    for (const Base& base : bases_) {
      if (!holds(base)) continue;
      try_changes(base, count, fit);
      if (count == 0 && base.is_exact()) return;  // without a change, its step is of no concern
    }
  };
  // Pairs of changes are many: they have to do with the likeliest steps.
  const auto is_likely = [&](const Base& base) {
    return count == 0 || (is_plausible(base) && (count < 2 || is_among_likeliest(base)));
  };
  try_those([&](const Base& base) { return base.is_exact() && is_likely(base); }, Fit::stamped);
  if (has_found_more() && hidden_grids_ == 0) return;
  if (agreement_.is_coarse() && !has_found_more()) {
    try_those([&](const Base& base) { return base.is_exact() && is_likely(base); }, Fit::printed);
    if (count == 0 && has_found_more()) try_stamps_at_printed_times();
  }
  try_those([&](const Base& base) { return !base.is_exact() && is_likely(base); }, Fit::stamped);
  if (nothing_found() && agreement_.is_coarse() && (count == 0 || !options_.convention.empty())) {
    try_printed_grids(count);
  }
}

/// Exact times that are printed with few decimals are exact times that are stamped on a grid of such steps.
void Search::try_stamps_at_printed_times() {
  const double unit = agreement_.unit(theirs_.back());
  for (const Base& base : bases_) {
    if (base.is_exact() && std::abs(base.hypothesis.dt - unit) < 1e-9) try_changes_named("stamped-", base);
  }
}

void Search::try_changes_named(std::string_view beginning, const Base& base) {
  for (const Change& change : changes()) {
    if (change.name.starts_with(beginning)) try_hypothesis(base, {&change}, Fit::stamped);
  }
}

/// Conventions whose grid is no longer to be seen in what was printed.
void Search::try_printed_grids(std::size_t count) {
  if (options_.dt) {
    for (const Base& base : bases_) try_changes(base, count, Fit::printed);
  }
  for (const double dt : usual_steps) {
    if (options_.dt || dt > neuron_.tau / 2 || until_ / dt > most_guessed_steps) continue;
    for (const NamedConvention& known : conventions()) {
      const Base base{std::string(known.name), {neuron_, current_, known.convention, dt}};
      try_changes(base, count, Fit::printed);
    }
  }
  hidden_grids_ = diagnosis_.explanations.size();
}

/// All hypotheses with so many changes to a base.
void Search::try_changes(const Base& base, std::size_t count, Fit fit) {
  if (count == 0) return try_hypothesis(base, {}, fit);
  for (std::size_t i = 0; i < changes().size(); ++i) {
    if (count == 1) try_hypothesis(base, {&changes()[i]}, fit);
    for (std::size_t j = i + 1; count == 2 && j < changes().size(); ++j)
      try_hypothesis(base, {&changes()[i], &changes()[j]}, fit);
  }
}

/// The base with changes to it, driven by the whole current or by its beginning; empty if a change does not apply.
std::optional<Hypothesis> Search::changed(const Base& base, const Changes& applied, const Current& current) const {
  Hypothesis hypothesis = base.hypothesis;
  hypothesis.current = current;
  for (const Change* change : applied) {
    if (!change->apply(hypothesis)) return std::nullopt;
  }
  return hypothesis;
}

void Search::try_hypothesis(const Base& base, const Changes& applied, Fit fit) {
  if (has_taken_enough()) return;
  auto hypothesis = changed(base, applied, theirs_.empty() ? current_ : beginning_);
  if (!hypothesis) return;
  ++diagnosis_.tested;
  if (!may_have_stamped(base, *hypothesis, fit)) return;
  // A few spikes dismiss most, and the first of them many.
  for (const std::size_t count : {std::size_t{1}, std::min(few_, theirs_.size())}) {
    if (count > theirs_.size()) break;
    const double last = theirs_[count - 1];
    const double end = std::min(last + agreement_.unit(last) + 3 * hypothesis->dt, until_);
    const Train begin = predict(*hypothesis, end);
    if (begin.size() < count || !agreement_.holds(begin, *hypothesis, count, fit)) return;
  }
  if (!theirs_.empty()) hypothesis = changed(base, applied, current_);
  if (!hypothesis || !may_have_stamped(base, *hypothesis, fit)) return;
  Train predicted = predict(*hypothesis, until_);
  leave_out_end(predicted);
  if (predicted.size() != theirs_.size() || !agreement_.holds(predicted, *hypothesis, theirs_.size(), fit)) return;
  std::vector<std::string_view> names;
  for (const Change* change : applied) names.push_back(change->name);
  const bool has_step = hypothesis->convention != exact_solution || hypothesis->stamped_at_nearest;
  std::vector<std::string_view> traits;
  if (names.empty()) traits = traits_of(*hypothesis, predicted);
  explain(base.name, has_step ? hypothesis->dt : 0, std::move(names), std::move(predicted), std::move(traits));
}

/// Whether the stamps, where they are grid times, are some that theirs can be. The exact solution's are on no grid
/// that printing has hidden: that would be printed twice.
bool Search::may_have_stamped(const Base& base, const Hypothesis& hypothesis, Fit fit) const {
  if (!has_grid_stamps(hypothesis)) return true;
  return fit == Fit::printed ? !base.is_exact() : agreement_.is_on_grid(hypothesis.dt);
}

std::vector<double> Search::predict(const Hypothesis& hypothesis, double until) {
  if (!(until > 0)) return {};  // a time of theirs is negative
  if (hypothesis.convention.input_time) steps_taken_ += until / hypothesis.dt;
  const bool on_grid = !is_event_driven(hypothesis.convention) || hypothesis.convention.stamp != Stamp::crossing;
  if (on_grid && until < hypothesis.dt) return {};
  Train train =
      predicted_spike_times(Neuron(hypothesis.neuron), hypothesis.current, until, hypothesis.convention, hypothesis.dt);
  if (hypothesis.stamped_at_nearest) {
    for (double& time : train) time = std::round(time / hypothesis.dt) * hypothesis.dt;
  }
  while (!train.empty() && train.back() > until_ * (1 + rounding_)) train.pop_back();
  return train;
}

/// The train until their first `count` spikes are over, or, with `count` 0, the whole one.
std::optional<std::vector<double>> Search::predict_spikes(const Hypothesis& hypothesis, std::size_t count) {
  if (has_taken_enough()) return std::nullopt;
  if (count == 0) {
    Train train = predict(hypothesis, until_);
    leave_out_end(train);
    return train;
  }
  const double last = theirs_[count - 1];
  return predict(hypothesis, std::min(last + agreement_.unit(last) + 3 * hypothesis.dt, until_));
}

/// Takes a last spike away that theirs lack, if it is after the end of the run by rounding, or printed so. NEURON,
/// for one, stamps a spike of the last step 1e-10 ms after the end, and does not deliver it.
void Search::leave_out_end(Train& predicted) const {
  if (predicted.size() != theirs_.size() + 1) return;
  const double last = predicted.back();
  const double unit = agreement_.unit(last);
  const double print = unit > 0 ? std::round(last / unit) * unit : last;
  if (last > until_ || print > until_ * (1 + rounding_)) predicted.pop_back();
}

const std::vector<double>& Search::exact_train() {
  if (!exact_) exact_ = spike_times(Neuron(neuron_), current_, until_);
  return *exact_;
}

}  // namespace lapicque::diagnosis
