#include "segments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "courses.hpp"
#include "precision.hpp"

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The time constant of one course through the whole trace, if it explains the trace in one reading of the current.
std::optional<double> tau_of_one_course(const MeasuredTrace& trace, const Readings& readings) {
  constexpr double more_noise = 1.3;    // times the local noise, which is an estimate itself
  constexpr double more_range = 1e-5;   // of the range: curvature that second differences do not see
  constexpr double arithmetic = 1e-12;  // of the potentials
  const double explained =
      more_noise * trace.noise + more_range * trace.range + arithmetic * std::abs(trace.potentials.front());
  const Division whole = divide(trace, {}, Start::free, 1);
  const double tau = Relaxation(readings.held, trace.potentials).coarse_tau({}, whole).tau;
  for (const InputResponse* input : {&readings.exact, &readings.held}) {
    if (rms(Relaxation(*input, trace.potentials).fit({}, whole, tau)) <= explained) return tau;
  }
  return std::nullopt;
}

/// How many samples in a row, from the reset on, have one value; empty where noise hides that, or the spikes differ by
/// more than the one sample that a grid of samples makes of any time.
std::optional<std::size_t> counted_plateau(const MeasuredTrace& trace, std::span<const SampledSpike> spikes) {
  constexpr double same = 1e-9;  // of the range
  std::size_t least = trace.times.size();
  std::size_t most = 0;
  for (std::size_t e = 0; e < spikes.size(); ++e) {
    const std::size_t end = e + 1 < spikes.size() ? spikes[e + 1].last : trace.times.size();
    std::size_t i = spikes[e].reset;
    const double level = trace.potentials[i];
    while (i < end && std::abs(trace.potentials[i] - level) <= same * trace.range) ++i;
    if (i == end) continue;  // cut short by the next spike or the end
    least = std::min(least, i - spikes[e].reset);
    most = std::max(most, i - spikes[e].reset);
  }
  if (most < 2 || most > least + 1) return std::nullopt;
  return most;
}

/// The best of some plateaus, with the time constant at which it was best.
class PlateauSearch {
 public:
  PlateauSearch(const MeasuredTrace& trace, const InputResponse& input, std::span<const SampledSpike> spikes)
      : trace_(trace), input_(input), spikes_(spikes), quick_(input, trace.potentials) {}

  double coarse_tau(Start start, std::size_t plateau) const {
    return quick_.coarse_tau(spikes_, divide(trace_, spikes_, start, plateau)).tau;
  }
  void attempt(std::size_t plateau, double tau, const Response& response) {
    const double squares = quick_.squares_at(spikes_, divide(trace_, spikes_, Start::tied, plateau), tau, response);
    if (!(squares < squares_)) return;
    squares_ = squares;
    plateau_ = plateau;
    tau_ = tau;
  }
  Response response(double tau) const { return input_.at_samples(tau); }
  std::size_t plateau() const { return plateau_; }
  double tau() const { return tau_; }

 private:
  const MeasuredTrace& trace_;
  const InputResponse& input_;
  std::span<const SampledSpike> spikes_;
  Relaxation quick_;
  double squares_ = infinity;
  std::size_t plateau_ = 1;
  double tau_ = 1;
};

/// The spikes with the plateau and the time constant that suit them. The current may be read as held here: that is near
/// enough, and quick.
Segments with_plateau(const MeasuredTrace& trace, const InputResponse& held, std::vector<SampledSpike> spikes) {
  PlateauSearch search(trace, held, spikes);
  if (const auto counted = counted_plateau(trace, spikes)) {
    const double tau = search.coarse_tau(Start::free, *counted);
    return {std::move(spikes), *counted, tau};
  }
  const std::size_t most = most_plateau(trace, spikes);
  // Time constants of what is late in the intervals, whatever the plateau.
  for (const double part : {0.25, 0.6, 0.9}) {
    const auto late = 1 + static_cast<std::size_t>(part * static_cast<double>(most - 1));
    const double tau = search.coarse_tau(Start::free, late);
    const Response response = search.response(tau);
    for (std::size_t m = 1; m <= most; m += 1 + m / 4) search.attempt(m, tau, response);
  }
  constexpr int most_rounds = 3;
  for (int round = 0; round < most_rounds; ++round) {
    const double tau = search.coarse_tau(Start::tied, search.plateau());
    const Response response = search.response(tau);
    const std::size_t before = search.plateau();
    for (std::size_t stride = 1 + search.plateau() / 4; stride > 0; stride /= 2) {
      const std::size_t centre = search.plateau();
      search.attempt(std::max(centre, stride + 1) - stride, tau, response);
      search.attempt(std::min(centre + stride, most), tau, response);
    }
    if (search.plateau() == before) break;
  }
  return {std::move(spikes), search.plateau(), search.tau()};
}

