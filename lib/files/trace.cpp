#include "lapicque/files/trace.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

#include "column_name.hpp"
#include "fields.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/experiment.hpp"
#include "lapicque/files/quantity.hpp"
#include "lapicque/files/table.hpp"
#include "text.hpp"

namespace lapicque {
namespace {

/// A kind of column, and what headers call it.
struct Kind {
  const char* what;
  Dimension dimension;
  std::array<std::string_view, 5> names;
  const char* example;
};
constexpr Kind time_kind{"the time", Dimension::time, {"time", "t", "", "", ""}, "time_ms"};
constexpr Kind voltage_kind{
    "the potential", Dimension::voltage, {"potential", "v", "vm", "u", "voltage"}, "potential_mV"};
constexpr Kind interval_kind{"the interval", Dimension::time, {"interval", "isi", "", "", ""}, "interval_ms"};
constexpr Kind current_kind{"the current", Dimension::current, {"current", "i", "", "", ""}, "current_nA"};

/// What stands between the fields of the first row that begins with a number; a comma where nothing does.
detail::Fields::Separator separator_of(std::string_view text) {
  using Separator = detail::Fields::Separator;
  detail::Lines lines(text);
  while (const auto line = lines.next()) {
    const auto content = detail::trimmed(*line);
    if (detail::decimal_length(content.substr(content.starts_with('"') ? 1 : 0)) == 0) continue;
    const auto separator = detail::Fields::separator_in(content);
    const bool is_one_field = separator == Separator::space && content.find_first_of(" \t") == std::string_view::npos;
    return is_one_field ? Separator::comma : separator;
  }
  return Separator::comma;
}

/// A table of columns between commas, semicolons, tabs or spaces as one with commas, line by line. Between spaces, a
/// unit in brackets belongs to the name before it.
std::string with_commas(std::string text) {
  const auto separator = separator_of(text);
  if (separator == detail::Fields::Separator::comma) return text;
  std::string result;
  detail::Lines lines(text);
  while (const auto line = lines.next()) {
    const auto content = detail::trimmed(*line);
    detail::Fields fields(*line, separator);
    std::vector<std::string> row;
    while (const auto field = content.starts_with('#') ? std::nullopt : fields.next()) {
      if (separator == detail::Fields::Separator::space && !row.empty() && field->find_first_of("([") == 0) {
        row.back().append(" ").append(*field);
      } else {
        row.emplace_back(*field);
      }
    }
    for (std::size_t f = 0; f < row.size(); ++f) {
      const bool quotes = row[f].find(',') != std::string::npos && !fields.is_open();
      result.append(f > 0 ? "," : "").append(quotes ? "\"" + row[f] + "\"" : row[f]);
    }
    result += '\n';
  }
  return result;
}

class TableFile {
 public:
  explicit TableFile(const std::filesystem::path& file) : name_(file.string()), text_(with_commas(read_text(file))) {
    if (text_.find('\0') != std::string::npos) {
      refuse(1, "this is no plain text, or text in UTF-16", "save it as plain text or in UTF-8");
    }
    header_ = header_of(text_);
  }

  bool has(const Kind& kind) const {
    return std::any_of(header_.names.begin(), header_.names.end(), [&](const auto& n) { return is(n, kind); });
  }
  /// Whether the header names a unit in the column of this kind.
  bool names_unit(const Kind& kind) const { return header_.is_header && !detail::column_name(find(kind)).unit.empty(); }
  bool has_header() const { return header_.is_header; }
  std::size_t header_line() const { return header_.line; }
  std::size_t first_row_fields() const { return header_.names.size(); }

