#pragma once

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "input/timeline.hpp"
#include "numbers/cycles.hpp"
#include "solver/crossing.hpp"
#include "solver/problem.hpp"
#include "solver/skip/barrage.hpp"
#include "solver/skip/glide.hpp"
#include "solver/skip/series.hpp"

namespace lapicque::detail {

/// How far a train has got.
template <class Real>
struct State {
  Clock<Real> start{};                // where the present stretch begins (while refractory: where it will), ms
  Radius<Clock<Real>> start_error{};  // the exact start lies within this of it
  bool refractory = false;
  Clock<Real> fired_at{-1.0};  // the last spike's time, where it is known to be exactly that; else before all, ms
  Carried<Real> potential{};   // x = u - theta at start, mV
  std::optional<ExactSum> known_potential{};    // a sum of given numbers from which it differs by no more than ...
  Ball<Real> deviation{};                       // ... this, which keeps its sign while it fades: so that ties show
  double anchor = 0;                            // the time of the last event, ms
  std::vector<SynapticDrive<Real>> synapses{};  // just after it, by tau_s
  Timeline timeline;
  std::uint64_t stretches = 0;  // how many are done
  bool done = false;
};

/// Thrown as a last resort: at this time (ms) the digits do not suffice even to say that it is a touch.
struct Unresolvable {
  double time;
};

/// One spike, as well as Real can tell.
template <class Real>
struct Firing {
  Clock<Real> time;
  Radius<Clock<Real>> error;
  Radius<Real> slope;
  double condition;
};

/// What told the last stretch's answers: an index as in Effort.
struct Settled {
  std::size_t sign = 0;
  std::size_t root = 0;
};

template <class Real>
inline constexpr std::size_t effort_index = 3;
template <>
inline constexpr std::size_t effort_index<double> = 0;
template <>
inline constexpr std::size_t effort_index<DoubleDouble> = 1;
template <>
inline constexpr std::size_t effort_index<Real50> = 2;

/// What a train is solved for.
struct Purpose {
  double tolerance = forever;  ///< of a spike's error bound, in ulp of its time: beyond it, more digits are taken ...
  std::uint64_t strict = std::numeric_limits<std::uint64_t>::max();  ///< ... during so many stretches
  bool traced = false;                                               ///< whether potential_at() will be asked for
  bool suits_double = true;                                          ///< whether the problem's numbers do: see scaled()
};

/// The event loop in one real type.
///
/// A stretch goes to the next event, to the next spike before it, or to the end of refractoriness. All decisions are
/// rigorous (but for those of a last resort), so that solvers of any precision go through the same stretches and can
/// take over from one another after any of them.
template <class Real>
class Solver {
 public:
  using Number = Ball<Real>;
  using Time = Clock<Real>;
  using Instant = Ball<Time>;
  using TimeRadius = Radius<Time>;

  /// @param last_resort  never throw: where a sign stays unclear, take it for a touch from below and note it
  Solver(std::shared_ptr<const Problem> problem, const Purpose& purpose, bool last_resort)
      : problem_(std::move(problem)),
        purpose_(purpose),
        last_resort_(last_resort),
        state_{.timeline = Timeline(problem_->current)} {
    const Neuron& neuron = problem_->neuron;
    rest_ = difference(neuron.rest(), neuron.threshold());
    rest_value_ = sum(rest_);
    alpha_gain_ = resistance() * exponential(Number(1.0));
    reset_ = difference(neuron.reset(), neuron.threshold());
    response_.tau = Number(neuron.tau());
    response_.rate = Number(1.0) / response_.tau;

    std::map<double, std::size_t> place;
    for (const Sinusoid& wave : problem_->current.sinusoids()) {
      const auto [entry, is_new] = place.try_emplace(wave.frequency, frequencies_.size());
      if (is_new) {
        const Number omega = two_pi() * Number(wave.frequency) / Number(ms_per_second);
        const Number omega_tau = omega * response_.tau;
        frequencies_.push_back({omega, omega_tau, Number(1.0) / (Number(1.0) + omega_tau * omega_tau)});
      }
      waves_.push_back({entry->second, reduced(wave.phase)});
    }
    for (const double tau : state_.timeline.synaptic_taus()) {
      response_.decays.push_back({Number(1.0) / Number(tau), sum(difference(tau, neuron.tau())) / Number(tau)});
      state_.synapses.emplace_back();
    }
    if constexpr (can_glide) {
      if (!purpose_.traced) glide_.emplace(neuron.tau(), state_.timeline.synaptic_taus(), response_);
    }
    if constexpr (std::is_same_v<Real, double>) {
      if (glide_ && Barrage::serves(response_)) {
        const auto& synapses = problem_->current.synapses();
        const bool has_alpha = std::any_of(synapses.begin(), synapses.end(),
                                           [](const Synapse& synapse) { return synapse.shape == Shape::alpha; });
        barrage_.emplace(response_, neuron.tau(), state_.timeline.synaptic_taus(), rest_value_, neuron.resistance(),
                         has_alpha ? std::optional(alpha_gain_) : std::nullopt);
      }
    }

    state_.anchor = std::min(0.0, state_.timeline.next());
    while (state_.timeline.next() < 0) happen(state_.timeline.next());  // only synapses remember it
    set_potential(difference(neuron.initial(), neuron.threshold()));
  }

