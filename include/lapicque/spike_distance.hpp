#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lapicque {

/// Spike a[first] and spike b[second] of two trains, taken for the same one.
struct SpikePair {
  std::size_t first;
  std::size_t second;
};

/// Two spike trains side by side: the matching of least cost, as Victor and Purpura define it.
struct Alignment {
  std::vector<SpikePair> pairs;  ///< ascending in both members; spikes of neither train that are not in it are alone
  double cost;                   ///< the Victor-Purpura distance: spikes alone + sum of cost |a - b| over the pairs
};

/// The alignment of least cost, where a spike that is left alone costs 1 and moving one by t ms costs `cost` t
/// [1, D_spike]: so no pair is more than 2 / cost apart, and one missing spike moves nobody else.
///
/// @param a, b  ms, finite, ascending (equal times are allowed); may be empty
/// @param cost  q, 1/ms, finite, > 0
/// @throws InvalidArgument  a time is not finite or smaller than the one before it; cost not finite or not > 0, or so
///                          large that cost times the length of the trains is not finite
///
/// Exact but for rounding: the cost is the least one to within (a.size() + b.size()) 2^-52 cost T, T being the
/// length of the trains in ms. Where several alignments cost the same, any of them. Time and memory:
/// O(a.size() + b.size()), whatever the cost (spike_distance.cpp says why), where the usual table takes the product.
/// [1] Victor and Purpura, Metric-space analysis of spike trains, Network: Comput. Neural Syst. 8, 1997, 127-164.
Alignment align(std::span<const double> a, std::span<const double> b, double cost);

/// The Victor-Purpura distance at `cost` (1/ms): align(a, b, cost).cost.
/// It is |a.size() - b.size()| as cost goes to 0, and counts the spikes without an exact partner as it grows.
/// @throws InvalidArgument  as align
double victor_purpura_distance(std::span<const double> a, std::span<const double> b, double cost);

/// The van Rossum distance at time constant `tau` (ms):
///     D^2 = 1/tau integral of (f - g)^2 dt,   f(t) = sum over spikes t_i <= t of exp(-(t - t_i) / tau)   [1, eq. (2)]
/// and g likewise of the other train. It has no unit; one spike alone is sqrt(1/2) from none. Computed from the closed
/// form between spikes, O(a.size() + b.size()), relative error below 1e-12 for trains of up to 1e5 spikes.
/// @param a, b  ms, finite, ascending
/// @param tau   ms, finite, > 0
/// @throws InvalidArgument  a time is not finite or smaller than the one before it; tau not finite or not > 0
/// [1] van Rossum, A novel spike distance, Neural Computation 13, 2001, 751-763.
double van_rossum_distance(std::span<const double> a, std::span<const double> b, double tau);

/// The coincidence factor of a train against a reference,
///     Gamma = (N_coinc - <N_coinc>) / ((N_ref + N) / 2) / (1 - 2 nu Delta),   <N_coinc> = 2 nu Delta N_ref,   [1, 2]
/// N_coinc being the number of reference spikes with a spike of their own within `window`, and <N_coinc> what a Poisson
/// train of the same rate nu = N / duration would have by chance. 1 for the same train, 0 on average for chance.
/// @param reference, train  ms, finite, ascending
/// @param window    Delta, ms, finite, > 0: 2 ms in [1]
/// @param duration  of the run, ms, finite, > 0
/// @return not-a-number where it is not defined: 2 nu Delta >= 1 (the window holds every interval), or both are empty
/// @throws InvalidArgument  a time is not finite or smaller than the one before it; window or duration out of range
/// [1] Kistler, Gerstner, van Hemmen, Reduction of the Hodgkin-Huxley equations to a single-variable threshold model,
///     Neural Computation 9, 1997, 1015-1045. [2] Jolivet, Lewis, Gerstner, J. Neurophysiol. 92, 2004, 959-976.
double coincidence_factor(std::span<const double> reference, std::span<const double> train, double window,
                          double duration);

}  // namespace lapicque
