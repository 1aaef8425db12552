#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "work_precision_figure.hpp"

namespace lapicque::peers {

/// The curves of one problem from the table that bench/compare writes: CSV with the columns problem, method, setting,
/// measure, ns_per_spike, spread_percent, worst_error_ms, missed and invented, in this order under a header. Rows whose
/// measure is "process" (a simulator's start and all) are left out: the figure shows what the simulation itself takes.
/// @throws std::runtime_error  the file cannot be read, or is no such table
std::vector<figures::WorkPrecisionCurve> read_curves(const std::filesystem::path& file, const std::string& problem);

}  // namespace lapicque::peers
