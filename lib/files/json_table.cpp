#include "json_table.hpp"

#include <nlohmann/json.hpp>

#include "lapicque/files/file_error.hpp"

namespace lapicque::detail {
namespace {

using Json = nlohmann::json;

/// Experiments have four levels; nlohmann's reader takes any number, and a walk recurses once for each.
constexpr int most_levels = 100;

/// Makes TOML of JSON.
struct Converter {
  const std::string& name;

  [[noreturn]] void refuse(const std::string& key, const std::string& value, const std::string& rule,
                           const std::string& mend) const {
    throw FileError({{name, 0, key, value, rule, mend}});
  }

  /// Hands the node that `json` is to `add`.
  template <class Add>
  void convert(const Json& json, const std::string& key, int level, Add add) const {
    if (level > most_levels) refuse(key, "...", "too many levels", "an experiment has a neuron, a run and inputs");
    switch (json.type()) {
      case Json::value_t::object:
        return add(table(json, key, level));
      case Json::value_t::array:
        return add(array(json, key, level));
      case Json::value_t::string:
        return add(json.get<std::string>());
      case Json::value_t::boolean:
        return add(json.get<bool>());
      case Json::value_t::number_integer:
      case Json::value_t::number_unsigned:
        // Beyond the range of TOML's integers, and in all else that experiments mean, an integer is a double.
        if (json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
          return add(json.get<double>());
        }
        return add(json.get<std::int64_t>());
      case Json::value_t::number_float:
        return add(json.get<double>());
      default:
        refuse(key, "null", "expected a value", "leave the key out");
    }
  }

  toml::array array(const Json& json, const std::string& key, int level) const {
    toml::array array;
    for (std::size_t k = 0; k < json.size(); ++k) {
      convert(json[k], key + "[" + std::to_string(k + 1) + "]", level + 1,
              [&](auto&& node) { array.push_back(std::forward<decltype(node)>(node)); });
    }
    return array;
  }

  toml::table table(const Json& json, const std::string& key, int level) const {
    toml::table table;
    for (const auto& [name_of_entry, entry] : json.items()) {
      const std::string& entry_key = name_of_entry;
      convert(entry, key.empty() ? entry_key : key + "." + entry_key, level + 1,
              [&](auto&& node) { table.insert(entry_key, std::forward<decltype(node)>(node)); });
    }
    return table;
  }
};

}  // namespace

toml::table json_table(std::string_view json, const std::string& name) {
  Json root;
  try {
    root = Json::parse(json);
  } catch (const Json::parse_error& error) {
    throw FileError({{name, 0, "", "", std::string("this is no JSON: ") + error.what(), ""}});
  }
  if (!root.is_object()) {
    throw FileError(
        {{name, 0, "", "", "an experiment is an object", R"(write {"neuron": ..., "run": ..., "input": [...]})"}});
  }
  return Converter{name}.table(root, "", 0);
}

}  // namespace lapicque::detail
