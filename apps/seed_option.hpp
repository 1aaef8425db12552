#pragma once

#include <cstdint>
#include <string>

#include "command_line.hpp"

namespace lapicque::program {

/// --seed, of a check's random numbers. @param when  a lead of its description: "with --noise: "
Option add_seed(Command command, std::uint64_t& seed, const std::string& when = "");

}  // namespace lapicque::program
