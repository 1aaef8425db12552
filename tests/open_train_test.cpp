#include "lapicque/open_train.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "random.hpp"

// What comes as it comes, against a train that knows all of it at the start.

namespace lapicque {
namespace {

using testing::Random;

struct Handed {
  std::size_t receptor;
  Event event;
};

/// A neuron, what it is given, and what is handed to it.
struct Case {
  explicit Case(Random& random) {
    const double tau = random.logarithmic(2, 30);
    neuron = Neuron({.rest = -70,
                     .reset = random.uniform(-75, -52),
                     .threshold = -50,
                     .resistance = 10,
                     .tau = tau,
                     .refractory = random.chance(0.3) ? 0 : random.uniform(0, 5),
                     .initial = -70});
    if (random.chance(0.5)) given += step(random.uniform(0, 20), forever, random.uniform(0, 3));
    if (random.chance(0.3)) given += sinusoid(0, forever, random.uniform(0, 2), random.uniform(5, 80));
    if (random.chance(0.3)) given += exponential_synapse(3, {{10, 3}, {50, 5}});
    for (int k = random.integer(1, 3); k > 0; --k) {
      const double tau_s = random.chance(0.2) ? tau : random.logarithmic(0.5, 20);
      const int kind = random.integer(0, 2);
      if (kind == 0) receptors.emplace_back(JumpReceptor{});
      if (kind > 0) receptors.emplace_back(SynapticReceptor{kind == 1 ? Shape::exponential : Shape::alpha, tau_s});
    }
    std::vector<std::vector<Event>> events(receptors.size());
    for (int k = random.integer(0, 300); k > 0; --k) {
      const double time = random.chance(0.3) ? std::floor(random.uniform(0, until)) : random.uniform(0, until);
      const auto receptor = static_cast<std::size_t>(random.integer(0, static_cast<int>(receptors.size()) - 1));
      const Event event{time, random.uniform(-1, 4)};
      handed.push_back({receptor, event});
      events[receptor].push_back(event);
    }
    std::sort(handed.begin(), handed.end(),
              [](const Handed& a, const Handed& b) { return a.event.time < b.event.time; });
    whole = given;
    for (std::size_t k = 0; k < receptors.size(); ++k) {
      const auto* synapse = std::get_if<SynapticReceptor>(&receptors[k]);
      if (!synapse) whole += pulses(events[k]);
      if (synapse && synapse->shape == Shape::exponential) whole += exponential_synapse(synapse->tau, events[k]);
      if (synapse && synapse->shape == Shape::alpha) whole += alpha_synapse(synapse->tau, events[k]);
    }
  }

  /// Advanced to horizons at random, and handed what comes then, sometimes long before.
  std::vector<Spike> spikes_as_it_comes(Random& random, Precision precision) const {
    OpenTrain train(neuron, given, receptors, until, precision);
    std::vector<Spike> spikes;
    std::size_t next = 0;
    for (double horizon = -1; horizon < until;) {
      const double later = std::min(until, std::max(horizon, 0.0) + random.logarithmic(0.01, 40));
      const double known = later + (random.chance(0.5) ? 0 : random.uniform(0, 30));
      for (; next < handed.size() && handed[next].event.time <= known; ++next)
        train.arrive(handed[next].receptor, handed[next].event.time, handed[next].event.size);
      horizon = later;
      while (const auto spike = train.next(horizon)) {
        EXPECT_LE(spike->time, horizon);
        spikes.push_back(*spike);
      }
    }
    return spikes;
  }

