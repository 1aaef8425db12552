#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "commands.hpp"
#include "error_figure.hpp"
#include "lapicque/comparison.hpp"
#include "lapicque/convention.hpp"
#include "lapicque/diagnosis.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/experiment.hpp"
#include "lapicque/files/network_file.hpp"
#include "lapicque/files/spike_file.hpp"
#include "lapicque/spike_train.hpp"
#include "network_validation.hpp"
#include "options.hpp"
#include "output.hpp"
#include "plot_options.hpp"
#include "validation_report.hpp"

namespace lapicque::program {
namespace {

std::string convention_names() {
  std::string names;
  for (const NamedConvention& known : conventions()) names.append(names.empty() ? "" : ", ").append(known.name);
  return names;
}

class ValidateCommand {
 public:
  explicit ValidateCommand(Command command) : command_(command) {
    command.add("FILE", found_.file, "experiment or network file (TOML)").required();
    command
        .add("SPIKES", found_.spikes,
             "spike times of somebody else's run of it (a table, a pasted list; - for standard input)")
        .required();
    command.add("--unit", format_.unit, "of their times, or steps (of --dt); by default what the header says, or ms")
        .placeholder("UNIT");
    command.add("--neuron", format_.neuron, "whose spikes to take, where there are several neurons").placeholder("ID");
    command.add("--population", format_.population, "which population, where there are several").placeholder("NAME");
    command.add("--column", format_.column, "where the times are: a name of the header, or a number from 1")
        .placeholder("NAME|N");
    command
        .add("--convention", found_.convention,
             "hold them against what a correct run of this simulator prints: " + convention_names())
        .placeholder("NAME");
    command.add("--first-id", first_id_, "of a network: the number that the first neuron has in SPIKES; 0 by default")
        .placeholder("N");
    add_quantity(command, "--dt", found_.dt, Dimension::time,
                 "their time step; by default it is inferred from the times, unless these are counted in steps");
    add_quantity(command, "--tolerance", tolerance_, Dimension::time,
                 "an error that is none; 0.001 ms or dt/4 by default, whichever is less");
    add_choice(command, "--format", output_, {"text", "json", "csv"}, "how the outcome is printed");
    add_output(command, "--pairs", pairs_, "pairs.csv", "write the matched spikes into this file")
        .placeholder("OUT.csv|.json");
    plot_.add_to(command, "draw the error of each spike into this file");
    command.add("--vp-cost", cost_, "of Victor and Purpura, for moving a spike by 1 ms; 1 / mean interval by default")
        .placeholder("1/ms");
    add_quantity(command, "--van-rossum-tau", found_.options.van_rossum_tau, Dimension::time,
                 "time constant of van Rossum");
    add_quantity(command, "--coincidence-window", found_.options.coincidence_window, Dimension::time,
                 "precision of the coincidence factor");
  }

  void operator()() {
    check_options();
    if (is_network_file(found_.file)) {
      validate_network();
      return;
    }
    if (first_id_) throw UsageError("--first-id: belongs to networks; leave it out");
    const Experiment experiment = read_experiment(found_.file);
    say(experiment.remarks);
    auto inputs = experiment.files;
    inputs.emplace_back(found_.spikes);
    require_apart({{"--pairs", pairs_}, {"--plot", plot_.path()}}, inputs);
    const SpikeFile theirs = read_theirs();
    found_.options.until = experiment.until;
    found_.theirs = theirs.times;
    find_reference(experiment);
    found_.comparison = compare(found_.reference, found_.theirs, found_.options);
    found_.are_milliseconds = are_milliseconds();
    if (found_.convention.empty()) {
      found_.close_decision = close_decision(experiment.neuron, experiment.current, experiment.until);
    }
    found_.knows_neuron = experiment.neuron.is_plain();
    if (found_.knows_neuron && !found_.is_undiagnosable()) {
      found_.diagnosis = diagnose(experiment.neuron, experiment.current, experiment.until, found_.theirs,
                                  {.dt = found_.dt, .convention = found_.convention});
    }
    write_all(experiment.neuron);
    say(theirs.notes);
    if (!found_.comparison.within) throw ExitStatus{outside};
  }

 private:
  static constexpr int outside = 1;

