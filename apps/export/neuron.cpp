#include <algorithm>
#include <cmath>
#include <vector>

#include "export/script.hpp"
#include "lapicque/convention.hpp"
#include "lapicque/error.hpp"

namespace lapicque::program {
namespace {

const char* const printing =
    "\n"
    "print('spike,time_ms')\n"
    "for number, t in enumerate(spikes, start=1):\n"
    "    print(f'{number},{t!r}')\n";

const char* const beginning = " for NEURON, written by lapicque. To run it:\n#     python3 SCRIPT > spikes.csv\n#\n";

/// Times and sizes of events with t >= 0.
struct Lists {
  std::vector<double> times;
  std::vector<double> sizes;
  explicit Lists(const std::vector<Event>& events) {
    for (const auto& [time, size] : events) {
      if (time < 0) continue;
      times.push_back(time);
      sizes.push_back(size);
    }
  }
};

}  // namespace

std::string neuron_script(const Export& what) {
  const Neuron& neuron = what.experiment.neuron;
  const Current& current = what.experiment.current;
  const std::string dt = to_text(what.dt);
  const double held_steps = counted_steps(neuron.refractory(), what.dt, RefractoryCount::nearest);
  std::string text =
      "# The experiment " + what.name + beginning +
      "# What NEURON makes of the problem, with a passive cell of one compartment and a fixed time step:\n"
      "# - The current is read in the middle of each step, where an IClamp is read, and held over the step.\n" +
      holding_error(what, current, 0.5) +
      "# - A step is one of backward Euler (secondorder = 0).\n"
      "# - A spike is noticed at the end of a step, if v > theta, and gets that time (and 1e-10 ms).\n"
      "# - There is no reset in NEURON's own language without a compiled mechanism: a callback sets v, and a voltage\n"
      "#   clamp of next to no resistance holds it in refractoriness, which lasts " +
      to_text(held_steps) +
      " steps.\n"
      "# - Voltage jumps act at the first grid time that is not before them.\n"
      "# `lapicque validate` knows all that as --convention neuron --dt " +
      dt +
      "ms.\n"
      "\n" +
      input_imports(current) +
      "import numpy as np\n"
      "from neuron import h\n"
      "\n"
      "dt = " +
      dt + "  # ms\n" + "steps = " + to_text(what.steps()) + "\n" + "v_reset = " + to_text(neuron.reset()) +
      "  # mV\n" + "refractory_steps = " + to_text(held_steps) + "  # the nearest to " + to_text(neuron.refractory()) +
      " ms\n" + "\n\n" + input_function(current, true) +
      "\n\n"
      "cell = h.Section(name='cell')\n"
      "cell.diam = 100\n"
      "cell.L = 100 / np.pi  # 1e4 um2\n"
      "R = " +
      to_text(neuron.resistance()) + "  # MOhm\n" + "tau_m = " + to_text(neuron.tau()) + "  # ms\n" +
      "cell.cm = 10 * tau_m / R  # uF/cm2: tau_m/R nF on that area\n"
      "cell.insert('pas')\n"
      "cell.g_pas = 0.01 / R  # S/cm2\n"
      "cell.e_pas = " +
      to_text(neuron.rest()) +
      "\n"
      "\n"
      "electrode = h.IClamp(cell(0.5))\n"
      "electrode.delay = 0\n"
      "electrode.dur = 1e9\n"
      "current = h.Vector(input_current((np.arange(steps) + 0.5) * dt))\n"
      "current.play(electrode._ref_amp, dt)\n"
      "\n"
      "clamp = h.SEClamp(cell(0.5))\n"
      "clamp.rs = 1e-9\n"
      "clamp.amp1 = v_reset\n"
      "clamp.dur1 = 0\n"
      "spikes = []\n"
      "\n\n"
      "def spike():\n"
      "    spikes.append(h.t)\n"
      "    cell.v = v_reset\n"
      "    clamp.dur1 = h.t + refractory_steps * dt\n"
      "\n\n"
      "def jump(size):\n"
      "    if h.t + dt / 2 > clamp.dur1:  # voltage jumps in refractoriness are lost\n"
      "        cell.v += size\n"
      "\n\n"
      "detector = h.NetCon(cell(0.5)._ref_v, None, sec=cell)\n"
      "detector.threshold = " +
      to_text(neuron.threshold()) +
      "\n"
      "detector.record(spike)\n"
      "\n"
      "h.dt = dt\n"
      "h.finitialize(" +
      to_text(neuron.initial()) + ")\n";
  for (const Pulses& pulses : pieces_of<Pulses>(current)) {
    const Lists lists(*pulses.events);
    text += "for t, size in zip(" + python_list(lists.times) + ",\n" + "                   " +
            python_list(lists.sizes) + "):\n" +
            "    t = dt * np.ceil(t / dt - 1e-9)\n"
            "    h.CVode().event(t, lambda size=size: jump(size))\n";
  }
  return text + "for _ in range(steps):\n    h.fadvance()\n" + printing;
}

namespace {

/// What keeps an experiment from NEURON's event-driven cells.
[[noreturn]] void refuse(const std::string& why) {
  throw InvalidArgument("--simulator", "neuron-intfire", why, "write --simulator neuron");
}

enum class Cell { IntFire1, IntFire2, IntFire4 };

Cell cell_for(const Experiment& experiment) {
  const Neuron& neuron = experiment.neuron;
  const Current& current = experiment.current;
  if (neuron.reset() != neuron.rest()) refuse("IntFire cells reset to rest");
  const auto refuse_moving = [] {
    refuse("IntFire cells take events and a constant current, no ramps, sinusoids or samples");
  };
  const auto require_possible = Overloaded{
      [](const Step&) {},
      [&](const Ramp&) { refuse_moving(); },
      [&](const Sinusoid&) { refuse_moving(); },
      [&](const Samples&) { refuse_moving(); },
      [](const Pulses&) {},
      [](const Synapse&) {},
  };
  for (const Piece& piece : current.pieces()) std::visit(require_possible, piece);
  const auto steps = pieces_of<Step>(current);
  const auto synapses = pieces_of<Synapse>(current);
  if (synapses.empty()) {
    if (!steps.empty()) refuse("IntFire1 takes voltage jumps, no current");
    return Cell::IntFire1;
  }
  if (!pieces_of<Pulses>(current).empty()) refuse("IntFire cells take voltage jumps or synaptic currents, not both");
  const double tau = synapses.front().tau;
  for (const Synapse& synapse : synapses) {
    if (synapse.shape != Shape::exponential) refuse("IntFire2 and IntFire4 have exponential synapses only");
    if (synapse.tau != tau) refuse("IntFire2 and IntFire4 have one time constant of such synapses");
    if (!synapse.events->empty() && synapse.events->front().time < 0) refuse("events come after t = 0");
  }
  if (neuron.refractory() != 0) refuse("IntFire2 and IntFire4 have no refractory period");
  if (tau > neuron.tau()) {
    for (const Step& s : steps) {
      if (s.start > 0 || s.stop < experiment.until) refuse("the constant current of IntFire2 lasts for the whole run");
    }
    return Cell::IntFire2;
  }
  if (tau == neuron.tau()) refuse("IntFire2 needs tau_s > tau_m, IntFire4 tau_s < tau_m");
  if (neuron.tau() - tau < 0.04 || tau < 0.02) {
    refuse("IntFire4 moves time constants of less than 0.02 ms, or within 0.01 ms of one another");
  }
  if (!steps.empty()) refuse("IntFire4, which has synapses faster than the membrane, takes no current");
  if (neuron.initial() != neuron.rest()) refuse("IntFire4 starts at rest");
  for (const Synapse& synapse : synapses) {
    for (const Event& event : *synapse.events) {
      if (event.size < 0) refuse("IntFire4's inhibition has another shape than its excitation");
    }
  }
  return Cell::IntFire4;
}

}  // namespace

std::string intfire_script(const Export& what) {
  const Neuron& neuron = what.experiment.neuron;
  const Current& current = what.experiment.current;
  const Cell cell = cell_for(what.experiment);
  const std::string name = cell == Cell::IntFire1 ? "IntFire1" : cell == Cell::IntFire2 ? "IntFire2" : "IntFire4";

  std::string text = "# The experiment " + what.name + beginning + "# " + name +
                     " solves it from event to event; it has no time step. Its m is (u - rest) / (threshold - rest).\n"
                     "# `lapicque validate` knows that as --convention neuron-intfire.\n"
                     "\n"
                     "import numpy as np\n"
                     "from neuron import h\n"
                     "\n"
                     "height = " +
                     to_text(neuron.threshold()) + " - " + to_text(neuron.rest()) + "  # mV from rest to threshold\n" +
                     "R = " + to_text(neuron.resistance()) + "  # MOhm\n" + "tau_m = " + to_text(neuron.tau()) +
                     "  # ms\n" + "cell = h." + name + "()\n";
  std::string scale = "R / height";
  const auto synapses = pieces_of<Synapse>(current);
  std::vector<Event> events;
  switch (cell) {
    case Cell::IntFire1:
      text += "cell.tau = tau_m\ncell.refrac = " + to_text(neuron.refractory()) + "\n";
      scale = "1 / height";
      for (const Pulses& p : pieces_of<Pulses>(current))
        events.insert(events.end(), p.events->begin(), p.events->end());
      break;
    case Cell::IntFire2: {
      double constant = 0;
      for (const Step& s : pieces_of<Step>(current)) constant += s.amplitude;
      text += "cell.taum = tau_m\ncell.taus = " + to_text(synapses.front().tau) +
              "  # must be above tau_m: NEURON takes tau_m + 0.1 ms otherwise and does not say so\n" +
              "cell.ib = R / height * " + to_text(constant) + "\n";
      break;
    }
    case Cell::IntFire4:
      text += "tau_s = " + to_text(synapses.front().tau) +
              "  # ms\n"
              "cell.taum = tau_m\n"
              "cell.taue = tau_s\n"
              "# Those of inhibition, of which there is none: NEURON moves time constants that are near to them, and\n"
              "# in older versions raises tau_m above them.\n"
              "cell.taui1 = tau_s + (tau_m - tau_s) / 3\n"
              "cell.taui2 = tau_s + (tau_m - tau_s) * 2 / 3\n"
              "# A weight is the height of the potential's response, where ours is that of the current.\n"
              "t_peak = np.log(tau_m / tau_s) * tau_m * tau_s / (tau_m - tau_s)\n"
              "peak = tau_s / (tau_m - tau_s) * (np.exp(-t_peak / tau_m) - np.exp(-t_peak / tau_s))\n";
      scale = "R / height * peak";
      break;
  }
  for (const Synapse& s : synapses) events.insert(events.end(), s.events->begin(), s.events->end());
  const Lists lists(events);

  return text +
         "out = h.NetCon(cell, None)\n"
         "spikes = h.Vector()\n"
         "out.record(spikes)\n"
         "\n"
         "h.CVode().active(1)\n"
         "h.finitialize()\n" +
         (cell == Cell::IntFire4
              ? std::string()
              : "cell.m = (" + to_text(neuron.initial()) + " - " + to_text(neuron.rest()) + ") / height\n") +
         "inputs = []\n"
         "for t, size in zip(" +
         python_list(lists.times) + ",\n" + "                   " + python_list(lists.sizes) + "):\n" +
         "    inputs.append(h.NetCon(None, cell))\n"
         "    inputs[-1].weight[0] = " +
         scale +
         " * size\n"
         "    inputs[-1].event(t)\n"
         "h.CVode().solve(" +
         to_text(what.experiment.until) + ")\n" + printing;
}

}  // namespace lapicque::program
