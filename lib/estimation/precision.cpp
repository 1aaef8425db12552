#include "precision.hpp"

#include <algorithm>
#include <cmath>

#include "quantiles.hpp"

namespace lapicque::estimation {

double rms(const RelaxationFit& fit) { return std::sqrt(fit.squares / std::max(fit.freedom, 1.0)); }

double variance(const RelaxationFit& fit, const MeasuredTrace& trace) {
  constexpr double arithmetic = 1e-13;  // of the potentials
  const double floor = arithmetic * (trace.range + std::abs(trace.potentials.front()));
  return fit.squares / std::max(fit.freedom, 1.0) + floor * floor;
}

double reach(const RelaxationFit& fit, const MeasuredTrace& trace) {
  constexpr double tail = 0.025;  // of an interval of 95 %, on either side
  return students_t_quantile(std::max(fit.freedom, 1.0), tail) *
             std::sqrt(variance(fit, trace) * (1 + fit.correlation) / (1 - fit.correlation)) +
         (rounding_hides_noise(fit, trace) ? trace.rounding * std::sqrt(static_cast<double>(trace.times.size())) : 0);
}

bool rounding_hides_noise(const RelaxationFit& fit, const MeasuredTrace& trace) {
  return std::sqrt(variance(fit, trace)) < 2 * trace.rounding;
}

bool noise_hides_crossings(const RelaxationFit& fit, const MeasuredTrace& trace) {
  constexpr double hiding = 1e-4;  // of the trace's range
  return std::sqrt(variance(fit, trace)) > hiding * trace.range;
}

std::optional<Estimate> linear_estimate(const RelaxationFit& fit, Column column, const MeasuredTrace& trace) {
  constexpr double arithmetic = 1e-10;  // of a value: what differences in tau leave of it
  if (!fit.determined[static_cast<std::size_t>(column)]) return std::nullopt;
  const double value = fit.values[column];
  const bool is_potential = column == rest || column == reset;
  const double floor = arithmetic * (is_potential ? trace.range + std::abs(value) : std::abs(value));
  const double half = reach(fit, trace) * std::sqrt(fit.covariance(column, column)) + floor;
  return Estimate{value, value - half, value + half};
}

void widen(std::optional<Estimate>& a, const std::optional<Estimate>& b) {
  if (!a || !b) return;
  a->low = std::min(a->low, b->low);
  a->high = std::max(a->high, b->high);
}

void include(std::optional<Estimate>& a, const std::optional<Estimate>& b) {
  if (!b) a.reset();
  widen(a, b);
}

}  // namespace lapicque::estimation
