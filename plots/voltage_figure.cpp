#include "voltage_figure.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "lapicque/current_value.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque::figures {
namespace {

constexpr std::size_t curve_points = 4000;
constexpr std::size_t stepped_points = 110;

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
  Curve curve{"exact", Mark::line, {}, {}};
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
  Curve curve{"current", Mark::line, times, {}};
  for (const double time : times) curve.y.push_back(evaluator.value_at(time));
  return curve;
}

/// As many of the trace's points as can be told apart, and its spikes at the height `top`.
Curve stepped_curve(const SteppedCurve& stepped, const Window& window, double top, Mark mark) {
  Curve curve{stepped.name, mark, {}, {}};
  const auto& times = stepped.trace.times;
  const auto begin = std::lower_bound(times.begin(), times.end(), window.from) - times.begin();
  const auto end = std::upper_bound(times.begin(), times.end(), window.to) - times.begin();
  const auto stride = std::max<std::ptrdiff_t>(1, (end - begin) / static_cast<std::ptrdiff_t>(stepped_points));
  for (auto i = begin; i < end; i += stride) {
    curve.x.push_back(times[static_cast<std::size_t>(i)]);
    curve.y.push_back(stepped.trace.potentials[static_cast<std::size_t>(i)]);
  }
  for (const double time : stepped.trace.spikes) {
    if (time < window.from || time > window.to) continue;
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
  auto mark = Mark::circles;
  for (const SteppedCurve& trace : stepped) {
    potential.curves.push_back(stepped_curve(trace, window, top, mark));
    mark = Mark::crosses;
  }
  potential.curves.push_back(level_line("threshold", Mark::dots, neuron.threshold(), window.from, window.to));

  Panel injected{"Injected current", time_axis, {"current (nA)"}, {}};
  injected.curves.push_back(current_curve(current, times));
  return {title, {potential, injected}};
}

}  // namespace lapicque::figures
