#pragma once

#include <cstddef>
#include <type_traits>

#include "lapicque/spike_train.hpp"
#include "numbers/ball.hpp"
#include "numbers/double_double.hpp"
#include "numbers/real.hpp"

namespace lapicque::detail {

/// The spikes of a neuron that fires regularly, numbered from 0.
template <class Time>
struct Series {
  Ball<Time> start{};   ///< ms, > 0
  Ball<Time> period{};  ///< ms, > 0

  /// The time of spike k, ms, 0 <= k < 2^53. In double-double, four roundings are all that is added to what start and
  /// period are off by: of 1, 2, 2 and 3 times 2^-106 of it at most.
  [[gnu::always_inline]] Ball<Time> at(double k) const {
    if constexpr (std::is_same_v<Time, DoubleDouble>) {
      const DoubleDouble since = two_product(period.mid.hi, k);
      const DoubleDouble sum = two_sum(start.mid.hi, since.hi);
      const DoubleDouble time = quick_two_sum(sum.hi, sum.lo + (start.mid.lo + (since.lo + period.mid.lo * k)));
      return {time, (start.rad + k * period.rad + 0x1p-103 * time.hi) * (1 + 0x1p-48)};
    } else {
      return start + Ball<Time>(k) * period;
    }
  }
};

/// Makes the spikes number `first` to first + count - 1 ready, but for slope and condition; count <= ReadySpikes::most.
/// @param nearest  whether each has to tell which double is the nearest
/// @return how many do so, and are made ready: those from the first on
std::size_t make_ready(const Series<DoubleDouble>& series, double first, std::size_t count, bool nearest,
                       ReadySpikes& ready);

}  // namespace lapicque::detail
