#include "finer_grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "courses.hpp"
#include "measured_trace.hpp"

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A spike between two fitted courses, and the simulator's step at which the second one leaves the reset potential.
struct Release {
  std::size_t spike;
  long step;  ///< from the first sample on
};

/// A simulator's grid: every `parts`-th step is a sample.
struct Grid {
  double start;  ///< ms
  double step;   ///< ms
  int parts;

  double time(long n) const { return start + static_cast<double>(n) * step; }
};

/// The releases, if the courses have the reset potential at one of the grid's steps between the last sample that is at
/// it and the first that is not; empty if some have not, or chance could make it so.
std::optional<std::vector<Release>> find_releases(const InputResponse& input, std::span<const SampledSpike> spikes,
                                                  const RelaxationFit& free, double variance, const Grid& grid) {
  constexpr double wide = 8;         // standard errors
  constexpr double rounding = 1e-9;  // of the potentials
  constexpr double vague = 0.1;      // a course that is this likely to have the potential somewhere tells nothing
  constexpr double chance = 1e-5;    // a tenth of the promised one, as some ten grids are tried
  const Courses courses(input, free);
  std::vector<std::size_t> stretches;
  std::vector<long> steps;
  std::vector<double> places;
  for (std::size_t e = 0; e < spikes.size(); ++e) {
    if (free.weights[e] == 0 || free.weights[e + 1] == 0) continue;
    const long last = static_cast<long>(free.stretches[e + 1].first - 1) * grid.parts;
    for (long n = last; n <= last + grid.parts; ++n) {
      stretches.push_back(e + 1);
      steps.push_back(n);
      places.push_back(grid.time(n));
    }
  }
  const auto potentials = courses.potentials(stretches, places);
  std::vector<Release> releases;
  double probability = 1;
  const auto steps_of_one = static_cast<std::size_t>(grid.parts) + 1;
  for (std::size_t begin = 0; begin < places.size(); begin += steps_of_one) {
    const auto here = std::span(potentials).subspan(begin, steps_of_one);
    const auto [least, most] = std::minmax_element(here.begin(), here.end());
    const std::size_t s = stretches[begin];
    const double allowed = wide * std::sqrt(courses.variance(s, free.stretches[s].first) * variance) +
                           rounding * (std::abs(*least) + std::abs(*most));
    const double likely = 2 * allowed * static_cast<double>(steps_of_one) / (*most - *least);
    if (!(likely < vague)) continue;
    const auto found =
        std::find_if(here.begin(), here.end(), [&](double u) { return std::abs(u - free.values[reset]) <= allowed; });
    if (found == here.end()) return std::nullopt;
    probability *= likely;
    releases.push_back({s - 1, steps[begin + static_cast<std::size_t>(found - here.begin())]});
  }
  if (probability >= chance) return std::nullopt;
  return releases;
}

/// The sides of the threshold, mV.
struct Sides {
  double low = -infinity;
  double low_error = 0;
  double high = infinity;
  double high_error = 0;
};

/// Where the threshold lies if each spike comes `delay` steps before its release; empty where some do not fit between
/// their samples.
std::optional<Sides> sides_of_threshold(const InputResponse& input, std::span<const SampledSpike> spikes,
                                        const RelaxationFit& free, std::span<const Release> releases, const Grid& grid,
                                        long delay, double reach) {
  const Courses courses(input, free);
  Sides sides;
  const auto from_below = [&](double u, double error) {
    if (u > sides.low) sides = {u, error, sides.high, sides.high_error};
  };
  for (std::size_t s = 0; s < free.stretches.size(); ++s) {
    if (free.weights[s] == 0) continue;
    const std::size_t end = s < spikes.size() ? spikes[s].last + 1 : input.times().size();
    for (std::size_t i = free.stretches[s].first; i < end; ++i) {
      from_below(courses.potential(s, i), reach * std::sqrt(courses.variance(s, i)));
    }
  }
  std::vector<std::size_t> stretches;
  std::vector<double> places;
  std::vector<bool> spiking;
  for (const Release& release : releases) {
    const SampledSpike& spike = spikes[release.spike];
    const long last = static_cast<long>(spike.last) * grid.parts;
    const long at = release.step - delay;
    if (at <= last || at > static_cast<long>(spike.reset) * grid.parts) return std::nullopt;
    for (long n = last + 1; n <= at; ++n) {
      stretches.push_back(release.spike);
      places.push_back(grid.time(n));
      spiking.push_back(n == at);
    }
  }
  const std::vector<double> potentials = courses.potentials(stretches, places);
  for (std::size_t k = 0; k < places.size(); ++k) {
    const double error = reach * std::sqrt(courses.variance(stretches[k], spikes[stretches[k]].reset));
    if (!spiking[k]) {
      from_below(potentials[k], error);
    } else if (potentials[k] < sides.high) {
      sides = {sides.low, sides.low_error, potentials[k], error};
    }
  }
  if (sides.low - sides.low_error > sides.high + sides.high_error) return std::nullopt;
  return sides;
}

/// Threshold and refractory period for all delays of the spikes that the courses allow.
std::optional<FinerGrid> threshold_on(const Grid& grid, const InputResponse& input,
                                      std::span<const SampledSpike> spikes, const RelaxationFit& free,
                                      std::span<const Release> releases, double reach) {
  Estimate threshold{0, infinity, -infinity};
  Estimate refractory{0, infinity, -infinity};
  const auto& [spike, step] = releases.front();
  const long longest = step - static_cast<long>(spikes[spike].last) * grid.parts;
  for (long delay = 0; delay < longest; ++delay) {
    const auto sides = sides_of_threshold(input, spikes, free, releases, grid, delay, reach);
    if (!sides) continue;
    threshold.low = std::min({threshold.low, sides->low - sides->low_error, sides->high - sides->high_error});
    threshold.high = std::max({threshold.high, sides->low + sides->low_error, sides->high + sides->high_error});
    refractory.low = std::min(refractory.low, static_cast<double>(delay) * grid.step);
    refractory.high = std::max(refractory.high, static_cast<double>(delay + 2) * grid.step);
  }
  if (threshold.low > threshold.high) return std::nullopt;
  threshold.value = std::midpoint(threshold.low, threshold.high);
  refractory.value = std::midpoint(refractory.low, refractory.high);
  return FinerGrid{grid.parts, grid.step, threshold, refractory};
}

}  // namespace

std::optional<FinerGrid> find_finer_grid(const InputResponse& input, std::span<const SampledSpike> spikes,
                                         const RelaxationFit& free, double variance, double reach) {
  const auto sample_step = even_step(input.times());
  if (!sample_step || !free.determined[reset]) return std::nullopt;
  for (const int parts : {2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 40, 50, 100}) {
    const Grid grid{input.times().front(), *sample_step / parts, parts};
    const auto releases = find_releases(input, spikes, free, variance, grid);
    if (!releases) continue;
    if (auto found = threshold_on(grid, input, spikes, free, *releases, reach)) return found;
  }
  return std::nullopt;
}

}  // namespace lapicque::estimation
