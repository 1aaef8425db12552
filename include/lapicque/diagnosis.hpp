#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/comparison.hpp"
#include "lapicque/convention.hpp"
#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque {

/// What diagnose knows before it starts.
struct DiagnosisOptions {
  std::optional<double> dt{};  ///< ms, > 0: their time step; inferred from the times if not given
  /// The name of the convention that they mean to follow, which needs a dt; empty: any of them, and the exact solution.
  std::string convention{};
  /// The search ends when its runs have taken so many steps of time, all together. The first run is always taken.
  double most_steps = lapicque::most_steps;
};

/// How the times of a train were printed.
struct PrintedDigits {
  double unit;          ///< ms: what the last digit is worth, of the last time where these are significant digits
  bool may_be_rounded;  ///< all are the predicted ones, rounded
  bool may_be_cut;      ///< all are the predicted ones without the digits that follow; few spikes may fit both
};

/// A number of the problem that is another one in theirs, or by how much their times are shifted.
struct FittedNumber {
  std::string quantity;  ///< "tau"
  std::string unit;      ///< "ms"; empty for a factor
  double given;          ///< its value in the problem
  double value;          ///< the shortest decimal with which their train is the predicted one
  double low, high;      ///< about that far their train is
};

/// One way to explain a train: a correct run under a convention, with so many changes to it.
struct Explanation {
  std::string convention;                  ///< its name, or "exact" for the exact solution
  double dt;                               ///< ms; 0 where there is no step
  std::vector<std::string_view> changes;   ///< names of diagnoses, see describe_diagnosis; empty: none
  std::vector<std::string_view> traits;    ///< what the convention itself and printing do to the train, likewise
  std::vector<double> predicted;           ///< ms: the train that it predicts
  double residual;                         ///< ms: the largest |theirs - predicted|; not-a-number if counts differ
  std::optional<PrintedDigits> printed{};  ///< by which they differ; empty if nothing was lost by printing
  std::optional<FittedNumber> fitted{};    ///< the number that a change has, where it has one
};

/// The first decision of an exact train that hangs on less than the rounding of doubles.
struct CloseDecision {
  bool fires;     ///< there is a spike, which a threshold higher by `margin` does not give or gives elsewhere
  double time;    ///< ms: of that spike; where there is none, of the one that a threshold lower by `margin` gives
  double margin;  ///< mV: what rounding may be worth
};

/// What diagnose finds.
struct Diagnosis {
  std::optional<double> grid;  ///< ms: the longest step of which all of three or more times are multiples, if any
  std::vector<double> steps;   ///< ms: the time steps that were tried
  /// All that fit with the fewest changes: nothing in the train tells them apart.
  std::vector<Explanation> explanations;
  std::optional<Explanation> nearest;   ///< where none fits: the convention without a change that comes nearest
  bool is_near = false;                 ///< whether that one has most of their spikes, near where they are
  std::size_t tested = 0;               ///< how many hypotheses were tried
  std::vector<double> untried_steps{};  ///< ms: steps that were not tried, as a run takes more than 1e6 of them
  bool cut_short = false;  ///< not all hypotheses were tried: those that were have taken DiagnosisOptions::most_steps

  /// The names of all diagnoses in the explanations, each once. Where the convention was given its own name and traits
  /// are not among them, so that a correct run has none.
  std::vector<std::string> names{};
};

/// Which problem somebody's simulator solved.
///
/// Each hypothesis is a convention (predicted_spike_times), or the exact solution, with one change to it, or two where
/// no single one fits: stamps at the other end of the step, interpolated or a step off; refractoriness rounded another
/// way, a step longer or shorter, not clamped, with jumps kept, or left out; the threshold reached taken for crossed;
/// another method of integration; input or arrivals read a step early or late; weights multiplied by the step;
/// crossings within a step missed; another initial or reset potential; and parameters that a simulator is known to
/// change in silence. Where no single change fits, all times may be shifted, or one number of the problem be another
/// one: it is fitted. A hypothesis fits if the train that it predicts has as many spikes as theirs and no time differs
/// by more than rounding and printing explain: on a grid a quarter of a step at the most, so that a fit is exact to the
/// step. Times that were left in seconds or in steps are told.
///
/// Times with two decimals or fewer may be those of a grid, or exact ones of which no more was printed. Both are tried
/// before any change is; and so are, where neither fits, conventions whose grid is finer than what was printed.
/// Explanations are ordered: the exact solution's first, then those of grids that are seen in the times, then those of
/// grids that printing has hidden, with which single changes on grids that are seen are tried as well; steps that
/// people use before others, and fitted numbers that are short decimals before others.
///
/// @param theirs  ms, finite, ascending
/// @param until   ms, > 0: both trains are compared up to there
/// @throws InvalidArgument  an argument or option is out of range; there is no such convention; it has no dt; the run
///                          has more than most_steps steps of the dt that is given
/// Cost: some hundreds of runs of a few spikes, and whole runs for those that these leave over. Two changes together
/// are tried for trains of three spikes or more. Where a run is long and has few spikes, only `most_steps` bounds the
/// search.
Diagnosis diagnose(const Neuron& neuron, const Current& current, double until, std::span<const double> theirs,
                   const DiagnosisOptions& options = {});

/// The first decision of the exact train until `until` that a program which computes in doubles may take either way: a
/// spike that comes or stays away, or moves by more than `tolerance` ms, as the threshold moves by some 1e-13 of the
/// potentials. Empty if there is none.
std::optional<CloseDecision> close_decision(const Neuron& neuron, const Current& current, double until,
                                            double tolerance = 1e-3);

/// A diagnosis in a sentence: "refractoriness lasts one step longer" for "refractory-one-step-long"; for a convention's
/// name its description. Empty if there is none of that name.
std::string_view describe_diagnosis(std::string_view name);

/// The longest step (ms, at least 0.001 ms) of which all times are multiples, to within a millionth of it or rounding;
/// empty if there is none or no time but 0.
std::optional<double> time_grid(std::span<const double> times);

}  // namespace lapicque
