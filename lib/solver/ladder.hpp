#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "lapicque/spike_train.hpp"
#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/doubt.hpp"
#include "solver/event_loop.hpp"
#include "solver/problem.hpp"
#include "solver/step.hpp"

namespace lapicque::detail {

template <class Real>
Spike to_spike(const Firing<Real>& firing) {
  const double time = convert_real<double>(firing.time.mid);
  const Clock<Real> remainder = convert_real<Clock<Real>>(firing.time.mid - Clock<Real>(time));
  const double error = convert_radius<double>(round_up(Radius<Clock<Real>>(magnitude(remainder) + firing.time.rad)));
  return {time, convert_real<double>(remainder), error, convert_real<double>(firing.slope), firing.condition};
}

/// Snapshots of what a rung has gone through, the further back the more seldom: where one with more digits may start.
template <class Real>
class History {
 public:
  /// Takes a snapshot where one is due.
  template <class Loop>
  void note(const Loop& loop) {
    if (loop.stretches() >= due_) {
      keep(0, loop.snapshot());
      due_ = loop.stretches() + spacing;
    }
  }
  /// Forgets everything but this.
  void restart_at(Snapshot<Real> snapshot) {
    levels_.clear();
    due_ = snapshot.stretches + spacing;
    keep(0, std::move(snapshot));
  }
  /// The latest snapshot at or before a time, ms, and so many stretches; null where there is none.
  const Snapshot<Real>* latest_before(double time, std::uint64_t stretches) const {
    for (const auto& level : levels_) {
      for (auto snapshot = level.rbegin(); snapshot != level.rend(); ++snapshot) {
        if (snapshot->stretches <= stretches && convert_real<double>(snapshot->state.since.mid) <= time)
          return &*snapshot;
      }
    }
    return nullptr;
  }
  /// Null where there is none.
  const Snapshot<Real>* earliest() const { return levels_.empty() ? nullptr : &levels_.back().front(); }

 private:
  static constexpr std::uint64_t spacing = 1024;  // stretches: a snapshot costs as much as some ten of them
  static constexpr std::size_t kept = 4;          // of each level, on which they are four times as far apart

  void keep(std::size_t level, Snapshot<Real> snapshot) {
    if (level == levels_.size()) levels_.emplace_back();
    auto& row = levels_[level];
    if (!row.empty() && snapshot.stretches - row.back().stretches < spacing << (2 * level)) return;
    row.push_back(std::move(snapshot));
    if (row.size() <= kept) return;
    Snapshot<Real> oldest = std::move(row.front());
    row.pop_front();
    keep(level + 1, std::move(oldest));
  }

  std::vector<std::deque<Snapshot<Real>>> levels_;
  std::uint64_t due_ = spacing;
};

/// What a ladder comes to in one call of advance().
struct Outcome {
  std::uint64_t stretches = 0;
  std::optional<Spike> spike{};
  bool is_blurred = false;  ///< it has to start from an earlier state
  std::size_t decided_by = 0;
  std::size_t located_by = 0;
};

template <class Real, class... More>
class Ladder;
template <class... Rungs>
struct LadderOf {
  using Type = std::monostate;
};
template <class Real, class... More>
struct LadderOf<Real, More...> {
  using Type = Ladder<Real, More...>;
};

/// A ladder of event loops: one, and above it those with more digits, which are asked where this one's do not decide.
///
/// A hard decision is local: the rung above starts from a state that this one has gone through, a ball, some time
/// constants ago. What is not known of it decays with the membrane and the synapses, and contracts by |dt_n/dt_(n-1)|
/// from each spike to the next; so at the decision the rung above is as sharp as if it had started from t = 0. Where it
/// turns out not to be (is_blurred), it starts earlier; at last from 0. What the last rung cannot decide is noted, and
/// taken for a touch from below.
template <class Real, class... More>
class Ladder {
 public:
  Ladder(std::shared_ptr<const Problem> problem, const Purpose& purpose, const Timeline& start)
      : problem_(problem),
        purpose_(purpose),
        start_(start),
        loop_(std::move(problem), purpose, start),
        first_(loop_.snapshot()) {}

  Outcome advance() {
    climbed_ = false;
    if constexpr (!is_last) history_.note(loop_);
    const Step<Real> step = loop_.advance();
    if constexpr (is_last) {
      for (const Touch& touch : loop_.doubt().take_touches()) {
        if (touches_.empty() || touches_.back().time < touch.time) touches_.push_back(touch);  // else met before
      }
    } else if (step.is_unclear && !is_blurred()) {
      Outcome outcome = ask_above();
      outcome.stretches += step.stretches;
      return outcome;
    }
    return {step.stretches, step.firing ? std::optional(to_spike(*step.firing)) : std::nullopt, step.is_unclear,
            step.decided_by, step.located_by};
  }