/// Spikes without those after which the trace is not below its fit of before, and with those falls that leave it below.
std::vector<SampledSpike> revised(const MeasuredTrace& trace, const InputResponse& input, const Segments& segments) {
  constexpr std::size_t enough = 5;   // samples, for noise to average out
  constexpr double telling = 0.5;     // of a fall: what lies on this side or on that of it
  constexpr double least_fall = 0.4;  // of a fall: from one sample to the next
  const auto& spikes = segments.spikes;
  const RelaxationFit fit = Relaxation(input, trace.potentials)
                                .fit(spikes, divide(trace, spikes, Start::tied, segments.plateau), segments.tau);
  std::vector<double> falls;
  for (const SampledSpike& spike : spikes) falls.push_back(trace.potentials[spike.last] - fit.values[reset]);
  std::nth_element(falls.begin(), falls.begin() + static_cast<std::ptrdiff_t>(falls.size() / 2), falls.end());
  const double fall = falls[falls.size() / 2];
  const std::vector<double> expected = fitted_potentials(input, spikes, fit);
  // How far the trace lies above the fit from a sample on.
  const auto excess = [&](std::size_t from) {
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t i = from; i < expected.size() && count < enough && std::isfinite(expected[i]); ++i, ++count) {
      sum += trace.potentials[i] - expected[i];
    }
    return count > 0 ? sum / static_cast<double>(count) : 0;
  };

  std::vector<SampledSpike> kept;
  for (const SampledSpike& spike : spikes) {
    if (excess(spike.reset) < telling * fall) kept.push_back(spike);
  }
  std::vector<SampledSpike> missed;
  for (const Stretch& stretch : fit.stretches) {
    for (std::size_t i = stretch.first; i + 1 < stretch.end; ++i) {
      const double before = trace.potentials[i] - expected[i];
      const double after = trace.potentials[i + 1] - expected[i + 1];
      if (before - after < least_fall * fall || excess(i + 1) > -telling * fall) continue;
      missed.push_back({i, i + 1});
      i += segments.plateau;
    }
  }
  kept.insert(kept.end(), missed.begin(), missed.end());
  std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.last < b.last; });
  return kept;
}

}  // namespace

Division divide(const MeasuredTrace& trace, std::span<const SampledSpike> spikes, Start start, std::size_t plateau) {
  return divide(spikes, start, plateau, trace.times.size());
}

std::size_t most_plateau(const MeasuredTrace& trace, std::span<const SampledSpike> spikes) {
  std::size_t most = trace.times.size() - 1 - spikes.back().reset;
  // A train that ends in refractoriness says nothing about the others.
  if (spikes.size() > 1) most = trace.times.size();
  for (std::size_t e = 0; e + 1 < spikes.size(); ++e) most = std::min(most, spikes[e + 1].last - spikes[e].reset);
  return std::max<std::size_t>(most, 1);
}

std::vector<double> fitted_potentials(const InputResponse& input, std::span<const SampledSpike> spikes,
                                      const RelaxationFit& fit) {
  const std::size_t count = input.times().size();
  std::vector<double> values(count, std::numeric_limits<double>::quiet_NaN());
  const Courses courses(input, fit);
  for (std::size_t s = 0; s < fit.stretches.size(); ++s) {
    const std::size_t end = s < spikes.size() ? spikes[s].last + 1 : count;
    if (s > 0 && fit.determined[reset]) {
      const std::size_t release = std::min(fit.stretches[s].first, end);
      for (std::size_t i = spikes[s - 1].reset; i < release; ++i) values[i] = fit.values[reset];
    }
    for (std::size_t i = fit.stretches[s].first; i < end; ++i) values[i] = courses.potential(s, i);
  }
  return values;
}

Segments find_segments(const MeasuredTrace& trace, const Readings& readings) {
  constexpr int most_rounds = 6;
  if (const auto tau = tau_of_one_course(trace, readings)) return {{}, 1, *tau};
  auto spikes = find_spikes(trace.potentials, readings.exact);
  if (spikes.empty()) {
    return {{}, 1, Relaxation(readings.held, trace.potentials).coarse_tau({}, divide(trace, {}, Start::free, 1)).tau};
  }
  Segments segments = with_plateau(trace, readings.held, std::move(spikes));
  for (int round = 0; round < most_rounds; ++round) {
    const std::size_t before = segments.spikes.size();
    segments.spikes = revised(trace, readings.exact, segments);
    if (segments.spikes.empty()) return segments;
    segments = with_plateau(trace, readings.held, std::move(segments.spikes));
    if (segments.spikes.size() == before) break;
  }
  return segments;
}

}  // namespace lapicque::estimation
