#pragma once

#include <span>

namespace lapicque::diagnosis {

/// How far a printed time may be off its number: half a unit of the last decimal or significant digit that the times
/// need. Fewer than three decimals or six digits are taken for a grid of time, and not for a way to print.
class PrintedPrecision {
 public:
  explicit PrintedPrecision(std::span<const double> times);

  /// How far a time may be off, ms.
  double of_print(double time) const;

 private:
  double decimal_ = 0;  ///< ms; 0 if they need more than 9 decimals
  int digits_ = 0;      ///< 0 if they need more than 9
};

}  // namespace lapicque::diagnosis
