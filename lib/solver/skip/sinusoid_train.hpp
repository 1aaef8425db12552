#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <optional>
#include <variant>

#include "input/timeline.hpp"
#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/constants.hpp"
#include "solver/root.hpp"
#include "solver/state.hpp"
#include "solver/step.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// Spikes under a constant and sinusoids of one frequency, by closed forms in the phase.
///
/// The drive d = level + A sin(phase) is above 0 on the same part of each period, or always. With the steady response
/// w(t) = level + B sin(phase - lag), x(t) = w(t) + (x(0) - w(0)) e^(-t/tau_m). So all ends of suprathreshold parts,
/// which are where the drive falls through 0, have one w_fall = w there, and at the k-th of them
///
///     x = w_fall + (x(0) - w(0)) e^(-t_k/tau_m),   t_k = t_0 + k periods,
///
/// which grows with k where x(0) < w(0): one logarithm tells the first k with x > 0, which is the part with the
/// crossing, however many come before it, and the signs at two ends prove it. They are told in double, and where they
/// are not plain the skip refuses. The search inside begins as long before the part's end as the last spike came, which
/// a train that locks or drifts slowly hardly changes.
template <class Real>
class SinusoidTrain {
 public:
  using Number = Ball<Real>;
  using Time = Clock<Real>;
  using Instant = Ball<Time>;

  /// @param constants  must outlive this
  SinusoidTrain(const Constants<Real>& constants, bool nearest)
      : constants_(constants), level_(constants), nearest_(nearest) {
    x_.tau = constants.at_rest.tau;
    x_.rate = constants.at_rest.rate;
  }

  /// The end of refractoriness, and the next spike, if they come before the next event.
  Step<Real> pass(State<Real>& state, const Timeline& timeline, double horizon) {
    if (!serves(state, timeline)) return {};
    const double end = std::min(timeline.next(), horizon);
    if (!may_reach(state, timeline, end)) return {};
    std::uint64_t stretches = 0;
    if (state.refractory) {
      const auto waits = state.precedes_release(end);
      if (!waits || *waits) return {};
      state.release(constants_);
      stretches = 1;
    }
    if (!(state.since.mid < Time(end)) || (state.since.mid == refused_at_ && end == refused_before_))
      return {.stretches = stretches};
    if (const auto firing = next_spike(state, timeline, end)) {
      state.fire(constants_, firing->time, false);
      return {.stretches = stretches + 1, .firing = firing, .located_by = RealTraits<Real>::rung};
    }
    refused_at_ = state.since.mid;
    refused_before_ = end;
    return {.stretches = stretches};
  }

 private:
  /// Whether nothing acts but what is constant and sinusoids of one frequency.
  bool serves(const State<Real>& state, const Timeline& timeline) const {
    const auto waves = timeline.waves();
    if (waves.empty() || !timeline.lines().empty()) return false;
    const auto pieces = constants_.problem().current.pieces();
    const auto frequency = [&](const Wave& wave) { return std::get<Sinusoid>(pieces[wave.index]).frequency; };
    return std::all_of(waves.begin(), waves.end(),
                       [&](const Wave& wave) { return frequency(wave) == frequency(waves.front()); }) &&
           std::all_of(state.parts.begin(), state.parts.end(), [](const auto& part) { return is_silent(part); });
  }

  /// @return whether a sinusoid is left, and the time of the start is known well enough
  bool set_trajectory(const State<Real>& state, const Timeline& timeline) {
    const Number& level = level_.at(timeline).value;
    x_.level = level;
    x_.level_parts = constants_.level_parts(level);
    constants_.place_waves(timeline, state.since.mid, x_.sines);
    x_.start = convert_ball<Real>(state.potential);
    const auto blur = State<Real>::blur_of(x_, state.since.rad);
    if (blur) x_.start += *blur;
    return blur && x_.sines.size() == 1;
  }

  /// Whether the drive's greatest value, lasting until `end`, would lift the potential to the threshold. On most
  /// stretches between many events it would not, and other skips pass those sooner.
  bool may_reach(const State<Real>& state, const Timeline& timeline, double end) {
    double ceiling = convert_real<double>(level_.at(timeline).value.mid);
    for (const Wave& wave : timeline.waves()) {
      for (const double part : wave.amplitude.parts()) ceiling += constants_.neuron().resistance() * std::fabs(part);
    }
    const double start = state.refractory ? constants_.neuron().reset() - constants_.neuron().threshold()
                                          : convert_real<double>(state.potential.mid);
    const double length = end - convert_real<double>(state.since.mid);
    return start + (ceiling - start) * std::min(1.0, length / constants_.neuron().tau()) > 0;
  }

  /// Where a crossing is: x(from) < 0 < x(to), and there is no other until `to`, ms into the stretch.
  struct Part {
    double from;
    double to;
    double fall;  ///< the end of the suprathreshold part, or infinite
  };

