#include "lapicque/noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/zeta.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <iostream>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "random_neuron.hpp"

namespace lapicque {
namespace {

// The truth here is Siegert's integral and Brunel's double one as they stand in the papers, in 50 digits.
using Wide = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double accuracy = 1e-14;

double relative_error(double got, const Wide& truth) { return static_cast<double>(abs(Wide(got) / truth - 1)); }

/// What the integrals take: their limits (u_r - mu)/sigma and (theta - mu)/sigma.
struct Limits {
  Limits(const Neuron& neuron, double current, double sigma)
      : from((Wide(neuron.reset()) - neuron.rest() - Wide(neuron.resistance()) * current) / sigma),
        to((Wide(neuron.threshold()) - neuron.rest() - Wide(neuron.resistance()) * current) / sigma) {}
  Wide from;
  Wide to;
};

/// exp(x^2) (1 + erf x)
Wide scaled_erfc(const Wide& x) { return exp(Wide(x * x)) * erfc(Wide(-x)); }

/// Gauss's rule on panels as narrow as the integrand's finest detail.
template <class Integrand>
Wide by_panels(const Integrand& integrand, const Wide& from, const Wide& to, double width) {
  const int panels = static_cast<int>(ceil(Wide((to - from) / width))) + 1;
  Wide sum = 0;
  for (int k = 0; k < panels; ++k) {
    const Wide a = from + (to - from) * k / panels;
    const Wide b = from + (to - from) * (k + 1) / panels;
    sum += boost::math::quadrature::gauss<Wide, 30>::integrate(integrand, a, b);
  }
  return sum;
}

/// @param raised  of both limits
Wide mean_interval(const Neuron& neuron, double current, double sigma, const Wide& raised = 0) {
  const Limits limits(neuron, current, sigma);
  const Wide integral = by_panels(scaled_erfc, limits.from + raised, limits.to + raised, 1.0);
  return neuron.refractory() + neuron.tau() * sqrt(boost::math::constants::pi<Wide>()) * integral;
}

/// With few panels: good for 20 digits.
Wide variance(const Neuron& neuron, double current, double sigma) {
  const Limits limits(neuron, current, sigma);
  const auto inner = [](const Wide& x) {
    const auto along = [&](const Wide& w) {  // y = x - w
      const Wide y = x - w;
      const Wide factor = scaled_erfc(y);
      return Wide(exp(Wide(x * x - y * y)) * factor * factor);
    };
    const double reach = static_cast<double>(abs(x)) + 8;
    return by_panels(along, 0, x > 0 ? Wide(reach + 8) : Wide(50 / (1 + 2 * abs(x))), 2.0);
  };
  return 2 * boost::math::constants::pi<Wide>() * by_panels(inner, limits.from, limits.to, 1.5) * neuron.tau() *
         neuron.tau();
}

/// Sigma and the current by how far theta lies above mu, in sigmas.
struct Drive {
  double current;
  double sigma;
};
Drive draw_drive(testing::Random& random, const Neuron& neuron, double lowest, double highest, double least_depth,
                 double greatest_depth) {
  const double sigma = (neuron.threshold() - neuron.reset()) / random.logarithmic(least_depth, greatest_depth);
  const double b = random.uniform(lowest, highest);
  return {(neuron.threshold() - b * sigma - neuron.rest()) / neuron.resistance(), sigma};
}

TEST(IntervalMoments, HaveTheMeanOfSiegertsIntegral) {
  testing::Random random;
  for (int k = 0; k < testing::cases(60); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const auto [current, sigma] = draw_drive(random, neuron, -30, 25, 1e-3, 30);
    const auto moments = interval_moments(neuron, current, sigma);
    const Wide mean = mean_interval(neuron, current, sigma);
    ASSERT_LE(relative_error(moments.mean, mean), accuracy) << current << " nA, " << sigma << " mV";
    ASSERT_LE(relative_error(moments.rate, 1000 / mean), accuracy);
  }
}

TEST(IntervalMoments, HaveTheVarianceOfBrunelsDoubleIntegral) {
  testing::Random random;
  for (int k = 0; k < testing::cases(3); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const auto [current, sigma] = draw_drive(random, neuron, -8, 6, 0.1, 3);
    const auto moments = interval_moments(neuron, current, sigma);
    const Wide deviation = sqrt(variance(neuron, current, sigma));
    EXPECT_LE(relative_error(moments.standard_deviation, deviation), accuracy) << current << " nA, " << sigma << " mV";
    EXPECT_LE(relative_error(moments.cv, deviation / mean_interval(neuron, current, sigma)), accuracy);
  }
}

/// Mean and variance of X by powers of sigma: with the Taylor series of what stands beside e^(2 b s) (1 - e^(-2 d s))
/// in their integrals over s, term by term, b < 0. Of both series the terms fall until they are far below the last
/// digit where b < -30.
struct Expansion {
  explicit Expansion(const Limits& limits) {
    const Wide near = -2 * limits.to;
    const Wide far = -2 * limits.from;
    mean = log(Wide(far / near));
    constexpr int terms = 14;
    Wide gauss[terms];     // e^(-s^2) = sum of gauss[n] s^(2n)
    Wide integral[terms];  // 4 K(s) = sum of integral[n] s^(2n+2)
    Wide odd = 1;          // (2n+1)!!
    for (int n = 0; n < terms; ++n) {
      gauss[n] = n == 0 ? Wide(1) : Wide(-gauss[n - 1] / n);
      odd *= 2 * n + 1;
      integral[n] = 4 / (odd * (2 * n + 2));
    }
    Wide factorial = 1;  // (2k-1)!
    for (int k = 1; k < terms; ++k) {
      if (k > 1) factorial *= (2 * k - 1) * (2 * k - 2);
      const Wide powers = factorial * (pow(near, -2 * k) - pow(far, -2 * k));
      mean += gauss[k] * powers;
      for (int n = 0; n < k; ++n) variance += integral[n] * gauss[k - 1 - n] * powers;
    }
  }
  Wide mean = 0;
  Wide variance = 0;
};

TEST(IntervalMoments, AreThoseOfTheExpansionInSigmaFarAboveThreshold) {
  testing::Random random;
  double worst = 0;
  for (int k = 0; k < testing::cases(1000); ++k) {
    NeuronParameters parameters = testing::random_neuron(random).parameters();
    if (random.chance(0.5)) parameters.refractory = 0;
    const Neuron neuron(parameters);
    const double sigma = (neuron.threshold() - neuron.reset()) / random.logarithmic(1e-9, 1e9);
    const double b = -random.logarithmic(32, 1e9);
    const double current = (neuron.threshold() - b * sigma - neuron.rest()) / neuron.resistance();
    const Limits limits(neuron, current, sigma);
    if (limits.to > -30) continue;  // rounded away
    const auto moments = interval_moments(neuron, current, sigma);
    const Expansion expected(limits);
    const Wide mean = neuron.refractory() + neuron.tau() * expected.mean;
    const Wide deviation = neuron.tau() * sqrt(expected.variance);
    for (const double error :
         {relative_error(moments.mean, mean), relative_error(moments.rate, 1000 / mean),
          relative_error(moments.standard_deviation, deviation), relative_error(moments.cv, deviation / mean)}) {
      worst = std::max(worst, error);
      ASSERT_LE(error, accuracy) << testing::describe(neuron) << ' ' << current << " nA, " << sigma << " mV";
    }
  }
  std::cout << "worst relative error " << worst << '\n';
}

TEST(IntervalMoments, GoOverIntoTheCurveWithoutNoise) {
  testing::Random random;
  for (int k = 0; k < testing::cases(100); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double above = (neuron.threshold() - neuron.reset()) * random.logarithmic(1e-3, 1e3);
    const double current = (neuron.threshold() + above - neuron.rest()) / neuron.resistance();
    const double u_inf = steady_state_potential(neuron, current);
    const double nearest = u_inf - neuron.threshold();
    const double farthest = u_inf - neuron.reset();
    if (nearest < 1e-9 * std::fabs(u_inf)) continue;  // rounded away
    const double sigma = nearest * random.logarithmic(1e-300, 1e-9);
    const auto moments = interval_moments(neuron, current, sigma);
    ASSERT_NEAR(moments.rate / firing_rate(neuron, current), 1, accuracy) << testing::describe(neuron);
    // The first order in sigma^2: tau_m^2 sigma^2 / 2 (1/(mu - theta)^2 - 1/(mu - u_r)^2).
    const double deviation = neuron.tau() * sigma / std::sqrt(2.0) *
                             std::sqrt((farthest - nearest) / nearest * ((farthest + nearest) / nearest)) / farthest;
    ASSERT_NEAR(moments.standard_deviation / deviation, 1, 1e-6) << testing::describe(neuron);
  }
}

TEST(IntervalMoments, WithoutNoiseAreThoseOfTheFormulaForIt) {
  const Neuron neuron;
  const auto firing = interval_moments(neuron, 2.5, 0);
  EXPECT_EQ(firing.rate, firing_rate(neuron, 2.5));
  EXPECT_EQ(firing.cv, 0);
  const auto silent = interval_moments(neuron, 1, 0);
  EXPECT_EQ(silent.rate, 0);
  EXPECT_EQ(silent.mean, infinity);
  EXPECT_EQ(silent.cv, 1);
  EXPECT_EQ(interval_moments(neuron, 2, 0).cv, 0);
}

TEST(IntervalMoments, AreThoseOfAPoissonProcessWhereSpikesAreRare) {
  const Neuron neuron;
  for (const double sigma : {1.9, 1.0, 0.7, 1e-3, 1e-300}) {  // b from 10 on
    const auto moments = interval_moments(neuron, 0, sigma);
    EXPECT_NEAR(moments.cv, 1, accuracy) << sigma;
    EXPECT_FALSE(std::isnan(moments.rate));
  }
  EXPECT_EQ(interval_moments(neuron, 0, 0.5).rate, 0);
  EXPECT_EQ(interval_moments(neuron, 0, 0.5).mean, infinity);
}

TEST(IntervalMoments, StayFiniteWhereNoiseIsBeyondAllElse) {
  const Neuron neuron{NeuronParameters{.refractory = 0}};
  for (const double sigma : {1e5, 1e100, 1e300}) {
    // b and d go to 0: the mean of X to sqrt(pi) d, its variance to 4 d int exp(-s^2) K(s) ds = 2 d sqrt(pi) log 2.
    const double d = (neuron.threshold() - neuron.reset()) / sigma;
    const auto moments = interval_moments(neuron, 0, sigma);
    EXPECT_NEAR(moments.mean / (8 * std::sqrt(std::numbers::pi) * d), 1, 1e-3) << sigma;
    EXPECT_NEAR(moments.standard_deviation / (8 * std::sqrt(2 * d * std::sqrt(std::numbers::pi) * std::log(2.0))), 1,
                1e-3);
  }
}

TEST(IntervalMoments, NameWhatCannotBe) {
  const auto message = [](double current, double sigma) {
    try {
      interval_moments(Neuron{}, current, sigma);
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  EXPECT_NE(message(infinity, 1).find("current"), std::string::npos);
  EXPECT_NE(message(1, -1).find("sigma"), std::string::npos);
  EXPECT_NE(message(1, infinity).find("sigma"), std::string::npos);
}

TEST(IntervalMoments, OfTheHeadersExample) {
  // Siegert's integral and Brunel's double one, by mpmath with 30 digits.
  const auto moments = interval_moments(Neuron{}, 2, 3);
  EXPECT_LE(relative_error(moments.rate, Wide("43.8456326393870845466599023802")), accuracy);
  EXPECT_LE(relative_error(moments.cv, Wide("0.386578144579732201490635911047")), accuracy);
}

TEST(FilteredNoiseRate, IsSiegertsIntegralBetweenRaisedLimits) {
  testing::Random random;
  const Wide half_alpha = abs(boost::math::zeta(Wide(0.5))) / sqrt(Wide(2));
  for (int k = 0; k < testing::cases(20); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const auto [current, sigma] = draw_drive(random, neuron, -20, 20, 1e-2, 30);
    const double tau_s = neuron.tau() * random.logarithmic(1e-6, 1);
    const Wide raised = half_alpha * sqrt(Wide(tau_s) / neuron.tau());
    ASSERT_LE(relative_error(filtered_noise_rate(neuron, current, sigma, tau_s),
                             1000 / mean_interval(neuron, current, sigma, raised)),
              accuracy)
        << testing::describe(neuron) << ' ' << current << " nA, " << sigma << " mV, " << tau_s << " ms";
  }
}

TEST(FilteredNoiseRate, IsThatOfWhiteNoiseWithoutAFilter) {
  const Neuron neuron;
  EXPECT_EQ(filtered_noise_rate(neuron, 1.5, 4, 0), interval_moments(neuron, 1.5, 4).rate);
  EXPECT_EQ(filtered_noise_rate(neuron, 3, 0, 2), firing_rate(neuron, 3));
}

TEST(DiffusionApproximation, HasTheMeanAndVarianceOfItsArrivals) {
  // 1000 arrivals a second of 0.5 mV, 500 of -0.25 mV, in 8 ms: 4 - 1 mV, and 2 + 0.25 mV^2.
  const std::vector<PoissonArrivals> arrivals{{1000, 0.5}, {500, -0.25}};
  const Diffusion diffusion = diffusion_approximation(Neuron{}, arrivals);
  EXPECT_DOUBLE_EQ(diffusion.current, 0.3);
  EXPECT_DOUBLE_EQ(diffusion.sigma, 1.5);
  const Diffusion none = diffusion_approximation(Neuron{}, {});
  EXPECT_EQ(none.current, 0);
  EXPECT_EQ(none.sigma, 0);
  EXPECT_THROW(diffusion_approximation(Neuron{}, std::vector<PoissonArrivals>{{-1, 1}}), InvalidArgument);
  EXPECT_THROW(diffusion_approximation(Neuron{}, std::vector<PoissonArrivals>{{1, infinity}}), InvalidArgument);
}

TEST(EquivalentJump, IsWhatTheChargeMovesTheMembraneBy) {
  // R w tau_s / tau_m = 10 * 0.2 * 4 / 8 mV; the alpha current's area is e times that.
  EXPECT_DOUBLE_EQ(equivalent_jump(Neuron{}, Shape::exponential, 4, 0.2), 1);
  EXPECT_DOUBLE_EQ(equivalent_jump(Neuron{}, Shape::alpha, 4, 0.2), std::exp(1.0));
  EXPECT_THROW(equivalent_jump(Neuron{}, Shape::alpha, 0, 0.2), InvalidArgument);
}

}  // namespace
}  // namespace lapicque
