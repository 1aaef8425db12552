#include "lapicque/response.hpp"

#include <cmath>
#include <numbers>

#include "input/argument.hpp"
#include "lapicque/error.hpp"
#include "numbers/cycles.hpp"

namespace lapicque {
namespace {

// omega tau_m, the frequency in units of the cut-off frequency.
double relative_frequency(const Neuron& neuron, double frequency) {
  detail::require_not_negative(frequency, "frequency", "Hz");
  return angular_frequency(frequency) * neuron.tau();
}

// R gain / (z - 1 + gain), z = exp(i omega dt): the transfer function of u += gain (u_inf - u), read at the grid times.
// z - 1 is written so that it keeps its digits where omega dt is small.
std::complex<double> stepped_impedance(const Neuron& neuron, double gain, double frequency, double dt) {
  detail::require_not_negative(frequency, "frequency", "Hz");
  const double angle = detail::angle_after(frequency, dt);
  const double half_sine = std::sin(angle / 2);
  return neuron.resistance() * gain / std::complex<double>(gain - 2 * half_sine * half_sine, std::sin(angle));
}

}  // namespace

double angular_frequency(double frequency) noexcept {
  return 2 * std::numbers::pi * (frequency / detail::ms_per_second);
}

std::complex<double> impedance(const Neuron& neuron, double frequency) {
  const double x = relative_frequency(neuron, frequency);
  return {neuron.resistance() / (1 + x * x), 0 - neuron.resistance() / (x + 1 / x)};  // at 0 Hz 0, not -0
}

double response_amplitude(const Neuron& neuron, double amplitude, double frequency) {
  detail::require_finite(amplitude, "amplitude", "nA");
  return amplitude * neuron.resistance() / std::hypot(1, relative_frequency(neuron, frequency));
}

double response_phase(const Neuron& neuron, double frequency) {
  return 0 - std::atan(relative_frequency(neuron, frequency));  // at 0 Hz 0, not -0
}

double response_delay(const Neuron& neuron, double frequency) {
  const double x = relative_frequency(neuron, frequency);
  return x == 0 ? neuron.tau() : neuron.tau() * (std::atan(x) / x);
}

double cutoff_frequency(const Neuron& neuron) { return detail::ms_per_second / (2 * std::numbers::pi) / neuron.tau(); }

std::complex<double> held_impedance(const Neuron& neuron, double frequency, double dt) {
  detail::require_positive(dt, "dt", "ms");
  return stepped_impedance(neuron, -std::expm1(-dt / neuron.tau()), frequency, dt);
}

std::complex<double> euler_impedance(const Neuron& neuron, double frequency, double dt) {
  detail::require_positive(dt, "dt", "ms");
  if (dt >= 2 * neuron.tau()) {
    throw InvalidArgument("dt", to_text(dt, "ms"), "forward Euler is stable only for steps of less than 2 tau",
                          "choose one below " + to_text(2 * neuron.tau(), "ms"));
  }
  return stepped_impedance(neuron, dt / neuron.tau(), frequency, dt);
}

SinusoidResponse sinusoid_response(const Neuron& neuron, double amplitude, double frequency, double t, double phase) {
  detail::require_not_negative(t, "t", "ms");
  detail::require_finite(phase, "phase", "rad");
  const double size = response_amplitude(neuron, amplitude, frequency);
  const double shift = phase + response_phase(neuron, frequency);
  return {.steady = size * std::sin(detail::angle_after(frequency, t) + shift),
          .transient = -size * std::sin(shift) * std::exp(-t / neuron.tau())};
}

}  // namespace lapicque
