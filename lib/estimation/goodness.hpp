#pragma once

#include "measured_trace.hpp"
#include "relaxation.hpp"

namespace lapicque::estimation {

/// Whether a fit with fewer unknowns than the free courses' is as good as it should be: an F-test of what it leaves
/// beyond them, or no more than the file's decimals allow.
///
/// @param squares  mV^2, that it leaves
/// @param freedom  its samples less its unknowns
/// @param free     the fit of free courses
/// @param chance   that one is taken for worse which is not
bool fits_as_well(double squares, double freedom, const RelaxationFit& free, const MeasuredTrace& trace, double chance);

}  // namespace lapicque::estimation