  /// Does the next stretch, or several where they are passed by gliding. @return the spike that ends the last, if any
  /// @throws Unclear  more digits are needed; this solver has to adopt() the state of one that has them
  std::optional<Firing<Real>> advance() {
    settled_ = {0, effort_index<Real>};
    is_blocked_ = false;
    if (auto again = fire_again()) return again;
    std::optional<Firing<Real>> firing;
    if (coast(firing)) return firing;
    const double end = std::min(state_.timeline.next(), problem_->until);
    clamped_ = state_.refractory;
    from_ = state_.start;

    if (clamped_ && !comes_before_release(end)) {
      to_ = state_.start;
      release();
    } else if (clamped_) {
      to_ = Time(end);
      if (end == state_.timeline.next()) happen(end);
      finish(end);
    } else {
      firing = integrate(end);
    }
    ++state_.stretches;
    return firing;
  }

  /// Works out at once what advance() would do several times, where the neuron fires regularly. @return how many spikes
  std::size_t fire_series(ReadySpikes& ready) {
    if constexpr (can_glide) {
      if (!repeats_) return 0;
      const double end = std::min(state_.timeline.next(), problem_->until);
      const double left = (end - series_.start.mid.hi) / series_.period.mid.hi * (1 - 0x1p-40) - last_of_series_;
      const double first = last_of_series_ + 1;
      if (!(left >= 2)) return 0;
      const auto count = static_cast<std::size_t>(std::min(left - 1, static_cast<double>(ReadySpikes::most)));
      const double last = last_of_series_ + static_cast<double>(count);
      // What a time is known to, relative to it, is greatest at one end.
      const auto is_plainly_tolerable = [this](const Instant& time) {
        return convert_radius<double>(time.rad) <= purpose_.tolerance * 0x1p-53 * convert_real<double>(time.mid);
      };
      if (!plainly_repeats_until(series_.at(last)) || !is_plainly_tolerable(series_.at(first)) ||
          !is_plainly_tolerable(series_.at(last))) {
        return 0;
      }
      make_ready(series_, first, count, ready);
      ready.slope = repeated_.way->slope;
      ready.condition = repeated_.way->condition;
      last_of_series_ = last;
      state_.stretches += 2 * count;
      return count;
    } else {
      return 0;
    }
  }

  /// How many stretches are done, and whether all are.
  std::uint64_t stretches() const noexcept { return state_.stretches; }
  bool done() const noexcept { return state_.done; }
  /// For a solver with fewer digits to adopt().
  const State<Real>& state() {
    stop_repeating();
    return state_;
  }
  const Settled& settled() const noexcept { return settled_; }

  /// Whether the last stretch reaches beyond t; a time that no earlier stretch covered lies in it then.
  bool reaches_beyond(double t) const { return Time(t) < to_; }

  /// u(t), mV, for a time in the last stretch of a traced train.
  double potential_at(double t) const {
    if (clamped_) return problem_->neuron.reset();
    const Number x = response_.at(convert_ball<Real>(Instant(t) - Instant(from_, TimeRadius(0)))).potential;
    return convert_real<double>((x + Number(problem_->neuron.threshold())).mid);
  }

  /// What was taken for a touch, as a last resort: times are absolute.
  std::vector<Unclear> take_undecided() { return std::exchange(undecided_, {}); }

  /// Goes on from where a solver with more digits has got to.
  template <class More>
  void adopt(const State<More>& more) {
    const Instant start = convert_ball<Time>(Ball<Clock<More>>(more.start, more.start_error));
    state_.start = start.mid;
    state_.start_error = start.rad;
    state_.refractory = more.refractory;
    state_.fired_at = convert_real<Time>(more.fired_at);
    state_.potential = convert_ball<Time>(more.potential);
    state_.known_potential = more.known_potential;
    state_.deviation = convert_ball<Real>(more.deviation);
    state_.anchor = more.anchor;
    state_.synapses.clear();
    for (const auto& [exponential, alpha] : more.synapses) {
      state_.synapses.push_back({convert_ball<Time>(exponential), convert_ball<Time>(alpha)});
    }
    state_.timeline = more.timeline;
    state_.stretches = more.stretches;
    state_.done = more.done;
    is_reset_ = false;
    repeats_ = false;
  }

 private:
  template <class Other>
  friend class Solver;

  /// What of a sinusoid stays the same wherever it begins to act.
  struct Wave {
    std::size_t frequency;  // which of frequencies_
    Number phase;           // rad, whole turns left out
  };
  /// What a constant current comes to, u_rest + R I - theta, mV.
  struct Level {
    ExactSum sum;
    bool exact;  // whether that is the sum, without rounding
    Number value;
  };
  /// From a known potential to the threshold.
  struct Way {
    Instant length;
    Radius<Real> slope;
    double condition;
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  static constexpr bool can_glide = std::is_same_v<Radius<Real>, double>;

  /// Digits enough to take whole turns out of any double, and 100 left.
  using Wide = Multiprecision<420>;

  static Number from_wide(const Wide& value) { return convert_ball<Real>(Ball<Wide>(value, Wide(1e-105))); }

  static Number reduced(double phase) {
    if (std::fabs(phase) < 8) return Number(phase);
    return from_wide(fmod(Wide(phase), boost::math::constants::two_pi<Wide>()));
  }

