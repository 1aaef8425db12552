#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "input/timeline.hpp"
#include "lapicque/spike_train.hpp"
#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/constants.hpp"
#include "solver/root.hpp"
#include "solver/skip/series.hpp"
#include "solver/state.hpp"
#include "solver/step.hpp"

namespace lapicque::detail {

/// Spikes under a constant drive above the threshold.
///
/// From a potential that is known without rounding, the time that it takes to the threshold is one closed form. From
/// reset it is the same after each spike that raises nothing: found once, in the clock's digits, it takes a sum a
/// spike, and nothing but the sums' rounding adds up along the train. A decaying part that has fallen below the last
/// digit of the drive counts as a part of the drive's error: it changes the drive by no more than it is, at any later
/// time.
template <class Real>
class RegularTrain {
 public:
  using Time = Clock<Real>;
  using Instant = Ball<Time>;

  RegularTrain(const Constants<Real>& constants, bool nearest)
      : constants_(constants), level_(constants), nearest_(nearest) {}

  /// The drive, if it is constant, known without rounding and above the threshold, and the potential below that is
  /// known without rounding as well; else null.
  const Level<Real>* drive(const State<Real>& state, const Timeline& timeline) {
    if (state.refractory || !state.known || !vanishes(state.known->deviation) || state.known->sum.sign() >= 0)
      return nullptr;
    if (!timeline.lines().empty() || !timeline.waves().empty()) return nullptr;
    const Level<Real>& level = level_.at(timeline);
    return level.is_exact && level.sum.sign() > 0 && is_negligible(sum_of_parts(state), level) ? &level : nullptr;
  }

  /// The next spike, if it is regular. In a series, the end of refractoriness before it is passed as well.
  Step<Real> pass(State<Real>& state, const Timeline& timeline, double horizon) {
    if (is_in_series(state)) {
      const Instant time = series_.at(last_ + 1);
      in_series_ = comes_before(time, std::min(timeline.next(), horizon)) && is_told(time);
      if (!in_series_) return {};
      ++last_;
      return fire(state, time, *from_reset_, 2);
    }
    const Level<Real>* level = drive(state, timeline);
    if (!level) return {};
    const bool is_reset = is_at_reset(state);
    const std::optional<ConstantDriveCrossing> crossing =
        is_reset ? crossing_from_reset(timeline, state, *level)
                 : crossing_from(state.known->sum, *level, sum_of_parts(state));
    if (!crossing) return {};
    const Instant time = state.since + crossing->length;
    if (!comes_before(time, std::min(timeline.next(), horizon)) || !is_told(time)) return {};
    if (is_reset) {
      series_ = {time, Instant(constants_.neuron().refractory()) + crossing->length};
      last_ = 0;
    }
    const Step<Real> step = fire(state, time, *crossing, 1);
    // What spikes raise, and how far u rises in silence, makes the next interval another one.
    in_series_ = is_reset && constants_.neuron().after_spike().empty() && !constants_.has_silence;
    return step;
  }

  /// The next spikes of a series, as many as there is room for. @return how many
  std::size_t make_ready(State<Real>& state, const Timeline& timeline, double horizon, ReadySpikes& ready) {
    const double count = std::min(spikes_left(state, timeline, horizon), static_cast<double>(ReadySpikes::most));
    if (!(count >= 1)) return 0;
    const std::size_t made = detail::make_ready(series_, last_ + 1, static_cast<std::size_t>(count), nearest_, ready);
    ready.slope = convert_real<double>(from_reset_->slope);
    ready.condition = from_reset_->condition;
    go_on(state, static_cast<double>(made));
    return made;
  }

  /// Passes spikes of a series that nobody asks for. @return how many stretches that is, `most` at most
  std::uint64_t pass_many(State<Real>& state, const Timeline& timeline, double horizon, std::uint64_t most) {
    const double count = std::min(spikes_left(state, timeline, horizon), std::floor(static_cast<double>(most / 2)));
    if (!(count >= 1)) return 0;
    go_on(state, count);
    return 2 * static_cast<std::uint64_t>(count);
  }

 private:
  /// The next crossing, from a potential that is known without rounding.
  struct ConstantDriveCrossing {
    Instant length;  ///< ms from the start to it
    Radius<Real> slope;
    double condition;
  };

  /// Whether the last spike came in the series, and the neuron is refractory after it.
  bool is_in_series(const State<Real>& state) const {
    return in_series_ && state.refractory && state.since.mid == since_.mid && state.since.rad == since_.rad &&
           state.kept.is_zero();
  }

