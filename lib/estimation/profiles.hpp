#pragma once

#include <optional>

#include "period_fit.hpp"

namespace lapicque::estimation {

/// Where intervals end: as far from the best fit as the squares, the other values following, stay within what the noise
/// allows. Near currents that tell nothing a curved valley is much longer than its curvature at the bottom says.
class Profiles {
 public:
  /// @param noise  ms
  /// @param reach  standard errors of a two-sided 95 % interval
  Profiles(const PeriodFit& fit, double noise, double reach);

  /// How far from the fitted value (in direction 1 or -1) the interval ends.
  ///
  /// @param most     as far as the search goes
  /// @param natural  whether the value has a bound of its own on this side, with which an interval that does not end
  ///                 before it ends: then nothing needs to be said of whether it does
  /// @return empty where it does not end
  std::optional<double> end(PeriodIndex index, Scale scale, double direction, double most, bool natural) const;

 private:
  struct Place {
    double offset;
    double rise;  ///< of the squares, as the number of standard errors that a normal distribution gives it
    PeriodValues values;
  };
  Place look(PeriodIndex index, Scale scale, double direction, double offset, const PeriodValues& from) const;

  const PeriodFit& fit_;
  double noise_;
  double reach_;
  bool narrow_;  ///< whether the logarithms' valley is the only one and hardly bends
};

}  // namespace lapicque::estimation
