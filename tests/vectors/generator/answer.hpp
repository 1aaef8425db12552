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

/// @throws std::runtime_error  two methods disagree, or the digits do not decide
Answer answer(const Vector& vector);

/// The spikes file: comments, the header and one row a spike.
std::string to_csv(const Vector& vector, const Answer& answer);

/// The index file of the whole set.
std::string to_index(const Vectors& vectors, const std::vector<Answer>& answers);

}  // namespace lapicque::vectors
