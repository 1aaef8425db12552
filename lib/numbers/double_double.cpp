#include "numbers/double_double.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "numbers/fused.hpp"

namespace lapicque::detail {
namespace {

constexpr double ln2_high = 0x1.62e42fefa39efp-1;
constexpr double ln2_middle = 0x1.abc9e3b39803fp-56;
constexpr double ln2_low = 0x1.7b57a079a1934p-111;
constexpr double pi_high = 0x1.921fb54442d18p+1;
constexpr double pi_middle = 0x1.1a62633145c07p-53;
constexpr double pi_low = -0x1.f1976b7ed8fbcp-109;

/// x - k c for a constant c in three parts: the product with the first is exact and cancels, so that the difference
/// keeps its relative precision unless x is within 2^-50 of a multiple of c.
DoubleDouble reduce(const DoubleDouble& x, double k, double high, double middle, double low) {
  return ((x - two_product(k, high)) - two_product(k, middle)) - DoubleDouble(k * low);
}

constexpr std::size_t inverse_factorials = 32;

/// 1/n!
const DoubleDouble& inverse_factorial(std::size_t n) {
  static const auto table = [] {
    std::array<DoubleDouble, inverse_factorials> values;
    values[0] = 1;
    for (std::size_t k = 1; k < values.size(); ++k) values[k] = values[k - 1] / DoubleDouble(static_cast<double>(k));
    return values;
  }();
  return table[n];
}

/// e^x - 1 for |x| < 0.35, by its Taylor series.
DoubleDouble exponential_minus_one_series(const DoubleDouble& x) {
  DoubleDouble sum = inverse_factorial(27);
  for (std::size_t n = 26; n >= 1; --n) sum = sum * x + inverse_factorial(n);
  return sum * x;
}

constexpr int table_steps = 64;  // to one doubling: the reduced argument is then at most ln2/128
constexpr int table_middle = 32;

/// 2^(j/64) - 1 for j = -32 .. 31, at index j + 32.
const DoubleDouble& power_minus_one(int j) {
  static const auto table = [] {
    std::array<DoubleDouble, table_steps> values;
    const DoubleDouble ln2{ln2_high, ln2_middle};
    for (int k = 0; k < table_steps; ++k) {
      values[static_cast<std::size_t>(k)] =
          exponential_minus_one_series(ln2 * ((k - table_middle) / static_cast<double>(table_steps)));
    }
    return values;
  }();
  return table[static_cast<std::size_t>(j + table_middle)];
}

/// 2^k, -1022 <= k <= 1023.
double power_of_two(int k) { return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52U); }

DoubleDouble scale(const DoubleDouble& x, int k) {
  // In two factors, each a normal number, as 2^k alone may underflow where x 2^k does not.
  const double first = power_of_two(k / 2);
  const double second = power_of_two(k - k / 2);
  return {x.hi * first * second, x.lo * first * second};
}

struct ReducedExponential {
  DoubleDouble minus_one;  // e^x / 2^power - 1, between 2^-1/2 - 1 and 2^1/2 - 1
  int power;
};

/// e^x = 2^power 2^(j/64) e^r with |r| <= ln2/128; |x| < 1100.
ReducedExponential reduced_exponential(const DoubleDouble& x) {
  const double steps = std::nearbyint(x.hi * (table_steps / ln2_high));
  const int all = static_cast<int>(steps);
  const int power = (all + table_middle) >> 6;  // rounds down, so that -32 <= j < 32
  const int j = all - power * table_steps;
  const DoubleDouble r = reduce(x, steps / table_steps, ln2_high, ln2_middle, ln2_low);

  // e^r - 1: from the seventh power on, terms are below 2^-53 of the whole, and double is enough for them.
  const double h = r.hi;
  const double tail =
      h * (1.0 / 5040 +
           h * (1.0 / 40320 + h * (1.0 / 362880 + h * (1.0 / 3628800 + h * (1.0 / 39916800 + h / 479001600)))));
  DoubleDouble sum = inverse_factorial(6) + DoubleDouble(tail);
  for (std::size_t n = 5; n >= 1; --n) sum = sum * r + inverse_factorial(n);
  const DoubleDouble small = sum * r;

  const DoubleDouble& base = power_minus_one(j);
  return {base + (small + base * small), power};
}

constexpr int angle_steps = 256;  // to half a turn: the reduced angle is then at most pi/512

/// sin and cos of |x| < 1.6, by their Taylor series.
SineCosine<DoubleDouble> sine_cosine_series(const DoubleDouble& x) {
  const DoubleDouble square = x * x;
  DoubleDouble sine = inverse_factorial(29);
  for (std::size_t n = 27; n <= 27; n -= 2) sine = inverse_factorial(n) - sine * square;
  DoubleDouble cosine = inverse_factorial(30);
  for (std::size_t n = 28; n <= 28; n -= 2) cosine = inverse_factorial(n) - cosine * square;
  return {sine * x, cosine};
}

/// sin and cos of j pi/256 for j = -64 .. 63, at index j + 64.
const SineCosine<DoubleDouble>& sine_cosine_of_step(int j) {
  static const auto table = [] {
    std::array<SineCosine<DoubleDouble>, angle_steps / 2> values;
    const DoubleDouble pi{pi_high, pi_middle};
    for (int k = 0; k < angle_steps / 2; ++k) {
      values[static_cast<std::size_t>(k)] =
          sine_cosine_series(pi * ((k - angle_steps / 4) / static_cast<double>(angle_steps)));
    }
    return values;
  }();
  return table[static_cast<std::size_t>(j + angle_steps / 4)];
}

}  // namespace