  static ExactSum difference(double a, double b) {
    ExactSum result(a);
    result.add(-b);
    return result;
  }

  static Number sum(const ExactSum& exact) { return ball_of<Real>(exact); }

  static const Number& two_pi() {
    static const Number value = [] {
      if constexpr (std::is_floating_point_v<Real> || std::is_same_v<Real, DoubleDouble>) {
        constexpr double high = 0x1.921fb54442d18p+2;
        constexpr double low = 0x1.1a62633145c07p-52;
        return convert_ball<Real>(Ball<DoubleDouble>(DoubleDouble(high, low), 0x1p-104));
      } else {
        return Number(boost::math::constants::two_pi<Real>(), RealTraits<Real>::unit * 16);
      }
    }();
    return value;
  }

  static Carried<Real> carry(const Number& value) { return convert_ball<Time>(value); }

  Number resistance() const { return Number(problem_->neuron.resistance()); }
  /// R I, mV
  Number driven_by(double current) const {
    const double resistance_value = problem_->neuron.resistance();
    if constexpr (std::is_same_v<Real, double>) {
      return rounded<double>(resistance_value * current, 0);
    } else if constexpr (std::is_same_v<Real, DoubleDouble>) {
      return {two_product(resistance_value, current), RealTraits<Real>::underflow};
    } else {
      return resistance() * Number(current);
    }
  }

  void set_potential(const ExactSum& potential) {
    state_.known_potential = potential;
    state_.deviation = Number(0.0);
    state_.potential = carry(sum(potential));
  }

  /// t - start
  Number elapsed(double t) const { return convert_ball<Real>(Instant(t) - Instant(state_.start, TimeRadius(0))); }

  /// While refractory: does the event at `end` come before the refractoriness is over? At its very end is not before.
  bool comes_before_release(double end) {
    const Time gap = Time(end) - state_.start;
    const TimeRadius& error = state_.start_error;
    if (error > 0 && magnitude(gap) <= round_up(error)) {
      if (!last_resort_) throw Unclear{0, 0};
      if (!(convert_radius<double>(error) < 1e-20 * problem_->neuron.tau())) throw Unresolvable{end};
    }
    return gap < Time(0.0);
  }

  /// Waits for the end of refractoriness and glides from event to event, for as many stretches as plainly have no
  /// crossing. @return whether the last one has something to tell: a jump's spike, or a sign that took more than double
  bool coast(std::optional<Firing<Real>>& firing) {
    if constexpr (can_glide) {
      if (!glide_) return false;
      if (state_.refractory) {
        wait_for_release();
        if (comes_before_release(std::min(state_.timeline.next(), problem_->until))) return false;
        release();
        ++state_.stretches;
      }
      set_input();
      if (is_constant_drive() && present_level().sum.sign() > 0) return false;  // see fire_at_constant_drive
      while (true) {
        std::optional<SingleEvent> single = pass_barrage();
        if (!single && (is_blocked_ || !glide_to_event(single))) return false;
        const double end = state_.anchor;
        const bool jumps = single ? take(*single) && lands_on_threshold(end) : jumps_to_threshold(end);
        ++state_.stretches;  // not before the last that may throw: a stretch that is not decided is not done
        if (jumps) firing = fire_at(end);
        if (jumps || settled_.sign != 0) return true;
        if (!single || single->kind == SingleEvent::Kind::sample || input_.moves()) set_input();
      }
    }
    return false;
  }

  /// The end of refractoriness.
  void release() {
    state_.refractory = false;
    set_potential(reset_);
    is_reset_ = true;
  }

  /// Lets the single jumps and arrivals happen that plainly come before the end of refractoriness.
  void wait_for_release() {
    Timeline& timeline = state_.timeline;
    const double released =
        convert_real<double>(state_.start) * (1 - 0x1p-40) - convert_radius<double>(state_.start_error);
    const double end = std::min(released, problem_->until);
    if constexpr (std::is_same_v<Real, double>) {
      if (barrage_) {
        state_.stretches += barrage_->fade(timeline, end, state_.anchor, state_.synapses);
      }
    }
    while (timeline.next_is_single() && timeline.next() < end) {
      const double now = timeline.next();
      glide_->fade(two_sum(now, -state_.anchor), state_.synapses);
      state_.anchor = now;
      const SingleEvent event = timeline.single();
      timeline.pass_single();
      if (event.kind != SingleEvent::Kind::jump) take(event);
      ++state_.stretches;
    }
  }

  /// Passes the stretches that can be passed in the quickest way. @return the jump that ends the last, where it may
  /// reach the threshold
  std::optional<SingleEvent> pass_barrage() {
    if constexpr (std::is_same_v<Real, double>) {
      if (!barrage_ || !input_.waves.empty() || !is_at_event() || state_.known_potential) return std::nullopt;
      const auto [stretches, jump, is_blocked] =
          barrage_->pass(state_.timeline, problem_->until, state_.anchor, state_.potential, state_.synapses, input_);
      is_blocked_ = is_blocked;
      state_.stretches += stretches;
      state_.start = Time(state_.anchor);
      return jump;
    } else {
      return std::nullopt;
    }
  }

