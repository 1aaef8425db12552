#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/error.hpp"
#include "section.hpp"
#include "seeds.hpp"

namespace lapicque::detail {

/// Where an experiment's data files are looked up, and those that were read.
struct DataFiles {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> read{};
  std::vector<std::string> notes{};  ///< what was assumed of them
};

/// What was drawn for a neuron: the current, and the numbers it is made of.
struct Drawn {
  Current current;
  std::vector<double> times;   ///< ms: the arrivals, or where each value begins
  std::vector<double> values;  ///< nA; empty for arrivals
};

/// What one [[input]] says.
struct Input {
  std::size_t number;  ///< its place in the file, from 1
  std::string path{};  ///< what it is called in messages
  Current given{};     ///< none where it is drawn
  /// Draws from a stream; empty where nothing is drawn. Throws InvalidArgument where that makes too much.
  std::function<Drawn(std::uint64_t stream)> draw{};
  std::vector<std::string> into{};  ///< of a network: the populations; all where empty
  bool is_independent = false;      ///< of a network: each neuron has its own draws
  std::size_t line = 0;
};

/// Calls draws(), which draws from an input: where that makes too much, this is a problem of the input.
template <class Draws>
void note_draws(Problems& problems, const Input& input, const Draws& draws) {
  try {
    draws();
  } catch (const InvalidArgument& problem) {
    problems.add(input.line, input.path + "." + problem.subject(), problem.value() + ": " + problem.rule(),
                 problem.mend());
  }
}

/// Of one neuron, or of a network, where an input has the key into, and a drawn one independent.
enum class Receives { neuron, network };

/// All [[input]] of a root table, in their order.
/// @param until  the end of the run, where drawn inputs stop; empty where there is none
std::vector<Input> read_inputs(Problems& problems, const toml::table& root, DataFiles& files,
                               std::optional<double> until, Receives receives, Seeds& seeds);

/// The shape of a synapse, with the keys shape and tau.
struct SynapseShape {
  Shape shape = Shape::exponential;
  double tau = 1;

  Current synapse(std::vector<Event> events) const;
};
inline constexpr Key shape_key{"shape", R"("exponential")", std::nullopt};
inline constexpr Key synapse_tau_key{"tau", R"("2 ms")", Dimension::time, 1};
SynapseShape read_synapse_shape(Section& section);

/// Names of populations under a key: one, or a list. Empty, with a note, where that is not what stands there.
std::vector<std::string> read_names(Section& section, std::string_view key);

}  // namespace lapicque::detail
