#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "simulators/diagnosis/agreement.hpp"
#include "simulators/diagnosis/parameter.hpp"

namespace lapicque::diagnosis {

/// One parameter with which a train fits.
struct ParameterFit {
  double value;      ///< the shortest decimal that fits
  double low, high;  ///< about that far it fits
};

/// The train that a hypothesis predicts until their first `count` spikes are over, or, with `count` 0, the whole one;
/// empty if that takes too long.
using Predict = std::function<std::optional<std::vector<double>>(const Hypothesis&, std::size_t count)>;

/// Looks for a value of one parameter with which a hypothesis predicts their train.
///
/// Which way the first spike that differs is off says on which side the value lies, as each parameter delays all
/// spikes or none: between two values that are off in different ways it is bisected, on few spikes first and on more
/// as these agree. Where the first difference changes its sign more than once, each change is looked into.
///
/// @param beginning  the problem as far as the first six spikes need it
/// @param base       the whole problem
/// Cost: some 40 runs to the first spikes, and some 30 of the whole train where a value fits.
std::optional<ParameterFit> fit_parameter(const Parameter& parameter, const Hypothesis& beginning,
                                          const Hypothesis& base, const Predict& predict, const Agreement& agreement,
                                          Fit fit);

/// The shortest decimal in [low, high], its number of digits, and the distance between decimals of its length.
struct ShortDecimal {
  double value;
  int digits;
  double unit;
};
ShortDecimal shortest_decimal(double low, double high);

}  // namespace lapicque::diagnosis
