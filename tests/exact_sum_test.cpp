#include "numbers/exact_sum.hpp"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

#include "random.hpp"

namespace lapicque::detail {
namespace {

using Rational = boost::multiprecision::cpp_rational;

Rational value(const ExactSum& sum) {
  Rational total = 0;
  for (const double part : sum.parts()) total += Rational(part);
  return total;
}

TEST(ExactSum, AgreesWithRationalArithmetic) {
  testing::Random random;
  for (int round = 0; round < testing::cases(300); ++round) {
    ExactSum sum;
    Rational truth = 0;
    std::vector<double> added;
    for (int k = 0; k < 40; ++k) {
      const double term = std::ldexp(random.uniform(-1, 1), random.integer(-40, 40));
      sum.add(term);
      truth += Rational(term);
      added.push_back(term);
      const double a = random.uniform(-1, 1);
      const double b = std::ldexp(random.uniform(-1, 1), random.integer(-40, 40));
      EXPECT_TRUE(sum.add_product(a, b));
      truth += Rational(a) * Rational(b);
      sum.add_product(-a, b);
      truth -= Rational(a) * Rational(b);
      ASSERT_EQ(value(sum), truth);
      ASSERT_EQ(sum.sign(), truth.sign());
    }
    for (const double term : added) sum.add(-term);
    EXPECT_TRUE(sum.is_zero());
    EXPECT_EQ(sum.sign(), 0);
  }
}

TEST(ExactSum, LeavesNothingBehind) {
  ExactSum sum(0.1);
  sum.add(1e300);
  sum.add(-1e-300);
  sum.add(-0.1);
  sum.add(-1e300);
  EXPECT_EQ(sum.sign(), -1);
  sum.add(1e-300);
  EXPECT_TRUE(sum.is_zero());
}

TEST(ExactSum, SaysWhereAProductIsNotExact) {
  ExactSum sum;
  EXPECT_FALSE(sum.add_product(1e200, 1e200));
  EXPECT_FALSE(sum.add_product(0x1p-600, 0x1.1p-600));
  EXPECT_TRUE(sum.add_product(0, 0x1p-600));
}

}  // namespace
}  // namespace lapicque::detail
