#include "steps.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lapicque {
namespace diagnosis {

bool is_usual(double dt) {
  return std::any_of(usual_steps.begin(), usual_steps.end(),
                     [dt](double usual) { return std::abs(usual - dt) < 1e-9; });
}

Steps likely_steps(const Agreement& theirs, std::optional<double> grid, double tau, double until) {
  std::vector<double> steps(usual_steps.begin(), usual_steps.end());
  // Three decimals may be all that was printed of times on no grid.
  constexpr double of_printing = 1.5e-3;
  const bool is_seen = grid && *grid > of_printing;
  const double shortest = std::min(grid.value_or(0.1) / 10, 0.01) * (1 - 1e-9);
  std::erase_if(steps, [&](double dt) { return dt < shortest || (is_seen && !theirs.is_on_grid(dt)); });
  if (is_seen) {
    constexpr std::size_t enough = 2;
    for (const double part : {1.0, 2.0, 3.0, 4.0, 5.0, 10.0}) {
      const double dt = *grid / part;
      if (!is_usual(dt) && (part == 1 || steps.size() < enough)) steps.push_back(dt);
    }
  }
  std::erase_if(steps, [&](double dt) { return dt > tau / 2; });
  const auto first_long =
      std::stable_partition(steps.begin(), steps.end(), [&](double dt) { return until / dt <= most_guessed_steps; });
  return {{steps.begin(), first_long}, {first_long, steps.end()}};
}

}  // namespace diagnosis

std::optional<double> time_grid(std::span<const double> times) {
  constexpr double finest = 1e-3;
  constexpr double rounding = 1e-7;  // ms, of the remainders
  double step = 0;
  for (const double time : times) {
    // Euclid's algorithm, where a remainder next to 0 or to the divisor is none.
    double a = std::abs(time);
    double b = step;
    while (b > finest / 2) {
      double rest = std::fmod(a, b);
      if (b - rest < rounding + 1e-12 * a) rest = 0;
      a = std::exchange(b, rest < rounding + 1e-12 * a ? 0 : rest);
    }
    if (b > 0) return std::nullopt;
    if (a < finest / 2) continue;
    // The remainders have gathered errors; the time itself says better how long the step is.
    step = time == 0 ? a : std::abs(time) / std::round(std::abs(time) / a);
  }
  if (!(step > finest * (1 - 1e-6))) return std::nullopt;
  // The longest time says best; and a step is a short decimal, if it can be.
  double last = 0;
  for (const double time : times) last = std::max(last, std::abs(time));
  step = last / std::round(last / step);
  const double decimal = std::round(step * 1e6) / 1e6;
  if (std::abs(decimal - step) < 1e-9 * step + 1e-12) step = decimal;
  for (const double time : times) {
    if (std::abs(time - std::round(time / step) * step) > 1e-6 * step + 1e-12 * last) return std::nullopt;
  }
  return step;
}

}  // namespace lapicque
