#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "input/timeline.hpp"
#include "numbers/lanes.hpp"
#include "numbers/real.hpp"
#include "solver/constants.hpp"
#include "solver/input_drive.hpp"
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

  /// @param regular      the skip that is asked first, and so passes the stretch after a release if it can; or null
  /// @param looks_ahead  whether the coming stretches are worked out side by side, or each alone
  QuietWay(const Constants<Real>& constants, RegularTrain<Real>* regular, bool looks_ahead)
      : constants_(constants),
        regular_(regular),
        level_(constants),
        most_ahead_(looks_ahead ? lanes : 1),
        step_(constants.neuron().tau(), constants.taus, constants.at_rest, constants.has_alpha, constants.alpha_gain),
        parts_(constants.taus.size()) {}

  /// @return how many stretches are passed
  std::uint64_t pass(State<Real>& state, Timeline& timeline, double horizon);

 private:
  std::uint64_t wait(State<Real>& state, Timeline& timeline, double horizon);
  std::uint64_t go(State<Real>& state, Timeline& timeline, double horizon);

  /// Makes sure that next_ is the lane of the stretch from here to the timeline's next event.
  void look(const Time& start, const Timeline& timeline, double horizon) {
    while (next_ < count_ && ends_[next_] < timeline.next()) ++next_;
    if (!is_next(timeline.next())) {
      look_ahead(start, timeline, horizon);
    } else if (!(start_ == start)) {
      look_from(start);
    }
  }
  /// Whether the next lane's stretch goes to this event.
  bool is_next(double end) const { return next_ < count_ && ends_[next_] == end; }
  void look_ahead(const Time& start, const Timeline& timeline, double horizon);
  void look_from(const Time& start);
  void place_sample(std::size_t lane);
  /// The lane from which on another sample acts than in this one; beyond all lanes where none does.
  std::size_t next_change(std::size_t lane) const {
    if (!input_changes_) return lanes;
    while (lane < told_ && !changes_[lane].samples) ++lane;
    return std::min(lane + 1, lanes);
  }
  void decay_until(const Time& start, const Time& anchor);

  void set_input(const Time& start, const Timeline& timeline);
  void load(const State<Real>& state);
  void store(State<Real>& state) const;
  bool take_event(Timeline& timeline);

  const Constants<Real>& constants_;
  RegularTrain<Real>* regular_;
  PresentLevel<Real> level_;
  std::size_t most_ahead_;
  QuietStep<Real> step_;
  InputDrive<Real> input_{};            // from the stretch's start on
  std::vector<QuietPart<Real>> parts_;  // at the stretch's start
  Time refused_{-1.0};                  // the start of the stretch that was refused last, and is not tried again
  // The stretches that have been looked at, the first of them that lies ahead, and where it starts:
  Lanes<double> ends_{};
  Lanes<Time> lengths_{};
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::size_t told_ = 0;  // how many end in an event that the quiet step has been told of
  Time start_{-1.0};
  // The sample that the stretch of a lane ends with, if it does, and whether there are any:
  struct Change {
    const Samples* samples = nullptr;
    std::size_t number = 0;
  };
  std::array<Change, lanes> changes_{};
  bool input_changes_ = false;
};

}  // namespace lapicque::detail
