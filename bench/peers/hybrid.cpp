#include "hybrid.hpp"

#include <cmath>
#include <numbers>

namespace lapicque::peers {

Equation::Equation(const Problem& problem)
    : rest_(problem.neuron.rest()),
      resistance_(problem.neuron.resistance()),
      rate_(1 / problem.neuron.tau()),
      threshold_(problem.neuron.threshold()),
      direct_(problem.direct),
      amplitude_(problem.amplitude),
      omega_(2 * std::numbers::pi * problem.frequency / 1000),
      synaptic_rate_(problem.arrivals.empty() ? 0 : 1 / problem.synapse_tau) {}

double Equation::slope(double t, double potential, double synaptic) const noexcept {
  double current = direct_ + synaptic;
  if (amplitude_ != 0) current += amplitude_ * std::sin(omega_ * t);
  return rate_ * (rest_ - potential + resistance_ * current);
}

std::vector<double> hybrid_spikes(const Problem& problem, OdeSolver& solver) {
  const Neuron& neuron = problem.neuron;
  const bool jumping = !problem.jumps.empty();
  const std::vector<Event>& events = jumping ? problem.jumps : problem.arrivals;
  std::vector<double> spikes;
  auto next = events.begin();

  // The clamp's end is the time to go on from: jumps before it are lost, the synaptic current decays and takes
  // arrivals.
  const auto reset = [&](double time, double synaptic) {
    spikes.push_back(time);
    const double end = time + neuron.refractory();
    const auto decay_to = [&](double later) {
      if (synaptic != 0) synaptic *= std::exp((time - later) / problem.synapse_tau);
      time = later;
    };
    for (; next != events.end() && next->time < end; ++next) {
      if (jumping) continue;
      decay_to(next->time);
      synaptic += next->size;
    }
    decay_to(end);
    if (end < problem.until) solver.restart(end, {neuron.reset(), synaptic});
    return end;
  };

  double time = 0;
  solver.restart(time, {neuron.initial(), 0});
  while (time < problem.until) {
    const bool event_first = next != events.end() && next->time <= problem.until;
    const double stop = event_first ? next->time : problem.until;
    if (stop > time && solver.advance(stop)) {
      time = reset(solver.time(), solver.state().synaptic);
      continue;
    }
    time = stop;
    if (!event_first) break;
    State state = solver.state();
    (jumping ? state.potential : state.synaptic) += next->size;
    ++next;
    if (state.potential >= neuron.threshold()) {
      time = reset(time, state.synaptic);
    } else {
      solver.restart(time, state);
    }
  }
  return spikes;
}

}  // namespace lapicque::peers
