#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace lapicque::detail {

/// A sum of doubles without rounding: what was added and taken away again leaves no trace, and ties are seen as ties.
///
/// Kept as a non-overlapping expansion in ascending magnitude, zeros left out [1]. Exact as long as no partial sum
/// overflows; what overflows stays infinite or not a number. A double spans 2098 bits, so that 40 parts are enough for
/// any sum of fewer than 2^22 x 2^53 terms.
///
/// [1] Shewchuk, Adaptive precision floating-point arithmetic and fast robust geometric predicates, 1997, section 2.
class ExactSum {
 public:
  ExactSum() = default;
  explicit ExactSum(double value) { *this = value; }
  ExactSum(const ExactSum& other) { *this = other; }
  ExactSum& operator=(const ExactSum& other) {
    std::copy_n(other.parts_.begin(), size_ = other.size_, parts_.begin());  // few of 44, and most events copy some
    return *this;
  }

  ExactSum& operator=(double value) {
    parts_[0] = value;
    size_ = value != 0 ? 1 : 0;
    return *this;
  }

  void add(double value) {
    std::size_t kept = 0;
    for (std::size_t k = 0; k < size_; ++k) {
      double part = parts_[k];
      if (std::fabs(value) < std::fabs(part)) std::swap(value, part);
      const double sum = value + part;
      if (!std::isfinite(sum)) {
        parts_[0] = sum;
        size_ = 1;
        return;
      }
      const double lost = part - (sum - value);
      if (lost != 0) parts_[kept++] = lost;
      value = sum;
    }
    if (value != 0) parts_[kept++] = value;
    size_ = kept;
  }
  void add(const ExactSum& other) {
    for (const double part : other.parts()) add(part);
  }
  void subtract(const ExactSum& other) {
    for (const double part : other.parts()) add(-part);
  }
  /// Adds a b. @return whether that was exact: it is unless the product overflows, or its last digit underflows
  bool add_product(double a, double b) {
    const double product = a * b;
    add(product);
    add(std::fma(a, b, -product));
    if (a == 0 || b == 0) return true;
    return std::isfinite(product) && last_bit(a) + last_bit(b) >= least_exponent;
  }
  void clear() { size_ = 0; }

  bool is_zero() const { return size_ == 0; }
  /// -1, 0 or 1: exact, as the last part outweighs all others together.
  int sign() const { return size_ == 0 ? 0 : parts_[size_ - 1] > 0 ? 1 : -1; }
  /// The parts, ascending in magnitude.
  std::span<const double> parts() const { return {parts_.data(), size_}; }

 private:
  static constexpr int least_exponent = -1074;  // of a double

  /// The exponent of the last bit that is set in a finite x != 0.
  static int last_bit(double x) {
    int exponent;
    const auto digits = static_cast<std::uint64_t>(std::ldexp(std::fabs(std::frexp(x, &exponent)), 53));
    return exponent - 53 + std::countr_zero(digits);
  }

  std::array<double, 44> parts_;
  std::size_t size_ = 0;
};

}  // namespace lapicque::detail
