#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lapicque/error.hpp"
#include "lapicque/files/file_error.hpp"
#include "lapicque/files/quantity.hpp"
#include "source.hpp"

namespace lapicque::detail {

/// A key that a table of an experiment file may have.
struct Key {
  std::string_view name;
  std::string_view example;            ///< a value to copy, as TOML
  std::optional<Dimension> dimension;  ///< empty where the value is no quantity
  /// What stands in for a value that is missing or wrong, so that the other values are still looked at: it breaks no
  /// rule whatever they are.
  double substitute = 0;
};

/// The problems of one file, in the order of its lines.
class Problems {
 public:
  Problems(std::string file, const Source& source) : file_(std::move(file)), source_(&source) {}

  /// What is wrong with a value.
  void add(const toml::node& node, std::string key, std::string rule, std::string mend);
  /// A word on a value that is used nevertheless.
  void remark(const toml::node& node, const std::string& key, const std::string& text);
  const std::vector<std::string>& remarks() const noexcept { return remarks_; }
  /// What is wrong with no value at fault.
  void add(std::size_t line, std::string key, std::string rule, std::string mend);
  /// Any problem, one of another file included; it is listed with those of `line`.
  void add(std::size_t line, Problem problem);

  const Source& source() const noexcept { return *source_; }
  std::size_t count() const noexcept { return problems_.size(); }
  const std::string& file() const noexcept { return file_; }

  /// @throws FileError  if there are any
  void throw_if_any();

 private:
  std::string file_;
  const Source* source_;
  std::vector<std::pair<std::size_t, Problem>> problems_;  ///< with the line where they are listed
  std::vector<std::string> remarks_;
};

/// One table of an experiment file: the keys it may have, their values, and what is wrong with them.
///
/// A reading function never fails: it notes the problem and returns a substitute, or nothing.
class Section {
 public:
  /// Notes the keys of `table` that are not among `keys`.
  /// @param path  what the table is called in messages, "input[2]"; empty for the file as a whole
  /// @param what  what has these keys, "a step"
  Section(Problems& problems, const toml::table& table, std::string path, const std::string& what,
          std::span<const Key> keys);

  /// Whether there is a value, or one whose key looks like a slip of the pen for this one.
  bool has(std::string_view key) const;

  /// Whether there is only a key that looks like a slip of the pen for this one, which has been noted.
  bool is_misspelt(std::string_view key) const { return !table_->contains(key) && misspelt_.contains(key); }

  double number(std::string_view key);                   ///< of a required key, in base units
  double number(std::string_view key, double fallback);  ///< of an optional key
  std::optional<double> optional_number(std::string_view key);

  /// The elements of a required array; empty, with a note, if it is missing or an element is wrong.
  std::optional<std::vector<double>> numbers(std::string_view key);
  /// The elements of a required array, or `count` times the one number that stands there.
  std::optional<std::vector<double>> numbers_or_one(std::string_view key, std::size_t count);

  /// The place among `choices` of a required text; empty if it is missing or none of them.
  std::optional<std::size_t> choice(std::string_view key, std::span<const std::string_view> choices);

  /// Puts a number of the caller's in the place of what the table has under `key`. Where that breaks a rule, `refuse`
  /// throws InvalidArgument with the key as its subject(): the file is not at fault.
  void replace(std::string_view key, double value);

  /// A text that stands for itself; empty if it is missing or no text.
  std::optional<std::string> text(std::string_view key);

  /// A text that stands for itself, or a whole number as a text; empty if it is missing or neither.
  std::optional<std::string> label(std::string_view key);

  /// A whole number from 0 to 2^64 - 1, which may stand in quotes; empty, with a note, if it is missing or none.
  std::optional<std::uint64_t> whole_number(std::string_view key);

  /// true or false; `fallback` where it is missing.
  bool flag(std::string_view key, bool fallback);

  /// What this section is called in messages.
  const std::string& path() const noexcept { return path_; }

  /// Any value; null if it is missing.
  const toml::node* node(std::string_view key) const { return table_->get(key); }

  /// Whether a value is there that is no array.
  bool has_one_number(std::string_view key) const;

  /// Notes a problem with the value of `key`; with the table, if it has no such key.
  void refuse(std::string_view key, std::string rule, std::string mend);
  void refuse(const InvalidArgument& problem);
  /// Notes that a required key is missing.
  void missing(std::string_view key, const std::string& alternative = {});

  Problems& problems() noexcept { return *problems_; }
  /// What a key is called in messages.
  std::string path_of(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }
  std::size_t line(std::string_view key) const;

  /// make(), which builds a value from this section. The rules that the library itself states are looked at here: where
  /// a number breaks one, that is noted, and make() gets a substitute for it the next time. Gives `otherwise` if that
  /// does not help.
  template <class Make, class Value>
  Value build(Make make, Value otherwise) {
    for (;;) {
      try {
        return make();
      } catch (const InvalidArgument& problem) {
        refuse(problem);
        if (!substitute(problem.subject())) return otherwise;
      }
    }
  }

 private:
  const Key& find(std::string_view key) const;
  std::string for_example(std::string_view key) const;
  /// A number in base units; empty, with a note, if that is not what stands there.
  std::optional<double> read(const toml::node& node, const std::string& path, const Key& key);
  /// Puts the substitute in the place of a number; false if that has been done before, or there is no such number.
  bool substitute(const std::string& key);

  Problems* problems_;
  const toml::table* table_;
  std::string path_;
  std::span<const Key> keys_;
  std::map<std::string, double, std::less<>> numbers_;  ///< those that were read
  std::set<std::string, std::less<>> substituted_;
  std::set<std::string, std::less<>> replaced_;  ///< by the caller
  std::set<std::string, std::less<>> misspelt_;  ///< keys that some unknown key was meant to be
};

/// "a boolean": what a TOML value is, in words.
std::string kind_of(const toml::node& node);

}  // namespace lapicque::detail
