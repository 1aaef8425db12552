#include "lapicque/noisy_intervals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/interval_statistics.hpp"
#include "lapicque/noise.hpp"

namespace lapicque {
namespace {

constexpr double sure = 4.5;  // standard errors

IntervalStatistics statistics(const Neuron& neuron, double current, double sigma, const NoisyRun& run) {
  return interval_statistics(noisy_intervals(neuron, current, sigma, run));
}

struct Case {
  double current;  // nA; 2 is the rheobase
  double sigma;    // mV
};

// Below, at, above and far above threshold, with little noise and more than the way from reset to threshold.
TEST(NoisyIntervals, OfTheExactProcessHaveTheMomentsOfTheFormula) {
  for (const NeuronParameters& parameters : {NeuronParameters{}, NeuronParameters{.refractory = 0}}) {
    for (const auto [current, sigma] :
         {Case{1.5, 5}, Case{2, 3}, Case{3, 2}, Case{8, 0.5}, Case{100, 1}, Case{0, 60}}) {
      const auto formula = interval_moments(parameters, current, sigma);
      const auto drawn = statistics(parameters, current, sigma, {.until = 20000 * formula.mean});
      EXPECT_NEAR(static_cast<double>(drawn.count), 20000, sure * std::sqrt(20000.0) * formula.cv + 2);
      EXPECT_NEAR(drawn.rate, formula.rate, sure * drawn.rate_error) << current << ' ' << sigma;
      EXPECT_NEAR(drawn.cv, formula.cv, sure * drawn.cv_error) << current << ' ' << sigma;
    }
  }
}

TEST(NoisyIntervals, OfSteppersHaveTheMomentsThatAreForetold) {
  const Neuron neuron;
  for (const Method method : {Method::euler, Method::exponential_euler}) {
    for (const auto [current, sigma] : {Case{1.5, 5}, Case{2, 3}, Case{2.5, 3}}) {
      for (const double dt : {0.2, 0.05}) {
        const auto exact = interval_moments(neuron, current, sigma);
        const auto foretold = stepped_interval_moments(neuron, current, sigma, dt, method);
        const auto drawn =
            statistics(neuron, current, sigma, {.until = 20000 * exact.mean, .method = method, .dt = dt});
        // What is left is of the order of dt/tau.
        const double left = 0.1 * dt / neuron.tau() * foretold.rate;
        EXPECT_NEAR(drawn.rate, foretold.rate, sure * drawn.rate_error + left) << current << ' ' << sigma << ' ' << dt;
        EXPECT_NEAR(drawn.cv, foretold.cv, sure * drawn.cv_error) << current << ' ' << sigma << ' ' << dt;
        EXPECT_GT(std::fabs(drawn.rate - exact.rate), 2 * std::fabs(drawn.rate - foretold.rate));
      }
    }
  }
}

TEST(NoisyIntervals, OfSteppersAreWholeNumbersOfSteps) {
  const auto intervals = noisy_intervals(Neuron{}, 2, 3, {.until = 500, .method = Method::euler, .dt = 0.25});
  ASSERT_GT(intervals.size(), 5U);
  for (const double interval : intervals) {
    EXPECT_EQ(interval / 0.25, std::round(interval / 0.25));
    EXPECT_GT(interval, 2);
  }
}

TEST(NoisyIntervals, EndWithTheRun) {
  double sum = 0;
  for (const double interval : noisy_intervals(Neuron{}, 3, 3, {.until = 300})) {
    EXPECT_GT(interval, 2);
    sum += interval;
  }
  EXPECT_LE(sum, 300);
  EXPECT_GT(sum, 200);
  EXPECT_TRUE(noisy_intervals(Neuron{}, 3, 3, {.until = 1}).empty());
  EXPECT_TRUE(noisy_intervals(Neuron{}, 0, 1e-3, {.until = 1000}).empty());
}

TEST(NoisyIntervals, AreThoseOfTheirSeedAndStream) {
  const auto drawn = [](std::uint64_t seed, std::uint64_t stream) {
    return noisy_intervals(Neuron{}, 3, 3, {.until = 300, .seed = seed, .stream = stream});
  };
  EXPECT_EQ(drawn(1, 0), drawn(1, 0));
  EXPECT_NE(drawn(1, 0), drawn(2, 0));
  EXPECT_NE(drawn(1, 0), drawn(1, 1));
}

TEST(NoisyIntervals, NameWhatCannotBe) {
  const auto message = [](double current, double sigma, const NoisyRun& run) {
    try {
      noisy_intervals(Neuron{}, current, sigma, run);
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(message(infinity, 1, {.until = 1}), "current = inf nA: must be a finite number");
  EXPECT_EQ(message(1, 0, {.until = 1}), "sigma = 0 mV: must be greater than 0");
  EXPECT_NE(message(1, 1, {.until = 0}).find("until = 0 ms"), std::string::npos);
  EXPECT_EQ(message(1, 1, {.until = 1, .method = Method::exponential_euler}), "dt = 0 ms: must be greater than 0");
  EXPECT_EQ(message(1, 1, {.until = 1, .method = Method::euler, .dt = 8}),
            "dt = 8 ms: under noise, forward Euler's time step must be shorter than tau = 8 ms; shorten it, or take "
            "exponential Euler");
  EXPECT_EQ(message(1, 1, {.until = 1e9}), "until = 1e+09 ms: makes more than 1e9 steps; choose an earlier end");
}

TEST(NoisyIntervals, RefuseANeuronOfOtherRules) {
  const NeuronParameters silent{.refractory_rule = RefractoryRule::silent};
  EXPECT_THROW(noisy_intervals(silent, 3, 3, {.until = 100}), InvalidArgument);
  EXPECT_THROW(interval_moments(silent, 3, 3), InvalidArgument);
}

}  // namespace
}  // namespace lapicque
