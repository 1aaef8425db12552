#include "data_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "even_step.hpp"
#include "lapicque/error.hpp"
#include "spike_reader.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

/// The column of a role, which has to name its unit where there is a header; notes it if that cannot be told.
std::optional<std::size_t> named_column(const Table& table, const Role& role, std::vector<Problem>& problems) {
  const std::string example = role.example;
  const auto& words = text_of(*role.dimension);
  const std::string mend = "name a column " + example + ", or one in another unit of " + words.name;
  std::optional<std::size_t> found;
  try {
    found = table.find(role);
  } catch (const FileError& error) {
    problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    return std::nullopt;
  }
  if (!found) {
    problems.push_back(
        {table.file, table.header_line, "", "", "there is no column " + example + ", but " + table.names(), mend});
    return std::nullopt;
  }
  const std::string key = "column " + table.name(*found);
  const std::string unit = table.unit(*found);
  if (unit.empty()) {
    problems.push_back({table.file, table.header_line, key, "", key + " names no unit", mend});
    return std::nullopt;
  }
  try {
    parse_quantity("1 " + usual_spelling(unit, *role.dimension), *role.dimension);
  } catch (const InvalidArgument& error) {
    problems.push_back({table.file, table.header_line, key, shown(unit), error.rule(), mend});
  }
  return found;
}

Table data_table(std::string_view text, const std::string& file) {
  Table table = parse_table(text, file);
  table.is_of_experiment = true;
  table.require_names();
  return table;
}

std::vector<double> read_column(const Table& table, std::size_t column, const Role& role) {
  return numbers(table, column, role, table.unit(column));
}

/// Whether the numbers of a column ascend from row to row, three or more.
bool ascends(const Table& table, std::size_t column) {
  constexpr std::size_t fewest = 3;
  double last = -std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto value = value_of(table, row, column);
    if (!value || !(*value > last)) return false;
    last = *value;
  }
  return table.rows() >= fewest;
}

/// Whether a column is all numbers.
bool has_numbers(const Table& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!value_of(table, row, column)) return false;
  }
  return true;
}

/// Takes start and step from the times of samples, or holds what is given against them.
void match_times(const Table& table, const std::vector<double>& times, std::optional<double> start,
                 std::optional<double> step, SampleData& data) {
  constexpr double hundredth = 0.01;  // of a step: times are printed with few digits
  if (times.empty()) return;
  const double even = times.size() > 1 ? even_step(times) : 0;
  if (times.size() > 1 && !step && even == 0) {
    table.refuse(table.header_line, "the times of the samples are not evenly spaced",
                 "sample the current evenly, or leave the times out");
  }
  if (!start) data.start = times[0];
  if (!step && even > 0) data.step = even;
  const double first = start.value_or(times[0]);
  const double spacing = step.value_or(even);
  for (std::size_t k = 0; k < times.size(); ++k) {
    const double expected = first + static_cast<double>(k) * spacing;
    if (std::abs(times[k] - expected) <= hundredth * spacing + 1e-9 * std::abs(expected)) continue;
    if (times.size() == 1 && !step) continue;
    const std::string place = "sample " + std::to_string(k + 1) + " at " + to_text(times[k], "ms");
    const std::string wanted = to_text(expected, "ms");
    table.refuse(table.lines[k], "the times in the file have " + place + ", start and step of the input at " + wanted,
                 even > 0 ? "write start = " + to_text(times[0]) + " and step = " + to_text(even) +
                                ", or leave them out: the file has them"
                          : "leave the times out of the file, or start and step out of the input");
  }
}

}  // namespace

