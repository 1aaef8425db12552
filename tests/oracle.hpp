#pragma once

#include <boost/multiprecision/mpfr.hpp>
#include <cstddef>
#include <limits>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

/// What the solver is held against: the same problem solved a second time, in another way and in 110 digits, or 400.
///
/// Every event of the input is written into one list and sorted. Between two events the potential and every current are
/// carried on by the textbook formulas (quotients of differences, phasors), which may cancel here: of 110 digits more
/// than 60 are left, and where that is in doubt, or a maximum is so near to the threshold that its side is, everything
/// is done again in 400. The crossing is sought along u itself: u is sampled densely against the fastest time constant
/// that is still alive (but where it is too far below the threshold to get there), each local maximum near the
/// threshold is refined by the sign of u', and the first stretch from below to above is closed in on its root.
/// Independent of the solver in formulas, in search and in bookkeeping.
namespace lapicque::testing {

using Real =
    boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<110, boost::multiprecision::allocate_stack>,
                                  boost::multiprecision::et_off>;

/// The spikes that EXPERIMENT.md asks for, to at least 60 digits.
struct OracleSpikes {
  std::vector<Real> times;  ///< ms, ascending
  Real closest;             ///< mV: the least distance from the threshold of any maximum or jump that was looked at
  bool undecided = false;   ///< a maximum or a jump is nearer to the threshold than the digits tell; taken for a touch
};

/// Where the oracle samples u: stretches on which it cannot get up to the threshold may be left out, maxima and all.
enum class Looks { where_needed, everywhere };

/// All spikes with 0 <= t <= until.
OracleSpikes oracle_spikes(const Neuron& neuron, const Current& current, double until,
                           Looks looks = Looks::where_needed);

inline constexpr auto any_number = std::numeric_limits<std::size_t>::max();

/// u in mV at `time` >= 0, at an event the value after it. After `spikes` spikes there are no more: u then goes through
/// the threshold and on.
Real oracle_potential(const Neuron& neuron, const Current& current, const Real& time, std::size_t spikes = any_number);

/// |time - exact| in units of the spacing of doubles at `exact`.
double error_in_ulp(double time, const Real& exact);

}  // namespace lapicque::testing
