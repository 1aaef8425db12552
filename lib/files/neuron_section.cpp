#include "neuron_section.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "membrane.hpp"

namespace lapicque::detail {
namespace {

/// The keys of the numbers that determine a section's membrane; none, with a note, if there are no such two.
std::vector<std::string_view> membrane_keys_of(Section& section, const NeuronValues& instead) {
  std::vector<std::string_view> base;
  for (const auto key : membrane_keys) {
    if (section.has(key)) base.push_back(key);
  }
  const auto keys = effective_membrane_keys(instead, base);
  const auto is_usual = [](auto key) { return key == "tau" || key == "resistance"; };
  // What is missing of these two is told as any missing key is.
  if (keys.size() < 2 && std::all_of(keys.begin(), keys.end(), is_usual)) return {"tau", "resistance"};
  const auto problem = membrane_problem(keys);
  if (!problem) return keys;
  // Where one of them is a misspelt one, that is to be mended first.
  if (std::none_of(keys.begin(), keys.end(), [&](auto key) { return section.is_misspelt(key); })) {
    section.refuse(keys.back(), problem->rule, problem->mend);
  }
  return {};
}

}  // namespace

Neuron read_neuron(Section& section, const NeuronValues& instead) {
  for (const auto& [key, value] : instead) section.replace(key, value);
  const auto keys = membrane_keys_of(section, instead);
  const auto read_membrane = [&] {
    std::map<std::string_view, double> values;
    for (const auto key : keys) values.emplace(key, section.number(key));
    return values.empty() ? Membrane{1, 1} : membrane(values);
  };
  const auto make = [&] {
    NeuronParameters parameters{.rest = section.number("rest"),
                                .reset = section.number("reset"),
                                .threshold = section.number("threshold"),
                                .refractory = section.number("refractory", 0),
                                .initial = section.optional_number("initial")};
    const auto [resistance, tau] = read_membrane();
    parameters.resistance = resistance;
    parameters.tau = tau;
    return Neuron(parameters);
  };
  return section.build(make, Neuron{});
}

}  // namespace lapicque::detail
