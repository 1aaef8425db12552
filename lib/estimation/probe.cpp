#include "probe.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "brief.hpp"
#include "lapicque/current_value.hpp"

namespace lapicque::estimation {
namespace {

/// mV: as far above rest as the thresholds of most neurons lie.
constexpr double usual_threshold = 30;

double rounded(double value) {
  const double digit = std::pow(10, std::floor(std::log10(value)) - 1);
  return std::round(value / digit) * digit;
}

double strongest_current(const Current& current, std::span<const double> times) {
  CurrentEvaluator evaluator(current);
  double strongest = 0;
  for (const double time : times) strongest = std::max(strongest, evaluator.value_at(time));
  return strongest;
}

/// The response to the first step has to be seen to bend, and spikes to come, two at least, at each of two speeds.
std::vector<Step> three_steps(const NeuronEstimate& known, const MeasuredTrace& trace, double rheobase) {
  constexpr double tau_of_record = 0.05;  // of the record, where tau is not known
  constexpr double settling = 5;          // time constants, after which a phase is over
  // Of the rheobase: the amplitudes of the three steps.
  constexpr double below = 0.5;
  constexpr double above = 1.5;
  constexpr double far_above = 4;
  const double span = trace.times.back() - trace.times.front();
  const double tau = known.tau ? known.tau->value : tau_of_record * span;
  const double refractory = known.refractory ? known.refractory->value : 0;
  const double unit = rounded(rheobase);
  const double phase = rounded(settling * (tau + refractory));
  return {
      {phase, 2 * phase, below * unit}, {3 * phase, 5 * phase, above * unit}, {6 * phase, 7 * phase, far_above * unit}};
}

Probe after_spikes(const NeuronEstimate& known, const MeasuredTrace& trace, const Current& current) {
  double rheobase = strongest_current(current, trace.times);
  if (known.rest && known.resistance && known.threshold) {
    const double needed = (known.threshold->value - known.rest->value) / known.resistance->value;
    if (needed > 0) rheobase = needed;
  }
  if (!(rheobase > 0)) return {{}, "nothing tells how strong a current would make it fire: no current was above 0"};
  return {three_steps(known, trace, rheobase), {}};
}

/// The fitted course and not the trace, whose noise reaches above it.
double highest_potential(const NeuronEstimate& known) {
  double highest = known.rest ? known.rest->value : known.fitted.front();
  for (const double potential : known.fitted) highest = std::max(highest, potential);
  return highest;
}

Probe without_spikes(const NeuronEstimate& known, const MeasuredTrace& trace) {
  const double highest = highest_potential(known);
  const std::string unknown = "nothing is known of the threshold but that it lies above " + brief(highest, "mV", 5) +
                              ", where the potential was";
  if (!known.rest || !known.resistance) {
    return {{}, unknown + ", nor of the current that would reach it: rest and resistance are not both determined"};
  }
  const double height = std::max(2 * (highest - known.rest->value), usual_threshold);
  return {three_steps(known, trace, height / known.resistance->value),
          unknown + "; this current would reach one of up to " + brief(known.rest->value + height, "mV", 5)};
}

}  // namespace

Probe probing_current(const NeuronEstimate& known, const MeasuredTrace& trace, const Current& current) {
  return known.spikes.empty() ? without_spikes(known, trace) : after_spikes(known, trace, current);
}

}  // namespace lapicque::estimation
