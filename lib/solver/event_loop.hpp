#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "input/timeline.hpp"
#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/constants.hpp"
#include "solver/crossing.hpp"
#include "solver/doubt.hpp"
#include "solver/problem.hpp"
#include "solver/root.hpp"
#include "solver/skip/skip.hpp"
#include "solver/state.hpp"
#include "solver/step.hpp"

namespace lapicque::detail {

/// How far a train has got.
template <class Real>
struct Snapshot {
  State<Real> state;
  Timeline timeline;
  std::uint64_t stretches;
  double reached;  ///< the end of the last stretch, ms, where the state does not tell
};

/// The event loop in one real type: the algorithm of lib/README.md.
///
/// A stretch goes to the next event, to the next spike before it, or to the end of refractoriness. All decisions are
/// rigorous (but for those of the last rung), so that loops of any precision go through the same stretches and can take
/// over from one another after any of them.
template <class Real, class Doubt>
class EventLoop {
 public:
  using Number = Ball<Real>;
  using Time = Clock<Real>;
  using Instant = Ball<Time>;
  using Cause = typename SpikeErrors<Real>::Cause;

  EventLoop(std::shared_ptr<const Problem> problem, const Purpose& purpose, const Timeline& timeline)
      : timeline_(timeline),
        constants_(std::make_shared<Constants<Real>>(problem, timeline_.synaptic_taus())),
        state_(*constants_, timeline_),
        purpose_(purpose),
        horizon_(problem->until),
        skips_(*constants_, purpose),
        doubt_(*problem) {}

  /// Does the next stretch, or several that can be skipped. Nothing more is to be done once is_at_horizon(). Where the
  /// answer is unclear, the loop has to resume() from the snapshot of one with more digits.
  Step<Real> advance() {
    const Step<Real> step = next_step();
    stretches_ += step.stretches;
    return step;
  }

  /// How many stretches are done. A stretch that a horizon cuts counts when its rest is done.
  std::uint64_t stretches() const noexcept { return stretches_; }

  /// Up to when to go, ms; not before the horizon so far. @param problem's until at most
  void set_horizon(double horizon) { horizon_ = horizon; }
  double horizon() const { return horizon_; }
  bool is_at_horizon() const {
    return timeline_.next() > horizon_ && (state_.refractory ? Time(reached_) : state_.since.mid) >= Time(horizon_);
  }

  Snapshot<Real> snapshot() const { return {state_, timeline_, stretches_, reached_}; }
  template <class Other>
  void resume(const Snapshot<Other>& from) {
    state_ = State<Real>(from.state);
    timeline_ = from.timeline;
    timeline_.look_again();
    stretches_ = from.stretches;
    reached_ = from.reached;
  }
  /// After events were handed that lie beyond the horizon reached.
  void look_again() { timeline_.look_again(); }

  const State<Real>& state() const { return state_; }
  Doubt& doubt() { return doubt_; }
  const Doubt& doubt() const { return doubt_; }

  /// Makes spikes ready that come regularly, many at a time. @return how many
  std::size_t make_ready(ReadySpikes& ready) {
    const std::size_t count = skips_.make_ready(state_, timeline_, horizon_, ready);
    stretches_ += 2 * count;  // that up to the spike, and that up to the end of refractoriness
    return count;
  }
  /// Passes spikes that come regularly as long as no more than `goal` stretches are done.
  void pass_regular_until(std::uint64_t goal) {
    if (goal > stretches_) stretches_ += skips_.pass_many(state_, timeline_, horizon_, goal - stretches_);
  }

  /// Whether the last stretch of a traced train reaches beyond t; a time that no earlier one covered lies in it then.
  bool reaches_beyond(double t) const { return Time(t) < traced_.until; }
  /// u(t), mV, for a time in the last stretch of a traced train.
  double potential_at(double t) const {
    const Number resting_threshold(constants_->neuron().threshold());
    if (!traced_.x) return convert_real<double>((traced_.clamped_at + resting_threshold).mid);
    const Number length = convert_ball<Real>(Instant(t) - Instant(traced_.from, 0));
    const Number threshold = resting_threshold + traced_.state.moving_threshold(*constants_, Instant(t));
    return convert_real<double>((traced_.x->at(length).potential + threshold).mid);
  }

