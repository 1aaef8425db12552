#include "solver/scaling.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <variant>

#include "lapicque/current.hpp"

namespace lapicque::detail {
namespace {

Problem problem(double millivolt, double millisecond, const Current& current = {}) {
  return {Neuron({.rest = -70 * millivolt,
                  .reset = -65 * millivolt,
                  .threshold = -50 * millivolt,
                  .resistance = 10,
                  .tau = 8 * millisecond,
                  .refractory = 2 * millisecond}),
          current, 100 * millisecond};
}

TEST(Scaling, LeavesOrdinaryNumbersAlone) {
  const ScaledProblem same = scaled(problem(1, 1, step(1, 2, 3)));
  EXPECT_TRUE(same.suits_double);
  EXPECT_EQ(same.scale.voltage, 0);
  EXPECT_EQ(same.scale.time, 0);
  EXPECT_EQ(same.problem.neuron.tau(), 8);
  EXPECT_EQ(std::get<Step>(same.problem.current.pieces()[0]).amplitude, 3);
}

TEST(Scaling, BringsTheTimeConstantAndTheDepthNearOne) {
  const double millivolt = 0x1p-300;
  const double millisecond = 0x1p400;
  const Current current = sinusoid(3 * millisecond, 5 * millisecond, 2 * millivolt, 0.25 / millisecond, 0.5) +
                          exponential_synapse(4 * millisecond, {{millisecond, 7 * millivolt}}) +
                          pulses({{6 * millisecond, millivolt}});
  const auto [there, scale, suits_double] = scaled(problem(millivolt, millisecond, current));
  EXPECT_TRUE(suits_double);
  EXPECT_EQ(scale.time, 403);      // 8 ms = 2^3 ms
  EXPECT_EQ(scale.voltage, -296);  // 20 mV = 1.25 * 2^4 mV
  EXPECT_EQ(there.neuron.tau(), 1);
  EXPECT_EQ(there.neuron.threshold() - there.neuron.rest(), 1.25);
  EXPECT_EQ(there.neuron.refractory(), 0.25);
  EXPECT_EQ(there.until, 12.5);

  // Times in 8 ms, voltages in 16 mV; R I is in mV, whatever the currents' own unit.
  const auto pieces = there.current.pieces();
  const double resistance = there.neuron.resistance();
  const auto& wave = std::get<Sinusoid>(pieces[0]);
  EXPECT_EQ(wave.start, 0.375);
  EXPECT_EQ(wave.stop, 0.625);
  EXPECT_EQ(wave.frequency, 2);
  EXPECT_EQ(wave.phase, 0.5);
  EXPECT_EQ(resistance * wave.amplitude, 20 / 16.0);
  const auto& jumps = std::get<Pulses>(pieces[1]);
  EXPECT_EQ((*jumps.events)[0].time, 0.75);
  EXPECT_EQ((*jumps.events)[0].size, 1 / 16.0);
  const auto& synapse = std::get<Synapse>(pieces[2]);
  EXPECT_EQ(synapse.tau, 0.5);
  EXPECT_EQ((*synapse.events)[0].time, 0.125);
  EXPECT_EQ(resistance * (*synapse.events)[0].size, 70 / 16.0);
}

TEST(Scaling, LeavesToAWiderRangeWhatLosesDigits) {
  // 2^900 of these milliseconds is no double in units of the time constant.
  const ScaledProblem wide = scaled(problem(1, 0x1p-400, step(0x1p900, forever, 1)));
  EXPECT_FALSE(wide.suits_double);
  EXPECT_EQ(wide.problem.neuron.tau(), 8 * 0x1p-400);
}

TEST(Scaling, LeavesToAWiderRangeWhatIsHandedOverLater) {
  Problem open = problem(1, 0x1p-400);
  open.receptors.push_back(SynapticReceptor{Shape::exponential, 4 * 0x1p-400});
  EXPECT_FALSE(scaled(open).suits_double);
}

}  // namespace
}  // namespace lapicque::detail
