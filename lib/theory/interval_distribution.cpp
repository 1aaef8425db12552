#include "lapicque/interval_distribution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "input/argument.hpp"
#include "lapicque/error.hpp"
#include "theory/closed_form.hpp"

namespace lapicque {
namespace {

// The trapezoidal rule for the integral of sqrt(x) f(x) from 0 misses -sum of zeta(-k - 1/2) step^(k + 3/2) f^(k)(0)/k!
// at that end: these times step^(3/2) f(j step) stand for it, exactly for polynomials f of degree 4.
constexpr std::array<double, 5> end_weights{0.1443507741809211, 0.13167070371892844, -0.10725607738152536,
                                            0.048156644902166174, -0.00903582044313581};

constexpr double most_steps_solved = 40000;

/// The integral equation for the density of X.
class PassageEquation {
 public:
  PassageEquation(double b, double d) : b_(b), d_(d) {}

  /// G
  double source(double x) const {
    if (x <= 0) return 0;
    const double e = std::exp(-x);
    const double passed = -std::expm1(-x);
    const double variance = -std::expm1(-2 * x);
    const double z = (b_ * passed + d_ * e) / std::sqrt(variance);
    const double factor = std::exp(-z * z);
    if (factor == 0) return 0;
    return 2 * std::numbers::inv_sqrtpi * factor / (variance * std::sqrt(variance)) *
           (b_ * passed * passed / 2 + d_ * e);
  }

  /// N / sqrt(x)
  double smooth_kernel(double x) const {
    const double share = x > 0 ? std::sqrt(-std::expm1(-x) / x) : 1;
    const double sum = 1 + std::exp(-x);
    return b_ * std::numbers::inv_sqrtpi / 2 * std::exp(-b_ * b_ * std::tanh(x / 2)) * share / (sum * std::sqrt(sum));
  }

