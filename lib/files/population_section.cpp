#include "population_section.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "lapicque/draws.hpp"
#include "lapicque/error.hpp"
#include "neuron_section.hpp"
#include "read_text.hpp"
#include "spelling.hpp"
#include "table.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

constexpr std::uint64_t most_neurons = 100'000'000;

/// A number for each neuron of a population.
struct Values {
  const Key& key;
  std::size_t size;
  DataFiles& files;
  Seeds& seeds;

  /// Empty, with a note, if they cannot be had; and where one number stands for all.
  std::optional<std::vector<double>> read(Section& section) const {
    const auto* node = section.node(key.name);
    if (node == nullptr) return std::nullopt;
    if (node->is_array()) return of_list(section);
    if (const auto* table = node->as_table())
      return table->contains("file") ? of_file(section, *table) : drawn(section, *table);
    return std::nullopt;
  }

 private:
  std::optional<std::vector<double>> of_list(Section& section) const {
    auto values = section.numbers(key.name);
    if (!values || has_size(section, values->size())) return values;
    return std::nullopt;
  }
  bool has_size(Section& section, std::size_t given) const {
    if (given == size) return true;
    section.refuse(key.name, "there are " + std::to_string(given) + " values for " + std::to_string(size) + " neurons",
                   "give one for each, or one for all");
    return false;
  }

  std::optional<std::vector<double>> drawn(Section& section, const toml::table& table) const {
    const std::array keys{Key{"from", key.example, key.dimension, key.substitute},
                          Key{"to", key.example, key.dimension, key.substitute}, Key{"seed", "3", std::nullopt}};
    Section range(section.problems(), table, section.path_of(key.name), "a drawn value", keys);
    const std::size_t problems_before = section.problems().count();
    const double from = range.number("from");
    const double to = range.number("to");
    const auto seed = range.whole_number("seed");
    if (section.problems().count() > problems_before || !seed) return std::nullopt;
    if (!(to > from)) {
      range.refuse("to", "must be greater than from", "exchange them, or write one value for all");
      return std::nullopt;
    }
    seeds.note(*seed, range.path());
    std::vector<double> values(size);
    for (std::size_t n = 0; n < size; ++n) values[n] = drawn_evenly(from, to, *seed, n);
    return values;
  }

  std::optional<std::vector<double>> of_file(Section& section, const toml::table& given) const {
    constexpr std::array keys{Key{"file", R"("values.csv")", std::nullopt}, Key{"column", R"("tau_ms")", std::nullopt}};
    Section source(section.problems(), given, section.path_of(key.name), "values of a file", keys);
    const auto name = source.text("file");
    const auto column = source.label("column");
    if (!name || (source.has("column") && !column)) return std::nullopt;
    try {
      const auto path = files.folder / *name;
      const std::string text = read_text(path);
      Table table = parse_table(text, path.string());
      table.is_of_experiment = true;
      table.require_names();
      if (!column && table.width > 1)
        table.refuse(table.first_line(), "there are several columns: " + table.names(), "choose one with column");
      const std::size_t at = column ? table.pick(*column) : 0;
      const Role role{"the values", "value", "1", key.dimension, "", ""};
      if (table.unit(at).empty() && table.has_header())
        table.note(table.header_line,
                   table.name(at) + " names no unit: taken for " + std::string(text_of(*key.dimension).unit));
      auto values = numbers(table, at, role, table.unit(at));
      files.read.push_back(path);
      files.notes.insert(files.notes.end(), table.notes.begin(), table.notes.end());
      if (has_size(section, values.size())) return values;
    } catch (const FileError& error) {
      for (const auto& problem : error.problems()) section.problems().add(source.line("file"), problem);
    }
    return std::nullopt;
  }
};

}  // namespace

std::vector<std::size_t> Populations::everyone() const {
  std::vector<std::size_t> all(neurons.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::vector<std::size_t> Populations::members(Problems& problems, std::size_t line, const std::string& key,
                                              const std::vector<std::string>& names) const {
  std::vector<std::size_t> all;
  for (const std::string& name : names) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.name == name; });
    if (found == list.end()) {
      std::vector<std::string_view> known;
      std::string text;
      for (const auto& one : list) {
        known.push_back(one.name);
        text.append(text.empty() ? "" : ", ").append(one.name);
      }
      const auto meant = likely_meant(name, known);
      problems.add(line, key, key + ": there is no population " + shown(name),
                   meant ? "did you mean \"" + std::string(*meant) + "\"?" : "the populations are " + text);
      continue;
    }
    for (std::size_t n = 0; n < found->size; ++n) all.push_back(found->first + n);
  }
  return all;
}

void read_population(Problems& problems, const toml::table& table, const std::string& path, DataFiles& files,
                     Seeds& seeds, Populations& populations) {
  std::vector<Key> keys{Key{"name", R"("excitatory")", std::nullopt}, Key{"size", "3200", std::nullopt}};
  keys.insert(keys.end(), neuron_keys.begin(), neuron_keys.end());
  Section section(problems, table, path, "a population", keys);
  const auto name = section.text("name");
  if (!name && !section.has("name")) section.missing("name");
  if (name) {
    if (std::any_of(populations.list.begin(), populations.list.end(), [&](auto& one) { return one.name == *name; }))
      section.refuse("name", "there is another population of this name", "give each its own");
  }
  auto size = section.whole_number("size");
  if (size && (*size == 0 || *size > most_neurons)) {
    section.refuse("size", "a population has at least 1 neuron, and at most 1e8", "write for example size = 3200");
    size.reset();
  }
  const std::size_t count = size.value_or(1);
  populations.list.push_back({name.value_or(""), populations.neurons.size(), count});

  const std::size_t problems_before = problems.count();
  std::map<std::string_view, std::vector<double>> each;
  for (const Key& key : neuron_keys) {
    if (!key.dimension) continue;
    const auto* node = section.node(key.name);
    if (!size && node != nullptr && (node->is_array() || node->is_table())) {  // values for how many neurons?
      populations.neurons.resize(populations.neurons.size() + count);
      return;
    }
    if (size) {
      if (auto values = Values{key, count, files, seeds}.read(section)) each.emplace(key.name, std::move(*values));
    }
  }
  if (problems.count() > problems_before) {
    populations.neurons.resize(populations.neurons.size() + count);
    return;
  }
  std::optional<Neuron> neuron;
  for (std::size_t n = 0; n < count; ++n) {
    if (!neuron || (!each.empty() && problems.count() == problems_before)) {
      for (const auto& [key, values] : each) section.replace(key, values[n]);
      try {
        neuron = read_neuron(section, {});
      } catch (const InvalidArgument& problem) {
        const std::string key = section.path_of(problem.subject());
        problems.add(section.line(problem.subject()), key,
                     key + " of neuron " + std::to_string(n) + " = " + problem.value() + ": " + problem.rule(),
                     problem.mend());
        neuron = Neuron{};
      }
    }
    populations.neurons.push_back(*neuron);
  }
}

}  // namespace lapicque::detail
