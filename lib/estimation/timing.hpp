#pragma once

#include <optional>

#include "finer_grid.hpp"
#include "free_fit.hpp"
#include "lapicque/neuron_estimate.hpp"
#include "measured_trace.hpp"
#include "segments.hpp"
#include "threshold.hpp"

namespace lapicque::estimation {

/// Where the spikes lie, and what follows for threshold, reset potential and refractory period.
struct SpikeReading {
  SpikeTiming timing;
  RelaxationFit tied;                ///< all courses begin at the reset potential, on a sample
  GridThreshold grid;                ///< if spikes lie on the samples
  ContinuousThreshold continuous;    ///< if they lie between them
  RelaxationFit free;                ///< of free courses, with the plateau that the reading between samples shows
  std::optional<double> whole_fall;  ///< mV, at a spike: where noise asked for a fit of the whole trace
  std::optional<FinerGrid> finer;    ///< where the samples are every n-th of a simulator's steps
};

/// Reads the spikes of a trace that has some.
SpikeReading read_spikes(const MeasuredTrace& trace, const Segments& segments, const FreeFit& free, SpikeTiming wanted);

}  // namespace lapicque::estimation
