#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "input/timeline.hpp"
#include "numbers/ball.hpp"
#include "numbers/exact_sum.hpp"
#include "numbers/real.hpp"
#include "solver/constants.hpp"
#include "solver/drive_bounds.hpp"
#include "solver/input_drive.hpp"
#include "solver/spike_errors.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// u - theta = sum + deviation: an exact sum of given numbers, plus a ball that decays and keeps its sign. It detects
/// jumps that land exactly on the threshold.
template <class Real>
struct KnownPotential {
  ExactSum sum{};             ///< mV
  Ball<Real> deviation{0.0};  ///< mV
};

/// What happens between two events, or up to a spike.
template <class Real>
struct Stretch {
  Trajectory<Ball<Real>> x;                  ///< from State::since on
  std::optional<ExactSum> constant_drive{};  ///< the drive, where it is constant and known without rounding, mV
  bool stands_still = false;                 ///< the potential is exactly at it
  Ball<Real> blur{0.0};                      ///< what is not known of the start's time, as a part of x.start, mV
  bool is_clear = true;                      ///< whether the start's time is known well enough to tell that
};

/// On which side of the threshold a potential lies.
enum class Side { below, at_or_above, unclear };

/// What the past leaves behind in a neuron, in one real type. This is the one place where parts decay, arrivals add,
/// and spikes reset the membrane and raise after-spike parts. All times are balls, so that what begins at a spike
/// begins at its exact time.
template <class Real>
struct State {
  using Number = Ball<Real>;
  using Time = Clock<Real>;
  using Instant = Ball<Time>;

  /// From when on the membrane moves: an event, the end of refractoriness (which lies ahead while refractory is true),
  /// or a horizon, ms.
  Instant since{0.0};
  bool refractory = false;
  double fired_at_event = -1;  ///< the last spike's time, ms, where that is an event's; else before 0
  /// u - theta at `since`, mV; while refractory is true and the neuron is not released at reset, what the spike has
  /// left of u, less the threshold just before it (ResetRule::by) or at rest (ResetRule::to).
  Carried<Real> potential{};
  std::optional<KnownPotential<Real>> known{};  ///< the same, as long as it is known that way
  Time anchor{};                                ///< ms, a double: when the parts have the values below
  std::vector<SynapticDrive<Real>> parts{};     ///< by Constants::taus

  // What follows stays as it is where Constants::is_released_at_reset.
  bool silent = false;                           ///< u moves, and makes no spike before `silent_until`
  Instant silent_until{0.0};                     ///< ms
  bool above = false;                            ///< u lies at or above theta; no spike until it has been below
  ExactSum kept{};                               ///< jumps that came in refractoriness and act at its end, mV
  Time raised_at{0.0};                           ///< ms, a double: when the threshold's parts have the values below
  std::vector<Carried<Real>> threshold_parts{};  ///< by Constants::threshold_parts, mV
  Carried<Real> threshold_before{0.0};           ///< their sum before that spike raised them, mV
  /// What of the balls' radii belongs together where spikes raise parts; the balls enclose the truth without it.
  SpikeErrors<Real> errors{};

  State() = default;
  /// The state at t = 0, or at the first event if that is earlier: only synapses remember what was before 0.
  State(const Constants<Real>& constants, Timeline& timeline)
      : anchor(std::min(0.0, timeline.next())),
        parts(constants.taus.size()),
        threshold_parts(constants.threshold_parts.size(), Carried<Real>(0.0)) {
    while (timeline.next() < 0) take_events(constants, timeline);
    set_potential(constants.initial);
  }
  /// The state that another real type knows.
  template <class Other>
  explicit State(const State<Other>& other)
      : since(convert_ball<Time>(other.since)),
        refractory(other.refractory),
        fired_at_event(other.fired_at_event),
        potential(convert_ball<Time>(other.potential)),
        anchor(convert_real<Time>(other.anchor)),
        silent(other.silent),
        silent_until(convert_ball<Time>(other.silent_until)),
        above(other.above),
        kept(other.kept),
        raised_at(convert_real<Time>(other.raised_at)),
        threshold_before(convert_ball<Time>(other.threshold_before)) {
    if (other.known) known = KnownPotential<Real>{other.known->sum, convert_ball<Real>(other.known->deviation)};
    for (const auto& [exponential, alpha] : other.parts)
      parts.push_back({convert_ball<Time>(exponential), convert_ball<Time>(alpha)});
    for (const auto& part : other.threshold_parts) threshold_parts.push_back(convert_ball<Time>(part));
  }