  void validate_network() const {
    for (const char* option : {"--neuron", "--population", "--column", "--pairs", "--plot", "--vp-cost",
                               "--van-rossum-tau", "--coincidence-window"}) {
      if (command_.option(option).is_given())
        throw UsageError(std::string(option) + ": belongs to files of one neuron, and " + printable(found_.file) +
                         " is a network; leave it out");
    }
    NetworkSpikeFormat format{.unit = format_.unit};
    if (first_id_) {
      if (!(*first_id_ >= 0 && *first_id_ == std::floor(*first_id_) && *first_id_ < 0x1p53))
        throw InvalidArgument("--first-id", to_text(*first_id_), "must be a whole number", "write for example 1");
      format.first_id = static_cast<std::uint64_t>(*first_id_);
    }
    NetworkValidation{found_.file, found_.spikes, format,           found_.convention,
                      found_.dt,   tolerance_,    output_ == "json"}();
  }

  void check_options() {
    if (!found_.convention.empty()) {
      try {
        find_convention(found_.convention);
      } catch (const InvalidArgument& error) {
        throw InvalidArgument("--convention", found_.convention, error.rule(),
                              "write for example --convention brian2 --dt 0.1ms");
      }
      if (!found_.dt)
        throw InvalidArgument("--convention", found_.convention, "needs a time step", "add for example --dt 0.1ms");
    }
    if (found_.dt) {
      require_positive("--dt", *found_.dt, "0.1ms");
      found_.options.tolerance = std::min(found_.options.tolerance, *found_.dt / 4);
    }
    if (tolerance_) found_.options.tolerance = *tolerance_;
    if (found_.options.tolerance < 0) {
      throw InvalidArgument("--tolerance", to_text(found_.options.tolerance, "ms"), "must not be negative",
                            "write for example --tolerance 0.1ms");
    }
    if (cost_) found_.options.cost = cost_;
    if (cost_ && !(*cost_ > 0 && std::isfinite(*cost_))) {
      throw InvalidArgument("--vp-cost", to_text(*cost_), "must be finite and greater than 0",
                            "write for example --vp-cost 0.1");
    }
    require_positive("--van-rossum-tau", found_.options.van_rossum_tau, "10ms");
    require_positive("--coincidence-window", found_.options.coincidence_window, "2ms");
    const auto suffix = std::filesystem::path(pairs_).extension();
    if (!pairs_.empty() && suffix != ".csv" && suffix != ".json") {
      throw InvalidArgument("--pairs", pairs_, "the file name must end in .csv or .json",
                            "write for example --pairs pairs.csv");
    }
  }

  static void require_positive(const std::string& option, double value, const std::string& example) {
    if (value > 0) return;
    throw InvalidArgument(option, to_text(value, "ms"), "must be greater than 0",
                          "write for example " + option + " " + example);
  }

  SpikeFile read_theirs() {
    format_.step = found_.dt;
    try {
      return read_spikes(found_.spikes, format_);
    } catch (const InvalidArgument& error) {
      throw InvalidArgument("--unit", format_.unit, error.rule(), "write for example --unit s");
    }
  }

  void find_reference(const Experiment& experiment) {
    if (found_.dt) Solver{Method::euler, *found_.dt}.require_few_steps(experiment.until);
    if (found_.convention.empty()) {
      found_.reference = exact_spikes(experiment);
    } else {
      found_.reference = predicted_spike_times(experiment.neuron, experiment.current, experiment.until,
                                               find_convention(found_.convention), *found_.dt);
    }
  }

  /// The exact spikes until the end, and one interval on, for those that a late or early stamp takes across it.
  std::vector<double> exact_spikes(const Experiment& experiment) const {
    std::vector<double> spikes;
    const double margin = found_.theirs.size() < 2 ? 0
                                                   : (found_.theirs.back() - found_.theirs.front()) /
                                                         static_cast<double>(found_.theirs.size() - 1);
    try {
      for (const Spike& spike : SpikeTrain(experiment.neuron, experiment.current, experiment.until + margin)) {
        if (static_cast<double>(spikes.size()) >= most_spikes) {
          throw InvalidArgument("run.until", to_text(experiment.until, "ms"),
                                "there are more than " + to_text(most_spikes) + " spikes until then",
                                "choose an earlier one");
        }
        spikes.push_back(spike.time);
      }
    } catch (const InvalidArgument& error) {
      throw FileError({{found_.file, 0, error.subject(), error.value(), error.rule(), error.mend()}});
    }
    return spikes;
  }

