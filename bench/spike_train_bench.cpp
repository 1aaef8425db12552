// What a spike and an event cost, beside the exponentials and logarithms that no closed form can do without, and beside
// our own reference stepper on the same input. Compare rows of one run only: `ns_per_spike` and `ns_per_event` are the
// columns to read.

#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"

namespace {

using lapicque::Current;
using lapicque::Event;
using lapicque::Neuron;
using lapicque::Precision;

struct Workload {
  Current current;
  double until;
  double events;
};

std::vector<Event> poisson(std::mt19937_64& random, std::size_t count, double rate, double weight) {
  std::exponential_distribution<double> interval(rate);
  std::vector<Event> events;
  double t = 0;
  for (std::size_t k = 0; k < count; ++k) events.push_back({t += interval(random), weight});
  return events;
}

Workload constant(std::size_t) { return {lapicque::step(0, lapicque::forever, 2.5), 1e5, 1}; }

Workload exponential_synapses(std::size_t count) {
  std::mt19937_64 random(1);
  auto events = poisson(random, count, 10, 0.12);
  const double until = events.back().time;
  return {lapicque::exponential_synapse(2, std::move(events)), until, static_cast<double>(count)};
}

Workload balanced_synapses(std::size_t count) {
  std::mt19937_64 random(2);
  auto excitatory = poisson(random, count / 2, 10, 0.3);
  auto inhibitory = poisson(random, count / 2, 10, -0.06);
  const double until = excitatory.back().time;
  return {
      lapicque::exponential_synapse(2, std::move(excitatory)) + lapicque::exponential_synapse(6, std::move(inhibitory)),
      until, static_cast<double>(count)};
}

Workload held_noise(std::size_t count) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(1.9, 2);
  std::vector<double> values;
  for (std::size_t k = 0; k < count; ++k) values.push_back(noise(random));
  return {lapicque::samples(0, 0.1, std::move(values)), 0.1 * static_cast<double>(count), static_cast<double>(count)};
}

Workload linear_noise(std::size_t count) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(1.9, 2);
  std::vector<double> values;
  for (std::size_t k = 0; k < count; ++k) values.push_back(noise(random));
  return {lapicque::samples(0, 0.1, std::move(values), lapicque::Hold::linear), 0.1 * static_cast<double>(count),
          static_cast<double>(count)};
}

Workload alpha_synapses(std::size_t count) {
  std::mt19937_64 random(4);
  auto events = poisson(random, count, 10, 0.06);
  const double until = events.back().time;
  return {lapicque::alpha_synapse(2, std::move(events)), until, static_cast<double>(count)};
}

Workload poisson_pulses(std::size_t count) {
  std::mt19937_64 random(5);
  auto events = poisson(random, count, 1, 3);
  const double until = events.back().time;
  return {lapicque::pulses(std::move(events)), until, static_cast<double>(count)};
}

Workload sinusoid(std::size_t) {
  return {lapicque::step(0, lapicque::forever, 2.2) + lapicque::sinusoid(0, lapicque::forever, 1, 40), 1e4, 1};
}

void report(benchmark::State& state, const Workload& workload, std::size_t spikes) {
  const auto per = [&](double count) {
    return benchmark::Counter(count * 1e-9,
                              benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  };
  if (spikes > 0) state.counters["ns_per_spike"] = per(static_cast<double>(spikes));
  if (workload.events > 1) state.counters["ns_per_event"] = per(workload.events);
  state.counters["spikes"] = static_cast<double>(spikes);
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

void solve(benchmark::State& state, Workload (*make)(std::size_t), Precision precision) {
  const Workload workload = make(static_cast<std::size_t>(state.range(0)));
  std::size_t spikes = 0;
  for (auto _ : state) spikes = lapicque::spike_times(Neuron{}, workload.current, workload.until, precision).size();
  report(state, workload, spikes);
  report_effort(state, workload, precision);
}

void step(benchmark::State& state, Workload (*make)(std::size_t), double dt) {
  const Workload workload = make(static_cast<std::size_t>(state.range(0)));
  std::size_t spikes = 0;
  for (auto _ : state) {
    spikes =
        lapicque::stepped_spike_times(Neuron{}, workload.current, workload.until, dt, lapicque::Method::euler).size();
  }
  report(state, workload, spikes);
}

void floor_of_two_exponentials(benchmark::State& state) {
  double x = 0.1;
  for (auto _ : state) {
    x = 0.5 * std::exp(-x);
    x = 0.5 * std::exp(-x);
    benchmark::DoNotOptimize(x);
  }
}

void floor_of_one_logarithm(benchmark::State& state) {
  double x = 0.1;
  for (auto _ : state) {
    x = std::log1p(x + 1);
    benchmark::DoNotOptimize(x);
  }
}

BENCHMARK(floor_of_two_exponentials);
BENCHMARK(floor_of_one_logarithm);

#define LAPICQUE_WORKLOAD(name, ...)                                           \
  BENCHMARK_CAPTURE(solve, name / fast, name, Precision::fast)->__VA_ARGS__;   \
  BENCHMARK_CAPTURE(solve, name / exact, name, Precision::exact)->__VA_ARGS__; \
  BENCHMARK_CAPTURE(step, name / euler_dt_0 .1, name, 0.1)->__VA_ARGS__;       \
  BENCHMARK_CAPTURE(step, name / euler_dt_0 .01, name, 0.01)->__VA_ARGS__

LAPICQUE_WORKLOAD(constant, Arg(1));
LAPICQUE_WORKLOAD(sinusoid, Arg(1));
LAPICQUE_WORKLOAD(exponential_synapses, Range(1000, 1000000)->Unit(benchmark::kMillisecond));
LAPICQUE_WORKLOAD(balanced_synapses, Range(1000, 1000000)->Unit(benchmark::kMillisecond));
LAPICQUE_WORKLOAD(alpha_synapses, Range(1000, 1000000)->Unit(benchmark::kMillisecond));
LAPICQUE_WORKLOAD(poisson_pulses, Range(1000, 1000000)->Unit(benchmark::kMillisecond));
LAPICQUE_WORKLOAD(linear_noise, Range(1000, 1000000)->Unit(benchmark::kMillisecond));
LAPICQUE_WORKLOAD(held_noise, Range(1000, 1000000)->Unit(benchmark::kMillisecond));

}  // namespace
