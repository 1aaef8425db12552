#include "solver/skip/quiet_way.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "numbers/ball.hpp"
#include "numbers/fused.hpp"

namespace lapicque::detail {

template <class Real>
std::uint64_t QuietWay<Real>::pass(State<Real>& state, Timeline& timeline, double horizon) {
  std::uint64_t stretches = 0;
  if (!state.refractory && !(state.since.mid < Time(timeline.next()))) return 0;  // something happens now
  if (state.refractory) {
    stretches += wait(state, timeline, horizon);
    const auto waits = state.precedes_release(std::min(timeline.next(), horizon));
    if (!waits || *waits) return stretches;
    state.release(constants_);
    ++stretches;
    if (regular_ && regular_->drive(state, timeline)) return stretches;  // which passes it sooner
  }
  if (state.known && timeline.lines().empty() && timeline.waves().empty()) {
    const Level<Real>& level = level_.at(timeline);
    if (level.is_exact && state.stands_at(level.sum)) return stretches;
  }
  if (!(timeline.next() < horizon) || !(state.since.mid < Time(timeline.next()))) return stretches;
  if (state.since.mid == refused_) return stretches;
  return stretches + go(state, timeline, horizon);
}

/// Lets the single jumps and arrivals happen that plainly come before the end of refractoriness.
template <class Real>
LAPICQUE_FOR_FUSED_TOO std::uint64_t QuietWay<Real>::wait(State<Real>& state, Timeline& timeline, double horizon) {
  const double released =
      convert_real<double>(state.since.mid) * (1 - 0x1p-40) - convert_radius<double>(state.since.rad);
  const double until = std::min(released, horizon);
  if (!(timeline.next() < until)) return 0;
  std::uint64_t stretches = 0;
  load(state);
  look(state.anchor, timeline, horizon);
  double last = -1;
  while (true) {
    const std::size_t first = next_;
    while (next_ < told_ && ends_[next_] < until) ++next_;
    if (next_ == first) break;
    step_.decay_and_arrive(first, next_, parts_);
    last = ends_[next_ - 1];
    stretches += next_ - first;
    timeline.pass_singles(next_ - first);
    if (next_ == count_ && timeline.next() < until) look_ahead(Time(last), timeline, horizon);
  }
  if (last < 0) return 0;
  start_ = last;
  state.anchor = last;
  store(state);
  return stretches;
}

/// From event to event, as long as it is plain that there is no crossing.
template <class Real>
LAPICQUE_FOR_FUSED_TOO std::uint64_t QuietWay<Real>::go(State<Real>& state, Timeline& timeline, double horizon) {
  load(state);
  Ball<Real> potential = convert_ball<Real>(state.potential);
  set_input(state.since.mid, timeline);
  if (!state.is_at_event()) {  // since the end of refractoriness, or a horizon, somewhere between two events
    decay_until(state.since.mid, state.anchor);
    potential.rad = round_up(potential.rad + step_.blur(state.since.rad, input_, potential, parts_));
  }
  look(state.since.mid, timeline, horizon);
  std::uint64_t stretches = 0;
  double last = -1;  // the event that has been reached
  while (true) {
    // Up to the next event that has not been told, which may change the input.
    const std::size_t changes = next_change(next_);
    const bool is_alone = next_ >= told_ || (input_.moves() && changes > next_ + 1);
    const std::size_t end = is_alone ? next_ + 1 : std::min(told_ + 1, count_);
    step_.place_input(next_, std::min(changes, end), input_);
    const auto passed = step_.pass(next_, end, potential, parts_);
    const std::size_t told = std::min(next_ + passed.stretches, told_) - std::min(next_, told_);
    timeline.pass_singles(told);
    stretches += told;
    next_ += passed.stretches;
    if (passed.stretches > 0) last = ends_[next_ - 1];
    if (passed.is_at_next_event) {
      last = ends_[next_++];
      break;
    }
    if (next_ < end) {
      refused_ = start_ = last < 0 ? state.since.mid : Time(last);
      break;
    }
    if (next_ > told_) {
      if (!take_event(timeline)) break;
      ++stretches;
    }
    if (next_ > told_ || next_ >= changes || input_.moves()) set_input(Time(last), timeline);
    if (!(timeline.next() < horizon)) break;
    if (!is_next(timeline.next())) look_ahead(Time(last), timeline, horizon);
  }
  if (last < 0) return 0;
  start_ = last;
  state.known.reset();
  state.since = Ball<Time>(Time(last), 0);
  state.anchor = last;
  state.potential = convert_ball<Time>(potential);
  store(state);
  return stretches;
}

/// Works out the coming stretches, the first of them from here.
template <class Real>
[[gnu::noinline]] void QuietWay<Real>::look_ahead(const Time& start, const Timeline& timeline, double horizon) {
  std::array<double, lanes> times;
  next_ = 0;
  start_ = start;
  StretchesAhead<Real>& stretches = step_.ahead();
  stretches.clear_events();
  const double resistance = constants_.neuron().resistance();
  if (std::exchange(input_changes_, false)) changes_ = {};
  const auto tell = [&](std::size_t first, const Timeline::Told& told) {
    using enum SingleEvent::Kind;
    if (told.kind == exponential) {
      stretches.parts()[told.place].arrivals.set(
          first, told.events, [&](double size) { return ball_of_product<Real>(resistance, size).mid; });
    } else if (told.kind == alpha) {
      stretches.parts()[told.place].alpha_arrivals.set(
          first, told.events, [&](double size) { return constants_.alpha_gain.mid * Real(size); });
    } else if (told.kind == jump) {
      stretches.jumps().set(first, told.events, [](double size) { return Real(size); });
    } else {
      for (std::size_t k = 0; k < told.count; ++k) changes_[first + k] = {told.samples, told.place + k};
      input_changes_ = true;
    }
  };
  const Timeline::Ahead ahead = timeline.look_ahead(std::span(times).first(most_ahead_), horizon, tell);
  count_ = ahead.count;
  told_ = ahead.single;
  for (std::size_t k = count_; k < lanes; ++k) times[k] = times[count_ - 1];
  for (std::size_t k = 0; k < lanes; ++k) ends_.set(k, times[k]);
  for (std::size_t k = 1; k < lanes; ++k) lengths_.set(k, two_sum(times[k], -times[k - 1]));
  lengths_.set(0, Time(times[0]) - start);
  stretches.look_at(count_, lengths_);
  step_.forget_input();
  for (std::size_t k = 0; input_changes_ && k < told_ && k + 1 < count_; ++k) {
    if (changes_[k].samples) place_sample(k);
  }
}

/// Tells the quiet step of the input from the sample at the end of a lane's stretch to the next one.
template <class Real>
void QuietWay<Real>::place_sample(std::size_t lane) {
  const auto& [samples, k] = changes_[lane];
  const std::vector<double>& values = *samples->values;
  const double resistance = constants_.neuron().resistance();
  InputDrive<Real> input{{constants_.rest_value + ball_of_product<Real>(resistance, values[k]), 0.0}};
  if (samples->hold == Hold::linear) {
    input.slope =
        ball_of_slope<Real>(resistance, values[k], values[k + 1], samples->breakpoint(k), samples->breakpoint(k + 1));
  }
  step_.place_input(lane + 1, next_change(lane + 1), input);
}

/// Works out the next of them once more, from here.
template <class Real>
[[gnu::noinline]] void QuietWay<Real>::look_from(const Time& start) {
  start_ = start;
  lengths_.set(next_, Time(ends_[next_]) - start);
  step_.ahead().look_at_one(next_, lengths_);
}

/// Lets the parts decay from the last event to the stretch's start, in the lane of the next stretch, which is taken
/// again from there.
template <class Real>
[[gnu::noinline]] void QuietWay<Real>::decay_until(const Time& start, const Time& anchor) {
  if (next_ == count_) next_ = count_ = told_ = 0;
  lengths_.set(next_, start - anchor);
  step_.ahead().look_at_one(next_, lengths_);
  step_.decay(next_, parts_);
  start_ = Time(-1.0);
}

template <class Real>
[[gnu::noinline]] void QuietWay<Real>::set_input(const Time& start, const Timeline& timeline) {
  static_cast<LinearDrive<Real>&>(input_) =
      linear_drive<Real>(timeline, constants_.rest_value, constants_.neuron().resistance(), start);
  if (!timeline.waves().empty() || !input_.waves.empty()) constants_.place_waves(timeline, start, input_.waves);
}

template <class Real>
void QuietWay<Real>::load(const State<Real>& state) {
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    const auto& [exponential, alpha] = state.parts[k];
    parts_[k] = {convert_ball<Real>(exponential), convert_ball<Real>(alpha), !is_silent(state.parts[k])};
  }
}
template <class Real>
void QuietWay<Real>::store(State<Real>& state) const {
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    state.parts[k] = {convert_ball<Time>(parts_[k].exponential), convert_ball<Time>(parts_[k].alpha)};
  }
}

