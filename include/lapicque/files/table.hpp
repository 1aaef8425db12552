#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/files/file_error.hpp"
#include "lapicque/files/quantity.hpp"

namespace lapicque {

/// Columns of numbers from a CSV file: one vector for each of `columns`, in that order, all of one length.
///
/// Where the first field of the first line is not a number, that line is a header and columns are found by name;
/// otherwise they are the first ones, in the order of `columns`. Further columns are ignored, whatever is in them.
/// Fields are separated by commas; spaces and double quotes around a field, a byte order mark, empty lines and lines
/// that begin with # are skipped. Lines end with LF, CR LF or CR. Numbers are plain decimals, each read as the nearest
/// double. An empty file has no rows.
///
/// @throws FileError  the file cannot be read; the header lacks a column (the message names those it has) or has it
///                    twice; a row has too few fields, or a double quote that it does not close; a field is not a
///                    finite number. At most 10 problems are listed.
std::vector<std::vector<double>> read_columns(const std::filesystem::path& file,
                                              std::span<const std::string_view> columns);

/// The same from a text; `name` is what the file is called in messages.
std::vector<std::vector<double>> parse_columns(std::string_view csv, const std::string& name,
                                               std::span<const std::string_view> columns);

/// What the numbers of a column count.
struct ColumnUnit {
  std::string unit{};  ///< empty: they are taken as they stand
  Dimension dimension = Dimension::time;
};

/// The same, with the line (counted from 1) that each row stands in.
/// @param units  none, or one for each column: a number is then converted to base units as parse_quantity does it,
///               rounded once
struct Table {
  std::vector<std::vector<double>> columns;
  std::vector<std::size_t> lines;
};
Table parse_table(std::string_view csv, const std::string& name, std::span<const std::string_view> columns,
                  std::span<const ColumnUnit> units = {});

/// The fields of the first line that has any: a header, or the first row.
struct Header {
  std::vector<std::string> names;
  std::size_t line = 0;    ///< counted from 1; 0 if there is none
  bool is_header = false;  ///< false where the first field is a number, or a double quote is left open
};
Header header_of(std::string_view csv);

/// All of a file, as it is. @throws FileError  it cannot be read, is neither a regular file nor a pipe, or begins as
/// the binary files of numpy, HDF5 and MATLAB do
std::string read_text(const std::filesystem::path& file);

}  // namespace lapicque
