#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lapicque::program {

// The command line is parsed by CLI11, which only command_line.cpp includes: its headers take seconds to compile.

/// The arguments do not make sense together; what() has "WHAT: what is wrong; how to mend it".
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Thrown by a command that has done its work, and whose answer is an exit status other than 0.
struct ExitStatus {
  int value;
};

/// An option of a command, or an argument without a name. Copies stand for the same option.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  /// What --help shows in the place of the value: "TIME".
  Option placeholder(const std::string& text) const;
  /// What --help shows as the default.
  Option default_text(const std::string& text) const;
  /// The heading below which --help lists it.
  Option heading(const std::string& text) const;
  Option required() const;
  /// It cannot be given with another one.
  Option excludes(const Option& other) const;
  /// It can only be given with another one.
  Option needs(const Option& other) const;

  bool is_given() const;

 private:
  CLI::Option* option_;
};

/// A subcommand, to which options are added. Values and functions that they refer to must outlive the parsing.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  // A name that begins with "--" is that of an option; any other is what --help calls an argument.
  Option add(const std::string& name, std::string& value, const std::string& description);
  Option add(const std::string& name, std::optional<std::string>& value, const std::string& description);
  Option add(const std::string& name, std::optional<double>& value, const std::string& description);
  Option add_flag(const std::string& name, bool& value, const std::string& description);
  /// An option whose value is handed to a function.
  Option add_reader(const std::string& name, const std::function<void(const std::string&)>& read,
                    const std::string& description);
  /// An option whose values, one or more, are handed to a function.
  Option add_list_reader(const std::string& name, const std::function<void(const std::vector<std::string>&)>& read,
                         const std::string& description);

  /// One of those added.
  Option option(const std::string& name) const;

 private:
  CLI::App* app_;
};

/// The program's command line: `lapicque SUBCOMMAND ...`.
class CommandLine {
 public:
  /// @param footer  of its --help
  CommandLine(const std::string& description, const std::string& footer);
  ~CommandLine();

  /// Adds a subcommand: Work is constructed with the Command, to which it adds its options, and called when the command
  /// line has been parsed.
  template <class Work>
  void add(const std::string& name, const std::string& description, const std::string& footer) {
    CLI::App* const app = add_subcommand(name, description, footer);
    set_work(app, [work = std::make_shared<Work>(Command(app))] { (*work)(); });
  }

  /// Parses the arguments, and does what they ask for.
  /// @return the exit status
  /// @throws UsageError  they make no sense
  /// @throws what the subcommand's work throws
  int run(int argc, char** argv);

 private:
  CLI::App* add_subcommand(const std::string& name, const std::string& description, const std::string& footer);
  static void set_work(CLI::App* app, std::function<void()> work);

  std::unique_ptr<CLI::App> program_;
};

}  // namespace lapicque::program
