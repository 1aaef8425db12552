#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "dice.hpp"
#include "tuning.hpp"
#include "vector.hpp"

// Cases from the literature, and everything at once.

namespace lapicque::vectors {

Vectors literature() {
  Family family("literature", "differs from the published behaviour, or from its own at another step");

  // Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, chapter 1 and its exercises: the default neuron.
  const Neuron book;
  family.add("neuronal-dynamics-step", "Neuronal Dynamics, exercises of chapter 1: a step of 2.5 nA from 5 to 101 ms",
             book, step(5, 101, 2.5), 200);
  family.add("neuronal-dynamics-minimal-current",
             "Neuronal Dynamics, exercises of chapter 1: the minimal current, which never fires", book, step(5, 101, 2),
             200);
  family.add("neuronal-dynamics-f-i", "Neuronal Dynamics, exercises of chapter 1: f-I curve, 3 ms refractory, 100 nA",
             Neuron(NeuronParameters{.refractory = 3}), step(5, 101, 100), 120);
  family.add("neuronal-dynamics-sinusoid",
             "Neuronal Dynamics, exercises of chapter 1: 2.5 nA at 250 Hz, which the membrane filters away", book,
             sinusoid(20, 100, 2.5, 250), 200);
  family.add("neuronal-dynamics-step-and-sinusoid",
             "A step and a sinusoid of 250 Hz on the neuron of Neuronal Dynamics", book,
             step(5, 101, 2.5) + sinusoid(20, 100, 0.5, 250), 200);

  // NEST's defaults for iaf_psc_*: C 250 pF, tau_m 10 ms, so that R = tau / C = 40 MOhm.
  const Neuron nest(NeuronParameters{.rest = -70, .reset = -70, .threshold = -55, .resistance = 40, .tau = 10});
  family.add("nest-dc",
             "NEST's test_iaf_psc_exp_ps: 1000 pA; it expects 4.70004 ms after the onset, and 4.90004 in all", nest,
             step(0.2, forever, 1), 40);
  family.add("nest-dc-accuracy",
             "NEST's test_iaf_ps_dc_t_accuracy [Morrison et al. 2007]: 15 mV above rest by 1000 pA, 10 ln 1.6 ms",
             Neuron(NeuronParameters{.rest = 0, .reset = 0, .threshold = 15, .resistance = 40, .tau = 10}),
             step(0, forever, 1), 30);
  // Krishnan et al. 2018; the time axis begins 2 ms later here than in NEST's test.
  const Neuron lossless(
      NeuronParameters{.rest = -70, .reset = -70, .threshold = -49, .resistance = 400, .tau = 100, .initial = -49.001});
  for (const auto& [name, weight, words] : {std::tuple{"nospike", 0.055, "region NS2, no spike"},
                                            {"missingspike", 0.07,
                                             "region S2, a spike at 2.01442 ms "
                                             "that a lossy method misses"},
                                            {"spike", 0.09, "region S1, a spike at 2.00659 ms"}}) {
    family.add(std::string("nest-lossless-") + name,
               std::string("NEST's test_iaf_psc_exp_ps_lossless [Krishnan et al. 2018]: ") + words, lossless,
               step(0, 2, 0.0525) + exponential_synapse(1, {{2, weight}}), 10);
  }
  const Current barrage =
      exponential_synapse(2, {{1, 0.6}, {1.5, 0.6}, {2.25, 0.6}, {14, 0.9}, {15, -0.5}, {15.5, 0.9}, {16, 0.9}});
  family.add("nest-exponential", "A neuron with NEST's defaults and an exponential synapse of 2 ms", nest,
             step(0, forever, 0.25) + barrage, 40);
  family.add("nest-alpha-singular",
             "The propagator's singularity [NEST, IAF neurons singularity]: tau_syn = tau_m = 10 ms", nest,
             alpha_synapse(10, {{1, 0.8}, {20, 0.8}}), 80);
  family.add("nest-alpha-nearly-singular", "The propagator's singularity: tau_syn = 10 - 1e-10 ms", nest,
             alpha_synapse(10 - 1e-10, {{1, 0.8}, {20, 0.8}}), 80);
  family.add("nest-exponential-nearly-singular", "The propagator's singularity: tau_syn = 10 + 1e-8 ms", nest,
             exponential_synapse(10 + 1e-8, {{1, 1.4}, {20, 1.4}}), 80);
  const Tuner tuner({nest, step(0, forever, 0.25),
                     [](double a) {
                       return exponential_synapse(2, {{5.05, a}});
                     },
                     20, 100});
  family.add("nest-between-grid-points",
             "Up and down within a step of 0.1 ms: an alpha_ps or exp_ps neuron that looks at the grid misses it", nest,
             tuner.at(1e-5), 20);

  // NEURON's IntFire2 and IntFire4: a slow synaptic current, and excitation faster than inhibition faster than the
  // membrane (tau_e 5, tau_i 10, tau_m 50 ms), whose local maxima take Newton's method.
  const Neuron intfire(
      NeuronParameters{.rest = 0, .reset = 0, .threshold = 1, .resistance = 1, .tau = 50, .refractory = 0});
  const Tuner local({intfire, exponential_synapse(10, {{12, -6}}),
                     [](double a) {
                       return exponential_synapse(5, {{10, a}, {14, a / 2}});
                     },
                     120, 1000});
  family.add("intfire4-maximum-below-1e-6",
             "The time constants of NEURON's IntFire4: excitation and inhibition, a maximum 1e-6 below threshold 1",
             intfire, local.at(-1e-6), 120);
  family.add("intfire4-maximum-above-1e-6",
             "The time constants of NEURON's IntFire4: excitation and inhibition, a maximum 1e-6 above threshold 1",
             intfire, local.at(1e-6), 120);
  family.add(
      "intfire4-simultaneous", "Excitation and inhibition at one instant, no refractoriness", intfire,
      exponential_synapse(5, {{5, 30}, {6, 25}, {30, 30}, {31, 25}}) + exponential_synapse(10, {{5, -5}, {30, -8}}),
      120);
  family.add(
      "intfire2-slow-current", "A slow synaptic current with a bias, as in NEURON's IntFire2",
      Neuron(NeuronParameters{.rest = 0, .reset = 0, .threshold = 1, .resistance = 1, .tau = 10, .refractory = 5}),
      step(0, forever, 0.8) + exponential_synapse(20, {{5, 0.5}, {40, 0.7}, {60, -0.4}, {61, 0.9}}), 200);
  return family.take();
}

namespace {

std::vector<Event> random_events(Dice& dice, int count, double until, double low, double high) {
  std::vector<Event> all;
  for (int k = 0; k < count; ++k) {
    const double time = dice.between(-5, until);
    all.push_back({time, dice.between(low, high)});
  }
  return all;
}

}  // namespace

Vectors mixtures() {
  Family family("mixtures", "has any of the faults that the other families look for one by one");
  constexpr double until = 60;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Dice dice(seed, 1000);
    const Neuron neuron(NeuronParameters{.rest = dice.between(-75, -62),
                                         .reset = dice.between(-75, -60),
                                         .threshold = dice.between(-56, -45),
                                         .resistance = dice.between(4, 30),
                                         .tau = dice.between(3, 25),
                                         .refractory = seed % 5 == 0 ? 0 : dice.between(0, 4)});
    const double rheobase = (neuron.threshold() - neuron.rest()) / neuron.resistance();
    const double strong = 3 * rheobase;
    // Braces, as the order in which arguments of functions are evaluated is the compiler's choice.
    const Step s{dice.between(-5, 10), dice.between(30, 70), dice.between(0.5, 1.4) * rheobase};
    const Ramp r{dice.between(-5, 20), dice.between(25, 60), dice.between(-1, 1) * rheobase,
                 dice.between(0, 1) * rheobase};
    const Sinusoid sine{dice.between(-10, 10), forever, dice.between(0.2, 2) * rheobase, dice.between(5, 400),
                        dice.between(0, 6)};
    std::vector<double> values;
    values.reserve(12);
    for (int k = 0; k < 12; ++k) values.push_back(dice.between(-rheobase, rheobase));
    const double sample_start = dice.between(-3, 10);
    const double sample_step = dice.between(0.5, 4);
    const std::vector<Event> jumps = random_events(dice, 6, until, -4, 5);
    const std::vector<Event> exponential = random_events(dice, 10, until, -strong / 2, strong);
    const std::vector<Event> alpha = random_events(dice, 8, until, -strong / 2, strong);
    const double tau_s = seed % 2 == 0 ? neuron.tau() : dice.between(0.5, 12);
    const double alpha_tau_s = dice.between(0.5, 12);
    const Current current = step(s.start, s.stop, s.amplitude) + ramp(r.start, r.stop, r.from, r.to) +
                            sinusoid(sine.start, sine.stop, sine.amplitude, sine.frequency, sine.phase) +
                            samples(sample_start, sample_step, values, seed % 3 == 0 ? Hold::linear : Hold::previous) +
                            pulses(jumps) + exponential_synapse(tau_s, exponential) + alpha_synapse(alpha_tau_s, alpha);
    const std::string number = std::to_string(seed);
    family.add(std::string("all-kinds-") + (seed < 10 ? "0" : "") + number,
               "All kinds of input at random at once, number " + number, neuron, current, until);
  }
  return family.take();
}

}  // namespace lapicque::vectors
