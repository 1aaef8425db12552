#include "free_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "courses.hpp"
#include "precision.hpp"

namespace lapicque::estimation {
namespace {

/// What is as good as equal in a trace without noise, of its range.
constexpr double same = 1e-9;

/// How many samples after spike e have the value of its first; and how many there are until the next spike.
std::size_t run_after(const MeasuredTrace& trace, std::span<const SampledSpike> spikes, std::size_t e) {
  const std::size_t begin = spikes[e].reset;
  const std::size_t end = e + 1 < spikes.size() ? spikes[e + 1].last + 1 : trace.times.size();
  std::size_t i = begin;
  while (i < end && std::abs(trace.potentials[i] - trace.potentials[begin]) <= same * trace.range) ++i;
  return i - begin;
}

/// What a trace without noise shows by itself: samples of one value are at the reset potential, and what follows is
/// on the course. A single one may be either.
Division sharp_division(const MeasuredTrace& trace, std::span<const SampledSpike> spikes) {
  Division result = divide(trace, spikes, Start::free, 1);
  for (std::size_t e = 0; e < spikes.size(); ++e) {
    const std::size_t run = run_after(trace, spikes, e);
    Stretch& after = result.stretches[e + 1];
    after.first = spikes[e].reset + run;
    after.anchor = std::min(after.first, trace.times.size() - 1);
    after.end = std::max(after.first, after.end);
    result.held[e] = spikes[e].reset + (run > 1 ? run : 0);
  }
  return result;
}

/// Takes the samples beside spikes for what they are, by whether the course that a fit has of the others passes through
/// them.
class SampleSorter {
 public:
  SampleSorter(const MeasuredTrace& trace, const InputResponse& input, std::span<const SampledSpike> spikes)
      : trace_(trace), input_(input), spikes_(spikes), relaxation_(input, trace.potentials) {}

  /// @param sharp  the fit to the sharp division
  RelaxationFit sorted(const RelaxationFit& sharp) const {
    Division division = sharp_division(trace_, spikes_);
    const RelaxationFit to_spikes = with_last_samples(division, sharp);
    const Doubts doubts = sort_resets(division, to_spikes);
    const RelaxationFit sure = relaxation_.refit(spikes_, division, to_spikes);
    if (doubts.on_course.empty() && doubts.single.empty()) return sure;
    settle(division, doubts, sure);
    return relaxation_.refit(spikes_, division, sure);
  }

 private:
  static constexpr double far = 8;  // standard errors

  /// Spikes whose first sample may be at the reset potential or on the course after it.
  struct Doubts {
    std::vector<std::size_t> on_course;  ///< it is on the course that the others make
    std::vector<std::size_t> single;     ///< there is a single other sample, whose course passes through anything
  };

  double error_of(const RelaxationFit& fit) const { return std::sqrt(variance(fit, trace_)) + trace_.rounding; }

  bool passes(const RelaxationFit& fit, std::size_t s, std::size_t i) const {
    const Courses courses(input_, fit);
    return std::abs(trace_.potentials[i] - courses.potential(s, i)) <=
           far * error_of(fit) * std::sqrt(1 + courses.variance(s, i));
  }

  /// The last samples before spikes are on their courses, unless they are clipped.
  RelaxationFit with_last_samples(Division& division, const RelaxationFit& fit) const {
    for (std::size_t s = 0; s < spikes_.size(); ++s) {
      const Stretch& stretch = fit.stretches[s];
      if (stretch.end >= stretch.first + 2 && !passes(fit, s, spikes_[s].last)) return fit;
    }
    for (std::size_t s = 0; s < spikes_.size(); ++s) {
      Stretch& stretch = division.stretches[s];
      if (stretch.first <= spikes_[s].last) stretch.end = spikes_[s].last + 1;
    }
    return relaxation_.refit(spikes_, division, fit);
  }

  /// First those at the reset potential alone, which tells that where nothing else does. What a single sample later
  /// contradicts may be a hidden spike's doing.
  Doubts sort_resets(Division& division, const RelaxationFit& fit) const {
    Doubts doubts;
    for (std::size_t e = 0; e < spikes_.size(); ++e) {
      if (fit.weights[e + 1] == 0) continue;
      const std::size_t begin = spikes_[e].reset;
      const std::size_t run = run_after(trace_, spikes_, e);
      Stretch& after = division.stretches[e + 1];
      if (run == 1 && passes(fit, e + 1, begin)) {
        doubts.on_course.push_back(e);
      } else if (run == 1 && after.end < after.first + 2) {
        doubts.single.push_back(e);
        after.end = after.first;
      } else {
        division.held[e] = begin + run;
        while (division.held[e] > begin + 1 && passes(fit, e + 1, division.held[e] - 1)) --division.held[e];
      }
    }
    return doubts;
  }

  void settle(Division& division, const Doubts& doubts, const RelaxationFit& fit) const {
    const auto at_reset = [&](std::size_t e) {
      const double off = std::abs(trace_.potentials[spikes_[e].reset] - fit.values[reset]);
      return fit.determined[reset] && !(off > far * error_of(fit));
    };
    for (const std::size_t e : doubts.single) {
      if (!at_reset(e)) continue;
      division.held[e] = spikes_[e].reset + 1;
      division.stretches[e + 1].end = spikes_[e].reset + 2;
    }
    for (const std::size_t e : doubts.on_course) {
      // What is at the reset potential and on the course as well may have left it a little later.
      if (at_reset(e)) continue;
      division.stretches[e + 1].first = division.stretches[e + 1].anchor = spikes_[e].reset;
    }
  }

