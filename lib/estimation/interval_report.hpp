#pragma once

#include <span>

#include "adaptation.hpp"
#include "lapicque/interval_estimate.hpp"
#include "lapicque/recording.hpp"
#include "period_fit.hpp"
#include "periods.hpp"

namespace lapicque::estimation {

// What is known of a neuron by its mean intervals, in words and numbers; what is not, and why. Each adds to a result
// that has the grid, and the numbers of currents and intervals.

IntervalEstimate report_adaptation(IntervalEstimate result, std::span<const ConstantCurrentTrain> trains,
                                   const Adaptation& adaptation, const Periods& periods);
IntervalEstimate report_few_currents(IntervalEstimate result, const Periods& periods);
IntervalEstimate report_fit(IntervalEstimate result, const Periods& periods);

/// The reasons for the parameters that no interval tells.
IntervalEstimate with_potentials_open(IntervalEstimate result);

}  // namespace lapicque::estimation
