#include "program.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace lapicque::test {
namespace {

const std::filesystem::path program = LAPICQUE_PROGRAM;

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

[[noreturn]] void become(const std::vector<std::string>& words, const std::filesystem::path& folder,
                         const std::filesystem::path& out, const std::filesystem::path& error,
                         const std::map<std::string, std::string>& environment) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  const bool ready = std::freopen("/dev/null", "r", stdin) != nullptr &&
                     std::freopen(out.c_str(), "w", stdout) != nullptr &&
                     std::freopen(error.c_str(), "w", stderr) != nullptr && ::chdir(folder.c_str()) == 0;
  if (ready) ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

Result spawn(const std::vector<std::string>& words, const std::filesystem::path& folder,
             const std::map<std::string, std::string>& environment) {
  const std::filesystem::path out = folder.string() + ".out";
  const std::filesystem::path error = folder.string() + ".error";
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) become(words, folder, out, error, environment);
  int status = 0;
  ::waitpid(child, &status, 0);
  const Result result{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), contents(out), contents(error)};
  std::filesystem::remove(out);
  std::filesystem::remove(error);
  return result;
}

}  // namespace

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "lapicque-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

Folder::~Folder() { std::filesystem::remove_all(path_); }

void Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name, std::ios::binary) << text;
}

std::string Folder::read(const std::string& name) const { return contents(path_ / name); }

std::vector<std::string> Folder::names() const {
  std::vector<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) result.push_back(entry.path().filename());
  std::sort(result.begin(), result.end());
  return result;
}

Result Folder::run(const std::vector<std::string>& arguments,
                   const std::map<std::string, std::string>& environment) const {
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return spawn(words, path_, environment);
}

Result Folder::shell(const std::string& command) const {
  const char* path = std::getenv("PATH");
  const std::string folders = program.parent_path().string() + ":" + (path != nullptr ? path : "");
  return spawn({"/bin/sh", "-c", command}, path_, {{"PATH", folders}});
}

}  // namespace lapicque::test