  /// Glides to the next event, which happens, but for a jump. @param single  receives it if it is a single one, which
  /// is left to be taken. @return false where it cannot be glided over
  bool glide_to_event(std::optional<SingleEvent>& single) {
    Timeline& timeline = state_.timeline;
    const double end = timeline.next();
    if (!(end < problem_->until)) return false;
    is_blocked_ = !glide_over(end);
    if (is_blocked_) return false;
    is_reset_ = false;
    state_.start = Time(end);
    if (timeline.next_is_single()) {
      state_.anchor = end;
      single = timeline.single();
      timeline.pass_single();
    } else {
      take_events(end);
    }
    return true;
  }

  /// One stretch without refractoriness, to `end` at the latest.
  std::optional<Firing<Real>> integrate(double end) {
    if (auto firing = fire_at_constant_drive(end)) return firing;
    to_ = Time(end);
    const bool glided = !is_blocked_ && glide_over(end);
    std::optional<Firing<Real>> firing;
    if (!glided && (firing = follow_response(end))) return firing;
    if (end == state_.timeline.next()) {
      if (glided) {
        take_events(end);
      } else {
        const bool decays_known = state_.start < Time(end) && state_.start == Time(state_.anchor);
        happen(end, decays_known ? &decayed_ : nullptr);
      }
      if (jumps_to_threshold(end)) {
        if (state_.fired_at == Time(end)) {  // without refractoriness: one spike an instant is enough
          set_potential(reset_);
        } else {
          firing = fire_at(end);
        }
      }
    }
    finish(end);
    return firing;
  }

  /// The long way to `end`, or to the crossing before it.
  std::optional<Firing<Real>> follow_response(double end) {
    prepare_response();
    const Number length = elapsed(end);
    if (!(length.mid > Real(0))) return std::nullopt;
    const auto at_end = response_.at(length, &decayed_);
    if (const auto crossing = first_crossing(length.mid, at_end)) {
      const Instant time = Instant(state_.start, TimeRadius(0)) +
                           Instant(convert_real<Time>(crossing->offset), convert_radius<TimeRadius>(crossing->error));
      require_tolerable(time);
      to_ = time.mid;
      return fire(time, crossing->slope, crossing->condition);
    }
    if (last_resort_ && arrives_at_threshold(end, at_end)) {
      const Number slope = at_end.rise(response_.rate);
      note(end, convert_radius<double>(greatest(at_end.potential)));
      return fire(Instant(end), convert_real<Radius<Real>>(slope.mid), condition_at(length, slope));
    }
    if (!rests_) {
      leave_known_potential(length);
      state_.potential = carry(at_end.potential);
    }
    return std::nullopt;
  }

  /// Whether the stretch starts with an event, and not with the end of refractoriness.
  bool is_at_event() const { return state_.start == Time(state_.anchor) && state_.start_error == 0; }

  /// Whether nothing acts but what is constant and what fades.
  bool is_flat() const { return state_.timeline.lines().empty() && state_.timeline.waves().empty(); }

  /// Sets input_ to what there is from state_.start on.
  void set_input() {
    static_cast<LinearDrive<Real>&>(input_) =
        linear_drive<Real>(state_.timeline, rest_value_, problem_->neuron.resistance(), state_.start);
    place_waves(input_.waves);
  }

  /// The sinusoids at state_.start, those of one frequency added up.
  void place_waves(std::vector<Sine<Number>>& sines) {
    sines.clear();
    if (state_.timeline.waves().empty()) return;
    place_of_frequency_.assign(frequencies_.size(), none);
    for (const auto& [index, amplitude, pieces] : state_.timeline.waves()) {
      if (amplitude.is_zero()) continue;
      const Sinusoid& sinusoid = problem_->current.sinusoids()[index];
      const auto& [frequency, phase] = waves_[index];
      std::size_t& place = place_of_frequency_[frequency];
      if (place == none) {
        place = sines.size();
        sines.push_back(frequencies_[frequency]);
      }
      const Number gain = resistance() * sum(amplitude);
      const bool at_its_start = state_.start == Time(sinusoid.start);
      const auto now = sine_cosine(at_its_start ? phase : two_pi() * turns(sinusoid) + phase);
      sines[place].sine += gain * now.sine;
      sines[place].cosine += gain * now.cosine;
    }
  }

  /// Whether nothing acts but a constant current, from a potential that is known without rounding.
  bool is_constant_drive() const {
    return is_flat() && state_.known_potential && vanishes(state_.deviation) &&
           std::all_of(state_.synapses.begin(), state_.synapses.end(),
                       [](const auto& synapse) { return is_silent(synapse); });
  }

  /// Whether the potential is known to be at this level, where a constant drive of that level leaves it.
  bool stands_at(const ExactSum& level) const {
    if (!state_.known_potential || !vanishes(state_.deviation)) return false;
    ExactSum gap = level;
    gap.subtract(*state_.known_potential);
    return gap.is_zero();
  }

  bool is_glidable(const Time& length) const {
    const double z = convert_real<double>(length) * convert_real<double>(response_.rate.mid);
    constexpr double settling = 16;
    return z > 0 && z < settling;
  }

