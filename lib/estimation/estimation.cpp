#include "lapicque/estimation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <utility>

#include "brief.hpp"
#include "finer_grid.hpp"
#include "lapicque/error.hpp"
#include "probe.hpp"
#include "quantiles.hpp"
#include "relaxation.hpp"
#include "spike_search.hpp"
#include "threshold.hpp"
#include "whole_fit.hpp"

namespace lapicque {
namespace {

using namespace estimation;

constexpr std::size_t least_samples = 8;

void check(const VoltageTrace& trace) {
  if (trace.times.size() != trace.potentials.size()) {
    throw InvalidArgument("potentials", std::to_string(trace.potentials.size()) + " values",
                          "must be as many as the times, " + std::to_string(trace.times.size()));
  }
  if (trace.times.size() < least_samples) {
    throw InvalidArgument("times", std::to_string(trace.times.size()) + " samples",
                          "a trace must have at least " + std::to_string(least_samples) + " samples",
                          "record for longer");
  }
  double last = -0.0;
  for (std::size_t i = 0; i < trace.times.size(); ++i) {
    const double time = trace.times[i];
    if (!std::isfinite(time) || (i == 0 ? time < 0 : time <= last)) {
      throw InvalidArgument("times[" + std::to_string(i + 1) + "]", to_text(time, "ms"),
                            i == 0 ? "must not be before 0, where the current's clock starts"
                                   : "must be later than the one before it, " + to_text(last, "ms"),
                            "sort the samples by time, counted as in the current's description");
    }
    if (!std::isfinite(trace.potentials[i])) {
      throw InvalidArgument("potentials[" + std::to_string(i + 1) + "]", to_text(trace.potentials[i], "mV"),
                            "must be finite", "leave the sample out");
    }
    last = time;
  }
}

double range_of(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *high - *low;
}

/// The standard deviation of noise on a smooth curve, from second differences, whose variance is 6 times that of the
/// noise; a spike here and there does not move their median.
double local_noise(const std::vector<double>& values) {
  std::vector<double> differences;
  for (std::size_t i = 2; i < values.size(); ++i) {
    differences.push_back(std::abs(values[i] - 2 * values[i - 1] + values[i - 2]));
  }
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  return 1.4826 * *middle / std::sqrt(6.0);
}

/// The decimal unit that all values are whole multiples of, mV, as they are where a file has few decimals; 0 where
/// there is none.
double printed_unit(const std::vector<double>& values) {
  for (const double each_mV : {1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6}) {
    const bool whole = std::all_of(values.begin(), values.end(), [&](double value) {
      const double multiple = value * each_mV;
      return std::abs(multiple - std::nearbyint(multiple)) <= 1e-12 * std::abs(multiple);
    });
    if (whole) return 1 / each_mV;
  }
  return 0;
}

/// A table's current with straight lines between its samples; others as they are.
Current joined_by_lines(const Current& current) {
  const auto lists = pieces_of<Samples>(current);
  const auto steps = pieces_of<Step>(current);
  if (lists.size() + steps.size() != current.pieces().size()) return current;
  Current joined;
  for (const Samples& s : lists) joined += samples(s.start, s.step, *s.values, Hold::linear);
  for (const Step& s : steps) joined += step(s.start, s.stop, s.amplitude);
  return joined;
}

/// Everything that is known of a trace on the way.
class Reader {
 public:
  Reader(const VoltageTrace& trace, const Current& current, SpikeTiming timing)
      : trace_(trace),
        current_(current),
        timing_(timing),
        range_(range_of(trace.potentials)),
        noise_(local_noise(trace.potentials)),
        most_rounding_(printed_unit(trace.potentials) / 2),
        inputs_{InputResponse(current, InputReading::exact, trace.times),
                InputResponse(current, InputReading::held, trace.times)} {
    // Where both readings are one, the quicker one will do.
    const double tau = (trace.times.back() - trace.times.front()) / 20;
    const Response exact = inputs_[0].at_samples(tau);
    const Response held = inputs_[1].at_samples(tau);
    double largest = 0;
    double difference = 0;
    for (std::size_t i = 0; i < exact.unit.size(); ++i) {
      largest = std::max(largest, std::abs(exact.unit[i]) + std::abs(exact.jumps[i]));
      difference =
          std::max(difference, std::abs(exact.unit[i] - held.unit[i]) + std::abs(exact.jumps[i] - held.jumps[i]));
    }
    if (difference <= 1e-11 * largest) inputs_[0] = inputs_[1];
  }

  NeuronEstimate read() {
    if (!one_course_explains_all()) {
      spikes_ = find_spikes(trace_.potentials, inputs_[0]);
      if (!spikes_.empty()) settle_spikes();
    }
    choose_reading();
    while (!spikes_.empty() && spikes_begin_clipped()) {
      for (SampledSpike& spike : spikes_) --spike.last;
      choose_reading();
    }
    NeuronEstimate result{};
    result.input = reading_ == 0 ? InputReading::exact : InputReading::held;
    result.noise = rms(free_);
    if (!is_explained(result.noise)) {
      result.timing = SpikeTiming::either;
      leave_all_open(result,
                     "the current given does not fit the potential: is it the injected one, in the right unit and at "
                     "the right times? What the best fit leaves, " +
                         brief(result.noise, "mV", 3) + ", is more than the noise, " + brief(noise_, "mV", 3));
      finish(result);
    } else if (spikes_.empty()) {
      result.timing = SpikeTiming::either;
      report_passive(result, free_, "there is no spike in the trace");
    } else {
      read_spikes(result);
    }
    return result;
  }

  /// Whether noise hides the spikes, which no other current would mend.
  bool hidden() const { return hidden_; }

