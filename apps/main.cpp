// All of CLI11 in this file alone: what it has beside App.hpp, every file that includes it would compile anew.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "files/spelling.hpp"
#include "options.hpp"
#include "output.hpp"

namespace {

constexpr int unusable_input = 2;

/// "lapicque run", for the subcommand that is being parsed.
std::string command_name(const CLI::App& program) {
  const auto subcommands = program.get_subcommands();
  return subcommands.empty() ? "lapicque" : "lapicque " + subcommands.front()->get_name();
}

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
  const auto meant = lapicque::detail::likely_meant(word.substr(begin, word.find('=') - begin), known);
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
  const std::string help = " see " + command_name(program) + " --help";
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

int fail(const std::string& message) {
  std::cerr << lapicque::program::printable(message) << '\n';
  return unusable_input;
}

int print(const std::string& text) {
  try {
    lapicque::program::StandardOutput out;
    out << text;
    out.flush();
    return 0;
  } catch (const lapicque::program::OutputError& error) {
    return fail(error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that has gone away makes writes fail; it does not end the program, which may have files to write as well.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file may not become as long: the same
  lapicque::program::OutputFile::remove_uncommitted_on_signals();

  CLI::App program{"Exact spike times of leaky integrate-and-fire neurons.", "lapicque"};
  program.set_version_flag("--version", "lapicque " LAPICQUE_VERSION, "print the version");
  program.set_help_flag("--help,-h", "print this help");
  program.require_subcommand(1);
  program.formatter(std::make_shared<lapicque::program::HelpFormatter>());
  program.get_formatter()->column_width(34);
  program.footer(
      "Quantities (TIME, VOLTAGE, ...) have a unit, --tau 8ms, or are in mV, ms, nA, MOhm, nF, uS, Hz. Each subcommand "
      "has its own --help.\n"
      "Exit status: 0 done, 1 the answer is no (validate: outside the tolerance; check-certificate: not valid), "
      "2 unusable input (one message on standard error, nothing on standard output), 3 internal error.\n\n"
      "Examples:\n"
      "  $ lapicque rheobase --resistance 20Mohm | cut -d , -f 1\n"
      "  rheobase_nA\n"
      "  1\n"
      "  $ lapicque fi --current 2nA,2.5nA | cut -d , -f 1-2\n"
      "  current_nA,rate_Hz\n"
      "  2,0\n"
      "  2.5,76.39212293957254\n");
  lapicque::program::add_exercises(program);
  lapicque::program::add_run(program);
  lapicque::program::add_rheobase(program);
  lapicque::program::add_strength_duration(program);
  lapicque::program::add_fi(program);
  lapicque::program::add_response(program);
  lapicque::program::add_psp(program);
  lapicque::program::add_check_certificate(program);
  lapicque::program::add_export(program);
  lapicque::program::add_validate(program);
  lapicque::program::add_estimate(program);

  try {
    program.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& help) {
    std::ostringstream text;
    program.exit(help, text);
    return print(text.str());
  } catch (const CLI::RuntimeError& answer) {  // a command has done its work, and its answer is no
    return answer.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return fail(usage_message(program, error));
  } catch (const std::bad_alloc&) {
    return fail("out of memory: the result asked for is too large; shorten the run or widen the step");
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
