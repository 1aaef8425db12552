#include "solver/skip/series.hpp"

#include <cmath>

#include "numbers/fused.hpp"

namespace lapicque::detail {

LAPICQUE_FOR_FUSED_TOO
void make_ready(const Series& series, double first, std::size_t count, ReadySpikes& ready) {
  const Series regular = series;  // which no store can change, so that several spikes are worked out at once
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
  ready.next = 0;
  ready.size = count;
}

}  // namespace lapicque::detail
