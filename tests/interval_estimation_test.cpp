// A neuron out of inter-spike intervals: of the closed form written down here, on grids, with jitter.

#include "lapicque/interval_estimation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "lapicque/error.hpp"
#include "random.hpp"

namespace lapicque {
namespace {

using testing::Random;

/// rest -70, reset -65, threshold -50 mV, R 10 MOhm: a = 0.5 nA, b = 2 nA.
struct Truth {
  double tau = 8;
  double refractory = 2;
  double rheobase = 2;
  double reset_current = 0.5;

  double charge(double current) const { return tau * std::log((current - reset_current) / (current - rheobase)); }
};

struct Named {
  const char* name;
  std::optional<Estimate> IntervalEstimate::*estimate;
  double Truth::*truth;
};
constexpr std::array<Named, 4> parameters{{{"tau", &IntervalEstimate::tau, &Truth::tau},
                                           {"refractory", &IntervalEstimate::refractory, &Truth::refractory},
                                           {"rheobase", &IntervalEstimate::rheobase, &Truth::rheobase},
                                           {"reset_current", &IntervalEstimate::reset_current, &Truth::reset_current}}};

const std::vector<double> currents{2.05, 2.2, 2.5, 3, 4, 6, 9};

std::vector<ConstantCurrentTrain> trains_of(const Truth& truth, const std::vector<double>& at, int spikes) {
  std::vector<ConstantCurrentTrain> trains;
  for (const double current : at) {
    const double period = truth.refractory + truth.charge(current);
    ConstantCurrentTrain train{current, {}};
    // The first one is off: its onset is unknown.
    for (int k = 0; k < spikes; ++k) train.times.push_back(3.25 + k * period);
    trains.push_back(train);
  }
  return trains;
}

bool holds(const Estimate& estimate, double truth) { return estimate.low <= truth && truth <= estimate.high; }

std::string reason(const IntervalEstimate& estimate, const std::string& parameter) {
  for (const auto& r : estimate.undetermined) {
    if (r.parameter == parameter) return r.text;
  }
  return "";
}

TEST(IntervalEstimation, ExactTrainsGiveTheNeuronBack) {
  Random random;
  for (int i = 0; i < testing::cases(30); ++i) {
    Truth truth;
    truth.tau = random.logarithmic(2, 50);
    truth.refractory = random.chance(0.3) ? 0 : random.uniform(0.5, 5);
    truth.rheobase = random.uniform(-1, 3);
    truth.reset_current = truth.rheobase - random.logarithmic(0.3, 3);
    std::vector<double> at;
    for (const double above : {0.03, 0.15, 0.4, 1.0, 2.5, 6.0}) at.push_back(truth.rheobase + above);
    const auto estimate = estimate_from_intervals(trains_of(truth, at, 20));
    for (const auto& [name, value, actual] : parameters) {
      ASSERT_TRUE(estimate.*value) << name << ": " << reason(estimate, name);
      EXPECT_NEAR((estimate.*value)->value, truth.*actual, 1e-6 * std::max(1.0, std::abs(truth.*actual))) << name;
    }
  }
}

TEST(IntervalEstimation, FourCurrentsWithOneIntervalEachSufficeAndSayThatTheyMustBeExact) {
  const Truth truth;
  const auto estimate = estimate_from_intervals(trains_of(truth, {2.1, 2.5, 4, 8}, 2));
  for (const auto& [name, value, actual] : parameters) {
    ASSERT_TRUE(estimate.*value) << name;
    EXPECT_NEAR((estimate.*value)->value, truth.*actual, 1e-6) << name;
  }
  ASSERT_EQ(estimate.remarks.size(), 1U);
  EXPECT_NE(estimate.remarks[0].find("exact times only"), std::string::npos);
}

TEST(IntervalEstimation, PotentialsAndResistanceAreNeverDetermined) {
  const auto estimate = estimate_from_intervals(trains_of({}, currents, 10));
  ASSERT_EQ(estimate.undetermined.size(), 4U);
  for (const char* name : {"rest", "reset", "threshold", "resistance"}) {
    EXPECT_NE(reason(estimate, name).find("record the potential"), std::string::npos) << name;
  }
}

/// How often the intervals hold the truth over 200 repeats: between 90 and 99 %.
void expect_coverage(
    const Truth& truth, const std::function<void(ConstantCurrentTrain&)>& disturb, int spikes,
    const std::function<void(const IntervalEstimate&)>& look = [](const auto&) {}) {
  constexpr int repeats = 200;
  std::array<int, 4> held{};
  for (int i = 0; i < repeats; ++i) {
    auto trains = trains_of(truth, currents, spikes);
    for (auto& train : trains) disturb(train);
    const auto estimate = estimate_from_intervals(trains);
    look(estimate);
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const auto& value = estimate.*parameters[p].estimate;
      ASSERT_TRUE(value) << parameters[p].name << ": " << reason(estimate, parameters[p].name);
      held[p] += holds(*value, truth.*parameters[p].truth);
    }
  }
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    std::cout << parameters[p].name << " " << held[p] << "/200\n";
    EXPECT_GE(held[p], 180) << parameters[p].name;
    EXPECT_LE(held[p], 198) << parameters[p].name;
  }
}