  /// The columns of these kinds, in base units, and the lines that their rows stand in.
  Table read(std::span<const Kind* const> kinds, const ColumnUnits& units) const {
    std::vector<std::string> columns;
    std::vector<double> factors;
    for (const Kind* kind : kinds) {
      std::string unit = text_of(kind->dimension).unit;
      if (kind->dimension == Dimension::time) unit = units.time.value_or(unit);
      if (kind->dimension == Dimension::voltage) unit = units.voltage.value_or(unit);
      if (kind->dimension == Dimension::current) unit = units.current.value_or(unit);
      columns.emplace_back(kind->example);
      if (header_.is_header) {
        columns.back() = find(*kind);
        if (const std::string own = detail::column_name(columns.back()).unit; !own.empty()) unit = own;
      }
      factors.push_back(factor(columns.back(), unit, kind->dimension));
    }
    const std::vector<std::string_view> views(columns.begin(), columns.end());
    Table table = parse_table(text_, name_, views);
    for (std::size_t c = 0; c < factors.size(); ++c) {
      for (double& value : table.columns[c]) value *= factors[c];
    }
    return table;
  }

  void require_ascending(const Table& table) const {
    const auto& times = table.columns[0];
    std::vector<Problem> problems;
    for (std::size_t i = 0; i < times.size() && problems.size() < 10; ++i) {
      if (i == 0 && times[0] < 0) {
        problems.push_back({name_, table.lines[i], "time", to_text(times[i], "ms"),
                            "must not be before 0, where the current's clock starts", "count time from there"});
      } else if (i > 0 && !(times[i] > times[i - 1])) {
        problems.push_back({name_, table.lines[i], "time", to_text(times[i], "ms"),
                            "must be later than the one before it, " + to_text(times[i - 1], "ms"),
                            "sort the rows by time, each once"});
      }
    }
    if (!problems.empty()) throw FileError(std::move(problems));
  }

  [[noreturn]] void refuse(std::size_t line, std::string rule, std::string mend) const {
    throw FileError({{name_, line, "", "", std::move(rule), std::move(mend)}});
  }

 private:
  static bool is(const std::string& column, const Kind& kind) {
    const std::string word = detail::column_name(column).word;
    return !word.empty() && std::find(kind.names.begin(), kind.names.end(), word) != kind.names.end();
  }

  std::string find(const Kind& kind) const {
    std::string found;
    std::string all;
    for (const std::string& name : header_.names) {
      all += (all.empty() ? "" : ", ") + name;
      if (!is(name, kind)) continue;
      if (!found.empty()) {
        refuse(header_.line, "there are several columns for " + std::string(kind.what) + ": " + found + ", " + name,
               "leave one of them");
      }
      found = name;
    }
    if (found.empty()) {
      refuse(header_.line, "there is no column for " + std::string(kind.what) + ", but " + detail::shown(all),
             "name a column for example " + std::string(kind.example));
    }
    return found;
  }

  double factor(const std::string& column, const std::string& unit, Dimension dimension) const {
    try {
      return parse_quantity("1 " + unit, dimension);
    } catch (const InvalidArgument& error) {
      throw FileError({{name_, header_.line, "column " + column, detail::shown(unit), error.rule(),
                        "name a unit such as " + std::string(text_of(dimension).unit)}});
    }
  }

