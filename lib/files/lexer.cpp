// The cells of a table, and its header.

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "fields.hpp"
#include "table.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

using Separator = Fields::Separator;
using Cells = std::vector<std::string_view>;

constexpr std::size_t most_problems = 10;

/// Between spaces, a number and a unit behind it are one cell: "5.1 ms". A and V may well be somebody's name.
Cells cells_of(std::string_view line, Separator separator, bool* is_open = nullptr) {
  Cells result;
  Fields fields(line, separator);
  while (const auto field = fields.next()) {
    if (separator == Separator::space && *field != "A" && *field != "V" && is_printed_unit(*field) && !result.empty() &&
        !measure_of(result.back()).number.empty()) {
      const char* const begin = result.back().data();
      result.back() = std::string_view(begin, static_cast<std::size_t>(field->data() + field->size() - begin));
    } else {
      result.push_back(*field);
    }
  }
  if (is_open != nullptr) *is_open = fields.is_open();
  return result;
}

bool is_number(std::string_view cell) { return !measure_of(cell).number.empty(); }

/// "0,1": digits on both sides of its only comma.
bool is_comma_number(std::string_view cell) { return !measure_of(cell, true).number.empty() && !is_number(cell); }

/// "1,234" may be 1.234 or 1234.
bool may_be_thousands(std::string_view cell) {
  const auto comma = cell.find(',');
  const auto digits = cell.find_first_not_of("+-");
  return comma - digits <= 3 && cell[digits] != '0' && cell.substr(comma + 1).size() == 3;
}

/// A comma that has no blank beside it may be a decimal one where all that stands between blanks are numbers, more than
/// one: "0,1 -70,5".
bool has_comma_numbers_between_blanks(std::string_view line) {
  const auto cells = cells_of(line, Separator::space);
  return cells.size() > 1 &&
         std::all_of(cells.begin(), cells.end(), [](auto cell) { return is_number(cell) || is_comma_number(cell); });
}

Separator separator_of(std::string_view line) {
  bool is_quoted = false;
  bool has_comma = false;
  bool has_tab = false;
  for (const char c : line) {
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == ';') return Separator::semicolon;
    has_comma = has_comma || c == ',';
    has_tab = has_tab || c == '\t';
  }
  if (has_comma && !has_comma_numbers_between_blanks(line)) return Separator::comma;
  if (!has_tab) return Separator::space;
  const auto cells = cells_of(line, Separator::tab);
  const bool is_mixed = std::any_of(cells.begin(), cells.end(), [](std::string_view cell) {
    const auto blank = cell.find(' ');
    return blank != std::string_view::npos && is_number(cell.substr(0, blank)) && !is_number(cell);
  });
  return is_mixed ? Separator::space : Separator::tab;
}

/// Whether a row has no number: it is a header, or words.
bool is_words(const Cells& row) {
  if (row.front().empty() && row.size() > 1 && !is_number(row[1])) return true;
  return !opens_bracket(row.front()) && std::none_of(row.begin(), row.end(), [](std::string_view cell) {
    return decimal_length(cell) > 0 || is_not_finite(cell);
  });
}

/// Cells but for empty ones at the end.
std::size_t width_of(const Cells& row) {
  std::size_t width = row.size();
  while (width > 0 && row[width - 1].empty()) --width;
  return width;
}

class Lexer {
 public:
  Lexer(std::string_view text, const std::string& file) : text_(text) { table_.file = file; }

  Table read() {
    if (text_.find('\0') != std::string_view::npos) {
      table_.refuse(1, "this is no plain text, or text in UTF-16", "save it as plain text or in UTF-8");
    }
    if (auto lists = parse_lists(text_, table_.file)) return std::move(*lists);
    Lines lines(text_);
    if (!text_.starts_with("ATF")) {
      find_separator();
    } else {
      skip_block(lines);
    }
    while (const auto line = lines.next()) {
      read_line(*line, lines.number());
      if (problems_.size() == most_problems) break;
    }
    if (!has_content_ && !text_.empty() && comment_line_ == 0) {
      table_.note(0, "there is nothing but white space in it; it is taken for a table without rows");
    }
    if (table_.lines.empty()) read_words();
    table_.is_spaced = separator_ == Separator::space || separator_ == Separator::tab;
    if (!problems_.empty()) throw FileError(std::move(problems_));
    find_decimal_commas();
    return std::move(table_);
  }

