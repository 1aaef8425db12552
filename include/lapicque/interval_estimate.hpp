#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lapicque/neuron_estimate.hpp"

namespace lapicque {

/// What spike times alone tell of a neuron.
struct IntervalEstimate {
  std::optional<Estimate> tau;            ///< ms
  std::optional<Estimate> refractory;     ///< ms
  std::optional<Estimate> rheobase;       ///< nA, (threshold - rest) / R
  std::optional<Estimate> reset_current;  ///< nA, (reset - rest) / R: the current that would hold the reset potential

  struct Reason {
    std::string parameter;  ///< "tau", "reset_current", "rest", ...
    std::string text;
  };
  std::vector<Reason> undetermined;  ///< why, for each that is empty, and for rest, reset, threshold and resistance
  std::vector<std::string> remarks;  ///< what limits the intervals, in words
  std::vector<double> probe;         ///< nA: further currents that would tell what these leave open

  double noise;                ///< ms: the standard deviation of a spike's time, or of an interval (accumulates)
  bool accumulates;            ///< whether each interval varies by itself, and not each spike's time
  std::optional<double> grid;  ///< ms: the step that all spikes lie on, where there is one
  std::size_t currents;        ///< different ones with an interval
  std::size_t intervals;       ///< how many
};

}  // namespace lapicque
