#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/files/quantity.hpp"

namespace lapicque::detail {

/// A column's name taken apart: "Spike time (ms)", "spike_time_ms", "spikeTime/ms" are spike, time, in ms.
struct Heading {
  std::string text{};                ///< as the file has it
  std::vector<std::string> words{};  ///< in small letters, without the unit
  std::string unit{};                ///< as the file has it; may be empty, or no unit at all
};

/// A unit stands in brackets, behind a slash or a comma, or is the last of several words. A last word that UDUNITS-2
/// takes for metres or tonnes (V_m, spike_t) is none: it must be a unit of a dimension that this program knows. Behind
/// a single word for time any last word is one, known or not: time_ticks.
Heading heading_of(std::string_view text);

/// What a column may hold, and what people call it.
struct Role {
  const char* what;     ///< "the times"
  const char* example;  ///< a heading to copy, "time_ms": a column of just this name is the one
  const char* number;   ///< a cell to copy
  std::optional<Dimension> dimension;
  std::string_view words;  ///< any of which a heading has, with a space around each
  std::string_view but;    ///< none of which it has
};

extern const Role time_role;
extern const Role potential_role;
extern const Role current_role;
extern const Role weight_role;
extern const Role jump_role;
extern const Role interval_role;
extern const Role rate_role;
extern const Role neuron_role;
extern const Role population_role;
extern const Role count_role;   ///< counts the spikes: spike, number
extern const Role raster_role;  ///< says with 0 and 1 whether there is a spike

/// Whether a heading has one of a role's words, whatever its unit.
bool is_called(const Heading& heading, const Role& role);

/// Whether it is one of the known roles.
bool is_known(const Heading& heading);

bool is_unit_of(const std::string& unit, Dimension dimension);

/// What a unit measures; empty for what is no unit of a dimension that this program knows.
std::optional<Dimension> dimension_of(const std::string& unit);

/// A unit of this dimension in its usual spelling, where only the capitals differ ("mv" or "MV" for mV, "NA" for nA),
/// or the spikes in it ("spikes/s" for Hz); otherwise as it is.
std::string usual_spelling(const std::string& unit, Dimension dimension);

}  // namespace lapicque::detail
