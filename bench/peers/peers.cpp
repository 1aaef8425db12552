// What bench/compare has done in C++: the problems as files for other programs, the scores of the spikes that those
// print, and the figure.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/files/spike_file.hpp"
#include "problem.hpp"
#include "rows.hpp"
#include "work_precision_figure.hpp"

namespace {

using namespace lapicque::peers;

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error(file.string() + ": cannot be written");
}

void write_problems(const std::filesystem::path& folder) {
  for (const Problem& problem : problems()) {
    const std::string events_file = problem.name + "_events.csv";
    const auto [toml, events] = experiment_files(problem, events_file);
    write(folder / (problem.name + ".toml"), toml);
    if (!events.empty()) write(folder / events_file, events);
    std::cout << problem.name << '\n';
  }
}

void print_scores(const std::string& name, const std::vector<std::string>& files) {
  const Problem& problem = find_problem(name);
  const std::vector<lapicque::Spike> truth = proven_spikes(problem);
  std::cout << "file,spikes,missed,invented,worst_error_ms\n";
  for (const std::string& file : files) {
    const Score found = score(problem, truth, lapicque::read_spikes(file).times);
    std::cout << file << ',' << spikes_in_run(problem, truth) << ',' << found.missed << ',' << found.invented << ','
              << lapicque::to_text(found.worst_error) << '\n';
  }
}

void draw(const std::string& rows, const std::string& figure) {
  std::vector<lapicque::figures::WorkPrecision> panels;
  for (const Problem& problem : problems())
    panels.push_back({problem.title, problem.until, read_curves(rows, problem.name)});
  lapicque::figures::write_figure(lapicque::figures::work_precision_figure(panels), figure,
                                  lapicque::figures::figure_format(figure));
}

}  // namespace

int main(int count, char** arguments) {
  try {
    CLI::App app("Files, scores and figure of the comparison with other solvers; bench/compare calls it.");
    app.require_subcommand(1);
    std::string folder;
    std::string problem;
    std::vector<std::string> files;
    std::string rows;
    std::string figure;
    auto* const write_them =
        app.add_subcommand("problems", "write the problems as experiment files, and print their names");
    write_them->add_option("FOLDER", folder)->required();
    auto* const score_them = app.add_subcommand("score", "hold spike files against a problem's proven spikes");
    score_them->add_option("PROBLEM", problem)->required();
    score_them->add_option("SPIKES", files)->required();
    auto* const draw_them = app.add_subcommand("figure", "draw the rows of a comparison");
    draw_them->add_option("ROWS", rows, "peers.csv, as bench/compare writes it")->required();
    draw_them->add_option("FIGURE", figure, "figure.png or .svg")->required();
    CLI11_PARSE(app, count, arguments);
    if (write_them->parsed()) write_problems(folder);
    if (score_them->parsed()) print_scores(problem, files);
    if (draw_them->parsed()) draw(rows, figure);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
  return 0;
}
