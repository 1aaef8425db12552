#include "lapicque/response.hpp"

#include "lapicque/postsynaptic.hpp"
#include "names.hpp"

namespace lapicque::python {
namespace {

using Frequency = Rates<"frequency">;

/// A function of neuron and frequency, over an array of frequencies.
template <class F>
void define_spectrum(py::module_& module, const char* name, F f, const char* doc) {
  module.def(
      name,
      [f](const Neuron& neuron, const Frequency& frequency) {
        return elementwise([&](double hertz) { return f(neuron, hertz); }, frequency);
      },
      "neuron"_a, "frequency"_a, doc);
}

void bind_grid_impedances(py::module_& module) {
  module.def(
      "held_impedance",
      [](const Neuron& neuron, const Frequency& frequency, Time<"dt"> dt) {
        return elementwise([&](double f) { return held_impedance(neuron, f, dt); }, frequency);
      },
      "neuron"_a, "frequency"_a, "dt"_a,
      R"(Effective impedance (MOhm) where a sinusoidal current is held in samples `dt` (ms) apart, and u is read at them.

    H = R (1 - a) / (z - a),   a = exp(-dt/tau),   z = exp(i omega dt)

That of exponential Euler, and of every simulator that steps exactly with an input held over the step.

>>> round(2.5 * abs(held_impedance(Neuron(), 250, 0.1)), 5)
1.98521
)");
  module.def(
      "euler_impedance",
      [](const Neuron& neuron, const Frequency& frequency, Time<"dt"> dt) {
        return elementwise([&](double f) { return euler_impedance(neuron, f, dt); }, frequency);
      },
      "neuron"_a, "frequency"_a, "dt"_a,
      R"(Effective impedance (MOhm) of forward Euler, read at the grid times.

    H = R (dt/tau) / (z - 1 + dt/tau),   z = exp(i omega dt)

>>> round(2.5 * abs(euler_impedance(Neuron(), 250, 0.1)), 5)
1.99764
)");
  module.def(
      "sinusoid_response",
      [](const Neuron& neuron, Amplitude<"amplitude"> amplitude, Rate<"frequency"> frequency, const Times<"t">& t,
         Angle<"phase"> phase) {
        const auto part = [&](double SinusoidResponse::*member) {
          return elementwise(
              [&](double at) { return sinusoid_response(neuron, amplitude, frequency, at, phase).*member; }, t);
        };
        return py::make_tuple(part(&SinusoidResponse::steady), part(&SinusoidResponse::transient));
      },
      "neuron"_a, "amplitude"_a, "frequency"_a, "t"_a, "phase"_a = Angle<"phase">{},
      R"((steady, transient): u - rest (mV) in two parts, t ms after A sin(omega t + phase) has met the membrane at rest.

    steady(t) = A |Z| sin(omega t + phase + arg Z),   transient(t) = -steady(0) exp(-t/tau)

>>> steady, transient = sinusoid_response(Neuron(), 2.5, 250, 0)
>>> steady + transient
0.0
)");
}

void bind_postsynaptic(py::module_& module) {
  module.def(
      "postsynaptic_potential",
      [](const Neuron& neuron, Shape shape, Time<"tau"> tau, Amplitude<"weight"> weight, const Times<"t">& t) {
        return elementwise([&](double at) { return postsynaptic_potential(neuron, shape, tau, weight, at); }, t);
      },
      "neuron"_a, "shape"_a, "tau"_a, "weight"_a, "t"_a,
      R"(The postsynaptic potential u(t) - rest (mV), t ms after an arrival of `weight` nA; 0 for t <= 0.

shape is "exponential" or "alpha", tau (ms) the synapse's. With a = 1/tau_m, b = 1/tau:

    exponential   R w a (exp(-b t) - exp(-a t)) / (a - b)
    alpha         R w e a b (exp(-a t) - (1 - (a - b) t) exp(-b t)) / (a - b)^2

>>> postsynaptic_potential(Neuron(), "exponential", 2, 1, 2)
1.3697378063332084
)");
  module.def(
      "postsynaptic_peak",
      [](const Neuron& neuron, Shape shape, Time<"tau"> tau, Amplitude<"weight"> weight) {
        const auto peak = postsynaptic_peak(neuron, shape, tau, weight);
        return py::make_tuple(peak.time, peak.potential);
      },
      "neuron"_a, "shape"_a, "tau"_a, "weight"_a,
      R"((time, potential): where a postsynaptic potential is farthest from rest, ms after the arrival, and u - rest, mV.

>>> postsynaptic_peak(Neuron(), "exponential", 2, 1)
(3.696784962986375, 1.5749013123685915)
)");
  module.def(
      "threshold_weight",
      [](const Neuron& neuron, Shape shape, Time<"tau"> tau) { return threshold_weight(neuron, shape, tau); },
      "neuron"_a, "shape"_a, "tau"_a,
      R"(The weight (nA) that a single arrival must exceed to make the neuron, at rest, fire.

>>> threshold_weight(Neuron(), "exponential", 2)
12.699208415745597
)");
  module.def("threshold_jump", &threshold_jump, "neuron"_a,
             R"(The least voltage jump (mV) that makes the neuron, at rest, fire: threshold - rest.

>>> threshold_jump(Neuron())
20.0
)");
}

}  // namespace

void bind_response(py::module_& module) {
  define_spectrum(
      module, "impedance", [](const Neuron& n, double f) { return impedance(n, f); },
      R"(Impedance of the membrane (MOhm, complex) at a frequency (Hz): Z = R / (1 + i omega tau).

Voltage lags behind current, so that its phase is <= 0.

>>> impedance(Neuron(), 0)
(10+0j)
)");
  module.def(
      "response_amplitude",
      [](const Neuron& neuron, const Amplitudes<"amplitude">& amplitude, const Frequency& frequency) {
        return elementwise([&](double a, double f) { return response_amplitude(neuron, a, f); }, amplitude, frequency);
      },
      "neuron"_a, "amplitude"_a, "frequency"_a,
      R"(Amplitude (mV) of u under a sinusoidal current of this amplitude (nA) and frequency (Hz).

    A R / sqrt(1 + (omega tau)^2),   omega = 2 pi f / 1000

>>> round(response_amplitude(Neuron(), 2.5, 250), 14)
1.98316742109146
)");
  define_spectrum(
      module, "response_phase", [](const Neuron& n, double f) { return response_phase(n, f); },
      R"(Phase (rad, in (-pi/2, 0]) of u against a sinusoidal current: -atan(omega tau); negative, as it lags.

>>> round(response_phase(Neuron(), 250), 4)
-1.4914
)");
  define_spectrum(
      module, "response_delay", [](const Neuron& n, double f) { return response_delay(n, f); },
      "Delay (ms) of u behind a sinusoidal current: atan(omega tau) / omega; tau for slow currents.");
  module.def("cutoff_frequency", &cutoff_frequency, "neuron"_a,
             R"(The cut-off frequency (Hz), 1000 / (2 pi tau): there |Z| = R/sqrt(2). The membrane is a low-pass filter.

>>> round(cutoff_frequency(Neuron()), 1)
19.9
)");
  bind_grid_impedances(module);
  bind_postsynaptic(module);
}

}  // namespace lapicque::python