 private:
  const InputResponse& input() const { return inputs_[static_cast<std::size_t>(reading_)]; }
  Relaxation relaxation() const { return {input(), trace_.potentials}; }
  Division division(Start start, std::size_t plateau) const {
    return divide(spikes_, start, plateau, trace_.times.size());
  }

  /// Whether the whole trace is one exact solution, up to noise, in one of the readings of the current.
  bool one_course_explains_all() {
    for (reading_ = 0; reading_ < 2; ++reading_) {
      tau_ = Relaxation(inputs_[1], trace_.potentials).coarse_tau({}, division(Start::free, 1)).tau;
      free_ = relaxation().fit({}, division(Start::free, 1), tau_);
      if (rms(free_) <= 1.3 * noise_ + 1e-5 * range_ + 1e-12 * std::abs(trace_.potentials.front())) return true;
    }
    reading_ = 0;
    return false;
  }

  /// Finds the time spent at the reset potential together with the time constant, then takes back what is no spike and
  /// adds what was missed, until nothing changes.
  void settle_spikes() {
    constexpr int rounds = 6;
    for (int round = 0; round < rounds; ++round) {
      find_plateau();
      const auto before = spikes_.size();
      revise_spikes();
      if (spikes_.size() == before || spikes_.empty()) break;
    }
    if (!spikes_.empty()) find_plateau();
  }

  std::size_t most_plateau() const {
    std::size_t most = trace_.times.size() - 1 - spikes_.back().reset;
    // A train that ends in refractoriness says nothing about the others.
    if (spikes_.size() > 1) most = trace_.times.size();
    for (std::size_t e = 0; e + 1 < spikes_.size(); ++e) most = std::min(most, spikes_[e + 1].last - spikes_[e].reset);
    return std::max<std::size_t>(most, 1);
  }

  /// How many samples in a row, from the reset on, have one value: plateau_, where there is no noise to hide it.
  bool count_plateau() {
    std::size_t least = trace_.times.size();
    std::size_t most = 0;
    for (std::size_t e = 0; e < spikes_.size(); ++e) {
      const std::size_t end = e + 1 < spikes_.size() ? spikes_[e + 1].last : trace_.times.size();
      std::size_t i = spikes_[e].reset;
      const double level = trace_.potentials[i];
      while (i < end && std::abs(trace_.potentials[i] - level) <= 1e-9 * range_) ++i;
      if (i == end) continue;  // cut short by the next spike or the end
      least = std::min(least, i - spikes_[e].reset);
      most = std::max(most, i - spikes_[e].reset);
    }
    if (most < 2 || most > least + 1) return false;
    plateau_ = most;
    return true;
  }

  /// The number of samples at the reset potential, and tau_ with it. The current may be read as held here: that is
  /// near enough, and quick.
  void find_plateau() {
    const Relaxation quick(inputs_[1], trace_.potentials);
    if (count_plateau()) {
      tau_ = quick.coarse_tau(spikes_, division(Start::free, plateau_)).tau;
      return;
    }
    const std::size_t most = most_plateau();
    double best = std::numeric_limits<double>::infinity();
    const auto attempt = [&](std::size_t plateau, double tau, const Response& response) {
      const double squares = quick.squares_at(spikes_, division(Start::tied, plateau), tau, response);
      if (!(squares < best)) return;
      best = squares;
      plateau_ = plateau;
      tau_ = tau;
    };
    for (const double part : {0.25, 0.6, 0.9}) {
      const auto late = 1 + static_cast<std::size_t>(part * static_cast<double>(most - 1));
      const double tau = quick.coarse_tau(spikes_, division(Start::free, late)).tau;
      const Response response = inputs_[1].at_samples(tau);
      for (std::size_t m = 1; m <= most; m += 1 + m / 4) attempt(m, tau, response);
    }
    for (int round = 0; round < 3; ++round) {
      const double tau = quick.coarse_tau(spikes_, division(Start::tied, plateau_)).tau;
      const Response response = inputs_[1].at_samples(tau);
      const std::size_t before = plateau_;
      for (std::size_t stride = 1 + plateau_ / 4; stride > 0; stride /= 2) {
        const std::size_t centre = plateau_;
        attempt(std::max(centre, stride + 1) - stride, tau, response);
        attempt(std::min(centre + stride, most), tau, response);
      }
      if (plateau_ == before) break;
    }
  }

  void revise_spikes() {
    const RelaxationFit fit = relaxation().fit(spikes_, division(Start::tied, plateau_), tau_);
    std::vector<double> falls;
    for (const SampledSpike& spike : spikes_) {
      falls.push_back(trace_.potentials[spike.last] - fit.values[reset]);
    }
    std::nth_element(falls.begin(), falls.begin() + static_cast<std::ptrdiff_t>(falls.size() / 2), falls.end());
    const double fall = falls[falls.size() / 2];
    const std::vector<double> expected = fitted(fit);
    // How far the trace lies above the fit from a sample on: long enough for noise to average out.
    const auto excess = [&](std::size_t from) {
      constexpr std::size_t enough = 5;
      double sum = 0;
      std::size_t count = 0;
      for (std::size_t i = from; i < expected.size() && count < enough && std::isfinite(expected[i]); ++i, ++count) {
        sum += trace_.potentials[i] - expected[i];
      }
      return count > 0 ? sum / static_cast<double>(count) : 0;
    };

    std::vector<SampledSpike> kept;
    for (const SampledSpike& spike : spikes_) {
      if (excess(spike.reset) < fall / 2) kept.push_back(spike);
    }
    std::vector<SampledSpike> missed;
    for (const Stretch& stretch : fit.stretches) {
      for (std::size_t i = stretch.first; i + 1 < stretch.end; ++i) {
        const double before = trace_.potentials[i] - expected[i];
        const double after = trace_.potentials[i + 1] - expected[i + 1];
        if (before - after < 0.4 * fall || excess(i + 1) > -fall / 2) continue;
        missed.push_back({i, i + 1});
        i += plateau_;
      }
    }
    kept.insert(kept.end(), missed.begin(), missed.end());
    std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.last < b.last; });
    spikes_ = kept;
  }

