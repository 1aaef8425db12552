#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lapicque::detail {

/// The text of a TOML file, where each value can be found as its author wrote it.
class Source {
 public:
  explicit Source(std::string_view text);

  /// What stands at a node's place, on one line and shortened for a message; the node's value where it has no place.
  std::string written(const toml::node& node) const;

  /// A line, counted from 1, without the spaces around it; empty if there is no such line.
  std::string_view line(std::size_t number) const;

 private:
  /// toml++ counts lines and columns from 1, a column being a code point.
  std::size_t offset(const toml::source_position& position) const;

  std::string_view text_;
  std::vector<std::size_t> lines_;  ///< where each line begins
};

}  // namespace lapicque::detail
