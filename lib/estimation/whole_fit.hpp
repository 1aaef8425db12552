#pragma once

#include <optional>
#include <vector>

#include "lapicque/neuron_estimate.hpp"
#include "whole_model.hpp"

namespace lapicque::estimation {

/// Values of a model with the squares that they leave, mV^2, the cost of misplaced crossings included.
struct WholePoint {
  WholeModel::Values values;
  double squares;
};

/// The squares may have several valleys, as a sample belongs to the plateau or to the course, and a crossing lies on
/// this side of a sample or on that. These are the places of those that are low enough to matter.
struct Valleys {
  WholePoint best;
  std::vector<WholePoint> all;
};

/// Looks for valleys from several refractory periods about the start's.
/// @param rise  mV^2: how much larger than their least the squares are at an interval's end
Valleys find_valleys(const WholeModel& model, const WholeModel::Values& start, double rise);

/// What the squares allow for some values, all others fitted anew: the hull of what all valleys allow. Empty where the
/// squares do not rise enough however far the value is moved to one side; the refractory period's may end at 0.
struct WholeIntervals {
  Valleys valleys;  ///< with those that were come upon on the way
  std::optional<Estimate> threshold;
  std::optional<Estimate> refractory;
  std::optional<Estimate> reset;
};
WholeIntervals find_intervals(const WholeModel& model, const Valleys& valleys, double rise);

}  // namespace lapicque::estimation