TEST(IntervalEstimation, IntervalsHoldTheTruthAsOftenAsTheySayUnderJitterOfSpikeTimes) {
  Random random;
  std::normal_distribution<double> jitter(0, 0.1);
  int accumulating = 0;
  expect_coverage(
      {},
      [&](auto& train) {
        for (double& time : train.times) time += jitter(random);
      },
      20, [&](const auto& estimate) { accumulating += estimate.accumulates; });
  EXPECT_EQ(accumulating, 0);
}

TEST(IntervalEstimation, IntervalsHoldTheTruthAsOftenAsTheySayWhereEachIntervalVaries) {
  Random random;
  std::normal_distribution<double> jitter(0, 0.1);
  int accumulating = 0;
  expect_coverage(
      {},
      [&](auto& train) {
        double sum = 0;
        for (double& time : train.times) time += sum += jitter(random);
      },
      20, [&](const auto& estimate) { accumulating += estimate.accumulates; });
  EXPECT_GE(accumulating, 195);  // now and then the other likelihood is the larger
}

std::vector<double> evenly(double least, double most) {
  std::vector<double> at;
  for (int k = 0; k < 6; ++k) at.push_back(least + (most - least) * k / 5);
  return at;
}

void jitter_times(std::vector<ConstantCurrentTrain>& trains, Random& random) {
  std::normal_distribution<double> jitter(0, 0.1);
  for (auto& train : trains) {
    for (double& time : train.times) time += jitter(random);
  }
}

/// Well above the rheobase of 2 nA the sum of squares has a long and curved valley, and linearised errors held tau in
/// 65 % of the tables or none (November 2026). What is reported holds the truth as often as it says; the rest is left
/// open.
TEST(IntervalEstimation, IntervalsHoldWithAllCurrentsWellAboveTheRheobase) {
  Random random;
  constexpr int repeats = 150;
  const Truth truth;
  for (const auto& at : {evenly(3, 8), evenly(5, 14), evenly(20, 40)}) {
    std::array<int, 4> reported{};
    std::array<int, 4> held{};
    for (int i = 0; i < repeats; ++i) {
      auto trains = trains_of(truth, at, 20);
      jitter_times(trains, random);
      const auto estimate = estimate_from_intervals(trains);
      bool any_open = false;
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        const auto& value = estimate.*parameters[p].estimate;
        if (value) {
          EXPECT_LE(value->low, value->value);
          EXPECT_LE(value->value, value->high);
          ++reported[p];
          held[p] += holds(*value, truth.*parameters[p].truth);
          continue;
        }
        any_open = true;
        EXPECT_NE(reason(estimate, parameters[p].name).find("not determined by these currents"), std::string::npos);
      }
      EXPECT_EQ(any_open, !estimate.probe.empty());
    }
    std::cout << at.front() << " to " << at.back() << " nA:";
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      std::cout << " " << parameters[p].name << " " << held[p] << "/" << reported[p];
      // Where chance alone makes a value look well told, few are reported.
      if (reported[p] < repeats / 20) continue;
      EXPECT_GE(held[p], 0.9 * reported[p]) << parameters[p].name;
    }
    std::cout << "\n";
    EXPECT_GE(reported[1], 0.95 * repeats) << "refractory";
    EXPECT_GE(reported[2], 0.95 * repeats) << "rheobase";
    EXPECT_LE(held[1], 0.995 * repeats) << "refractory";
    if (at.front() == 20) {
      EXPECT_LE(reported[0], repeats / 50) << "tau";
      EXPECT_LE(reported[3], repeats / 50) << "reset_current";
    }
  }
}