  /// The fit of free courses: with the samples told apart one by one where the trace is clean enough for that, with one
  /// number of samples at the reset potential for all spikes else.
  RelaxationFit fit_free() const {
    const RelaxationFit uniform = relaxation().fit(spikes_, division(Start::free, plateau_), tau_);
    if (spikes_.empty()) return uniform;
    constexpr double as_well = 1.5;
    const RelaxationFit sharp = relaxation().refit(spikes_, sharp_division(), uniform);
    if (sharp.freedom < 1 || noise_hides_crossings(sharp)) return uniform;
    if (variance(sharp) > as_well * variance(uniform)) return uniform;
    return tell_apart(sharp);
  }

  /// How many samples after spike e have the value of its first; and how many there are until the next spike.
  struct Run {
    std::size_t length;
    std::size_t most;
  };
  Run run_after(std::size_t e) const {
    const std::size_t begin = spikes_[e].reset;
    const std::size_t end = e + 1 < spikes_.size() ? spikes_[e + 1].last + 1 : trace_.times.size();
    std::size_t i = begin;
    while (i < end && std::abs(trace_.potentials[i] - trace_.potentials[begin]) <= 1e-9 * range_) ++i;
    return {i - begin, end - begin};
  }

  /// What a trace without noise shows by itself: samples of one value are at the reset potential, and what follows is
  /// on the course. A single one may be either.
  Division sharp_division() const {
    Division result = division(Start::free, 1);
    for (std::size_t e = 0; e < spikes_.size(); ++e) {
      const Run run = run_after(e);
      Stretch& after = result.stretches[e + 1];
      after.first = spikes_[e].reset + run.length;
      after.anchor = std::min(after.first, trace_.times.size() - 1);
      after.end = std::max(after.first, after.end);
      result.held[e] = spikes_[e].reset + (run.length > 1 ? run.length : 0);
    }
    return result;
  }

  /// The fit that also takes the samples beside spikes for what they are, by whether the course that it has of the
  /// others passes through them.
  RelaxationFit tell_apart(RelaxationFit fit) const {
    constexpr double far = 8;  // times the error
    const auto passes = [&](std::size_t s, std::size_t i) {
      const double error = std::sqrt(variance(fit)) + most_rounding_;
      const Courses courses(input(), fit);
      return std::abs(trace_.potentials[i] - courses.potential(s, i)) <=
             far * error * std::sqrt(1 + courses.variance(s, i));
    };
    Division result = sharp_division();
    // The last samples before spikes are on their courses, unless they are clipped.
    bool clipped = false;
    for (std::size_t s = 0; s < spikes_.size(); ++s) {
      const Stretch& stretch = fit.stretches[s];
      clipped = clipped || (stretch.end >= stretch.first + 2 && !passes(s, spikes_[s].last));
    }
    if (!clipped) {
      for (std::size_t s = 0; s < spikes_.size(); ++s) {
        Stretch& stretch = result.stretches[s];
        if (stretch.first <= spikes_[s].last) stretch.end = spikes_[s].last + 1;
      }
      fit = relaxation().refit(spikes_, result, fit);
    }
    // First those at the reset potential alone, which tells that where nothing else does. What a single sample later
    // contradicts may be a hidden spike's doing.
    std::vector<std::size_t> on_course;
    std::vector<std::size_t> doubtful;
    for (std::size_t e = 0; e < spikes_.size(); ++e) {
      if (fit.weights[e + 1] == 0) continue;
      const std::size_t begin = spikes_[e].reset;
      const Run run = run_after(e);
      Stretch& after = result.stretches[e + 1];
      if (run.length == 1 && passes(e + 1, begin)) {
        on_course.push_back(e);
      } else if (run.length == 1 && after.end < after.first + 2) {
        doubtful.push_back(e);
        after.end = after.first;
      } else {
        result.held[e] = begin + run.length;
        while (result.held[e] > begin + 1 && passes(e + 1, result.held[e] - 1)) --result.held[e];
      }
    }
    fit = relaxation().refit(spikes_, result, fit);
    if (on_course.empty() && doubtful.empty()) return fit;
    const double error = std::sqrt(variance(fit)) + most_rounding_;
    for (const std::size_t e : doubtful) {
      const std::size_t begin = spikes_[e].reset;
      if (!fit.determined[reset] || std::abs(trace_.potentials[begin] - fit.values[reset]) > far * error) continue;
      result.held[e] = begin + 1;
      result.stretches[e + 1].end = begin + 2;
    }
    for (const std::size_t e : on_course) {
      const std::size_t begin = spikes_[e].reset;
      // What is at the reset potential and on the course as well may have left it a little later.
      if (fit.determined[reset] && std::abs(trace_.potentials[begin] - fit.values[reset]) <= far * error) continue;
      result.stretches[e + 1].first = result.stretches[e + 1].anchor = begin;
    }
    return relaxation().refit(spikes_, result, fit);
  }

  /// The reading of the current with the smaller residuals of free courses; what is undecided is read as it is, but
  /// intervals hold for both then.
  void choose_reading() {
    const double floor = std::pow(1e-11 * range_, 2) * static_cast<double>(trace_.times.size());
    std::array<RelaxationFit, 2> fits;
    for (reading_ = 0; reading_ < 2; ++reading_) {
      fits[static_cast<std::size_t>(reading_)] = fit_free();
    }
    const double gain = fits[0].squares - fits[1].squares;
    // What few decimals leave may be the same for many samples, and does not average out: see reach().
    const double alike = rounding_hides_noise(fits[1]) ? std::sqrt(std::max(fits[1].freedom, 1.0)) : 1;
    const double telling = std::max(floor, 12 * alike * fits[1].squares / std::max(fits[1].freedom, 1.0));
    reading_ = gain > telling ? 1 : 0;
    free_ = fits[static_cast<std::size_t>(reading_)];
    other_reading_.reset();
    if (reading_ == 0 && gain > -telling) other_reading_ = fits[1];
    try_finer_holds();
  }

