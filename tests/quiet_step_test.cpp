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

Real100 wide(const DoubleDouble& x) { return Real100(x.hi) + Real100(x.lo); }

double distance(const Carried<double>& value, const Real100& exact) {
  return static_cast<double>(Real100(abs(wide(value.mid) - exact)));
}

/// A stretch as a quiet step and as 100 digits see it.
template <class Real>
struct Case {
  explicit Case(Random& random, bool with_alpha) {
    tau = random.logarithmic(0.1, 100);
    length = DoubleDouble(tau * random.logarithmic(1e-6, 10), 0);
    input.level = {Real(random.uniform(-30, 20)), radius(random)};
    if (random.chance(0.5)) {
      const double rise = (random.chance(0.5) ? 1 : -1) * random.logarithmic(1e-6, 30);
      input.slope = {Real(rise / length.hi), radius(random) / length.hi};
    }
    potential = carried(random, -random.logarithmic(1e-6, 30));
    Trajectory<Ball<Real>> balls;
    balls.rate = Ball<Real>(1.0) / Ball<Real>(tau);
    exact.tau = tau;
    exact.rate = 1 / Real100(tau);
    // Each number that is known to a radius is, in truth, at one end of its ball.
    exact.start = end_of(random, potential);
    exact.level = end_of(random, convert_ball<DoubleDouble>(input.level));
    exact.slope = end_of(random, convert_ball<DoubleDouble>(input.slope));
    for (int n = random.chance(0.5) ? random.integer(1, 2) : 0; n > 0; --n) {
      const double frequency = random.logarithmic(1e-3, 10) / length.hi;
      const Ball<Real> omega(frequency);
      const Ball<Real> omega_tau = omega * Ball<Real>(tau);
      const auto part = [&] { return Ball<Real>(Real(random.uniform(-10, 10)), radius(random)); };
      input.waves.push_back(
          {omega, omega_tau, Ball<Real>(1.0) / (Ball<Real>(1.0) + omega_tau * omega_tau), part(), part()});
      const Real100 exact_omega_tau = Real100(frequency) * tau;
      exact.sines.push_back({Real100(frequency), exact_omega_tau, 1 / (1 + exact_omega_tau * exact_omega_tau),
                             end_of(random, convert_ball<DoubleDouble>(input.waves.back().sine)),
                             end_of(random, convert_ball<DoubleDouble>(input.waves.back().cosine))});
    }
    for (int n = random.integer(0, 3); n > 0; --n) {
      const double tau_s = tau * (random.chance(0.3)   ? 1 + std::ldexp(1.0, -random.integer(1, 52))
                                  : random.chance(0.2) ? 1
                                                       : random.logarithmic(0.05, 20));
      const Ball<Real> gap = (Ball<Real>(tau_s) - Ball<Real>(tau)) / Ball<Real>(tau_s);
      balls.decays.push_back({Ball<Real>(1.0) / Ball<Real>(tau_s), gap});
      taus.push_back(tau_s);
      synapses.push_back({random.chance(0.8) ? carried(random, random.uniform(-20, 40)) : Carried<Real>(0.0),
                          with_alpha ? carried(random, random.uniform(-20, 40)) : Carried<Real>(0.0)});
      exact.decays.push_back({1 / Real100(tau_s), (Real100(tau_s) - Real100(tau)) / Real100(tau_s),
                              end_of(random, synapses.back().exponential), end_of(random, synapses.back().alpha)});
    }
    quiet_step.emplace(tau, taus, balls);
  }

  /// Half the time far wider than what rounding adds.
  static double radius(Random& random) {
    return random.chance(0.5) ? random.logarithmic(1e-2, 1e4) * RealTraits<Real>::function_unit : 0;
  }
  static Carried<Real> carried(Random& random, double value) {
    return {two_sum(value, value * random.uniform(-0x1p-54, 0x1p-54)), radius(random)};
  }
  static Real100 end_of(Random& random, const Carried<Real>& value) {
    return wide(value.mid) + (random.chance(0.5) ? 1 : -1) * Real100(value.rad);
  }

  double tau;
  InputDrive<Real> input;
  DoubleDouble length;
  std::vector<double> taus;
  Carried<Real> potential;
  std::vector<SynapticDrive<Real>> synapses;
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
    const Carried<TypeParam> start = stretch.potential;
    if (!stretch.quiet_step->pass(stretch.length, stretch.input, stretch.potential, stretch.synapses)) {
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
      ASSERT_LE(distance(stretch.synapses[n].exponential, exponential), stretch.synapses[n].exponential.rad);
      ASSERT_LE(distance(stretch.synapses[n].alpha, before.alpha * left), stretch.synapses[n].alpha.rad);
    }
    for (int step = 1; step <= 20; ++step) {
      ASSERT_LT(stretch.exact.at(s * step / 20).potential, 0) << "passes above the threshold";
    }
  }
  EXPECT_GT(passed, testing::cases(400));
  std::sort(widths.begin(), widths.end());
  std::cout << passed << " stretches, stated bound over true error: median " << widths[widths.size() / 2] << "\n";
}

TYPED_TEST(QuietStepIn, KnowsTheMembranesTimeConstantToTheClocksDigits) {
  // From -2 to a level of -1 mV, x(s) = -2 + F: difference, product and sum are exact, and F alone is off, by k.
  Random random;
  double worst = 0;
  for (int k = testing::cases(20000); k > 0; --k) {
    const double tau = random.logarithmic(0.1, 100);
    const DoubleDouble length(tau * random.logarithmic(0.01, 0.4), 0);
    Carried<TypeParam> potential(DoubleDouble(-2, 0), 0);
    Trajectory<Ball<TypeParam>> balls;
    balls.rate = Ball<TypeParam>(1.0) / Ball<TypeParam>(tau);
    std::vector<SynapticDrive<TypeParam>> synapses;
    QuietStep<TypeParam> quiet_step(tau, {}, balls);
    InputDrive<TypeParam> input;
    input.level = -1.0;
    ASSERT_TRUE(quiet_step.pass(length, input, potential, synapses));
    const Real100 gone = -expm1(-wide(length) / tau);
    worst = std::max(worst, distance(potential, gone - 2) / static_cast<double>(gone));
  }
  const double adding = std::is_same_v<TypeParam, double> ? RealTraits<double>::unit : 0;
  const double claimed = RealTraits<TypeParam>::function_unit + 6 * RealTraits<DoubleDouble>::unit + adding;
  EXPECT_LE(worst, claimed);
  std::cout << "worst " << worst / claimed << " of what F is claimed to be off by\n";
}

TYPED_TEST(QuietStepIn, CoversAStartWhoseTimeIsNotKnownExactly) {
  Random random;
  for (int k = testing::cases(1000); k > 0; --k) {
    const Case<TypeParam> stretch(random, random.chance(0.5));
    const double error = stretch.tau * random.logarithmic(1e-15, 1e-6);
    const double blur = stretch.quiet_step->blur(error, stretch.input, stretch.potential, stretch.synapses);
    // Started later by `error`, x is at its start's value then, and not what it has become in between.
    const Real100 moved = abs(stretch.exact.at(Real100(error)).potential - stretch.exact.start);
    ASSERT_LE(static_cast<double>(moved), blur);
  }
}

}  // namespace
}  // namespace lapicque::detail
