#pragma once

#include <string>
#include <vector>

#include "figure.hpp"

namespace lapicque::figures {

/// What one setting of a method achieves.
struct WorkPrecisionPoint {
  double time;   ///< us per spike, > 0
  double error;  ///< ms: the worst of all spikes; not-a-number where none was matched
  bool faulty;   ///< spikes were missed or invented
};

struct WorkPrecisionCurve {
  std::string method;
  bool bold;                               ///< drawn large: what all others are compared with
  std::vector<WorkPrecisionPoint> points;  ///< joined in this order
};

/// One problem and all that solved it.
struct WorkPrecision {
  std::string title;
  double until;  ///< ms: the end of the run
  std::vector<WorkPrecisionCurve> curves;
};

/// Worst error over time per spike, both logarithmic, one panel a problem. A method has the same colour and shape in
/// all panels. Half an ulp of `until` is drawn as a line, and so are errors of 0: on that line.
Figure work_precision_figure(const std::vector<WorkPrecision>& problems);

}  // namespace lapicque::figures