  static constexpr double until = 200;
  Neuron neuron{};
  Current given;
  Current whole;
  std::vector<Receptor> receptors;
  std::vector<Handed> handed;
};

double half_ulp(double x) { return (std::nextafter(x, forever) - x) / 2; }

TEST(OpenTrain, YieldsTheSameDoublesAsATrainThatKnowsAllFromTheStart) {
  Random random;
  std::size_t all = 0;
  for (int k = testing::cases(150); k > 0 && !HasFailure(); --k) {
    const Case c(random);
    const auto expected = spike_times(c.neuron, c.whole, Case::until);
    const auto spikes = c.spikes_as_it_comes(random, Precision::exact);
    ASSERT_EQ(spikes.size(), expected.size());
    for (std::size_t n = 0; n < spikes.size(); ++n) EXPECT_EQ(spikes[n].time, expected[n]) << "spike " << n;
    const auto fast = c.spikes_as_it_comes(random, Precision::fast);
    ASSERT_EQ(fast.size(), expected.size());
    for (std::size_t n = 0; n < fast.size(); ++n)
      EXPECT_LE(std::fabs(fast[n].time - expected[n]), fast[n].error + half_ulp(expected[n])) << "spike " << n;
    all += spikes.size();
  }
  EXPECT_GT(all, static_cast<std::size_t>(testing::cases(300)));
}

TEST(OpenTrain, DecidesATouchThatIsHandedOver) {
  // 8 nA at a synapse of 4 ms take u from rest exactly to the threshold: 4 exp(-t/8) - ... touches and does not cross.
  for (const double more : {0.0, 1e-12}) {
    OpenTrain train(Neuron{}, Current{}, {SynapticReceptor{Shape::exponential, 4}}, 1000);
    EXPECT_FALSE(train.next(500));
    train.arrive(0, 600, 8 + more);
    EXPECT_FALSE(train.next(600));
    EXPECT_EQ(train.next(1000).has_value(), more > 0);
    EXPECT_EQ(train.grazings().size(), more > 0 ? 0U : 1U);
  }
}

TEST(OpenTrain, GoesOnWithARegularTrainAfterAHorizon) {
  const auto expected = spike_times(Neuron{}, step(0, forever, 2.5), 1000);
  OpenTrain train(Neuron{}, step(0, forever, 2.5), {}, 1000);
  std::vector<double> times;
  for (const double horizon : {0.0, 12.8, 13.0, 14.0, 500.0, 500.5, 1000.0}) {
    while (const auto spike = train.next(horizon)) times.push_back(spike->time);
  }
  EXPECT_EQ(times, expected);
}

TEST(OpenTrain, FiresOnceWhereASpikeFallsOnTheHorizon) {
  // A jump at 7 ms onto the threshold: a spike on the horizon, and none beyond it.
  OpenTrain train(Neuron{}, Current{}, {JumpReceptor{}}, 100);
  train.arrive(0, 7, 20);
  const auto spike = train.next(7);
  ASSERT_TRUE(spike);
  EXPECT_EQ(spike->time, 7);
  EXPECT_FALSE(train.next(7));
  EXPECT_FALSE(train.next(100));
}

std::string message_of(const auto& call) {
  try {
    call();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(OpenTrain, RefusesWhatComesTooLate) {
  OpenTrain train(Neuron{}, Current{}, {JumpReceptor{}}, 100);
  EXPECT_FALSE(train.next(10));
  EXPECT_EQ(message_of([&] { train.arrive(0, 10, 1); }),
            "time = 10 ms: an arrival must come later than the horizon asked for; the train may have gone on to 10 ms; "
            "hand it over before asking for that");
  EXPECT_EQ(message_of([&] { train.arrive(1, 20, 1); }),
            "receptor = 1: there is no such receptor; this train has 1, numbered from 0");
  EXPECT_EQ(message_of([&] { train.next(9); }),
            "horizon = 9 ms: must be a number, not earlier than the horizon before it and not later than the end; "
            "choose one from 10 ms to 100 ms");
  EXPECT_NE(message_of([&] { train.next(101); }).find("horizon = 101 ms"), std::string::npos);
  EXPECT_NE(message_of([&] { train.arrive(0, 20, std::nan("")); }).find("size"), std::string::npos);
  const auto make = [](double tau) { OpenTrain(Neuron{}, Current{}, {SynapticReceptor{Shape::alpha, tau}}, 100); };
  EXPECT_EQ(message_of([&] { make(0); }), "receptors[0].tau = 0 ms: must be greater than 0");
}

}  // namespace
}  // namespace lapicque
