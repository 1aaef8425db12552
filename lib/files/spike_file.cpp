#include "lapicque/files/spike_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "lapicque/error.hpp"
#include "lapicque/files/quantity.hpp"
#include "read_text.hpp"
#include "spike_reader.hpp"
#include "table.hpp"
#include "text.hpp"

namespace lapicque {
namespace {

using detail::Table;

constexpr detail::Role spike_time_role{"the times", "time", "17.5", Dimension::time, "", ""};
constexpr std::size_t most_problems = 10;

/// 0 or 1, as a number or a word; empty for what is neither.
std::optional<bool> bit_of(const Table& table, std::size_t row, std::size_t column) {
  const auto cell = table.cell(row, column);
  if (cell == "True" || cell == "true" || cell == "TRUE") return true;
  if (cell == "False" || cell == "false" || cell == "FALSE") return false;
  const auto value = detail::value_of(table, row, column);
  if (!value || (*value != 0 && *value != 1)) return std::nullopt;
  return *value == 1;
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& name, const SpikeFileFormat& format, bool is_of_experiment)
      : format_(format), table_(detail::parse_table(text, name)) {
    table_.is_of_experiment = is_of_experiment;
  }

  SpikeFile read() {
    const bool in_given_steps = format_.counts_steps();
    if (!format_.unit.empty() && !in_given_steps) parse_quantity("1 " + format_.unit, Dimension::time);  // says why not
    find_trains();
    choose_column();
    if (in_given_steps && !in_steps_) {
      format_.unit.clear();
      require_step("the times are counted in steps", 0);
      in_steps_ = true;
    }
    choose_unit();
    if (table_.rows() == 0) return finished();
    const bool is_raster = !in_steps_ && is_raster_column();
    auto used = used_columns(is_raster);
    detail::keep_rows(table_,
                      {.neuron = format_.neuron, .population = format_.population, .merges = table_.is_of_experiment},
                      used, neuron_);
    if (is_raster) {
      read_raster();
    } else if (in_steps_) {
      read_steps();
    } else {
      keep_raster_rows();
      require_unit_of_whole_numbers();
      result_.times = detail::numbers(table_, time_, spike_time_role, unit_);
      require_no_trace();
    }
    sort();
    return finished();
  }

 private:
  SpikeFile finished() {
    result_.notes.insert(result_.notes.begin(), table_.notes.begin(), table_.notes.end());
    return std::move(result_);
  }

  /// Rows that are a train each.
  void find_trains() {
    if (table_.is_trains || !format_.column.empty() || table_.rows() == 0) return;
    join_names();
    const bool has_one_name = table_.headings.size() == 1 && table_.width > 1;
    if (has_one_name || !table_.has_header()) {
      const auto first = table_.cell(0, 0);
      const bool is_one_row =
          table_.rows() == 1 && !is_whole(first) && (table_.width > 2 || (has_one_name && table_.is_spaced));
      if (detail::split_trains(table_, is_one_row)) return;
    }
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      if (detail::opens_bracket(table_.cell(row, 0))) {
        table_.refuse(table_.lines[row], "there are several times in this row", "write one spike a line");
      }
    }
    if (has_one_name) refuse_commas();
    if ((has_one_name && ascends(2)) ||
        (!table_.has_header() && ascends(table_.rows() == 1 && !is_whole(table_.cell(0, 0)) ? 2 : 3))) {
      table_.refuse(
          table_.lines[0],
          "there are several times in this row, which may be part of one train, the train of one of several "
          "neurons, or columns of a table",
          "write one spike a line; if these are columns, say which one it is with " + table_.option("column", "1"));
    }
    table_.require_names();
  }

  /// Between spaces, "spike times" over 17.8 and 30.9 is one name; over 1 and 17.8 they are two.
  void join_names() {
    if (!table_.is_spaced || table_.headings.size() < 2 || is_whole(table_.cell(0, 0)) ||
        !is_called(table_.headings.front(), detail::count_role)) {
      return;
    }
    std::string all;
    for (const auto& heading : table_.headings) all.append(all.empty() ? "" : " ").append(heading.text);
    if (auto joined = detail::heading_of(all); is_called(joined, detail::time_role)) {
      table_.headings = {std::move(joined)};
    }
  }

