#include "inputs.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <tuple>
#include <type_traits>

#include "data_file.hpp"
#include "document.hpp"
#include "lapicque/draws.hpp"
#include "lapicque/error.hpp"
#include "read_text.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

constexpr double lowest = std::numeric_limits<double>::lowest();
constexpr double highest = std::numeric_limits<double>::max();

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
    shape_key,
    synapse_tau_key,
    times_key,
    Key{"weights", R"("0.7 nA")", Dimension::current, 0},
    Key{"file", R"("arrivals.csv")", std::nullopt},
    column_key,
    neuron_key,
    population_key,
};

constexpr Key seed_key{"seed", "7", std::nullopt};

constexpr std::array poisson_keys{
    kind_key,
    Key{"rate", R"("1 kHz")", Dimension::frequency, 1},
    start_key,
    stop_key,
    seed_key,
    shape_key,
    synapse_tau_key,
    Key{"weight", R"("0.1 nA")", Dimension::current, 0},
    Key{"jump", R"("0.2 mV")", Dimension::voltage, 0},
};

constexpr std::array noise_keys{
    kind_key,
    start_key,
    stop_key,
    Key{"mean", R"("0.5 nA")", Dimension::current, 0},
    Key{"sigma", R"("0.3 nA")", Dimension::current, 0},
    Key{"tau", R"("5 ms")", Dimension::time, 0},
    Key{"step", R"("0.1 ms")", Dimension::time, 1},
    seed_key,
};

constexpr Key into_key{"into", R"("excitatory")", std::nullopt};
constexpr Key independent_key{"independent", "true", std::nullopt};

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
    -> std::optional<std::invoke_result_t<Read, const std::string&, const std::string&, const DataChoice&>> {
  const auto name = section.text("file");
  const DataChoice choice{section.label("column").value_or(""), section.label("neuron").value_or(""),
                          section.label("population").value_or("")};
  if (!name) return std::nullopt;
  if (name->empty() || name->find('\0') != std::string::npos) {
    section.refuse("file", "this names no file", "write for example file = \"data.csv\"");
    return std::nullopt;
  }
  try {
    const auto path = files.folder / *name;
    auto data = read(read_text(path), path.string(), choice);
    files.read.push_back(path);
    files.notes.insert(files.notes.end(), data.notes.begin(), data.notes.end());
    return data;
  } catch (const FileError& error) {
    for (const auto& problem : error.problems()) {
      if (problem.line == 0 && problem.key.empty()) {
        section.refuse("file", shown(problem.file) + " " + problem.rule,
                       "a data file is looked up from the folder of the experiment file");
      } else {
        section.problems().add(section.line("file"), problem);
      }
    }
    return std::nullopt;
  }
}

