#pragma once

#include <cstddef>
#include <span>

namespace lapicque {

/// What a list of intervals between spikes tells. Not a number is what their number leaves open: `mean` and `rate` take
/// one interval, all else two.
struct IntervalStatistics {
  std::size_t count;
  double mean;                ///< ms
  double standard_deviation;  ///< ms, from the sum of squares over count - 1
  double rate;                ///< Hz: 1000 / mean
  double rate_error;          ///< Hz: its standard error where intervals are independent, rate cv / sqrt(count)
  double cv;                  ///< standard deviation / mean
  double cv_error;            ///< its standard error where intervals are independent, to first order in 1/count
  /// The mean of 2 |I_(k+1) - I_k| / (I_(k+1) + I_k): 1 for a Poisson process, also for one whose rate drifts [1].
  double cv2;
  /// The local variation, the mean of 3 (I_(k+1) - I_k)^2 / (I_(k+1) + I_k)^2: 1 for a Poisson process [2].
  double lv;
};

/// @param intervals  ms, in their order
/// @throws InvalidArgument  one is not finite or not > 0
///
/// Accuracy: some ulp for up to 1e6 intervals whose cv is not small, against that of the mean where it is.
/// [1] Holt, Softky, Koch, Douglas, J. Neurophysiol. 75, 1806-1814, 1996, eq. (3).
/// [2] Shinomoto, Shima, Tanji, Neural Comput. 15, 2823-2842, 2003, eq. (2.3).
IntervalStatistics interval_statistics(std::span<const double> intervals);

}  // namespace lapicque
