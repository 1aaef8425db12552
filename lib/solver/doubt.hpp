#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "solver/problem.hpp"

namespace lapicque::detail {

/// Thrown by the last rung: at this time (ms) its digits do not suffice even to say that the potential touches the
/// threshold. It leaves the core as an InvalidArgument.
struct Unresolvable {
  double time;
};

/// What was taken for a touch: when, ms, and how far from the threshold the potential is then at most, mV.
struct Touch {
  double time;
  double distance;
};

// What a rung of the ladder does where its numbers do not decide is a policy of its event loop. Each function is asked
// about one doubtful decision, and tells whether the rung may go on; if not, the event loop answers "unclear".
//
//     counts_as_touch(time, distance)      u cannot be told from theta at `time`: it is at most `distance` mV away
//     counts_as_one_instant(time, error)   an event at `time` and the end of refractoriness, known to `error` ms
//     takes_time(time, error)              a spike's time, known to `error` ms only
//     give_up(time)                        nothing can be said of what begins at `time`

/// On every rung but the last: nothing is taken for granted, and the next rung is asked.
class AskNextRung {
 public:
  explicit AskNextRung(const Problem& problem)
      : depth_(problem.neuron.threshold() - problem.neuron.reset()), tau_(problem.neuron.tau()) {}

  bool counts_as_touch(double /*time*/, double distance) { return is_no(distance / depth_); }
  bool counts_as_one_instant(double /*time*/, double error) { return is_no(error / tau_); }
  bool takes_time(double time, double error) { return is_no(error / time); }
  void give_up(double /*time*/) { is_no(std::numeric_limits<double>::infinity()); }

  /// How wide the ball of the last doubtful decision was, as a share of the distance from reset to threshold, of tau_m
  /// or of the time. Far wider than the rung's own rounding, a ball is that of the state which the rung started from.
  double share() const { return share_; }

 private:
  bool is_no(double share) {
    share_ = share;
    return false;
  }

  double depth_;
  double tau_;
  double share_ = 0;
};

/// On the last rung: what cannot be told from the threshold counts as being on it, and is noted.
class NoteTouches {
 public:
  explicit NoteTouches(const Problem& problem)
      : depth_(problem.neuron.threshold() - problem.neuron.reset()), tau_(problem.neuron.tau()) {}

  /// These throw Unresolvable where the ball is so wide that an answer would be a guess. A time that is close enough to
  /// tell its double, or to lie in the middle between two, is taken.
  bool counts_as_touch(double time, double distance) {
    if (!is_close(time, distance / depth_)) return false;
    touches_.push_back({time, distance});
    return true;
  }
  bool counts_as_one_instant(double time, double error) { return is_close(time, error / tau_); }
  bool takes_time(double time, double error) const { return is_close(time, error / time); }
  void give_up(double time) const {
    if (is_from_start_) throw Unresolvable{time};
  }

  /// Whether the rung has started from t = 0, and not from what a rung below knew later on: else a wide ball is a
  /// reason to start earlier, and no touch.
  void set_from_start(bool is_from_start) { is_from_start_ = is_from_start; }

  std::vector<Touch> take_touches() { return std::exchange(touches_, {}); }

 private:
  static constexpr double close = 1e-20;    // shares up to this count as touches
  static constexpr double blurred = 1e-80;  // wider balls are those of the state that the rung started from

  bool is_close(double time, double share) const {
    if (share <= (is_from_start_ ? close : blurred)) return true;
    give_up(time);
    return false;
  }

  double depth_;
  double tau_;
  bool is_from_start_ = true;
  std::vector<Touch> touches_;
};

}  // namespace lapicque::detail
