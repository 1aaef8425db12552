#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "section.hpp"
#include "source.hpp"

namespace lapicque::detail {

/// The root table of a TOML text. @throws FileError  it is no TOML
toml::table parse_toml(const Source& source, std::string_view text, const std::string& name);

/// read(problems, root, sections) for a root table that may have these keys. @throws FileError
template <class Read>
auto read_root(const toml::table& root, const Source& source, const std::string& name, std::span<const Key> keys,
               const std::string& what, Read read) {
  Problems problems(name, source);
  const Section sections(problems, root, "", what, keys);
  auto result = read(problems, root, sections);
  problems.throw_if_any();
  return result;
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
    problems.add(node->source().begin.line, name, name + " is a table, not " + kind_of(*node),
                 "write [" + name + "] above its keys");
    return otherwise;
  }
  Section section(problems, *table, name, "[" + name + "]", keys);
  return read(section);
}

/// read(table, number, path) for each table of the list under a key of the root; path is what it is called in messages.
/// @param what  one of them, with its article
template <class Read>
void for_each_table(Problems& problems, const toml::table& root, const std::string& key, const std::string& what,
                    const Read& read) {
  const auto* node = root.get(key);
  if (node == nullptr) return;
  const auto* list = node->as_array();
  if (list == nullptr) {
    problems.add(node->source().begin.line, key, key + "s are a list, not " + kind_of(*node),
                 "write [[" + key + "]] above the keys of each");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string path = key + "[" + std::to_string(i + 1) + "]";
    if (const auto* table = (*list)[i].as_table()) {
      read(*table, i + 1, path);
    } else {
      problems.add((*list)[i], path, what + " is a table, not " + kind_of((*list)[i]),
                   "write [[" + key + "]] above its keys");
    }
  }
}

/// run.until of a root table, ms; 1, with a note, where there is none.
double read_until(Problems& problems, const toml::table& root, const Section& sections);

}  // namespace lapicque::detail
