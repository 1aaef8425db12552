#include "solver/skip/series.hpp"

#include <algorithm>
#include <cmath>

#include "numbers/fused.hpp"

namespace lapicque::detail {

LAPICQUE_FOR_FUSED_TOO
std::size_t make_ready(const Series<DoubleDouble>& series, double first, std::size_t count, bool nearest,
                       ReadySpikes& ready) {
  const Series<DoubleDouble> regular = series;  // which no store can change, so that several are worked out at once
  double* const times = ready.times.data();
  double* const remainders = ready.remainders.data();
  double* const errors = ready.errors.data();
  const int n = static_cast<int>(count);  // int: what vector registers convert to double
  for (int k = 0; k < n; ++k) {
    const auto [time, error] = regular.at(first + k);
    times[k] = time.hi;
    remainders[k] = time.lo;
    errors[k] = round_up(std::fabs(time.lo) + error);
  }
  if (nearest) {
    // What is not known of a time is greatest at one end; see has_one_nearest_double().
    const auto [last, last_error] = regular.at(first + (n - 1));
    const double reach = round_up(std::max(regular.at(first).rad, last_error) + last.hi * 0x1p-105);
    const auto straddles = [&](int k) {
      return times[k] + (remainders[k] + reach) != times[k] || times[k] + (remainders[k] - reach) != times[k];
    };
    int straddling = 0;
    for (int k = 0; k < n; ++k) straddling += straddles(k) ? 1 : 0;
    for (int k = 0; straddling > 0 && k < n; ++k) {
      if (straddles(k)) count = std::min(count, static_cast<std::size_t>(k));
    }
  }
  ready.next = 0;
  ready.size = count;
  return count;
}

}  // namespace lapicque::detail
