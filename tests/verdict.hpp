#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiments.hpp"
#include "solver/step.hpp"

namespace lapicque::testing {

/// How the solver did on one experiment, in both precisions, against the oracle.
struct Verdict {
  std::string fault;            ///< empty if all is well; else what is wrong, and the experiment
  bool undecided = false;       ///< the oracle does not know; then the solver has to say that it does not, either
  std::size_t spikes = 0;       ///< that there should be
  double closest = 0;           ///< mV, see OracleSpikes
  std::size_t missed = 0;       ///< spikes that the solver did not find, both precisions together
  std::size_t invented = 0;     ///< spikes that it found where there is none
  double worst_exact = 0;       ///< ulp, over all spikes of Precision::exact
  double worst_fast = 0;        ///< ulp, over all spikes of Precision::fast
  std::size_t rounded = 0;      ///< spikes of Precision::exact that are the nearest double
  std::vector<double> honesty;  ///< fast: stated bound over true error, of each spike; infinite where there is no error
  std::vector<double> width;    ///< fast: stated bound over true error or half an ulp of the time, whichever is greater
};

/// Runs the solver in both precisions against the oracle. At fault are: a spike too many or too few; in
/// Precision::exact an error of more than 1 ulp; in either an error greater than Spike::error.
/// @param skips  which ways past whole stretches the solver may take
Verdict judge(const Experiment& experiment, const detail::SkipsAllowed& skips = {});

/// The experiment as C++ that can be pasted into a test.
std::string to_code(const Experiment& experiment);

}  // namespace lapicque::testing
