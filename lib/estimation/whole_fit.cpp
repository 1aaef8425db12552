#include "whole_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace lapicque::estimation {
namespace {

/// A misplaced crossing of 0.01 mV costs what a residual of 1 mV does.
constexpr double misplaced = 100;

/// Of the interpolation in tau: off by some 1e-7 of the response where tau varies by 20 %.
constexpr std::size_t degree = 4;

}  // namespace

WholeFit::WholeFit(const InputResponse& input, std::span<const double> potentials, std::span<const SampledSpike> spikes,
                   const Values& start, double spread)
    : input_(input), potentials_(potentials), spikes_(spikes), values_(start) {
  const double half = std::min(spread, start[tau] / 3);
  for (std::size_t k = 0; k <= degree; ++k) {
    // Chebyshev's points
    const double x = std::cos(std::numbers::pi * (static_cast<double>(k) + 0.5) / (degree + 1));
    nodes_.push_back(start[tau] + half * x);
    responses_.push_back(input.at_samples(nodes_.back()).unit);
  }
  const auto [low, high] = std::minmax_element(potentials.begin(), potentials.end());
  const double small = 1e-6 * (*high - *low);
  steps_ << small, 1e-6 * std::abs(start[resistance]), small, 1e-6 * start[tau], small,
      1e-5 * (input.times()[1] - input.times()[0]), small;
  squares_ = descend(values_, std::nullopt, 0);
}

std::vector<double> WholeFit::response(double tau_now) const {
  std::vector<double> sum(potentials_.size(), 0.0);
  for (std::size_t k = 0; k < nodes_.size(); ++k) {
    double weight = 1;
    for (std::size_t j = 0; j < nodes_.size(); ++j) {
      if (j != k) weight *= (tau_now - nodes_[j]) / (nodes_[k] - nodes_[j]);
    }
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * responses_[k][i];
  }
  return sum;
}

Eigen::VectorXd WholeFit::residuals(const Values& values) const {
  const auto& times = input_.times();
  const auto current = input_.current();
  const std::size_t count = times.size();
  const double tau_now = values[tau];
  const std::vector<double> unit = response(tau_now);
  // What a membrane without a spike does, at a sample and `part` of the way to the next one: a parabola from here to
  // there with the slope here is off by a millionth of what a step does.
  const auto passive = [&](std::size_t i, double part) {
    if (i + 1 == count) return values[rest] + values[resistance] * unit[i];
    const double slope = (times[i + 1] - times[i]) * (current[i] - unit[i]) / tau_now;
    const double bend = unit[i + 1] - unit[i] - slope;
    return values[rest] + values[resistance] * (unit[i] + part * (slope + part * bend));
  };

  Eigen::VectorXd off = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(count + 2 * spikes_.size() + 1));
  std::size_t begin = 0;                         // the first sample from the anchor on
  double anchor = times[0];                      // ms
  double above = values[first] - passive(0, 0);  // the anchor's potential over that of the passive membrane
  const auto potential = [&](std::size_t i, double part) {
    const double time = i + 1 < count ? times[i] + part * (times[i + 1] - times[i]) : times[i];
    return passive(i, part) + above * std::exp(-(time - anchor) / tau_now);
  };
  double step = times[1] - times[0];
  double factor = std::exp(-step / tau_now);
  auto penalty = static_cast<Eigen::Index>(count);
  for (std::size_t e = 0; e <= spikes_.size(); ++e) {
    const std::size_t last = e < spikes_.size() ? spikes_[e].last : count - 1;
    double highest = values[reset];
    double decaying = begin <= last ? above * std::exp(-(times[begin] - anchor) / tau_now) : 0;
    for (std::size_t i = begin; i <= last; ++i) {
      if (i > begin) {
        // Even steps have one factor.
        if (std::abs(times[i] - times[i - 1] - step) > 1e-9 * step) {
          step = times[i] - times[i - 1];
          factor = std::exp(-step / tau_now);
        }
        decaying *= factor;
      }
      const double u = passive(i, 0) + decaying;
      highest = std::max(highest, u);
      // The last sample before a spike may be clipped.
      if (i < last || e == spikes_.size()) off[static_cast<Eigen::Index>(i)] = u - potentials_[i];
    }
    off[penalty++] = misplaced * std::max(0.0, highest - values[threshold]);
    if (e == spikes_.size()) break;

    // Where it crosses, or comes nearest to it.
    double crossing = times[last];
    double missing = 0;
    if (begin <= last && potential(last, 0) < values[threshold]) {
      std::size_t i = last;
      while (i < spikes_[e].reset && potential(i, 1) < values[threshold]) ++i;
      if (i == spikes_[e].reset) {
        missing = values[threshold] - potential(i - 1, 1);
        crossing = times[i];
      } else {
        double low = 0;
        double high = 1;
        double low_off = potential(i, 0) - values[threshold];
        double high_off = potential(i, 1) - values[threshold];
        for (int round = 0; round < 30 && high - low > 1e-12; ++round) {
          const double part = std::clamp(low - low_off * (high - low) / (high_off - low_off), low, high);
          const double here = potential(i, part) - values[threshold];
          if (std::abs(here) < 1e-12 * std::abs(values[threshold])) {
            low = high = part;
          } else if (here < 0) {
            low = part;
            low_off = here;
            high_off /= 2;
          } else {
            high = part;
            high_off = here;
            low_off /= 2;
          }
        }
        crossing = times[i] + high * (times[i + 1] - times[i]);
      }
    } else if (begin > last) {
      missing = values[threshold] - values[reset];
    }
    off[penalty++] = misplaced * missing;

    // The plateau, and the next anchor.
    const double release = crossing + values[refractory];
    const std::size_t end = e + 1 < spikes_.size() ? spikes_[e + 1].last + 1 : count;
    begin = spikes_[e].reset;
    for (; begin < end && times[begin] <= release; ++begin) {
      off[static_cast<Eigen::Index>(begin)] = values[reset] - potentials_[begin];
    }
    anchor = release;
    const std::size_t before = std::min(begin, count - 1) - 1;
    above = values[reset] - passive(before, (release - times[before]) / (times[before + 1] - times[before]));
  }
  return off;
}

