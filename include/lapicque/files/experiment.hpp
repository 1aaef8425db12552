#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/files/file_error.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque {

/// What an experiment file says: a neuron, the current injected into it, and for how long it is watched.
struct Experiment {
  Neuron neuron;
  Current current;  ///< the sum of all inputs
  double until;     ///< ms, > 0
  /// What it was read from: the experiment file, unless it came from a text, and then the data files that inputs name.
  std::vector<std::filesystem::path> files;
};

/// The experiment in a TOML file.
///
/// The format, by example (numbers are in mV, ms, nA, MOhm, Hz and rad; strings carry any unit, see parse_quantity):
///
///     [neuron]
///     rest = "-70 mV"
///     reset = "-65 mV"
///     threshold = "-50 mV"
///     resistance = "10 Mohm"
///     tau = "8 ms"
///     refractory = "2 ms"        # default 0
///     initial = "-70 mV"         # default: rest
///
///     [run]
///     until = "200 ms"
///
///     [[input]]                  # any number; their currents add up
///     kind = "step"              # or ramp, sinusoid, samples, pulses, synapse
///     amplitude = "2.5 nA"
///
/// A data file that an input names (file = "current.csv", see read_columns) is looked up from the folder of `file`. Its
/// columns are current_nA of samples, time_ms and jump_mV of pulses, time_ms and weight_nA of a synapse's arrivals; a
/// header may name other units ("time_s", "t (s)", "current [pA]"), from which each number is converted, rounded once.
/// Further columns are ignored; without a header, columns come in this order.
///
/// @throws FileError  with every problem of the file that can be told at once
Experiment read_experiment(const std::filesystem::path& file);

/// The same from a text.
/// @param toml    the text
/// @param name    what the file is called in messages
/// @param folder  where the data files are looked up
Experiment parse_experiment(std::string_view toml, const std::string& name, const std::filesystem::path& folder);

/// The sum of the inputs of an experiment file; [neuron] and [run] may be missing and are not looked into.
/// @throws FileError
Current read_inputs(const std::filesystem::path& file);

}  // namespace lapicque
