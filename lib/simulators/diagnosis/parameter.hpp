#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "simulators/diagnosis/hypothesis.hpp"

namespace lapicque::diagnosis {

/// A number of the problem that may be another one in theirs.
struct Parameter {
  std::string_view name;                         ///< of the diagnosis: "other-tau"
  std::string quantity;                          ///< "tau"
  std::string_view unit;                         ///< "ms"; empty for a factor
  double given;                                  ///< its value in the problem
  std::vector<double> values;                    ///< ascending: some between which it is looked for, `given` among them
  std::function<bool(Hypothesis&, double)> set;  ///< false where that makes no neuron
};

/// All that may be wrong in this problem, the likeliest first.
std::vector<Parameter> parameters_of(const NeuronParameters& neuron, const Current& current);

/// The names of parameters' diagnoses and what they say.
std::string_view describe_parameter(std::string_view name);

}  // namespace lapicque::diagnosis
