#pragma once

#include <Eigen/Dense>
#include <optional>
#include <vector>

#include "period_net.hpp"
#include "periods.hpp"

namespace lapicque::estimation {

/// The least-squares fit of T(I) to mean intervals. Refers to periods that must live on.
class PeriodFit {
 public:
  /// @param periods  at four currents or more
  explicit PeriodFit(const std::vector<Period>& periods);

  /// nA: from the least current to the largest.
  double span() const { return span_; }
  /// In units of each period's error; infinite where the intervals do not fall with the current.
  double squares() const { return squares_; }
  double tau() const;
  /// nA: the least current - the rheobase.
  double distance() const;
  /// nA: the rheobase - the reset current.
  double gap() const;

  PeriodValues values(Scale scale) const;

  /// The linearised standard errors of the values for noise of 1 ms; empty where the currents do not tell them apart.
  std::optional<PeriodValues> errors(Scale scale) const;

  /// A place with one value held, and the least squares over the others.
  struct Point {
    PeriodValues values;
    double squares;
  };
  /// @param from    where to begin; the held value stays
  /// @param noise   ms: the squares need not be better than a small part of its own
  /// @param widely  whether to look for other valleys, such as the one in which the rheobase follows the noise of the
  ///                least current's train, and for a way back from where tau and the rheobase are without bound
  Point profile(const PeriodValues& from, Scale scale, PeriodIndex held, double noise, bool widely) const;

 private:
  struct Linearised {
    Eigen::VectorXd off;
    Eigen::Matrix<double, Eigen::Dynamic, 4> slopes;
  };
  Linearised at(const PeriodValues& values, Scale scale) const;
  std::optional<PeriodValues> best_of_line(const PeriodValues& from, Scale scale) const;
  std::optional<PeriodValues> best_elsewhere(const PeriodValues& from, Scale scale, PeriodIndex held) const;
  Point descend(const PeriodValues& from, Scale scale, std::optional<PeriodIndex> held, double settled) const;

  const std::vector<Period>& periods_;
  double least_;
  double span_;
  PeriodNet net_;
  PeriodValues values_ = PeriodValues::Zero();  ///< on the rheobase's scale
  double squares_;
};

}  // namespace lapicque::estimation
