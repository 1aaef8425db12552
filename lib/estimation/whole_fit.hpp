#pragma once

#include <Eigen/Dense>
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
class WholeFit {
 public:
  enum Index : Eigen::Index { rest, resistance, reset, tau, threshold, refractory, first, unknowns };
  using Values = Eigen::Matrix<double, unknowns, 1>;

  /// @param input   without voltage jumps
  /// @param start   where the search begins
  /// @param spread  ms: how far from the start tau is looked for, at most
  WholeFit(const InputResponse& input, std::span<const double> potentials, std::span<const SampledSpike> spikes,
           const Values& start, double spread);

  const Values& values() const noexcept { return values_; }
  /// mV^2, with the cost of misplaced crossings
  double squares() const noexcept { return squares_; }

  /// The interval of one value within which the squares, all other values fitted anew, rise by less than `rise` (mV^2).
  /// The refractory period's may end at 0. Empty where they do not rise by that however far the value is moved to one
  /// side.
  ///
  /// tau is fitted anew no farther from the start than the constructor's `spread`, and a third of the start: an
  /// interval that takes more of it is cut short there.
  std::optional<Estimate> interval(Index index, double rise) const;

 private:
  Eigen::VectorXd residuals(const Values& values) const;
  double descend(Values& values, std::optional<Index> held, double settled) const;
  Eigen::MatrixXd slopes(const Values& values, const Eigen::VectorXd& here) const;
  std::vector<double> response(double tau) const;

  const InputResponse& input_;
  std::span<const double> potentials_;
  std::span<const SampledSpike> spikes_;
  std::vector<double> nodes_;                   ///< ms: values of tau between which the response is interpolated
  std::vector<std::vector<double>> responses_;  ///< at each of them
  Values steps_;                                ///< for differences
  Values values_;
  double squares_;
};

}  // namespace lapicque::estimation
