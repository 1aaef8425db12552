#include "table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "lapicque/error.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

constexpr std::size_t most_problems = 10;

/// The decimal number at the beginning of a cell, with a point and an e: from "2,5", "1.0D+01" or "+3".
std::pair<std::string, std::size_t> decimal_of(std::string_view cell, bool has_decimal_commas) {
  auto length = decimal_length(cell);
  const auto next = [&](std::size_t at) { return at < cell.size() ? cell[at] : ' '; };
  std::string number(cell.substr(0, length));
  const bool has_exponent = number.find_first_of("eE") != std::string::npos;
  if (has_decimal_commas && length > 0 && next(length) == ',' && number.find('.') == std::string::npos &&
      !has_exponent && next(length + 1) >= '0' && next(length + 1) <= '9') {
    const auto rest = decimal_length(cell.substr(length + 1));
    number.append(".").append(cell.substr(length + 1, rest));
    if (std::count(number.begin(), number.end(), '.') > 1) return {{}, 0};
    length += 1 + rest;
  }
  // Fortran writes the exponent of a double with D.
  if (length > 0 && !has_exponent && (next(length) == 'D' || next(length) == 'd')) {
    const std::string tail = "1e" + std::string(cell.substr(length + 1));
    if (const auto found = decimal_length(tail); found > 2) {
      number.append(tail, 1, found - 1);
      length += found - 1;
    }
  }
  return {number, length};
}

bool says_nothing(std::string_view cell) {
  constexpr std::array<std::string_view, 8> words{"", "-", "--", "NA", "N/A", "null", "NULL", "None"};
  return std::find(words.begin(), words.end(), cell) != words.end() ||
         (is_not_finite(cell) && cell.find_first_of("aA") != std::string_view::npos);
}

/// Makes base units of numbers in some unit, rounded once.
class Converter {
 public:
  Converter(const std::string& unit, Dimension dimension) : unit_(unit), dimension_(dimension) {
    const double factor = parse_quantity("1 " + unit, dimension);
    for (int k = -most; k <= most; ++k) {
      if (nearest_double("1e" + std::to_string(k)) == factor) shift_ = k;
    }
  }

  std::optional<double> operator()(const std::string& number) const {
    if (shift_ == 0) return nearest_double(number);
    if (shift_ && number.find_first_of("eE") == std::string::npos) {
      return nearest_double(number + "e" + std::to_string(*shift_));
    }
    try {
      return parse_quantity(number + " " + unit_, dimension_);
    } catch (const InvalidArgument&) {  // it is not finite: number and unit are good
      return std::nullopt;
    }
  }

 private:
  static constexpr int most = 15;
  std::string unit_;
  Dimension dimension_;
  std::optional<int> shift_;  ///< the power of ten that the unit is
};

bool is_one_of(const std::vector<std::size_t>& columns, std::size_t column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

}  // namespace

std::string Table::name(std::size_t column) const {
  if (column < headings.size()) return headings[column].text.empty() ? "(no name)" : shown(headings[column].text);
  return "column " + std::to_string(column + 1);
}

std::string Table::names() const {
  std::string all;
  for (const auto& heading : headings) {
    all.append(all.empty() ? "" : ", ").append(heading.text.empty() ? "(no name)" : heading.text);
  }
  return shown(all);
}

void Table::require_names() const {
  if (headings.empty() || headings.size() >= width) return;
  const auto wide = std::find_if(lines.begin(), lines.end(), [&](const std::size_t& line) {
    return has(static_cast<std::size_t>(&line - lines.data()), headings.size());
  });
  if (wide == lines.end()) return;  // several names were joined to one, over rows of one cell
  const auto row = static_cast<std::size_t>(wide - lines.begin());
  const auto names_count = std::to_string(headings.size());
  if (width == 2 * headings.size() && !is_spaced) {
    refuse(*wide,
           "the header has half as many names (" + names() + ") as this row has fields: " + std::string(cell(row, 0)) +
               "," + std::string(cell(row, 1)) + " could be one number with a decimal comma, or two columns",
           "write points for decimal commas, or name all columns");
  }
  refuse(*wide,
         "the header names " + names_count + (names_count == "1" ? " column" : " columns") + " (" + names() +
             "), and this row has " + std::to_string(width) +
             ": the names could be those of the first columns, or, as R writes them, of the last",
         "name all columns");
}

std::string Table::option(const std::string& key, const std::string& value) const {
  if (is_of_experiment) return value.empty() ? key : key + " = \"" + shown(value) + "\"";
  return "--" + key + (value.empty() ? "" : " " + shown(value));
}

