#include <cmath>
#include <filesystem>
#include <optional>
#include <string>

#include "commands.hpp"
#include "export/script.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/experiment.hpp"
#include "options.hpp"
#include "output.hpp"

namespace lapicque::program {
namespace {

/// The arrays that a script makes are as long as its run.
constexpr double most_script_steps = 1e7;

class ExportCommand {
 public:
  explicit ExportCommand(Command command) : command_(command) {
    command.add("FILE", file_, "experiment file (TOML)").required();
    add_choice(command, "--simulator", simulator_, {"brian2", "neuron", "neuron-intfire"},
               "whose script: Brian 2; NEURON with a fixed step; NEURON's event-driven cells");
    add_quantity(command, "--dt", dt_, Dimension::time, "time step of the simulator");
    add_choice(command, "--method", method_, {"exact", "euler"}, "of Brian 2: its state updater");
    add_output(command, "--output", output_, "cell.py", "write the script into this file; otherwise it is printed")
        .placeholder("SCRIPT");
  }

  void operator()() const {
    if (simulator_ != "brian2" && command_.option("--method").is_given()) {
      throw InvalidArgument("--method", method_, "belongs to Brian 2", "leave it out");
    }
    if (simulator_ == "neuron-intfire" && command_.option("--dt").is_given()) {
      throw InvalidArgument("--dt", to_text(dt_, "ms"), "event-driven cells have no time step", "leave it out");
    }
    if (!(dt_ > 0)) {
      throw InvalidArgument("--dt", to_text(dt_, "ms"), "a time step must be greater than 0",
                            "write for example --dt 0.1ms");
    }
    const Experiment experiment = read_experiment(file_);
    say(experiment.remarks);
    if (simulator_ != "brian2" && !experiment.neuron.is_plain()) {
      throw FileError({{file_, 0, "neuron", "",
                        "scripts for NEURON are of neurons that are reset to their reset, clamped there, and raise "
                        "nothing",
                        "write --simulator brian2, or leave reset_rule, refractory_rule and after_spike out"}});
    }
    if (experiment.neuron.refractory_rule() == RefractoryRule::jumps_kept) {
      throw FileError(
          {{file_, 0, "neuron.refractory_rule", "\"jumps-kept\"",
            "a script for Brian 2 loses the jumps that come in refractoriness", "write \"clamped\" or \"silent\""}});
    }
    const Export what{experiment, file_name(), dt_};
    if (what.steps() < 1 || what.steps() > most_script_steps) {
      throw InvalidArgument(
          "--dt", to_text(dt_, "ms"),
          "takes " + to_text(what.steps()) + " steps, and a script takes 1 to " + to_text(most_script_steps),
          "choose another step");
    }
    require_apart({{"--output", output_}}, experiment.files);
    std::optional<OutputFile> file;
    if (!output_.empty()) file.emplace(output_);
    const std::string script = simulator_ == "brian2"   ? brian2_script(what, method_ == "exact")
                               : simulator_ == "neuron" ? neuron_script(what)
                                                        : intfire_script(what);
    if (file) {
      file->write(script);
      file->commit();
    } else {
      StandardOutput out;
      out << script;
      out.flush();
    }
  }

 private:
  /// For a comment: whatever the file is called, it stays on one line.
  std::string file_name() const {
    std::string name = printable(std::filesystem::path(file_).filename().string());
    for (auto end = name.find('\n'); end != std::string::npos; end = name.find('\n')) name.replace(end, 1, "\\n");
    return name;
  }

  Command command_;
  std::string file_;
  std::string simulator_;
  double dt_ = 0.1;
  std::string method_;
  std::string output_;
};

}  // namespace

void add_export(CommandLine& program) {
  program.add<ExportCommand>(
      "export", "an experiment file as a script for another simulator",
      std::string(
          "The script holds all data, prints the spikes as `lapicque run` does, and says in its first lines what the "
          "simulator makes of the problem.\n\n") +
          examples_with_cell_with_step +
          "  $ lapicque export cell.toml --simulator brian2 --dt 0.1ms | head -n 2\n"
          "  # The experiment cell.toml for Brian 2, written by lapicque. To run it:\n"
          "  #     python3 SCRIPT > spikes.csv\n"
          "  $ lapicque export cell.toml --simulator neuron --output cell.py; head -n 1 cell.py\n"
          "  # The experiment cell.toml for NEURON, written by lapicque. To run it:\n");
}

}  // namespace lapicque::program
