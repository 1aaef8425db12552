#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "inputs.hpp"
#include "lapicque/files/network_file.hpp"
#include "section.hpp"
#include "seeds.hpp"

namespace lapicque::detail {

/// The populations of a network file.
struct Populations {
  std::vector<PopulationOfFile> list;
  std::vector<Neuron> neurons;

  std::vector<std::size_t> everyone() const;
  /// The neurons of these populations, in the order listed; a name that there is none of is noted.
  std::vector<std::size_t> members(Problems& problems, std::size_t line, const std::string& key,
                                   const std::vector<std::string>& names) const;
};

/// Adds what a [[population]] says.
void read_population(Problems& problems, const toml::table& table, const std::string& path, DataFiles& files,
                     Seeds& seeds, Populations& populations);

}  // namespace lapicque::detail