  std::string name_;
  std::string text_;
  Header header_;
};

/// The step of evenly spaced times; 0 where they are not.
double even_step(const std::vector<double>& times) {
  const double step = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (std::abs(times[i] - (times.front() + static_cast<double>(i) * step)) > 1e-6 * step) return 0;
  }
  // 12 digits are what the times have in common; the rest is their rounding.
  const double digit = std::pow(10, std::floor(std::log10(step)) - 11);
  return digit < 1 ? std::round(step / digit) / std::round(1 / digit) : std::round(step / digit) * digit;
}

Current held(const std::vector<double>& times, const std::vector<double>& values, const TableFile& file) {
  constexpr std::size_t most_uneven = 10000;
  const std::size_t count = times.size();
  if (count == 0) return {};
  const double rest_of_time = times.back();
  if (count == 1) return step(rest_of_time, forever, values[0]);
  if (const double spacing = even_step(times); spacing > 0) {
    Current current = samples(times.front(), spacing, values);
    const double end = std::get<Samples>(current.pieces()[0]).stop();
    return current + step(end, forever, values.back());
  }
  if (count > most_uneven) {
    file.refuse(0, "has more than 10000 rows, and their times are not evenly spaced", "sample the current evenly");
  }
  Current current;
  for (std::size_t i = 0; i + 1 < count; ++i) current += step(times[i], times[i + 1], values[i]);
  return current + step(rest_of_time, forever, values.back());
}

/// Refuses potentials of a unit that nobody names where they are too small for mV: no membrane stays that near to 0.
void require_likely_millivolts(const Table& table, const TableFile& file, bool names_time) {
  constexpr double most = 0.2;
  const auto& potentials = table.columns[1];
  if (potentials.empty()) return;
  const auto [low, high] = std::minmax_element(potentials.begin(), potentials.end());
  if (*low < -most || *high > most) return;
  file.refuse(file.header_line(),
              std::string(file.has_header() ? "the header names no unit" : "no header names a unit") +
                  ", and potentials from " + to_text(*low) + " to " + to_text(*high) + " are hardly in mV",
              std::string("is it ") + (names_time ? "" : "--time-unit s ") +
                  "--voltage-unit V? (if not, say --voltage-unit mV)");
}

/// Refuses currents of a unit that nobody names where they are too large or too small for nA.
void require_likely_nanoamperes(const Table& table, std::size_t column, const TableFile& file) {
  constexpr double most = 100;
  constexpr double least = 1e-6;
  double largest = 0;
  for (const double current : table.columns[column]) largest = std::max(largest, std::abs(current));
  if (largest == 0 || (largest > least && largest < most)) return;
  file.refuse(
      file.header_line(),
      std::string(file.has_header() ? "the header names no unit" : "no header names a unit") +
          ", and currents of up to " + to_text(largest) + " are hardly in nA",
      std::string("is it --current-unit ") + (largest < most ? "A" : "pA") + "? (if not, say --current-unit nA)");
}

/// The finite times at which a current changes its form; of lists of samples or events, the first and last.
std::vector<double> changes_of(const Current& current) {
  std::vector<double> times;
  const auto add = [&](double first, double last) { times.insert(times.end(), {first, last}); };
  const auto add_events = [&](const std::vector<Event>& events) {
    if (!events.empty()) add(events.front().time, events.back().time);
  };
  const auto add_piece = Overloaded{
      [&](const Step& s) { add(s.start, s.stop); },     [&](const Ramp& r) { add(r.start, r.stop); },
      [&](const Sinusoid& s) { add(s.start, s.stop); }, [&](const Samples& s) { add(s.start, s.stop()); },
      [&](const Pulses& p) { add_events(*p.events); },  [&](const Synapse& s) { add_events(*s.events); },
  };
  for (const Piece& piece : current.pieces()) std::visit(add_piece, piece);
  std::erase_if(times, [](double time) { return !(std::abs(time) < forever); });
  return times;
}

}  // namespace

void require_likely_milliseconds(const std::filesystem::path& file, const VoltageTrace& trace, const Current& current) {
  const auto changes = changes_of(current);
  if (changes.empty() || trace.times.empty() || !(trace.times.back() > 0)) return;
  constexpr double milliseconds = 1000;
  const double end = trace.times.back();
  const auto [first, last] = std::minmax_element(changes.begin(), changes.end());
  const bool is_thousandth = *last >= milliseconds / 2 * end && *last <= milliseconds * 2 * end;
  const bool is_before = *first > end && *first <= milliseconds * end;
  if (!is_thousandth && !is_before) return;
  throw FileError({{file.string(), 0, "", "",
                    "the header names no unit of time, and the trace ends at " + to_text(end, "ms") +
                        " where the current changes from " + to_text(*first, "ms") + " to " + to_text(*last, "ms"),
                    "is it --time-unit s? (if not, say --time-unit ms)"}});
}

