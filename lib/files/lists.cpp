// Lists of numbers as languages print them, and lines that hold a train each.

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "fields.hpp"
#include "table.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view stripped(std::string_view text, std::string_view what = blanks) {
  const auto first = text.find_first_not_of(what);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(what) - first + 1);
}

/// One list: what is in its brackets, and what stands before and behind them.
struct List {
  std::string_view label;  ///< "t" of "spikemonitor.t = array([", empty without one
  std::string_view unit;
  std::size_t line = 1;
  bool is_nested = false;  ///< in the brackets of another list
  std::vector<std::string_view> cells;
};

/// The number in "np.float64(17.9)", "17.9", "true"; what is none stays as it is.
std::string_view unwrapped(std::string_view element) {
  element = stripped(element);
  if (const auto open = element.find('('); open != std::string_view::npos && element.ends_with(')')) {
    return element.substr(open + 1, element.size() - open - 2);
  }
  return element;
}

/// Elements between commas, or between white space where there is no comma.
std::vector<std::string_view> elements_of(std::string_view inner) {
  std::vector<std::string_view> elements;
  const std::string_view separators = inner.find(',') != std::string_view::npos   ? ","
                                      : inner.find(';') != std::string_view::npos ? ";"
                                                                                  : blanks;
  while (!(inner = stripped(inner)).empty()) {
    const auto end = std::min(inner.find_first_of(separators), inner.size());
    const auto element = unwrapped(inner.substr(0, end));
    if (!element.empty()) elements.push_back(element);
    inner.remove_prefix(std::min(end + 1, inner.size()));
  }
  return elements;
}

