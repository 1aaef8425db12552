#pragma once

#include <CLI/App.hpp>

namespace lapicque::program {

// Each of these adds one subcommand, which does its work when it is parsed. It throws InvalidArgument, FileError,
// FigureError or OutputError for what it cannot do, and then has written nothing; and CLI::RuntimeError with status 1
// where it has done its work and its answer is no.

void add_exercises(CLI::App& program);
void add_run(CLI::App& program);
void add_rheobase(CLI::App& program);
void add_strength_duration(CLI::App& program);
void add_fi(CLI::App& program);
void add_response(CLI::App& program);
void add_psp(CLI::App& program);
void add_check_certificate(CLI::App& program);
void add_export(CLI::App& program);
void add_validate(CLI::App& program);
void add_estimate(CLI::App& program);

}  // namespace lapicque::program
