#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vector.hpp"

namespace lapicque::vectors {

/// The answer to one experiment, as the files have it.
struct Answer {
  std::vector<std::string> times;  ///< decimals: 40 significant digits correctly rounded, or all where it is a double
  std::optional<double> closest;   ///< mV: see the README of the vectors
  std::optional<double> gap;       ///< ms: the least distance of an event from a spike or an end of refractoriness
  std::optional<double> sensitivity;  ///< ms/mV: the greatest 1 / (du/dt) at a spike
};

/// The times come from a certificate, whose intervals are so narrow that both ends round to the same digits and which
/// its checker has accepted, without assumptions; and the oracle, which works another way, has to find the same digits.
///
/// @throws std::runtime_error  the two disagree, the solver has other spikes, or something is not proven
Answer answer(const Vector& vector);

/// The spikes file: comments, the header and one row a spike.
std::string to_csv(const Vector& vector, const Answer& answer);

/// The header of the index file, and the row of one experiment.
std::string index_header();
std::string to_index_row(const Vector& vector, const Answer& answer);

}  // namespace lapicque::vectors