class ListReader {
 public:
  ListReader(std::string_view text, const std::string& file) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    table_.file = file;
  }

  std::optional<Table> read() {
    const auto first = first_line();
    if (first.empty() || first.front() == '#' || first.front() == '%') return std::nullopt;
    if (is_printed_by_r(first)) return read_r();
    for (const auto& brackets : {std::string_view("[]"), std::string_view("{}"), std::string_view("()")}) {
      if (!holds_list(first, brackets[0])) continue;
      find_lists(brackets[0], brackets[1]);
      return tabulated();
    }
    return std::nullopt;
  }

 private:
  /// The first line that says anything, and the next one where it ends in the middle of an assignment or a bracket.
  std::string_view first_line() const {
    const auto begin = std::min(text_.find_first_not_of(blanks), text_.size());
    auto end = std::min(text_.find_first_of("\r\n", begin), text_.size());
    const auto last = end > begin ? text_[end - 1] : ' ';
    if (std::string_view("=:[({,").find(last) != std::string_view::npos) {
      end = std::min(text_.find_first_of("\r\n", text_.find_first_not_of(blanks, end)), text_.size());
    }
    return text_.substr(begin, end - begin);
  }

  /// Whether an opening bracket has a number or another bracket behind it, and before it nothing, an assignment or a
  /// call: "t [ms]" and "Trace [1]" are names of columns.
  static bool holds_list(std::string_view line, char open) {
    bool is_quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] == '"') is_quoted = !is_quoted;
      if (is_quoted || line[at] != open) continue;
      const auto before = stripped(line.substr(0, at));
      const auto behind = stripped(line.substr(at + 1));
      if (!before.empty() && std::string_view("=:([{,").find(before.back()) == std::string_view::npos) continue;
      if (behind.empty() || opens_bracket(behind) || behind.front() == ']' || decimal_length(behind) > 0) return true;
      if (behind.starts_with("np.") || behind.starts_with("True") || behind.starts_with("False") ||
          behind.starts_with("true") || behind.starts_with("false") || behind.starts_with("nan")) {
        return true;
      }
    }
    return false;
  }

  static bool is_printed_by_r(std::string_view line) {
    const auto close = line.find(']');
    return line.starts_with("[1]") && decimal_length(stripped(line.substr(close + 1))) > 0;
  }

  /// R begins each line with the number of its first element: "[1] 17.9 31.0".
  Table read_r() {
    Lines lines(text_);
    while (const auto next = lines.next()) {
      const auto line = trimmed(*next);
      if (line.empty()) continue;
      const auto close = std::min(line.find(']'), line.size() - 1);
      if (line.substr(0, close + 1) != "[" + std::to_string(table_.rows() + 1) + "]") {
        table_.refuse(lines.number(), "a line of a vector printed by R begins with the number of its first element",
                      "write one spike a line");
      }
      for (const auto cell : elements_of(line.substr(close + 1))) add({cell}, lines.number());
    }
    return std::move(table_);
  }

  void find_lists(char open, char close) {
    std::vector<std::size_t> opened;
    bool is_innermost = false;
    bool is_quoted = false;
    std::size_t line = 1;
    for (std::size_t at = 0; at < text_.size(); ++at) {
      if (text_[at] == '\n') ++line;
      if (text_[at] == '"') is_quoted = !is_quoted;
      if (is_quoted) continue;
      if (text_[at] == open) {
        opened.push_back(at);
        is_innermost = true;
      } else if (text_[at] == close && !opened.empty()) {
        if (is_innermost && !is_argument(opened.back())) {
          lists_.push_back({label_before(opened.back()), unit_behind(at), line, opened.size() > 1,
                            elements_of(text_.substr(opened.back() + 1, at - opened.back() - 1))});
          for (const auto cell : lists_.back().cells) {
            if (cell.find("..") == std::string_view::npos) continue;
            table_.refuse(line, "the list was cut short when it was printed (" + shown(cell) + ")",
                          "print all of it, or save it: numpy.savetxt(\"data.txt\", array)");
          }
        }
        is_innermost = false;
        opened.pop_back();
      }
    }
    if (!opened.empty()) {
      table_.refuse(line, "a bracket is not closed",
                    "give the whole list, from its opening bracket to its closing one");
    }
  }

  /// Whether a list is a further argument of a call that began with one: the limits of neo's SpikeTrain([...], [0, 9]).
  bool is_argument(std::size_t at) const {
    const auto before = stripped(text_.substr(0, at));
    if (!before.ends_with(',') || lists_.empty()) return false;
    const auto call = before.rfind('(');
    const auto behind = call == std::string_view::npos ? std::string_view() : before.substr(call);
    return behind.find(')') == std::string_view::npos && behind.find_first_of("]}") != std::string_view::npos;
  }

  /// The name before an assignment or a colon, in front of a call's name: "t" of `<monitor.t: array(`, `"t": `, `0: `.
  std::string_view label_before(std::size_t at) const {
    auto before = stripped(text_.substr(0, at));
    if (before.ends_with('(')) {
      before.remove_suffix(1);
      while (!before.empty() && std::string_view("=:,([{ \n<").find(before.back()) == std::string_view::npos) {
        before.remove_suffix(1);
      }
      before = stripped(before);
    }
    if (!before.ends_with('=') && !before.ends_with(':')) return {};
    before = stripped(before.substr(0, before.size() - 1), " \t\"'");
    const auto begin = before.find_last_of("\r\n,{<.;\"' \t[(");
    return begin == std::string_view::npos ? before : before.substr(begin + 1);
  }

  /// What stands behind a closing bracket, in a call's round bracket ("Quantity([1, 2], 'ms')", "SpikeTrain([1, 2] ms,
  /// ...)") or behind it ("array([1, 2], dtype=float32) * msecond").
  std::string_view unit_behind(std::size_t at) const {
    const auto unit_from = [&](std::size_t begin) {
      const auto end = std::min(text_.find_first_of(",;)]}>\r\n", begin), text_.size());
      auto unit = stripped(text_.substr(begin, end - begin), " \t*'\"");
      if (const auto module = unit.rfind('.'); module != std::string_view::npos) unit.remove_prefix(module + 1);
      return std::pair(unit, end);
    };
    const auto [unit, end] = unit_from(at + 1);
    if (!unit.empty()) return unit;
    if (end >= text_.size() || std::string_view(",)").find(text_[end]) == std::string_view::npos) return {};
    const auto closing = text_.find(')', end);
    const auto arguments = text_.substr(end, closing == std::string_view::npos ? 0 : closing - end);
    if (closing == std::string_view::npos || arguments.find_first_of("[{") != std::string_view::npos) return {};
    const auto argument = stripped(arguments, " \t,'\"");
    if (!argument.empty() && argument.find_first_of("=,") == std::string_view::npos) return argument;
    return unit_from(closing + 1).first;
  }

  void add(const std::vector<std::string_view>& cells, std::size_t line) {
    table_.lines.push_back(line);
    table_.begins.push_back(table_.cells.size());
    table_.cells.insert(table_.cells.end(), cells.begin(), cells.end());
    table_.ends.push_back(table_.cells.size());
    table_.width = std::max(table_.width, cells.size());
  }

  static Heading heading_for(const List& list, std::string_view otherwise) {
    Heading heading = heading_of(list.label.empty() || decimal_length(list.label) > 0 ? otherwise : list.label);
    if (!list.unit.empty()) heading.unit = list.unit;
    return heading;
  }

  Table tabulated() {
    const bool is_one = lists_.size() == 1;
    if (lists_.empty()) table_.refuse(1, "there is no list of numbers in these brackets", "write one spike a line");
    if (is_one && !(lists_[0].is_nested && lists_[0].cells.size() == 2)) {
      return column(lists_[0]);
    }
    if (std::all_of(lists_.begin(), lists_.end(), [](const List& l) { return l.is_nested && l.label.empty(); })) {
      return nested();
    }
    const auto is_number_or_none = [](const List& l) { return l.label.empty() || decimal_length(l.label) > 0; };
    if (std::all_of(lists_.begin(), lists_.end(), is_number_or_none)) return trains();
    if (std::any_of(lists_.begin(), lists_.end(), is_known_list)) return columns();
    return trains();
  }

  static bool is_times(const List& list) {
    const auto heading = heading_for(list, "");
    if (heading.words.empty()) return dimension_of(heading.unit) == Dimension::time;
    return is_called(heading, time_role) ||
           (dimension_of(heading.unit) == Dimension::time && is_called(heading, count_role));
  }
  static bool is_known_list(const List& list) { return is_times(list) || is_known(heading_for(list, "")); }

  Table column(const List& list) {
    for (const auto cell : list.cells) add({cell}, list.line);
    table_.width = 1;
    table_.headings = {heading_for(list, "times")};
    table_.header_line = list.line;
    return std::move(table_);
  }

  /// Lists of one length side by side; of several lengths, the times alone.
  Table columns() {
    const auto times = std::find_if(lists_.begin(), lists_.end(), is_times);
    if (times == lists_.end()) {
      table_.refuse(1, "none of these lists is called times", "name it for example times_ms = [17.5, 30.9]");
    }
    table_.header_line = 1;
    std::vector<const List*> beside;
    for (const List& list : lists_) {
      if (list.cells.size() == times->cells.size()) beside.push_back(&list);
    }
    for (const List* list : beside) table_.headings.push_back(heading_for(*list, ""));
    for (std::size_t k = 0; k < times->cells.size(); ++k) {
      std::vector<std::string_view> row;
      for (const List* list : beside) row.push_back(list->cells[k]);
      add(row, times->line);
    }
    table_.width = beside.size();
    return std::move(table_);
  }

  /// A list of lists: rows of 0 and 1, pairs of a neuron and a time, or a train for each neuron.
  Table nested() {
    bool are_pairs = true, are_bits = lists_.size() > 1, have_whole_firsts = true, have_whole_seconds = true;
    for (const List& list : lists_) {
      are_pairs = are_pairs && list.cells.size() == 2;
      are_bits = are_bits && list.cells.size() == lists_[0].cells.size();
      for (std::size_t c = 0; c < list.cells.size(); ++c) {
        const auto number = measure_of(list.cells[c]).number;
        const auto value = number.empty() ? std::nullopt : nearest_double(number);
        const bool is_whole = value && *value == std::floor(*value);
        are_bits = are_bits && value && (*value == 0 || *value == 1);
        (c == 0 ? have_whole_firsts : have_whole_seconds) &= is_whole;
      }
    }
    if (are_bits) {
      for (const List& list : lists_) add(list.cells, list.line);
      return std::move(table_);
    }
    if (!are_pairs) return trains();
    if (!have_whole_firsts || have_whole_seconds || lists_.size() == 1) {
      table_.refuse(lists_[0].line,
                    "these lists of two numbers could be pairs of a neuron and a time, or trains of two spikes",
                    "write one spike a line, under a header such as neuron,time_ms");
    }
    for (const List& list : lists_) add(list.cells, list.line);
    table_.headings = {heading_of("neuron"), heading_of("times")};
    table_.header_line = lists_[0].line;
    return std::move(table_);
  }

  Table trains() {
    table_.is_trains = true;
    table_.headings = {heading_of("neuron"), heading_for(lists_[0], "times")};
    table_.header_line = lists_[0].line;
    for (std::size_t k = 0; k < lists_.size(); ++k) {
      if (lists_[k].unit != lists_[0].unit) {
        table_.refuse(lists_[k].line,
                      "the lists are in several units, " + shown(lists_[0].unit) + " and " + shown(lists_[k].unit),
                      "give them in one");
      }
      const auto label =
          lists_[k].label.empty() ? std::string_view(table_.labels.emplace_back(std::to_string(k))) : lists_[k].label;
      for (const auto cell : lists_[k].cells) add({label, cell}, lists_[k].line);
    }
    table_.width = 2;
    return std::move(table_);
  }

  std::string_view text_;
  Table table_;
  std::vector<List> lists_;
};

}  // namespace

