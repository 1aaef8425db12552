#include "voltage_figure.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <utility>

#include "lapicque/current_value.hpp"
#include "lapicque/spike_train.hpp"
#include "neuron_text.hpp"

namespace lapicque::figures {
namespace {

constexpr std::size_t curve_points = 4000;
constexpr std::size_t stepped_points = 110;
constexpr double most_marks = 200;  // across the panel; more hide one another

std::vector<double> window_times(const Window& window) {
  std::vector<double> times;
  for (std::size_t i = 0; i <= curve_points; ++i) {
    times.push_back(std::lerp(window.from, window.to, static_cast<double>(i) / curve_points));
  }
  return times;
}

/// The exact potential with its corners at the spikes, which no grid hits.
Curve potential_curve(const Neuron& neuron, const Current& current, const std::vector<double>& times,
                      const std::vector<double>& spikes) {
  const auto potentials = membrane_potential(neuron, current, times);
  Curve curve{"exact", Role::exact, Mark::line, {}, {}};
  auto spike = spikes.begin();
  for (std::size_t i = 0; i < times.size(); ++i) {
    for (; spike != spikes.end() && *spike <= times[i]; ++spike) {
      curve.x.insert(curve.x.end(), {*spike, *spike});
      curve.y.insert(curve.y.end(), {neuron.threshold(), neuron.reset()});
    }
    curve.x.push_back(times[i]);
    curve.y.push_back(potentials[i]);
  }
  return curve;
}

Curve current_curve(const Current& current, const std::vector<double>& times) {
  CurrentEvaluator evaluator(current);
  Curve curve{"current", Role::input, Mark::line, times, {}};
  for (const double time : times) curve.y.push_back(evaluator.value_at(time));
  return curve;
}

/// The voltage jumps within the window, each a line from 0 to its size; those at one instant add up.
Curve jump_stems(const Current& current, const Window& window) {
  std::map<double, double> jumps;
  for (const Pulses& pulses : pieces_of<Pulses>(current)) {
    for (const auto& [time, size] : *pulses.events) {
      if (time >= window.from && time <= window.to) jumps[time] += size;
    }
  }
  Curve curve{"jumps of u", Role::input, Mark::line, {}, {}};
  for (const auto& [time, size] : jumps) {
    curve.x.insert(curve.x.end(), {time, time, time});
    curve.y.insert(curve.y.end(), {0, size, std::numeric_limits<double>::quiet_NaN()});
  }
  return curve;
}

/// The stepped potential: as many of its points as can be told apart, or a line where points so far apart would not
/// show its course.
Curve stepped_curve(const SteppedCurve& stepped, const Window& window, double tau, Role role, Mark mark) {
  const auto& times = stepped.trace.times;
  const auto begin = std::lower_bound(times.begin(), times.end(), window.from) - times.begin();
  const auto end = std::upper_bound(times.begin(), times.end(), window.to) - times.begin();
  const auto stride = std::max<std::ptrdiff_t>(1, (end - begin) / static_cast<std::ptrdiff_t>(stepped_points));
  const bool far_apart = (window.to - window.from) / static_cast<double>(stepped_points) > 0.4 * tau;
  const bool as_line = stride > 1 && far_apart;
  Curve curve{stepped.name, role, as_line ? Mark::thin_line : mark, {}, {}};
  for (auto i = begin; i < end; i += as_line ? 1 : stride) {
    curve.x.push_back(times[static_cast<std::size_t>(i)]);
    curve.y.push_back(stepped.trace.potentials[static_cast<std::size_t>(i)]);
  }
  return as_line ? thinned(curve, curve_points) : curve;
}

/// The stepper's spikes at the height `top`; of those so close together that marks would hide one another, one.
Curve stepped_spikes(const SteppedCurve& stepped, const Window& window, double top, Role role) {
  Curve curve{stepped.name + ": spikes", role, Mark::squares, {}, {}};
  const double nearest = (window.to - window.from) / most_marks;
  for (const double time : stepped.trace.spikes) {
    if (time < window.from || time > window.to) continue;
    if (!curve.x.empty() && time - curve.x.back() < nearest) continue;
    curve.x.push_back(time);
    curve.y.push_back(top);
  }
  return curve;
}

}  // namespace

Figure voltage_figure(const std::string& title, const Neuron& neuron, const Current& current, const Window& window,
                      const std::vector<SteppedCurve>& stepped) {
  const auto times = window_times(window);
  auto spikes = spike_times(neuron, current, window.to);
  std::erase_if(spikes, [&](double time) { return time < window.from; });
  const double top = neuron.threshold() + 0.6 * (neuron.threshold() - neuron.reset());
  const Axis time_axis{"time (ms)", false, window.from, window.to};

  Panel potential{"Membrane potential", time_axis, {"potential (mV)"}, {}};
  potential.curves.push_back(potential_curve(neuron, current, times, spikes));
  if (!spikes.empty()) potential.curves.push_back(spike_lines("exact spikes", spikes, neuron.threshold(), top));
  auto role = Role::stepped;
  auto mark = Mark::circles;
  for (const SteppedCurve& trace : stepped) {
    for (Curve curve :
         {stepped_curve(trace, window, neuron.tau(), role, mark), stepped_spikes(trace, window, top, role)}) {
      if (!curve.x.empty()) potential.curves.push_back(std::move(curve));
    }
    role = Role::other;
    mark = Mark::crosses;
  }
  potential.curves.push_back(threshold_line(neuron.threshold(), window.from, window.to));

  Figure figure{title, neuron_text(neuron), {}};
  figure.panels.push_back(std::move(potential));
  // Jumps have no finite current.
  const auto lists_of_jumps = pieces_of<Pulses>(current).size();
  if (lists_of_jumps == 0 || lists_of_jumps < current.pieces().size()) {
    Panel injected{"Injected current", time_axis, {"current (nA)"}, {}};
    injected.curves.push_back(current_curve(current, times));
    figure.panels.push_back(std::move(injected));
  }
  if (Curve stems = jump_stems(current, window); !stems.x.empty()) {
    Panel jumps{"Voltage jumps", time_axis, {"jump (mV)"}, {}};
    jumps.curves.push_back(std::move(stems));
    jumps.curves.push_back(level_line("", Mark::thin_line, 0, window.from, window.to));
    figure.panels.push_back(std::move(jumps));
  }
  return figure;
}

}  // namespace lapicque::figures
