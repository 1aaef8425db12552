#include "lapicque/files/trace.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>

#include "even_step.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/experiment.hpp"
#include "read_text.hpp"
#include "table.hpp"
#include "text.hpp"

namespace lapicque {
namespace {

using detail::parse_table;
using detail::Role;
using detail::Table;

std::size_t required(const Table& table, const Role& role) {
  if (const auto found = table.find(role)) return *found;
  table.refuse(table.header_line, "there is no column for " + std::string(role.what) + ", but " + table.names(),
               "name a column for example " + std::string(role.example) + ", or say which one it is with " +
                   table.option("column", "1"));
}

/// The unit of a column: its header's, or what the user says, or none.
std::string unit_of(const Table& table, std::size_t column, const std::optional<std::string>& otherwise) {
  return table.unit(column).empty() ? otherwise.value_or("") : table.unit(column);
}

void require_ascending(const Table& table, const std::vector<double>& times) {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < times.size() && problems.size() < 10; ++i) {
    if (i == 0 && times[0] < 0) {
      problems.push_back({table.file, table.lines[i], "time", to_text(times[i], "ms"),
                          "must not be before 0, where the current's clock starts", "count time from there"});
    } else if (i > 0 && !(times[i] > times[i - 1])) {
      problems.push_back({table.file, table.lines[i], "time", to_text(times[i], "ms"),
                          "must be later than the one before it, " + to_text(times[i - 1], "ms"),
                          "sort the rows by time, each once"});
    }
  }
  if (!problems.empty()) throw FileError(std::move(problems));
}

/// Whether the numbers of a column ascend from row to row.
bool ascends(const Table& table, std::size_t column) {
  double last = -std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto value = detail::value_of(table, row, column);
    if (!value || !(*value > last)) return false;
    last = *value;
  }
  return true;
}

/// Columns of time and of something else.
struct Pair {
  std::size_t time;
  std::size_t other;
};

/// @param column  the user's word for the other one; may be empty
Pair find_pair(Table& table, const Role& other, const std::string& column) {
  if (table.has_header()) {
    table.require_names();
    const std::size_t time = required(table, detail::time_role);
    if (!column.empty()) return {time, table.pick(column)};
    if (const auto found = table.find(other)) return {time, *found};
    if (table.headings.size() != 2 || !table.unit(1 - time).empty()) return {time, required(table, other)};
    table.note(table.header_line, table.name(1 - time) + " is taken for " + other.what + ", in " +
                                      text_of(*other.dimension).unit + " where no unit is given");
    return {time, 1 - time};
  }
  if (table.rows() > 0 && table.width < 2) {
    table.refuse(table.lines[0], std::string("there is one column, and times and ") + other.what + " are two",
                 "write a column of times, too");
  }
  if (column.empty()) {
    if (table.width > 2 && !ascends(table, 0)) {
      table.refuse(table.lines[0],
                   "there is no header, and " + std::to_string(table.width) +
                       " columns, of which the first does not ascend as times do: it may be a neuron's number",
                   "say which one is " + std::string(other.what) + " with " + table.option("column", "3"));
    }
    if (table.width > 2) {
      table.note(table.lines[0],
                 std::string("there is no header: column 1 is taken for the time, column 2 for ") + other.what);
    }
    return {0, 1};
  }
  const std::size_t picked = table.pick(column);
  for (std::size_t c = 0; c < table.width; ++c) {
    if (c != picked && ascends(table, c)) return {c, picked};
  }
  return {picked == 0 ? 1U : 0U, picked};
}

Current held(const std::vector<double>& times, const std::vector<double>& values, const Table& table) {
  constexpr std::size_t most_uneven = 10000;
  const std::size_t count = times.size();
  if (count == 0) return {};
  const double rest_of_time = times.back();
  if (count == 1) return step(rest_of_time, forever, values[0]);
  if (const double spacing = detail::even_step(times); spacing > 0) {
    Current current = samples(times.front(), spacing, values);
    const double end = std::get<Samples>(current.pieces()[0]).stop();
    return current + step(end, forever, values.back());
  }
  if (count > most_uneven) {
    table.refuse(0, "has more than 10000 rows, and their times are not evenly spaced", "sample the current evenly");
  }
  Current current;
  for (std::size_t i = 0; i + 1 < count; ++i) current += step(times[i], times[i + 1], values[i]);
  return current + step(rest_of_time, forever, values.back());
}

