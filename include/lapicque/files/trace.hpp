#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/estimation.hpp"
#include "lapicque/files/file_error.hpp"
#include "lapicque/interval_estimation.hpp"

namespace lapicque {

/// Units of a file's columns where its header names none (ms, mV and nA where these are empty, too). A header's own
/// unit comes first.
struct ColumnUnits {
  std::optional<std::string> time{};
  std::optional<std::string> voltage{};
  std::optional<std::string> current{};
};

/// A membrane potential from a file of columns (see read_columns for what such a file may look like). Besides commas,
/// semicolons or white space may stand between its fields, whichever the first row has.
///
/// With a header, the columns are those named t or time and v, vm, u, voltage or potential, whatever the capitals; a
/// unit may follow after an underscore, or in brackets: "time_ms", "t_s", "t (ms)", "v [mV]". Without one, the first
/// column is the time in `units`, the second the potential.
///
/// @throws FileError  as read_columns; no such column, or several; a unit that is unknown or of another dimension; a
///                    time that is negative, or not later than the one before it; potentials that nobody names the
///                    unit of, neither the header nor `units`, and that would all lie within 0.2 mV of 0: they are
///                    likely to be in V
/// @param names_time_unit  receives whether the header or `units` name the unit of time
VoltageTrace read_trace(const std::filesystem::path& file, const ColumnUnits& units = {},
                        bool* names_time_unit = nullptr);

/// Refuses a trace that is likely to be in seconds and was read as milliseconds: its end is about a thousandth (within
/// a factor of 2) of the last time at which the current changes, or comes before the first of them where its 1000-fold
/// does not.
/// @param file  what it is called in messages
/// @throws FileError
void require_likely_milliseconds(const std::filesystem::path& file, const VoltageTrace& trace, const Current& current);

/// A current from a file of columns, like read_trace's: columns t or time and i or current, each value held until the
/// next one and the last for ever; or the current alone, a value for each sample of a trace. Without a header one
/// column is the current alone.
/// @param trace  whose samples the values of a single column belong to
/// @throws FileError  as read_trace; times that are not evenly spaced in a file of more than 10000 rows; not as many
///                    values as the trace has samples; currents that nobody names the unit of, and the largest of
///                    which is 100 nA or more (it is likely to be in pA), or no more than 1e-6 nA (in A)
Current read_current_table(const std::filesystem::path& file, const VoltageTrace& trace, const ColumnUnits& units = {});

/// The known current: an experiment file's inputs where `file` is one (its first line that says anything begins with
/// a bracket, or its name ends in .toml), a table of the current else.
/// @throws FileError
Current read_known_current(const std::filesystem::path& file, const VoltageTrace& trace, const ColumnUnits& units = {});

/// Spikes under constant currents from a file of columns, like read_trace's: columns i or current, and t or time (of
/// each spike) or isi or interval (between two spikes; in a train's order where it is known). Without a header, current
/// and time in that order.
///
/// Rows with one current that follow each other are one train; where the current changes, a new one begins, and no
/// interval reaches across.
///
/// @return the trains in the file's order; where the file has intervals, times are counted from the first spike
/// @throws FileError  as read_trace, but that times may be negative and start anew with each train; an interval that is
///                    not above 0; no two spikes under one current; currents as in read_current_table
std::vector<ConstantCurrentTrain> read_trains(const std::filesystem::path& file, const ColumnUnits& units = {});

}  // namespace lapicque
