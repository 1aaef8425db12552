#pragma once

#include <cstddef>
#include <span>
#include <vector>

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

}  // namespace lapicque::estimation
