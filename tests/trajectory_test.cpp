#include "solver/trajectory.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "random.hpp"

// The closed form of a stretch, against the textbook's in 100 digits: with these, what cancels in it may cancel.

namespace lapicque::detail {
namespace {

using testing::cases;
using testing::Random;

struct Truth {
  Real100 potential;
  Real100 drive;
  Real100 drive_slope;
};

struct TestedSine {
  double omega, sine, cosine;
};
struct TestedDecay {
  double tau, exponential, alpha;
};

/// A trajectory by its given numbers.
struct Case {
  explicit Case(Random& random) : tau(random.logarithmic(0.1, 100)), s(tau * random.logarithmic(1e-6, 30)) {
    start = random.uniform(-30, 0);
    level = random.uniform(-30, 30);
    if (random.chance(0.5)) slope = random.uniform(-10, 10) / s;
    for (int n = random.integer(0, 2); n > 0; --n)
      sines.push_back({random.logarithmic(1e-3, 100) / s, random.uniform(-9, 9), random.uniform(-9, 9)});
    for (int n = random.integer(0, 3); n > 0; --n) {
      const double ratio = random.chance(0.3)   ? 1 + std::ldexp(random.chance(0.5) ? 1 : -1, -random.integer(2, 50))
                           : random.chance(0.1) ? 1
                                                : random.logarithmic(0.01, 100);
      decays.push_back({tau * ratio, random.uniform(-50, 50), random.chance(0.5) ? random.uniform(-50, 50) : 0});
    }
  }

  template <class Real>
  Trajectory<Ball<Real>> trajectory() const {
    using Number = Ball<Real>;
    Trajectory<Number> x;
    x.tau = Number(tau);
    x.rate = Number(1.0) / Number(tau);
    x.start = Number(start);
    x.level = Number(level);
    x.slope = Number(slope);
    for (const auto& [omega, sine, cosine] : sines) {
      const Number omega_tau = Number(omega) * Number(tau);
      x.sines.push_back({Number(omega), omega_tau, Number(1.0) / (Number(1.0) + omega_tau * omega_tau), Number(sine),
                         Number(cosine)});
    }
    for (const auto& [tau_s, exponential, alpha] : decays) {
      x.decays.push_back({Number(1.0) / Number(tau_s), (Number(tau_s) - Number(tau)) / Number(tau_s),
                          Number(exponential), Number(alpha)});
    }
    return x;
  }

  /// tau dx/ds = -x + d, part by part.
  Truth truth() const {
    const Real100 t = s;
    const Real100 left = exp(-t / tau);
    Truth result{start * left + level * (1 - left) + slope * (t - tau * (1 - left)), level + slope * t, slope};
    for (const auto& [omega, sine, cosine] : sines) {
      const Real100 angle = Real100(omega) * t;
      const Real100 omega_tau = Real100(omega) * tau;
      const auto response = [&](const Real100& sin_now, const Real100& cos_now) {
        return Real100(((sine - omega_tau * cosine) * cos_now + (cosine + omega_tau * sine) * sin_now) /
                       (1 + omega_tau * omega_tau));
      };
      result.potential += response(sin(angle), cos(angle)) - response(0, 1) * left;
      result.drive += sine * cos(angle) + cosine * sin(angle);
      result.drive_slope += Real100(omega) * (cosine * cos(angle) - sine * sin(angle));
    }
    for (const auto& [tau_s, exponential, alpha] : decays) {
      const Real100 z = t / tau_s;
      const Real100 decayed = exp(-z);
      if (tau_s == tau) {
        result.potential += (exponential * z + alpha * z * z / 2) * decayed;
      } else {
        const Real100 k = 1 - Real100(tau) / tau_s;
        const Real100 difference = decayed - left;
        result.potential += exponential * difference / k + alpha * (z * decayed - tau / (tau_s * k) * difference) / k;
      }
      result.drive += (exponential + alpha * z) * decayed;
      result.drive_slope += (Real100(alpha) - exponential - alpha * z) * decayed / tau_s;
    }
    return result;
  }

  double tau, s, start, level, slope = 0;
  std::vector<TestedSine> sines;
  std::vector<TestedDecay> decays;
};

template <class Real>
class TrajectoryOf : public ::testing::Test {};
using Reals = ::testing::Types<double, DoubleDouble, Real50>;
TYPED_TEST_SUITE(TrajectoryOf, Reals, );

/// Whether the ball holds the truth and is small beside `size`.
template <class Real>
void expect_encloses(const Ball<Real>& ball, const Real100& truth, double size, const char* what) {
  const Ball<Real100> wide = convert_ball<Real100>(ball);
  EXPECT_LE(abs(wide.mid - truth), wide.rad) << what;
  EXPECT_LE(wide.rad, size * convert_real<double>(Real(RealTraits<Real>::function_unit)) * 200) << what;
}

TYPED_TEST(TrajectoryOf, EnclosesTheTextbooksClosedForm) {
  Random random;
  for (int n = cases(300); n > 0; --n) {
    const Case given(random);
    SCOPED_TRACE(::testing::Message() << "tau " << given.tau << ", s " << given.s << ", " << given.sines.size()
                                      << " sines, " << given.decays.size() << " decays, case " << n);
    const auto point = given.trajectory<TypeParam>().at(Ball<TypeParam>(given.s));
    const Truth truth = given.truth();
    expect_encloses(point.potential, truth.potential, 300, "potential");
    expect_encloses(point.drive, truth.drive, 300, "drive");
    double fastest = std::fabs(given.slope);
    for (const auto& wave : given.sines) fastest += 20 * wave.omega;
    for (const auto& decay : given.decays) fastest += 200 / decay.tau;
    expect_encloses(point.drive_slope, truth.drive_slope, fastest, "drive slope");
  }
}

TEST(Trajectory, StartsWhereItsClosedFormDoes) {
  Random random;
  for (int n = cases(100); n > 0; --n) {
    Case given(random);
    const auto x = given.trajectory<double>();
    const auto start = x.at_start();
    given.s = 0;
    const Truth truth = given.truth();
    EXPECT_EQ(start.potential.mid, given.start);
    expect_encloses(start.drive, truth.drive, 300, "drive");
    EXPECT_LE(abs(start.drive_slope.mid - truth.drive_slope), Real100(start.drive_slope.rad));
  }
}

// x(s) = start e^-z + level (1 - e^-z) + tail z e^-z with tau_s = tau_m: at z = ln 2 all factors are plain.
TEST(Trajectory, HasTheGrossPotentialOfWhatCancels) {
  Trajectory<double> x;
  x.tau = 8;
  x.rate = 0.125;
  x.start = -20;
  x.level = 4;
  x.level_parts = 16;
  x.decays.push_back({0.125, 0, -10, 0});
  const double ln2 = std::log(2.0);
  EXPECT_NEAR(gross_potential(x, 8 * ln2), 20 / 2.0 + 16 / 2.0 + 10 * ln2 / 2, 1e-13);
}

}  // namespace
}  // namespace lapicque::detail
