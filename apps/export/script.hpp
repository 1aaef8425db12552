#pragma once

#include <span>
#include <string>

#include "lapicque/current.hpp"
#include "lapicque/files/experiment.hpp"

namespace lapicque::program {

// Scripts that run an experiment on another simulator: python3 SCRIPT prints "spike,time_ms" and the spikes. They need
// the simulator and numpy and nothing else; the experiment's data are in them.

/// What a script is written from.
struct Export {
  const Experiment& experiment;
  std::string name;  ///< of the experiment file, for the comment
  double dt;         ///< ms

  /// Whole time steps until the end of the run.
  double steps() const;
};

/// For Brian 2, method='exact' or 'euler'. @throws InvalidArgument  a synapse's time constant is too near to the
/// membrane's for Brian 2's exact method, which divides by their difference
std::string brian2_script(const Export& what, bool exact);

/// For NEURON: a passive cell with a fixed time step, reset by a callback and clamped in refractoriness.
std::string neuron_script(const Export& what);

/// For NEURON's event-driven cells, which solve the problem without time steps: IntFire1 (voltage jumps), IntFire2 (an
/// exponential synapse slower than the membrane, and a constant current) or IntFire4 (a faster one).
/// @throws InvalidArgument  the experiment is none that these cells can express; the message says why
std::string intfire_script(const Export& what);

// What the scripts have in common:

/// "[1.0, 2.5]", broken into lines.
std::string python_list(std::span<const double> values);

/// The import that input_function() takes beside numpy, if any.
std::string input_imports(const Current& current);

/// The Python function input_current(t), t an array of ms: steps, ramps, sinusoids, samples, and synapses on demand.
std::string input_function(const Current& current, bool with_synapses);

/// A comment line that says by how much the current differs from the one that is held from t_n + input_time dt on.
std::string holding_error(const Export& what, const Current& current, double input_time);

}  // namespace lapicque::program
