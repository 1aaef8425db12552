#pragma once

#include <array>
#include <cstddef>

namespace lapicque::detail {

/// Spikes of a SpikeTrain that are worked out and not asked for yet: see Spike.
struct ReadySpikes {
  static constexpr std::size_t most = 64;
  std::size_t next = 0;
  std::size_t size = 0;
  std::array<double, most> times;
  std::array<double, most> remainders;
  std::array<double, most> errors;
  double slope = 0;
  double condition = 0;
};

}  // namespace lapicque::detail
