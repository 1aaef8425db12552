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
  std::string unit{};            ///< of the times, any that UDUNITS-2 knows: "s"
  std::string neuron{};          ///< the one whose spikes are wanted, as the file names it
  std::string column{};          ///< of the times: its name in the header, or its number, from 1
  std::optional<double> step{};  ///< ms, > 0: the time step, for files that count steps
};

/// The spikes of one neuron.
struct SpikeFile {
  std::vector<double> times;       ///< ms, ascending
  std::vector<std::string> notes;  ///< what was assumed, for the user to know: "FILE:LINE: the times are not sorted"
};

/// Spike times as simulators and people write them.
///
/// One spike a line, its fields separated by commas, by semicolons, or by white space, whichever the first row has;
/// spaces and double quotes around a field, a byte order mark, empty lines and lines that begin with # or % are
/// skipped. Lines end with LF, CR LF or CR. Numbers are plain decimals; a unit of time may follow each ("5.1 ms", as
/// Brian 2 prints it: s, ms, us, µs, ns, sec or msec).
///
/// A first row that begins with no number, nor with infinity or nan, is a header; so is the last comment before the
/// first row if it has as many fields as the row, one of them a name for times (numpy's savetxt writes it so).
/// - The times are in the column called time, times, t, spike_time, spike_times, spiketime, spiketimes, timestamp or
///   timestamps, or in the only column, which may have any name where there is a row below it. A unit may follow the
///   name: time_ms, "time (s)", "t [ms]", t/ms. It must be one of time: time_mV and time_ticks are refused. Without a
///   unit they are in ms.
/// - The neurons are in the column called sender, senders, neuron, neuron_id, node_id, gid, id, i, cell, cell_id,
///   unit_id or source. Further columns are ignored.
/// - Steps that NEST counts (time_in_steps) are read where `step` is given: time_step with time_offset, as its files
/// name
///   them, or times with offsets, as its recorders' events do. The time is steps * step - offset, the offset being how
///   many ms before the end of its step a spike is (recording_backend_ascii.cpp of NEST 3, get_stamp and get_offset).
///
/// Without a header, of two columns or more, the neurons are in that one of the first two that has whole numbers
/// (without a decimal point) only, and the times in the other, as NEST's .dat and .gdf, Brian's (i, t) and NEURON's
/// (t, gid) have them; whole numbers that count the rows are no neurons but spike numbers. Rows that list several times
/// (in brackets, or three numbers and more that ascend through the whole file, or two below a header of one name for
/// times) are refused unless `column` is given.
///
/// Times are converted to ms and rounded once. They need not be sorted, nor be positive.
///
/// @throws FileError  the file cannot be read, or is in UTF-16; a field is missing, is no finite number, or has a
/// double
///                    quote that its line does not close; columns cannot be told apart; there is no unit, no column or
///                    no neuron of the name asked for; there are several neurons and none was asked for (the message
///                    lists them); steps are counted, and not in whole numbers or none was given. At most 10 problems
///                    are listed.
SpikeFile read_spikes(const std::filesystem::path& file, const SpikeFileFormat& format = {});

/// The same from a text; `name` is what the file is called in messages.
SpikeFile parse_spikes(std::string_view text, const std::string& name, const SpikeFileFormat& format = {});

}  // namespace lapicque