std::optional<Table> parse_lists(std::string_view text, const std::string& file) {
  return ListReader(text, file).read();
}

bool split_trains(Table& table, bool is_asked) {
  // "0: 17.9 31.0" and "0: 17.9, 31.0": the colon may stand in the middle of the first cell.
  const auto colon_of = [&](std::size_t row) { return table.cell(row, 0).find(':'); };
  bool are_labelled = table.rows() > 0;
  bool is_ragged = false;
  bool ascends = true;
  std::size_t most = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    are_labelled = are_labelled && colon_of(row) != std::string_view::npos && colon_of(row) > 0;
  }
  std::vector<std::vector<std::string_view>> trains;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    auto& train = trains.emplace_back(table.cells.begin() + static_cast<std::ptrdiff_t>(table.begins[row]),
                                      table.cells.begin() + static_cast<std::ptrdiff_t>(table.ends[row]));
    if (are_labelled) train[0] = trimmed(train[0].substr(colon_of(row) + 1));
    std::erase(train, std::string_view());
    is_ragged = is_ragged || train.size() != trains.front().size();
    most = std::max(most, train.size());
    double last = -std::numeric_limits<double>::infinity();
    for (const auto cell : train) {
      const auto number = measure_of(cell, table.has_decimal_commas).number;
      const auto value = number.empty() ? std::nullopt : nearest_double(number);
      ascends = ascends && value && *value > last;
      last = value.value_or(last);
    }
  }
  const bool are_trains = are_labelled || (is_ragged && most > 2) || is_asked;
  if (!ascends || !are_trains) return false;
  const Table whole = std::move(table);
  table = Table();
  table.file = whole.file;
  table.notes = whole.notes;
  table.has_decimal_commas = whole.has_decimal_commas;
  table.is_trains = true;
  table.headings = {heading_of("neuron"), whole.headings.empty() ? heading_of("times") : whole.headings.front()};
  table.header_line = whole.header_line;
  table.width = 2;
  for (std::size_t row = 0; row < whole.rows(); ++row) {
    const auto first = whole.cell(row, 0);
    const std::string_view label =
        table.labels.emplace_back(are_labelled ? std::string(first.substr(0, first.find(':'))) : std::to_string(row));
    for (const auto cell : trains[row]) {
      table.lines.push_back(whole.lines[row]);
      table.begins.push_back(table.cells.size());
      table.cells.insert(table.cells.end(), {label, cell});
      table.ends.push_back(table.cells.size());
    }
  }
  return true;
}

}  // namespace lapicque::detail
