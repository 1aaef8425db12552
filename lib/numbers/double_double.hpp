#pragma once

#include <cmath>

#ifdef __FAST_MATH__
#error "lapicque needs IEEE arithmetic: do not compile it with -ffast-math"
#endif

namespace lapicque::detail {

/// The unevaluated sum hi + lo, |lo| <= ulp(hi)/2: a real number of 106 bits.
///
/// Sums, differences, products and quotients are good to 2^-102 relative, exp and expm1 to 2^-98 relative, sine to
/// 2^-98 for each radian of its argument, cosine to that and 2^-98 more; double_double_test.cpp measures it. The range
/// is that of double; below 2^-960 the low part loses its digits, and only an absolute error of 2^-1070 is promised.
/// Algorithms: Joldes, Muller, Popescu, Tight and rigorous error bounds for basic building blocks of double-word
/// arithmetic, ACM TOMS 44 (2017): AccurateDWPlusDW, DWPlusFP, DWTimesDW1, DWTimesFP2 and DWDivDW2, each below 2^-102.
struct DoubleDouble {
  double hi = 0;
  double lo = 0;

  constexpr DoubleDouble() = default;
  constexpr DoubleDouble(double value) : hi(value) {}  // NOLINT(google-explicit-constructor): a double is one exactly
  constexpr DoubleDouble(double high, double low) : hi(high), lo(low) {}
  explicit constexpr operator double() const { return hi; }
};

/// a + b, exactly.
inline DoubleDouble two_sum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

/// a + b, exactly, where |a| >= |b| or a = 0.
inline DoubleDouble quick_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a b, exactly (unless it underflows).
inline DoubleDouble two_product(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

inline DoubleDouble operator-(const DoubleDouble& a) { return {-a.hi, -a.lo}; }

inline DoubleDouble operator+(const DoubleDouble& a, const DoubleDouble& b) {
  DoubleDouble high = two_sum(a.hi, b.hi);
  const DoubleDouble low = two_sum(a.lo, b.lo);
  high = quick_two_sum(high.hi, high.lo + low.hi);
  return quick_two_sum(high.hi, high.lo + low.lo);
}

inline DoubleDouble operator+(const DoubleDouble& a, double b) {
  const DoubleDouble high = two_sum(a.hi, b);
  return quick_two_sum(high.hi, high.lo + a.lo);
}

inline DoubleDouble operator-(const DoubleDouble& a, const DoubleDouble& b) { return a + -b; }

inline DoubleDouble operator*(const DoubleDouble& a, const DoubleDouble& b) {
  const DoubleDouble product = two_product(a.hi, b.hi);
  const double cross = a.hi * b.lo + a.lo * b.hi;
  return quick_two_sum(product.hi, product.lo + cross);
}

inline DoubleDouble operator*(const DoubleDouble& a, double b) {
  const DoubleDouble product = two_product(a.hi, b);
  return quick_two_sum(product.hi, a.lo * b + product.lo);
}

inline DoubleDouble operator/(const DoubleDouble& a, const DoubleDouble& b) {
  const double first = a.hi / b.hi;
  const DoubleDouble rest = a - b * first;
  const double second = rest.hi / b.hi;
  const DoubleDouble rest2 = rest - b * second;
  const DoubleDouble quotient = quick_two_sum(first, second);
  return quotient + DoubleDouble(rest2.hi / b.hi);
}

/// a b + c: half as long as product and sum one after the other, and good to 2^-102 of |a b| + |c|.
inline DoubleDouble multiply_add(const DoubleDouble& a, const DoubleDouble& b, const DoubleDouble& c) {
  const DoubleDouble product = two_product(a.hi, b.hi);
  const DoubleDouble sum = two_sum(product.hi, c.hi);
  const double low = (product.lo + (a.hi * b.lo + a.lo * b.hi)) + c.lo;
  return quick_two_sum(sum.hi, sum.lo + low);
}
inline double multiply_add(double a, double b, double c) { return a * b + c; }

inline DoubleDouble& operator+=(DoubleDouble& a, const DoubleDouble& b) { return a = a + b; }
inline DoubleDouble& operator-=(DoubleDouble& a, const DoubleDouble& b) { return a = a - b; }
inline DoubleDouble& operator*=(DoubleDouble& a, const DoubleDouble& b) { return a = a * b; }

inline bool operator<(const DoubleDouble& a, const DoubleDouble& b) {
  return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}
inline bool operator>(const DoubleDouble& a, const DoubleDouble& b) { return b < a; }
inline bool operator<=(const DoubleDouble& a, const DoubleDouble& b) {
  return a.hi < b.hi || (a.hi == b.hi && a.lo <= b.lo);
}
inline bool operator>=(const DoubleDouble& a, const DoubleDouble& b) { return b <= a; }
inline bool operator==(const DoubleDouble& a, const DoubleDouble& b) { return a.hi == b.hi && a.lo == b.lo; }

/// e^x; 0 far below the range, infinite above it.
DoubleDouble exponential(const DoubleDouble& x);

/// e^x - 1, to full relative precision around 0 too.
DoubleDouble exponential_minus_one(const DoubleDouble& x);

template <class T>
struct SineCosine {
  T sine;
  T cosine;
};

/// sin x and cos x, |x| < 2^50.
SineCosine<DoubleDouble> sine_cosine(const DoubleDouble& x);

}  // namespace lapicque::detail
