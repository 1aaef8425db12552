#pragma once

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::detail {

/// What is solved: shared by all precisions that work on it.
struct Problem {
  Neuron neuron;
  Current current;
  double until;
};

}  // namespace lapicque::detail
