#include "lapicque/files/experiment.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "data_file.hpp"
#include "json_table.hpp"
#include "lapicque/error.hpp"
#include "neuron_section.hpp"
#include "read_text.hpp"
#include "section.hpp"
#include "source.hpp"
#include "text.hpp"

namespace lapicque {
namespace {

using detail::Key;
using detail::Problems;
using detail::Section;

constexpr double lowest = std::numeric_limits<double>::lowest();
constexpr double highest = std::numeric_limits<double>::max();

constexpr std::array run_keys{Key{"until", R"("200 ms")", Dimension::time, 1}};

constexpr Key kind_key{"kind", R"("step")", std::nullopt};
constexpr Key start_key{"start", R"("5 ms")", Dimension::time, lowest};
constexpr Key stop_key{"stop", R"("101 ms")", Dimension::time, highest};
constexpr Key amplitude_key{"amplitude", R"("2.5 nA")", Dimension::current, 0};
constexpr Key times_key{"times", "[12.5, 14.0]", Dimension::time, 0};

constexpr Key column_key{"column", R"("current_nA")", std::nullopt};
constexpr Key neuron_key{"neuron", R"("0")", std::nullopt};
constexpr Key population_key{"population", R"("excitatory")", std::nullopt};

constexpr std::array step_keys{kind_key, start_key, stop_key, amplitude_key};

constexpr std::array ramp_keys{
    kind_key,
    start_key,
    stop_key,
    Key{"from", R"("0 nA")", Dimension::current, 0},
    Key{"to", R"("3 nA")", Dimension::current, 0},
};

constexpr std::array sinusoid_keys{
    kind_key,
    start_key,
    stop_key,
    amplitude_key,
    Key{"frequency", R"("250 Hz")", Dimension::frequency, 1},
    Key{"phase", R"("90 degree")", Dimension::angle, 0},
};

constexpr std::array samples_keys{
    kind_key,
    start_key,
    Key{"step", R"("0.1 ms")", Dimension::time, 1},
    Key{"hold", R"("previous")", std::nullopt},
    Key{"values", R"([0.0, 1.5, "2 nA"])", Dimension::current, 0},
    Key{"file", R"("current.csv")", std::nullopt},
    column_key,
    neuron_key,
    population_key,
};

constexpr std::array pulses_keys{
    kind_key,
    times_key,
    Key{"jump", R"("1.2 mV")", Dimension::voltage, 0},
    Key{"file", R"("pulses.csv")", std::nullopt},
    column_key,
    neuron_key,
    population_key,
};

constexpr std::array synapse_keys{
    kind_key,
    Key{"shape", R"("exponential")", std::nullopt},
    Key{"tau", R"("2 ms")", Dimension::time, 1},
    times_key,
    Key{"weights", R"("0.7 nA")", Dimension::current, 0},
    Key{"file", R"("arrivals.csv")", std::nullopt},
    column_key,
    neuron_key,
    population_key,
};

double read_until(Section& section) {
  const auto until = [&] {
    const double value = section.number("until");
    if (value > 0) return value;
    throw InvalidArgument("until", to_text(value, "ms"), "the end of a run must be greater than 0");
  };
  return section.build(until, 1.0);
}

Current read_step(Section& section) {
  const auto make = [&] {
    const double start = section.number("start", 0);
    const double stop = section.number("stop", forever);
    return step(start, stop, section.number("amplitude"));
  };
  return section.build(make, Current{});
}

Current read_ramp(Section& section) {
  const auto make = [&] {
    const double start = section.number("start", 0);
    const double stop = section.number("stop");
    const double from = section.number("from");
    return ramp(start, stop, from, section.number("to"));
  };
  return section.build(make, Current{});
}

Current read_sinusoid(Section& section) {
  const auto make = [&] {
    const double start = section.number("start", 0);
    const double stop = section.number("stop", forever);
    const double amplitude = section.number("amplitude");
    const double frequency = section.number("frequency");
    return sinusoid(start, stop, amplitude, frequency, section.number("phase", 0));
  };
  return section.build(make, Current{});
}

/// Where an experiment's data files are looked up, and those that were read.
struct DataFiles {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> read{};
  std::vector<std::string> notes{};  ///< what was assumed of them
};

enum class Data { in_file, in_place, unclear };

/// Where the data of a section are; notes it if that is unclear.
/// @param keys  those of data given in place
Data find_data(Section& section, std::span<const std::string_view> keys) {
  const auto given = std::find_if(keys.begin(), keys.end(), [&](auto key) { return section.has(key); });
  if (!section.has("file")) {
    if (given != keys.end()) return Data::in_place;
    section.missing(keys.front(), ", or name a file");
    return Data::unclear;
  }
  if (given == keys.end()) return Data::in_file;
  section.refuse("file", "data are given inline or by file, not both", "leave out file, or " + std::string(*given));
  return Data::unclear;
}

/// What read(text, name, choice) makes of the data file that a section names; empty, with a note, if it cannot be had.
template <class Read>
auto read_data(Section& section, DataFiles& files, Read read)
    -> std::optional<std::invoke_result_t<Read, const std::string&, const std::string&, const detail::DataChoice&>> {
  const auto name = section.text("file");
  const detail::DataChoice choice{section.label("column").value_or(""), section.label("neuron").value_or(""),
                                  section.label("population").value_or("")};
  if (!name) return std::nullopt;
  if (name->empty() || name->find('\0') != std::string::npos) {
    section.refuse("file", "this names no file", "write for example file = \"data.csv\"");
    return std::nullopt;
  }
  try {
    const auto path = files.folder / *name;
    auto data = read(detail::read_text(path), path.string(), choice);
    files.read.push_back(path);
    files.notes.insert(files.notes.end(), data.notes.begin(), data.notes.end());
    return data;
  } catch (const FileError& error) {
    for (const auto& problem : error.problems()) {
      if (problem.line == 0 && problem.key.empty()) {
        section.refuse("file", detail::shown(problem.file) + " " + problem.rule,
                       "a data file is looked up from the folder of the experiment file");
      } else {
        section.problems().add(section.line("file"), problem);
      }
    }
    return std::nullopt;
  }
}

/// The values of samples, and what their file says of their times; empty, with a note, if they cannot be had.
std::optional<detail::SampleData> read_values(Section& section, DataFiles& files) {
  constexpr std::array<std::string_view, 1> keys{"values"};
  const auto where = find_data(section, keys);
  if (where == Data::unclear) return std::nullopt;
  if (where == Data::in_place) {
    auto values = section.numbers("values");
    return values ? std::optional(detail::SampleData{std::move(*values), {}, {}, {}}) : std::nullopt;
  }
  const auto start = section.optional_number("start");
  auto step = section.optional_number("step");
  if (step && !(*step > 0)) step.reset();
  auto data = read_data(section, files, [&](const std::string& text, const std::string& file, const auto& choice) {
    return detail::read_sample_data(text, file, choice, start, step);
  });
  if (data && data->values.empty()) {
    section.refuse("file", "samples need at least one value", "give one or leave the input out");
    return std::nullopt;
  }
  return data;
}

Current read_samples(Section& section, DataFiles& files) {
  constexpr std::array<std::string_view, 2> holds{"previous", "linear"};
  const auto hold = section.has("hold") ? section.choice("hold", holds).value_or(0) : 0;
  const auto data = read_values(section, files);
  if (!data && section.has("file") && !section.has("step")) return {};  // the file might have had the step
  const auto values = data ? data->values : std::vector<double>{0};
  const auto make = [&] {
    const double start = section.number("start", data ? data->start.value_or(0) : 0);
    const double step = data && data->step && !section.has("step") ? *data->step : section.number("step");
    return samples(start, step, values, hold == 0 ? Hold::previous : Hold::linear);
  };
  return section.build(make, Current{});
}

/// Events as pulses and synapses have them; none if there is a problem.
/// @param size_key  the key of the sizes; one for all may stand beside a file of times
/// @param role      what they are called in a data file
std::vector<Event> read_events(Section& section, DataFiles& files, std::string_view size_key,
                               const detail::Role& role) {
  const bool has_one_size = section.has_one_number(size_key);
  const std::array<std::string_view, 2> keys{"times", has_one_size ? "times" : size_key};
  const auto where = has_one_size && !section.has("file") ? Data::in_place : find_data(section, keys);
  std::optional<std::vector<double>> times, sizes;
  if (where == Data::in_file) {
    const auto parse = [&](const std::string& text, const std::string& file, const detail::DataChoice& choice) {
      return has_one_size ? detail::read_times_data(text, file, choice, role)
                          : detail::read_event_data(text, file, choice, role);
    };
    if (auto data = read_data(section, files, parse)) {
      times = std::move(data->times);
      sizes = has_one_size ? section.numbers_or_one(size_key, times->size()) : std::move(data->sizes);
    } else if (has_one_size) {
      section.number(size_key);
    }
  } else if (where == Data::in_place) {
    times = section.numbers("times");
    sizes = section.numbers_or_one(size_key, times ? times->size() : 0);
  }
  if (!times || !sizes) return {};
  if (times->size() != sizes->size()) {
    section.refuse(size_key,
                   "the lengths differ: times has " + std::to_string(times->size()) + ", " + std::string(size_key) +
                       " has " + std::to_string(sizes->size()),
                   "give one for all, or one for each time");
    return {};
  }
  std::vector<Event> events(times->size());
  for (std::size_t k = 0; k < events.size(); ++k) events[k] = {(*times)[k], (*sizes)[k]};
  return events;
}

Current read_pulses(Section& section, DataFiles& files) {
  const auto events = read_events(section, files, "jump", detail::jump_role);
  return section.build([&] { return pulses(events); }, Current{});
}

Current read_synapse(Section& section, DataFiles& files) {
  constexpr std::array<std::string_view, 2> shapes{"exponential", "alpha"};
  const auto shape = section.choice("shape", shapes).value_or(0);
  const auto events = read_events(section, files, "weights", detail::weight_role);
  const auto make = [&] {
    const double tau = section.number("tau");
    return shape == 0 ? exponential_synapse(tau, events) : alpha_synapse(tau, events);
  };
  return section.build(make, Current{});
}

struct Kind {
  std::string_view name;
  std::string what;
  std::span<const Key> keys;
  Current (*read)(Section&, DataFiles&);
};

const std::array kinds{
    Kind{"step", "a step", step_keys, [](Section& s, DataFiles&) { return read_step(s); }},
    Kind{"ramp", "a ramp", ramp_keys, [](Section& s, DataFiles&) { return read_ramp(s); }},
    Kind{"sinusoid", "a sinusoid", sinusoid_keys, [](Section& s, DataFiles&) { return read_sinusoid(s); }},
    Kind{"samples", "an input of samples", samples_keys, read_samples},
    Kind{"pulses", "an input of pulses", pulses_keys, read_pulses},
    Kind{"synapse", "a synapse", synapse_keys, read_synapse},
};

Current read_input(Problems& problems, const toml::table& table, const std::string& path, DataFiles& files) {
  std::array<std::string_view, kinds.size()> names;
  std::transform(kinds.begin(), kinds.end(), names.begin(), [](const Kind& kind) { return kind.name; });

  // Which keys there may be depends on the kind: for a look at it, all that are there are known.
  std::vector<Key> any{kind_key};
  for (const auto& [key, node] : table) {
    if (key.str() != kind_key.name) any.push_back({key.str(), "", std::nullopt});
  }
  const auto kind = Section(problems, table, path, "an input", any).choice("kind", names);
  if (!kind) return {};
  Section section(problems, table, path, kinds[*kind].what, kinds[*kind].keys);
  return kinds[*kind].read(section, files);
}

/// The sum of all [[input]].
Current read_all_inputs(Problems& problems, const toml::table& root, DataFiles& files) {
  const auto* node = root.get("input");
  if (node == nullptr) return {};
  const auto* list = node->as_array();
  if (list == nullptr) {
    problems.add(node->source().begin.line, "input", "inputs are a list, not " + detail::kind_of(*node),
                 "write [[input]] above the keys of each");
    return {};
  }
  Current sum;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string path = "input[" + std::to_string(i + 1) + "]";
    if (const auto* table = (*list)[i].as_table()) {
      sum += read_input(problems, *table, path, files);
    } else {
      problems.add((*list)[i], path, "an input is a table, not " + detail::kind_of((*list)[i]),
                   "write [[input]] above its keys");
    }
  }
  return sum;
}

/// Builds a value from the table [name]; gives `otherwise`, with a note, if there is no such table.
/// @param sections  the root table again, which knows the names that are misspelt
template <class Read, class Value>
Value read_table(Problems& problems, const toml::table& root, const Section& sections, const std::string& name,
                 std::span<const Key> keys, Read read, Value otherwise) {
  const auto* node = root.get(name);
  if (node == nullptr) {
    if (sections.has(name)) return otherwise;
    std::string all;
    for (const auto& key : keys) all.append(all.empty() ? "" : ", ").append(key.name);
    problems.add(root.source().begin.line, name, std::string("missing table [").append(name).append("]"),
                 "it has " + all);
    return otherwise;
  }
  const auto* table = node->as_table();
  if (table == nullptr) {
    problems.add(node->source().begin.line, name, name + " is a table, not " + detail::kind_of(*node),
                 "write [" + name + "] above its keys");
    return otherwise;
  }
  Section section(problems, *table, name, "[" + name + "]", keys);
  return read(section);
}

Neuron read_neuron_table(Problems& problems, const toml::table& root, const Section& sections,
                         const NeuronValues& instead) {
  const auto read = [&](Section& section) { return detail::read_neuron(section, instead); };
  return read_table(problems, root, sections, "neuron", detail::neuron_keys, read, Neuron{});
}

/// The first line on which a chain of dotted keys is longer than any that has a meaning; 0 if there is none. toml++
/// (3.3) recurses once for each dot, and a chain of some 50000 uses up the stack.
std::size_t overlong_key(std::string_view text) {
  constexpr std::size_t longest = 100;
  std::size_t line = 1, dots = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') ++line;
    if (std::string_view("\n,={}#").find(text[at]) != std::string_view::npos) dots = 0;
    if (text[at] == '.' && ++dots > longest) return line;
    if (text.substr(at, 2) == "..") dots = 0;  // a row of dots in a comment is no key
  }
  return 0;
}

