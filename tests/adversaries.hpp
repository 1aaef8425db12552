#pragma once

#include <string>
#include <vector>

#include "experiments.hpp"

/// Experiments that are made to be hard, at random: potentials that graze the threshold, events on the very spike,
/// currents that touch the rheobase, parts that all but cancel, scales at the end of double.
namespace lapicque::testing {

struct Adversary {
  std::string name;
  Experiment (*draw)(Random&, const Kind&);
  bool (*suits)(const Kind&);  ///< whether it makes sense for a kind of input
};

/// Every adversary there is.
const std::vector<Adversary>& adversaries();

/// An experiment of at most 300 spikes.
Experiment draw_experiment(Random& random, const Kind& kind, const Adversary& adversary);

/// Those that make sense for a kind.
std::vector<const Adversary*> adversaries_of(const Kind& kind);

}  // namespace lapicque::testing
