#include <algorithm>
#include <cmath>
#include <string>

#include "tuning.hpp"
#include "vector.hpp"

namespace lapicque::vectors {
namespace {

struct Kind {
  std::string name;
  std::string what;
  Tunable input;
  bool all_distances = false;
};

std::vector<Kind> kinds() {
  const Neuron neuron;
  return {
      {"exponential-synapse",
       "one arrival at an exponential synapse, tau_s = tau / 4",
       {neuron,
        {},
        [](double a) {
          return exponential_synapse(2, {{1.25, a}});
        },
        60,
        200},
       true},
      {"slow-exponential-synapse",
       "one arrival at an exponential synapse slower than the membrane",
       {neuron,
        {},
        [](double a) {
          return exponential_synapse(9.5, {{1.25, a}});
        },
        80,
        200}},
      {"alpha-synapse",
       "one arrival at an alpha synapse, tau_s = tau / 4",
       {neuron,
        {},
        [](double a) {
          return alpha_synapse(2, {{1.25, a}});
        },
        60,
        200}},
      {"several-arrivals",
       "two tuned arrivals after excitation and inhibition at synapses of two shapes",
       {neuron,
        step(0, forever, 0.75) + exponential_synapse(3, {{1, 1}, {4, -0.5}, {4.5, 1}}) + alpha_synapse(5, {{2, 1}}),
        [](double a) {
          return exponential_synapse(3, {{6, a}, {7, a}});
        },
        60, 20}},
      {"sinusoid-20-hz",
       "a sinusoid of 20 Hz over a constant current",
       {neuron, step(0, forever, 1.5), [](double a) { return sinusoid(3, 40, a, 20, 0.25); }, 40, 20}},
      {"sinusoid-250-hz",
       "a sinusoid of 250 Hz over a constant current",
       {neuron, step(0, forever, 1.5), [](double a) { return sinusoid(3, 40, a, 250, 0.25); }, 40, 200}},
      {"end-of-step",
       "a step that stops as u comes to the threshold, a corner and not a smooth maximum",
       {neuron, {}, [](double a) { return step(5, 21, a); }, 60, 20}},
      {"falling-ramp",
       "a current that falls along a straight line",
       {neuron, {}, [](double a) { return ramp(2, 42, a, 0); }, 60, 20}},
      {"held-samples",
       "held samples, the highest of which ends as u comes to the threshold",
       {neuron, step(0, forever, 1),
        [](double a) {
          return samples(1, 1.7, {a, 2 * a, 3 * a, a / 2, -a});
        },
        40, 20}},
      {"linear-samples",
       "samples joined by straight lines",
       {neuron, step(0, forever, 1),
        [](double a) {
          return samples(1, 2.3, {0, a, 3 * a, a, 0, -a}, Hold::linear);
        },
        40, 20}},
      {"jump-on-a-tail",
       "a voltage jump on top of a decaying synaptic potential",
       {neuron, exponential_synapse(2, {{1, 5}}),
        [](double a) {
          return pulses({{9, a}});
        },
        40, 40}},
      {"second-spike",
       "the maximum after a first spike whose time, an irrational number, decides over it",
       {neuron, exponential_synapse(6, {{0, 12}}),
        [](double a) {
          return alpha_synapse(6, {{10, a}});
        },
        80, 4}},
  };
}

}  // namespace

Vectors grazing() {
  Family family("grazing",
                "misses the spike, or makes one that isn't there; looks at u on a grid only, or takes a maximum in "
                "rounded arithmetic");
  for (const Kind& kind : kinds()) {
    const Tuner tuner(kind.input);
    for (int k = 3; k <= 15; ++k) {
      if (!kind.all_distances && k % 3 != 0) continue;
      const std::string distance = "1e-" + std::to_string(k);
      const double size = std::stod(distance);
      for (const bool above : {false, true}) {
        const std::string side = above ? "above" : "below";
        family.add(kind.name + "-" + side + "-" + distance,
                   "The highest maximum of u passes " + distance + " mV " + side + " the threshold: " + kind.what,
                   kind.input.neuron, tuner.at(above ? size : -size), kind.input.until);
      }
    }
  }
  return family.take();
}

Vectors equal_time_constants() {
  Family family("equal-time-constants",
                "divides by 1/tau - 1/tau_s, which is 0 or nothing but rounding error; switches formulas with a jump");
  const Neuron neuron;
  const auto response = [](bool alpha, double tau, double weight) {
    std::vector<Event> arrivals{{1, weight}, {7.5, weight / 2}, {22, weight}};
    return alpha ? alpha_synapse(tau, std::move(arrivals)) : exponential_synapse(tau, std::move(arrivals));
  };
  for (const bool alpha : {false, true}) {
    const std::string shape = alpha ? "alpha" : "exponential";
    const double weight = alpha ? 4.5 : 7;
    family.add(shape + "-equal", "tau_s = tau exactly, three arrivals at " + shape + " synapses", neuron,
               response(alpha, 8, weight), 60);
    for (const int k : {10, 20, 26, 30, 40, 52}) {
      for (const bool slower : {false, true}) {
        const std::string by = "2^-" + std::to_string(k);
        family.add(
            shape + (slower ? "-slower-by-2pow-" : "-faster-by-2pow-") + std::to_string(k),
            "tau_s = tau (1 " + std::string(slower ? "+ " : "- ") + by + "), three arrivals at " + shape + " synapses",
            neuron, response(alpha, 8 * (1 + (slower ? 1 : -1) * std::ldexp(1, -k)), weight), 60);
      }
    }
    for (const int k : {0, 26, 52}) {
      const double tau = k == 0 ? 8 : 8 * (1 + std::ldexp(1, -k));
      const Tuner tuner({neuron,
                         {},
                         [=](double a) {
                           return alpha ? alpha_synapse(tau, {{1.25, a}}) : exponential_synapse(tau, {{1.25, a}});
                         },
                         60,
                         200});
      const std::string which = k == 0 ? "tau_s = tau" : "tau_s = tau (1 + 2^-" + std::to_string(k) + ")";
      const std::string name = shape + (k == 0 ? "-equal" : "-slower-by-2pow-" + std::to_string(k));
      for (const bool above : {false, true}) {
        family.add(name + (above ? "-above-1e-9" : "-below-1e-9"),
                   which + " and a maximum 1e-9 mV " + (above ? "above" : "below") + " the threshold", neuron,
                   tuner.at(above ? 1e-9 : -1e-9), 60);
      }
    }
  }
  return family.take();
}

}  // namespace lapicque::vectors
