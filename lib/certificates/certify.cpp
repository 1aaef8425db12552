#include "lapicque/certificates/certify.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "interval.hpp"
#include "lapicque/error.hpp"
#include "limits.hpp"
#include "motion.hpp"
#include "touch.hpp"

namespace lapicque {
namespace {

using detail::Interval;
using detail::Motion;
using detail::Rounding;
using End = Certificate::End;
using Kind = Certificate::Kind;
using Rule = Certificate::Rule;

/// The bits at hand do not tell.
struct Undecided {};

/// A time, as it stands in the certificate.
struct Instant {
  explicit Instant(std::string decimal) : text(std::move(decimal)), value(Interval::from_decimal(text)) {}
  explicit Instant(double time) : text(detail::exact_decimal(time)), value(time) {}

  std::string text;
  Interval value;
};

/// How many decimal places tell a quarter of `length` apart.
long places_for(const Interval& length) {
  constexpr double log_of_2 = 0.30103;
  return static_cast<long>(std::ceil(-log_of_2 * static_cast<double>(mpfr_get_exp(length.low())))) + 1;
}

bool is_within(const Interval& x, const Interval& distance) {
  return not_after(x, distance) && not_after(-distance, x);
}

/// One attempt, with the working precision of its thread.
class Producer {
 public:
  /// @param last_resort  what is undecided is taken for granted, where a certificate can say so
  Producer(const Neuron& neuron, const Current& current, double until, double width, bool last_resort)
      : motion_(neuron, current, until),
        last_resort_(last_resort),
        until_(until),
        refractory_(neuron.refractory()),
        width_(Interval::from_decimal(to_text(width))),
        // A train's last spike inherits some of the width of all those before it.
        fine_width_(scaled(least_width(width, neuron.tau()), -detail::WorkingPrecision::bits() / 8)),
        x_(Interval(neuron.initial()) - neuron.threshold()) {
    certificate_.experiment = fingerprint(neuron, current, until);
    certificate_.until = until_.text;
    certificate_.width = to_text(width);
  }

  Certificate run() {
    if (motion_.next_event() == 0) happen();
    while (!finished_ && before(position_.value, until_.value)) {
      if (ends_.empty()) {
        ends_.push_back(motion_.next_event() < forever ? Instant(motion_.next_event()) : until_);
        const Interval length = ends_.back().value - position_.value;
        const Interval& scale = before(length, motion_.tau()) ? length : motion_.tau();
        hair_ = scaled(scale.upper(), -detail::WorkingPrecision::bits() / 3);
      }
      advance();
      if (!finished_ && ends_.empty() && is_event(position_)) happen();
    }
    return std::move(certificate_);
  }

 private:
  /// Widths in ms that say nothing beside the membrane time constant are no aim.
  static Interval least_width(double width, double tau) {
    constexpr double least_share = 1e-20;
    const Interval share = Interval(tau) * least_share;
    return before(share, width) ? share : Interval(width);
  }

  /// Whether the last spike is at exactly this time: refractoriness is nothing then, and u has been reset just now.
  bool has_spike_at(const Instant& time) const {
    if (certificate_.spikes.empty()) return false;
    const auto& [low, high, kind] = certificate_.spikes.back();
    return low == high && same_point(Interval::from_decimal(low), time.value);
  }

  bool is_event(const Instant& time) const { return same_point(time.value, motion_.next_event()); }

  /// x at position_.
  const Interval& x() {
    if (!x_) x_ = motion_.potential(position_.value);
    if (!x_->is_negative()) throw Undecided{};
    return *x_;
  }

  void record(Rule rule, const Instant& to, End end, std::string bound = {}) {
    const std::size_t spike = end == End::above ? certificate_.spikes.size() + 1 : 0;
    certificate_.stretches.push_back({rule, position_.text, to.text, end, std::move(bound), spike});
  }

  void move_on(const Instant& to, std::optional<Interval> x) {
    position_ = to;
    x_ = std::move(x);
    ends_.pop_back();
  }

