#include "lapicque/diagnosis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "grid/few_steps.hpp"
#include "input/argument.hpp"
#include "input/transform.hpp"
#include "lapicque/spike_train.hpp"
#include "simulators/diagnosis/hypothesis.hpp"
#include "simulators/diagnosis/printed_precision.hpp"

namespace lapicque {
namespace {

using diagnosis::Change;
using diagnosis::changes;
using diagnosis::has_grid_stamps;
using diagnosis::Hypothesis;
using diagnosis::is_event_driven;
using diagnosis::of_double;
using diagnosis::PrintedPrecision;
using diagnosis::Printing;
using diagnosis::shifted;

using Train = std::vector<double>;

/// The current without what is of no concern until `end`, a step of each list more or less.
Current beginning_of(const Current& current, double end) {
  using detail::current_of;
  const auto cut = detail::Overloaded{
      [](const auto& piece) { return current_of(piece); },
      [end](const Samples& s) {
        constexpr double more = 10;
        const double wanted = std::clamp((end - s.start) / s.step + more, more, static_cast<double>(s.values->size()));
        const auto count = std::min(static_cast<std::size_t>(wanted), s.values->size());
        const auto last = s.values->begin() + static_cast<std::ptrdiff_t>(count);
        return samples(s.start, s.step, {s.values->begin(), last}, s.hold);
      },
      [end]<detail::HasEvents Piece>(const Piece& piece) {
        return current_of(detail::with_events(piece, [end](std::vector<Event>& events) {
          std::erase_if(events, [end](const Event& event) { return event.time > end; });
        }));
      },
  };
  return detail::transform(current, cut);
}

/// What diagnoses say that are no change.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> further_names{{
    {"threshold-after-step",
     "the threshold is tested after each step, so that a spike is late by up to a step, and its "
     "successors with it"},
    {"constant-shift", "all spikes are late, or early, by the same time"},
    {"unit-seconds", "the times are in seconds and were taken for milliseconds"},
    {"printed-rounded", "the times are rounded to the decimals that are printed"},
    {"printed-cut", "the times are cut after the decimals that are printed"},
}};

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
        precision_(theirs_, 0),
        fine_(theirs_, 3) {}

  Diagnosis search() {
    constexpr std::size_t fewest_for_grid = 3;  // every spike alone is a multiple of its own time
    if (theirs_.size() >= fewest_for_grid) diagnosis_.grid = time_grid(theirs_);
    choose_bases();
    beginning_ = beginning_of_current();
    for (std::size_t count = 0; count <= most_changes() && (nothing_found() || is_doubtful(count)); ++count) {
      try_all_bases(count);
      if (count == 0 && nothing_found()) try_shift();
    }
    if (nothing_found()) try_seconds();
    if (nothing_found()) find_nearest();
    put_simplest_first();
    collect_names();
    return std::move(diagnosis_);
  }

 private:
  struct Base {
    std::string name;
    Hypothesis hypothesis;
  };

  bool nothing_found() const { return diagnosis_.explanations.empty(); }

  /// Whether all that was found are grids that printing has hidden, and none was asked for. A fault on a grid that is
  /// seen in the times explains few spikes as well; two of them do not.
  bool is_doubtful(std::size_t count) const {
    return count == 1 && options_.convention.empty() && hidden_grids_ == diagnosis_.explanations.size();
  }

  /// What is allowed for between a predicted time and theirs.
  enum class Fit {
    stamped,  ///< rounding and solvers' tolerances; of printing a quarter of a step on a grid, and 0.001 ms elsewhere
    printed,  ///< all that printing so few digits takes away
  };

  static bool is_exact(const Base& base) { return base.name == "exact"; }

  /// Whether the times have so few decimals that these may be a grid of time or a way to print.
  bool is_coarse() const {
    constexpr double finest = 1e-3;
    return !theirs_.empty() && precision_.unit(theirs_.back()) > 1.5 * finest;
  }

  /// All hypotheses with so many changes, the exact solution's first: it needs no simulator to explain a train. What
  /// it explains only by the digits that were not printed, a simulator with a grid may explain as well.
  void try_all_bases(std::size_t count) {
    const std::size_t before = diagnosis_.explanations.size();
    const auto has_found_more = [&] { return diagnosis_.explanations.size() > before; };
    const auto try_those = [&](auto holds, Fit fit) {
      for (const Base& base : bases_) {
        if (!holds(base)) continue;
        try_changes(base, count, fit);
        if (count == 0 && is_exact(base)) return;  // without a change, its step is of no concern
      }
    };
    // Pairs of changes are many: they have to do with one step and its half.
    const double shortest = count == 2 && diagnosis_.grid && !options_.dt ? *diagnosis_.grid / 2 : 0;
    const auto is_long = [&](const Base& base) { return base.hypothesis.dt >= shortest * (1 - 1e-9); };
    try_those([&](const Base& base) { return is_exact(base) && is_long(base); }, Fit::stamped);
    if (has_found_more() && hidden_grids_ == 0) return;
    if (is_coarse() && !has_found_more()) {
      try_those([&](const Base& base) { return is_exact(base) && is_long(base); }, Fit::printed);
      if (count == 0 && has_found_more()) try_stamps_at_printed_times();
    }
    try_those([&](const Base& base) { return !is_exact(base) && is_long(base); }, Fit::stamped);
    if (nothing_found() && is_coarse() && (count == 0 || !options_.convention.empty())) try_printed_grids(count);
  }

  /// Exact times that are printed with few decimals are exact times that are stamped on a grid of such steps.
  void try_stamps_at_printed_times() {
    const double unit = precision_.unit(theirs_.back());
    for (const Base& base : bases_) {
      if (is_exact(base) && std::abs(base.hypothesis.dt - unit) < 1e-9) try_changes_named("stamped-", base);
    }
  }

  void try_changes_named(std::string_view beginning, const Base& base) {
    for (const Change& change : changes()) {
      if (change.name.starts_with(beginning)) try_hypothesis(base, {&change}, Fit::stamped);
    }
  }

  /// Conventions whose grid is no longer to be seen in what was printed.
  void try_printed_grids(std::size_t count) {
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

  std::size_t most_changes() const {
    const std::size_t fewest_for_two = 3;
    return theirs_.size() < fewest_for_two ? 1 : 2;
  }

  /// The current until soon after the few spikes that are looked at first: long lists are not copied for each
  /// hypothesis.
  Current beginning_of_current() const {
    if (theirs_.empty()) return current_;
    const double last = theirs_[std::min(few, theirs_.size()) - 1];
    const double end = last + 10 * options_.dt.value_or(usual_steps.front()) + precision_.unit(last);
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
    steps.assign(usual_steps.begin(), usual_steps.end());
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
    std::erase_if(steps, [&](double dt) { return dt > neuron_.tau / 2; });
    const auto is_affordable = [&](double dt) { return until_ / dt <= most_guessed_steps; };
    const auto short_ones = std::stable_partition(steps.begin(), steps.end(), is_affordable);
    diagnosis_.untried_steps.assign(short_ones, steps.end());
    steps.erase(short_ones, steps.end());
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
  void try_changes(const Base& base, std::size_t count, Fit fit) {
    if (count == 0) return try_hypothesis(base, {}, fit);
    for (std::size_t i = 0; i < changes().size(); ++i) {
      if (count == 1) try_hypothesis(base, {&changes()[i]}, fit);
      for (std::size_t j = i + 1; count == 2 && j < changes().size(); ++j)
        try_hypothesis(base, {&changes()[i], &changes()[j]}, fit);
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

  void try_hypothesis(const Base& base, const Changes& applied, Fit fit) {
    if (has_taken_enough()) return;
    auto hypothesis = changed(base, applied, theirs_.empty() ? current_ : beginning_);
    if (!hypothesis) return;
    ++diagnosis_.tested;
    if (!may_have_stamped(base, *hypothesis, fit)) return;
    // A few spikes dismiss most, and the first of them many.
    for (const std::size_t count : {std::size_t{1}, std::min(few, theirs_.size())}) {
      if (count > theirs_.size()) break;
      const double last = theirs_[count - 1];
      const double end = std::min(last + precision_.unit(last) + 3 * hypothesis->dt, until_);
      const Train begin = predict(*hypothesis, end);
      if (begin.size() < count || !agree(begin, *hypothesis, count, fit)) return;
    }
    if (!theirs_.empty()) hypothesis = changed(base, applied, current_);
    if (!hypothesis || !may_have_stamped(base, *hypothesis, fit)) return;
    Train predicted = predict(*hypothesis, until_);
    leave_out_end(predicted);
    if (predicted.size() != theirs_.size() || !agree(predicted, *hypothesis, theirs_.size(), fit)) return;
    std::vector<std::string_view> names;
    for (const Change* change : applied) names.push_back(change->name);
    const bool has_step = hypothesis->convention != exact_solution || hypothesis->stamped_at_nearest;
    std::vector<std::string_view> traits;
    if (names.empty()) traits = traits_of(*hypothesis, predicted);
    explain(base.name, has_step ? hypothesis->dt : 0, std::move(names), std::move(predicted), std::move(traits));
  }

  /// Takes a last spike away that theirs lack, if it is after the end of the run by rounding, or printed so. NEURON,
  /// for one, stamps a spike of the last step 1e-10 ms after the end, and does not deliver it.
  void leave_out_end(Train& predicted) const {
    if (predicted.size() != theirs_.size() + 1) return;
    const double last = predicted.back();
    const double unit = precision_.unit(last);
    const double print = unit > 0 ? std::round(last / unit) * unit : last;
    if (last > until_ || print > until_ * (1 + rounding)) predicted.pop_back();
  }

  /// Whether the stamps, where they are grid times, are some that theirs can be. The exact solution's are on no grid
  /// that printing has hidden: that would be printed twice.
  bool may_have_stamped(const Base& base, const Hypothesis& hypothesis, Fit fit) const {
    if (!has_grid_stamps(hypothesis)) return true;
    return fit == Fit::printed ? !is_exact(base) : is_on_grid(hypothesis.dt);
  }

  void explain(const std::string& convention, double dt, std::vector<std::string_view> names, Train predicted,
               std::vector<std::string_view> traits = {}) {
    for (const Explanation& known : diagnosis_.explanations) {
      if (known.convention == convention && known.changes == names && known.predicted == predicted) return;
    }
    const double residual = residual_of(predicted);
    const auto printed = printing_of(predicted);
    if (printed && is_coarse()) {
      if (printed->may_be_rounded) traits.emplace_back("printed-rounded");
      if (printed->may_be_cut) traits.emplace_back("printed-cut");
    }
    diagnosis_.explanations.push_back(
        {convention, dt, std::move(names), std::move(traits), std::move(predicted), residual, printed});
  }

  /// What printing did to the predicted times to make them theirs; empty if they are theirs without, or not even so.
  std::optional<PrintedDigits> printing_of(const Train& predicted) const {
    const auto all = [&](auto holds) {
      return std::equal(theirs_.begin(), theirs_.end(), predicted.begin(), predicted.end(), holds);
    };
    const auto is_by = [&](Printing printing) {
      return all([&](double printed, double time) { return precision_.prints(printed, time, printing); });
    };
    if (all([](double printed, double time) { return std::abs(printed - time) <= of_double(time); }))
      return std::nullopt;
    const PrintedDigits result{precision_.unit(theirs_.back()), is_by(Printing::rounded), is_by(Printing::cut)};
    if (!result.may_be_rounded && !result.may_be_cut) return std::nullopt;
    return result;
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
    const std::size_t count = theirs_.size();
    if (late.size() < count) return;
    double shift = 0;
    for (std::size_t k = 0; k < count; ++k) shift += (theirs_[k] - late[k] - shift) / static_cast<double>(k + 1);
    for (double& time : late) time += shift;
    if (late.size() > count && late[count] <= until_) return;
    late.resize(count);  // the others have left the run
    if (agree(late, bases_.front().hypothesis, late.size(), Fit::stamped))
      explain("exact", 0, {"constant-shift"}, std::move(late));
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
    diagnosis_.explanations.push_back({"exact", 0, {"unit-seconds"}, {}, std::move(exact), comparison.max_error, {}});
  }

  /// Whether the runs so far have taken as much time as a search may take.
  bool has_taken_enough() {
    const bool enough = steps_taken_ >= options_.most_steps;
    diagnosis_.cut_short |= enough;
    return enough;
  }

  Train predict(const Hypothesis& hypothesis, double until) {
    if (!(until > 0)) return {};  // a time of theirs is negative
    if (hypothesis.convention.input_time) steps_taken_ += until / hypothesis.dt;
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

  /// Whether their first `count` times are the predicted ones, all of them rounded or all of them cut.
  bool agree(const Train& predicted, const Hypothesis& hypothesis, std::size_t count, Fit fit) const {
    const auto agree_by = [&](Printing printing) {
      return std::equal(theirs_.begin(), theirs_.begin() + static_cast<std::ptrdiff_t>(count), predicted.begin(),
                        [&](double theirs, double time) { return is_print(theirs, time, hypothesis, printing, fit); });
    };
    return agree_by(Printing::rounded) || agree_by(Printing::cut);
  }

  bool is_print(double theirs, double time, const Hypothesis& hypothesis, Printing printing, Fit fit) const {
    if (fit == Fit::printed) return precision_.prints(theirs, time, printing);
    if (has_grid_stamps(hypothesis)) return is_grid_print(theirs, time, hypothesis.dt, printing);
    constexpr double as_near_as_newton = 1e-3;  // ms: event-driven simulators iterate up to some tolerance of their own
    return std::abs(theirs - time) <= as_near_as_newton || fine_.prints(theirs, time, printing);
  }

  /// Whether a time stands for this grid time and, as it is less than a quarter of a step off, for no other. Cut, what
  /// is a hair below a grid time loses a whole unit: 17.6 as 17.599999999999998; but not 17.5, which is a double.
  bool is_grid_print(double theirs, double time, double dt, Printing printing) const {
    const double error = theirs - time;
    constexpr double of_clock = 1e-6;
    const bool is_hair_cut = printing == Printing::cut && std::fmod(time, 0x1p-10) != 0 &&
                             std::abs(error + precision_.unit(theirs)) <= of_double(time);
    return std::abs(error) <= dt / 4 &&
           (std::abs(error) <= of_clock || is_hair_cut || precision_.prints(theirs, time, printing));
  }

  bool is_on_grid(double dt) const {
    const auto is_by = [&](Printing printing) {
      return std::all_of(theirs_.begin(), theirs_.end(),
                         [&](double time) { return is_grid_print(time, std::round(time / dt) * dt, dt, printing); });
    };
    return is_by(Printing::rounded) || is_by(Printing::cut);
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
    const Current rest = shifted(current_, -spike);
    return membrane_potential(Neuron(free), rest, std::array{next - spike}).front() <= neuron_.threshold;
  }

  void find_nearest() {
    double least = std::numeric_limits<double>::infinity();
    for (const Base& base : bases_) {
      if (diagnosis_.nearest && has_taken_enough()) break;
      Train predicted = predict(base.hypothesis, until_);
      const double distance = compare(predicted, theirs_, {.until = until_}).victor_purpura;
      if (!(distance < least)) continue;
      least = distance;
      const double residual = residual_of(predicted);
      diagnosis_.nearest =
          Explanation{base.name, base.name == "exact" ? 0 : base.hypothesis.dt, {}, {}, std::move(predicted), residual};
    }
  }

  /// The exact solution, then the grids that are seen in the times, then those that printing has hidden, then faults.
  void put_simplest_first() {
    const auto rank = [](const Explanation& explanation) {
      const bool is_exact = explanation.convention == "exact";
      if (is_exact && (explanation.changes.empty() || explanation.changes.front().starts_with("stamped-"))) return 0;
      return !explanation.changes.empty() ? 3 : explanation.printed ? 2 : 1;
    };
    std::stable_sort(diagnosis_.explanations.begin(), diagnosis_.explanations.end(),
                     [&](const Explanation& one, const Explanation& other) { return rank(one) < rank(other); });
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

  /// ms, of the steps that are guessed
  static constexpr std::array usual_steps{1.0,   0.5,  0.25,   0.2,  0.125, 0.1,   0.05,
                                          0.025, 0.02, 0.0125, 0.01, 0.005, 0.002, 0.001};
  static constexpr double most_guessed_steps = 1e6;  // of a run whose step is guessed
  static constexpr std::size_t few = 6;

  NeuronParameters neuron_;
  Current current_;
  double until_;
  DiagnosisOptions options_;
  Train theirs_;
  PrintedPrecision precision_;  ///< of the decimals that their times need
  PrintedPrecision fine_;       ///< of three decimals at the least, as fewer may be a grid
  std::vector<Base> bases_;
  Current beginning_;             ///< of current_
  std::size_t hidden_grids_ = 0;  ///< how many explanations are grids that printing has hidden
  double steps_taken_ = 0;        ///< in all runs
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
  for (const Change& change : changes()) {
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
  if (options.dt) detail::require_few_steps(until, *options.dt);
  if (!options.convention.empty() && !options.dt) {
    throw InvalidArgument("dt", "none", "the convention " + options.convention + " needs a time step", "give one");
  }
  return Search(neuron, current, until, theirs, options).search();
}

}  // namespace lapicque
