#include "solver/state.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lapicque/current.hpp"
#include "numbers/ball.hpp"
#include "numbers/exact_sum.hpp"
#include "numbers/real.hpp"
#include "solver/constants.hpp"
#include "solver/problem.hpp"

// What the past leaves behind, against closed forms in 100 digits, for the exercises' neuron: R = 10 MOhm, tau_m = 8
// ms.

namespace lapicque::detail {
namespace {

/// A problem's state at t = 0, and what it refers to.
template <class Real>
struct Begun {
  explicit Begun(const Current& current, std::vector<AfterSpike> after_spike = {})
      : problem(std::make_shared<Problem>(
            Problem{Neuron(NeuronParameters{.after_spike = std::move(after_spike)}), current, 1000})),
        timeline(problem->current, nullptr, taus_of(*problem)),
        constants(problem, timeline.synaptic_taus()),
        state(constants, timeline) {}

  static std::vector<double> taus_of(const Problem& problem) {
    std::vector<double> taus;
    for (const AfterSpike& part : problem.neuron.after_spike()) taus.push_back(part.tau);
    return taus;
  }

  std::shared_ptr<const Problem> problem;
  Timeline timeline;
  Constants<Real> constants;
  State<Real> state;
};

template <class Number>
void expect_encloses(const Number& ball, const Real100& truth, double within) {
  const auto wide = convert_ball<Real100>(ball);
  EXPECT_LE(abs(wide.mid - truth), wide.rad);
  EXPECT_LE(wide.rad, within);
}

template <class Real>
class StateOf : public ::testing::Test {};
using Reals = ::testing::Types<double, DoubleDouble, Real50>;
TYPED_TEST_SUITE(StateOf, Reals, );

TYPED_TEST(StateOf, BeginsAtTheInitialPotential) {
  const Begun<TypeParam> at({});
  expect_encloses(at.state.potential, -20, 0);
  EXPECT_FALSE(at.state.refractory);
  EXPECT_EQ(at.state.side(), Side::below);
}

TYPED_TEST(StateOf, DecaysFromArrivalToArrival) {
  Begun<TypeParam> at(exponential_synapse(4, {{1, 0.5}, {7, 2}}) + alpha_synapse(2, {{1, 0.25}}));
  at.state.take_events(at.constants, at.timeline);
  at.state.take_events(at.constants, at.timeline);
  EXPECT_EQ(at.timeline.next(), forever);
  // Time constants are in ascending order: the alpha synapse's is first. It peaks at its weight: R e weight.
  const Real100 alpha = 10 * exp(Real100(1)) / 4 * exp(Real100(-3));
  expect_encloses(at.state.parts[0].alpha, alpha, 1e-13);
  expect_encloses(at.state.parts[0].exponential, alpha * 3, 1e-13);  // s / tau_s of it
  expect_encloses(at.state.parts[1].exponential, 20 + 5 * exp(Real100(-1.5)), 1e-13);
}

TYPED_TEST(StateOf, RemembersArrivalsBeforeZeroAndForgetsJumps) {
  Begun<TypeParam> at(exponential_synapse(4, {{-4, 1}}) + pulses({{-1, 5}}));
  at.state.decay_parts(at.constants, 0.0);
  expect_encloses(at.state.parts[0].exponential, 10 * exp(Real100(-1)), 1e-13);
  expect_encloses(at.state.potential, -20, 0);
}

TYPED_TEST(StateOf, TellsOnWhichSideAJumpLands) {
  Begun<TypeParam> at({});
  EXPECT_EQ(at.state.jump(ExactSum(19.9)), Side::below);
  EXPECT_EQ(at.state.jump(ExactSum(20 - 19.9)), Side::at_or_above);  // 20 in all, exactly: on the threshold
  EXPECT_EQ(at.state.jump(ExactSum(-0x1p-300)), Side::below);
  EXPECT_EQ(at.state.jump(ExactSum(0x1p-299)), Side::at_or_above);
}

TYPED_TEST(StateOf, IsClampedFromASpikeForTheRefractoryPeriod) {
  Begun<TypeParam> at({});
  using Time = Clock<TypeParam>;
  const Ball<Time> spike = Ball<Time>(100.0) + Ball<Time>(0x1p-70);
  at.state.fire(at.constants, spike, false);
  EXPECT_TRUE(at.state.refractory);
  expect_encloses(at.state.since, 102 + Real100(0x1p-70), 1e-25);  // the sum of two real numbers
  EXPECT_EQ(at.state.precedes_release(102), true);
  EXPECT_EQ(at.state.precedes_release(103), false);
  at.state.release(at.constants);
  EXPECT_FALSE(at.state.refractory);
  expect_encloses(at.state.potential, -15, 0);
}

TYPED_TEST(StateOf, DoesNotTellAnEventFromAReleaseThatIsNotKnownWellEnough) {
  Begun<TypeParam> at({});
  using Time = Clock<TypeParam>;
  at.state.fire(at.constants, Ball<Time>(Time(10.0), 1e-6), false);
  EXPECT_EQ(at.state.precedes_release(12), std::nullopt);
  EXPECT_EQ(at.state.precedes_release(11.99), true);
}

TYPED_TEST(StateOf, RaisesAfterSpikePartsAtTheSpikesExactTime) {
  Begun<TypeParam> at({}, {{AfterSpike::Kind::current, -0.5, 100}});
  using Time = Clock<TypeParam>;
  const Ball<Time> first = Ball<Time>(1.0) / Ball<Time>(3.0);
  at.state.fire(at.constants, first, false);
  const Ball<Time> second = Ball<Time>(50.0) / Ball<Time>(3.0);
  at.state.fire(at.constants, second, false);
  at.state.decay_parts(at.constants, 20.0);
  const Real100 truth = -5 * (exp((Real100(1) / 3 - 20) / 100) + exp((Real100(50) / 3 - 20) / 100));
  expect_encloses(at.state.parts[0].exponential, truth, 1e-13);
}

TYPED_TEST(StateOf, HandsItsPartsToAStretch) {
  Begun<TypeParam> at(exponential_synapse(4, {{-4, 1}}) + step(0, forever, 1.5));
  while (at.timeline.next() <= 0) at.state.take_events(at.constants, at.timeline);
  const auto stretch = at.state.stretch(at.constants, at.timeline);
  EXPECT_TRUE(stretch.is_clear);
  expect_encloses(stretch.x.start, -20, 0);
  expect_encloses(stretch.x.level, -20 + 15, 0);
  expect_encloses(stretch.x.decays[0].exponential, 10 * exp(Real100(-1)), 1e-13);
  EXPECT_FALSE(stretch.constant_drive);
}

}  // namespace
}  // namespace lapicque::detail
