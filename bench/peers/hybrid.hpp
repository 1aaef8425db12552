#pragma once

#include <memory>
#include <vector>

#include "problem.hpp"

namespace lapicque::peers {

/// What is integrated between two events.
struct State {
  double potential;  ///< u, mV
  double synaptic;   ///< I_s, nA; stays 0 where the problem has no synapse
};

/// The right-hand side:
///     tau_m du/dt = -(u - u_rest) + R (I(t) + I_s),   tau_s dI_s/dt = -I_s,   I(t) = direct + amplitude sin(omega t).
class Equation {
 public:
  explicit Equation(const Problem& problem);

  bool has_synapse() const noexcept { return synaptic_rate_ != 0; }
  double threshold() const noexcept { return threshold_; }

  /// du/dt, mV/ms
  double slope(double t, double potential, double synaptic) const noexcept;
  /// dI_s/dt, nA/ms
  double synaptic_slope(double synaptic) const noexcept { return -synaptic_rate_ * synaptic; }

 private:
  double rest_;
  double resistance_;
  double rate_;
  double threshold_;
  double direct_;
  double amplitude_;
  double omega_;
  double synaptic_rate_;
};

/// A general ODE solver with event location, as its users have it.
class OdeSolver {
 public:
  virtual ~OdeSolver() = default;
  /// Begins anew at `time` in `state`.
  virtual void restart(double time, const State& state) = 0;
  /// Goes on to `stop`, or to where u rises through the threshold before it; true in the latter case.
  virtual bool advance(double stop) = 0;
  virtual double time() const = 0;
  virtual State state() const = 0;
};

/// The spikes until the end of the run: the solver is restarted at each event and at the end of each refractory
/// period, which nothing is integrated in.
std::vector<double> hybrid_spikes(const Problem& problem, OdeSolver& solver);

/// Boost.Odeint: Dormand and Prince's method of order 5 with dense output, the crossing by bisection in it. `tolerance`
/// is the relative one, and the absolute one in mV and nA.
std::unique_ptr<OdeSolver> odeint_solver(const Problem& problem, double tolerance);

#ifdef LAPICQUE_SUNDIALS
/// SUNDIALS CVODE: Adams-Moulton methods of orders 1 to 12 with fixed-point iteration (nothing is stiff here), and its
/// own root finding.
std::unique_ptr<OdeSolver> cvode_solver(const Problem& problem, double tolerance);

/// SUNDIALS ARKODE: an explicit embedded Runge-Kutta pair (ERKStep) and its own root finding.
std::unique_ptr<OdeSolver> arkode_solver(const Problem& problem, double tolerance);
#endif

}  // namespace lapicque::peers
