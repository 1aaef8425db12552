#include "exercises/exercises.hpp"

#include <array>
#include <filesystem>
#include <iostream>
#include <list>
#include <optional>
#include <set>
#include <vector>

#include "commands.hpp"
#include "exercises/euler.hpp"
#include "figure.hpp"
#include "lapicque/error.hpp"
#include "lapicque/neuron.hpp"
#include "options.hpp"
#include "output.hpp"

namespace lapicque::program {
namespace {

void introduction(Report& report, const Neuron& neuron) {
  report.title("Exercises of the leaky integrate-and-fire chapter, answered exactly");
  report.say(
      "The exercises are those on the leaky integrate-and-fire model of EPFL's Python course (neurodynex, "
      "neuronaldynamics-exercises.readthedocs.io) for the book Neuronal Dynamics by Gerstner, Kistler, Naud and "
      "Paninski. The course's input factory makes a current out of samples and takes the last one as well: its step in "
      "samples of 1 ms up to 100 ms or 200 ms flows until 101 ms or 201 ms. What is called read by eye or from a plot "
      "was read off such a figure by a person, as the course asks, and stands here to be compared with.");
  report.say(
      "tau du/dt = -(u - rest) + R I(t); a spike when u reaches the threshold from below; then u = reset for the "
      "refractory period. Unless told otherwise: rest " +
      to_text(neuron.rest(), "mV") + ", reset " + to_text(neuron.reset(), "mV") + ", threshold " +
      to_text(neuron.threshold(), "mV") + ", R " + to_text(neuron.resistance(), "MOhm") + ", tau " +
      to_text(neuron.tau(), "ms") + ", refractory period " + to_text(neuron.refractory(), "ms") + ".");
  report.say(
      "Beside each exact answer stands forward Euler's at dt = 0.1 and 0.01 ms, the difference, and the difference "
      "that theory predicts. Two things explain nearly all of it. In each step Euler multiplies the distance to "
      "u_inf = rest + R I by 1 - dt/tau where the membrane does by exp(-dt/tau): it is an exact membrane with the time "
      "constant");
  report.formula("tau' = -dt/log(1 - dt/tau) = tau - dt/2 - ...: " + fixed(euler_tau(neuron.tau(), 0.1), 5) +
                 " ms at 0.1 ms, " + fixed(euler_tau(neuron.tau(), 0.01), 5) + " ms at 0.01 ms,");
  report.say("an error of first order in dt. And its spikes fall on the grid, each up to dt late.");
  report.say(
      "Below an answer stand its figure, data and experiment, as files in the folder of --output, and the command that "
      "gives the answer again, there.");
}

/// All files of the report, still to be given their names.
std::list<OutputFile> write_files(const Report& report, const std::filesystem::path& folder) {
  std::list<OutputFile> files;
  for (const auto& [name, table] : report.data()) files.emplace_back(folder / (name + ".csv")).write(table.csv());
  for (const auto& [name, toml] : report.experiments()) files.emplace_back(folder / (name + ".toml")).write(toml);
  for (const auto& [name, figure] : report.figures()) {
    for (const char* suffix : {".png", ".svg"}) {
      const auto path = folder / (name + suffix);
      figures::write_figure(figure, files.emplace_back(path).temporary(), figures::figure_format(path));
    }
  }
  return files;
}

void make_folder(const std::filesystem::path& folder) {
  figures::require_gnuplot();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder)) {
    throw OutputError(folder.string() + ": is no folder and cannot be made one; give another --output");
  }
  OutputFile can_be_written(folder / "answers");
}

/// "getting_started_step (.png, .svg)", a list, for each kind of file.
void say_what_was_written(const Report& report, const std::string& folder) {
  const auto say = [&](const char* kinds, const auto& entries) {
    std::string names;
    for (const auto& entry : entries) names += (names.empty() ? "" : ", ") + entry.first;
    if (!names.empty()) std::cerr << printable(wrapped(names, 100, std::string("  ") + kinds + " ", "    ")) << '\n';
  };
  std::cerr << printable(folder) << ": written are\n";
  say("figures (.png and .svg):", report.figures());
  say("data (.csv):", report.data());
  say("experiments (.toml):", report.experiments());
}

