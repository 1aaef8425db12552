#include "lapicque/files/spike_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "fields.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/quantity.hpp"
#include "lapicque/files/table.hpp"
#include "text.hpp"

namespace lapicque {
namespace {

using detail::Fields;

constexpr std::size_t most_problems = 10;

constexpr std::array<std::string_view, 9> time_names{
    "time", "times", "t", "spike_time", "spike_times", "spiketime", "spiketimes", "timestamp", "timestamps"};
constexpr std::array<std::string_view, 7> words_after_time{"spike", "spikes", "stamp", "stamps",
                                                           "point", "points", "value"};
constexpr std::array<std::string_view, 13> neuron_names{"sender",  "senders", "neuron", "neuron_id", "neuron_ids",
                                                        "node_id", "gid",     "id",     "i",         "cell",
                                                        "cell_id", "unit_id", "source"};

bool is_time_unit(std::string_view unit) {
  try {
    return parse_quantity("1 " + std::string(unit), Dimension::time) > 0;
  } catch (const InvalidArgument&) {
    return false;
  }
}

/// One that stands behind numbers in columns, where "d" and "min" may be somebody's name.
bool is_short_time_unit(std::string_view unit) {
  constexpr std::array<std::string_view, 8> units{"s", "ms", "us", "\u00b5s", "\u03bcs", "ns", "sec", "msec"};
  return std::find(units.begin(), units.end(), unit) != units.end();
}

/// A unit of a voltage, a current and so on, of two letters or more: m, A and K may well mean something else.
bool is_other_unit(std::string_view unit) {
  if (unit.size() < 2 || is_time_unit(unit)) return false;
  const std::string quantity = "1 " + std::string(unit);
  const auto is_unit_of = [&](Dimension dimension) {
    try {
      return parse_quantity(quantity, dimension) > 0;
    } catch (const InvalidArgument&) {
      return false;
    }
  };
  constexpr std::array others{Dimension::voltage, Dimension::current, Dimension::resistance, Dimension::frequency,
                              Dimension::angle};
  return std::any_of(others.begin(), others.end(), is_unit_of);
}

bool is_among(std::span<const std::string_view> names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A column's name taken apart: "Spike time (ms)" is spike_time in ms.
struct Heading {
  std::string name;  ///< without the unit, in small letters, _ for space
  std::string unit;  ///< may be empty, or no unit of time
};

Heading heading_of(std::string_view text) {
  const auto heading = [](std::string_view name, std::string_view unit) {
    Heading result{std::string(detail::trimmed(name)), std::string(detail::trimmed(unit))};
    for (char& c : result.name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
      if (c == ' ') c = '_';
    }
    while (!result.name.empty() && result.name.back() == '_') result.name.pop_back();
    if (!result.unit.empty() && result.name.ends_with("_in")) result.name.resize(result.name.size() - 3);
    return result;
  };
  if (!text.empty() && (text.back() == ')' || text.back() == ']')) {
    const auto open = text.rfind(text.back() == ')' ? '(' : '[');
    if (open != std::string_view::npos) {
      return heading(text.substr(0, open), text.substr(open + 1, text.size() - open - 2));
    }
  }
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    return heading(text.substr(0, slash), text.substr(slash + 1));
  }
  const auto whole = heading(text, "");
  const auto last = text.find_last_of("_ ");
  if (last == std::string_view::npos || is_among(time_names, whole.name)) return whole;
  const auto parted = heading(text.substr(0, last), text.substr(last + 1));
  if (is_time_unit(parted.unit) || is_other_unit(parted.unit)) return parted;
  // What stands behind a name for times is a unit, known or not, if it is none of the words that go with time.
  const std::string word = heading(parted.unit, "").name;
  return is_among(time_names, parted.name) && !is_among(words_after_time, word) ? parted : whole;
}

bool is_number(std::string_view field) { return !field.empty() && detail::decimal_length(field) == field.size(); }

/// A number that may have a unit of time behind it: "5.1", "5.1 ms".
struct Measure {
  std::string_view number;  ///< empty: it is none
  std::string_view unit;    ///< may be empty
};

Measure measure_of(std::string_view field) {
  const auto number = field.substr(0, detail::decimal_length(field));
  const auto unit = detail::trimmed(field.substr(number.size()));
  return unit.empty() || is_short_time_unit(unit) ? Measure{number, unit} : Measure{};
}

/// The fields of a line; between spaces, a number and a unit of time behind it are one: "5.1 ms".
/// @param is_open  receives whether a double quote in it is not closed
std::vector<std::string_view> fields_of(std::string_view line, Fields::Separator separator, bool* is_open = nullptr) {
  std::vector<std::string_view> result;
  Fields fields(line, separator);
  while (const auto field = fields.next()) {
    const bool is_of_last = separator == Fields::Separator::space && is_short_time_unit(*field) && !result.empty() &&
                            is_number(result.back());
    if (is_of_last) {
      const char* const begin = result.back().data();
      result.back() = std::string_view(begin, static_cast<std::size_t>(field->data() + field->size() - begin));
    } else {
      result.push_back(*field);
    }
  }
  if (is_open != nullptr) *is_open = fields.is_open();
  return result;
}

/// The names in a header; between spaces a unit in brackets belongs to the name before it.
std::vector<std::string> names_of(std::string_view line, Fields::Separator separator) {
  std::vector<std::string> names;
  for (const auto field : fields_of(line, separator)) {
    const bool is_bracket = !field.empty() && (field.front() == '(' || field.front() == '[');
    if (separator == Fields::Separator::space && is_bracket && !names.empty()) {
      names.back().append(" ").append(field);
    } else {
      names.emplace_back(field);
    }
  }
  return names;
}

bool is_header(const std::vector<std::string_view>& row) {
  if (row.front().empty()) return true;
  return std::none_of(row.begin(), row.end(), [](std::string_view field) {
    return detail::decimal_length(field) > 0 || detail::is_not_finite(field);
  });
}

/// How a neuron is called, whichever way its number is written.
std::string neuron_name(std::string_view field) {
  const auto number = is_number(field) ? detail::nearest_double(field) : std::nullopt;
  return number ? to_text(*number) : std::string(field);
}

class Reader {
 public:
  Reader(const std::string& name, const SpikeFileFormat& format) : name_(name), format_(format) {}