  /// How many spikes of the series plainly come before the next event.
  double spikes_left(const State<Real>& state, const Timeline& timeline, double horizon) const {
    if (!is_in_series(state)) return 0;
    const double end = std::min(timeline.next(), horizon);
    const auto& [start, period] = series_;
    const double left = (end - convert_real<double>(start.mid)) / convert_real<double>(period.mid);
    const double count = std::floor(left * (1 - 0x1p-40) - last_) - 1;
    return count >= 1 && comes_before(series_.at(last_ + count), end) ? count : 0;
  }

  void go_on(State<Real>& state, double spikes) {
    if (!(spikes >= 1)) return;
    last_ += spikes;
    fire(state, series_.at(last_), *from_reset_, 0);
  }

  Step<Real> fire(State<Real>& state, const Instant& time, const ConstantDriveCrossing& crossing,
                  std::uint64_t stretches) {
    if (state.refractory) state.release(constants_);
    state.fire(constants_, time, false);
    since_ = state.since;
    return {.stretches = stretches,
            .firing = Firing<Real>{time, crossing.slope, crossing.condition},
            .located_by = RealTraits<Time>::rung};
  }

  bool is_told(const Instant& time) const { return !nearest_ || has_one_nearest_double(time); }

  /// A bound on all that decays, from state.since on: |e + a z| e^-z <= (|e| + |a|) (1 + z) e^-z, which falls.
  Radius<Time> sum_of_parts(const State<Real>& state) const {
    constexpr double long_gone = 60;    // before, it is no use to look
    constexpr double least = 0x1p-700;  // of what is left that is told from nothing
    const double since_anchor = convert_real<double>(Time(state.since.mid - state.anchor)) * (1 - 0x1p-40) -
                                convert_radius<double>(state.since.rad);
    Radius<Time> sum(0);
    for (std::size_t k = 0; k < state.parts.size(); ++k) {
      const auto& [exponential, alpha] = state.parts[k];
      const double z = since_anchor / constants_.taus[k] * (1 - 0x1p-40);
      const double left = z > long_gone ? std::max(least, std::exp(-z) * (1 + z) * (1 + 0x1p-40)) : 1;
      sum = round_up(Radius<Time>(sum + (greatest(exponential) + greatest(alpha)) * left));
    }
    return sum;
  }
  static bool is_negligible(const Radius<Time>& decaying, const Level<Real>& level) {
    return decaying == 0 ||
           decaying < convert_radius<Radius<Time>>(magnitude(level.value.mid)) * RealTraits<Time>::unit * 0x1p-8;
  }

  bool is_at_reset(const State<Real>& state) const {
    ExactSum gap = constants_.reset;
    gap.subtract(state.known->sum);
    return gap.is_zero();
  }

  const std::optional<ConstantDriveCrossing>& crossing_from_reset(const Timeline& timeline, const State<Real>& state,
                                                                  const Level<Real>& level) {
    // What decays can only have become less since the last event.
    if (!found_ || changes_ != timeline.constant_changes() || !(found_since_ == state.anchor)) {
      found_ = true;
      changes_ = timeline.constant_changes();
      found_since_ = state.anchor;
      from_reset_ = crossing_from(constants_.reset, level, sum_of_parts(state));
    }
    return from_reset_;
  }

  std::optional<ConstantDriveCrossing> crossing_from(const ExactSum& start, const Level<Real>& level,
                                                     const Radius<Time>& decaying) const {
    Trajectory<Ball<Time>> x;
    x.tau = constants_.neuron().tau();
    x.rate = Ball<Time>(1.0) / x.tau;
    x.start = ball_of<Time>(start);
    x.level = ball_of<Time>(level.sum);
    x.level.rad = round_up(Radius<Time>(x.level.rad + decaying));
    x.level_parts = constants_.level_parts(level.value);
    const double ratio = convert_real<double>(x.start.mid) / convert_real<double>(x.level.mid);
    const double high = constants_.neuron().tau() * std::log1p(-ratio) * (1 + 0x1p-20);
    if (!is_positive(x.at(Ball<Time>(high)).potential)) return std::nullopt;
    const Root<Time> root = root_in<Time>({Time(0.0), Time(high)}, x, Radius<Time>(0));
    if (!root.is_clear) return std::nullopt;
    return ConstantDriveCrossing{Instant(root.offset, root.error), convert_radius<Radius<Real>>(root.slope),
                                 root.condition};
  }

  const Constants<Real>& constants_;
  PresentLevel<Real> level_;
  bool nearest_;

  bool in_series_ = false;
  Instant since_{};        // State::since after the last spike found here
  Series<Time> series_{};  // the spikes that came from reset
  double last_ = 0;        // the last of them

  // The crossing from reset, what it was found for, and whether it has been looked for:
  std::optional<ConstantDriveCrossing> from_reset_{};
  bool found_ = false;
  std::size_t changes_ = 0;
  Time found_since_{};
};

}  // namespace lapicque::detail
