#include "lapicque/certificates/check.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "interval.hpp"
#include "limits.hpp"
#include "motion.hpp"
#include "touch.hpp"

namespace lapicque {
namespace {

using detail::Interval;
using detail::Motion;
using End = Certificate::End;
using Kind = Certificate::Kind;
using Rule = Certificate::Rule;

/// A claim does not hold.
struct Refusal {
  std::string why;
};

/// The bits at hand do not tell whether a claim holds.
struct Undecided {
  std::string what;
};

std::string name_of(const Certificate::Stretch& stretch, std::size_t index) {
  return "stretches[" + std::to_string(index) + "] (" + std::string(name_of(stretch.rule)) + ", " + stretch.from +
         " to " + stretch.to + " ms)";
}

Interval number(const std::string& text, const char* what) {
  if (!detail::is_decimal(text)) throw Refusal{std::string(what) + " is not a decimal number: " + text};
  return Interval::from_decimal(text);
}

void require(bool holds, const std::string& rule) {
  if (!holds) throw Refusal{rule};
}

void require_negative(const Interval& x, const std::string& what) {
  if (x.is_negative()) return;
  if (x.is_not_negative()) throw Refusal{what};
  throw Undecided{what};
}

void require_before(const Interval& a, const Interval& b, const std::string& what) {
  if (before(a, b)) return;
  if (not_after(b, a)) throw Refusal{what};
  throw Undecided{what};
}

void require_not_after(const Interval& a, const Interval& b, const std::string& what) {
  if (not_after(a, b)) return;
  if (before(b, a)) throw Refusal{what};
  throw Undecided{what};
}

/// One pass through a certificate, with the working precision of its thread.
class Checker {
 public:
  Checker(const Neuron& neuron, const Current& current, double until, const Certificate& certificate)
      : motion_(neuron, current, until), certificate_(certificate), until_(until), refractory_(neuron.refractory()) {}

  /// @throws Refusal  with the entry at fault; Undecided
  std::vector<std::string> run() {
    require(same_point(number(certificate_.until, "until_ms"), until_),
            "until_ms = " + certificate_.until + ": the run ends at " + detail::exact_decimal(until_) + " ms");
    width_ = number(certificate_.width, "width_ms");
    require(width_.is_not_negative(), "width_ms = " + certificate_.width + ": must not be negative");
    arrive("0", 0.0);
    for (std::size_t k = 0; k < certificate_.stretches.size(); ++k) {
      const Certificate::Stretch& stretch = certificate_.stretches[k];
      try {
        check(stretch);
      } catch (const Refusal& refusal) {
        throw Refusal{name_of(stretch, k) + ": " + refusal.why};
      } catch (const Undecided& undecided) {
        throw Undecided{name_of(stretch, k) + ": " + undecided.what};
      }
    }
    require(!jump_ && !fired_ && same_point(position_, until_),
            "stretches: the last one ends at " + place_ + " ms, and the proof is not complete there");
    require(spikes_ == certificate_.spikes.size(),
            "spikes[" + std::to_string(spikes_) + "]: no stretch has this spike");
    return std::move(assumptions_);
  }

 private:
  /// Gets to a time, at which an event may happen.
  void arrive(const std::string& place, const Interval& time) {
    place_ = place;
    position_ = time;
    if (!same_point(time, motion_.next_event())) return;
    Motion::Landing landing = motion_.pass_event();
    jump_ = landing.jumped;
    landing_ = std::move(landing.x);
    const bool just_fired = spikes_ > 0 && same_point(low_, time) && same_point(high_, time);
    if (jump_ && just_fired && landing_.is_not_negative()) {  // one spike an instant
      motion_.release(time);
      landing_ = motion_.reset();
    }
  }

  void check(const Certificate::Stretch& stretch) {
    const Interval from = number(stretch.from, "from_ms");
    const Interval to = number(stretch.to, "to_ms");
    require(stretch.from == place_, "from_ms must be " + place_ + ", where the stretch before ends");
    require(jump_ == (stretch.rule == Rule::jump),
            jump_ ? "the voltage jump at its start must come first" : "there is no voltage jump at this time");
    require(fired_ == (stretch.rule == Rule::clamped),
            fired_ ? "a clamped stretch must follow a spike" : "no spike comes before it");
    require((stretch.end == End::above) == (stretch.spike != 0), "it must end above the threshold if with a spike");
    switch (stretch.rule) {
      case Rule::jump:
        return check_jump(stretch);
      case Rule::clamped:
        return check_clamped(stretch, to);
      case Rule::above:
      case Rule::bounded:
      case Rule::touch:
        check_free(stretch, from, to);
    }
  }