  /// Proves something of the stretch from position_ to ends_.back(), or splits it.
  void advance() {
    const Instant end = ends_.back();
    const Interval whole = Interval::hull(position_.value, end.value);
    const Interval range = motion_.drive(whole);
    if (stays_below(end, range)) return;
    if (range.is_not_negative()) return rise(end);

    Interval slope = motion_.drive_slope(whole);
    if (!is_monotone(slope) && cancels(range, motion_.drive(whole.middle()))) {
      const Interval close_range = motion_.drive_by_taylor(0, whole);
      if (stays_below(end, close_range)) return;
      if (close_range.is_not_negative()) return rise(end);
      slope = motion_.drive_by_taylor(1, whole);
    }
    if (!is_monotone(slope)) return halve(end);
    const Interval first = motion_.drive(position_.value);
    const Interval last = motion_.drive(end.value);
    if (first.is_not_negative() && last.is_not_negative()) return rise(end);
    if (stays_below(end, greater_upper(first, last))) return;
    isolate_root(end, slope.is_not_negative());
  }

  static bool is_monotone(const Interval& slope) { return slope.is_not_negative() || slope.is_not_positive(); }

  /// Whether an enclosure is so much wider than what it encloses that its parts must cancel each other.
  static bool cancels(const Interval& range, const Interval& value) {
    return before(scaled(greater_upper(value, -value), 10), range.upper() - range.lower());
  }

  /// Rule "bounded".
  /// @param drive  its upper end is not less than the drive anywhere
  bool stays_below(const Instant& end, const Interval& drive) {
    if (drive.is_not_positive()) {
      x();
      record(Rule::bounded, end, End::below, "0");
    } else {
      const std::string bound = written_bound(drive);
      const Interval left = exp((position_.value - end.value) / motion_.tau());
      if (!(x() * left + Interval::from_decimal(bound) * (1.0 - left)).is_negative()) return false;
      record(Rule::bounded, end, End::below, bound);
    }
    move_on(end, std::nullopt);
    return true;
  }

  /// Rule "above".
  void rise(const Instant& end) {
    x();
    Interval x_at_end = motion_.potential(end.value);
    if (x_at_end.is_negative()) {
      record(Rule::above, end, End::below);
      return move_on(end, std::move(x_at_end));
    }
    if (x_at_end.is_positive()) return cross(end);
    const bool arrives = motion_.drive(end.value).is_positive();
    if (arrives && x_at_end.is_zero()) return spike(Rule::above, end, end, Kind::crossing);
    const bool at_event = ends_.size() == 1;
    if (arrives && at_event && last_resort_ && is_negligible(x_at_end)) {
      return spike(Rule::above, end, end, Kind::coincidence);
    }
    throw Undecided{};
  }

  /// The one crossing between position_ and `end`, where x > 0.
  void cross(const Instant& end) {
    const Interval time = approximate_crossing(end);
    const Interval x_there = motion_.potential(time);
    const Interval slope = motion_.drive(time) / motion_.tau();
    if (!slope.is_positive()) throw Undecided{};

    const Instant nearest(time.nearest_double());
    if (before(position_.value, nearest.value) && not_after(nearest.value, end.value) &&
        motion_.potential(nearest.value).is_zero()) {
      return spike(Rule::above, nearest, nearest, Kind::crossing);
    }
    // Half of what the last spike's width leaves open, and no multiple of it: trains are long.
    Interval reach = scaled(fine_width_, -2) + scaled((x_there.upper() - x_there.lower()) / slope, -1);
    const long places = places_for(fine_width_) + 1;
    for (int tries = 0; tries < 6; ++tries) {
      Instant low(detail::to_decimal(time - reach, places, Rounding::down));
      Instant high(detail::to_decimal(time + reach, places, Rounding::up));
      if (!before(position_.value, low.value)) low = position_;
      if (!before(high.value, end.value)) high = end;
      if (motion_.potential(low.value).is_negative() && motion_.potential(high.value).is_positive()) {
        if (!not_after(high.value - low.value, width_)) throw Undecided{};
        return spike(Rule::above, low, high, Kind::crossing);
      }
      reach = scaled(reach, 2);
    }
    throw Undecided{};
  }

