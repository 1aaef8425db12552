#include "output.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <utility>

#include "lapicque/error.hpp"

namespace lapicque::program {
namespace {

std::string reason(int error) { return std::strerror(error); }

/// mkstemp makes files that only their owner may read; ours get the permissions that any new file gets.
void give_usual_permissions(int descriptor) {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(descriptor, static_cast<mode_t>(0666 & ~mask));
}

}  // namespace

StandardOutput& StandardOutput::operator<<(double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return *this << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void StandardOutput::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      buffer_.clear();
      throw OutputError("standard output: cannot be written: " + reason(errno));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

OutputFile::OutputFile(std::filesystem::path file) : file_(std::move(file)) {
  std::error_code error;
  const auto status = std::filesystem::status(file_, error);
  if (std::filesystem::exists(status)) {
    if (!std::filesystem::is_regular_file(status)) {
      throw OutputError(file_.string() + ": is there and is not a regular file; give another name");
    }
    if (::access(file_.c_str(), W_OK) != 0) {
      throw OutputError(file_.string() + ": cannot be written: " + reason(errno) + "; give another name");
    }
    file_ = std::filesystem::canonical(file_, error);
  }
  std::string name = file_.string() + ".XXXXXX";
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) {
    throw OutputError(file_.string() + ": cannot be written: " + reason(errno) +
                      "; give a file in a folder that exists and that you may write to");
  }
  temporary_ = name;
  give_usual_permissions(descriptor);
  ::close(descriptor);
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
}

void OutputFile::write(const std::string& text) {
  std::ofstream out(temporary_, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    throw OutputError(file_.string() + ": cannot be written: " + reason(errno) + "; see whether the disk is full");
}

void OutputFile::commit() {
  std::error_code error;
  std::filesystem::rename(temporary_, file_, error);
  if (error) throw OutputError(file_.string() + ": cannot be written: " + error.message());
  temporary_.clear();
}

std::string DataTable::csv() const {
  std::string text;
  for (const Column& column : columns) text += (&column == columns.data() ? "" : ",") + column.name;
  text += '\n';
  for (std::size_t row = 0; row < columns.front().values.size(); ++row) {
    for (const Column& column : columns) {
      if (&column != columns.data()) text += ',';
      if (const double value = column.values[row]; !std::isnan(value)) text += to_text(value);
    }
    text += '\n';
  }
  return text;
}

std::string DataTable::json() const {
  std::string text = "{";
  for (const Column& column : columns) {
    text += (&column == columns.data() ? "\"" : ",\n \"") + column.name + "\": [";
    for (std::size_t row = 0; row < column.values.size(); ++row) {
      if (row > 0) text += ", ";
      const double value = column.values[row];
      text += std::isfinite(value) ? to_text(value) : "null";
    }
    text += "]";
  }
  return text + "}\n";
}

}  // namespace lapicque::program
