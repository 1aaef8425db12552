#pragma once

#include "solver/problem.hpp"

namespace lapicque::detail {

/// Powers of two by which a problem's units are changed: a number of mV is 2^voltage of those in it, of ms 2^time.
struct Scale {
  int voltage = 0;
  int time = 0;
};

struct ScaledProblem {
  Problem problem;
  Scale scale;
  bool suits_double;  // tau_m and the distances below the threshold are near 1 in these units, or at least harmless
};

/// The same problem in units in which its membrane time constant, and the distance from rest or from reset to
/// threshold, whichever is greater, are near 1, where they are so far from it that products of the two could underflow
/// or overflow; else as it is.
///
/// Changing units by powers of two changes no digit of the solution. Where a number would leave the range of double in
/// the new units, or may be handed over later that does, the problem is left alone: it takes a real type of wider
/// range.
ScaledProblem scaled(const Problem& problem);

}  // namespace lapicque::detail
