#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "error_figure.hpp"
#include "lapicque/comparison.hpp"
#include "lapicque/convention.hpp"
#include "lapicque/diagnosis.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/experiment.hpp"
#include "lapicque/files/spike_file.hpp"
#include "lapicque/spike_train.hpp"
#include "options.hpp"
#include "output.hpp"

namespace lapicque::program {
namespace {

/// Six digits, for people to read.
std::string brief(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

std::string brief(double value, const char* unit) { return brief(value) + " " + unit; }

/// "0.1 ms late"
std::string lateness(double error) { return brief(std::abs(error), "ms") + (error < 0 ? " early" : " late"); }

std::string counted(std::size_t count, const char* thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string in_quotes(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string convention_names() {
  std::string names;
  for (const NamedConvention& known : conventions()) names.append(names.empty() ? "" : ", ").append(known.name);
  return names;
}

class Validation {
 public:
  explicit Validation(CLI::App& app) {
    app.add_option("FILE", file_, "experiment file (TOML)")->required();
    app.add_option("SPIKES", spikes_, "spike times of somebody else's run of it (CSV, columns, NEST's .dat)")
        ->required();
    app.add_option("--unit", format_.unit, "of their times; by default what the header says, or ms")->type_name("UNIT");
    app.add_option("--neuron", format_.neuron, "whose spikes to take, where there are several neurons")
        ->type_name("ID");
    app.add_option("--column", format_.column, "where the times are: a name of the header, or a number from 1")
        ->type_name("NAME|N");
    app.add_option("--convention", convention_,
                   "hold them against what a correct run of this simulator prints: " + convention_names())
        ->type_name("NAME");
    add_quantity(app, "--dt", dt_, Dimension::time,
                 "their time step; by default it is inferred from the times, unless these are counted in steps");
    add_quantity(app, "--tolerance", tolerance_, Dimension::time,
                 "an error that is none; 0.001 ms or dt/4 by default, whichever is less");
    add_choice(app, "--format", output_, {"text", "json", "csv"}, "how the outcome is printed");
    add_output(app, "--pairs", pairs_, "pairs.csv", "write the matched spikes into this file")
        ->type_name("OUT.csv|.json");
    add_output(app, "--plot", plot_, "figure.png", "draw the error of each spike into this file")
        ->type_name("FIGURE.png|.svg");
    app.add_option("--vp-cost", cost_,
                   "of Victor and Purpura, for moving a spike by 1 ms; 1 / mean interval by default")
        ->type_name("1/ms");
    add_quantity(app, "--van-rossum-tau", options_.van_rossum_tau, Dimension::time, "time constant of van Rossum");
    add_quantity(app, "--coincidence-window", options_.coincidence_window, Dimension::time,
                 "precision of the coincidence factor");
  }

  void operator()() {
    check_options();
    const Experiment experiment = read_experiment(file_);
    auto inputs = experiment.files;
    inputs.emplace_back(spikes_);
    require_apart({{"--pairs", pairs_}, {"--plot", plot_}}, inputs);
    const SpikeFile theirs = read_theirs();
    options_.until = experiment.until;
    theirs_ = theirs.times;
    find_reference(experiment);
    comparison_ = compare(reference_, theirs_, options_);
    if (!is_undiagnosable()) {
      diagnosis_ = diagnose(experiment.neuron, experiment.current, experiment.until, theirs_,
                            {.dt = dt_, .convention = convention_});
    }
    write_all();
    for (const std::string& note : theirs.notes) std::cerr << printable(note) << '\n';
    if (!comparison_.within) throw CLI::RuntimeError(outside);
  }

 private:
  static constexpr int outside = 1;

  void check_options() {
    if (!convention_.empty()) {
      try {
        find_convention(convention_);
      } catch (const InvalidArgument& error) {
        throw InvalidArgument("--convention", convention_, error.rule(),
                              "write for example --convention brian2 --dt 0.1ms");
      }
      if (!dt_) throw InvalidArgument("--convention", convention_, "needs a time step", "add for example --dt 0.1ms");
    }
    if (dt_) {
      require_positive("--dt", *dt_, "0.1ms");
      options_.tolerance = std::min(options_.tolerance, *dt_ / 4);
    }
    if (tolerance_) options_.tolerance = *tolerance_;
    if (options_.tolerance < 0) {
      throw InvalidArgument("--tolerance", to_text(options_.tolerance, "ms"), "must not be negative",
                            "write for example --tolerance 0.1ms");
    }
    if (cost_) options_.cost = cost_;
    if (cost_ && !(*cost_ > 0 && std::isfinite(*cost_))) {
      throw InvalidArgument("--vp-cost", to_text(*cost_), "must be finite and greater than 0",
                            "write for example --vp-cost 0.1");
    }
    require_positive("--van-rossum-tau", options_.van_rossum_tau, "10ms");
    require_positive("--coincidence-window", options_.coincidence_window, "2ms");
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
    format_.step = dt_;
    try {
      return read_spikes(spikes_, format_);
    } catch (const InvalidArgument& error) {
      throw InvalidArgument("--unit", format_.unit, error.rule(), "write for example --unit s");
    }
  }

  void find_reference(const Experiment& experiment) {
    if (dt_) Solver{Method::euler, *dt_}.require_few_steps(experiment.until);
    if (convention_.empty()) {
      reference_ = exact_spikes(experiment);
    } else {
      reference_ = predicted_spike_times(experiment.neuron, experiment.current, experiment.until,
                                         find_convention(convention_), *dt_);
    }
  }

  /// The exact spikes until the end, and one interval on, for those that a late or early stamp takes across it.
  std::vector<double> exact_spikes(const Experiment& experiment) const {
    std::vector<double> spikes;
    const double margin =
        theirs_.size() < 2 ? 0 : (theirs_.back() - theirs_.front()) / static_cast<double>(theirs_.size() - 1);
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
      throw FileError({{file_, 0, error.subject(), error.value(), error.rule(), error.mend()}});
    }
    return spikes;
  }

  /// Everything is computed before anything is written; and where standard output takes nothing, no file is left.
  void write_all() const {
    std::optional<OutputFile> pairs;
    std::optional<OutputFile> plot;
    if (!pairs_.empty()) {
      pairs.emplace(pairs_);
      const DataTable table = pairs_table();
      pairs->write(std::filesystem::path(pairs_).extension() == ".json" ? table.json() : table.csv());
    }
    if (!plot_.empty()) {
      figures::figure_format(plot_);
      figures::require_gnuplot();
      plot.emplace(plot_);
      figures::write_figure(figure(), plot->temporary(), figures::figure_format(plot_));
    }
    StandardOutput out;
    out << (output_ == "json" ? json() : output_ == "csv" ? csv() : text());
    out.flush();
    if (pairs) pairs->commit();
    if (plot) plot->commit();
  }

  figures::Figure figure() const {
    const auto name = [](const std::string& path) { return std::filesystem::path(path).filename().string(); };
    std::vector<figures::ErrorCurve> predicted;
    if (!diagnosis_.explanations.empty()) {
      const Explanation& first = diagnosis_.explanations.front();
      std::string curve = first.convention == "exact" ? "predicted" : first.convention;
      for (const auto change : first.changes) curve.append(", ").append(change);
      predicted.push_back({curve, compare(reference_, first.predicted, options_)});
    }
    return figures::error_figure(name(spikes_) + " against " + reference_name() + " of " + name(file_), reference_,
                                 theirs_, comparison_, options_.tolerance, predicted);
  }

  DataTable pairs_table() const {
    DataTable table{{{"spike", {}}, {"exact_ms", {}}, {"theirs_ms", {}}, {"error_ms", {}}}};
    for (const MatchedSpike& spike : comparison_.matched) {
      table.columns[0].values.push_back(static_cast<double>(spike.exact + 1));
      table.columns[1].values.push_back(reference_[spike.exact]);
      table.columns[2].values.push_back(theirs_[spike.theirs]);
      table.columns[3].values.push_back(spike.error);
    }
    return table;
  }

  std::size_t spikes_until_end(const std::vector<double>& train) const {
    return static_cast<std::size_t>(std::upper_bound(train.begin(), train.end(), options_.until) - train.begin());
  }

  std::string text() const {
    const Comparison& c = comparison_;
    std::string result = (convention_.empty() ? file_ + " has " : convention_ + " prints ") +
                         counted(spikes_until_end(reference_), "spike") + " until " + brief(options_.until, "ms") +
                         ", " + spikes_ + " has " + std::to_string(spikes_until_end(theirs_)) + "\n";
    result += std::to_string(c.matched.size()) + " matched, " + std::to_string(c.missed.size()) + " missed, " +
              std::to_string(c.invented.size()) + " invented\n";
    result += crossings_text();
    if (!c.left_out.empty()) {
      result += "left out: " + counted(c.left_out.size(), "spike") +
                " of theirs after the end of the run, the first at " + brief(theirs_[c.left_out.front()], "ms") + "\n";
    }
    if (c.parting) result += "they part at " + parting_text(c) + "\n";
    if (c.worst) {
      const MatchedSpike& worst = c.matched[*c.worst];
      result += "errors: mean " + brief(c.shift, "ms") + ", drift " + brief(c.drift, "ms") + " per spike, largest " +
                brief(c.max_error, "ms") + " at spike " + std::to_string(worst.exact + 1) + " (" +
                brief(reference_[worst.exact], "ms") + ")\n";
    }
    result += "distances: Victor-Purpura " + brief(c.victor_purpura) + " at a cost of " + brief(c.cost) +
              "/ms, van Rossum " + brief(c.van_rossum) + " at " + brief(options_.van_rossum_tau, "ms") +
              ", coincidence factor " + (std::isnan(c.coincidence) ? "undefined" : brief(c.coincidence)) + " within " +
              brief(options_.coincidence_window, "ms") + "\n";
    result += diagnosis_text();
    result +=
        std::string(c.within ? "within" : "outside") + " the tolerance of " + brief(options_.tolerance, "ms") + "\n";
    return result;
  }

  /// Pairs with one spike until the end and one after it, which make up for counts that differ.
  std::string crossings_text() const {
    std::string result;
    for (const MatchedSpike& spike : comparison_.matched) {
      const double own = reference_[spike.exact];
      const double other = theirs_[spike.theirs];
      if ((own > options_.until) == (other > options_.until)) continue;
      const auto place = [](double time) { return " (" + brief(time, "ms") + ")"; };
      const std::string owner = convention_.empty() ? "the exact one" : "that of " + convention_;
      result += own > options_.until ? "their spike " + std::to_string(spike.theirs + 1) + place(other) +
                                           " is matched with " + owner + " after the end" + place(own) + "\n"
                                     : "spike " + std::to_string(spike.exact + 1) + place(own) +
                                           " is matched with theirs after the end" + place(other) + "\n";
    }
    return result;
  }

  std::string reference_name() const {
    return convention_.empty() ? "the exact spikes" : "what " + convention_ + " prints at " + brief(*dt_, "ms");
  }

  /// "brian2 at dt = 0.1 ms, but refractoriness lasts one step longer (refractory-one-step-long)"
  static std::string words(const Explanation& explanation) {
    const bool exact = explanation.convention == "exact";
    std::string result =
        exact ? "the exact solution" : explanation.convention + " at dt = " + brief(explanation.dt, "ms");
    std::string names;
    for (const auto change : explanation.changes) {
      result.append(names.empty() ? ", but " : ", and ").append(describe_diagnosis(change));
      names.append(names.empty() ? "" : ", ").append(change);
    }
    if (exact && explanation.dt > 0) result += ", dt = " + brief(explanation.dt, "ms");
    if (const auto& printed = explanation.printed) {
      result += std::string(", ") + (printed->may_be_rounded ? "rounded" : "") +
                (printed->may_be_rounded && printed->may_be_cut ? " or " : "") + (printed->may_be_cut ? "cut" : "") +
                " to " + brief(printed->unit, "ms") + " when printed";
    }
    for (const auto trait : explanation.traits) names.append(names.empty() ? "" : ", ").append(trait);
    return names.empty() ? result : result + " (" + names + ")";
  }

  /// Times in seconds: what to do about them, and nothing of the exact solution where they are not its own.
  std::string seconds_text(const Explanation& explanation) const {
    const bool fits = explanation.residual <= options_.tolerance;
    return std::string("diagnosis: the times ") + (fits ? "are the exact solution's" : "fit") +
           " when read as seconds (unit-seconds), residual " + brief(explanation.residual, "ms") +
           ": run again with --unit s\n";
  }

  /// Whether they have no spike where there are some, which any cause may have.
  bool is_undiagnosable() const { return theirs_.empty() && spikes_until_end(reference_) > 0; }

  /// Whether all times, given in seconds, lie after the end, and most spikes are matched where they are milliseconds.
  bool are_milliseconds() const {
    constexpr double milliseconds = 1000;
    const bool is_asked = !format_.unit.empty() && parse_quantity("1 " + format_.unit, Dimension::time) == milliseconds;
    if (!is_asked || theirs_.empty() || !(theirs_.front() > options_.until)) return false;
    std::vector<double> times;
    for (const double time : theirs_) times.push_back(time / milliseconds);
    return times.back() <= options_.until && 2 * compare(reference_, times, options_).matched.size() >=
                                                 std::max(times.size(), spikes_until_end(reference_));
  }

  std::string diagnosis_text() const {
    constexpr std::size_t most = 6;
    if (is_undiagnosable()) return "diagnosis: none, as " + spikes_ + " has no spike to tell by\n";
    if (are_milliseconds()) {
      return "diagnosis: all times lie after the end of the run, and fit it when read as milliseconds: run again with "
             "--unit ms\n";
    }
    const auto& found = diagnosis_.explanations;
    if (diagnosis_.names == std::vector<std::string>{"unit-seconds"}) return seconds_text(found.front());
    std::string result;
    for (std::size_t k = 0; k < std::min(most, found.size()); ++k) {
      result +=
          (k == 0 ? "diagnosis: " : "or: ") + words(found[k]) + "; residual " + brief(found[k].residual, "ms") + "\n";
    }
    if (found.size() > most) result += "or: " + std::to_string(found.size() - most) + " more\n";
    if (found.size() > 1) result += "this train does not tell these " + std::to_string(found.size()) + " apart\n";
    if (!found.empty()) return result;
    result = "diagnosis: none of " + std::to_string(diagnosis_.tested) + " hypotheses fits";
    if (diagnosis_.cut_short) result += ", and more were not tried, as the run is too long";
    if (!diagnosis_.untried_steps.empty()) {
      result += "; without --dt no step was tried of which the run takes more than 1e6, as those of " +
                brief(diagnosis_.untried_steps.front(), "ms");
    }
    if (const auto& nearest = diagnosis_.nearest) {
      const Comparison left = compare(nearest->predicted, theirs_, options_);
      result += "; the nearest is " + words(*nearest) + ", which leaves " + std::to_string(left.missed.size()) +
                " missed, " + std::to_string(left.invented.size()) + " invented";
      if (left.worst) result += ", largest error " + brief(left.max_error, "ms");
      if (left.parting) result += "; they first part at " + parting_text(left);
    }
    return result + "\n";
  }

  std::string diagnosis_names() const {
    std::string list;
    for (const std::string& name : diagnosis_.names) list += (list.empty() ? "" : ", ") + in_quotes(name);
    return "[" + list + "]";
  }

  /// "null", or {"kind": "missed", "spike": 3, "time_ms": 17.5}
  static std::string parting_json(const Comparison& comparison) {
    const auto& parting = comparison.parting;
    if (!parting) return "null";
    return "{\"kind\": " + in_quotes(name_of(parting->kind)) + ", \"spike\": " + std::to_string(parting->index + 1) +
           ", \"time_ms\": " + json_number(parting->time) + "}";
  }

  std::string nearest_json() const {
    const auto& nearest = diagnosis_.nearest;
    if (!nearest) return "null";
    const Comparison left = compare(nearest->predicted, theirs_, options_);
    return "{\"convention\": " + in_quotes(nearest->convention) +
           ", \"dt_ms\": " + (nearest->dt > 0 ? json_number(nearest->dt) : "null") +
           ", \"missed\": " + std::to_string(left.missed.size()) +
           ", \"invented\": " + std::to_string(left.invented.size()) +
           ", \"max_error_ms\": " + json_number(left.max_error) + ", \"first_difference\": " + parting_json(left) + "}";
  }

  /// "null", or {"unit_ms": 0.01, "rounded": true, "cut": false}
  static std::string printed_json(const std::optional<PrintedDigits>& printed) {
    if (!printed) return "null";
    const auto yes_or_no = [](bool holds) { return holds ? "true" : "false"; };
    return "{\"unit_ms\": " + json_number(printed->unit) + ", \"rounded\": " + yes_or_no(printed->may_be_rounded) +
           ", \"cut\": " + yes_or_no(printed->may_be_cut) + "}";
  }

  std::string explanations_json() const {
    std::string list;
    for (const Explanation& explanation : diagnosis_.explanations) {
      std::string names;
      for (const auto change : explanation.changes)
        names += (names.empty() ? "" : ", ") + in_quotes(std::string(change));
      list += (list.empty() ? "\n  " : ",\n  ") + ("{\"convention\": " + in_quotes(explanation.convention)) +
              ", \"dt_ms\": " + (explanation.dt > 0 ? json_number(explanation.dt) : "null") + ", \"changes\": [" +
              names + "], \"printed\": " + printed_json(explanation.printed) +
              ", \"residual_ms\": " + json_number(explanation.residual) + "}";
    }
    return "[" + list + "]";
  }

  static std::string parting_text(const Comparison& comparison) {
    const Parting& parting = *comparison.parting;
    const std::string place = "spike " + std::to_string(parting.index + 1);
    const std::string time = " (" + brief(parting.time, "ms") + ")";
    if (parting.kind == Parting::Kind::invented) return "their " + place + time + ", which is invented";
    if (parting.kind == Parting::Kind::missed) return place + time + ", which is missed";
    const auto spike = std::find_if(comparison.matched.begin(), comparison.matched.end(),
                                    [&](const MatchedSpike& matched) { return matched.exact == parting.index; });
    return place + time + ", " + lateness(spike->error);
  }

  static const char* name_of(Parting::Kind kind) {
    return kind == Parting::Kind::off ? "off" : kind == Parting::Kind::missed ? "missed" : "invented";
  }

  std::string json() const {
    const Comparison& c = comparison_;
    std::string result = "{\"within_tolerance\": " + std::string(c.within ? "true" : "false");
    const auto add = [&](const std::string& name, const std::string& value) {
      result += ",\n \"" + name + "\": " + value;
    };
    const auto times = [](const std::vector<std::size_t>& spikes, const std::vector<double>& train) {
      std::string list;
      for (const std::size_t spike : spikes) list += (list.empty() ? "" : ", ") + json_number(train[spike]);
      return "[" + list + "]";
    };
    add("tolerance_ms", json_number(options_.tolerance));
    add("reference", in_quotes(convention_.empty() ? "exact" : convention_));
    add("diagnosis", diagnosis_names());
    add("explanations", explanations_json());
    add("nearest", nearest_json());
    add("hypotheses_tested", std::to_string(diagnosis_.tested));
    add("search_complete", diagnosis_.cut_short || !diagnosis_.untried_steps.empty() ? "false" : "true");
    add("grid_ms", diagnosis_.grid ? json_number(*diagnosis_.grid) : "null");
    add("matched", std::to_string(c.matched.size()));
    add("missed", std::to_string(c.missed.size()));
    add("invented", std::to_string(c.invented.size()));
    add("missed_ms", times(c.missed, reference_));
    add("invented_ms", times(c.invented, theirs_));
    add("left_out_ms", times(c.left_out, theirs_));
    add("first_difference", parting_json(c));
    add("shift_ms", json_number(c.shift));
    add("drift_ms_per_spike", json_number(c.drift));
    add("max_error_ms", json_number(c.max_error));
    add("max_error_spike", c.worst ? std::to_string(c.matched[*c.worst].exact + 1) : "null");
    add("max_error_time_ms", c.worst ? json_number(reference_[c.matched[*c.worst].exact]) : "null");
    add("victor_purpura", json_number(c.victor_purpura));
    add("vp_cost_per_ms", json_number(c.cost));
    add("van_rossum", json_number(c.van_rossum));
    add("van_rossum_tau_ms", json_number(options_.van_rossum_tau));
    add("coincidence_factor", json_number(c.coincidence));
    add("coincidence_window_ms", json_number(options_.coincidence_window));
    return result + "}\n";
  }

  std::string csv() const {
    const Comparison& c = comparison_;
    return DataTable{{{"matched", {static_cast<double>(c.matched.size())}},
                      {"missed", {static_cast<double>(c.missed.size())}},
                      {"invented", {static_cast<double>(c.invented.size())}},
                      {"shift_ms", {c.shift}},
                      {"drift_ms_per_spike", {c.drift}},
                      {"max_error_ms", {c.max_error}},
                      {"victor_purpura", {c.victor_purpura}},
                      {"vp_cost_per_ms", {c.cost}},
                      {"van_rossum", {c.van_rossum}},
                      {"van_rossum_tau_ms", {options_.van_rossum_tau}},
                      {"coincidence_factor", {c.coincidence}},
                      {"coincidence_window_ms", {options_.coincidence_window}},
                      {"left_out", {static_cast<double>(c.left_out.size())}}}}
        .csv();
  }

  std::string file_;
  std::string spikes_;
  SpikeFileFormat format_;
  std::optional<double> tolerance_;
  std::optional<double> cost_;
  ComparisonOptions options_;
  std::string output_;
  std::string pairs_;
  std::string plot_;
  std::string convention_;
  std::optional<double> dt_;
  std::vector<double> theirs_;
  std::vector<double> reference_;
  Comparison comparison_;
  Diagnosis diagnosis_;
};

}  // namespace

void add_validate(CLI::App& program) {
  auto* app = program.add_subcommand("validate", "somebody else's spike times against the exact ones");
  const auto validation = std::make_shared<Validation>(*app);
  app->callback([validation] { (*validation)(); });
  app->footer(
      std::string(
          "Exit status: 0 nothing missed, nothing invented and no error above the tolerance; 1 otherwise; 2 unusable "
          "input.\n\n") +
      examples_with_cell_with_step +
      "  $ lapicque run cell.toml --method euler --dt 0.1ms > theirs.csv; "
      "lapicque validate cell.toml theirs.csv --convention euler --dt 0.1ms\n"
      "  euler prints 2 spikes until 40 ms, theirs.csv has 2\n"
      "  2 matched, 0 missed, 0 invented\n"
      "  errors: mean 0 ms, drift 0 ms per spike, largest 0 ms at spike 1 (17.8 ms)\n"
      "  distances: Victor-Purpura 0 at a cost of 0.0763359/ms, van Rossum 0 at 10 ms, coincidence factor 1 within 2 "
      "ms\n"
      "  diagnosis: euler at dt = 0.1 ms (forward-euler, threshold-after-step, stamped-at-step-end); residual 0 ms\n"
      "  within the tolerance of 0.001 ms\n"
      "  $ printf 'sender\\ttime_ms\\n3\\t17.876\\n3\\t30.966\\n' | lapicque validate cell.toml /dev/stdin "
      "--format csv | cut -d , -f 1-3\n"
      "  matched,missed,invented\n"
      "  2,0,0\n");
}

}  // namespace lapicque::program