/// Refuses potentials of a unit that nobody names where they are too small for mV: no membrane stays that near to 0.
void require_likely_millivolts(const std::vector<double>& potentials, const Table& table, bool names_time) {
  constexpr double most = 0.2;
  if (potentials.empty()) return;
  const auto [low, high] = std::minmax_element(potentials.begin(), potentials.end());
  if (*low < -most || *high > most) return;
  table.refuse(table.first_line(),
               std::string(table.has_header() ? "the header names no unit" : "no header names a unit") +
                   ", and potentials from " + to_text(*low) + " to " + to_text(*high) + " are hardly in mV",
               std::string("is it ") + (names_time ? "" : "--time-unit s ") +
                   "--voltage-unit V? (if not, say --voltage-unit mV)");
}

/// Refuses currents of a unit that nobody names where they are too large or too small for nA.
void require_likely_nanoamperes(const std::vector<double>& currents, const Table& table) {
  constexpr double most = 100;
  constexpr double least = 1e-6;
  double largest = 0;
  for (const double current : currents) largest = std::max(largest, std::abs(current));
  if (largest == 0 || (largest > least && largest < most)) return;
  table.refuse(
      table.first_line(),
      std::string(table.has_header() ? "the header names no unit" : "no header names a unit") +
          ", and currents of up to " + to_text(largest) + " are hardly in nA",
      std::string("is it --current-unit ") + (largest < most ? "A" : "pA") + "? (if not, say --current-unit nA)");
}

/// @param times  of the trace's samples, to which a single column belongs
Current read_current(Table table, const std::vector<double>& times, const TraceFormat& format,
                     std::vector<std::string>& notes) {
  const bool has_times = table.has_header() ? table.find(detail::time_role).has_value() : table.width > 1;
  const Pair pair = has_times ? find_pair(table, detail::current_role, "") : Pair{0, 0};
  std::size_t column = pair.other;
  if (!has_times && table.has_header() && table.width > 1) column = required(table, detail::current_role);
  const std::string unit = unit_of(table, column, format.current);
  auto values = detail::numbers(table, column, detail::current_role, unit);
  std::vector<double> own;
  if (has_times) {
    own = detail::numbers(table, pair.time, detail::time_role, unit_of(table, pair.time, format.time));
    require_ascending(table, own);
  } else if (values.size() != times.size()) {
    table.refuse(0,
                 "has " + std::to_string(values.size()) + " values of the current, the trace has " +
                     std::to_string(times.size()) + " samples",
                 "give one for each sample, or add a column of times");
  }
  if (unit.empty()) require_likely_nanoamperes(values, table);
  notes.insert(notes.end(), table.notes.begin(), table.notes.end());
  return held(has_times ? own : times, values, table);
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

TraceFile read_trace(const std::filesystem::path& file, const TraceFormat& format, std::vector<std::string>& notes) {
  const std::string text = detail::read_text(file);
  Table table = parse_table(text, detail::name_of(file));
  const Pair pair = find_pair(table, detail::potential_role, format.column);
  std::vector<std::size_t> used{pair.time, pair.other};
  for (std::size_t c = 0; c < table.headings.size(); ++c) {
    // Brian's monitors call neurons i, and people the current.
    const bool is_current = is_called(table.headings[c], detail::current_role);
    if (is_current && (table.headings[c].text != "i" || ascends(table, pair.time))) used.push_back(c);
  }
  detail::keep_rows(table, {format.neuron, format.population, "samples", "sample", false}, used);
  const std::string time_unit = unit_of(table, pair.time, format.time);
  const std::string voltage_unit = unit_of(table, pair.other, format.voltage);
  TraceFile result;
  result.times = detail::numbers(table, pair.time, detail::time_role, time_unit);
  require_ascending(table, result.times);
  result.names_time_unit = !time_unit.empty();
  const auto potentials = detail::numbers(table, pair.other, detail::potential_role, voltage_unit, detail::Gaps::kept);
  for (std::size_t k = 0; k < potentials.size(); ++k) {
    if (std::isnan(potentials[k])) continue;
    result.trace.times.push_back(result.times[k]);
    result.trace.potentials.push_back(potentials[k]);
  }
  if (const auto gaps = potentials.size() - result.trace.times.size(); gaps > 0) {
    table.note(0, std::to_string(gaps) + " of " + std::to_string(potentials.size()) +
                      " samples have no potential (nan); they are left out");
  }
  if (voltage_unit.empty()) require_likely_millivolts(result.trace.potentials, table, result.names_time_unit);
  notes.insert(notes.end(), table.notes.begin(), table.notes.end());
  return result;
}

Current read_known_current(const std::filesystem::path& file, const std::vector<double>& times,
                           const TraceFormat& format, std::vector<std::string>& notes) {
  if (file.extension() == ".toml") return read_inputs(file, &notes);
  const std::string text = detail::read_text(file);
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size() - 1);
    const auto line = detail::trimmed(rest.substr(0, end));
    if (!line.empty() && line.front() != '#' && line != "\r") {
      if (line.front() == '[') return read_inputs(file, &notes);
      break;
    }
    rest.remove_prefix(end + 1);
  }
  return read_current(parse_table(text, detail::name_of(file)), times, format, notes);
}