  SpikeFile read(std::string_view text) {
    if (!format_.unit.empty() && !is_time_unit(format_.unit)) {
      parse_quantity("1 " + format_.unit, Dimension::time);  // says why not
    }
    split(text);
    choose_columns();
    throw_if_any();
    const auto lines = rows_of_neuron();
    throw_if_any();
    read_times(lines);
    throw_if_any();
    return std::move(result_);
  }

 private:
  struct Row {
    std::size_t line;
    std::vector<std::string_view> fields;
  };

  void split(std::string_view text) {
    refuse_other_encodings(text);
    detail::Lines lines(text);
    std::optional<Fields::Separator> separator;
    std::optional<std::string_view> comment;
    while (const auto line = lines.next()) {
      const auto content = detail::trimmed(*line);
      if (content.empty()) continue;
      if (content.front() == '#' || content.front() == '%') {
        if (!separator) {
          comment = content.substr(1);
          header_line_ = lines.number();
        }
        continue;
      }
      const bool first = !separator;
      if (first) separator = Fields::separator_in(content);
      bool is_open = false;
      auto fields = fields_of(*line, *separator, &is_open);
      if (is_open) {
        report(lines.number(), "", detail::shown(content), "a double quote is not closed in this line",
               "close it, or leave it out");
        if (first || problems_.size() == most_problems) return;
        continue;
      }
      if (first && is_header(fields)) {
        names_ = names_of(*line, *separator);
        header_line_ = lines.number();
        continue;
      }
      if (first && comment) read_comment(*comment, *separator, fields.size());
      rows_.push_back({lines.number(), std::move(fields)});
    }
    for (const Row& row : rows_) {
      for (auto f = row.fields.size(); f > width_; --f) {
        if (!row.fields[f - 1].empty()) width_ = f;
      }
    }
    // Between spaces, a name of several words looks like several names.
    if (separator == Fields::Separator::space && !rows_.empty() && is_one_name()) join_names();
    width_ = std::max(width_, names_.size());
    if (!text.empty() && !separator && !comment) {
      note(0, "there is nothing but white space in it; it is taken for a train without spikes");
    }
  }

