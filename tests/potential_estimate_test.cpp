#include "network/potential_estimate.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <variant>
#include <vector>

#include "lapicque/spike_train.hpp"
#include "random.hpp"

// Estimates beside the exact trains of the same neurons: no window with a spike may look as if there were none.

namespace lapicque::detail {
namespace {

using testing::Random;

std::vector<Event> events(Random& random, double until, double most) {
  std::vector<Event> result;
  for (int n = random.integer(0, 200); n > 0; --n)
    result.push_back({random.uniform(0, until), random.uniform(-0.3 * most, most)});
  return result;
}

TEST(PotentialEstimate, IsNeverPlainlyBelowWhereThereIsASpike) {
  Random random;
  int windows = 0;
  int plain = 0;
  int with_spikes = 0;
  for (int k = testing::cases(300); k > 0; --k) {
    constexpr double until = 100;
    const Neuron neuron({.rest = random.uniform(-70, -52),
                         .reset = random.uniform(-75, -55),
                         .threshold = -50,
                         .resistance = 10,
                         .tau = random.uniform(2, 20),
                         .refractory = random.chance(0.3) ? 0 : random.uniform(0, 5),
                         .initial = random.uniform(-70, -51)});
    Current given = pulses(events(random, until, 3)) + exponential_synapse(neuron.tau(), events(random, until, 0.5));
    for (int n = random.integer(0, 2); n > 0; --n) {
      const double start = random.uniform(-20, 80);
      given += step(start, start + random.uniform(1, 60), random.uniform(-1, 2));
    }
    const std::vector<Receptor> receptors{SynapticReceptor{Shape::exponential, random.uniform(1, 10)}, JumpReceptor{}};
    const double tau_s = std::get<SynapticReceptor>(receptors[0]).tau;
    const std::vector<Event> weights = events(random, until, 0.5);
    const std::vector<Event> jumps = events(random, until, 2);
    const auto spikes =
        spike_times(neuron, given + exponential_synapse(tau_s, weights) + pulses(jumps), until, Precision::exact);

    auto estimate = PotentialEstimate::of(neuron, given, receptors);
    ASSERT_TRUE(estimate);
    for (const auto& [time, size] : weights) estimate->arrive(0, time, size);
    for (const auto& [time, size] : jumps) estimate->arrive(1, time, size);
    const double window = random.logarithmic(0.05, 5);
    auto spike = spikes.begin();
    for (double end = window; end < until; end += window) {
      const auto first = spike;
      while (spike != spikes.end() && *spike <= end) ++spike;
      const bool is_below = estimate->stays_below(end);
      ++windows;
      plain += is_below;
      if (spike == first) continue;
      ++with_spikes;
      ASSERT_FALSE(is_below) << "spike at " << *first << " in the window that ends at " << end;
      estimate->fire(*(spike - 1));
    }
  }
  std::cout << plain << " of " << windows << " windows are plainly without a spike, " << with_spikes << " have one\n";
  EXPECT_GT(plain, windows / 3);
  EXPECT_GT(with_spikes, testing::cases(300));
}

TEST(PotentialEstimate, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(PotentialEstimate::of(Neuron({.reset_rule = ResetRule::by}), {}, {}));
  EXPECT_FALSE(PotentialEstimate::of(Neuron(), sinusoid(0, forever, 1, 40), {}));
  EXPECT_FALSE(PotentialEstimate::of(Neuron(), alpha_synapse(2, {{1, 1}}), {}));
  EXPECT_FALSE(PotentialEstimate::of(Neuron(), exponential_synapse(2, {{-1, 1}}), {}));
  EXPECT_FALSE(PotentialEstimate::of(Neuron(), {}, std::vector<Receptor>{SynapticReceptor{Shape::alpha, 2}}));
}

}  // namespace
}  // namespace lapicque::detail
