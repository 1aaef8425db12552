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
    for (; next_ < told_ && ends_[next_] < until; ++next_) {
      step_.decay(next_, parts_);
      add(events_[next_]);
    }
    if (next_ == first) break;
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
  set_input(state.since.mid, timeline);
  load(state);
  Ball<Real> potential = convert_ball<Real>(state.potential);
  if (!state.is_at_event()) {  // since the end of refractoriness, or a horizon, somewhere between two events
    decay_until(state.since.mid, state.anchor);
    potential.rad = round_up(potential.rad + step_.blur(state.since.rad, input_, potential, parts_));
  }
  look(state.since.mid, timeline, horizon);
  std::uint64_t stretches = 0;
  std::size_t passed = 0;  // events that the timeline has not been told of
  double last = -1;        // the event that has been reached
  bool moves = input_.moves();
  while (true) {
    if (next_ >= told_) {
      timeline.pass_singles(std::exchange(passed, 0));
      if (!(timeline.next() < horizon)) break;
      if (!is_next(timeline.next())) look_ahead(Time(last), timeline, horizon);
    }
    if (!step_.ahead().covers(next_) || !step_.pass(next_, input_, moves, potential, parts_)) {
      refused_ = start_ = last < 0 ? state.since.mid : Time(last);
      break;
    }
    const std::size_t lane = next_++;
    last = ends_[lane];
    if (lane < told_) {
      const SingleEvent& event = events_[lane];
      if (event.kind == SingleEvent::Kind::jump && event.size != 0) {
        Ball<Real> landing = potential;
        step_.add(Real(event.size), landing);
        if (!is_negative(landing)) break;  // which is left to happen
        potential = landing;
      }
      ++passed;
      add(event);
      ++stretches;
      if (!moves) continue;
      timeline.pass_singles(std::exchange(passed, 0));
    } else {
      if (!take_event(timeline)) break;
      ++stretches;
    }
    set_input(last, timeline);
    moves = input_.moves();
  }
  timeline.pass_singles(passed);
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
  const Timeline::Ahead ahead = timeline.look_ahead(std::span(times).first(most_ahead_), events_, horizon);
  count_ = ahead.count;
  told_ = ahead.single;
  for (std::size_t k = count_; k < lanes; ++k) times[k] = times[count_ - 1];
  for (std::size_t k = 0; k < lanes; ++k) ends_.set(k, times[k]);
  for (std::size_t k = 1; k < lanes; ++k) lengths_.set(k, two_sum(times[k], -times[k - 1]));
  lengths_.set(0, Time(times[0]) - start);
  step_.ahead().look_at(count_, lengths_);
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
  if (timeline.next_is_single() && timeline.single().kind != SingleEvent::Kind::jump) {
    const SingleEvent event = timeline.single();
    timeline.pass_single();
    add(event);
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

template <class Real>
void QuietWay<Real>::add(const SingleEvent& event) {
  if (event.size == 0) return;  // what is silent stays so
  if (event.kind == SingleEvent::Kind::exponential) {
    step_.add(ball_of_product<Real>(constants_.neuron().resistance(), event.size).mid, parts_[event.place].exponential);
    parts_[event.place].acts = true;
  } else if (event.kind == SingleEvent::Kind::alpha) {
    parts_[event.place].alpha += constants_.alpha_gain * Ball<Real>(event.size);
    parts_[event.place].acts = true;
  }
}

template class QuietWay<double>;
template class QuietWay<DoubleDouble>;

}  // namespace lapicque::detail
