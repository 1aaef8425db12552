#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "figure.hpp"
#include "lapicque/error.hpp"
#include "lapicque/estimation.hpp"
#include "lapicque/files/trace.hpp"
#include "lapicque/interval_estimation.hpp"
#include "options.hpp"
#include "output.hpp"
#include "plot_options.hpp"
#include "trace_figure.hpp"

namespace lapicque::program {
namespace {

struct Row {
  const char* name;
  Parameter parameter;
  std::optional<Estimate> NeuronEstimate::*value;
};
constexpr std::array<Row, 6> rows{{{"rest_mV", Parameter::rest, &NeuronEstimate::rest},
                                   {"reset_mV", Parameter::reset, &NeuronEstimate::reset},
                                   {"threshold_mV", Parameter::threshold, &NeuronEstimate::threshold},
                                   {"resistance_MOhm", Parameter::resistance, &NeuronEstimate::resistance},
                                   {"tau_ms", Parameter::tau, &NeuronEstimate::tau},
                                   {"refractory_ms", Parameter::refractory, &NeuronEstimate::refractory}}};

/// What spike times can tell; a null for the rest.
struct IntervalRow {
  const char* name;
  const char* parameter;
  std::optional<Estimate> IntervalEstimate::*value;
};
constexpr std::array<IntervalRow, 8> interval_rows{
    {{"rest_mV", "rest", nullptr},
     {"reset_mV", "reset", nullptr},
     {"threshold_mV", "threshold", nullptr},
     {"resistance_MOhm", "resistance", nullptr},
     {"tau_ms", "tau", &IntervalEstimate::tau},
     {"refractory_ms", "refractory", &IntervalEstimate::refractory},
     {"rheobase_nA", "rheobase", &IntervalEstimate::rheobase},
     {"reset_current_nA", "reset_current", &IntervalEstimate::reset_current}}};

/// A text in double quotes; the texts here have none in them, and no line ends.
std::string quoted(const std::string& text) { return "\"" + text + "\""; }

/// The probing current as inputs of an experiment file.
std::string input_blocks(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& s : steps) {
    text += "[[input]]\nkind = \"step\"\nstart = \"" + to_text(s.start, "ms") + "\"\nstop = \"" +
            to_text(s.stop, "ms") + "\"\namplitude = \"" + to_text(s.amplitude, "nA") + "\"\n";
  }
  return text;
}

/// The same on one line of JSON.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else {
      if (c == '"') result += '\\';
      result += c;
    }
  }
  return result;
}

/// The reasons of a table's rows, each in full where it comes first and by that row's name from then on.
class ReasonsOnce {
 public:
  std::string next(const std::string& name, const std::string& text) {
    for (const auto& [first, known] : told_) {
      if (text == known) return "as for " + first;
      if (text.starts_with(known + "; ")) return "as for " + first + text.substr(known.size());
    }
    told_.emplace_back(name, text);
    return text;
  }

 private:
  std::vector<std::pair<std::string, std::string>> told_;
};

class EstimateCommand {
 public:
  explicit EstimateCommand(Command command) {
    auto trace = command.add(
        "TRACE", trace_,
        "the recorded potential (columns of time and potential, between commas, semicolons or white space)");
    auto input = command.add("--input", input_, "the injected current: an experiment file with its inputs, or a table")
                     .placeholder("FILE");
    auto spikes = command
                      .add("--spikes", spikes_,
                           "instead of both: spikes under constant currents (columns of current and time, "
                           "interval or rate, as fi prints them)")
                      .placeholder("TABLE")
                      .excludes(trace)
                      .excludes(input);
    command
        .add("--column", columns_.column,
             "of the potential, or of times, intervals or rates: a name of the header, or a number from 1")
        .placeholder("NAME|N");
    command.add("--neuron", columns_.neuron, "whose rows to take, where there are several neurons").placeholder("ID");
    command.add("--population", columns_.population, "which population, where there are several").placeholder("NAME");
    command.add("--time-unit", columns_.time, "of columns whose header names no unit (ms)").placeholder("UNIT");
    command.add("--voltage-unit", columns_.voltage, "of a column whose header names no unit (mV)")
        .placeholder("UNIT")
        .excludes(spikes);
    command.add("--current-unit", columns_.current, "of a column whose header names no unit (nA)").placeholder("UNIT");
    add_choice(command, "--timing", timing_, {"either", "continuous", "grid"},
               "where spikes can lie: between samples, on a simulator's grid, or as the trace shows")
        .excludes(spikes);
    add_choice(command, "--format", format_, {"csv", "json"}, "how the parameters are printed");
    plot_.add_to(command, "draw the trace and the fitted exact solution into this file").excludes(spikes);
  }

