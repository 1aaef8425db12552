#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lapicque::program {

/// Something could not be written; what() has "WHERE: what is wrong; how to mend it".
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Standard output, gathered into large writes.
class StandardOutput {
 public:
  StandardOutput& operator<<(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= flush_size) flush();
    return *this;
  }
  /// In the shortest form that reads back as the same double; see json_number for what is not finite.
  StandardOutput& operator<<(double value);

  /// Has to be called at the end. A pipe whose reader has gone away, as that of `| head`, is no error: the reader has
  /// what it wanted, and what is left is dropped. @throws OutputError  standard output takes no more: a full disk
  void flush();

 private:
  static constexpr std::size_t flush_size = 1 << 16;
  std::string buffer_;
  bool is_closed_ = false;  ///< the reader has gone away
};

/// A file that appears under its name whole or not at all: it is written under another name beside it first.
class OutputFile {
 public:
  /// @throws OutputError  no file can be made there, or what is there is no regular file
  explicit OutputFile(std::filesystem::path file);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes what was not committed.
  ~OutputFile();

  /// The file to write to, which exists and is empty at first.
  const std::filesystem::path& temporary() const noexcept { return temporary_; }

  /// Writes `text` to the temporary file. @throws OutputError
  void write(const std::string& text);

  /// Gives the file its name. @throws OutputError
  void commit();

  /// From here on, SIGINT, SIGTERM and SIGHUP remove all that is not committed before they end the program.
  static void remove_uncommitted_on_signals();

 private:
  void forget();

  std::filesystem::path file_;
  std::filesystem::path temporary_;
};

/// A file that an option names for output.
struct NamedOutput {
  std::string option;          ///< "--trace"
  std::filesystem::path path;  ///< empty where the option was not given
};

/// @throws InvalidArgument  an output is the same file as an input, whatever their names, or as another output
void require_apart(const std::vector<NamedOutput>& outputs, const std::vector<std::filesystem::path>& inputs);

/// A number in JSON: the shortest form that reads back as the same double, null for one that is not finite.
std::string json_number(double value);

/// A text for the terminal: control characters but line ends are spelt "\x1b".
std::string printable(std::string_view text);

/// Prints remarks to standard error, one a line.
void say(const std::vector<std::string>& remarks);

/// The words of `text` in lines of at most so many columns, as far as words are not longer; the first line begins with
/// `first_indent`, the others with `indent`. The last line has no line end.
std::string wrapped(const std::string& text, std::size_t columns, const std::string& first_indent,
                    const std::string& indent);

/// Columns of numbers with their names, units in them: "current_nA". A not-a-number is an empty cell.
struct DataTable {
  struct Column {
    std::string name;
    std::vector<double> values;
  };
  std::vector<Column> columns;  ///< all of one length

  /// A header, then a row a line.
  std::string csv() const;
  /// One object with a list for each column; empty cells are null.
  std::string json() const;
};

}  // namespace lapicque::program
