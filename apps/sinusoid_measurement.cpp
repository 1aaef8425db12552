#include "sinusoid_measurement.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/response.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque::program {
namespace {

constexpr double settled = 40;         // time constants
constexpr double least_points = 64;    // of a stepper
constexpr double enough_points = 1e6;  // of a stepper that takes more steps, some are left out
constexpr double exact_per_cycle = 8;  // points of the exact potential, each of which takes a microsecond
constexpr double most_exact = 1.25e7;  // times in 8ths of a cycle keep nine digits of their phase

/// The membrane alone, with potentials from rest, where they lose no digits: |u| stays below 2 R A, the threshold far
/// above that.
Neuron without_threshold(const Neuron& neuron, double amplitude) {
  return Neuron({.rest = 0,
                 .reset = 0,
                 .threshold = 10 * neuron.resistance() * amplitude,
                 .resistance = neuron.resistance(),
                 .tau = neuron.tau()});
}

/// Time between the points at which the exact potential is read, ms.
double exact_step(double frequency) { return 1000 / frequency / exact_per_cycle; }

/// t_n = n dt from the end of the transient on, over whole cycles as nearly as dt allows; two at the least.
struct SampleTimes {
  SampleTimes(const Neuron& neuron, double frequency, double dt, double points = least_points)
      : first(std::ceil(settled * neuron.tau() / dt)),
        count(std::round(std::max(2.0, std::ceil(points * dt * frequency / 1000)) * 1000 / (frequency * dt))) {}
  double first;
  double count;
};

}  // namespace

double measured_time(const Neuron& neuron, double frequency, double dt) {
  const SampleTimes samples(neuron, frequency, dt);
  return (samples.first + samples.count) * dt;
}

Oscillation measure_oscillation(const Neuron& neuron, double amplitude, double frequency, const Solver& solver) {
  const Neuron membrane = without_threshold(neuron, amplitude);
  const Current current = sinusoid(0, forever, amplitude, frequency);
  const double dt = solver.method ? solver.dt : exact_step(frequency);
  const SampleTimes samples(neuron, frequency, dt, solver.method ? least_points : exact_per_cycle);
  if (!solver.method && samples.first + samples.count > most_exact) {
    throw InvalidArgument("--frequency", to_text(frequency, "Hz"),
                          "is too high to be checked after " + to_text(settled) + " time constants", "lower it");
  }
  std::vector<double> times;
  std::vector<double> potentials;
  if (!solver.method) {
    for (double n = 0; n < samples.count; ++n) times.push_back((samples.first + n) * dt);
    potentials = membrane_potential(membrane, current, times);
  } else {
    Stepper stepper(membrane, current, dt, *solver.method);
    for (double n = 0; n < samples.first; ++n) stepper.step();
    const double stride = std::max(1.0, std::floor(samples.count / enough_points));
    for (double n = 0; n < samples.count; ++n, stepper.step()) {
      if (std::fmod(n, stride) != 0) continue;
      times.push_back(stepper.time());
      potentials.push_back(stepper.potential());
    }
  }
  return fit_oscillation(times, potentials, frequency);
}

Oscillation measure_held_oscillation(const Neuron& neuron, double amplitude, double frequency, double dt) {
  const SampleTimes samples(neuron, frequency, dt);
  std::vector<double> values;
  std::vector<double> times;
  const double omega = angular_frequency(frequency);
  for (double n = 0; n < samples.first + samples.count; ++n) {
    values.push_back(amplitude * std::sin(omega * (n * dt)));
    if (n >= samples.first) times.push_back(n * dt);
  }
  const auto potentials =
      membrane_potential(without_threshold(neuron, amplitude), lapicque::samples(0, dt, std::move(values)), times);
  return fit_oscillation(times, potentials, frequency);
}

}  // namespace lapicque::program
