#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "export/script.hpp"
#include "lapicque/convention.hpp"
#include "lapicque/error.hpp"

namespace lapicque::program {
namespace {

/// All synapses of one time constant share their state: s, the current in nA, and x, what alpha functions rise from.
struct State {
  double tau;
  std::vector<Synapse> synapses;
  bool has_alpha = false;
  double s = 0;  ///< nA at t = 0: what arrivals before have left
  double x = 0;
};

std::vector<State> synaptic_states(const Current& current) {
  std::vector<State> states;
  for (const Synapse& synapse : pieces_of<Synapse>(current)) {
    auto state = std::find_if(states.begin(), states.end(), [&](const State& s) { return s.tau == synapse.tau; });
    if (state == states.end()) state = states.insert(state, {.tau = synapse.tau, .synapses = {}});
    state->synapses.push_back(synapse);
    const bool alpha = synapse.shape == Shape::alpha;
    state->has_alpha |= alpha;
    for (const auto& [time, weight] : *synapse.events) {
      if (time >= 0) break;
      const double left = weight * std::exp(time / synapse.tau);
      state->s += alpha ? std::numbers::e * left * (-time / synapse.tau) : left;
      if (alpha) state->x += std::numbers::e * left;
    }
  }
  return states;
}

void require_solvable(const std::vector<State>& states, const Neuron& neuron) {
  const auto require_apart = [&](const char* what, double tau) {
    if (std::fabs(tau - neuron.tau()) > 1e-3 * neuron.tau()) return;
    throw InvalidArgument("--method", "exact",
                          "Brian 2 then divides by tau_m - tau_s, and " + std::string(what) + " has tau = " +
                              to_text(tau, "ms") + " where the membrane has " + to_text(neuron.tau(), "ms"),
                          "write --method euler");
  };
  for (const State& state : states) require_apart("a synapse", state.tau);
  for (const AfterSpike& part : neuron.after_spike()) {
    if (part.kind == AfterSpike::Kind::current) require_apart("an after-spike current", part.tau);
  }
}

/// What own spikes raise: w, currents in nA, and m, parts of the threshold in mV.
struct AfterSpikes {
  explicit AfterSpikes(const Neuron& neuron) {
    for (const auto& [kind, jump, tau] : neuron.after_spike()) {
      const bool is_current = kind == AfterSpike::Kind::current;
      std::string& sum = is_current ? current : threshold;
      const std::string number = std::to_string(++(is_current ? currents : thresholds));
      const std::string name = (is_current ? "w_" : "m_") + number;
      const std::string constant = (is_current ? "tau_w_" : "tau_theta_") + number;
      constants += constant + " = " + to_text(tau) + " * ms\n";
      equations += "d" + name + "/dt = -" + name + " / " + constant + (is_current ? " : amp\n" : " : volt\n");
      raises += "\n" + name + " += " + to_text(jump) + (is_current ? " * nA" : " * mV");
      sum += " + " + name;
    }
  }
  int currents = 0;
  int thresholds = 0;
  std::string constants;
  std::string equations;
  std::string raises;
  std::string current;
  std::string threshold;
};

/// The events with t >= 0, each from a source of its own: one source may fire once a step only.
std::string arrivals(const std::string& name, const std::vector<Event>& events, const char* unit,
                     const std::string& variable, double scale) {
  std::vector<double> times;
  std::vector<double> sizes;
  for (const auto& [time, size] : events) {
    if (time < 0) continue;
    times.push_back(time);
    sizes.push_back(size * scale);
  }
  if (times.empty()) return {};
  const std::string source = name + "_source";
  const std::string dimension = std::string(unit) == "mV" ? "volt" : "amp";
  return name + "_times = " + python_list(times) + " * ms\n" + name + "_sizes = " + python_list(sizes) + " * " + unit +
         "\n" + source + " = SpikeGeneratorGroup(len(" + name + "_times), np.arange(len(" + name + "_times)), " + name +
         "_times)\n" + name + " = Synapses(" + source + ", neuron, 'w : " + dimension + "', on_pre='" + variable +
         "_post += w')\n" + name + ".connect()\n" + name + ".w = " + name + "_sizes\n";
}

}  // namespace

std::string brian2_script(const Export& what, bool exact) {
  const Neuron& neuron = what.experiment.neuron;
  const Current& current = what.experiment.current;
  const std::vector<State> states = synaptic_states(current);
  if (exact) require_solvable(states, neuron);
  const AfterSpikes after(neuron);
  const bool is_silent = neuron.refractory_rule() == RefractoryRule::silent;
  const Current held = without_events(current);
  const std::string dt = to_text(what.dt);
  const double counted = counted_steps(neuron.refractory(), what.dt, RefractoryCount::brian2);
  const std::string convention = exact ? "brian2" : "brian2-euler";

  std::string text =
      "# The experiment " + what.name +
      " for Brian 2, written by lapicque. To run it:\n"
      "#     python3 SCRIPT > spikes.csv\n"
      "#\n"
      "# What Brian 2 makes of the problem:\n"
      "# - The current is read at the start of each time step and held over it (TimedArray).\n" +
      holding_error(what, held, 0) +
      (exact ? "# - method='exact': for that current, the potential at the end of a step is exact.\n"
             : "# - method='euler': one forward Euler step for potential and synaptic currents.\n") +
      "# - A spike is noticed at the end of a step, if v > theta, and gets the time of the step's start.\n"
      "# - Refractoriness lasts " +
      to_text(std::max(counted - 1, 0.0)) +
      " steps from the end of that step (whole steps from its start).\n"
      "# - What arrives within a step or at its start acts at its end; v is tested after one more step.\n";
  if (neuron.is_plain()) {
    text += "# `lapicque validate` knows all that as --convention " + convention + " --dt " + dt + "ms.\n";
  } else {
    text += "# - A spike resets v, and raises what it raises, at the end of its step: up to a step late.\n";
  }
  if (exact && states.size() > 2) text += "# Brian 2 takes a while to find the solution for several synapses.\n";
  text += "\n" + input_imports(held) +
          "import numpy as np\n"
          "from brian2 import *\n"
          "\n"
          "prefs.codegen.target = 'numpy'  # leave this line out for long runs: compiled code is faster\n"
          "dt = " +
          dt + "  # ms\n" + "steps = " + to_text(what.steps()) + "\n" + "\n\n" + input_function(held, false) +
          "\n\n"
          "defaultclock.dt = dt * ms\n"
          "I = TimedArray(input_current(np.arange(steps) * dt) * nA, dt=dt * ms)\n"
          "rest = " +
          to_text(neuron.rest()) + " * mV\n" + "v_reset = " + to_text(neuron.reset()) + " * mV\n" +
          "theta = " + to_text(neuron.threshold()) + " * mV\n" + "R = " + to_text(neuron.resistance()) + " * Mohm\n" +
          "tau_m = " + to_text(neuron.tau()) + " * ms\n" + after.constants;

  std::string sum;
  std::string equations;
  std::string initial = "neuron.v = " + to_text(neuron.initial()) + " * mV\n";
  std::string sources;
  for (std::size_t k = 0; k < states.size(); ++k) {
    const State& state = states[k];
    const std::string number = std::to_string(k + 1);
    text += "tau_" + number + " = " + to_text(state.tau) + " * ms\n";
    sum += " + s_" + number;
    equations += state.has_alpha
                     ? "ds_" + number + "/dt = (x_" + number + " - s_" + number + ") / tau_" + number + " : amp\n" +
                           "dx_" + number + "/dt = -x_" + number + " / tau_" + number + " : amp\n"
                     : "ds_" + number + "/dt = -s_" + number + " / tau_" + number + " : amp\n";
    if (state.s != 0) initial += "neuron.s_" + number + " = " + to_text(state.s) + " * nA\n";
    if (state.x != 0) initial += "neuron.x_" + number + " = " + to_text(state.x) + " * nA\n";
    for (std::size_t j = 0; j < state.synapses.size(); ++j) {
      const bool alpha = state.synapses[j].shape == Shape::alpha;
      sources += arrivals("synapse_" + number + "_" + std::to_string(j + 1), *state.synapses[j].events, "nA",
                          (alpha ? "x_" : "s_") + number, alpha ? std::numbers::e : 1);
    }
  }
  std::size_t lists = 0;
  const auto add_source = Overloaded{
      [](const HasValue auto&) {},
      [&](const Pulses& pulses) {
        sources += arrivals("pulses_" + std::to_string(++lists), *pulses.events, "mV", "v", 1);
      },
      [](const Synapse&) {},  // above, with those of the same time constant
  };
  for (const Piece& piece : current.pieces()) std::visit(add_source, piece);

  const std::string quotes = after.raises.empty() ? "'" : "'''";
  return text + "\n" + "neuron = NeuronGroup(1, '''\n" + "dv/dt = (rest - v + R * (I(t)" + sum + after.current +
         ")) / tau_m : volt" + (is_silent ? "" : " (unless refractory)") + "\n" + equations + after.equations +
         "''', threshold='v > theta" + after.threshold + "', reset=" + quotes +
         (neuron.reset_rule() == ResetRule::by ? "v -= theta - v_reset" : "v = v_reset") + after.raises + quotes +
         ", " + "refractory=" + to_text(neuron.refractory()) + " * ms, method='" + (exact ? "exact" : "euler") +
         "')\n" + initial + sources +
         "spikes = SpikeMonitor(neuron)\n"
         "run(steps * dt * ms)\n"
         "\n"
         "print('spike,time_ms')\n"
         "for number, t in enumerate(spikes.t / ms, start=1):\n"
         "    print(f'{number},{t!r}')\n";
}

}  // namespace lapicque::program
