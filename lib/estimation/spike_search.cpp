#include "spike_search.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace lapicque::estimation {
namespace {

/// The sum of the voltage jumps between each sample and the next.
std::vector<double> jumps_between(const InputResponse& input) {
  const auto& times = input.times();
  std::vector<double> sums(times.size() - 1, 0.0);
  std::size_t i = 0;
  for (const Event& jump : input.jumps()) {
    while (i + 1 < sums.size() && times[i + 1] < jump.time) ++i;
    sums[i] += jump.size;
  }
  return sums;
}

/// The steps du of the trace, less what the best leaky membrane does: du = h (a u + b + c I), in the sense of the least
/// sum of absolute values, which resets and drawn spikes do not bend much.
std::vector<double> unexplained_steps(std::span<const double> potentials, const InputResponse& input) {
  constexpr int rounds = 30;
  constexpr double clamped = 1e-9;     // of the range: a step that is no larger
  constexpr double arithmetic = 1e-9;  // of the largest step: residuals that are as good as 0
  const auto& times = input.times();
  const auto current = input.current();
  const auto jumps = jumps_between(input);
  const auto steps = static_cast<Eigen::Index>(jumps.size());
  Eigen::MatrixXd design(steps, 4);
  Eigen::VectorXd rise(steps);
  const auto [lowest, highest] = std::minmax_element(potentials.begin(), potentials.end());
  const double still = clamped * (*highest - *lowest);
  for (Eigen::Index i = 0; i < steps; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const double h = times[k + 1] - times[k];
    // A clamped potential has no membrane to tell of.
    if (std::abs(potentials[k + 1] - potentials[k]) <= still) {
      design.row(i).setZero();
      rise[i] = 0;
      continue;
    }
    design.row(i) << h * potentials[k], h, h * current[k], h * current[k + 1];
    rise[i] = potentials[k + 1] - potentials[k] - jumps[k];
  }
  Eigen::VectorXd left = rise;
  for (int round = 0; round < rounds; ++round) {
    // The least sum of absolute values is the fixed point of least squares with weights 1/|residual|.
    const double small = arithmetic * rise.cwiseAbs().maxCoeff() + 1e-300;
    const Eigen::VectorXd weights = left.cwiseAbs().cwiseMax(small).cwiseInverse().cwiseSqrt();
    const Eigen::MatrixXd weighted = weights.asDiagonal() * design;
    const Eigen::VectorXd target = weights.cwiseProduct(rise);
    const Eigen::VectorXd membrane = weighted.completeOrthogonalDecomposition().solve(target);
    left = rise - design * membrane;
  }
  return {left.begin(), left.end()};
}

}  // namespace

std::vector<SampledSpike> find_spikes(std::span<const double> potentials, const InputResponse& input) {
  constexpr std::size_t longest_drawn = 40;  // samples
  // Of the largest unexplained fall:
  constexpr double least_fall = 0.5;  // at a reset
  constexpr double falling_on = 0.1;  // that a potential may rise within one reset
  constexpr double drawn_rise = 0.4;  // into a drawn spike
  constexpr double rising_on = 0.1;   // of each step before that, which belongs to it
  const auto left = unexplained_steps(potentials, input);
  const double largest = -*std::min_element(left.begin(), left.end());
  std::vector<SampledSpike> spikes;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!(left[i] < -least_fall * largest)) continue;
    const std::size_t floor =
        std::max(spikes.empty() ? 0 : spikes.back().reset, i > longest_drawn ? i - longest_drawn : 0);
    // A spike that falls in several steps is one; where the potential rises between two, there are two spikes.
    const auto falls_on = [&](std::size_t reset) {
      return i <= reset + 1 && potentials[i] <= potentials[reset] + falling_on * largest;
    };
    if (!spikes.empty() && falls_on(spikes.back().reset)) {
      spikes.back().reset = i + 1;
      continue;
    }
    std::size_t last = i;
    for (std::size_t k = i; k-- > floor;) {
      if (left[k] > drawn_rise * largest) {
        last = k;
        while (last > floor && left[last - 1] > rising_on * largest) --last;
        break;
      }
    }
    spikes.push_back({last, i + 1});
  }
  return spikes;
}

}  // namespace lapicque::estimation
