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

constexpr double settled = 40;  // time constants
constexpr double least_points = 64;
constexpr double most_steps = 1e8;  // of a stepper: a second or two

/// The membrane alone: |u - rest| stays below 2 R A, the threshold far above that.
Neuron without_threshold(const Neuron& neuron, double amplitude) {
  const double reach = 10 * neuron.resistance() * amplitude;
  return Neuron({.rest = neuron.rest(),
                 .reset = neuron.rest(),
                 .threshold = neuron.rest() + reach,
                 .resistance = neuron.resistance(),
                 .tau = neuron.tau()});
}

/// t_n = n dt from the end of the transient on, over whole cycles as nearly as dt allows.
struct SampleTimes {
  SampleTimes(const Neuron& neuron, double frequency, double dt)
      : first(std::ceil(settled * neuron.tau() / dt)),
        count(std::round(std::max(2.0, std::ceil(least_points * dt * frequency / 1000)) * 1000 / (frequency * dt))) {}
  double first;
  double count;
};

}  // namespace

Oscillation measure_oscillation(const Neuron& neuron, double amplitude, double frequency, const Solver& solver) {
  const Neuron membrane = without_threshold(neuron, amplitude);
  const Current current = sinusoid(0, forever, amplitude, frequency);
  const double dt = solver.method ? solver.dt : 1000 / frequency / least_points;
  const SampleTimes samples(neuron, frequency, dt);
  if (samples.first + samples.count > most_steps) {
    throw InvalidArgument("--frequency", to_text(frequency, "Hz"), "takes more than 1e8 steps of " + to_text(dt, "ms"),
                          solver.method ? "raise it or lengthen --dt" : "lower it");
  }
  std::vector<double> times;
  std::vector<double> potentials;
  if (!solver.method) {
    for (double n = 0; n < samples.count; ++n) times.push_back((samples.first + n) * dt);
    potentials = membrane_potential(membrane, current, times);
  } else {
    Stepper stepper(membrane, current, dt, *solver.method);
    for (double n = 0; n < samples.first; ++n) stepper.step();
    for (double n = 0; n < samples.count; ++n, stepper.step()) {
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
