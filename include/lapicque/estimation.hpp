#pragma once

#include "lapicque/current.hpp"
#include "lapicque/neuron_estimate.hpp"
#include "lapicque/recording.hpp"

namespace lapicque {

/// The parameters of a leaky integrate-and-fire neuron from its membrane potential under a known current.
///
/// Between spikes the recorded potential is, with K the response of a membrane of 1 MOhm without leak potential,
///
///     u(t) = rest + R K(t; tau) + c exp(-t/tau),
///
/// linear in all but tau. Spikes are found as falls that no current explains; samples within drawn or clipped spikes
/// are left out. tau, R and rest come from all stretches between spikes at once by least squares (for each tau the
/// linear part in closed form), with one c for each stretch, or with all of them tied to the reset potential where
/// spikes are on the samples' grid. The reset potential comes from the plateaus; where no sample is surely at it, and
/// the spikes do not tell it, it is bounded by where the curve after each spike was within the step. The threshold and
/// the refractory period come from where the fitted curve was when it was reset, and from when it left the reset
/// potential:
/// - continuous timing: u_e(r_e - refractory) = threshold for each spike e, r_e being the time at which the curve after
///   the spike, followed back, has the reset potential. Spikes that cross at different speeds part the two. Where noise
///   hides those times, these two and the reset potential come from a fit of the whole trace with its spikes, their
///   intervals from how the squares rise along each (profile likelihood), in all valleys that the squares have. Where
///   that fit is far worse than the free courses', spikes are missing or invented, and nothing is determined.
/// - on a grid: the threshold lies above the curve at every sample without a spike and below it, followed on, at the
///   step of each spike. That is an interval and no more; its middle is the value. The refractory period is the
///   number of steps spent at the reset potential, counted from the last sample before the spike as Brian 2 does; as
///   others count from the sample after it, and round, the interval reaches one step to either side.
///
/// Intervals are two-sided 95 % ones for independent Gaussian noise of one size, with the residuals' correlation to
/// their neighbours taken into account; grid intervals are bounds. See tests/estimation_test.cpp for their coverage.
///
/// Where the fall at a spike is less than 7 times what the fit leaves, spikes cannot be told from noise and nothing is
/// determined.
///
/// @param trace    at least 8 samples
/// @param current  what was injected
/// @throws InvalidArgument  fewer samples; times and potentials of different lengths, not finite, or times not
///                          ascending
///
/// Cost: some hundred passes over the trace. With noise some ten thousand, as intervals are walked along: less than a
/// second for 1e4 samples with 100 spikes, 3 s for 600 spikes; a sinusoidal current adds a second for 1e4 samples.
NeuronEstimate estimate_neuron(const VoltageTrace& trace, const Current& current,
                               SpikeTiming timing = SpikeTiming::either);

}  // namespace lapicque