  void refuse_other_encodings(std::string_view text) {
    if (text.find('\0') == std::string_view::npos) return;
    report(1, "", "", "this is no plain text, or text in UTF-16", "save it as plain text or in UTF-8");
    throw_if_any();
  }

  /// Whether the names stand over one column, or over lists of times: "spike time" over 1 and 17.5 are two, over 17.5
  /// and 30.9 one.
  bool is_one_name() const {
    if (width_ == 1) return true;
    std::string all;
    for (const std::string& name : names_) all.append(all.empty() ? "" : " ").append(name);
    const auto first = rows_.front().fields.front();
    const double value = is_number(first) ? detail::nearest_double(first).value_or(0) : 0;
    return names_.size() > 1 && is_time(all) && value != std::floor(value);
  }

  void join_names() {
    if (names_.size() < 2) return;
    for (auto name = names_.begin() + 1; name != names_.end(); ++name) names_.front().append(" ").append(*name);
    names_.resize(1);
  }

  /// The last comment before the rows may be their header.
  void read_comment(std::string_view comment, Fields::Separator separator, std::size_t width) {
    auto names = names_of(comment, separator);
    if (width == 1 && names.size() > 1) {
      // "time in s" is one name; but a remark of several words that is about time is none.
      const std::string all(detail::trimmed(comment));
      if (is_time(all) && is_time_unit(heading_of(all).unit)) names = {all};
    }
    if (names.size() == width && std::any_of(names.begin(), names.end(), is_time)) names_ = names;
  }

  static bool is_time(const std::string& name) { return is_among(time_names, heading_of(name).name); }

  void choose_columns() {
    if (!names_.empty()) {
      choose_by_name();
    } else if (!format_.column.empty()) {
      choose_by_number();
    } else if (width_ > 1) {
      choose_by_content();
    }
    if (!problems_.empty() || time_ >= names_.size() || in_steps_) return;
    const std::string unit = heading_of(names_[time_]).unit;
    if (unit.empty() || unit == format_.unit) return;
    if (!is_time_unit(unit)) {
      if (format_.unit.empty()) {
        report(header_line_, names_[time_], unit, "must be a unit of time",
               "name it for example time_ms, or give --unit");
      }
    } else if (format_.unit.empty()) {
      unit_ = unit;
    } else {
      note(header_line_, "the times are taken to be in " + format_.unit + ", though the header says " + unit);
    }
  }

  void choose_by_name() {
    if (format_.column.empty() && names_.size() == 1 && width_ > 1 && is_time(names_.front())) {
      if (const Row* row = first_of_list(2)) return refuse_list(*row);
    }
    std::vector<std::size_t> times;
    std::vector<std::size_t> doubtful;  // called times, in what is no unit of time
    std::vector<std::size_t> others;
    for (std::size_t c = 0; c < names_.size(); ++c) {
      const auto heading = heading_of(names_[c]);
      if (is_among(neuron_names, heading.name)) {
        if (!neuron_) neuron_ = c;
      } else {
        const bool is_doubtful = !heading.unit.empty() && !is_time_unit(heading.unit);
        (!is_time(names_[c]) ? others : is_doubtful ? doubtful : times).push_back(c);
      }
    }
    if (!format_.column.empty()) return choose_asked();
    if (find_steps()) return;
    if (times.empty()) times = doubtful;
    // With a row below it, a line of any one name is a header; without, it may be anything.
    if (times.empty() && others.size() == 1 && !rows_.empty()) times = others;
    if (times.empty() && names_.size() == 1 && !rows_.empty()) times = {0};
    if (times.size() == 1) {
      time_ = times.front();
      if (neuron_ == time_) neuron_.reset();
    } else if (times.empty()) {
      report(header_line_, "", "", "there is no column for the times, but " + list(names_),
             "name a column time_ms, or say which one it is with --column");
    } else {
      report(header_line_, "", "", "there are several columns for the times among " + list(names_),
             "say which one it is with --column");
    }
  }

