#include "problem.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>

#include "lapicque/certificates/certify.hpp"
#include "lapicque/certificates/check.hpp"
#include "lapicque/comparison.hpp"
#include "lapicque/error.hpp"

namespace lapicque::peers {
namespace {

/// `rate` events a ms, each of `size`, until the end of the run and of the margin after it. Not by
/// std::exponential_distribution, which each standard library draws in its own way.
std::vector<Event> poisson(std::uint64_t seed, double rate, double size, double until) {
  std::mt19937_64 random(seed);
  std::vector<Event> events;
  double t = 0;
  for (;;) {
    const double uniform = static_cast<double>(random() >> 11) * 0x1p-53;
    t -= std::log1p(-uniform) / rate;
    if (t > until + margin) return events;
    events.push_back({t, size});
  }
}

/// Resets to rest and, in the second case, has no refractory period: what NEURON's event-driven cells can do.
const NeuronParameters intfire1{.rest = -70, .reset = -70, .threshold = -50, .resistance = 10, .tau = 8};
const NeuronParameters intfire2{
    .rest = -70, .reset = -70, .threshold = -50, .resistance = 10, .tau = 8, .refractory = 0};

std::vector<Problem> make_problems() {
  return {
      {.name = "constant", .title = "constant current, 5 nA", .neuron = {}, .until = 6000, .direct = 5},
      {.name = "synapse",
       .title = "exponential synapse, Poisson arrivals",
       .neuron = intfire2,
       .until = 5000,
       .synapse_tau = 10,
       .arrivals = poisson(1, 2, 0.105, 5000)},
      {.name = "sinusoid",
       .title = "2.5 nA and a sinusoid of 1 nA, 40 Hz",
       .neuron = {},
       .until = 5000,
       .direct = 2.5,
       .amplitude = 1,
       .frequency = 40},
      {.name = "pulses",
       .title = "voltage jumps of 1.2 mV, Poisson",
       .neuron = intfire1,
       .until = 5000,
       .jumps = poisson(2, 2, 1.2, 5000)},
  };
}

void require_closed_form(const Problem& problem, std::span<const Spike> spikes) {
  using Number = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<100>>;
  const Neuron& neuron = problem.neuron;
  const Number tau = neuron.tau();
  const Number u_inf = neuron.rest() + Number(neuron.resistance()) * problem.direct;
  const auto rise = [&](double from) { return Number(tau * log((u_inf - from) / (u_inf - neuron.threshold()))); };
  const Number first = rise(neuron.initial());
  const Number interval = neuron.refractory() + rise(neuron.reset());
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    const Number error = first + k * interval - spikes[k].time - spikes[k].remainder;
    if (abs(error) < 1e-26 * spikes[k].time) continue;
    throw std::runtime_error(problem.name + ": spike " + std::to_string(k + 1) +
                             " is not where the closed form has it; the comparison has no truth to stand on");
  }
  if (first + spikes.size() * interval <= problem.until + margin) {
    throw std::runtime_error(problem.name + ": the closed form has a spike more");
  }
}

bool is_constant(const Problem& problem) {
  return problem.amplitude == 0 && problem.arrivals.empty() && problem.jumps.empty();
}

std::vector<double> times(std::span<const Spike> spikes) {
  std::vector<double> result;
  for (const Spike& spike : spikes) result.push_back(spike.time);
  return result;
}

}  // namespace

Current Problem::current() const {
  Current sum;
  if (direct != 0) sum += step(0, forever, direct);
  if (amplitude != 0) sum += sinusoid(0, forever, amplitude, frequency);
  if (!arrivals.empty()) sum += exponential_synapse(synapse_tau, arrivals);
  if (!jumps.empty()) sum += pulses(jumps);
  return sum;
}

const std::vector<Problem>& problems() {
  static const std::vector<Problem> all = make_problems();
  return all;
}

const Problem& find_problem(const std::string& name) {
  std::string names;
  for (const Problem& problem : problems()) {
    if (problem.name == name) return problem;
    names += (names.empty() ? "" : ", ") + problem.name;
  }
  throw InvalidArgument("problem", name, "must be one of " + names, "write for example constant");
}

ExperimentFiles experiment_files(const Problem& problem, const std::string& events_file) {
  const Neuron& neuron = problem.neuron;
  std::string toml = "# " + problem.title + "\n[neuron]\nrest = " + to_text(neuron.rest()) +
                     "\nreset = " + to_text(neuron.reset()) + "\nthreshold = " + to_text(neuron.threshold()) +
                     "\nresistance = " + to_text(neuron.resistance()) + "\ntau = " + to_text(neuron.tau()) +
                     "\nrefractory = " + to_text(neuron.refractory()) + "\n\n[run]\nuntil = " + to_text(problem.until) +
                     "\n";
  if (problem.direct != 0) toml += "\n[[input]]\nkind = \"step\"\namplitude = " + to_text(problem.direct) + "\n";
  if (problem.amplitude != 0) {
    toml += "\n[[input]]\nkind = \"sinusoid\"\namplitude = " + to_text(problem.amplitude) +
            "\nfrequency = " + to_text(problem.frequency) + "\n";
  }
  std::string events;
  const auto add_events = [&](const char* header, const std::vector<Event>& list) {
    events = std::string("time_ms,") + header + "\n";
    for (const auto& [time, size] : list) events += to_text(time) + "," + to_text(size) + "\n";
    toml += "file = \"" + events_file + "\"\n";
  };
  if (!problem.arrivals.empty()) {
    toml += "\n[[input]]\nkind = \"synapse\"\nshape = \"exponential\"\ntau = " + to_text(problem.synapse_tau) + "\n";
    add_events("weight_nA", problem.arrivals);
  }
  if (!problem.jumps.empty()) {
    toml += "\n[[input]]\nkind = \"pulses\"\n";
    add_events("jump_mV", problem.jumps);
  }
  return {toml, events};
}

std::vector<Spike> proven_spikes(const Problem& problem) {
  const Current current = problem.current();
  const double until = problem.until + margin;
  std::vector<Spike> spikes;
  for (const Spike& spike : SpikeTrain(problem.neuron, current, until)) spikes.push_back(spike);

  const Certificate certificate = certify(problem.neuron, current, until);
  const Verdict verdict = check(problem.neuron, current, until, certificate);
  if (!verdict.valid || !verdict.assumptions.empty()) {
    throw std::runtime_error(problem.name + ": the certificate does not hold: " + verdict.fault);
  }
  if (const std::string fault = disagreement(certificate, spikes); !fault.empty()) {
    throw std::runtime_error(problem.name + ": spikes and certificate disagree: " + fault);
  }
  if (is_constant(problem)) require_closed_form(problem, spikes);
  return spikes;
}

Score score(const Problem& problem, std::span<const Spike> truth, std::span<const double> theirs) {
  const Comparison comparison = compare(times(truth), theirs, {.until = problem.until});
  const double none = comparison.matched.empty() ? std::numeric_limits<double>::quiet_NaN() : 0;
  Score result{comparison.matched.size(), comparison.missed.size(), comparison.invented.size(), none};
  for (const MatchedSpike& spike : comparison.matched) {
    result.worst_error = std::max(result.worst_error, std::abs(spike.error - truth[spike.exact].remainder));
  }
  return result;
}

std::size_t spikes_in_run(const Problem& problem, std::span<const Spike> truth) {
  return static_cast<std::size_t>(
      std::count_if(truth.begin(), truth.end(), [&](const Spike& spike) { return spike.time <= problem.until; }));
}

}  // namespace lapicque::peers
