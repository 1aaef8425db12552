#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lapicque/comparison.hpp"
#include "lapicque/diagnosis.hpp"

namespace lapicque::program {

/// What `validate` has found, and of what.
struct Validation {
  std::string file;               ///< the experiment's
  std::string spikes;             ///< the file of their times
  std::string convention;         ///< empty: they are held against the exact spikes
  std::optional<double> dt;       ///< ms, if it was given
  ComparisonOptions options;      ///< of the comparison
  std::vector<double> reference;  ///< ms: the train that theirs is held against
  std::vector<double> theirs;     ///< ms
  bool are_milliseconds = false;  ///< they were read in another unit, and fit as milliseconds
  Comparison comparison;          ///< of theirs and the reference
  Diagnosis diagnosis;            ///< nothing where is_undiagnosable()
  std::optional<CloseDecision> close_decision;

  /// "the exact spikes"
  std::string reference_name() const;
  /// Whether they have no spike where there are some, which any cause may have.
  bool knows_neuron = true;  ///< whether a diagnosis knows its resets, refractoriness and after-spike parts
  bool is_undiagnosable() const;
  /// How many spikes of a train are in the run.
  std::size_t spikes_until_end(const std::vector<double>& train) const;
};

/// For people to read, line by line.
std::string text_report(const Validation& validation);

/// One object.
std::string json_report(const Validation& validation);

/// A table of one row.
std::string csv_report(const Validation& validation);

}  // namespace lapicque::program
