#include "report.hpp"

#include <array>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "brief.hpp"
#include "lapicque/error.hpp"
#include "membrane_report.hpp"
#include "precision.hpp"

namespace lapicque::estimation {
namespace {

/// Why the fit of the whole trace leaves a parameter open.
constexpr const char* unbounded =
    "the noise hides it: however far it is moved to one side, the other parameters make up for that";

constexpr const char* unexplained =
    "no one threshold, reset potential and refractory period explain all spikes: the current may not be the one that "
    "flowed, spikes may be missing (too few samples apart to be told from each other: record with a higher sampling "
    "rate) or invented, or the noise may be too large";

constexpr std::array spike_parameters{Parameter::reset, Parameter::threshold, Parameter::refractory};
constexpr int digits = 3;  // of potentials in reasons

NeuronEstimate begun(const Evidence& evidence, SpikeTiming timing) {
  NeuronEstimate result{};
  result.input = evidence.free.reading;
  result.noise = rms(evidence.free.fit);
  result.timing = timing;
  return result;
}

/// Where the spikes are not what they seem to be, nor are the courses between them: nothing would mend that but another
/// recording, so that no current is proposed.
NeuronEstimate all_open(const Evidence& evidence, SpikeTiming timing, double noise, const std::string& reason) {
  NeuronEstimate result = begun(evidence, timing);
  result.noise = noise;
  for (const Parameter p : {Parameter::rest, Parameter::reset, Parameter::threshold, Parameter::resistance,
                            Parameter::tau, Parameter::refractory}) {
    leave_open(result, p, reason);
  }
  result.fitted.assign(evidence.trace.times.size(), std::numeric_limits<double>::quiet_NaN());
  return result;
}

/// Whether a spike's fall is too small in the noise: spikes are then missed and invented, and intervals that take them
/// for given say nothing.
bool noise_hides_spikes(double noise, double fall) {
  // At 8 times one trace in four has a spike missed, which makes the fit so bad that it finds less than 3 times.
  constexpr double least = 7;
  return !(fall >= least * noise);
}

NeuronEstimate hidden_in_noise(const Evidence& evidence, SpikeTiming timing, double noise, double fall) {
  return all_open(
      evidence, timing, noise,
      "the current given does not fit the potential: is it the injected one, in the right unit? What the best fit "
      "leaves, " +
          brief(noise, "mV", digits) + ", is more than a seventh of the fall at a spike, " + brief(fall, "mV", digits) +
          ": if the current is right, spikes cannot be told from noise; record with less of it, or average trials");
}

void add_spikes(NeuronEstimate& result, const Evidence& evidence, const RelaxationFit& fit) {
  const auto& spikes = evidence.segments.spikes;
  for (const SampledSpike& spike : spikes) {
    result.spikes.push_back(std::midpoint(evidence.trace.times[spike.last], evidence.trace.times[spike.reset]));
  }
  result.fitted = fitted_potentials(evidence.free.input, spikes, fit);
}

NeuronEstimate on_finer_grid(const Evidence& evidence, const RelaxationFit& fit, const FinerGrid& grid) {
  NeuronEstimate result = begun(evidence, SpikeTiming::grid);
  report_membrane(result, evidence, fit);
  result.reset = linear_estimate(fit, reset, evidence.trace);
  result.threshold = grid.threshold;
  result.refractory = grid.refractory;
  result.remarks.push_back("the spikes are those of a simulator whose time step is " + to_text(grid.step, "ms") +
                           ", of which the samples are every " + std::to_string(grid.parts) +
                           ".: the threshold is known up to what the potential rises in a step, the refractory "
                           "period to one step, counted as Brian 2 does");
  report_stepper(result, grid.step);
  add_spikes(result, evidence, fit);
  return result;
}

/// The membrane alone, of spikes that no one threshold explains; no current is proposed, as none would mend that.
NeuronEstimate of_unexplained_spikes(const Evidence& evidence, const RelaxationFit& fit) {
  constexpr double much = 3;  // times the local noise
  const MeasuredTrace& trace = evidence.trace;
  if (rms(fit) > much * trace.noise + 2 * trace.rounding) {
    return all_open(evidence, SpikeTiming::continuous, rms(fit), unexplained);
  }
  NeuronEstimate result = begun(evidence, SpikeTiming::continuous);
  report_membrane(result, evidence, fit);
  for (const auto parameter : spike_parameters) leave_open(result, parameter, unexplained);
  result.fitted = fitted_potentials(evidence.free.input, evidence.segments.spikes, fit);
  sort_reasons(result);
  return result;
}

std::optional<Estimate> reset_estimate(const Evidence& evidence, const SpikeReading& reading,
                                       const RelaxationFit& fit) {
  const bool whole = reading.whole_fall.has_value();
  auto result = linear_estimate(fit, reset, evidence.trace);
  if (reading.timing == SpikeTiming::either) {
    // Noise hides how many samples are the reset potential's; their mean may be of one too many.
    const auto tied_reset = linear_estimate(reading.tied, reset, evidence.trace);
    if (!result) result = tied_reset;
    widen(result, tied_reset);
    if (whole) include(result, reading.continuous.reset);
    widen(result, reading.continuous.reset);
  }
  if (!whole && !result) result = reading.continuous.reset;
  if (whole && reading.timing != SpikeTiming::either && (!result || reading.timing == SpikeTiming::continuous)) {
    result = reading.continuous.reset;
  }
  return result;
}

void report_threshold(NeuronEstimate& result, const SpikeReading& reading) {
  if (reading.timing == SpikeTiming::continuous) {
    result.threshold = reading.continuous.threshold;
    result.refractory = reading.continuous.refractory;
    return;
  }
  result.threshold = reading.grid.threshold;
  result.refractory = reading.grid.refractory;
  if (reading.timing == SpikeTiming::grid) return;
  const auto both = reading.whole_fall ? include : widen;
  both(result.threshold, reading.continuous.threshold);
  both(result.refractory, reading.continuous.refractory);
}

/// Noise may let a plateau of a sample more or less fit as well; the intervals then hold for those as well.
void allow_other_plateaus(NeuronEstimate& result, const Evidence& evidence, const RelaxationFit& tied) {
  constexpr double as_well = 6;        // of the noise's variance; beyond it lie 1.5 % of chi-squared
  constexpr double arithmetic = 1e-9;  // of the range
  const auto& [trace, current, segments, free] = evidence;
  const auto& spikes = segments.spikes;
  const Relaxation relaxation(free.input, trace.potentials);
  const double rounding = arithmetic * trace.range;
  const double allowed = as_well * (variance(tied, trace) + rounding * rounding);
  const auto attempt = [&](std::size_t plateau) {
    const RelaxationFit other = relaxation.refit(spikes, divide(trace, spikes, Start::tied, plateau), tied);
    if (!(other.squares - tied.squares < allowed)) return false;
    widen(result.rest, linear_estimate(other, rest, trace));
    widen(result.reset, linear_estimate(other, reset, trace));
    widen(result.resistance, linear_estimate(other, resistance, trace));
    widen(result.tau, linear_estimate(other, tau, trace));
    const auto grid = threshold_on_samples(free.input, spikes, plateau, other, reach(other, trace));
    widen(result.threshold, grid.threshold);
    widen(result.refractory, grid.refractory);
    return true;
  };
  // Strides grow as long as they lead to one that fits as well: there may be thousands.
  const std::size_t most = most_plateau(trace, spikes);
  for (const bool down : {true, false}) {
    std::size_t here = segments.plateau;
    for (std::size_t stride = 1; stride > 0;) {
      const bool inside = down ? here > stride : here + stride <= most;
      const std::size_t next = down ? here - stride : here + stride;
      const bool fits_as_well = inside && attempt(next);
      if (fits_as_well) here = next;
      stride = fits_as_well ? 2 * stride : stride / 2;
    }
  }
}

void remark(NeuronEstimate& result, bool separate) {
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
            "known to what a step between samples leaves open");
      }
  }
}

}  // namespace

