#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "courses.hpp"

namespace lapicque::estimation {

/// Where a course has some potential.
struct Crossing {
  double time;   ///< ms
  double slope;  ///< du/dt there, mV/ms
  bool found;
};

/// Where each of the courses has the potential `level`: found by secants, all spikes at once.
///
/// @param stretches  ascending, one for each crossing
/// @param from, to   ms: where each of them is looked for; it may also be found a little beyond
/// @param level      mV
/// @param rising     whether only a crossing from below is one
std::vector<Crossing> find_crossings(const Courses& courses, std::span<const std::size_t> stretches,
                                     std::span<const double> from, std::span<const double> to, double level,
                                     bool rising);

}  // namespace lapicque::estimation
