#include "solver/root.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"

// A crossing's time in its bracket, against closed forms in 100 digits.

namespace lapicque::detail {
namespace {

template <class Real>
class RootIn : public ::testing::Test {};
using Reals = ::testing::Types<double, DoubleDouble, Real50>;
TYPED_TEST_SUITE(RootIn, Reals, );

template <class Real>
void expect_root(const Root<Real>& root, const Real100& truth) {
  EXPECT_TRUE(root.is_clear);
  const Real100 off = abs(convert_real<Real100>(root.offset) - truth);
  EXPECT_LE(off, convert_radius<Real100>(root.error));
  EXPECT_LE(convert_radius<Real100>(root.error),
            truth * convert_real<Real100>(Real(RealTraits<Real>::function_unit)) * 500);
}

template <class Real>
Trajectory<Ball<Real>> membrane(double start, double level) {
  Trajectory<Ball<Real>> x;
  x.tau = Ball<Real>(8.0);
  x.rate = Ball<Real>(0.125);
  x.start = Ball<Real>(start);
  x.level = Ball<Real>(level);
  x.level_parts = std::fabs(level);
  return x;
}

TYPED_TEST(RootIn, AConstantDriveIsALogarithm) {
  // x(s) = 25 (1 - e^(-s/8)) - 20 is 0 at 8 ln 5, where dx/ds = 5/8; a millivolt shifts it by 8/5 ms, and 8 mV are in
  // it.
  const auto root = root_in<TypeParam>({TypeParam(0.0), TypeParam(13.0)}, membrane<TypeParam>(-20, 5), 0);
  expect_root(root, 8 * log(Real100(5)));
  EXPECT_NEAR(convert_radius<double>(root.slope), 0.625, 1e-13);
  EXPECT_NEAR(root.condition, 8 / 8.0 / 0.625, 1e-12);
}

TYPED_TEST(RootIn, ASynapseOfTwiceTheTimeConstantIsASquareRoot) {
  // tau_s = 16: with q = e^(-s/16), x = -20 q^2 + 2 * 30 (q - q^2) - 5 (1 - q^2) = 0 is a quadratic in q.
  using Number = Ball<TypeParam>;
  auto x = membrane<TypeParam>(-20, -5);
  x.decays.push_back({Number(1 / 16.0), Number(0.5), Number(30.0), Number(0.0)});
  const Real100 q = (60 + sqrt(Real100(3600 - 4 * 75 * 5))) / 150;  // 75 q^2 - 60 q + 5 = 0, the greater root first
  const Real100 truth = -16 * log(q);
  const TypeParam middle = convert_real<TypeParam>(Real100(16 * log(Real100(2))));
  expect_root(root_in<TypeParam>({TypeParam(0.0), middle}, x, 0), truth);
}

TYPED_TEST(RootIn, AStraightLineIsMetExactly) {
  // tau dx/ds = -x + d with d = s - 5 and x(0) = -13 has the solution x = s - 13.
  auto x = membrane<TypeParam>(-13, -5);
  x.slope = Ball<TypeParam>(1.0);
  expect_root(root_in<TypeParam>({TypeParam(1.0), TypeParam(100.0)}, x, 0), 13);
}

TEST(CornerRoot, FindsTheRootFromAnyGuess) {
  for (const double guess : {-1.0, 0.1, 1.41, 1.9, 1e9}) {
    const auto found = corner_root<double>(0, 2, guess, [](double s) { return Sample<double>{s * s - 2, 2 * s, 0}; });
    EXPECT_NEAR(found.root, std::sqrt(2.0), 1e-15) << guess;
    EXPECT_LE(found.low, found.root);
    EXPECT_GE(found.high, found.root);
  }
}

TEST(CornerRoot, CrossesManyOrdersOfMagnitude) {
  // Newton's method on ln s - ln 1e-200 from 1 leaves the bracket at once.
  const auto found = corner_root<double>(0, 1, 0.5, [](double s) {
    return Sample<double>{std::log(s) - std::log(1e-200), 1 / s, 1e-13};
  });
  EXPECT_NEAR(found.root / 1e-200, 1, 1e-12);
}

}  // namespace
}  // namespace lapicque::detail
