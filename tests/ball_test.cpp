#include "numbers/ball.hpp"

#include <gtest/gtest.h>

#include "random.hpp"

namespace lapicque::detail {
namespace {

template <class Real>
class BallOf : public ::testing::Test {
 protected:
  using Wide = Multiprecision<300>;

  Ball<Real> random_ball(double smallest, double largest) {
    const double mid = random_.logarithmic(smallest, largest) * (random_.chance(0.5) ? 1 : -1);
    const double rad = random_.chance(0.7) ? std::fabs(mid) * random_.logarithmic(1e-18, 1e-3) : 0;
    return {Real(mid) / Real(3.0), Radius<Real>(rad)};
  }
  /// A number in the ball, at its edge more often than not.
  Wide pick(const Ball<Real>& ball) {
    return convert_real<Wide>(ball.mid) + convert_real<Wide>(Real(ball.rad)) * Wide(random_.integer(-2, 2)) / 2;
  }
  void expect_inside(const Wide& truth, const Ball<Real>& ball, const char* what) {
    const Wide off = abs(truth - convert_real<Wide>(ball.mid));
    EXPECT_LE(off, convert_real<Wide>(Real(ball.rad))) << what;
  }

  testing::Random random_;
};

using Reals = ::testing::Types<double, DoubleDouble, Real50, Real100>;
TYPED_TEST_SUITE(BallOf, Reals);

TYPED_TEST(BallOf, EnclosesWhatItComputes) {
  for (int k = 0; k < testing::cases(300); ++k) {
    const auto x = this->random_ball(1e-6, 1e3);
    const auto y = this->random_ball(1e-6, 1e3);
    const auto a = this->pick(x);
    const auto b = this->pick(y);
    this->expect_inside(a + b, x + y, "+");
    this->expect_inside(a - b, x - y, "-");
    this->expect_inside(a * b, x * y, "*");
    this->expect_inside(a / b, x / y, "/");
    this->expect_inside(exp(a / 10), exponential(x / Ball<TypeParam>(10.0)), "exp");
    this->expect_inside(expm1(a / 10), exponential_minus_one(x / Ball<TypeParam>(10.0)), "expm1");
    const auto waves = sine_cosine(x);
    this->expect_inside(sin(a), waves.sine, "sin");
    this->expect_inside(cos(a), waves.cosine, "cos");
    const auto z = this->random_ball(1e-9, 2.9);
    const auto minus = z.mid < TypeParam(0.0) ? z : -z;
    const auto c = this->pick(minus);
    this->expect_inside((exp(c) - 1) / c, phi1(minus), "phi1");
    this->expect_inside((exp(c) - 1 - c) / (c * c), phi2(minus), "phi2");
    this->expect_inside((1 - exp(c) * (1 - c)) / (c * c), chi(minus), "chi");
  }
}

TYPED_TEST(BallOf, ShowsNoSignItDoesNotKnow) {
  using Number = Ball<TypeParam>;
  const Number tiny(TypeParam(1e-30), Radius<TypeParam>(1e-30));
  EXPECT_FALSE(is_positive(tiny));
  EXPECT_FALSE(is_negative(-tiny));
  EXPECT_FALSE(is_positive(Number(1.0) / tiny));
  EXPECT_TRUE(is_positive(Number(TypeParam(1e-30), Radius<TypeParam>(0.9e-30))));
  EXPECT_TRUE(vanishes(Number(0.0)));
  EXPECT_FALSE(vanishes(Number(TypeParam(0.0), Radius<TypeParam>(1e-30))));
}

TEST(Ball, WidensWhenItIsRounded) {
  const Ball<Real50> third(Real50(1) / 3, Real50(1e-40));
  const Ball<double> rounded = convert_ball<double>(third);
  EXPECT_LE(abs(Real50(rounded.mid) - third.mid) + third.rad, Real50(rounded.rad));
  EXPECT_LT(rounded.rad, 1e-16);
}

}  // namespace
}  // namespace lapicque::detail
