#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "figure.hpp"
#include "lapicque/certificates/certify.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/experiment.hpp"
#include "lapicque/files/file_error.hpp"
#include "lapicque/files/network_file.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "network_run.hpp"
#include "options.hpp"
#include "output.hpp"
#include "plot_options.hpp"
#include "progress.hpp"
#include "voltage_figure.hpp"

namespace lapicque::program {
namespace {

constexpr double most_trace_points = 1e8;
/// From here on a spike's time hangs on digits of the input that few simulators keep: it is pointed out.
constexpr double ill_conditioned = 1e6;
constexpr double default_certificate_width = 1e-20;  // ms
constexpr int internal_error = 3;

class Run {
 public:
  explicit Run(Command command)
      : command_(command),
        neuron_options_(command, NeuronOptions::Initial::offered, NeuronOptions::Base::file),
        solver_options_(command, "how the spikes are found") {
    command.add("FILE", file_, "experiment or network file (TOML); - for standard input").required();
    add_choice(command, "--format", format_, {"csv", "json"}, "how the spikes are printed");
    add_choice(command, "--precision", precision_, {"exact", "fast"},
               "of the exact method: the last digit, or double arithmetic");
    auto trace = add_output(command, "--trace", trace_, "trace.csv", "write the membrane potential into this CSV file")
                     .placeholder("OUT.csv");
    auto step = add_quantity(command, "--trace-step", trace_step_, Dimension::time,
                             "its time step; a stepper's trace has the first of its own times from each step on");
    trace.needs(step);
    step.needs(trace);
    command.add_flag("--details", details_,
                     "of the exact method, in CSV: columns for the bound on the time's error, du/dt as u "
                     "reaches the threshold, and the condition number (JSON has them always)");
    plot_.add_to(command, "draw potential and current, or a network's spikes and rates, into this file");
    auto certify = add_output(command, "--certify", certificate_, "cert.json",
                              "write a proof of the spikes that check-certificate verifies into this JSON file")
                       .placeholder("CERT.json");
    add_output(command, "--draws", draws_, "draws.csv", "write what the inputs drew into this CSV file")
        .placeholder("OUT.csv");
    add_output(command, "--connections", connections_, "connections.csv",
               "of a network: write its connections into this CSV file")
        .placeholder("OUT.csv");
    command.add("--threads", threads_, "of a network: at most so many; by default one a core").placeholder("N");
    add_quantity(command, "--certificate-width", certificate_width_, Dimension::time,
                 "the widest interval that a certified spike time may have; 1e-20 ms by default")
        .needs(certify);
  }

  void operator()() {
    if (is_network_file(file_)) {
      require_options_of_networks();
      NetworkRun{file_,
                 format_ == "json",
                 precision_ == "exact" ? Precision::exact : Precision::fast,
                 threads_,
                 draws_,
                 connections_,
                 plot_}();
      return;
    }
    for (const char* option : {"--connections", "--threads"}) {
      if (command_.option(option).is_given())
        throw UsageError(std::string(option) + ": belongs to networks, and " + printable(file_) +
                         " has no [[population]]; leave it out");
    }
    solver_ = solver_options_.solver();
    if (solver_.method && command_.option("--precision").is_given()) {
      throw InvalidArgument("--precision", precision_, "belongs to the exact method", "leave it out");
    }
    if (solver_.method && details_) {
      throw UsageError("--details: belongs to the exact method; leave it out");
    }
    if (solver_.method && !certificate_.empty()) {
      throw InvalidArgument("--certify", certificate_, "belongs to the exact method", "leave it out");
    }
    if (certificate_width_ && !(*certificate_width_ > 0)) {
      throw InvalidArgument("--certificate-width", to_text(*certificate_width_, "ms"), "must be greater than 0",
                            "write for example --certificate-width 1e-20ms");
    }
    if (trace_step_ && !(*trace_step_ > 0)) {
      throw InvalidArgument("--trace-step", to_text(*trace_step_, "ms"), "a time step must be greater than 0",
                            "write for example --trace-step 0.1ms");
    }
    const Experiment experiment = neuron_options_.experiment(file_);
    require_apart({{"--trace", trace_}, {"--plot", plot_.path()}, {"--certify", certificate_}, {"--draws", draws_}},
                  experiment.files);
    solver_.require_few_steps(experiment.until);
    if (trace_step_) require_few_points(experiment.until);
    try {
      write_all(experiment);
    } catch (const InvalidArgument& error) {
      throw FileError({{file_, 0, error.subject(), error.value(), error.rule(), error.mend()}});
    }
    neuron_options_.say_which();
    if (!solver_.is_stable(experiment.neuron)) {
      std::cerr << printable(file_) << ": forward Euler overshoots ever more from dt = 2 tau = "
                << to_text(2 * experiment.neuron.tau(), "ms") << " on: at " << to_text(solver_.dt, "ms")
                << " its spikes approximate nothing\n";
    }
  }

