#include <csignal>
#include <exception>
#include <iostream>
#include <new>
#include <string>

#include "command_line.hpp"
#include "commands.hpp"
#include "output.hpp"

namespace {

constexpr int unusable_input = 2;

int fail(const std::string& message) {
  std::cerr << lapicque::program::printable(message) << '\n';
  return unusable_input;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace lapicque::program;
  // A reader that has gone away makes writes fail; it does not end the program, which may have files to write as well.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file may not become as long: the same
  OutputFile::remove_uncommitted_on_signals();

  CommandLine command_line(
      "Exact spike times of leaky integrate-and-fire neurons.",
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
  add_exercises(command_line);
  add_run(command_line);
  add_rheobase(command_line);
  add_strength_duration(command_line);
  add_fi(command_line);
  add_interval_distribution(command_line);
  add_response(command_line);
  add_psp(command_line);
  add_check_certificate(command_line);
  add_export(command_line);
  add_validate(command_line);
  add_estimate(command_line);

  try {
    return command_line.run(argc, argv);
  } catch (const std::bad_alloc&) {
    return fail("out of memory: the result asked for is too large; shorten the run or widen the step");
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