  void operator()() const {
    if (!spikes_.empty()) {
      std::vector<std::string> notes;
      const auto estimate = estimate_from_intervals(read_trains(spikes_, columns_, notes));
      print_intervals(estimate);
      say(notes);
      if (estimate.undetermined.size() == interval_rows.size()) throw ExitStatus{nothing};
      return;
    }
    if (trace_.empty()) throw UsageError("TRACE (or --spikes) is required");
    if (input_.empty()) throw UsageError("--input is required");
    require_apart({{"--plot", plot_.path()}}, {trace_, input_});
    const auto plot = plot_.file();
    std::vector<std::string> notes;
    const TraceFile file = read_trace(trace_, columns_, notes);
    const VoltageTrace& trace = file.trace;
    const Current current = read_known_current(input_, file.times, columns_, notes);
    if (!file.names_time_unit) require_likely_milliseconds(trace_, trace, current);
    const NeuronEstimate estimate = computed(trace, current);
    if (plot) {
      const std::string title = std::filesystem::path(trace_).filename().string();
      plot_.draw(figures::trace_figure(title, trace, estimate, current), *plot);
    }
    print(estimate);
    say(notes);
    if (plot) plot->commit();
    if (estimate.undetermined.size() == rows.size()) throw ExitStatus{nothing};
  }

 private:
  static constexpr int nothing = 1;  ///< the exit status where no parameter comes out

  NeuronEstimate computed(const VoltageTrace& trace, const Current& current) const {
    const SpikeTiming timing = timing_ == "continuous" ? SpikeTiming::continuous
                               : timing_ == "grid"     ? SpikeTiming::grid
                                                       : SpikeTiming::either;
    try {
      return estimate_neuron(trace, current, timing);
    } catch (const InvalidArgument& error) {
      throw FileError({{trace_, 0, error.subject(), error.value(), error.rule(), error.mend()}});
    }
  }

  void print(const NeuronEstimate& estimate) const {
    StandardOutput out;
    if (format_ == "json") {
      print_json(out, estimate);
    } else {
      print_csv(out, estimate);
    }
    out.flush();
    if (format_ == "json") return;
    print_remarks(estimate.remarks);
    if (estimate.probe.empty() && estimate.probe_caveat.empty()) return;
    std::cerr << (estimate.probe_caveat.empty() ? "This current would determine all" : estimate.probe_caveat)
              << (estimate.probe.empty() ? "\n" : ":\n") << input_blocks(estimate.probe);
  }

  static void print_remarks(const std::vector<std::string>& remarks) {
    for (const std::string& remark : remarks) std::cerr << remark << '\n';
  }

  static std::string reason(const NeuronEstimate& estimate, Parameter parameter) {
    for (const auto& [undetermined, text] : estimate.undetermined) {
      if (undetermined == parameter) return text;
    }
    return {};
  }

  static void print_csv(StandardOutput& out, const NeuronEstimate& estimate) {
    ReasonsOnce reasons;
    out << "parameter,value,low,high,undetermined\n";
    for (const Row& row : rows) {
      out << row.name;
      if (const auto& value = estimate.*row.value) {
        out << "," << value->value << "," << value->low << "," << value->high << ",\n";
      } else {
        out << ",,,," << quoted(reasons.next(row.name, reason(estimate, row.parameter))) << "\n";
      }
    }
  }

  static void print_json(StandardOutput& out, const std::optional<Estimate>& value) {
    if (value) {
      out << "{\"value\": " << value->value << ", \"low\": " << value->low << ", \"high\": " << value->high << "}";
    } else {
      out << "null";
    }
  }

  static void print_json(StandardOutput& out, const NeuronEstimate& estimate) {
    out << "{";
    for (const Row& row : rows) {
      out << quoted(row.name) << ": ";
      print_json(out, estimate.*row.value);
      out << ",\n ";
    }
    out << "\"undetermined\": {";
    bool first = true;
    for (const Row& row : rows) {
      if (estimate.*row.value) continue;
      out << (first ? "" : ",\n  ") << quoted(row.name) << ": " << quoted(reason(estimate, row.parameter));
      first = false;
    }
    out << "},\n \"remarks\": [";
    for (const std::string& remark : estimate.remarks) {
      out << (&remark == estimate.remarks.data() ? "" : ", ") << quoted(remark);
    }
    out << "],\n \"noise_mV\": " << estimate.noise << ",\n \"spikes\": " << static_cast<double>(estimate.spikes.size())
        << ",\n \"timing\": "
        << (estimate.timing == SpikeTiming::grid         ? "\"grid\""
            : estimate.timing == SpikeTiming::continuous ? "\"continuous\""
                                                         : "\"either\"")
        << ",\n \"input\": " << (estimate.input == InputReading::held ? "\"held\"" : "\"exact\"")
        << ",\n \"tau_forward_euler_ms\": ";
    print_json(out, estimate.euler_tau);
    const auto text_or_null = [](const std::string& text) { return text.empty() ? "null" : quoted(escaped(text)); };
    out << ",\n \"probe\": " << text_or_null(input_blocks(estimate.probe))
        << ",\n \"probe_caveat\": " << text_or_null(estimate.probe_caveat) << "}\n";
  }