LAPICQUE_FOR_FUSED_TOO DoubleDouble exponential(const DoubleDouble& x) {
  if (!(x.hi > -746)) return std::isnan(x.hi) ? x.hi : 0.0;
  if (x.hi > 710) return std::numeric_limits<double>::infinity();
  const auto [minus_one, power] = reduced_exponential(x);
  return scale(minus_one + DoubleDouble(1), power);
}

LAPICQUE_FOR_FUSED_TOO DoubleDouble exponential_minus_one(const DoubleDouble& x) {
  if (!(x.hi > -80)) return std::isnan(x.hi) ? x.hi : -1.0;
  if (x.hi > 710) return std::numeric_limits<double>::infinity();
  const auto [minus_one, power] = reduced_exponential(x);
  if (power == 0) return minus_one;
  return scale(minus_one + DoubleDouble(1), power) - DoubleDouble(1);
}

LAPICQUE_FOR_FUSED_TOO SineCosine<DoubleDouble> sine_cosine(const DoubleDouble& x) {
  if (!std::isfinite(x.hi)) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    return {nan, nan};
  }
  DoubleDouble angle = x;
  if (std::fabs(x.hi) > 0x1p40) {  // whole turns first, as the steps below must be fewer than 2^53
    const double turns = std::nearbyint(x.hi / (2 * pi_high));
    angle = reduce(x, 2 * turns, pi_high, pi_middle, pi_low);
  }
  const double steps = std::nearbyint(angle.hi * (angle_steps / pi_high));
  const DoubleDouble r = reduce(angle, steps / angle_steps, pi_high, pi_middle, pi_low);
  const auto all = static_cast<std::int64_t>(steps) + angle_steps / 4;
  const int j = static_cast<int>(all & (angle_steps / 2 - 1)) - angle_steps / 4;

  // sin r = r + r small and cos r = 1 - versine: from the sixth power on, terms are below 2^-53 of the whole, and
  // double is enough for them.
  const DoubleDouble square = r * r;
  const double q = square.hi;
  const double sine_tail = q * (1.0 / 5040 - q * (1.0 / 362880 - q / 39916800));
  const double versine_tail = q * (1.0 / 720 - q * (1.0 / 40320 - q / 3628800));
  const DoubleDouble small =
      square * (square * (inverse_factorial(5) - DoubleDouble(sine_tail)) - inverse_factorial(3));
  const DoubleDouble sine_r = r + r * small;
  const DoubleDouble versine =
      square * (DoubleDouble(0.5) - square * (inverse_factorial(4) - DoubleDouble(versine_tail)));

  const auto& [sine_j, cosine_j] = sine_cosine_of_step(j);
  const DoubleDouble sine = sine_j + (cosine_j * sine_r - sine_j * versine);
  const DoubleDouble cosine = cosine_j - (sine_j * sine_r + cosine_j * versine);
  switch ((all >> 7) & 3) {  // quarter turns, rounded down
    case 0:
      return {sine, cosine};
    case 1:
      return {cosine, -sine};
    case 2:
      return {-sine, -cosine};
    default:
      return {-cosine, sine};
  }
}

}  // namespace lapicque::detail
