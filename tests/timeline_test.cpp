#include "input/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
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

TEST(Timeline, TellsTheTimesOfTheNextEventsBeforeAHorizon) {
  const Current one = pulses({{1, 7}, {3, 5}, {3, 1}, {4, 2}});
  const Current several = one + samples(0, 2, {1, 10}) + exponential_synapse(2, {{0.5, 1}, {3, 1}});
  const auto times = [](const Current& current, std::size_t most, double horizon, int done = 0) {
    Timeline timeline(current);
    for (; done > 0; --done) timeline.advance();
    std::vector<double> found(most);
    std::vector<SingleEvent> events;
    const auto tell = [&](std::size_t first, const Timeline::Told& told) {
      EXPECT_EQ(first, events.size());
      for (std::size_t k = 0; k < told.count; ++k) {
        const bool is_sample = told.kind == SingleEvent::Kind::sample;
        events.push_back({told.kind, is_sample ? 0 : told.events[k].size, told.place});
      }
    };
    const auto [count, single] = timeline.look_ahead(found, horizon, tell);
    EXPECT_EQ(single, events.size());
    found.resize(count);
    EXPECT_LE(single, count);
    for (std::size_t k = 0; k < single; ++k) {
      EXPECT_TRUE(timeline.next_is_single());
      EXPECT_EQ(timeline.single().size, events[k].size);
      EXPECT_EQ(timeline.single().kind, events[k].kind);
      timeline.advance();
    }
    if (single < count) {
      EXPECT_TRUE(!timeline.next_is_single() || timeline.single().kind == SingleEvent::Kind::sample);
    }
    return found;
  };
  using Times = std::vector<double>;
  EXPECT_EQ(times(one, 9, forever), (Times{1, 3, 4}));
  EXPECT_EQ(times(one, 9, 4), (Times{1, 3}));
  EXPECT_EQ(times(one, 9, forever, 2), (Times{4}));
  EXPECT_EQ(times(one, 9, forever, 3), Times{});
  EXPECT_EQ(times(several, 9, forever), (Times{0, 0.5, 1, 2, 3, 4}));
  EXPECT_EQ(times(several, 3, forever, 1), (Times{0.5, 1, 2}));
  EXPECT_EQ(times(several, 9, 2, 2), (Times{1}));
  EXPECT_EQ(times(several, 9, forever, 6), Times{});
  const Current lists = pulses({{1, 7}, {2.5, 5}, {4, 2}, {6, 1}}) + exponential_synapse(2, {{2, 1}, {3, 1}, {6, 1}});
  EXPECT_EQ(times(lists, 3, forever), (Times{1, 2, 2.5}));
  EXPECT_EQ(times(lists, 9, 3), (Times{1, 2, 2.5}));
  EXPECT_EQ(times(lists, 9, forever), (Times{1, 2, 2.5, 3, 4}));  // and then both
  EXPECT_EQ(times(lists, 9, forever, 5), Times{6});
}

