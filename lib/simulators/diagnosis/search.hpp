#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/diagnosis.hpp"
#include "simulators/diagnosis/agreement.hpp"
#include "simulators/diagnosis/hypothesis.hpp"
#include "simulators/diagnosis/parameter.hpp"

namespace lapicque::diagnosis {

/// A convention on a grid of time, from which hypotheses are made by changes.
struct Base {
  std::string name;
  Hypothesis hypothesis;

  bool is_exact() const { return name == "exact"; }
};

/// The search that diagnose makes: conventions, then one change to them, then one number, then two changes.
class Search {
 public:
  Search(const Neuron& neuron, const Current& current, double until, std::span<const double> theirs,
         const DiagnosisOptions& options);

  Diagnosis run();

 private:
  using Train = std::vector<double>;
  using Changes = std::vector<const Change*>;

  // search.cpp
  bool nothing_found() const { return diagnosis_.explanations.empty(); }
  bool is_doubtful() const;
  bool has_taken_enough();
  void choose_steps();
  void choose_bases();
  bool is_among_likeliest(const Base& base) const;
  bool is_plausible(const Base& base) const;
  Current beginning_of_current() const;
  void try_all_bases(std::size_t count);
  void try_stamps_at_printed_times();
  void try_changes_named(std::string_view beginning, const Base& base);
  void try_printed_grids(std::size_t count);
  void try_changes(const Base& base, std::size_t count, Fit fit);
  std::optional<Hypothesis> changed(const Base& base, const Changes& applied, const Current& current) const;
  void try_hypothesis(const Base& base, const Changes& applied, Fit fit);
  bool may_have_stamped(const Base& base, const Hypothesis& hypothesis, Fit fit) const;
  Train predict(const Hypothesis& hypothesis, double until);
  std::optional<Train> predict_spikes(const Hypothesis& hypothesis, std::size_t count);
  void leave_out_end(Train& predicted) const;
  const Train& exact_train();

  // numbers.cpp
  void try_shift(const Base& base);
  void try_units();
  void try_numbers();
  bool is_grid_of_printing() const;
  void try_parameter(const Base& base, const Parameter& parameter, Fit fit);
  void try_detection();
  void try_rounding();
  void try_parting_at_rounding();

  // outcome.cpp
  void explain(const std::string& convention, double dt, std::vector<std::string_view> names, Train predicted,
               std::vector<std::string_view> traits = {}, std::optional<FittedNumber> fitted = {});
  std::vector<std::string_view> traits_of(const Hypothesis& hypothesis, const Train& predicted);
  bool misses_between_grid_points(const Hypothesis& hypothesis, const Train& predicted);
  void find_nearest();
  void put_simplest_first();
  void collect_names();

  static constexpr double rounding_ = 1e-12;  // of the end of the run, as a multiple of the step
  static constexpr std::size_t few_ = 6;      // spikes that dismiss most hypotheses

  NeuronParameters neuron_;
  Current current_;
  double until_;
  DiagnosisOptions options_;
  Train all_;            ///< all of their times
  Agreement agreement_;  ///< with those until the end
  const Train& theirs_;  ///< those until the end
  std::vector<Base> bases_;
  Current beginning_;             ///< of current_
  std::optional<Train> exact_;    ///< the exact train, once it is asked for
  std::size_t hidden_grids_ = 0;  ///< how many explanations are grids that printing has hidden
  double steps_taken_ = 0;        ///< in all runs
  Diagnosis diagnosis_;
};

/// The name of a diagnosis that is neither a change nor a parameter's, in words; empty if there is none.
std::string_view describe_outcome(std::string_view name);

}  // namespace lapicque::diagnosis
