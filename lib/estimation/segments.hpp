#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "measured_trace.hpp"
#include "readings.hpp"
#include "relaxation.hpp"
#include "spike_search.hpp"

namespace lapicque::estimation {

/// A trace cut into spikes, the samples at the reset potential after each of them, and the free courses between.
struct Segments {
  std::vector<SampledSpike> spikes;
  std::size_t plateau;  ///< how many samples each spike stays at the reset potential, its first one included
  double tau;           ///< ms: a time constant with which the cut was made, and from which fits can begin
};

/// Finds the spikes. None where one exact solution is as near to the whole trace as noise lets it be, in either reading
/// of the current. Otherwise the time spent at the reset potential and the time constant are found together, then what
/// is no spike is taken back and what was missed is added, until nothing changes.
Segments find_segments(const MeasuredTrace& trace, const Readings& readings);

/// The number of samples at the reset potential that leaves every spike some of its course.
std::size_t most_plateau(const MeasuredTrace& trace, std::span<const SampledSpike> spikes);

/// The division of a trace's samples for a fit.
Division divide(const MeasuredTrace& trace, std::span<const SampledSpike> spikes, Start start, std::size_t plateau);

/// The potential that a fit has at each sample, mV; not-a-number within drawn spikes.
std::vector<double> fitted_potentials(const InputResponse& input, std::span<const SampledSpike> spikes,
                                      const RelaxationFit& fit);

}  // namespace lapicque::estimation
