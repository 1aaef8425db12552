#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/convention.hpp"
#include "lapicque/files/experiment.hpp"

namespace lapicque::simulators {

// The experiments that real simulators run for our tests: which simulator takes which of them, with which time step,
// and where its spikes are.

/// A mistake planted into an exported script, and the convention under which the script then runs.
struct Fault {
  std::string_view name;
  std::string_view from;  ///< a text that the script has once
  std::string_view to;
  void (*change)(Convention&);
  std::string_view diagnosis;  ///< what `lapicque validate` has to call it
};

struct Case {
  std::string_view experiment;  ///< experiments/NAME.toml
  std::string_view convention;  ///< also says which script is exported
  double dt;                    ///< ms; 0 where the simulator has no time step
  const Fault* fault = nullptr;

  std::string name() const;                         ///< of its files
  std::string_view simulator() const;               ///< "brian2" or "neuron": the Python module
  std::vector<std::string> export_options() const;  ///< of `lapicque export`
  Convention run_under() const;                     ///< with the fault
  Experiment read() const;
  std::filesystem::path file() const;  ///< of the experiment
  std::filesystem::path script() const;
  std::filesystem::path spikes() const;  ///< what the simulator printed
  std::vector<double> predicted(const Convention& convention) const;
  std::vector<double> simulated() const;  ///< what the simulator printed, ms
  double slack() const;                   ///< ms: how far apart spike times of one grid time may be
};

/// All cases without a fault.
std::vector<Case> cases();

/// All with one.
std::vector<Case> faulty_cases();

/// Whether two trains have as many spikes, none of them further apart than `slack`.
bool same_train(const std::vector<double>& a, const std::vector<double>& b, double slack);

/// The table of README.md, in Markdown, and the versions of the simulators: each case against the exact solution and
/// against its prediction.
std::string outcome_table();

}  // namespace lapicque::simulators