  /// Where neither reading explains a trace without noise, the current may have been held for a simulator's step, of
  /// which there are several from a sample to the next.
  void try_finer_holds() {
    constexpr int most_parts = 10;
    constexpr double explained = 1e-4;  // of the squares: the right step leaves nearly nothing
    constexpr double rounding = 1e-9;   // of the range: what is left where nothing is to be mended
    constexpr double noisy = 3e-3;      // of the range
    if (noise_ > noisy * range_ || rounding_hides_noise(free_) || rms(free_) < rounding * range_) return;
    if (held_parts_ > 1 || !even_step(trace_.times)) return;
    const Division plain = division(Start::free, plateau_);
    const double squares = relaxation().fit(spikes_, plain, tau_).squares;
    const auto [reading, held] = std::pair{reading_, inputs_[1]};
    reading_ = 1;
    // A table with every n-th value of a simulator's current has the others near the straight lines between them.
    for (const Current& current : {current_, joined_by_lines(current_)}) {
      for (held_parts_ = 2; held_parts_ <= most_parts; ++held_parts_) {
        inputs_[1] = InputResponse(current, InputReading::held, trace_.times, held_parts_);
        if (relaxation().fit(spikes_, plain, tau_).squares > explained * squares) continue;
        free_ = fit_free();
        other_reading_.reset();
        return;
      }
    }
    held_parts_ = 1;
    reading_ = reading;
    inputs_[1] = held;
  }

  /// Whether the last samples before the spikes are already the spikes', clipped at the threshold or somewhere near it:
  /// all alike where there is noise, or most of them off the fit.
  bool spikes_begin_clipped() const {
    const double noise = std::sqrt(variance(free_));
    const Courses courses(input(), free_);
    std::size_t alike = 0;
    std::size_t off = 0;
    for (std::size_t e = 0; e < spikes_.size(); ++e) {
      const std::size_t last = spikes_[e].last;
      // A course needs a few samples.
      if (last < free_.stretches[e].first + 3) return false;
      alike += std::abs(trace_.potentials[last] - trace_.potentials[spikes_[0].last]) <= 1e-3 * noise ? 1 : 0;
      off += std::abs(trace_.potentials[last] - courses.potential(e, last)) > 8 * noise + 1e-7 * range_ ? 1 : 0;
    }
    return (alike == spikes_.size() && alike > 2 && noise > 1e-6 * range_) || 2 * off > spikes_.size();
  }

  /// Whether what the free courses leave is noise. Where there is much of it, they may fit as badly for its sake: then
  /// hide_in_noise() judges.
  bool is_explained(double left) const {
    constexpr double much = 0.03;
    return noise_ > much * range_ || left <= 1.5 * noise_ + 1e-5 * range_ + 2 * most_rounding_;
  }

  /// What a fit leaves, mV.
  static double rms(const RelaxationFit& fit) { return std::sqrt(fit.squares / std::max(fit.freedom, 1.0)); }

  /// The variance of the noise, not below what rounding makes of it.
  double variance(const RelaxationFit& fit) const {
    const double floor = 1e-13 * (range_ + std::abs(trace_.potentials.front()));
    return fit.squares / std::max(fit.freedom, 1.0) + floor * floor;
  }

  /// How far an interval reaches to either side, for a value of variance 1.
  ///
  /// What rounding to few decimals did may be the same for all samples of a plateau, and does not average out: a value
  /// that is a weighted sum of n samples is off by at most the rounding times the sum of the weights' sizes, which is
  /// below the root of n times the sum of their squares.
  double reach(const RelaxationFit& fit) const {
    return students_t_quantile(std::max(fit.freedom, 1.0), 0.025) *
               std::sqrt(variance(fit) * (1 + fit.correlation) / (1 - fit.correlation)) +
           (rounding_hides_noise(fit) ? most_rounding_ * std::sqrt(static_cast<double>(trace_.times.size())) : 0);
  }
  /// Noise that is larger makes the rounding of each sample another one.
  bool rounding_hides_noise(const RelaxationFit& fit) const { return std::sqrt(variance(fit)) < 2 * most_rounding_; }

  std::optional<Estimate> linear_estimate(const RelaxationFit& fit, Column column) const {
    const auto j = static_cast<std::size_t>(column);
    if (!fit.determined[j]) return std::nullopt;
    const double value = fit.values[column];
    const bool is_potential = column == rest || column == reset;
    const double floor = 1e-10 * (is_potential ? range_ + std::abs(value) : std::abs(value));
    const double half = reach(fit) * std::sqrt(fit.covariance(column, column)) + floor;
    return Estimate{value, value - half, value + half};
  }

  static void leave_out(NeuronEstimate& result, Parameter parameter, std::string reason) {
    result.undetermined.push_back({parameter, std::move(reason)});
  }

