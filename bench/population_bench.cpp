// What a population costs: neurons and spikes a second, on one thread and on two, processor time an event and neuron
// (`ns_per_event`) under arrivals at 10 kHz, one list for all or one each, and the most memory at any time. Run one row
// a process (--benchmark_filter) to read `peak_MB`, which never falls within one. `CPU` is that of all threads: where
// it does not rise from one thread to two, time falls as far as there are free cores.

#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <numeric>
#include <random>
#include <variant>
#include <vector>

#include "lapicque/population.hpp"

namespace {

using lapicque::Current;
using lapicque::Event;
using lapicque::Neuron;
using lapicque::Precision;

/// Neurons that differ by a tenth in each parameter.
std::vector<Neuron> neurons(std::size_t size) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> about(0.95, 1.05);
  std::vector<Neuron> result;
  result.reserve(size);
  for (std::size_t k = 0; k < size; ++k) {
    result.emplace_back(lapicque::NeuronParameters{.rest = -70 * about(random),
                                                   .reset = -75 * about(random),
                                                   .threshold = -50 * about(random),
                                                   .resistance = 10 * about(random),
                                                   .tau = 8 * about(random),
                                                   .refractory = 2 * about(random)});
  }
  return result;
}

/// A constant current for each neuron, all above the rheobase.
std::vector<Current> constant(std::size_t size) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> amplitude(3, 4);
  std::vector<Current> result;
  result.reserve(size);
  for (std::size_t k = 0; k < size; ++k) result.push_back(lapicque::step(0, lapicque::forever, amplitude(random)));
  return result;
}

/// Poisson arrivals at a rate, 1/ms, over a second.
std::vector<Event> arrivals(std::mt19937_64& random, double rate, double size) {
  constexpr double duration = 1000;
  std::exponential_distribution<double> interval(rate);
  std::vector<Event> events;
  for (double t = interval(random); t < duration; t += interval(random)) events.push_back({t, size});
  return events;
}
using Input = Current (*)(std::mt19937_64&);
Current exponential(std::mt19937_64& random) { return lapicque::exponential_synapse(2, arrivals(random, 10, 0.12)); }
Current alpha(std::mt19937_64& random) { return lapicque::alpha_synapse(2, arrivals(random, 10, 0.045)); }
Current balanced(std::mt19937_64& random) {
  return lapicque::exponential_synapse(2, arrivals(random, 5, 0.3)) +
         lapicque::exponential_synapse(6, arrivals(random, 5, -0.06));
}
Current delta(std::mt19937_64& random) { return lapicque::pulses(arrivals(random, 10, 0.3)); }

/// One list for all.
template <Input input>
std::vector<Current> shared(std::size_t) {
  std::mt19937_64 random(3);
  return {input(random)};
}
/// A list for each.
template <Input input>
std::vector<Current> independent(std::size_t size) {
  std::mt19937_64 random(3);
  std::vector<Current> result;
  result.reserve(size);
  for (std::size_t k = 0; k < size; ++k) result.push_back(input(random));
  return result;
}

/// How many events reach a population within a time, ms, all together.
double events_of(const std::vector<Current>& currents, std::size_t size, double until) {
  double events = 0;
  for (const Current& current : currents) {
    const auto count = [&](const auto& piece) {
      if constexpr (requires { piece.events; }) {
        const auto late = [&](const Event& event) { return event.time > until; };
        events +=
            static_cast<double>(std::find_if(piece.events->begin(), piece.events->end(), late) - piece.events->begin());
      }
    };
    for (const auto& piece : current.pieces()) std::visit(count, piece);
  }
  return currents.size() == size ? events : events * static_cast<double>(size);
}

/// The greatest memory that the process has had.
double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// What is asked of a population; the number of spikes, all together.
std::size_t times(const std::vector<Neuron>& population, const std::vector<Current>& currents, double until,
                  Precision precision) {
  return lapicque::population_spike_times(population, currents, until, {precision}).times.size();
}
std::size_t counts(const std::vector<Neuron>& population, const std::vector<Current>& currents, double until,
                   Precision precision) {
  const auto spikes = lapicque::population_spike_counts(population, currents, until, {precision});
  return std::accumulate(spikes.begin(), spikes.end(), std::size_t{0});
}

/// Processor time so far, of all threads, ns.
double now() { return static_cast<double>(std::clock()) * (1e9 / CLOCKS_PER_SEC); }

/// Arguments: neurons, ms of model time, threads.
void solve(benchmark::State& state, decltype(times)& work, std::vector<Current> (*drive)(std::size_t),
           Precision precision) {
  const auto argument = [&](std::size_t k) { return static_cast<std::size_t>(state.range(k)); };
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, argument(2));
  const auto population = neurons(argument(0));
  const auto currents = drive(population.size());
  const auto until = static_cast<double>(state.range(1));
  state.counters["input_MB"] = peak_megabytes();
  std::size_t spikes = 0;
  const double start = now();
  for (auto _ : state) spikes = work(population, currents, until, precision);
  const double each_time = (now() - start) / static_cast<double>(state.iterations());
  const auto rate = [](std::size_t count) {
    return benchmark::Counter(static_cast<double>(count), benchmark::Counter::kIsIterationInvariantRate);
  };
  state.counters["neurons"] = rate(population.size());
  state.counters["spikes"] = rate(spikes);
  state.counters["peak_MB"] = peak_megabytes();
  if (const double events = events_of(currents, population.size(), until); events > 0) {
    state.counters["ns_per_event"] = each_time / events;
  }
}

#define LAPICQUE_POPULATION(work, drive, ...)                                   \
  BENCHMARK_CAPTURE(solve, work / drive / fast, work, drive, Precision::fast)   \
      ->ArgNames({"neurons", "ms", "threads"})                                  \
      ->ArgsProduct({__VA_ARGS__, {1, 2}})                                      \
      ->MeasureProcessCPUTime()                                                 \
      ->UseRealTime()                                                           \
      ->Unit(benchmark::kMillisecond);                                          \
  BENCHMARK_CAPTURE(solve, work / drive / exact, work, drive, Precision::exact) \
      ->ArgNames({"neurons", "ms", "threads"})                                  \
      ->ArgsProduct({__VA_ARGS__, {1, 2}})                                      \
      ->MeasureProcessCPUTime()                                                 \
      ->UseRealTime()                                                           \
      ->Unit(benchmark::kMillisecond)

LAPICQUE_POPULATION(times, constant, {10000, 1000000}, {1000});
LAPICQUE_POPULATION(counts, constant, {10000, 1000000}, {10, 1000});
#define LAPICQUE_INPUT(input)                                            \
  LAPICQUE_POPULATION(times, shared<input>, {1000, 10000}, {100, 1000}); \
  LAPICQUE_POPULATION(times, independent<input>, {1000}, {100, 1000})
LAPICQUE_INPUT(delta);
LAPICQUE_INPUT(exponential);
LAPICQUE_INPUT(balanced);
LAPICQUE_INPUT(alpha);

}  // namespace
