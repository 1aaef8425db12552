#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "input/timeline.hpp"
#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/constants.hpp"
#include "solver/input_drive.hpp"
#include "solver/skip/barrage.hpp"
#include "solver/skip/quiet_step.hpp"
#include "solver/skip/regular_train.hpp"
#include "solver/state.hpp"

namespace lapicque::detail {

/// Passes stretches on which there is plainly no spike, as most of a synaptic barrage are: from event to event by quiet
/// steps, and through refractoriness. A quiet step forgets what a potential is known to be without rounding. So a
/// potential that stands still, or comes to stand still, is left to the event loop: jumps from there may land exactly
/// on the threshold.
template <class Real>
class QuietWay {
 public:
  using Time = Clock<Real>;

  /// @param regular   the skip that is asked first, and so passes the stretch after a release if it can; or null
  /// @param in_lanes  whether to use a Barrage where it serves
  QuietWay(const Constants<Real>& constants, RegularTrain<Real>* regular, bool in_lanes)
      : constants_(constants),
        regular_(regular),
        level_(constants),
        step_(constants.neuron().tau(), constants.taus, constants.at_rest) {
    if constexpr (std::is_same_v<Real, double>) {
      if (!in_lanes || !Barrage::serves(constants.at_rest)) return;
      barrage_.emplace(constants.at_rest, constants.neuron().tau(), constants.taus, constants.rest_value,
                       constants.neuron().resistance(),
                       constants.has_alpha ? std::optional(constants.alpha_gain) : std::nullopt);
    }
  }

  /// @return how many stretches are passed
  std::uint64_t pass(State<Real>& state, Timeline& timeline, double horizon) {
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
    set_input(state, timeline);
    while (true) {
      bool is_blocked = false;
      stretches += pass_in_lanes(state, timeline, horizon, is_blocked);
      const double end = timeline.next();
      if (!(end < horizon)) return stretches;
      if (is_blocked || !carry_to(end, state)) {
        refused_ = state.since.mid;
        return stretches;
      }
      const bool changes_input =
          input_.moves() || !timeline.next_is_single() || timeline.single().kind == SingleEvent::Kind::sample;
      if (!take_event(state, timeline)) return stretches;
      ++stretches;
      if (changes_input) set_input(state, timeline);
    }
  }

 private:
  /// Lets the single jumps and arrivals happen that plainly come before the end of refractoriness.
  std::uint64_t wait(State<Real>& state, Timeline& timeline, double horizon) {
    const double released =
        convert_real<double>(state.since.mid) * (1 - 0x1p-40) - convert_radius<double>(state.since.rad);
    const double end = std::min(released, horizon);
    std::uint64_t stretches = 0;
    if constexpr (std::is_same_v<Real, double>) {
      if (barrage_ && state.anchor.lo == 0) {
        double anchor = state.anchor.hi;
        stretches += barrage_->decay(timeline, end, anchor, state.parts);
        state.anchor = anchor;
      }
    }
    for (; timeline.next_is_single() && timeline.next() < end; ++stretches) {
      step_.decay(Time(timeline.next()) - state.anchor, state.parts);
      state.anchor = timeline.next();
      const SingleEvent event = timeline.single();
      timeline.pass_single();
      add(event, state);
    }
    return stretches;
  }

  std::uint64_t pass_in_lanes(State<Real>& state, Timeline& timeline, double horizon, bool& is_blocked) {
    if constexpr (std::is_same_v<Real, double>) {
      if (!barrage_ || !input_.waves.empty() || !state.is_at_event() || state.anchor.lo != 0 || state.known) return 0;
      double anchor = state.anchor.hi;
      const auto passed = barrage_->pass(timeline, horizon, anchor, state.potential, state.parts, input_);
      state.anchor = anchor;
      state.since = Ball<Time>(anchor);
      is_blocked = passed.is_blocked;
      return passed.stretches;
    } else {
      return 0;
    }
  }

  void set_input(const State<Real>& state, const Timeline& timeline) {
    static_cast<LinearDrive<Real>&>(input_) =
        linear_drive<Real>(timeline, constants_.rest_value, constants_.neuron().resistance(), state.since.mid);
    constants_.place_waves(timeline, state.since.mid, input_.waves);
  }

  /// Carries the membrane and the parts to `end`. @return false, and nothing has changed, where it is not plain that
  /// there is no crossing before it
  bool carry_to(double end, State<Real>& state) {
    const Time length = Time(end) - state.since.mid;
    const double z = convert_real<double>(length) * convert_real<double>(constants_.at_rest.rate.mid);
    if (!(z > 0 && z < QuietStep<Real>::longest)) return false;
    if (state.is_at_event()) {
      if (!step_.pass(length, input_, state.potential, state.parts)) return false;
    } else {  // since the end of refractoriness, or a horizon, somewhere between two events
      parts_ = state.parts;
      step_.decay(state.since.mid - state.anchor, parts_);
      Carried<Real> potential = state.potential;
      potential.rad = round_up(potential.rad + step_.blur(state.since.rad, input_, potential, parts_));
      if (!step_.pass(length, input_, potential, parts_)) return false;
      state.potential = potential;
      state.parts.swap(parts_);
    }
    state.known.reset();
    state.since = Ball<Time>(end);
    state.anchor = Time(end);
    return true;
  }

  /// What happens at state.since. @return false, and it has not happened, where a jump does not plainly land below the
  /// threshold
  bool take_event(State<Real>& state, Timeline& timeline) {
    if (!timeline.next_is_single()) {
      if (timeline.has_jumps()) return false;
      timeline.advance();
      state.add_arrivals(constants_, timeline);
      return true;
    }
    const SingleEvent event = timeline.single();
    if (event.kind == SingleEvent::Kind::jump && event.size != 0) {
      Carried<Real> landing = state.potential;
      landing += Ball<Real>(event.size);
      if (!is_negative(landing)) return false;
      state.potential = landing;
    }
    timeline.pass_single();
    add(event, state);
    return true;
  }

  void add(const SingleEvent& event, State<Real>& state) const {
    if (event.size == 0) return;  // what is silent stays so
    if (event.kind == SingleEvent::Kind::exponential) {
      state.parts[event.place].exponential += ball_of_product<Real>(constants_.neuron().resistance(), event.size);
    } else if (event.kind == SingleEvent::Kind::alpha) {
      state.parts[event.place].alpha += constants_.alpha_gain * Ball<Real>(event.size);
    }
  }

  const Constants<Real>& constants_;
  RegularTrain<Real>* regular_;
  PresentLevel<Real> level_;
  QuietStep<Real> step_;
  std::optional<Barrage> barrage_{};
  InputDrive<Real> input_{};                  // from state.since on
  std::vector<SynapticDrive<Real>> parts_{};  // room for a copy
  Time refused_{-1.0};                        // the start of the stretch that was refused last, and is not tried again
};

}  // namespace lapicque::detail