/// How to mend a line that is no TOML, where that can be told.
std::string syntax_mend(std::string_view line) {
  const auto equals = line.find('=');
  if (equals != std::string_view::npos) {
    const auto value = detail::trimmed(line.substr(equals + 1));
    const auto number = detail::decimal_length(value);
    if (number > 0 && number < value.size() && value.find_first_of("\"',[]{}") == std::string_view::npos) {
      return "write a quantity with its unit in double quotes, for example \"2.5 nA\"";
    }
  }
  return "see https://toml.io for how TOML is written";
}

FileError syntax_error(const detail::Source& source, const std::string& name, const toml::parse_error& error) {
  const std::size_t line = error.source().begin.line;
  const auto text = source.line(line);
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  return FileError(
      {{name, line, "", is_plain ? detail::shown(text) : "", std::string(error.description()), syntax_mend(text)}});
}

/// read(problems, root, sections) for a root table. @throws FileError
template <class Read>
auto read_root(const toml::table& root, const detail::Source& source, const std::string& name, Read read) {
  constexpr std::array root_keys{Key{"neuron", "", std::nullopt}, Key{"run", "", std::nullopt},
                                 Key{"input", "", std::nullopt}};
  Problems problems(name, source);
  const Section sections(problems, root, "", "an experiment", root_keys);
  auto result = read(problems, root, sections);
  problems.throw_if_any();
  return result;
}

