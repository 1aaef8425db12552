#include "cases.hpp"

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "lapicque/error.hpp"

namespace lapicque::simulators {
namespace {

const std::filesystem::path experiments = LAPICQUE_EXPERIMENTS;
const std::filesystem::path runs = LAPICQUE_RUNS;

constexpr Fault refractory_one_step_long{"refractory one step long", "refractory=2 * ms",
                                         "refractory=2 * ms + defaultclock.dt",
                                         [](Convention& c) { c.refractory_extra += 1; }};
constexpr Fault refractory_one_step_short{"refractory one step short", "refractory=2 * ms",
                                          "refractory=2 * ms - defaultclock.dt",
                                          [](Convention& c) { c.refractory_extra -= 1; }};
constexpr Fault threshold_not_strict{"threshold >=", "'v > theta'", "'v >= theta'",
                                     [](Convention& c) { c.strict_threshold = false; }};
constexpr Fault input_one_step_late{"input one step late", "input_current(np.arange(steps) * dt)",
                                    "input_current((np.arange(steps) - 1) * dt)",
                                    [](Convention& c) { c.input_time = *c.input_time - 1; }};
constexpr Fault input_one_step_early{"input one step early", "input_current(np.arange(steps) * dt)",
                                     "input_current((np.arange(steps) + 1) * dt)",
                                     [](Convention& c) { c.input_time = *c.input_time + 1; }};
constexpr Fault euler{"Euler instead of exact", "method='exact')", "method='euler')", [](Convention& c) {
                        c.update = Update::forward_euler;
                        c.synaptic_decay = SynapticDecay::forward_euler;
                      }};
constexpr Fault unclamped{"potential not clamped", " (unless refractory)", "",
                          [](Convention& c) { c.refractoriness = Refractoriness::integrates; }};
constexpr Fault clamp_one_step_long{"clamp one step long", "refractory_steps * dt", "(refractory_steps + 1) * dt",
                                    [](Convention& c) { c.refractory_extra += 1; }};
constexpr Fault current_at_start{"current read at the start of the step", "(np.arange(steps) + 0.5) * dt",
                                 "np.arange(steps) * dt", [](Convention& c) { c.input_time = 0; }};

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
    if (c == ' ' || c == '>' || c == '=') c = '-';
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

Experiment Case::read() const { return read_experiment(experiments / (std::string(experiment) + ".toml")); }

std::filesystem::path Case::script() const { return runs / (name() + ".py"); }

std::vector<double> Case::predicted(const Convention& as) const {
  const Experiment what = read();
  return predicted_spike_times(what.neuron, what.current, what.until, as, dt > 0 ? dt : 1);
}

std::vector<double> Case::simulated() const {
  std::filesystem::path file = script();
  std::istringstream lines(text_of(file.replace_extension(".csv")));
  std::string line;
  if (!std::getline(lines, line) || line != "spike,time_ms") throw std::runtime_error(file.string() + " has no header");
  std::vector<double> times;
  while (std::getline(lines, line)) times.push_back(std::stod(line.substr(line.find(',') + 1)));
  return times;
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
  add("neuron-intfire", {0}, {"pulses", "slow_synapse", "fast_synapse"});
  return all;
}

std::vector<Case> faulty_cases() {
  std::vector<Case> all;
  for (const Fault* fault : {&refractory_one_step_long, &refractory_one_step_short, &input_one_step_late,
                             &input_one_step_early, &euler, &unclamped}) {
    all.push_back({"noise", "brian2", 0.1, fault});
  }
  all.push_back({"landing", "brian2-euler", 0.5, &threshold_not_strict});
  all.push_back({"noise", "neuron", 0.1, &clamp_one_step_long});
  all.push_back({"ramps", "neuron", 0.1, &current_at_start});
  return all;
}

}  // namespace lapicque::simulators