bool is_explained(const Evidence& evidence) {
  constexpr double much = 0.03;        // of the range
  constexpr double more_noise = 1.5;   // times the local noise, which is an estimate itself
  constexpr double more_range = 1e-5;  // of the range: curvature that second differences do not see
  const MeasuredTrace& trace = evidence.trace;
  return trace.noise > much * trace.range ||
         rms(evidence.free.fit) <= more_noise * trace.noise + more_range * trace.range + 2 * trace.rounding;
}

NeuronEstimate report_misfit(const Evidence& evidence) {
  const double noise = rms(evidence.free.fit);
  return all_open(evidence, SpikeTiming::either, noise,
                  "the current given does not fit the potential: is it the injected one, in the right unit and at the "
                  "right times? What the best fit leaves, " +
                      brief(noise, "mV", digits) + ", is more than the noise, " +
                      brief(evidence.trace.noise, "mV", digits));
}

NeuronEstimate report_passive(const Evidence& evidence) {
  const auto& [trace, current, segments, free] = evidence;
  const RelaxationFit& fit = free.fit;
  NeuronEstimate result = begun(evidence, SpikeTiming::either);
  // What the last two samples alone tell, nothing confirms: a spike may be hidden before them.
  Division shorter = divide(trace, {}, Start::free, 1);
  shorter.stretches[0].end -= 2;
  const RelaxationFit confirmed = Relaxation(free.input, trace.potentials).refit({}, shorter, fit);
  RelaxationFit sure = fit;
  for (std::size_t j = 0; j < columns; ++j) sure.determined[j] = fit.determined[j] && confirmed.determined[j];
  report_membrane(result, evidence, sure);
  for (auto& [parameter, text] : result.undetermined) {
    const Column column = parameter == Parameter::rest ? rest : parameter == Parameter::resistance ? resistance : tau;
    const auto j = static_cast<std::size_t>(column);
    if (fit.determined[j] && !sure.determined[j]) text = "only the last two samples show it: record for longer";
  }
  for (const Parameter p : spike_parameters) leave_open(result, p, "there is no spike in the trace");
  report_stepper(result, free.step);
  result.fitted = fitted_potentials(free.input, {}, fit);
  sort_reasons(result);
  propose_probe(result, evidence);
  return result;
}

