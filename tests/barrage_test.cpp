#include "solver/skip/barrage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <vector>

#include "random.hpp"

// The quick way through a barrage, against the response in 50 digits, which membrane's formulas give in another form.

namespace lapicque::detail {
namespace {

using testing::Random;

Real50 wide(const DoubleDouble& x) { return Real50(x.hi) + Real50(x.lo); }

struct Arrival {
  double time;
  double size;
  std::optional<std::size_t> synapse;  // by time constant; or a voltage jump
  bool is_alpha;
};

/// A barrage as the quick way and as 50 digits see it.
struct Storm {
  explicit Storm(Random& random) {
    tau = random.logarithmic(1, 50);
    resistance = random.logarithmic(0.1, 100);
    potential = carried(random, -random.logarithmic(1, 100));
    // Where the level is the potential's, nothing hides what the synapses do.
    rest = {random.chance(0.3) ? potential.mid.hi : random.uniform(-10, 3), radius(random)};
    exact_rest = end_of(random, {rest.mid, rest.rad});
    response.tau = tau;
    response.rate = Ball<double>(1.0) / response.tau;
    exact.tau = tau;
    exact.rate = 1 / Real50(tau);
    exact.start = end_of(random, potential);

    for (int n = random.integer(0, 3); n > 0; --n) {
      double tau_s = tau;
      while (std::fabs(1 - tau / tau_s) < 0.07)
        tau_s = tau * (random.chance(0.8) ? random.logarithmic(0.05, 20) : random.logarithmic(1e-2, 1e6));
      taus.push_back(tau_s);
    }
    std::sort(taus.begin(), taus.end());
    const double mean_interval = tau * random.logarithmic(1e-4, 0.03);
    for (std::size_t n = 0; n < taus.size(); ++n) {
      response.decays.push_back({Ball<double>(1.0) / Ball<double>(taus[n]),
                                 (Ball<double>(taus[n]) - Ball<double>(tau)) / Ball<double>(taus[n])});
      const bool acts = random.chance(0.8);
      const bool has_alpha = random.chance(0.5);
      synapses.push_back({acts ? carried(random, random.uniform(-10, 10)) : Carried<double>(0.0),
                          acts && has_alpha ? carried(random, random.uniform(-10, 10)) : Carried<double>(0.0)});
      exact.decays.push_back({1 / Real50(taus[n]), (Real50(taus[n]) - Real50(tau)) / Real50(taus[n]),
                              end_of(random, synapses[n].exponential), end_of(random, synapses[n].alpha)});
      current += arrivals(random, n, false, mean_interval, exponential_synapse);
      if (has_alpha) current += arrivals(random, n, true, mean_interval, alpha_synapse);
    }
    if (taus.empty() || random.chance(0.3)) {
      const auto jumps = [](double, std::vector<Event> events) { return pulses(std::move(events)); };
      current += arrivals(random, std::nullopt, false, mean_interval, jumps);
    }
    add_input(random, mean_interval);
    std::sort(all.begin(), all.end(), [](const Arrival& a, const Arrival& b) { return a.time < b.time; });
    timeline.emplace(current);
    if (timeline->next() == 0) timeline->advance();
    input = linear_drive<double>(*timeline, rest, resistance, 0);
    set_exact_input(0);
    const bool has_alpha = std::any_of(all.begin(), all.end(), [](const Arrival& arrival) { return arrival.is_alpha; });
    const auto alpha_gain = Ball<double>(resistance) * exponential(Ball<double>(1.0));
    barrage.emplace(response, tau, taus, rest, resistance, has_alpha ? std::optional(alpha_gain) : std::nullopt);
  }

