#pragma once

#include <optional>

#include "input_response.hpp"
#include "lapicque/current.hpp"
#include "measured_trace.hpp"
#include "readings.hpp"
#include "segments.hpp"

namespace lapicque::estimation {

/// The fit of free courses, each with a beginning of its own, under the reading of the current that suits them best.
struct FreeFit {
  InputReading reading;
  InputResponse input;  ///< the current so read
  double step;          ///< ms: for how long a held current has one value; 0 where that varies, or it is read as it is
  RelaxationFit fit;    ///< of that reading
  std::optional<RelaxationFit> other;  ///< of the other one, where noise hides which it is: intervals hold for both
};

/// Fits free courses in either reading of the current: as it is, unless held values leave less by more than chance. The
/// samples beside spikes are told apart one by one where the trace is clean enough for that; else all spikes have one
/// number of samples at the reset potential.
///
/// Where neither reading explains a clean trace, the current may have been held for a simulator's step, of which there
/// are several from a sample to the next: 2 to 10 are tried.
FreeFit fit_free_courses(const MeasuredTrace& trace, const Current& current, const Readings& readings,
                         const Segments& segments);

/// Whether the last samples before the spikes are already the spikes', clipped at the threshold or somewhere near it:
/// all alike where there is noise, or most of them off the fit.
bool spikes_begin_clipped(const MeasuredTrace& trace, const Segments& segments, const FreeFit& free);

}  // namespace lapicque::estimation
