#pragma once

#include <variant>

#include "lapicque/current.hpp"

namespace lapicque {

/// Takes voltage jumps (mV): see Pulses.
struct JumpReceptor {};

/// Takes arrivals (nA) at a synapse of this shape and time constant: see Synapse.
struct SynapticReceptor {
  Shape shape;
  double tau;  ///< tau_s, ms, > 0
};

/// Where events act on a neuron that are handed to it while its train runs.
using Receptor = std::variant<JumpReceptor, SynapticReceptor>;

}  // namespace lapicque
