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

/// What the user knows of a file of columns; what is empty is found out.
struct TraceFormat {
  std::optional<std::string> time{};     ///< units where a column's header names none; ms, mV and nA where these are
  std::optional<std::string> voltage{};  ///< empty, too. A header's own unit comes first
  std::optional<std::string> current{};
  std::string column{};  ///< of the potential, or of the times, intervals or rates: its name, or its number from 1
  std::string neuron{};  ///< the one whose rows are wanted, as the file names it
  std::string population{};
};

/// A trace as it was read.
struct TraceFile {
  VoltageTrace trace;           ///< without the gaps
  std::vector<double> times{};  ///< ms, of all samples, those in gaps included
  bool names_time_unit = false;
};

/// A membrane potential from a file of columns, as read_spikes describes them.
///
/// With a header, the columns are those called t or time and v, vm, u, voltage, potential or membrane potential,
/// whatever else their names say (V_m, v_soma), or the only one in a unit of voltage; a unit may follow after an
/// underscore, or in brackets: "time_ms", "t_s", "t (ms)", "v [mV]". Of two columns, the other one may have any name.
/// Without one, the first column is the time, the second the potential. Where several neurons were recorded (NEST's
/// multimeter), `neuron` tells whose rows are wanted. A potential that is empty, nan or NA is a gap.
///
/// @param notes  gets what was assumed, for the user to know
/// @throws FileError  no such column, or several; a unit that is unknown or of another dimension; a time that is
///                    negative, or not later than the one before it; potentials that nobody names the unit of, neither
///                    the header nor `format`, and that would all lie within 0.2 mV of 0: they are likely to be in V
TraceFile read_trace(const std::filesystem::path& file, const TraceFormat& format, std::vector<std::string>& notes);

/// Refuses a trace that is likely to be in seconds and was read as milliseconds: its end is about a thousandth (within
/// a factor of 2) of the last time at which the current changes, or comes before the first of them where its 1000-fold
/// does not.
/// @param file  what it is called in messages
/// @throws FileError
void require_likely_milliseconds(const std::filesystem::path& file, const VoltageTrace& trace, const Current& current);

/// The known current: an experiment file's inputs where `file` is one (its first line that says anything begins with
/// a bracket, or its name ends in .toml), or a file of columns like read_trace's: t or time and i or current, each
/// value held until the next one and the last for ever; or the current alone, a value for each sample of a trace.
/// Without a header one column is the current alone.
/// @param times  of the samples that the values of a single column belong to
/// @throws FileError  as read_trace; times that are not evenly spaced in a file of more than 10000 rows; not as many
///                    values as the trace has samples; currents that nobody names the unit of, and the largest of
///                    which is 100 nA or more (it is likely to be in pA), or no more than 1e-6 nA (in A)
Current read_known_current(const std::filesystem::path& file, const std::vector<double>& times,
                           const TraceFormat& format, std::vector<std::string>& notes);

/// Spikes under constant currents from a file of columns, like read_trace's: columns i or current, and t or time (of
/// each spike), isi or interval (between two spikes; in a train's order where it is known), or rate or frequency (of
/// which 1 / rate is an interval; rates of 0 are left out). Without a header, current and time in that order.
///
/// Rows with one current that follow each other are one train; where the current changes, a new one begins, and no
/// interval reaches across.
///
/// @return the trains in the file's order; where the file has intervals, times are counted from the first spike
/// @throws FileError  as read_trace, but that times may be negative and start anew with each train; an interval that is
///                    not above 0; no two spikes under one current; currents as in read_known_current
std::vector<ConstantCurrentTrain> read_trains(const std::filesystem::path& file, const TraceFormat& format,
                                              std::vector<std::string>& notes);

}  // namespace lapicque
