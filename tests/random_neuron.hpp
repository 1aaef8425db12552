#pragma once

#include <string>

#include "lapicque/error.hpp"
#include "lapicque/neuron.hpp"
#include "random.hpp"

namespace lapicque::testing {

/// A neuron of any likely kind, at rest below its threshold, and that starts at rest.
inline Neuron random_neuron(Random& random) {
  NeuronParameters p;
  p.rest = random.uniform(-90, 10);
  p.threshold = p.rest + random.logarithmic(1e-3, 100);
  p.reset = p.threshold - random.logarithmic(1e-3, 100);
  p.resistance = random.logarithmic(1e-3, 1e3);
  p.tau = random.logarithmic(1e-2, 1e3);
  p.refractory = random.chance(0.25) ? 0 : random.logarithmic(1e-3, 10);
  return p;
}

/// The neuron as one can paste it into a test.
inline std::string describe(const Neuron& neuron) {
  return "NeuronParameters{.rest = " + to_text(neuron.rest()) + ", .reset = " + to_text(neuron.reset()) +
         ", .threshold = " + to_text(neuron.threshold()) + ", .resistance = " + to_text(neuron.resistance()) +
         ", .tau = " + to_text(neuron.tau()) + ", .refractory = " + to_text(neuron.refractory()) +
         ", .initial = " + to_text(neuron.initial()) + "}";
}

}  // namespace lapicque::testing
