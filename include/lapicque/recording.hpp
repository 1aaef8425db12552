#pragma once

#include <vector>

namespace lapicque {

/// A membrane potential as somebody recorded it.
struct VoltageTrace {
  std::vector<double> times;       ///< ms, ascending
  std::vector<double> potentials;  ///< mV, as long as times
};

/// Spikes under one constant current.
struct ConstantCurrentTrain {
  double current;             ///< nA
  std::vector<double> times;  ///< ms, ascending; only their differences count, so that the current's onset does not
};

}  // namespace lapicque