TEST(Timeline, PassesManySingleEventsOfListsAsOneAfterTheOther) {
  testing::Random random;
  for (int k = testing::cases(200); k > 0; --k) {
    Current current;
    for (int n = random.integer(1, 10); n > 0; --n) {
      std::vector<Event> events;
      for (int event = random.integer(0, 20); event > 0; --event) events.push_back({random.uniform(0, 100), 1});
      current += random.chance(0.5) ? pulses(events) : exponential_synapse(random.integer(1, 3), events);
    }
    Timeline many(current);
    Timeline one_by_one(current);
    while (one_by_one.next() < forever) {
      std::size_t left = 0;
      for (Timeline rest = one_by_one; rest.next() < forever; rest.advance()) ++left;
      const std::size_t count = std::min(left, static_cast<std::size_t>(random.integer(1, 9)));
      many.pass_singles(count);
      for (std::size_t event = 0; event < count; ++event) one_by_one.advance();
      ASSERT_EQ(many.next(), one_by_one.next());
      if (many.next() == forever) break;
      ASSERT_EQ(many.single().kind, one_by_one.single().kind);
      ASSERT_EQ(many.single().place, one_by_one.single().place);
    }
    ASSERT_EQ(many.next(), forever);
  }
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

/// All that a timeline tells of its last event, and of what acts after it.
std::vector<std::vector<double>> all_told(const Timeline& timeline) {
  auto all = all_that_acts(timeline);
  all.push_back({value(timeline.jump())});
  for (std::size_t k = 0; timeline.anything_arrived() && k < timeline.arrivals().size(); ++k) {
    const Arrivals& arrivals = timeline.arrivals()[k];
    all.push_back({timeline.synaptic_taus()[k], value(arrivals.exponential), value(arrivals.alpha)});
  }
  return all;
}

/// A timeline whose events are handed to it bit by bit, and the one that knew them all from the start.
class HandedEvents {
 public:
  explicit HandedEvents(testing::Random& random) : random_(random) {
    for (int k = random.integer(0, 3); k > 0; --k) {
      given_ += step(random.integer(0, 40), random.integer(41, 45), random.integer(1, 5));
    }
    if (random.chance(0.5)) {
      const Hold hold = random.chance(0.5) ? Hold::linear : Hold::previous;
      given_ += samples(random.integer(0, 20), 1, {1, 3, 2, 5, 4, 4, 7}, hold);
    }
    if (random.chance(0.5)) given_ += pulses(draw_events()) + alpha_synapse(3, draw_events());
    if (random.chance(0.3)) given_ += exponential_synapse(1, draw_events()) + sinusoid(5, 30, 1, 10);
    std::vector<std::vector<Event>> lists;
    for (std::size_t k = 0; k < receptors.size(); ++k) {
      lists.push_back(draw_events());
      for (const Event& event : lists.back()) to_come_.emplace_back(k, event);
    }
    all_ = given_ + pulses(lists[0]) + exponential_synapse(2, lists[1]) + alpha_synapse(2, lists[2]) +
           alpha_synapse(3, lists[3]);
    std::shuffle(to_come_.begin(), to_come_.end(), random);
    for (Timeline timeline(all_); timeline.next() < forever;) {
      times_.push_back(timeline.next());
      timeline.advance();
      told_.push_back(all_told(timeline));
    }
  }

  /// From horizon to horizon, and each time from an older copy as well.
  void run() {
    Timeline timeline(given_, &inbox_);
    ASSERT_EQ(timeline.synaptic_taus().size(), Timeline(all_).synaptic_taus().size());
    Timeline old = timeline;
    std::size_t passed = 0;
    std::size_t passed_by_old = 0;
    for (double horizon = 0; horizon <= 60; horizon += random_.integer(1, 15)) {
      hand_until(horizon);
      Timeline copy = old;
      std::size_t passed_by_copy = passed_by_old;
      for (auto [line, count] : {std::pair(&timeline, &passed), std::pair(&copy, &passed_by_copy)}) {
        line->look_again();
        ASSERT_NO_FATAL_FAILURE(advance(*line, *count, horizon));
      }
      ASSERT_EQ(passed_by_copy, passed);
      if (random_.chance(0.5)) timeline = copy;
      if (random_.chance(0.4)) {
        old = timeline;
        passed_by_old = passed;
      }
    }
    EXPECT_EQ(passed, times_.size());
    EXPECT_EQ(timeline.next(), forever);
  }

 private:
  inline static const std::vector<Receptor> receptors{JumpReceptor{}, SynapticReceptor{Shape::exponential, 2},
                                                      SynapticReceptor{Shape::alpha, 2},
                                                      SynapticReceptor{Shape::alpha, 3}};

  /// Whole sizes, so that each sum is one double in whatever order it was added up.
  std::vector<Event> draw_events() {
    std::vector<Event> events;
    for (int n = random_.integer(0, 12); n > 0; --n) {
      events.push_back({static_cast<double>(random_.integer(0, 40)), static_cast<double>(random_.integer(1, 9))});
    }
    return events;
  }

  /// Hands all that comes until the horizon, and with luck some that comes later.
  void hand_until(double horizon) {
    std::erase_if(to_come_, [&](const auto& handed) {
      const auto& [receptor, event] = handed;
      if (event.time > horizon && random_.chance(0.8)) return false;
      inbox_.hand(receptor, event);
      return true;
    });
  }

  /// Goes to the horizon, holding each event against what the timeline that knew all of them had told.
  void advance(Timeline& timeline, std::size_t& passed, double horizon) {
    for (; timeline.next() <= horizon; ++passed) {
      ASSERT_LT(passed, times_.size());
      ASSERT_EQ(timeline.next(), times_[passed]);
      if (timeline.next_is_single() && random_.chance(0.5)) {
        timeline.pass_single();
        const auto acts = all_that_acts(timeline);
        ASSERT_TRUE(std::equal(acts.begin(), acts.end(), told_[passed].begin()));
      } else {
        timeline.advance();
        ASSERT_EQ(all_told(timeline), told_[passed]) << "at " << times_[passed];
      }
    }
  }

  testing::Random& random_;
  Current given_;
  Current all_;
  Inbox inbox_{receptors};
  std::vector<std::pair<std::size_t, Event>> to_come_;
  std::vector<double> times_;
  std::vector<std::vector<std::vector<double>>> told_;
};

TEST(Timeline, TakesEventsThatAreHandedWhileItRuns) {
  testing::Random random;
  for (int k = testing::cases(300); k > 0; --k) {
    SCOPED_TRACE(k);
    ASSERT_NO_FATAL_FAILURE(HandedEvents(random).run());
  }
}

TEST(Timeline, LetsHandedEventsAndGivenOnesOfOneInstantActTogether) {
  const Current current = pulses({{3, 5}}) + exponential_synapse(2, {{3, 0.5}});
  Inbox inbox({JumpReceptor{}, SynapticReceptor{Shape::exponential, 2}});
  Timeline timeline(current, &inbox);
  inbox.hand(0, {3, 7});
  inbox.hand(1, {3, 0.25});
  inbox.hand(1, {2, 4});
  timeline.look_again();
  EXPECT_EQ(timeline.next(), 2);
  ASSERT_TRUE(timeline.next_is_single());
  EXPECT_EQ(timeline.single().size, 4);
  timeline.advance();
  EXPECT_EQ(timeline.next(), 3);
  EXPECT_FALSE(timeline.next_is_single());
  timeline.advance();
  EXPECT_EQ(value(timeline.jump()), 12);
  EXPECT_EQ(value(timeline.arrivals()[0].exponential), 0.75);
  EXPECT_EQ(timeline.next(), forever);
}

TEST(Timeline, KnowsTheTimeConstantsThatOwnSpikesRaise) {
  const Current current = exponential_synapse(2, {});
  const Inbox inbox({SynapticReceptor{Shape::alpha, 5}, SynapticReceptor{Shape::exponential, 2}});
  const std::vector<double> of_own_spikes{144, 5};
  const Timeline timeline(current, &inbox, of_own_spikes);
  const auto taus = timeline.synaptic_taus();
  EXPECT_EQ(std::vector<double>(taus.begin(), taus.end()), (std::vector<double>{2, 5, 144}));
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
