#pragma once

#include <Eigen/Dense>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "input_response.hpp"
#include "spike_search.hpp"

namespace lapicque::estimation {

/// What is common to all stretches between spikes, in the order of the columns of a fit.
enum Column : Eigen::Index { rest, resistance, reset, tau, columns };
using Vector = Eigen::Matrix<double, columns, 1>;
using Matrix = Eigen::Matrix<double, columns, columns>;

/// How the stretches begin.
enum class Start {
  tied,  ///< at the reset potential, on a sample: a simulator's grid
  free,  ///< anywhere
};

/// The samples of one free course of the potential, u = rest + R K + c E, E = exp(-(t - t_anchor)/tau).
struct Stretch {
  std::size_t anchor;
  std::size_t first;  ///< the first sample that is fitted
  std::size_t end;    ///< past the last one that is fitted
  bool tied;          ///< u is the reset potential at the anchor; c is an unknown of its own else
};

/// What the samples of a trace with known spikes are to a fit.
struct Division {
  std::vector<Stretch> stretches;  ///< before the first spike and after each
  std::vector<std::size_t> held;   ///< past the last sample at the reset potential, of each spike; from its reset on
};

/// The same for all spikes.
///
/// @param plateau  how many samples each spike stays at the reset potential; with free starts the first and last of
///                 the course beside its end are left out
Division divide(std::span<const SampledSpike> spikes, Start start, std::size_t plateau, std::size_t samples);

/// The least-squares fit of the exact solution to all stretches and plateaus.
struct RelaxationFit {
  Vector values;
  Matrix covariance;                     ///< to be multiplied by the variance of the noise
  std::array<bool, columns> determined;  ///< whether the samples tell it at all
  double squares;                        ///< sum of squared residuals, mV^2
  double freedom;                        ///< samples less unknowns
  double correlation;                    ///< of neighbouring residuals; 0 where it is not above chance
  std::vector<Stretch> stretches;        ///< before the first spike and after each
  std::vector<double> decays;            ///< c of each stretch
  std::vector<Vector> couplings;         ///< dc = -coupling . dvalues + noise of variance 1/weight, for free ones
  std::vector<double> weights;           ///< sum of E^2 over the stretch's fitted samples
  Response response;                     ///< at the samples
  Response slope;                        ///< d response / d tau at the samples
};

/// Fits potentials under an input whose spikes are known.
class Relaxation {
 public:
  Relaxation(const InputResponse& input, std::span<const double> potentials) : input_(input), potentials_(potentials) {}

  /// @param tau  ms, where the search begins
  RelaxationFit fit(std::span<const SampledSpike> spikes, const Division& division, double tau) const;

  /// The same, beginning with what another fit to this input ended with: quick where its tau is the right one.
  RelaxationFit refit(std::span<const SampledSpike> spikes, const Division& division, const RelaxationFit& other) const;

  /// The sum of squares (mV^2) at a given tau, all else fitted. @param response  the input's for that tau
  double squares_at(std::span<const SampledSpike> spikes, const Division& division, double tau,
                    const Response& response) const;

  /// The time constant (ms) from which to begin, for this division: the best of a coarse and then a finer grid.
  struct Coarse {
    double tau;
    double squares;
  };
  Coarse coarse_tau(std::span<const SampledSpike> spikes, const Division& division) const;

  const InputResponse& input() const noexcept { return input_; }

 private:
  struct System;
  RelaxationFit fit(std::span<const SampledSpike> spikes, const Division& division, double tau, Response response,
                    Response slope) const;
  System linear_system(std::span<const SampledSpike> spikes, const Division& division, double tau,
                       const Response& response) const;

  const InputResponse& input_;
  std::span<const double> potentials_;
};

}  // namespace lapicque::estimation
