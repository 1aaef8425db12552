#include "whole_reading.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "courses.hpp"
#include "goodness.hpp"
#include "precision.hpp"
#include "whole_fit.hpp"

namespace lapicque::estimation {
namespace {

/// What the free courses say of the spikes between them.
struct Start {
  WholeModel::Values values;
  double release_error;  ///< the standard error of the time of a release, in steps: a mean
  double rise;           ///< mV: of the potential in the step in which it crosses the threshold, a mean
};

std::optional<Start> start_of(const MeasuredTrace& trace, const Segments& segments, const FreeFit& free) {
  constexpr double tiny = 1e-300;  // instead of no slope, mV
  const auto& times = trace.times;
  const RelaxationFit& fit = free.fit;
  const Courses courses(free.input, fit);
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  double stay = 0;
  double error = 0;
  double level = 0;
  double rise = 0;
  double count = 0;
  for (std::size_t e = 0; e < segments.spikes.size(); ++e) {
    const auto& [last, first_reset] = segments.spikes[e];
    const std::size_t release = first_reset - 1 + segments.plateau;
    const auto fitted = [&](std::size_t s) { return fit.stretches[s].end >= fit.stretches[s].first + 2; };
    if (!fitted(e) || !fitted(e + 1) || release + 1 >= times.size()) continue;
    low = std::max(low, courses.potential(e, last));
    high = std::min(high, courses.potential(e, first_reset));
    rise += courses.potential(e, first_reset) - courses.potential(e, last);
    stay += times[release] - std::midpoint(times[last], times[first_reset]);
    level += courses.potential(e + 1, release);
    const double slope = courses.potential(e + 1, release + 1) - courses.potential(e + 1, release);
    error += std::sqrt(courses.variance(e + 1, release) * variance(fit, trace)) / std::max(std::abs(slope), tiny);
    ++count;
  }
  if (count == 0) return std::nullopt;
  Start start{{}, error / count, rise / count};
  start.values << fit.values[rest], fit.values[resistance], fit.determined[reset] ? fit.values[reset] : level / count,
      fit.values[tau], std::midpoint(low, high), std::max(0.0, stay / count), courses.potential(0, 0);
  return start;
}

/// The most samples that any spike has at the reset potential.
std::size_t plateau_until(std::span<const double> times, std::span<const SampledSpike> spikes,
                          const std::vector<double>& releases) {
  std::size_t plateau = 1;
  for (std::size_t e = 0; e < spikes.size(); ++e) {
    const auto begin = times.begin() + static_cast<std::ptrdiff_t>(spikes[e].reset);
    const auto end = std::upper_bound(begin, times.end(), releases[e]);
    plateau = std::max(plateau, static_cast<std::size_t>(end - begin));
  }
  return plateau;
}

}  // namespace

std::optional<WholeReading> read_whole(const MeasuredTrace& trace, const Segments& segments, const FreeFit& free) {
  constexpr double tau_errors = 10;  // standard errors to either side in which tau is looked for
  // The free courses have those plateaus that noise made fit best; missing spikes are far beyond any chance.
  constexpr double chance = 1e-7;
  const auto start = start_of(trace, segments, free);
  if (!start) return std::nullopt;
  const double tau_error = std::sqrt(variance(free.fit, trace) * free.fit.covariance(tau, tau));
  const WholeModel model(free.input, trace.potentials, segments.spikes, start->values, tau_errors * tau_error);
  const double rise = std::pow(reach(free.fit, trace), 2);
  Valleys valleys = find_valleys(model, start->values, rise);
  ContinuousThreshold threshold{};
  threshold.consistent = model.freedom() < free.fit.freedom + 1 ||
                         fits_as_well(valleys.best.squares, model.freedom(), free.fit, trace, chance);
  threshold.release_error = start->release_error;
  if (threshold.consistent) {
    const WholeIntervals found = find_intervals(model, valleys, rise);
    valleys = found.valleys;
    threshold.threshold = found.threshold;
    threshold.refractory = found.refractory;
    const double record = trace.times.back() - trace.times.front();
    // As good as no end.
    if (threshold.refractory && threshold.refractory->high > record) threshold.refractory.reset();
    threshold.reset = found.reset;
  }
  threshold.separate = threshold.threshold && threshold.threshold->high - threshold.threshold->low < start->rise;
  const WholeModel::Values& values = threshold.consistent ? valleys.best.values : start->values;
  const std::size_t plateau =
      plateau_until(trace.times, segments.spikes, model.residuals(valleys.best.values).releases);
  return WholeReading{threshold, values[WholeModel::threshold] - values[WholeModel::reset],
                      std::min(plateau, most_plateau(trace, segments.spikes))};
}

}  // namespace lapicque::estimation