  /// The crossing, to a fraction of fine_width_ where rounding allows it; nothing is proven of it.
  Interval approximate_crossing(const Instant& end) {
    Interval low = position_.value.middle();
    Interval high = end.value.middle();
    Interval time = low;
    Interval value = x().middle();
    const Interval tolerance = scaled(fine_width_, -4);
    const long most_turns = 4 * detail::WorkingPrecision::bits();
    for (long turn = 0; turn < most_turns; ++turn) {
      if (value.is_zero()) return time;
      (value.is_negative() ? low : high) = time;
      const Interval drive = motion_.drive(time).middle();
      const Interval ratio = (drive - value) / drive;
      // Where x would reach 0 if the drive stood still: Newton's method for x exp(t/tau), exact for a constant drive.
      Interval next = ratio.is_positive() ? (time + motion_.tau() * log(ratio)).middle() : low;
      if (is_within(next - time, tolerance) && ratio.is_positive()) return next;
      const bool slow = turn % 8 == 7;
      if (slow || !before(low, next) || !before(next, high)) next = scaled(low + high, -1).middle();
      if (is_within(high - low, tolerance)) return next;
      time = next;
      value = motion_.potential(time).middle();
    }
    throw Undecided{};
  }

  void spike(Rule rule, const Instant& low, const Instant& high, Kind kind) {
    record(rule, high, End::above);
    certificate_.spikes.push_back({low.text, high.text, kind});
    position_ = low;
    const Interval release = Interval::hull(low.value, high.value) + refractory_;
    if (before(until_.value, release)) {
      record(Rule::clamped, until_, End::none);
      finished_ = true;
      return;
    }
    if (!not_after(release, until_.value)) throw Undecided{};

    Instant free = release.is_point()
                       ? Instant(detail::exact_decimal(release))
                       : Instant(detail::to_decimal(release, places_for(fine_width_) + 1, Rounding::down));
    if (!not_after(low.value, free.value)) free = low;  // refractoriness shorter than the digits written
    while (before(motion_.next_event(), release)) {
      if (before(free.value, motion_.next_event())) free = Instant(motion_.next_event());
      motion_.pass_event_clamped();
    }
    const bool event_at_release = same_point(release, motion_.next_event());
    if (!event_at_release && !before(release, motion_.next_event())) throw Undecided{};
    motion_.release(release);
    record(Rule::clamped, free, End::none);
    position_ = std::move(free);
    x_ = motion_.reset();
    while (!ends_.empty() && !before(release, ends_.back().value)) ends_.pop_back();
    if (event_at_release) happen();
  }

  /// The event at position_.
  void happen() {
    Motion::Landing landing = motion_.pass_event();
    x_ = landing.x;
    if (!landing.jumped) return;
    if (has_spike_at(position_) && landing.x.is_not_negative()) {
      motion_.release(position_.value);
      x_ = motion_.reset();
      return record(Rule::jump, position_, End::below);
    }
    if (landing.x.is_negative()) return record(Rule::jump, position_, End::below);
    if (landing.x.is_not_negative()) return spike(Rule::jump, position_, position_, Kind::jump);
    if (!last_resort_ || !is_negligible(landing.x)) throw Undecided{};
    spike(Rule::jump, position_, position_, Kind::coincidence);
  }

  /// An upper bound in a few digits; not below what a certificate may hold, as a synapse may fade to 1e-200000 mV.
  static std::string written_bound(const Interval& x) {
    static const Interval least = Interval::from_decimal("1e-9999");
    return detail::to_digits(greater_upper(x, least), 4, Rounding::up);
  }

  bool is_negligible(const Interval& x) const { return detail::is_negligible(x, motion_.reset()); }

  void halve(const Instant& end) {
    const Interval length = end.value - position_.value;
    if (!before(hair_, length)) return give_up(end);
    const Interval middle = scaled(position_.value + end.value, -1);
    ends_.emplace_back(detail::to_decimal(middle, places_for(length) + 2, Rounding::nearest));
  }

  /// Cuts a hair from the drive's one change of sign; what is left is above or below 0 throughout.
  void isolate_root(const Instant& end, bool rising) {
    Interval low = position_.value.middle();
    Interval high = end.value.middle();
    Interval root = scaled(low + high, -1).middle();
    const long most_turns = 4 * detail::WorkingPrecision::bits();
    for (long turn = 0; turn < most_turns; ++turn) {
      const Interval value = motion_.drive(root).middle();
      if (value.is_zero()) break;
      (value.is_negative() == rising ? low : high) = root;
      const Interval slope = motion_.drive_slope(root).middle();
      Interval next = slope.is_zero() ? low : (root - value / slope).middle();
      const bool slow = turn % 8 == 7;
      if (slow || !before(low, next) || !before(next, high)) next = scaled(low + high, -1).middle();
      const bool close = is_within(next - root, scaled(hair_, -3));
      root = next;
      if (close) break;
    }
    const bool far_from_end = before(root + 2.0 * hair_, end.value);
    const bool far_from_start = before(position_.value, root - 2.0 * hair_);
    if (!far_from_end && !far_from_start) return give_up(end);
    const long places = places_for(hair_) + 1;
    if (far_from_end) ends_.emplace_back(detail::to_decimal(root + hair_, places, Rounding::nearest));
    if (far_from_start) ends_.emplace_back(detail::to_decimal(root - hair_, places, Rounding::nearest));
  }

