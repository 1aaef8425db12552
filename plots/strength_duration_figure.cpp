#include "strength_duration_figure.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "lapicque/excitability.hpp"
#include "neuron_text.hpp"

namespace lapicque::figures {
namespace {

/// Four digits and the unit, for a legend.
std::string rounded(double value, const char* unit) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g %s", value, unit);
  return text.data();
}

}  // namespace

Figure strength_duration_figure(const Neuron& neuron, double from, double to, const std::vector<Curve>& points) {
  Curve exact{"formula", Role::exact, Mark::line, {}, {}};
  constexpr int steps = 400;
  for (int i = 0; i <= steps; ++i) {
    const double duration = from * std::pow(to / from, static_cast<double>(i) / steps);
    exact.x.push_back(duration);
    exact.y.push_back(threshold_amplitude(neuron, duration));
  }
  const double base = rheobase(neuron);
  Panel panel{"Least amplitude of a rectangular pulse that makes the neuron fire",
              {"pulse duration (ms)", true, from, to},
              {"amplitude (nA)", true, base / 1.5, exact.y.front() * 1.5},
              {}};
  panel.curves.push_back(exact);
  for (const Curve& curve : points) panel.curves.push_back(sparse(curve));
  panel.curves.push_back(level_line("rheobase " + rounded(base, "nA"), Mark::dots, base, from, to));
  if (const double time = chronaxie(neuron); from < time && time < to) {
    panel.curves.push_back({"chronaxie " + rounded(time, "ms") + ", at " + rounded(2 * base, "nA"),
                            Role::level,
                            Mark::dashes,
                            {from, time, time},
                            {2 * base, 2 * base, base}});
  }
  return {"Strength-duration curve", neuron_text(neuron), {panel}};
}

}  // namespace lapicque::figures