 private:
  struct Spikes {
    std::vector<double> times;
    // Of the exact method:
    std::vector<Spike> details;
    std::vector<Grazing> grazings;
    Effort effort;
  };

  /// Everything is computed before anything is written; and where standard output takes nothing, no file is left.
  void write_all(const Experiment& experiment) const {
    std::optional<OutputFile> trace;
    std::optional<OutputFile> certificate;
    if (!trace_.empty()) trace.emplace(trace_);
    const auto plot = plot_.file();
    if (!certificate_.empty()) certificate.emplace(certificate_);
    std::optional<OutputFile> draws;
    if (!draws_.empty()) draws.emplace(draws_);
    const Spikes spikes = find_spikes(experiment);
    if (draws) draws->write(draws_table(experiment.drawn).csv());
    if (certificate) certificate->write(to_json(certified(experiment, spikes)));
    if (trace) trace->write(trace_table(experiment).csv());
    if (plot) plot_.draw(figure(experiment), *plot);
    print(experiment, spikes);
    if (draws) draws->commit();
    if (trace) trace->commit();
    if (plot) plot->commit();
    if (certificate) certificate->commit();
  }

  void require_options_of_networks() const {
    for (const char* option : {"--method", "--dt", "--trace", "--details", "--certify"}) {
      if (command_.option(option).is_given())
        throw UsageError(std::string(option) + ": belongs to files of one neuron, and " + printable(file_) +
                         " is a network; leave it out");
    }
    if (!neuron_options_.values().empty()) {
      throw UsageError("--" + neuron_options_.values().begin()->first + ": belongs to files of one neuron, and " +
                       printable(file_) + " is a network; leave it out");
    }
  }

  static DataTable draws_table(const std::vector<DrawnInput>& inputs) {
    DataTable table{{{"input", {}}, {"neuron", {}}, {"time_ms", {}}}};
    const bool has_values =
        std::any_of(inputs.begin(), inputs.end(), [](const DrawnInput& input) { return !input.values.empty(); });
    if (has_values) table.columns.push_back({"current_nA", {}});
    for (const DrawnInput& input : inputs) {
      for (std::size_t k = 0; k < input.times.size(); ++k) {
        table.columns[0].values.push_back(static_cast<double>(input.input));
        table.columns[1].values.push_back(0);
        table.columns[2].values.push_back(input.times[k]);
        if (has_values) table.columns[3].values.push_back(input.values.empty() ? std::nan("") : input.values[k]);
      }
    }
    return table;
  }

  /// The certificate was found another way than the spikes: if they differ, one of them is wrong, and nobody may rely
  /// on either.
  Certificate certified(const Experiment& experiment, const Spikes& spikes) const {
    Certificate certificate = certify(experiment.neuron, experiment.current, experiment.until,
                                      certificate_width_.value_or(default_certificate_width));
    const std::string difference = disagreement(certificate, spikes.details);
    if (difference.empty()) return certificate;
    if (!spikes.grazings.empty()) {
      throw InvalidArgument(
          "--certify", certificate_,
          "the proof, with more digits, decides what was counted as just reaching the threshold: " + difference,
          "leave it out");
    }
    std::cerr << printable(file_) << ": internal error: " << difference
              << "; this must not happen, please report it with the experiment\n";
    throw ExitStatus{internal_error};
  }

  figures::Figure figure(const Experiment& experiment) const {
    std::vector<figures::SteppedCurve> stepped;
    if (solver_.method) {
      stepped.push_back({solver_options_.name() + ", " + to_text(solver_.dt, "ms"), stepped_run(experiment)});
    }
    return figures::voltage_figure(std::filesystem::path(file_).filename().string(), experiment.neuron,
                                   experiment.current, {0, experiment.until}, stepped);
  }

