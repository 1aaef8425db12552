// What an event and a spike cost, and how many times that is the floor: the bare calls of exp, sin and cos (or the bare
// additions) of a closed form that goes from event to event, each waiting for the one before, timed just after the row
// that they are compared with. `ns_per_event` (or, where one input acts all the time, `ns_per_spike`), `floor_ns` and
// `over_floor` are the columns to read; `over_fast` is what exact costs over fast in the same row.
//
// That floor is no limit: intervals between events are known ahead, and so their exponentials need not wait. The rows
// of `true_floor` say what is left: exponentials side by side, and one chain of multiplications and additions, with no
// bounds and no decisions.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"

namespace {

using lapicque::Current;
using lapicque::Event;
using lapicque::Neuron;
using lapicque::Precision;

/// The calls that one event, or one spike, cannot do without.
struct Floor {
  int exponentials = 0;
  int angles = 0;  // a sine and a cosine
  int additions = 0;
};

struct Workload {
  Current current;
  double until;
  double events;  // or 1 where one input acts all the time: then spikes are what is counted
  Floor floor;
};

/// Processor time so far, which other programs on the machine add nothing to, ns.
double now() { return static_cast<double>(std::clock()) * (1e9 / CLOCKS_PER_SEC); }

/// Each call waits for the one before, as the potential at an event waits for that at the last.
double measure(const Floor& floor) {
  double x = 0.1;
  const auto round = [&] {
    for (int k = 0; k < floor.exponentials; ++k) x = 0.5 * std::exp(-x);
    for (int k = 0; k < floor.angles; ++k) x = 0.5 * (std::sin(x) + std::cos(x));
    for (int k = 0; k < floor.additions; ++k) x += 1e-3;
  };
  constexpr int rounds = 100000;
  double best = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt < 5; ++attempt) {
    const double start = now();
    for (int k = 0; k < rounds; ++k) round();
    benchmark::DoNotOptimize(x);
    best = std::min(best, (now() - start) / rounds);
  }
  return best;
}

std::vector<Event> poisson(std::mt19937_64& random, std::size_t count, double rate, double weight) {
  std::exponential_distribution<double> interval(rate);
  std::vector<Event> events;
  double t = 0;
  for (std::size_t k = 0; k < count; ++k) events.push_back({t += interval(random), weight});
  return events;
}

/// And one log1p for the whole train.
Workload constant(std::size_t) { return {lapicque::step(0, lapicque::forever, 2.5), 1e5, 1, {.additions = 1}}; }

Workload exponential_synapses(std::size_t count, double weight) {
  std::mt19937_64 random(1);
  auto events = poisson(random, count, 10, weight);
  const double until = events.back().time;
  return {lapicque::exponential_synapse(2, std::move(events)), until, static_cast<double>(count), {.exponentials = 2}};
}

Workload sparse_spikes(std::size_t count) { return exponential_synapses(count, 0.12); }
Workload regular_spikes(std::size_t count) { return exponential_synapses(count, 0.2); }
Workload dense_spikes(std::size_t count) { return exponential_synapses(count, 0.6); }

Workload balanced_synapses(std::size_t count) {
  std::mt19937_64 random(2);
  auto excitatory = poisson(random, count / 2, 10, 0.3);
  auto inhibitory = poisson(random, count / 2, 10, -0.06);
  const double until = excitatory.back().time;
  return {
      lapicque::exponential_synapse(2, std::move(excitatory)) + lapicque::exponential_synapse(6, std::move(inhibitory)),
      until,
      static_cast<double>(count),
      {.exponentials = 3}};
}

Workload held_noise(std::size_t count) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(1.9, 2);
  std::vector<double> values;
  for (std::size_t k = 0; k < count; ++k) values.push_back(noise(random));
  return {lapicque::samples(0, 0.1, std::move(values)),
          0.1 * static_cast<double>(count),
          static_cast<double>(count),
          {.exponentials = 1}};
}

