#include "cases.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "lapicque/comparison.hpp"
#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque::simulators {
namespace {

const std::filesystem::path experiments = LAPICQUE_EXPERIMENTS;
const std::filesystem::path runs = LAPICQUE_RUNS;

constexpr Fault refractory_one_step_long{"refractory one step long", "refractory=2 * ms",
                                         "refractory=2 * ms + defaultclock.dt",
                                         [](Convention& c) { c.refractory_extra += 1; }, "refractory-one-step-long"};
constexpr Fault refractory_one_step_short{"refractory one step short", "refractory=2 * ms",
                                          "refractory=2 * ms - defaultclock.dt",
                                          [](Convention& c) { c.refractory_extra -= 1; }, "refractory-one-step-short"};
constexpr Fault threshold_inclusive{"threshold inclusive", "'v > theta'", "'v >= theta'",
                                    [](Convention& c) { c.strict_threshold = false; }, "threshold-inclusive"};
constexpr Fault input_one_step_late{"input one step late", "input_current(np.arange(steps) * dt)",
                                    "input_current((np.arange(steps) - 1) * dt)",
                                    [](Convention& c) { c.input_time = *c.input_time - 1; }, "input-one-sample-late"};
constexpr Fault input_one_step_early{"input one step early", "input_current(np.arange(steps) * dt)",
                                     "input_current((np.arange(steps) + 1) * dt)",
                                     [](Convention& c) { c.input_time = *c.input_time + 1; }, "input-one-sample-early"};
constexpr Fault euler{"Euler instead of exact", "method='exact')", "method='euler')",
                      [](Convention& c) {
                        c.update = Update::forward_euler;
                        c.synaptic_decay = SynapticDecay::forward_euler;
                      },
                      "forward-euler"};
constexpr Fault unclamped{"potential not clamped", " (unless refractory)", "",
                          [](Convention& c) { c.refractoriness = Refractoriness::integrates; },
                          "refractory-not-clamped"};
constexpr Fault clamp_one_step_long{"clamp one step long", "refractory_steps * dt", "(refractory_steps + 1) * dt",
                                    [](Convention& c) { c.refractory_extra += 1; }, "refractory-one-step-long"};
constexpr Fault current_one_step_late{"current one step late", "(np.arange(steps) + 0.5) * dt",
                                      "(np.arange(steps) - 0.5) * dt",
                                      [](Convention& c) { c.input_time = *c.input_time - 1; }, "input-one-sample-late"};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error(file.string() + " cannot be read");
  return text.str();
}

}  // namespace

std::string Case::name() const {
  std::string text(experiment);
  text.append("_").append(convention).append("_").append(to_text(dt));
  if (fault) text.append("_").append(fault->name);
  for (char& c : text) {
    if (c == ' ') c = '-';
  }
  return text;
}

std::string_view Case::simulator() const { return convention.starts_with("brian2") ? "brian2" : "neuron"; }

std::vector<std::string> Case::export_options() const {
  if (convention == "neuron-intfire") return {"--simulator", "neuron-intfire"};
  std::vector<std::string> options{"--simulator", std::string(simulator()), "--dt", to_text(dt).append("ms")};
  if (convention == "brian2-euler") options.insert(options.end(), {"--method", "euler"});
  return options;
}

Convention Case::run_under() const {
  Convention result = find_convention(convention);
  if (fault) fault->change(result);
  return result;
}

std::filesystem::path Case::file() const { return experiments / std::string(experiment).append(".toml"); }

Experiment Case::read() const { return read_experiment(file()); }

std::filesystem::path Case::script() const { return runs / (name() + ".py"); }

std::vector<double> Case::predicted(const Convention& as) const {
  const Experiment what = read();
  return predicted_spike_times(what.neuron, what.current, what.until, as, dt > 0 ? dt : 1);
}

std::filesystem::path Case::spikes() const { return runs / (name() + ".csv"); }

