#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque {

// Many neurons at once, over all cores: a population under one input, one neuron under many currents (an f-I curve), or
// a current for each neuron. The neurons do not act on one another. A target of its own, lapicque::population, as it
// takes TBB for its threads.
//
// Shapes: `neurons` and `currents` are of one length, and member k, counted from 0, is neuron k driven by current k; or
// one of the two has length 1 and is shared by all members. No neurons with one current, or the other way round, are
// the empty population. Nothing of the spans is kept; the event lists of a shared current are not copied.
//
// What every function here promises:
// - Member k's spikes are those of SpikeTrain(neuron, current, until, precision), bit for bit. Nothing depends on the
//   number of threads or on which of them does what.
// - Threads: as many as TBB has, one a core unless a tbb::global_control or the calling task arena says otherwise.
// - Errors: InvalidArgument where `until` is not finite or not > 0, or where the lengths do not fit. If members fail,
//   the error of the first of them, by index, is thrown once the threads have stopped; members after it may then not
//   have been tried. An InvalidArgument names the member in front of its subject: "member[17].t".
// - Memory, beside the result: that of one SpikeTrain a thread.

/// Told of how many of the `size` members are done, for a progress bar: from any of the threads, but one call at a time
/// and with a `done` that never falls, some ten times a second; and after the last member once with done == size, even
/// for the empty population, if none failed. What it throws ends the work as a member's error does, but
/// is passed on as it is.
using PopulationProgress = std::function<void(std::size_t done, std::size_t size)>;

struct PopulationOptions {
  Precision precision = Precision::exact;
  PopulationProgress progress{};  ///< none where it is empty
};

/// Spike times (ms) of many members in two arrays.
struct PopulationSpikes {
  std::vector<double> times;            ///< those of member 0, then those of member 1, ...; ascending in each
  std::vector<std::size_t> offsets{0};  ///< one more than there are members: where in `times` each one's begin, the end

  std::size_t size() const noexcept { return offsets.size() - 1; }
  /// The spike times of a member.
  std::span<const double> operator[](std::size_t member) const {
    return std::span(times).subspan(offsets[member], offsets[member + 1] - offsets[member]);
  }
};

/// The times of all spikes with 0 <= t <= until (ms) of each member; see spike_times.
///
/// Memory: 8 bytes a spike and 8 a member for the result, and as much again while it is put together; where that is too
/// much, for_each_train takes none.
/// @throws InvalidArgument  see above
PopulationSpikes population_spike_times(std::span<const Neuron> neurons, std::span<const Current> currents,
                                        double until, const PopulationOptions& options = {});

/// How many spikes with 0 <= t <= until (ms) each member has; 1000 / until times that is its rate (Hz) over the run.
/// See spike_count for a formula where the current is constant. Memory: 8 bytes a member.
/// @throws InvalidArgument  see above
std::vector<std::size_t> population_spike_counts(std::span<const Neuron> neurons, std::span<const Current> currents,
                                                 double until, const PopulationOptions& options = {});

/// Hands each member's train to `visit`, which may take from it what it wants, in constant memory: rates, the first
/// spike, bounds on errors.
///
/// @param visit  called once a member, from several threads at a time and in any order, so that it must not write to
///               what another call writes to: an element for each member of a vector of its length is safe (but not a
///               std::vector<bool>). What it throws is that member's error.
/// @throws InvalidArgument  see above
void for_each_train(std::span<const Neuron> neurons, std::span<const Current> currents, double until,
                    const std::function<void(std::size_t member, SpikeTrain& train)>& visit,
                    const PopulationOptions& options = {});

}  // namespace lapicque
