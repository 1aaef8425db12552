#include "lapicque/noise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "input/argument.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "numbers/cycles.hpp"
#include "theory/closed_form.hpp"

namespace lapicque {
namespace {

using Real = detail::Real50;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double sqrt_pi = 1.7724538509055160;
constexpr double sqrt_half = 0.70710678118654752;
constexpr double half_alpha = 1.0326265761156086;  // |zeta(1/2)| / sqrt(2), zeta(1/2) = -1.4603545088095868

/// exp(-x^2)/x^2 int_0^x exp(t^2) erf(t) dt, x >= 0, to some 1e-15 relative.
double integral_of_erf(double x) {
  constexpr double far = 7;
  const double square = x * x;
  if (x > far) {
    // As if erf were 1: Dawson's integral, (1 + sum of (2k-1)!!/(2 x^2)^k)/(2 x), whose terms fall below the last digit
    // before they grow; what is left out is below exp(-x^2) log(x).
    double sum = 1;
    double term = 1;
    for (int k = 1; term > 0x1p-55; ++k) sum += term *= (2 * k - 1) / (2 * square);
    return sum / (2 * x * square);
  }
  // exp(t^2) erf(t) = 2/sqrt(pi) sum of 2^n t^(2n+1)/(2n+1)!!, of which all terms are positive
  double power = 1;
  double sum = 0.5;
  for (int n = 1; power > sum * 0x1p-55; ++n) {
    power *= 2 * square / (2 * n + 1);
    sum += power / (2 * n + 2);
  }
  return std::exp(-square) * sum * (2 * std::numbers::inv_sqrtpi);
}

/// The integrals over s for X, in y = log v with s = noise v: there they fall like exp(y) to the left and like
/// exp(-exp(y)) to the right, so that the trapezoidal rule gets 16 digits from points that are a fixed step apart.
class NoisyPassage {
 public:
  /// @param above  mu - theta, mV  @param depth  theta - u_r, mV, > 0  @param sigma  mV, > 0
  NoisyPassage(const Real& above, const Real& depth, double sigma) {
    const Real unit = above > 0 ? std::max(Real(sigma), Real(2 * above)) : Real(sigma);
    pull_ = std::min(detail::rounded(Real(-above / unit)), so_far_below);
    noise_ = detail::rounded(Real(sigma / unit));
    depth_ = std::min(detail::rounded(Real(depth / unit)), std::numeric_limits<double>::max());
    step_ = is_below() ? 0.11 / (1 + 0.3 * pull_) : 0.11;
  }

  /// The mean of X, less the factor exp(b^2) where b > 0.
  double mean() const {
    return integral(is_below() ? (pull_ + std::hypot(pull_, 1)) / 2 : 1, [&](double v) {
      const double s = noise_ * v;
      return std::exp(is_below() ? -(s - pull_) * (s - pull_) : 2 * pull_ * v - s * s);
    });
  }

  /// The standard deviation of X, less the same factor.
  double standard_deviation() const {
    const double variance = integral(is_below() ? pull_ + std::hypot(pull_, 1) : 1, [&](double v) {
      const double s = noise_ * v;
      const double left = s - 2 * pull_;
      const double falling = std::exp(is_below() ? -left * left / 2 : 2 * pull_ * v - s * s / 2);
      // 4 exp(-s^2/2) K(s), less the factor noise^2
      return falling * 2 * sqrt_pi * v * v * integral_of_erf(s * sqrt_half);
    });
    return noise_ * std::sqrt(variance);
  }

 private:
  // Where spikes come once in exp(b^2) time constants, and independently of one another: in no double's time.
  static constexpr double so_far_below = 40;

  bool is_below() const { return pull_ > 0; }

  /// int factor(v) (1 - exp(-2 depth v)) dy, from a point near the integrand's greatest value to both sides.
  template <class Factor>
  double integral(double middle, const Factor& factor) const {
    const auto at = [&](double y) {
      const double v = middle * std::exp(y);
      return factor(v) * -std::expm1(-2 * depth_ * v);
    };
    double sum = at(0);
    for (const double step : {step_, -step_}) {
      double term = sum;
      for (int k = 1; term > sum * 0x1p-66; ++k) sum += term = at(k * step);
    }
    return sum * step_;
  }

