#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "courses.hpp"
#include "threshold.hpp"

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Standard errors that say that something is surely not there.
constexpr double surely = 8;

/// mV, instead of no rise.
constexpr double tiny = 1e-300;

/// Makes `a` no wider than a bound.
void narrow(Estimate& a, double low, double high) {
  a.low = std::max(a.low, low);
  a.high = std::min(a.high, high);
}

/// The potentials that the course after a spike has within the step in which the reset potential was left.
Estimate levels_of(const Courses& courses, std::span<const double> times, const SampledSpike& spike,
                   std::size_t stretch, std::size_t first, double wide) {
  constexpr int parts = 32;             // in which the step is looked at
  constexpr double arithmetic = 1e-10;  // of the potentials
  const double from = times[spike.last];
  std::vector<double> grid;
  for (int k = 0; k <= parts; ++k) grid.push_back(from + (times[first] - from) * k / parts);
  const auto values = courses.potentials(std::vector<std::size_t>(grid.size(), stretch), grid);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double beyond = surely * wide * std::sqrt(courses.variance(stretch, spike.last)) +
                        arithmetic * (std::abs(*least) + std::abs(*most)) + (*most - *least) / parts;
  return {0, *least - beyond, *most + beyond};
}

}  // namespace

ContinuousThreshold bounds_between_samples(const InputResponse& input, std::span<const SampledSpike> spikes,
                                           const RelaxationFit& free, std::span<const std::size_t> fitted,
                                           const Estimate& threshold, double variance, double reach) {
  const auto& times = input.times();
  const Courses courses(input, free);
  Estimate refractory{0, 0, infinity};
  Estimate level{0, -infinity, infinity};
  double release_error = 0;
  const double wide = extreme_reach(fitted.size()) * reach;
  for (const std::size_t e : fitted) {
    const std::size_t first = free.stretches[e + 1].first;
    const std::size_t beside = std::min(first + 1, times.size() - 1);
    const double step = times[first] - times[first - 1];
    const double error = std::sqrt(courses.variance(e + 1, first));
    const double rise = std::max(std::abs(courses.potential(e + 1, beside) - courses.potential(e + 1, first)), tiny);
    release_error += error * std::sqrt(variance) / rise / static_cast<double>(fitted.size());
    // A first sample that is not yet on the course is not told from one that is where it has the same potential.
    const double late = std::min(surely * wide * error / rise, 1.0) * step;
    // The last sample before the course may also be its first.
    const double low = first > spikes[e].reset + 1 ? times[first - 2] - times[spikes[e].reset] : 0;
    narrow(refractory, low, times[first] - times[spikes[e].last] + late);
    if (first > spikes[e].reset) continue;
    const Estimate levels = levels_of(courses, times, spikes[e], e + 1, first, wide);
    narrow(level, levels.low, levels.high);
  }
  refractory.value = std::midpoint(refractory.low, refractory.high);
  ContinuousThreshold result{threshold, refractory, {}, release_error, false, false};
  const double known = free.values[reset];
  const bool seen = free.determined[reset];
  result.consistent = threshold.low <= threshold.high && refractory.low <= refractory.high && level.low <= level.high &&
                      (!seen || (level.low <= known && known <= level.high));
  if (!seen) result.reset = Estimate{std::midpoint(level.low, level.high), level.low, level.high};
  return result;
}

}  // namespace lapicque::estimation