/// Each round records at the currents proposed, if the neuron fires there, until nothing is left open.
TEST(IntervalEstimation, TheProposedCurrentsDetermineAllAtLast) {
  Random random;
  const Truth truth;
  auto at = evenly(20, 40);
  constexpr int most_rounds = 12;
  for (int round = 0;; ++round) {
    auto trains = trains_of(truth, at, 20);
    jitter_times(trains, random);
    const auto estimate = estimate_from_intervals(trains);
    if (estimate.probe.empty()) {
      EXPECT_EQ(estimate.undetermined.size(), 4U);
      EXPECT_LT(*std::min_element(at.begin(), at.end()), 4);
      break;
    }
    ASSERT_LT(round, most_rounds);
    if (round == 0) {
      EXPECT_NE(reason(estimate, "tau")
                    .find("; record nearer to the rheobase, for example at " + to_text(estimate.probe[0], "nA")),
                std::string::npos)
          << reason(estimate, "tau");
      EXPECT_LT(estimate.probe[0], 20);
    }
    for (const double current : estimate.probe) {
      if (current > truth.rheobase) at.push_back(current);
    }
  }
}

/// Brian 2's kind: integration by whole steps until the potential is above the threshold, stamped at the step's start;
/// or stamped at its end, and refractoriness rounded up.
TEST(IntervalEstimation, AGridWidensTheIntervalsToHoldTheTruth) {
  Random random;
  constexpr double dt = 0.1;
  for (const bool start : {true, false}) {
    std::array<int, 4> held{};
    constexpr int repeats = 100;
    for (int i = 0; i < repeats; ++i) {
      Truth truth;
      truth.tau = random.uniform(6, 12);
      truth.refractory = random.uniform(1, 4);
      std::vector<ConstantCurrentTrain> trains;
      for (const double current : {2.02, 2.05, 2.1, 2.2, 2.35, 2.5, 3.0, 4.0, 6.0, 9.0}) {
        const double charging = std::ceil(truth.charge(current) / dt) - (start ? 1 : 0);
        const double steps = charging + (start ? std::floor(truth.refractory / dt) : std::ceil(truth.refractory / dt));
        ConstantCurrentTrain train{current, {}};
        for (int k = 1; k <= 10; ++k) train.times.push_back((7 + k * steps) * dt);
        trains.push_back(train);
      }
      const auto estimate = estimate_from_intervals(trains);
      ASSERT_TRUE(estimate.grid);
      EXPECT_NEAR(*estimate.grid, dt, 1e-9);
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        const auto& value = estimate.*parameters[p].estimate;
        ASSERT_TRUE(value) << parameters[p].name << ": " << reason(estimate, parameters[p].name);
        held[p] += holds(*value, truth.*parameters[p].truth);
      }
    }
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      std::cout << parameters[p].name << " " << held[p] << "/100\n";
      EXPECT_GE(held[p], 90) << parameters[p].name;
    }
  }
}

