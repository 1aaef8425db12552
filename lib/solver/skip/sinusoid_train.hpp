#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
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
  SinusoidTrain(const Constants<Real>& constants, bool nearest) : constants_(constants), nearest_(nearest) {}

  /// The end of refractoriness, and the next spike, if they come before the next event.
  Step<Real> pass(State<Real>& state, const Timeline& timeline, double horizon) {
    if (!serves(state, timeline)) return {};
    const double end = std::min(timeline.next(), horizon);
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

  /// Where a crossing is: x(from) < 0 < x(to), and there is no other until `to`, ms into the stretch.
  struct Part {
    double from;
    double to;
  };

  std::optional<Firing<Real>> next_spike(const State<Real>& state, const Timeline& timeline, double end) {
    const Stretch<Real> stretch = state.stretch(constants_, timeline);
    if (!stretch.is_clear || stretch.x.sines.size() != 1) return std::nullopt;
    const std::optional<Part> part = part_with_crossing(stretch.x);
    const double length = convert_real<double>(state.length_until(end).mid);
    if (!part || !(part->from < length)) return std::nullopt;
    const Root<Real> root =
        root_in<Real>({Real(part->from), Real(part->to)}, stretch.x,
                      convert_radius<Radius<Real>>(magnitude(state.since.mid)), part->to - before_end_);
    const Instant time = Instant(state.since.mid, 0) +
                         Instant(convert_real<Time>(root.offset), convert_radius<Radius<Time>>(root.error));
    if (!root.is_clear || !comes_before(time, end) || (nearest_ && !has_one_nearest_double(time))) return std::nullopt;
    before_end_ = part->to - convert_real<double>(root.offset);
    return Firing<Real>{time, root.slope, root.condition};
  }

  /// The part with the first crossing; empty where there is none, or where a double does not plainly tell. Numbers that
  /// are not numbers, and infinite ones, fail a comparison on the way.
  static std::optional<Part> part_with_crossing(const Trajectory<Number>& x) {
    const auto rough = [](const Number& number) { return convert_real<double>(number.mid); };
    const auto radius = [](const Number& number) { return convert_radius<double>(number.rad); };
    const Sine<Number>& wave = x.sines.front();
    const double tau = rough(x.tau);
    const double omega_tau = rough(wave.omega_tau);
    const double filtering = rough(wave.filtering);
    const double level = rough(x.level);
    const double start = rough(x.start);
    const double amplitude = std::hypot(rough(wave.sine), rough(wave.cosine));
    const double gross = std::fabs(start) + std::fabs(level) + 2 * amplitude;  // nothing below is greater
    if (!(radius(wave.sine) + radius(wave.cosine) <= 0x1p-44 * amplitude && radius(x.level) <= 0x1p-44 * gross))
      return std::nullopt;
    // Far more than the errors of all that is compared with it. See `doubt` for that of a phase.
    const double margin = 0x1p-20 * gross + 2 * radius(x.start);
    if (!(start < -margin)) return std::nullopt;
    const double transient = start - level - filtering * (rough(wave.sine) - omega_tau * rough(wave.cosine));

    const double ratio = level / amplitude;
    if (ratio > 1 + 0x1p-20) {  // always above: x >= least + transient e^(-s/tau_m)
      const double least = level - amplitude * std::sqrt(filtering);
      if (!(least > 128 * margin)) return std::nullopt;
      return Part{0, tau * (std::log(-transient / least) + 0x1p-6)};
    }
    const double fall = std::sqrt((1 - ratio) * (1 + ratio));  // -cos of the phase where the drive falls through 0
    if (!(fall > 0x1p-10)) return std::nullopt;
    const double period = 2 * std::numbers::pi * tau / omega_tau;
    // `fall` is known to 2^-33, and with it the phase.
    constexpr double doubt = 0x1p-10;
    const double phase_of_fall = std::numbers::pi + std::asin(ratio);
    double periods = (phase_of_fall - std::atan2(rough(wave.sine), rough(wave.cosine))) / (2 * std::numbers::pi);
    periods -= std::floor(periods);
    if (!(periods > doubt && periods < 1 - doubt)) return std::nullopt;

    const double at_falls = filtering * omega_tau * (omega_tau * level + amplitude * fall);  // w_fall
    const auto potential_after = [&](double k) { return at_falls + transient * std::exp(-k * period / tau); };
    double skipped = 0;
    if (!(potential_after(periods) > margin)) {
      if (!(at_falls > margin && transient < -margin)) return std::nullopt;
      skipped = std::ceil(std::log(-transient / at_falls) * tau / period - periods);
      constexpr double most = 0x1p20;  // as many periods are known that well
      if (!(skipped >= 1 && skipped < most)) return std::nullopt;
      if (!(potential_after(periods + skipped) > margin && potential_after(periods + skipped - 1) < -margin))
        return std::nullopt;
    }
    const double to = (periods + skipped) * period;
    const double width = period * (0.5 + std::asin(ratio) / std::numbers::pi) + period * 0x1p-18;
    return Part{std::max(0.0, to - width), to};
  }

  const Constants<Real>& constants_;
  bool nearest_;
  double before_end_ = 0;  // how long before the end of a suprathreshold part the last spike came, ms

  // The stretch that was refused last, which is not tried again.
  Time refused_at_{-1.0};
  double refused_before_ = 0;
};

}  // namespace lapicque::detail