  /// rest, resistance and tau; and the reasons for those that the fit leaves open.
  void report_membrane(NeuronEstimate& result, const RelaxationFit& fit) const {
    result.noise = rms(fit);
    result.rest = linear_estimate(fit, rest);
    result.resistance = linear_estimate(fit, resistance);
    result.tau = linear_estimate(fit, tau);
    if (other_reading_) {
      widen(result.rest, linear_estimate(*other_reading_, rest));
      widen(result.resistance, linear_estimate(*other_reading_, resistance));
      widen(result.tau, linear_estimate(*other_reading_, tau));
    }
    const auto blurred = [](const std::optional<Estimate>& e) { return e && !(e->low > 0 && e->high < 10 * e->low); };
    const auto currents = input().current();
    const auto [least, most] = std::minmax_element(currents.begin(), currents.end());
    const bool constant = *most - *least <= 1e-12 * std::max(std::abs(*least), std::abs(*most));
    const bool silent = constant && *most == 0;
    if (blurred(result.tau)) {
      result.tau.reset();
      leave_out(result, Parameter::tau, "the noise hides how the potential relaxes");
    } else if (!result.tau) {
      leave_out(result, Parameter::tau, "the potential does not relax anywhere: nothing moves it");
    }
    if (silent) {
      result.resistance.reset();
      leave_out(result, Parameter::resistance, "there is no current");
    } else if (blurred(result.resistance)) {
      result.resistance.reset();
      leave_out(result, Parameter::resistance, "the noise hides what the current does");
    } else if (!result.resistance) {
      leave_out(result, Parameter::resistance,
                constant ? "the current is constant, so that only rest + resistance x current shows: " +
                               to_text(fit.values[rest] + fit.values[resistance] * *most, "mV")
                         : "what the current does cannot be told from the relaxation of the potential");
    }
    if (!result.rest) {
      leave_out(result, Parameter::rest,
                constant ? "the current is constant, so that only rest + resistance x current shows: " +
                               to_text(fit.values[rest] + fit.values[resistance] * *most, "mV")
                         : "the level that the potential would settle at cannot be told from what the current does");
    }
  }

  void report_passive(NeuronEstimate& result, const RelaxationFit& fit, const std::string& reason) const {
    // What the last two samples alone tell, nothing confirms: a spike may be hidden before them.
    Division shorter = division(Start::free, 1);
    shorter.stretches[0].end -= 2;
    const RelaxationFit confirmed = relaxation().refit(spikes_, shorter, fit);
    RelaxationFit sure = fit;
    for (std::size_t j = 0; j < columns; ++j) sure.determined[j] = fit.determined[j] && confirmed.determined[j];
    report_membrane(result, sure);
    for (auto& [parameter, text] : result.undetermined) {
      const Column column = parameter == Parameter::rest ? rest : parameter == Parameter::resistance ? resistance : tau;
      const auto j = static_cast<std::size_t>(column);
      if (fit.determined[j] && !sure.determined[j]) text = "only the last two samples show it: record for longer";
    }
    for (const Parameter p : {Parameter::reset, Parameter::threshold, Parameter::refractory}) {
      leave_out(result, p, reason);
    }
    const auto step = even_step(trace_.times);
    if (step && reading_ == 1) report_stepper(result, *step / held_parts_);
    result.fitted = fitted(fit);
    finish(result);
  }

  void read_spikes(NeuronEstimate& result) {
    Division on_grid = division(Start::tied, plateau_);
    for (std::size_t s = 0; s < spikes_.size(); ++s) {
      Stretch& stretch = on_grid.stretches[s];
      if (free_.stretches[s].end > spikes_[s].last) stretch.end = std::max(stretch.first, spikes_[s].last + 1);
    }
    const RelaxationFit tied = relaxation().refit(spikes_, on_grid, free_);
    const double free_reach = reach(free_);
    ThresholdReader threshold(input(), spikes_, plateau_);
    const auto whole = noise_hides_crossings(free_) && input().jumps().empty() ? fit_whole() : std::nullopt;
    const auto continuous = whole ? whole->reading : threshold.continuous(free_, variance(free_), free_reach);
    const double whole_fall = whole ? whole->fall : std::numeric_limits<double>::infinity();
    // Each course begins that near to a sample, of a step, by chance in so many cases.
    constexpr double wide = 4;
    constexpr double chance = 0.01;
    const auto count = coincidences(tied);
    const bool fits_grid = count > 0 ? fits(tied.squares, tied.freedom, 0.001)
                                     : continuous.consistent && variance(tied) < 2 * variance(free_);
    const bool sharp = continuous.release_error < 0.1 &&
                       std::pow(wide * continuous.release_error, static_cast<double>(count)) < chance;
    const bool is_grid = timing_ == SpikeTiming::grid ||
                         (count > 0 && ((sharp && !fits_for_rounding_only(tied)) || !continuous.consistent));
    result.timing = !fits_grid || timing_ == SpikeTiming::continuous ? SpikeTiming::continuous
                    : is_grid                                        ? SpikeTiming::grid
                                                                     : SpikeTiming::either;
    if (whole && result.timing == SpikeTiming::continuous) {
      if (!continuous.consistent) {
        if (!hide_in_noise(result, whole_fall)) leave_all_open(result, unexplained);
        return finish(result);
      }
      free_ = relaxation().refit(spikes_, division(Start::free, whole->plateau), free_);
    }
    const bool between_samples = !whole && result.timing == SpikeTiming::continuous;
    const auto finer = between_samples && timing_ != SpikeTiming::continuous
                           ? find_finer_grid(input(), spikes_, free_, variance(free_), free_reach)
                           : std::nullopt;
    if (finer) return report_finer_grid(result, *finer);
    if (between_samples && !continuous.consistent) {
      if (rms(free_) > 3 * noise_ + 2 * most_rounding_) {
        leave_all_open(result, unexplained);
        return finish(result);
      }
      report_membrane(result, free_);
      for (const auto parameter : {Parameter::reset, Parameter::threshold, Parameter::refractory}) {
        leave_out(result, parameter, unexplained);
      }
      hidden_ = true;
      result.fitted = fitted(free_);
      return finish(result);
    }
    const RelaxationFit& fit = result.timing == SpikeTiming::grid ? tied : free_;
    report_membrane(result, fit);
    result.reset = linear_estimate(fit, reset);
    if (result.timing == SpikeTiming::either) {
      // Noise hides how many samples are the reset potential's; their mean may be of one too many.
      const auto tied_reset = linear_estimate(tied, reset);
      if (!result.reset) result.reset = tied_reset;
      widen(result.reset, tied_reset);
      if (whole) include(result.reset, continuous.reset);
      widen(result.reset, continuous.reset);
    }
    if (!whole && !result.reset) result.reset = continuous.reset;
    if (whole && result.timing != SpikeTiming::either && (!result.reset || result.timing == SpikeTiming::continuous)) {
      result.reset = continuous.reset;
    }
    if (!result.reset) {
      leave_out(result, Parameter::reset,
                whole ? unbounded : "the potential leaves the reset potential between two samples, at no time seen");
    }
    const auto grid = threshold.grid(tied, reach(tied));
    if (result.timing == SpikeTiming::continuous) {
      result.threshold = continuous.threshold;
      result.refractory = continuous.refractory;
    } else {
      result.threshold = grid.threshold;
      result.refractory = grid.refractory;
      if (result.timing == SpikeTiming::either) {
        const auto both = whole ? include : widen;
        both(result.threshold, continuous.threshold);
        both(result.refractory, continuous.refractory);
      }
    }
    if (result.timing != SpikeTiming::continuous) allow_other_plateaus(result, tied);
    for (const auto& [parameter, estimate] :
         {std::pair{Parameter::threshold, &result.threshold}, std::pair{Parameter::refractory, &result.refractory}}) {
      if (!*estimate) {
        leave_out(result, parameter, whole ? unbounded : "no spike is followed by a course that can be fitted");
      }
    }
    const bool both = result.threshold && result.reset;
    if (hide_in_noise(result, both ? result.threshold->value - result.reset->value : whole_fall)) return;
    remark(result, continuous.separate);
    const auto step = even_step(trace_.times);
    if (step && result.timing == SpikeTiming::grid) report_stepper(result, *step);
    report_spikes(result, fit);
  }

