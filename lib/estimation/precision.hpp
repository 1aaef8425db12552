#pragma once

#include <optional>

#include "lapicque/neuron_estimate.hpp"
#include "measured_trace.hpp"
#include "relaxation.hpp"

namespace lapicque::estimation {

// How far what a fit says of a trace can be trusted.

/// What a fit leaves, mV: a standard deviation.
double rms(const RelaxationFit& fit);

/// The variance of the noise (mV^2) about a fit, not below what rounding in the arithmetic makes of it.
double variance(const RelaxationFit& fit, const MeasuredTrace& trace);

/// How far a 95 % interval reaches to either side, for a value of variance 1.
///
/// What rounding to few decimals did may be the same for all samples of a plateau, and does not average out: a value
/// that is a weighted sum of n samples is off by at most the rounding times the sum of the weights' sizes, which is
/// below the root of n times the sum of their squares.
double reach(const RelaxationFit& fit, const MeasuredTrace& trace);

/// Whether the file's decimals hide the noise. Noise that is larger makes the rounding of each sample another one.
bool rounding_hides_noise(const RelaxationFit& fit, const MeasuredTrace& trace);

/// Whether the time at which a fitted course crosses the threshold, or leaves the reset potential, is too uncertain
/// for straight lines through both.
bool noise_hides_crossings(const RelaxationFit& fit, const MeasuredTrace& trace);

/// The value of a column with its interval; empty where the samples do not tell it.
std::optional<Estimate> linear_estimate(const RelaxationFit& fit, Column column, const MeasuredTrace& trace);

/// Makes `a` hold what `b` holds; nothing where either is empty.
void widen(std::optional<Estimate>& a, const std::optional<Estimate>& b);
/// Makes `a` hold what `b` holds, empty standing for an interval without bound.
void include(std::optional<Estimate>& a, const std::optional<Estimate>& b);

}  // namespace lapicque::estimation
