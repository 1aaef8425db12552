#include "output.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
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

constexpr std::array<int, 3> ending_signals{SIGINT, SIGTERM, SIGHUP};

/// Keeps the signals that end the program away from this thread as long as it lives: their handler reads the list of
/// uncommitted files, which must not be half changed then.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : ending_signals) ::sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

/// The names of all files that are not committed. Never destroyed: a signal may come as late as it likes.
std::vector<std::string>& uncommitted() {
  static auto& names = *new std::vector<std::string>;
  return names;
}

/// Only what a signal handler may do: no memory is asked for, and nothing is locked.
extern "C" void remove_uncommitted_and_end(int signal) {
  for (const std::string& name : uncommitted()) ::unlink(name.c_str());
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// Whether two paths lead to one file, which need not be there.
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code error;
  if (std::filesystem::equivalent(a, b, error)) return true;
  const auto one = std::filesystem::weakly_canonical(std::filesystem::absolute(a), error);
  if (error) return false;
  const auto other = std::filesystem::weakly_canonical(std::filesystem::absolute(b), error);
  return !error && one == other;
}

}  // namespace

StandardOutput& StandardOutput::operator<<(double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return *this << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void StandardOutput::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !is_closed_) {
    const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) {
      is_closed_ = true;
      break;
    }
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
  const SignalsHeld held;
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) {
    throw OutputError(file_.string() + ": cannot be written: " + reason(errno) +
                      "; give a file in a folder that exists and that you may write to");
  }
  temporary_ = name;
  uncommitted().push_back(name);
  give_usual_permissions(descriptor);
  ::close(descriptor);
}

OutputFile::~OutputFile() {
  if (temporary_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
  forget();
}

void OutputFile::forget() {
  const SignalsHeld held;
  std::erase(uncommitted(), temporary_.string());
  temporary_.clear();
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
  forget();
}

void OutputFile::remove_uncommitted_on_signals() {
  uncommitted();
  for (const int signal : ending_signals) {
    // Whoever had it ignored, as nohup does, wants to have the program go on.
    if (std::signal(signal, remove_uncommitted_and_end) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
}

void require_apart(const std::vector<NamedOutput>& outputs, const std::vector<std::filesystem::path>& inputs) {
  for (auto output = outputs.begin(); output != outputs.end(); ++output) {
    if (output->path.empty()) continue;
    for (const auto& input : inputs) {
      if (!same_file(output->path, input)) continue;
      throw InvalidArgument(output->option, output->path.string(),
                            "must not be a file that is read, and this is " + input.string(), "give another name");
    }
    for (auto earlier = outputs.begin(); earlier != output; ++earlier) {
      if (earlier->path.empty() || !same_file(output->path, earlier->path)) continue;
      throw InvalidArgument(output->option, output->path.string(), "must not be the file of " + earlier->option,
                            "give another name");
    }
  }
}

std::string json_number(double value) { return std::isfinite(value) ? to_text(value) : "null"; }

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0x20 && byte != 0x7F) || c == '\n') {
      result += c;
    } else {
      result.append({'\\', 'x', digits[byte / 16], digits[byte % 16]});
    }
  }
  return result;
}

void say(const std::vector<std::string>& remarks) {
  for (const auto& remark : remarks) std::cerr << printable(remark) << "\n";
}

std::string wrapped(const std::string& text, std::size_t columns, const std::string& first_indent,
                    const std::string& indent) {
  std::istringstream words(text);
  std::string result;
  std::string line = first_indent;
  bool is_empty = true;
  for (std::string word; words >> word;) {
    if (!is_empty && line.size() + 1 + word.size() > columns) {
      result += line + "\n";
      line = indent;
      is_empty = true;
    }
    line += (is_empty ? "" : " ") + word;
    is_empty = false;
  }
  return result + line;
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
      text += json_number(column.values[row]);
    }
    text += "]";
  }
  return text + "}\n";
}

}  // namespace lapicque::program
