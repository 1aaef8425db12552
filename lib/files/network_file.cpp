#include "lapicque/files/network_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "document.hpp"
#include "inputs.hpp"
#include "lapicque/draws.hpp"
#include "lapicque/error.hpp"
#include "population_section.hpp"
#include "projection_section.hpp"
#include "read_text.hpp"
#include "text.hpp"

namespace lapicque {
namespace {

using detail::Key;
using detail::Problems;
using detail::Section;

constexpr std::array root_keys{Key{"population", "", std::nullopt}, Key{"run", "", std::nullopt},
                               Key{"projection", "", std::nullopt}, Key{"input", "", std::nullopt}};

/// Reads a network file from its root table.
class Reader {
 public:
  Reader(Problems& problems, const toml::table& root, const Section& sections, const std::filesystem::path& folder)
      : problems_(problems), root_(root), sections_(sections), files_{folder} {}

  NetworkExperiment operator()(bool keeps_draws) {
    const double until = detail::read_until(problems_, root_, sections_);
    const auto read_population = [&](const toml::table& table, std::size_t, const std::string& path) {
      detail::read_population(problems_, table, path, files_, seeds_, populations_);
    };
    detail::for_each_table(problems_, root_, "population", "a population", read_population);
    const auto inputs = detail::read_inputs(problems_, root_, files_, until, detail::Receives::network, seeds_);
    std::vector<Current> currents(populations_.neurons.size());
    std::vector<DrawnForNeuron> drawn;
    for (const detail::Input& input : inputs) add_input(input, currents, keeps_draws ? &drawn : nullptr);

    Network network(std::move(populations_.neurons), std::move(currents));
    const auto read_projection = [&](const toml::table& table, std::size_t, const std::string& path) {
      detail::read_projection(problems_, table, path, {files_, seeds_, populations_, until}, network);
    };
    detail::for_each_table(problems_, root_, "projection", "a projection", read_projection);
    auto remarks = problems_.remarks();
    for (const auto& more : {files_.notes, seeds_.remarks(problems_.file())})
      remarks.insert(remarks.end(), more.begin(), more.end());
    return {std::move(network), until,           std::move(populations_.list), std::move(files_.read),
            std::move(remarks), std::move(drawn)};
  }

 private:
  void add_input(const detail::Input& input, std::vector<Current>& currents, std::vector<DrawnForNeuron>* drawn) {
    const auto neurons = input.into.empty()
                             ? populations_.everyone()
                             : populations_.members(problems_, input.line, input.path + ".into", input.into);
    if (!input.draw) {
      for (const std::size_t n : neurons) currents[n] += input.given;
      return;
    }
    detail::note_draws(problems_, input, [&] {
      std::optional<detail::Drawn> shared;
      if (!input.is_independent) shared = input.draw(0);
      for (const std::size_t n : neurons) {
        detail::Drawn own = shared ? *shared : input.draw(n + 1);
        currents[n] += own.current;
        if (drawn != nullptr) drawn->push_back({input.number, n, std::move(own.times), std::move(own.values)});
      }
    });
  }

  Problems& problems_;
  const toml::table& root_;
  const Section& sections_;
  detail::DataFiles files_;
  detail::Seeds seeds_;
  detail::Populations populations_;
};

}  // namespace

bool is_network_file(const std::filesystem::path& file) {
  const std::string text = detail::look_at_text(file);
  try {
    const toml::table root = detail::parse_toml(detail::Source(text), text, detail::name_of(file));
    return root.contains("population") && !root.contains("neuron");
  } catch (const FileError&) {
    return false;
  }
}

NetworkExperiment parse_network(std::string_view toml, const std::string& name, const std::filesystem::path& folder,
                                bool keeps_draws) {
  const detail::Source source(toml);
  const toml::table root = detail::parse_toml(source, toml, name);
  const auto read = [&](Problems& problems, const toml::table& table, const Section& sections) {
    return Reader(problems, table, sections, folder)(keeps_draws);
  };
  return detail::read_root(root, source, name, root_keys, "a network", read);
}

NetworkExperiment read_network(const std::filesystem::path& file, bool keeps_draws) {
  auto experiment = parse_network(detail::read_text(file), detail::name_of(file), file.parent_path(), keeps_draws);
  experiment.files.insert(experiment.files.begin(), file);
  return experiment;
}

}  // namespace lapicque
