#pragma once

#include <span>

#include "lapicque/interval_estimate.hpp"
#include "lapicque/recording.hpp"

namespace lapicque {

/// The parameters of a leaky integrate-and-fire neuron that inter-spike intervals under constant currents determine.
///
/// From reset to threshold the closed form takes, with a = (reset - rest) / R and the rheobase b = (threshold - rest) /
/// R,
///
///     T(I) = refractory + tau log((I - a) / (I - b)),   I > b > a.
///
/// These four are all that intervals hold: shifting all potentials by one value, or scaling them and R by one factor,
/// changes no interval. So rest, reset, threshold and R are never determined, and the four only by four different
/// currents or more, of which some are near the rheobase and some well above it. With fewer there is a reason for each,
/// with the bounds that hold nevertheless: refractory >= 0 and below the shortest mean interval, a < b < the least
/// current.
///
/// Where the intervals grow along the trains, or shrink, the neuron adapts, or its current is not constant: then there
/// is a reason for each that says so, and no value. (A rank test which takes chance for adaptation in one table of
/// 1000.)
///
/// Weighted least squares: for a net of (a, b) the linear rest in closed form, then Levenberg and Marquardt's method
/// from each of its hollows. What disturbs the times is read off them:
/// - each spike's time varies by itself (jitter, times of an exact train rounded to a grid), or each interval does:
///   whichever is likelier;
/// - trains on a grid without any variation are a simulator's that resets on its grid: T is off by up to one step,
///   which no number of spikes averages out, and the refractory period's interval reaches 1.5 steps further, as
///   simulators round it and the spike's time up or down.
///
/// Intervals are two-sided 95 % ones by profile likelihood: they end where the squares, with all other unknowns fitted
/// anew, have risen by what Gaussian noise makes of them (Venzon and Moolgavkar, Applied Statistics 37, 1988). So they
/// are not symmetric, and where the squares never rise enough, however far a value goes, it is reported as undetermined
/// with currents that would tell it. Where they hardly do, the far end is widened, as only lucky tables come to be
/// reported then. Currents end at the least one, the refractory period at 0. On exact times the values agree with
/// the truth to 1e-6; see tests/interval_estimation_test.cpp for that, and for the intervals' coverage.
///
/// @param trains  at least one with two spikes; several may have one current
/// @throws InvalidArgument  no interval; a current or a time is not finite, times do not ascend
IntervalEstimate estimate_from_intervals(std::span<const ConstantCurrentTrain> trains);

}  // namespace lapicque
