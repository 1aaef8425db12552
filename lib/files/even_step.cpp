#include "even_step.hpp"

#include <cmath>

namespace lapicque::detail {

double even_step(const std::vector<double>& times) {
  const double step = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (std::abs(times[i] - (times.front() + static_cast<double>(i) * step)) > 1e-6 * step) return 0;
  }
  // 12 digits are what the times have in common; the rest is their rounding.
  const double digit = std::pow(10, std::floor(std::log10(step)) - 11);
  return digit < 1 ? std::round(step / digit) / std::round(1 / digit) : std::round(step / digit) * digit;
}

}  // namespace lapicque::detail