  const MeasuredTrace& trace_;
  const InputResponse& input_;
  std::span<const SampledSpike> spikes_;
  Relaxation relaxation_;
};

RelaxationFit fit_in(const MeasuredTrace& trace, const InputResponse& input, const Segments& segments) {
  constexpr double as_well = 1.5;  // times the variance
  const auto& spikes = segments.spikes;
  const Relaxation relaxation(input, trace.potentials);
  const RelaxationFit uniform =
      relaxation.fit(spikes, divide(trace, spikes, Start::free, segments.plateau), segments.tau);
  if (spikes.empty()) return uniform;
  const RelaxationFit sharp = relaxation.refit(spikes, sharp_division(trace, spikes), uniform);
  if (sharp.freedom < 1 || noise_hides_crossings(sharp, trace)) return uniform;
  if (variance(sharp, trace) > as_well * variance(uniform, trace)) return uniform;
  return SampleSorter(trace, input, spikes).sorted(sharp);
}

/// A current that was held for a part of the samples' step, if it explains what the given fit does not.
std::optional<FreeFit> fit_held_in_parts(const MeasuredTrace& trace, const Current& current, const Segments& segments,
                                         const FreeFit& given) {
  constexpr int most_parts = 10;
  constexpr double explained = 1e-4;   // of the squares: the right step leaves nearly nothing
  constexpr double arithmetic = 1e-9;  // of the range: what is left where nothing is to be mended
  constexpr double noisy = 3e-3;       // of the range
  if (trace.noise > noisy * trace.range || rounding_hides_noise(given.fit, trace)) return std::nullopt;
  const auto sample_step = even_step(trace.times);
  if (rms(given.fit) < arithmetic * trace.range || !sample_step) return std::nullopt;
  const Division uniform = divide(trace, segments.spikes, Start::free, segments.plateau);
  const auto squares = [&](const InputResponse& input) {
    return Relaxation(input, trace.potentials).fit(segments.spikes, uniform, segments.tau).squares;
  };
  const double most = explained * squares(given.input);
  // A table with every n-th value of a simulator's current has the others near the straight lines between them.
  for (const Current& read : {current, joined_by_lines(current)}) {
    for (int parts = 2; parts <= most_parts; ++parts) {
      InputResponse input(read, InputReading::held, given.input.times(), parts);
      if (squares(input) > most) continue;
      RelaxationFit fit = fit_in(trace, input, segments);
      return FreeFit{InputReading::held, std::move(input), *sample_step / parts, std::move(fit), std::nullopt};
    }
  }
  return std::nullopt;
}

}  // namespace

FreeFit fit_free_courses(const MeasuredTrace& trace, const Current& current, const Readings& readings,
                         const Segments& segments) {
  constexpr double arithmetic = 1e-11;  // of the range
  constexpr double chance = 12;         // of the variance: beyond it lie 0.05 % of chi-squared
  RelaxationFit exact = fit_in(trace, readings.exact, segments);
  RelaxationFit held = fit_in(trace, readings.held, segments);
  const double floor = std::pow(arithmetic * trace.range, 2) * static_cast<double>(trace.times.size());
  const double gain = exact.squares - held.squares;
  // What few decimals leave may be the same for many samples, and does not average out: see reach().
  const double alike = rounding_hides_noise(held, trace) ? std::sqrt(std::max(held.freedom, 1.0)) : 1;
  const double telling = std::max(floor, chance * alike * held.squares / std::max(held.freedom, 1.0));
  FreeFit free{InputReading::exact, readings.exact, 0, {}, std::nullopt};
  if (gain > telling) {
    free = {InputReading::held, readings.held, even_step(trace.times).value_or(0), std::move(held), std::nullopt};
  } else {
    free.fit = std::move(exact);
    if (gain > -telling) free.other = std::move(held);
  }
  if (auto in_parts = fit_held_in_parts(trace, current, segments, free)) return std::move(*in_parts);
  return free;
}

bool spikes_begin_clipped(const MeasuredTrace& trace, const Segments& segments, const FreeFit& free) {
  constexpr double alike_within = 1e-3;  // of the noise
  constexpr double noise_shows = 1e-6;   // of the range
  constexpr double far = 8;              // times the noise
  constexpr double arithmetic = 1e-7;    // of the range
  const auto& spikes = segments.spikes;
  const double noise = std::sqrt(variance(free.fit, trace));
  const Courses courses(free.input, free.fit);
  std::size_t alike = 0;
  std::size_t off = 0;
  for (std::size_t e = 0; e < spikes.size(); ++e) {
    const std::size_t last = spikes[e].last;
    // A course needs a few samples.
    if (last < free.fit.stretches[e].first + 3) return false;
    const double potential = trace.potentials[last];
    alike += std::abs(potential - trace.potentials[spikes[0].last]) <= alike_within * noise ? 1 : 0;
    off += std::abs(potential - courses.potential(e, last)) > far * noise + arithmetic * trace.range ? 1 : 0;
  }
  return (alike == spikes.size() && alike > 2 && noise > noise_shows * trace.range) || 2 * off > spikes.size();
}

}  // namespace lapicque::estimation
