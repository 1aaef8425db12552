#include "numbers/double_double.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "numbers/real.hpp"
#include "random.hpp"

namespace lapicque::detail {
namespace {

Real100 exactly(const DoubleDouble& x) { return Real100(x.hi) + Real100(x.lo); }

double relative_error(const DoubleDouble& got, const Real100& truth) {
  return static_cast<double>(abs((exactly(got) - truth) / truth));
}

/// A random number of 106 bits, uniform in the logarithm of its magnitude.
DoubleDouble draw(testing::Random& random, double smallest, double largest) {
  const double hi = random.logarithmic(smallest, largest) * (random.chance(0.5) ? 1 : -1);
  return quick_two_sum(hi, random.uniform(-0.5, 0.5) * (std::nextafter(std::fabs(hi), INFINITY) - std::fabs(hi)));
}

const int cases = testing::cases(20000);
constexpr double unit = 0x1p-102;
constexpr double function_unit = 0x1p-98;

TEST(DoubleDouble, ArithmeticIsGoodTo102Bits) {
  testing::Random random;
  double worst = 0;
  for (int k = 0; k < cases; ++k) {
    const DoubleDouble a = draw(random, 1e-9, 1e9);
    // Every other time nearly -a, so that sums cancel.
    const DoubleDouble b = k % 2 ? draw(random, 1e-9, 1e9) : -a * (1 + std::ldexp(1.0, -(k / 2) % 60));
    const Real100 x = exactly(a);
    const Real100 y = exactly(b);
    if (x + y != 0) worst = std::max(worst, relative_error(a + b, x + y));
    if (x - y != 0) worst = std::max(worst, relative_error(a - b, x - y));
    worst = std::max(worst, relative_error(a * b, x * y));
    worst = std::max(worst, relative_error(a * b.hi, x * Real100(b.hi)));
    worst = std::max(worst, relative_error(a / b, x / y));
  }
  EXPECT_LE(worst, unit) << "worst relative error 2^" << std::log2(worst);
}

TEST(DoubleDouble, ExponentialIsGoodTo98Bits) {
  testing::Random random;
  double worst = 0;
  double worst_minus_one = 0;
  for (int k = 0; k < cases; ++k) {
    const DoubleDouble x = draw(random, 1e-20, 650);
    const Real100 truth = exp(exactly(x));
    worst = std::max(worst, relative_error(exponential(x), truth));
    worst_minus_one = std::max(worst_minus_one, relative_error(exponential_minus_one(x), expm1(exactly(x))));
  }
  EXPECT_LE(worst, function_unit) << "2^" << std::log2(worst);
  EXPECT_LE(worst_minus_one, function_unit) << "2^" << std::log2(worst_minus_one);
}

TEST(DoubleDouble, ExponentialGoesToItsLimits) {
  EXPECT_EQ(exponential(DoubleDouble(0)).hi, 1);
  EXPECT_EQ(exponential(DoubleDouble(-1e9)).hi, 0);
  EXPECT_EQ(exponential(DoubleDouble(1e9)).hi, INFINITY);
  EXPECT_EQ(exponential_minus_one(DoubleDouble(-1e9)).hi, -1);
  EXPECT_EQ(exponential_minus_one(DoubleDouble(0)).hi, 0);
  EXPECT_TRUE(std::isnan(exponential(DoubleDouble(NAN)).hi));
  EXPECT_NEAR(exponential(DoubleDouble(-744)).hi, std::exp(-744.0), 0x1p-1073);
}

TEST(DoubleDouble, SineAndCosineAreGoodTo98Bits) {
  testing::Random random;
  double worst = 0;
  for (int k = 0; k < cases; ++k) {
    const DoubleDouble x = k % 3 ? draw(random, 1e-30, 10) : draw(random, 10, k % 2 ? 1e6 : 0x1p50);
    const auto [sine, cosine] = sine_cosine(x);
    const double size = std::fabs(x.hi);
    worst = std::max(worst, static_cast<double>(abs(exactly(sine) - sin(exactly(x)))) / size);
    worst = std::max(worst, static_cast<double>(abs(exactly(cosine) - cos(exactly(x)))) / (1 + size));
  }
  EXPECT_LE(worst, function_unit) << "2^" << std::log2(worst);
}

TEST(DoubleDouble, TellsNeighboursApart) {
  const DoubleDouble one(1);
  const DoubleDouble more(1, 0x1p-80);
  EXPECT_TRUE(one < more);
  EXPECT_TRUE(more > one);
  EXPECT_FALSE(one == more);
  EXPECT_TRUE(one <= one && one >= one);
  EXPECT_EQ((more - one).hi, 0x1p-80);
}

}  // namespace
}  // namespace lapicque::detail