Eigen::MatrixXd WholeFit::slopes(const Values& values, const Eigen::VectorXd& here) const {
  Eigen::MatrixXd result(here.size(), static_cast<Eigen::Index>(unknowns));
  for (Eigen::Index j = 0; j < unknowns; ++j) {
    Values beside = values;
    beside[j] += steps_[j];
    result.col(j) = (residuals(beside) - here) / steps_[j];
  }
  return result;
}

double WholeFit::descend(Values& values, std::optional<Index> held, double settled) const {
  constexpr int most_steps = 60;
  constexpr double stiff = 1e9;
  double damping = 1e-4;
  bool settled_down = false;
  Eigen::VectorXd here = residuals(values);
  double squares = here.squaredNorm();
  for (int step = 0; step < most_steps && damping < stiff && !settled_down;) {
    Eigen::MatrixXd design = slopes(values, here);
    if (held) design.col(*held).setZero();
    Values scale = design.colwise().norm().cwiseMax(1e-300).cwiseInverse().transpose();
    if (held) scale[*held] = 0;
    design *= scale.asDiagonal();
    const Eigen::Matrix<double, unknowns, unknowns> products = design.transpose() * design;
    const Values gradient = design.transpose() * here;
    for (; step < most_steps && damping < stiff; ++step) {
      auto damped = products;
      damped.diagonal().array() += damping;
      const Values next = values - scale.cwiseProduct(damped.ldlt().solve(gradient));
      const bool sane = next[tau] > nodes_.back() && next[tau] < nodes_.front() && next[refractory] >= 0;
      const Eigen::VectorXd there = sane ? residuals(next) : here;
      const double next_squares = sane ? there.squaredNorm() : std::numeric_limits<double>::infinity();
      if (next_squares < squares) {
        settled_down = squares - next_squares <= settled + 1e-9 * squares;
        values = next;
        here = there;
        squares = next_squares;
        damping = std::max(damping / 10, 1e-12);
        ++step;
        break;
      }
      damping *= 10;
    }
  }
  return squares;
}

std::optional<Estimate> WholeFit::interval(Index index, double rise) const {
  // The linearised error is where the search for the end begins.
  const Eigen::VectorXd here = residuals(values_);
  Eigen::MatrixXd design = slopes(values_, here);
  const Values scale = design.colwise().norm().cwiseMax(1e-300).cwiseInverse().transpose();
  design *= scale.asDiagonal();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(design.transpose() * design, Eigen::ComputeThinV);
  double variance = 0;
  for (Eigen::Index k = 0; k < unknowns; ++k) {
    const double v = svd.matrixV()(index, k);
    variance += v * v / std::max(svd.singularValues()[k], 1e-12);
  }
  const double error = std::sqrt(variance * rise) * scale[index];
  const double floor = index == refractory ? values_[refractory] : std::numeric_limits<double>::infinity();
  const auto end = [&](double direction) -> std::optional<double> {
    const double most = direction < 0 ? floor : std::numeric_limits<double>::infinity();
    Values inner_values = values_;
    double inner = 0;
    double inner_root = 0;  // the square root of the rise is nearly straight
    double outer = std::numeric_limits<double>::infinity();
    double outer_root = 0;
    double offset = std::min(error, most);
    constexpr int most_rounds = 12;
    for (int round = 0; round < most_rounds && offset > 0; ++round) {
      Values values = inner_values;
      values[index] = values_[index] + direction * offset;
      const double squares = descend(values, index, 1e-4 * rise);
      const double root = std::sqrt(std::max(0.0, squares - squares_) / rise);
      if (std::abs(root - 1) < 0.01 || (root < 1 && offset >= most)) return offset;
      if (root < 1) {
        inner = offset;
        inner_root = root;
        inner_values = values;
      } else {
        outer = offset;
        outer_root = root;
      }
      offset = std::isfinite(outer)
                   ? inner + (outer - inner) * std::clamp((1 - inner_root) / (outer_root - inner_root), 0.1, 0.9)
                   : std::min(most, inner * std::clamp(1.05 / std::max(inner_root, 0.1), 1.2, 4.0));
    }
    if (std::isfinite(outer)) return outer;
    return most == 0 ? std::optional(0.0) : std::nullopt;
  };
  const auto below = end(-1);
  const auto above = end(1);
  if (!below || !above) return std::nullopt;
  return Estimate{values_[index], values_[index] - *below, values_[index] + *above};
}

}  // namespace lapicque::estimation
