#include "goodness.hpp"

#include <cmath>

#include "precision.hpp"
#include "quantiles.hpp"

namespace lapicque::estimation {

bool fits_as_well(double squares, double freedom, const RelaxationFit& free, const MeasuredTrace& trace,
                  double chance) {
  constexpr double arithmetic = 1e-9;  // of the range
  const double extra = freedom - free.freedom;
  if (extra < 1 || free.freedom < 1) return false;
  if (rounding_hides_noise(free, trace) && squares <= freedom * trace.rounding * trace.rounding) return true;
  const double floor = std::pow(arithmetic * trace.range, 2);
  const double ratio = (squares - free.squares) / extra / (free.squares / free.freedom + floor);
  return ratio < fisher_f_quantile(extra, free.freedom, chance);
}

}  // namespace lapicque::estimation
