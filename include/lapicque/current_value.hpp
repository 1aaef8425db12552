#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "lapicque/current.hpp"

namespace lapicque {

/// The value of an injected current (nA) at one time after another.
///
/// What each piece contributes is written at its type in current.hpp. Intervals are half open: at its start a piece
/// counts, at its stop no more. Synaptic arrivals count from their own time on, those before t = 0 included. Voltage
/// jumps have no finite current and contribute nothing.
///
/// Samples with straight lines join (breakpoint k, value k) to (breakpoint k + 1, value k + 1); the last one holds.
///
/// Cost: O(pieces) for a call, and O(events + samples) altogether, as every list is gone through once. The arrivals of
/// a synapse share one state, which is carried from arrival to arrival and not from call to call, so that calling more
/// often does not add up errors.
///
/// Accuracy: 1e-15 of the largest value each piece takes; for synapses, of the sum of |weight| f(s) (1 + s/tau_s). The
/// argument of a sinusoid is reduced before it loses digits, so that this holds after 1e12 cycles as well.
/// (tests/current_value_test.cpp)
class CurrentEvaluator {
 public:
  explicit CurrentEvaluator(const Current& current);

  /// I(t), nA. @param t  ms, finite, not smaller than in the call before
  /// @throws InvalidArgument  t not finite, or smaller than before
  double value_at(double t);

 private:
  /// sum_k w_k exp(-(t - t_k)/tau_s), or its counterpart for alpha functions, from one state at the last arrival:
  /// level exp(-x), and e (level + slope x) exp(-x), where x = (t - anchor)/tau_s.
  struct SynapseState {
    Synapse synapse;
    std::size_t next = 0;  ///< the first event that has not arrived
    double anchor = 0;     ///< ms: the time of the last one that has (of the first, until then)
    double level = 0;      ///< nA
    double slope = 0;      ///< nA; alpha only

    void advance_to(double t);
    double value_at(double t);
  };
  struct SamplesCursor {
    Samples samples;
    std::size_t index = 0;  ///< the last sample whose breakpoint is not after t (or 0)

    double value_at(double t);
  };
  struct Wave {
    Sinusoid sinusoid;
    double phase;  ///< reduced to [-pi, pi]

    double value_at(double t) const;
  };

  std::vector<std::variant<Step, Ramp, Wave, SamplesCursor, SynapseState>> pieces_;
  double last_time_;
};

}  // namespace lapicque
