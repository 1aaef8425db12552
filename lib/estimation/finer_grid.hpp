#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lapicque/neuron_estimate.hpp"
#include "relaxation.hpp"
#include "spike_search.hpp"

namespace lapicque::estimation {

/// What a trace tells of threshold and refractory period whose simulator made several steps from one sample to the
/// next.
struct FinerGrid {
  int parts;    ///< steps in a sample's step, one of those that people use: 2, 3, 4, 5, 6, 8, 10, ... 100
  double step;  ///< ms: the simulator's
  Estimate threshold;
  Estimate refractory;
};

/// Looks for the grid that a trace was thinned out of, by the times at which its courses leave the reset potential: all
/// are on the simulator's steps, which chance makes them in less than one of 1e4 traces without such a grid.
///
/// The spikes then lie on steps as well, one number of steps before each release. The threshold is above the courses at
/// all steps before the spikes', and below them, followed on, at those. Where several numbers of steps allow that, the
/// intervals hold for each of them; the refractory period's reaches one step to either side, as for a trace with all of
/// its samples.
///
/// @param free      the fit of free courses, which knows the reset potential
/// @param variance  mV^2, of the noise
/// @param reach     standard errors of a 95 % interval, times the noise
/// @return empty where there is no such grid
std::optional<FinerGrid> find_finer_grid(const InputResponse& input, std::span<const SampledSpike> spikes,
                                         const RelaxationFit& free, double variance, double reach);

}  // namespace lapicque::estimation