  bool is_at_event() const { return since.rad == 0 && since.mid == anchor; }

  /// Whether an event at t comes before the end of refractoriness; empty where that cannot be told. At its very end is
  /// not before.
  std::optional<bool> precedes_release(double t) const {
    const Instant& release = silent ? silent_until : since;
    const Time gap = Time(t) - release.mid;
    if (release.rad > 0 && magnitude(gap) <= round_up(release.rad)) return std::nullopt;
    return gap < Time(0.0);
  }

  /// t - since.mid, ms
  Number length_until(double t) const { return convert_ball<Real>(Instant(t) - Instant(since.mid, 0)); }

  /// The closed form from `since` on, as long as nothing happens.
  Stretch<Real> stretch(const Constants<Real>& constants, const Timeline& timeline) const;

  /// Carries the membrane along a stretch without a crossing. @param at_end  what the stretch has come to at `end`, ms,
  /// which is `length` after its start
  void carry(const Constants<Real>& constants, const Stretch<Real>& stretch, const Number& length,
             const typename Trajectory<Number>::Point& at_end, const Time& end);

  /// Lets the parts decay until the timeline's next event, which happens to the timeline and to them.
  void take_events(const Constants<Real>& constants, Timeline& timeline) {
    decay_parts(constants, Time(timeline.next()));
    timeline.advance();
    add_arrivals(constants, timeline);
  }
  /// What arrives in the timeline's last event, at the parts that have decayed until then.
  void add_arrivals(const Constants<Real>& constants, const Timeline& timeline);

  /// Adds a jump, mV, and tells where it lands.
  Side jump(const ExactSum& size);
  Side side() const {
    if (known && known->sum.is_zero() && vanishes(known->deviation)) return Side::at_or_above;
    if (is_positive(potential)) return Side::at_or_above;
    return is_negative(potential) ? Side::below : Side::unclear;
  }
  /// Whether a double's digits tell on which side of the threshold the potential lies, as they nearly always do.
  bool is_clear_in_double() const {
    const double x = convert_real<double>(potential.mid);
    return std::fabs(x) > convert_radius<double>(potential.rad) + std::fabs(x) * 0x1p-52;
  }

  /// A spike at this time.
  /// @param is_at_event     whether that is an event's: a jump made it, or a crossing on its instant
  /// @param from_potential  whether u is at `potential` just before, and not at the threshold
  /// @param cause           of its time, as far as that is not exact
  void fire(const Constants<Real>& constants, const Instant& time, bool is_at_event, bool from_potential = false,
            const typename SpikeErrors<Real>::Cause& cause = {});

  /// The end of refractoriness; under RefractoryRule::silent, which it begins with, the end of the clamp.
  void release(const Constants<Real>& constants) {
    refractory = false;
    if (constants.is_released_at_reset) {
      set_potential(constants.reset);
      if (errors.are_known()) errors.pass_release(constants, since, threshold_parts, true);
    } else {
      release_from_potential(constants);
    }
  }

  /// The sum of the threshold's moving parts, mV, at a time not before the last spike.
  Number moving_threshold(const Constants<Real>& constants, const Instant& time) const {
    Number sum(0.0);
    for (std::size_t k = 0; k < threshold_parts.size(); ++k) sum += threshold_part(constants, k, time);
    return sum;
  }

  /// u less the threshold at rest while it is clamped, mV.
  Number clamped_potential(const Constants<Real>& constants) const {
    if (constants.is_released_at_reset) return ball_of<Real>(constants.reset);
    const Number held = convert_ball<Real>(potential);
    return constants.resets_by() ? held + convert_ball<Real>(threshold_before) : held;
  }

  /// Resets u at an event, at which there has been a spike already.
  void reset_again(const Constants<Real>& constants) {
    if (constants.resets_by()) {
      jump(constants.reset);
    } else {
      set_potential(constants.reset);
      if (!threshold_parts.empty()) lower(moving_threshold(constants, since));
    }
    errors.forget();
  }

  void set_potential(const ExactSum& value) {
    known = KnownPotential<Real>{value};
    potential = convert_ball<Time>(ball_of<Real>(value));
  }