VoltageTrace read_trace(const std::filesystem::path& file, const ColumnUnits& units, bool* names_time_unit) {
  const TableFile table_file(file);
  const std::array kinds{&time_kind, &voltage_kind};
  Table table = table_file.read(kinds, units);
  table_file.require_ascending(table);
  const bool names_time = units.time || table_file.names_unit(time_kind);
  if (names_time_unit != nullptr) *names_time_unit = names_time;
  if (!units.voltage && !table_file.names_unit(voltage_kind)) require_likely_millivolts(table, table_file, names_time);
  return {std::move(table.columns[0]), std::move(table.columns[1])};
}

Current read_current_table(const std::filesystem::path& file, const VoltageTrace& trace, const ColumnUnits& units) {
  const TableFile table_file(file);
  const bool named = units.current || table_file.names_unit(current_kind);
  const bool has_times = table_file.has_header() ? table_file.has(time_kind) : table_file.first_row_fields() > 1;
  if (has_times) {
    const std::array kinds{&time_kind, &current_kind};
    const Table table = table_file.read(kinds, units);
    table_file.require_ascending(table);
    if (!named) require_likely_nanoamperes(table, 1, table_file);
    return held(table.columns[0], table.columns[1], table_file);
  }
  const std::array kinds{&current_kind};
  const Table table = table_file.read(kinds, units);
  const std::size_t count = table.columns[0].size();
  if (count != trace.times.size()) {
    table_file.refuse(0,
                      "has " + std::to_string(count) + " values of the current, the trace has " +
                          std::to_string(trace.times.size()) + " samples",
                      "give one for each sample, or add a column of times");
  }
  if (!named) require_likely_nanoamperes(table, 0, table_file);
  return held(trace.times, table.columns[0], table_file);
}

Current read_known_current(const std::filesystem::path& file, const VoltageTrace& trace, const ColumnUnits& units) {
  if (file.extension() == ".toml") return read_inputs(file);
  const std::string text = read_text(file);
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size() - 1);
    const auto line = detail::trimmed(rest.substr(0, end));
    if (!line.empty() && line.front() != '#' && line != "\r") {
      if (line.front() == '[') return read_inputs(file);
      break;
    }
    rest.remove_prefix(end + 1);
  }
  return read_current_table(file, trace, units);
}

std::vector<ConstantCurrentTrain> read_trains(const std::filesystem::path& file, const ColumnUnits& units) {
  const TableFile table_file(file);
  const bool intervals = table_file.has_header() && table_file.has(interval_kind);
  if (intervals && table_file.has(time_kind)) {
    table_file.refuse(table_file.header_line(), "there are columns for both the time and the interval",
                      "leave one of them");
  }
  const std::array kinds{&current_kind, intervals ? &interval_kind : &time_kind};
  const Table table = table_file.read(kinds, units);
  if (!units.current && !table_file.names_unit(current_kind)) require_likely_nanoamperes(table, 0, table_file);
  std::vector<ConstantCurrentTrain> trains;
  std::vector<Problem> problems;
  bool any = false;
  for (std::size_t row = 0; row < table.lines.size() && problems.size() < 10; ++row) {
    const double current = table.columns[0][row];
    const double time = table.columns[1][row];
    const bool first = trains.empty() || trains.back().current != current;
    if (first) trains.push_back({current, {}});
    auto& times = trains.back().times;
    if (intervals) {
      if (first) times.push_back(0);
      if (!(time > 0)) {
        problems.push_back({file.string(), table.lines[row], "interval", to_text(time, "ms"), "must be greater than 0",
                            "leave the row out"});
      }
      times.push_back(times.back() + time);
    } else {
      if (!first && !(time > times.back())) {
        problems.push_back({file.string(), table.lines[row], "time", to_text(time, "ms"),
                            "must be later than the spike before it, " + to_text(times.back(), "ms"),
                            "sort the spikes of each current by time, each once"});
      }
      times.push_back(time);
    }
    any = any || times.size() > 1;
  }
  if (!problems.empty()) throw FileError(std::move(problems));
  if (!any) {
    table_file.refuse(0, "has no two spikes in a row under one current",
                      "record for longer, and keep the rows of one current together");
  }
  return trains;
}

}  // namespace lapicque
