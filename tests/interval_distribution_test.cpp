#include "lapicque/interval_distribution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/noise.hpp"
#include "lapicque/noisy_intervals.hpp"
#include "random_neuron.hpp"

namespace lapicque {
namespace {

constexpr double density_accuracy = 1e-9;  // of the greatest density
constexpr double accuracy = 1e-8;

/// The trapezoidal rule, for functions that vanish with all their derivatives at both ends.
double integral(const std::function<double(double)>& f, double to, int steps) {
  double sum = 0;
  for (int k = 1; k < steps; ++k) sum += f(to / steps * k);
  return sum * to / steps;
}

// u_inf = theta: all intervals are those of a formula, in x = (t - Delta_abs)/tau_m:
// 2 d/sqrt(pi) e^-x (1 - e^-2x)^(-3/2) exp(-d^2 e^-2x/(1 - e^-2x)), of which erf(d e^-x/sqrt(1 - e^-2x)) are longer.
TEST(IntervalDistribution, AtTheRheobaseIsTheFormula) {
  const Neuron neuron;
  for (const double sigma : {0.5, 3.0, 15.0, 36.0}) {
    const IntervalDistribution intervals(neuron, 2, sigma);
    const double d = 15 / sigma;
    double greatest = 0;
    double worst = 0;
    for (double x = 0.001; x < 40; x *= 1.01) {
      const double e = std::exp(-x);
      const double variance = -std::expm1(-2 * x);
      const double exact = 2 * d * std::numbers::inv_sqrtpi * e / std::pow(variance, 1.5) *
                           std::exp(-d * d * e * e / variance) / neuron.tau();
      const double t = neuron.refractory() + neuron.tau() * x;
      const double longer = std::erf(d * e / std::sqrt(variance));
      greatest = std::max(greatest, exact);
      worst = std::max(worst, std::fabs(intervals.density(t) - exact));
      EXPECT_NEAR(intervals.survival(t), longer, accuracy) << sigma << ' ' << x;
      if (longer <= 1e-3) continue;
      EXPECT_NEAR(intervals.hazard(t) * longer, exact, 1e-6 * exact + 1e-10) << sigma << " " << x;
    }
    EXPECT_LE(worst, density_accuracy * greatest) << sigma;
  }
}

// Two integrals of the survivor function are the moments of Siegert's and Brunel's formulas.
TEST(IntervalDistribution, HasTheMomentsOfTheirFormulas) {
  testing::Random random;
  for (int k = 0; k < testing::cases(12); ++k) {
    const double b = random.uniform(-12, 3);
    const double d = random.logarithmic(0.4, 12);
    const Neuron neuron(NeuronParameters{
        .rest = 0, .reset = -d, .threshold = 0, .resistance = 1, .tau = 1, .refractory = 0, .initial = -1});
    const auto moments = interval_moments(neuron, -b, 1);
    const IntervalDistribution intervals(neuron, -b, 1);
    const double to = 40 * moments.mean;
    const auto weighed = [&](double power) {
      return integral([&](double t) { return intervals.density(t) * std::pow(t / moments.mean, power); }, to, 400000);
    };
    EXPECT_NEAR(intervals.survival(0), 1, accuracy);
    EXPECT_NEAR(intervals.survival(1e-9), 1, accuracy) << b << ' ' << d;
    EXPECT_NEAR(weighed(0), 1, accuracy) << b << ' ' << d;
    EXPECT_NEAR(weighed(1), 1, accuracy) << b << ' ' << d;
    EXPECT_NEAR(weighed(2), 1 + moments.cv * moments.cv, accuracy) << b << ' ' << d;
  }
}

TEST(IntervalDistribution, IsThatOfDrawnIntervals) {
  const Neuron neuron;
  for (const double current : {1.6, 2.0, 4.0}) {
    auto drawn = noisy_intervals(neuron, current, 4, {.until = 20000 * interval_moments(neuron, current, 4).mean});
    std::sort(drawn.begin(), drawn.end());
    const IntervalDistribution intervals(neuron, current, 4);
    const auto n = static_cast<double>(drawn.size());
    double distance = 0;
    for (std::size_t k = 0; k < drawn.size(); ++k) {
      const double shorter = 1 - intervals.survival(drawn[k]);
      distance = std::max({distance, shorter - static_cast<double>(k) / n, static_cast<double>(k + 1) / n - shorter});
    }
    EXPECT_LT(distance * std::sqrt(n), 1.95) << current;  // Kolmogorov and Smirnov: exceeded once in a thousand
  }
}

// Rare spikes come independently: once in the mean, less what the first relaxation takes.
TEST(IntervalDistribution, HasAConstantHazardInTheEnd) {
  const Neuron neuron;
  const double mean = interval_moments(neuron, 1, 2.5).mean;  // b = 4
  const IntervalDistribution intervals(neuron, 1, 2.5);
  EXPECT_NEAR(intervals.hazard(300) * mean, 1, 1e-4);
  EXPECT_NEAR(intervals.hazard(1e6) * mean, 1, 1e-4);
  EXPECT_NEAR(intervals.survival(mean), std::exp(-1), 1e-4);
}

TEST(IntervalDistribution, IsNothingInRefractoriness) {
  const IntervalDistribution intervals(Neuron{}, 3, 3);
  for (const double t : {-1.0, 0.0, 1.0, 2.0}) {
    EXPECT_EQ(intervals.density(t), 0);
    EXPECT_EQ(intervals.survival(t), 1);
    EXPECT_EQ(intervals.hazard(t), 0);
  }
  EXPECT_EQ(intervals.survival(std::numeric_limits<double>::infinity()), 0);
  EXPECT_EQ(intervals.density(std::numeric_limits<double>::infinity()), 0);
}

TEST(IntervalDistribution, NamesWhatCannotBe) {
  const auto message = [](double current, double sigma) {
    try {
      const IntervalDistribution intervals(Neuron{}, current, sigma);
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  EXPECT_EQ(message(2, 0), "sigma = 0 mV: must be greater than 0");
  EXPECT_EQ(message(0, 0.5),
            "sigma = 0.5 mV: makes the distribution of the intervals take more than 40000 steps to be "
            "solved; choose a larger one");
  EXPECT_EQ(message(2, 500),
            "sigma = 500 mV: makes the distribution of the intervals take more than 40000 steps to be "
            "solved; choose a smaller one");
  EXPECT_THROW(IntervalDistribution(Neuron{}, 2, 3).density(std::nan("")), InvalidArgument);
}

TEST(IntervalDistribution, RefusesANeuronOfOtherRules) {
  EXPECT_THROW(IntervalDistribution(NeuronParameters{.refractory_rule = RefractoryRule::silent}, 3, 3),
               InvalidArgument);
}

}  // namespace
}  // namespace lapicque
