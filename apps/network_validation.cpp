#include "network_validation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "lapicque/comparison.hpp"
#include "lapicque/convention.hpp"
#include "lapicque/error.hpp"
#include "lapicque/population.hpp"
#include "output.hpp"

namespace lapicque::program {
namespace {

constexpr int outside = 1;
constexpr std::size_t most_listed = 10;

using Trains = std::vector<std::vector<double>>;

Trains trains_of(const std::vector<NetworkSpike>& spikes, std::size_t size) {
  Trains trains(size);
  for (const NetworkSpike& spike : spikes) trains[spike.neuron].push_back(spike.time);
  return trains;
}

/// The first spike at which two runs part.
struct RunsPart {
  std::size_t neuron;
  std::optional<double> exact;   ///< ms: that neuron's next spike in the exact run; empty where it has no other
  std::optional<double> theirs;  ///< ms: in theirs
  std::optional<double> margin;  ///< mV: how near the decision was, where that can be told

  double time() const { return std::min(exact.value_or(forever), theirs.value_or(forever)); }
  const char* kind(double tolerance) const {
    constexpr double near = 10;
    if (exact && theirs && std::abs(*exact - *theirs) <= near * tolerance) return "off";
    return exact.value_or(forever) < theirs.value_or(forever) ? "missed" : "invented";
  }
};

struct AsOneRun {
  std::size_t exact = 0;   ///< spikes
  std::size_t common = 0;  ///< of theirs and ours, before the runs part
  double max_error = 0;    ///< ms: of those
  std::optional<RunsPart> parting{};
};

/// The least change of a neuron's threshold (mV) that takes away its spike at a time; empty where none below 10 mV
/// does.
std::optional<double> margin_of_spike(const Neuron& neuron, const Current& current, double time, double tolerance) {
  const auto fires = [&](double higher) {
    NeuronParameters parameters = neuron.parameters();
    parameters.initial = neuron.initial();
    parameters.threshold += higher;
    const auto times = spike_times(parameters, current, time + tolerance);
    return !times.empty() && times.back() >= time - tolerance;
  };
  double keeps = 1e-14;
  double loses = 10;
  if (fires(loses)) return std::nullopt;
  if (!fires(keeps)) return keeps;
  while (loses > 1.01 * keeps) {
    const double middle = std::sqrt(keeps * loses);
    (fires(middle) ? keeps : loses) = middle;
  }
  return loses;
}

AsOneRun as_one_run(const NetworkExperiment& experiment, const std::vector<NetworkSpike>& theirs, double tolerance) {
  const auto ours = network_spikes(experiment.network, experiment.until);
  const std::size_t size = experiment.network.size();
  const Trains exact_trains = trains_of(ours, size);
  const Trains their_trains = trains_of(theirs, size);
  AsOneRun found;
  found.exact = ours.size();
  for (std::size_t n = 0; n < size; ++n) {
    const auto& exact = exact_trains[n];
    const auto& their = their_trains[n];
    std::size_t k = 0;
    while (k < exact.size() && k < their.size() && std::abs(exact[k] - their[k]) <= tolerance) ++k;
    if (k == exact.size() && k == their.size()) continue;
    RunsPart part{n, {}, {}, {}};
    if (k < exact.size()) part.exact = exact[k];
    if (k < their.size()) part.theirs = their[k];
    // What lies at the very end of the run may fall on either side of it.
    if (!(part.exact && part.theirs) && part.time() >= experiment.until - tolerance) continue;
    if (!found.parting || part.time() < found.parting->time()) found.parting = part;
  }
  const double end = found.parting ? found.parting->time() : forever;
  for (std::size_t n = 0; n < size; ++n) {
    for (std::size_t k = 0; k < std::min(exact_trains[n].size(), their_trains[n].size()); ++k) {
      const double error = std::abs(exact_trains[n][k] - their_trains[n][k]);
      if (std::min(exact_trains[n][k], their_trains[n][k]) >= end || error > tolerance) break;
      ++found.common;
      found.max_error = std::max(found.max_error, error);
    }
  }
  if (!found.parting) return found;
  RunsPart& part = *found.parting;
  const Current received = received_currents(experiment.network, ours)[part.neuron];
  const Neuron& neuron = experiment.network.neuron(part.neuron);
  if (part.theirs.value_or(forever) < part.exact.value_or(forever)) {
    const double time = std::max(0.0, *part.theirs);
    part.margin = neuron.threshold() - membrane_potential(neuron, received, std::vector{time}).front();
  } else {
    part.margin = margin_of_spike(neuron, received, *part.exact, tolerance);
  }
  return found;
}

/// Neuron by neuron, given what each one received in their run.
struct GivenReceived {
  std::size_t matched = 0, missed = 0, invented = 0;
  double max_error = std::numeric_limits<double>::quiet_NaN();
  double sum_of_errors = 0;
  std::vector<std::pair<std::size_t, Comparison>> wrong;  ///< the neurons that are not within