  /// NEST's pair of a step and of how far before its end the spike is: time_step and time_offset in files, times and
  /// offsets in the events of a recorder.
  bool find_steps() {
    std::optional<std::size_t> steps;
    std::optional<std::size_t> offsets;
    for (std::size_t c = 0; c < names_.size(); ++c) {
      const auto heading = heading_of(names_[c]);
      if (heading.name == "time" && heading.unit == "step") steps = c;
      if (heading.name == "offsets" || (heading.name == "time" && heading.unit == "offset")) offsets = c;
    }
    for (std::size_t c = 0; offsets && !steps && c < names_.size(); ++c) {
      if (heading_of(names_[c]).name == "times") steps = c;
    }
    if (!steps) return false;
    if (!format_.step) {
      report(header_line_, "", "",
             "the times are counted in steps (" + detail::shown(names_[*steps]) +
                 "), and the file does not say how long a step is",
             "give NEST's resolution with --dt, for example --dt 0.1ms");
      return true;
    }
    in_steps_ = true;
    time_ = *steps;
    offset_ = offsets;
    if (!format_.unit.empty())
      note(header_line_, "the times are counted in steps of --dt, and --unit is of no concern");
    return true;
  }

  void choose_asked() {
    const auto found = std::find(names_.begin(), names_.end(), format_.column);
    if (found != names_.end()) {
      time_ = static_cast<std::size_t>(found - names_.begin());
    } else if (const auto number = column_number()) {
      time_ = *number;
    } else {
      report(header_line_, "--column", format_.column, "there is no such column, but " + list(names_),
             "give the name of one, or its number from 1");
    }
    if (neuron_ == time_) neuron_.reset();
  }

  void choose_by_number() {
    if (const auto number = column_number()) {
      time_ = *number;
      if (width_ == 2) find_neurons(1 - time_);
    } else {
      report(0, "--column", format_.column, "must be a number from 1 to " + std::to_string(width_),
             "the file has no header with names");
    }
  }

  std::optional<std::size_t> column_number() const {
    std::size_t number = 0;
    const char* const end = format_.column.data() + format_.column.size();
    const auto [stop, error] = std::from_chars(format_.column.data(), end, number);
    if (error != std::errc{} || stop != end || number < 1 || number > width_) return std::nullopt;
    return number - 1;
  }

  void choose_by_content() {
    if (const Row* row = first_of_list(3)) return refuse_list(*row);
    // Times are the ones that are no whole numbers; and if all are whole, the ones written with a point.
    const auto has = [&](std::size_t column, auto what) {
      return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
        const Measure measure = column < row.fields.size() ? measure_of(row.fields[column]) : Measure{};
        return !measure.number.empty() && what(measure.number);
      });
    };
    const auto is_broken = [](std::string_view field) {
      const auto value = detail::nearest_double(field);
      return value && *value != std::floor(*value);
    };
    const auto is_pointed = [](std::string_view field) { return field.find_first_of(".eE") != std::string_view::npos; };
    const auto is_any = [](std::string_view) { return true; };
    const auto choose = [&](auto what) {
      const bool first = has(0, what);
      if (first == has(1, what)) return false;
      time_ = first ? 0 : 1;
      return true;
    };
    if (choose(is_broken) || choose(is_pointed) || choose(is_any)) return find_neurons(1 - time_);
    report(rows_.front().line, "", "", "the first two columns could both be the times",
           "say which one it is with --column 1 or --column 2");
  }

  void refuse_list(const Row& row) {
    report(row.line, "", "", "there are several times in this row",
           opens_bracket(row.fields.front())
               ? "write one spike a line"
               : "write one spike a line; if these are columns of a table, say which one it is with --column");
  }

  static bool opens_bracket(std::string_view field) {
    return !field.empty() && std::string_view("[({").find(field.front()) != std::string_view::npos;
  }