  /// A stepper's spikes, and as many points of its trace as a figure can show.
  SteppedTrace stepped_run(const Experiment& experiment) const {
    constexpr double shown = 1e5;
    const double stride = std::max(1.0, std::floor(experiment.until / solver_.dt / shown));
    SteppedTrace trace;
    Stepper stepper(experiment.neuron, experiment.current, solver_.dt, *solver_.method);
    for (double n = 0; stepper.time() <= experiment.until; stepper.step(), ++n) {
      if (stepper.spiked()) trace.spikes.push_back(stepper.time());
      if (std::fmod(n, stride) != 0) continue;
      trace.times.push_back(stepper.time());
      trace.potentials.push_back(stepper.potential());
    }
    return trace;
  }

  void require_few_points(double until) const {
    if (until / *trace_step_ <= most_trace_points) return;
    throw InvalidArgument("--trace-step", to_text(*trace_step_, "ms"),
                          "makes more than 1e8 points until " + to_text(until, "ms"), "choose a longer one");
  }

  DataTable trace_table(const Experiment& experiment) const {
    const double step = *trace_step_;
    const double points = std::floor(experiment.until / step);
    DataTable table{{{"time_ms", {}}, {"potential_mV", {}}}};
    auto& times = table.columns[0].values;
    auto& potentials = table.columns[1].values;
    if (!solver_.method) {
      for (double k = 0; k <= points + 1 && multiple(k, step) <= experiment.until; ++k) {
        times.push_back(multiple(k, step));
      }
      potentials = membrane_potential(experiment.neuron, experiment.current, times);
      return table;
    }
    Stepper stepper(experiment.neuron, experiment.current, solver_.dt, *solver_.method);
    for (double next = 0; stepper.time() <= experiment.until; stepper.step()) {
      if (stepper.time() < next) continue;
      times.push_back(stepper.time());
      potentials.push_back(stepper.potential());
      next = (std::floor(stepper.time() / step) + 1) * step;
    }
    return table;
  }

  Spikes find_spikes(const Experiment& experiment) const {
    Spikes spikes;
    ProgressBar bar;
    const auto add = [&](double time) {
      bar.show(time / experiment.until);
      if (static_cast<double>(spikes.times.size()) >= most_spikes) {
        throw InvalidArgument("run.until", to_text(experiment.until, "ms"),
                              "there are more than " + to_text(most_spikes) + " spikes until then",
                              "choose an earlier one");
      }
      spikes.times.push_back(time);
    };
    if (solver_.method) {
      Stepper stepper(experiment.neuron, experiment.current, solver_.dt, *solver_.method);
      for (; stepper.time() <= experiment.until; stepper.step()) {
        if (stepper.spiked()) add(stepper.time());
      }
      return spikes;
    }
    SpikeTrain train(experiment.neuron, experiment.current, experiment.until,
                     precision_ == "exact" ? Precision::exact : Precision::fast);
    for (const Spike& spike : train) {
      add(spike.time);
      spikes.details.push_back(spike);
    }
    spikes.grazings.assign(train.grazings().begin(), train.grazings().end());
    spikes.effort = train.effort();
    return spikes;
  }

  void print(const Experiment& experiment, const Spikes& spikes) const {
    StandardOutput out;
    if (format_ == "json") {
      print_json(out, experiment, spikes);
    } else {
      out << "spike,time_ms" << (details_ ? ",error_ms,slope_mV_per_ms,condition\n" : "\n");
      for (std::size_t k = 0; k < spikes.times.size(); ++k) {
        out << std::to_string(k + 1) << "," << spikes.times[k];
        if (details_) {
          const Spike& spike = spikes.details[k];
          out << "," << spike.error << "," << (std::isfinite(spike.slope) ? json_number(spike.slope) : "") << ","
              << spike.condition;
        }
        out << "\n";
      }
    }
    out.flush();
    point_out_ill_conditioned(spikes);
    for (const Grazing& grazing : spikes.grazings) {
      const auto distance =
          std::isfinite(grazing.distance) ? "within " + to_text(grazing.distance, "mV") + " of" : "at";
      std::cerr << printable(file_) << ": at " << to_text(grazing.time, "ms") << " the potential is " << distance
                << " the threshold, too near for 100 digits to tell on which side; counted as just reaching it\n";
    }
  }

