#pragma once

#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/receptor.hpp"

namespace lapicque::detail {

/// What is solved: shared by all precisions that work on it.
struct Problem {
  Neuron neuron;
  Current current;
  double until;                       ///< ms
  std::vector<Receptor> receptors{};  ///< of events that are handed over while it is solved
};

}  // namespace lapicque::detail