  /// A row that is no spike but a list of them, as printing a vector writes it: in brackets, or `fewest` and more
  /// numbers that ascend, from row to row as well. Null if there is none.
  const Row* first_of_list(std::size_t fewest) const {
    double last = -std::numeric_limits<double>::infinity();
    bool ascends = width_ >= fewest;
    for (const Row& row : rows_) {
      const auto first = row.fields.front();
      if (opens_bracket(first)) return &row;
      for (std::size_t f = 0; ascends && f < row.fields.size(); ++f) {
        const auto field = row.fields[f];
        if (field.empty() && f + 1 == row.fields.size()) break;  // a separator ends the row
        const auto number = measure_of(field).number;
        const auto value = number.empty() ? std::nullopt : detail::nearest_double(number);
        ascends = value && *value > last;
        last = value.value_or(last);
      }
    }
    return ascends ? &rows_.front() : nullptr;
  }

  /// Takes a column for the neurons unless it counts the rows or is no column of whole numbers or words.
  void find_neurons(std::size_t column) {
    bool counts = true;
    std::optional<double> before;
    for (const Row& row : rows_) {
      if (column >= row.fields.size()) return;
      const auto field = row.fields[column];
      if (field.empty()) return;
      const auto value = is_number(field) ? detail::nearest_double(field) : std::nullopt;
      if (is_number(field) && (!value || *value != std::floor(*value))) return;
      if (is_other_unit(field)) {
        return report(row.line, "", detail::shown(field), "is no unit of time",
                      "give the times alone, or with ms or s behind each");
      }
      counts = counts && value && (before ? *value == *before + 1 : *value == 0 || *value == 1);
      before = value;
    }
    if (!counts) neuron_ = column;
  }

  /// The rows of the neuron that is wanted, or of the only one.
  std::vector<const Row*> rows_of_neuron() {
    std::vector<const Row*> wanted;
    if (!neuron_) {
      if (!format_.neuron.empty()) {
        report(0, "--neuron", format_.neuron, "the file has no column for neurons", "leave it out");
      }
      for (const Row& row : rows_) wanted.push_back(&row);
      return wanted;
    }
    const std::string asked = neuron_name(format_.neuron);
    std::map<std::string, std::size_t> places;
    std::vector<std::pair<std::string, std::size_t>> counts;
    for (const Row& row : rows_) {
      if (!has_field(row, *neuron_)) continue;
      const std::string neuron = neuron_name(row.fields[*neuron_]);
      const auto place = places.emplace(neuron, counts.size()).first->second;
      if (place == counts.size()) counts.emplace_back(neuron, 0);
      ++counts[place].second;
      if (format_.neuron.empty() || neuron == asked) wanted.push_back(&row);
    }
    if (format_.neuron.empty() && counts.size() > 1) {
      report(rows_.front().line, "", "", "the file has spikes of several neurons: " + list(counts),
             "choose one with --neuron " + detail::shown(counts.front().first));
    } else if (!format_.neuron.empty() && wanted.empty() && !rows_.empty()) {
      report(0, "--neuron", detail::shown(format_.neuron), "the file has no spike of it, but of " + list(counts),
             "choose one of those");
    }
    return wanted;
  }

  void read_times(const std::vector<const Row*>& rows) {
    const std::string unit = !format_.unit.empty() ? format_.unit : unit_;
    for (const Row* row : rows) {
      if (in_steps_) {
        read_step(*row);
      } else if (has_field(*row, time_)) {
        read_time(row->line, row->fields[time_], unit);
      }
      if (problems_.size() == most_problems) return;
    }
    const auto unsorted = std::is_sorted_until(result_.times.begin(), result_.times.end());
    if (!problems_.empty() || unsorted == result_.times.end()) return;
    note(rows[static_cast<std::size_t>(unsorted - result_.times.begin())]->line,
         "the times are not in ascending order from here on; they were sorted");
    std::sort(result_.times.begin(), result_.times.end());
  }

  void read_step(const Row& row) {
    if (!has_field(row, time_) || (offset_ && !has_field(row, *offset_))) return;
    const auto number = [&](std::size_t column) {
      const auto field = row.fields[column];
      const auto value = is_number(field) ? detail::nearest_double(field) : std::nullopt;
      const bool is_good = value && (column != time_ || *value == std::floor(*value));
      if (is_good) return value;
      report(row.line, detail::shown(names_[column]), field.empty() ? "(empty)" : detail::shown(field),
             column == time_ ? "must be a whole number of steps" : "must be a finite number of ms",
             column == time_ ? "write for example 179" : "write for example 0.025");
      return std::optional<double>();
    };
    const auto steps = number(time_);
    const auto offset = offset_ ? number(*offset_) : 0.0;
    if (!steps || !offset) return;
    const double time = std::fma(*steps, *format_.step, -*offset);
    if (std::isfinite(time)) return result_.times.push_back(time);
    report(row.line, detail::shown(names_[time_]), detail::shown(row.fields[time_]), "must make a finite time",
           "lower it");
  }

