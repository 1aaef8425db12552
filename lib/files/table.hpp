#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heading.hpp"
#include "lapicque/files/file_error.hpp"

namespace lapicque::detail {

/// A table as simulators, recorders, spreadsheets and people write it: cells of text, and what their columns are
/// called.
///
/// Cells stand between commas, semicolons, tabs or white space, whichever the first row of numbers has; spaces and
/// double quotes around a cell, a byte order mark, empty lines and lines that begin with # or % are skipped. Lines end
/// with LF, CR LF or CR. The last line of words before the first row of numbers is the header; so is the last comment
/// before it, if it has as many names as the row has cells and one of them is known (numpy's savetxt writes it so). A
/// line of units below the names, lines of words above that have fewer cells, and the header block of Axon's ATF are
/// known too.
///
/// Lists as Python, Julia, MATLAB, R, JSON and C print them make a table as well: array([17.9, 31.]) * msecond is a
/// column of times in ms; i = [0, 1] and t = [17.9, 31.] are two columns; {0: [17.9, 31.], 1: [12.1]}, and lines of
/// several ascending numbers ("0: 17.9 31.0", or PySpike's one train a line), are the trains of several neurons, whose
/// columns are then called neuron and times.
///
/// Cells are views of the text that was read, which must outlive the table.
struct Table {
  std::string file;                 ///< what it is called in messages
  std::vector<Heading> headings;    ///< of the columns; empty without a header
  std::size_t header_line = 0;      ///< 0 without one
  std::vector<std::size_t> lines;   ///< of each row, counted from 1
  std::vector<std::size_t> begins;  ///< where each row's cells begin in `cells`
  std::vector<std::size_t> ends;
  std::vector<std::string_view> cells;
  std::size_t width = 0;            ///< columns, but for empty ones at the end
  bool is_spaced = false;           ///< whether cells stand between white space
  bool is_trains = false;           ///< whether the column of neurons was made from lists
  bool has_decimal_commas = false;  ///< whether a comma in a number is its decimal point
  bool is_of_experiment = false;    ///< whether keys of an experiment file choose from it, not options
  std::vector<std::string> notes;   ///< what was assumed, for the user to know
  std::deque<std::string> labels;   ///< of neurons, where the text has none to view

  std::size_t rows() const noexcept { return lines.size(); }
  bool has(std::size_t row, std::size_t column) const noexcept { return column < ends[row] - begins[row]; }
  /// Empty where the row has no such cell.
  std::string_view cell(std::size_t row, std::size_t column) const noexcept {
    return has(row, column) ? cells[begins[row] + column] : std::string_view();
  }
  bool has_header() const noexcept { return !headings.empty(); }
  /// @throws FileError  a header names fewer columns than the rows have: which of them has none?
  void require_names() const;
  /// Of the header, or of the first row.
  std::size_t first_line() const noexcept { return has_header() ? header_line : lines.empty() ? 0 : lines[0]; }
  /// "time_ms", or "column 2" where there is no header.
  std::string name(std::size_t column) const;
  std::string names() const;  ///< all, for a message

  /// How the user says something of this table: "--column v_mV", or "column = "v_mV"" in an experiment file.
  std::string option(const std::string& key, const std::string& value) const;

  /// Keeps those rows alone.
  void keep(const std::vector<std::size_t>& rows);
  void note(std::size_t line, const std::string& text);
  [[noreturn]] void refuse(std::size_t line, std::string rule, std::string mend) const;

  /// The only column of a role, by the header: of just the role's example, or of one of its words and a unit that fits
  /// or none, or of one of its words, or without them of a unit that fits. Empty if there is none.
  /// @param by_unit  whether a unit that fits is enough
  /// @throws FileError  there are several
  std::optional<std::size_t> find(const Role& role, bool by_unit = true) const;
  /// The column of this name, or of this number from 1. @throws FileError  there is none
  std::size_t pick(const std::string& name) const;
  /// The unit in a column's heading; empty without one.
  const std::string& unit(std::size_t column) const;
};

/// @throws FileError  no text, or in UTF-16; a double quote that its line does not close; a header that names fewer
/// columns than the rows have; a list that was cut short when printed
Table parse_table(std::string_view text, const std::string& file);

/// A table made of pasted lists; empty if the text is none. @throws FileError
std::optional<Table> parse_lists(std::string_view text, const std::string& file);

/// Takes each row for the train of a neuron where there is no other reading: each begins with a label and a colon ("0:
/// 17.9 31.0"), or they ascend and are of several lengths, more than 2, as PySpike writes them. Gives false otherwise.
/// @param is_asked  whether there is only this reading of rows of one length, too
bool split_trains(Table& table, bool is_asked);

/// Whether a cell begins with a bracket: it is a list of several numbers.
bool opens_bracket(std::string_view cell);

/// A cell that is a number with nothing or a unit behind it: "5.1", "5.1 ms", "5.1*ms", "1.0D+01", "2,5" where commas
/// are decimal.
struct Measure {
  std::string number;     ///< in plain decimals; empty: it is none
  std::string_view unit;  ///< may be empty
};
Measure measure_of(std::string_view cell, bool has_decimal_commas = false);

/// Whether it is one of the units that may stand behind a number in a cell, as Brian 2 prints them.
bool is_printed_unit(std::string_view unit);

/// The value of a cell without a unit; empty if it is none, or not finite.
std::optional<double> value_of(const Table& table, std::size_t row, std::size_t column);

enum class Gaps { refused, kept };  ///< kept: a cell that is empty, or says that there is nothing, is not a number

/// A column of numbers in the base unit of its role, rounded once.
/// @param key   what the column is called in messages where there is no header
/// @param unit  of the numbers where they have none of their own; empty: the base unit
/// @throws FileError  a cell that is missing, or no finite number (at most 10 are listed); a unit that is unknown or of
///                    another dimension
std::vector<double> numbers(const Table& table, std::size_t column, const Role& role, const std::string& unit,
                            Gaps gaps = Gaps::refused);

/// Whether a column counts the rows, from 0 or 1.
bool counts_rows(const Table& table, std::size_t column);

/// Which rows are wanted: those of a neuron, of a population; empty for what has one of them at most.
struct RowChoice {
  std::string neuron{};
  std::string population{};
  const char* rows = "spikes";  ///< what the rows are, in messages
  const char* row = "spike";
  bool merges = false;  ///< whether several neurons are taken together, with a note, where none is asked for
  bool asks = true;     ///< whether whole numbers in a column of no known name may be neurons, which is asked then
};

/// Keeps the rows of one neuron of one population.
/// @param used     columns that are something else
/// @param neurons  the column of neurons, where there is no header to tell
/// @throws FileError  there are several neurons or populations and none was asked for (the message lists them), or not
///                    the one; whole numbers that may be neurons
void keep_rows(Table& table, const RowChoice& choice, const std::vector<std::size_t>& used,
               std::optional<std::size_t> neurons = {});

}  // namespace lapicque::detail
