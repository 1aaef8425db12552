#include "crossings.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lapicque::estimation {

std::vector<Crossing> find_crossings(const Courses& courses, std::span<const std::size_t> stretches,
                                     std::span<const double> from, std::span<const double> to, double level,
                                     bool rising) {
  constexpr int rounds = 12;
  // Of the bracket:
  constexpr double telling = 1e-3;  // a secant across less loses more digits than it gains
  constexpr double beyond = 2;      // how far past it a crossing may lie
  constexpr double beside = 1e-3;   // to either side, for the slope at the end
  constexpr double after_zero = 2 * beside;
  constexpr double settled = 1e-9;  // of the level
  const std::size_t count = stretches.size();
  std::vector<double> x0(from.begin(), from.end());
  std::vector<double> x1(to.begin(), to.end());
  // The bracket of a release may reach past the next one's start where plateaus end at the next spike.
  for (std::size_t e = 0; e + 1 < count; ++e) x1[e] = std::min(x1[e], from[e + 1]);
  std::vector<double> y0 = courses.potentials(stretches, x0);
  std::vector<double> y1 = courses.potentials(stretches, x1);
  std::vector<Crossing> crossings(count);
  for (std::size_t e = 0; e < count; ++e) crossings[e] = {x1[e], (y1[e] - y0[e]) / (x1[e] - x0[e]), false};
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t e = 0; e < count; ++e) {
      if (std::abs(x1[e] - x0[e]) > telling * (to[e] - from[e])) crossings[e].slope = (y1[e] - y0[e]) / (x1[e] - x0[e]);
      // Some way beyond the bracket, but not past the neighbours' nor 0: the times must stay in order.
      const double margin = beyond * (to[e] - from[e]);
      const double start = e > 0 ? std::midpoint(to[e - 1], from[e]) : after_zero * (to[e] - from[e]);
      const double least = std::max(from[e] - margin, start);
      const double most = std::min(to[e] + margin, e + 1 < count ? std::midpoint(to[e], from[e + 1]) : to[e] + margin);
      const double next = x1[e] - (y1[e] - level) / crossings[e].slope;
      x0[e] = x1[e];
      y0[e] = y1[e];
      x1[e] = std::isfinite(next) ? std::clamp(next, least, std::max(least, most)) : to[e];
    }
    y1 = courses.potentials(stretches, x1);
  }
  // The secants' slopes are those of some way before; these are the slopes here, to 1e-8.
  const auto at_part = [&](double part) {
    std::vector<double> times(x1);
    for (std::size_t e = 0; e < count; ++e) times[e] += part * (to[e] - from[e]);
    return courses.potentials(stretches, times);
  };
  const auto after = at_part(beside);
  const auto before = at_part(-beside);
  for (std::size_t e = 0; e < count; ++e) {
    const double off = std::abs(y1[e] - level);
    crossings[e].time = x1[e];
    crossings[e].slope = (after[e] - before[e]) / (2 * beside * (to[e] - from[e]));
    crossings[e].found =
        (rising ? crossings[e].slope > 0 : crossings[e].slope != 0) && off <= settled * (std::abs(level) + 1);
  }
  return crossings;
}

}  // namespace lapicque::estimation