  void read_time(std::size_t line, std::string_view field, std::string unit) {
    const Measure measure = measure_of(field);
    const bool plain = !measure.number.empty();
    if (!measure.unit.empty()) unit = measure.unit;
    std::optional<double> time;
    if (plain && unit == "ms") {
      time = detail::nearest_double(measure.number);
    } else if (plain) {
      try {
        time = parse_quantity(std::string(measure.number) + " " + unit, Dimension::time);
      } catch (const InvalidArgument&) {  // it is not finite: number and unit are good
      }
    }
    if (time) {
      result_.times.push_back(*time);
    } else if (plain || detail::is_not_finite(field)) {
      report(line, time_column(), detail::shown(field), "must be a finite number", "write for example 17.5");
    } else {
      const bool comma = std::count(field.begin(), field.end(), ',') == 1;
      report(line, time_column(), field.empty() ? "(empty)" : detail::shown(field), "must be a plain number",
             comma ? "write a point for the decimal comma" : "write for example 17.5");
    }
  }

  bool has_field(const Row& row, std::size_t column) {
    if (column < row.fields.size()) return true;
    const std::string name = column == time_ ? "the time" : column == offset_ ? "the offset" : "the neuron";
    if (problems_.size() < most_problems) {
      report(row.line, "", "", "there is no field for " + name + " in this row", "give each row all its columns");
    }
    return false;
  }

  std::string time_column() const { return time_ < names_.size() ? detail::shown(names_[time_]) : "time"; }

  static std::string list(const std::vector<std::string>& names) {
    std::string all;
    for (const auto& name : names) {
      all.append(all.empty() ? "" : ", ").append(name.empty() ? "(no name)" : name);
    }
    return detail::shown(all);
  }

  static std::string list(const std::vector<std::pair<std::string, std::size_t>>& neurons) {
    constexpr std::size_t most = 10;
    std::string all;
    for (std::size_t k = 0; k < std::min(most, neurons.size()); ++k) {
      all.append(k == 0 ? "" : ", ").append(detail::shown(neurons[k].first));
      all.append(" (").append(std::to_string(neurons[k].second)).append(")");
    }
    if (neurons.size() > most) all += " and " + std::to_string(neurons.size() - most) + " more";
    return all;
  }

  void report(std::size_t line, std::string key, std::string value, std::string rule, std::string mend) {
    problems_.push_back({name_, line, std::move(key), std::move(value), std::move(rule), std::move(mend)});
  }

  void note(std::size_t line, const std::string& text) {
    result_.notes.push_back(to_text(Problem{name_, line, "", "", text, ""}));
  }

  void throw_if_any() {
    if (!problems_.empty()) throw FileError(std::move(problems_));
  }

  std::string name_;
  SpikeFileFormat format_;
  std::vector<std::string> names_;  ///< of the columns; empty without a header
  std::size_t header_line_ = 0;
  std::vector<Row> rows_;
  std::size_t width_ = 1;  ///< columns, but for empty ones at the end
  std::size_t time_ = 0;
  std::optional<std::size_t> neuron_;
  bool in_steps_ = false;
  std::optional<std::size_t> offset_;  ///< ms, by which a spike is before the end of its step
  std::string unit_ = "ms";
  SpikeFile result_;
  std::vector<Problem> problems_;
};

}  // namespace

SpikeFile parse_spikes(std::string_view text, const std::string& name, const SpikeFileFormat& format) {
  return Reader(name, format).read(text);
}

SpikeFile read_spikes(const std::filesystem::path& file, const SpikeFileFormat& format) {
  return parse_spikes(read_text(file), file.string(), format);
}

}  // namespace lapicque
