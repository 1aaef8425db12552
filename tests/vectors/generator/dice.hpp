#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace lapicque::vectors {

/// Random numbers that are the same on every machine, with few decimals so that the files stay readable.
class Dice {
 public:
  /// @param scale  10 to the number of decimals
  Dice(std::uint64_t seed, double scale) : engine_(seed), scale_(scale) {}

  double between(double low, double high) {
    const double share = static_cast<double>(engine_() >> 11) * 0x1p-53;
    return std::round(scale_ * (low + (high - low) * share)) / scale_;
  }

 private:
  std::mt19937_64 engine_;
  double scale_;
};

}  // namespace lapicque::vectors