  /// The short way to `end`, where it serves; see Glide. What the potential is known to be is lost on it, so that what
  /// stands still, or comes to stand still by then, goes the long way: jumps from there may land exactly on the
  /// threshold. (Digits decide such a landing too, but with many of them.)
  bool glide_over(double end) {
    if constexpr (!can_glide) {
      return false;
    } else {
      if (!glide_) return false;
      const Time length = Time(end) - state_.start;
      if (!is_glidable(length)) return false;
      if (state_.known_potential && is_flat()) {
        const Level& level = present_level();
        if (level.exact && stands_at(level.sum)) return false;
      }
      if (is_at_event()) {
        if (!glide_->pass(length, input_, state_.potential, state_.synapses)) return false;
      } else {  // since the end of refractoriness, somewhere between two events
        std::vector<SynapticDrive<Real>>& synapses = released_;
        synapses = state_.synapses;
        glide_->fade(state_.start - Time(state_.anchor), synapses);
        Carried<Real> potential = state_.potential;
        potential.rad = round_up(potential.rad + glide_->blur(state_.start_error, input_, potential, synapses));
        if (!glide_->pass(length, input_, potential, synapses)) return false;
        state_.potential = potential;
        state_.synapses.swap(synapses);
        state_.start_error = TimeRadius(0);
      }
      state_.known_potential.reset();
      return true;
    }
  }

  /// Under nothing but a constant current: from a potential that is known without rounding, the way to the threshold is
  /// found in double-double. That from reset is the same each time; found once, it takes a sum a spike, and nothing but
  /// the sums' rounding adds up along the train.
  std::optional<Firing<Real>> fire_at_constant_drive(double end) {
    if constexpr (!can_glide) {
      return std::nullopt;
    } else {
      const bool is_reset = std::exchange(is_reset_, false);
      if (!glide_ || !is_constant_drive()) return std::nullopt;
      std::optional<Way> way;
      if (!is_reset) {
        way = way_from(*state_.known_potential, present_level());
      } else {
        if (repeated_.level_changes != state_.timeline.constant_changes()) {
          repeated_.level_changes = state_.timeline.constant_changes();
          repeated_.way = way_from(reset_, present_level());
          if (repeated_.way) series_.period = Instant(problem_->neuron.refractory()) + repeated_.way->length;
        }
        way = repeated_.way;
      }
      if (!way) return std::nullopt;
      const Instant time = Instant(state_.start, state_.start_error) + way->length;
      if (!is_negative(time - Instant(end))) return std::nullopt;
      require_tolerable(time);
      to_ = time.mid;
      settled_.root = effort_index<DoubleDouble>;
      repeats_ = is_reset;
      series_.start = time;
      last_of_series_ = 0;
      return fire(time, way->slope, way->condition);
    }
  }

  /// The spike after such a one, release and crossing in one, where plainly nothing happens before it.
  std::optional<Firing<Real>> fire_again() {
    if constexpr (can_glide) {
      if (!repeats_) return std::nullopt;
      const Instant time = series_.at(last_of_series_ + 1);
      if (!plainly_repeats_until(time)) {
        stop_repeating();
        return std::nullopt;
      }
      ++state_.stretches;
      require_tolerable(time);
      ++state_.stretches;
      ++last_of_series_;
      settled_.root = effort_index<DoubleDouble>;
      return Firing<Real>{time.mid, time.rad, repeated_.way->slope, repeated_.way->condition};
    } else {
      return std::nullopt;
    }
  }

  bool plainly_repeats_until(const Instant& time) const {
    const double end = std::min(state_.timeline.next(), problem_->until);
    return (convert_real<double>(time.mid) + convert_radius<double>(time.rad)) * (1 + 0x1p-50) < end;
  }

  /// Brings the state up to the last of a series of such spikes.
  void stop_repeating() {
    if constexpr (can_glide) {
      if (!std::exchange(repeats_, false)) return;
      fire(series_.at(last_of_series_), repeated_.way->slope, repeated_.way->condition);
    }
  }

  std::optional<Way> way_from(const ExactSum& start, const Level& level) const {
    if (!level.exact || level.sum.sign() <= 0 || start.sign() >= 0) return std::nullopt;
    Response<Ball<DoubleDouble>> response;
    response.tau = problem_->neuron.tau();
    response.rate = Ball<DoubleDouble>(1.0) / response.tau;
    response.start = ball_of<DoubleDouble>(start);
    response.level = ball_of<DoubleDouble>(level.sum);
    response.level_parts = level_parts(level.value);
    const double about = problem_->neuron.tau() * std::log1p(-response.start.mid.hi / response.level.mid.hi);
    const double high = about * (1 + 0x1p-20);
    if (!is_positive(response.at(Ball<DoubleDouble>(high)).potential)) return std::nullopt;
    const auto crossing = locate_crossing<DoubleDouble>(response, {DoubleDouble(0), DoubleDouble(high)}, 0);
    if (!crossing.is_clear) return std::nullopt;
    return Way{Instant(crossing.offset, crossing.error), convert_radius<Radius<Real>>(crossing.slope),
               crossing.condition};
  }

  void require_tolerable(const Instant& time) const {
    if (last_resort_ || state_.stretches >= purpose_.strict || is_within(time, purpose_.tolerance)) return;
    throw Unclear{0, 0};
  }

  Level level_of(const ExactSum& constant) const {
    Level level{rest_, true, {}};
    for (const double part : constant.parts()) {
      level.exact = level.sum.add_product(problem_->neuron.resistance(), part) && level.exact;
    }
    level.value = level.exact ? sum(level.sum) : rest_value_ + resistance() * sum(constant);
    return level;
  }

