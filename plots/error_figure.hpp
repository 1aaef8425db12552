#pragma once

#include <span>
#include <string>
#include <vector>

#include "figure.hpp"
#include "lapicque/comparison.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::figures {

/// A train beside the compared one, such as what a diagnosis predicts: its errors are drawn as well.
struct ErrorCurve {
  std::string name;
  Comparison comparison;  ///< against the same reference
};

/// The error of each matched spike over its number in the reference (from 1), with the tolerance as two lines, and
/// crosses and squares on the line of no error where spikes are missed or invented.
Figure error_figure(const std::string& title, const Neuron& neuron, std::span<const double> reference,
                    std::span<const double> theirs, const Comparison& comparison, double tolerance,
                    const std::vector<ErrorCurve>& further = {});

}  // namespace lapicque::figures
