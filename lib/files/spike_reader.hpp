#pragma once

#include <string>
#include <string_view>

#include "lapicque/files/spike_file.hpp"

namespace lapicque::detail {

/// parse_spikes for the data file of an experiment, where keys choose columns and rows, not options.
SpikeFile parse_arrivals(std::string_view text, const std::string& name, const SpikeFileFormat& format);

}  // namespace lapicque::detail