  /// Whether the potential is exactly at this level, where a constant drive of that level leaves it.
  bool stands_at(const ExactSum& level) const {
    if (!known || !vanishes(known->deviation)) return false;
    ExactSum gap = level;
    gap.subtract(known->sum);
    return gap.is_zero();
  }

  void decay_parts(const Constants<Real>& constants, const Time& t);

  /// How far x may be off where the time of its start is known to within `time_error` ms only: rate of change times
  /// error. Empty where the error is not far below all time constants.
  static std::optional<Number> blur_of(const Trajectory<Number>& x, const Radius<Time>& time_error);

 private:
  Number threshold_part(const Constants<Real>& constants, std::size_t k, const Instant& time) const {
    if (vanishes(threshold_parts[k])) return Number(0.0);
    const Number& rate = constants.at_rest.decays[constants.threshold_parts[k].place].rate;
    return convert_ball<Real>(threshold_parts[k]) *
           exponential(-(convert_ball<Real>(time - Instant(raised_at, 0)) * rate));
  }
  /// What a part is raised by at a time, as if it had decayed from something greater `before`.
  static Number raised_before(const Constants<Real>& constants, const typename Constants<Real>::Raise& raise,
                              const Time& time, const Time& before) {
    const Number ahead = convert_ball<Real>(Instant(time, 0) - Instant(before, 0));
    return raise.jump * exponential(ahead * constants.at_rest.decays[raise.place].rate);
  }
  /// Takes a number from the potential that is not known without rounding.
  void lower(const Number& by) {
    potential += convert_ball<Time>(-by);
    known.reset();
  }
  void release_from_potential(const Constants<Real>& constants);
  /// What a spike at this time adds to decaying parts. @return how far the time may be off
  Radius<Time> raise_parts(const Constants<Real>& constants, const Instant& time,
                           const typename SpikeErrors<Real>::Cause& cause);
  /// What a spike does to the membrane and the threshold.
  void reset_membrane(const Constants<Real>& constants, const Instant& time, bool from_potential);

  /// When refractoriness ends that begins at `time`, ms.
  static Instant end_of_refractoriness(const Instant& time, double refractory_period) {
    const Time period(refractory_period);
    Instant end(time.mid + period, time.rad);
    const bool is_exact = time.rad == 0 && end.mid - time.mid == period && end.mid - period == time.mid;
    if (!is_exact) end.rad += round_up(magnitude(end.mid) * RealTraits<Time>::unit);
    return end;
  }

  /// A part's state z = s/tau later.
  static void let_decay(Number& exponential_part, Number& alpha, const Number& z) {
    const Number factor = exponential(-z);
    if (!vanishes(alpha)) {  // a product of zero would be zero but for underflow, and then has to be dragged along
      exponential_part += alpha * z;
      alpha = alpha * factor;
    }
    if (!vanishes(exponential_part)) exponential_part = exponential_part * factor;
  }

  /// The greatest double that is not greater than t: a time that every real type knows.
  static double double_below(const Time& t) {
    const double nearest = convert_real<double>(t);
    return t < Time(nearest) ? std::nextafter(nearest, -forever) : nearest;
  }
};

template <class Real>
Stretch<Real> State<Real>::stretch(const Constants<Real>& constants, const Timeline& timeline) const {
  Stretch<Real> result{constants.at_rest};
  Trajectory<Number>& x = result.x;
  ExactSum constant = timeline.constant();
  Number ramped(0.0);
  for (const Line& line : timeline.lines()) {
    constant.add(line.from);
    const Number slope = slope_of<Real>(line, constants.neuron().resistance());
    if (vanishes(slope)) continue;
    x.slope += slope;
    if (!(since.mid == Time(line.start))) ramped += -(slope * length_until(line.start));
  }
  const Level<Real> level = constants.level_of(constant);
  x.level = level.value;
  x.level_parts = constants.level_parts(level.value);
  if (!vanishes(ramped)) x.level += ramped;
  constants.place_waves(timeline, since.mid, x.sines);
  bool is_constant = vanishes(x.slope) && x.sines.empty();

  const bool decayed = !(since.mid == anchor);
  const Number since_anchor = convert_ball<Real>(Instant(since.mid, 0) - Instant(anchor, 0));
  for (std::size_t k = 0; k < parts.size(); ++k) {
    Decay<Number>& decay = x.decays[k];
    decay.exponential = convert_ball<Real>(parts[k].exponential);
    decay.alpha = convert_ball<Real>(parts[k].alpha);
    if (is_silent(decay)) continue;
    is_constant = false;
    if (decayed) let_decay(decay.exponential, decay.alpha, since_anchor * decay.rate);
  }

  if (is_constant && level.is_exact) result.constant_drive = level.sum;
  result.stands_still = result.constant_drive && stands_at(level.sum);
  x.start = convert_ball<Real>(potential);
  if (since.rad > 0 && !result.stands_still) {
    if (const auto blur = blur_of(x, since.rad)) {
      result.blur = *blur;
      x.start += *blur;
    } else {
      result.is_clear = false;
    }
  }
  return result;
}

