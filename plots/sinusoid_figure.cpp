#include "sinusoid_figure.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "lapicque/error.hpp"
#include "lapicque/response.hpp"
#include "neuron_text.hpp"

namespace lapicque::figures {
namespace {

constexpr int steps = 800;

Curve sampled(Curve curve, double duration, const auto& value) {
  for (int i = 0; i <= steps; ++i) {
    const double t = duration * i / steps;
    curve.x.push_back(t);
    curve.y.push_back(value(t));
  }
  return curve;
}

std::string to_three_decimals(double value, const char* unit) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3f %s", value, unit);
  return text.data();
}

}  // namespace

Figure sinusoid_figure(const Neuron& neuron, double amplitude, double frequency, double duration) {
  const double omega = angular_frequency(frequency);
  const double size = response_amplitude(neuron, amplitude, frequency);
  const double phase = response_phase(neuron, frequency);
  const double delay = response_delay(neuron, frequency);
  const double period = 1000 / frequency;
  const Axis time_axis{"time (ms)", false, 0.0, duration};
  Panel current{"Injected current", time_axis, {"current (nA)"}, {}};
  current.curves.push_back(sampled({"current", Role::input, Mark::line, {}, {}}, duration,
                                   [&](double t) { return amplitude * std::sin(omega * t); }));
  Panel potential{"Potential, when the transient is gone", time_axis, {"potential - rest (mV)"}, {}};
  potential.curves.push_back(
      sampled({"exact, amplitude " + to_three_decimals(size, "mV"), Role::exact, Mark::line, {}, {}}, duration,
              [&](double t) { return size * std::sin(omega * t + phase); }));
  const double peak = 1.25 * period;
  for (const auto& [panel, height] : {std::pair{&current, amplitude}, std::pair{&potential, size}}) {
    panel->curves.push_back({"peak of the current", Role::level, Mark::dots, {peak, peak}, {-height, height}});
    panel->curves.push_back({"peak of the potential, " + to_three_decimals(delay, "ms") + " or " +
                                 to_three_decimals(delay / period, "periods") + " later",
                             Role::level,
                             Mark::dashes,
                             {peak + delay, peak + delay},
                             {-height, height}});
  }
  return {"Response to a sinusoidal current of " + to_text(amplitude, "nA") + " and " + to_text(frequency, "Hz"),
          neuron_text(neuron),
          {current, potential}};
}

Figure overlay_figure(const Neuron& neuron, double amplitude, double duration, std::span<const double> frequencies,
                      std::span<const Curve> points) {
  const Axis time_axis{"time (ms)", false, 0.0, duration};
  Panel current{"Injected current", time_axis, {"current (nA)"}, {}};
  Panel potential{"Potential", time_axis, {"potential - rest (mV)"}, {}};
  static constexpr std::array<Mark, 4> current_marks{Mark::line, Mark::dashes, Mark::thin_line, Mark::dots};
  static constexpr std::array<std::pair<Role, Mark>, 4> looks{
      {{Role::exact, Mark::line}, {Role::exact, Mark::dashes}, {Role::other, Mark::line}, {Role::other, Mark::dashes}}};
  for (std::size_t k = 0; k < frequencies.size(); ++k) {
    const double frequency = frequencies[k];
    const std::string name = to_text(frequency, "Hz");
    current.curves.push_back(sampled({name, Role::input, current_marks[k], {}, {}}, duration,
                                     [&](double t) { return amplitude * std::sin(angular_frequency(frequency) * t); }));
    potential.curves.push_back(
        sampled({"exact, " + name, looks[k].first, looks[k].second, {}, {}}, duration, [&](double t) {
          const auto parts = sinusoid_response(neuron, amplitude, frequency, t);
          return parts.steady + parts.transient;
        }));
  }
  for (std::size_t k = 0; k < points.size(); ++k) {
    potential.curves.push_back(points[k]);
    if (k > 0) potential.curves.back().name.clear();  // one entry of the legend for all
  }
  return {"Sinusoidal currents of " + to_text(amplitude, "nA") + ", switched on at rest",
          neuron_text(neuron),
          {current, potential}};
}

}  // namespace lapicque::figures
