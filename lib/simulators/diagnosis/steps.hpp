#pragma once

#include <array>
#include <optional>
#include <vector>

#include "simulators/diagnosis/agreement.hpp"

namespace lapicque::diagnosis {

/// ms: the time steps that people use, the commonest first.
inline constexpr std::array usual_steps{0.1,  0.05, 0.025, 0.01,   0.2,   0.5,   1.0,
                                        0.02, 0.25, 0.125, 0.0125, 0.005, 0.002, 0.001};

inline constexpr double most_guessed_steps = 1e6;  // of a run whose step is guessed

/// Whether people use this step.
bool is_usual(double dt);

/// Time steps that a train may have been made with, the likeliest first.
struct Steps {
  std::vector<double> tried;
  std::vector<double> untried;  ///< those of which the run takes too many
};

/// The usual steps of which all their times are multiples, or all usual ones where there is no grid to be seen; and the
/// grid itself and parts of it, where it is not usual. Where intervals differ, the grid itself comes first.
/// @param grid  the longest step of which their times are multiples
/// @param tau   ms: no step is longer than half of it
Steps likely_steps(const Agreement& theirs, std::optional<double> grid, double tau, double until);

}  // namespace lapicque::diagnosis