TEST(IntervalEstimation, TimesOfExactTrainsRoundedToAGridAverageOut) {
  const Truth truth;
  auto trains = trains_of(truth, currents, 60);
  for (auto& train : trains) {
    for (double& time : train.times) time = std::round(time * 10) / 10;
  }
  const auto estimate = estimate_from_intervals(trains);
  ASSERT_TRUE(estimate.grid);
  EXPECT_NEAR(*estimate.grid, 0.1, 1e-9);
  EXPECT_NEAR(estimate.noise, 0.1 / std::sqrt(12), 0.004);
  for (const auto& [name, value, actual] : parameters) {
    ASSERT_TRUE(estimate.*value) << name;
    EXPECT_TRUE(holds(*(estimate.*value), truth.*actual)) << name;
    EXPECT_LT((estimate.*value)->high - (estimate.*value)->low, 0.12) << name;
  }
}

TEST(IntervalEstimation, FewerThanFourCurrentsGiveBoundsInWords) {
  const Truth truth;
  for (const std::size_t count : {1U, 2U, 3U}) {
    std::vector<double> at{2.5, 3, 4};
    at.resize(count);
    auto trains = trains_of(truth, at, 10);
    trains.push_back(trains.front());  // the same current again is no further one
    const auto estimate = estimate_from_intervals(trains);
    EXPECT_EQ(estimate.currents, count);
    EXPECT_EQ(estimate.undetermined.size(), 8U);
    for (const auto& [name, value, actual] : parameters) EXPECT_FALSE(estimate.*value) << name;
    EXPECT_NE(reason(estimate, "tau").find("intervals at " + std::to_string(count)), std::string::npos);
    EXPECT_NE(reason(estimate, "rheobase").find("below the least current that fired, 2.5 nA"), std::string::npos);
    EXPECT_NE(reason(estimate, "refractory").find("below the shortest mean interval, "), std::string::npos);
  }
}

TEST(IntervalEstimation, CurrentsFarAboveTheRheobaseLeaveOpenWhatTheyDoNotTell) {
  Random random;
  std::normal_distribution<double> jitter(0, 0.1);
  auto trains = trains_of({}, {50, 51, 52, 53, 54}, 20);
  for (auto& train : trains) {
    for (double& time : train.times) time += jitter(random);
  }
  const auto estimate = estimate_from_intervals(trains);
  EXPECT_FALSE(estimate.tau);
  EXPECT_FALSE(estimate.rheobase);
  EXPECT_NE(reason(estimate, "rheobase").find("it is below the least current that fired, 50 nA"), std::string::npos);
}

TEST(IntervalEstimation, ANeuronOfAnotherKindIsToldAndWidensTheIntervals) {
  Random random;
  std::normal_distribution<double> jitter(0, 0.01);
  auto trains = trains_of({}, currents, 20);
  for (auto& train : trains) {
    const double longer = 0.3 * std::sin(7 * train.current);
    for (std::size_t k = 0; k < train.times.size(); ++k) {
      train.times[k] += static_cast<double>(k) * longer + jitter(random);
    }
  }
  const auto estimate = estimate_from_intervals(trains);
  ASSERT_FALSE(estimate.remarks.empty());
  EXPECT_NE(estimate.remarks[0].find("another neuron"), std::string::npos);
  EXPECT_GT(estimate.noise, 1);  // of a spike's time: a train's 20 average it
}

/// Spikes of a membrane with a current of b nA that each spike adds and that decays with tau_w, by steps of 0.01 ms.
std::vector<ConstantCurrentTrain> adapting_trains(double b, double tau_w, std::size_t spikes) {
  std::vector<ConstantCurrentTrain> trains;
  for (const double current : currents) {
    constexpr double dt = 0.01;
    ConstantCurrentTrain train{current, {}};
    double u = -70;
    double w = 0;
    double release = 0;
    for (int n = 0; n * dt < 2000 && train.times.size() < spikes; ++n) {
      w *= std::exp(-dt / tau_w);
      if (n * dt < release) continue;
      const double settled = -70 + 10 * (current - w);
      u = settled + (u - settled) * std::exp(-dt / 8);
      if (u < -50) continue;
      train.times.push_back(n * dt);
      u = -65;
      w += b;
      release = n * dt + 2;
    }
    trains.push_back(train);
  }
  return trains;
}

