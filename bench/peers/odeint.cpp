#include <array>
#include <boost/numeric/odeint.hpp>
#include <cmath>
#include <cstddef>

#include "hybrid.hpp"

namespace lapicque::peers {
namespace {

namespace odeint = boost::numeric::odeint;

/// One component, or two with a synapse.
template <std::size_t size>
class OdeintSolver : public OdeSolver {
 public:
  OdeintSolver(const Problem& problem, double tolerance)
      : equation_(problem),
        stepper_(odeint::make_dense_output(tolerance, tolerance, odeint::runge_kutta_dopri5<Vector>())) {}

  // The step size is kept: what comes after an event is as smooth as what came before.
  void restart(double time, const State& state) override {
    time_ = time;
    vector_[0] = state.potential;
    if constexpr (size == 2) vector_[1] = state.synaptic;
    stepper_.initialize(vector_, time, step_);
  }

  // Steps go beyond `stop`, where the solution goes on smoothly as if there were no event there: that is cheaper than
  // to end on it.
  bool advance(double stop) override {
    for (;;) {
      const bool last = stepper_.current_time() >= stop;
      const double end = last ? stop : stepper_.current_time();
      if (end > time_) {
        const double begin = time_;
        look_at(end);
        if (vector_[0] >= equation_.threshold()) {
          bisect(begin, end);
          return true;
        }
      }
      if (last) return false;
      stepper_.do_step([this](const Vector& y, Vector& slope, double t) {
        slope[0] = equation_.slope(t, y[0], size == 2 ? y[size - 1] : 0);
        if constexpr (size == 2) slope[1] = equation_.synaptic_slope(y[1]);
      });
      step_ = stepper_.current_time_step();
    }
  }

  double time() const override { return time_; }
  State state() const override { return {vector_[0], size == 2 ? vector_[size - 1] : 0}; }

 private:
  using Vector = std::array<double, size>;
  using Stepper = typename odeint::result_of::make_dense_output<odeint::runge_kutta_dopri5<Vector>>::type;

  void look_at(double time) {
    time_ = time;
    if (time == stepper_.current_time()) {
      vector_ = stepper_.current_state();
    } else {
      stepper_.calc_state(time, vector_);
    }
  }

  /// Down to neighbouring doubles: 60 halvings at most.
  void bisect(double below, double above) {
    for (;;) {
      const double middle = below + (above - below) / 2;
      if (middle <= below || middle >= above) break;
      look_at(middle);
      (vector_[0] >= equation_.threshold() ? above : below) = middle;
    }
    look_at(above);
  }

  Equation equation_;
  Stepper stepper_;
  Vector vector_{};
  double time_ = 0;
  double step_ = 0.1;
};

}  // namespace

std::unique_ptr<OdeSolver> odeint_solver(const Problem& problem, double tolerance) {
  if (Equation(problem).has_synapse()) return std::make_unique<OdeintSolver<2>>(problem, tolerance);
  return std::make_unique<OdeintSolver<1>>(problem, tolerance);
}

}  // namespace lapicque::peers