  template <class Make>
  Current arrivals(Random& random, std::optional<std::size_t> synapse, bool is_alpha, double mean_interval, Make make) {
    std::vector<Event> events;
    double t = 0;
    for (int k = random.integer(1, 60); k > 0; --k) {
      t += random.logarithmic(0.1, 4) * mean_interval;
      const double size = random.chance(0.1) ? 0 : random.uniform(-1, 1) / (synapse ? resistance : 1);
      events.push_back({t, size});
      all.push_back({t, size, synapse, is_alpha});
    }
    return make(synapse ? taus[*synapse] : 0, std::move(events));
  }

  /// Something that is constant, or a straight line, between events.
  void add_input(Random& random, double mean_interval) {
    const auto amplitude = [&] { return random.uniform(-2, 2) / resistance; };
    const double step = 3 * mean_interval;
    if (random.chance(0.3)) {
      lines.assign(2, amplitude());
      lines[1] = amplitude();
      line_step = 1000 * mean_interval;
      current += ramp(0, line_step, lines[0], lines[1]);
    } else if (random.chance(0.5)) {
      const bool is_linear = random.chance(0.5);
      for (int k = 0; k < 20; ++k) (is_linear ? lines : held).push_back(amplitude());
      line_step = step;
      current += samples(0, step, is_linear ? lines : held, is_linear ? Hold::linear : Hold::previous);
      for (int k = 1; k <= 20; ++k)
        all.push_back({pieces_of<Samples>(current)[0].breakpoint(static_cast<std::size_t>(k)), 0, std::nullopt, false});
    }
  }

  /// What the input is from an event on.
  void set_exact_input(double time) {
    exact.level = exact_rest;
    exact.slope = 0;
    const auto breakpoint = [this](std::size_t k) { return std::fma(static_cast<double>(k), line_step, 0.0); };
    std::size_t k = 0;
    while (line_step > 0 && breakpoint(k + 1) <= time) ++k;
    if (k < held.size()) exact.level += Real50(resistance) * held[k];
    if (k + 1 < lines.size()) {
      exact.slope =
          Real50(resistance) * (Real50(lines[k + 1]) - lines[k]) / (Real50(breakpoint(k + 1)) - breakpoint(k));
      exact.level += Real50(resistance) * lines[k] + exact.slope * (Real50(time) - breakpoint(k));
    } else if (k + 1 == lines.size() && lines.size() > 2) {
      exact.level += Real50(resistance) * lines[k];  // the last sample holds
    }
  }

  static double radius(Random& random) { return random.chance(0.5) ? random.logarithmic(1e-18, 1e-12) : 0; }
  static Carried<double> carried(Random& random, double value) {
    return {two_sum(value, value * random.uniform(-0x1p-54, 0x1p-54)), radius(random)};
  }
  /// Each number that is known to a radius is, in truth, at one end of its ball.
  static Real50 end_of(Random& random, const Carried<double>& value) {
    return wide(value.mid) + (random.chance(0.5) ? 1 : -1) * Real50(value.rad);
  }

  /// Takes the exact numbers on to a time. @return the greatest potential on the way there that is looked at
  Real50 move_to(double time) {
    const Real50 s = Real50(time) - Real50(at);
    Real50 greatest = -1e300;
    for (int step = 1; step <= 4; ++step) greatest = std::max(greatest, exact.at(s * step / 4).potential);
    exact.start = exact.at(s).potential;
    set_exact_input(time);
    for (auto& decay : exact.decays) {
      const Real50 left = exp(-s * decay.rate);
      decay.exponential = (decay.exponential + decay.alpha * s * decay.rate) * left;
      decay.alpha *= left;
    }
    at = time;
    return greatest;
  }
  void take(const Arrival& arrival) {
    if (!arrival.synapse) {
      exact.start += arrival.size;
    } else if (arrival.is_alpha) {
      exact.decays[*arrival.synapse].alpha += Real50(resistance) * exp(Real50(1)) * arrival.size;
    } else {
      exact.decays[*arrival.synapse].exponential += Real50(resistance) * arrival.size;
    }
  }
  void expect_enclosed() {
    const auto check = [this](const Carried<double>& value, const Real50& truth, const char* what) {
      const double off = static_cast<double>(Real50(abs(wide(value.mid) - truth)));
      EXPECT_LE(off, value.rad) << what << " at " << at << " ms, tau " << tau;
      worst = std::max(worst, value.rad);
    };
    check(potential, exact.start, "potential");
    for (std::size_t n = 0; n < taus.size(); ++n) {
      check(synapses[n].exponential, exact.decays[n].exponential, "exponential");
      check(synapses[n].alpha, exact.decays[n].alpha, "alpha");
    }
  }