void expect_all_open_for(const IntervalEstimate& estimate, const std::string& change, const std::string& cause) {
  for (const auto& [name, value, actual] : parameters) {
    EXPECT_FALSE(estimate.*value) << name;
    EXPECT_EQ(reason(estimate, name).find("the intervals " + change + " along the trains, at "), 0U)
        << reason(estimate, name);
    EXPECT_NE(reason(estimate, name).find(cause), std::string::npos) << reason(estimate, name);
  }
  EXPECT_TRUE(estimate.probe.empty());
}

/// What grows was taken for noise, and the rheobase was given an interval without the truth (November 2026). Weak and
/// strong adaptation, slow, and as fast as to be over after a few spikes.
TEST(IntervalEstimation, IntervalsThatGrowAreSaidToAdapt) {
  for (const auto& [b, tau_w, spikes] : {std::tuple{0.1, 100.0, 20UL}, std::tuple{0.02, 300.0, 30UL},
                                         std::tuple{0.2, 15.0, 60UL}, std::tuple{0.05, 200.0, 5UL}}) {
    SCOPED_TRACE(b);
    expect_all_open_for(estimate_from_intervals(adapting_trains(b, tau_w, spikes)), "grow", "the neuron adapts");
  }
  Random random;
  auto trains = adapting_trains(0.1, 100, 20);
  jitter_times(trains, random);
  const auto estimate = estimate_from_intervals(trains);
  expect_all_open_for(estimate, "grow", "the neuron adapts");
  EXPECT_NEAR(estimate.noise, 0.1 * std::sqrt(2.0), 0.1);  // of an interval: what grows is none
}

TEST(IntervalEstimation, IntervalsThatShrinkAreSaidToBeNoLeakyNeurons) {
  expect_all_open_for(estimate_from_intervals(adapting_trains(-0.05, 100, 20)), "shrink", "facilitates");
}

/// Exact and stepped trains, jitter, and intervals that vary by themselves, with few spikes and with many; times
/// rounded to a grid have a remainder that grows from spike to spike.
TEST(IntervalEstimation, EqualIntervalsAreHardlyEverSaidToAdapt) {
  Random random;
  std::normal_distribution<double> jitter(0, 0.1);
  constexpr int repeats = 400;
  int told = 0;
  for (int i = 0; i < repeats; ++i) {
    auto trains = trains_of({}, currents, random.integer(3, 40));
    for (auto& train : trains) {
      double sum = 0;
      for (double& time : train.times) {
        if (i % 4 == 1) time += jitter(random);
        if (i % 4 == 2) time += sum += jitter(random);
        if (i % 4 == 3) time = std::round(time * 10) / 10;
      }
    }
    const auto estimate = estimate_from_intervals(trains);
    told += reason(estimate, "rheobase").find("along the trains") != std::string::npos;
  }
  std::cout << told << "/" << repeats << " told to adapt\n";
  EXPECT_LE(told, 4);  // 1 in 500
}

TEST(IntervalEstimation, UnusableTrainsAreRefused) {
  const auto message = [](const std::vector<ConstantCurrentTrain>& trains) -> std::string {
    try {
      estimate_from_intervals(trains);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({}),
            "trains = 0 without an interval: one of them must have two spikes; record for longer, or with a larger "
            "current");
  EXPECT_EQ(message({{2.5, {1}}}).substr(0, 31), "trains = 1 without an interval:");
  EXPECT_EQ(message({{2.5, {1, 3, 2}}}),
            "trains[1].times[3] = 2 ms: must be finite and later than the one before it; sort the spikes, each once");
  EXPECT_EQ(message({{std::numeric_limits<double>::infinity(), {1, 3}}}), "trains[1].current = inf nA: must be finite");
}

}  // namespace
}  // namespace lapicque
