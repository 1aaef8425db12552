#include "network_run.hpp"

#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <variant>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/files/network_file.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "raster_figure.hpp"

namespace lapicque::program {
namespace {

std::string draws_csv(const std::vector<DrawnForNeuron>& all) {
  const bool has_values =
      std::any_of(all.begin(), all.end(), [](const DrawnForNeuron& drawn) { return !drawn.values.empty(); });
  std::string text = has_values ? "input,neuron,time_ms,current_nA\n" : "input,neuron,time_ms\n";
  for (const DrawnForNeuron& drawn : all) {
    const std::string row = std::to_string(drawn.input) + "," + std::to_string(drawn.neuron) + ",";
    for (std::size_t k = 0; k < drawn.times.size(); ++k) {
      text += row + to_text(drawn.times[k]);
      if (has_values) text += drawn.values.empty() ? "," : "," + to_text(drawn.values[k]);
      text += "\n";
    }
  }
  return text;
}

std::string receptor_text(const Receptor& receptor) {
  const auto* synapse = std::get_if<SynapticReceptor>(&receptor);
  if (synapse == nullptr) return "pulse";
  return (synapse->shape == Shape::exponential ? "exponential " : "alpha ") + to_text(synapse->tau, "ms");
}

/// A column of sizes for each unit that there is.
std::string connections_csv(const Network& network) {
  const auto is_jump = [](const Receptor& receptor) { return std::holds_alternative<JumpReceptor>(receptor); };
  const auto receptors = network.receptors();
  const bool has_jumps = std::any_of(receptors.begin(), receptors.end(), is_jump);
  const bool has_weights = !has_jumps || !std::all_of(receptors.begin(), receptors.end(), is_jump);
  std::string text = std::string("source,target") + (has_weights ? ",weight_nA" : "") + (has_jumps ? ",jump_mV" : "") +
                     ",delay_ms,receptor\n";
  for (std::size_t source = 0; source < network.size(); ++source) {
    for (const Network::Synapse& synapse : network.from(source)) {
      const Network::Route& route = network.routes()[synapse.route];
      const Receptor& receptor = receptors[route.receptor];
      text += std::to_string(source) + "," + std::to_string(synapse.target);
      if (has_weights) text += "," + (is_jump(receptor) ? "" : to_text(synapse.size));
      if (has_jumps) text += "," + (is_jump(receptor) ? to_text(synapse.size) : "");
      text += "," + to_text(route.delay) + "," + receptor_text(receptor) + "\n";
    }
  }
  return text;
}

}  // namespace

struct ThreadLimit::Control {
  tbb::global_control control;
};

ThreadLimit::ThreadLimit(const std::optional<double>& threads) : control_(nullptr) {
  if (!threads) return;
  constexpr double most = 1024;
  if (!(*threads >= 1 && *threads <= most && *threads == std::floor(*threads)))
    throw InvalidArgument("--threads", to_text(*threads), "must be a whole number from 1 to 1024",
                          "write for example --threads 2");
  control_ = new Control{
      tbb::global_control(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(*threads))};
}
ThreadLimit::~ThreadLimit() { delete control_; }

void NetworkRun::operator()() const {
  const ThreadLimit limit(threads);
  const NetworkExperiment experiment = read_network(file, !draws.empty());
  require_apart({{"--draws", draws}, {"--connections", connections}, {"--plot", plot.path()}}, experiment.files);
  std::optional<OutputFile> draws_file;
  std::optional<OutputFile> connections_file;
  if (!draws.empty()) draws_file.emplace(draws);
  if (!connections.empty()) connections_file.emplace(connections);
  const auto plot_file = plot.file();
  if (draws_file) draws_file->write(draws_csv(experiment.drawn));
  if (connections_file) connections_file->write(connections_csv(experiment.network));

  std::vector<NetworkSpike> spikes;
  {
    ProgressBar bar;
    try {
      spikes = network_spikes(experiment.network, experiment.until,
                              {precision, [&](double time) { bar.show(time / experiment.until); }});
    } catch (const InvalidArgument& error) {
      throw FileError({{file, 0, error.subject(), error.value(), error.rule(), error.mend()}});
    }
  }
  if (plot_file)
    plot.draw(figures::raster_figure(std::filesystem::path(file).filename().string(), experiment.populations, spikes,
                                     experiment.until),
              *plot_file);
  StandardOutput out;
  if (is_json) {
    out << "{\"neurons\": " << std::to_string(experiment.network.size()) << ",\n \"precision\": \""
        << (precision == Precision::exact ? "exact" : "fast") << "\",\n \"until_ms\": " << experiment.until
        << ",\n \"spikes\": [";
    for (const NetworkSpike& spike : spikes)
      out << (&spike == spikes.data() ? "\n  [" : ",\n  [") << std::to_string(spike.neuron) << ", " << spike.time
          << "]";
    out << "]}\n";
  } else {
    out << "neuron,time_ms\n";
    for (const NetworkSpike& spike : spikes) out << std::to_string(spike.neuron) << "," << spike.time << "\n";
  }
  out.flush();
  if (draws_file) draws_file->commit();
  if (connections_file) connections_file->commit();
  if (plot_file) plot_file->commit();
  say(experiment.remarks);
}

}  // namespace lapicque::program
