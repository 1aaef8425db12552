#pragma once

#include <functional>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::vectors {

/// An input with one amplitude to be tuned: below `enough` there is an amplitude from which on there is one spike more
/// than at 0.
struct Tunable {
  Neuron neuron;
  Current base;
  std::function<Current(double amplitude)> shape;
  double until;
  double enough;
};

/// Finds inputs whose highest maximum misses the threshold by a given distance, or rises above it by that.
///
/// The amplitude at which the maximum touches is bisected to a double with the solver; a second input of the same shape
/// on top, bisected in turn, tells it to some 30 digits. The height of the maximum is all but linear in the amplitude.
class Tuner {
 public:
  explicit Tuner(Tunable input);

  /// The input whose maximum lies `distance` mV above the threshold (below it where negative), to a few percent: one
  /// amplitude where a double resolves the distance, two that add up where it does not.
  Current at(double distance) const;

 private:
  Tunable input_;
  double touching_;   // the last double that is not enough
  double remaining_;  // the last double that is not enough on top of it
  double slope_;      // mV/nA: of the maximum's height
};

}  // namespace lapicque::vectors
