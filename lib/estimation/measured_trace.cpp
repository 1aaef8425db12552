#include "measured_trace.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "lapicque/error.hpp"

namespace lapicque::estimation {
namespace {

constexpr std::size_t least_samples = 8;

void check(const VoltageTrace& trace) {
  if (trace.times.size() != trace.potentials.size()) {
    throw InvalidArgument("potentials", std::to_string(trace.potentials.size()) + " values",
                          "must be as many as the times, " + std::to_string(trace.times.size()));
  }
  if (trace.times.size() < least_samples) {
    throw InvalidArgument("times", std::to_string(trace.times.size()) + " samples",
                          "a trace must have at least " + std::to_string(least_samples) + " samples",
                          "record for longer");
  }
  double last = -0.0;
  for (std::size_t i = 0; i < trace.times.size(); ++i) {
    const double time = trace.times[i];
    if (!std::isfinite(time) || (i == 0 ? time < 0 : time <= last)) {
      throw InvalidArgument("times[" + std::to_string(i + 1) + "]", to_text(time, "ms"),
                            i == 0 ? "must not be before 0, where the current's clock starts"
                                   : "must be later than the one before it, " + to_text(last, "ms"),
                            "sort the samples by time, counted as in the current's description");
    }
    if (!std::isfinite(trace.potentials[i])) {
      throw InvalidArgument("potentials[" + std::to_string(i + 1) + "]", to_text(trace.potentials[i], "mV"),
                            "must be finite", "leave the sample out");
    }
    last = time;
  }
}

/// The standard deviation of noise on a smooth curve, from second differences, whose variance is 6 times that of the
/// noise; a spike here and there does not move their median.
double local_noise(const std::vector<double>& values) {
  constexpr double deviation_of_median = 1.4826;  // of the normal distribution: 1 / 0.6745
  std::vector<double> differences;
  for (std::size_t i = 2; i < values.size(); ++i) {
    differences.push_back(std::abs(values[i] - 2 * values[i - 1] + values[i - 2]));
  }
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  return deviation_of_median * *middle / std::sqrt(6.0);
}

/// The decimal unit that all values are whole multiples of, mV, as they are where a file has few decimals; 0 where
/// there is none.
double printed_unit(const std::vector<double>& values) {
  constexpr double representation = 1e-12;  // of a multiple: what doubles leave of decimals
  for (const double each_mV : {1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6}) {
    const bool whole = std::all_of(values.begin(), values.end(), [&](double value) {
      const double multiple = value * each_mV;
      return std::abs(multiple - std::nearbyint(multiple)) <= representation * std::abs(multiple);
    });
    if (whole) return 1 / each_mV;
  }
  return 0;
}

}  // namespace

MeasuredTrace measure(const VoltageTrace& trace) {
  check(trace);
  const auto [low, high] = std::minmax_element(trace.potentials.begin(), trace.potentials.end());
  return {trace.times, trace.potentials, *high - *low, local_noise(trace.potentials),
          printed_unit(trace.potentials) / 2};
}

std::optional<double> even_step(std::span<const double> times) {
  constexpr double even = 1e-6;  // of a step: what printed times are off by
  const double step = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (std::abs(times[i] - times[i - 1] - step) > even * step) return std::nullopt;
  }
  return step;
}

}  // namespace lapicque::estimation
