#include "input/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "random.hpp"

namespace lapicque::detail {
namespace {

double value(const ExactSum& sum) {
  double total = 0;
  for (const double part : sum.parts()) total += part;
  return total;
}

TEST(Timeline, GoesThroughTheEventsInOrder) {
  const Current current = step(1, 4, 2) + pulses({{3, 5}, {1, 7}}) + samples(0, 2, {1, 10});
  Timeline timeline(current);
  std::vector<double> times;
  std::vector<double> constants;
  std::vector<double> jumps;
  while (timeline.next() < forever) {
    times.push_back(timeline.next());
    timeline.advance();
    constants.push_back(value(timeline.constant()));
    jumps.push_back(value(timeline.jump()));
  }
  EXPECT_EQ(times, (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(constants, (std::vector<double>{1, 3, 12, 12, 0}));
  EXPECT_EQ(jumps, (std::vector<double>{0, 7, 0, 5, 0}));
}

TEST(Timeline, LeavesNothingOfWhatHasEnded) {
  const Current current = step(0, 3, 0.1) + step(1, 3, 1e20) + step(1, 2, -0.3);
  Timeline timeline(current);
  while (timeline.next() < forever) timeline.advance();
  EXPECT_TRUE(timeline.constant().is_zero());
}

TEST(Timeline, GathersArrivalsByTimeConstant) {
  const Current current =
      exponential_synapse(2, {{1, 0.5}, {1, 0.25}}) + alpha_synapse(2, {{1, 4}}) + exponential_synapse(1, {{2, 3}});
  Timeline timeline(current);
  ASSERT_EQ(timeline.synaptic_taus().size(), 2U);
  EXPECT_EQ(timeline.synaptic_taus()[0], 1);
  timeline.advance();
  ASSERT_TRUE(timeline.anything_arrived());
  EXPECT_TRUE(timeline.arrivals()[0].exponential.is_zero());
  EXPECT_EQ(value(timeline.arrivals()[1].exponential), 0.75);
  EXPECT_EQ(value(timeline.arrivals()[1].alpha), 4);
  timeline.advance();
  EXPECT_EQ(value(timeline.arrivals()[0].exponential), 3);
  EXPECT_TRUE(timeline.arrivals()[1].alpha.is_zero());
}

TEST(Timeline, DrawsLinesBetweenSamplesAndHoldsTheLast) {
  const Current current = samples(0, 1, {1, 3, 2}, Hold::linear) + ramp(0.5, 10, 0, 1);
  Timeline timeline(current);
  timeline.advance();
  ASSERT_EQ(timeline.lines().size(), 1U);
  EXPECT_EQ(value(timeline.lines()[0].to), 3);
  timeline.advance();
  EXPECT_EQ(timeline.lines().size(), 2U);
  timeline.advance();
  ASSERT_EQ(timeline.lines().size(), 2U);
  EXPECT_EQ(value(timeline.lines()[0].to), 1);
  EXPECT_EQ(value(timeline.lines()[1].from), 3);
  timeline.advance();
  EXPECT_EQ(timeline.next(), 3);
  EXPECT_EQ(timeline.lines().size(), 1U);
  EXPECT_EQ(value(timeline.constant()), 2);
  timeline.advance();
  EXPECT_TRUE(timeline.constant().is_zero());
}

TEST(Timeline, AddsUpEqualLinesAndSinusoidsExactly) {
  const Current current =
      ramp(0, 5, 1e300, 3) + ramp(0, 5, -1e300, 4) + sinusoid(0, 5, 1e300, 10) + sinusoid(0, 4, -1e300, 10);
  Timeline timeline(current);
  timeline.advance();
  ASSERT_EQ(timeline.lines().size(), 1U);
  EXPECT_TRUE(timeline.lines()[0].from.is_zero());
  EXPECT_EQ(value(timeline.lines()[0].to), 7);
  ASSERT_EQ(timeline.waves().size(), 1U);
  EXPECT_TRUE(timeline.waves()[0].amplitude.is_zero());
  timeline.advance();
  EXPECT_EQ(value(timeline.waves()[0].amplitude), 1e300);
  timeline.advance();
  EXPECT_TRUE(timeline.lines().empty());
  EXPECT_TRUE(timeline.waves().empty());
}

TEST(Timeline, KeepsDifferentLinesAndSinusoidsApart) {
  const Current current =
      ramp(0, 5, 0, 1) + ramp(0, 6, 0, 1) + sinusoid(0, 5, 1, 10) + sinusoid(0, 5, 1, 11) + sinusoid(0, 5, 1, 10, 0.5);
  Timeline timeline(current);
  timeline.advance();
  EXPECT_EQ(timeline.lines().size(), 2U);
  EXPECT_EQ(timeline.waves().size(), 3U);
}

TEST(Timeline, PassesOverBreakpointsThatRoundToOneTime) {
  const Current current = samples(1e17, 1, {1, 2, 3, 4, 5}, Hold::linear);  // doubles are 16 apart there
  Timeline timeline(current);
  int events = 0;
  while (timeline.next() < forever) {
    timeline.advance();
    ++events;
  }
  EXPECT_EQ(events, 1);
  EXPECT_TRUE(timeline.lines().empty());
  EXPECT_TRUE(timeline.constant().is_zero());
}

/// What is constant, and all lines in order.
std::vector<std::vector<double>> all_that_acts(const Timeline& timeline) {
  const auto parts = [](const ExactSum& sum) { return std::vector<double>(sum.parts().begin(), sum.parts().end()); };
  std::vector<std::vector<double>> all;
  for (const Line& line : timeline.lines()) {
    all.push_back({line.start, line.stop, static_cast<double>(line.pieces)});
    for (const ExactSum& sum : {line.from, line.to}) {
      const auto values = parts(sum);
      all.back().insert(all.back().end(), values.begin(), values.end());
    }
  }
  std::sort(all.begin(), all.end());
  all.push_back(parts(timeline.constant()));
  return all;
}

TEST(Timeline, TellsSingleEventsFromThoseThatCoincide) {
  using Told = std::tuple<SingleEvent::Kind, double, double>;  // kind, size, time constant
  testing::Random random;
  int singles = 0;
  for (int k = testing::cases(300); k > 0; --k) {
    std::map<double, std::vector<std::optional<Told>>> expected;  // by time; nothing for a step's ends
    Current current;
    for (int piece = random.integer(1, 6); piece > 0; --piece) {
      const int kind = random.integer(0, 5);
      const double tau = random.integer(1, 3);
      using enum SingleEvent::Kind;
      if (kind > 3) {
        std::vector<double> values;
        for (int n = random.integer(1, 20); n > 0; --n) values.push_back(random.uniform(-1, 1));
        const double start = random.integer(0, 20);
        for (std::size_t n = 0; n <= values.size(); ++n) {
          expected[start + static_cast<double>(n)].push_back(Told(sample, 0, 0));
        }
        current += samples(start, 1, std::move(values), kind == 4 ? Hold::previous : Hold::linear);
        continue;
      }
      std::vector<Event> events;
      for (int n = random.integer(0, 6); n > 0; --n) {
        events.push_back({static_cast<double>(random.integer(0, 40)), random.uniform(-1, 1)});
      }
      if (kind == 0) {
        const double start = random.integer(0, 40);
        current += step(start, 41, 1);
        expected[start].push_back(std::nullopt);
        expected[41].push_back(std::nullopt);
        continue;
      }
      const auto told = kind == 1 ? jump : kind == 2 ? exponential : alpha;
      for (const Event& e : events) expected[e.time].push_back(Told(told, e.size, told == jump ? 0 : tau));
      current += kind == 1 ? pulses(events) : kind == 2 ? exponential_synapse(tau, events) : alpha_synapse(tau, events);
    }
    Timeline timeline(current);
    Timeline general(current);
    for (const auto& [time, events] : expected) {
      ASSERT_EQ(timeline.next(), time);
      general.advance();
      const bool is_single = timeline.next_is_single();
      ASSERT_EQ(is_single, events.size() == 1 && events[0]) << "at " << time;
      if (!is_single) {
        timeline.advance();
        continue;
      }
      ++singles;
      const SingleEvent single = timeline.single();
      timeline.pass_single();
      const bool has_tau = single.kind != SingleEvent::Kind::jump && single.kind != SingleEvent::Kind::sample;
      EXPECT_EQ(Told(single.kind, single.size, has_tau ? timeline.synaptic_taus()[single.place] : 0), *events[0]);
      EXPECT_EQ(all_that_acts(timeline), all_that_acts(general));
      EXPECT_EQ(timeline.constant_changes(), general.constant_changes());
    }
    EXPECT_EQ(timeline.next(), forever);
  }
  EXPECT_GT(singles, testing::cases(300));
}

TEST(Timeline, CopiesGoOnIndependently) {
  const Current current = step(0, forever, 1) + sinusoid(1, forever, 1, 10);
  Timeline timeline(current);
  timeline.advance();
  Timeline copy = timeline;
  copy.advance();
  EXPECT_EQ(timeline.next(), 1);
  EXPECT_TRUE(timeline.waves().empty());
  EXPECT_EQ(copy.waves().size(), 1U);
  EXPECT_EQ(copy.next(), forever);
}

}  // namespace
}  // namespace lapicque::detail