std::vector<double> Case::simulated() const {
  std::istringstream lines(text_of(spikes()));
  std::string line;
  if (!std::getline(lines, line) || line != "spike,time_ms") throw std::runtime_error(name() + ": no header");
  std::vector<double> times;
  while (std::getline(lines, line)) times.push_back(std::stod(line.substr(line.find(',') + 1)));
  return times;
}

double Case::slack() const {
  if (dt > 0) return 1e-6 * dt;
  // IntFire4 looks for its crossings with a tolerance of its own.
  return experiment == "fast_synapse" ? 1e-4 : 1e-10;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  const auto add = [&](std::string_view convention, std::initializer_list<double> steps,
                       std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      for (const double dt : steps) all.push_back({name, convention, dt});
    }
  };
  add("brian2", {0.1, 0.05},
      {"minimal_current", "rheobase", "fi_low", "fi_high", "sinusoid", "strong", "ramps", "noise", "synapses",
       "pulses"});
  add("brian2", {0.01}, {"fi_high", "sinusoid", "strong", "noise"});
  add("brian2", {0.1}, {"mixture"});
  add("brian2-euler", {0.1}, {"fi_low", "sinusoid", "synapses", "mixture"});
  add("brian2-euler", {0.5}, {"landing"});
  add("neuron", {0.1, 0.05, 0.01},
      {"minimal_current", "rheobase", "fi_low", "fi_high", "sinusoid", "strong", "ramps", "noise", "synapses", "pulses",
       "mixture"});
  add("neuron", {0.1}, {"rearmed"});
  add("neuron-intfire", {0}, {"pulses", "slow_synapse", "fast_synapse"});
  return all;
}

std::vector<Case> faulty_cases() {
  std::vector<Case> all;
  for (const Fault* fault :
       {&refractory_one_step_long, &refractory_one_step_short, &input_one_step_late, &input_one_step_early, &euler}) {
    all.push_back({"noise", "brian2", 0.1, fault});
  }
  all.push_back({"fi_high", "brian2", 0.1, &unclamped});
  all.push_back({"landing", "brian2-euler", 0.5, &threshold_inclusive});
  for (const Fault* fault : {&clamp_one_step_long, &current_one_step_late}) {
    all.push_back({"noise", "neuron", 0.1, fault});
  }
  return all;
}

bool same_train(const std::vector<double>& a, const std::vector<double>& b, double slack) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [=](double x, double y) { return std::fabs(x - y) <= slack; });
}

std::string outcome_table() {
  const auto number = [](double value) {
    // Below 0.01 us the last digits of other libraries would show.
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g", std::round(value * 1e5) / 1e5 + 0.0);
    return std::isnan(value) ? std::string("-") : std::string(text.data());
  };
  const auto version = [](const char* simulator) {
    const std::string text = text_of(runs / std::string(simulator).append(".version"));
    return text.substr(0, text.find('\n'));
  };
  std::string table =
      "Brian 2 " + version("brian2") + ", NEURON " + version("neuron") +
      ":\n\n| convention | experiment | dt/ms | exact | printed | matched | shift/ms | drift/(ms/spike) | largest/ms | "
      "predicted |\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Case& what : cases()) {
    const Experiment experiment = what.read();
    const auto exact = spike_times(experiment.neuron, experiment.current, experiment.until);
    const auto printed = what.simulated();
    const Comparison against = compare(exact, printed, {.until = experiment.until});
    const bool predicted = same_train(printed, what.predicted(what.run_under()), what.slack());
    for (const std::string& cell :
         {std::string(what.convention), std::string(what.experiment), what.dt > 0 ? to_text(what.dt) : "none",
          std::to_string(exact.size()), std::to_string(printed.size()), std::to_string(against.matched.size()),
          number(against.shift), number(against.drift), number(against.max_error),
          std::string(predicted ? "to the step" : "NO")}) {
      table.append("| ").append(cell).append(" ");
    }
    table += "|\n";
  }
  return table;
}

}  // namespace lapicque::simulators