 private:
  Step<Real> next_step() {
    if (const Step<Real> skipped = skips_.pass(state_, timeline_, horizon_); skipped.stretches > 0) return skipped;

    const double end = std::min(timeline_.next(), horizon_);
    if (state_.refractory) return wait_or_release(end);
    if (state_.silent) return move_silently(end);
    if (!(state_.since.mid < Time(end))) {
      // A release comes before the next event, which digits that were lost on the way from a higher rung may hide.
      const auto error = convert_radius<double>(state_.since.rad);
      if (error > 0 && !doubt_.counts_as_one_instant(end, error)) return {.is_unclear = true};
      return arrive(end, 0);
    }

    const Stretch<Real> stretch = state_.stretch(*constants_, timeline_);
    if (!stretch.is_clear) return give_up();
    note_rise(stretch);
    const Number length = state_.length_until(end);
    trace(&stretch.x, Time(end));
    const auto at_end = stretch.x.at(length);
    if (state_.above) return go_below(stretch, length, at_end, end);
    const FirstCrossing<Real> found =
        first_crossing(stretch.x, start_time(), length.mid, at_end, purpose_.suits_double, doubt_);
    if (!found.is_clear) return {.is_unclear = true};
    if (found.bracket) return fire_in(*found.bracket, stretch.x, found.decided_by);
    if (is_on_threshold_at(end, at_end, stretch.x)) return fire_at_end(end, length, at_end, stretch.x);
    state_.carry(*constants_, stretch, length, at_end, end);
    return arrive(end, found.decided_by);
  }

  /// Whether `end` comes before the end of refractoriness, at `release`; empty where that is unclear.
  std::optional<bool> waits_at(double end, const Instant& release) {
    const auto waits = state_.precedes_release(end);
    if (!waits && !doubt_.counts_as_one_instant(end, convert_radius<double>(release.rad))) return std::nullopt;
    return waits.value_or(release.mid > Time(end));
  }

  /// During refractoriness: waits for the next event, or for the end of it.
  Step<Real> wait_or_release(double end) {
    const auto waits = waits_at(end, state_.since);
    if (!waits) return {.is_unclear = true};
    if (*waits) {
      trace(nullptr, Time(end));
      reached_ = end;
      if (end < timeline_.next()) return {.stretches = ends_a_stretch(end)};
      state_.take_events(*constants_, timeline_);
      if (constants_->keeps_jumps()) state_.kept.add(timeline_.jump());
      return {.stretches = 1};
    }
    trace(nullptr, state_.since.mid);
    state_.release(*constants_);
    if (constants_->is_released_at_reset || state_.silent) return {.stretches = 1};
    const auto side = told_side(convert_real<double>(state_.since.mid));
    if (!side) return {.is_unclear = true};
    if (*side == Side::at_or_above) {
      if (constants_->neuron().refractory() > 0) return fire_at_release(state_.since);
      state_.above = true;
    }
    return {.stretches = 1};
  }

  /// In silence after a spike: u moves to the next event, or to the end of it, at which it may fire.
  Step<Real> move_silently(double end) {
    const Instant release = state_.silent_until;
    const auto waits = waits_at(end, release);
    if (!waits) return {.is_unclear = true};
    const Time until = *waits ? Time(end) : release.mid;
    Carried<Real> at_release = state_.potential;
    if (state_.since.mid < until) {
      const Stretch<Real> stretch = state_.stretch(*constants_, timeline_);
      if (!stretch.is_clear) return give_up();
      note_rise(stretch);
      const Instant exact_length = Instant(until, 0) - Instant(state_.since.mid, 0);
      const Number length = convert_ball<Real>(exact_length);
      const Number length_to_release =
          convert_ball<Real>(Instant(exact_length.mid, round_up(exact_length.rad + release.rad)));
      trace(&stretch.x, until);
      at_release = convert_ball<Time>(stretch.x.at(length_to_release).potential);
      state_.carry(*constants_, stretch, length, stretch.x.at(length), until);
      if (release.rad == 0) at_release = state_.potential;
    }
    if (*waits) {
      if (end < timeline_.next()) return {.stretches = ends_a_stretch(end)};
      state_.take_events(*constants_, timeline_);
      state_.since = Instant(end);
      if (!timeline_.jump().is_zero()) state_.jump(timeline_.jump());
      return {.stretches = 1};
    }
    // From here on u is known at the middle of the release's ball: where it is below all over the ball, nothing happens
    // between the two.
    const Carried<Real> at_middle = std::exchange(state_.potential, at_release);
    const auto side = told_side(convert_real<double>(until));
    if (!side) return {.is_unclear = true};
    if (*side == Side::at_or_above) {
      if (release.rad > 0) state_.known.reset();
      return fire_at_release(release);
    }
    state_.potential = at_middle;
    state_.silent = false;
    return {.stretches = 1};
  }

