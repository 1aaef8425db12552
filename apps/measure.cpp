#include "measure.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <utility>

#include "lapicque/error.hpp"
#include "lapicque/response.hpp"

namespace lapicque::program {
namespace {

constexpr std::size_t unknowns = 3;
using Row = std::array<double, unknowns + 1>;

/// Solves a positive definite system by elimination; of three unknowns, so that pivoting has nothing to add.
std::array<double, unknowns> solve(std::array<Row, unknowns> system) {
  for (std::size_t i = 0; i < unknowns; ++i) {
    for (std::size_t j = i + 1; j < unknowns; ++j) {
      const double factor = system[j][i] / system[i][i];
      for (std::size_t k = i; k <= unknowns; ++k) system[j][k] -= factor * system[i][k];
    }
  }
  std::array<double, unknowns> x{};
  for (std::size_t i = unknowns; i-- > 0;) {
    x[i] = system[i][unknowns];
    for (std::size_t j = i + 1; j < unknowns; ++j) x[i] -= system[i][j] * x[j];
    x[i] /= system[i][i];
  }
  return x;
}

}  // namespace

double least(const std::function<bool(double)>& answer) {
  double low = -1;
  double high = 1;
  while (answer(low)) low *= 2;
  while (!answer(high)) high *= 2;
  while (true) {
    const double middle = std::midpoint(low, high);
    if (middle == low || middle == high) return high;
    (answer(middle) ? high : low) = middle;
  }
}

void require_findable(const Neuron& neuron, double amplitude) {
  constexpr double most = 0x1p1023;  // the last power of two
  if (std::abs(amplitude) < most) return;
  throw InvalidArgument("--resistance", to_text(neuron.resistance(), "MOhm"),
                        "is so low that no number is as large as the current that fires", "raise it");
}

Oscillation fit_oscillation(std::span<const double> times, std::span<const double> values, double frequency) {
  const double omega = angular_frequency(frequency);
  // With times counted from the first one, and potentials from the first one, neither loses digits.
  std::array<Row, unknowns> system{};
  for (std::size_t n = 0; n < times.size(); ++n) {
    const double angle = omega * (times[n] - times[0]);
    const Row row{1, std::sin(angle), std::cos(angle), values[n] - values[0]};
    for (std::size_t i = 0; i < unknowns; ++i) {
      for (std::size_t k = 0; k <= unknowns; ++k) system[i][k] += row[i] * row[k];
    }
  }
  const auto [mean, sine, cosine] = solve(system);
  const double angle = std::atan2(cosine, sine) - std::remainder(omega * times[0], 2 * std::numbers::pi);
  const double wrapped = std::remainder(angle, 2 * std::numbers::pi);
  return {std::hypot(sine, cosine), wrapped > std::numbers::pi / 2 ? wrapped - 2 * std::numbers::pi : wrapped};
}

}  // namespace lapicque::program
