#pragma once

#include <span>

namespace lapicque::diagnosis {

/// What becomes of the digits that are not printed.
enum class Printing { rounded, cut };

/// The last decimal or significant digit that printed times need: as many decimals as the time that needs most, or six
/// significant digits and more, as C's and C++'s default has them.
class PrintedPrecision {
 public:
  /// @param fewest_decimals  as many are taken as printed even where times need fewer
  PrintedPrecision(std::span<const double> times, int fewest_decimals);

  /// What the last printed digit of a time is worth, ms; 0 if they need more than 9 decimals and more than 9 digits.
  double unit(double time) const;

  /// Whether `printed` is what printing makes of `time`, but for the rounding of doubles.
  bool prints(double printed, double time, Printing printing) const;

 private:
  double decimal_ = 0;  ///< ms; 0 if they need more than 9 decimals
  int digits_ = 0;      ///< 0 if they need more than 9
};

/// How far arithmetic in doubles may be off a time, ms.
double of_double(double time);

}  // namespace lapicque::diagnosis
