#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "lapicque/current.hpp"

namespace lapicque {

/// How two trains are compared; all of it finite and > 0 unless it says otherwise.
struct ComparisonOptions {
  double tolerance = 1e-3;        ///< ms, may be 0: an error up to it is none
  double until = forever;         ///< ms: the end of the run; the last spike of both trains if it is `forever`
  std::optional<double> cost{};   ///< 1/ms, of Victor and Purpura; by default 1 / the mean interval, see compare
  double van_rossum_tau = 10;     ///< ms
  double coincidence_window = 2;  ///< ms
};

/// A spike that both trains have.
struct MatchedSpike {
  std::size_t exact;   ///< its index in the exact train, from 0
  std::size_t theirs;  ///< its index in the other one
  double error;        ///< ms: their time less the exact one; > 0 is late
};

/// The first place where a train leaves the exact one.
struct Parting {
  enum class Kind { off, missed, invented };
  Kind kind;
  std::size_t index;  ///< in the exact train (off, missed) or in theirs (invented), from 0
  double time;        ///< ms: of that spike in that train
};

/// What compare finds; numbers without a matched spike to stand on are not-a-number.
struct Comparison {
  static constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

  std::vector<MatchedSpike> matched{};  ///< ascending
  std::vector<std::size_t> missed{};    ///< indices in the exact train of spikes that theirs lacks
  std::vector<std::size_t> invented{};  ///< indices in theirs of spikes that the exact train lacks
  std::vector<std::size_t> left_out{};  ///< indices in theirs of spikes after `until` that count neither way
  std::optional<Parting> parting{};     ///< empty where `within` holds
  bool within = false;                  ///< nothing is missed or invented and max_error is at most the tolerance

  double shift = undefined;            ///< ms: the mean error
  double drift = undefined;            ///< ms per spike: slope of the error over the spike number, least squares
  double max_error = undefined;        ///< ms: the largest |error|
  std::optional<std::size_t> worst{};  ///< the index in `matched` of the first spike with that error

  double cost = undefined;            ///< 1/ms: what victor_purpura was taken with
  double victor_purpura = undefined;  ///< victor_purpura_distance of the trains up to `until`
  double van_rossum = undefined;      ///< van_rossum_distance of the same
  double coincidence = undefined;     ///< coincidence_factor of theirs against the exact train, the same
};

/// Somebody's spike train against the exact one (or against any other that it should be).
///
/// Spikes are matched by align at options.cost, so that a spike too few or too many does not spoil the rest. The
/// default cost is 1 over the mean interval between the exact spikes (or theirs, or 10 ms, where there are too few):
/// moving a spike by a whole interval is then as bad as leaving it out. Trains that drift apart would slip by a spike
/// as soon as they are half an interval apart; therefore a straight trend of the error along the train is taken out
/// first where that makes the alignment cheaper by half a spike or more. The trend decides who belongs to whom and
/// nothing else: errors are differences of the times as given.
///
/// Spikes after options.until count only as partners of one before it: late or early by a step, a spike at the very end
/// of the run would be missed or invented otherwise. Those of theirs that are none are `left_out`: a run that went on
/// for longer is not wrong for it.
///
///     const auto comparison = compare(spike_times(neuron, current, 1000), theirs, {.tolerance = 0.1, .until = 1000});
///     EXPECT_TRUE(comparison.within) << "largest error " << comparison.max_error << " ms";
///
/// @param exact, theirs  ms, finite, ascending
/// @throws InvalidArgument  a time is not finite or smaller than the one before it; an option is out of range
/// Time and memory: O(N log N) for N spikes.
Comparison compare(std::span<const double> exact, std::span<const double> theirs,
                   const ComparisonOptions& options = {});

}  // namespace lapicque
