#include "noisy_fi.hpp"

#include <tbb/parallel_for.h>

#include <cmath>
#include <cstddef>
#include <mutex>
#include <utility>

#include "lapicque/error.hpp"
#include "lapicque/interval_statistics.hpp"
#include "lapicque/noise.hpp"
#include "lapicque/noisy_intervals.hpp"
#include "lapicque/stepper.hpp"
#include "progress.hpp"

namespace lapicque::program {
namespace {

void require_sense(const Neuron& neuron, const std::vector<double>& currents, const NoisyFi& asked,
                   const Solver& solver) {
  if (!(asked.sigma > 0)) {
    throw InvalidArgument("--noise", to_text(asked.sigma, "mV"), "must be greater than 0",
                          "leave it out for the curve without noise");
  }
  if (asked.tau_s && *asked.tau_s < 0) {
    throw InvalidArgument("--tau-s", to_text(*asked.tau_s, "ms"), "must not be negative", "write for example 2 ms");
  }
  if (solver.method == Method::euler && !(solver.dt < neuron.tau())) {
    throw InvalidArgument(
        "--dt", to_text(solver.dt, "ms"),
        "under noise, forward Euler's time step must be shorter than tau = " + to_text(neuron.tau(), "ms"),
        "shorten it, or take --method exponential-euler");
  }
  constexpr double exact_step = 0.01;  // of noisy_intervals, in tau
  if (!solver.method &&
      asked.simulated * static_cast<double>(currents.size()) / (exact_step * neuron.tau()) > most_steps) {
    throw InvalidArgument("--count", to_text(asked.simulated, "ms"), "takes more than 1e9 steps",
                          "choose a shorter time");
  }
  double spikes = 0;
  for (const double current : currents) {
    spikes += asked.simulated / interval_moments(neuron, current, asked.sigma).mean;
  }
  if (spikes <= most_spikes) return;
  throw InvalidArgument("--count", to_text(asked.simulated, "ms"),
                        "makes more than " + to_text(most_spikes) + " spikes to be counted", "choose a shorter time");
}

/// The statistics of simulated intervals, over all cores; each current draws from a stream of its own.
std::vector<IntervalStatistics> simulate(const Neuron& neuron, const std::vector<double>& currents,
                                         const NoisyFi& asked, const Solver& solver) {
  std::vector<IntervalStatistics> result(currents.size());
  ProgressBar bar;
  std::mutex one_at_a_time;
  std::size_t done = 0;
  tbb::parallel_for(std::size_t{0}, currents.size(), [&](std::size_t k) {
    const NoisyRun run{asked.simulated, solver.method, solver.dt, asked.seed, k};
    result[k] = interval_statistics(noisy_intervals(neuron, currents[k], asked.sigma, run));
    const std::lock_guard lock(one_at_a_time);
    bar.show(static_cast<double>(++done) / static_cast<double>(currents.size()));
  });
  return result;
}

}  // namespace

DataTable noisy_fi(const Neuron& neuron, const std::vector<double>& currents, const NoisyFi& asked,
                   const Solver& solver) {
  require_sense(neuron, currents, asked, solver);
  DataTable table{{{"current_nA", currents}}};
  const auto add = [&](const char* name, const auto& value_at) {
    std::vector<double> values;
    for (std::size_t k = 0; k < currents.size(); ++k) values.push_back(value_at(k));
    table.columns.push_back({name, std::move(values)});
  };
  const auto formula = [&](std::size_t k) { return interval_moments(neuron, currents[k], asked.sigma); };
  add("rate_Hz", [&](std::size_t k) { return formula(k).rate; });
  add("cv", [&](std::size_t k) { return formula(k).cv; });
  if (asked.tau_s) {
    add("filtered_Hz",
        [&](std::size_t k) { return filtered_noise_rate(neuron, currents[k], asked.sigma, *asked.tau_s); });
  }
  if (solver.method) {
    const auto foretold = [&](std::size_t k) {
      return stepped_interval_moments(neuron, currents[k], asked.sigma, solver.dt, *solver.method);
    };
    add("predicted_Hz", [&](std::size_t k) { return foretold(k).rate; });
    add("predicted_cv", [&](std::size_t k) { return foretold(k).cv; });
  }
  constexpr double sure = 1.959963984540054;  // 95 % of a normal distribution lie within so many standard deviations
  constexpr std::size_t least_spikes = 10;    // fewer tell little, and are biased: the long intervals are missing
  auto checked = simulate(neuron, currents, asked, solver);
  const std::vector<IntervalStatistics> counted = checked;
  for (IntervalStatistics& one : checked) {
    if (one.count < least_spikes) one = interval_statistics({});
  }
  add("checked_Hz", [&](std::size_t k) { return checked[k].rate; });
  add("checked_low_Hz", [&](std::size_t k) { return checked[k].rate - sure * checked[k].rate_error; });
  add("checked_high_Hz", [&](std::size_t k) { return checked[k].rate + sure * checked[k].rate_error; });
  add("checked_cv", [&](std::size_t k) { return checked[k].cv; });
  add("checked_low_cv", [&](std::size_t k) { return checked[k].cv - sure * checked[k].cv_error; });
  add("checked_high_cv", [&](std::size_t k) { return checked[k].cv + sure * checked[k].cv_error; });
  add("spikes", [&](std::size_t k) { return static_cast<double>(counted[k].count); });
  return table;
}

}  // namespace lapicque::program
