#pragma once

#include <optional>
#include <span>

#include "lapicque/recording.hpp"

namespace lapicque::estimation {

/// A trace with what shows before anything is fitted to it. Refers to a VoltageTrace that must live on.
struct MeasuredTrace {
  std::span<const double> times;       ///< ms
  std::span<const double> potentials;  ///< mV
  double range;                        ///< mV, of the potentials
  double noise;                        ///< mV, a standard deviation; drawn spikes and resets hardly count
  double rounding;                     ///< mV: how far few decimals have moved each potential at most
};

/// @throws InvalidArgument  as estimate_neuron
MeasuredTrace measure(const VoltageTrace& trace);

/// The step of times that are evenly apart, ms; empty where they are not.
std::optional<double> even_step(std::span<const double> times);

}  // namespace lapicque::estimation
