#include "solver/skip/quiet_step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <type_traits>
#include <vector>

#include "random.hpp"

// The quiet step over a stretch, against the trajectory in 100 digits, whose formulas have another form.

namespace lapicque::detail {
namespace {

using testing::Random;

template <class Real>
Real100 wide(const Real& x) {
  return convert_real<Real100>(x);
}

template <class Real>
double distance(const Ball<Real>& value, const Real100& exact) {
  return static_cast<double>(Real100(abs(wide(value.mid) - exact)));
}

/// A stretch as a quiet step and as 100 digits see it.
template <class Real>
struct Case {
  /// @param most  the greatest radius of any number, mV
  Case(Random& random, bool with_alpha, double most = 1e4 * RealTraits<Real>::function_unit) : widest(most) {
    tau = random.logarithmic(0.1, 100);
    length = DoubleDouble(tau * random.logarithmic(1e-6, 10), 0);
    input.level = {Real(random.uniform(-30, 20)), radius(random)};
    if (random.chance(0.5)) {
      const double rise = (random.chance(0.5) ? 1 : -1) * random.logarithmic(1e-6, 30);
      input.slope = {Real(rise / length.hi), radius(random) / length.hi};
    }
    potential = number(random, -random.logarithmic(1e-6, 30));
    Trajectory<Ball<Real>> balls;
    balls.rate = Ball<Real>(1.0) / Ball<Real>(tau);
    exact.tau = tau;
    exact.rate = 1 / Real100(tau);
    // Each number that is known to a radius is, in truth, at one end of its ball.
    exact.start = end_of(random, potential);
    exact.level = end_of(random, input.level);
    exact.slope = end_of(random, input.slope);
    for (int n = random.chance(0.5) ? random.integer(1, 2) : 0; n > 0; --n) {
      const double frequency = random.logarithmic(1e-3, 10) / length.hi;
      const Ball<Real> omega(frequency);
      const Ball<Real> omega_tau = omega * Ball<Real>(tau);
      const auto part = [&] { return Ball<Real>(Real(random.uniform(-10, 10)), radius(random)); };
      input.waves.push_back(
          {omega, omega_tau, Ball<Real>(1.0) / (Ball<Real>(1.0) + omega_tau * omega_tau), part(), part()});
      const Real100 exact_omega_tau = Real100(frequency) * tau;
      exact.sines.push_back({Real100(frequency), exact_omega_tau, 1 / (1 + exact_omega_tau * exact_omega_tau),
                             end_of(random, input.waves.back().sine), end_of(random, input.waves.back().cosine)});
    }
    for (int n = random.integer(0, 3); n > 0; --n) {
      const double tau_s = tau * (random.chance(0.3)   ? 1 + std::ldexp(1.0, -random.integer(1, 52))
                                  : random.chance(0.2) ? 1
                                                       : random.logarithmic(0.05, 20));
      const Ball<Real> gap = (Ball<Real>(tau_s) - Ball<Real>(tau)) / Ball<Real>(tau_s);
      balls.decays.push_back({Ball<Real>(1.0) / Ball<Real>(tau_s), gap});
      taus.push_back(tau_s);
      parts.push_back({random.chance(0.8) ? number(random, random.uniform(-20, 40)) : Ball<Real>(0.0),
                       with_alpha ? number(random, random.uniform(-20, 40)) : Ball<Real>(0.0)});
      exact.decays.push_back({1 / Real100(tau_s), (Real100(tau_s) - Real100(tau)) / Real100(tau_s),
                              end_of(random, parts.back().exponential), end_of(random, parts.back().alpha)});
    }
    for (std::size_t n = 0; n < parts.size(); ++n) parts[n].acts = !is_silent(parts[n]);
    quiet_step.emplace(tau, taus, balls, with_alpha, Ball<Real>(1.0));
    // In any lane, beside others or alone.
    lane = static_cast<std::size_t>(random.integer(0, lanes - 1));
    Lanes<DoubleDouble> lengths;
    for (std::size_t k = 0; k < lanes; ++k) {
      lengths.set(k, k == lane ? length : DoubleDouble(tau * random.logarithmic(1e-6, 10), 0));
    }
    if (random.chance(0.5)) {
      quiet_step->ahead().look_at(lane + 1, lengths);
    } else {
      quiet_step->ahead().look_at_one(lane, lengths);
    }
  }

  bool pass() {
    quiet_step->forget_input();
    if (quiet_step->ahead().covers(lane)) quiet_step->place_input(lane, lane + 1, input);
    return quiet_step->pass(lane, lane + 1, potential, parts).stretches == 1;
  }

  /// Half the time far wider than what rounding adds.
  double radius(Random& random) const { return random.chance(0.5) ? random.logarithmic(widest * 1e-6, widest) : 0; }
  Ball<Real> number(Random& random, double value) {
    return {convert_real<Real>(two_sum(value, value * random.uniform(-0x1p-54, 0x1p-54))), radius(random)};
  }
  static Real100 end_of(Random& random, const Ball<Real>& value) {
    return wide(value.mid) + (random.chance(0.5) ? 1 : -1) * Real100(value.rad);
  }