NeuronEstimate report_spikes(const Evidence& evidence, const SpikeReading& reading) {
  const bool between_samples = reading.timing == SpikeTiming::continuous;
  if (reading.finer) {
    NeuronEstimate result = on_finer_grid(evidence, reading.free, *reading.finer);
    sort_reasons(result);
    propose_probe(result, evidence);
    return result;
  }
  if (between_samples && !reading.continuous.consistent) {
    if (!reading.whole_fall) return of_unexplained_spikes(evidence, reading.free);
    const double noise = rms(evidence.free.fit);
    return noise_hides_spikes(noise, *reading.whole_fall)
               ? hidden_in_noise(evidence, reading.timing, noise, *reading.whole_fall)
               : all_open(evidence, reading.timing, noise, unexplained);
  }
  const RelaxationFit& fit = reading.timing == SpikeTiming::grid ? reading.tied : reading.free;
  NeuronEstimate result = begun(evidence, reading.timing);
  report_membrane(result, evidence, fit);
  result.reset = reset_estimate(evidence, reading, fit);
  if (!result.reset) {
    leave_open(result, Parameter::reset,
               reading.whole_fall ? unbounded
                                  : "the potential leaves the reset potential between two samples, at no time seen");
  }
  report_threshold(result, reading);
  if (!between_samples) allow_other_plateaus(result, evidence, reading.tied);
  for (const auto& [parameter, estimate] :
       {std::pair{Parameter::threshold, &result.threshold}, std::pair{Parameter::refractory, &result.refractory}}) {
    if (*estimate) continue;
    leave_open(result, parameter,
               reading.whole_fall ? unbounded : "no spike is followed by a course that can be fitted");
  }
  const double fall = result.threshold && result.reset
                          ? result.threshold->value - result.reset->value
                          : reading.whole_fall.value_or(std::numeric_limits<double>::infinity());
  if (noise_hides_spikes(result.noise, fall)) return hidden_in_noise(evidence, reading.timing, result.noise, fall);
  remark(result, reading.continuous.separate);
  if (reading.timing == SpikeTiming::grid) report_stepper(result, even_step(evidence.trace.times).value_or(0));
  add_spikes(result, evidence, fit);
  sort_reasons(result);
  propose_probe(result, evidence);
  return result;
}

}  // namespace lapicque::estimation
