#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <string>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

/// What the solver is held against: the same problem solved a second time, in another way and in 110 digits.
///
/// Every event of the input is written into one list and sorted. Between two events the potential and every current are
/// carried on by the textbook formulas (quotients of differences, phasors), which may cancel here: 110 digits leave
/// more than 60. The crossing is sought along u itself: u is sampled densely against the fastest time constant that is
/// still alive, each local maximum near the threshold is refined by the sign of u', and the first stretch from below to
/// above is bisected to its root. Slow, and independent of the solver in formulas, in search and in bookkeeping.
namespace lapicque::testing {

using Real = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<110>, boost::multiprecision::et_off>;

/// The spikes that EXPERIMENT.md asks for, to at least 60 digits.
struct OracleSpikes {
  std::vector<Real> times;  ///< ms, ascending
  Real closest;             ///< mV: the least distance from the threshold of any maximum or jump that was looked at
  bool undecided = false;   ///< a maximum or a jump is nearer to the threshold than the digits tell; taken for a touch
};

/// All spikes with 0 <= t <= until.
OracleSpikes oracle_spikes(const Neuron& neuron, const Current& current, double until);

/// u in mV at `time` >= 0, at an event the value after it.
Real oracle_potential(const Neuron& neuron, const Current& current, double time);

/// |time - exact| in units of the spacing of doubles at `exact`.
double error_in_ulp(double time, const Real& exact);

/// How the solver did on one experiment.
struct Verdict {
  std::string fault;                ///< empty if all is well; else what is wrong, and the experiment
  std::size_t spikes = 0;           ///< that there should be
  double closest = 0;               ///< see OracleSpikes
  double worst_exact = 0;           ///< ulp, over all spikes
  double worst_fast = 0;            ///< ulp, over all spikes
  std::vector<double> bound_ratio;  ///< fast: stated bound over true error, for each spike that has an error
};

/// Runs the solver in both precisions against the oracle. At fault are: another number of spikes; in Precision::exact
/// an error of more than 1 ulp; in either an error greater than Spike::error.
Verdict judge(const Neuron& neuron, const Current& current, double until);

/// The experiment as C++ that can be pasted into a test.
std::string to_code(const Neuron& neuron, const Current& current, double until);

}  // namespace lapicque::testing
