// lapicque beside other ways to solve the same problem, in one process. Each row's answer is held against the proven
// spikes before it is timed: time (ns_per_spike) and worst error (worst_error_ms, missed, invented) belong together.
// bench/compare runs this and whole simulators, and writes bench/README.md.

#include <benchmark/benchmark.h>

#include <boost/version.hpp>
#include <cmath>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "peers/hybrid.hpp"
#include "peers/problem.hpp"
#ifdef LAPICQUE_SUNDIALS
#include <sundials/sundials_config.h>
#endif

namespace {

using lapicque::Current;
using lapicque::Method;
using lapicque::Precision;
using lapicque::Spike;
using lapicque::peers::Problem;
using lapicque::peers::Score;
using Solve = std::function<std::vector<double>(const Problem&, const Current&)>;

const std::vector<Spike>& truth(const Problem& problem) {
  static std::map<std::string, std::vector<Spike>> proven;
  const auto found = proven.find(problem.name);
  if (found != proven.end()) return found->second;
  return proven.emplace(problem.name, lapicque::peers::proven_spikes(problem)).first->second;
}

/// What lapicque promises: every spike, each within the error that is stated with it, and that is half an ulp for
/// exact.
void require_promise(const Problem& problem, const Current& current, Precision precision) {
  const std::vector<Spike>& exact = truth(problem);
  std::size_t spikes = 0;
  for (const Spike& spike : lapicque::SpikeTrain(problem.neuron, current, problem.until, precision)) {
    const Spike& true_spike = exact.at(spikes++);
    const double off = std::fabs((spike.time - true_spike.time) - true_spike.remainder);
    if (off <= spike.error + true_spike.error && (precision == Precision::fast || spike.time == true_spike.time))
      continue;
    throw std::runtime_error(problem.name + ": lapicque's spike at " + lapicque::to_text(spike.time, "ms") +
                             " is off by " + lapicque::to_text(off, "ms") +
                             "; what it is compared with is of no interest until that is mended");
  }
  if (spikes == lapicque::peers::spikes_in_run(problem, exact)) return;
  throw std::runtime_error(problem.name + ": lapicque makes " + std::to_string(spikes) + " spikes");
}

void add_row(const Problem& problem, const std::string& method, const std::string& setting, Solve solve,
             std::optional<Precision> lapicques = {}) {
  const auto checked = std::make_shared<std::optional<Score>>();
  const auto row = [&problem, solve = std::move(solve), lapicques, checked](benchmark::State& state) {
    const Current current = problem.current();
    const std::vector<Spike>& exact = truth(problem);
    if (!*checked) {
      *checked = lapicque::peers::score(problem, exact, solve(problem, current));
      if (lapicques) require_promise(problem, current, *lapicques);
    }
    for (auto _ : state) benchmark::DoNotOptimize(solve(problem, current).data());
    const auto spikes = static_cast<double>(lapicque::peers::spikes_in_run(problem, exact));
    state.counters["ns_per_spike"] =
        benchmark::Counter(spikes * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
    state.counters["worst_error_ms"] = (*checked)->worst_error;
    state.counters["missed"] = static_cast<double>((*checked)->missed);
    state.counters["invented"] = static_cast<double>((*checked)->invented);
    state.counters["spikes"] = spikes;
  };
  benchmark::RegisterBenchmark((problem.name + "/" + method + "/" + setting).c_str(), row)
      ->Unit(benchmark::kMillisecond);
}

void add_rows(const Problem& problem) {
  const auto lapicque_at = [](Precision precision) {
    return [precision](const Problem& p, const Current& current) {
      return lapicque::spike_times(p.neuron, current, p.until, precision);
    };
  };
  add_row(problem, "lapicque", "exact", lapicque_at(Precision::exact), Precision::exact);
  add_row(problem, "lapicque", "fast", lapicque_at(Precision::fast), Precision::fast);

  for (const auto& [method, name] :
       {std::pair{Method::euler, "Euler"}, std::pair{Method::exponential_euler, "exponential Euler"}}) {
    for (const double dt : {0.1, 0.01, 0.001}) {
      add_row(problem, name, "dt " + lapicque::to_text(dt, "ms"),
              [method = method, dt](const Problem& p, const Current& current) {
                return lapicque::stepped_spike_times(p.neuron, current, p.until, dt, method);
              });
    }
  }

  using MakeSolver = std::unique_ptr<lapicque::peers::OdeSolver> (*)(const Problem&, double);
  const std::vector<std::pair<std::string, MakeSolver>> solvers{
      {"Boost.Odeint dopri5", lapicque::peers::odeint_solver},
#ifdef LAPICQUE_SUNDIALS
      {"SUNDIALS CVODE", lapicque::peers::cvode_solver},
      {"SUNDIALS ARKODE", lapicque::peers::arkode_solver},
#endif
  };
  for (const auto& [name, make] : solvers) {
    for (const auto& [tolerance, setting] :
         {std::pair{1e-6, "tol 1e-6"}, {1e-8, "tol 1e-8"}, {1e-10, "tol 1e-10"}, {1e-12, "tol 1e-12"}}) {
      add_row(problem, name, setting, [make = make, tolerance = tolerance](const Problem& p, const Current&) {
        return lapicque::peers::hybrid_spikes(p, *make(p, tolerance));
      });
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    for (const Problem& problem : lapicque::peers::problems()) add_rows(problem);
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
    benchmark::AddCustomContext("compiler", LAPICQUE_COMPILER);
    benchmark::AddCustomContext("boost", BOOST_LIB_VERSION);
#ifdef LAPICQUE_SUNDIALS
    benchmark::AddCustomContext("sundials", SUNDIALS_VERSION);
#endif
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
