#pragma once

namespace lapicque::estimation {

// What a random number exceeds with probability `chance` (above 0, below 1), by Boost.Math to the last few bits of a
// double: compiled once here, as each distribution takes the compiler seconds. Degrees of freedom are above 0, and need
// not be whole.
// @throws std::domain_error  for a chance or a freedom out of its range

/// Of mean 0 and variance 1.
double normal_quantile(double chance);
double chi_squared_quantile(double freedom, double chance);
double students_t_quantile(double freedom, double chance);
/// @param freedom  of the numerator
/// @param below    of the denominator
double fisher_f_quantile(double freedom, double below, double chance);

}  // namespace lapicque::estimation
