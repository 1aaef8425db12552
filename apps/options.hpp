#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "lapicque/current.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/experiment.hpp"
#include "lapicque/files/quantity.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque::program {

// Options that subcommands share. Each group lives as long as the parsing and is asked for its values after it. What
// they throw for values that break a rule is InvalidArgument, its subject the option as the user wrote it ("--tau").

/// The lead of a --help's examples: the exercises' neuron in an experiment file, whose [run] and [[input]] follow.
inline const std::string examples_with_cell =
    "Examples, with cell.toml holding\n"
    "  [neuron]\n"
    "  rest = \"-70 mV\"\n"
    "  reset = \"-65 mV\"\n"
    "  threshold = \"-50 mV\"\n"
    "  resistance = \"10 Mohm\"\n"
    "  tau = \"8 ms\"\n"
    "  refractory = \"2 ms\"\n";
/// The same with a step as its input, until 40 ms.
inline const std::string examples_with_cell_with_step = examples_with_cell +
                                                        "  [run]\n"
                                                        "  until = \"40 ms\"\n"
                                                        "  [[input]]\n"
                                                        "  kind = \"step\"\n"
                                                        "  start = \"5 ms\"\n"
                                                        "  amplitude = \"2.5 nA\"\n";

/// An option with one quantity: "--tau 8ms", or "--tau 8" in the base unit.
Option add_quantity(Command command, const std::string& name, double& value, Dimension dimension,
                    const std::string& description);
Option add_quantity(Command command, const std::string& name, std::optional<double>& value, Dimension dimension,
                    const std::string& description);

/// An option with one quantity or more: "--current 2nA,3nA", "--current 2nA 3nA".
Option add_quantities(Command command, const std::string& name, std::vector<double>& values, Dimension dimension,
                      const std::string& description);

/// An option that takes one of the words in `choices`; the first one is the default.
Option add_choice(Command command, const std::string& name, std::string& value, const std::vector<std::string>& choices,
                  const std::string& description);

/// An option with the name of a file or folder to write; an empty name is refused.
/// @param example  a name to copy
Option add_output(Command command, const std::string& name, std::string& path, const std::string& example,
                  const std::string& description);

/// --rest, --reset, ...: the neuron's parameters, over those of an experiment file or of the exercises.
class NeuronOptions {
 public:
  enum class Initial { offered, is_rest };
  enum class Base {
    file,              ///< the command's own experiment file
    exercises,         ///< the neuron of the exercises
    exercises_or_file  ///< that, or the neuron of a file, for which an argument FILE is added
  };
  NeuronOptions(Command command, Initial initial, Base base = Base::exercises_or_file);

  /// What was given, by the keys of an experiment file.
  const NeuronValues& values() const noexcept { return values_; }

  /// The neuron of the file, or of the exercises, with what was given; or with `defaults` in place of the exercises'.
  /// @throws InvalidArgument, FileError
  Neuron neuron(const NeuronParameters& defaults = {}) const;

  /// The experiment of a command's own file, with what was given. @throws InvalidArgument, FileError
  Experiment experiment(const std::string& file) const;

  /// To be called when the answer has been given: says on standard error which neuron it is of, where some parameters
  /// were given and others are those of the exercises; and what the file's author may not have meant.
  void say_which() const;

 private:
  void add(Command command, const std::string& key, Dimension dimension, const std::string& description,
           std::optional<double> default_value);
  Neuron neuron_with_given(NeuronParameters parameters) const;
  /// The same with the names of the options and what the user wrote for them.
  InvalidArgument of_options(const InvalidArgument& error) const;

  Initial initial_;
  Base base_;
  std::string file_;
  NeuronValues values_;
  std::map<std::string, std::string, std::less<>> texts_;  ///< what the user wrote for each of them
  mutable std::vector<std::string> remarks_;
};

/// The most spikes that a command takes: some minutes' work, and a gigabyte.
inline constexpr double most_spikes = 1e8;

/// How often the search for a least amplitude tries one, down to the last digit; a little more or less.
inline constexpr double search_tries = 64;

/// A stepper and its time step; none of both is the exact solver.
struct Solver {
  std::optional<Method> method;
  double dt = 0;  ///< ms; with a stepper only

  /// @param time  ms: how long the runs of a stepper are that a command asks for, all together
  /// @throws InvalidArgument  that takes a stepper more than most_steps
  void require_few_steps(double time) const;

  /// Whether errors die away from step to step: forward Euler's do where dt < 2 tau_m, all others' do.
  bool is_stable(const Neuron& neuron) const;

  /// @throws InvalidArgument  it is not stable
  void require_stable(const Neuron& neuron) const;

  /// The spikes (ms) with 0 <= t <= until.
  std::vector<double> spikes(const Neuron& neuron, const Current& current, double until) const;

  /// Whether there is a spike with 0 <= t <= until.
  bool fires(const Neuron& neuron, const Current& current, double until) const;
};

/// --method and --dt.
class SolverOptions {
 public:
  explicit SolverOptions(Command command, const std::string& description);
  Solver solver() const;
  const std::string& name() const noexcept { return method_; }

 private:
  std::string method_;
  std::optional<double> dt_;
};

/// The double nearest to k times the decimal number that `step` is read from: multiple(3, 0.1) is 0.3, where 3 * 0.1 is
/// 0.30000000000000004. The product of the doubles where there is no such number of at most 15 digits.
double multiple(double k, double step);

/// Where a curve is computed: values given one by one, or --from, --to and --points.
class GridOptions {
 public:
  enum class Spacing { linear, logarithmic };
  struct Default {
    double from;
    double to;
    int points;
  };
  GridOptions(Command command, const std::string& name, Dimension dimension, Spacing spacing, const Default& range,
              const std::string& description);
  /// In the order given, or ascending: then decades and round fractions of a range are the doubles nearest to them (1,
  /// not 0.9999999999999999).
  std::vector<double> values() const;

 private:
  std::string name_;
  Dimension dimension_;
  Spacing spacing_;
  double from_;
  double to_;
  int points_;
  std::vector<double> values_;
};

}  // namespace lapicque::program