 private:
  /// From the first line that begins with a number; if there is none, from the first that is no comment.
  void find_separator() {
    std::string_view first;
    Lines lines(text_);
    while (const auto line = lines.next()) {
      const auto content = trimmed(*line);
      if (content.empty() || is_comment(content)) continue;
      if (first.empty()) first = content;
      const auto number = content.substr(content.starts_with('"') ? 1 : 0);
      if (decimal_length(number) == 0) continue;
      first = content;
      break;
    }
    separator_ = separator_of(first);
  }

  /// Axon's text files: "ATF 1.0", then how many lines come before the header, and how many columns there are.
  void skip_block(Lines& lines) {
    separator_ = Separator::tab;
    lines.next();
    const auto counts = cells_of(lines.next().value_or(""), Separator::space);
    std::size_t count = 0;
    if (!counts.empty()) std::from_chars(counts[0].data(), counts[0].data() + counts[0].size(), count);
    for (; count > 0 && lines.next(); --count) {
    }
  }

  static bool is_comment(std::string_view content) { return content.front() == '#' || content.front() == '%'; }

  void read_line(std::string_view line, std::size_t number) {
    const auto content = trimmed(line);
    if (content.empty()) return;
    if (is_comment(content)) {
      if (has_content_) return;
      comment_ = trimmed(content.substr(std::min(content.find_first_not_of("#% \t"), content.size())));
      comment_line_ = number;
      return;
    }
    has_content_ = true;
    bool is_open = false;
    auto cells = cells_of(line, separator_, &is_open);
    if (is_open) {
      problems_.push_back({table_.file, number, "", shown(content), "a double quote is not closed in this line",
                           "close it, or leave it out"});
      if (table_.lines.empty() && words_.empty()) throw FileError(std::move(problems_));
      return;
    }
    if (table_.lines.empty() && is_words(cells)) {
      words_.emplace_back(number, line);
      return;
    }
    if (table_.lines.empty()) read_header(cells);
    add(number, cells);
  }

  void add(std::size_t number, const Cells& cells) {
    table_.lines.push_back(number);
    table_.begins.push_back(table_.cells.size());
    table_.cells.insert(table_.cells.end(), cells.begin(), cells.end());
    table_.ends.push_back(table_.cells.size());
    table_.width = std::max(table_.width, width_of(cells));
  }

  void name(const std::vector<std::string>& names, std::size_t line) {
    for (const auto& text : names) table_.headings.push_back(heading_of(text));
    table_.header_line = line;
    table_.width = std::max(table_.width, names.size());
  }

  /// @param row  the first one, below all lines of words
  void read_header(const Cells& row) {
    if (words_.empty()) return read_comment(row);
    const std::size_t width = width_of(row);
    // Titles above the names have fewer cells than a row.
    std::size_t first = 0;
    while (first + 1 < words_.size() && names_of(words_[first].second, width).size() < width) ++first;
    if (first > 0) {
      const auto line = words_[first].first;
      table_.note(line, "the columns' names are taken to be in this line, and what is above it for a title");
    }
    auto names = names_of(words_[first].second, width);
    auto rest = first + 1;
    if (rest < words_.size()) {
      const auto units = cells_of(words_[rest].second, separator_);
      if (units.size() <= names.size() && std::all_of(units.begin(), units.end(), is_unit_alone)) {
        for (std::size_t c = 0; c < units.size(); ++c) {
          const auto from = units[c].find_first_not_of("([");
          const auto unit = units[c].substr(std::min(from, units[c].size()));
          if (!unit.empty()) names[c].append(" [").append(unit.substr(0, unit.find_first_of(")]"))).append("]");
        }
        ++rest;
      }
    }
    name(names, words_[first].first);
    for (; rest < words_.size(); ++rest) add(words_[rest].first, cells_of(words_[rest].second, separator_));
  }