Workload linear_noise(std::size_t count) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(1.9, 2);
  std::vector<double> values;
  for (std::size_t k = 0; k < count; ++k) values.push_back(noise(random));
  return {lapicque::samples(0, 0.1, std::move(values), lapicque::Hold::linear),
          0.1 * static_cast<double>(count),
          static_cast<double>(count),
          {.exponentials = 1}};
}

Workload alpha_synapses(std::size_t count) {
  std::mt19937_64 random(4);
  auto events = poisson(random, count, 10, 0.06);
  const double until = events.back().time;
  return {lapicque::alpha_synapse(2, std::move(events)), until, static_cast<double>(count), {.exponentials = 2}};
}

Workload poisson_pulses(std::size_t count) {
  std::mt19937_64 random(5);
  auto events = poisson(random, count, 1, 3);
  const double until = events.back().time;
  return {lapicque::pulses(std::move(events)), until, static_cast<double>(count), {.exponentials = 1}};
}

/// Two roots of the drive a period, and one of the potential a spike, each by two steps of Newton's method.
Workload sinusoid(std::size_t) {
  return {lapicque::step(0, lapicque::forever, 2.2) + lapicque::sinusoid(0, lapicque::forever, 1, 40),
          1e4,
          1,
          {.exponentials = 3, .angles = 6}};
}

Workload mixture(std::size_t count) {
  Workload workload = exponential_synapses(count, 0.06);
  workload.current += lapicque::step(0, lapicque::forever, 1) + lapicque::sinusoid(0, lapicque::forever, 0.5, 40);
  workload.floor.angles = 1;
  return workload;
}

/// As many decaying parts as there are exponentials an event, from event to event.
void true_floor(benchmark::State& state) {
  constexpr std::size_t block = 16;
  const auto exponentials = static_cast<std::size_t>(state.range(0));
  std::mt19937_64 random(1);
  std::exponential_distribution<double> interval(10);
  std::vector<double> lengths;
  for (std::size_t k = 0; k < 1 << 14; ++k) lengths.push_back(interval(random));
  std::vector<std::array<double, block>> left(exponentials);
  std::vector<double> parts(exponentials, 0.5);
  const double start = now();
  for (auto _ : state) {
    for (std::size_t first = 0; first < lengths.size(); first += block) {
      for (std::size_t n = 0; n < exponentials; ++n) {
        const double rate = 0.125 * static_cast<double>(n + 1);
        for (std::size_t k = 0; k < block; ++k) {  // e^-z for z < 1, which takes vector instructions
          const double z = lengths[first + k] * rate;
          double sum = 1.0 / 6227020800.0;
          for (double n_factorial : {479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0,
                                     6.0, 2.0, 1.0, 1.0}) {
            sum = 1 / n_factorial - sum * z;
          }
          left[n][k] = sum;
        }
      }
      for (std::size_t k = 0; k < block; ++k) {
        for (std::size_t n = 0; n < exponentials; ++n) parts[n] = parts[n] * left[n][k] + 0.1;
      }
    }
    benchmark::DoNotOptimize(parts.data());
  }
  const double events = static_cast<double>(lengths.size()) * static_cast<double>(state.iterations());
  state.counters["ns_per_event"] = (now() - start) / events;
}
BENCHMARK(true_floor)->ArgName("exponentials")->Arg(1)->Arg(2)->Arg(3);

void report(benchmark::State& state, const Workload& workload, std::size_t spikes, double nanoseconds_each_time) {
  state.counters["spikes"] = static_cast<double>(spikes);
  if (spikes > 0) state.counters["ns_per_spike"] = nanoseconds_each_time / static_cast<double>(spikes);
  if (workload.events > 1) state.counters["ns_per_event"] = nanoseconds_each_time / workload.events;
  const double floor = measure(workload.floor);
  state.counters["floor_ns"] = floor;
  state.counters["over_floor"] =
      nanoseconds_each_time / (workload.events > 1 ? workload.events : static_cast<double>(spikes)) / floor;
}