  void point_out_ill_conditioned(const Spikes& spikes) const {
    const auto by_condition = [](const Spike& a, const Spike& b) { return a.condition < b.condition; };
    const auto worst = std::max_element(spikes.details.begin(), spikes.details.end(), by_condition);
    if (worst == spikes.details.end() || worst->condition < ill_conditioned) return;
    const auto count = std::count_if(spikes.details.begin(), spikes.details.end(),
                                     [](const Spike& spike) { return spike.condition >= ill_conditioned; });
    std::cerr << printable(file_) << ": " << count << " of " << spikes.details.size()
              << " spikes have a condition number of " << to_text(ill_conditioned)
              << " or more: their times hang on the "
              << "input's last digits; most of all spike " << worst - spikes.details.begin() + 1 << " at "
              << to_text(worst->time, "ms") << ", " << to_text(std::round(worst->condition)) << "\n";
  }

  void print_json(StandardOutput& out, const Experiment& experiment, const Spikes& spikes) const {
    out << "{\"method\": \"" << solver_options_.name() << "\",\n";
    if (solver_.method) {
      out << " \"dt_ms\": " << solver_.dt << ",\n";
    } else {
      out << " \"precision\": \"" << precision_ << "\",\n";
    }
    out << " \"until_ms\": " << experiment.until << ",\n \"spikes_ms\": [";
    for (const double& time : spikes.times) out << (&time == spikes.times.data() ? "\n  " : ",\n  ") << time;
    out << "]";
    if (!solver_.method) {
      print_list(out, "errors_ms", spikes.details, [](const Spike& spike) { return spike.error; });
      print_list(out, "slopes_mV_per_ms", spikes.details, [](const Spike& spike) { return spike.slope; });
      print_list(out, "conditions", spikes.details, [](const Spike& spike) { return spike.condition; });
      out << ",\n \"effort\": {\"digits\": [16, 32, 50, 100], ";
      print_counts(out, "signs", spikes.effort.signs);
      out << ", ";
      print_counts(out, "roots", spikes.effort.roots);
      out << "}";
      out << ",\n \"grazings\": [";
      for (const Grazing& grazing : spikes.grazings) {
        out << (&grazing == spikes.grazings.data() ? "{" : ", {") << "\"time_ms\": " << json_number(grazing.time)
            << ", \"distance_mV\": " << json_number(grazing.distance) << "}";
      }
      out << "]";
    }
    out << "}\n";
  }

  template <class Value>
  static void print_list(StandardOutput& out, const char* name, const std::vector<Spike>& spikes, Value value) {
    out << ",\n \"" << name << "\": [";
    for (const Spike& spike : spikes) {
      out << (&spike == spikes.data() ? "\n  " : ",\n  ") << json_number(value(spike));
    }
    out << "]";
  }

  static void print_counts(StandardOutput& out, const char* name, const std::array<std::uint64_t, 4>& counts) {
    out << "\"" << name << "\": [";
    for (const auto& count : counts) out << (&count == counts.data() ? "" : ", ") << std::to_string(count);
    out << "]";
  }