  /// See Response.
  double level_parts(const Number& level) const {
    const double rest = convert_real<double>(rest_value_.mid);
    return std::fabs(rest) + std::fabs(convert_real<double>(level.mid) - rest);
  }
  /// The level of all that is constant at present.
  const Level& present_level() {
    const std::size_t changes = state_.timeline.constant_changes();
    if (level_changes_ != changes) {
      level_ = level_of(state_.timeline.constant());
      level_changes_ = changes;
    }
    return level_;
  }

  /// Under a constant drive the potential goes from what it is known to be near to the drive; else it is not known.
  void leave_known_potential(const Number& length) {
    if (state_.known_potential && constant_level_ && !problem_->current.pulses().empty()) {
      ExactSum gap = *state_.known_potential;
      gap.subtract(*constant_level_);
      state_.deviation = (sum(gap) + state_.deviation) * exponential(-(length * response_.rate));
      state_.known_potential = constant_level_;
    } else {
      state_.known_potential.reset();
    }
  }

  /// Nearly always double is enough to tell where a crossing is; only its exact place takes more digits.
  bool decides_in_double(const Real& length, const typename Response<Number>::Point& at_start,
                         const typename Response<Number>::Point& at_end,
                         std::optional<typename CrossingSearch<Real>::Bracket>& bracket) {
    const auto rough = [](const Number& x) { return convert_ball<double>(x); };
    const auto rough_point = [&](const typename Response<Number>::Point& p) {
      return typename Response<Ball<double>>::Point{rough(p.potential), rough(p.drive), rough(p.drive_slope),
                                                    rough(p.oscillation)};
    };
    convert_response(rough_, response_, rough);
    try {
      const double rough_length = convert_real<double>(length);
      const auto found = CrossingSearch<double>(rough_, convert_real<double>(state_.start))
                             .first(rough_length, rough_point(at_start), rough_point(at_end));
      if (found) bracket = {Real(found->from), found->to < rough_length ? Real(found->to) : length};
      return true;
    } catch (const Unclear&) {
      return false;
    }
  }

  /// The first crossing within `length`; at_end is the response there.
  std::optional<Crossing<Real>> first_crossing(const Real& length, const typename Response<Number>::Point& at_end) {
    const auto at_start = response_.at_start();
    std::optional<typename CrossingSearch<Real>::Bracket> bracket;
    bool decided = false;
    if constexpr (!std::is_same_v<Real, double>) {
      decided = purpose_.suits_double && decides_in_double(length, at_start, at_end, bracket);
    }
    if (!decided) {
      settled_.sign = effort_index<Real>;
      std::vector<Unclear> undecided;
      const CrossingSearch<Real> search(response_, start_offset(), last_resort_ ? &undecided : nullptr);
      bracket = search.first(length, at_start, at_end);
      for (const Unclear& touch : undecided) note(convert_real<double>(state_.start) + touch.offset, touch.distance);
    }
    if (!bracket) return std::nullopt;
    const Crossing<Real> crossing = locate_crossing<Real>(response_, *bracket, start_offset());
    if (!crossing.is_clear && !last_resort_) throw Unclear{0, 0};
    return crossing;
  }

  /// state_.start, where a hair more or less does not matter, ms
  Radius<Real> start_offset() const { return convert_radius<Radius<Real>>(magnitude(state_.start)); }

  /// Notes what stays undecided at time t, the potential being that near to the threshold.
  void note(double t, double distance) {
    const double far = 1e-20 * std::fabs(problem_->neuron.threshold() - problem_->neuron.reset());
    if (!(distance <= far)) throw Unresolvable{t};
    undecided_.push_back({t, distance});
  }

  /// Whether neither u can be told from the threshold at `end`, nor the time at which u rises through it from `end`: a
  /// spike on the instant of an event comes before the event.
  bool arrives_at_threshold(double end, const typename Response<Number>::Point& at_end) const {
    const Number slope = at_end.rise(response_.rate);
    if (is_positive(at_end.potential) || is_negative(at_end.potential) || !is_positive(slope)) return false;
    const auto steepness = convert_real<Radius<Real>>(slope.mid) - slope.rad;
    return is_within(Instant(Time(end), convert_radius<TimeRadius>(greatest(at_end.potential) / steepness)), 0x1p-6);
  }

  /// See Spike, for a crossing `length` into the stretch.
  double condition_at(const Number& length, const Number& slope) const {
    Response<double> rough;
    convert_response(rough, response_, [](const Number& x) { return convert_real<double>(x.mid); });
    return gross_potential(rough, convert_real<double>(length.mid)) * rough.rate / convert_real<double>(slope.mid);
  }

  /// Whether a time is known to so many units in the last place of the double next to it.
  static bool is_within(const Instant& time, double ulps) {
    const double t = convert_real<double>(time.mid);
    const double radius = convert_radius<double>(time.rad);
    return radius <= ulps * 0x1p-53 * t || radius <= ulps * (std::nextafter(t, forever) - t);  // the quick way first
  }

