#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "lapicque/neuron_estimate.hpp"
#include "relaxation.hpp"

namespace lapicque::estimation {

/// Threshold and refractory period of spikes that lie on the samples.
struct GridThreshold {
  std::optional<Estimate> threshold;
  std::optional<Estimate> refractory;
};

/// By the courses that all begin at the reset potential: the threshold lies above them at every sample without a spike,
/// and below their highest by the sample of each reset.
///
/// @param plateau  how many samples each spike stays at the reset potential
/// @param reach    standard errors of a 95 % interval, times the noise
GridThreshold threshold_on_samples(const InputResponse& input, std::span<const SampledSpike> spikes,
                                   std::size_t plateau, const RelaxationFit& tied, double reach);

/// Threshold, refractory period and, where no sample is known to be at it, reset potential of spikes that lie between
/// the samples.
struct ContinuousThreshold {
  std::optional<Estimate> threshold;
  std::optional<Estimate> refractory;
  std::optional<Estimate> reset;
  double release_error;  ///< the standard error of the time of a release, in steps
  bool consistent;       ///< whether one threshold and refractory period explain all spikes
  bool separate;         ///< whether the spikes tell threshold and refractory period apart
};

/// By the times at which the courses cross the threshold and leave the reset potential: their difference is the
/// refractory period, for each spike. Least squares with the covariance that the fitted courses give these times.
///
/// @param free      the fit of free courses
/// @param variance  mV^2, of the noise
ContinuousThreshold threshold_between_samples(const InputResponse& input, std::span<const SampledSpike> spikes,
                                              std::size_t plateau, const RelaxationFit& free, double variance,
                                              double reach);

/// Bounds, where no sample is at the reset potential and the spikes do not tell the time of release: refractoriness
/// begins after a spike's last sample and is over by the first one of the course after it.
///
/// @param fitted     the spikes between two fitted courses
/// @param threshold  what is known of it
ContinuousThreshold bounds_between_samples(const InputResponse& input, std::span<const SampledSpike> spikes,
                                           const RelaxationFit& free, std::span<const std::size_t> fitted,
                                           const Estimate& threshold, double variance, double reach);

/// How much wider than an interval of 95 % for one value one for the extreme of `count` values is.
double extreme_reach(std::size_t count);

}  // namespace lapicque::estimation
