#include "transient_figure.hpp"

#include "lapicque/error.hpp"
#include "lapicque/response.hpp"
#include "neuron_text.hpp"

namespace lapicque::figures {

Figure transient_figure(const Neuron& neuron, double amplitude, double duration, std::span<const double> frequencies,
                        std::span<const Curve> points) {
  Figure figure{
      "A sinusoidal current of " + to_text(amplitude, "nA") + " switched on at rest", neuron_text(neuron), {}};
  for (std::size_t k = 0; k < frequencies.size(); ++k) {
    Curve sum{"sum", Role::exact, Mark::line, {}, {}};
    Curve steady{"response that stays", Role::other, Mark::dashes, {}, {}};
    Curve transient{"transient", Role::another, Mark::dashes, {}, {}};
    constexpr int steps = 800;
    for (int i = 0; i <= steps; ++i) {
      const double t = duration * i / steps;
      const auto parts = sinusoid_response(neuron, amplitude, frequencies[k], t);
      for (Curve* curve : {&sum, &steady, &transient}) curve->x.push_back(t);
      sum.y.push_back(parts.steady + parts.transient);
      steady.y.push_back(parts.steady);
      transient.y.push_back(parts.transient);
    }
    Panel panel{to_text(frequencies[k], "Hz"), {"time (ms)", false, 0.0, duration}, {"potential - rest (mV)"}, {}};
    panel.curves.insert(panel.curves.end(), {sum, steady, transient});
    if (k < points.size()) panel.curves.push_back(points[k]);
    figure.panels.push_back(std::move(panel));
  }
  return figure;
}

}  // namespace lapicque::figures
