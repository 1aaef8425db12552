// What a search makes of what it has found.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "lapicque/spike_train.hpp"
#include "simulators/diagnosis/parameter_fit.hpp"
#include "simulators/diagnosis/search.hpp"
#include "simulators/diagnosis/steps.hpp"

namespace lapicque::diagnosis {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> further_names{{
    {"threshold-after-step",
     "the threshold is tested after each step, so that a spike is late by up to a step, and its "
     "successors with it"},
    {"constant-shift", "all spikes are late, or early, by the same time"},
    {"decided-by-rounding", "a decision that hangs on less than the rounding of doubles went the other way"},
    {"unit-seconds", "the times are in seconds and were taken for milliseconds"},
    {"unit-steps", "the times are in steps and were taken for milliseconds"},
    {"printed-rounded", "the times are rounded to the decimals that are printed"},
    {"printed-cut", "the times are cut after the decimals that are printed"},
}};

/// How much a number looks like chance: one that is no short decimal within what fits, then one of many digits, then
/// one that is not 1, 2 or 5 of its unit.
std::tuple<double, int, bool> chance_of(const Explanation& explanation) {
  if (!explanation.fitted) return {0, 0, false};
  const auto& [low, high] = std::pair(explanation.fitted->low, explanation.fitted->high);
  const ShortDecimal decimal = shortest_decimal(low, high);
  const double leading = std::round(std::abs(decimal.value) / decimal.unit);
  const bool is_odd = !(leading == 1 || leading == 2 || leading == 5);
  // What a shift leaves open is a matter of the step.
  if (explanation.fitted->quantity == "shift") return {-1, decimal.digits, is_odd};
  // Orders of magnitude, so that what fits a little more widely is not behind for that.
  const double chance = std::ceil(std::log10(std::min(1.0, std::max((high - low) / decimal.unit, 1e-9))));
  return {chance, decimal.digits, is_odd};
}

}  // namespace

std::string_view describe_outcome(std::string_view name) {
  for (const auto& [known, sentence] : further_names) {
    if (known == name) return sentence;
  }
  return {};
}

void Search::explain(const std::string& convention, double dt, std::vector<std::string_view> names, Train predicted,
                     std::vector<std::string_view> traits, std::optional<FittedNumber> fitted) {
  for (const Explanation& known : diagnosis_.explanations) {
    const bool is_same_step = known.dt == dt || (convention == "exact" && known.predicted == predicted);
    const bool is_same_number = !fitted || (known.fitted && known.fitted->quantity == fitted->quantity);
    if (known.convention == convention && known.changes == names && is_same_step && is_same_number) return;
  }
  const double residual = agreement_.residual(predicted);
  const auto printed = agreement_.printing(predicted);
  if (printed && agreement_.is_coarse()) {
    if (printed->may_be_rounded) traits.emplace_back("printed-rounded");
    if (printed->may_be_cut) traits.emplace_back("printed-cut");
  }
  diagnosis_.explanations.push_back({convention, dt, std::move(names), std::move(traits), std::move(predicted),
                                     residual, printed, std::move(fitted)});
}

/// What a convention does to a train of its own accord.
std::vector<std::string_view> Search::traits_of(const Hypothesis& hypothesis, const Train& predicted) {
  const Convention& c = hypothesis.convention;
  std::vector<std::string_view> traits;
  if (c == exact_solution) return traits;
  if (c.update == Update::forward_euler) traits.emplace_back("forward-euler");
  if (c.update == Update::backward_euler) traits.emplace_back("backward-euler");
  if (c.crossing == Crossing::grid) traits.emplace_back("threshold-after-step");
  if (c.stamp == Stamp::step_start) traits.emplace_back("stamped-at-step-start");
  if (c.stamp == Stamp::step_end) traits.emplace_back("stamped-at-step-end");
  if (c.stamp == Stamp::interpolated) traits.emplace_back("stamped-by-interpolation");
  if (misses_between_grid_points(hypothesis, predicted)) traits.emplace_back("missed-between-grid-points");
  return traits;
}

/// Whether the first spike that a convention misses is back below the threshold by the next grid time. From the spike
/// on, u without it starts from the threshold.
bool Search::misses_between_grid_points(const Hypothesis& hypothesis, const Train& predicted) {
  const Train& exact = exact_train();
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

void Search::find_nearest() {
  double least = std::numeric_limits<double>::infinity();
  for (const Base& base : bases_) {
    if (diagnosis_.nearest && has_taken_enough()) break;
    Train predicted = predict(base.hypothesis, until_);
    const auto comparison = compare(predicted, theirs_, {.until = until_});
    const double distance = comparison.victor_purpura;
    if (!(distance < least)) continue;
    least = distance;
    // Moving a spike by a mean interval, or leaving it out, costs 1.
    constexpr double near = 0.15;
    diagnosis_.is_near = distance <= near * static_cast<double>(std::max(theirs_.size(), predicted.size()));
    const double residual = agreement_.residual(predicted);
    diagnosis_.nearest =
        Explanation{base.name, base.is_exact() ? 0 : base.hypothesis.dt, {}, {}, std::move(predicted), residual};
  }
}

/// The exact solution, then the grids that are seen in the times, then those that printing has hidden, then faults,
/// then numbers: those that are short decimals before others, and those of exact times that are on a grid only by being
/// printed last.
void Search::put_simplest_first() {
  const auto rank = [](const Explanation& explanation) {
    const bool is_exact = explanation.convention == "exact";
    const auto& changes = explanation.changes;
    if (is_exact && (changes.empty() || changes.front().starts_with("stamped-"))) return 0;
    if (explanation.fitted) return is_exact && explanation.printed ? 5 : 4;
    return !changes.empty() ? 3 : explanation.printed ? 2 : 1;
  };
  std::stable_sort(diagnosis_.explanations.begin(), diagnosis_.explanations.end(),
                   [&](const Explanation& one, const Explanation& other) {
                     return std::pair(rank(one), chance_of(one)) < std::pair(rank(other), chance_of(other));
                   });
}

void Search::collect_names() {
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

}  // namespace lapicque::diagnosis
