#include <cmath>
#include <string>

#include "vector.hpp"

// What the clock decides: before t = 0, and long after it.

namespace lapicque::vectors {

Vectors before_zero() {
  Family family("before-zero",
                "starts all inputs at 0, or forgets synapses that were fed before, or lets earlier jumps act");
  const Neuron neuron;
  family.add("step", "A step that began at -5 ms acts from 0 on", neuron, step(-5, 40, 2.5), 60);
  family.add("step-that-ended", "A step that ended before 0 leaves nothing", neuron,
             step(-5, -1, 100) + step(0, forever, 2.25), 60);
  family.add("ramp", "A ramp from -10 to 50 ms is on its way at 0", neuron, ramp(-10, 50, -1, 6), 60);
  family.add("sinusoid", "A sinusoid that began at -3.3 ms has its phase from there", neuron,
             step(0, forever, 1.5) + sinusoid(-3.3, forever, 6, 130, 0.5), 60);
  family.add("held-samples", "Held samples from -2 ms on", neuron,
             samples(-2, 1.5, {100, 3, 5, 1, 4, 3, 2, 5, 3, 4, 5, 3, 2, 4}), 40);
  family.add("linear-samples", "Samples joined by straight lines, the first of them before 0", neuron,
             samples(-2, 1.5, {100, 3, 5, 1, 4, 3, 2, 5, 3, 4, 5, 3, 2, 4}, Hold::linear), 40);
  family.add("exponential-synapse", "Arrivals at an exponential synapse before 0 decay on", neuron,
             exponential_synapse(5, {{-6, 9}, {-2, 5}, {3, 4}}), 40);
  family.add("alpha-synapse", "Arrivals at an alpha synapse before 0, one of them still rising at 0", neuron,
             alpha_synapse(5, {{-8, 4}, {-1, 6}, {3, 4}}), 40);
  family.add("alpha-synapse-equal", "The same with tau_s = tau", neuron, alpha_synapse(8, {{-8, 4}, {-1, 3}, {3, 4}}),
             60);
  family.add("long-ago", "An arrival of 1e100 nA at -1800 ms, of which 20 nA are left at 0", neuron,
             exponential_synapse(8, {{-1800, 1e100}}), 60);
  family.add("long-ago-and-opposite", "Arrivals of 1e30 and -1e30 nA at -400 ms and one ulp later", neuron,
             step(0, forever, 2.25) + exponential_synapse(8, {{-400, 1e30}, {neighbour(-400, 1), -1e30}}), 60);
  family.add("jumps-are-forgotten", "Jumps before 0 are forgotten, one at 0 counts", neuron,
             step(0, forever, 2.25) + pulses({{-1, 15}, {-1e-300, 30}, {0, 5}}), 40);
  family.add("jump-at-0-onto-threshold", "A jump at 0 onto the threshold, after one at -1e-300 ms that is forgotten",
             Neuron(NeuronParameters{.rest = -65}), pulses({{-1e-300, 30}, {0, 15}}), 10);
  family.add("initial", "u(0) is given, and not what the input before 0 would have made of it",
             Neuron(NeuronParameters{.initial = -55}), step(-100, forever, 2.5), 40);
  return family.take();
}

Vectors late() {
  Family family("late",
                "adds up its time in steps, keeps time in one double from the start, or loses the sinusoid's phase");
  const Neuron neuron;
  const auto onset = [&](const char* name, const char* words, double time) {
    family.add(std::string("onset-at-") + name, std::string("A step and a synapse begin at ") + words + " ms", neuron,
               step(time, forever, 3) + exponential_synapse(4, {{time, 2}}), time + 60);
  };
  onset("1e6", "1e6", 1e6);
  onset("1e9", "1e9", 1e9);
  onset("third-of-1e6", "the double nearest to 1e6 / 3", 1e6 / 3);
  onset("third-of-1e9", "the double nearest to 1e9 / 3", 1e9 / 3);
  onset("third-of-1e12", "the double nearest to 1e12 / 3", 1e12 / 3);
  family.add("jumps-at-1e9", "Jumps at 1e9 ms, one ulp (119 ns) and 2 ms later", Neuron(NeuronParameters{.rest = -65}),
             pulses({{1e9, 20}, {neighbour(1e9, 1), 20}, {1e9 + 2, 20}}), 1e9 + 10);
  family.add("refractoriness-at-1e9", "Spikes at 1e9 ms and on, with a refractory period of a third of an ulp",
             Neuron(NeuronParameters{.rest = -65, .refractory = 4e-8}),
             pulses({{1e9, 20}, {neighbour(1e9, 1), 20}, {neighbour(1e9, 3), 20}}), 1e9 + 1);

  const Current dc = step(0, forever, 1.9);
  family.add("sinusoid-1e9-periods", "A sinusoid of 1000 Hz that began 1e9 periods ago", neuron,
             dc + sinusoid(-1e9, forever, 9, 1000, 0.25), 60);
  family.add("sinusoid-997-hz", "A sinusoid of 997 Hz that began 1e9 ms ago", neuron,
             dc + sinusoid(-1e9, forever, 9, 997), 60);
  family.add("sinusoid-from-1e15-ago", "A sinusoid of 41 Hz that began 1e15 / 3 ms ago", neuron,
             dc + sinusoid(-1e15 / 3, forever, 3, 41), 60);
  family.add("sinusoid-decimal-hz", "A sinusoid of 0.1 Hz, a double that is not a tenth, after 1e9 periods", neuron,
             step(0, forever, 2.1) + sinusoid(-1e13, forever, 2, 0.1), 400);
  family.add("sinusoid-phase-1e9", "A sinusoid of phase 1e9 rad", neuron, dc + sinusoid(0, forever, 3, 41, 1e9), 60);
  family.add("sinusoid-phase-1e22", "A sinusoid of phase 1e22 rad, the textbook case of argument reduction", neuron,
             dc + sinusoid(0, forever, 3, 41, 1e22), 60);
  family.add("sinusoid-then-step-at-1e9", "A sinusoid below the rheobase runs for 1e9 ms before a step lifts it above",
             neuron, sinusoid(1e9 / 3, forever, 1.5, 41) + step(1e9, forever, 1.9), 1e9 + 60);
  family.add("train-of-1000", "A thousand spikes of equal intervals, 2 + 8 ln 4 ms", neuron, step(0, forever, 2.5),
             13100);
  family.add("long-train-with-synapse", "273 spikes driven by a constant current and a slow synapse fed at the start",
             neuron, step(0, forever, 4) + exponential_synapse(500, {{0, 5}}), 1300);
  family.add("long-train-with-sinusoid", "198 spikes driven by a constant current and a sinusoid", neuron,
             step(0, forever, 3) + sinusoid(0, forever, 1, 7), 2000);
  return family.take();
}

}  // namespace lapicque::vectors
