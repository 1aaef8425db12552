#pragma once

#include <Eigen/Dense>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "input_response.hpp"
#include "lapicque/estimation.hpp"
#include "relaxation.hpp"

namespace lapicque::estimation {

/// The exact solution with its spikes, fitted to a whole noisy trace at once.
///
/// All courses follow from rest, resistance, reset, tau, threshold, refractory period and the first potential: each
/// begins at the reset potential, a refractory period after the one before it crossed the threshold, wherever that is
/// between two samples. So neither the speed of a crossing nor the number of samples at the reset potential needs to be
/// known beforehand, which noise hides. That each crossing lies between its two samples, and that there is no other, is
/// what the samples say without any noise: breaking that costs as much as a large residual.
///
/// The squares may have several valleys, as a sample belongs to the plateau or to the course, and a crossing lies on
/// this side of a sample or on that. They are looked for from several refractory periods, and an interval is the hull
/// of what all of them allow.
class WholeFit {
 public:
  enum Index : Eigen::Index { rest, resistance, reset, tau, threshold, refractory, first, unknowns };
  using Values = Eigen::Matrix<double, unknowns, 1>;

  /// @param input   without voltage jumps
  /// @param start   where the search begins
  /// @param spread  ms: how far from the start tau is looked for, at most; and a third of the start
  /// @param rise    mV^2: how much larger than their least the squares are at an interval's end
  WholeFit(const InputResponse& input, std::span<const double> potentials, std::span<const SampledSpike> spikes,
           const Values& start, double spread, double rise);

  const Values& values() const noexcept { return best_.values; }
  /// mV^2, with the cost of misplaced crossings
  double squares() const noexcept { return best_.squares; }
  /// Samples less unknowns.
  double freedom() const noexcept { return freedom_; }
  /// ms: when each spike's refractory period is over.
  std::vector<double> releases() const { return residuals(best_.values).releases; }

  /// Looks for the intervals of the reset potential, the threshold and the refractory period.
  void find_intervals();
  /// What the squares allow for one of these, all other values fitted anew. The refractory period's may end at 0. Empty
  /// where they do not rise enough however far the value is moved to one side.
  const std::optional<Estimate>& interval(Index index) const { return intervals_[static_cast<std::size_t>(index)]; }

 private:
  struct Residuals {
    Eigen::VectorXd samples;  ///< mV; 0 for what is not compared
    /// How far each crossing is on the wrong side of its samples, as a residual in mV; below 0 on the right side.
    Eigen::VectorXd margins;
    std::vector<double> releases;  ///< ms

    double squares() const { return samples.squaredNorm() + margins.cwiseMax(0).squaredNorm(); }
  };
  /// Residuals about some values as a plane.
  struct Linear {
    Eigen::Matrix<double, unknowns, unknowns> products;
    Values gradient;
    Eigen::MatrixXd margin_slopes;
    Eigen::VectorXd margins;
    Values scale;  ///< a change of each value by that much changes the residuals by 1
  };
  struct Point {
    Values values;
    double squares;
  };
  class Course;

  struct Crossing {
    double time;     ///< ms
    double missing;  ///< mV, to the threshold at the last sample that it may lie before; below 0 where it is passed
  };

  std::vector<double> response(double tau) const;
  Residuals residuals(const Values& values) const { return residuals(values, response(values[tau])); }
  Residuals residuals(const Values& values, std::span<const double> unit) const;
  Crossing cross(const Course& course, const SampledSpike& spike, double level) const;
  Values within_bounds(Values values) const;
  Linear linearise(const Values& values, const Residuals& here, const Values& steps) const;
  Values step(const Linear& linear, const Values& values, double damping, std::optional<Index> held,
              double shift) const;
  Values smooth_steps(const Linear& linear) const;
  Point descend(const Values& from, std::optional<Index> held, Values steps) const;
  Point follow(const Values& from, Index held, double target, const Values& steps) const;
  void find_valleys(const Values& start);
  void note(const Point& point);
  std::optional<double> end(const Point& valley, Index index, double direction, double known, double stride,
                            const Values& steps);
  std::optional<Estimate> find_interval(Index index);

  InputResponse input_;               ///< at the samples and at the current's events between them
  std::vector<double> potentials_;    ///< not-a-number at those events
  std::vector<SampledSpike> spikes_;  ///< by the places in both
  double rise_;
  double sample_step_;  ///< ms
  double freedom_;
  std::vector<double> nodes_;                   ///< ms: values of tau between which the response is interpolated
  std::vector<std::vector<double>> responses_;  ///< at each of them
  Values steps_;                                ///< for differences, where nothing else is known
  std::vector<Point> valleys_;
  Point best_;
  std::array<std::optional<Estimate>, unknowns> intervals_;
};

}  // namespace lapicque::estimation