void Table::keep(const std::vector<std::size_t>& wanted) {
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    lines[k] = lines[wanted[k]];
    begins[k] = begins[wanted[k]];
    ends[k] = ends[wanted[k]];
  }
  lines.resize(wanted.size());
  begins.resize(wanted.size());
  ends.resize(wanted.size());
}

void Table::note(std::size_t line, const std::string& text) {
  notes.push_back(to_text(Problem{file, line, "", "", text, ""}));
}

void Table::refuse(std::size_t line, std::string rule, std::string mend) const {
  throw FileError({{file, line, "", "", std::move(rule), std::move(mend)}});
}

std::optional<std::size_t> Table::find(const Role& role, bool by_unit) const {
  // From the surest to the least sure: each column that is of none of the surer kinds.
  std::array<std::vector<std::size_t>, 4> found;
  for (std::size_t c = 0; c < headings.size(); ++c) {
    const auto& heading = headings[c];
    const bool fits = !role.dimension || is_unit_of(heading.unit, *role.dimension);
    if (heading.text == role.example) {
      found[0].push_back(c);
    } else if (is_called(heading, role)) {
      found[fits || heading.unit.empty() ? 1 : 2].push_back(c);
    } else if (by_unit && role.dimension && fits &&
               std::none_of(heading.words.begin(), heading.words.end(), [&](const std::string& word) {
                 return role.but.find(" " + word + " ") != std::string_view::npos;
               })) {
      found[3].push_back(c);
    }
  }
  for (const auto& columns : found) {
    if (columns.empty()) continue;
    if (columns.size() == 1) return columns.front();
    std::string all;
    for (const std::size_t c : columns) all.append(all.empty() ? "" : ", ").append(name(c));
    refuse(header_line, "there are several columns for " + std::string(role.what) + ": " + shown(all),
           "say which one it is with " + option("column", name(columns.front())));
  }
  return std::nullopt;
}

std::size_t Table::pick(const std::string& wanted) const {
  for (std::size_t c = 0; c < headings.size(); ++c) {
    if (headings[c].text == wanted) return c;
  }
  std::size_t number = 0;
  const char* const end = wanted.data() + wanted.size();
  const auto [stop, error] = std::from_chars(wanted.data(), end, number);
  if (error == std::errc{} && stop == end && number >= 1 && number <= width) return number - 1;
  if (headings.empty()) {
    throw FileError({{file, 0, option("column", ""), shown(wanted),
                      "must be a number from 1 to " + std::to_string(width), "the file has no header with names"}});
  }
  throw FileError({{file, header_line, option("column", ""), shown(wanted), "there is no such column, but " + names(),
                    "give the name of one, or its number from 1"}});
}

const std::string& Table::unit(std::size_t column) const {
  static const std::string none;
  return column < headings.size() ? headings[column].unit : none;
}

Measure measure_of(std::string_view cell, bool has_decimal_commas) {
  auto [number, length] = decimal_of(cell, has_decimal_commas);
  if (length == 0) return {};
  auto unit = trimmed(cell.substr(length));
  if (unit.empty()) return {std::move(number), unit};
  if (unit.front() == '*') unit = trimmed(unit.substr(1));
  if (const auto module = unit.rfind('.'); module != std::string_view::npos) unit.remove_prefix(module + 1);
  if (!is_printed_unit(unit)) return {};
  return {std::move(number), unit};
}

bool is_printed_unit(std::string_view unit) {
  constexpr std::array<std::string_view, 17> units{"s",   "ms",   "us",     "\u00b5s", "\u03bcs", "ns",
                                                   "sec", "msec", "second", "msecond", "usecond", "mV",
                                                   "V",   "uV",   "nA",     "pA",      "A"};
  return std::find(units.begin(), units.end(), unit) != units.end();
}

std::optional<double> value_of(const Table& table, std::size_t row, std::size_t column) {
  const auto measure = measure_of(table.cell(row, column), table.has_decimal_commas);
  return measure.number.empty() ? std::nullopt : nearest_double(measure.number);
}

