#include "neuron_text.hpp"

#include "lapicque/error.hpp"

namespace lapicque::figures {

std::string neuron_text(const Neuron& neuron) {
  std::string text = "rest " + to_text(neuron.rest(), "mV") + ", reset " + to_text(neuron.reset(), "mV") +
                     ", threshold " + to_text(neuron.threshold(), "mV") + ", R " +
                     to_text(neuron.resistance(), "MOhm") + ", tau " + to_text(neuron.tau(), "ms") +
                     ", refractory period " + to_text(neuron.refractory(), "ms");
  if (neuron.initial() != neuron.rest()) text += ", u(0) " + to_text(neuron.initial(), "mV");
  return text;
}

}  // namespace lapicque::figures
