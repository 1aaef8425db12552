#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/files/file_error.hpp"

namespace lapicque {

/// What the user knows of a file of spikes; what is empty is found out.
struct SpikeFileFormat {
  std::string unit{};            ///< of the times, any that UDUNITS-2 knows: "s"; or "steps", of which `step` is one
  std::string neuron{};          ///< the one whose spikes are wanted, as the file names it
  std::string column{};          ///< of the times: its name in the header, or its number, from 1
  std::optional<double> step{};  ///< ms, > 0: the time step, for files that count steps
  std::string population{};      ///< the one that the neuron belongs to

  bool counts_steps() const { return unit == "steps" || unit == "step"; }
};

/// The spikes of one neuron.
struct SpikeFile {
  std::vector<double> times;       ///< ms, ascending
  std::vector<std::string> notes;  ///< what was assumed, for the user to know: "FILE:LINE: the times are not sorted"
};

/// Spike times as simulators and people write them: tables, and pasted lists.
///
/// Tables have one spike a row, their cells between commas, semicolons, tabs or white space, under a header, a comment
/// with their names, or none. Numbers are plain decimals; a comma is the decimal point where it can be nothing else. A
/// unit may follow a number ("5.1 ms", as Brian 2 prints it) or the name of its column: time_ms, "time (s)", "t [ms]",
/// t/ms. It must be one of time: time_mV and time_ticks are refused. Without a unit times are in ms.
/// - The times are in the column called time, t, timestamp, spike time, or in the only column, which may have any name.
/// - The neurons are in the column called sender, neuron, node, gid, id, i, index, cell, unit, cluster, channel and the
///   like; the populations in population, layer, group. Whole numbers in a column of an unknown name are asked about,
///   unless they count the rows. Further columns are ignored.
/// - Steps that NEST counts (time_in_steps) are read where `step` is given: time_step with time_offset, as its files
///   name them, or times with offsets, as its recorders' events do. The time is steps * step - offset, the offset being
///   how many ms before the end of its step a spike is (recording_backend_ascii.cpp of NEST 3, get_stamp and
///   get_offset).
/// - A column of 0 and 1 is a raster, whose row k (from 0) is the time k `step`; beside times it tells in which rows
///   there is a spike. Without `step` and unit it is refused, as it may be a raster or two times; so are counts.
/// - Whole numbers without a unit are noted to be taken for ms; with a `step` that is not 1 ms they are refused, as
/// they
///   may be steps.
///
/// Without a header, of two columns or more, the neurons are in that one of the first two that has whole numbers
/// (without a decimal point) only, and the times in the other, as NEST's .dat and .gdf, Brian's (i, t) and NEURON's
/// (t, gid) have them; whole numbers that count the rows are no neurons but spike numbers.
///
/// Lists are those that Python, Julia, R, MATLAB and JSON print: array([17.9, 31.]) * msecond. Several lists, and lines
/// of several ascending numbers, are the trains of several neurons ("0: 17.9 31.0"; PySpike's files), numbered from 0
/// where they have no names. What could be such lines and columns as well is refused unless `column` is given.
///
/// Times are converted to ms and rounded once. They need not be sorted, nor be positive.
///
/// @throws FileError  the file cannot be read, or is in UTF-16; a field is missing, is no finite number, or has a
/// double
///                    quote that its line does not close; columns cannot be told apart; there is no unit, no column or
///                    no neuron of the name asked for; there are several neurons and none was asked for (the message
///                    lists them); steps are counted, and not in whole numbers or none was given; samples of a trace.
///                    At most 10 problems are listed.
SpikeFile read_spikes(const std::filesystem::path& file, const SpikeFileFormat& format = {});

/// The same from a text; `name` is what the file is called in messages.
SpikeFile parse_spikes(std::string_view text, const std::string& name, const SpikeFileFormat& format = {});

}  // namespace lapicque