  void add(std::size_t neuron, Comparison comparison) {
    matched += comparison.matched.size();
    missed += comparison.missed.size();
    invented += comparison.invented.size();
    for (const MatchedSpike& spike : comparison.matched) {
      sum_of_errors += spike.error;
      if (!(std::abs(spike.error) <= max_error)) max_error = std::abs(spike.error);
    }
    if (!comparison.within) wrong.emplace_back(neuron, std::move(comparison));
  }
};

std::string plural(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

class Report {
 public:
  Report(const NetworkValidation& asked, const NetworkExperiment& experiment, std::size_t theirs, double tolerance,
         const std::optional<AsOneRun>& run, const GivenReceived& given)
      : asked_(asked), experiment_(experiment), theirs_(theirs), tolerance_(tolerance), run_(run), given_(given) {}

  void print_text(StandardOutput& out) const {
    const std::string reference = asked_.convention.empty() ? "the exact network" : asked_.convention;
    if (run_) {
      out << "as one run: " << reference << " has " << plural(run_->exact, "spike") << " until "
          << to_text(experiment_.until, "ms") << ", " << asked_.spikes << " has " << std::to_string(theirs_) << "\n";
      if (!run_->parting) {
        out << "  all the same, at most " << to_text(run_->max_error, "ms") << " apart\n";
      } else {
        const RunsPart& part = *run_->parting;
        out << "  the runs part at " << to_text(part.time(), "ms") << ", after " << plural(run_->common, "spike")
            << " in common (at most " << to_text(run_->max_error, "ms") << " apart): " << name(part.neuron) << " "
            << story(part) << "\n";
        if (part.margin) out << "  that decision hangs on " << to_text(*part.margin, "mV") << " of its potential\n";
      }
    }
    out << "neuron by neuron, given what each received: " << std::to_string(given_.matched) << " matched, "
        << std::to_string(given_.missed) << " missed, " << std::to_string(given_.invented) << " invented";
    if (given_.matched > 0) out << "; errors: largest " << to_text(given_.max_error, "ms");
    out << "\n";
    for (std::size_t k = 0; k < std::min(most_listed, given_.wrong.size()); ++k) {
      const auto& [neuron, comparison] = given_.wrong[k];
      out << "  " << name(neuron) << ": " << std::to_string(comparison.missed.size()) << " missed, "
          << std::to_string(comparison.invented.size()) << " invented";
      if (comparison.parting) out << ", first wrong at " << to_text(comparison.parting->time, "ms");
      out << "\n";
    }
    if (given_.wrong.size() > most_listed)
      out << "  and " << std::to_string(given_.wrong.size() - most_listed) << " other neurons\n";
    out << "verdict: "
        << (!given_.wrong.empty() ? plural(given_.wrong.size(), "neuron") + " of " +
                                        std::to_string(experiment_.network.size()) + " did not do what they should have"
            : !run_ || run_->parting
                ? "every neuron did what it should have, given what it received, to " + to_text(tolerance_, "ms")
                : "the same spikes, to " + to_text(tolerance_, "ms"))
        << "\n";
  }

  void print_json(StandardOutput& out) const {
    const auto count = [](std::size_t n) { return std::to_string(n); };
    const auto number = [](const std::optional<double>& value) { return value ? json_number(*value) : "null"; };
    const double shift =
        given_.matched == 0 ? std::nan("") : given_.sum_of_errors / static_cast<double>(given_.matched);
    out << "{\"matched\": " << count(given_.matched) << ",\n \"missed\": " << count(given_.missed)
        << ",\n \"invented\": " << count(given_.invented) << ",\n \"max_error_ms\": " << json_number(given_.max_error)
        << ",\n \"shift_ms\": " << json_number(shift)
        << ",\n \"drift_ms_per_spike\": null,\n \"diagnosis\": [],\n \"tolerance_ms\": " << tolerance_
        << ",\n \"within\": " << (given_.wrong.empty() ? "true" : "false")
        << ",\n \"neurons\": " << count(experiment_.network.size()) << ",\n \"as_one_run\": ";
    if (!run_) {
      out << "null";
    } else {
      out << "{\"same\": " << (run_->parting ? "false" : "true") << ", \"exact_spikes\": " << count(run_->exact)
          << ", \"their_spikes\": " << count(theirs_) << ", \"common\": " << count(run_->common)
          << ", \"max_error_ms\": " << json_number(run_->max_error) << ", \"parting\": ";
      if (run_->parting) {
        const RunsPart& part = *run_->parting;
        out << "{\"neuron\": " << count(part.neuron) << ", \"kind\": \"" << part.kind(tolerance_)
            << "\", \"time_ms\": " << json_number(part.time()) << ", \"exact_ms\": " << number(part.exact)
            << ", \"theirs_ms\": " << number(part.theirs) << ", \"margin_mV\": " << number(part.margin) << "}";
      } else {
        out << "null";
      }
      out << "}";
    }
    out << ",\n \"wrong_neurons\": [";
    for (const auto& entry : given_.wrong) {
      const auto& [neuron, comparison] = entry;
      out << (&entry == given_.wrong.data() ? "\n  " : ",\n  ") << "{\"neuron\": " << count(neuron)
          << ", \"matched\": " << count(comparison.matched.size())
          << ", \"missed\": " << count(comparison.missed.size())
          << ", \"invented\": " << count(comparison.invented.size())
          << ", \"max_error_ms\": " << json_number(comparison.max_error)
          << ", \"first_wrong_ms\": " << (comparison.parting ? json_number(comparison.parting->time) : "null") << "}";
    }
    out << "]}\n";
  }

 private:
  std::string name(std::size_t neuron) const {
    for (const PopulationOfFile& population : experiment_.populations) {
      if (neuron < population.first + population.size)
        return "neuron " + std::to_string(neuron) + " (" + population.name + " " +
               std::to_string(neuron - population.first) + ")";
    }
    return "neuron " + std::to_string(neuron);
  }
  std::string story(const RunsPart& part) const {
    const std::string kind = part.kind(tolerance_);
    if (kind == "off")
      return "spikes at " + to_text(*part.exact, "ms") + ", in theirs " +
             to_text(std::abs(*part.theirs - *part.exact), "ms") + (*part.theirs > *part.exact ? " later" : " earlier");
    if (kind == "missed") return "spikes at " + to_text(*part.exact, "ms") + " and not in theirs";
    return "spikes in theirs at " + to_text(*part.theirs, "ms") + " and should not";
  }

  const NetworkValidation& asked_;
  const NetworkExperiment& experiment_;
  std::size_t theirs_;
  double tolerance_;
  const std::optional<AsOneRun>& run_;
  const GivenReceived& given_;
};

}  // namespace

void NetworkValidation::operator()() const {
  const NetworkExperiment experiment = read_network(file);
  say(experiment.remarks);
  const Network& network = experiment.network;
  NetworkSpikeFile theirs = read_network_spikes(spikes, network.size(), format);
  const std::size_t read = theirs.spikes.size();
  std::erase_if(theirs.spikes, [&](const NetworkSpike& spike) { return spike.time > experiment.until; });
  if (theirs.spikes.size() < read)
    theirs.notes.push_back(spikes + ": " + std::to_string(read - theirs.spikes.size()) +
                           " spikes after the end of the run are left out");
  constexpr double usual_tolerance = 1e-3;
  double within = std::max(usual_tolerance, 2 * theirs.resolution);
  if (dt) within = std::min(within, *dt / 4);
  within = tolerance.value_or(within);
  if (theirs.resolution >= usual_tolerance)
    theirs.notes.push_back(spikes + ": the times are printed to " + to_text(theirs.resolution, "ms") +
                           ": what each neuron received is known to so much only");

  std::optional<AsOneRun> run;
  GivenReceived given;
  try {
    if (convention.empty()) run = as_one_run(experiment, theirs.spikes, within);
    const auto received = received_currents(network, theirs.spikes);
    const Trains their_trains = trains_of(theirs.spikes, network.size());
    const ComparisonOptions options{.tolerance = within, .until = experiment.until};
    constexpr double margin = 1;  // ms, for spikes that a late or early stamp takes across the end
    Trains exact(network.size());
    if (convention.empty()) {
      std::vector<Neuron> neurons;
      for (std::size_t n = 0; n < network.size(); ++n) neurons.push_back(network.neuron(n));
      for_each_train(neurons, received, experiment.until + margin, [&](std::size_t n, SpikeTrain& train) {
        for (const Spike& spike : train) exact[n].push_back(spike.time);
      });
    } else {
      for (std::size_t n = 0; n < network.size(); ++n)
        exact[n] =
            predicted_spike_times(network.neuron(n), received[n], experiment.until, find_convention(convention), *dt);
    }
    for (std::size_t n = 0; n < network.size(); ++n) given.add(n, compare(exact[n], their_trains[n], options));
  } catch (const InvalidArgument& error) {
    throw FileError({{file, 0, error.subject(), error.value(), error.rule(), error.mend()}});
  }
  StandardOutput out;
  const Report report(*this, experiment, theirs.spikes.size(), within, run, given);
  if (is_json) {
    report.print_json(out);
  } else {
    report.print_text(out);
  }
  out.flush();
  say(theirs.notes);
  if (!given.wrong.empty()) throw ExitStatus{outside};
}

}  // namespace lapicque::program