  /// The drive from state_.start on, as a closed form.
  void prepare_response() {
    const Timeline& timeline = state_.timeline;
    ExactSum constant = timeline.constant();
    bool is_constant = true;
    Number ramped(0.0);
    response_.slope = Number(0.0);
    for (const Line& line : timeline.lines()) {
      constant.add(line.from);
      const Number slope = slope_of<Real>(line, problem_->neuron.resistance());
      if (vanishes(slope)) continue;
      is_constant = false;
      response_.slope += slope;
      if (!(state_.start == Time(line.start))) ramped += -(slope * elapsed(line.start));
    }

    const Level level = timeline.lines().empty() ? present_level() : level_of(constant);
    response_.level = level.value;
    response_.level_parts = level_parts(level.value);
    if (!vanishes(ramped)) response_.level += ramped;

    place_waves(response_.sines);
    is_constant = is_constant && response_.sines.empty();

    const bool decayed = !(state_.start == Time(state_.anchor));
    const Number since_anchor = -elapsed(state_.anchor);
    for (std::size_t k = 0; k < state_.synapses.size(); ++k) {
      Decay<Number>& decay = response_.decays[k];
      decay.exponential = convert_ball<Real>(state_.synapses[k].exponential);
      decay.alpha = convert_ball<Real>(state_.synapses[k].alpha);
      if (is_silent(decay)) continue;
      is_constant = false;
      if (decayed) let_decay(decay.exponential, decay.alpha, since_anchor * decay.rate, nullptr);
    }

    constant_level_.reset();
    if (is_constant && level.exact) constant_level_ = level.sum;
    rests_ = constant_level_ && stands_at(*constant_level_);

    response_.start = convert_ball<Real>(state_.potential);
    if (state_.start_error > 0 && !rests_) blur_start();
    state_.start_error = TimeRadius(0);
  }

  /// What is not known of the start's time shows as an error of the potential there: rate of change times time.
  void blur_start() {
    const auto error = convert_radius<Radius<Real>>(state_.start_error);
    Radius<Real> fastest = greatest(response_.rate);
    for (const Decay<Number>& decay : response_.decays) {
      if (!is_silent(decay)) fastest = std::max(fastest, greatest(decay.rate));
    }
    if (!(error * fastest < 0x1p-4)) {
      if (!last_resort_) throw Unclear{0, 0};
      throw Unresolvable{convert_real<double>(state_.start)};
    }
    // Within so small a part of all time constants nothing grows by more than a tenth, and the second order by twice
    // that.
    const auto point = response_.at_start();
    const auto curvature = 2 * CrossingSearch<Real>(response_, Radius<Real>(0)).curvature_bound(Real(0.0), Real(error));
    const auto difference_rate = greatest(point.drive - point.potential) * growth(Radius<Real>(error * fastest)) +
                                 2 * error * (greatest(point.drive_slope) + error * curvature);
    const Number blur(Real(0.0), round_up(difference_rate * (error * greatest(response_.rate))));
    response_.start += blur;
    state_.potential = carry(response_.start);
    state_.deviation += blur;
  }

  /// The turns that a sinusoid has made at state_.start, whole ones left out: in more digits than the rest, as they may
  /// be many.
  Number turns(const Sinusoid& wave) const {
    if constexpr (std::is_same_v<Time, DoubleDouble>) {
      const Instant since = Instant(state_.start, TimeRadius(0)) - Instant(wave.start);
      Instant count = Instant(wave.frequency) * since / Instant(ms_per_second);
      // Twice, as the first leaves 2^-53 of it.
      for (int round = 0; round < 2; ++round) count.mid -= nearest_integer(count.mid);
      return convert_ball<Real>(count);
    } else {
      const Wide count = Wide(wave.frequency) * (Wide(state_.start) - Wide(wave.start)) / ms_per_second;
      return from_wide(count - round(count));
    }
  }

  /// A synapse's state z = s/tau_s later; `left` is e^-z where that is known.
  static void let_decay(Number& exponential_part, Number& alpha, const Number& z, const Number* left) {
    const Number factor = left ? *left : exponential(-z);
    if (!vanishes(alpha)) {  // a product of zero would be zero but for underflow, and then has to be dragged along
      exponential_part += alpha * z;
      alpha = alpha * factor;
    }
    if (!vanishes(exponential_part)) exponential_part = exponential_part * factor;
  }

  /// Lets the synapses fade until t, and its events happen to them and to the timeline.
  /// @param decayed  e^(-(t - anchor)/tau_s) for each synapse, where known
  void happen(double t, const std::vector<Number>* decayed = nullptr) {
    bool faded = false;
    if constexpr (can_glide) {
      faded = glide_ && !decayed;
      if (faded) glide_->fade(Time(t) - Time(state_.anchor), state_.synapses);
    }
    if (!faded && !state_.synapses.empty()) {
      const Number since_anchor = sum(difference(t, state_.anchor));
      for (std::size_t k = 0; k < state_.synapses.size(); ++k) {
        SynapticDrive<Real>& synapse = state_.synapses[k];
        if (is_silent(synapse)) continue;
        Number exponential_part = convert_ball<Real>(synapse.exponential);
        Number alpha = convert_ball<Real>(synapse.alpha);
        let_decay(exponential_part, alpha, since_anchor * response_.decays[k].rate, decayed ? &(*decayed)[k] : nullptr);
        synapse = {carry(exponential_part), carry(alpha)};
      }
    }
    take_events(t);
  }

