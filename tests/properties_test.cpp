#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/spike_train.hpp"
#include "random.hpp"

// What must hold between the answers to two questions. Times are drawn on a dyadic grid and factors are powers of 2
// where a property is exact only without rounding.

namespace lapicque {
namespace {

using testing::Random;

/// A double on the grid of 2^-20, so that sums of a few of them are exact.
double dyadic(Random& random, double low, double high) {
  return std::round(random.uniform(low, high) * 0x1p20) / 0x1p20;
}

/// The ingredients of a current, to be put together in several ways.
struct Ingredients {
  std::vector<Step> steps;
  std::vector<Ramp> ramps;
  std::vector<Sinusoid> sinusoids;
  std::vector<std::pair<double, std::vector<double>>> samples;  // start and values, 2^-2 ms apart
  std::vector<Event> jumps;
  std::vector<std::pair<double, std::vector<Event>>> exponential, alpha;
};

std::vector<Event> draw_events(Random& random, int count, double size) {
  std::vector<Event> events;
  for (int k = 0; k < count; ++k) events.push_back({dyadic(random, 0, 150), random.uniform(-size / 2, size)});
  return events;
}

Ingredients draw(Random& random) {
  Ingredients i;
  for (int k = 0; k < 2; ++k) {
    const double start = dyadic(random, 0, 100);
    i.steps.push_back({start, start + dyadic(random, 1, 60), random.uniform(-0.5, 3)});
    i.ramps.push_back({start + 5, start + 5 + dyadic(random, 1, 60), random.uniform(-1, 3), random.uniform(-1, 3)});
    i.sinusoids.push_back(
        {dyadic(random, 0, 40), forever, random.uniform(0, 2), random.logarithmic(5, 500), random.uniform(-3, 3)});
    std::vector<double> values;
    for (int v = 0; v < 20; ++v) values.push_back(random.uniform(-2, 4));
    i.samples.emplace_back(dyadic(random, 0, 100), values);
    i.exponential.emplace_back(random.uniform(0.5, 20), draw_events(random, 10, 2));
    i.alpha.emplace_back(random.uniform(0.5, 20), draw_events(random, 10, 2));
  }
  i.jumps = draw_events(random, 10, 5);
  return i;
}

/// The same current with times moved by `shift` and then stretched by `ms`, currents stretched by `na`, jumps by `mv`.
Current build(const Ingredients& i, double shift = 0, double ms = 1, double na = 1, double mv = 1) {
  const auto t = [=](double time) { return (time + shift) * ms; };
  const auto moved = [&](const std::vector<Event>& events, double factor) {
    std::vector<Event> result;
    for (const Event& e : events) result.push_back({t(e.time), e.size * factor});
    return result;
  };
  Current sum;
  for (const Step& s : i.steps) sum += step(t(s.start), t(s.stop), s.amplitude * na);
  for (const Ramp& r : i.ramps) sum += ramp(t(r.start), t(r.stop), r.from * na, r.to * na);
  for (const Sinusoid& s : i.sinusoids)
    sum += sinusoid(t(s.start), forever, s.amplitude * na, s.frequency / ms, s.phase);
  bool linear = false;
  for (const auto& [start, values] : i.samples) {
    std::vector<double> scaled;
    for (double v : values) scaled.push_back(v * na);
    sum += samples(t(start), 0.25 * ms, scaled, linear ? Hold::linear : Hold::previous);
    linear = true;
  }
  sum += pulses(moved(i.jumps, mv));
  for (const auto& [tau, events] : i.exponential) sum += exponential_synapse(tau * ms, moved(events, na));
  for (const auto& [tau, events] : i.alpha) sum += alpha_synapse(tau * ms, moved(events, na));
  return sum;
}

constexpr double until = 200;
constexpr int usual = 20;

TEST(Properties, ShiftingTheInputShiftsEverySpike) {
  Random random;
  for (int k = testing::cases(usual); k > 0; --k) {
    const Ingredients ingredients = draw(random);
    const double shift = std::ldexp(1, random.integer(0, 20));
    const auto plain = spike_times(Neuron(), build(ingredients), until);
    std::vector<Spike> shifted;
    for (const Spike& s : SpikeTrain(Neuron(), build(ingredients, shift), until + shift)) shifted.push_back(s);
    ASSERT_EQ(plain.size(), shifted.size());
    for (std::size_t n = 0; n < plain.size(); ++n) {
      const double back = (shifted[n].time - shift) + shifted[n].remainder;
      EXPECT_LE(std::fabs(back - plain[n]), std::nextafter(plain[n], forever) - plain[n]) << "shift " << shift;
    }
  }
}

TEST(Properties, ScalingPotentialsAndCurrentsByAPowerOfTwoChangesNoTime) {
  Random random;
  for (int k = testing::cases(usual); k > 0; --k) {
    const Ingredients ingredients = draw(random);
    const double mv = std::ldexp(1, random.integer(-300, 300)), na = std::ldexp(1, random.integer(-300, 300));
    const Neuron scaled(
        NeuronParameters{.rest = -70 * mv, .reset = -65 * mv, .threshold = -50 * mv, .resistance = 10 * mv / na});
    EXPECT_EQ(spike_times(Neuron(), build(ingredients), until),
              spike_times(scaled, build(ingredients, 0, 1, na, mv), until))
        << "mV x " << mv << ", nA x " << na;
  }
}

TEST(Properties, ScalingTimesByAPowerOfTwoScalesEverySpike) {
  Random random;
  for (int k = testing::cases(usual); k > 0; --k) {
    const Ingredients ingredients = draw(random);
    const double ms = std::ldexp(1, random.integer(-200, 200));
    const Neuron scaled(NeuronParameters{.tau = 8 * ms, .refractory = 2 * ms});
    auto plain = spike_times(Neuron(), build(ingredients), until);
    for (double& t : plain) t *= ms;
    EXPECT_EQ(plain, spike_times(scaled, build(ingredients, 0, ms), until * ms)) << "ms x " << ms;
  }
}

TEST(Properties, CuttingAPieceInTwoChangesNothing) {
  Random random;
  for (int k = testing::cases(usual); k > 0; --k) {
    const Current rest = build(draw(random));
    const double amplitude = random.uniform(0, 3), start = random.uniform(0, 50), stop = random.uniform(100, 200);
    const double cut = random.uniform(start, stop);
    EXPECT_EQ(spike_times(Neuron(), rest + step(start, stop, amplitude), until),
              spike_times(Neuron(), rest + step(start, cut, amplitude) + step(cut, stop, amplitude), until));
    // A ramp from 0 to 2^6 at its middle: the value there is exact.
    EXPECT_EQ(spike_times(Neuron(), rest + ramp(0, 128, 0, 4), until),
              spike_times(Neuron(), rest + ramp(0, 64, 0, 2) + ramp(64, 128, 2, 4), until));
    EXPECT_EQ(spike_times(Neuron(), rest + samples(0, 32, {0, 1, 3, 2}), until),
              spike_times(Neuron(), rest + samples(0, 16, {0, 0, 1, 1, 3, 3, 2, 2}), until));
    const double weight = random.uniform(-1, 3);  // halves are exact
    EXPECT_EQ(spike_times(Neuron(), rest + exponential_synapse(3, {{cut, weight}}), until),
              spike_times(Neuron(), rest + exponential_synapse(3, {{cut, weight / 2}, {cut, weight / 2}}), until));
  }
}

TEST(Properties, AnEventOfNoSizeChangesNothing) {
  Random random;
  for (int k = testing::cases(usual); k > 0; --k) {
    const Current current = build(draw(random));
    std::vector<Event> nothing;
    for (int e = 0; e < 30; ++e) nothing.push_back({random.uniform(0, until), 0});
    const auto plain = spike_times(Neuron(), current, until);
    EXPECT_EQ(plain, spike_times(Neuron(), current + pulses(nothing), until));
    EXPECT_EQ(plain, spike_times(Neuron(), current + exponential_synapse(3, nothing), until));
    EXPECT_EQ(plain, spike_times(Neuron(), current + samples(1, 7, std::vector<double>(20, 0.0), Hold::linear), until));
  }
}

TEST(Properties, TheOrderOfTheInputsIsIrrelevant) {
  Random random;
  for (int k = testing::cases(usual); k > 0; --k) {
    Ingredients ingredients = draw(random);
    const Current forward = build(ingredients);
    std::reverse(ingredients.steps.begin(), ingredients.steps.end());
    std::reverse(ingredients.ramps.begin(), ingredients.ramps.end());
    std::reverse(ingredients.sinusoids.begin(), ingredients.sinusoids.end());
    std::reverse(ingredients.exponential.begin(), ingredients.exponential.end());
    std::reverse(ingredients.alpha.begin(), ingredients.alpha.end());
    std::shuffle(ingredients.jumps.begin(), ingredients.jumps.end(), random);
    for (auto& synapse : ingredients.exponential) std::shuffle(synapse.second.begin(), synapse.second.end(), random);
    EXPECT_EQ(spike_times(Neuron(), forward, until), spike_times(Neuron(), build(ingredients), until));
  }
}

TEST(Properties, MoreCurrentNeverDelaysTheFirstSpike) {
  Random random;
  for (int k = testing::cases(usual); k > 0; --k) {
    const Current current = build(draw(random));
    const std::vector<Current> more{step(random.uniform(0, 100), forever, random.logarithmic(1e-12, 1)),
                                    exponential_synapse(5, {{random.uniform(0, 100), random.logarithmic(1e-12, 1)}}),
                                    alpha_synapse(5, {{random.uniform(0, 100), random.logarithmic(1e-12, 1)}}),
                                    pulses({{random.uniform(0, 100), random.logarithmic(1e-12, 1)}})};
    const auto plain = spike_times(Neuron(), current, until);
    for (const Current& extra : more) {
      const auto driven = spike_times(Neuron(), current + extra, until);
      if (plain.empty()) continue;
      ASSERT_FALSE(driven.empty());
      EXPECT_LE(driven.front(), plain.front());
    }
  }
}

TEST(Properties, ThePotentialJustBeforeASpikeIsTheThresholdAndAfterwardsTheReset) {
  Random random;
  const Neuron neuron;
  for (int k = testing::cases(usual); k > 0; --k) {
    const Current current = build(draw(random));
    for (const Spike& spike : SpikeTrain(neuron, current, until)) {
      if (std::isinf(spike.slope)) continue;  // a jump: u was anywhere before it
      const double before = std::nextafter(spike.time, 0);
      const double u = membrane_potential(neuron, current, std::vector<double>{before})[0];
      // u = threshold - slope (t_f - before), within the rounding of u itself; another event may lie in between
      EXPECT_NEAR(u, neuron.threshold() - spike.slope * ((spike.time - before) + spike.remainder), 2e-14);
      const std::vector<double> after{std::nextafter(spike.time, forever), spike.time + neuron.refractory() / 2};
      for (const double v : membrane_potential(neuron, current, after)) EXPECT_EQ(v, neuron.reset());
    }
  }
}

}  // namespace
}  // namespace lapicque
