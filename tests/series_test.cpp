#include "solver/skip/series.hpp"

#include <gtest/gtest.h>

#include <iostream>

#include "lapicque/spike_train.hpp"
#include "numbers/real.hpp"
#include "random.hpp"

// The spikes of a neuron that fires regularly, against 100 digits.

namespace lapicque {
namespace {

using detail::Ball;
using detail::DoubleDouble;
using detail::Real100;
using testing::Random;

Real100 wide(const DoubleDouble& x) { return Real100(x.hi) + Real100(x.lo); }

TEST(Series, EnclosesEverySpike) {
  Random random;
  double widest = 0;
  for (int k = testing::cases(2000); k > 0; --k) {
    const auto ball = [&] {
      const double value = random.logarithmic(1e-3, 1e6);
      const double error = random.chance(0.5) ? value * random.logarithmic(1e-32, 1e-20) : 0;
      return Ball<DoubleDouble>(detail::two_sum(value, value * random.uniform(-0x1p-54, 0x1p-54)), error);
    };
    const detail::Series<DoubleDouble> series{ball(), ball()};
    const Real100 side = random.chance(0.5) ? 1 : -1;
    const Real100 start = wide(series.start.mid) + side * series.start.rad;
    const Real100 period = wide(series.period.mid) + side * series.period.rad;

    const double first = std::floor(random.logarithmic(1, 1e15));
    const auto count = static_cast<std::size_t>(random.integer(1, 64));
    detail::ReadySpikes ready;
    ASSERT_EQ(detail::make_ready(series, first, count, false, ready), count);
    ASSERT_EQ(ready.size - ready.next, count);
    for (std::size_t n = 0; n < count; ++n) {
      const double number = first + static_cast<double>(n);
      const Real100 exact = start + number * period;
      const auto [time, error] = series.at(number);
      const Real100 off = abs(wide(time) - exact);
      ASSERT_LE(off, error) << "spike " << number;
      if (series.start.rad == 0 && series.period.rad == 0) {
        widest = std::max(widest, error / time.hi);
      }
      EXPECT_EQ(ready.times[n], time.hi);
      EXPECT_EQ(ready.remainders[n], time.lo);
      EXPECT_LE(abs(ready.times[n] - exact), ready.errors[n]);
      EXPECT_LE(ready.errors[n], time.hi * 0x1.0001p-53 + 2 * error);
    }
  }
  EXPECT_LE(widest, 0x1p-102);
}

// From rest 10 mV below the threshold, by 2.5 nA through 10 MOhm: 8 ln(25/15) ms up, from reset 15 mV below 8
// ln(25/10).
TEST(Series, IsThatOfANeuronUnderAConstantCurrent) {
  const Neuron neuron({.rest = -60, .reset = -65, .threshold = -50, .resistance = 10, .tau = 8, .refractory = 2});
  const Current current = step(0, forever, 2.5) + step(5000, 6000, -2.5);
  const Real100 way_up = 8 * log(Real100(25) / 15);
  const Real100 period = 2 + 8 * log(Real100(30) / 15);
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    SpikeTrain train(neuron, current, 1e4, precision);
    int n = 0;
    for (; way_up + n * period < 5000; ++n) {
      const auto spike = train.next();
      ASSERT_TRUE(spike);
      const Real100 exact = way_up + n * period;
      EXPECT_LE(abs(Real100(spike->time) + spike->remainder - exact), 1e-25) << "spike " << n;
      EXPECT_LE(abs(spike->time - exact), spike->error);
      EXPECT_LE(spike->error, spike->time * 0x1.01p-53);
      // du/dt = (rest + R I - threshold) / tau
      EXPECT_NEAR(spike->slope, 15.0 / 8, 1e-14);
    }
    // After a second at rest, it starts from rest again, to within what is left of it: 35 e^-125 mV at most.
    n = 0;
    for (; 6000 + way_up + n * period <= 1e4; ++n) {
      const auto spike = train.next();
      ASSERT_TRUE(spike);
      EXPECT_NEAR(static_cast<double>(spike->time - (6000 + way_up + n * period)), 0, 1e-12) << "spike " << n;
    }
    EXPECT_FALSE(train.next());
  }
}

}  // namespace
}  // namespace lapicque
