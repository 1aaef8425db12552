#include "section.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "spelling.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

constexpr std::size_t most_problems_of_a_list = 10;

std::vector<std::string_view> names(std::span<const Key> keys) {
  std::vector<std::string_view> all;
  for (const auto& key : keys) all.push_back(key.name);
  return all;
}

std::string listed(std::span<const std::string_view> words) {
  std::string all;
  for (const auto word : words) all.append(all.empty() ? "" : ", ").append(word);
  return all;
}

}  // namespace

std::string kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::integer:
    case toml::node_type::floating_point:
      return "a number";
    default:
      return "a date or time";
  }
}

void Problems::add(const toml::node& node, std::string key, std::string rule, std::string mend) {
  const std::size_t line = node.source().begin.line;
  add(line, Problem{file_, line, std::move(key), source_->written(node), std::move(rule), std::move(mend)});
}

void Problems::add(std::size_t line, std::string key, std::string rule, std::string mend) {
  add(line, Problem{file_, line, std::move(key), "", std::move(rule), std::move(mend)});
}

void Problems::add(std::size_t line, Problem problem) { problems_.emplace_back(line, std::move(problem)); }

void Problems::remark(const toml::node& node, const std::string& key, const std::string& text) {
  remarks_.push_back(to_text(Problem{file_, node.source().begin.line, key, source_->written(node), text, ""}));
}

void Problems::throw_if_any() {
  if (problems_.empty()) return;
  std::stable_sort(problems_.begin(), problems_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Problem> all;
  for (auto& [line, problem] : problems_) all.push_back(std::move(problem));
  throw FileError(std::move(all));
}

Section::Section(Problems& problems, const toml::table& table, std::string path, const std::string& what,
                 std::span<const Key> keys)
    : problems_(&problems), table_(&table), path_(std::move(path)), keys_(keys) {
  const auto known = names(keys);
  for (const auto& [key, node] : table) {
    const auto name = key.str();
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto meant = likely_meant(name, known);
    if (meant) misspelt_.emplace(*meant);
    problems_->add(key.source().begin.line, path_of(name), "unknown key " + shown(path_of(name)),
                   meant ? "did you mean " + std::string(*meant) + "?" : what + " has " + listed(known));
  }
}

bool Section::has(std::string_view key) const { return table_->contains(key) || misspelt_.contains(key); }

double Section::number(std::string_view key) {
  if (const auto value = optional_number(key)) return *value;
  if (!misspelt_.contains(key)) missing(key);
  return numbers_.emplace(key, find(key).substitute).first->second;
}

double Section::number(std::string_view key, double fallback) { return optional_number(key).value_or(fallback); }

std::optional<double> Section::optional_number(std::string_view key) {
  if (const auto known = numbers_.find(key); known != numbers_.end()) return known->second;
  const auto* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const auto& rule = find(key);
  const double value = read(*node, path_of(key), rule).value_or(rule.substitute);
  return numbers_.emplace(key, value).first->second;
}

std::optional<std::vector<double>> Section::numbers(std::string_view key) {
  const auto* node = table_->get(key);
  if (node == nullptr) {
    if (!misspelt_.contains(key)) missing(key);
    return std::nullopt;
  }
  const auto* array = node->as_array();
  if (array == nullptr) {
    refuse(key, "expected an array, not " + kind_of(*node), for_example(key));
    return std::nullopt;
  }
  std::vector<double> values;
  values.reserve(array->size());
  std::size_t wrong = 0;
  for (std::size_t k = 0; k < array->size() && wrong < most_problems_of_a_list; ++k) {
    const auto value = read((*array)[k], path_of(key) + "[" + std::to_string(k + 1) + "]", find(key));
    values.push_back(value.value_or(0));
    if (!value) ++wrong;
  }
  if (wrong > 0) return std::nullopt;
  return values;
}

std::optional<std::vector<double>> Section::numbers_or_one(std::string_view key, std::size_t count) {
  const auto* node = table_->get(key);
  if (node != nullptr && !node->is_array()) return std::vector<double>(count, number(key));
  return numbers(key);
}

std::optional<std::size_t> Section::choice(std::string_view key, std::span<const std::string_view> choices) {
  const auto* node = table_->get(key);
  if (node == nullptr) {
    if (!misspelt_.contains(key)) missing(key);
    return std::nullopt;
  }
  const auto* given = node->as_string();
  if (given == nullptr) {
    refuse(key, "expected a text, not " + kind_of(*node), for_example(key));
    return std::nullopt;
  }
  const auto at = std::find(choices.begin(), choices.end(), std::string_view(given->get()));
  if (at != choices.end()) return static_cast<std::size_t>(at - choices.begin());
  const auto meant = likely_meant(given->get(), choices);
  refuse(key, "unknown " + std::string(key),
         meant ? "did you mean \"" + std::string(*meant) + "\"?" : "choose one of " + listed(choices));
  return std::nullopt;
}

std::optional<std::string> Section::text(std::string_view key) {
  const auto* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* given = node->as_string()) return given->get();
  refuse(key, "expected a text, not " + kind_of(*node), for_example(key));
  return std::nullopt;
}

