#include "lapicque/postsynaptic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "random_neuron.hpp"

namespace lapicque {
namespace {

// The truth here is the difference of exponentials as textbooks have it, with all its cancellation, in 200
// digits.
using Wide = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<200>, boost::multiprecision::et_off>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nearest = 0.5001;  // ulp: the double nearest to the truth, or all but that

double ulp(double value) {
  const double size = std::fabs(value);
  return std::nextafter(size, infinity) - size;
}

double ulps(double got, const Wide& truth) { return static_cast<double>(abs(Wide(got) - truth) / Wide(ulp(got))); }

Wide current(Shape shape, double tau, const Wide& t) {
  const Wide s = t / tau;
  return shape == Shape::exponential ? Wide(exp(-s)) : Wide(s * exp(1 - s));
}

/// (u - u_rest) / R for a weight of 1.
Wide response(const Neuron& neuron, Shape shape, double tau, const Wide& t) {
  const Wide a = 1 / Wide(neuron.tau());
  const Wide b = 1 / Wide(tau);
  const Wide z = (a - b) * t;
  if (shape == Shape::exponential)
    return a == b ? Wide(a * t * exp(-a * t)) : Wide(a * (exp(-b * t) - exp(-a * t)) / (a - b));
  if (a == b) return exp(Wide(1)) * a * a * t * t / 2 * exp(-a * t);
  return exp(Wide(1)) * a * b * (exp(-a * t) - (1 - z) * exp(-b * t)) / ((a - b) * (a - b));
}

/// What R I - (u - u_rest) is for R = 1 and a weight of 1: above 0 before the peak, below 0 after it.
Wide climb(const Neuron& neuron, Shape shape, double tau, const Wide& t) {
  return current(shape, tau, t) - response(neuron, shape, tau, t);
}

/// tau_m times a factor: far from 1, next to it (2^-k), and 1 itself.
double random_tau(testing::Random& random, const Neuron& neuron) {
  if (random.chance(0.1)) return neuron.tau();
  if (random.chance(0.4)) return neuron.tau() * (1 + std::ldexp(random.chance(0.5) ? 1 : -1, -random.integer(1, 52)));
  return neuron.tau() * random.logarithmic(1e-6, 1e6);
}

template <class Test>
void for_random_synapses(Test test) {
  testing::Random random;
  for (int k = 0; k < testing::cases(100); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double tau = random_tau(random, neuron);
    for (const Shape shape : {Shape::exponential, Shape::alpha}) {
      SCOPED_TRACE(testing::describe(neuron) + (shape == Shape::alpha ? " alpha " : " exponential ") + to_text(tau));
      test(random, neuron, shape, tau);
    }
  }
}

TEST(PostsynapticPotential, IsTheNearestDouble) {
  for_random_synapses([](testing::Random& random, const Neuron& neuron, Shape shape, double tau) {
    const double weight = random.uniform(-3, 3);
    const double t = random.logarithmic(1e-9, 100) * std::max(tau, neuron.tau());
    const Wide truth = Wide(neuron.resistance()) * weight * response(neuron, shape, tau, t);
    EXPECT_LE(ulps(postsynaptic_potential(neuron, shape, tau, weight, t), truth), nearest) << to_text(t);
  });
}

// u - u_rest is R I at the peak, and the signs of R I - (u - u_rest) on both sides bracket it.
TEST(PostsynapticPeak, IsTheNearestDouble) {
  for_random_synapses([](testing::Random& random, const Neuron& neuron, Shape shape, double tau) {
    const double weight = random.uniform(-3, 3);
    const auto peak = postsynaptic_peak(neuron, shape, tau, weight);
    const Wide off = Wide(ulp(peak.time)) * nearest;
    EXPECT_GT(climb(neuron, shape, tau, peak.time - off), 0);
    EXPECT_LT(climb(neuron, shape, tau, peak.time + off), 0);
    // The potential is flat there: half an ulp of the time is far below the last digit.
    const Wide truth = Wide(neuron.resistance()) * weight * response(neuron, shape, tau, peak.time);
    EXPECT_LE(ulps(peak.potential, truth), nearest);
  });
}

TEST(PostsynapticPeak, OfTheHeadersExamples) {
  const auto peak = postsynaptic_peak(Neuron{}, Shape::exponential, 2, 1);
  EXPECT_EQ(peak.time, 3.696784962986375);  // 8/3 log 4
  EXPECT_EQ(peak.potential, 1.5749013123685915);
  EXPECT_EQ(threshold_weight(Neuron{}, Shape::exponential, 2), 12.699208415745597);
  EXPECT_EQ(postsynaptic_potential(Neuron{}, Shape::exponential, 2, 1, 2), 1.3697378063332085);
}

TEST(PostsynapticPeak, IsSmoothThroughEqualTimeConstants) {
  EXPECT_EQ(postsynaptic_peak(Neuron{}, Shape::exponential, 8, 1).time, 8);
  EXPECT_EQ(postsynaptic_peak(Neuron{}, Shape::exponential, 8, 1).potential, 10 * std::exp(-1));
  EXPECT_EQ(postsynaptic_peak(Neuron{}, Shape::alpha, 8, 1).time, 16);
  EXPECT_DOUBLE_EQ(postsynaptic_peak(Neuron{}, Shape::alpha, 8, 1).potential, 20 * std::exp(-1));
  for (const Shape shape : {Shape::exponential, Shape::alpha}) {
    const auto equal = postsynaptic_peak(Neuron{}, shape, 8, 1);
    for (const double tau : {std::nextafter(8.0, 0.0), std::nextafter(8.0, 9.0)}) {
      EXPECT_NEAR(postsynaptic_peak(Neuron{}, shape, tau, 1).time, equal.time, 4e-15);
      EXPECT_NEAR(postsynaptic_peak(Neuron{}, shape, tau, 1).potential, equal.potential, 1e-15);
    }
  }
}

// A long synapse is a step, whose peak is R I; a short one is a jump of R w tau_s/tau_m, times e for the alpha shape.
TEST(PostsynapticPeak, HasItsLimitsAtTheEndsOfDouble) {
  EXPECT_EQ(postsynaptic_peak(Neuron{}, Shape::exponential, 1e300, 1).potential, 10);
  EXPECT_EQ(postsynaptic_peak(Neuron{}, Shape::alpha, 1e300, 1).potential, 10);
  EXPECT_DOUBLE_EQ(postsynaptic_peak(Neuron{}, Shape::exponential, 1e-300, 1).potential, 10e-300 / 8);
  EXPECT_DOUBLE_EQ(postsynaptic_peak(Neuron{}, Shape::alpha, 1e-300, 1).potential, 10e-300 / 8 * std::exp(1));
  EXPECT_EQ(postsynaptic_potential(Neuron{}, Shape::alpha, 2, 1, infinity), 0);
  EXPECT_EQ(postsynaptic_potential(Neuron{}, Shape::alpha, 2, 1, -1), 0);
  EXPECT_EQ(postsynaptic_potential(Neuron{}, Shape::exponential, 1e-300, 1, 1e300), 0);
  for (const Shape shape : {Shape::exponential, Shape::alpha}) {
    EXPECT_TRUE(std::isfinite(postsynaptic_peak(NeuronParameters{.tau = 1e300}, shape, 1e-300, 1).time));
    EXPECT_TRUE(std::isfinite(postsynaptic_peak(NeuronParameters{.tau = 1e-300}, shape, 1e300, 1).time));
  }
}

TEST(ThresholdWeight, IsTheNearestDouble) {
  for_random_synapses([](testing::Random&, const Neuron& neuron, Shape shape, double tau) {
    const double time = postsynaptic_peak(neuron, shape, tau, 1).time;
    const Wide truth =
        (Wide(neuron.threshold()) - neuron.rest()) / (Wide(neuron.resistance()) * response(neuron, shape, tau, time));
    EXPECT_LE(ulps(threshold_weight(neuron, shape, tau), truth), nearest);
  });
}

// What a weight just below and above it does, said by the solver, which knows none of these formulas.
TEST(ThresholdWeight, IsWhereTheSolverBeginsToFire) {
  testing::Random random;
  for (int k = 0; k < testing::cases(20); ++k) {
    const Neuron neuron = testing::random_neuron(random);
    const double tau = neuron.tau() * random.logarithmic(0.01, 100);
    for (const Shape shape : {Shape::exponential, Shape::alpha}) {
      SCOPED_TRACE(testing::describe(neuron) + " " + to_text(tau));
      const double weight = threshold_weight(neuron, shape, tau);
      const auto fires = [&](double w) {
        const Current input = shape == Shape::alpha ? alpha_synapse(tau, {{0, w}}) : exponential_synapse(tau, {{0, w}});
        return !spike_times(neuron, input, 2 * postsynaptic_peak(neuron, shape, tau, w).time).empty();
      };
      EXPECT_FALSE(fires(weight * (1 - 4e-16)));
      EXPECT_TRUE(fires(weight * (1 + 4e-16)));
    }
  }
}

TEST(ThresholdJump, LandsOnTheThreshold) {
  EXPECT_EQ(threshold_jump(Neuron{}), 20);
  EXPECT_EQ(spike_times(Neuron{}, pulses({{1, 20}}), 5).size(), 1U);
  EXPECT_TRUE(spike_times(Neuron{}, pulses({{1, std::nextafter(20, 0)}}), 5).empty());
}

TEST(Postsynaptic, NamesWhatIsWrong) {
  const auto message = [](auto call) {
    try {
      call();
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  const Neuron pacemaker(NeuronParameters{.rest = -45, .initial = -60});
  EXPECT_EQ(message([] { postsynaptic_peak(Neuron{}, Shape::alpha, 0, 1); }), "tau = 0 ms: must be greater than 0");
  EXPECT_EQ(message([] { postsynaptic_potential(Neuron{}, Shape::alpha, -1, 1, 1); }),
            "tau = -1 ms: must be greater than 0");
  EXPECT_EQ(message([] { postsynaptic_peak(Neuron{}, Shape::alpha, 1, infinity); }),
            "weight = inf nA: must be a finite number");
  EXPECT_EQ(message([] { postsynaptic_potential(Neuron{}, Shape::alpha, 1, 1, std::nan("")); }),
            "t = nan ms: must be a number");
  for (const auto& said :
       {message([&] { threshold_weight(pacemaker, Shape::alpha, 1); }), message([&] { threshold_jump(pacemaker); })}) {
    EXPECT_EQ(said,
              "rest = -45 mV: must lie below the threshold for this question to make sense; choose one below -50 mV");
  }
}

}  // namespace
}  // namespace lapicque
