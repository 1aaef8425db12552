#include "lapicque/excitability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "input/argument.hpp"
#include "lapicque/error.hpp"
#include "numbers/cycles.hpp"
#include "theory/closed_form.hpp"

namespace lapicque {
namespace {

using detail::difference;
using detail::drive_above_threshold;
using detail::require_quiet_at_rest;
using detail::rounded;
using Real = detail::Real50;

// The time in which u rises from `start` to the threshold, u_inf lying `above` it.
Real rise_time(const Neuron& neuron, double start, const Real& above) {
  return neuron.tau() * log1p(Real(difference(neuron.threshold(), start) / above));
}

Real period(const Neuron& neuron, const Real& above) {
  return neuron.refractory() + rise_time(neuron, neuron.reset(), above);
}

std::size_t to_count(const Real& whole_number) {
  if (whole_number >= std::numeric_limits<std::size_t>::max()) return std::numeric_limits<std::size_t>::max();
  return whole_number.convert_to<std::size_t>();
}

// Spikes in [0, duration] where u_inf lies `above` the threshold and the first one comes at `latency`.
std::size_t spikes_within(const Neuron& neuron, const Real& duration, const Real& latency, const Real& above) {
  if (latency > duration) return 0;
  return to_count(1 + floor(Real((duration - latency) / period(neuron, above))));
}

// For how long the current flows while spikes are counted, ms.
Real exposure(const Neuron& neuron, const StepProtocol& protocol) {
  detail::require_not_negative(protocol.start, "start", "ms");
  if (!(protocol.stop > protocol.start)) {
    throw InvalidArgument("stop", to_text(protocol.stop, "ms"), "an interval must end after it starts",
                          "choose a stop after " + to_text(protocol.start, "ms"));
  }
  detail::require_positive(protocol.counted, "counted", "ms");
  require_quiet_at_rest(neuron);
  return std::max(Real(0), difference(std::min(protocol.stop, protocol.counted), protocol.start));
}

}  // namespace

double steady_state_potential(const Neuron& neuron, double current) {
  detail::require_finite(current, "current", "nA");
  return std::fma(neuron.resistance(), current, neuron.rest());
}

double rheobase(const Neuron& neuron) {
  return rounded(difference(neuron.threshold(), neuron.rest()) / neuron.resistance());
}

std::optional<double> first_spike_latency(const Neuron& neuron, double current, double start_potential) {
  detail::require_finite(current, "current", "nA");
  detail::require_finite(start_potential, "start_potential", "mV");
  if (start_potential >= neuron.threshold()) {
    throw InvalidArgument("start_potential", to_text(start_potential, "mV"), "must lie below the threshold",
                          "choose one below " + to_text(neuron.threshold(), "mV"));
  }
  const Real above = drive_above_threshold(neuron, current);
  if (above <= 0) return std::nullopt;
  return rounded(rise_time(neuron, start_potential, above));
}

double threshold_amplitude(const Neuron& neuron, double duration) {
  if (!(duration > 0)) {
    throw InvalidArgument("duration", to_text(duration, "ms"), "a pulse must have a length greater than 0",
                          "no amplitude is enough without one");
  }
  require_quiet_at_rest(neuron);
  if (duration == std::numeric_limits<double>::infinity()) return rheobase(neuron);
  const Real fraction = -expm1(Real(-Real(duration) / neuron.tau()));
  return rounded(difference(neuron.threshold(), neuron.rest()) / (neuron.resistance() * fraction));
}

double chronaxie(const Neuron& neuron) {
  require_quiet_at_rest(neuron);
  return rounded(neuron.tau() * log(Real(2)));
}

double firing_rate(const Neuron& neuron, double current) {
  detail::require_plain(neuron, "this closed form");
  detail::require_finite(current, "current", "nA");
  const Real above = drive_above_threshold(neuron, current);
  if (above <= 0) return 0;
  return rounded(detail::ms_per_second / period(neuron, above));
}

double limiting_rate(const Neuron& neuron) { return detail::ms_per_second / neuron.refractory(); }

double current_for_rate(const Neuron& neuron, double rate) {
  detail::require_positive(rate, "rate", "Hz");
  detail::require_plain(neuron, "this closed form");
  const Real rise = detail::ms_per_second / Real(rate) - neuron.refractory();
  if (Real(rate) * neuron.refractory() >= detail::ms_per_second) {
    throw InvalidArgument("rate", to_text(rate, "Hz"), "no current reaches a rate of 1/refractory or more",
                          "choose one below " + to_text(limiting_rate(neuron), "Hz"));
  }
  const Real above = difference(neuron.threshold(), neuron.reset()) / expm1(Real(rise / neuron.tau()));
  return rounded((difference(neuron.threshold(), neuron.rest()) + above) / neuron.resistance());
}

double firing_rate_slope(const Neuron& neuron, double current) {
  detail::require_plain(neuron, "this closed form");
  detail::require_finite(current, "current", "nA");
  const Real above = drive_above_threshold(neuron, current);
  if (above <= 0) return 0;
  const Real rate = detail::ms_per_second / period(neuron, above);
  const Real rise = difference(neuron.threshold(), neuron.reset());
  return rounded(rate * rate / detail::ms_per_second * neuron.tau() * neuron.resistance() * rise /
                 (above * (above + rise)));
}

std::optional<double> firing_rate_near_rheobase(const Neuron& neuron, double current) {
  detail::require_plain(neuron, "this closed form");
  detail::require_finite(current, "current", "nA");
  const Real above = drive_above_threshold(neuron, current);
  if (above <= 0) return 0;
  const Real ratio = difference(neuron.threshold(), neuron.reset()) / above;
  if (ratio <= 1) return std::nullopt;
  return rounded(detail::ms_per_second / (neuron.refractory() + neuron.tau() * log(ratio)));
}

double firing_rate_far_above(const Neuron& neuron, double current) {
  detail::require_plain(neuron, "this closed form");
  detail::require_finite(current, "current", "nA");
  const Real above = drive_above_threshold(neuron, current);
  if (above <= 0) return 0;
  const Real rise = difference(neuron.threshold(), neuron.reset());
  return rounded(detail::ms_per_second / (neuron.refractory() + neuron.tau() * rise / (above + rise / 2)));
}

std::size_t spike_count(const Neuron& neuron, double current, double duration) {
  detail::require_plain(neuron, "this closed form");
  detail::require_finite(current, "current", "nA");
  detail::require_not_negative(duration, "duration", "ms");
  const Real above = drive_above_threshold(neuron, current);
  if (above <= 0) return 0;
  return spikes_within(neuron, duration, rise_time(neuron, neuron.initial(), above), above);
}

std::size_t spike_count(const Neuron& neuron, double current, const StepProtocol& protocol) {
  detail::require_plain(neuron, "this closed form");
  detail::require_finite(current, "current", "nA");
  const Real duration = exposure(neuron, protocol);
  const Real above = drive_above_threshold(neuron, current);
  if (above <= 0) return 0;
  // theta - u at the onset: the neuron is at rest plus what is left of its initial distance from it.
  const Real left = difference(neuron.initial(), neuron.rest()) * exp(Real(-Real(protocol.start) / neuron.tau()));
  const Real way = difference(neuron.threshold(), neuron.rest()) - left;
  return spikes_within(neuron, duration, neuron.tau() * log1p(Real(way / above)), above);
}

double firing_rate(const Neuron& neuron, double current, const StepProtocol& protocol) {
  return static_cast<double>(spike_count(neuron, current, protocol)) * detail::ms_per_second / protocol.counted;
}

double limiting_rate(const Neuron& neuron, const StepProtocol& protocol) {
  const Real duration = exposure(neuron, protocol);
  if (duration == 0) return 0;
  if (neuron.refractory() == 0) return std::numeric_limits<double>::infinity();
  return rounded(ceil(Real(duration / neuron.refractory())) * detail::ms_per_second / protocol.counted);
}

}  // namespace lapicque