  /// Where u starts at or above the threshold: it moves on until it is below, or to `end`.
  Step<Real> go_below(const Stretch<Real>& stretch, const Number& length,
                      const typename Trajectory<Number>::Point& at_end, double end) {
    const Trajectory<Number> mirrored = negative_of(stretch.x);
    const FirstCrossing<Real> found =
        first_crossing(mirrored, start_time(), length.mid, mirrored.at(length), purpose_.suits_double, doubt_);
    if (!found.is_clear) return {.is_unclear = true};
    state_.above = !found.bracket;
    const Time below = found.bracket ? state_.since.mid + convert_real<Time>(found.bracket->to) : Time(end);
    if (!(below < Time(end))) {
      state_.carry(*constants_, stretch, length, at_end, Time(end));
      return arrive(end, found.decided_by);
    }
    const Number way = convert_ball<Real>(Instant(below, 0) - Instant(state_.since.mid, 0));
    const auto at_below = stretch.x.at(way);
    if (!is_negative(at_below.potential) &&
        !doubt_.counts_as_touch(convert_real<double>(below), convert_radius<double>(greatest(at_below.potential))))
      return {.is_unclear = true};
    trace(&stretch.x, below);
    state_.carry(*constants_, stretch, way, at_below, below);
    return {.stretches = 1, .decided_by = found.decided_by};
  }

  /// On which side of the threshold u lies, on it where the last rung cannot tell; empty where the next one has to.
  std::optional<Side> told_side(double time) {
    const Side side = state_.side();
    if (side != Side::unclear) return side;
    if (!doubt_.counts_as_touch(time, convert_radius<double>(greatest(state_.potential)))) return std::nullopt;
    return Side::at_or_above;
  }

  /// At the end of a stretch: what happens then.
  Step<Real> arrive(double end, std::size_t decided_by) {
    if (end < timeline_.next()) return {.stretches = ends_a_stretch(end), .decided_by = decided_by};
    state_.take_events(*constants_, timeline_);
    state_.since = Instant(end);
    if (timeline_.jump().is_zero()) return {.stretches = 1, .decided_by = decided_by};

    state_.jump(timeline_.jump());
    if (!state_.is_clear_in_double()) decided_by = RealTraits<Real>::rung;
    const auto side = told_side(end);  // on the threshold, where no rung can tell
    if (!side) return {.is_unclear = true};
    if (*side == Side::below) state_.above = false;
    const bool falls = timeline_.jump().sign() < 0;  // from above, to where it may still be above: no spike
    if (*side == Side::below || falls) return {.stretches = 1, .decided_by = decided_by};
    if (state_.fired_at_event == end) {  // without refractoriness: one spike an instant is enough
      state_.reset_again(*constants_);
      const auto side_after = told_side(end);
      if (!side_after) return {.is_unclear = true};
      state_.above = *side_after == Side::at_or_above;
      return {.stretches = 1, .decided_by = decided_by};
    }
    return fire(Instant(end), std::numeric_limits<Radius<Real>>::infinity(), 0, true, decided_by, true);
  }

  Step<Real> fire_in(const Bracket<Real>& bracket, const Trajectory<Number>& x, std::size_t decided_by) {
    const Root<Real> root = root_in<Real>(bracket, x, start_time());
    const Instant time = Instant(state_.since.mid, 0) +
                         Instant(convert_real<Time>(root.offset), convert_radius<Radius<Time>>(root.error));
    if (!root.is_clear || (purpose_.nearest && !has_one_nearest_double(time))) {
      if (!doubt_.takes_time(convert_real<double>(time.mid), convert_radius<double>(time.rad)))
        return {.is_unclear = true};
    }
    return fire(time, root.slope, root.condition, false, decided_by, false,
                root.is_by_slope ? Cause{Cause::crossing, convert_real<double>(root.slope)} : Cause{});
  }

