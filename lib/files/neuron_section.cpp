#include "neuron_section.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lapicque/error.hpp"
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

constexpr Key kind_key{"kind", R"("current")", std::nullopt};
constexpr Key tau_key{"tau", R"("100 ms")", Dimension::time, 1};
constexpr std::array after_spike_current_keys{kind_key, Key{"jump", R"("-0.1 nA")", Dimension::current, 0}, tau_key};
constexpr std::array after_spike_threshold_keys{kind_key, Key{"jump", R"("4 mV")", Dimension::voltage, 0}, tau_key};

/// One [[neuron.after_spike]]; empty, with a note, where its kind is not told.
std::optional<AfterSpike> read_after_spike(Problems& problems, const toml::table& table, const std::string& path) {
  constexpr std::array<std::string_view, 2> kinds{"current", "threshold"};
  std::vector<Key> any{kind_key};  // which dimension the jump has depends on the kind
  for (const auto& [key, node] : table) {
    if (key.str() != kind_key.name) any.push_back({key.str(), "", std::nullopt});
  }
  const auto kind = Section(problems, table, path, "an after-spike part", any).choice("kind", kinds);
  if (!kind) return std::nullopt;
  const bool is_current = *kind == 0;
  Section section(problems, table, path, is_current ? "an after-spike current" : "an after-spike threshold",
                  is_current ? after_spike_current_keys : after_spike_threshold_keys);
  const AfterSpike none{is_current ? AfterSpike::Kind::current : AfterSpike::Kind::threshold, 0, 1};
  const auto make = [&] {
    const AfterSpike part{none.kind, section.number("jump"), section.number("tau")};
    if (part.tau > 0) return part;
    throw InvalidArgument("tau", to_text(part.tau, "ms"), "the time constant of a decaying part must be greater than 0",
                          "write for example 100 ms");
  };
  return section.build(make, none);
}

std::vector<AfterSpike> read_after_spikes(Section& section) {
  std::vector<AfterSpike> parts;
  const toml::node* node = section.node("after_spike");
  if (node == nullptr) return parts;
  const auto* list = node->as_array();
  if (list == nullptr) {
    section.refuse("after_spike", "after-spike parts are a list, not " + kind_of(*node),
                   "write [[neuron.after_spike]] above the keys of each");
    return parts;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string path = section.path_of("after_spike") + "[" + std::to_string(i + 1) + "]";
    if (const auto* table = (*list)[i].as_table()) {
      if (const auto part = read_after_spike(section.problems(), *table, path)) parts.push_back(*part);
    } else {
      section.problems().add((*list)[i], path, "an after-spike part is a table, not " + kind_of((*list)[i]),
                             "write [[neuron.after_spike]] above its keys");
    }
  }
  return parts;
}

}  // namespace

Neuron read_neuron(Section& section, const NeuronValues& instead) {
  for (const auto& [key, value] : instead) section.replace(key, value);
  const auto keys = membrane_keys_of(section, instead);
  constexpr std::array<std::string_view, 2> reset_rules{"to", "by"};
  constexpr std::array<std::string_view, 3> refractory_rules{"clamped", "jumps-kept", "silent"};
  const auto rule_of = [&](std::string_view key, std::span<const std::string_view> rules) {
    return section.has(key) ? section.choice(key, rules).value_or(0) : 0;
  };
  const auto reset_rule = static_cast<ResetRule>(rule_of("reset_rule", reset_rules));
  const auto refractory_rule = static_cast<RefractoryRule>(rule_of("refractory_rule", refractory_rules));
  const auto after_spike = read_after_spikes(section);
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
                                .initial = section.optional_number("initial"),
                                .reset_rule = reset_rule,
                                .refractory_rule = refractory_rule,
                                .after_spike = after_spike};
    const auto [resistance, tau] = read_membrane();
    parameters.resistance = resistance;
    parameters.tau = tau;
    return Neuron(parameters);
  };
  return section.build(make, Neuron{});
}

}  // namespace lapicque::detail
