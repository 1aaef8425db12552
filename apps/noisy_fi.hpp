#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lapicque/neuron.hpp"
#include "options.hpp"
#include "output.hpp"

namespace lapicque::program {

/// What `fi --noise` is asked.
struct NoisyFi {
  double sigma;                 ///< mV
  std::optional<double> tau_s;  ///< ms: of the filter, if one is asked for
  double simulated;             ///< ms for each current
  std::uint64_t seed;
};

/// The f-I curve under white noise and its numerical check: a row a current (nA).
/// @throws InvalidArgument  by the names of the options: what makes no sense, or takes too long
DataTable noisy_fi(const Neuron& neuron, const std::vector<double>& currents, const NoisyFi& asked,
                   const Solver& solver);

}  // namespace lapicque::program
