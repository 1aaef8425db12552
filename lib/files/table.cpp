#include "lapicque/files/table.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "fields.hpp"
#include "lapicque/error.hpp"
#include "text.hpp"

namespace lapicque {
namespace {

constexpr std::size_t most_problems = 10;

bool is_header(std::string_view line) {
  const auto first = *detail::Fields(line).next();
  return detail::decimal_length(first) == 0 && !detail::is_not_finite(first);
}

bool has_open_quote(std::string_view line) {
  if (line.find('"') == std::string_view::npos) return false;
  detail::Fields fields(line);
  while (fields.next()) {
  }
  return fields.is_open();
}

class Reader {
 public:
  Reader(const std::string& name, std::span<const std::string_view> columns, std::span<const ColumnUnit> units)
      : name_(name), columns_(columns), units_(units), values_(columns.size()) {
    for (std::size_t c = 0; c < columns.size(); ++c) wanted_.push_back(c);
  }

  Table read(std::string_view csv) {
    detail::Lines lines(csv);
    bool first = true;
    while (problems_.size() < most_problems) {
      const auto next = lines.next();
      if (!next) break;
      const auto line = *next;
      line_ = lines.number();
      const auto content = detail::trimmed(line);
      if (content.empty() || content.front() == '#') continue;
      if (has_open_quote(line)) {
        report("", detail::shown(content), "a double quote is not closed in this line", "close it, or leave it out");
        if (std::exchange(first, false)) break;  // it may be a header, and every row would be wrong
      } else if (std::exchange(first, false) && is_header(line)) {
        read_header(line);
        if (!problems_.empty()) break;  // every row would be wrong
      } else {
        read_row(line);
        rows_.push_back(line_);
      }
    }
    if (!problems_.empty()) throw FileError(std::move(problems_));
    return {std::move(values_), std::move(rows_)};
  }

 private:
  /// Finds out which column of `columns_` each field of a row belongs to.
  void read_header(std::string_view line) {
    std::vector<std::string_view> names;
    detail::Fields fields(line);
    while (const auto field = fields.next()) names.push_back(*field);
    std::string all;
    for (const auto& name : names) all.append(all.empty() ? "" : ", ").append(name);

    wanted_.assign(names.size(), ignored);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::string name(columns_[c]);
      const auto at = std::find(names.begin(), names.end(), columns_[c]);
      if (at == names.end()) {
        report("", "", "there is no column " + name + ", but " + detail::shown(all), "name a column " + name);
      } else if (std::find(at + 1, names.end(), columns_[c]) != names.end()) {
        report("", "", "there are several columns " + name, "name one column " + name);
      } else {
        wanted_[static_cast<std::size_t>(at - names.begin())] = c;
      }
    }
    while (!wanted_.empty() && wanted_.back() == ignored) wanted_.pop_back();
  }

  void read_row(std::string_view line) {
    detail::Fields fields(line);
    for (std::size_t f = 0; f < wanted_.size(); ++f) {
      const auto field = fields.next();
      if (!field) {
        const std::string column(columns_[*std::find_if(wanted_.begin() + static_cast<std::ptrdiff_t>(f), wanted_.end(),
                                                        [](std::size_t c) { return c != ignored; })]);
        report("", "", "there is no field for " + column + " in this row", "give each row all its columns");
        return;
      }
      if (wanted_[f] != ignored) read_number(wanted_[f], *field);
    }
  }

  void read_number(std::size_t column, std::string_view field) {
    const bool plain = !field.empty() && detail::decimal_length(field) == field.size();
    if (const auto value = plain ? number(column, field) : std::nullopt) {
      values_[column].push_back(*value);
    } else if (plain || detail::is_not_finite(field)) {
      report(columns_[column], detail::shown(field), "must be a finite number", "write for example 2.5");
    } else {
      report(columns_[column], field.empty() ? "(empty)" : detail::shown(field), "must be a plain number",
             "write for example 2.5");
    }
  }

