#include "lapicque/diagnosis.hpp"

#include "grid/few_steps.hpp"
#include "input/argument.hpp"
#include "simulators/diagnosis/search.hpp"

namespace lapicque {

std::string_view describe_diagnosis(std::string_view name) {
  for (const diagnosis::Change& change : diagnosis::changes()) {
    if (change.name == name) return change.sentence;
  }
  for (const auto describe : {diagnosis::describe_outcome, diagnosis::describe_parameter}) {
    if (const auto sentence = describe(name); !sentence.empty()) return sentence;
  }
  for (const NamedConvention& convention : conventions()) {
    if (convention.name == name) return convention.description;
  }
  return {};
}

Diagnosis diagnose(const Neuron& neuron, const Current& current, double until, std::span<const double> theirs,
                   const DiagnosisOptions& options) {
  detail::require_positive(until, "until", "ms");
  detail::require_plain(neuron, "a diagnosis");
  if (options.dt) detail::require_positive(*options.dt, "dt", "ms");
  if (options.dt) detail::require_few_steps(until, *options.dt);
  if (!options.convention.empty() && !options.dt) {
    throw InvalidArgument("dt", "none", "the convention " + options.convention + " needs a time step", "give one");
  }
  return diagnosis::Search(neuron, current, until, theirs, options).run();
}

}  // namespace lapicque
