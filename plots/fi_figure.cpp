#include "fi_figure.hpp"

#include <algorithm>
#include <cmath>

#include "lapicque/excitability.hpp"
#include "neuron_text.hpp"

namespace lapicque::figures {
namespace {

/// Currents that crowd towards the rheobase, where the curve sets out vertically.
std::vector<double> curve_currents(const Neuron& neuron, double from, double to) {
  std::vector<double> currents{from, to};
  constexpr int steps = 400;
  const double base = rheobase(neuron);
  const double span = to - from;
  for (int i = 0; i <= steps; ++i) {
    const double part = static_cast<double>(i) / steps;
    currents.push_back(std::lerp(from, to, part));
    currents.push_back(base + span * std::pow(10, -12 * part));
  }
  std::erase_if(currents, [&](double current) { return current < from || current > to; });
  std::sort(currents.begin(), currents.end());
  return currents;
}

}  // namespace

Panel fi_panel(const std::string& title, const Neuron& neuron, double from, double to,
               const std::vector<Curve>& further) {
  Curve exact{"exact", Role::exact, Mark::line, {}, {}};
  Curve near{"logarithm, near the rheobase", Role::other, Mark::dashes, {}, {}};
  Curve far{"asymptote far above", Role::another, Mark::dashes, {}, {}};
  const auto currents = curve_currents(neuron, from, to);
  double top = 0;
  for (const double current : currents) {
    top = std::max(top, firing_rate(neuron, current));
  }
  for (const double current : currents) {
    exact.x.push_back(current);
    exact.y.push_back(firing_rate(neuron, current));
    if (current <= rheobase(neuron)) continue;
    if (const auto rate = firing_rate_near_rheobase(neuron, current); rate && *rate < 1.15 * top) {
      near.x.push_back(current);
      near.y.push_back(*rate);
    }
    far.x.push_back(current);
    far.y.push_back(firing_rate_far_above(neuron, current));
  }
  Panel panel{title, {"current (nA)", false, from, to}, {"rate (Hz)", false, 0.0}, {}};
  panel.curves.push_back(exact);
  for (const Curve& curve : further) panel.curves.push_back(sparse(curve));
  if (!near.x.empty()) panel.curves.push_back(near);
  if (!far.x.empty()) panel.curves.push_back(far);
  if (const double limit = limiting_rate(neuron); limit < 1.5 * top) {
    panel.curves.push_back(level_line("limit 1/refractory", Mark::thin_line, limit, from, to));
  }
  return panel;
}

Figure fi_figure(const Neuron& neuron, double from, double to, const std::vector<Curve>& further) {
  return {
      "f-I curve", neuron_text(neuron), {fi_panel("Firing rate under a constant current", neuron, from, to, further)}};
}

}  // namespace lapicque::figures