/// Whatever happens at the end of a stretch. @return false, and it has not happened, where there may be a jump among it
template <class Real>
[[gnu::noinline]] bool QuietWay<Real>::take_event(Timeline& timeline) {
  if (timeline.next_is_single()) {
    const SingleEvent event = timeline.single();
    if (event.kind == SingleEvent::Kind::jump) return false;
    timeline.pass_single();
    if (event.kind == SingleEvent::Kind::sample) return true;
    auto& [exponential, alpha, acts] = parts_[event.place];
    if (event.kind == SingleEvent::Kind::exponential) {
      exponential += ball_of_product<Real>(constants_.neuron().resistance(), event.size);
    } else {
      alpha += constants_.alpha_gain * Ball<Real>(event.size);
    }
    acts = true;
    return true;
  }
  if (timeline.has_jumps()) return false;
  timeline.advance();
  if (!timeline.anything_arrived()) return true;
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    const auto& [exponential, alpha] = timeline.arrivals()[k];
    if (!exponential.is_zero()) parts_[k].exponential += constants_.resistance * ball_of<Real>(exponential);
    if (!alpha.is_zero()) parts_[k].alpha += constants_.alpha_gain * ball_of<Real>(alpha);
    parts_[k].acts = parts_[k].acts || !exponential.is_zero() || !alpha.is_zero();
  }
  return true;
}

template class QuietWay<double>;
template class QuietWay<DoubleDouble>;

}  // namespace lapicque::detail
