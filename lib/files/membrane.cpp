#include "membrane.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lapicque/error.hpp"

namespace lapicque::detail {
namespace {

struct Text {
  std::string_view key;
  const char* name;
  const char* unit;
  const char* example;
};

constexpr std::array<Text, membrane_keys.size()> texts{{
    {"tau", "membrane time constant", "ms", "8 ms"},
    {"resistance", "membrane resistance", "MOhm", "10 Mohm"},
    {"capacitance", "membrane capacitance", "nF", "800 pF"},
    {"leak_conductance", "leak conductance", "uS", "100 nS"},
}};

const Text& text_for(std::string_view key) {
  return *std::find_if(texts.begin(), texts.end(), [&](const Text& text) { return text.key == key; });
}

std::string listed(const std::vector<std::string_view>& words, const std::string& last) {
  std::string all;
  for (std::size_t k = 0; k < words.size(); ++k) {
    all.append(k == 0 ? "" : k + 1 == words.size() ? last : ", ").append(words[k]);
  }
  return all;
}

/// The keys that determine R and tau_m together with this one.
std::vector<std::string_view> partners(std::string_view key) {
  std::vector<std::string_view> result;
  for (const auto other : membrane_keys) {
    const bool are_one_number =
        (key == "resistance" && other == "leak_conductance") || (key == "leak_conductance" && other == "resistance");
    if (other != key && !are_one_number) result.push_back(other);
  }
  return result;
}

}  // namespace

std::vector<std::string_view> effective_membrane_keys(const std::map<std::string, double, std::less<>>& given,
                                                      const std::vector<std::string_view>& base) {
  std::vector<std::string_view> keys;
  for (const auto key : membrane_keys) {
    if (given.contains(key)) keys.push_back(key);
  }
  if (keys.size() > 1) return keys;
  if (keys.empty() || std::find(base.begin(), base.end(), keys.front()) != base.end()) return base;
  const auto key = keys.front();
  if (base.size() > 1) {
    throw InvalidArgument(std::string(key), to_text(given.find(key)->second, text_for(key).unit),
                          "is given over " + listed(base, " and ") + ", and which of them stays is not said",
                          "give " + listed(partners(key), " or ") + " as well");
  }
  keys.insert(keys.end(), base.begin(), base.end());
  std::sort(keys.begin(), keys.end(), [](auto a, auto b) {
    return std::find(membrane_keys.begin(), membrane_keys.end(), a) <
           std::find(membrane_keys.begin(), membrane_keys.end(), b);
  });
  return keys;
}

std::optional<MembraneProblem> membrane_problem(const std::vector<std::string_view>& keys) {
  if (keys.size() > 2) {
    return MembraneProblem{
        "two of " + listed(keys, " and ") + " determine the membrane, and further ones may contradict them",
        "keep two of them"};
  }
  if (keys == std::vector<std::string_view>{"resistance", "leak_conductance"}) {
    return MembraneProblem{"resistance and leak_conductance are one number (R = 1/g) and leave tau open",
                           "give tau or capacitance in the place of one of them"};
  }
  if (keys.size() == 2) return std::nullopt;
  if (keys.empty()) return MembraneProblem{"the membrane is missing", "give tau and resistance"};
  return MembraneProblem{std::string(keys.front()) + " alone does not determine tau and resistance",
                         "give " + listed(partners(keys.front()), " or ") + " as well"};
}

Membrane membrane(const std::map<std::string_view, double>& values) {
  for (const auto& [key, value] : values) {
    const auto& text = text_for(key);
    if (!std::isfinite(value)) {
      throw InvalidArgument(std::string(key), to_text(value, text.unit), "must be a finite number");
    }
    if (value > 0) continue;
    throw InvalidArgument(std::string(key), to_text(value, text.unit),
                          std::string("a ") + text.name + " must be greater than 0",
                          std::string("write for example ") + text.example);
  }
  const auto get = [&](std::string_view key) {
    const auto found = values.find(key);
    return found == values.end() ? 0.0 : found->second;
  };
  Membrane result{get("resistance"), get("tau")};
  const double capacitance = get("capacitance");
  const double conductance = get("leak_conductance");
  if (result.tau == 0) result.tau = conductance > 0 ? capacitance / conductance : result.resistance * capacitance;
  if (result.resistance == 0) result.resistance = conductance > 0 ? 1 / conductance : result.tau / capacitance;
  for (const auto& [key, value] :
       {std::pair<std::string_view, double>{"tau", result.tau}, {"resistance", result.resistance}}) {
    if (value > 0 && std::isfinite(value)) continue;
    const auto& text = text_for(values.contains("capacitance") ? "capacitance" : "leak_conductance");
    throw InvalidArgument(std::string(text.key), to_text(get(text.key), text.unit),
                          "makes the " + std::string(text_for(key).name) + " " + to_text(value, text_for(key).unit),
                          "write for example " + std::string(text.example));
  }
  return result;
}

}  // namespace lapicque::detail