  void check_free(const Certificate::Stretch& stretch, const Interval& from, const Interval& to) {
    require_before(from, to, "to_ms must come after from_ms");
    require_not_after(to, until_, "to_ms must not come after the end of the run");
    require_not_after(to, motion_.next_event(), "the input changes in it");
    require_not_after(release_, to, "to_ms must not come before the end of refractoriness");
    require_negative(motion_.potential(from), "the potential must be below the threshold at its start");
    if (stretch.rule == Rule::above && stretch.end == End::above) return check_crossing(stretch, from, to);

    require(stretch.end == End::below, "it must end below the threshold");
    if (stretch.rule == Rule::above) {
      require_drive(
          from, to, [](const Interval& d) { return d.is_not_negative(); },
          [](const Interval& d) { return d.is_negative(); }, "the current is below the rheobase in it");
      require_negative(motion_.potential(to), "the potential is not below the threshold at its end");
    } else if (stretch.rule == Rule::bounded) {
      check_bound(stretch, from, to);
    } else {
      check_touch(stretch, from, to);
    }
    arrive(stretch.to, to);
  }

  /// What x(to) were if the drive stood still from `from` on.
  Interval under(const Interval& drive, const Interval& from, const Interval& to) const {
    const Interval left = exp((from - to) / motion_.tau());
    return motion_.potential(from) * left + drive * (1.0 - left);
  }

  void check_bound(const Certificate::Stretch& stretch, const Interval& from, const Interval& to) {
    const Interval bound = number(stretch.bound, "bound_mV");
    require_drive(
        from, to, [&](const Interval& d) { return not_after(d, bound); },
        [&](const Interval& d) { return before(bound, d); }, "the drive exceeds bound_mV in it");
    if (!bound.is_not_positive()) {
      require_negative(under(bound, from, to), "bound_mV does not keep the potential below the threshold");
    }
  }

  void check_touch(const Certificate::Stretch& stretch, const Interval& from, const Interval& to) {
    const Interval distance = number(stretch.bound, "distance_mV");
    require(distance.is_positive() && detail::is_negligible(distance, motion_.reset()),
            "distance_mV must lie above 0 and not above 2^-1024 (threshold - reset)");
    // x lies between x(from) and what a constant drive, as high or as low as it ever gets, makes of it until `to`.
    const Interval drive = motion_.drive(Interval::hull(from, to));
    require_not_after(under(drive.upper(), from, to), distance,
                      "the potential may be farther above the threshold than distance_mV");
    const std::string below = "the potential may be farther below the threshold than distance_mV";
    require_not_after(-distance, motion_.potential(from), below);
    require_not_after(-distance, under(drive.lower(), from, to), below);
    require_negative(motion_.potential(to), "the potential is not below the threshold at its end");
    const std::string decided = "the bits tell that the potential stays below the threshold or goes above it: no touch";
    require_all_bits(decided);
    require(leaves_open(motion_, from, to), decided);
    assumptions_.push_back("from " + stretch.from + " to " + stretch.to + " ms the potential is within " +
                           stretch.bound + " mV of the threshold, and is taken to touch it at most");
  }

  void check_crossing(const Certificate::Stretch& stretch, const Interval& from, const Interval& to) {
    const Certificate::Spike& spike = take_spike(stretch, {Kind::crossing, Kind::coincidence});
    const Interval low = number(spike.low, "low_ms");
    require(spike.high == stretch.to, "to_ms must be the spike's high_ms, " + spike.high);
    if (spike.low != stretch.from) require_not_after(from, low, "the spike's low_ms must not come before from_ms");
    require_not_after(low, to, "the spike's low_ms must not come after its high_ms");
    require_not_after(to - low, width_, "the spike's interval is wider than width_ms");
    require_drive(
        from, to, [](const Interval& d) { return d.is_not_negative(); },
        [](const Interval& d) { return d.is_negative(); }, "the current is below the rheobase in it");
    if (spike.low != spike.high) {
      require(spike.kind == Kind::crossing, "a coincidence must have low_ms = high_ms");
      require_negative(motion_.potential(low), "the potential is not below the threshold at the spike's low_ms");
      require_negative(-motion_.potential(to), "the potential is not above the threshold at the spike's high_ms");
    } else {
      const Interval x = motion_.potential(to);
      require_negative(-motion_.drive(to), "the current must be above the rheobase at the spike");
      if (spike.kind == Kind::crossing) {
        if (x.is_negative() || x.is_positive()) throw Refusal{"the potential is not at the threshold at the spike"};
        if (!x.is_zero()) throw Undecided{"the potential is not known to be exactly at the threshold at the spike"};
      } else {
        require(same_point(to, until_) || same_point(to, motion_.next_event()),
                "a coincidence must be at the time of an event or at the end of the run");
        if (x.is_negative()) refuse_coincidence("below", "at the spike");
        if (x.is_zero()) refuse_coincidence("at", "at the spike");
        if (x.is_positive()) refuse_coincidence("above", "at the spike");
        require_negligible(x, "the potential is not at the threshold at the spike");
        assumptions_.push_back("at " + spike.low + " ms the potential is taken to reach the threshold exactly");
      }
    }
    fire(spike);
  }

