#include "postsynaptic_figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/postsynaptic.hpp"
#include "neuron_text.hpp"

namespace lapicque::figures {
namespace {

constexpr int steps = 400;
constexpr std::array lines{Mark::line, Mark::dashes, Mark::line, Mark::dashes, Mark::thin_line};
constexpr std::array roles{Role::exact, Role::exact, Role::other, Role::other, Role::another};

/// The numbers of up to five out of `count`, the first and the last among them.
std::vector<std::size_t> chosen(std::size_t count) {
  std::vector<std::size_t> result;
  const std::size_t shown = std::min(count, lines.size());
  for (std::size_t k = 0; k < shown; ++k) result.push_back(shown == 1 ? 0 : k * (count - 1) / (shown - 1));
  return result;
}

Panel panel_until(const std::string& title, double until) {
  return {title, {"time after the arrival (ms)", false, 0.0, until}, {"potential - rest (mV)"}, {}};
}

}  // namespace

Figure postsynaptic_figure(const Neuron& neuron, Shape shape, double weight, std::span<const double> taus,
                           std::span<const double> peak_times, std::span<const double> peaks, Role found_by) {
  const auto shown = chosen(taus.size());
  double until = 0;
  for (const auto k : shown) until = std::max(until, 4 * peak_times[k]);
  const std::string name = shape == Shape::alpha ? "alpha" : "exponential";
  Panel panel = panel_until("One arrival of " + to_text(weight, "nA") + " at an " + name + " synapse", until);
  Curve found{"simulated peaks", found_by, Mark::circles, {}, {}};
  for (std::size_t n = 0; n < shown.size(); ++n) {
    const double tau = taus[shown[n]];
    Curve curve{"tau_s = " + to_text(tau, "ms"), roles[n], lines[n], {}, {}};
    for (int i = 0; i <= steps; ++i) {
      const double t = until * i / steps;
      curve.x.push_back(t);
      curve.y.push_back(postsynaptic_potential(neuron, shape, tau, weight, t));
    }
    panel.curves.push_back(std::move(curve));
    found.x.push_back(peak_times[shown[n]]);
    found.y.push_back(peaks[shown[n]]);
  }
  panel.curves.push_back(std::move(found));
  return {"Postsynaptic potential", neuron_text(neuron), {panel}};
}

Figure jump_figure(const Neuron& neuron, double jump) {
  const double until = 4 * neuron.tau();
  Panel panel = panel_until("A voltage jump of " + to_text(jump, "mV"), until);
  Curve curve{"formula", Role::exact, Mark::line, {0}, {0}};
  for (int i = 0; i <= steps; ++i) {
    const double t = until * i / steps;
    curve.x.push_back(t);
    curve.y.push_back(jump * std::exp(-t / neuron.tau()));
  }
  panel.curves.push_back(std::move(curve));
  return {"Postsynaptic potential", neuron_text(neuron), {panel}};
}

}  // namespace lapicque::figures