struct Exercise {
  const char* title;
  NeuronParameters neuron;  ///< what the exercise is asked of, as far as no option says otherwise
  void (*answer)(Report&, const Neuron&);
};

const std::array<Exercise, 5> exercises{{{"Getting started", {}, getting_started},
                                         {"Minimal current", {}, minimal_current},
                                         {"f-I curve", {.refractory = 3}, fi_curve},
                                         {"Estimating parameters", unknown_neuron, estimating_parameters},
                                         {"Sinusoidal input", {}, sinusoidal_input}}};

class ExercisesCommand {
 public:
  explicit ExercisesCommand(Command command) {
    const auto read = [this](const std::vector<std::string>& texts) {
      for (const std::string& text : texts) wanted_.insert(read_number(text));
    };
    command.add_list_reader("NUMBER", read, "which exercises, from 1 to 5; all by default").placeholder("");
    add_output(command, "--output", output_, "answers",
               "write the figures (PNG and SVG), data (CSV) and experiments (TOML) of the answers into this folder")
        .placeholder("DIR");
    neuron_options_.emplace(command, NeuronOptions::Initial::is_rest, NeuronOptions::Base::exercises);
  }

  void operator()() const {
    std::vector<Neuron> neurons;
    for (const Exercise& exercise : exercises) neurons.push_back(neuron_options_->neuron(exercise.neuron));
    for (const Neuron& neuron : neurons) require_slow_membrane(neuron);
    if (!output_.empty()) make_folder(output_);
    Report report;
    introduction(report, neurons.front());
    for (std::size_t k = 0; k < exercises.size(); ++k) {
      const int number = static_cast<int>(k) + 1;
      if (!wanted_.empty() && !wanted_.contains(number)) continue;
      report.exercise(number, exercises[k].title);
      exercises[k].answer(report, neurons[k]);
    }
    std::list<OutputFile> files;
    if (!output_.empty()) files = write_files(report, output_);
    StandardOutput out;
    out << report.text();
    out.flush();
    for (OutputFile& file : files) file.commit();
    if (!output_.empty()) say_what_was_written(report, output_);
  }

 private:
  static int read_number(const std::string& text) {
    for (int number = 1; number <= static_cast<int>(exercises.size()); ++number) {
      if (text == std::to_string(number)) return number;
    }
    throw InvalidArgument("exercise", text, "must be a number from 1 to 5", "write for example lapicque exercises 3");
  }

  /// Forward Euler at the longest step of the exercises must not overshoot.
  static void require_slow_membrane(const Neuron& neuron) {
    if (neuron.tau() > euler_steps[0]) return;
    throw InvalidArgument("--tau", to_text(neuron.tau(), "ms"),
                          "must be longer than Euler's time step, " + to_text(euler_steps[0], "ms"), "lengthen it");
  }

  std::set<int> wanted_;
  std::string output_;
  std::optional<NeuronOptions> neuron_options_;
};

}  // namespace

void add_exercises(CommandLine& program) {
  program.add<ExercisesCommand>(
      "exercises", "every question of the chapter: exact, Euler, and why they differ",
      "The answers begin with a table of all of them. With neuron options the same is asked of another neuron.\n\n"
      "Examples:\n"
      "  $ lapicque exercises 2 | grep \"I_min =\"\n"
      "         I_min = (threshold - rest) / R = 2 nA\n"
      "  $ lapicque exercises --threshold=-45mV | grep \"I_min =\"\n"
      "         I_min = (threshold - rest) / R = 2.5 nA\n"
      "  $ lapicque exercises 2 --output figures 2> written.txt > answers.txt; ls figures | grep minimal\n"
      "  minimal_current.csv\n"
      "  minimal_current.png\n"
      "  minimal_current.svg\n"
      "  minimal_current.toml\n");
}

}  // namespace lapicque::program
