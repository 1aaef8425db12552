#pragma once

#include <mpfi.h>

#include <string>

namespace lapicque::detail {

/// How many bits the numbers have that this thread makes, for as long as the object lives.
///
/// Kept here rather than by Boost's mpfi_float, whose precision is one for all threads, and whose comparisons end the
/// program where two intervals overlap.
class WorkingPrecision {
 public:
  explicit WorkingPrecision(long bits) : before_(current) { current = bits; }
  ~WorkingPrecision() { current = before_; }
  WorkingPrecision(const WorkingPrecision&) = delete;
  WorkingPrecision& operator=(const WorkingPrecision&) = delete;

  static long bits() noexcept { return current; }

 private:
  static thread_local long current;
  long before_;
};

/// A closed interval of real numbers: the result of an operation contains all results for all numbers in its operands
/// [R. Moore, Interval Analysis, 1966; MPFI, https://gitlab.inria.fr/mpfi/mpfi].
class Interval {
 public:
  Interval() : Interval(0.0) {}
  /// Exactly `x`, if the precision has at least 53 bits.
  Interval(double x) {  // NOLINT(google-explicit-constructor): doubles are numbers as they are
    mpfi_init2(value_, WorkingPrecision::bits());
    mpfi_set_d(value_, x);
  }
  Interval(const Interval& other) {
    mpfi_init2(value_, WorkingPrecision::bits());
    mpfi_set(value_, other.value_);
  }
  Interval(Interval&& other) noexcept {
    value_[0] = other.value_[0];
    other.value_[0].left._mpfr_d = nullptr;
  }
  Interval& operator=(const Interval& other) {
    if (this != &other) *this = Interval(other);
    return *this;
  }
  Interval& operator=(Interval&& other) noexcept {
    mpfi_swap(value_, other.value_);
    return *this;
  }
  ~Interval() {
    if (value_[0].left._mpfr_d != nullptr) mpfi_clear(value_);
  }

  /// The least interval that contains both.
  static Interval hull(const Interval& a, const Interval& b) { return make(mpfi_union, a, b); }
  static Interval pi() {
    Interval result;
    mpfi_const_pi(result.value_);
    return result;
  }
  /// The least interval around the number that a decimal (see is_decimal) stands for.
  static Interval from_decimal(const std::string& decimal);

  friend Interval operator+(const Interval& a, const Interval& b) { return make(mpfi_add, a, b); }
  friend Interval operator-(const Interval& a, const Interval& b) { return make(mpfi_sub, a, b); }
  friend Interval operator*(const Interval& a, const Interval& b) { return make(mpfi_mul, a, b); }
  friend Interval operator/(const Interval& a, const Interval& b) { return make(mpfi_div, a, b); }
  friend Interval operator-(const Interval& a) { return make(mpfi_neg, a); }
  Interval& operator+=(const Interval& b) {
    mpfi_add(value_, value_, b.value_);
    return *this;
  }
  friend Interval exp(const Interval& a) { return make(mpfi_exp, a); }
  friend Interval log(const Interval& a) { return make(mpfi_log, a); }
  friend Interval sin(const Interval& a) { return make(mpfi_sin, a); }
  friend Interval cos(const Interval& a) { return make(mpfi_cos, a); }
  /// a 2^exponent
  friend Interval scaled(const Interval& a, long exponent) {
    Interval result;
    mpfi_mul_2si(result.value_, a.value_, exponent);
    return result;
  }

  // What holds for each number in the interval, and never for one that is not a number, of which mpfr_sgn is 0:
  bool is_negative() const { return mpfr_sgn(low()) < 0 && mpfr_sgn(high()) < 0; }
  bool is_positive() const { return mpfr_sgn(low()) > 0 && mpfr_sgn(high()) > 0; }
  bool is_not_negative() const { return mpfr_nan_p(low()) == 0 && mpfr_sgn(low()) >= 0; }
  bool is_not_positive() const { return mpfr_nan_p(high()) == 0 && mpfr_sgn(high()) <= 0; }
  bool is_zero() const { return mpfr_zero_p(low()) != 0 && mpfr_zero_p(high()) != 0; }
  /// Each number of a is less (not greater) than each number of b.
  friend bool before(const Interval& a, const Interval& b) { return mpfr_less_p(a.high(), b.low()) != 0; }
  friend bool not_after(const Interval& a, const Interval& b) { return mpfr_lessequal_p(a.high(), b.low()) != 0; }
  /// Both are one number, and it is the same.
  friend bool same_point(const Interval& a, const Interval& b) {
    return a.is_point() && b.is_point() && mpfr_equal_p(a.low(), b.low()) != 0;
  }

  bool is_point() const { return mpfr_equal_p(low(), high()) != 0; }
  Interval lower() const { return point(low()); }
  Interval upper() const { return point(high()); }
  Interval middle() const;
  double nearest_double() const { return mpfi_get_d(value_); }

  mpfr_srcptr low() const { return &value_[0].left; }
  mpfr_srcptr high() const { return &value_[0].right; }

 private:
  template <class Function, class... Operands>
  static Interval make(Function function, const Operands&... operands) {
    Interval result{Uninitialised{}};
    function(result.value_, operands.value_...);
    return result;
  }
  static Interval point(mpfr_srcptr x) {
    Interval result{Uninitialised{}};
    mpfi_set_fr(result.value_, x);
    return result;
  }
  struct Uninitialised {};
  explicit Interval(Uninitialised) { mpfi_init2(value_, WorkingPrecision::bits()); }

  mpfi_t value_;
};

/// The greater of the two intervals' upper ends.
Interval greater_upper(const Interval& a, const Interval& b);

/// Whether a text is a decimal number as certificates have it: "-12.5", "3e-300"; no more than 20000 characters, and an
/// exponent of no more than 5 digits.
bool is_decimal(const std::string& text);

enum class Rounding { down, nearest, up };

/// The lower end (rounded down), the middle or the upper end (rounded up) of an interval, with so many places after the
/// decimal point, or more.
std::string to_decimal(const Interval& x, long places, Rounding rounding);

/// The same with so many significant digits.
std::string to_digits(const Interval& x, long digits, Rounding rounding);

/// All digits of a number, which is a dyadic rational. @pre x.is_point()
std::string exact_decimal(const Interval& x);

}  // namespace lapicque::detail
