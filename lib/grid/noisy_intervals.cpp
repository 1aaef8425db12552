#include "lapicque/noisy_intervals.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>

#include "grid/few_steps.hpp"
#include "input/argument.hpp"
#include "lapicque/draws.hpp"

namespace lapicque {
namespace {

class Draws {
 public:
  explicit Draws(const NoisyRun& run) : seed_(run.seed), stream_(run.stream) {}

  double uniform() { return drawn_uniform(seed_, stream_, k_++); }

  double normal() {
    if (has_second_) {
      has_second_ = false;
      return second_;
    }
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    second_ = radius * std::sin(angle);
    has_second_ = true;
    return radius * std::cos(angle);
  }

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t k_ = 0;
  double second_ = 0;
  bool has_second_ = false;
};

/// x = theta - u > 0, and its exact distribution a step later.
struct ExactSteps {
  ExactSteps(double below, double sigma, double share)
      : below_threshold(below),
        step(share),
        relaxed(-std::expm1(-share)),
        deviation(sigma * std::sqrt(-std::expm1(-2 * share) / 2)) {}

  double next(double x, Draws& draws) const { return x + relaxed * (below_threshold - x) - deviation * draws.normal(); }

  double below_threshold;  // theta - mu, mV
  double step;             // in units of tau_m
  double relaxed;
  double deviation;  // mV
};

/// When a Brownian bridge of variance 1 from `from` > 0 to `to` first reaches 0, given that it does: a share of its
/// length. In the clock s = t/(1 - t) the bridge over 1 - t is a Brownian motion with a constant drift: `to`, or, as
/// it is known to reach 0, -|to|. Its passage has an inverse Gaussian distribution of mean from/|to| and shape from^2,
/// drawn as by Michael, Schucany and Haas (Am. Stat. 30, 88, 1976), with their smaller root free of cancellation.
double passage_of_bridge(double from, double to, Draws& draws) {
  constexpr double least_drift = 1e-100;  // less is none: the mean is then beyond everything
  const double mean = from / std::max(std::fabs(to), least_drift * from);
  const double z = draws.normal();
  const double w = mean / (from * from) * z * z / 2;
  const double small = mean / (1 + w + std::sqrt(w) * std::sqrt(w + 2));
  const double s = draws.uniform() * (mean + small) <= mean ? small : mean * (mean / small);
  return std::isinf(s) ? 1 : s / (1 + s);
}

/// The time (in tau_m) in which x gets from `start` to 0, or nothing where that takes longer than `longest`.
std::optional<double> exact_passage(const ExactSteps& steps, double start, double longest, Draws& draws) {
  constexpr double negligible = 40;  // e^-40 is never drawn
  const double growth = std::exp(steps.step);
  const double unit = steps.deviation * growth;  // of the Brownian motion over the step
  double x = start;
  for (std::uint64_t n = 0;; ++n) {
    const double t = static_cast<double>(n) * steps.step;
    if (t > longest) return std::nullopt;
    const double next = steps.next(x, draws);
    const double from = x / unit;
    const double to = next * growth / unit;
    const double exponent = 2 * from * to;
    if (next <= 0 || (exponent < negligible && draws.uniform() < std::exp(-exponent))) {
      return t + std::log1p(passage_of_bridge(from, to, draws) * std::expm1(2 * steps.step)) / 2;
    }
    x = next;
  }
}

constexpr std::size_t most_intervals = 100'000'000;

[[noreturn]] void throw_too_long(const NoisyRun& run, const char* rule) {
  throw InvalidArgument("until", to_text(run.until, "ms"), rule, "choose an earlier end");
}

std::vector<double> exact_intervals(const Neuron& neuron, double below, double sigma, const NoisyRun& run) {
  const double depth = neuron.threshold() - neuron.reset();
  double step = 0.01;
  if (below < 0) step = std::min(step, 0.1 * std::log1p(depth / -below));
  if (run.until / (step * neuron.tau()) > most_steps) throw_too_long(run, "makes more than 1e9 steps");
  const ExactSteps steps(below, sigma, step);
  Draws draws(run);
  std::vector<double> intervals;
  double left = run.until;
  while (left > 0) {
    const auto passage = exact_passage(steps, depth, (left - neuron.refractory()) / neuron.tau(), draws);
    if (!passage) break;
    const double interval = neuron.refractory() + neuron.tau() * *passage;
    left -= interval;
    if (left >= 0) intervals.push_back(interval);
    if (intervals.size() > most_intervals) throw_too_long(run, "makes more than 1e8 intervals");
  }
  return intervals;
}

std::vector<double> stepped_intervals(const Neuron& neuron, double below, double sigma, const NoisyRun& run) {
  detail::require_positive(run.dt, "dt", "ms");
  detail::require_few_steps(run.until, run.dt);
  const double share = run.dt / neuron.tau();
  ExactSteps steps(below, sigma, share);
  if (run.method == Method::euler) {
    if (share >= 1) {
      throw InvalidArgument(
          "dt", to_text(run.dt, "ms"),
          "under noise, forward Euler's time step must be shorter than tau = " + to_text(neuron.tau(), "ms"),
          "shorten it, or take exponential Euler");
    }
    steps.relaxed = share;
    steps.deviation = sigma * std::sqrt(share);
  }
  Draws draws(run);
  std::vector<double> intervals;
  const double clamped = std::round(neuron.refractory() / run.dt);
  const double all = std::floor(run.until / run.dt);
  double last = 0;  // the last spike's step
  double x = neuron.threshold() - neuron.reset();
  for (double n = clamped + 1; n <= all; ++n) {
    x = steps.next(x, draws);
    if (x > 0) continue;
    intervals.push_back((n - last) * run.dt);
    last = n;
    n += clamped;
    x = neuron.threshold() - neuron.reset();
  }
  return intervals;
}

}  // namespace

std::vector<double> noisy_intervals(const Neuron& neuron, double current, double sigma, const NoisyRun& run) {
  detail::require_plain(neuron, "a run under noise");
  detail::require_finite(current, "current", "nA");
  detail::require_positive(sigma, "sigma", "mV");
  detail::require_end_of_run(run.until);
  const double below = neuron.threshold() - std::fma(neuron.resistance(), current, neuron.rest());
  detail::require_finite(below, "current", "mV");
  return run.method ? stepped_intervals(neuron, below, sigma, run) : exact_intervals(neuron, below, sigma, run);
}

}  // namespace lapicque
