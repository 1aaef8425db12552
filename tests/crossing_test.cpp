#include "solver/crossing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"

// Each case of the lemma alone, on a membrane of tau_m = 8 ms, by closed forms in 50 digits.

namespace lapicque::detail {
namespace {

using Number = Ball<double>;

/// What is asked about a sign that stays unclear.
struct Asked {
  int times = 0;
  double last_distance = 0;
  bool counts_as_touch(double /*time*/, double distance) {
    ++times;
    last_distance = distance;
    return false;
  }
};

Trajectory<Number> membrane(double start, double level) {
  Trajectory<Number> x;
  x.tau = Number(8.0);
  x.rate = Number(0.125);
  x.start = Number(start);
  x.level = Number(level);
  return x;
}

FirstCrossing<double> search(const Trajectory<Number>& x, double length, Asked& asked) {
  return first_crossing<double>(x, 0, length, x.at(Number(length)), true, asked);
}

/// The bracket of the first crossing; empty where it is certain that there is none.
std::optional<Bracket<double>> bracket(const Trajectory<Number>& x, double length) {
  Asked asked;
  const auto found = search(x, length, asked);
  EXPECT_TRUE(found.is_clear);
  EXPECT_EQ(asked.times, 0);
  return found.bracket;
}

TEST(Crossing, NeedsAPositiveDrive) {
  EXPECT_FALSE(bracket(membrane(-5, -1), 1e6));
  EXPECT_FALSE(bracket(membrane(-5, 0), 1e6));  // the rheobase: x nears 0 for ever
}

TEST(Crossing, NeedsTheTimeToClimb) {
  // x(s) = 25 (1 - e^(-s/8)) - 20 is 0 at 8 ln 5.
  const double at = 8 * std::log(5.0);
  EXPECT_FALSE(bracket(membrane(-20, 5), at / 2));
  EXPECT_FALSE(bracket(membrane(-20, 5), std::nextafter(at, 0) - 1e-13));
}

TEST(Crossing, UnderAPositiveDriveIsToldByTheRightEnd) {
  const Real50 at = 8 * log(Real50(5));
  const auto found = bracket(membrane(-20, 5), 13);
  ASSERT_TRUE(found);
  EXPECT_LE(found->from, at);
  EXPECT_GE(found->to, at);
}

TEST(Crossing, UnderARisingDriveIsToldByTheRightEnd) {
  // d = s - 5 is negative at first. With x(0) = -13, x(s) = s - 13 exactly, as tau dx/ds = 8 = -x + d.
  Trajectory<Number> x = membrane(-13, -5);
  x.slope = Number(1.0);
  EXPECT_FALSE(bracket(x, 12.999999));
  const auto found = bracket(x, 13.000001);
  ASSERT_TRUE(found);
  EXPECT_LE(found->from, 13);
  EXPECT_GE(found->to, 13);
}

/// d = 40 e^(-s/2) - 2 falls through 0 at 2 ln 20, where x is greatest for x e^(s/8). @return that time, and x(0) for
/// which x is `top` there
struct Falling {
  Real50 root = 2 * log(Real50(20));
  double start_for(double top) const {
    const Real50 left = exp(-root / 8);
    const Real50 k = 1 - Real50(8) / 2;
    const Real50 driven = -2 * (1 - left) + 40 * (exp(-root / 2) - left) / k;
    return static_cast<double>(Real50((top - driven) / left));
  }
  static Trajectory<Number> trajectory(double start) {
    Trajectory<Number> x = membrane(start, -2);
    x.decays.push_back({Number(0.5), Number(-3.0), Number(40.0), Number(0.0)});  // gap (2 - 8) / 2
    return x;
  }
};

TEST(Crossing, UnderAFallingDriveIsToldWhereTheDriveIsZero) {
  const Falling falling;
  EXPECT_FALSE(bracket(Falling::trajectory(falling.start_for(-1e-9)), 100));
  const auto found = bracket(Falling::trajectory(falling.start_for(1e-9)), 100);
  ASSERT_TRUE(found);
  EXPECT_LE(found->to, falling.root + 1e-3);  // x falls below 0 soon after, and does not come back
  EXPECT_GE(Falling::trajectory(falling.start_for(1e-9)).at(Number(found->to)).potential.mid, 0);
}

TEST(Crossing, IsLeftToMoreDigitsWhereTheTopIsTheThresholdToRounding) {
  const Falling falling;
  Asked asked;
  const auto found = search(Falling::trajectory(falling.start_for(0)), 100, asked);
  EXPECT_FALSE(found.is_clear);
  EXPECT_EQ(asked.times, 1);
  EXPECT_LT(asked.last_distance, 1e-12);
}

TEST(Crossing, IsTheFirstOfMany) {
  // x = 6 sin(omega s) - 5 to the last digit but for the membrane's filter: omega tau = 1/16, x(0) on the steady
  // course. The steady response has amplitude A / sqrt(1 + (omega tau)^2) and lags by atan(omega tau).
  const double omega = 1 / 128.0;
  Trajectory<Number> x = membrane(0, -5);
  const Number omega_tau(1 / 16.0);
  const Number filtering = Number(1.0) / (Number(1.0) + omega_tau * omega_tau);
  x.sines.push_back({Number(omega), omega_tau, filtering, Number(0.0), Number(6.0)});
  x.start = Number(-5.0) - filtering * omega_tau * Number(6.0);
  const Real50 gain = 6 / sqrt(1 + Real50(1) / 256);
  const Real50 first = (asin(5 / gain) + atan(Real50(1) / 16)) * 128;
  const auto found = bracket(x, 5000);  // six periods
  ASSERT_TRUE(found);
  EXPECT_LE(found->from, first);
  EXPECT_GE(found->to, first);
  const Real50 back_below = (acos(Real50(-1)) - asin(5 / gain) + atan(Real50(1) / 16)) * 128;
  EXPECT_LT(found->to, back_below);
}

TEST(Crossing, OfAFastSinusoidBelowTheThresholdIsNone) {
  // d passes 0 again and again, and x cannot follow: its steady response has an amplitude of 3 / 80.
  Trajectory<Number> x = membrane(-5, -1);
  const Number omega_tau(80.0);
  x.sines.push_back(
      {Number(10.0), omega_tau, Number(1.0) / (Number(1.0) + omega_tau * omega_tau), Number(0.0), Number(3.0)});
  EXPECT_FALSE(bracket(x, 100));
}

}  // namespace
}  // namespace lapicque::detail
