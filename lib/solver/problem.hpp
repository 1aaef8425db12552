#pragma once

#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/receptor.hpp"

namespace lapicque::detail {

/// A current that decays with `tau` (ms), and that each own spike raises by `jump` (nA) at its exact time.
struct AfterSpikeCurrent {
  double jump;
  double tau;
};

/// What is solved: shared by all precisions that work on it.
struct Problem {
  Neuron neuron;
  Current current;
  double until;  ///< ms
  std::vector<AfterSpikeCurrent> after_spike{};
  std::vector<Receptor> receptors{};  ///< of events that are handed over while it is solved
};

}  // namespace lapicque::detail