  /// In base units; empty if that is not finite.
  std::optional<double> number(std::size_t column, std::string_view field) const {
    if (units_.empty() || units_[column].unit.empty()) return detail::nearest_double(field);
    try {
      return parse_quantity(std::string(field) + " " + units_[column].unit, units_[column].dimension);
    } catch (const InvalidArgument&) {
      return std::nullopt;
    }
  }

  void report(std::string_view key, std::string value, std::string rule, std::string mend) {
    problems_.push_back({name_, line_, std::string(key), std::move(value), std::move(rule), std::move(mend)});
  }

  static constexpr std::size_t ignored = SIZE_MAX;

  std::string name_;
  std::span<const std::string_view> columns_;
  std::span<const ColumnUnit> units_;
  std::vector<std::size_t> wanted_;  ///< for each field of a row: its index in columns_, or `ignored`
  std::vector<std::vector<double>> values_;
  std::vector<std::size_t> rows_;  ///< the line of each row
  std::vector<Problem> problems_;
  std::size_t line_ = 0;
};

/// Binary files that people have where text is wanted, by how they begin.
void refuse_binary(const std::filesystem::path& file, std::string_view text) {
  struct Format {
    std::string_view beginning;
    const char* what;
    const char* mend;
  };
  constexpr const char* savetxt = "save text: numpy.savetxt(\"data.txt\", array)";
  constexpr std::array formats{
      Format{"\x93NUMPY", "a binary file of numpy (.npy)", savetxt},
      Format{"PK\x03\x04", "a binary archive (.npz or .zip)", savetxt},
      Format{"\x89HDF", "a binary file (HDF5)", "save text, as CSV or in columns"},
      Format{"MATLAB 5.0", "a binary file of MATLAB (.mat)", "save text, as CSV or in columns"},
  };
  for (const Format& format : formats) {
    if (!text.starts_with(format.beginning)) continue;
    throw FileError({{file.string(), 0, "", "", "is " + std::string(format.what) + " and no text", format.mend}});
  }
}

FileError unreadable(const std::filesystem::path& file, const std::string& reason, const std::string& mend) {
  return FileError({{file.string(), 0, "", "", "cannot be read: " + reason, mend}});
}

}  // namespace

std::string read_text(const std::filesystem::path& file) {
  std::error_code error;
  const auto type = std::filesystem::status(file, error).type();
  if (type == std::filesystem::file_type::not_found || type == std::filesystem::file_type::none) {
    throw unreadable(file, error.message(), "check the path");
  }
  if (type == std::filesystem::file_type::directory) throw unreadable(file, "it is a directory", "give a file in it");
  // A device might never end.
  if (type != std::filesystem::file_type::regular && type != std::filesystem::file_type::fifo) {
    throw unreadable(file, "it is not a regular file", "give a regular file");
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw unreadable(file, std::generic_category().message(errno), "check its permissions");
  std::string text;
  std::vector<char> block(1 << 20);
  while (stream) {
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) throw unreadable(file, std::generic_category().message(errno), "check the disk");
  refuse_binary(file, text);
  return text;
}

Table parse_table(std::string_view csv, const std::string& name, std::span<const std::string_view> columns,
                  std::span<const ColumnUnit> units) {
  return Reader(name, columns, units).read(csv);
}

std::vector<std::vector<double>> parse_columns(std::string_view csv, const std::string& name,
                                               std::span<const std::string_view> columns) {
  return parse_table(csv, name, columns).columns;
}

Header header_of(std::string_view csv) {
  detail::Lines lines(csv);
  while (const auto line = lines.next()) {
    const auto content = detail::trimmed(*line);
    if (content.empty() || content.front() == '#') continue;
    Header header;
    header.line = lines.number();
    header.is_header = is_header(content) && !has_open_quote(content);
    detail::Fields fields(content);
    while (const auto field = fields.next()) header.names.emplace_back(*field);
    return header;
  }
  return {};
}

std::vector<std::vector<double>> read_columns(const std::filesystem::path& file,
                                              std::span<const std::string_view> columns) {
  return parse_columns(read_text(file), file.string(), columns);
}

}  // namespace lapicque