  Command command_;
  std::string file_;
  std::string format_;
  std::string precision_;
  bool details_ = false;
  NeuronOptions neuron_options_;
  SolverOptions solver_options_;
  Solver solver_;
  std::string trace_;
  std::optional<double> trace_step_;
  PlotOptions plot_;
  std::string certificate_;
  std::optional<double> certificate_width_;
  std::string draws_;
  std::string connections_;
  std::optional<double> threads_;
};

/// All that an experiment file may hold.
const std::string experiment_reference =
    "The experiment file (TOML) has the tables [neuron] and [run] and any number of [[input]], whose currents add up. "
    "A number is in the unit shown; a text has a number and any unit: 2.5, \"2.5 nA\", \"2500 pA\". What has no "
    "default must be given.\n"
    "  [neuron]  rest mV, reset mV, threshold mV, resistance MOhm, tau ms, refractory ms = 0, initial mV = rest\n"
    "            instead of resistance and tau any two that determine them: capacitance nF, leak_conductance uS\n"
    "            reset_rule = \"to\", or \"by\": u falls by threshold - reset\n"
    "            refractory_rule = \"clamped\"; \"jumps-kept\": they act at its end; \"silent\": u goes on\n"
    "  [[neuron.after_spike]]\n"
    "            kind = \"current\", jump nA, or \"threshold\", jump mV; tau ms: each spike adds jump to what decays "
    "with tau\n"
    "  [run]     until ms\n"
    "[[input]], by its kind:\n"
    "  step      start ms = 0, stop ms = for ever, amplitude nA\n"
    "            amplitude on [start, stop)\n"
    "  ramp      start ms = 0, stop ms, from nA, to nA\n"
    "            the straight line from (start, from) to (stop, to), nothing outside\n"
    "  sinusoid  start ms = 0, stop ms = for ever, amplitude nA, frequency Hz, phase rad = 0\n"
    "            amplitude sin(2 pi frequency (t - start) + phase) on [start, stop)\n"
    "  samples   start ms = 0, step ms, hold = \"previous\", values nA or file with column, neuron, population\n"
    "            value k (k = 0, 1, ...) from start + k step on, the last one for one step; hold = \"linear\":\n"
    "            joined by straight lines; the file has a column current_nA, and may have times,\n"
    "            which give start and step\n"
    "  pulses    times ms and jump mV, or file with column, neuron, population\n"
    "            the potential jumps at each time; one jump for all, or a list; the file has columns\n"
    "            time_ms, jump_mV, or times alone beside one jump\n"
    "  synapse   shape, tau ms, times ms and weights nA, or file with column, neuron, population\n"
    "            shape \"exponential\": weight exp(-s/tau) where s has passed since a time; \"alpha\":\n"
    "            weight (s/tau) exp(1 - s/tau), which peaks at s = tau; one weight for all, or a list;\n"
    "            the file has columns time_ms, weight_nA, or times alone beside one weight\n"
    "  poisson   rate Hz, start ms = 0, stop ms = until, seed, shape, tau ms and weight nA; or jump mV\n"
    "            arrivals of a Poisson process, drawn and then taken as exact\n"
    "  noise     mean nA = 0, sigma nA, tau ms (0: independent), step ms, start ms = 0, stop ms = until, seed\n"
    "            a Gaussian current (Ornstein-Uhlenbeck), drawn every step and held\n"
    "A network has [[population]] in place of [neuron], [[projection]], and inputs with into and independent:\n"
    "  population  name, size, and the keys of [neuron]: a value, a list, { from, to, seed } or { file, column }\n"
    "  projection  from and to (a name or a list), shape, tau ms and weight nA or jump mV, delay ms, and\n"
    "              rule = \"pairwise_bernoulli\" (probability, seed), \"fixed_indegree\" (indegree, seed),\n"
    "              \"all_to_all\", \"one_to_one\", or file (source, target, weight_nA or jump_mV, delay_ms);\n"
    "              autapses = false, multapses = false\n"
    "It prints neuron,time_ms; neurons are numbered from 0 through the file.\n"
    "Data files are tables of any kind, looked up from the experiment file's folder; column, neuron and\n"
    "population choose from them. For example a synapse:\n"
    "  [[input]]\n"
    "  kind = \"synapse\"\n"
    "  shape = \"exponential\"\n"
    "  tau = \"2 ms\"\n"
    "  times = [3.0, 4.5]\n"
    "  weights = [\"0.7 nA\", \"-0.2 nA\"]\n\n";

}  // namespace

void add_run(CommandLine& program) {
  program.add<Run>("run", "spike times of an experiment file",
                   experiment_reference + examples_with_cell_with_step +
                       "  $ lapicque run cell.toml\n"
                       "  spike,time_ms\n"
                       "  1,17.875503299472804\n"
                       "  2,30.965858188431927\n"
                       "  $ lapicque run cell.toml --method euler --dt 0.1ms --format json\n"
                       "  {\"method\": \"euler\",\n"
                       "   \"dt_ms\": 0.1,\n"
                       "   \"until_ms\": 40,\n"
                       "   \"spikes_ms\": [\n"
                       "    17.8,\n"
                       "    30.900000000000002]}\n");
}

}  // namespace lapicque::program
