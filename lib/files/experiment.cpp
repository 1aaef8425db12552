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

#include "document.hpp"
#include "inputs.hpp"
#include "json_table.hpp"
#include "lapicque/error.hpp"
#include "neuron_section.hpp"
#include "read_text.hpp"
#include "section.hpp"
#include "source.hpp"

namespace lapicque {
namespace {

using detail::Key;
using detail::Problems;
using detail::Section;

Neuron read_neuron_table(Problems& problems, const toml::table& root, const Section& sections,
                         const NeuronValues& instead) {
  const auto read = [&](Section& section) { return detail::read_neuron(section, instead); };
  return detail::read_table(problems, root, sections, "neuron", detail::neuron_keys, read, Neuron{});
}

/// read(problems, root, sections) for the root table of an experiment. @throws FileError
template <class Read>
auto read_experiment_root(const toml::table& root, const detail::Source& source, const std::string& name, Read read) {
  constexpr std::array root_keys{Key{"neuron", "", std::nullopt}, Key{"run", "", std::nullopt},
                                 Key{"input", "", std::nullopt}};
  return detail::read_root(root, source, name, root_keys, "an experiment", read);
}

/// The same for the root table of a TOML text.
template <class Read>
auto parse(std::string_view toml, const std::string& name, Read read) {
  const detail::Source source(toml);
  return read_experiment_root(detail::parse_toml(source, toml, name), source, name, read);
}

/// The sum of all [[input]], drawn ones of stream 0 included.
Current sum_of(Problems& problems, const std::vector<detail::Input>& inputs, std::vector<DrawnInput>* drawn) {
  Current sum;
  for (const detail::Input& input : inputs) {
    sum += input.given;
    if (!input.draw) continue;
    detail::note_draws(problems, input, [&] {
      detail::Drawn from = input.draw(0);
      sum += from.current;
      if (drawn != nullptr) drawn->push_back({input.number, std::move(from.times), std::move(from.values)});
    });
  }
  return sum;
}

/// Reads a whole experiment from its root table, see read_root.
auto experiment_reader(const std::filesystem::path& folder, const NeuronValues& instead) {
  return [&](Problems& problems, const toml::table& root, const Section& sections) {
    const auto neuron = read_neuron_table(problems, root, sections, instead);
    const double until = detail::read_until(problems, root, sections);
    detail::DataFiles files{folder};
    detail::Seeds seeds;
    std::vector<DrawnInput> drawn;
    const auto inputs = detail::read_inputs(problems, root, files, until, detail::Receives::neuron, seeds);
    const auto current = sum_of(problems, inputs, &drawn);
    auto remarks = problems.remarks();
    for (const auto& more : {files.notes, seeds.remarks(problems.file())})
      remarks.insert(remarks.end(), more.begin(), more.end());
    return Experiment{neuron, current, until, std::move(files.read), std::move(remarks), std::move(drawn)};
  };
}

}  // namespace

Experiment parse_experiment(std::string_view toml, const std::string& name, const std::filesystem::path& folder,
                            const NeuronValues& instead) {
  return parse(toml, name, experiment_reader(folder, instead));
}

Experiment parse_json_experiment(std::string_view json, const std::string& name, const std::filesystem::path& folder,
                                 const NeuronValues& instead) {
  return read_experiment_root(detail::json_table(json, name), detail::Source(""), name,
                              experiment_reader(folder, instead));
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
  const auto read = [&](Problems& problems, const toml::table& root, const Section& sections) {
    detail::DataFiles files{file.parent_path()};
    detail::Seeds seeds;
    std::optional<double> until;  // which drawn inputs stop at
    if (root.contains("run")) until = detail::read_until(problems, root, sections);
    auto current =
        sum_of(problems, detail::read_inputs(problems, root, files, until, detail::Receives::neuron, seeds), nullptr);
    if (notes != nullptr) {
      for (const auto& more : {files.notes, seeds.remarks(problems.file())})
        notes->insert(notes->end(), more.begin(), more.end());
    }
    return current;
  };
  return parse(detail::read_text(file), detail::name_of(file), read);
}

}  // namespace lapicque
