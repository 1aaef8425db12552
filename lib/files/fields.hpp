#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "text.hpp"

namespace lapicque::detail {

/// The fields of one line, one at a time.
class Fields {
 public:
  /// What stands between two fields; `space` is any number of spaces and tabs.
  enum class Separator : char { comma = ',', semicolon = ';', tab = '\t', space = ' ' };

  explicit Fields(std::string_view line, Separator separator = Separator::comma)
      : rest_(separator == Separator::space ? trimmed(line) : line), separator_(separator) {}

  /// The next field, without spaces or double quotes around it; empty after the last.
  std::optional<std::string_view> next() {
    if (done_) return std::nullopt;
    auto end = separator_from(0);
    const auto* const blank = separator_ == Separator::tab ? " " : " \t";
    if (const auto quote = rest_.find_first_not_of(blank); quote != std::string_view::npos && rest_[quote] == '"') {
      const auto closing = closing_quote(quote);
      is_open_ = closing == std::string_view::npos;
      end = is_open_ ? closing : separator_from(closing);
    }
    const auto field = trimmed(rest_.substr(0, end));
    done_ = end == std::string_view::npos;
    if (!done_) rest_.remove_prefix(end + 1);
    if (separator_ == Separator::space) rest_ = trimmed(rest_);
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
      return trimmed(field.substr(1, field.size() - 2));
    }
    return field;
  }

  /// Whether a double quote before the last field has none that closes it in this line.
  bool is_open() const noexcept { return is_open_; }

 private:
  /// Two quotes in a row within quotes stand for one.
  std::size_t closing_quote(std::size_t opening) const {
    auto at = rest_.find('"', opening + 1);
    while (at != std::string_view::npos && at + 1 < rest_.size() && rest_[at + 1] == '"') at = rest_.find('"', at + 2);
    return at;
  }

  std::size_t separator_from(std::size_t at) const {
    if (separator_ == Separator::space) return rest_.find_first_of(" \t", at);
    return rest_.find(static_cast<char>(separator_), at);
  }

  std::string_view rest_;
  Separator separator_;
  bool done_ = false;
  bool is_open_ = false;
};

/// A text line by line, without CR LF, LF or CR, nor a byte order mark; lines are counted from 1.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    ++number_;
    const auto line = rest_.substr(0, rest_.find_first_of("\r\n"));
    rest_.remove_prefix(line.size());
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : std::min<std::size_t>(rest_.size(), 1));
    return line;
  }

  /// That of the line that next() gave last.
  std::size_t number() const noexcept { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

}  // namespace lapicque::detail
