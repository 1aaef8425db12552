#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "courses.hpp"
#include "lapicque/neuron_estimate.hpp"
#include "relaxation.hpp"

namespace lapicque::estimation {

/// The spikes between two fitted courses, and where the courses' crossings are looked for: one entry for each spike.
struct CrossingPairs {
  std::vector<std::size_t> before;  ///< the spike, and the course before it
  std::vector<std::size_t> after;   ///< the course after it
  std::vector<double> last;         ///< ms: between these two the first course crosses the threshold
  std::vector<double> first_reset;  ///< ms
  std::vector<double> early;        ///< ms: between these two the second one leaves the reset potential
  std::vector<double> late;         ///< ms
};

/// The first 400 of them: more would add little, and their covariance takes the square of their number.
CrossingPairs pair_crossings(std::span<const double> times, std::span<const SampledSpike> spikes,
                             const RelaxationFit& free);

/// What the fitted courses say of the threshold, mV: it is above them at every sample without a spike, and below their
/// highest by the sample of each reset.
struct ThresholdSides {
  double low;
  double low_error;
  double high;
  double high_error;
};
ThresholdSides sides_of_threshold(const InputResponse& input, std::span<const SampledSpike> spikes,
                                  const RelaxationFit& free, std::span<const std::size_t> fitted, double reach);

/// Whether the equations between crossings and releases have one solution.
///
/// Spikes of no more speeds than there are unknowns may allow several solutions. Two speeds allow one if the faster one
/// is so wherever the threshold is; a single one allows many, which shows when the equations are solved.
/// @param reset_seen  whether the reset potential is known, and no unknown
bool have_one_solution(const Courses& courses, const CrossingPairs& pairs, const Estimate& threshold, bool reset_seen);

}  // namespace lapicque::estimation
