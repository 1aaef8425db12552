#include "crossing_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crossings.hpp"

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The highest that a course is from its last sample to its reset, looked at in parts of each step: a current may bend
/// it over between two samples.
double top_of(const std::vector<double>& course) {
  constexpr double parabola =
      1.0 / 8;  // of the second difference: no parabola through three values is higher above them
  const auto top = std::max_element(course.begin(), course.end());
  if (top == course.begin() || top + 1 == course.end()) return *top;
  return *top + (2 * *top - *(top - 1) - *(top + 1)) * parabola;
}

/// How many kinds of speeds there are, and the least speed of the fastest kind.
struct Speeds {
  std::size_t kinds;
  double border;
};
Speeds sort_speeds(const std::vector<Crossing>& crossings) {
  constexpr double alike = 1e-3;  // of a speed
  std::vector<double> speeds;
  for (const Crossing& crossing : crossings) speeds.push_back(crossing.slope);
  std::sort(speeds.begin(), speeds.end());
  Speeds result{1, speeds.front()};
  for (std::size_t i = 1; i < speeds.size(); ++i) {
    if (speeds[i] - speeds[i - 1] <= alike * std::abs(speeds[i])) continue;
    ++result.kinds;
    result.border = speeds[i];
  }
  return result;
}

}  // namespace

CrossingPairs pair_crossings(std::span<const double> times, std::span<const SampledSpike> spikes,
                             const RelaxationFit& free) {
  constexpr std::size_t most_spikes = 400;
  CrossingPairs pairs;
  for (std::size_t e = 0; e < spikes.size() && pairs.before.size() < most_spikes; ++e) {
    if (free.weights[e] == 0 || free.weights[e + 1] == 0) continue;
    // The last sample that may be at the reset potential.
    const std::size_t release = free.stretches[e + 1].first - 1;
    pairs.before.push_back(e);
    pairs.after.push_back(e + 1);
    pairs.last.push_back(times[spikes[e].last]);
    pairs.first_reset.push_back(times[spikes[e].reset]);
    pairs.early.push_back(times[std::max<std::size_t>(release, 1) - 1]);
    pairs.late.push_back(times[release + 1]);
  }
  return pairs;
}

ThresholdSides sides_of_threshold(const InputResponse& input, std::span<const SampledSpike> spikes,
                                  const RelaxationFit& free, std::span<const std::size_t> fitted, double reach) {
  constexpr std::size_t parts = 8;  // of a step
  const auto& times = input.times();
  const Courses courses(input, free);
  ThresholdSides sides{-infinity, 0, infinity, 0};
  for (std::size_t s = 0; s < free.stretches.size(); ++s) {
    if (free.weights[s] == 0) continue;
    const std::size_t end = s < spikes.size() ? spikes[s].last + 1 : times.size();
    for (std::size_t i = free.stretches[s].first; i < end; ++i) {
      const double u = courses.potential(s, i);
      if (u > sides.low) sides = {u, reach * std::sqrt(courses.variance(s, i)), sides.high, sides.high_error};
    }
  }
  std::vector<double> inner;
  std::vector<std::size_t> stretches;
  for (const std::size_t e : fitted) {
    const std::size_t steps = spikes[e].reset - spikes[e].last;
    for (std::size_t k = 1; k < parts * steps; ++k) {
      const std::size_t i = spikes[e].last + k / parts;
      const double part = static_cast<double>(k % parts) / static_cast<double>(parts);
      inner.push_back(times[i] + part * (times[i + 1] - times[i]));
      stretches.push_back(e);
    }
  }
  const std::vector<double> values = courses.potentials(stretches, inner);
  auto value = values.begin();
  for (const std::size_t e : fitted) {
    const auto count = static_cast<std::ptrdiff_t>(parts * (spikes[e].reset - spikes[e].last) - 1);
    std::vector<double> course{courses.potential(e, spikes[e].last)};
    course.insert(course.end(), value, value + count);
    course.push_back(courses.potential(e, spikes[e].reset));
    value += count;
    const double above = top_of(course);
    const double error = reach * std::sqrt(courses.variance(e, spikes[e].reset));
    if (above < sides.high) sides = {sides.low, sides.low_error, above, error};
  }
  return sides;
}

bool have_one_solution(const Courses& courses, const CrossingPairs& pairs, const Estimate& threshold, bool reset_seen) {
  constexpr int parts = 8;  // thresholds looked at, between the lowest and the highest
  const std::size_t unknowns = reset_seen ? 2 : 3;
  std::vector<bool> fast;  // at the lowest threshold, of the two kinds
  for (int k = 0; k <= parts; ++k) {
    const double here = threshold.low + (threshold.high - threshold.low) * k / parts;
    const auto up = find_crossings(courses, pairs.before, pairs.last, pairs.first_reset, here, true);
    const Speeds speeds = sort_speeds(up);
    if (k == 0 && (speeds.kinds > unknowns || speeds.kinds == 1)) return true;
    if (!reset_seen || speeds.kinds != 2) return false;
    std::vector<bool> now;
    for (const Crossing& crossing : up) now.push_back(crossing.slope >= speeds.border);
    if (k > 0 && now != fast) return false;
    fast = std::move(now);
  }
  return true;
}

}  // namespace lapicque::estimation
