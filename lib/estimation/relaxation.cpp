#include "relaxation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "singular_values.hpp"

namespace lapicque::estimation {
namespace {

/// Least squares by QR of the columns scaled to length 1, without the directions that the samples do not tell.
struct Solution {
  Eigen::VectorXd values;
  Eigen::MatrixXd covariance;
  std::vector<bool> determined;
  Eigen::Index rank;
};

Solution solve(const Eigen::MatrixXd& design, const Eigen::VectorXd& target) {
  // Differences in tau leave 1e-10 of the columns undecided; a direction seen less than that is not seen.
  constexpr double unseen = 1e-7;
  constexpr double part_of_it = 1e-3;  // of a direction: a column with less has no part in it
  const Eigen::Index count = design.cols();
  Eigen::VectorXd scale = design.colwise().norm();
  for (double& s : scale) s = s > 0 ? 1 / s : 0;
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(design * scale.asDiagonal());
  const Eigen::MatrixXd triangle = qr.matrixQR().topRows(count).triangularView<Eigen::Upper>();
  const Eigen::VectorXd rotated = (qr.householderQ().adjoint() * target).head(count);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(triangle, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Solution result{Eigen::VectorXd::Zero(count), Eigen::MatrixXd::Zero(count, count),
                  std::vector<bool>(static_cast<std::size_t>(count), true), 0};
  for (Eigen::Index k = 0; k < count; ++k) {
    const double size = svd.singularValues()[k];
    const Eigen::VectorXd direction = svd.matrixV().col(k);
    if (size > unseen) {
      const Eigen::VectorXd scaled = scale.cwiseProduct(direction) / size;
      result.values += scaled * svd.matrixU().col(k).dot(rotated);
      result.covariance += scaled * scaled.transpose();
      ++result.rank;
      continue;
    }
    for (Eigen::Index j = 0; j < count; ++j) {
      if (std::abs(direction[j]) > part_of_it) result.determined[static_cast<std::size_t>(j)] = false;
    }
  }
  return result;
}

}  // namespace

Division divide(std::span<const SampledSpike> spikes, Start start, std::size_t plateau, std::size_t samples) {
  Division division;
  std::size_t anchor = 0;
  std::size_t first = 0;
  for (std::size_t e = 0; e <= spikes.size(); ++e) {
    if (e > 0) {
      anchor = spikes[e - 1].reset - 1 + plateau;
      first = anchor + 1;
      if (start == Start::free) anchor = first;
    }
    // The last sample before a spike may be clipped.
    const std::size_t end = e < spikes.size() ? spikes[e].last : samples;
    division.stretches.push_back(
        {std::min(anchor, samples - 1), first, std::max(first, end), e > 0 && start == Start::tied});
    if (e == 0) continue;
    const std::size_t most = e < spikes.size() ? spikes[e].last + 1 : samples;
    division.held.push_back(std::min(spikes[e - 1].reset + plateau - (start == Start::free ? 1 : 0), most));
  }
  return division;
}

/// The linear part of the fit, a row for each sample: the unknowns c of free stretches are projected out.
struct Relaxation::System {
  Eigen::MatrixXd design;             // rest, resistance, reset
  Eigen::VectorXd target;             // mV
  Eigen::VectorXd decay;              // E of each row; 0 on plateaus
  std::vector<Eigen::Index> samples;  // which sample a row is
  std::vector<Eigen::Index> begins;   // the first row of each stretch, and the end
};

Relaxation::System Relaxation::linear_system(std::span<const SampledSpike> spikes, const Division& division,
                                             double tau_now, const Response& response) const {
  System system;
  const auto most = static_cast<Eigen::Index>(potentials_.size());
  system.design.setZero(most, tau);
  system.target.setZero(most);
  system.decay.setZero(most);
  Eigen::Index row = 0;
  const auto& times = input_.times();
  for (const Stretch& stretch : division.stretches) {
    system.begins.push_back(row);
    const std::size_t a = stretch.anchor;
    for (std::size_t i = stretch.first; i < stretch.end; ++i, ++row) {
      const double decay = std::exp(-(times[i] - times[a]) / tau_now);
      system.decay[row] = decay;
      system.samples.push_back(static_cast<Eigen::Index>(i));
      if (stretch.tied) {
        system.design.row(row) << 1 - decay, response.unit[i] - response.unit[a] * decay, decay;
        system.target[row] = potentials_[i] - (response.jumps[i] - response.jumps[a] * decay);
      } else {
        system.design.row(row) << 1, response.unit[i], 0;
        system.target[row] = potentials_[i] - response.jumps[i];
      }
    }
  }
  system.begins.push_back(row);
  for (std::size_t e = 0; e < spikes.size(); ++e) {
    for (std::size_t i = spikes[e].reset; i < division.held[e]; ++i, ++row) {
      system.samples.push_back(static_cast<Eigen::Index>(i));
      system.design(row, reset) = 1;
      system.target[row] = potentials_[i];
    }
  }
  system.design.conservativeResize(row, Eigen::NoChange);
  system.target.conservativeResize(row);
  system.decay.conservativeResize(row);
  return system;
}

namespace {

/// Takes out of some rows their part along `decay`; returns that part.
template <class Rows>
auto project(Rows&& rows, const Eigen::VectorXd& decay, double weight) {
  const Eigen::RowVectorXd part = (decay.transpose() * rows) / weight;
  rows -= decay * part;
  return part;
}

}  // namespace

double Relaxation::squares_at(std::span<const SampledSpike> spikes, const Division& division, double tau_now,
                              const Response& response) const {
  System system = linear_system(spikes, division, tau_now, response);
  for (std::size_t s = 0; s < division.stretches.size(); ++s) {
    const Eigen::Index begin = system.begins[s];
    const Eigen::Index count = system.begins[s + 1] - begin;
    if (division.stretches[s].tied || count == 0) continue;
    const Eigen::VectorXd decay = system.decay.segment(begin, count);
    project(system.design.middleRows(begin, count), decay, decay.squaredNorm());
    project(system.target.segment(begin, count), decay, decay.squaredNorm());
  }
  const Solution solution = solve(system.design, system.target);
  return (system.target - system.design * solution.values).squaredNorm();
}

Relaxation::Coarse Relaxation::coarse_tau(std::span<const SampledSpike> spikes, const Division& division) const {
  const auto& times = input_.times();
  constexpr double shortest = 0.5;  // of a sample's step
  constexpr double longest = 2;     // times the record
  constexpr double fine = 1.02;     // from one candidate to the next, at last
  const double span = times.back() - times.front();
  const double step = span / static_cast<double>(times.size() - 1);
  Coarse best{span, std::numeric_limits<double>::infinity()};
  const auto try_tau = [&](double candidate) {
    const double squares = squares_at(spikes, division, candidate, input_.at_samples(candidate));
    if (squares < best.squares) best = {candidate, squares};
  };
  for (double candidate = shortest * step; candidate < longest * span; candidate *= 2) try_tau(candidate);
  for (double factor = std::sqrt(2.0); factor > fine; factor = std::sqrt(factor)) {
    const double centre = best.tau;
    try_tau(centre * factor);
    try_tau(centre / factor);
  }
  return best;
}

RelaxationFit Relaxation::fit(std::span<const SampledSpike> spikes, const Division& division, double tau_now) const {
  return fit(spikes, division, tau_now, input_.at_samples(tau_now), input_.slope_at_samples(tau_now));
}

RelaxationFit Relaxation::refit(std::span<const SampledSpike> spikes, const Division& division,
                                const RelaxationFit& other) const {
  return fit(spikes, division, other.values[tau], other.response, other.slope);
}

RelaxationFit Relaxation::fit(std::span<const SampledSpike> spikes, const Division& division, double tau_now,
                              Response response, Response slope) const {
  constexpr int rounds = 40;
  constexpr double arithmetic = 1e-14;  // of tau: no step can be smaller
  constexpr double of_noise = 1e-6;     // of tau's standard error: from there on digits are the noise's
  constexpr double above_chance = 3;    // standard errors of a correlation that is none
  RelaxationFit fit{};
  fit.response = std::move(response);
  fit.slope = std::move(slope);
  System system;
  Eigen::MatrixXd design;
  Eigen::VectorXd left;
  for (int round = 0;; ++round) {
    system = linear_system(spikes, division, tau_now, fit.response);
    const Eigen::Index rows = system.target.size();
    const std::size_t count = division.stretches.size();
    design.setZero(rows, columns);
    design.leftCols(tau) = system.design;
    Eigen::VectorXd target = system.target;
    fit.decays.assign(count, 0);
    fit.weights.assign(count, 0);
    fit.couplings.assign(count, Vector::Zero());
    std::vector<double> constants(count, 0);
    for (std::size_t s = 0; s < count; ++s) {
      const Eigen::Index begin = system.begins[s];
      const Eigen::Index length = system.begins[s + 1] - begin;
      if (division.stretches[s].tied || length == 0) continue;
      const Eigen::VectorXd decay = system.decay.segment(begin, length);
      fit.weights[s] = decay.squaredNorm();
      fit.couplings[s].head(tau) =
          project(design.leftCols(tau).middleRows(begin, length), decay, fit.weights[s]).transpose();
      constants[s] = project(target.segment(begin, length), decay, fit.weights[s])[0];
    }
    const Solution linear = solve(design.leftCols(tau), target);
    fit.values << linear.values, tau_now;
    left = target - design.leftCols(tau) * linear.values;

    // du/dtau with all linear unknowns held, then with the c of free stretches following.
    const auto& times = input_.times();
    for (std::size_t s = 0; s < count; ++s) {
      const Stretch& stretch = division.stretches[s];
      const std::size_t a = stretch.anchor;
      fit.decays[s] = stretch.tied ? fit.values[reset] - fit.values[rest] -
                                         fit.values[resistance] * fit.response.unit[a] - fit.response.jumps[a]
                                   : constants[s] - fit.couplings[s].head(tau).dot(linear.values);
      const Eigen::Index begin = system.begins[s];
      const Eigen::Index length = system.begins[s + 1] - begin;
      const double anchored = fit.values[resistance] * fit.slope.unit[a] + fit.slope.jumps[a];
      for (Eigen::Index row = begin; row < begin + length; ++row) {
        const auto i = static_cast<std::size_t>(system.samples[static_cast<std::size_t>(row)]);
        design(row, tau) = fit.values[resistance] * fit.slope.unit[i] + fit.slope.jumps[i] +
                           system.decay[row] * (fit.decays[s] * (times[i] - times[a]) / (tau_now * tau_now) -
                                                (stretch.tied ? anchored : 0));
      }
      if (stretch.tied || length == 0) continue;
      const Eigen::VectorXd decay = system.decay.segment(begin, length);
      fit.couplings[s][tau] = project(design.col(tau).segment(begin, length), decay, fit.weights[s])[0];
    }
    const Solution all = solve(design, left);
    for (Eigen::Index j = 0; j < columns; ++j) {
      fit.determined[static_cast<std::size_t>(j)] = all.determined[static_cast<std::size_t>(j)];
    }
    fit.covariance = all.covariance;
    fit.freedom =
        static_cast<double>(rows) - static_cast<double>(all.rank) -
        static_cast<double>(std::count_if(fit.weights.begin(), fit.weights.end(), [](double w) { return w > 0; }));
    const double step = all.determined[tau] ? std::clamp(all.values[tau], -tau_now / 2, tau_now) : 0;
    const double error = std::sqrt(all.covariance(tau, tau) * left.squaredNorm() / std::max(fit.freedom, 1.0));
    if (std::abs(step) <= std::max(arithmetic * tau_now, of_noise * error) || round == rounds) break;
    tau_now += step;
    fit.response = input_.at_samples(tau_now);
    fit.slope = input_.slope_at_samples(tau_now);
  }
  fit.squares = left.squaredNorm();
  fit.stretches = division.stretches;
  double products = 0;
  for (Eigen::Index row = 1; row < left.size(); ++row) products += left[row] * left[row - 1];
  const double correlation = fit.squares > 0 ? products / fit.squares : 0;
  fit.correlation = correlation * std::sqrt(static_cast<double>(left.size())) > above_chance ? correlation : 0;
  return fit;
}

}  // namespace lapicque::estimation
