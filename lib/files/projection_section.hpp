#pragma once

#include <string>

#include "inputs.hpp"
#include "lapicque/network.hpp"
#include "population_section.hpp"
#include "section.hpp"
#include "seeds.hpp"

namespace lapicque::detail {

/// What a projection is read with.
struct ProjectionContext {
  DataFiles& files;
  Seeds& seeds;
  const Populations& populations;
  double until;  ///< ms
};

/// Adds the connections that a [[projection]] says.
void read_projection(Problems& problems, const toml::table& table, const std::string& path,
                     const ProjectionContext& context, Network& network);

}  // namespace lapicque::detail
