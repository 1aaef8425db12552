#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "courses.hpp"
#include "threshold.hpp"

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The sample at which the course before a spike, followed on, is highest by the time of the reset; it may be falling
/// again behind a drawn spike.
std::size_t highest(const Courses& courses, std::size_t stretch, const SampledSpike& spike) {
  std::size_t top = spike.reset;
  for (std::size_t i = spike.last + 1; i < spike.reset; ++i) {
    if (courses.potential(stretch, i) > courses.potential(stretch, top)) top = i;
  }
  return top;
}

/// Of the threshold.
std::optional<Estimate> between_courses(const InputResponse& input, std::span<const SampledSpike> spikes,
                                        const RelaxationFit& tied, double reach) {
  const Courses courses(input, tied);
  double low = -infinity;
  double low_error = 0;
  double high = infinity;
  double high_error = 0;
  for (std::size_t s = 0; s < tied.stretches.size(); ++s) {
    const Stretch& stretch = tied.stretches[s];
    if (stretch.end <= stretch.first) continue;
    const std::size_t end = s < spikes.size() ? spikes[s].last + 1 : input.times().size();
    for (std::size_t i = stretch.first; i < end; ++i) {
      const double u = courses.potential(s, i);
      if (u <= low) continue;
      low = u;
      low_error = reach * std::sqrt(courses.variance(s, i));
    }
    if (s == spikes.size()) continue;
    const std::size_t top = highest(courses, s, spikes[s]);
    const double u = courses.potential(s, top);
    if (u >= high) continue;
    high = u;
    high_error = reach * std::sqrt(courses.variance(s, top));
  }
  if (!std::isfinite(low) || !std::isfinite(high)) return std::nullopt;
  return Estimate{std::midpoint(low, high), std::min(low - low_error, high - high_error),
                  std::max(low + low_error, high + high_error)};
}

/// A spike of which no sample is seen has its time at the last sample before it; of one that is drawn, at the first of
/// its samples.
std::optional<Estimate> counted_refractory(std::span<const double> times, const SampledSpike& spike,
                                           std::size_t plateau) {
  const std::size_t release = spike.reset - 1 + plateau;
  if (release + 1 >= times.size()) return std::nullopt;
  const bool drawn = spike.reset > spike.last + 1;
  const double step = times[release + 1] - times[release];
  const double stamp = times[drawn ? spike.last + 1 : spike.last];
  const double value = plateau == 1 && !drawn ? 0 : times[release] - stamp;
  return Estimate{value, std::max(0.0, times[release] - times[spike.reset]), times[release] - times[spike.last] + step};
}

}  // namespace

GridThreshold threshold_on_samples(const InputResponse& input, std::span<const SampledSpike> spikes,
                                   std::size_t plateau, const RelaxationFit& tied, double reach) {
  return {between_courses(input, spikes, tied, reach), counted_refractory(input.times(), spikes.front(), plateau)};
}

}  // namespace lapicque::estimation
