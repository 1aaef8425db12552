#include "read_text.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "lapicque/files/file_error.hpp"

namespace lapicque::detail {
namespace {

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
    throw FileError({{name_of(file), 0, "", "", "is " + std::string(format.what) + " and no text", format.mend}});
  }
}

FileError unreadable(const std::filesystem::path& file, const std::string& reason, const std::string& mend) {
  return FileError({{name_of(file), 0, "", "", "cannot be read: " + reason, mend}});
}

/// What has been looked at in standard input and pipes, which give their text once, and not been read yet.
class LookedAt {
 public:
  void keep(const std::filesystem::path& file, std::string text) {
    const std::lock_guard lock(mutex_);
    texts_[file] = std::move(text);
  }
  std::optional<std::string> take(const std::filesystem::path& file) {
    const std::lock_guard lock(mutex_);
    auto node = texts_.extract(file);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
  }

 private:
  std::mutex mutex_;
  std::map<std::filesystem::path, std::string> texts_;
};
LookedAt looked_at;

}  // namespace

std::string look_at_text(const std::filesystem::path& file) {
  std::string text = read_text(file);
  std::error_code error;
  if (file == "-" || !std::filesystem::is_regular_file(file, error)) looked_at.keep(file, text);
  return text;
}

std::string name_of(const std::filesystem::path& file) { return file == "-" ? "standard input" : file.string(); }

std::string read_text(const std::filesystem::path& file) {
  if (auto text = looked_at.take(file)) return *std::move(text);
  if (file == "-") {
    if (std::cin.eof()) throw unreadable(file, "it has been read already", "give one of the files by its name");
    std::string text(std::istreambuf_iterator<char>(std::cin), {});
    std::cin.setstate(std::ios::eofbit);
    refuse_binary(file, text);
    return text;
  }
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

}  // namespace lapicque::detail
