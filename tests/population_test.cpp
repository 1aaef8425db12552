#include "lapicque/population.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "experiments.hpp"
#include "lapicque/error.hpp"
#include "random.hpp"

namespace lapicque {
namespace {

using testing::Random;

constexpr double until = 100;

/// At most so many threads, as long as it lives.
class Threads {
 public:
  explicit Threads(std::size_t count) : control_(tbb::global_control::max_allowed_parallelism, count) {}

 private:
  tbb::global_control control_;
};

struct Drawn {
  std::vector<Neuron> neurons;
  std::vector<Current> currents;
};

Drawn draw(Random& random, int size) {
  Drawn drawn;
  for (int k = 0; k < size; ++k) {
    drawn.neurons.push_back(testing::draw_neuron(random, {}));
    drawn.currents.push_back(testing::draw_mixture(random, {}));
  }
  return drawn;
}

/// Bit for bit: -0 is not 0.
std::vector<std::uint64_t> bits(std::span<const double> times) {
  std::vector<std::uint64_t> result;
  for (const double time : times) result.push_back(std::bit_cast<std::uint64_t>(time));
  return result;
}

/// Member by member, one neuron and one current for all where there is only one.
void expect_is_single_calls(const PopulationSpikes& spikes, std::span<const Neuron> neurons,
                            std::span<const Current> currents, Precision precision) {
  const std::size_t size = neurons.size() == 1 ? currents.size() : neurons.size();
  ASSERT_EQ(spikes.size(), size);
  ASSERT_EQ(spikes.offsets.back(), spikes.times.size());
  for (std::size_t k = 0; k < size; ++k) {
    const Neuron& neuron = neurons.size() == 1 ? neurons[0] : neurons[k];
    const Current& current = currents.size() == 1 ? currents[0] : currents[k];
    ASSERT_EQ(bits(spikes[k]), bits(spike_times(neuron, current, until, precision))) << "member " << k;
  }
}

std::string message_of(const auto& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class OnThreads : public ::testing::TestWithParam<std::size_t> {};

TEST_P(OnThreads, EveryMemberIsTheSingleNeuronBitForBit) {
  const Threads threads(GetParam());
  Random random;
  const auto [neurons, currents] = draw(random, testing::cases(600));
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    const auto spikes = population_spike_times(neurons, currents, until, {precision});
    expect_is_single_calls(spikes, neurons, currents, precision);
    EXPECT_GT(spikes.times.size(), neurons.size());
    const auto counts = population_spike_counts(neurons, currents, until, {precision});
    ASSERT_EQ(counts.size(), neurons.size());
    for (std::size_t k = 0; k < counts.size(); ++k) ASSERT_EQ(counts[k], spikes[k].size()) << k;
  }
}

TEST_P(OnThreads, TheFirstMembersErrorIsTold) {
  const Threads threads(GetParam());
  std::vector<Neuron> neurons(1000);
  const Neuron hopeless{{.refractory = 1e100}};  // nobody can tell whether it is over when the current changes
  for (const std::size_t k : {999, 421, 17, 18}) neurons[k] = hopeless;
  const std::vector<Current> drive{step(0, 100, 2.5) + step(1e100, forever, -1)};
  const auto single = message_of([&] { spike_times(hopeless, drive[0], 2e100); });
  ASSERT_NE(single.find("t = "), std::string::npos) << single;
  EXPECT_EQ(message_of([&] { population_spike_times(neurons, drive, 2e100); }), "member[17]." + single);
}

TEST_P(OnThreads, WhatAVisitThrowsIsPassedOn) {
  const Threads threads(GetParam());
  const std::vector<Neuron> neurons(500);
  const std::vector<Current> drive{step(0, forever, 2.5)};
  std::vector<int> visited(neurons.size());
  const auto visit = [&](std::size_t member, SpikeTrain&) {
    ++visited[member];
    if (member % 100 == 23) throw std::runtime_error("visit of " + std::to_string(member));
  };
  EXPECT_EQ(message_of([&] { for_each_train(neurons, drive, until, visit); }), "visit of 23");
  for (std::size_t k = 0; k < neurons.size(); ++k) EXPECT_TRUE(visited[k] == 1 || (visited[k] == 0 && k > 23)) << k;
}

// With two threads, one of them starts in the second half: each of the two errors comes first once. Without a second
// one the waiting ends, and there is one error only.
TEST_P(OnThreads, TheFirstMembersErrorIsToldWhicheverCameFirst) {
  const Threads threads(GetParam());
  const std::vector<Neuron> neurons(500);
  const Current none;
  for (const bool low_first : {true, false}) {
    std::atomic<bool> is_high_there = false;
    std::atomic<bool> has_one_thrown = false;
    const auto wait_for = [](const std::atomic<bool>& flag) {
      for (int k = 0; k < 100 && !flag; ++k) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // for the error to be noted
    };
    const auto visit = [&](std::size_t member, SpikeTrain&) {
      if (member >= 250) is_high_there = true;
      if (member == 0) wait_for(low_first ? is_high_there : has_one_thrown);
      if (member != 23 && member < 250) return;
      if (member >= 250 && low_first) wait_for(has_one_thrown);
      has_one_thrown = true;
      throw std::runtime_error("visit of " + std::to_string(member));
    };
    EXPECT_EQ(message_of([&] { for_each_train(neurons, {&none, 1}, until, visit); }), "visit of 23") << low_first;
  }
}

TEST_P(OnThreads, ProgressRisesToTheEnd) {
  const Threads threads(GetParam());
  const std::vector<Neuron> neurons(100);
  const Current none;
  std::vector<std::size_t> reports;
  std::atomic<int> callers = 0;
  PopulationOptions options;
  options.progress = [&](std::size_t done, std::size_t size) {
    EXPECT_EQ(++callers, 1);
    EXPECT_EQ(size, neurons.size());
    reports.push_back(done);
    --callers;
  };
  const auto begin = std::chrono::steady_clock::now();
  const auto linger = [](std::size_t, SpikeTrain&) { std::this_thread::sleep_for(std::chrono::milliseconds(10)); };
  for_each_train(neurons, {&none, 1}, until, linger, options);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  ASSERT_GE(reports.size(), 2U);
  EXPECT_LE(static_cast<double>(reports.size()), 10 * taken.count() + 2);
  EXPECT_GT(reports.front(), 0U);
  for (std::size_t k = 1; k < reports.size(); ++k) EXPECT_LE(reports[k - 1], reports[k]);
  EXPECT_EQ(reports.back(), neurons.size());
}

TEST_P(OnThreads, WhatProgressThrowsIsNoMembersError) {
  const Threads threads(GetParam());
  const std::vector<Neuron> neurons(100);
  const Current none;
  PopulationOptions options;
  options.progress = [](std::size_t, std::size_t) { throw InvalidArgument("bar", "full", "must not be"); };
  const auto linger = [](std::size_t, SpikeTrain&) { std::this_thread::sleep_for(std::chrono::milliseconds(10)); };
  EXPECT_EQ(message_of([&] {
              for_each_train(neurons, {&none, 1}, until, linger, options);
            }),
            InvalidArgument("bar", "full", "must not be").what());
}

INSTANTIATE_TEST_SUITE_P(Population, OnThreads, ::testing::Values(1, 2));

TEST(Population, SharesOneCurrentOrOneNeuron) {
  Random random;
  const auto [neurons, currents] = draw(random, 40);
  const std::span<const Neuron> all(neurons);
  const std::span<const Current> drives(currents);
  const auto exact = Precision::exact;
  expect_is_single_calls(population_spike_times(all, drives.first(1), until), all, drives.first(1), exact);
  expect_is_single_calls(population_spike_times(all.first(1), drives, until), all.first(1), drives, exact);
  expect_is_single_calls(population_spike_times(all.first(1), drives.first(1), until), all.first(1), drives.first(1),
                         exact);
}

TEST(Population, HandsOutEachTrainOnce) {
  Random random;
  const auto drawn = draw(random, 100);
  std::vector<Neuron> neurons;
  std::vector<Current> currents;
  for (std::size_t k = 0; k < 70001; ++k) {  // blocks of more than one member, the last one short
    neurons.push_back(drawn.neurons[k % 100]);
    currents.push_back(drawn.currents[k % 99]);
  }
  std::vector<int> visits(neurons.size());
  std::vector<double> first(neurons.size(), -1);
  for_each_train(neurons, currents, 5, [&](std::size_t member, SpikeTrain& train) {
    ++visits[member];
    if (const auto spike = train.next()) first[member] = spike->time;
  });
  const auto spikes = population_spike_times(neurons, currents, 5);
  for (std::size_t k = 0; k < neurons.size(); ++k) {
    ASSERT_EQ(visits[k], 1) << k;
    ASSERT_EQ(first[k], spikes[k].empty() ? -1 : spikes[k][0]) << k;
  }
}

TEST(Population, MayBeEmpty) {
  const Neuron neuron;
  const Current current;
  std::size_t told = 99;
  PopulationOptions options;
  options.progress = [&](std::size_t done, std::size_t size) { told = done + size; };
  EXPECT_EQ(population_spike_times({}, {}, until, options).size(), 0U);
  EXPECT_EQ(told, 0U);
  EXPECT_EQ(population_spike_times({&neuron, 1}, {}, until).size(), 0U);
  EXPECT_EQ(population_spike_times({}, {&current, 1}, until).size(), 0U);
  EXPECT_TRUE(population_spike_counts({}, {}, until).empty());
  EXPECT_EQ(PopulationSpikes{}.size(), 0U);
}

TEST(Population, RefusesLengthsThatDoNotFit) {
  const std::vector<Neuron> neurons(3);
  const std::vector<Current> currents(2);
  const std::string expected =
      "currents = 2 currents: there must be as many as neurons, 3, or one of either; give a current for each neuron, "
      "or one for all";
  EXPECT_EQ(message_of([&] { population_spike_times(neurons, currents, until); }), expected);
  EXPECT_EQ(message_of([&] { population_spike_counts(neurons, currents, until); }), expected);
  EXPECT_EQ(message_of([&] { for_each_train(neurons, currents, until, [](std::size_t, SpikeTrain&) {}); }), expected);
  EXPECT_THROW(population_spike_times(neurons, {}, until), InvalidArgument);
}

TEST(Population, RefusesAnEndThatIsNone) {
  for (const double end : {0.0, -1.0, forever, std::numeric_limits<double>::quiet_NaN()}) {
    const auto single = message_of([&] { spike_times(Neuron{}, Current{}, end); });
    EXPECT_EQ(message_of([&] { population_spike_times({}, {}, end); }), single);
    EXPECT_EQ(message_of([&] { population_spike_counts({}, {}, end); }), single);
  }
}

}  // namespace
}  // namespace lapicque
