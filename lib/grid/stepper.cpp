#include "lapicque/stepper.hpp"

#include <cmath>

#include "grid/few_steps.hpp"
#include "input/argument.hpp"

namespace lapicque {
namespace {

void require_run(double until, double dt) {
  detail::require_positive(until, "until", "ms");
  detail::require_positive(dt, "dt", "ms");
  detail::require_few_steps(until, dt);
}

}  // namespace

Stepper::Stepper(const Neuron& neuron, const Current& current, double dt, Method method)
    : neuron_(neuron), current_(current), dt_(dt), potential_(neuron.initial()) {
  detail::require_positive(dt, "dt", "ms");
  detail::require_plain(neuron, "a stepper");
  gain_ = method == Method::euler ? dt / neuron.tau() : -std::expm1(-dt / neuron.tau());
  refractory_steps_ = std::round(neuron.refractory() / dt);
  const auto take = Overloaded{
      [](const HasValue auto&) {}, [this](const Pulses& pulses) { pulses_.push_back({.pulses = pulses}); },
      [](const Synapse&) {},  // a part of the current
  };
  for (const Piece& piece : current.pieces()) std::visit(take, piece);
  act(take_jumps(0));
}

void Stepper::step() {
  const double held = current_.value_at(time());
  const bool moves = n_ >= resume_;
  if (moves) potential_ += gain_ * std::fma(neuron_.resistance(), held, neuron_.rest() - potential_);
  // A step that begins in refractoriness loses its jumps, unless they come as refractoriness ends.
  const double time_before = time();
  n_ += 1;
  const double jump = take_jumps(moves ? time_before : time());
  if (n_ >= resume_) {
    act(jump);
  } else {
    spiked_ = false;
  }
}

// The sum of the jumps up to t_n that were not taken before; what came before `from` is lost.
double Stepper::take_jumps(double from) {
  double sum = 0;
  for (auto& [pulses, next] : pulses_) {
    const std::vector<Event>& events = *pulses.events;
    for (; next < events.size() && events[next].time <= time(); ++next) {
      if (events[next].time >= from) sum += events[next].size;
    }
  }
  return sum;
}

void Stepper::act(double jump) {
  potential_ += jump;
  spiked_ = potential_ > neuron_.threshold() || (jump != 0 && potential_ == neuron_.threshold());
  if (spiked_) {
    potential_ = neuron_.reset();
    resume_ = n_ + refractory_steps_;
  }
}

std::vector<double> stepped_spike_times(const Neuron& neuron, const Current& current, double until, double dt,
                                        Method method) {
  require_run(until, dt);
  std::vector<double> spikes;
  Stepper stepper(neuron, current, dt, method);
  for (;;) {
    if (stepper.spiked()) spikes.push_back(stepper.time());
    if (stepper.next_time() > until) return spikes;
    stepper.step();
  }
}

SteppedTrace stepped_trace(const Neuron& neuron, const Current& current, double until, double dt, Method method) {
  require_run(until, dt);
  SteppedTrace trace;
  Stepper stepper(neuron, current, dt, method);
  for (;;) {
    trace.times.push_back(stepper.time());
    trace.potentials.push_back(stepper.potential());
    if (stepper.spiked()) trace.spikes.push_back(stepper.time());
    if (stepper.next_time() > until) return trace;
    stepper.step();
  }
}

}  // namespace lapicque
