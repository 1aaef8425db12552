#include "interval.hpp"

#include <algorithm>
#include <memory>

namespace lapicque::detail {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

mpfr_rnd_t mpfr_rounding(Rounding rounding) {
  return rounding == Rounding::down ? MPFR_RNDD : rounding == Rounding::up ? MPFR_RNDU : MPFR_RNDN;
}

/// 0.DIGITS 10^exponent, written as people do.
std::string positional(std::string digits, long exponent) {
  std::string text;
  if (digits.starts_with('-')) {
    text = "-";
    digits.erase(0, 1);
  }
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  if (digits.empty()) return "0";
  const auto count = static_cast<long>(digits.size());
  if (exponent <= -6 || exponent > 40) {
    text.append(digits, 0, 1);
    if (count > 1) text.append(".").append(digits, 1);
    return text.append("e").append(std::to_string(exponent - 1));
  }
  if (exponent <= 0) return text.append("0.").append(static_cast<std::size_t>(-exponent), '0').append(digits);
  if (count <= exponent) return text.append(digits).append(static_cast<std::size_t>(exponent - count), '0');
  const auto point = static_cast<std::size_t>(exponent);
  return text.append(digits, 0, point).append(".").append(digits, point);
}

std::string digits_of(mpfr_srcptr x, long digits, Rounding rounding) {
  if (mpfr_zero_p(x) != 0) return "0";
  mpfr_exp_t exponent = 0;
  const std::unique_ptr<char, void (*)(char*)> text(
      mpfr_get_str(nullptr, &exponent, 10, static_cast<std::size_t>(std::max(2L, digits)), x, mpfr_rounding(rounding)),
      mpfr_free_str);
  return positional(text.get(), exponent);
}

/// log10 of |x|, rounded up or one more; 0 for 0.
long decimal_exponent(mpfr_srcptr x) {
  if (mpfr_zero_p(x) != 0) return 0;
  constexpr double log_of_2 = 0.30103;
  return static_cast<long>(static_cast<double>(mpfr_get_exp(x)) * log_of_2) + 1;
}

}  // namespace

thread_local long WorkingPrecision::current_ = 256;

Interval Interval::middle() const {
  Interval result{Uninitialised{}};
  mpfi_mid(&result.value_[0].left, value_);
  mpfr_set(&result.value_[0].right, &result.value_[0].left, MPFR_RNDN);
  return result;
}

Interval Interval::from_decimal(const std::string& decimal) {
  Interval result{Uninitialised{}};
  mpfr_set_str(&result.value_[0].left, decimal.c_str(), 10, MPFR_RNDD);
  mpfr_set_str(&result.value_[0].right, decimal.c_str(), 10, MPFR_RNDU);
  return result;
}

Interval greater_upper(const Interval& a, const Interval& b) {
  return mpfr_greater_p(a.high(), b.high()) != 0 ? a.upper() : b.upper();
}

bool is_decimal(const std::string& text) {
  constexpr std::size_t longest = 20000;
  if (text.size() > longest) return false;
  auto c = text.begin();
  const auto skip_digits = [&] {
    const auto first = c;
    while (c != text.end() && is_digit(*c)) ++c;
    return c - first;
  };
  if (c != text.end() && *c == '-') ++c;
  if (skip_digits() == 0) return false;
  if (c != text.end() && *c == '.') {
    ++c;
    if (skip_digits() == 0) return false;
  }
  if (c != text.end() && *c == 'e') {
    ++c;
    if (c != text.end() && (*c == '-' || *c == '+')) ++c;
    const auto count = skip_digits();
    if (count == 0 || count > 5) return false;
  }
  return c == text.end();
}

std::string to_decimal(const Interval& x, long places, Rounding rounding) {
  const Interval number = rounding == Rounding::down  ? x.lower()
                          : rounding == Rounding::up ? x.upper()
                                                     : x.middle();
  return digits_of(number.low(), places + decimal_exponent(number.low()), rounding);
}

std::string to_digits(const Interval& x, long digits, Rounding rounding) {
  const Interval number = rounding == Rounding::down  ? x.lower()
                          : rounding == Rounding::up ? x.upper()
                                                     : x.middle();
  return digits_of(number.low(), digits, rounding);
}

std::string exact_decimal(const Interval& x) {
  if (x.is_zero()) return "0";
  const long exponent = mpfr_get_exp(x.low());
  const long fraction_bits = std::max(0L, static_cast<long>(mpfr_min_prec(x.low())) - exponent);
  // Each bit behind the point takes one decimal place.
  return digits_of(x.low(), fraction_bits + std::max(0L, decimal_exponent(x.low())) + 1, Rounding::nearest);
}

}  // namespace lapicque::detail