  void report_spikes(NeuronEstimate& result, const RelaxationFit& fit) const {
    for (const SampledSpike& spike : spikes_) {
      result.spikes.push_back(std::midpoint(trace_.times[spike.last], trace_.times[spike.reset]));
    }
    result.fitted = fitted(fit);
    finish(result);
  }

  void report_finer_grid(NeuronEstimate& result, const FinerGrid& grid) const {
    result.timing = SpikeTiming::grid;
    report_membrane(result, free_);
    result.reset = linear_estimate(free_, reset);
    result.threshold = grid.threshold;
    result.refractory = grid.refractory;
    result.remarks.push_back("the spikes are those of a simulator whose time step is " + to_text(grid.step, "ms") +
                             ", of which the samples are every " + std::to_string(grid.parts) +
                             ".: the threshold is known up to what the potential rises in a step, the refractory "
                             "period to one step, counted as Brian 2 does");
    report_stepper(result, grid.step);
    report_spikes(result, free_);
  }

  /// The time constant of a stepper with the grid that the trace shows. Nothing where no step is seen, or where the
  /// noise hides what difference it makes.
  void report_stepper(NeuronEstimate& result, double step) const {
    if (!result.tau) return;
    const auto forward = [&](double relaxed) { return step / -std::expm1(-step / relaxed); };
    const auto backward = [&](double relaxed) { return step / std::expm1(step / relaxed); };
    const Estimate euler{forward(result.tau->value), forward(result.tau->low), forward(result.tau->high)};
    if (euler.value <= result.tau->high) return;
    result.euler_tau = euler;
    result.remarks.push_back("tau is what the potential relaxes with, " + brief(result.tau->value, "ms", 5) +
                             ": the simulator's own if it steps by the exact solution; with its step of " +
                             brief(step, "ms", 5) +
                             ", forward Euler makes that of tau = " + brief(euler.value, "ms", 5) +
                             ", backward Euler of " + brief(backward(result.tau->value), "ms", 5));
  }

  /// Whether the time at which a fitted course crosses the threshold, or leaves the reset potential, is too uncertain
  /// for straight lines through both.
  bool noise_hides_crossings(const RelaxationFit& fit) const {
    constexpr double hiding = 1e-4;
    return std::sqrt(variance(fit)) > hiding * range_;
  }

  /// Why the fit of the whole trace leaves a parameter open.
  static constexpr const char* unbounded =
      "the noise hides it: however far it is moved to one side, the other parameters make up for that";

  static constexpr const char* unexplained =
      "no one threshold, reset potential and refractory period explain all spikes: the current may not be the one that "
      "flowed, spikes may be missing (too few samples apart to be told from each other: record with a higher sampling "
      "rate) or invented, or the noise may be too large";

  struct WholeReading {
    ThresholdReader::Continuous reading;
    double fall;          ///< mV, at a spike
    std::size_t plateau;  ///< by the best fit, after the spike after which most samples are at the reset potential
  };

