#pragma once

#include <cstddef>

#include "lapicque/spike_train.hpp"
#include "numbers/ball.hpp"
#include "numbers/double_double.hpp"

namespace lapicque::detail {

/// The spikes of a neuron that fires regularly, numbered from 0.
struct Series {
  Ball<DoubleDouble> start{};   ///< ms, > 0
  Ball<DoubleDouble> period{};  ///< ms, > 0

  /// The time of spike k, ms, 0 <= k < 2^53. Four roundings are all that is added to what start and period are off by:
  /// of 1, 2, 2 and 3 times 2^-106 of it at most.
  [[gnu::always_inline]] Ball<DoubleDouble> at(double k) const {
    const DoubleDouble since = two_product(period.mid.hi, k);
    const DoubleDouble sum = two_sum(start.mid.hi, since.hi);
    const DoubleDouble time = quick_two_sum(sum.hi, sum.lo + (start.mid.lo + (since.lo + period.mid.lo * k)));
    return {time, (start.rad + k * period.rad + 0x1p-103 * time.hi) * (1 + 0x1p-48)};
  }
};

/// Makes the spikes number `first` to first + count - 1 ready, but for slope and condition; count <= ReadySpikes::most.
void make_ready(const Series& series, double first, std::size_t count, ReadySpikes& ready);

}  // namespace lapicque::detail
