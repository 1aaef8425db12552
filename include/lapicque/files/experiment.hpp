#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/files/file_error.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque {

/// What was drawn for an input: see draws.hpp.
struct DrawnInput {
  std::size_t input;           ///< its place among the file's [[input]], from 1
  std::vector<double> times;   ///< ms: the arrivals, or where each value begins
  std::vector<double> values;  ///< nA, of noise; empty for arrivals
};

/// What an experiment file says: a neuron, the current injected into it, and for how long it is watched.
struct Experiment {
  Neuron neuron;
  Current current;  ///< the sum of all inputs
  double until;     ///< ms, > 0
  /// What it was read from: the experiment file, unless it came from a text, and then the data files that inputs name.
  std::vector<std::filesystem::path> files;
  /// What its author may not have meant, and is used as it stands ("10 mohm" is milli); for the user to read.
  std::vector<std::string> remarks{};
  std::vector<DrawnInput> drawn{};  ///< of the inputs that are drawn; `current` has them
};

/// Numbers that stand in the place of those of [neuron], by their keys ("tau"), in base units. Of tau, resistance,
/// capacitance and leak_conductance, two stand in the place of any two, and one in the place of itself only.
using NeuronValues = std::map<std::string, double, std::less<>>;

/// The experiment in a TOML file.
///
/// The format, by example (numbers are in mV, ms, nA, MOhm, nF, uS, Hz and rad; strings carry any unit, see
/// parse_quantity):
///
///     [neuron]
///     rest = "-70 mV"
///     reset = "-65 mV"
///     threshold = "-50 mV"
///     resistance = "10 Mohm"
///     tau = "8 ms"
///     refractory = "2 ms"        # default 0
///     initial = "-70 mV"         # default: rest
///     # instead of resistance and tau: any two of these and capacitance = "800 pF", leak_conductance = "100 nS" that
///     # determine R and tau_m, which then are the doubles nearest to R C, C/g, 1/g and tau/C
///     reset_rule = "to"           # default; or "by"
///     refractory_rule = "clamped" # default; or "jumps-kept", "silent"
///
///     [[neuron.after_spike]]      # any number: see AfterSpike
///     kind = "current"            # or "threshold"
///     jump = "-0.1 nA"
///     tau = "100 ms"
///
///     [run]
///     until = "200 ms"
///
///     [[input]]                  # any number; their currents add up
///     kind = "step"              # or ramp, sinusoid, samples, pulses, synapse, poisson, noise
///     amplitude = "2.5 nA"
///
/// A data file that an input names (file = "current.csv", see read_spikes for what tables may look like) is looked up
/// from the folder of `file`. Its columns are current_nA of samples, time_ms and jump_mV of pulses, time_ms and
/// weight_nA of a synapse's arrivals; a header may name other units ("time_s", "t (s)", "current [pA]"), from which
/// each number is converted, rounded once. Further columns are ignored; without a header, columns come in this order.
/// The keys column, neuron and population choose the column (of the current, of the times) and the rows. Times beside
/// samples have to be start + k step, and give what of these is missing. Beside one jump or weight for all the file has
/// the times alone, as read_spikes reads them.
///
/// A name of "-" is standard input.
///
/// @param instead  stand in the place of the file's, and are not looked for in it
/// @throws FileError        with every problem of the file that can be told at once
/// @throws InvalidArgument  one of `instead` breaks a rule; its subject() is the key
Experiment read_experiment(const std::filesystem::path& file, const NeuronValues& instead = {});

/// The same from a text.
/// @param toml    the text
/// @param name    what the file is called in messages
/// @param folder  where the data files are looked up
Experiment parse_experiment(std::string_view toml, const std::string& name, const std::filesystem::path& folder,
                            const NeuronValues& instead = {});

/// The same from a JSON text, for programs that have an experiment as data: the file's tables are objects, [[input]] is
/// an array of objects. Problems have no line.
///
///     {"neuron": {"rest": -70, ...}, "run": {"until": "200 ms"}, "input": [{"kind": "step", "amplitude": 2.5}]}
///
/// @throws FileError  as read_experiment; it is no JSON, or the whole of it no object; there is a null
Experiment parse_json_experiment(std::string_view json, const std::string& name, const std::filesystem::path& folder,
                                 const NeuronValues& instead = {});

/// The neuron of an experiment file, and the remarks on it; see Experiment.
struct NeuronOfFile {
  Neuron neuron;
  std::vector<std::string> remarks;
};

/// The same of the neuron alone; [run] and [[input]] may be missing and are not looked into.
NeuronOfFile read_neuron(const std::filesystem::path& file, const NeuronValues& instead = {});

/// The sum of the inputs of an experiment file; [neuron] and [run] may be missing and are not looked into.
/// @param notes  gets what was assumed of the data files, if it is given
/// @throws FileError
Current read_inputs(const std::filesystem::path& file, std::vector<std::string>* notes = nullptr);

}  // namespace lapicque
