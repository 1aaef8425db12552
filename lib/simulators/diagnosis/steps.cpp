#include "steps.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "simulators/diagnosis/parameter_fit.hpp"

namespace lapicque {
namespace diagnosis {

bool is_usual(double dt) {
  return std::any_of(usual_steps.begin(), usual_steps.end(),
                     [dt](double usual) { return std::abs(usual - dt) < 1e-9; });
}

namespace {

/// Whether somebody may have chosen this step: a decimal of few digits, or a power of two.
bool is_chosen(double dt) {
  constexpr double reading = 1e-7;
  constexpr int most = 3;
  const double binary = dt * 0x1p10;
  return shortest_decimal(dt * (1 - reading), dt * (1 + reading)).digits <= most ||
         (binary == std::round(binary) && std::exp2(std::round(std::log2(dt))) == dt);
}

/// The grid that is seen in their times, or parts of it, where it is no usual step.
std::vector<double> unusual_steps(const Agreement& theirs, double grid, bool has_usual) {
  // A regular train has a grid of its own, the longest of which all its intervals are multiples.
  constexpr double longest_of_regular = 1;  // ms
  std::vector<double> steps;
  for (const double part : {1.0, 2.0, 3.0, 4.0, 5.0, 10.0}) {
    const double dt = grid / part;
    if (is_usual(dt) || !is_chosen(dt) || (theirs.is_regular() && dt > longest_of_regular)) continue;
    if (part == 1 || !has_usual) steps.push_back(dt);
  }
  return steps;
}

}  // namespace

Steps likely_steps(const Agreement& theirs, std::optional<double> grid, double tau, double until) {
  // Three decimals may be all that was printed of times on no grid.
  constexpr double of_printing = 1.5e-3;
  std::vector<double> steps(usual_steps.begin(), usual_steps.end());
  const double shortest = std::min(grid.value_or(0.1) / 10, 0.01) * (1 - 1e-9);
  std::erase_if(steps, [&](double dt) { return dt < shortest; });
  if (grid && *grid > of_printing) {
    std::vector<double> seen;
    std::copy_if(steps.begin(), steps.end(), std::back_inserter(seen),
                 [&](double dt) { return theirs.is_on_grid(dt); });
    const auto unusual = unusual_steps(theirs, *grid, !seen.empty());
    seen.insert(seen.end(), unusual.begin(), unusual.end());
    // Where intervals differ, it would be chance if all were multiples of more than the step.
    const auto is_grid = [&](double dt) { return std::abs(dt - *grid) < 1e-9; };
    const auto longest = std::find_if(seen.begin(), seen.end(), is_grid);
    if (longest != seen.end() && !theirs.is_regular()) std::rotate(seen.begin(), longest, longest + 1);
    if (!seen.empty()) steps = std::move(seen);
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
