#pragma once

#include <optional>
#include <string>

#include "lapicque/files/network_file.hpp"

namespace lapicque::program {

/// `lapicque validate` of a network file: somebody else's spikes as one run, and neuron by neuron given what each one
/// received.
struct NetworkValidation {
  std::string file;
  std::string spikes;
  NetworkSpikeFormat format;
  std::string convention;           ///< exact where empty
  std::optional<double> dt;         ///< ms, of the convention
  std::optional<double> tolerance;  ///< ms
  bool is_json;

  /// @throws ExitStatus  1 where a neuron's spikes are not what it should have made of what it received
  void operator()() const;
};

}  // namespace lapicque::program
