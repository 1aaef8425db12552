#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/spike_train.hpp"

/// What the comparison with other solvers is about: the problems, their true spikes, and how a train is scored.
namespace lapicque::peers {

/// One neuron driven by I(t) = direct + amplitude sin(2 pi frequency t / 1000) + a synaptic current, and by voltage
/// jumps; plain numbers, so that every solver can be given the same.
struct Problem {
  std::string name;   ///< one word, for files and rows
  std::string title;  ///< one line, for tables and figures
  Neuron neuron;
  double until;                   ///< ms: the end of the run
  double direct = 0;              ///< nA
  double amplitude = 0;           ///< nA
  double frequency = 0;           ///< Hz
  double synapse_tau = 0;         ///< tau_s, ms; 0 if there is no synapse
  std::vector<Event> arrivals{};  ///< at the exponential synapse: ms, nA
  std::vector<Event> jumps{};     ///< ms, mV

  Current current() const;
};

/// The four workloads. Events are Poisson, drawn by the 64-bit Mersenne Twister from fixed seeds, and go on for
/// `margin` after the end of the run.
const std::vector<Problem>& problems();

/// @throws InvalidArgument  there is none of that name; the message lists them
const Problem& find_problem(const std::string& name);

/// How long truth and input go on after the end of a run, ms: a spike that a peer has late still finds its partner.
inline constexpr double margin = 50;

/// The problem as an experiment file (TOML) that reads its events from `events_file`, and what that file holds (CSV;
/// empty if there are no events).
struct ExperimentFiles {
  std::string toml;
  std::string events;
};
ExperimentFiles experiment_files(const Problem& problem, const std::string& events_file);

/// The true spikes until problem.until + margin, each to some 30 digits.
///
/// They are SpikeTrain's, and believed only after a certificate made without its solver has been checked by the
/// checker and agrees with every one of them; for a constant current, also after each has been held against
/// t_1 + k (Delta_abs + tau_m log((u_inf - u_r) / (u_inf - theta))) in 100 digits.
/// @throws std::runtime_error  any of that fails
std::vector<Spike> proven_spikes(const Problem& problem);

/// A train against the true one.
struct Score {
  std::size_t matched = 0;
  std::size_t missed = 0;
  std::size_t invented = 0;
  double worst_error = 0;  ///< ms: the largest |time - true time| of a matched spike; not-a-number without one
};

/// Matched by lapicque's own compare(); errors are taken against all digits of the true times, so that rounding to the
/// nearest double counts.
Score score(const Problem& problem, std::span<const Spike> truth, std::span<const double> theirs);

/// How many of them lie in the run.
std::size_t spikes_in_run(const Problem& problem, std::span<const Spike> truth);

}  // namespace lapicque::peers
