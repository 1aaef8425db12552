#include "lapicque/certificates/certify.hpp"
#include "lapicque/files/experiment.hpp"

// The neuron of the exercises by its capacitance and leak conductance; 8 ln 5 ms from rest to the threshold.
int main() {
  const auto experiment = lapicque::parse_experiment(
      "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\ncapacitance = \"800 pF\"\nleak_conductance = \"100 nS\"\n"
      "[run]\nuntil = 20\n[[input]]\nkind = \"step\"\namplitude = 2.5\n",
      "cell.toml", {});
  const auto proof = lapicque::certify(experiment.neuron, experiment.current, experiment.until, 1e-20);
  return proof.spikes.size() == 1 && proof.spikes[0].low.starts_with("12.8755032994728") ? 0 : 1;
}
