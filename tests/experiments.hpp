#pragma once

#include <string>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "random.hpp"

/// Experiments drawn at random, kind of input by kind of input, for the solver to be held against the oracle. The ones
/// that are made to be hard are in adversaries.hpp.
namespace lapicque::testing {

struct Experiment {
  Neuron neuron;
  Current current;
  double until;  ///< ms
};

/// What an experiment is measured in: threshold - rest, the rheobase and the membrane time constant are one each.
struct Unit {
  double millivolt = 20;
  double nanoampere = 2;
  double millisecond = 8;
};

/// A kind of input. `draw` returns a current that makes a neuron of draw_neuron fire some ten times in 20 membrane time
/// constants, now and then not at all.
struct Kind {
  std::string name;
  Current (*draw)(Random&, const Unit&);
  Unit (*unit)(Random&);  ///< the scale of its experiments
  /// What its neurons have that plain ones have not.
  void (*extend)(Random&, const Unit&, NeuronParameters&) = [](Random&, const Unit&, NeuronParameters&) {};
};

/// Every kind there is: a row of the accuracy table each.
const std::vector<Kind>& kinds();

/// The kind of that name. @throws std::invalid_argument  there is none
const Kind& kind_named(const std::string& name);

/// A neuron and an input of that kind, for 20 membrane time constants.
Experiment draw_experiment(Random& random, const Kind& kind);

Neuron draw_neuron(Random& random, const Unit& unit);
/// One that the kind extends.
Neuron draw_neuron(Random& random, const Unit& unit, const Kind& kind);

/// tau_s / tau_m: apart, near, next to each other, or equal.
double draw_ratio(Random& random);

/// Now and then several at once, on a grid, or one ulp apart.
std::vector<Event> draw_events(Random& random, int count, double from, double to, double least, double greatest);

Current draw_mixture(Random& random, const Unit& unit);

/// What begins at `time`: a step, ramp, sinusoid, samples, jump or arrival, up or down.
Current draw_event_at(Random& random, const Unit& unit, double time);

/// How to move and stretch an input: t becomes (t + shift) millisecond, rounded to a multiple of grid where that is not
/// 0, and so on.
struct Stretch {
  double shift = 0, millisecond = 1, nanoampere = 1, millivolt = 1, grid = 0;
};

/// The same input moved and stretched, each number rounded once or twice. Intervals that rounding closes are left out.
Current stretched(const Current& current, const Stretch& by);

/// x, `ulps` doubles on.
double neighbour(double x, int ulps);

}  // namespace lapicque::testing
