#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "input_response.hpp"
#include "spike_search.hpp"

namespace lapicque::estimation {

/// The exact solution with its spikes, over a whole noisy trace at once.
///
/// All courses follow from rest, resistance, reset, tau, threshold, refractory period and the first potential: each
/// begins at the reset potential, a refractory period after the one before it crossed the threshold, wherever that is
/// between two samples. So neither the speed of a crossing nor the number of samples at the reset potential needs to be
/// known beforehand, which noise hides. That each crossing lies between its two samples, and that there is no other, is
/// what the samples say without any noise: breaking that costs as much as a large residual.
class WholeModel {
 public:
  enum Index : Eigen::Index { rest, resistance, reset, tau, threshold, refractory, first, unknowns };
  using Values = Eigen::Matrix<double, unknowns, 1>;

  /// @param input   without voltage jumps
  /// @param start   the values near which the model is wanted
  /// @param spread  ms: how far from the start tau may be, at most; and a third of the start
  WholeModel(const InputResponse& input, std::span<const double> potentials, std::span<const SampledSpike> spikes,
             const Values& start, double spread);

  struct Residuals {
    Eigen::VectorXd samples;  ///< mV; 0 for what is not compared
    /// How far each crossing is on the wrong side of its samples, as a residual in mV; below 0 on the right side.
    Eigen::VectorXd margins;
    std::vector<double> releases;  ///< ms: when each spike's refractory period is over

    double squares() const { return samples.squaredNorm() + margins.cwiseMax(0).squaredNorm(); }
  };
  Residuals residuals(const Values& values) const { return residuals(values, response(values[tau])); }

  /// Residuals about some values as a plane.
  struct Linear {
    Eigen::Matrix<double, unknowns, unknowns> products;
    Values gradient;
    Eigen::MatrixXd margin_slopes;
    Eigen::VectorXd margins;
    Values scale;  ///< a change of each value by that much changes the residuals by 1
  };
  /// The plane through the differences of `steps` to either side. @param here  the residuals at the values
  Linear linearise(const Values& values, const Residuals& here, const Values& steps) const;

  /// The step to the least squares of the planes, with `shift` for the held value. Which margins cost something there,
  /// and which bounds stop it, is found by trying.
  Values step(const Linear& linear, const Values& values, double damping, std::optional<Index> held,
              double shift) const;

  Values within_bounds(Values values) const;
  /// Samples less unknowns.
  double freedom() const noexcept { return freedom_; }
  /// ms, of the samples.
  double sample_step() const noexcept { return sample_step_; }
  /// For differences, where nothing else is known.
  const Values& steps() const noexcept { return steps_; }

 private:
  class Course;
  struct Crossing {
    double time;     ///< ms
    double missing;  ///< mV, to the threshold at the last sample that it may lie before; below 0 where it is passed
  };

  std::vector<double> response(double tau) const;
  Residuals residuals(const Values& values, std::span<const double> unit) const;
  Crossing cross(const Course& course, const SampledSpike& spike, double level) const;

  InputResponse input_;               ///< at the samples and at the current's events between them
  std::vector<double> potentials_;    ///< not-a-number at those events
  std::vector<SampledSpike> spikes_;  ///< by the places in both
  double sample_step_;
  double freedom_;
  std::vector<double> nodes_;                   ///< ms: values of tau between which the response is interpolated
  std::vector<std::vector<double>> responses_;  ///< at each of them
  Values steps_;
};

}  // namespace lapicque::estimation
