#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "input/timeline.hpp"
#include "lapicque/spike_train.hpp"
#include "solver/constants.hpp"
#include "solver/skip/quiet_way.hpp"
#include "solver/skip/regular_train.hpp"
#include "solver/skip/sinusoid_train.hpp"
#include "solver/state.hpp"
#include "solver/step.hpp"

namespace lapicque::detail {

/// The ways past whole stretches at once. Each is an optimisation, and never a meaning:
///
///     A skip may advance the state and the timeline by n >= 0 whole stretches. The result is as if
///     EventLoop::advance() had been called n times without skips: the same spikes, the same count of stretches, and
///     every ball encloses the truth. A skip refuses (n = 0) when in doubt, and never throws. Beyond the n stretches it
///     may carry the membrane along a part of the next one, on which it has told that there is no crossing.
///
/// skip_test.cpp holds every kind of input to that, with all skips, with none, and with each alone.
template <class Real>
class Skips {
 public:
  /// @param constants  must outlive this
  Skips(const Constants<Real>& constants, const Purpose& purpose)
      : allows_regular_(purpose.skips.regular && !purpose.traced),
        allows_sinusoid_(purpose.skips.sinusoid && !purpose.traced && purpose.suits_double),
        is_released_at_reset_(constants.is_released_at_reset),
        regular_(constants, purpose.nearest),
        sinusoid_(constants, purpose.nearest) {
    if constexpr (has_quiet_way) {
      if (purpose.skips.quiet && !purpose.traced)
        quiet_.emplace(constants, allows_regular_ ? &regular_ : nullptr, purpose.skips.lanes);
    }
  }

  Skips(const Skips&) = delete;  // one refers to another
  Skips& operator=(const Skips&) = delete;

  Step<Real> pass(State<Real>& state, Timeline& timeline, double horizon) {
    if (state.silent || state.above) return {};
    if (allows_regular_) {
      if (const Step<Real> step = regular_.pass(state, timeline, horizon); step.stretches > 0) return step;
    }
    if (state.refractory && !is_released_at_reset_) return {};  // u may be elsewhere then, at the threshold even
    if (state.errors.await_rise()) return {};                   // which the event loop notes
    if (allows_sinusoid_) {
      if (const Step<Real> step = sinusoid_.pass(state, timeline, horizon); step.stretches > 0) return step;
    }
    if constexpr (has_quiet_way) {
      if (quiet_) return {.stretches = quiet_->pass(state, timeline, horizon)};
    }
    return {};
  }

  /// See RegularTrain::make_ready.
  std::size_t make_ready(State<Real>& state, const Timeline& timeline, double horizon, ReadySpikes& ready) {
    if constexpr (has_quiet_way) {
      if (allows_regular_) return regular_.make_ready(state, timeline, horizon, ready);
    }
    return 0;
  }
  /// See RegularTrain::pass_many.
  std::uint64_t pass_many(State<Real>& state, const Timeline& timeline, double horizon, std::uint64_t most) {
    return allows_regular_ ? regular_.pass_many(state, timeline, horizon, most) : 0;
  }

 private:
  /// Where the clock is a double-double, tables give the exponentials.
  static constexpr bool has_quiet_way = std::is_same_v<Clock<Real>, DoubleDouble>;
  struct None {};

  bool allows_regular_;
  bool allows_sinusoid_;
  bool is_released_at_reset_;
  RegularTrain<Real> regular_;
  SinusoidTrain<Real> sinusoid_;
  std::optional<std::conditional_t<has_quiet_way, QuietWay<Real>, None>> quiet_{};
};

}  // namespace lapicque::detail
