#include "command_line.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstddef>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/spelling.hpp"
#include "output.hpp"

namespace lapicque::program {
namespace {

/// "lapicque run", for the subcommand that is being parsed.
std::string command_name(const CLI::App& program) {
  const auto subcommands = program.get_subcommands();
  return subcommands.empty() ? "lapicque" : "lapicque " + subcommands.front()->get_name();
}

/// " see lapicque run --help".
std::string see_help(const CLI::App& program) { return " see " + command_name(program) + " --help"; }

/// "; did you mean --tau?", where a word comes near one of the options, or subcommands; else ";".
std::string hint(const CLI::App& command, const std::string& word) {
  const bool is_option = word.starts_with('-');
  std::vector<std::string> names;
  if (is_option) {
    for (const CLI::Option* option : command.get_options()) {
      names.insert(names.end(), option->get_lnames().begin(), option->get_lnames().end());
    }
  } else {
    for (const CLI::App* subcommand : command.get_subcommands({})) names.push_back(subcommand->get_name());
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto begin = std::min(word.find_first_not_of('-'), word.size());
  const auto meant = detail::likely_meant(word.substr(begin, word.find('=') - begin), known);
  if (!meant) return ";";
  return "; did you mean " + std::string(is_option ? "--" : "").append(*meant) + "?";
}

/// CLI11's message, or a sentence in its place where it counts "1 required" and "2 received".
std::string sentence(const CLI::App& command, const CLI::ParseError& error) {
  const std::string message = error.what();
  const std::string name = message.substr(0, message.find_first_of(": "));
  const CLI::Option* option = command.get_option_no_throw(name);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && option != nullptr) {
    std::string given;
    for (const std::string& value : option->results()) given += (given.empty() ? "" : " and ") + value;
    if (given.empty()) return name + ": its value is missing; write " + name + " " + option->get_type_name();
    return name + " = " + given + ": takes one value; leave out the others";
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
    std::string both = message;
    return both.replace(both.find(" excludes "), 10, " and ") + " cannot both be given; leave one out";
  }
  if (const std::string lead = "Could not convert: "; message.starts_with(lead)) {
    const std::string given = message.substr(lead.size());
    const CLI::Option* flag = command.get_option_no_throw(given.substr(0, given.find(' ')));
    return given + (flag != nullptr && flag->get_expected_max() <= 1 && flag->get_expected_min() == 0
                        ? ": takes no value; write it alone"
                        : ": must be a number");
  }
  return message;
}

/// What was not understood, and where to look it up.
std::string usage_message(const CLI::App& program, const CLI::ParseError& error) {
  const std::string help = see_help(program);
  const auto unknown = program.remaining(true);
  if (unknown.empty()) {
    const auto subcommands = program.get_subcommands();
    return sentence(subcommands.empty() ? program : *subcommands.front(), error) + ";" + help;
  }
  const bool is_option = unknown.front().starts_with('-');
  if (!program.get_subcommands().empty()) {
    const std::string rule = is_option ? ": no such option" : ": one argument too many";
    return unknown.front() + rule + (is_option ? hint(*program.get_subcommands().front(), unknown.front()) : ";") +
           help;
  }
  if (is_option) return unknown.front() + ": no such option" + hint(program, unknown.front()) + help;
  std::string names;
  for (const CLI::App* subcommand : program.get_subcommands({})) {
    names += (names.empty() ? "" : ", ") + subcommand->get_name();
  }
  return unknown.front() + ": no such subcommand" + hint(program, unknown.front()) + " it is one of " + names + ";" +
         help;
}

constexpr std::size_t help_width = 100;

/// Where the text of "  step      start ms" begins, below which it goes on: behind a first word with two spaces after
/// it, if the line has such a one at its beginning.
std::size_t hanging_indent(const std::string& line) {
  constexpr std::size_t longest_word = 14;
  const auto begin = std::min(line.find_first_not_of(' '), line.size());
  const auto gap = line.find("  ", begin);
  return begin == 0 || gap > longest_word ? begin : line.find_first_not_of(' ', gap);
}

/// Help in lines of at most 100 columns, in which a default stands in brackets, "--tau TIME [8 ms]": CLI11's "=8 ms"
/// looks like something to type. Of a footer, the examples stay as they are.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string text = Formatter::make_option_opts(option);
    const std::string given = "=" + option->get_default_str();
    const auto at = option->get_default_str().empty() ? std::string::npos : text.find(given);
    if (at != std::string::npos) text.replace(at, given.size(), " [" + option->get_default_str() + "]");
    return text;
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    return wrapped(option->get_description(), help_width - get_column_width(), "", "");
  }

