#pragma once

#include <Eigen/Dense>
#include <limits>
#include <optional>
#include <vector>

#include "periods.hpp"

namespace lapicque::estimation {

/// The unknowns of T(I) = refractory + tau log((I - a)/(I - b)), without bounds but that tau be positive, a below b and
/// b below the least current. ratio: (b - a) / (the least current - b); far: the least current - b, or - a.
enum PeriodIndex { refractory_period, log_tau, log_ratio, log_far };
using PeriodValues = Eigen::Vector4d;

/// How the last unknown measures: the least current's distance from the rheobase, or from the reset current.
enum class Scale { rheobase, reset };

/// One pair of a and b, for which the least squares over refractory period and tau have a closed form: weighted sums
/// over the currents. x is the logarithm in T(I), y the mean interval.
struct Knot {
  double distance;             ///< nA: the least current - b
  double gap;                  ///< nA: b - a
  double w, x, y, xx, xy, yy;  ///< x and y: means; w: the sum of weights; the others: sums of products about the means

  /// The least squares; infinite where they ask for a tau below 0.
  double squares() const { return xy > 0 ? yy - xy * xy / xx : std::numeric_limits<double>::infinity(); }
  double squares_at_tau(double tau) const { return yy - 2 * tau * xy + tau * tau * xx; }
  /// The best tau for a given refractory period, and the squares there.
  double tau_at(double refractory) const { return (xy + w * x * (y - refractory)) / (xx + w * x * x); }
  double squares_at(double refractory) const;
  /// The values that have the least squares, on the rheobase's scale.
  PeriodValues values() const;
};

/// @param least  nA, the least of the currents
Knot make_knot(const std::vector<Period>& periods, double least, double distance, double gap);

/// Knots for pairs of a and b that span ten decades of the currents' span.
class PeriodNet {
 public:
  PeriodNet(const std::vector<Period>& periods, double least, double span);

  /// Where descents may begin: the values of the knots that lie below all their neighbours.
  std::vector<PeriodValues> local_minima() const;
  /// The best values with this refractory period (ms), or with this tau; empty where no knot allows it.
  std::optional<PeriodValues> best_at_refractory(double refractory) const;
  std::optional<PeriodValues> best_at_tau(double tau) const;

 private:
  bool lies_low(std::size_t i, std::size_t j) const;

  std::vector<Knot> knots_;  ///< by distance, then by gap
};

}  // namespace lapicque::estimation