  /// Everything is computed before anything is written; and where standard output takes nothing, no file is left.
  void write_all(const Neuron& neuron) const {
    std::optional<OutputFile> pairs;
    if (!pairs_.empty()) {
      pairs.emplace(pairs_);
      const DataTable table = pairs_table();
      pairs->write(std::filesystem::path(pairs_).extension() == ".json" ? table.json() : table.csv());
    }
    const auto plot = plot_.file();
    if (plot) plot_.draw(figure(neuron), *plot);
    StandardOutput out;
    out << (output_ == "json" ? json_report(found_) : output_ == "csv" ? csv_report(found_) : text_report(found_));
    out.flush();
    if (pairs) pairs->commit();
    if (plot) plot->commit();
  }

  figures::Figure figure(const Neuron& neuron) const {
    const auto name = [](const std::string& path) { return std::filesystem::path(path).filename().string(); };
    std::vector<figures::ErrorCurve> predicted;
    if (!found_.diagnosis.explanations.empty()) {
      const Explanation& first = found_.diagnosis.explanations.front();
      std::string curve = first.convention == "exact" ? "predicted" : first.convention;
      for (const auto change : first.changes) curve.append(", ").append(change);
      predicted.push_back({curve, compare(found_.reference, first.predicted, found_.options)});
    }
    return figures::error_figure(
        name(found_.spikes) + " against " + found_.reference_name() + " of " + name(found_.file), neuron,
        found_.reference, found_.theirs, found_.comparison, found_.options.tolerance, predicted);
  }

  DataTable pairs_table() const {
    DataTable table{{{"spike", {}}, {"exact_ms", {}}, {"theirs_ms", {}}, {"error_ms", {}}}};
    for (const MatchedSpike& spike : found_.comparison.matched) {
      table.columns[0].values.push_back(static_cast<double>(spike.exact + 1));
      table.columns[1].values.push_back(found_.reference[spike.exact]);
      table.columns[2].values.push_back(found_.theirs[spike.theirs]);
      table.columns[3].values.push_back(spike.error);
    }
    return table;
  }

  /// Whether all times, given in seconds, lie after the end, and most spikes are matched where they are milliseconds.
  bool are_milliseconds() const {
    constexpr double milliseconds = 1000;
    const auto& [reference, theirs, options] = std::tie(found_.reference, found_.theirs, found_.options);
    const bool is_asked = !format_.unit.empty() && !format_.counts_steps() &&
                          parse_quantity("1 " + format_.unit, Dimension::time) == milliseconds;
    if (!is_asked || theirs.empty() || !(theirs.front() > options.until)) return false;
    std::vector<double> times;
    for (const double time : theirs) times.push_back(time / milliseconds);
    return times.back() <= options.until && 2 * compare(reference, times, options).matched.size() >=
                                                std::max(times.size(), found_.spikes_until_end(reference));
  }

  Command command_;
  SpikeFileFormat format_;
  std::optional<double> first_id_;
  std::optional<double> tolerance_;
  std::optional<double> cost_;
  std::string output_;
  std::string pairs_;
  PlotOptions plot_;
  Validation found_;
};

}  // namespace

void add_validate(CommandLine& program) {
  program.add<ValidateCommand>(
      "validate", "somebody else's spike times against the exact ones",
      std::string(
          "Exit status: 0 nothing missed, nothing invented and no error above the tolerance; 1 otherwise; 2 unusable "
          "input.\n\n") +
          examples_with_cell_with_step +
          "  $ lapicque run cell.toml --method euler --dt 0.1ms > theirs.csv; \\\n"
          "    lapicque validate cell.toml theirs.csv --convention euler --dt 0.1ms | head -n 3\n"
          "  euler prints 2 spikes until 40 ms, theirs.csv has 2\n"
          "  2 matched, 0 missed, 0 invented\n"
          "  errors: mean 0 ms, drift 0 ms per spike, largest 0 ms at spike 1 (17.8 ms)\n"
          "  $ printf 'sender\\ttime_ms\\n3\\t17.876\\n3\\t30.966\\n' | \\\n"
          "    lapicque validate cell.toml /dev/stdin --format csv | cut -d , -f 1-3\n"
          "  matched,missed,invented\n"
          "  2,0,0\n");
}

}  // namespace lapicque::program
