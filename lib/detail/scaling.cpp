#include "lapicque/detail/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "lapicque/error.hpp"

namespace lapicque::detail {
namespace {

/// Within 2^-100 to 2^100 no product of the few factors that meet in a formula gets near the ends of double's range.
constexpr int harmless = 100;

/// Multiplies by powers of two, and remembers whether that was exact.
class Scaler {
 public:
  double operator()(double value, int exponent) {
    const double result = std::ldexp(value, exponent);
    if (std::isfinite(value) && !(std::ldexp(result, -exponent) == value)) exact_ = false;
    return result;
  }
  std::vector<Event> events(const std::vector<Event>& given, int time, int size) {
    std::vector<Event> result;
    result.reserve(given.size());
    for (const Event& event : given) result.push_back({(*this)(event.time, time), (*this)(event.size, size)});
    return result;
  }
  bool exact() const { return exact_; }

 private:
  bool exact_ = true;
};

/// The problem with all voltages multiplied by 2^volts, all times by 2^ms and all currents by 2^amps.
std::optional<Problem> rescaled(const Neuron& neuron, const Current& current, double until, int volts, int ms,
                                int amps) {
  Scaler scale;
  NeuronParameters parameters{.rest = scale(neuron.rest(), volts),
                              .reset = scale(neuron.reset(), volts),
                              .threshold = scale(neuron.threshold(), volts),
                              .resistance = scale(neuron.resistance(), volts - amps),
                              .tau = scale(neuron.tau(), ms),
                              .refractory = scale(neuron.refractory(), ms),
                              .initial = scale(neuron.initial(), volts)};
  const double end = scale(until, ms);

  try {
    Current result;
    for (const auto& [start, stop, amplitude] : current.steps()) {
      result += step(scale(start, ms), scale(stop, ms), scale(amplitude, amps));
    }
    for (const auto& [start, stop, from, to] : current.ramps()) {
      result += ramp(scale(start, ms), scale(stop, ms), scale(from, amps), scale(to, amps));
    }
    for (const auto& [start, stop, amplitude, frequency, phase] : current.sinusoids()) {
      result += sinusoid(scale(start, ms), scale(stop, ms), scale(amplitude, amps), scale(frequency, -ms), phase);
    }
    for (const auto& [start, step_length, hold, values] : current.samples()) {
      std::vector<double> scaled_values;
      scaled_values.reserve(values->size());
      for (const double value : *values) scaled_values.push_back(scale(value, amps));
      result += samples(scale(start, ms), scale(step_length, ms), std::move(scaled_values), hold);
    }
    for (const Pulses& piece : current.pulses()) result += pulses(scale.events(*piece.events, ms, volts));
    for (const auto& [shape, tau, events] : current.synapses()) {
      const auto make_synapse = shape == Shape::alpha ? alpha_synapse : exponential_synapse;
      result += make_synapse(scale(tau, ms), scale.events(*events, ms, amps));
    }
    if (scale.exact()) return Problem{Neuron(parameters), std::move(result), end};
  } catch (const InvalidArgument&) {  // what is valid in its own units is not in these: it overflows or vanishes
  }
  return std::nullopt;
}

}  // namespace

ScaledProblem scaled(const Neuron& neuron, const Current& current, double until) {
  const double distance = std::max(std::fabs(neuron.rest() - neuron.threshold()), neuron.threshold() - neuron.reset());
  const Scale scale{std::isfinite(distance) ? std::ilogb(distance) : 0, std::ilogb(neuron.tau())};
  if (std::abs(scale.voltage) <= harmless && std::abs(scale.time) <= harmless)
    return {{neuron, current, until}, {}, true};
  // In currents' own units the resistance is near 1, unless that costs a current its last digits.
  const int resistance = std::ilogb(neuron.resistance());
  for (const int amps : {resistance - scale.voltage, 0}) {
    if (auto problem = rescaled(neuron, current, until, -scale.voltage, -scale.time, amps)) {
      return {std::move(*problem), scale, true};
    }
  }
  return {{neuron, current, until}, {}, false};
}

}  // namespace lapicque::detail