  /// A table without a row of numbers: the first line of words is its header.
  void read_words() {
    if (words_.empty()) {
      if (!comment_.empty()) read_comment({});
      return;
    }
    const auto line = words_.front().second;
    if (const auto equals = line.find('=');
        equals != std::string_view::npos && decimal_length(trimmed(line.substr(equals + 1))) > 0) {
      table_.refuse(words_.front().first, "there is no column of numbers in this line, but " + shown(trimmed(line)),
                    "write one number a line");
    }
    name(names_of(words_.front().second, 0), words_.front().first);
    for (std::size_t k = 1; k < words_.size(); ++k) {
      add(words_[k].first, cells_of(words_[k].second, separator_));
    }
  }

  static bool is_unit_alone(std::string_view cell) {
    const auto from = cell.find_first_not_of("([");
    if (from == std::string_view::npos) return cell.empty();
    const auto unit = cell.substr(from);
    return dimension_of(std::string(unit.substr(0, unit.find_first_of(")]")))).has_value();
  }

  /// The names in a header. Between spaces a unit in brackets belongs to the name before it; several words over a
  /// single column are one name; and where each of `width` names has its unit in brackets, these part the names.
  std::vector<std::string> names_of(std::string_view line, std::size_t width) const {
    std::vector<std::string> names;
    for (const auto cell : cells_of(line, separator_)) {
      const bool is_bracket = !cell.empty() && (cell.front() == '(' || cell.front() == '[');
      if (separator_ == Separator::space && is_bracket && !names.empty()) {
        names.back().append(" ").append(cell);
      } else {
        names.emplace_back(cell);
      }
    }
    if (names.size() > 1 && names.back() == "=") names.pop_back();
    if (separator_ != Separator::space || names.size() <= width) return names;
    if (width == 1 && names.size() > 1) return {std::string(trimmed(line))};
    std::vector<std::string> parted{""};
    for (const auto& word : names) {
      parted.back().append(parted.back().empty() ? "" : " ").append(word);
      if (word.ends_with(')') || word.ends_with(']')) parted.emplace_back();
    }
    if (parted.back().empty()) parted.pop_back();
    return parted.size() == width ? parted : names;
  }

  /// The last comment before the first row may be the header, whatever stands between its names.
  void read_comment(const Cells& row) {
    const std::size_t width = width_of(row);
    for (const auto separator :
         {separator_, Separator::comma, Separator::semicolon, Separator::tab, Separator::space}) {
      const auto names = Lexer(comment_, separator).names_of(comment_, width);
      if (names.empty() || (width > 0 && names.size() != width)) continue;
      std::vector<Heading> headings;
      for (const auto& text : names) headings.push_back(heading_of(text));
      const auto is_long = [](const Heading& h) { return h.words.size() > 3; };
      const auto begins_with_number = [](const Heading& h) { return decimal_length(h.text) > 0; };
      const bool has_unit = width == 1 && dimension_of(headings[0].unit).has_value();
      if (std::none_of(headings.begin(), headings.end(), is_known)) continue;
      if (!has_unit && std::any_of(headings.begin(), headings.end(), is_long)) continue;
      if (!has_unit && width == 1 && headings[0].words.size() > 2) continue;  // a remark
      if (std::any_of(headings.begin(), headings.end(), begins_with_number)) continue;
      return name(names, comment_line_);
    }
  }

  Lexer(std::string_view text, Separator separator) : text_(text), separator_(separator) {}

  void find_decimal_commas() {
    for (const auto cell : table_.cells) {
      if (cell.find(',') == std::string_view::npos || !is_comma_number(cell) || may_be_thousands(cell)) continue;
      table_.has_decimal_commas = true;
      return;
    }
  }

  std::string_view text_;
  Separator separator_ = Separator::comma;
  Table table_;
  std::vector<std::pair<std::size_t, std::string_view>> words_;  ///< lines above the first row, that have no number
  std::string_view comment_;                                     ///< the last one above the first row
  std::size_t comment_line_ = 0;
  bool has_content_ = false;
  std::vector<Problem> problems_;
};

}  // namespace

bool opens_bracket(std::string_view cell) {
  return !cell.empty() && std::string_view("[({").find(cell.front()) != std::string_view::npos;
}

Table parse_table(std::string_view text, const std::string& file) { return Lexer(text, file).read(); }

}  // namespace lapicque::detail
