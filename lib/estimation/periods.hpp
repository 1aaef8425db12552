#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lapicque/recording.hpp"

namespace lapicque::estimation {

/// The mean interval of a train, with what is left of it in one model of what disturbs the times.
struct Period {
  double current;  ///< nA
  double value;    ///< ms
  double error;    ///< its standard error, as a multiple of the noise
  double squares;  ///< ms^2, of what the train leaves
  double count;    ///< of intervals
};

/// The mean intervals of some trains, and what disturbs them.
struct Periods {
  std::vector<Period> values;
  bool accumulates;  ///< whether each interval varies by itself, and not each spike's time
  bool on_grid;      ///< whether a simulator's grid holds threshold and reset, for all that is seen
  double within;     ///< ms^2: squares within the trains
  double freedom;    ///< and their degrees of freedom
  double floor;      ///< ms: the least noise, by the grid or by rounding
};

/// The largest step of which all differences of times are multiples, up to rounding, ms.
std::optional<double> grid_of(std::span<const ConstantCurrentTrain> trains);

/// ms: how far rounding of the times, or a grid's step, parts equal intervals.
double rounding_of_intervals(std::span<const ConstantCurrentTrain> trains, const std::optional<double>& grid);

/// Decides what disturbs the times by which is likelier. @param trains  each with two spikes or more
Periods measure_periods(std::span<const ConstantCurrentTrain> trains, const std::optional<double>& grid);

}  // namespace lapicque::estimation
