#pragma once

#include <optional>
#include <string>
#include <vector>

#include "figure.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/stepper.hpp"

namespace lapicque::figures {

/// Rates or CVs of simulated intervals with the ends of their 95 % confidence intervals.
struct EstimatedPoints {
  std::vector<double> values;
  std::vector<double> low;
  std::vector<double> high;
};

/// A simulation of several currents (nA).
struct NoisyFiPoints {
  std::string name;              ///< for the legend
  std::optional<Method> method;  ///< none is the exact process
  double dt;                     ///< ms, a stepper's
  std::vector<double> currents;
  EstimatedPoints rates;  ///< Hz
  EstimatedPoints cvs;
};

/// The rate under white noise over [from, to] nA and the CV of its intervals, with simulated points, what theory
/// foretells of a stepper's, the curve without noise, and, where tau_s (ms) is given, that of filtered noise.
Figure noisy_fi_figure(const Neuron& neuron, double sigma, const std::optional<double>& tau_s, double from, double to,
                       const NoisyFiPoints& points);

}  // namespace lapicque::figures
