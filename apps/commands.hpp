#pragma once

#include "command_line.hpp"

namespace lapicque::program {

// Each of these adds one subcommand, which does its work when it is parsed. It throws InvalidArgument, FileError,
// FigureError or OutputError for what it cannot do, and then has written nothing; and ExitStatus 1 where
// it has done its work and its answer is no.

void add_exercises(CommandLine& program);
void add_run(CommandLine& program);
void add_rheobase(CommandLine& program);
void add_strength_duration(CommandLine& program);
void add_fi(CommandLine& program);
void add_interval_distribution(CommandLine& program);
void add_response(CommandLine& program);
void add_psp(CommandLine& program);
void add_check_certificate(CommandLine& program);
void add_export(CommandLine& program);
void add_validate(CommandLine& program);
void add_estimate(CommandLine& program);

}  // namespace lapicque::program
