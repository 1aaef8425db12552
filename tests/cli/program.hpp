#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace lapicque::test {

/// What a run of the program left behind.
struct Result {
  int status;  ///< exit status; 128 and the signal if one ended it
  std::string out;
  std::string error;
};

/// A folder of its own, removed with everything in it at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;
  bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }
  /// The names of all files in it, sorted.
  std::vector<std::string> names() const;

  /// Runs the real program in this folder, without a shell, with further variables in its environment.
  Result run(const std::vector<std::string>& arguments,
             const std::map<std::string, std::string>& environment = {}) const;
  /// Runs a shell command in this folder, with the program on the PATH.
  Result shell(const std::string& command) const;

 private:
  std::filesystem::path path_;
};

}  // namespace lapicque::test