  double tau;
  double resistance;
  double at = 0;
  Ball<double> rest;
  Real50 exact_rest;
  std::vector<double> held;
  std::vector<double> lines;
  double line_step = 0;
  LinearDrive<double> input;
  Carried<double> potential;
  std::vector<double> taus;
  std::vector<SynapticDrive<double>> synapses;
  Trajectory<Ball<double>> response;
  Trajectory<Real50> exact;
  Current current;
  std::vector<Arrival> all;
  std::optional<Timeline> timeline;
  std::optional<Barrage> barrage;
  double worst = 0;
};

TEST(Barrage, EnclosesWhatItCarriesFromEventToEvent) {
  Random random;
  std::uint64_t passed = 0;
  std::uint64_t offered = 0;
  for (int k = testing::cases(300); k > 0 && !HasFailure(); --k) {
    Storm storm(random);
    offered += storm.all.size();
    const double until = random.chance(0.5) ? forever : storm.all[storm.all.size() / 2].time;
    double anchor = 0;
    const auto [stretches, is_blocked] =
        storm.barrage->pass(*storm.timeline, until, anchor, storm.potential, storm.synapses, storm.input);
    passed += stretches;
    // A jump that may reach the threshold has yet to happen, where the rest stands.
    const bool waits_for_jump = stretches < storm.all.size() && anchor == storm.all[stretches].time;
    if (!waits_for_jump) {
      ASSERT_EQ(anchor, stretches == 0 ? 0 : storm.all[stretches - 1].time);
    }
    ASSERT_LT(anchor, until);
    for (std::size_t n = 0; n < stretches; ++n) {
      EXPECT_LT(storm.move_to(storm.all[n].time), 0) << "passes above the threshold";
      storm.take(storm.all[n]);
      EXPECT_LT(storm.exact.start, 0) << "a jump above the threshold";
    }
    if (waits_for_jump) {
      EXPECT_LT(storm.move_to(anchor), 0) << "passes above the threshold";
      EXPECT_FALSE(storm.all[stretches].synapse);
      EXPECT_EQ(storm.timeline->next(), anchor);
    }
    storm.expect_enclosed();
    EXPECT_LE(abs(storm.exact.level - storm.input.level.mid), storm.input.level.rad);
    EXPECT_LE(abs(storm.exact.slope - storm.input.slope.mid), storm.input.slope.rad);
    EXPECT_LT(storm.worst, 1e-10);
  }
  EXPECT_GT(passed, offered / 4);
  std::cout << passed << " of " << offered << " stretches passed\n";
}

TEST(Barrage, KnowsWhatAnAlphaDriveDoesByItself) {
  // From its own level, x moves by the synapse alone, so that nothing hides what its filter is off by.
  Random random;
  const double tau = 8;
  double worst = 0;
  for (int k = testing::cases(3000); k > 0; --k) {
    const double tau_s = tau * (random.chance(0.5) ? random.logarithmic(1.07, 1e6) : random.logarithmic(0.01, 0.93));
    const double apart = std::fabs(1 - tau / tau_s);
    const double longest = std::min({tau, tau_s, apart * tau, 4 * apart * apart * tau});
    const double time = longest * random.logarithmic(1e-4, 0.99);
    const Current current = alpha_synapse(tau_s, {{time, 0}});
    Timeline timeline(current);
    Trajectory<Ball<double>> response;
    response.tau = tau;
    response.decays.push_back(
        {Ball<double>(1.0) / Ball<double>(tau_s), (Ball<double>(tau_s) - Ball<double>(tau)) / Ball<double>(tau_s)});
    const Barrage barrage(response, tau, std::vector{tau_s}, -20.0, 10, Ball<double>(27.0));
    Carried<double> potential(-20.0);
    const double strength = random.uniform(1, 10);
    std::vector<SynapticDrive<double>> synapses{{Carried<double>(0.0), Carried<double>(strength)}};
    double anchor = 0;
    LinearDrive<double> input;
    input.level = -20.0;
    ASSERT_EQ(barrage.pass(timeline, forever, anchor, potential, synapses, input).stretches, 1u);

    // (A z_s + B) e^-z_s - B e^-z_m with A = 1/g, B = -(1 - g)/g^2, g = 1 - tau_m/tau_s
    const Real50 gap = 1 - Real50(tau) / tau_s;
    const Real50 z = Real50(time) / tau_s;
    const Real50 offset = -(1 - gap) / (gap * gap);
    const Real50 filter = (z / gap + offset) * exp(-z) - offset * exp(-Real50(time) / tau);
    const double off = static_cast<double>(Real50(abs(wide(potential.mid) + 20 - strength * filter)));
    worst = std::max(worst, off / potential.rad);
  }
  EXPECT_LE(worst, 1);
  std::cout << "worst error over its bound: " << worst << "\n";
}

TEST(Barrage, DecaysWithoutThePotential) {
  Random random;
  std::uint64_t passed = 0;
  for (int k = testing::cases(60); k > 0 && !HasFailure(); --k) {
    Storm storm(random);
    const double until = random.chance(0.5) ? forever : storm.all[storm.all.size() / 2].time;
    double anchor = 0;
    const auto stretches = storm.barrage->decay(*storm.timeline, until, anchor, storm.synapses);
    passed += stretches;
    ASSERT_LT(anchor, until);
    for (std::size_t n = 0; n < stretches; ++n) {
      storm.move_to(storm.all[n].time);
      storm.take(storm.all[n]);
    }
    storm.potential = {DoubleDouble(0, 0), 0};
    storm.exact.start = 0;
    storm.expect_enclosed();
  }
  EXPECT_GT(passed, 100u);
}

TEST(Barrage, KeepsASilentSynapseSilent) {
  const Current current = exponential_synapse(2, {{1, 0}, {2, 0}, {3, 0}});
  Timeline timeline(current);
  Trajectory<Ball<double>> response;
  response.tau = 8;
  response.decays.push_back({0.5, -3});
  const Barrage barrage(response, 8, std::vector{2.0}, -5.0, 10, std::nullopt);
  Carried<double> potential(-10.0);
  std::vector<SynapticDrive<double>> synapses(1);
  double anchor = 0;
  LinearDrive<double> input;
  input.level = -5.0;
  const auto passed = barrage.pass(timeline, 10, anchor, potential, synapses, input);
  EXPECT_EQ(passed.stretches, 3u);
  EXPECT_TRUE(is_silent(synapses[0]));
}

TEST(Barrage, LeavesTimeConstantsNearTheMembranesToTheLongerWay) {
  Trajectory<Ball<double>> response;
  EXPECT_TRUE(Barrage::serves(response));
  response.decays.assign(3, {0.5, -3});
  EXPECT_TRUE(Barrage::serves(response));
  response.decays[1].gap = 0.06;
  EXPECT_FALSE(Barrage::serves(response));
  response.decays.assign(4, {0.5, -3});
  EXPECT_FALSE(Barrage::serves(response));
  response.decays.assign(1, {Ball<double>(1.0) / Ball<double>(5e-309), -3});  // overflows
  EXPECT_FALSE(Barrage::serves(response));
}

}  // namespace
}  // namespace lapicque::detail