std::vector<double> numbers(const Table& table, std::size_t column, const Role& role, const std::string& unit,
                            Gaps gaps) {
  const Dimension dimension = role.dimension.value_or(Dimension::time);
  const bool named = column < table.headings.size();
  const std::string key = named ? table.name(column) : role.example;
  std::map<std::string, Converter, std::less<>> converters;
  const auto converter = [&](const std::string& of) -> const Converter& {
    const auto known = converters.find(of);
    return known != converters.end()
               ? known->second
               : converters.emplace(of, Converter(usual_spelling(of, dimension), dimension)).first->second;
  };
  const std::string base = text_of(dimension).unit;
  const std::string common = unit.empty() ? base : unit;
  try {
    converter(common);
  } catch (const InvalidArgument& error) {
    throw FileError({{table.file, table.first_line(), "column " + key, shown(common), error.rule(),
                      "name a unit such as " + base}});
  }
  std::vector<double> values;
  values.reserve(table.rows());
  std::vector<Problem> problems;
  const auto report = [&](std::size_t row, std::string_view cell, std::string rule, std::string mend) {
    problems.push_back(
        {table.file, table.lines[row], key, cell.empty() ? "(empty)" : shown(cell), std::move(rule), std::move(mend)});
  };
  const std::string example = "write for example " + std::string(role.number);
  for (std::size_t row = 0; row < table.rows() && problems.size() < most_problems; ++row) {
    const auto cell = table.cell(row, column);
    if (!table.has(row, column)) {
      problems.push_back({table.file, table.lines[row], "", "", "there is no field for " + key + " in this row",
                          "give each row all its columns"});
    } else if (gaps == Gaps::kept && says_nothing(cell)) {
      values.push_back(std::numeric_limits<double>::quiet_NaN());
    } else if (const auto measure = measure_of(cell, table.has_decimal_commas); !measure.number.empty()) {
      std::optional<double> value;
      try {
        value = converter(measure.unit.empty() ? common : std::string(measure.unit))(measure.number);
        if (!value) report(row, cell, "must be a finite number", example);
      } catch (const InvalidArgument& error) {
        report(row, cell, error.rule(), example);
      }
      if (value) values.push_back(*value);
    } else if (is_not_finite(cell)) {
      report(row, cell, "must be a finite number", example);
    } else {
      const bool has_comma = cell.find(',') != std::string_view::npos;
      report(row, cell, "must be a plain number",
             has_comma ? "write a point for a decimal comma, and nothing between thousands" : example);
    }
  }
  if (!problems.empty()) throw FileError(std::move(problems));
  return values;
}

namespace {

/// How a neuron is called, whichever way its number is written.
std::string label_of(std::string_view cell) {
  const bool is_number = !cell.empty() && decimal_length(cell) == cell.size();
  const auto number = is_number ? nearest_double(cell) : std::nullopt;
  return number ? to_text(*number) : std::string(cell);
}

/// The labels in a column, each with how often it is there, in the order of the rows.
std::vector<std::pair<std::string, std::size_t>> labels_of(const Table& table, std::size_t column) {
  std::map<std::string, std::size_t> places;
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string label = label_of(table.cell(row, column));
    const auto place = places.emplace(label, counts.size()).first->second;
    if (place == counts.size()) counts.emplace_back(label, 0);
    ++counts[place].second;
  }
  return counts;
}

std::string listed(const std::vector<std::pair<std::string, std::size_t>>& labels) {
  constexpr std::size_t most = 10;
  std::string all;
  for (std::size_t k = 0; k < std::min(most, labels.size()); ++k) {
    all.append(k == 0 ? "" : ", ").append(shown(labels[k].first));
    all.append(" (").append(std::to_string(labels[k].second)).append(")");
  }
  if (labels.size() > most) all += " and " + std::to_string(labels.size() - most) + " more";
  return all;
}

/// Keeps the rows that have a label in a column, by which `option` chooses; refuses where there are several labels and
/// none is asked for.
void keep_label(Table& table, std::size_t column, const std::string& asked, const std::string& option,
                const RowChoice& choice, const std::string& otherwise = {}) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.has(row, column)) continue;
    table.refuse(table.lines[row], "there is no field for the " + option + " in this row",
                 "give each row all its columns");
  }
  const auto labels = labels_of(table, column);
  if (asked.empty() && labels.size() < 2) return;
  if (asked.empty() && choice.merges) {
    return table.note(table.header_line, std::string("the ") + choice.rows + " of several " + option +
                                             "s act together: " + listed(labels) + "; " +
                                             table.option(option, labels.front().first) + " would choose one");
  }
  if (asked.empty()) {
    table.refuse(table.lines.front(),
                 std::string("the file has ") + choice.rows + " of several " + option + "s: " + listed(labels),
                 "choose one with " + table.option(option, labels.front().first) + otherwise);
  }
  std::vector<std::size_t> wanted;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (label_of(table.cell(row, column)) == label_of(asked)) wanted.push_back(row);
  }
  if (wanted.empty() && table.rows() > 0) {
    throw FileError(
        {{table.file, 0, table.option(option, ""), shown(asked),
          std::string("the file has no ") + choice.row + " of it, but of " + listed(labels), "choose one of those"}});
  }
  table.keep(wanted);
}