  /// Threshold and refractory period by a fit of the whole trace, for spikes between the samples.
  std::optional<WholeReading> fit_whole() const {
    const auto& times = trace_.times;
    const Courses courses(input(), free_);
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    double stay = 0;
    double error = 0;
    double level = 0;
    double rise = 0;
    double count = 0;
    for (std::size_t e = 0; e < spikes_.size(); ++e) {
      const std::size_t release = spikes_[e].reset - 1 + plateau_;
      const auto fitted = [&](std::size_t s) { return free_.stretches[s].end >= free_.stretches[s].first + 2; };
      if (!fitted(e) || !fitted(e + 1) || release + 1 >= times.size()) continue;
      low = std::max(low, courses.potential(e, spikes_[e].last));
      high = std::min(high, courses.potential(e, spikes_[e].reset));
      rise += courses.potential(e, spikes_[e].reset) - courses.potential(e, spikes_[e].last);
      stay += times[release] - std::midpoint(times[spikes_[e].last], times[spikes_[e].reset]);
      level += courses.potential(e + 1, release);
      const double slope = courses.potential(e + 1, release + 1) - courses.potential(e + 1, release);
      error += std::sqrt(courses.variance(e + 1, release) * variance(free_)) / std::max(std::abs(slope), 1e-300);
      ++count;
    }
    if (count == 0) return std::nullopt;
    WholeFit::Values start;
    start << free_.values[rest], free_.values[resistance],
        free_.determined[reset] ? free_.values[reset] : level / count, free_.values[tau], std::midpoint(low, high),
        std::max(0.0, stay / count), courses.potential(0, 0);
    const double tau_error = std::sqrt(variance(free_) * free_.covariance(tau, tau));
    WholeFit fit(input(), trace_.potentials, spikes_, start, 10 * tau_error, std::pow(reach(free_), 2));
    ThresholdReader::Continuous result{};
    // The free courses have those plateaus that noise made fit best; missing spikes are far beyond any chance.
    constexpr double chance = 1e-7;
    result.consistent = fit.freedom() < free_.freedom + 1 || fits(fit.squares(), fit.freedom(), chance);
    result.release_error = error / count;
    if (result.consistent) {
      fit.find_intervals();
      result.threshold = fit.interval(WholeFit::threshold);
      result.refractory = fit.interval(WholeFit::refractory);
      const double record = trace_.times.back() - trace_.times.front();
      if (result.refractory && result.refractory->high > record) result.refractory.reset();  // as good as no end
      result.reset = fit.interval(WholeFit::reset);
    }
    result.separate = result.threshold && result.threshold->high - result.threshold->low < rise / count;
    const std::vector<double> releases = fit.releases();
    std::size_t plateau = 1;
    for (std::size_t e = 0; e < spikes_.size(); ++e) {
      const auto begin = times.begin() + static_cast<std::ptrdiff_t>(spikes_[e].reset);
      const auto end = std::upper_bound(begin, times.end(), releases[e]);
      plateau = std::max(plateau, static_cast<std::size_t>(end - begin));
    }
    const WholeFit::Values& values = result.consistent ? fit.values() : start;
    return WholeReading{result, values[WholeFit::threshold] - values[WholeFit::reset],
                        std::min(plateau, most_plateau())};
  }

  /// Where the spikes are not what they seem to be, nor are the courses between them.
  void leave_all_open(NeuronEstimate& result, const std::string& reason) {
    hidden_ = true;
    result.undetermined.clear();
    for (const auto& [parameter, estimate] :
         {std::pair{Parameter::rest, &result.rest}, std::pair{Parameter::reset, &result.reset},
          std::pair{Parameter::threshold, &result.threshold}, std::pair{Parameter::resistance, &result.resistance},
          std::pair{Parameter::tau, &result.tau}, std::pair{Parameter::refractory, &result.refractory}}) {
      estimate->reset();
      leave_out(result, parameter, reason);
    }
    result.fitted.assign(trace_.times.size(), std::numeric_limits<double>::quiet_NaN());
  }

  /// Leaves all open where a spike's fall is too small in the noise: spikes are then missed and invented, and intervals
  /// that take them for given say nothing.
  bool hide_in_noise(NeuronEstimate& result, double fall) {
    // At 8 times one trace in four has a spike missed, which makes the fit so bad that it finds less than 3 times.
    constexpr double least = 7;
    if (fall >= least * result.noise) return false;
    leave_all_open(
        result,
        "the current given does not fit the potential: is it the injected one, in the right unit? What the best fit "
        "leaves, " +
            brief(result.noise, "mV", 3) + ", is more than a seventh of the fall at a spike, " + brief(fall, "mV", 3) +
            ": if the current is right, spikes cannot be told from noise; record with less of it, or average trials");
    return true;
  }

  /// Noise may let a plateau of a sample more or less fit as well; the intervals then hold for those as well.
  void allow_other_plateaus(NeuronEstimate& result, const RelaxationFit& tied) {
    constexpr double as_well = 6;  // of the noise's variance; beyond it lie 1.5 % of chi-squared
    const std::size_t best = plateau_;
    const std::size_t most = most_plateau();
    const auto attempt = [&](std::size_t plateau) {
      const RelaxationFit other = relaxation().refit(spikes_, division(Start::tied, plateau), tied);
      const double rounding = 1e-9 * range_;
      if (!(other.squares - tied.squares < as_well * (variance(tied) + rounding * rounding))) return false;
      plateau_ = plateau;
      widen(result.rest, linear_estimate(other, rest));
      widen(result.reset, linear_estimate(other, reset));
      widen(result.resistance, linear_estimate(other, resistance));
      widen(result.tau, linear_estimate(other, tau));
      const auto grid = ThresholdReader(input(), spikes_, plateau).grid(other, reach(other));
      widen(result.threshold, grid.threshold);
      widen(result.refractory, grid.refractory);
      return true;
    };
    // Strides grow as long as they lead to one that fits as well: there may be thousands.
    for (const bool down : {true, false}) {
      std::size_t here = best;
      for (std::size_t stride = 1; stride > 0;) {
        const bool inside = down ? here > stride : here + stride <= most;
        const std::size_t next = down ? here - stride : here + stride;
        const bool fits_as_well = inside && attempt(next);
        if (fits_as_well) here = next;
        stride = fits_as_well ? 2 * stride : stride / 2;
      }
    }
    plateau_ = best;
  }