  /// A spike as refractoriness ends, where u lies at or above the threshold then.
  Step<Real> fire_at_release(const Instant time) {  // by value: the state moves on from it
    if (purpose_.nearest && !has_one_nearest_double(time) &&
        !doubt_.takes_time(convert_real<double>(time.mid), convert_radius<double>(time.rad)))
      return {.is_unclear = true};
    return fire(time, std::numeric_limits<Radius<Real>>::infinity(), 0, false, RealTraits<Real>::rung, true,
                {Cause::release});
  }

  Step<Real> fire_at_end(double end, const Number& length, const typename Trajectory<Number>::Point& at_end,
                         const Trajectory<Number>& x) {
    const double slope = convert_real<double>(at_end.rise(x.rate).mid);
    const auto rough = convert_trajectory<double>(x, [](const Number& c) { return convert_real<double>(c.mid); });
    return fire(Instant(end), Radius<Real>(slope), condition_of(rough, convert_real<double>(length.mid), slope), true,
                RealTraits<Real>::rung);
  }

  /// @param from_potential, cause  see State::fire
  Step<Real> fire(const Instant& time, const Radius<Real>& slope, double condition, bool is_at_event,
                  std::size_t decided_by, bool from_potential = false, const Cause& cause = {}) {
    traced_.until = time.mid;
    reached_ = convert_real<double>(time.mid);
    state_.fire(*constants_, time, is_at_event, from_potential, cause);
    return {.stretches = 1,
            .firing = Firing<Real>{time, slope, condition},
            .decided_by = decided_by,
            .located_by = RealTraits<Real>::rung};
  }

  /// Whether neither u can be told from the threshold at `end`, nor the time at which u rises through it from `end`: a
  /// spike on the instant of an event comes before the event.
  bool is_on_threshold_at(double end, const typename Trajectory<Number>::Point& at_end, const Trajectory<Number>& x) {
    if (is_positive(at_end.potential) || is_negative(at_end.potential)) return false;
    const Number slope = at_end.rise(x.rate);
    if (!is_positive(slope)) return false;
    const auto distance = greatest(at_end.potential);
    const auto steepness = convert_real<Radius<Real>>(slope.mid) - slope.rad;
    const double error = convert_radius<double>(Radius<Real>(distance / steepness));
    return error <= 0x1p-59 * end && doubt_.counts_as_touch(end, convert_radius<double>(distance));
  }

  /// The end of the run counts as the end of a stretch; a horizon before it does not.
  std::uint64_t ends_a_stretch(double end) const { return end == constants_->problem().until ? 1 : 0; }

  void note_rise(const Stretch<Real>& stretch) {
    if (!state_.errors.await_rise()) return;
    state_.errors.note_rise(stretch.stands_still ? Number(0.0) : stretch.x.at_start().rise(stretch.x.rate));
  }

  Step<Real> give_up() {
    doubt_.give_up(convert_real<double>(state_.since.mid));
    return {.is_unclear = true};
  }

  /// Keeps what potential_at() needs. @param x  none during refractoriness
  void trace(const Trajectory<Number>* x, const Time& until) {
    if (!purpose_.traced) return;
    traced_ = {state_.since.mid, until, x ? std::optional(*x) : std::nullopt, state_,
               state_.clamped_potential(*constants_)};
  }

  /// When the stretch starts, ms, rounded to a bound's digits.
  Radius<Real> start_time() const { return convert_radius<Radius<Real>>(magnitude(state_.since.mid)); }

  Timeline timeline_;
  std::shared_ptr<const Constants<Real>> constants_;  // does not move, as skips refer to it
  State<Real> state_;
  Purpose purpose_;
  double horizon_;
  Skips<Real> skips_;
  Doubt doubt_;
  std::uint64_t stretches_ = 0;
  double reached_ = 0;  // the end of the last stretch, ms, where refractoriness goes on beyond it
  struct {
    Time from{};
    Time until{};
    std::optional<Trajectory<Number>> x{};  // none while u is clamped
    State<Real> state{};                    // as the stretch began
    Number clamped_at{};                    // mV, from the threshold at rest
  } traced_{};                              // the last stretch of a traced train
};

}  // namespace lapicque::detail