/// The same for the root table of a TOML text.
template <class Read>
auto parse(std::string_view toml, const std::string& name, Read read) {
  if (const auto line = overlong_key(toml); line > 0) {
    throw FileError({{name, line, "", "", "too many dots in one key", "write [neuron], [run] or [[input]]"}});
  }
  const detail::Source source(toml);
  toml::table root;
  try {
    root = toml::parse(toml, std::string_view(name));
  } catch (const toml::parse_error& error) {
    throw syntax_error(source, name, error);
  }
  return read_root(root, source, name, read);
}

/// Reads a whole experiment from its root table, see read_root.
auto experiment_reader(const std::filesystem::path& folder, const NeuronValues& instead) {
  return [&](Problems& problems, const toml::table& root, const Section& sections) {
    const auto neuron = read_neuron_table(problems, root, sections, instead);
    const double until = read_table(problems, root, sections, "run", run_keys, read_until, 1.0);
    DataFiles files{folder};
    const auto current = read_all_inputs(problems, root, files);
    auto remarks = problems.remarks();
    remarks.insert(remarks.end(), files.notes.begin(), files.notes.end());
    return Experiment{neuron, current, until, std::move(files.read), std::move(remarks)};
  };
}

}  // namespace

Experiment parse_experiment(std::string_view toml, const std::string& name, const std::filesystem::path& folder,
                            const NeuronValues& instead) {
  return parse(toml, name, experiment_reader(folder, instead));
}