std::vector<ConstantCurrentTrain> read_trains(const std::filesystem::path& file, const TraceFormat& format,
                                              std::vector<std::string>& notes) {
  const std::string text = detail::read_text(file);
  Table table = parse_table(text, detail::name_of(file));
  std::size_t current = 0;
  std::size_t column = 1;
  const Role* role = &detail::time_role;
  if (table.has_header()) {
    table.require_names();
    current = required(table, detail::current_role);
    std::vector<std::pair<std::size_t, const Role*>> found;
    for (const Role* kind : {&detail::time_role, &detail::interval_role, &detail::rate_role}) {
      if (const auto c = table.find(*kind, kind == &detail::time_role)) found.emplace_back(*c, kind);
    }
    if (!format.column.empty()) {
      const auto picked = table.pick(format.column);
      std::erase_if(found, [&](const auto& f) { return f.first != picked; });
      if (found.empty()) found.emplace_back(picked, &detail::time_role);
    }
    if (found.empty()) required(table, detail::time_role);
    if (found.size() > 1) {
      table.refuse(
          table.header_line,
          "there are columns for both " + std::string(found[0].second->what) + " and " + found[1].second->what,
          "leave one of them, or say which one it is with " + table.option("column", table.name(found[0].first)));
    }
    std::tie(column, role) = found[0];
  } else if (table.width > 2) {
    table.refuse(table.lines[0], "there is no header, and more than the two columns of current and time",
                 "write one, such as current_nA,time_ms");
  }
  detail::keep_rows(table, {.neuron = format.neuron, .population = format.population, .asks = false},
                    {current, column});
  const std::string current_unit = unit_of(table, current, format.current);
  const auto currents = detail::numbers(table, current, detail::current_role, current_unit);
  const auto values = detail::numbers(
      table, column, *role, role == &detail::rate_role ? table.unit(column) : unit_of(table, column, format.time));
  if (current_unit.empty() && table.rows() > 0) require_likely_nanoamperes(currents, table);
  std::vector<ConstantCurrentTrain> trains;
  std::vector<Problem> problems;
  std::size_t silent = 0;
  bool any = false;
  for (std::size_t row = 0; row < table.rows() && problems.size() < 10; ++row) {
    const auto report = [&](const char* key, const char* unit, const std::string& rule, const char* mend) {
      problems.push_back({table.file, table.lines[row], key, to_text(values[row], unit), rule, mend});
    };
    const bool is_rate = role == &detail::rate_role;
    if (is_rate && values[row] == 0) {
      ++silent;
      continue;
    }
    const bool first = trains.empty() || trains.back().current != currents[row];
    if (first) trains.push_back({currents[row], {}});
    auto& times = trains.back().times;
    if (role == &detail::time_role) {
      if (!first && !(values[row] > times.back())) {
        report("time", "ms", "must be later than the spike before it, " + to_text(times.back(), "ms"),
               "sort the spikes of each current by time, each once");
      }
      times.push_back(values[row]);
    } else {
      constexpr double milliseconds = 1000;
      if (first) times.push_back(0);
      if (!(values[row] > 0)) {
        report(is_rate ? "rate" : "interval", is_rate ? "Hz" : "ms", "must be greater than 0", "leave the row out");
      }
      times.push_back(times.back() + (is_rate ? milliseconds / values[row] : values[row]));
    }
    any = any || times.size() > 1;
  }
  if (!problems.empty()) throw FileError(std::move(problems));
  if (!any) {
    table.refuse(0, "has no two spikes in a row under one current",
                 "record for longer, and keep the rows of one current together");
  }
  if (role == &detail::rate_role) {
    table.note(
        0, "the rates are taken for those of regular trains, 1 / interval; what was counted in a time is less exact");
  }
  if (silent > 0)
    table.note(0, std::to_string(silent) + (silent == 1 ? " row" : " rows") +
                      " with a rate of 0, where there is no interval, left out");
  notes.insert(notes.end(), table.notes.begin(), table.notes.end());
  return trains;
}

}  // namespace lapicque
