#include "lapicque/postsynaptic.hpp"

#include <cmath>

#include "input/argument.hpp"
#include "numbers/phi.hpp"
#include "theory/closed_form.hpp"

namespace lapicque {
namespace {

using Real = detail::Real50;

/// e^-x for x >= 0; 0 where that is far below the smallest double, and would end below the exponents of Real.
Real decay(const Real& x) {
  constexpr double negligible = 1e6;
  return x < negligible ? Real(exp(-x)) : Real(0);
}

/// (1 - e^-x) / x for x >= 0.
Real mean_decay(const Real& x) { return x <= 1 ? detail::phi1(Real(-x)) : Real((1 - decay(x)) / x); }

/// tau_s against tau_m.
struct Ratio {
  Real excess;     ///< tau_s/tau_m - 1, with all digits where the two are nearly equal
  Real logarithm;  ///< log(tau_s/tau_m)
};

Ratio ratio_of(const Neuron& neuron, double tau) {
  const Real excess = detail::difference(tau, neuron.tau()) / neuron.tau();
  // Far from 1 the difference loses the smaller of the two.
  return {excess, abs(excess) < 0.5 ? Real(log1p(excess)) : Real(log(Real(tau) / neuron.tau()))};
}

/// The root x of f(x) = `value` by Newton's method from the side on which a convex f makes all its steps go one way.
template <class Function, class Slope>
Real newton(Real x, const Real& value, Function f, Slope slope) {
  constexpr double converged = 1e-24;  // the square of which is beyond the last digit
  constexpr int most_steps = 50;       // ten are enough for any two doubles
  for (int k = 0; k < most_steps; ++k) {
    const Real step = (f(x) - value) / slope(x);
    x -= step;
    if (abs(step) <= converged * abs(x)) break;
  }
  return x;
}

/// The peak of the alpha synapse's response in units of tau_s: z / (tau_s/tau_m - 1), log((1 - e^-z)/z) =
/// -log(tau_s/tau_m).
Real alpha_peak(const Ratio& ratio) {
  if (ratio.excess == 0) return 2;
  // d/dx log((1 - e^-x)/x), for x > 0: from -1/2 to 0.
  const auto slope = [](const Real& x) -> Real { return decay(x) / (x * mean_decay(x)) - 1 / x; };
  const auto logarithm = [](const Real& x) -> Real { return log(mean_decay(x)); };
  if (ratio.logarithm > 0) {
    // log((1 - e^-z)/z) >= -z/2, and z = (1 - e^-z) tau_s/tau_m: two bounds from below, the second of use from z = 1.59
    // on.
    const Real start = ratio.excess < 1 ? Real(2 * ratio.logarithm) : Real(0.79 * (1 + ratio.excess));
    return newton(start, Real(-ratio.logarithm), logarithm, slope) / ratio.excess;
  }
  // With x = -z > 0: log((e^x - 1)/x) = x + log((1 - e^-x)/x) >= x/2.
  const auto grown = [&](const Real& x) -> Real { return x + logarithm(x); };
  const auto grown_slope = [&](const Real& x) -> Real { return 1 + slope(x); };
  return newton(Real(-2 * ratio.logarithm), Real(-ratio.logarithm), grown, grown_slope) / -ratio.excess;
}

struct Peak {
  Real time;      ///< in units of tau_s
  Real relative;  ///< (u - u_rest) / (R w)
};

Peak peak_of(const Neuron& neuron, Shape shape, double tau) {
  detail::require_positive(tau, "tau", "ms");
  const Ratio ratio = ratio_of(neuron, tau);
  if (shape == Shape::alpha) {
    const Real time = alpha_peak(ratio);
    return {time, time * exp(Real(1 - time))};
  }
  const Real time = ratio.excess == 0 ? Real(1) : Real(ratio.logarithm / ratio.excess);
  return {time, exp(Real(-time))};
}

}  // namespace

double postsynaptic_potential(const Neuron& neuron, Shape shape, double tau, double weight, double t) {
  detail::require_positive(tau, "tau", "ms");
  detail::require_finite(weight, "weight", "nA");
  if (std::isnan(t)) throw InvalidArgument("t", to_text(t, "ms"), "must be a number");
  if (t <= 0 || std::isinf(t)) return 0;
  const Real charge = Real(neuron.resistance()) * weight;
  const Real membrane = Real(t) / neuron.tau();
  const Real synapse = Real(t) / tau;
  // |a - b| t, with all digits where the two are nearly equal; the exponential that lasts longer is taken out.
  const Real apart = abs(ratio_of(neuron, tau).excess) * synapse;
  const Real longer = decay(membrane < synapse ? membrane : synapse);
  if (shape == Shape::exponential) return detail::rounded(charge * membrane * longer * mean_decay(apart));
  // The integral over r in [0, 1] of r e^(-r x), or, where the synapse outlasts the membrane, of (1 - r) e^(-r x).
  const auto moment = [&]() -> Real {
    if (synapse < membrane) {
      return apart <= 1 ? detail::phi2(Real(-apart)) : Real((apart - 1 + decay(apart)) / (apart * apart));
    }
    return apart <= 1 ? detail::chi(Real(-apart)) : Real((1 - decay(apart) * (1 + apart)) / (apart * apart));
  };
  return detail::rounded(charge * exp(Real(1)) * membrane * synapse * longer * moment());
}

PostsynapticPeak postsynaptic_peak(const Neuron& neuron, Shape shape, double tau, double weight) {
  detail::require_finite(weight, "weight", "nA");
  const Peak peak = peak_of(neuron, shape, tau);
  return {detail::rounded(tau * peak.time), detail::rounded(Real(neuron.resistance()) * weight * peak.relative)};
}

double threshold_weight(const Neuron& neuron, Shape shape, double tau) {
  const Peak peak = peak_of(neuron, shape, tau);
  detail::require_quiet_at_rest(neuron);
  return detail::rounded(detail::difference(neuron.threshold(), neuron.rest()) / (neuron.resistance() * peak.relative));
}

double threshold_jump(const Neuron& neuron) {
  detail::require_quiet_at_rest(neuron);
  return neuron.threshold() - neuron.rest();
}

}  // namespace lapicque
