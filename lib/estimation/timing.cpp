#include "timing.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "courses.hpp"
#include "goodness.hpp"
#include "precision.hpp"
#include "whole_reading.hpp"

namespace lapicque::estimation {
namespace {

/// The fit in which all courses begin at the reset potential, on a sample. Last samples before spikes that are on free
/// courses are on these.
RelaxationFit fit_tied(const MeasuredTrace& trace, const Segments& segments, const FreeFit& free) {
  const auto& spikes = segments.spikes;
  Division on_grid = divide(trace, spikes, Start::tied, segments.plateau);
  for (std::size_t s = 0; s < spikes.size(); ++s) {
    Stretch& stretch = on_grid.stretches[s];
    if (free.fit.stretches[s].end > spikes[s].last) stretch.end = std::max(stretch.first, spikes[s].last + 1);
  }
  return Relaxation(free.input, trace.potentials).refit(spikes, on_grid, free.fit);
}

/// Whether there is a threshold that all spikes cross at the same time in their steps.
bool share_one_time(const std::vector<std::pair<double, double>>& sides) {
  constexpr double same = 0.05;  // of a step
  constexpr int parts = 8;       // thresholds looked at, between the lowest and the highest
  const double below = std::max_element(sides.begin(), sides.end())->first;
  const double above = std::min_element(sides.begin(), sides.end(), [](const auto& a, const auto& b) {
                         return a.second < b.second;
                       })->second;
  for (int k = 0; k <= parts; ++k) {
    const double threshold = below + (above - below) * k / parts;
    double first = 1;
    double last = 0;
    for (const auto& [u, next] : sides) {
      first = std::min(first, (threshold - u) / (next - u));
      last = std::max(last, (threshold - u) / (next - u));
    }
    if (last - first < same) return true;
  }
  return false;
}

/// How many coincidences it would be, did spikes lie between samples, that all courses begin on samples, at one
/// potential: one for each of them, less one where no other sample is at the reset potential; but none where the
/// spikes before them have the same time in their steps, too.
std::size_t coincidences(const InputResponse& input, const Segments& segments, const RelaxationFit& tied) {
  const Courses courses(input, tied);
  const auto& spikes = segments.spikes;
  std::vector<std::pair<double, double>> sides;
  std::size_t count = 0;
  for (std::size_t e = 0; e < spikes.size(); ++e) {
    if (tied.stretches[e + 1].end <= tied.stretches[e + 1].first) continue;
    ++count;
    if (tied.stretches[e].end <= tied.stretches[e].first) continue;
    sides.emplace_back(courses.potential(e, spikes[e].last), courses.potential(e, spikes[e].reset));
  }
  if (segments.plateau > 1) return count;
  return sides.empty() || share_one_time(sides) ? 0 : count - 1;
}

SpikeTiming decide(const MeasuredTrace& trace, const Segments& segments, const FreeFit& free, const RelaxationFit& tied,
                   const ContinuousThreshold& continuous, SpikeTiming wanted) {
  // Each course begins that near to a sample by chance in so many cases.
  constexpr double wide = 4;          // standard errors of a release, both sides together
  constexpr double well_known = 0.1;  // of a step: releases whose errors are larger tell nothing
  constexpr double coincidence = 0.01;
  constexpr double rejected = 0.001;  // of the fits that are as good as they should be
  constexpr double as_well = 2;       // times the variance, where there is nothing to count
  constexpr double rounded = 1.2;     // times the variance: decimals alone do not make a fit worse by that
  const double free_variance = variance(free.fit, trace);
  const double tied_variance = variance(tied, trace);
  const auto count = coincidences(free.input, segments, tied);
  const bool fits_grid = count > 0 ? fits_as_well(tied.squares, tied.freedom, free.fit, trace, rejected)
                                   : continuous.consistent && tied_variance < as_well * free_variance;
  if (!fits_grid || wanted == SpikeTiming::continuous) return SpikeTiming::continuous;
  if (wanted == SpikeTiming::grid) return SpikeTiming::grid;
  const bool sharp = continuous.release_error < well_known &&
                     std::pow(wide * continuous.release_error, static_cast<double>(count)) < coincidence;
  const bool for_rounding_only = rounding_hides_noise(free.fit, trace) && tied_variance > rounded * free_variance;
  const bool is_grid = count > 0 && ((sharp && !for_rounding_only) || !continuous.consistent);
  return is_grid ? SpikeTiming::grid : SpikeTiming::either;
}

}  // namespace

SpikeReading read_spikes(const MeasuredTrace& trace, const Segments& segments, const FreeFit& free,
                         SpikeTiming wanted) {
  const auto& spikes = segments.spikes;
  const double free_variance = variance(free.fit, trace);
  const double free_reach = reach(free.fit, trace);
  SpikeReading result{SpikeTiming::either, fit_tied(trace, segments, free), {}, {}, free.fit, {}, {}};
  const auto whole = noise_hides_crossings(free.fit, trace) && free.input.jumps().empty()
                         ? read_whole(trace, segments, free)
                         : std::nullopt;
  result.continuous =
      whole ? whole->threshold
            : threshold_between_samples(free.input, spikes, segments.plateau, free.fit, free_variance, free_reach);
  result.timing = decide(trace, segments, free, result.tied, result.continuous, wanted);
  result.grid = threshold_on_samples(free.input, spikes, segments.plateau, result.tied, reach(result.tied, trace));
  const bool between_samples = result.timing == SpikeTiming::continuous;
  if (whole) result.whole_fall = whole->fall;
  if (whole && between_samples && result.continuous.consistent) {
    result.free = Relaxation(free.input, trace.potentials)
                      .refit(spikes, divide(trace, spikes, Start::free, whole->plateau), free.fit);
  }
  if (!whole && between_samples && wanted != SpikeTiming::continuous) {
    result.finer = find_finer_grid(free.input, spikes, free.fit, free_variance, free_reach);
  }
  return result;
}

}  // namespace lapicque::estimation
