#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>

namespace lapicque::detail {

/// The table that a JSON object is; its nodes have no place in a text.
/// @param name  what it is called in messages
/// @throws FileError  it is no JSON, no object, deeper than 100 levels, or has a null
toml::table json_table(std::string_view json, const std::string& name);

}  // namespace lapicque::detail
