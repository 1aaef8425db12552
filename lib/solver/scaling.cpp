#include "solver/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "input/transform.hpp"
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
  /// For with_events.
  auto events(int time, int size) {
    return [this, time, size](std::vector<Event>& events) {
      for (Event& event : events) event = {(*this)(event.time, time), (*this)(event.size, size)};
    };
  }
  bool exact() const { return exact_; }

 private:
  bool exact_ = true;
};

/// The problem with all voltages multiplied by 2^volts, all times by 2^ms and all currents by 2^amps.
std::optional<Problem> rescaled(const Problem& problem, int volts, int ms, int amps) {
  Scaler scale;
  const Neuron& neuron = problem.neuron;
  std::vector<AfterSpike> after_spike;
  for (const auto& [kind, jump, tau] : neuron.after_spike())
    after_spike.push_back({kind, scale(jump, kind == AfterSpike::Kind::current ? amps : volts), scale(tau, ms)});
  NeuronParameters parameters{.rest = scale(neuron.rest(), volts),
                              .reset = scale(neuron.reset(), volts),
                              .threshold = scale(neuron.threshold(), volts),
                              .resistance = scale(neuron.resistance(), volts - amps),
                              .tau = scale(neuron.tau(), ms),
                              .refractory = scale(neuron.refractory(), ms),
                              .initial = scale(neuron.initial(), volts),
                              .reset_rule = neuron.reset_rule(),
                              .refractory_rule = neuron.refractory_rule(),
                              .after_spike = std::move(after_spike)};
  const double end = scale(problem.until, ms);

  try {
    Current result = transform(
        problem.current,
        Overloaded{
            [&](const Step& s) { return step(scale(s.start, ms), scale(s.stop, ms), scale(s.amplitude, amps)); },
            [&](const Ramp& r) {
              return ramp(scale(r.start, ms), scale(r.stop, ms), scale(r.from, amps), scale(r.to, amps));
            },
            [&](const Sinusoid& s) {
              return sinusoid(scale(s.start, ms), scale(s.stop, ms), scale(s.amplitude, amps), scale(s.frequency, -ms),
                              s.phase);
            },
            [&](const Samples& s) {
              std::vector<double> values = *s.values;
              for (double& value : values) value = scale(value, amps);
              return samples(scale(s.start, ms), scale(s.step, ms), std::move(values), s.hold);
            },
            [&](const Pulses& p) { return current_of(with_events(p, scale.events(ms, volts))); },
            [&](Synapse s) {
              s.tau = scale(s.tau, ms);
              return current_of(with_events(s, scale.events(ms, amps)));
            },
        });
    if (scale.exact()) return Problem{Neuron(parameters), std::move(result), end};
  } catch (const InvalidArgument&) {  // what is valid in its own units is not in these: it overflows or vanishes
  }
  return std::nullopt;
}

}  // namespace

ScaledProblem scaled(const Problem& problem) {
  const Neuron& neuron = problem.neuron;
  const double distance = std::max(std::fabs(neuron.rest() - neuron.threshold()), neuron.threshold() - neuron.reset());
  const Scale scale{std::isfinite(distance) ? std::ilogb(distance) : 0, std::ilogb(neuron.tau())};
  if (std::abs(scale.voltage) <= harmless && std::abs(scale.time) <= harmless) return {problem, {}, true};
  if (!problem.receptors.empty()) return {problem, {}, false};  // what comes might not fit in units of ours
  // In currents' own units the resistance is near 1, unless that costs a current its last digits.
  const int resistance = std::ilogb(neuron.resistance());
  for (const int amps : {resistance - scale.voltage, 0}) {
    if (auto in_scale = rescaled(problem, -scale.voltage, -scale.time, amps)) {
      return {std::move(*in_scale), scale, true};
    }
  }
  return {problem, {}, false};
}

}  // namespace lapicque::detail
