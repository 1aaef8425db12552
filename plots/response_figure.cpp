#include "response_figure.hpp"

#include <cmath>
#include <numbers>

#include "lapicque/error.hpp"
#include "lapicque/response.hpp"
#include "neuron_text.hpp"

namespace lapicque::figures {

Figure response_figure(const Neuron& neuron, double amplitude, double from, double to,
                       const std::vector<ResponsePoints>& points) {
  constexpr double degrees = 180 / std::numbers::pi;
  Curve size{"formula", Role::exact, Mark::line, {}, {}};
  Curve phase{"formula", Role::exact, Mark::line, {}, {}};
  constexpr int steps = 400;
  for (int i = 0; i <= steps; ++i) {
    const double frequency = from * std::pow(to / from, static_cast<double>(i) / steps);
    size.x.push_back(frequency);
    size.y.push_back(response_amplitude(neuron, amplitude, frequency));
    phase.x.push_back(frequency);
    phase.y.push_back(response_phase(neuron, frequency) * degrees);
  }
  const Axis axis{"frequency (Hz)", true, from, to};
  const double air = 1.5;  // factor of the logarithmic axis
  Panel amplitudes{"Amplitude", axis, {"amplitude (mV)", true, size.y.back() / air, size.y.front() * air}, {}};
  Panel phases{"Phase of the potential against the current (negative: it lags)", axis, {"phase (degree)"}, {}};
  amplitudes.curves.push_back(size);
  phases.curves.push_back(phase);
  for (const ResponsePoints& p : points) {
    amplitudes.curves.push_back(sparse({p.name, p.role, p.mark, p.frequencies, p.amplitudes}));
    phases.curves.push_back(sparse({p.name, p.role, p.mark, p.frequencies, p.phases}));
  }
  // The axis ends at whole tens of degrees below all points: the cut-off's line reaches down to it.
  double lowest = phase.y.back();
  for (const Curve& curve : phases.curves) {
    for (const double value : curve.y) lowest = value < lowest ? value : lowest;
  }
  phases.y.from = 10 * std::floor((lowest - 2) / 10);
  if (const double cutoff = cutoff_frequency(neuron); from < cutoff && cutoff < to) {
    const double there = response_amplitude(neuron, amplitude, cutoff);
    amplitudes.curves.push_back(
        {"cut-off", Role::level, Mark::dots, {from, cutoff, cutoff}, {there, there, *amplitudes.y.from}});
    phases.curves.push_back({"cut-off", Role::level, Mark::dots, {from, cutoff, cutoff}, {-45, -45, *phases.y.from}});
  }
  return {"Response to a sinusoidal current of " + to_text(amplitude, "nA"), neuron_text(neuron), {amplitudes, phases}};
}

}  // namespace lapicque::figures
