#pragma once

#include <string>
#include <variant>

#include "lapicque/convention.hpp"
#include "names.hpp"

namespace lapicque::python {

/// A convention or the name of one.
using ConventionOrName = std::variant<std::string, Convention>;

inline const Convention& convention_of(const ConventionOrName& given) {
  if (const auto* name = std::get_if<std::string>(&given)) return find_convention(*name);
  return std::get<Convention>(given);
}

}  // namespace lapicque::python