  /// What holds for both; nothing does where either is without bound.
  static void include(std::optional<Estimate>& a, const std::optional<Estimate>& b) {
    if (!b) a.reset();
    widen(a, b);
  }

  static void widen(std::optional<Estimate>& a, const std::optional<Estimate>& b) {
    if (!a || !b) return;
    a->low = std::min(a->low, b->low);
    a->high = std::max(a->high, b->high);
  }

  /// How many coincidences it would be, did spikes lie between samples, that all courses begin on samples, at one
  /// potential: one for each of them, less one where no other sample is at the reset potential; but none where the
  /// spikes before them have the same time in their steps, too.
  std::size_t coincidences(const RelaxationFit& tied) const {
    const Courses courses(input(), tied);
    std::vector<std::pair<double, double>> sides;
    std::size_t count = 0;
    for (std::size_t e = 0; e < spikes_.size(); ++e) {
      if (tied.stretches[e + 1].end <= tied.stretches[e + 1].first) continue;
      ++count;
      if (tied.stretches[e].end <= tied.stretches[e].first) continue;
      sides.emplace_back(courses.potential(e, spikes_[e].last), courses.potential(e, spikes_[e].reset));
    }
    if (plateau_ > 1) return count;
    if (sides.empty()) return 0;
    const double below = std::max_element(sides.begin(), sides.end())->first;
    const double above = std::min_element(sides.begin(), sides.end(), [](const auto& a, const auto& b) {
                           return a.second < b.second;
                         })->second;
    constexpr double same = 0.05;  // of a step
    constexpr int parts = 8;
    for (int k = 0; k <= parts; ++k) {
      const double threshold = below + (above - below) * k / parts;
      double first = 1;
      double last = 0;
      for (const auto& [u, next] : sides) {
        first = std::min(first, (threshold - u) / (next - u));
        last = std::max(last, (threshold - u) / (next - u));
      }
      if (last - first < same) return 0;
    }
    return count - 1;
  }

  /// Whether a fit with fewer unknowns than the free courses' is as good as it should be.
  ///
  /// @param chance  that one is taken for worse which is not
  bool fits(double squares, double freedom, double chance) const {
    const double extra = freedom - free_.freedom;
    if (extra < 1 || free_.freedom < 1) return false;
    if (rounding_hides_noise(free_) && squares <= freedom * most_rounding_ * most_rounding_) return true;
    const double floor = std::pow(1e-9 * range_, 2);
    const double ratio = (squares - free_.squares) / extra / (free_.squares / free_.freedom + floor);
    return ratio < fisher_f_quantile(extra, free_.freedom, chance);
  }

  /// Whether a fit that fits() leaves more than the free courses, if no more than rounding may.
  bool fits_for_rounding_only(const RelaxationFit& fit) const {
    constexpr double more = 1.2;
    return rounding_hides_noise(free_) && variance(fit) > more * variance(free_);
  }

  void remark(NeuronEstimate& result, bool separate) const {
    switch (result.timing) {
      case SpikeTiming::grid:
        result.remarks.emplace_back(
            "the spikes are those of a simulator whose time step is the samples': the threshold is known up to what "
            "the potential rises in a step, the refractory period to one step, counted as Brian 2 does");
        break;
      case SpikeTiming::either:
        result.remarks.emplace_back(
            "noise, or too few spikes, hide whether spikes lie on the samples or between them: the intervals of "
            "threshold and refractory period hold for both");
        break;
      case SpikeTiming::continuous:
        if (!separate && result.threshold) {
          result.remarks.emplace_back(
              "the speeds at which the spikes cross the threshold do not part it from the refractory period: both are "
              "known "
              "to what a step between samples leaves open");
        }
    }
  }

  std::vector<double> fitted(const RelaxationFit& fit) const {
    const std::size_t count = trace_.times.size();
    std::vector<double> values(count, std::numeric_limits<double>::quiet_NaN());
    const Courses courses(input(), fit);
    for (std::size_t s = 0; s < fit.stretches.size(); ++s) {
      const std::size_t end = s < spikes_.size() ? spikes_[s].last + 1 : count;
      if (s > 0) {
        const std::size_t release = std::min(fit.stretches[s].first, end);
        for (std::size_t i = spikes_[s - 1].reset; i < release && fit.determined[reset]; ++i)
          values[i] = fit.values[reset];
      }
      for (std::size_t i = fit.stretches[s].first; i < end; ++i) values[i] = courses.potential(s, i);
    }
    return values;
  }

  static void finish(NeuronEstimate& result) {
    std::stable_sort(result.undetermined.begin(), result.undetermined.end(),
                     [](const auto& a, const auto& b) { return a.parameter < b.parameter; });
  }

  const VoltageTrace& trace_;
  const Current& current_;
  SpikeTiming timing_;
  double range_;
  double noise_;
  double most_rounding_;  // mV: of what few decimals left
  std::array<InputResponse, 2> inputs_;
  int reading_ = 0;
  int held_parts_ = 1;  // how many times a value of the current is held from a sample to the next
  std::vector<SampledSpike> spikes_;
  std::size_t plateau_ = 1;
  double tau_ = 1;
  bool hidden_ = false;
  RelaxationFit free_{};
  std::optional<RelaxationFit> other_reading_{};  // where noise hides which one it is
};

}  // namespace

NeuronEstimate estimate_neuron(const VoltageTrace& trace, const Current& current, SpikeTiming timing) {
  check(trace);
  Reader reader(trace, current, timing);
  NeuronEstimate result = reader.read();
  if (!result.undetermined.empty() && !reader.hidden()) {
    Probe probe = probing_current(result, trace, current);
    result.probe = std::move(probe.steps);
    result.probe_caveat = std::move(probe.caveat);
  }
  return result;
}

}  // namespace lapicque