  void check_jump(const Certificate::Stretch& stretch) {
    jump_ = false;
    require(stretch.to == stretch.from, "to_ms must be from_ms");
    if (stretch.end != End::above) {
      require(stretch.end == End::below, "it must end below or above the threshold");
      return require_negative(landing_, "the potential is not below the threshold after the jump");
    }
    const Certificate::Spike& spike = take_spike(stretch, {Kind::jump, Kind::coincidence});
    require(spike.low == stretch.to && spike.high == stretch.to, "the spike's low_ms and high_ms must be to_ms");
    if (spike.kind == Kind::coincidence) {
      if (landing_.is_negative()) refuse_coincidence("below", "after the jump");
      if (landing_.is_not_negative()) refuse_coincidence("at or above", "after the jump");
      require_negligible(landing_, "the potential is not at the threshold after the jump");
      assumptions_.push_back("at " + spike.low + " ms a voltage jump is taken to land on the threshold exactly");
    } else if (!landing_.is_not_negative()) {
      if (landing_.is_negative()) throw Refusal{"the potential is below the threshold after the jump"};
      throw Undecided{"the potential is not known to be at the threshold or above it after the jump"};
    }
    fire(spike);
  }

  void check_clamped(const Certificate::Stretch& stretch, const Interval& to) {
    fired_ = false;
    require(stretch.end == End::none, "it must not have an end");
    const Interval low_end = low_ + refractory_;
    if (same_point(to, until_) && before(until_, low_end)) {
      place_ = stretch.to;
      position_ = to;
      return;
    }
    release_ = Interval::hull(low_, high_) + refractory_;
    require_not_after(release_, until_, "the run ends in refractoriness: to_ms must be its end");
    if (stretch.to != stretch.from) {
      require_not_after(low_, to, "to_ms must not come before the spike");
      require_not_after(to, low_end, "refractoriness ends before to_ms");
    }
    while (before(motion_.next_event(), release_)) {
      require_not_after(motion_.next_event(), to, "the input changes between to_ms and the end of refractoriness");
      motion_.pass_event_clamped();
    }
    const bool event_at_release = same_point(release_, motion_.next_event());
    require(!event_at_release || same_point(to, release_), "to_ms must be the end of refractoriness, an event's time");
    if (!event_at_release) require_before(release_, motion_.next_event(), "the input changes as refractoriness ends");
    motion_.release(fired_at_ + refractory_);
    arrive(stretch.to, to);
  }

  const Certificate::Spike& take_spike(const Certificate::Stretch& stretch, std::initializer_list<Kind> kinds) {
    require(stretch.spike == spikes_ + 1, "its spike must be number " + std::to_string(spikes_ + 1));
    require(stretch.spike <= certificate_.spikes.size(), "there is no such spike");
    const Certificate::Spike& spike = certificate_.spikes[spikes_++];
    require(std::find(kinds.begin(), kinds.end(), spike.kind) != kinds.end(), "the spike is of another kind");
    return spike;
  }

  void fire(const Certificate::Spike& spike) {
    fired_ = true;
    low_ = number(spike.low, "low_ms");
    high_ = number(spike.high, "high_ms");
    place_ = spike.low;
    position_ = low_;
    fired_at_ = Interval::hull(low_, high_);
    if (certificate_.assumptions() > 0) narrow();
  }

  /// Finds the spike in its interval as closely as the bits allow, by halving and by Newton's method for intervals:
  /// what they leave open of x after it must not be due to a wide interval.
  void narrow() {
    const long most_turns = 4 * detail::WorkingPrecision::bits();
    for (long turn = 0; turn < most_turns && !fired_at_.is_point(); ++turn) {
      const Interval middle = fired_at_.middle();
      const Interval x = motion_.potential(middle);
      Interval low = x.is_negative() ? middle : fired_at_.lower();
      Interval high = x.is_positive() ? middle : fired_at_.upper();
      const Interval slope = (motion_.drive(fired_at_) - motion_.potential(fired_at_)) / motion_.tau();
      if (slope.is_positive()) {
        const Interval root = middle - x / slope;
        if (before(low, root.lower())) low = root.lower();
        if (before(root.upper(), high)) high = root.upper();
      }
      constexpr double least_share = 0.75;  // halving, and rounding
      if (!before(high - low, (fired_at_.upper() - fired_at_.lower()) * least_share)) return;
      fired_at_ = Interval::hull(low, high);
    }
  }