template <class Real>
std::optional<Ball<Real>> State<Real>::blur_of(const Trajectory<Number>& x, const Radius<Time>& time_error) {
  const auto error = convert_radius<Radius<Real>>(time_error);
  Radius<Real> fastest = greatest(x.rate);
  for (const Decay<Number>& decay : x.decays) {
    if (!is_silent(decay)) fastest = std::max(fastest, greatest(decay.rate));
  }
  if (!(error * fastest < 0x1p-4)) return std::nullopt;
  // Within so small a part of all time constants nothing grows by more than a tenth, and the second order by twice
  // that.
  const auto point = x.at_start();
  const auto curvature = 2 * DriveBounds<Real>(x).curvature_bound(Real(0.0), Real(error));
  const auto difference_rate = greatest(point.drive - point.potential) * growth(Radius<Real>(error * fastest)) +
                               2 * error * (greatest(point.drive_slope) + error * curvature);
  return Number(Real(0.0), round_up(difference_rate * (error * greatest(x.rate))));
}

template <class Real>
void State<Real>::carry(const Constants<Real>& constants, const Stretch<Real>& stretch, const Number& length,
                        const typename Trajectory<Number>::Point& at_end, const Time& end) {
  since = Instant(end, 0);
  if (stretch.stands_still) return;
  potential = convert_ball<Time>(at_end.potential);
  if (known && stretch.constant_drive) {
    // Under a constant drive the potential goes from what it is known to be to near that drive.
    ExactSum gap = known->sum;
    gap.subtract(*stretch.constant_drive);
    known->deviation =
        (ball_of<Real>(gap) + known->deviation + stretch.blur) * exponential(-(length * constants.at_rest.rate));
    known->sum = *stretch.constant_drive;
  } else {
    known.reset();
  }
}

template <class Real>
void State<Real>::decay_parts(const Constants<Real>& constants, const Time& t) {
  if (t == anchor) return;
  const Number length = convert_ball<Real>(Instant(t, 0) - Instant(anchor, 0));
  anchor = t;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (is_silent(parts[k])) continue;
    Number exponential_part = convert_ball<Real>(parts[k].exponential);
    Number alpha = convert_ball<Real>(parts[k].alpha);
    let_decay(exponential_part, alpha, length * constants.at_rest.decays[k].rate);
    parts[k] = {convert_ball<Time>(exponential_part), convert_ball<Time>(alpha)};
  }
}

template <class Real>
void State<Real>::add_arrivals(const Constants<Real>& constants, const Timeline& timeline) {
  if (!timeline.anything_arrived()) return;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const auto& [exponential, alpha] = timeline.arrivals()[k];
    if (!exponential.is_zero()) parts[k].exponential += constants.resistance * ball_of<Real>(exponential);
    if (!alpha.is_zero()) parts[k].alpha += constants.alpha_gain * ball_of<Real>(alpha);
  }
}

template <class Real>
Side State<Real>::jump(const ExactSum& size) {
  if (!known) {
    potential += ball_of<Real>(size);
    return side();
  }
  known->sum.add(size);
  const bool is_on_threshold = known->sum.is_zero();
  potential = convert_ball<Time>(is_on_threshold ? known->deviation : ball_of<Real>(known->sum) + known->deviation);
  return is_on_threshold && vanishes(known->deviation) ? Side::at_or_above : side();
}

