#include "exercises/euler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lapicque/current_value.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque::program {

double euler_tau(double tau, double dt) { return -dt / std::log1p(-dt / tau); }

Neuron euler_neuron(const Neuron& neuron, double dt) {
  return Neuron({.rest = neuron.rest(),
                 .reset = neuron.reset(),
                 .threshold = neuron.threshold(),
                 .resistance = neuron.resistance(),
                 .tau = euler_tau(neuron.tau(), dt),
                 .refractory = neuron.refractory(),
                 .initial = neuron.initial()});
}

double next_grid_time(double time, double dt) {
  constexpr double rounding = 1e-9;  // of a step: what n dt and `time` may be off by
  return std::ceil(time / dt - rounding) * dt;
}

double euler_refractory(const Neuron& neuron, double dt) { return std::round(neuron.refractory() / dt) * dt; }

double euler_period(const Neuron& neuron, double current, double dt) {
  const auto rise = first_spike_latency(euler_neuron(neuron, dt), current, neuron.reset());
  return rise ? next_grid_time(*rise, dt) + euler_refractory(neuron, dt) : forever;
}

std::array<double, 2> at_euler_steps(const std::function<double(double dt)>& answer) {
  return {answer(euler_steps[0]), answer(euler_steps[1])};
}

double euler_potential(const Neuron& neuron, const Current& current, double time, double dt) {
  Stepper stepper(neuron, current, dt, Method::euler);
  for (long steps = std::lround(time / dt); steps > 0; --steps) stepper.step();
  return stepper.potential();
}

DataTable trace_data(const Neuron& neuron, const Current& current, double until) {
  const auto trace = stepped_trace(neuron, current, until, euler_steps[0], Method::euler);
  DataTable table{{{"time_ms", trace.times},
                   {"current_nA", {}},
                   {"potential_exact_mV", membrane_potential(neuron, current, trace.times)},
                   {"potential_euler_0.1ms_mV", trace.potentials}}};
  CurrentEvaluator evaluator(current);
  for (const double time : trace.times) table.columns[1].values.push_back(evaluator.value_at(time));
  return table;
}

DataTable spike_data(const Neuron& neuron, const Current& current, double until) {
  DataTable table{{{"exact_ms", spike_times(neuron, current, until)},
                   {"euler_0.1ms_ms", stepped_spike_times(neuron, current, until, euler_steps[0], Method::euler)},
                   {"euler_0.01ms_ms", stepped_spike_times(neuron, current, until, euler_steps[1], Method::euler)}}};
  std::size_t rows = 0;
  for (const auto& column : table.columns) rows = std::max(rows, column.values.size());
  for (auto& column : table.columns) column.values.resize(rows, std::numeric_limits<double>::quiet_NaN());
  return table;
}

}  // namespace lapicque::program
