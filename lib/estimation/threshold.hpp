#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "courses.hpp"
#include "lapicque/estimation.hpp"
#include "relaxation.hpp"

namespace lapicque::estimation {

/// Threshold and refractory period from the fitted courses.
class ThresholdReader {
 public:
  ThresholdReader(const InputResponse& input, std::span<const SampledSpike> spikes, std::size_t plateau)
      : input_(input), spikes_(spikes), plateau_(plateau) {}

  struct Grid {
    std::optional<Estimate> threshold;
    std::optional<Estimate> refractory;
  };
  Grid grid(const RelaxationFit& tied, double reach) const;

  struct Continuous {
    std::optional<Estimate> threshold;
    std::optional<Estimate> refractory;
    std::optional<Estimate> reset;  ///< where no sample is known to be at it
    double release_error;           ///< the standard error of the time of a release, in steps
    bool consistent;                ///< whether one threshold and refractory period explain all spikes
    bool separate;                  ///< whether the spikes tell threshold and refractory period apart
  };
  Continuous continuous(const RelaxationFit& free, double variance, double reach) const;

 private:
  /// Bounds, where no sample is at the reset potential and the spikes do not tell the time of release: refractoriness
  /// begins after a spike's last sample and is over by the first one of the course after it.
  Continuous all_between_samples(const RelaxationFit& free, std::span<const std::size_t> spikes,
                                 const Estimate& threshold, double variance, double reach) const;

  /// What the fitted courses say of the threshold: it is above them at every sample without a spike, and below their
  /// highest by the sample of each reset.
  struct Sides {
    double low;
    double low_error;
    double high;
    double high_error;
  };
  Sides sides_of_threshold(const RelaxationFit& free, std::span<const std::size_t> spikes, double reach) const;

  const InputResponse& input_;
  std::span<const SampledSpike> spikes_;
  std::size_t plateau_;
};

}  // namespace lapicque::estimation