/// The values of samples, and what their file says of their times; empty, with a note, if they cannot be had.
std::optional<SampleData> read_values(Section& section, DataFiles& files) {
  constexpr std::array<std::string_view, 1> keys{"values"};
  const auto where = find_data(section, keys);
  if (where == Data::unclear) return std::nullopt;
  if (where == Data::in_place) {
    auto values = section.numbers("values");
    return values ? std::optional(SampleData{std::move(*values), {}, {}, {}}) : std::nullopt;
  }
  const auto start = section.optional_number("start");
  auto step = section.optional_number("step");
  if (step && !(*step > 0)) step.reset();
  auto data = read_data(section, files, [&](const std::string& text, const std::string& file, const auto& choice) {
    return read_sample_data(text, file, choice, start, step);
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
std::vector<Event> read_events(Section& section, DataFiles& files, std::string_view size_key, const Role& role) {
  const bool has_one_size = section.has_one_number(size_key);
  const std::array<std::string_view, 2> keys{"times", has_one_size ? "times" : size_key};
  const auto where = has_one_size && !section.has("file") ? Data::in_place : find_data(section, keys);
  std::optional<std::vector<double>> times, sizes;
  if (where == Data::in_file) {
    const auto parse = [&](const std::string& text, const std::string& file, const DataChoice& choice) {
      return has_one_size ? read_times_data(text, file, choice, role) : read_event_data(text, file, choice, role);
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
  const auto events = read_events(section, files, "jump", jump_role);
  return section.build([&] { return pulses(events); }, Current{});
}

Current read_synapse(Section& section, DataFiles& files) {
  const SynapseShape shape = read_synapse_shape(section);
  const auto events = read_events(section, files, "weights", weight_role);
  return shape.synapse(events);
}

/// Where drawn inputs are read: what they need beside their own section.
struct Drawing {
  std::optional<double> until;
  Seeds* seeds;
};

/// The seed, noted among those of the file.
std::uint64_t read_seed(Section& section, const Drawing& drawing) {
  const auto seed = section.whole_number("seed");
  if (seed) drawing.seeds->note(*seed, section.path());
  return seed.value_or(0);
}

/// [start, stop) of a drawn input; stop is the end of the run where it is not given.
std::pair<double, double> read_interval(Section& section, const Drawing& drawing) {
  const double start = section.number("start", 0);
  if (section.has("stop")) {
    const double stop = section.number("stop");
    if (stop > start) return {start, stop};
    throw InvalidArgument("stop", to_text(stop, "ms"), "must be later than start, " + to_text(start, "ms"));
  }
  if (!drawing.until) section.missing("stop");
  return {start, drawing.until.value_or(start)};
}

void require_above_zero(double value, const char* key, const char* unit) {
  if (!(value > 0)) throw InvalidArgument(key, to_text(value, unit), "must be greater than 0");
}

std::function<Drawn(std::uint64_t)> read_poisson(Section& section, const Drawing& drawing) {
  const bool jumps = section.has("jump");
  for (const auto key : {"shape", "tau", "weight"}) {
    if (jumps && section.has(key))
      section.refuse(key, "an arrival makes a jump or a synaptic current, not both",
                     "leave out jump, or " + std::string(key));
  }
  const SynapseShape shape = jumps ? SynapseShape{} : read_synapse_shape(section);
  const double size = section.number(jumps ? "jump" : "weight");
  const std::uint64_t seed = read_seed(section, drawing);
  struct Process {
    double rate, start, stop;
  };
  const auto make = [&] {
    const double rate = section.number("rate");
    require_above_zero(rate, "rate", "Hz");
    const auto [start, stop] = read_interval(section, drawing);
    return Process{rate, start, stop};
  };
  const Process process = section.build(make, Process{1, 0, 1});
  return [=](std::uint64_t stream) {
    Drawn drawn;
    if (process.stop > process.start)
      drawn.times = poisson_times(process.rate, process.start, process.stop, seed, stream);
    std::vector<Event> events;
    events.reserve(drawn.times.size());
    for (const double time : drawn.times) events.push_back({time, size});
    drawn.current = jumps ? pulses(std::move(events)) : shape.synapse(std::move(events));
    return drawn;
  };
}

std::function<Drawn(std::uint64_t)> read_noise(Section& section, const Drawing& drawing) {
  const std::uint64_t seed = read_seed(section, drawing);
  const auto make = [&] {
    Noise noise{};
    noise.mean = section.number("mean", 0);
    noise.sigma = section.number("sigma");
    noise.tau = section.number("tau");
    noise.step = section.number("step");
    if (noise.sigma < 0) throw InvalidArgument("sigma", to_text(noise.sigma, "nA"), "must not be negative");
    if (noise.tau < 0) throw InvalidArgument("tau", to_text(noise.tau, "ms"), "must not be negative");
    require_above_zero(noise.step, "step", "ms");
    std::tie(noise.start, noise.stop) = read_interval(section, drawing);
    return noise;
  };
  const Noise noise = section.build(make, Noise{0, 0, 0, 0, 1, 1});
  return [=](std::uint64_t stream) {
    Drawn drawn;
    if (!(noise.stop > noise.start)) return drawn;
    drawn.values = noise_values(noise, seed, stream);
    const Samples breakpoints{noise.start, noise.step, Hold::previous, nullptr};
    for (std::size_t k = 0; k < drawn.values.size(); ++k) drawn.times.push_back(breakpoints.breakpoint(k));
    drawn.current = noise_current(noise, drawn.values);
    return drawn;
  };
}

struct Kind {
  std::string_view name;
  std::string what;
  std::span<const Key> keys;
  Current (*read)(Section&, DataFiles&) = nullptr;
  std::function<Drawn(std::uint64_t)> (*read_drawn)(Section&, const Drawing&) = nullptr;
};

const std::array kinds{
    Kind{"step", "a step", step_keys, [](Section& s, DataFiles&) { return read_step(s); }},
    Kind{"ramp", "a ramp", ramp_keys, [](Section& s, DataFiles&) { return read_ramp(s); }},
    Kind{"sinusoid", "a sinusoid", sinusoid_keys, [](Section& s, DataFiles&) { return read_sinusoid(s); }},
    Kind{"samples", "an input of samples", samples_keys, read_samples},
    Kind{"pulses", "an input of pulses", pulses_keys, read_pulses},
    Kind{"synapse", "a synapse", synapse_keys, read_synapse},
    Kind{"poisson", "a Poisson process", poisson_keys, nullptr, read_poisson},
    Kind{"noise", "noise", noise_keys, nullptr, read_noise},
};

Input read_input(Problems& problems, const toml::table& table, std::size_t number, const std::string& path,
                 DataFiles& files, const Drawing& drawing, Receives receives) {
  std::array<std::string_view, kinds.size()> names;
  std::transform(kinds.begin(), kinds.end(), names.begin(), [](const Kind& kind) { return kind.name; });

  // Which keys there may be depends on the kind: for a look at it, all that are there are known.
  std::vector<Key> any{kind_key};
  for (const auto& [key, node] : table) {
    if (key.str() != kind_key.name) any.push_back({key.str(), "", std::nullopt});
  }
  Input input{.number = number, .path = path, .line = table.source().begin.line};
  const auto chosen = Section(problems, table, path, "an input", any).choice("kind", names);
  if (!chosen) return input;
  const Kind& kind = kinds[*chosen];
  std::vector<Key> keys(kind.keys.begin(), kind.keys.end());
  if (receives == Receives::network) keys.push_back(into_key);
  if (receives == Receives::network && kind.read_drawn != nullptr) keys.push_back(independent_key);
  Section section(problems, table, path, kind.what, keys);
  if (section.has("into") && receives == Receives::network) input.into = read_names(section, "into");
  if (kind.read != nullptr) {
    input.given = kind.read(section, files);
  } else {
    if (receives == Receives::network) input.is_independent = section.flag("independent", false);
    const std::size_t problems_before = problems.count();
    input.draw = kind.read_drawn(section, drawing);
    if (problems.count() > problems_before) input.draw = [](std::uint64_t) { return Drawn{}; };
  }
  return input;
}

}  // namespace

std::vector<Input> read_inputs(Problems& problems, const toml::table& root, DataFiles& files,
                               std::optional<double> until, Receives receives, Seeds& seeds) {
  std::vector<Input> inputs;
  for_each_table(problems, root, "input", "an input",
                 [&](const toml::table& table, std::size_t number, const std::string& path) {
                   inputs.push_back(read_input(problems, table, number, path, files, {until, &seeds}, receives));
                 });
  return inputs;
}

Current SynapseShape::synapse(std::vector<Event> events) const {
  return shape == Shape::exponential ? exponential_synapse(tau, std::move(events))
                                     : alpha_synapse(tau, std::move(events));
}

SynapseShape read_synapse_shape(Section& section) {
  constexpr std::array<std::string_view, 2> shapes{"exponential", "alpha"};
  const auto shape = section.choice("shape", shapes).value_or(0);
  const auto make = [&] {
    const SynapseShape made{shape == 0 ? Shape::exponential : Shape::alpha, section.number("tau")};
    made.synapse({});  // which looks at tau
    return made;
  };
  return section.build(make, SynapseShape{});
}

std::vector<std::string> read_names(Section& section, std::string_view key) {
  const auto* node = section.node(key);
  const auto* list = node != nullptr ? node->as_array() : nullptr;
  if (list == nullptr) {
    if (node == nullptr && !section.is_misspelt(key)) section.missing(key);
    const auto name = section.text(key);
    return name ? std::vector{*name} : std::vector<std::string>{};
  }
  std::vector<std::string> names;
  for (const auto& element : *list) {
    const auto* text = element.as_string();
    if (text != nullptr && std::find(names.begin(), names.end(), text->get()) == names.end()) {
      names.push_back(text->get());
    } else {
      section.problems().add(element, section.path_of(key),
                             text == nullptr ? "expected a name, not " + kind_of(element) : "listed twice",
                             text == nullptr ? "write names in double quotes" : "leave it out");
    }
  }
  if (list->empty()) section.refuse(key, "an empty list", "name a population");
  return names;
}

}  // namespace lapicque::detail
