#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/files/file_error.hpp"
#include "lapicque/network.hpp"

namespace lapicque {

/// A population of a network file: the neurons first, first + 1, ... through the network.
struct PopulationOfFile {
  std::string name;
  std::size_t first;
  std::size_t size;
};

/// What was drawn for a neuron by an input: see draws.hpp.
struct DrawnForNeuron {
  std::size_t input;           ///< its place among the file's [[input]], from 1
  std::size_t neuron;          ///< through the network, from 0
  std::vector<double> times;   ///< ms: the arrivals, or where each value begins
  std::vector<double> values;  ///< nA, of noise; empty for arrivals
};

/// What a network file says.
struct NetworkExperiment {
  Network network;
  double until;  ///< ms, > 0
  std::vector<PopulationOfFile> populations;
  std::vector<std::filesystem::path> files;  ///< it and its data files
  std::vector<std::string> remarks{};        ///< for the user to read
  std::vector<DrawnForNeuron> drawn{};       ///< where they were asked for
};

/// Whether a file has populations in place of a neuron. False for what is no TOML. Standard input
/// ("-") and pipes give their text once: it is kept for the next function that reads the file.
/// @throws FileError  the file cannot be read
bool is_network_file(const std::filesystem::path& file);

/// The network in a TOML file ("-": in standard input). The format, by example; see read_experiment for quantities and
/// data files, and draws.hpp for what is drawn.
///
///     [run]
///     until = "1 s"
///
///     [[population]]             # numbered on through the file
///     name = "excitatory"
///     size = 3200
///     rest = "-49 mV"            # ... the keys of [neuron]: a number, a list, { file = "v.csv", column = "tau_ms" },
///     initial = { from = "-60 mV", to = "-50 mV", seed = 3 }    # or drawn evenly
///
///     [[projection]]
///     from = "excitatory"        # a name, or a list
///     to = ["excitatory", "inhibitory"]
///     rule = "pairwise_bernoulli"    # with probability and seed; fixed_indegree with indegree and seed; all_to_all,
///     probability = 0.02             # one_to_one; or file = "connections.csv": source, target, weight_nA or jump_mV,
///     seed = 11                      # delay_ms. autapses = false, multapses = false
///     shape = "exponential"      # tau and weight; or jump
///     tau = "5 ms"
///     weight = "0.027 nA"
///     delay = "1.5 ms"
///
///     [[input]]                  # as of an experiment, and
///     into = "excitatory"        # a name, or a list; default: all
///     kind = "poisson"
///     independent = true         # each neuron its own draws: stream n + 1 for neuron n
///
/// @param keeps_draws  whether `drawn` is wanted: it takes as much memory again
/// @throws FileError  with every problem of the file that can be told at once
NetworkExperiment read_network(const std::filesystem::path& file, bool keeps_draws = false);

/// The same from a text.
NetworkExperiment parse_network(std::string_view toml, const std::string& name, const std::filesystem::path& folder,
                                bool keeps_draws = false);

/// What the user knows of a file of a network's spikes; what is empty is found out.
struct NetworkSpikeFormat {
  std::string unit{};                       ///< of the times
  std::optional<std::uint64_t> first_id{};  ///< the number that the file gives to neuron 0
};

/// The spikes of a network as simulators write them: a table with a column of neurons and one of times, see
/// SpikeFileFormat for what headings are known.
struct NetworkSpikeFile {
  std::vector<NetworkSpike> spikes;  ///< in the order of time, then of the neuron's number
  /// ms: times are printed to so much, where all have one number of decimals, 2 to 6; 0 otherwise.
  double resolution = 0;
  std::vector<std::string> notes;
};

/// Neurons are numbered from 0, but from 1 in a column `sender` or `senders` (NEST's) that has no 0.
/// @param size  how many neurons the network has
/// @throws FileError  the file cannot be read; columns cannot be told apart; a number is no neuron's
NetworkSpikeFile read_network_spikes(const std::filesystem::path& file, std::size_t size,
                                     const NetworkSpikeFormat& format = {});

}  // namespace lapicque