SampleData read_sample_data(std::string_view text, const std::string& file, const DataChoice& choice,
                            std::optional<double> start, std::optional<double> step) {
  Table table = data_table(text, file);
  bool has_times = false;
  std::size_t time = 0;
  std::size_t column = 0;
  if (table.has_header()) {
    const auto found = table.find(time_role);
    has_times = found.has_value();
    time = found.value_or(0);
    std::vector<Problem> problems;
    if (choice.column.empty()) column = named_column(table, current_role, problems).value_or(0);
    if (!problems.empty()) throw FileError(std::move(problems));
  } else if (table.rows() > 0 && table.width > 1 && choice.column.empty()) {
    const bool is_alone = !has_numbers(table, 1);
    const double given = start.value_or(0);
    const auto first = value_of(table, 0, 0);
    const auto second = table.rows() > 1 ? value_of(table, 1, 0) : std::nullopt;
    const bool counts = first && second && step && std::abs(*first - given) <= 0.01 * *step &&
                        std::abs(*second - given - *step) <= 0.01 * *step;
    if (!is_alone && table.width == 2 && (counts || ascends(table, 0))) {
      has_times = true;
      column = 1;
      table.note(table.lines[0], "there is no header: column 1 is taken for the time, column 2 for the current");
    } else if (!is_alone) {
      table.refuse(table.lines[0],
                   "there is no header, and the current may be in any of " + std::to_string(table.width) + " columns",
                   "say which one it is with column = 1 or column = 2, or write a header such as time_ms,current_nA");
    }
  }
  if (!choice.column.empty()) column = table.pick(choice.column);
  has_times = has_times && time != column;
  SampleData data;
  keep_rows(table, {choice.neuron, choice.population, "samples", "sample", false},
            has_times ? std::vector{time, column} : std::vector{column});
  data.values = read_column(table, column, current_role);
  if (has_times) match_times(table, read_column(table, time, time_role), start, step, data);
  data.notes = std::move(table.notes);
  return data;
}

EventData read_event_data(std::string_view text, const std::string& file, const DataChoice& choice, const Role& role) {
  Table table = data_table(text, file);
  std::size_t time = 0;
  std::size_t size = 1;
  std::optional<std::size_t> found;
  if (table.has_header()) {
    std::vector<Problem> problems;
    if (choice.column.empty()) {
      found = named_column(table, time_role, problems);
    } else {
      found = table.pick(choice.column);
    }
    time = found.value_or(0);
    size = named_column(table, role, problems).value_or(0);
    if (!problems.empty()) throw FileError(std::move(problems));
  } else if (table.rows() > 0) {
    if (!choice.column.empty()) time = table.pick(choice.column);
    if (table.width == 2) size = 1 - time;
    if (table.width > 2 && has_numbers(table, 2)) {
      table.refuse(table.lines[0],
                   "there is no header, and more than the two columns of times and " + std::string(role.example),
                   "write one, such as time_ms," + std::string(role.example));
    }
    if (choice.column.empty() && table.width > 1 && !ascends(table, 0) && ascends(table, 1)) {
      table.refuse(table.lines[0],
                   "there is no header: column 1 should be the times, but column 2 is the one that ascends",
                   "write a header such as time_ms," + std::string(role.example) +
                       ", or give the times with column = 2 and one size for all");
    }
  }
  keep_rows(
      table,
      {.neuron = choice.neuron, .population = choice.population, .rows = "arrivals", .row = "arrival", .merges = true},
      {time, size});
  EventData data;
  std::vector<Problem> problems;
  const auto read = [&](std::size_t column, const Role& of) -> std::vector<double> {
    try {
      return read_column(table, column, of);
    } catch (const FileError& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
      return {};
    }
  };
  data.times = read(time, time_role);
  data.sizes = read(size, role);
  std::stable_sort(problems.begin(), problems.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  if (!problems.empty()) throw FileError(std::move(problems));
  data.notes = std::move(table.notes);
  return data;
}

EventData read_times_data(std::string_view text, const std::string& file, const DataChoice& choice, const Role& role) {
  const Table table = parse_table(text, file);
  if (const auto sizes = table.has_header() ? table.find(role, false) : std::nullopt) {
    table.refuse(table.header_line, "the sizes are in the file (" + table.name(*sizes) + "), and in the input, too",
                 "leave out one of them");
  }
  auto spikes =
      parse_arrivals(text, file, {.neuron = choice.neuron, .column = choice.column, .population = choice.population});
  return {std::move(spikes.times), {}, std::move(spikes.notes)};
}

}  // namespace lapicque::detail
