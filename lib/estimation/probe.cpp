#include "probe.hpp"

#include <algorithm>
#include <cmath>

namespace lapicque::estimation {

std::vector<Step> probing_steps(const NeuronEstimate& known, const VoltageTrace& trace, const Current& current) {
  // The response to the first step has to be seen to bend, and spikes to come, two at least, at each of two speeds.
  const double span = trace.times.back() - trace.times.front();
  const double tau = known.tau ? known.tau->value : span / 20;
  const double refractory = known.refractory ? known.refractory->value : 0;
  double strongest = 0;
  for (const Step& s : current.steps()) strongest = std::max(strongest, std::abs(s.amplitude));
  for (const Ramp& r : current.ramps()) strongest = std::max({strongest, std::abs(r.from), std::abs(r.to)});
  for (const Sinusoid& s : current.sinusoids()) strongest = std::max(strongest, std::abs(s.amplitude));
  for (const Samples& s : current.samples()) {
    for (const double value : *s.values) strongest = std::max(strongest, std::abs(value));
  }
  double rheobase = strongest > 0 ? 2 * strongest : 1;
  if (known.rest && known.resistance) {
    const double highest =
        known.threshold ? known.threshold->value : *std::max_element(trace.potentials.begin(), trace.potentials.end());
    const double needed = (highest - known.rest->value) / known.resistance->value;
    if (needed > 0) rheobase = known.threshold ? needed : 2 * needed;
  }
  const auto rounded = [](double value) {
    const double digit = std::pow(10, std::floor(std::log10(value)) - 1);
    return std::round(value / digit) * digit;
  };
  const double unit = rounded(rheobase);
  const double phase = rounded(5 * (tau + refractory));
  return {{phase, 2 * phase, unit / 2}, {3 * phase, 5 * phase, 1.5 * unit}, {6 * phase, 7 * phase, 4 * unit}};
}

}  // namespace lapicque::estimation