Experiment parse_json_experiment(std::string_view json, const std::string& name, const std::filesystem::path& folder,
                                 const NeuronValues& instead) {
  return read_root(detail::json_table(json, name), detail::Source(""), name, experiment_reader(folder, instead));
}

Experiment read_experiment(const std::filesystem::path& file, const NeuronValues& instead) {
  auto experiment = parse_experiment(detail::read_text(file), detail::name_of(file), file.parent_path(), instead);
  experiment.files.insert(experiment.files.begin(), file);
  return experiment;
}

NeuronOfFile read_neuron(const std::filesystem::path& file, const NeuronValues& instead) {
  return parse(detail::read_text(file), detail::name_of(file),
               [&](Problems& problems, const toml::table& root, const Section& sections) {
                 const auto neuron = read_neuron_table(problems, root, sections, instead);
                 return NeuronOfFile{neuron, problems.remarks()};
               });
}

Current read_inputs(const std::filesystem::path& file, std::vector<std::string>* notes) {
  const auto read = [&](Problems& problems, const toml::table& root, const Section&) {
    DataFiles files{file.parent_path()};
    auto current = read_all_inputs(problems, root, files);
    if (notes != nullptr) notes->insert(notes->end(), files.notes.begin(), files.notes.end());
    return current;
  };
  return parse(detail::read_text(file), detail::name_of(file), read);
}

}  // namespace lapicque