template <class Real>
void State<Real>::reset_membrane(const Constants<Real>& constants, const Instant& time, bool from_potential) {
  if (from_potential && constants.resets_by()) {
    jump(constants.reset);  // x falls from where it is as far as it falls from 0 to reset
  } else {
    set_potential(constants.reset);
  }
  silent = above = false;
  kept.clear();
  if (threshold_parts.empty()) return;
  threshold_before = convert_ball<Time>(moving_threshold(constants, time));
  const Time before(double_below(time.mid));
  for (std::size_t k = 0; k < threshold_parts.size(); ++k) {
    threshold_parts[k] = convert_ball<Time>(threshold_part(constants, k, Instant(before, 0)) +
                                            raised_before(constants, constants.threshold_parts[k], time.mid, before));
  }
  raised_at = before;
}

template <class Real>
void State<Real>::release_from_potential(const Constants<Real>& constants) {
  const double period = constants.neuron().refractory();
  if (constants.has_silence) {
    silent = true;
    silent_until = end_of_refractoriness(since, period);
  }
  if (!kept.is_zero()) {
    jump(kept);
    kept.clear();
  }
  const bool is_at_spike = constants.has_silence || period == 0;
  const bool is_known_exactly =
      threshold_parts.empty() || (is_at_spike && (constants.resets_by() || vanishes(threshold_before)));
  if (is_known_exactly) {
    // The threshold is above that just before the spike by what the spike raised it.
    ExactSum fall;
    fall.subtract(constants.threshold_jump);
    jump(fall);
    if (errors.are_known()) errors.pass_release(constants, since, threshold_parts, true);
    return;
  }
  if (!errors.are_known()) {
    Number rise = moving_threshold(constants, since);
    if (constants.resets_by()) rise += -convert_ball<Real>(threshold_before);
    lower(rise);
    return;
  }
  // From the middles alone, and what those are off by.
  Number rise(0.0);
  const auto length = [](const Time& from, const Time& to) {
    return convert_ball<Real>(Instant(to, 0) - Instant(from, 0));
  };
  const Number to_spike = length(raised_at, errors.spike_time());
  const Number from_spike = length(errors.spike_time(), since.mid);
  for (std::size_t k = 0; k < threshold_parts.size(); ++k) {
    const auto& [place, jump] = constants.threshold_parts[k];
    const Number& rate = constants.at_rest.decays[place].rate;
    const Number part(convert_ball<Real>(Carried<Real>(threshold_parts[k].mid, 0)));
    const Number at_spike = part * exponential(-(to_spike * rate));
    const Number z = -(from_spike * rate);
    rise += constants.resets_by() ? jump + at_spike * exponential_minus_one(z) : at_spike * exponential(z);
  }
  lower(rise);
  potential.rad = round_up(potential.rad + errors.pass_release(constants, since, threshold_parts, false));
}

template <class Real>
void State<Real>::fire(const Constants<Real>& constants, const Instant& time, bool is_at_event, bool from_potential,
                       const typename SpikeErrors<Real>::Cause& cause) {
  if (!constants.is_released_at_reset) reset_membrane(constants, time, from_potential);
  Instant known_time = time;
  if (constants.has_after_spike()) {
    known_time.rad = raise_parts(constants, time, cause);
    if (from_potential && constants.resets_by()) errors.forget();
  }
  fired_at_event = is_at_event ? convert_real<double>(time.mid) : -1;
  refractory = true;
  since = end_of_refractoriness(known_time, constants.has_silence ? 0 : constants.neuron().refractory());
}

template <class Real>
Radius<typename State<Real>::Time> State<Real>::raise_parts(const Constants<Real>& constants, const Instant& time,
                                                            const typename SpikeErrors<Real>::Cause& cause) {
  decay_parts(constants, Time(double_below(time.mid)));
  std::vector<Radius<Time>> radii;
  for (const auto& raise : constants.after_spike) {
    Carried<Real>& part = parts[raise.place].exponential;
    part += convert_ball<Time>(raised_before(constants, raise, time.mid, anchor));
    radii.push_back(part.rad);
  }
  for (const Carried<Real>& part : threshold_parts) radii.push_back(part.rad);
  const Radius<Time> time_error = errors.pass_spike(constants, time, anchor, cause, radii);
  std::size_t next = 0;
  for (const auto& raise : constants.after_spike) parts[raise.place].exponential.rad = radii[next++];
  for (Carried<Real>& part : threshold_parts) part.rad = radii[next++];
  return time_error;
}

}  // namespace lapicque::detail
