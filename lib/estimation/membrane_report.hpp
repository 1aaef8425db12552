#pragma once

#include "lapicque/neuron_estimate.hpp"
#include "report.hpp"

namespace lapicque::estimation {

// The parts of a report that the reports of passive traces and of spikes share.

/// Notes why a parameter is empty.
void leave_open(NeuronEstimate& result, Parameter parameter, std::string reason);

/// rest, resistance and tau; and the reasons for those that the fit leaves open.
void report_membrane(NeuronEstimate& result, const Evidence& evidence, const RelaxationFit& fit);

/// The time constant of a stepper with the grid that the trace shows. Nothing where no step is seen, or where the noise
/// hides what difference it makes.
/// @param step  ms; 0 where none is seen
void report_stepper(NeuronEstimate& result, double step);

/// Puts the reasons into the parameters' order.
void sort_reasons(NeuronEstimate& result);

/// Proposes a current where something was left open.
void propose_probe(NeuronEstimate& result, const Evidence& evidence);

}  // namespace lapicque::estimation
