#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "lapicque/estimation.hpp"
#include "relaxation.hpp"

namespace lapicque::estimation {

/// The fitted courses between spikes, also where they were not fitted.
class Courses {
 public:
  Courses(const InputResponse& input, const RelaxationFit& fit) : input_(input), fit_(fit) {}

  /// u of stretch s at a sample, mV.
  double potential(std::size_t s, std::size_t sample) const;

  /// The variance of that, to be multiplied by the variance of the noise.
  double variance(std::size_t s, std::size_t sample) const;

  /// u of each of the stretches at one time each, ascending.
  std::vector<double> potentials(std::span<const std::size_t> stretches, std::span<const double> times) const;

  /// du/d(values) with what it does to c, of stretch s at a sample.
  Vector gradient(std::size_t s, std::size_t sample) const;

  /// du/dc = E of stretch s at a sample; 0 for tied ones.
  double own(std::size_t s, std::size_t sample) const;

 private:
  double decay(std::size_t s, double time) const;

  const InputResponse& input_;
  const RelaxationFit& fit_;
};

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
