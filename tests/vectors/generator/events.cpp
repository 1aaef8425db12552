#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "lapicque/error.hpp"
#include "oracle.hpp"
#include "vector.hpp"

// Where events, spikes and the ends of refractoriness meet.

namespace lapicque::vectors {
namespace {

using testing::Real;

/// Reset and rest are one, 15 mV below the threshold, so that jumps land where arithmetic says.
Neuron jumper(double refractory) { return NeuronParameters{.rest = -65, .refractory = refractory}; }

Real exact_spike(const Neuron& neuron, const Current& current, double until, std::size_t k) {
  return testing::oracle_spikes(neuron, current, until).times.at(k);
}

struct Neighbour {
  int ulps;
  const char* name;
  const char* words;
};

constexpr std::array<Neighbour, 3> around{{{-1, "one-ulp-before", "one ulp before"},
                                           {0, "at", "at the double nearest to"},
                                           {1, "one-ulp-after", "one ulp after"}}};

}  // namespace

Vectors refractoriness() {
  Family family("refractoriness",
                "rounds t_f + refractory to its grid or to a double and loses, or keeps, an event on the wrong side");
  for (const auto& [ulps, name, words] :
       {Neighbour{-1, "one-ulp-before-end", "one ulp before"}, Neighbour{0, "at-end", "exactly at"},
        Neighbour{1, "one-ulp-after-end", "one ulp after"}}) {
    family.add(std::string("jump-") + name,
               std::string("A jump over the threshold ") + words +
                   " the end of refractoriness, 1 + 0.25 ms; at it and after it the jump counts",
               jumper(0.25), pulses({{1, 20}, {neighbour(1.25, ulps), 20}}), 10);
  }

  const std::array<std::pair<double, double>, 4> decimals{{{0.1, 0.2}, {1.1, 2.2}, {0.7, 0.1}, {12.3, 4.6}}};
  for (const auto& [first, refractory] : decimals) {
    for (const auto& [ulps, name, words] : around) {
      const std::string sum = to_text(first) + " and " + to_text(refractory);
      std::string file = "decimal-" + std::to_string(static_cast<int>(std::lround(10 * first))) + "-and-" +
                         std::to_string(static_cast<int>(std::lround(10 * refractory))) + "-tenths-" + name;
      family.add(std::move(file),
                 "The doubles " + sum + " ms are a spike and the refractory period, and a jump comes " + words +
                     " their sum in real numbers",
                 jumper(refractory),
                 pulses({{first, 20}, {neighbour(static_cast<double>(Real(first) + refractory), ulps), 20}}), 30);
    }
  }

  const Neuron neuron;
  const Current dc = step(5, forever, 2.5);
  const Current arrivals = exponential_synapse(8, {{1, 9}, {9, 4}, {20, 8}});
  for (const auto& [input, base] : {std::pair{"constant-current", dc}, std::pair{"synapse", arrivals}}) {
    const Real end = exact_spike(neuron, base, 40, 0) + neuron.refractory();
    for (const auto& [ulps, name, words] : around) {
      family.add(std::string("irrational-end-") + input + "-" + name,
                 std::string("Refractoriness ends at an irrational time, and a jump of 20 mV comes ") + words + " it",
                 neuron, base + pulses({{neighbour(static_cast<double>(end), ulps), 20}}), 40);
    }
  }

  const std::string clamp =
      "lets u move while it is clamped, or stops the synapses' decay, or keeps a jump that is lost";
  family.add("jumps-inside-are-lost", "Three jumps in refractoriness leave no trace", neuron,
             dc + pulses({{18, 5}, {18.5, -30}, {19.75, 100}}), 40, clamp);
  family.add("strong-step-inside", "A step of 1000 nA that begins and ends in refractoriness leaves no trace", neuron,
             dc + step(18, 19.5, 1000), 60, clamp);
  family.add("strong-step-into-the-end", "A step of 1000 nA that outlasts refractoriness by 0.01 ms fires on its own",
             neuron, dc + step(18, 19.885503299472802, 1000), 60, clamp);
  family.add("inhibitory-step-inside", "A step of -1e6 nA that begins and ends in refractoriness leaves no trace",
             neuron, dc + step(18, 19.5, -1e6), 60, clamp);
  family.add("synapse-decays-on", "An exponential synapse fed in refractoriness drives u with what is left at its end",
             neuron, dc + exponential_synapse(1.5, {{18, 20}, {18.75, 5}}), 60, clamp);
  family.add("alpha-synapse-goes-on",
             "An alpha synapse fed in refractoriness passes its peak there, and drives u with the rest", neuron,
             dc + alpha_synapse(0.5, {{18, 30}}), 60, clamp);
  family.add("inhibition-decays-on", "Inhibition that comes in refractoriness delays the next spike", neuron,
             dc + alpha_synapse(4, {{18.25, -6}}) + exponential_synapse(3, {{19, -4}}), 80, clamp);
  family.add("sinusoid-goes-on", "A strong sinusoid is in refractoriness most of the time", neuron,
             sinusoid(0, forever, 60, 300), 40, clamp);
  family.add("longer-than-the-run", "A refractory period that ends after the run: one spike",
             Neuron(NeuronParameters{.refractory = 1000}), dc, 200, clamp);
  family.add("longer-than-the-synapse", "A refractory period of 100 ms outlasts most, but not all, of a slow synapse",
             Neuron(NeuronParameters{.refractory = 100}), exponential_synapse(60, {{2, 20}}), 400, clamp);
  family.add("run-ends-at-its-end", "The run ends on the instant at which refractoriness does, and a jump comes then",
             jumper(0.25), pulses({{1, 20}, {1.25, 20}}), 1.25, clamp);

  const std::string zero = "fires more than once an instant, not at all, or stalls, when there is no refractoriness";
  family.add("zero-constant-current", "No refractoriness: a train of equal intervals",
             Neuron(NeuronParameters{.refractory = 0}), dc, 100, zero);
  family.add("zero-jumps-at-one-instant",
             "No refractoriness, and four jumps over the threshold at one instant: they add up, and make one spike",
             jumper(0), pulses({{1, 20}, {1, 20}, {1, 20}, {1, 20}}), 10, zero);
  family.add("zero-jumps-one-ulp-apart", "No refractoriness, and three jumps one ulp apart: three spikes", jumper(0),
             pulses({{1, 20}, {neighbour(1, 1), 20}, {neighbour(1, 2), 20}}), 10, zero);
  family.add("zero-huge-jump", "No refractoriness, and a jump of 1e6 mV: one spike", jumper(0), pulses({{1, 1e6}}), 10,
             zero);
  family.add("zero-strong-current", "No refractoriness and 1000 nA: intervals of 12 us",
             Neuron(NeuronParameters{.refractory = 0}), step(0.5, 1.5, 1000), 2, zero);
  family.add("zero-strong-sinusoid", "No refractoriness and a strong sinusoid: bursts",
             Neuron(NeuronParameters{.refractory = 0}), sinusoid(0, forever, 100, 100), 30, zero);
  return family.take();
}

Vectors coincidence() {
  Family family("coincidence",
                "handles the event first, or both at once, or shifts the spike to the event: a spike on the instant of "
                "an event comes before it");
  const Neuron neuron;
  const Current dc = step(5, forever, 2.5);
  struct Change {
    const char* name;
    const char* what;
    Current (*at)(double time);
  };
  const std::array<Change, 4> changes{
      {{"inhibitory-jump", "a jump of -5 mV",
        [](double t) {
          return pulses({{t, -5}});
        }},
       {"exciting-jump", "a jump of 5 mV",
        [](double t) {
          return pulses({{t, 5}});
        }},
       {"inhibitory-step", "a step to -100 nA", [](double t) { return step(t, forever, -100); }},
       {"inhibitory-synapse", "an arrival of -50 nA", [](double t) {
          return exponential_synapse(2, {{t, -50}});
        }}}};
  const double spike = static_cast<double>(exact_spike(neuron, dc, 40, 1));
  for (const Change& change : changes) {
    for (const auto& [ulps, name, words] : around) {
      family.add(std::string(change.name) + "-" + name + "-second-spike",
                 std::string(change.what) + " comes " + words + " the second spike of a train", neuron,
                 dc + change.at(neighbour(spike, ulps)), 60);
    }
  }

  // A ramp of 1/8 nA/ms and this start leave no transient: u = -70 + 1.25 (t - 8) is a straight line, -50 at t = 24.
  const Neuron straight(NeuronParameters{.initial = -80});
  const Current line = ramp(0, 64, 0, 8);
  for (const Change& change : changes) {
    family.add(
        std::string("line-") + change.name + "-on-the-spike",
        std::string("u is a straight line that meets the threshold at 24 ms exactly, when ") + change.what + " comes",
        straight, line + change.at(24), 32);
  }
  family.add("line-inhibitory-jump-one-ulp-before-the-spike",
             "u is a straight line that meets the threshold at 24 ms exactly; a jump of -5 mV comes one ulp before",
             straight, line + pulses({{neighbour(24, -1), -5}}), 32);
  family.add("line-ends-on-the-threshold", "The straight line ends where u meets the threshold: a spike", straight,
             ramp(0, 24, 0, 3), 40);
  family.add("line-run-ends-on-the-spike", "The run ends on the instant of the spike: it is reported", straight, line,
             24);
  family.add("line-run-ends-one-ulp-before-the-spike", "The run ends one ulp before the spike: there is none", straight,
             line, neighbour(24, -1));
  family.add("line-jump-at-the-end-of-refractoriness", "After the spike at 24 ms a jump onto the threshold at 26 ms",
             straight, line + pulses({{26, 15}}), 27);
  family.add("line-jump-one-ulp-before-the-end-of-refractoriness",
             "After the spike at 24 ms a jump one ulp before 26 ms, which is lost", straight,
             line + pulses({{neighbour(26, -1), 15}}), 27);
  family.add(
      "events-one-ulp-apart", "Jumps up and down and arrivals, each one ulp after the one before", neuron,
      [] {
        std::vector<Event> jumps, arrivals;
        double time = 3;
        for (int k = 0; k < 20; ++k, time = neighbour(time, 1)) {
          jumps.push_back({time, k % 2 == 0 ? 2.25 : -1.5});
          arrivals.push_back({time, 0.5});
        }
        return pulses(jumps) + exponential_synapse(4, arrivals) + alpha_synapse(8, arrivals);
      }(),
      60);
  return family.take();
}

Vectors landing() {
  Family family("landing",
                "compares with > where >= is right (a jump onto the threshold is a spike), or adds up with rounding");
  const Neuron neuron = jumper(2);
  const auto jumps = [](double time, int count, double size) {
    return pulses(std::vector<Event>(static_cast<std::size_t>(count), Event{time, size}));
  };
  family.add("onto-threshold", "A jump from rest onto the threshold exactly: a spike", neuron, pulses({{1, 15}}), 10);
  family.add("one-ulp-short", "A jump one ulp too small to reach the threshold from rest: no spike", neuron,
             pulses({{1, neighbour(15, -1)}}), 10);
  family.add("one-ulp-more", "A jump one ulp greater than to the threshold: a spike", neuron,
             pulses({{1, neighbour(15, 1)}}), 10);
  family.add("at-time-0", "A jump onto the threshold at t = 0: a spike at 0", neuron, pulses({{0, 15}}), 10);
  family.add("at-end-of-run", "A jump onto the threshold on the last instant of the run: a spike", neuron,
             pulses({{10, 15}}), 10);
  family.add("ten-parts", "Ten jumps of 1.5 mV at one instant add up to the threshold exactly", neuron,
             jumps(1, 10, 1.5), 10);
  family.add("150-parts-of-a-tenth",
             "150 jumps of the double 0.1 at one instant: a little more than 15 mV in truth, less in double arithmetic",
             neuron, jumps(1, 150, 0.1), 10);
  family.add("three-decimals-that-round-to-15",
             "Jumps of the doubles 3.1, 3.2 and 8.7 mV at one instant: 4e-16 short of 15 mV in truth, 15 in double "
             "arithmetic: no spike",
             neuron, pulses({{1, 3.1}, {1, 3.2}, {1, 8.7}}), 10);
  family.add("three-decimals-that-round-to-15-reversed",
             "Jumps of the doubles 8.7, 3.2 and 3.1 mV at one instant: the order does not matter, no spike", neuron,
             pulses({{1, 8.7}, {1, 3.2}, {1, 3.1}}), 10);
  family.add("less-1e-60", "A jump onto the threshold and one of -1e-60 mV at the same instant: no spike", neuron,
             pulses({{1, 15}, {1, -1e-60}}), 10);
  family.add("less-1e-60-and-back", "A jump onto the threshold, -1e-60 and 1e-60 mV at the same instant: a spike",
             neuron, pulses({{1, 15}, {1, -1e-60}, {1, 1e-60}}), 10);
  family.add("from-a-tail-above", "u is 5e-54 mV above rest when a jump of 20 mV comes: a spike",
             Neuron(NeuronParameters{.initial = -60}), pulses({{1000, 20}}), 1100);
  family.add("from-a-tail-below", "u is 5e-54 mV below rest when a jump of 20 mV comes: no spike",
             Neuron(NeuronParameters{.initial = -80}), pulses({{1000, 20}}), 1100);
  const Neuron straight(NeuronParameters{.initial = -80});
  family.add("from-a-line",
             "u is a straight line, and 10 mV short of the threshold when a jump of 10 mV comes: a spike", straight,
             ramp(0, 64, 0, 8) + pulses({{16, 10}}), 17);
  family.add("from-a-line-one-ulp-short", "u is a straight line, and the jump to the threshold is one ulp too small",
             straight, ramp(0, 64, 0, 8) + pulses({{16, neighbour(10, -1)}}), 17);
  family.add("then-a-current", "A jump to one ulp below the threshold at rest, and a current that does the rest",
             neuron, pulses({{1, neighbour(15, -1)}}) + step(0, 3, 1e-14) + step(1, 30, 1.6), 40);
  family.add("from-one-ulp-below", "u starts one ulp below the threshold, and a synapse lifts it over",
             Neuron(NeuronParameters{.initial = neighbour(-50, -1)}), exponential_synapse(3, {{0, 3}}), 60);
  family.add("from-one-ulp-below-with-the-least-current",
             "u starts one ulp below the threshold; the current is above the rheobase by 1e-13 nA",
             Neuron(NeuronParameters{.rest = neighbour(-50, -1), .initial = neighbour(-50, -1)}),
             step(0, forever, 1e-13), 60);
  return family.take();
}

}  // namespace lapicque::vectors
