#include "lapicque/current_value.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "random.hpp"

namespace lapicque {
namespace {

using Wide = boost::multiprecision::cpp_bin_float_50;

std::vector<double> values_at(const Current& current, const std::vector<double>& times) {
  CurrentEvaluator evaluator(current);
  std::vector<double> values;
  for (const double t : times) values.push_back(evaluator.value_at(t));
  return values;
}

const double before_two = std::nextafter(2, 0);
const double before_five = std::nextafter(5, 0);

TEST(CurrentValue, OfNoCurrentIsZero) { EXPECT_EQ(values_at(Current{}, {-1, 0, 1}), (std::vector<double>{0, 0, 0})); }

TEST(CurrentValue, OfAStepCountsItsStartAndNotItsStop) {
  EXPECT_EQ(values_at(step(2, 5, 1.5), {before_two, 2, before_five, 5}), (std::vector<double>{0, 1.5, 1.5, 0}));
  EXPECT_EQ(values_at(step(2, forever, 1.5), {1e300}), (std::vector<double>{1.5}));
}

TEST(CurrentValue, OfARampIsItsStraightLine) {
  EXPECT_EQ(values_at(ramp(2, 6, 1, -1), {before_two, 2, 3, 4, 6}), (std::vector<double>{0, 1, 0.5, 0, 0}));
}

TEST(CurrentValue, OfHeldSamplesIsTheLastOne) {
  EXPECT_EQ(values_at(samples(2, 1.5, {1, -2}), {before_two, 2, 3, 3.5, before_five, 5}),
            (std::vector<double>{0, 1, 1, -2, -2, 0}));
}

TEST(CurrentValue, OfLinearSamplesJoinsThemAndHoldsTheLast) {
  EXPECT_EQ(values_at(samples(2, 1.5, {1, -2}, Hold::linear), {before_two, 2, 2.75, 3.5, before_five, 5}),
            (std::vector<double>{0, 1, -0.5, -2, -2, 0}));
}

TEST(CurrentValue, OfSamplesChangesAtTheBreakpoints) {
  std::vector<double> values(100000);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<double>(k);
  const Current current = samples(0.3, 0.1, values);
  CurrentEvaluator evaluator(current);
  for (std::size_t k = 1; k < values.size(); ++k) {
    const double breakpoint = pieces_of<Samples>(current)[0].breakpoint(k);
    EXPECT_EQ(evaluator.value_at(std::nextafter(breakpoint, 0)), static_cast<double>(k - 1));
    EXPECT_EQ(evaluator.value_at(breakpoint), static_cast<double>(k));
  }
}

TEST(CurrentValue, OfSamplesIsFoundFarFromTheStart) {
  EXPECT_EQ(values_at(samples(-1e6, 0.5, std::vector<double>(4000000, 3.0)), {0, 999999.75, 1e6}),
            (std::vector<double>{3, 3, 0}));
}

TEST(CurrentValue, OfPulsesIsZero) {
  EXPECT_EQ(values_at(pulses({{1, 5}}), {0, 1, 2}), (std::vector<double>{0, 0, 0}));
}

TEST(CurrentValue, OfASinusoidStartsAtItsPhaseAndEndsAtItsStop) {
  const Current current = sinusoid(2, 5, 3, 250, std::numbers::pi / 2);
  const auto values = values_at(current, {before_two, 2, 3, 4, 5});
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[1], 3);
  EXPECT_NEAR(values[2], 0, 1e-15);
  EXPECT_EQ(values[3], -3);
  EXPECT_EQ(values[4], 0);
}

TEST(CurrentValue, OfASinusoidIsAccurateAfterManyCycles) {
  testing::Random random;
  double worst = 0;
  for (int k = 0; k < testing::cases(2000); ++k) {
    const double start = random.uniform(-1e3, 1e3);
    const double frequency = random.logarithmic(1e-2, 1e6);
    const double phase = random.uniform(-1, 1) * random.logarithmic(1, 1e6);
    const double t = start + random.logarithmic(1e-3, 1e9);
    const Wide angle = boost::math::constants::two_pi<Wide>() * frequency * (Wide(t) - start) / 1000 + phase;
    const double error =
        static_cast<double>(abs(values_at(sinusoid(start, forever, 1, frequency, phase), {t})[0] - Wide(sin(angle))));
    EXPECT_LE(error, 1e-15) << to_text(start) << ' ' << to_text(frequency) << ' ' << to_text(phase) << ' '
                            << to_text(t);
    worst = std::max(worst, error);
  }
  std::cout << "worst error " << worst << " of the amplitude\n";
}

// sum_k w_k f(t - t_k), and the bound of its error, in which s/tau_s comes from the rounding of the exponent.
struct Sum {
  Wide value = 0;
  Wide bound = 0;
};
Sum sum_of_arrivals(const Synapse& synapse, double t) {
  Sum sum;
  for (const Event& event : *synapse.events) {
    if (event.time > t) break;
    const Wide x = (Wide(t) - event.time) / synapse.tau;
    const Wide f = synapse.shape == Shape::exponential ? Wide(exp(-x)) : Wide(x * exp(1 - x));
    sum.value += event.size * f;
    sum.bound += std::fabs(event.size) * f * (1 + x);
  }
  return sum;
}

TEST(CurrentValue, OfASynapseIsTheSumOverItsArrivals) {
  testing::Random random;
  double worst = 0;
  for (int k = 0; k < testing::cases(60); ++k) {
    const double tau = random.logarithmic(0.1, 100);
    std::vector<Event> events;
    for (int n = random.integer(1, 60); n > 0; --n) events.push_back({random.uniform(-50, 100), random.uniform(-1, 1)});
    events.push_back(events.front());  // two at one time
    const Current current = random.chance(0.5) ? alpha_synapse(tau, events) : exponential_synapse(tau, events);
    std::vector<double> times;
    for (int n = 0; n < 60; ++n) times.push_back(random.uniform(0, 150));
    for (const Event& event : events) times.push_back(event.time);
    std::sort(times.begin(), times.end());
    const auto values = values_at(current, times);
    for (std::size_t n = 0; n < times.size(); ++n) {
      const Sum truth = sum_of_arrivals(pieces_of<Synapse>(current)[0], times[n]);
      const double error = static_cast<double>(abs(values[n] - truth.value) / (truth.bound + Wide(1e-300)));
      EXPECT_LE(error, 1e-15) << to_text(tau) << ' ' << to_text(times[n]);
      worst = std::max(worst, error);
    }
  }
  std::cout << "worst error " << worst << " of the bound\n";
}

TEST(CurrentValue, OfASynapseDoesNotDependOnHowOftenItIsAsked) {
  const Current current = alpha_synapse(2, {{1, 0.7}, {3.3, -0.2}}) + exponential_synapse(5, {{2, 1}});
  CurrentEvaluator often(current);
  double value = 0;
  for (int n = 0; n <= 100000; ++n) value = often.value_at(n * 1e-4);
  EXPECT_EQ(values_at(current, {10}), (std::vector<double>{value}));
}

TEST(CurrentValue, OfASynapseIsZeroBeforeTheFirstArrivalAndLongAfterTheLast) {
  for (const double first : {-1e6, -5.0, 5.0}) {
    const auto shapes = {exponential_synapse(1e-3, {{first, 1}, {20, 2}}), alpha_synapse(1e-3, {{first, 1}, {20, 2}})};
    for (const Current& current : shapes) {
      EXPECT_EQ(values_at(current, {first - 1, first + 10, 1e300}), (std::vector<double>{0, 0, 0}));
    }
  }
  EXPECT_EQ(values_at(alpha_synapse(1e-300, {{0, 1}, {1e300, 1}}), {1, 1e300, 1e305}), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(values_at(exponential_synapse(2, {}), {0}), (std::vector<double>{0}));
}

TEST(CurrentValue, OfAMixtureIsTheSum) {
  const Current current = step(0, 9, 2) + step(1, 9, 3) + ramp(0, 8, 0, 8) + samples(0, 5, {0.5});
  EXPECT_EQ(values_at(current, {0, 2, 4, 9}), (std::vector<double>{2.5, 7.5, 9.5, 0}));
}

TEST(CurrentValue, IsAskedForInOrder) {
  CurrentEvaluator evaluator(step(0, 1, 1));
  evaluator.value_at(0.5);
  evaluator.value_at(0.5);
  try {
    evaluator.value_at(0.25);
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_STREQ(error.what(), "t = 0.25 ms: a current is evaluated at ascending times; the time before was 0.5 ms");
  }
  EXPECT_THROW(evaluator.value_at(std::nan("")), InvalidArgument);
}

}  // namespace
}  // namespace lapicque