  /// Nothing can be proven of the stretch to `end`, however short.
  void give_up(const Instant& end) {
    if (!last_resort_) throw Undecided{};
    const Interval drive = motion_.drive(Interval::hull(position_.value, end.value));
    const Interval left = exp((position_.value - end.value) / motion_.tau());
    const Interval start = x();
    const Interval highest = start * left + drive.upper() * (1.0 - left);
    const Interval lowest = start * left + drive.lower() * (1.0 - left);
    const Interval distance = greater_upper(greater_upper(-start, -lowest), highest);
    Interval x_at_end = motion_.potential(end.value);
    if (!is_negligible(distance) || !x_at_end.is_negative()) throw Undecided{};
    if (!leaves_open(motion_, position_.value, end.value)) throw Undecided{};
    record(Rule::touch, end, End::below, written_bound(distance));
    move_on(end, std::move(x_at_end));
  }

  Motion motion_;
  bool last_resort_;
  Instant until_;
  Interval refractory_;
  Interval width_;
  Interval fine_width_;  // what spikes' intervals are meant to be

  Certificate certificate_;
  Instant position_{0.0};
  std::optional<Interval> x_;  // at position_, where known
  std::vector<Instant> ends_;  // of the stretches to come up to the next event, the nearest last
  Interval hair_;              // what is cut off on either side of the drive's roots, ms; nothing shorter is split
  bool finished_ = false;
};

/// Enough to tell a thousandth of `width` apart at `until`, and half as many again.
long first_bits(double until, double tau, double width) {
  const double range = std::log2(until) - std::min(std::log2(width), std::log2(tau) - 67);
  long bits = 256;
  while (bits < most_certificate_bits && 0.875 * static_cast<double>(bits) < range + 96) bits *= 2;
  return bits;
}

void require_positive(double value, const char* subject, const char* rule, const char* mend) {
  if (!(value > 0 && std::isfinite(value))) throw InvalidArgument(subject, to_text(value, "ms"), rule, mend);
}

}  // namespace

Certificate certify(const Neuron& neuron, const Current& current, double until, double width) {
  require_positive(until, "until", "a run must end at a finite time after 0", "give for example 200 ms");
  fingerprint(neuron, current, until);  // refuses a neuron that it does not know
  require_positive(width, "width", "the width of an interval must be greater than 0", "give for example 1e-20 ms");
  for (long bits = first_bits(until, neuron.tau(), width); bits <= most_certificate_bits; bits *= 2) {
    const detail::WorkingPrecision precision(bits);
    try {
      return Producer(neuron, current, until, width, 2 * bits > most_certificate_bits).run();
    } catch (const Undecided&) {  // once more, with more bits
    }
  }
  throw InvalidArgument(
      "until", to_text(until, "ms"),
      "what happens until then cannot be certified with " + std::to_string(most_certificate_bits) + " bits",
      "ask for wider intervals, or bring the experiment's numbers nearer to one another");
}

std::string disagreement(const Certificate& certificate, std::span<const Spike> spikes) {
  const auto nearest_double = [](const std::string& decimal) {
    return Interval::from_decimal(decimal).nearest_double();  // std::stod throws where that is subnormal
  };
  const auto& certified = certificate.spikes;
  for (std::size_t k = 0; k < std::min(spikes.size(), certified.size()); ++k) {
    const double low = nearest_double(certified[k].low);
    const double high = nearest_double(certified[k].high);
    const double time = spikes[k].time;
    const double error = spikes[k].error;
    if (time >= std::nextafter(low - error, -forever) && time <= std::nextafter(high + error, forever)) continue;
    return "spike " + std::to_string(k + 1) + " is at " + to_text(time, "ms") + ", and certified to be in [" +
           certified[k].low + ", " + certified[k].high + "] ms";
  }
  if (spikes.size() == certified.size()) return {};
  return "there are " + std::to_string(spikes.size()) + " spikes, and certified are " +
         std::to_string(certified.size());
}

}  // namespace lapicque