  /// Only where all bits leave something open may it be taken for granted.
  static void require_all_bits(const std::string& what) {
    if (2 * detail::WorkingPrecision::bits() <= most_certificate_bits) throw Undecided{what};
  }

  [[noreturn]] static void refuse_coincidence(const std::string& side, const std::string& when) {
    throw Refusal{"the potential is " + side + " the threshold " + when + ": no coincidence"};
  }

  void require_negligible(const Interval& x, const std::string& what) const {
    require_all_bits(what);
    if (!detail::is_negligible(x, motion_.reset())) throw Undecided{what};
  }

  /// That `holds` throughout: for the range of the drive, by sums or by Taylor's formula; else, where it only rises or
  /// falls, at both ends; else in both halves.
  void require_drive(const Interval& from, const Interval& to, const std::function<bool(const Interval&)>& holds,
                     const std::function<bool(const Interval&)>& fails, const std::string& what) const {
    constexpr int most_pieces = 2000;
    std::vector<std::pair<Interval, Interval>> pieces{{from, to}};
    for (int count = 0; !pieces.empty(); ++count) {
      const auto [a, b] = std::move(pieces.back());
      pieces.pop_back();
      const Interval whole = Interval::hull(a, b);
      if (holds(motion_.drive(whole))) continue;
      const Interval first = motion_.drive(a);
      const Interval last = motion_.drive(b);
      if (fails(first) || fails(last)) throw Refusal{what};
      const Interval slope = motion_.drive_slope(whole);
      const auto is_monotone = [](const Interval& x) { return x.is_not_negative() || x.is_not_positive(); };
      if (holds(first) && holds(last) && is_monotone(slope)) continue;
      if (holds(motion_.drive_by_taylor(0, whole))) continue;
      if (holds(first) && holds(last) && is_monotone(motion_.drive_by_taylor(1, whole))) continue;
      const Interval middle = whole.middle();
      if (count >= most_pieces || !before(a, middle) || !before(middle, b)) throw Undecided{what};
      pieces.emplace_back(middle, b);
      pieces.emplace_back(a, middle);
    }
  }

  Motion motion_;
  const Certificate& certificate_;
  Interval until_;
  Interval refractory_;
  Interval width_;

  std::string place_;       // where the proof has got to, ms
  Interval position_;       // the same as a number
  std::size_t spikes_ = 0;  // that have been proven
  bool fired_ = false;      // a clamped stretch must come next
  Interval low_, high_;     // of the last spike
  Interval fired_at_;       // the same, or what is known better
  Interval release_{0.0};   // the end of its refractoriness
  bool jump_ = false;       // a jump must come next
  Interval landing_;        // x after it
  std::vector<std::string> assumptions_;
};

/// Bits for the digits of `until` and of the spikes' lower ends, its longest numbers as a rule, and some more; where
/// another number takes more, check() goes on to them.
long first_bits(const Certificate& certificate) {
  std::size_t digits = certificate.until.size();
  for (const auto& spike : certificate.spikes) digits = std::max(digits, spike.low.size());
  long bits = 256;
  while (bits < most_certificate_bits && bits < static_cast<long>(3.4 * static_cast<double>(digits)) + 96) bits *= 2;
  return bits;
}

}  // namespace

Verdict check(const Neuron& neuron, const Current& current, double until, const Certificate& certificate) {
  if (certificate.experiment != fingerprint(neuron, current, until)) {
    return {false,
            "experiment = " + certificate.experiment + ": the certificate is for another experiment, not for " +
                fingerprint(neuron, current, until),
            {}};
  }
  std::string open;
  for (long bits = first_bits(certificate); bits <= most_certificate_bits; bits *= 2) {
    const detail::WorkingPrecision precision(bits);
    try {
      return {true, "", Checker(neuron, current, until, certificate).run()};
    } catch (const Refusal& refusal) {
      return {false, refusal.why, {}};
    } catch (const Undecided& undecided) {  // once more, with more bits
      open = undecided.what;
    }
  }
  return {false, open + " (or " + std::to_string(most_certificate_bits) + " bits do not tell)", {}};
}

}  // namespace lapicque