  double widest;
  double tau;
  InputDrive<Real> input;
  DoubleDouble length;
  std::vector<double> taus;
  Ball<Real> potential;
  std::vector<QuietPart<Real>> parts;
  std::size_t lane;
  Trajectory<Real100> exact;
  std::optional<QuietStep<Real>> quiet_step;
};

template <class Real>
class QuietStepIn : public ::testing::Test {};
using Reals = ::testing::Types<double, DoubleDouble>;
TYPED_TEST_SUITE(QuietStepIn, Reals);

TYPED_TEST(QuietStepIn, EnclosesWhatItCarriesOverAStretch) {
  Random random;
  int passed = 0;
  std::vector<double> widths;
  for (int k = testing::cases(4000); k > 0; --k) {
    Case<TypeParam> stretch(random, random.chance(0.5));
    const Real100 s = wide(stretch.length);
    const auto end = stretch.exact.at(s);
    const Ball<TypeParam> start = stretch.potential;
    if (!stretch.pass()) {
      EXPECT_EQ(wide(stretch.potential.mid), wide(start.mid));  // nothing has changed
      continue;
    }
    ++passed;
    ASSERT_LT(stretch.potential.rad, 1e6 * RealTraits<TypeParam>::function_unit);  // of potentials up to 100 mV
    const double off = distance(stretch.potential, end.potential);
    ASSERT_LE(off, stretch.potential.rad) << "tau " << stretch.tau << ", length " << stretch.length.hi;
    widths.push_back(stretch.potential.rad / (off + RealTraits<TypeParam>::unit * 1e-3));
    for (std::size_t n = 0; n < stretch.taus.size(); ++n) {
      const auto& before = stretch.exact.decays[n];
      const Real100 left = exp(-s * before.rate);
      const Real100 exponential = (before.exponential + before.alpha * s * before.rate) * left;
      ASSERT_LE(distance(stretch.parts[n].exponential, exponential), stretch.parts[n].exponential.rad);
      ASSERT_LE(distance(stretch.parts[n].alpha, before.alpha * left), stretch.parts[n].alpha.rad);
    }
    for (int step = 1; step <= 20; ++step) {
      ASSERT_LT(stretch.exact.at(s * step / 20).potential, 0) << "passes above the threshold";
    }
  }
  EXPECT_GT(passed, testing::cases(400));
  std::sort(widths.begin(), widths.end());
  std::cout << passed << " stretches, stated bound over true error: median " << widths[widths.size() / 2] << "\n";
}

TYPED_TEST(QuietStepIn, PassesOnlyWhatStaysBelowForAllNumbersOfItsBalls) {
  Random random;
  int passed = 0;
  for (int k = testing::cases(3000); k > 0; --k) {
    Case<TypeParam> stretch(random, random.chance(0.5), 5);
    if (!is_negative(stretch.potential) || !stretch.pass()) continue;
    ++passed;
    const Real100 s = wide(stretch.length);
    const auto end = stretch.exact.at(s);
    ASSERT_LE(distance(stretch.potential, end.potential), stretch.potential.rad);
    for (int step = 1; step <= 20; ++step) {
      ASSERT_LT(stretch.exact.at(s * step / 20).potential, 0) << "passes above the threshold";
    }
  }
  EXPECT_GT(passed, testing::cases(300));
}

TYPED_TEST(QuietStepIn, IsTheSameBitByBitAloneAndBesideOthers) {
  Random random;
  for (int k = testing::cases(1000); k > 0; --k) {
    Case<TypeParam> beside(random, random.chance(0.5));
    Case<TypeParam> alone = beside;
    Lanes<DoubleDouble> lengths;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      lengths.set(lane, lane == beside.lane ? beside.length : DoubleDouble(beside.tau * random.uniform(0, 4)));
    }
    beside.quiet_step->ahead().look_at(lanes, lengths);
    alone.quiet_step->ahead().look_at_one(alone.lane, lengths);
    ASSERT_EQ(beside.pass(), alone.pass());
    ASSERT_EQ(beside.potential.mid, alone.potential.mid);
    for (std::size_t n = 0; n < beside.parts.size(); ++n) {
      ASSERT_EQ(beside.parts[n].exponential.mid, alone.parts[n].exponential.mid);
      ASSERT_EQ(beside.parts[n].alpha.mid, alone.parts[n].alpha.mid);
    }
  }
}

TYPED_TEST(QuietStepIn, KnowsTheMembranesTimeConstantToTheClocksDigits) {
  Random random;
  double worst = 0;
  for (int k = testing::cases(20000); k > 0; --k) {
    const double tau = random.logarithmic(0.1, 100);
    const DoubleDouble length(tau * random.logarithmic(0.01, 0.4), 0);
    Trajectory<Ball<TypeParam>> balls;
    balls.rate = Ball<TypeParam>(1.0) / Ball<TypeParam>(tau);
    StretchesAhead<TypeParam> ahead(tau, {}, balls, false);
    Lanes<DoubleDouble> lengths;
    lengths.set(0, length);
    ahead.look_at(1, lengths);
    const Real100 gone = -expm1(-wide(length) / tau);
    const Real100 off = abs(wide(ahead.membrane().gone[0]) - gone);
    worst = std::max(worst, static_cast<double>(Real100(off / gone)));
  }
  const double claimed = QuietUnits<TypeParam>::k;
  EXPECT_LE(worst, claimed);
  std::cout << "worst " << worst / claimed << " of what F is claimed to be off by\n";
}

TYPED_TEST(QuietStepIn, CoversAStartWhoseTimeIsNotKnownExactly) {
  Random random;
  for (int k = testing::cases(1000); k > 0; --k) {
    const Case<TypeParam> stretch(random, random.chance(0.5));
    const double error = stretch.tau * random.logarithmic(1e-15, 1e-6);
    const double blur = stretch.quiet_step->blur(error, stretch.input, stretch.potential, stretch.parts);
    // Started later by `error`, x is at its start's value then, and not what it has become in between.
    const Real100 moved = abs(stretch.exact.at(Real100(error)).potential - stretch.exact.start);
    ASSERT_LE(static_cast<double>(moved), blur);
  }
}

}  // namespace
}  // namespace lapicque::detail
