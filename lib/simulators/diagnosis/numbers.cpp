// What a search fits: a shift of all times, their unit, a number of the problem.

#include <algorithm>
#include <cmath>
#include <utility>

#include "lapicque/spike_train.hpp"
#include "simulators/diagnosis/parameter_fit.hpp"
#include "simulators/diagnosis/search.hpp"
#include "simulators/diagnosis/steps.hpp"

namespace lapicque::diagnosis {

/// The train of a base, all of it late or early by the same time: on a grid by some steps of it, but not by one, which
/// is a change.
void Search::try_shift(const Base& base) {
  constexpr std::size_t fewest = 3;
  const Hypothesis& hypothesis = base.hypothesis;
  const bool is_stamped = has_grid_stamps(hypothesis);
  const std::size_t count = theirs_.size();
  if (count < fewest || has_taken_enough() || (is_stamped && !agreement_.is_on_grid(hypothesis.dt))) return;
  ++diagnosis_.tested;
  const auto mean_shift = [&](const Train& train, std::size_t spikes) {
    double shift = 0;
    for (std::size_t k = 0; k < spikes; ++k) shift += (theirs_[k] - train[k] - shift) / static_cast<double>(k + 1);
    return is_stamped ? std::round(shift / hypothesis.dt) * hypothesis.dt : shift;
  };
  const auto agrees = [&](Train& train, double shift, std::size_t spikes) {
    for (double& time : train) time += shift;
    return agreement_.holds(train, hypothesis, spikes, Fit::stamped);
  };
  // A few spikes dismiss most.
  const std::size_t first = std::min(few_, count);
  constexpr double longest = 100;  // ms
  Train train = predict(hypothesis, std::min(theirs_[first - 1] + longest, until_));
  if (train.size() < first) return;
  const double guess = mean_shift(train, first);
  if (is_stamped && std::abs(guess) < 1.5 * hypothesis.dt) return;
  if (!agrees(train, guess, first)) return;
  train = predict(hypothesis, until_);
  if (train.size() < count) return;
  const double shift = mean_shift(train, count);
  if (!agrees(train, shift, count)) return;
  if (train.size() > count && train[count] <= until_) return;
  train.resize(count);               // the others have left the run
  constexpr double known_to = 1e-3;  // ms
  const double half = is_stamped ? hypothesis.dt / 4 : known_to;
  const double value = shortest_decimal(shift - half, shift + half).value;
  explain(base.name, base.is_exact() ? 0 : hypothesis.dt, {"constant-shift"}, std::move(train), {},
          FittedNumber{"shift", "ms", 0, value, shift - half, shift + half});
}

/// Times in seconds or in steps that were taken for milliseconds: the train of the first base, roughly. Steps are many,
/// so that all of theirs are looked at, not only those until the end.
void Search::try_units() {
  if (all_.empty()) return;
  const Base& base = bases_.front();
  std::optional<Train> expected;
  const auto alike = [&](double unit) -> std::optional<Comparison> {
    ++diagnosis_.tested;
    constexpr double margin = 1.1;
    Train scaled = all_;
    for (double& time : scaled) time *= unit;
    if (scaled.back() > margin * until_) return std::nullopt;
    if (!expected) expected = predict(base.hypothesis, until_);
    auto comparison = compare(*expected, scaled, {.until = until_});
    const bool is_alike = comparison.matched.size() > comparison.missed.size() + comparison.invented.size() &&
                          comparison.max_error * comparison.cost < 0.5;
    if (!is_alike) return std::nullopt;
    return comparison;
  };
  const auto tell = [&](double dt, std::string_view name, const Comparison& found) {
    diagnosis_.explanations.push_back({base.name, dt, {name}, {}, *expected, found.max_error, {}, {}});
  };
  constexpr double second = 1000;
  if (const auto found = alike(second)) return tell(0, "unit-seconds", *found);
  constexpr std::size_t fewest = 3;
  const auto is_whole = [](double time) { return time == std::round(time); };
  if (all_.size() < fewest || !std::all_of(all_.begin(), all_.end(), is_whole)) return;
  std::optional<std::pair<double, Comparison>> best;
  const std::vector<double> given = options_.dt ? std::vector{*options_.dt} : std::vector<double>{};
  for (const double dt : options_.dt ? std::span<const double>(given) : std::span<const double>(usual_steps)) {
    if (dt == 1) continue;
    const auto found = alike(dt);
    if (found && (!best || found->victor_purpura < best->second.victor_purpura)) best = {dt, *found};
  }
  if (best) tell(best->first, "unit-steps", best->second);
}

/// A shift of all times, a level of detection, and every number of the problem, with every convention on the likeliest
/// steps. What is the exact solution's needs no simulator.
void Search::try_numbers() {
  constexpr std::size_t fewest = 2;  // any number explains a single spike
  if (theirs_.size() < fewest) return;
  for (const Base& base : bases_) {
    if (is_plausible(base)) try_shift(base);
  }
  try_detection();
  constexpr double most_steps = 3e7;
  const double enough = steps_taken_ + most_steps;
  const auto parameters = parameters_of(neuron_, current_);
  const auto try_those = [&](const Base& base, Fit fit) {
    const std::size_t before = diagnosis_.explanations.size();
    for (const Parameter& parameter : parameters) try_parameter(base, parameter, fit);
    return diagnosis_.explanations.size() > before;
  };
  const Base& first = bases_.front();
  const bool may_be_on_grid = diagnosis_.grid && agreement_.is_regular();
  if (first.is_exact() && try_those(first, Fit::stamped) && !may_be_on_grid) return;
  for (const Base& base : bases_) {
    if (steps_taken_ > enough) return;
    if (base.is_exact() || !is_plausible(base) || !is_among_likeliest(base)) continue;
    if (may_have_stamped(base, base.hypothesis, Fit::stamped)) try_those(base, Fit::stamped);
  }
  if (first.is_exact() && agreement_.is_coarse() && is_grid_of_printing()) try_those(first, Fit::printed);
}

/// Whether the grid that is seen, if any, is that of the printed decimals: exact times are on no other.
bool Search::is_grid_of_printing() const {
  return !diagnosis_.grid || *diagnosis_.grid < 1.5 * agreement_.unit(theirs_.back());
}

void Search::try_parameter(const Base& base, const Parameter& parameter, Fit fit) {
  ++diagnosis_.tested;
  Hypothesis beginning = base.hypothesis;
  beginning.current = beginning_;
  const auto predict = [this](const Hypothesis& hypothesis, std::size_t count) {
    return predict_spikes(hypothesis, count);
  };
  const auto found = fit_parameter(parameter, beginning, base.hypothesis, predict, agreement_, fit);
  Hypothesis fitted = base.hypothesis;
  if (!found || !parameter.set(fitted, found->value)) return;
  auto train = predict_spikes(fitted, 0);
  if (!train || train->size() != theirs_.size()) return;
  explain(base.name, base.is_exact() ? 0 : base.hypothesis.dt, {parameter.name}, std::move(*train), {},
          FittedNumber{parameter.quantity, std::string(parameter.unit), parameter.given, found->value, found->low,
                       found->high});
}

/// Times at which the exact potential is at one and the same level below the threshold.
void Search::try_detection() {
  const Train& exact = exact_train();
  if (!options_.convention.empty() || exact.size() != theirs_.size() || !(theirs_.front() >= 0)) return;
  for (std::size_t k = 0; k < exact.size(); ++k) {
    if (!(theirs_[k] < exact[k]) || (k > 0 && theirs_[k] <= exact[k - 1])) return;
  }
  ++diagnosis_.tested;
  // From the slopes there, how far the times leave the level open.
  constexpr double half = 1e-4;  // ms
  constexpr double slack = 1e-3;
  Train around;
  for (const double time : theirs_) {
    for (const double at : {std::max(time - half, 0.0), time, time + half}) around.push_back(at);
  }
  const Train potential = membrane_potential(Neuron(neuron_), current_, around);
  double low = neuron_.reset;
  double high = neuron_.threshold;
  std::vector<double> slopes;
  for (std::size_t k = 0; k < theirs_.size(); ++k) {
    const double slope = (potential[3 * k + 2] - potential[3 * k]) / (around[3 * k + 2] - around[3 * k]);
    if (!(slope > 0)) return;
    const double open = slope * std::max(slack, agreement_.unit(theirs_[k]) / 2);
    low = std::max(low, potential[3 * k + 1] - open);
    high = std::min(high, potential[3 * k + 1] + open);
    slopes.push_back(slope);
  }
  if (!(low <= high)) return;
  const double level = shortest_decimal(low, high).value;
  Train predicted;
  for (std::size_t k = 0; k < theirs_.size(); ++k) {
    predicted.push_back(theirs_[k] + (level - potential[3 * k + 1]) / slopes[k]);
  }
  explain("exact", 0, {"other-detection"}, std::move(predicted), {},
          FittedNumber{"level of detection", "mV", neuron_.threshold, level, low, high});
}

/// Trains of a threshold that is higher or lower by what rounding may be worth.
void Search::try_rounding() {
  const auto close = close_decision(Neuron(neuron_), current_, until_);
  if (!close) return;
  for (const Base& base : bases_) {
    if (!is_among_likeliest(base) || !may_have_stamped(base, base.hypothesis, Fit::stamped)) continue;
    for (const double margin : {close->margin, -close->margin}) {
      Hypothesis hypothesis = base.hypothesis;
      hypothesis.neuron.threshold += margin;
      if (hypothesis.neuron.threshold <= std::max(neuron_.reset, *neuron_.initial) || has_taken_enough()) continue;
      ++diagnosis_.tested;
      Train predicted = predict(hypothesis, until_);
      leave_out_end(predicted);
      if (predicted.size() != theirs_.size()) continue;
      if (!agreement_.holds(predicted, hypothesis, theirs_.size(), Fit::stamped)) continue;
      explain(base.name, base.is_exact() ? 0 : hypothesis.dt, {"decided-by-rounding"}, std::move(predicted));
    }
  }
}

/// The exact train up to the decision that hangs on rounding: from there on anything may follow.
void Search::try_parting_at_rounding() {
  const Base& base = bases_.front();
  const auto close = base.is_exact() ? close_decision(Neuron(neuron_), current_, until_) : std::nullopt;
  if (!close) return;
  const Train& exact = exact_train();
  const auto doubtful = std::lower_bound(exact.begin(), exact.end(), close->time);
  const auto agreed = static_cast<std::size_t>(doubtful - exact.begin());
  if (theirs_.size() < agreed || !agreement_.holds(exact, base.hypothesis, agreed, Fit::stamped)) return;
  explain(base.name, 0, {"decided-by-rounding"}, exact);
}

}  // namespace lapicque::diagnosis
