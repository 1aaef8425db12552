#include "exercises/exercises.hpp"

#include <filesystem>
#include <list>
#include <memory>
#include <optional>
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

void introduction(Report& report) {
  const Neuron neuron;
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
      "that "
      "theory predicts. Two things explain nearly all of it. In each step Euler multiplies the distance to "
      "u_inf = rest + R I by 1 - dt/tau where the membrane does by exp(-dt/tau): it is an exact membrane with the time "
      "constant");
  report.formula("tau' = -dt/log(1 - dt/tau) = tau - dt/2 - ...: " + fixed(euler_tau(neuron.tau(), 0.1), 5) +
                 " ms at 0.1 ms, " + fixed(euler_tau(neuron.tau(), 0.01), 5) + " ms at 0.01 ms,");
  report.say("an error of first order in dt. And its spikes fall on the grid, each up to dt late.");
}

/// All files of the report, still to be given their names.
std::list<OutputFile> write_files(const Report& report, const std::filesystem::path& folder) {
  std::list<OutputFile> files;
  for (const auto& [name, table] : report.data()) files.emplace_back(folder / (name + ".csv")).write(table.csv());
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
  OutputFile can_be_written(folder / "exercises");
}

}  // namespace

void add_exercises(CLI::App& program) {
  auto* app = program.add_subcommand("exercises", "every question of the chapter: exact, Euler, and why they differ");
  const auto output = std::make_shared<std::string>();
  add_output(*app, "--output", *output, "answers",
             "write a figure (PNG and SVG) and data (CSV) for each exercise into this folder")
      ->type_name("DIR");
  app->callback([output] {
    if (!output->empty()) make_folder(*output);
    Report report;
    introduction(report);
    for (const auto exercise : {getting_started, minimal_current, fi_curve, estimating_parameters, sinusoidal_input}) {
      exercise(report);
    }
    std::list<OutputFile> files;
    if (!output->empty()) files = write_files(report, *output);
    StandardOutput out;
    out << report.text();
    out.flush();
    for (OutputFile& file : files) file.commit();
  });
  app->footer(
      "Examples:\n"
      "  $ lapicque exercises | grep \"I_min =\"\n"
      "         I_min = (threshold - rest) / R = 2 nA\n"
      "  $ lapicque exercises --output figures > answers.txt; ls figures | grep minimal\n"
      "  minimal_current.csv\n"
      "  minimal_current.png\n"
      "  minimal_current.svg\n");
}

}  // namespace lapicque::program
