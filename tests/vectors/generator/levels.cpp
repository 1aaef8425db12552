#include <cmath>
#include <string>

#include "vector.hpp"

// What amounts decide: the rheobase, parts that cancel, neurons that fire by themselves.

namespace lapicque::vectors {

Vectors cancelling() {
  Family family("cancelling",
                "loses small parts beside huge ones, or looks at the threshold after the first of two opposite events");
  const Neuron neuron;
  const Current dc = step(0, forever, 2.5);
  for (const char* size : {"1e3", "1e9", "1e17", "1e300"}) {
    const double w = std::stod(size);
    family.add(std::string("exponential-arrivals-") + size,
               std::string("Arrivals of ") + size + " nA and its opposite at one instant cancel exactly", neuron,
               dc + exponential_synapse(3, {{2, w}, {2, -w}, {4, 1}}), 60);
  }
  family.add("alpha-arrivals-1e17", "Alpha arrivals of 1e17 nA and its opposite at one instant cancel exactly", neuron,
             dc + alpha_synapse(3, {{2, 1e17}, {2, -1e17}, {4, 1}}), 60);
  family.add("arrivals-of-two-synapses",
             "Two synapses of equal time constants get opposite arrivals, and are nothing together", neuron,
             dc + exponential_synapse(8, {{2, 1e12}, {6, -1e5}}) + exponential_synapse(8, {{2, -1e12}, {6, 1e5}}), 60);
  family.add("arrivals-of-nearly-equal-synapses",
             "Opposite arrivals of 1e6 nA at synapses whose time constants differ by 2^-40", neuron,
             dc + exponential_synapse(4, {{2, 1e6}}) + exponential_synapse(4 * (1 + 0x1p-40), {{2, -1e6}}), 60);
  for (const char* size : {"1e6", "1e12", "1e17"}) {
    const double w = std::stod(size);
    family.add(std::string("arrivals-one-ulp-apart-") + size,
               std::string("Arrivals of ") + size + " nA and its opposite one ulp apart: what they leave is small",
               neuron, dc + exponential_synapse(8, {{5, w}, {neighbour(5, 1), -w}}), 60);
  }
  family.add("jumps-up-first", "Jumps of 100 and -100 mV at one instant: no spike", neuron,
             pulses({{3, 100}, {3, -100}}), 20);
  family.add("jumps-down-first", "Jumps of -100, 125 and -25 mV at one instant: no spike", neuron,
             pulses({{3, -100}, {3, 125}, {3, -25}}), 20);
  family.add("jumps-of-1e17", "Jumps of 1e17, 20.5 and -1e17 mV at one instant: what is left makes a spike", neuron,
             pulses({{3, 1e17}, {3, 20.5}, {3, -1e17}}), 20);
  family.add("jumps-one-ulp-apart-up-first", "A jump of 30 mV, and one ulp later -30 mV: a spike", neuron,
             pulses({{3, 30}, {neighbour(3, 1), -30}}), 20);
  family.add("jumps-one-ulp-apart-down-first", "A jump of -30 mV, and one ulp later 30 mV: no spike", neuron,
             pulses({{3, -30}, {neighbour(3, 1), 30}}), 20);
  family.add("steps-of-1e60", "Steps of 1e60, 2.5 and -1e60 nA", neuron,
             step(0, forever, 1e60) + dc + step(0, forever, -1e60), 60);
  family.add("steps-of-1e60-to-rheobase", "Steps of 1e60, 2 and -1e60 nA: the rheobase exactly, no spike", neuron,
             step(0, forever, 1e60) + step(0, forever, 2) + step(0, forever, -1e60), 1000);
  family.add("sinusoids-of-1e13", "Opposite sinusoids of 1e13 nA", neuron,
             dc + sinusoid(0, 60, 1e13, 100) + sinusoid(0, 60, -1e13, 100), 60);
  family.add("sinusoids-one-ulp-apart", "Opposite sinusoids of 1000 nA whose frequencies differ by an ulp", neuron,
             dc + sinusoid(0, 60, 1e3, 100, 0.5) + sinusoid(0, 60, -1e3, neighbour(100, 1), 0.5), 60);
  family.add("ramps-of-1e13", "Opposite ramps of 1e13 nA", neuron,
             dc + ramp(0, 100, -1e13, 1e13) + ramp(0, 100, 1e13, -1e13), 60);
  family.add("opposite-synapses-of-1e6", "Synapses of 6.5 and 6 ms get 1e6 and -1e6 nA at one instant", neuron,
             exponential_synapse(6.5, {{2, 1e6}}) + exponential_synapse(6, {{2, -1e6}}), 120);
  return family.take();
}

Vectors rheobase_exactly() {
  Family family("rheobase", "fires at exactly the rheobase, or never does just above it");
  const Neuron neuron;
  family.add("exactly", "A step of exactly the rheobase, 2 nA, for 1e6 ms: no spike", neuron, step(0, forever, 2), 1e6);
  family.add("one-ulp-below", "A step one ulp below the rheobase: no spike", neuron, step(0, forever, neighbour(2, -1)),
             1e4);
  family.add("one-ulp-above", "A step one ulp above the rheobase: a first spike after 288 ms", neuron,
             step(0, forever, neighbour(2, 1)), 1500);
  for (const int k : {10, 30, 60, 100, 200}) {
    family.add("above-by-2pow-" + std::to_string(k),
               "Steps of 2 and 2^-" + std::to_string(k) + " nA, the rheobase and a little", neuron,
               step(0, forever, 2) + step(0, forever, std::ldexp(1, -k)), 4000);
  }
  family.add("below-by-2pow-100", "Steps of 2 and -2^-100 nA: no spike", neuron,
             step(0, forever, 2) + step(0, forever, -0x1p-100), 4000);
  Current halves = step(0, forever, 1) + step(0, forever, 0x1p-40);
  for (int k = 1; k <= 40; ++k) halves += step(0, forever, std::ldexp(1, -k));
  family.add("in-42-parts", "Steps of 1, 1/2, 1/4, ... and the last one twice add up to the rheobase: no spike", neuron,
             halves, 1e4);
  Current tenths;
  for (int k = 0; k < 20; ++k) tenths += step(0, forever, 0.1);
  family.add("in-20-tenths",
             "Twenty steps of the double 0.1 nA add up to a little more than 2 nA: a spike, though late", neuron,
             tenths, 1000);
  // 20 mV / 7 MOhm and 20 mV / 3 MOhm are no doubles: one neighbour fires, the other never does.
  for (const double resistance : {7.0, 3.0}) {
    const double nearest = 20 / resistance;
    for (const int ulps : {-1, 0, 1}) {
      family.add("of-" + std::to_string(static_cast<int>(resistance)) + "-mohm-" +
                     (ulps < 0   ? "one-ulp-below"
                      : ulps > 0 ? "one-ulp-above"
                                 : "nearest"),
                 std::string("The rheobase, 20 mV / ") + std::to_string(static_cast<int>(resistance)) +
                     " MOhm, is no double; a step " +
                     (ulps < 0   ? "one ulp below"
                      : ulps > 0 ? "one ulp above"
                                 : "of") +
                     " the one nearest to it",
                 Neuron(NeuronParameters{.resistance = resistance}), step(0, forever, neighbour(nearest, ulps)), 1000);
    }
  }
  family.add("touched-by-sinusoid", "A current that rises to the rheobase at the sinusoid's peaks: no spike", neuron,
             step(0, forever, 1) + sinusoid(0, forever, 1, 10), 1000);
  family.add("held-samples", "Samples of exactly the rheobase, then one of 3 nA: u waits a rounding error away", neuron,
             samples(0, 50, {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3}), 600);
  family.add("linear-samples", "Straight lines that come up to the rheobase and leave: no spike", neuron,
             samples(0, 33.25, {0, 2, 2, 2, 0, 2, 2, 0.1}, Hold::linear), 400);
  family.add("ramps", "A ramp up to the rheobase, and it holds: no spike", neuron,
             ramp(0, 7, 0, 2) + step(7, forever, 2), 1e4);
  family.add("with-a-slower-synapse", "At the rheobase a weak synapse slower than the membrane fires, however late",
             neuron, step(0, forever, 2) + exponential_synapse(8.5, {{0, 1e-3}}), 1500);
  family.add("with-an-equal-synapse",
             "At the rheobase a weak synapse as slow as the membrane fires: u - threshold "
             "is (c t - 20) exp(-t/tau)",
             neuron, step(0, forever, 2) + exponential_synapse(8, {{0, 0.05}}), 800);
  family.add("with-a-faster-synapse", "At the rheobase a weak synapse faster than the membrane never fires", neuron,
             step(0, forever, 2) + exponential_synapse(7.5, {{0, 1e-2}}), 1100);
  family.add("then-a-sinusoid",
             "After 900 ms at the rheobase u is 3e-48 mV short, and a sinusoid begins: the first "
             "spike is at once",
             neuron, step(0, forever, 2) + sinusoid(900, forever, 1, 10), 990);
  return family.take();
}

Vectors self_firing() {
  Family family("self-firing", "takes for granted that a neuron rests below its threshold");
  const auto neuron = [](double rest, double refractory = 2) {
    return Neuron(NeuronParameters{.rest = rest, .refractory = refractory, .initial = -65});
  };
  family.add("rest-above", "Rest lies 5 mV above the threshold: spikes without input", neuron(-45), {}, 100);
  family.add("rest-above-no-refractoriness", "Rest above the threshold, no refractoriness", neuron(-45, 0), {}, 100);
  family.add("rest-far-above", "Rest 1e6 mV above the threshold: intervals of refractoriness and a little", neuron(1e6),
             {}, 20);
  family.add("rest-on-threshold", "Rest exactly on the threshold, which u approaches for ever: no spike", neuron(-50),
             {}, 1e4);
  family.add("rest-one-ulp-above", "Rest one ulp above the threshold: a first spike after 282 ms",
             neuron(neighbour(-50, 1)), {}, 1000);
  family.add("rest-one-ulp-below", "Rest one ulp below the threshold: no spike", neuron(neighbour(-50, -1)), {}, 1000);
  family.add("held-at-rheobase", "The rheobase is -1 nA, and a step of it holds u below the threshold: no spike",
             neuron(-40), step(0, forever, -1), 1e4);
  family.add("held-one-ulp-less", "A step one ulp above the rheobase of -1 nA: a spike, though late", neuron(-40),
             step(0, forever, neighbour(-1, 1)), 1000);
  family.add("held-for-a-while", "Inhibition holds the neuron for 40 ms", neuron(-45), step(10, 50, -1), 100);
  family.add("inhibitory-jumps", "Jumps down delay the spikes", neuron(-45),
             pulses({{3, -10}, {12, -7.5}, {25, -40}, {60, 12}}), 100);
  family.add("inhibitory-synapses", "Inhibition at synapses of two shapes, one as slow as the membrane", neuron(-45),
             exponential_synapse(8, {{5, -3}, {30, -2}}) + alpha_synapse(2, {{12, -5}, {50, -8}}), 100);
  family.add("sinusoid", "A sinusoid crosses the negative rheobase", neuron(-45), sinusoid(0, forever, 2, 40, 1), 100);
  family.add("falling-ramp", "A current that falls through the negative rheobase, and silences the neuron", neuron(-45),
             ramp(0, 60, 2, -4), 100);
  family.add("starts-one-ulp-below", "u starts one ulp below the threshold",
             Neuron(NeuronParameters{.rest = -45, .initial = neighbour(-50, -1)}), {}, 40);
  return family.take();
}

}  // namespace lapicque::vectors
