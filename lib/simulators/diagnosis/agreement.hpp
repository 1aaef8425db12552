#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lapicque/diagnosis.hpp"
#include "simulators/diagnosis/hypothesis.hpp"
#include "simulators/diagnosis/printed_precision.hpp"

namespace lapicque::diagnosis {

/// What is allowed for between a predicted time and theirs.
enum class Fit {
  stamped,  ///< rounding and solvers' tolerances; of printing a quarter of a step on a grid, and 0.001 ms elsewhere
  printed,  ///< all that printing so few digits takes away
};

/// Their train, and whether predicted times are theirs.
class Agreement {
 public:
  explicit Agreement(std::vector<double> theirs);

  const std::vector<double>& theirs() const noexcept { return theirs_; }
  std::size_t size() const noexcept { return theirs_.size(); }

  /// What the last printed digit of a time is worth, ms.
  double unit(double time) const { return precision_.unit(time); }

  /// Whether the times have so few decimals that these may be a grid of time or a way to print.
  bool is_coarse() const;

  /// Whether they have so few different intervals, as under constant current, that many problems give the same train.
  bool is_regular() const;

  /// Whether all times are grid times of this step.
  bool is_on_grid(double dt) const;

  /// Whether their first `count` times are the predicted ones, all of them rounded or all of them cut.
  bool holds(std::span<const double> predicted, const Hypothesis& hypothesis, std::size_t count, Fit fit) const;

  /// Which way a train goes wrong first.
  struct Difference {
    int sign;           ///< 1 where the prediction is late (or lacks the spike), -1 where it is early, 0 nowhere
    std::size_t spike;  ///< the first that differs
  };

  /// The first difference in their first `count` times.
  /// @param is_whole  the prediction is that of the whole run: if it goes on after all of theirs, it is early
  Difference first_difference(std::span<const double> predicted, const Hypothesis& hypothesis, std::size_t count,
                              bool is_whole, Fit fit) const;

  /// The largest |theirs - predicted|, ms; not-a-number if counts differ.
  double residual(std::span<const double> predicted) const;

  /// What printing did to the predicted times to make them theirs; empty if they are theirs without, or not even so.
  std::optional<PrintedDigits> printing(std::span<const double> predicted) const;

 private:
  bool is_print(double theirs, double time, const Hypothesis& hypothesis, Printing printing, Fit fit) const;
  bool is_grid_print(double theirs, double time, double dt, Printing printing) const;

  std::vector<double> theirs_;
  PrintedPrecision precision_;  ///< of the decimals that their times need
  PrintedPrecision fine_;       ///< of three decimals at the least, as fewer may be a grid
};

}  // namespace lapicque::diagnosis
