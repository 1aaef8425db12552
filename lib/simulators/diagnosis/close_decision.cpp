#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "input/argument.hpp"
#include "lapicque/diagnosis.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque {

std::optional<CloseDecision> close_decision(const Neuron& neuron, const Current& current, double until,
                                            double tolerance) {
  detail::require_positive(until, "until", "ms");
  // A stepper's potential gathers a rounding a step and forgets them within tau_m: some hundred of them count.
  constexpr double roundings = 64;
  const double size = std::abs(neuron.rest()) + std::abs(neuron.threshold()) + std::abs(neuron.reset());
  const double margin = roundings * std::numeric_limits<double>::epsilon() * std::max(size, 1e-300);
  const auto train = [&](double threshold) -> std::vector<double> {
    if (threshold <= neuron.initial() || threshold <= neuron.reset()) return {};
    NeuronParameters parameters = neuron.parameters();
    parameters.threshold = threshold;
    return spike_times(Neuron(parameters), current, until);
  };
  const std::vector<double> exact = train(neuron.threshold());
  std::optional<CloseDecision> first;
  const auto consider = [&](bool fires, double time) {
    if (!first || time < first->time) first = CloseDecision{fires, time, margin};
  };
  for (const bool higher : {true, false}) {
    const std::vector<double> moved = train(neuron.threshold() + (higher ? margin : -margin));
    const std::size_t common = std::min(exact.size(), moved.size());
    std::size_t k = 0;
    while (k < common && std::abs(exact[k] - moved[k]) <= tolerance) ++k;
    if (k == exact.size() && k == moved.size()) continue;
    // A spike that is only moved out of the run, or into it, hangs on the end and not on rounding.
    const auto crosses_end = [&](double time) { return until - time <= tolerance; };
    if (k == exact.size()) {
      if (!crosses_end(moved[k])) consider(false, moved[k]);
    } else if (k == moved.size()) {
      if (!crosses_end(exact[k])) consider(true, exact[k]);
    } else {
      // A spike in doubt comes later with a higher threshold and earlier with a lower one, and is the exact one.
      const bool is_in_doubt = first && first->fires && first->time == exact[k];
      if (!is_in_doubt) consider(exact[k] <= moved[k], std::min(exact[k], moved[k]));
    }
  }
  return first;
}

}  // namespace lapicque