/// Which share of stretches needed more than double for their sign, and of spikes more than the precision's own digits
/// (double, or double-double) for their time.
void report_effort(benchmark::State& state, const Workload& workload, Precision precision) {
  lapicque::SpikeTrain train(Neuron{}, workload.current, workload.until, precision);
  while (train.next()) {
  }
  const auto share_beyond = [](const std::array<std::uint64_t, 4>& counts, std::size_t own) {
    double all = 0;
    double beyond = 0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      all += static_cast<double>(counts[k]);
      if (k > own) beyond += static_cast<double>(counts[k]);
    }
    return all > 0 ? beyond / all : 0;
  };
  const auto& [signs, roots] = train.effort();
  state.counters["signs_escalated"] = share_beyond(signs, 0);
  state.counters["roots_escalated"] = share_beyond(roots, precision == Precision::exact ? 1 : 0);
}

std::size_t count_spikes(const Workload& workload, Precision precision) {
  std::size_t spikes = 0;
  lapicque::SpikeTrain train(Neuron{}, workload.current, workload.until, precision);
  while (train.next()) ++spikes;
  return spikes;
}

void solve(benchmark::State& state, Workload (*make)(std::size_t), Precision precision) {
  const Workload workload = make(static_cast<std::size_t>(state.range(0)));
  std::size_t spikes = 0;
  const double start = now();
  for (auto _ : state) spikes = count_spikes(workload, precision);
  const double each_time = (now() - start) / static_cast<double>(state.iterations());
  report(state, workload, spikes, each_time);
  report_effort(state, workload, precision);
  if (precision == Precision::exact) {
    const double fast_start = now();
    count_spikes(workload, Precision::fast);
    state.counters["over_fast"] = each_time / (now() - fast_start);
  }
}

void step(benchmark::State& state, Workload (*make)(std::size_t), double dt) {
  const Workload workload = make(static_cast<std::size_t>(state.range(0)));
  std::size_t spikes = 0;
  const double start = now();
  for (auto _ : state) {
    spikes =
        lapicque::stepped_spike_times(Neuron{}, workload.current, workload.until, dt, lapicque::Method::euler).size();
  }
  report(state, workload, spikes, (now() - start) / static_cast<double>(state.iterations()));
}

// Steps of 0.1 ms only, as they take as long as there is model time.
#define LAPICQUE_WORKLOAD(name, ...)                                           \
  BENCHMARK_CAPTURE(solve, name / fast, name, Precision::fast)->__VA_ARGS__;   \
  BENCHMARK_CAPTURE(solve, name / exact, name, Precision::exact)->__VA_ARGS__; \
  BENCHMARK_CAPTURE(step, name / euler_dt_0 .1, name, 0.1)->__VA_ARGS__

#define LAPICQUE_SIZES Arg(1000)->Arg(100000)->Arg(10000000)->Unit(benchmark::kMillisecond)

LAPICQUE_WORKLOAD(constant, Arg(1));
LAPICQUE_WORKLOAD(sinusoid, Arg(1));
LAPICQUE_WORKLOAD(poisson_pulses, LAPICQUE_SIZES);
LAPICQUE_WORKLOAD(sparse_spikes, LAPICQUE_SIZES);
LAPICQUE_WORKLOAD(regular_spikes, LAPICQUE_SIZES);
LAPICQUE_WORKLOAD(dense_spikes, LAPICQUE_SIZES);
LAPICQUE_WORKLOAD(balanced_synapses, LAPICQUE_SIZES);
LAPICQUE_WORKLOAD(alpha_synapses, LAPICQUE_SIZES);
LAPICQUE_WORKLOAD(held_noise, LAPICQUE_SIZES);
LAPICQUE_WORKLOAD(linear_noise, LAPICQUE_SIZES);
LAPICQUE_WORKLOAD(mixture, Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond));

}  // namespace
