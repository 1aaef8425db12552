#pragma once

#include <span>
#include <string_view>

#include "lapicque/convention.hpp"
#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::diagnosis {

/// The problem that they solved and the grid that they solved it on.
struct Hypothesis {
  NeuronParameters neuron;
  Current current;
  Convention convention;
  double dt;
  bool stamped_at_nearest = false;
};

/// Whether it is SpikeTrain that solves it, and no grid of time.
inline bool is_event_driven(const Convention& convention) { return convention.crossing == Crossing::everywhere; }

/// Whether all spikes that it predicts are at grid times.
inline bool has_grid_stamps(const Hypothesis& hypothesis) {
  const Stamp stamp = hypothesis.convention.stamp;
  return hypothesis.stamped_at_nearest || stamp == Stamp::step_start || stamp == Stamp::step_end;
}

/// The current with all of it later by so many ms.
Current shifted(const Current& current, double by);

/// Lets the current other than that of synapses come later by so many ms; false where there is none.
bool delay_input(Hypothesis& hypothesis, double late);

/// Multiplies the sizes of all arrivals and jumps; false where there are none.
bool scale_weights(Hypothesis& hypothesis, double factor);

/// A way to do something else than the hypothesis says.
struct Change {
  std::string_view name;
  std::string_view sentence;
  bool (*apply)(Hypothesis&);  ///< false where it would change nothing or makes no sense
};

/// All changes that are tried. Several of one name are one change, which another kind of problem asks for in another
/// way; only the first has the sentence.
std::span<const Change> changes() noexcept;

}  // namespace lapicque::diagnosis
