// What the reader can type to have an answer again.
#include "exercises/exercises.hpp"
#include "lapicque/error.hpp"

namespace lapicque::program {

std::string neuron_options(const Neuron& neuron) {
  const NeuronParameters usual;
  std::string text;
  const auto add = [&](const char* name, double value, double usual_value, const char* unit) {
    // "--rest=-65mV": a value that begins with "-" is not taken for an option.
    if (value != usual_value) text += std::string(" --") + name + "=" + to_text(value) + unit;
  };
  add("rest", neuron.rest(), usual.rest, "mV");
  add("reset", neuron.reset(), usual.reset, "mV");
  add("threshold", neuron.threshold(), usual.threshold, "mV");
  add("resistance", neuron.resistance(), usual.resistance, "MOhm");
  add("tau", neuron.tau(), usual.tau, "ms");
  add("refractory", neuron.refractory(), usual.refractory, "ms");
  return text;
}

std::string experiment_file(const Neuron& neuron, double until, const std::string& inputs) {
  return "[neuron]\nrest = \"" + to_text(neuron.rest(), "mV") + "\"\nreset = \"" + to_text(neuron.reset(), "mV") +
         "\"\nthreshold = \"" + to_text(neuron.threshold(), "mV") + "\"\nresistance = \"" +
         to_text(neuron.resistance(), "MOhm") + "\"\ntau = \"" + to_text(neuron.tau(), "ms") + "\"\nrefractory = \"" +
         to_text(neuron.refractory(), "ms") + "\"\n\n[run]\nuntil = \"" + to_text(until, "ms") + "\"\n" + inputs;
}

std::string step_input(double start, double stop, double amplitude) {
  return "\n[[input]]\nkind = \"step\"\nstart = \"" + to_text(start, "ms") + "\"\nstop = \"" + to_text(stop, "ms") +
         "\"\namplitude = \"" + to_text(amplitude, "nA") + "\"\n";
}

std::string sinusoid_input(double start, double stop, double amplitude, double frequency) {
  return "\n[[input]]\nkind = \"sinusoid\"\nstart = \"" + to_text(start, "ms") + "\"\nstop = \"" + to_text(stop, "ms") +
         "\"\namplitude = \"" + to_text(amplitude, "nA") + "\"\nfrequency = \"" + to_text(frequency, "Hz") + "\"\n";
}

}  // namespace lapicque::program
