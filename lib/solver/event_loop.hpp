#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

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
    if (!traced_.x) return constants_->neuron().reset();
    const Number length = convert_ball<Real>(Instant(t) - Instant(traced_.from, 0));
    const Number x = traced_.x->at(length).potential;
    return convert_real<double>((x + Number(constants_->neuron().threshold())).mid);
  }

 private:
  Step<Real> next_step() {
    if (const Step<Real> skipped = skips_.pass(state_, timeline_, horizon_); skipped.stretches > 0) return skipped;

    const double end = std::min(timeline_.next(), horizon_);
    if (state_.refractory) return wait_or_release(end);
    if (!(state_.since.mid < Time(end))) return arrive(end, 0);

    const Stretch<Real> stretch = state_.stretch(*constants_, timeline_);
    if (!stretch.is_clear) return give_up();
    const Number length = state_.length_until(end);
    trace(&stretch.x, Time(end));
    const auto at_end = stretch.x.at(length);
    const FirstCrossing<Real> found =
        first_crossing(stretch.x, start_time(), length.mid, at_end, purpose_.suits_double, doubt_);
    if (!found.is_clear) return {.is_unclear = true};
    if (found.bracket) return fire_in(*found.bracket, stretch.x, found.decided_by);
    if (is_on_threshold_at(end, at_end, stretch.x)) return fire_at_end(end, length, at_end, stretch.x);
    state_.carry(*constants_, stretch, length, at_end, end);
    return arrive(end, found.decided_by);
  }

  /// During refractoriness: waits for the next event, or for the end of it.
  Step<Real> wait_or_release(double end) {
    const auto waits = state_.precedes_release(end);
    if (!waits && !doubt_.counts_as_one_instant(end, convert_radius<double>(state_.since.rad)))
      return {.is_unclear = true};
    if (waits.value_or(state_.since.mid > Time(end))) {
      trace(nullptr, Time(end));
      reached_ = end;
      if (end < timeline_.next()) return {.stretches = ends_a_stretch(end)};
      state_.take_events(*constants_, timeline_);
    } else {
      trace(nullptr, state_.since.mid);
      state_.release(*constants_);
    }
    return {.stretches = 1};
  }

  /// At the end of a stretch: what happens then.
  Step<Real> arrive(double end, std::size_t decided_by) {
    if (end < timeline_.next()) return {.stretches = ends_a_stretch(end), .decided_by = decided_by};
    state_.take_events(*constants_, timeline_);
    state_.since = Instant(end);
    if (timeline_.jump().is_zero()) return {.stretches = 1, .decided_by = decided_by};

    Side side = state_.jump(timeline_.jump());
    if (!state_.is_clear_in_double()) decided_by = RealTraits<Real>::rung;
    if (side == Side::unclear) {
      if (!doubt_.counts_as_touch(end, convert_radius<double>(greatest(state_.potential)))) return {.is_unclear = true};
      side = Side::at_or_above;  // it lands on the threshold
    }
    if (side == Side::below) return {.stretches = 1, .decided_by = decided_by};
    if (state_.fired_at_event == end) {  // without refractoriness: one spike an instant is enough
      state_.set_potential(constants_->reset);
      return {.stretches = 1, .decided_by = decided_by};
    }
    return fire(Instant(end), std::numeric_limits<Radius<Real>>::infinity(), 0, true, decided_by);
  }

  Step<Real> fire_in(const Bracket<Real>& bracket, const Trajectory<Number>& x, std::size_t decided_by) {
    const Root<Real> root = root_in<Real>(bracket, x, start_time());
    const Instant time = Instant(state_.since.mid, 0) +
                         Instant(convert_real<Time>(root.offset), convert_radius<Radius<Time>>(root.error));
    if (!root.is_clear || (purpose_.nearest && !has_one_nearest_double(time))) {
      if (!doubt_.takes_time(convert_real<double>(time.mid), convert_radius<double>(time.rad)))
        return {.is_unclear = true};
    }
    return fire(time, root.slope, root.condition, false, decided_by);
  }

  Step<Real> fire_at_end(double end, const Number& length, const typename Trajectory<Number>::Point& at_end,
                         const Trajectory<Number>& x) {
    const double slope = convert_real<double>(at_end.rise(x.rate).mid);
    const auto rough = convert_trajectory<double>(x, [](const Number& c) { return convert_real<double>(c.mid); });
    return fire(Instant(end), Radius<Real>(slope), condition_of(rough, convert_real<double>(length.mid), slope), true,
                RealTraits<Real>::rung);
  }

  Step<Real> fire(const Instant& time, const Radius<Real>& slope, double condition, bool is_at_event,
                  std::size_t decided_by) {
    traced_.until = time.mid;
    reached_ = convert_real<double>(time.mid);
    state_.fire(*constants_, time, is_at_event);
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

  Step<Real> give_up() {
    doubt_.give_up(convert_real<double>(state_.since.mid));
    return {.is_unclear = true};
  }

  /// Keeps what potential_at() needs. @param x  none during refractoriness
  void trace(const Trajectory<Number>* x, const Time& until) {
    if (purpose_.traced) traced_ = {state_.since.mid, until, x ? std::optional(*x) : std::nullopt};
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
    std::optional<Trajectory<Number>> x{};  // none during refractoriness
  } traced_{};                              // the last stretch of a traced train
};

}  // namespace lapicque::detail