  static bool is_whole(std::string_view cell) {
    return !cell.empty() && cell.find_first_not_of("+-0123456789") == std::string_view::npos;
  }

  /// "17,5" may be a number with a decimal comma, or two.
  void refuse_commas() const {
    bool are_pairs = !table_.is_spaced;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      are_pairs = are_pairs && table_.has(row, 1) && is_whole(table_.cell(row, 0)) && is_whole(table_.cell(row, 1)) &&
                  !table_.has(row, 2);
    }
    if (!are_pairs) return;
    const auto pair = std::string(table_.cell(0, 0)) + "," + std::string(table_.cell(0, 1));
    const auto point = std::string(table_.cell(0, 0)) + "." + std::string(table_.cell(0, 1));
    table_.refuse(table_.lines[0],
                  pair + " could be " + point + " with a decimal comma, or two columns, either of which the times",
                  "write points for decimal commas, or say which column it is with " + table_.option("column", "1") +
                      " or " + table_.option("column", "2"));
  }

  /// Whether `fewest` numbers and more stand in each row and ascend through the whole file.
  bool ascends(std::size_t fewest) const {
    double last = -std::numeric_limits<double>::infinity();
    bool has_list = false;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      std::size_t count = table_.ends[row] - table_.begins[row];
      while (count > 0 && table_.cell(row, count - 1).empty()) --count;
      has_list = has_list || count >= fewest;
      for (std::size_t c = 0; c < count; ++c) {
        const auto value = detail::value_of(table_, row, c);
        if (!value || !(*value > last)) return false;
        last = *value;
      }
    }
    return has_list;
  }

  void choose_column() {
    if (!format_.column.empty()) {
      time_ = table_.pick(format_.column);
      if (!table_.has_header() && table_.width == 2 && !is_bits(1 - time_)) find_neurons(1 - time_);
    } else if (table_.has_header()) {
      choose_by_name();
    } else if (table_.width > 1) {
      choose_by_content();
    }
  }

  void choose_by_name() {
    if (find_steps()) return;
    if (const auto found = table_.find(detail::time_role)) {
      time_ = *found;
      return;
    }
    // With a row below it, a line of any one name is a header; without, it may be anything.
    std::vector<std::size_t> others;
    for (std::size_t c = 0; c < table_.headings.size(); ++c) {
      const auto& heading = table_.headings[c];
      if (!is_called(heading, detail::neuron_role) && !is_called(heading, detail::population_role)) others.push_back(c);
    }
    if (table_.headings.size() == 1) others = {0};
    if (others.size() != 1 || table_.rows() == 0 || is_called(table_.headings[others[0]], detail::interval_role) ||
        is_called(table_.headings[others[0]], detail::potential_role)) {
      table_.refuse(table_.header_line, "there is no column for the times, but " + table_.names(),
                    "name a column time_ms, or say which one it is with " + table_.option("column", "1"));
    }
    time_ = others.front();
  }

  /// NEST's pair of a step and of how far before its end the spike is: time_step and time_offset in files, times and
  /// offsets in the events of a recorder.
  bool find_steps() {
    using Words = std::vector<std::string>;
    std::optional<std::size_t> steps;
    for (std::size_t c = 0; c < table_.headings.size(); ++c) {
      const auto& words = table_.headings[c].words;
      const bool is_step = table_.headings[c].unit == "step" || table_.headings[c].unit == "steps";
      if ((words == Words{"time"} && is_step) || words == Words{"time", "step"}) steps = c;
      if (words == Words{"offsets"} || words == Words{"time", "offset"} ||
          (words == Words{"time"} && table_.headings[c].unit == "offset")) {
        offset_ = c;
      }
    }
    for (std::size_t c = 0; offset_ && !steps && c < table_.headings.size(); ++c) {
      if (table_.headings[c].words == Words{"times"} && table_.unit(c).empty()) steps = c;
    }
    if (!steps) return false;
    require_step("the times are counted in steps (" + table_.name(*steps) + ")", table_.header_line);
    in_steps_ = true;
    time_ = *steps;
    if (!format_.unit.empty() && !format_.counts_steps()) {
      table_.note(table_.header_line, "the times are counted in steps of --dt, and --unit is of no concern");
    }
    return true;
  }

  void require_step(const std::string& what, std::size_t line) const {
    if (format_.step) return;
    table_.refuse(
        line, what + ", and the file does not say how long a step is",
        table_.is_of_experiment ? "write the times in ms" : "give NEST's resolution with --dt, for example --dt 0.1ms");
  }

  void choose_by_content() {
    if (table_.width == 2) {
      const auto is_pair = [&](std::size_t row) {
        return is_whole(table_.cell(row, 0)) && is_whole(table_.cell(row, 1));
      };
      bool are_pairs = !detail::counts_rows(table_, 0);
      for (std::size_t row = 0; row < table_.rows(); ++row) are_pairs = are_pairs && is_pair(row);
      if (are_pairs) refuse_commas();
    }
    if (table_.width > 1 && is_bits(0) && is_bits(1)) {
      table_.refuse(
          table_.lines.front(), "columns of 0 and 1 are a raster of several neurons, or of several steps a row",
          "say which column is the neuron, with a row for each step: " + table_.option("column", "1") + " --dt 0.1ms");
    }
    // Times are the ones that are no whole numbers; and if all are whole, the ones written with a point.
    const auto has = [&](std::size_t column, auto what) {
      for (std::size_t row = 0; row < table_.rows(); ++row) {
        const auto number = detail::measure_of(table_.cell(row, column), true).number;
        if (!number.empty() && what(number)) return true;
      }
      return false;
    };
    const auto is_broken = [](const std::string& number) {
      const auto value = detail::nearest_double(number);
      return value && *value != std::floor(*value);
    };
    const auto is_pointed = [](const std::string& number) { return number.find_first_of(".eE") != std::string::npos; };
    const auto is_any = [](const std::string&) { return true; };
    const auto choose = [&](auto what) {
      const bool first = has(0, what);
      if (first == has(1, what)) return false;
      time_ = first ? 0 : 1;
      return true;
    };
    if (choose(is_broken) || choose(is_pointed) || choose(is_any)) return find_neurons(1 - time_);
    table_.refuse(table_.lines.front(), "the first two columns could both be the times",
                  "say which one it is with " + table_.option("column", "1") + " or " + table_.option("column", "2"));
  }

  /// Takes a column for the neurons unless it counts the rows or is no column of whole numbers or words.
  void find_neurons(std::size_t column) {
    if (detail::counts_rows(table_, column)) return;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      const auto cell = table_.cell(row, column);
      if (cell.empty()) return;
      if (detail::decimal_length(cell) == cell.size()) {
        const auto value = detail::nearest_double(cell);
        if (!value || *value != std::floor(*value)) return;
      } else if (cell.size() > 1) {
        const auto dimension = detail::dimension_of(std::string(cell));
        if (dimension && *dimension != Dimension::time) {
          throw FileError({{table_.file, table_.lines[row], "", detail::shown(cell), "is no unit of time",
                            "give the times alone, or with ms or s behind each"}});
        }
      }
    }
    neuron_ = column;
  }

  void choose_unit() {
    unit_ = in_steps_ ? "" : format_.unit;
    const std::string& named = table_.unit(time_);
    if (in_steps_ || named.empty() || named == format_.unit) return;
    const std::string unit = detail::usual_spelling(named, Dimension::time);
    const bool is_time = detail::dimension_of(unit) == Dimension::time;
    if (!format_.unit.empty()) {
      if (is_time) {
        table_.note(table_.header_line,
                    "the times are taken to be in " + format_.unit + ", though the header says " + named);
      }
    } else if (is_time) {
      unit_ = unit;
      if (unit != named) table_.note(table_.header_line, named + " is taken for " + unit);
    } else {
      throw FileError({{table_.file, table_.header_line, table_.name(time_), detail::shown(named),
                        "must be a unit of time", "name it for example time_ms, or give --unit"}});
    }
  }

  /// The columns that are no neurons.
  std::vector<std::size_t> used_columns(bool is_raster) const {
    std::vector<std::size_t> used{time_};
    if (offset_) used.push_back(*offset_);
    for (std::size_t c = 0; c < table_.width; ++c) {
      const bool is_named_raster = c < table_.headings.size() && is_called(table_.headings[c], detail::raster_role);
      if (c != time_ && (is_raster || is_named_raster) && is_bits(c)) used.push_back(c);
    }
    return used;
  }

  bool is_bits(std::size_t column) const {
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      if (!bit_of(table_, row, column)) return false;
    }
    return table_.rows() > 0;
  }

  std::size_t zeros(std::size_t column) const {
    std::size_t count = 0;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      const auto bit = bit_of(table_, row, column);
      if (bit && !*bit) ++count;
    }
    return count;
  }

  /// A train has at most one spike at 0, and none is called True.
  bool is_raster_column() const {
    if (!unit_.empty() || table_.rows() < 2) return false;
    if (is_bits(time_)) {
      if (format_.step) return true;
      table_.refuse(table_.lines.front(),
                    "a column of 0 and 1 may be a raster, a row for each time step, or times at 0 and 1 ms",
                    table_.is_of_experiment ? "write the times, under a header such as time_ms"
                                            : "give the time step with --dt, for example --dt 0.1ms, or say --unit ms");
    }
    for (std::size_t row = 0; zeros(time_) > 1 && row < table_.rows(); ++row) {
      const auto value = detail::value_of(table_, row, time_);
      if (!value || *value < 0 || *value != std::floor(*value)) return false;
    }
    if (zeros(time_) > 1) {
      table_.refuse(table_.lines.front(),
                    "there are several zeros among whole numbers: these may be counts in bins of time, or times, of "
                    "which several spikes have the same",
                    "give the time of each spike once");
    }
    return false;
  }

  void read_raster() {
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      const auto bit = bit_of(table_, row, time_);
      if (bit && *bit) result_.times.push_back(static_cast<double>(row) * *format_.step);
    }
    table_.note(0, "0 and 1 are read as a raster: row k, counted from 0, is the time k --dt");
  }

  /// Where another column says with 0 and 1 whether there is a spike, the rows with 1.
  void keep_raster_rows() {
    for (std::size_t c = 0; c < table_.headings.size(); ++c) {
      const auto& heading = table_.headings[c];
      if (c == time_ || !is_called(heading, detail::raster_role) || !is_bits(c) || zeros(c) == 0) continue;
      if (detail::counts_rows(table_, c)) continue;
      std::vector<std::size_t> wanted;
      for (std::size_t row = 0; row < table_.rows(); ++row) {
        if (*bit_of(table_, row, c)) wanted.push_back(row);
      }
      table_.note(table_.header_line, "the spikes are taken to be in the rows where " + table_.name(c) + " is 1");
      is_from_raster_ = true;
      return table_.keep(wanted);
    }
  }

  /// Whole numbers of no unit may be ms or steps.
  void require_unit_of_whole_numbers() {
    if (!unit_.empty() || table_.rows() == 0) return;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      if (!is_whole(table_.cell(row, time_))) return;
    }
    if (!format_.step) {
      table_.note(table_.lines.front(), table_.is_of_experiment
                                            ? "the times are whole numbers without a unit, and taken for ms"
                                            : "the times are whole numbers without a unit, and taken for ms; if they "
                                              "are steps, say --unit steps and how long one is with --dt");
    } else if (*format_.step != 1) {
      table_.refuse(
          table_.lines.front(),
          "the times are whole numbers without a unit, which may be ms or steps of " + to_text(*format_.step, "ms"),
          "say --unit ms or --unit steps");
    }
  }

  /// A row for each sample of a potential is no row for each spike.
  void require_no_trace() const {
    constexpr std::size_t fewest = 8;
    const auto& times = result_.times;
    if (times.size() < fewest || is_from_raster_ || !format_.column.empty()) return;
    const double step = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
    for (std::size_t k = 0; k < times.size(); ++k) {
      if (!(std::abs(times[k] - times.front() - static_cast<double>(k) * step) <= 1e-6 * step)) return;
    }
    for (std::size_t c = 0; c < table_.headings.size(); ++c) {
      if (c == time_ || !is_called(table_.headings[c], detail::potential_role)) continue;
      const auto first = table_.cell(0, c);
      for (std::size_t row = 0; row < table_.rows(); ++row) {
        if (table_.cell(row, c) == first) continue;
        table_.refuse(
            table_.header_line,
            "times that are evenly spaced beside " + table_.name(c) + " are samples of a trace, not spikes",
            "give the times of the spikes; or if they are, say " + table_.option("column", table_.name(time_)));
      }
    }
  }

  void read_steps() {
    std::vector<Problem> problems;
    const auto number = [&](std::size_t row, std::size_t column) {
      const auto cell = table_.cell(row, column);
      const auto value = detail::value_of(table_, row, column);
      const bool is_good = value && (column != time_ || *value == std::floor(*value));
      if (is_good) return value;
      const std::string key = column < table_.headings.size() ? table_.name(column) : "time";
      if (!table_.has(row, column)) {
        problems.push_back({table_.file, table_.lines[row], "", "", "there is no field for " + key + " in this row",
                            "give each row all its columns"});
      } else {
        problems.push_back({table_.file, table_.lines[row], key, cell.empty() ? "(empty)" : detail::shown(cell),
                            column == time_ ? "must be a whole number of steps" : "must be a finite number of ms",
                            column == time_ ? "write for example 179" : "write for example 0.025"});
      }
      return std::optional<double>();
    };
    for (std::size_t row = 0; row < table_.rows() && problems.size() < most_problems; ++row) {
      const auto steps = number(row, time_);
      const auto offset = offset_ ? number(row, *offset_) : 0.0;
      if (!steps || !offset) continue;
      result_.times.push_back(std::fma(*steps, *format_.step, -*offset));
      if (std::isfinite(result_.times.back())) continue;
      problems.push_back({table_.file, table_.lines[row], table_.name(time_), detail::shown(table_.cell(row, time_)),
                          "must make a finite time", "lower it"});
    }
    if (!problems.empty()) throw FileError(std::move(problems));
  }

  void sort() {
    auto& times = result_.times;
    const auto unsorted = std::is_sorted_until(times.begin(), times.end());
    if (unsorted != times.end()) {
      table_.note(table_.lines[static_cast<std::size_t>(unsorted - times.begin())],
                  "the times are not in ascending order from here on; they were sorted");
      std::sort(times.begin(), times.end());
    }
    if (const auto twice = std::adjacent_find(times.begin(), times.end());
        twice != times.end() && !table_.is_of_experiment) {
      table_.note(0, "there is more than one spike at " + to_text(*twice, "ms") +
                         "; are there several neurons in the file, or too few digits?");
    }
  }

  SpikeFileFormat format_;
  Table table_;
  std::size_t time_ = 0;
  std::optional<std::size_t> neuron_;
  bool in_steps_ = false;
  bool is_from_raster_ = false;
  std::optional<std::size_t> offset_;  ///< ms, by which a spike is before the end of its step
  std::string unit_;                   ///< empty where nobody names it
  SpikeFile result_;
};

}  // namespace

SpikeFile detail::parse_arrivals(std::string_view text, const std::string& name, const SpikeFileFormat& format) {
  return Reader(text, name, format, true).read();
}

SpikeFile parse_spikes(std::string_view text, const std::string& name, const SpikeFileFormat& format) {
  return Reader(text, name, format, false).read();
}

SpikeFile read_spikes(const std::filesystem::path& file, const SpikeFileFormat& format) {
  return parse_spikes(detail::read_text(file), detail::name_of(file), format);
}

}  // namespace lapicque