  double pull_;   // b where b > 0, in units of sigma; else (theta - mu)/unit, unit = max(sigma, 2 (mu - theta))
  double noise_;  // sigma/unit
  double depth_;  // (theta - u_r)/unit
  double step_;
};

/// The passage where u_inf lies `above` the threshold, and exp(b^2) tau_m, in which its results are measured.
struct ScaledPassage {
  ScaledPassage(const Neuron& neuron, const Real& above, double sigma)
      : integrals(above, detail::difference(neuron.threshold(), neuron.reset()), sigma) {
    const Real b = -above / sigma;
    unit = neuron.tau() * (b > 0 ? Real(exp(Real(b * b))) : Real(1));
    mean = integrals.mean() + neuron.refractory() / unit;
  }
  double rate() const { return detail::rounded(Real(detail::ms_per_second / (mean * unit))); }

  NoisyPassage integrals;
  Real unit;  // ms
  Real mean;  // of the intervals, in that unit
};

}  // namespace

IntervalMoments interval_moments(const Neuron& neuron, double current, double sigma) {
  detail::require_plain(neuron, "this theory");
  detail::require_finite(current, "current", "nA");
  detail::require_not_negative(sigma, "sigma", "mV");
  const Real above = detail::drive_above_threshold(neuron, current);  // mu - theta
  if (sigma == 0) {
    const double rate = firing_rate(neuron, current);
    if (above > 0) return {1000 / rate, 0, 0, rate};
    return {infinity, infinity, above < 0 ? 1.0 : 0.0, 0};
  }
  const ScaledPassage passage(neuron, above, sigma);
  const double deviation = passage.integrals.standard_deviation();
  return {detail::rounded(Real(passage.mean * passage.unit)), detail::rounded(Real(deviation * passage.unit)),
          detail::rounded(Real(deviation / passage.mean)), passage.rate()};
}

double filtered_noise_rate(const Neuron& neuron, double current, double sigma, double tau_s) {
  detail::require_plain(neuron, "this theory");
  detail::require_finite(current, "current", "nA");
  detail::require_not_negative(sigma, "sigma", "mV");
  detail::require_not_negative(tau_s, "tau_s", "ms");
  if (sigma == 0) return firing_rate(neuron, current);
  const Real raised = sigma * Real(half_alpha) * sqrt(Real(Real(tau_s) / neuron.tau()));
  return ScaledPassage(neuron, detail::drive_above_threshold(neuron, current) - raised, sigma).rate();
}

IntervalMoments stepped_interval_moments(const Neuron& neuron, double current, double sigma, double dt, Method method) {
  detail::require_positive(sigma, "sigma", "mV");
  detail::require_positive(dt, "dt", "ms");
  const double share = dt / neuron.tau();
  NeuronParameters seen = neuron.parameters();
  double seen_sigma = sigma;
  if (method == Method::euler) {
    if (share >= 1) {
      throw InvalidArgument(
          "dt", to_text(dt, "ms"),
          "under noise, forward Euler's time step must be shorter than tau = " + to_text(neuron.tau(), "ms"),
          "shorten it, or take exponential Euler");
    }
    seen.tau = -dt / std::log1p(-share);
    seen_sigma = sigma * std::sqrt(2 / (2 - share));
  }
  constexpr double mean_overshoot = 0.5825971579390107;  // -zeta(1/2) / sqrt(2 pi)
  seen.threshold += mean_overshoot * sigma * std::sqrt(share);
  seen.refractory = std::round(neuron.refractory() / dt) * dt;
  return interval_moments(seen, current, seen_sigma);
}

double equivalent_jump(const Neuron& neuron, Shape shape, double tau_s, double weight) {
  detail::require_positive(tau_s, "tau_s", "ms");
  detail::require_finite(weight, "weight", "nA");
  const double area = shape == Shape::alpha ? std::numbers::e : 1.0;
  return neuron.resistance() * weight * area * (tau_s / neuron.tau());
}

Diffusion diffusion_approximation(const Neuron& neuron, std::span<const PoissonArrivals> arrivals) {
  Real mean = 0;
  Real variance = 0;
  for (const PoissonArrivals& process : arrivals) {
    detail::require_not_negative(process.rate, "rate", "Hz");
    detail::require_finite(process.jump, "jump", "mV");
    const Real movement = Real(process.rate) * process.jump;
    mean += movement;
    variance += movement * process.jump;
  }
  const Real in_membrane_times = Real(neuron.tau()) / detail::ms_per_second;
  return {detail::rounded(Real(mean * in_membrane_times / neuron.resistance())),
          detail::rounded(Real(sqrt(Real(variance * in_membrane_times))))};
}

}  // namespace lapicque