  /// Goes on until more than so many stretches are done, or to the horizon. @return the last outcome
  Outcome advance_beyond(std::uint64_t stretches) {
    Outcome outcome;
    while (!outcome.is_blurred && loop_.stretches() <= stretches && !is_at_horizon()) {
      loop_.pass_regular_until(stretches);
      outcome = advance();
    }
    return outcome;
  }

  /// Starts from a state that a rung below has gone through, or from t = 0.
  template <class Less>
  void resume(const Snapshot<Less>& snapshot) {
    loop_.resume(snapshot);
    set_from_start(false);
  }
  void restart() {
    loop_.resume(first_);
    set_from_start(true);
  }

  void set_horizon(double horizon) {
    loop_.set_horizon(horizon);
    if constexpr (!is_last) {
      if (above_) above_->set_horizon(horizon);
    }
  }
  /// After events were handed that lie beyond the horizon reached.
  void look_again() {
    loop_.look_again();
    start_.look_again();
    if constexpr (!is_last) {
      if (above_) above_->look_again();
    }
  }

  std::size_t make_ready(ReadySpikes& ready) { return loop_.make_ready(ready); }
  std::uint64_t stretches() const { return loop_.stretches(); }
  bool is_at_horizon() const { return loop_.is_at_horizon(); }
  Snapshot<Real> snapshot() const { return loop_.snapshot(); }
  bool reaches_beyond(double t) const {
    if constexpr (!is_last) {
      if (climbed_) return above_->reaches_beyond(t);
    }
    return loop_.reaches_beyond(t);
  }
  double potential_at(double t) const {
    if constexpr (!is_last) {
      if (climbed_) return above_->potential_at(t);
    }
    return loop_.potential_at(t);
  }
  std::span<const Touch> touches() const {
    if constexpr (is_last) {
      return touches_;
    } else {
      return above_ ? above_->touches() : std::span<const Touch>();
    }
  }

 private:
  static constexpr bool is_last = sizeof...(More) == 0;
  using Above = typename LadderOf<More...>::Type;

  void set_from_start(bool is_from_start) {
    is_from_start_ = is_from_start;
    if constexpr (is_last) {
      loop_.doubt().set_from_start(is_from_start);
    } else {
      history_.restart_at(loop_.snapshot());
    }
  }

  /// Whether the loop is in doubt for the sake of the state that it started from: a ball that is wider than what this
  /// rung's own rounding may have added up to.
  bool is_blurred() const {
    constexpr double rounding = 0x1p30;
    return !is_from_start_ && loop_.doubt().share() > convert_radius<double>(RealTraits<Real>::unit) * rounding;
  }

  /// For the stretch that this rung cannot decide.
  Outcome ask_above() {
    climbed_ = true;
    const std::uint64_t goal = loop_.stretches();
    // So many membrane time constants take what this rung does not know below the last digit of the next one.
    constexpr double time_constants = 40 * (1 << RealTraits<Real>::rung);
    const double now = convert_real<double>(loop_.state().since.mid);
    const double enough = now - time_constants * problem_->neuron.tau();
    const Snapshot<Real>* start = history_.latest_before(enough, goal);
    if (!start && !is_from_start_) start = history_.earliest();
    if (!above_) above_ = std::make_unique<Above>(problem_, purpose_, start_);
    above_->set_horizon(loop_.horizon());
    bool is_under_way = above_->stretches() <= goal && (!start || above_->stretches() >= start->stretches);
    while (true) {
      if (!is_under_way && start) above_->resume(*start);
      if (!is_under_way && !start && !is_from_start_) return {.is_blurred = true};
      if (!is_under_way && !start) above_->restart();
      const Outcome outcome = above_->advance_beyond(goal);
      if (!outcome.is_blurred) {
        loop_.resume(above_->snapshot());
        return {.stretches = loop_.stretches() - goal,
                .spike = outcome.spike,
                .decided_by = outcome.decided_by,
                .located_by = outcome.located_by};
      }
      if (!std::exchange(is_under_way, false) && start) start = further_back_than(*start, enough, goal);
    }
  }

  /// A snapshot four times as far back from `goal`; null for t = 0.
  const Snapshot<Real>* further_back_than(const Snapshot<Real>& start, double time, std::uint64_t goal) const {
    const std::uint64_t distance = 4 * (goal - start.stretches);
    return distance < goal ? history_.latest_before(time, goal - distance) : nullptr;
  }

  std::shared_ptr<const Problem> problem_;
  Purpose purpose_;
  Timeline start_;
  EventLoop<Real, std::conditional_t<is_last, NoteTouches, AskNextRung>> loop_;
  Snapshot<Real> first_;  // at t = 0
  bool is_from_start_ = true;
  // Of the last rung:
  std::vector<Touch> touches_;
  // Of the others:
  History<Real> history_;
  std::unique_ptr<Above> above_;
  bool climbed_ = false;  // the last stretch was done above
};

}  // namespace lapicque::detail
