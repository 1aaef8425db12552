#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table.hpp"

namespace lapicque::detail {

/// What an experiment says of a data file: which column, and whose rows.
struct DataChoice {
  std::string column{};
  std::string neuron{};
  std::string population{};
};

/// Samples of a current, nA. Where there are times beside them, these have to be start + k step; they give what the
/// experiment does not.
struct SampleData {
  std::vector<double> values;
  std::optional<double> start;  ///< ms
  std::optional<double> step;   ///< ms
  std::vector<std::string> notes;
};

/// @param start  ms, as the experiment has it; empty without
/// @param step   ms, likewise
/// @throws FileError
SampleData read_sample_data(std::string_view text, const std::string& file, const DataChoice& choice,
                            std::optional<double> start, std::optional<double> step);

/// Events: when, and how large.
struct EventData {
  std::vector<double> times;  ///< ms
  std::vector<double> sizes;  ///< in the unit of the role
  std::vector<std::string> notes;
};

/// @param role  of the sizes: weight_role or jump_role
/// @throws FileError
EventData read_event_data(std::string_view text, const std::string& file, const DataChoice& choice, const Role& role);

/// Times alone, as any file of spikes has them, for events of one size.
/// @throws FileError  as parse_spikes; there are sizes in the file, too
EventData read_times_data(std::string_view text, const std::string& file, const DataChoice& choice, const Role& role);

}  // namespace lapicque::detail
