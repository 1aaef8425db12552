#include "lapicque/detail/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

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
  std::shared_ptr<const std::vector<Event>> events(const std::vector<Event>& given, int time, int size) {
    auto result = std::make_shared<std::vector<Event>>();
    result->reserve(given.size());
    for (const Event& event : given) result->push_back({(*this)(event.time, time), (*this)(event.size, size)});
    return result;
  }
  bool exact() const { return exact_; }

 private:
  bool exact_ = true;
};

/// The problem with all voltages multiplied by 2^volts and all times by 2^ms. Currents stay as they are: the resistance
/// takes the voltages' factor.
std::optional<Problem> rescaled(const Neuron& neuron, const Current& current, double until, int volts, int ms) {
  Scaler scale;
  NeuronParameters parameters{.rest = scale(neuron.rest(), volts),
                              .reset = scale(neuron.reset(), volts),
                              .threshold = scale(neuron.threshold(), volts),
                              .resistance = scale(neuron.resistance(), volts),
                              .tau = scale(neuron.tau(), ms),
                              .refractory = scale(neuron.refractory(), ms),
                              .initial = scale(neuron.initial(), volts)};
  const double end = scale(until, ms);

  Current result;
  for (const Step& piece : current.steps()) {
    result += Current(Step{scale(piece.start, ms), scale(piece.stop, ms), piece.amplitude});
  }
  for (const Ramp& piece : current.ramps()) {
    result += Current(Ramp{scale(piece.start, ms), scale(piece.stop, ms), piece.from, piece.to});
  }
  for (const Sinusoid& piece : current.sinusoids()) {
    result += Current(Sinusoid{scale(piece.start, ms), scale(piece.stop, ms), piece.amplitude,
                               scale(piece.frequency, -ms), piece.phase});
  }
  for (const Samples& piece : current.samples()) {
    result += Current(Samples{scale(piece.start, ms), scale(piece.step, ms), piece.hold, piece.values});
  }
  for (const Pulses& piece : current.pulses()) {
    result += Current(Pulses{scale.events(*piece.events, ms, volts)});
  }
  for (const Synapse& piece : current.synapses()) {
    result += Current(Synapse{piece.shape, scale(piece.tau, ms), scale.events(*piece.events, ms, 0)});
  }
  if (!scale.exact()) return std::nullopt;
  return Problem{Neuron(parameters), std::move(result), end};
}

}  // namespace

ScaledProblem scaled(const Neuron& neuron, const Current& current, double until) {
  const double distance = std::max(std::fabs(neuron.rest() - neuron.threshold()), neuron.threshold() - neuron.reset());
  const Scale scale{std::isfinite(distance) ? std::ilogb(distance) : 0, std::ilogb(neuron.tau())};
  if (std::abs(scale.voltage) > harmless || std::abs(scale.time) > harmless) {
    if (auto problem = rescaled(neuron, current, until, -scale.voltage, -scale.time)) {
      return {std::move(*problem), scale};
    }
  }
  return {{neuron, current, until}, {}};
}

}  // namespace lapicque::detail
