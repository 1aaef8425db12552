#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dice.hpp"
#include "tuning.hpp"
#include "vector.hpp"

// What the course of the current decides: excursions between grid points, samples, fast sinusoids.

namespace lapicque::vectors {
namespace {

/// `count` values between low and high with two decimals.
std::vector<double> noise(std::uint64_t seed, std::size_t count, double low, double high) {
  Dice dice(seed, 100);
  std::vector<double> values;
  for (std::size_t k = 0; k < count; ++k) values.push_back(dice.between(low, high));
  return values;
}

}  // namespace

Vectors between_grid_points() {
  Family family("between-grid-points",
                "looks at u at the ends of its steps of 0.1 ms only, where it is below the threshold, and misses the "
                "spike");
  // At 40 ms u is at -50.8 mV and rising slowly; then up over the threshold and down again within 0.1 ms.
  const Neuron neuron;
  const Current near = step(0, forever, 1.93);
  const double onset = 40.012;
  struct Kind {
    const char* name;
    const char* what;
    Tunable input;
  };
  const std::array<Kind, 5> kinds{{{"short-step",
                                    "a step 0.03 ms long",
                                    {neuron, near, [=](double a) { return step(onset, onset + 0.03, a); }, 45, 400}},
                                   {"synapse-and-jump",
                                    "an arrival, and a jump of -5 mV 0.05 ms after it",
                                    {neuron, near + pulses({{onset + 0.05, -5}}),
                                     [=](double a) {
                                       return exponential_synapse(0.01, {{onset, a}});
                                     },
                                     45, 400}},
                                   {"two-synapses",
                                    "opposite arrivals at synapses of 0.02 ms, 0.03 ms apart",
                                    {neuron, near + exponential_synapse(0.02, {{onset + 0.03, -2000}}),
                                     [=](double a) {
                                       return exponential_synapse(0.02, {{onset, a}});
                                     },
                                     45, 400}},
                                   {"alpha-synapse",
                                    "an alpha synapse of 0.01 ms, and inhibition",
                                    {neuron, near + exponential_synapse(0.05, {{onset + 0.03, -500}}),
                                     [=](double a) {
                                       return alpha_synapse(0.01, {{onset, a}});
                                     },
                                     45, 400}},
                                   {"samples",
                                    "three samples 0.01 ms long",
                                    {neuron, near,
                                     [=](double a) {
                                       return samples(onset, 0.01, {a, 2 * a, -3 * a});
                                     },
                                     45, 400}}}};
  for (const Kind& kind : kinds) {
    const Tuner tuner(kind.input);
    for (const char* height : {"1e-1", "1e-3", "1e-6"}) {
      family.add(std::string(kind.name) + "-" + height,
                 std::string("u rises above the threshold by ") + height +
                     " mV and would be below it within 0.1 ms: " + kind.what,
                 neuron, tuner.at(std::stod(height)), 45);
    }
  }
  family.add("two-spikes-within-a-step", "Two spikes within 0.1 ms, with a refractory period of 0.02 ms",
             Neuron(NeuronParameters{.refractory = 0.02}), pulses({{10.02, 21}, {10.05, 16}}) + step(0, forever, 1), 20,
             "makes one spike an interval at most");
  family.add("ten-spikes-within-a-step", "Ten spikes within 0.1 ms", Neuron(NeuronParameters{.refractory = 0.002}),
             step(10.01, 10.091, 2000), 20, "makes one spike an interval at most");
  family.add("refractoriness-shorter-than-a-step", "A refractory period of 0.03 ms",
             Neuron(NeuronParameters{.refractory = 0.03}), step(0.05, forever, 40), 20,
             "rounds the refractory period to its grid");
  return family.take();
}

Vectors sampled() {
  Family family("samples",
                "puts sample k at k steps added up with rounding, interpolates what is held, holds what is joined by "
                "lines, or goes on after the last sample");
  const Neuron neuron;
  for (const bool linear : {false, true}) {
    const Hold hold = linear ? Hold::linear : Hold::previous;
    const std::string how = linear ? "linear" : "held";
    const std::string words = linear ? "Samples joined by straight lines" : "Held samples";
    family.add(how + "-noise-0.1-ms", words + ", noise, 0.1 ms apart: breakpoint k is the double nearest to k 0.1",
               neuron, samples(0, 0.1, noise(1, 200, -30, 50), hold), 30);
    family.add(how + "-noise-third-of-a-ms", words + ", noise, a third of a ms apart, from 0.7 ms on", neuron,
               samples(0.7, 1.0 / 3, noise(2, 90, -10, 20), hold), 40);
    family.add(how + "-noise-1-ms", words + ", noise, 1 ms apart", neuron, samples(0, 1, noise(3, 60, -2, 9), hold),
               70);
    family.add(how + "-end", words + ": the last one holds for one step, then there is nothing", neuron,
               samples(0, 5, {3, 3, 4.5}, hold), 60);
    family.add(how + "-one", words + ": a single one", neuron, samples(1, 10, {4}, hold), 40);
    family.add(how + "-two-lists", words + ": two lists of different steps at once", neuron,
               samples(0, 0.7, noise(4, 40, -4, 8), hold) + samples(0.35, 1.1, noise(5, 30, -4, 8), hold), 40);
    family.add(how + "-alternating", words + " of 9 and -5 nA in turn", neuron,
               samples(
                   0, 0.25,
                   [] {
                     std::vector<double> values;
                     for (int k = 0; k < 120; ++k) values.push_back(k % 2 == 0 ? 9 : -5);
                     return values;
                   }(),
                   hold),
               40);
  }
  family.add("held-spike-on-a-breakpoint",
             "u is a straight line that meets the threshold at 24 ms exactly, where held samples turn to -100 nA",
             Neuron(NeuronParameters{.initial = -80}), ramp(0, 64, 0, 8) + samples(20, 4, {0, -100}), 32);
  family.add("linear-line-onto-threshold",
             "Samples along the line 1/8 nA/ms make u a straight line, which meets the threshold at 24 ms exactly",
             Neuron(NeuronParameters{.initial = -80}), samples(0, 8, {0, 1, 2, 3, 4, 5}, Hold::linear), 40);
  return family.take();
}

Vectors high_frequency() {
  Family family("high-frequency",
                "undersamples the sinusoid, holds it over a step, or takes one maximum of many for the highest");
  const Neuron neuron;
  const Current dc = step(0, forever, 1.9);
  const auto sine = [](double amplitude, double frequency, double phase = 0) {
    return sinusoid(0, forever, amplitude, frequency, phase);
  };
  family.add("1-khz", "A sinusoid of 1 kHz", neuron, dc + sine(8, 1000), 60);
  family.add("1-khz-cosine", "A sinusoid of 1 kHz that begins at its peak", neuron,
             dc + sine(8, 1000, 1.5707963267948966), 60);
  family.add("5-khz", "A sinusoid of 5 kHz, two samples a period on a grid of 0.1 ms", neuron, dc + sine(40, 5000, 0.3),
             40);
  family.add("10-khz", "A sinusoid of 10 kHz, a constant on a grid of 0.1 ms", neuron, dc + sine(80, 10000, 0.3), 40);
  family.add("10-khz-below", "A sinusoid of 10 kHz whose maxima stay below the threshold", neuron,
             step(0, forever, 1.5) + sine(80, 10000, 0.3), 40);
  family.add("40-khz", "A sinusoid of 40 kHz, a constant on grids of 0.1, 0.05 and 0.025 ms", neuron,
             dc + sine(320, 40000, 0.3), 40);
  family.add("100-khz", "A sinusoid of 100 kHz that begins when u is near the threshold", neuron,
             dc + sinusoid(30, forever, 640, 1e5, 1.5707963267948966), 36);
  family.add("1-mhz", "A sinusoid of 1 MHz that begins when u is near the threshold", neuron,
             step(0, forever, 1.95) + sinusoid(40, forever, 3149, 1e6, 1.5707963267948966), 40.6);
  family.add("two-frequencies", "Sinusoids of 900 and 1001 Hz, which beat", neuron, dc + sine(5, 900) + sine(5, 1001),
             60);
  family.add("two-frequencies-far-apart", "Sinusoids of 3 Hz and 3 kHz", neuron, dc + sine(1, 3) + sine(20, 3000), 100);
  family.add("rheobase", "A sinusoid of 2 kHz around exactly the rheobase", neuron,
             step(0, forever, 2) + sine(10, 2000), 60);
  family.add("alone", "A sinusoid of 500 Hz alone", neuron, sine(70, 500), 60);
  const Tuner tuner({neuron, step(0, forever, 1.5), [](double a) { return sinusoid(3, 10, a, 2000, 0.25); }, 10, 2000});
  family.add("2-khz-below-1e-6", "Maxima of a sinusoid of 2 kHz, the highest 1e-6 mV below the threshold", neuron,
             tuner.at(-1e-6), 10);
  family.add("2-khz-above-1e-6", "Maxima of a sinusoid of 2 kHz, the highest 1e-6 mV above the threshold", neuron,
             tuner.at(1e-6), 10);
  return family.take();
}

}  // namespace lapicque::vectors