  std::string make_subcommand(const CLI::App* command) const override {
    std::string name = "  " + command->get_name();
    name.resize(get_column_width(), ' ');
    return wrapped(command->get_description(), help_width, name, std::string(get_column_width(), ' ')) + "\n";
  }

  std::string make_footer(const CLI::App* command) const override {
    std::istringstream lines(command->get_footer());
    std::string text;
    bool is_example = false;
    for (std::string line; std::getline(lines, line);) {
      is_example = is_example || line.starts_with("Examples");
      const std::size_t text_begin = is_example ? 0 : hanging_indent(line);
      text += is_example ? line
                         : wrapped(line.substr(text_begin), help_width, line.substr(0, text_begin),
                                   std::string(text_begin, ' '));
      text += '\n';
    }
    return text;
  }
};

}  // namespace

Option Option::placeholder(const std::string& text) const {
  option_->type_name(text);
  return *this;
}

Option Option::default_text(const std::string& text) const {
  option_->default_str(text);
  return *this;
}

Option Option::heading(const std::string& text) const {
  option_->group(text);
  return *this;
}

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::excludes(const Option& other) const {
  option_->excludes(other.option_);
  return *this;
}

Option Option::needs(const Option& other) const {
  option_->needs(other.option_);
  return *this;
}

bool Option::is_given() const { return option_->count() > 0; }

Option Command::add(const std::string& name, std::string& value, const std::string& description) {
  return Option(app_->add_option(name, value, description));
}

Option Command::add(const std::string& name, std::optional<std::string>& value, const std::string& description) {
  return Option(app_->add_option(name, value, description));
}

Option Command::add(const std::string& name, std::optional<double>& value, const std::string& description) {
  return Option(app_->add_option(name, value, description));
}

Option Command::add_flag(const std::string& name, bool& value, const std::string& description) {
  return Option(app_->add_flag(name, value, description));
}

Option Command::add_reader(const std::string& name, const std::function<void(const std::string&)>& read,
                           const std::string& description) {
  return Option(app_->add_option_function(name, read, description));
}

Option Command::add_list_reader(const std::string& name,
                                const std::function<void(const std::vector<std::string>&)>& read,
                                const std::string& description) {
  return Option(app_->add_option_function(name, read, description));
}

Option Command::option(const std::string& name) const { return Option(app_->get_option(name)); }

CommandLine::CommandLine(const std::string& description, const std::string& footer)
    : program_(std::make_unique<CLI::App>(description, "lapicque")) {
  program_->set_version_flag("--version", "lapicque " LAPICQUE_VERSION, "print the version");
  program_->set_help_flag("--help,-h", "print this help");
  program_->require_subcommand(1);
  program_->formatter(std::make_shared<HelpFormatter>());
  program_->get_formatter()->column_width(34);
  program_->footer(footer);
}

CommandLine::~CommandLine() = default;

CLI::App* CommandLine::add_subcommand(const std::string& name, const std::string& description,
                                      const std::string& footer) {
  return program_->add_subcommand(name, description)->footer(footer);
}

void CommandLine::set_work(CLI::App* app, std::function<void()> work) { app->callback(std::move(work)); }

int CommandLine::run(int argc, char** argv) {
  try {
    program_->parse(argc, argv);
    return 0;
  } catch (const CLI::Success& help) {
    std::ostringstream text;
    program_->exit(help, text);
    StandardOutput out;
    out << text.str();
    out.flush();
    return 0;
  } catch (const ExitStatus& status) {
    return status.value;
  } catch (const UsageError& error) {
    throw UsageError(std::string(error.what()) + ";" + see_help(*program_));
  } catch (const CLI::ParseError& error) {
    throw UsageError(usage_message(*program_, error));
  }
}

}  // namespace lapicque::program
