#pragma once

#include <vector>

#include "lapicque/neuron.hpp"

namespace lapicque {

/// The distribution of the intervals between spikes under a constant current and white noise (noise.hpp): its density,
/// its survivor function and its hazard (the chance to fire per time of a neuron that has not fired yet).
///
/// An interval is Delta_abs + tau_m X. With b = (theta - mu)/sigma, d = (theta - u_r)/sigma, and e = e^(-x), the
/// density g of X solves
///
///     g(x) = G(x) - 2 int_0^x g(s) N(x - s) ds,
///     G = 2/sqrt(pi) e^(-z^2) (1 - e^2)^(-3/2) (b (1 - e)^2/2 + d e),   z = (b (1 - e) + d e)/sqrt(1 - e^2),
///     N = b/(2 sqrt(pi)) e^(-b^2 tanh(x/2)) sqrt(1 - e) (1 + e)^(-3/2),
///
/// the integral equation of [1] for this process, its two singular parts put together by hand. At b = 0 it is a
/// formula. It is solved once, on even steps, by the trapezoidal rule with the corrections for a square root at its end
/// that make its error of the order of step^6 [2]; the late density is an exponential.
///
/// Accuracy: 1e-9 of the greatest density, and 1e-8 of the survivor function where that is 1 (tests: the case b = 0,
/// and the moments). Time: at most some tenths of a second. [1] Buonocore, Nobile, Ricciardi, A new integral equation
/// for the evaluation of first-passage-time probability
///     densities, Adv. Appl. Probab. 19, 784-800, 1987.
/// [2] Navot, An extension of the Euler-Maclaurin summation formula to functions with a branch singularity, J. Math.
///     and Phys. 40, 271-276, 1961.
class IntervalDistribution {
 public:
  /// @param current  nA   @param sigma  mV, > 0
  /// @throws InvalidArgument  current not finite; sigma not finite or not > 0, or the solution would take more than
  ///                          40000 steps, as where theta is 20 sigma above mu, or sigma 2.5 times theta - u_r
  IntervalDistribution(const Neuron& neuron, double current, double sigma);

  /// Per ms, of intervals of t ms. 0 up to the refractory period. @throws InvalidArgument  t not a number
  double density(double t) const;
  /// The share of intervals longer than t ms. @throws InvalidArgument  t not a number
  double survival(double t) const;
  /// density / survival, per ms; it goes to a constant. Where survival is small it has few digits, which the constant
  /// then stands for. @throws InvalidArgument  t not a number
  double hazard(double t) const;

 private:
  void integrate();
  double at(const std::vector<double>& values, double x) const;
  double passage(double t) const;
  bool is_late(double x) const;
  double late(double x) const;

  double b_;
  double d_;
  double tau_;
  double refractory_;
  double step_;                        // of X
  double late_hazard_;                 // of X, from the last step on
  std::vector<double> density_;        // g, at multiples of the step
  std::vector<double> beyond_source_;  // g - G
  std::vector<double> survival_;
};

}  // namespace lapicque