  void print_intervals(const IntervalEstimate& estimate) const {
    StandardOutput out;
    const auto value_of = [&](const IntervalRow& row) { return row.value ? estimate.*row.value : std::nullopt; };
    const auto reason_of = [&](const IntervalRow& row) -> std::string {
      for (const auto& [parameter, text] : estimate.undetermined) {
        if (parameter == row.parameter) return text;
      }
      return {};
    };
    if (format_ == "csv") {
      ReasonsOnce reasons;
      out << "parameter,value,low,high,undetermined\n";
      for (const IntervalRow& row : interval_rows) {
        out << row.name;
        if (const auto value = value_of(row)) {
          out << "," << value->value << "," << value->low << "," << value->high << ",\n";
        } else {
          out << ",,,," << quoted(reasons.next(row.name, reason_of(row))) << "\n";
        }
      }
      out.flush();
      print_remarks(estimate.remarks);
      return;
    }
    out << "{";
    for (const IntervalRow& row : interval_rows) {
      out << quoted(row.name) << ": ";
      print_json(out, value_of(row));
      out << ",\n ";
    }
    out << "\"undetermined\": {";
    bool first = true;
    for (const IntervalRow& row : interval_rows) {
      if (value_of(row)) continue;
      out << (first ? "" : ",\n  ") << quoted(row.name) << ": " << quoted(reason_of(row));
      first = false;
    }
    out << "},\n \"remarks\": [";
    for (const std::string& remark : estimate.remarks) {
      out << (&remark == estimate.remarks.data() ? "" : ", ") << quoted(remark);
    }
    out << "],\n \"noise_ms\": " << estimate.noise
        << ",\n \"noise_in\": " << (estimate.accumulates ? "\"intervals\"" : "\"times\"") << ",\n \"grid_ms\": ";
    if (estimate.grid) {
      out << *estimate.grid;
    } else {
      out << "null";
    }
    out << ",\n \"currents\": " << static_cast<double>(estimate.currents)
        << ",\n \"intervals\": " << static_cast<double>(estimate.intervals) << ",\n \"probe_nA\": [";
    for (const double& current : estimate.probe) out << (&current == estimate.probe.data() ? "" : ", ") << current;
    out << "]}\n";
    out.flush();
  }

  std::string trace_;
  std::string input_;
  std::string spikes_;
  TraceFormat columns_;
  std::string timing_;
  std::string format_;
  PlotOptions plot_;
};

}  // namespace

void add_estimate(CommandLine& program) {
  program.add<EstimateCommand>(
      "estimate", "a neuron's parameters out of a voltage trace, or spike times",
      std::string(
          "Headers such as t_s, time (ms), v [mV] name unit and column; without one, time and potential come first. "
          "The current's table has columns of time and current, each value held until the next, or one column, a value "
          "for "
          "each sample. Intervals are 95 % ones. What the current leaves open is said, with a current that would tell; "
          "where that is all, the exit status is 1.\n"
          "Spike times at 4 constant currents or more tell tau, the refractory period, the rheobase and the current "
          "that would hold the reset potential; never the potentials and the resistance one by one. Rows of one "
          "current "
          "stand together, in a table such as current_nA,time_ms (of each spike) or current_nA,interval_ms.\n\n") +
          examples_with_cell +
          "  [run]\n"
          "  until = \"150 ms\"\n"
          "  [[input]]\n"
          "  kind = \"ramp\"\n"
          "  start = \"5 ms\"\n"
          "  stop = \"150 ms\"\n"
          "  from = \"0 nA\"\n"
          "  to = \"8 nA\"\n"
          "  $ lapicque run cell.toml --trace trace.csv --trace-step 0.1ms | wc -l\n"
          "  21\n"
          "  $ lapicque estimate trace.csv --input cell.toml | awk -F , 'NR > 1 {printf \"%s %.6f\\n\", $1, $2}'\n"
          "  rest_mV -70.000000\n"
          "  reset_mV -65.000000\n"
          "  threshold_mV -50.000000\n"
          "  resistance_MOhm 10.000000\n"
          "  tau_ms 8.000000\n"
          "  refractory_ms 2.000000\n"
          "  $ lapicque fi --refractory 2ms --current 2.1nA,2.5nA,3nA,4nA,6nA > fi.csv; \\\n"
          "    awk -F , 'NR == 1 {print \"current_nA,interval_ms\"} \\\n"
          "              NR > 1 {printf \"%s,%.12f\\n\", $1, 1000 / $2}' fi.csv | tee table.csv | head -n 2\n"
          "  current_nA,interval_ms\n"
          "  2.1,24.180709777918\n"
          "  $ lapicque estimate --spikes table.csv | awk -F , 'NR > 5 {printf \"%s %.6f\\n\", $1, $2}'\n"
          "  tau_ms 8.000000\n"
          "  refractory_ms 2.000000\n"
          "  rheobase_nA 2.000000\n"
          "  reset_current_nA 0.500000\n");
}

}  // namespace lapicque::program