  std::optional<Firing<Real>> next_spike(const State<Real>& state, const Timeline& timeline, double end) {
    if (!set_trajectory(state, timeline)) return std::nullopt;
    const auto part = part_with_crossing(x_, convert_real<double>(state.length_until(end).mid));
    if (!part) return std::nullopt;
    // The first spike of a part comes where that of the last part did, and the others at intervals that change little.
    const double fall = convert_real<double>(state.since.mid) + part->fall;
    const bool is_first = std::fabs(fall - last_fall_) > (part->to - part->from) / 2;
    const Root<Real> root =
        root_in<Real>({Real(part->from), Real(part->to)}, x_, convert_radius<Radius<Real>>(magnitude(state.since.mid)),
                      is_first ? part->fall - first_before_fall_ : last_length_);
    const Instant time = Instant(state.since.mid, 0) +
                         Instant(convert_real<Time>(root.offset), convert_radius<Radius<Time>>(root.error));
    if (!root.is_clear || !comes_before(time, end) || (nearest_ && !has_one_nearest_double(time))) return std::nullopt;
    last_fall_ = fall;
    last_length_ = convert_real<double>(root.offset);
    if (is_first) first_before_fall_ = part->fall - last_length_;
    return Firing<Real>{time, root.slope, root.condition};
  }

  /// The part with the first crossing in (0, length), ms; empty where there is none, or where a double does not plainly
  /// tell. Numbers that are not numbers, and infinite ones, fail a comparison on the way.
  static std::optional<Part> part_with_crossing(const Trajectory<Number>& x, double length) {
    const auto rough = [](const Number& number) { return convert_real<double>(number.mid); };
    const auto radius = [](const Number& number) { return convert_radius<double>(number.rad); };
    const Sine<Number>& wave = x.sines.front();
    const double tau = rough(x.tau);
    const double omega_tau = rough(wave.omega_tau);
    const double filtering = rough(wave.filtering);
    const double level = rough(x.level);
    const double start = rough(x.start);
    const double amplitude = std::hypot(rough(wave.sine), rough(wave.cosine));
    const double gross = std::fabs(start) + std::fabs(level) + 2 * amplitude;  // no potential below is greater
    if (!(radius(wave.sine) + radius(wave.cosine) <= 0x1p-44 * amplitude && radius(x.level) <= 0x1p-44 * gross))
      return std::nullopt;
    const double margin = 0x1p-20 * gross + 2 * radius(x.start);  // far more than the error of any potential below
    if (!(start < -margin)) return std::nullopt;
    const double phase = std::atan2(rough(wave.sine), rough(wave.cosine));
    const auto steady = [&](double at) { return filtering * amplitude * (std::sin(at) - omega_tau * std::cos(at)); };
    const double transient = start - level - filtering * (rough(wave.sine) - omega_tau * rough(wave.cosine));

    Part part;
    const double ratio = level / amplitude;
    if (ratio > 1 + 0x1p-20) {  // always above: x >= least + transient e^(-s/tau_m)
      const double least = level - amplitude * std::sqrt(filtering);
      if (!(least > 128 * margin)) return std::nullopt;
      const double enough = tau * (std::log(-transient / least) + 0x1p-6);
      part = {0, enough, std::numeric_limits<double>::infinity()};
    } else {
      const double period = 2 * std::numbers::pi * tau / omega_tau;
      const double fall = std::sqrt((1 - ratio) * (1 + ratio));  // -cos of the phase where the drive falls through 0
      if (!(fall > 0x1p-10 && radius(x.level) <= 0x1p-44 * amplitude)) return std::nullopt;
      const double rise = -std::asin(ratio);  // the phase where it rises through 0; known to 2^-32, as `fall` is
      double periods = (std::numbers::pi - rise - phase) / (2 * std::numbers::pi);
      periods -= std::floor(periods);
      constexpr double doubt = 0x1p-10;  // what a phase is off by changes the transient by less than 2^-25 of it then
      if (!(periods > doubt && periods < 1 - doubt)) return std::nullopt;

      const double at_falls = filtering * omega_tau * (omega_tau * level + amplitude * fall);  // w_fall
      const auto potential_after = [&](double k) { return at_falls + transient * std::exp(-k * period / tau); };
      if (!(potential_after(periods) > margin)) {
        if (!(at_falls > margin && transient < -margin)) return std::nullopt;
        const double skipped = std::ceil(std::log(-transient / at_falls) * tau / period - periods);
        constexpr double most = 0x1p20;  // so many are known to 2^-30 of one
        if (!(skipped >= 1 && skipped < most)) return std::nullopt;
        periods += skipped;
        if (!(potential_after(periods) > margin && potential_after(periods - 1) < -margin)) return std::nullopt;
      }
      const double width = period * (0.5 - rise / std::numbers::pi + 0x1p-18);
      part = {std::max(0.0, periods * period - width), periods * period, periods * period};
    }
    if (!(part.from < length && part.to < std::numeric_limits<double>::max())) return std::nullopt;
    if (length < part.to) {
      const double at_end = level + steady(phase + omega_tau * (length / tau)) + transient * std::exp(-length / tau);
      if (!(at_end > margin)) return std::nullopt;
      part.to = length;
    }
    return part;
  }

  const Constants<Real>& constants_;
  PresentLevel<Real> level_;
  bool nearest_;
  Trajectory<Number> x_{};  // of the present stretch

  // Of the last spike, ms:
  double last_fall_ = -1;         // the end of its suprathreshold part
  double last_length_ = 0;        // how long after the start of the stretch it came
  double first_before_fall_ = 0;  // how long before the end of the part its first spike came

  // The stretch that was refused last, which is not tried again.
  Time refused_at_{-1.0};
  double refused_before_ = 0;
};

}  // namespace lapicque::detail