std::optional<double> whole_number(std::string_view cell) {
  if (cell.empty() || decimal_length(cell) != cell.size()) return std::nullopt;
  const auto value = nearest_double(cell);
  return value && *value == std::floor(*value) ? value : std::nullopt;
}

bool are_whole(const Table& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!whole_number(table.cell(row, column))) return false;
  }
  return true;
}

bool is_among(const Heading& heading, std::string_view words) {
  return std::any_of(heading.words.begin(), heading.words.end(),
                     [&](const std::string& word) { return words.find(" " + word + " ") != std::string_view::npos; });
}

}  // namespace

bool counts_rows(const Table& table, std::size_t column) {
  std::optional<double> before;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto value = whole_number(table.cell(row, column));
    if (!value || !(before ? *value == *before + 1 : *value == 0 || *value == 1)) return false;
    before = value;
  }
  return true;
}

void keep_rows(Table& table, const RowChoice& choice, const std::vector<std::size_t>& used,
               std::optional<std::size_t> neurons) {
  constexpr std::string_view less_sure = " trial trials sweep sweeps label labels name names idx index indices ";
  std::optional<std::size_t> population;
  std::vector<std::size_t> called;   // as neurons are
  std::vector<std::size_t> unnamed;  // whole numbers of which nobody knows what they are
  for (std::size_t c = 0; c < table.width; ++c) {
    if (is_one_of(used, c) || neurons == c || dimension_of(table.unit(c))) continue;
    const Heading heading = c < table.headings.size() ? table.headings[c] : Heading{};
    if (is_called(heading, population_role)) {
      if (!population) population = c;
    } else if (is_called(heading, neuron_role)) {
      called.push_back(c);
    } else if (!is_called(heading, count_role) && !is_known(heading) && are_whole(table, c) && !counts_rows(table, c)) {
      unnamed.push_back(c);
    }
  }
  if (!neurons && !called.empty()) {
    const auto sure = std::find_if(called.begin(), called.end(),
                                   [&](std::size_t c) { return !is_among(table.headings[c], less_sure); });
    neurons = sure != called.end() ? *sure : called.front();
  }
  const bool has_count = neurons && *neurons < table.headings.size() && counts_rows(table, *neurons) &&
                         is_among(table.headings[*neurons], " id ids idx index indices ");
  std::erase_if(called, [&](std::size_t c) { return c == neurons || counts_rows(table, c); });

  if (!choice.population.empty()) {
    if (!population) {
      throw FileError({{table.file, 0, table.option("population", ""), shown(choice.population),
                        "the file has no column for populations", "leave it out"}});
    }
    keep_label(table, *population, choice.population, "population", choice);
  }
  if (!choice.neuron.empty() && !neurons) {
    throw FileError({{table.file, 0, table.option("neuron", ""), shown(choice.neuron),
                      "the file has no column for neurons", "leave it out"}});
  }
  if (neurons) {
    keep_label(table, *neurons, choice.neuron, "neuron", choice,
               has_count ? "; if " + table.name(*neurons) + " counts the rows, call that column row" : "");
  }
  if (population) keep_label(table, *population, "", "population", choice);
  for (const std::size_t c : called) {
    const auto labels = labels_of(table, c);
    if (labels.size() < 2 || choice.merges) continue;
    table.refuse(table.lines.front(),
                 std::string("the ") + choice.rows + " of this neuron are of several in the column " + table.name(c) +
                     ", too: " + listed(labels),
                 "leave those of one of them in the file");
  }
  if (!choice.asks || choice.merges) return;
  for (const std::size_t c : unnamed) {
    const auto labels = labels_of(table, c);
    if (labels.size() < 2) continue;
    const std::string found = table.name(c) + " has whole numbers (" + listed(labels) + ")";
    if (neurons && table.has_header()) {
      table.note(table.header_line, found + ", which are not looked at");
      continue;
    }
    table.refuse(table.lines.front(), found + " beside the times, which may be neurons or something else",
                 "call that column neuron and choose one of them, or leave it out");
  }
}

}  // namespace lapicque::detail
