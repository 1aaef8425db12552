// Trains of a little simulator with planted faults: plain loops that share no code with the conventions.

#include "lapicque/diagnosis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "random.hpp"
#include "simulators/diagnosis/parameter_fit.hpp"

namespace lapicque {
namespace {

using Train = std::vector<double>;

/// A cell with noise for input, one sample a step, in the manner of a clock-driven simulator.
struct Cell {
  NeuronParameters neuron{.rest = -70, .reset = -65, .threshold = -50, .resistance = 10, .tau = 8, .refractory = 2};
  double dt = 0.1;
  std::vector<double> input;

  double until() const { return static_cast<double>(input.size()) * dt; }
  Current current() const { return samples(0, dt, input); }
};

Cell noisy_cell(testing::Random& random, double dt = 0.1) {
  Cell cell;
  cell.neuron.initial = -60;
  cell.dt = dt;
  cell.neuron.tau = random.uniform(5, 20);
  cell.neuron.refractory = dt * random.integer(12, 30);
  double colour = 0;
  for (int n = 0; n < static_cast<int>(400 / dt); ++n) {
    colour += dt / 3 * (random.uniform(-12, 12) - colour);  // slow enough that a step is worth little
    cell.input.push_back(2.6 + colour + random.uniform(-1, 1));
  }
  return cell;
}

/// What a step does, and what can be wrong with it.
struct Fault {
  bool euler = false;
  bool inclusive = false;
  int refractory_extra = 0;      ///< steps
  bool clamps = true;            ///< otherwise the potential goes on with the input
  bool relaxes = false;          ///< or without it
  int input_shift = 0;           ///< samples: sample n + shift is read in step n
  bool stamps_end = false;       ///< Brian's stamp is the start of the step
  int stamp_shift = 0;           ///< steps
  bool floor_refractory = true;  ///< ceil otherwise
  bool starts_at_reset = false;
};

/// As Brian 2 has it: refractoriness counts from the start of the step in which the spike was found.
Train simulate(const Cell& cell, const Fault& fault = {}) {
  const auto& p = cell.neuron;
  const int steps = static_cast<int>(cell.input.size());
  const double ratio = p.refractory / cell.dt;
  const int pause = static_cast<int>(fault.floor_refractory ? std::floor(ratio + 1e-3) : std::ceil(ratio - 1e-3)) +
                    fault.refractory_extra;
  const double decay = std::exp(-cell.dt / p.tau);
  double u = fault.starts_at_reset ? p.reset : p.initial.value_or(p.rest);
  int last = -1000000;
  Train train;
  for (int n = 0; n < steps; ++n) {
    const bool free = n - last >= pause;
    const int k = n + fault.input_shift;
    const double drive = k >= 0 && k < steps ? cell.input[static_cast<std::size_t>(k)] : 0;
    const double target = p.rest + p.resistance * drive;
    if (free || !fault.clamps) {
      u = fault.euler ? u + cell.dt / p.tau * (target - u) : target + (u - target) * decay;
    } else if (fault.relaxes) {
      u = p.rest + (u - p.rest) * decay;
    }
    if (!free || !(u > p.threshold || (fault.inclusive && u == p.threshold))) continue;
    train.push_back((n + (fault.stamps_end ? 1 : 0) + fault.stamp_shift) * cell.dt);
    u = p.reset;
    last = n;
  }
  return train;
}

std::string text(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

struct Planted {
  std::string name;  ///< of the diagnosis
  Fault fault;
  /// Whatever else makes the same train: a potential that goes on in refractoriness and reaches no threshold in it
  /// needs no refractoriness, and a stamp at the step's end is a step late.
  std::vector<std::string> also;
};

const std::vector<Planted> faults{
    {"forward-euler", {.euler = true}, {}},
    {"refractory-one-step-long", {.refractory_extra = 1}, {}},
    {"refractory-one-step-short", {.refractory_extra = -1}, {}},
    {"refractory-not-clamped", {.clamps = false}, {"no-refractoriness"}},
    {"refractory-relaxes", {.relaxes = true}, {}},
    {"input-one-sample-late", {.input_shift = -1}, {}},
    {"input-one-sample-early", {.input_shift = 1}, {}},
    {"stamped-at-step-end", {.stamps_end = true}, {}},
    {"one-step-early", {.stamp_shift = -1}, {}},
    {"one-step-late", {.stamp_shift = 1}, {}},
    {"starts-at-reset", {.starts_at_reset = true}, {}},
};

bool equal(const Train& a, const Train& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return std::abs(x - y) < 1e-9; });
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(Diagnosis, TellsPlantedFaultsApart) {
  testing::Random random;
  for (int n = testing::cases(5); n > 0; --n) {
    const Cell cell = noisy_cell(random);
    for (const auto& [name, fault, also] : faults) {
      const Train theirs = simulate(cell, fault);
      ASSERT_GT(theirs.size(), 10U);
      if (equal(theirs, simulate(cell))) continue;  // a fault that leaves no trace
      const auto diagnosis =
          diagnose(cell.neuron, cell.current(), cell.until(), theirs, {.dt = cell.dt, .convention = "brian2"});
      EXPECT_TRUE(has(diagnosis.names, name)) << text(diagnosis.names) << " for " << name;
      for (const auto& other : diagnosis.names) {
        const auto planted = std::find_if(faults.begin(), faults.end(), [&](const auto& f) { return f.name == other; });
        const bool same_train = planted != faults.end() && equal(simulate(cell, planted->fault), theirs);
        EXPECT_TRUE(same_train || has(also, other)) << text(diagnosis.names) << " for " << name;
      }
      for (const auto& explanation : diagnosis.explanations) EXPECT_LT(explanation.residual, 1e-9);
    }
  }
}

// Brian's refractoriness a step longer is refractoriness counted from the end of the step with a stamp at its start,
// and so on: what makes the same train is named, too.
TEST(Diagnosis, FindsTheConventionAndTheFaultTogether) {
  testing::Random random;
  const Cell cell = noisy_cell(random);
  for (std::size_t k = 0; k < faults.size(); k += 3) {
    const auto& [name, fault, also] = faults[k];
    const auto diagnosis = diagnose(cell.neuron, cell.current(), cell.until(), simulate(cell, fault));
    EXPECT_TRUE(has(diagnosis.names, name)) << name << ": " << text(diagnosis.names);
    EXPECT_TRUE(has(diagnosis.names, fault.euler ? "brian2-euler" : "brian2")) << name << ": " << text(diagnosis.names);
    ASSERT_TRUE(diagnosis.grid);
    EXPECT_NEAR(*diagnosis.grid, cell.dt, 1e-12);
  }
}

TEST(Diagnosis, TellsTwoFaultsAtOnce) {
  testing::Random random;
  const Cell cell = noisy_cell(random);
  const Train theirs = simulate(cell, {.refractory_extra = 2, .input_shift = -1, .starts_at_reset = true});
  const auto none = diagnose(cell.neuron, cell.current(), cell.until(), theirs, {.dt = 0.1, .convention = "brian2"});
  EXPECT_TRUE(none.names.empty()) << text(none.names);  // three changes are too many
  EXPECT_TRUE(none.nearest);
  const Train two = simulate(cell, {.euler = true, .clamps = false});
  const auto found = diagnose(cell.neuron, cell.current(), cell.until(), two, {.dt = 0.1, .convention = "brian2"});
  EXPECT_EQ(text(found.names), "refractory-not-clamped, forward-euler, no-refractoriness");
}

TEST(Diagnosis, HasNothingToSayOfACorrectRun) {
  testing::Random random;
  for (int n = testing::cases(4); n > 0; --n) {
    const Cell cell = noisy_cell(random);
    const Train theirs = simulate(cell);
    const auto told = diagnose(cell.neuron, cell.current(), cell.until(), theirs, {.dt = 0.1, .convention = "brian2"});
    ASSERT_EQ(told.explanations.size(), 1U);
    EXPECT_TRUE(told.names.empty());
    const auto found = diagnose(cell.neuron, cell.current(), cell.until(), theirs);
    EXPECT_EQ(text(found.names), "brian2, threshold-after-step, stamped-at-step-start");
    const auto exact =
        diagnose(cell.neuron, cell.current(), cell.until(), spike_times(cell.neuron, cell.current(), cell.until()));
    EXPECT_TRUE(exact.names.empty()) << text(exact.names);
    ASSERT_EQ(exact.explanations.size(), 1U);
    EXPECT_EQ(exact.explanations.front().convention, "exact");
  }
}

// Backward Euler's u = (u + dt/tau u_inf) / (1 + dt/tau), u > theta at the end of the step and 1e-10 ms later.
TEST(Diagnosis, IsOfNoSpikeThatIsAfterTheEndByRounding) {
  const NeuronParameters p{.rest = -70, .reset = -65, .threshold = -50, .resistance = 10, .tau = 8, .refractory = 0};
  Train theirs;
  double u = p.rest;
  for (int n = 1; n <= 2000; ++n) {
    u = (u + 0.25 / 8 * (p.rest + 25)) / (1 + 0.25 / 8);
    if (u <= p.threshold) continue;
    theirs.push_back(n * 0.25 + 1e-10);
    u = p.reset;
  }
  ASSERT_GT(theirs.size(), 5U);
  const double until = std::round(theirs.back() * 4) / 4;
  theirs.pop_back();
  const auto diagnosis = diagnose(p, step(0, forever, 2.5), until, theirs, {.dt = 0.25, .convention = "neuron"});
  ASSERT_EQ(diagnosis.explanations.size(), 1U);
  EXPECT_TRUE(diagnosis.explanations.front().changes.empty());
}

TEST(Diagnosis, OfAnotherProblemFindsNone) {
  testing::Random random;
  const Cell cell = noisy_cell(random);
  Cell other = cell;
  other.neuron.tau *= 1.05;  // alone, it would be found
  other.neuron.resistance *= 1.07;
  other.neuron.reset += 3;
  const auto diagnosis = diagnose(cell.neuron, cell.current(), cell.until(), simulate(other));
  EXPECT_TRUE(diagnosis.names.empty()) << text(diagnosis.names);
  EXPECT_TRUE(diagnosis.explanations.empty());
  EXPECT_TRUE(diagnosis.nearest);
  EXPECT_GT(diagnosis.tested, 1000U);
}

// 160 mV of drive for an eighth of tau_m takes u from rest to the threshold, to the last bit; then the input is over.
TEST(Diagnosis, TellsAThresholdThatCountsWhenReached) {
  Cell cell;
  cell.dt = 1;
  cell.neuron.reset = cell.neuron.rest;
  cell.input.assign(200, 0);
  cell.input[10] = 16;
  for (std::size_t n = 50; n < 200; ++n) cell.input[n] = 2.5 + 0.5 * std::sin(0.3 * static_cast<double>(n));
  const Train theirs = simulate(cell, {.euler = true, .inclusive = true});
  EXPECT_EQ(theirs.size(), simulate(cell, {.euler = true}).size() + 1);
  const auto diagnosis =
      diagnose(cell.neuron, cell.current(), cell.until(), theirs, {.dt = 1, .convention = "brian2-euler"});
  EXPECT_EQ(text(diagnosis.names), "threshold-inclusive");
}

// An input that is a step late makes all of the train a step late, but for what the potential does before it begins.
TEST(Diagnosis, TellsALateInputFromALateStampWhereTheyDiffer) {
  testing::Random random;
  int told = 0;
  for (int n = testing::cases(30); n > 0; --n) {
    Cell cell = noisy_cell(random, 1);
    cell.neuron.initial = -50.5;
    const Train input = simulate(cell, {.input_shift = -1});
    const Train stamp = simulate(cell, {.stamp_shift = 1});
    if (equal(input, stamp)) continue;
    ++told;
    const DiagnosisOptions options{.dt = 1, .convention = "brian2"};
    const auto late_input = diagnose(cell.neuron, cell.current(), cell.until(), input, options);
    const auto late_stamp = diagnose(cell.neuron, cell.current(), cell.until(), stamp, options);
    EXPECT_EQ(text(late_input.names), "input-one-sample-late");
    EXPECT_EQ(text(late_stamp.names), "stamped-at-step-end, one-step-late");
  }
  EXPECT_GT(told, 3);
}

TEST(Diagnosis, TellsHowRefractorinessIsRounded) {
  testing::Random random;
  Cell cell = noisy_cell(random);
  cell.neuron.refractory = 2.05;
  const Train up = simulate(cell, {.floor_refractory = false});
  const auto diagnosis = diagnose(cell.neuron, cell.current(), cell.until(), up, {.dt = 0.1, .convention = "brian2"});
  EXPECT_TRUE(std::find(diagnosis.names.begin(), diagnosis.names.end(), "refractory-rounded-up") !=
              diagnosis.names.end())
      << text(diagnosis.names);
}

/// The exact spikes with each time put through `stamp`.
Train restamped(const Cell& cell, const std::function<double(double)>& stamp) {
  Train train = spike_times(cell.neuron, cell.current(), cell.until());
  for (double& time : train) time = stamp(time);
  return train;
}

TEST(Diagnosis, TellsExactSpikesThatWereStampedOnAGrid) {
  testing::Random random;
  const Cell cell = noisy_cell(random);
  const auto diagnosis = [&](const std::function<double(double)>& stamp) {
    const auto found = diagnose(cell.neuron, cell.current(), cell.until(), restamped(cell, stamp));
    return text(found.names);
  };
  EXPECT_EQ(diagnosis([](double t) { return std::floor(t * 4) / 4; }), "stamped-at-step-start");
  EXPECT_EQ(diagnosis([](double t) { return std::ceil(t * 4) / 4; }), "stamped-at-step-end");
  EXPECT_EQ(diagnosis([](double t) { return std::round(t * 4) / 4; }), "stamped-at-nearest");
  EXPECT_EQ(diagnosis([](double t) { return t + 1.5; }), "constant-shift");
  EXPECT_EQ(diagnosis([](double t) { return t - 1.5; }), "constant-shift");
  EXPECT_EQ(diagnosis([](double t) { return t + 70; }), "constant-shift");  // the last ones come after the end
  EXPECT_EQ(diagnosis([](double t) { return t / 1000; }), "unit-seconds");
  EXPECT_EQ(diagnosis([](double t) { return std::round(t * 1000) / 1000; }), "");  // printed with 3 decimals
}

enum class Print { rounded, cut };

/// The first spikes as printed with so many decimals, read back.
Train printed(const Train& train, std::size_t count, int decimals, Print how) {
  const double scale = std::pow(10.0, decimals);
  Train result;
  for (std::size_t k = 0; k < count; ++k) {
    const double scaled = train[k] * scale;
    result.push_back((how == Print::rounded ? std::nearbyint(scaled) : std::floor(scaled)) / scale);
  }
  return result;
}

/// Whether nothing is said to be wrong: stamps on the grid of the printed decimals are printing by another name.
bool is_faultless(const Explanation& explanation) {
  return explanation.changes.empty() || (explanation.convention == "exact" && explanation.changes.size() == 1 &&
                                         explanation.changes.front().starts_with("stamped-"));
}

/// A cell of 50 spikes and more.
Cell long_cell(testing::Random& random, double dt) {
  Cell cell = noisy_cell(random, dt);
  while (cell.input.size() < static_cast<std::size_t>(4000 / dt)) {
    const auto more = noisy_cell(random, dt).input;
    cell.input.insert(cell.input.end(), more.begin(), more.end());
  }
  return cell;
}

TEST(Diagnosis, TellsExactTimesOfWhichFewDecimalsWerePrinted) {
  testing::Random random;
  const Cell cell = long_cell(random, 0.5);
  const Train exact = spike_times(cell.neuron, cell.current(), cell.until());
  ASSERT_GT(exact.size(), 50U);
  for (const std::size_t count : {1U, 2U, 5U, 50U}) {
    const double until = (exact[count - 1] + exact[count]) / 2;
    for (int decimals = 0; decimals <= 6; ++decimals) {
      for (const Print how : {Print::rounded, Print::cut}) {
        const Train theirs = printed(exact, count, decimals, how);
        if (theirs.back() > until) continue;
        const auto found = diagnose(cell.neuron, cell.current(), until, theirs);
        SCOPED_TRACE(std::to_string(count) + " spikes, " + std::to_string(decimals) +
                     " decimals: " + text(found.names));
        ASSERT_FALSE(found.explanations.empty());
        const Explanation& first = found.explanations.front();
        EXPECT_EQ(first.convention, "exact");
        EXPECT_TRUE(first.changes.empty());
        ASSERT_TRUE(first.printed);
        EXPECT_TRUE(how == Print::rounded ? first.printed->may_be_rounded : first.printed->may_be_cut);
        EXPECT_LT(first.residual, first.printed->unit * (1 + 1e-6));
        for (const auto& explanation : found.explanations) EXPECT_TRUE(is_faultless(explanation));
        const std::string name = how == Print::rounded ? "printed-rounded" : "printed-cut";
        if (decimals < 3 || count == 50) {
          EXPECT_EQ(has(found.names, name), decimals < 3);
        }
        if (count == 50 && decimals > 0) {
          EXPECT_NEAR(first.printed->unit, std::pow(10.0, -decimals), 1e-12);
          EXPECT_NE(first.printed->may_be_rounded, first.printed->may_be_cut);
        }
      }
    }
  }
}

// Steps of which the decimals show all, and such of which they do not.
TEST(Diagnosis, TellsAConventionOfWhichFewDecimalsWerePrinted) {
  testing::Random random;
  for (const double dt : {0.1, 0.25, 0.125}) {
    const Cell cell = long_cell(random, dt);
    const Train whole = simulate(cell);
    ASSERT_GT(whole.size(), 50U);
    for (const std::size_t count : {1U, 2U, 5U, 50U}) {
      const double until = std::round((whole[count - 1] + whole[count]) / 2);
      for (int decimals = 0; decimals <= 6; ++decimals) {
        const Train theirs = printed(whole, count, decimals, random.chance(0.5) ? Print::rounded : Print::cut);
        SCOPED_TRACE(std::to_string(count) + " spikes, " + std::to_string(decimals) + " decimals, dt " +
                     std::to_string(dt));
        const auto told = diagnose(cell.neuron, cell.current(), until, theirs, {.dt = dt, .convention = "brian2"});
        ASSERT_FALSE(told.explanations.empty());
        EXPECT_TRUE(told.names.empty()) << text(told.names);
        const auto found = diagnose(cell.neuron, cell.current(), until, theirs);
        ASSERT_FALSE(found.explanations.empty());
        EXPECT_TRUE(is_faultless(found.explanations.front())) << text(found.names);
        if (count == 50 && decimals > 0) {
          EXPECT_TRUE(has(found.names, "brian2")) << text(found.names);
        }
      }
    }
  }
}

// Of few spikes at 0.1 ms, a correct run at another step may be all that 0.1 ms leave: the fault is told none the less.
TEST(Diagnosis, TellsAFaultThatAHiddenGridExplainsToo) {
  testing::Random random;
  int hidden = 0;
  for (int n = testing::cases(15); n > 0; --n) {
    Cell cell = noisy_cell(random);
    cell.input.resize(1000);
    const Train theirs = simulate(cell, {.refractory_extra = 1});
    const auto found = diagnose(cell.neuron, cell.current(), cell.until(), theirs);
    ASSERT_FALSE(found.explanations.empty());
    if (is_faultless(found.explanations.front()) && !found.explanations.front().printed) continue;
    if (found.explanations.front().convention == "exact" && found.explanations.front().printed) continue;
    EXPECT_TRUE(has(found.names, "refractory-one-step-long")) << text(found.names);
    hidden += is_faultless(found.explanations.front()) ? 1 : 0;
  }
  EXPECT_GT(hidden, 0);
}

// Two arrivals lift u above the threshold for less than a step, the second time long enough.
TEST(Diagnosis, TellsOfASpikeMissedBetweenGridPoints) {
  NeuronParameters neuron{.rest = -70, .reset = -70, .threshold = -50, .resistance = 10, .tau = 8, .refractory = 1};
  // tau_s = tau_m/2: u - rest = 10 w (x - x^2) mV with x = exp(-t/8), at most 2.5 w at t = 8 ln 2 = 5.545 ms.
  const auto current = exponential_synapse(4, {{0.0, 8.001}, {200.0, 9.0}, {400.0, 8.002}, {600.0, 9.5}});
  const Train exact = spike_times(neuron, current, 800);
  ASSERT_EQ(exact.size(), 4U);
  // What a simulator finds that looks at u every millisecond only, but solves for the crossing then.
  const Train theirs{exact[1], exact[3]};
  const auto diagnosis = diagnose(neuron, current, 800, theirs, {.dt = 1});
  EXPECT_TRUE(std::find(diagnosis.names.begin(), diagnosis.names.end(), "missed-between-grid-points") !=
              diagnosis.names.end())
      << text(diagnosis.names);
}

/// Arrivals for the cells of NEURON, which reset to rest.
std::vector<Event> barrage(testing::Random& random) {
  std::vector<Event> events;
  for (int k = 0; k < 60; ++k) events.push_back({random.uniform(0, 400), random.uniform(2, 8)});
  return events;
}

TEST(Diagnosis, TellsASynapseThatIntFire2MadeSlower) {
  const Neuron neuron(NeuronParameters{.rest = -70, .reset = -70, .threshold = -50, .resistance = 10, .tau = 8});
  testing::Random random;
  const auto events = barrage(random);
  const Train theirs = spike_times(neuron, exponential_synapse(8.1, events), 400);
  ASSERT_GT(theirs.size(), 5U);
  for (const double tau : {3.0, 8.0}) {
    EXPECT_EQ(text(diagnose(neuron, exponential_synapse(tau, events), 400, theirs).names), "synaptic-tau-raised")
        << tau;
  }
  // It does so up to tau_s = tau_m, and no further.
  EXPECT_EQ(text(diagnose(neuron, exponential_synapse(8.05, events), 400, theirs).names), "other-synaptic-tau");
}

/// (exp(-t/tau_m) - exp(-t/tau_s)) tau_s / (tau_m - tau_s) where it is largest.
double peak(double tau_m, double tau_s) {
  const double t = std::log(tau_m / tau_s) * tau_m * tau_s / (tau_m - tau_s);
  return tau_s / (tau_m - tau_s) * (std::exp(-t / tau_m) - std::exp(-t / tau_s));
}

// IntFire4 moves its time constants, and the peak of the response to an arrival stays what its weight says.
TEST(Diagnosis, TellsTimeConstantsThatIntFire4Moved) {
  struct Move {
    double tau_m, tau_s, moved_m, moved_s;
    std::string name;
  };
  testing::Random random;
  const auto events = barrage(random);
  for (const auto& [tau_m, tau_s, moved_m, moved_s, name] :
       {Move{20, 3, 19.99, 3, "time-constants-parted"}, Move{10, 3, 9.99, 3, "time-constants-parted"},
        Move{12, 30, 12, 19.99, "time-constants-parted"}, Move{8, 3, 20.01, 3, "membrane-tau-raised"},
        Move{8, 25, 25.03, 25, "membrane-tau-raised"}}) {
    NeuronParameters neuron{.rest = -70, .reset = -70, .threshold = -50, .resistance = 10, .tau = tau_m};
    const auto current = exponential_synapse(tau_s, events);
    std::vector<Event> reweighted = events;
    for (Event& event : reweighted) event.size *= peak(tau_m, tau_s) / peak(moved_m, moved_s);
    NeuronParameters moved = neuron;
    moved.tau = moved_m;
    const Train theirs = spike_times(moved, exponential_synapse(moved_s, reweighted), 400);
    ASSERT_GT(theirs.size(), 5U);
    EXPECT_EQ(text(diagnose(neuron, current, 400, theirs).names), name) << tau_m << " " << tau_s;
  }
}

const Explanation& first_of(const Diagnosis& diagnosis) {
  static const Explanation none{};
  return diagnosis.explanations.empty() ? none : diagnosis.explanations.front();
}

// NEST 3.9.0, iaf_psc_delta, h = 0.1 ms, a dc_generator of 2 nA from 5 ms on with the default delay of 1 ms.
TEST(Diagnosis, TellsAConventionOfWhichAllTimesAreShifted) {
  const Neuron neuron({.rest = -70, .reset = -70, .threshold = -55, .resistance = 40, .tau = 10, .refractory = 2});
  const auto found = diagnose(neuron, step(5, forever, 2), 20, Train{8.1, 12.2, 16.3});
  EXPECT_EQ(first_of(found).convention, "nest");
  EXPECT_EQ(first_of(found).dt, 0.1);
  EXPECT_EQ(text({found.names.begin(), found.names.end()}).substr(0, 20), "nest, constant-shift");
  ASSERT_TRUE(first_of(found).fitted);
  EXPECT_NEAR(first_of(found).fitted->value, 1, 1e-9);
}

// NEST's I_e is not delayed, and a generator's current is: what is constant from 0 on, and a sinusoid of 1 ms later.
TEST(Diagnosis, TellsADelayOfAllInputButWhatIsConstant) {
  const Current constant = step(0, forever, 2.3);
  const Train theirs = spike_times({}, constant + sinusoid(11, forever, 1, 31), 300);
  ASSERT_GT(theirs.size(), 10U);
  const auto found = diagnose({}, constant + sinusoid(10, forever, 1, 31), 300, theirs);
  EXPECT_EQ(text({first_of(found).changes.begin(), first_of(found).changes.end()}), "input-delayed");
  ASSERT_TRUE(first_of(found).fitted);
  EXPECT_EQ(first_of(found).fitted->value, 1);
}

// Of a constant current all spikes may be multiples of 0.4 ms or so: the longest step is not what people use.
TEST(Diagnosis, NamesTheStepsThatPeopleUseFirst) {
  testing::Random random;
  int coarse = 0;
  for (int n = testing::cases(20); n > 0; --n) {
    Cell cell;
    cell.input.assign(2000, random.uniform(2.2, 5));
    const Train theirs = simulate(cell);
    const auto found = diagnose(cell.neuron, cell.current(), cell.until(), theirs);
    ASSERT_TRUE(found.grid);
    if (*found.grid < 0.15) continue;
    ++coarse;
    EXPECT_EQ(first_of(found).convention, "brian2");
    EXPECT_TRUE(first_of(found).changes.empty());
    EXPECT_EQ(first_of(found).dt, 0.1) << *found.grid;
  }
  EXPECT_GT(coarse, 3);
}

/// What makes of a loop by forward Euler what Allen's simulator and others are.
struct EulerLoop {
  double dt = 0.1;
  bool interpolates = false;
  bool freezes = false;  ///< jumps act in refractoriness on a membrane that is frozen
  double weight_factor = 1;
};

Train euler_loop(const NeuronParameters& p, const std::vector<double>& input, const std::vector<Event>& jumps,
                 const EulerLoop& loop) {
  double u = p.initial.value_or(p.rest);
  long resume = 0;
  std::size_t next = 0;
  Train train;
  for (long n = 0; n < static_cast<long>(input.size()); ++n) {
    const double before = u;
    if (n >= resume) {
      u += loop.dt / p.tau * (p.rest - u + p.resistance * input[static_cast<std::size_t>(n)]);
    }
    for (; next < jumps.size() && jumps[next].time <= static_cast<double>(n + 1) * loop.dt; ++next) {
      if (n + 1 > resume || (n + 1 == resume) || loop.freezes) u += jumps[next].size * loop.weight_factor;
    }
    if (n + 1 < resume || !(u > p.threshold)) continue;
    const double part = loop.interpolates ? (p.threshold - before) / (u - before) : 1;
    train.push_back((static_cast<double>(n) + part) * loop.dt);
    u = p.reset;
    resume = n + 1 + std::lround(p.refractory / loop.dt);
  }
  return train;
}

TEST(Diagnosis, TellsCrossingsThatAreInterpolatedInAnEulerStep) {
  testing::Random random;
  const Cell cell = noisy_cell(random);
  const Train theirs = euler_loop(cell.neuron, cell.input, {}, {.interpolates = true});
  ASSERT_GT(theirs.size(), 10U);
  const auto found = diagnose(cell.neuron, cell.current(), cell.until(), theirs);
  EXPECT_EQ(first_of(found).convention, "allen") << text(found.names);
  EXPECT_EQ(first_of(found).dt, 0.1);
  EXPECT_TRUE(first_of(found).changes.empty());
  const auto told = diagnose(cell.neuron, cell.current(), cell.until(), theirs, {.dt = 0.1, .convention = "euler"});
  EXPECT_EQ(text(told.names), "stamped-by-interpolation");
}

/// Jumps at grid times, often enough that some fall into refractoriness.
std::vector<Event> many_jumps(testing::Random& random) {
  std::vector<Event> jumps;
  for (int n = 5; n < 4000; n += random.integer(1, 12)) jumps.push_back({n * 0.1, random.uniform(1, 5)});
  return jumps;
}

TEST(Diagnosis, TellsJumpsThatActInRefractorinessOnAFrozenMembrane) {
  testing::Random random;
  const auto jumps = many_jumps(random);
  const NeuronParameters p{.rest = -70, .reset = -65, .threshold = -50, .resistance = 10, .tau = 8, .refractory = 3};
  const std::vector<double> input(4000, 1.5);
  const Train theirs = euler_loop(p, input, jumps, {.freezes = true});
  ASSERT_GT(theirs.size(), 10U);
  EXPECT_NE(theirs, euler_loop(p, input, jumps, {}));
  const auto found = diagnose(p, pulses(jumps) + samples(0, 0.1, input), 400, theirs);
  EXPECT_EQ(text({first_of(found).changes.begin(), first_of(found).changes.end()}), "jumps-kept-in-refractoriness");
}

TEST(Diagnosis, TellsWeightsThatAreMultipliedByTheStep) {
  testing::Random random;
  const auto jumps = many_jumps(random);
  const NeuronParameters p{.rest = -70, .reset = -65, .threshold = -50, .resistance = 10, .tau = 8, .refractory = 3};
  const std::vector<double> input(4000, 2.1);
  const Train theirs = euler_loop(p, input, jumps, {.weight_factor = 0.1});
  ASSERT_GT(theirs.size(), 10U);
  const auto found = diagnose(p, pulses(jumps) + samples(0, 0.1, input), 400, theirs);
  EXPECT_EQ(text({first_of(found).changes.begin(), first_of(found).changes.end()}), "weights-times-dt");
  EXPECT_EQ(first_of(found).dt, 0.1);
}

struct WrongNumber {
  std::string name;
  double NeuronParameters::*member;
  double value;
};

TEST(Diagnosis, FitsOneNumberThatIsWrong) {
  testing::Random random;
  using P = NeuronParameters;
  for (const auto& [name, member, value] :
       {WrongNumber{"other-tau", &P::tau, 9}, WrongNumber{"other-resistance", &P::resistance, 12.5},
        WrongNumber{"other-threshold", &P::threshold, -52}, WrongNumber{"other-reset", &P::reset, -62.5},
        WrongNumber{"other-rest", &P::rest, -68}, WrongNumber{"other-refractory", &P::refractory, 3.5}}) {
    Cell cell = noisy_cell(random);
    cell.neuron.tau = 8;
    cell.neuron.refractory = 2;
    Cell wrong = cell;
    wrong.neuron.*member = value;
    for (const bool on_grid : {true, false}) {
      const Train theirs = on_grid ? simulate(wrong) : spike_times(wrong.neuron, wrong.current(), wrong.until());
      const auto found = diagnose(cell.neuron, cell.current(), cell.until(), theirs);
      ASSERT_FALSE(found.explanations.empty()) << name;
      EXPECT_EQ(first_of(found).convention, on_grid ? "brian2" : "exact") << name << ": " << text(found.names);
      EXPECT_EQ(text({first_of(found).changes.begin(), first_of(found).changes.end()}), name);
      ASSERT_TRUE(first_of(found).fitted) << name;
      EXPECT_EQ(first_of(found).fitted->value, value) << name;
      EXPECT_EQ(first_of(found).fitted->given, cell.neuron.*member) << name;
    }
  }
}

TEST(Diagnosis, TellsALevelOfDetectionThatIsNotTheThreshold) {
  testing::Random random;
  Cell cell = noisy_cell(random);
  const Train exact = spike_times(cell.neuron, cell.current(), cell.until());
  // Where the exact potential, looked at every 0.01 us, rises above -52 mV for the last time before each spike.
  Train theirs;
  for (std::size_t k = 0; k < exact.size(); ++k) {
    double low = k > 0 ? exact[k - 1] + cell.neuron.refractory : 0;
    double high = exact[k];
    while (high - low > 1e-7) {
      const double middle = (low + high) / 2;
      const bool above = membrane_potential(cell.neuron, cell.current(), Train{middle}).front() > -52;
      (above ? high : low) = middle;
    }
    theirs.push_back(high);
  }
  const auto found = diagnose(cell.neuron, cell.current(), cell.until(), theirs);
  EXPECT_EQ(text({first_of(found).changes.begin(), first_of(found).changes.end()}), "other-detection");
  ASSERT_TRUE(first_of(found).fitted);
  EXPECT_EQ(first_of(found).fitted->value, -52);
}

TEST(Diagnosis, TellsTimesThatWereLeftInSteps) {
  testing::Random random;
  const Cell cell = noisy_cell(random);
  Train theirs = simulate(cell);
  for (double& time : theirs) time = std::round(time / 0.1);
  const auto found = diagnose(cell.neuron, cell.current(), cell.until(), theirs);
  EXPECT_EQ(text(found.names), "unit-steps");
  EXPECT_EQ(first_of(found).dt, 0.1);
}

TEST(Diagnosis, CallsNothingNearWhereNothingIs) {
  testing::Random random;
  const Cell cell = noisy_cell(random);
  Train theirs;
  for (double t = 3.3; t < cell.until(); t += random.uniform(2, 40)) theirs.push_back(std::round(t * 10) / 10);
  const auto nothing = diagnose(cell.neuron, cell.current(), cell.until(), theirs);
  EXPECT_TRUE(nothing.explanations.empty()) << text(nothing.names);
  EXPECT_FALSE(nothing.is_near);
  Train missing = simulate(cell);
  missing.erase(missing.begin() + 4);
  const auto near = diagnose(cell.neuron, cell.current(), cell.until(), missing);
  EXPECT_TRUE(near.explanations.empty()) << text(near.names);
  EXPECT_TRUE(near.is_near);
  ASSERT_TRUE(near.nearest);
  EXPECT_EQ(near.nearest->convention, "brian2");
}

// u_inf = -70 + 10 I lies above the threshold by less than a rounding, at it, and below it by as much.
TEST(CloseDecision, IsOneThatHangsOnRoundingOnBothSides) {
  const double rheobase = 2;
  const double above = std::nextafter(rheobase, 3);
  const double below = std::nextafter(rheobase, 1);
  const auto fires = close_decision({}, step(5, forever, above), 400);
  ASSERT_TRUE(fires);
  EXPECT_TRUE(fires->fires);
  EXPECT_EQ(fires->time, spike_times({}, step(5, forever, above), 400).front());
  for (const double current : {rheobase, below}) {
    const auto silent = close_decision({}, step(5, forever, current), 400);
    ASSERT_TRUE(silent);
    EXPECT_FALSE(silent->fires);
  }
  EXPECT_FALSE(close_decision({}, step(5, forever, 2.1), 400));
  EXPECT_FALSE(close_decision({}, step(5, forever, 1.9), 400));
  // A jump that lands on the threshold, and one that is 1e-6 mV above it.
  EXPECT_TRUE(close_decision({}, pulses({{5, 20}}), 10));
  EXPECT_FALSE(close_decision({}, pulses({{5, 20.000001}}), 10));
}

TEST(ShortestDecimal, IsTheFirstOfFewestDigits) {
  EXPECT_EQ(diagnosis::shortest_decimal(8.99, 9.02).value, 9);
  EXPECT_EQ(diagnosis::shortest_decimal(9.09, 9.12).value, 9.1);
  EXPECT_EQ(diagnosis::shortest_decimal(-52.03, -51.98).value, -52);
  EXPECT_EQ(diagnosis::shortest_decimal(-0.1, 0.3).value, 0);
  EXPECT_EQ(diagnosis::shortest_decimal(123.45605, 123.45695).value, 123.4561);
  EXPECT_EQ(diagnosis::shortest_decimal(0.00998, 0.0101).value, 0.01);
}

TEST(Diagnosis, OfTimesBeforeTheStartFindsNone) {
  const auto jumps = pulses({{10, 25}, {20, 25}});
  for (const Train& wrong : {Train{-5}, Train{-5, 10, 20}, Train{-7, -6, -5, -4, -3, -2, -1}, Train{-1e300, 10}}) {
    const auto diagnosis = diagnose({}, jumps, 30, wrong);
    EXPECT_TRUE(diagnosis.explanations.empty());
    EXPECT_TRUE(diagnosis.nearest);
  }
}

TEST(Diagnosis, SaysWhatItDidNotTry) {
  const auto jumps = pulses({{5.03, 25}, {90.07, 25}, {130.01, 25}});
  const Train wrong{5.2, 90.5, 130.3};
  const auto all = diagnose({}, jumps, 200, wrong, {.dt = 0.1});
  EXPECT_FALSE(all.cut_short);
  EXPECT_TRUE(all.untried_steps.empty());
  // Some 10 conventions with 35 changes, of which all fail at the first spike, after 55 steps.
  const auto cut = diagnose({}, jumps, 200, wrong, {.dt = 0.1, .most_steps = 10000});
  EXPECT_TRUE(cut.cut_short);
  EXPECT_LT(cut.tested, all.tested / 2);
  EXPECT_TRUE(cut.explanations.empty());
  EXPECT_TRUE(cut.nearest);
  // Two million steps of 0.1 ms, and too many for a guess.
  const auto guessed = diagnose({}, jumps, 2e5, wrong);
  ASSERT_TRUE(guessed.grid);
  EXPECT_NEAR(*guessed.grid, 0.1, 1e-12);
  ASSERT_FALSE(guessed.untried_steps.empty());
  EXPECT_EQ(guessed.untried_steps.front(), 0.1);
  for (const double dt : guessed.steps) EXPECT_LE(2e5 / dt, 1e6);
}

TEST(Diagnosis, IsInWords) {
  EXPECT_EQ(describe_diagnosis("refractory-one-step-long"), "refractoriness lasts one step longer");
  EXPECT_EQ(describe_diagnosis("brian2"), conventions()[0].description);
  EXPECT_EQ(describe_diagnosis("bad-luck"), "");
}

TEST(Diagnosis, RefusesWhatItCannotUse) {
  const Train train{1};
  EXPECT_THROW(diagnose({}, {}, 0, train), InvalidArgument);
  EXPECT_THROW(diagnose({}, {}, 10, train, {.dt = 0}), InvalidArgument);
  EXPECT_THROW(diagnose({}, {}, 10, train, {.convention = "brian2"}), InvalidArgument);
  EXPECT_THROW(diagnose({}, {}, 10, train, {.dt = 1, .convention = "brian3"}), InvalidArgument);
  EXPECT_THROW(diagnose({}, {}, 10, Train{2, 1}), InvalidArgument);
  EXPECT_THROW(diagnose({}, {}, 10, train, {.dt = 1e-9}), InvalidArgument);
}

TEST(TimeGrid, IsTheLongestStepOfAllTimes) {
  EXPECT_EQ(time_grid(Train{17.9, 31.0, 44.1}), 0.1);
  EXPECT_EQ(time_grid(Train{0.5, 1.25}), 0.25);
  EXPECT_EQ(time_grid(Train{3, 9, 15}), 3);
  EXPECT_EQ(time_grid(Train{0, 0.3, 0.7}), 0.1);
  // 0.2 by the first two, with an error that the others must not take over.
  EXPECT_EQ(time_grid(Train{20.2, 32.6, 45.7, 58.2, 76.6, 92.4, 106.2, 295, 316.9, 333.5, 368.3, 3850.6}), 0.1);
  EXPECT_EQ(time_grid(Train{17.875503299472804, 30.965858188431927, 44.05621307739105}), std::nullopt);
  EXPECT_EQ(time_grid({}), std::nullopt);
  Train train;
  for (int n = 1; n < 1000; ++n) train.push_back(n * 37 * 0.025);
  const auto grid = time_grid(train);
  ASSERT_TRUE(grid);
  EXPECT_NEAR(*grid, 37 * 0.025, 1e-9);
}

}  // namespace
}  // namespace lapicque