 private:
  double b_;
  double d_;
};

/// The sum of density[n - j] kernel[j] over j from 1 to n - 1, n = the number of densities. Four sums side by side, as
/// one would wait for each of its additions.
double convolution(const std::vector<double>& density, const std::vector<double>& kernel) {
  const std::size_t n = density.size();
  std::array<double, 4> sums{};
  std::size_t j = 1;
  for (; j + 3 < n; j += 4) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += density[n - j - i] * kernel[j + i];
  }
  for (; j < n; ++j) sums[0] += density[n - j] * kernel[j];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// A step by which all that varies is followed: the first passages by diffusion, the kernel, and, above threshold, the
/// spread of the intervals about the one without noise.
double step_for(double b, double d) {
  double step = std::min({0.02, d * d / 150, 0.2 / (b * b)});
  if (b < 0) {
    const double spread = std::sqrt(d * (d - 2 * b) / 2) / (-b * (d - b));
    step = std::min(step, spread / 24);
  }
  return step;
}

}  // namespace

IntervalDistribution::IntervalDistribution(const Neuron& neuron, double current, double sigma)
    : tau_(neuron.tau()), refractory_(neuron.refractory()) {
  detail::require_plain(neuron, "this theory");
  detail::require_finite(current, "current", "nA");
  detail::require_positive(sigma, "sigma", "mV");
  b_ = detail::rounded(detail::Real50(-detail::drive_above_threshold(neuron, current) / sigma));
  d_ = detail::rounded(detail::Real50(detail::difference(neuron.threshold(), neuron.reset()) / sigma));
  const double b = b_;
  const double d = d_;
  step_ = step_for(b, d);
  // From here on the density is an exponential to 9 digits: what else there is in it decays faster by e^-x or more.
  const double longest = 21 + std::log1p(d / std::max(1.0, std::fabs(b)));
  const auto require_few = [&](double steps) {
    if (steps <= most_steps_solved) return;
    throw InvalidArgument("sigma", to_text(sigma, "mV"),
                          "makes the distribution of the intervals take more than 40000 steps to be solved",
                          std::fabs(b) * d > 1 ? "choose a larger one" : "choose a smaller one");
  };
  require_few((b < 0 ? std::log1p(d / -b) : longest) / step_);

  const PassageEquation equation(b, d);
  constexpr double negligible = 1e-10;  // of the greatest density: the rest is an exponential
  std::vector<double> kernel;
  double greatest = 0;
  for (std::size_t n = 0;; ++n) {
    require_few(static_cast<double>(n));
    const double x = static_cast<double>(n) * step_;
    const double smooth = equation.smooth_kernel(x);
    kernel.push_back(smooth * std::sqrt(x) * step_);
    if (n < end_weights.size()) kernel.back() += end_weights[n] * smooth * step_ * std::sqrt(step_);
    const double source = equation.source(x);
    density_.push_back((source - 2 * convolution(density_, kernel)) / (1 + 2 * kernel[0]));
    beyond_source_.push_back(density_.back() - source);
    greatest = std::max(greatest, density_.back());
    if (x >= longest || density_.back() < negligible * greatest) break;
  }
  integrate();
}

/// The survivor function from the late exponential backwards, so that it keeps its digits where it is small.
void IntervalDistribution::integrate() {
  constexpr std::array<double, 3> weights{802.0 / 1440, -93.0 / 1440, 11.0 / 1440};  // of the pairs about a step
  constexpr std::size_t apart = 20;
  constexpr double share_known = 1e-3;
  const std::size_t n = density_.size();
  const double last = density_.back();
  late_hazard_ = std::log(density_[n - 1 - apart] / last) / (static_cast<double>(apart) * step_);
  const auto g = [&](std::size_t k, std::ptrdiff_t offset) {
    const std::ptrdiff_t index = static_cast<std::ptrdiff_t>(k) + offset;
    if (index < 0) return 0.0;
    const auto i = static_cast<std::size_t>(index);
    return i < n ? density_[i] : last * std::exp(-late_hazard_ * static_cast<double>(i - (n - 1)) * step_);
  };
  std::vector<double> steps(n, 0.0);  // the integral over the step that begins at k
  double sum = 0;
  for (std::size_t k = 0; k + 1 < n; ++k) {
    for (std::ptrdiff_t j = 0; j < 3; ++j) {
      steps[k] += step_ * weights[static_cast<std::size_t>(j)] * (g(k, -j) + g(k, j + 1));
    }
    sum += steps[k];
  }
  // Where much is left, what is left tells the hazard better than how the density falls.
  if (1 - sum > share_known) late_hazard_ = last / (1 - sum);
  survival_.assign(n, last / late_hazard_);
  for (std::size_t k = n - 1; k-- > 0;) survival_[k] = survival_[k + 1] + steps[k];
}

/// By the polynomial through the eight nearest steps.
double IntervalDistribution::at(const std::vector<double>& values, double x) const {
  constexpr std::size_t points = 8;
  const double position = x / step_;
  const double latest = static_cast<double>(values.size() - points);
  const double first = std::clamp(std::floor(position) - 3, 0.0, latest);
  const double t = position - first;
  const auto begin = static_cast<std::size_t>(first);
  if (t == std::floor(t)) return values[begin + static_cast<std::size_t>(t)];
  double above = 0;  // the barycentric formula
  double below = 0;
  double binomial = 1;
  for (std::size_t j = 0; j < points; ++j) {
    const double weight = binomial / (t - static_cast<double>(j));
    above += weight * values[begin + j];
    below += weight;
    binomial *= -static_cast<double>(points - 1 - j) / static_cast<double>(j + 1);
  }
  return above / below;
}

double IntervalDistribution::passage(double t) const {
  if (std::isnan(t)) throw InvalidArgument("t", to_text(t, "ms"), "must be a number");
  return (t - refractory_) / tau_;
}

double IntervalDistribution::late(double x) const {
  return std::exp(-late_hazard_ * (x - static_cast<double>(density_.size() - 1) * step_));
}

bool IntervalDistribution::is_late(double x) const { return x >= static_cast<double>(density_.size() - 1) * step_; }

double IntervalDistribution::density(double t) const {
  const double x = passage(t);
  if (x <= 0) return 0;
  if (is_late(x)) return density_.back() * late(x) / tau_;
  return std::max(0.0, PassageEquation(b_, d_).source(x) + at(beyond_source_, x)) / tau_;
}

double IntervalDistribution::survival(double t) const {
  const double x = passage(t);
  if (x <= 0) return 1;
  return is_late(x) ? survival_.back() * late(x) : std::clamp(at(survival_, x), 0.0, 1.0);
}

double IntervalDistribution::hazard(double t) const {
  const double x = passage(t);
  if (x <= 0) return 0;
  return is_late(x) ? late_hazard_ / tau_ : density(t) / survival(t);
}

}  // namespace lapicque