  /// The same where they have faded already.
  void take_events(double t) {
    state_.anchor = t;
    state_.timeline.advance();
    if (!state_.timeline.anything_arrived()) return;
    for (std::size_t k = 0; k < state_.synapses.size(); ++k) {
      const Arrivals& arrivals = state_.timeline.arrivals()[k];
      if (!arrivals.exponential.is_zero()) state_.synapses[k].exponential += resistance() * sum(arrivals.exponential);
      if (!arrivals.alpha.is_zero()) state_.synapses[k].alpha += alpha_gain_ * sum(arrivals.alpha);
    }
  }

  /// @return whether it is a jump
  [[gnu::always_inline]] bool take(const SingleEvent& event) {
    if (event.size == 0) return false;  // what is silent stays so
    switch (event.kind) {
      case SingleEvent::Kind::jump:
        state_.potential += Number(event.size);
        return true;
      case SingleEvent::Kind::exponential:
        state_.synapses[event.place].exponential += driven_by(event.size);
        return false;
      case SingleEvent::Kind::alpha:
        state_.synapses[event.place].alpha += alpha_gain_ * Number(event.size);
        return false;
      case SingleEvent::Kind::sample:
        return false;
    }
    return false;
  }

  /// Adds the jump of the event at t, and tells whether it reaches the threshold.
  bool jumps_to_threshold(double t) {
    const ExactSum& jump = state_.timeline.jump();
    if (jump.is_zero()) return false;
    if (state_.known_potential) {
      ExactSum landing = *state_.known_potential;
      landing.add(jump);
      state_.known_potential = landing;
      if (landing.is_zero() && vanishes(state_.deviation)) return true;  // exactly onto it
      state_.potential = carry(landing.is_zero() ? state_.deviation : sum(landing) + state_.deviation);
    } else {
      state_.potential += sum(jump);
    }
    return lands_on_threshold(t);
  }

  /// Whether the potential reaches the threshold after the jump at t.
  bool lands_on_threshold(double t) {
    const double x = convert_real<double>(state_.potential.mid);
    const double error = convert_radius<double>(state_.potential.rad) + std::fabs(x) * 0x1p-52;
    if (std::fabs(x) > error) return x > 0;  // nearly always
    settled_.sign = effort_index<Real>;
    if (is_positive(state_.potential)) return true;
    if (is_negative(state_.potential)) return false;
    if (!last_resort_) throw Unclear{0, 0};
    note(t, convert_radius<double>(greatest(state_.potential)));
    return true;  // it lands on the threshold
  }

  /// By a jump.
  Firing<Real> fire_at(double t) { return fire(Instant(t), std::numeric_limits<Radius<Real>>::infinity(), 0); }

  Firing<Real> fire(const Instant& time, const Radius<Real>& slope, double condition) {
    const Time refractory(problem_->neuron.refractory());
    state_.start = time.mid + refractory;
    const bool is_exact =
        time.rad == 0 && state_.start - time.mid == refractory && state_.start - refractory == time.mid;
    state_.start_error = time.rad;
    if (!is_exact) state_.start_error += round_up(magnitude(state_.start) * RealTraits<Time>::unit);
    state_.refractory = true;
    state_.fired_at = time.rad == 0 ? time.mid : Time(-1.0);
    return {time.mid, time.rad, slope, condition};
  }

  /// Closes a stretch at `end`, an event that has happened or the end of the run.
  void finish(double end) {
    if (!state_.refractory) {
      state_.start = Time(end);
      state_.start_error = TimeRadius(0);
    }
    state_.done = end >= problem_->until && state_.timeline.next() > end;
  }

  std::shared_ptr<const Problem> problem_;
  Purpose purpose_;
  bool last_resort_;
  ExactSum rest_;  // u_rest - theta, mV
  Number rest_value_;
  Number alpha_gain_;                            // R e: an alpha synapse peaks at its weight
  ExactSum reset_;                               // u_r - theta, mV
  std::vector<Wave> waves_;                      // by index in the current
  std::vector<Sine<Number>> frequencies_;        // one of each, of amplitude 0
  std::vector<std::size_t> place_of_frequency_;  // in what place_waves() fills, or none

  State<Real> state_;
  std::vector<Unclear> undecided_;
  Settled settled_;

  bool is_reset_ = false;    // the potential was reset just now
  bool is_blocked_ = false;  // coast() has tried to glide over the next stretch
  bool repeats_ = false;     // a spike came the way of repeated_ just now
  struct {
    std::size_t level_changes = none;  // the level that it belongs to
    std::optional<Way> way{};
  } repeated_;
  Series series_{};  // the spikes that came that way
  double last_of_series_ = 0;
  std::optional<std::conditional_t<can_glide, Glide<Real>, std::monostate>> glide_;
  std::optional<Barrage> barrage_;
  InputDrive<Real> input_;
  std::vector<SynapticDrive<Real>> released_;
  Level level_;
  std::size_t level_changes_ = none;

  // The last stretch:
  Response<Number> response_;
  Response<Ball<double>> rough_;
  std::vector<Number> decayed_;
  bool rests_ = false;                      // the potential stands still
  std::optional<ExactSum> constant_level_;  // the drive, where it is constant and known, mV
  bool clamped_ = false;
  Time from_{};
  Time to_{};
};

}  // namespace lapicque::detail