void Section::replace(std::string_view key, double value) {
  numbers_.insert_or_assign(std::string(key), value);
  replaced_.emplace(key);
}

std::optional<std::string> Section::label(std::string_view key) {
  const auto* node = table_->get(key);
  if (const auto* number = node != nullptr ? node->as_integer() : nullptr) return std::to_string(number->get());
  return text(key);
}

std::optional<std::uint64_t> Section::whole_number(std::string_view key) {
  const auto* node = table_->get(key);
  if (node == nullptr) {
    if (!misspelt_.contains(key)) missing(key);
    return std::nullopt;
  }
  if (const auto* integer = node->as_integer(); integer != nullptr && integer->get() >= 0)
    return static_cast<std::uint64_t>(integer->get());
  if (const auto* text = node->as_string()) {
    const std::string& digits = text->get();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size()) return value;
  }
  refuse(key, "must be a whole number from 0 to 2^64 - 1", for_example(key));
  return std::nullopt;
}

bool Section::flag(std::string_view key, bool fallback) {
  const auto* node = table_->get(key);
  if (node == nullptr) return fallback;
  if (const auto* given = node->as_boolean()) return given->get();
  refuse(key, "expected true or false, not " + kind_of(*node), for_example(key));
  return fallback;
}

bool Section::has_one_number(std::string_view key) const {
  const auto* node = table_->get(key);
  return node != nullptr && !node->is_array();
}

void Section::refuse(std::string_view key, std::string rule, std::string mend) {
  if (replaced_.contains(key)) {
    throw InvalidArgument(std::string(key), to_text(numbers_.find(key)->second, text_of(*find(key).dimension).unit),
                          std::move(rule), std::move(mend));
  }
  if (const auto* node = table_->get(key)) {
    problems_->add(*node, path_of(key), std::move(rule), std::move(mend));
  } else {
    problems_->add(line(key), path_, path_ + ": " + rule, std::move(mend));
  }
}

void Section::refuse(const InvalidArgument& problem) {
  const auto& key = problem.subject();
  if (replaced_.contains(key)) throw problem;
  if (table_->contains(key)) {
    const bool has_example = problem.mend().empty() || problem.mend().starts_with("write for example");
    refuse(key, problem.rule(), has_example ? for_example(key) : problem.mend());
  } else {
    refuse(key, key + " = " + problem.value() + ": " + problem.rule(), problem.mend());
  }
}

void Section::missing(std::string_view key, const std::string& alternative) {
  problems_->add(line(key), path_of(key), "missing key " + path_of(key), for_example(key) + alternative);
}

std::size_t Section::line(std::string_view key) const {
  const auto* node = table_->get(key);
  return node != nullptr ? node->source().begin.line : table_->source().begin.line;
}

const Key& Section::find(std::string_view key) const {
  return *std::find_if(keys_.begin(), keys_.end(), [&](const Key& k) { return k.name == key; });
}

std::string Section::for_example(std::string_view key) const {
  return "write for example " + std::string(key) + " = " + std::string(find(key).example);
}

std::optional<double> Section::read(const toml::node& node, const std::string& path, const Key& key) {
  const auto& words = text_of(*key.dimension);
  const bool is_list = key.example.starts_with('[');
  const std::string example =
      "write for example " + (is_list ? std::string("\"") + words.example + "\"" : std::string(key.example));
  if (const auto* integer = node.as_integer()) return static_cast<double>(integer->get());
  if (const auto* number = node.as_floating_point()) {
    if (std::isfinite(number->get())) return number->get();
    problems_->add(node, path, "must be a finite number", example);
  } else if (const auto* text = node.as_string()) {
    try {
      const double value = parse_quantity(text->get(), *key.dimension);
      const auto warning = prefix_warning(text->get(), *key.dimension);
      if (!warning.empty()) problems_->remark(node, path, warning);
      return value;
    } catch (const InvalidArgument& problem) {
      problems_->add(node, path, problem.rule(), example);
    }
  } else {
    problems_->add(node, path, std::string("expected ") + words.article + ", not " + kind_of(node), example);
  }
  return std::nullopt;
}

bool Section::substitute(const std::string& key) {
  const auto number = numbers_.find(key);
  if (number == numbers_.end() || !substituted_.insert(key).second) return false;
  number->second = find(key).substitute;
  return true;
}

}  // namespace lapicque::detail
