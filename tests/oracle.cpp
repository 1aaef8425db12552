#include "oracle.hpp"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <stdexcept>

#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque::testing {
namespace {

/// `digits` decimal digits.
template <unsigned digits>
using Number = boost::multiprecision::number<
    boost::multiprecision::mpfr_float_backend<digits, boost::multiprecision::allocate_stack>,
    boost::multiprecision::et_off>;

/// 10^-exponent.
template <class Real>
Real tenth_to(int exponent) {
  return pow(Real(10), -exponent);
}

/// value + slope (t - origin).
template <class Real>
struct Line {
  Real origin;
  Real value;
  Real slope;
};

template <class Real>
struct Sine {
  double start;
  Real amplitude;
  Real omega;  // rad/ms
  Real phase;
};

enum class What { line_begins, line_ends, sine_begins, sine_ends, arrival, jump };

struct Change {
  double time;
  What what;
  std::size_t which;  // line, sine or synapse
  double size;        // weight or jump
};

/// Everything that moves between two events. v = u less the threshold at rest.
template <class Real>
struct State {
  Real time;
  Real v;
  Real level;  // of all lines together
  Real slope;
  std::vector<Real> sine, cosine;  // of each sinusoid that is on
  std::vector<Real> g, h;          // synapse, then after-spike part: current (g + h s) exp(-s / tau_s)
  std::vector<Real> m;             // moving parts of the threshold
};

/// The factors that carry a State on by one length of time.
template <class Real>
struct Propagator {
  Real length;
  Real decay;  // of the membrane
  std::vector<Real> sine, cosine;
  std::vector<Real> synapse_decay, k1, k2;
  std::vector<Real> threshold_decay;
};

template <unsigned digits>
class Oracle {
 public:
  using Real = Number<digits>;
  using Line = testing::Line<Real>;
  using Sine = testing::Sine<Real>;
  using State = testing::State<Real>;
  using Propagator = testing::Propagator<Real>;

  Oracle(const Neuron& neuron, const Current& current, const Real& until, std::size_t most);
  void run();

  Looks looks = Looks::where_needed;
  std::vector<Real> times;  // of the spikes
  Real closest;             // see OracleSpikes
  bool unsure = false;      // more digits might give another answer, or fewer than 60 digits are right
  bool touched = false;     // the same, and what does not tell is whether a maximum or a jump reaches the threshold
  State state;              // at `until`

 private:
  void add_line(double begin, double end, Line line);
  Real apply(double time, bool jumps_count);
  void fire(bool by_crossing);
  void release();
  Real moving_threshold(const State& at) const { return std::accumulate(at.m.begin(), at.m.end(), Real(0)); }
  void refresh_lines();
  Propagator propagator(const Real& length, bool of_all = false) const;
  State advance(const State& from, const Propagator& by) const;
  State advance(const State& from, const Real& length) const { return advance(from, propagator(length)); }
  Real current_of(const State& at) const;
  Real current_slope(const State& at) const;
  // Of u, and of what the threshold does:
  Real rise_of_u(const State& at) const { return (rest_ - at.v + resistance_ * current_of(at)) / tau_; }
  Real bend_of_u(const State& at) const { return (-rise_of_u(at) + resistance_ * current_slope(at)) / tau_; }
  Real rise(const State& at) const {
    Real sum = rise_of_u(at);
    for (std::size_t i = 0; i < at.m.size(); ++i) sum += at.m[i] / tau_theta_[i];
    return sum;
  }
  Real bend(const State& at) const {
    Real sum = bend_of_u(at);
    for (std::size_t i = 0; i < at.m.size(); ++i) sum -= at.m[i] / (tau_theta_[i] * tau_theta_[i]);
    return sum;
  }
  double fastest(const State& at, const Real& since) const;
  Real safe_length(const State& at, const Real& length) const;
  void heed(const State& at, const Real& length);
  using Quantity = Real (Oracle::*)(const State&) const;
  Real value(const State& at) const { return at.v - moving_threshold(at); }
  Real fall(const State& at) const { return -rise(at); }
  Real unbend(const State& at) const { return -bend(at); }
  Real root(const State& from, const Real& length, double guess, Quantity f, Quantity df) const;
  bool search(const State& from, const Real& length, State& spike);
  void note(const Real& distance) {
    if (abs(distance) < closest) closest = abs(distance);
    if (abs(distance) < tiny_ && distance != 0) unsure = touched = true;
  }
  void enlarge(const Real& potential) { tiny_ = std::max(tiny_, Real(abs(potential) * fraction_)); }

  // What is known of v, as a share of the greatest potential that ever was a term of it: all digits but 40, which the
  // quotients of differences cost where tau_s is next to tau_m.
  const Real fraction_ = tenth_to<Real>(digits - 40);
  const Real fine_ = tenth_to<Real>(digits - 25);              // relative error of a root
  const Real close_ = tenth_to<Real>((digits - 25) / 2 + 10);  // of one that Newton's method is about to find
  Real tiny_ = 0;                                              // mV: v is known to this
  Real rest_, reset_, resistance_, tau_, refractory_;          // potentials less the threshold
  Real until_;
  std::size_t most_;  // spikes; after that many, u goes through the threshold as if there were none
  std::vector<Line> lines_;
  std::vector<Sine> sines_;
  std::vector<Shape> shapes_;
  std::vector<Real> tau_s_;
  ResetRule reset_rule_;
  RefractoryRule refractory_rule_;
  bool is_plain_;
  std::size_t first_own_current_ = 0;  // of the shapes
  std::vector<Real> own_current_jump_, threshold_jump_, tau_theta_;
  bool clamped_ = false, quiet_ = false;  // until free_at_
  Real free_at_ = 0, held_ = 0, kept_ = 0;
  std::vector<Change> changes_;
  std::size_t next_ = 0;
  std::set<std::size_t> lines_on_;
  std::vector<bool> sine_on_;
  std::map<int, Propagator> steps_;  // for 2^key ms
};

template <unsigned digits>
Oracle<digits>::Oracle(const Neuron& neuron, const Current& current, const Real& until, std::size_t most)
    : rest_(Real(neuron.rest()) - neuron.threshold()),
      reset_(Real(neuron.reset()) - neuron.threshold()),
      resistance_(neuron.resistance()),
      tau_(neuron.tau()),
      refractory_(neuron.refractory()),
      until_(until),
      most_(most),
      reset_rule_(neuron.reset_rule()),
      refractory_rule_(neuron.refractory_rule()),
      is_plain_(neuron.is_plain()) {
  closest = std::numeric_limits<Real>::max();
  state.time = 0;
  state.v = Real(neuron.initial()) - neuron.threshold();
  for (const Real& potential : {rest_, reset_, state.v}) enlarge(potential);
  const Real pi = boost::math::constants::pi<Real>();

  const auto add = Overloaded{
      [&](const Step& s) {
        add_line(s.start, s.stop, {s.start, s.amplitude, 0});
      },
      [&](const Ramp& r) {
        add_line(r.start, r.stop, {r.start, r.from, (Real(r.to) - r.from) / (Real(r.stop) - r.start)});
      },
      [&](const Sinusoid& s) {
        changes_.push_back({s.start, What::sine_begins, sines_.size(), 0});
        changes_.push_back({s.stop, What::sine_ends, sines_.size(), 0});
        sines_.push_back({s.start, s.amplitude, 2 * pi * s.frequency / 1000, s.phase});
      },
      [&](const Samples& s) {
        const std::vector<double>& values = *s.values;
        const auto breakpoint = [&](std::size_t k) { return static_cast<double>(Real(s.start) + Real(k) * s.step); };
        for (std::size_t k = 0; k < values.size(); ++k) {
          const double begin = breakpoint(k), end = breakpoint(k + 1);
          if (begin == end) continue;
          const bool sloped = s.hold == Hold::linear && k + 1 < values.size();
          add_line(begin, end,
                   {begin, values[k], sloped ? (Real(values[k + 1]) - values[k]) / (Real(end) - begin) : Real(0)});
        }
      },
      [&](const Pulses& p) {
        for (const Event& e : *p.events) changes_.push_back({e.time, What::jump, 0, e.size});
      },
      [&](const Synapse& s) {
        for (const Event& e : *s.events) changes_.push_back({e.time, What::arrival, shapes_.size(), e.size});
        shapes_.push_back(s.shape);
        tau_s_.push_back(s.tau);
      },
  };
  for (const Piece& piece : current.pieces()) std::visit(add, piece);
  first_own_current_ = shapes_.size();
  for (const AfterSpike& part : neuron.after_spike()) {
    if (part.kind == AfterSpike::Kind::threshold) {
      threshold_jump_.push_back(part.jump);
      tau_theta_.push_back(part.tau);
    } else {
      own_current_jump_.push_back(part.jump);
      shapes_.push_back(Shape::exponential);
      tau_s_.push_back(part.tau);
    }
  }
  state.m.assign(tau_theta_.size(), 0);
  sine_on_.assign(sines_.size(), false);
  state.sine.assign(sines_.size(), 0);
  state.cosine.assign(sines_.size(), 0);
  state.g.assign(shapes_.size(), 0);
  state.h.assign(shapes_.size(), 0);
  std::stable_sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) { return a.time < b.time; });

  for (; next_ < changes_.size() && changes_[next_].time < 0; ++next_) {
    const Change& c = changes_[next_];
    if (c.what == What::line_begins) lines_on_.insert(c.which);
    if (c.what == What::line_ends) lines_on_.erase(c.which);
    if (c.what == What::sine_begins || c.what == What::sine_ends) sine_on_[c.which] = c.what == What::sine_begins;
    if (c.what == What::arrival) {
      const Real age = -Real(c.time) / tau_s_[c.which];
      if (shapes_[c.which] == Shape::exponential) {
        state.g[c.which] += c.size * exp(-age);
      } else {
        state.g[c.which] += c.size * age * exp(1 - age);
        state.h[c.which] += c.size / tau_s_[c.which] * exp(1 - age);
      }
    }
  }
  for (std::size_t i = 0; i < sines_.size(); ++i) {
    if (!sine_on_[i]) continue;
    const Real angle = sines_[i].phase - sines_[i].omega * sines_[i].start;
    enlarge(resistance_ * sines_[i].amplitude * angle);
    state.sine[i] = sin(angle);
    state.cosine[i] = cos(angle);
  }
  refresh_lines();
}

template <unsigned digits>
void Oracle<digits>::add_line(double begin, double end, Line line) {
  changes_.push_back({begin, What::line_begins, lines_.size(), 0});
  changes_.push_back({end, What::line_ends, lines_.size(), 0});
  lines_.push_back(std::move(line));
}

template <unsigned digits>
void Oracle<digits>::refresh_lines() {
  state.level = 0;
  state.slope = 0;
  for (std::size_t i : lines_on_) {
    const Real rise = lines_[i].slope * (state.time - lines_[i].origin);
    state.level += lines_[i].value + rise;
    state.slope += lines_[i].slope;
    for (const Real& part : {lines_[i].value, rise}) enlarge(resistance_ * part);
  }
}

/// All events at `time`; the jumps among them add to v if they count. @return their sum
template <unsigned digits>
typename Oracle<digits>::Real Oracle<digits>::apply(double time, bool jumps_count) {
  Real jump = 0;
  bool jumped = false, line_changed = false;
  for (; next_ < changes_.size() && changes_[next_].time == time; ++next_) {
    const Change& c = changes_[next_];
    switch (c.what) {
      case What::line_begins:
        lines_on_.insert(c.which);
        line_changed = true;
        break;
      case What::line_ends:
        lines_on_.erase(c.which);
        line_changed = true;
        break;
      case What::sine_begins:
        sine_on_[c.which] = true;
        enlarge(resistance_ * sines_[c.which].amplitude * sines_[c.which].phase);
        state.sine[c.which] = sin(sines_[c.which].phase);
        state.cosine[c.which] = cos(sines_[c.which].phase);
        break;
      case What::sine_ends:
        sine_on_[c.which] = false;
        state.sine[c.which] = state.cosine[c.which] = 0;
        break;
      case What::arrival:
        if (shapes_[c.which] == Shape::exponential)
          state.g[c.which] += c.size;
        else
          state.h[c.which] += c.size * exp(Real(1)) / tau_s_[c.which];
        break;
      case What::jump:
        jump += c.size;
        jumped = true;
        break;
    }
  }
  if (line_changed) refresh_lines();
  if (jumped && jumps_count) {
    enlarge(state.v);
    enlarge(jump);
    state.v += jump;
    note(value(state));
  }
  return jump;
}

template <unsigned digits>
typename Oracle<digits>::Propagator Oracle<digits>::propagator(const Real& length, bool of_all) const {
  Propagator p;
  p.length = length;
  p.decay = exp(-length / tau_);
  for (std::size_t i = 0; i < sines_.size(); ++i) {
    const Real angle = of_all || sine_on_[i] ? Real(sines_[i].omega * length) : Real(0);
    p.sine.push_back(sin(angle));
    p.cosine.push_back(cos(angle));
  }
  for (const Real& tau : tau_theta_) p.threshold_decay.push_back(exp(-length / tau));
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    const bool silent = !of_all && state.g[i] == 0 && state.h[i] == 0;
    const Real decay = silent ? Real(0) : exp(-length / tau_s_[i]);
    const Real d = 1 / tau_ - 1 / tau_s_[i];
    p.synapse_decay.push_back(decay);
    // Integrals of exp(-(length - x)/tau) (1 or x) exp(-x/tau_s) over 0 < x < length.
    if (silent) {
      p.k1.push_back(0);
      p.k2.push_back(0);
    } else if (tau_ == tau_s_[i]) {
      p.k1.push_back(length * p.decay);
      p.k2.push_back(length * length / 2 * p.decay);
    } else {
      p.k1.push_back((decay - p.decay) / d);
      p.k2.push_back(length * decay / d - (decay - p.decay) / (d * d));
    }
  }
  return p;
}

template <unsigned digits>
typename Oracle<digits>::State Oracle<digits>::advance(const State& from, const Propagator& by) const {
  State to = from;
  to.time += by.length;
  for (std::size_t i = 0; i < to.m.size(); ++i) to.m[i] *= by.threshold_decay[i];
  to.level += from.slope * by.length;
  // The standing current and the resting potential are one number first, so that exactly the rheobase stays exact.
  const Real steady = rest_ + resistance_ * from.level;
  to.v = steady + (from.v - steady) * by.decay;
  if (from.slope != 0) to.v += resistance_ * from.slope * (by.length - tau_ * (1 - by.decay));
  for (std::size_t i = 0; i < sines_.size(); ++i) {
    if (!sine_on_[i]) continue;
    to.sine[i] = from.sine[i] * by.cosine[i] + from.cosine[i] * by.sine[i];
    to.cosine[i] = from.cosine[i] * by.cosine[i] - from.sine[i] * by.sine[i];
    const Real lag = sines_[i].omega * tau_;
    to.v += resistance_ * sines_[i].amplitude / (1 + lag * lag) *
            (to.sine[i] - lag * to.cosine[i] - by.decay * (from.sine[i] - lag * from.cosine[i]));
  }
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    if (from.g[i] == 0 && from.h[i] == 0) continue;
    to.g[i] = (from.g[i] + from.h[i] * by.length) * by.synapse_decay[i];
    to.h[i] = from.h[i] * by.synapse_decay[i];
    to.v += resistance_ / tau_ * (from.g[i] * by.k1[i] + from.h[i] * by.k2[i]);
  }
  return to;
}

template <unsigned digits>
typename Oracle<digits>::Real Oracle<digits>::current_of(const State& at) const {
  Real sum = at.level;
  for (std::size_t i = 0; i < sines_.size(); ++i) sum += sines_[i].amplitude * at.sine[i];
  for (const Real& g : at.g) sum += g;
  return sum;
}

template <unsigned digits>
typename Oracle<digits>::Real Oracle<digits>::current_slope(const State& at) const {
  Real sum = at.slope;
  for (std::size_t i = 0; i < sines_.size(); ++i)
    if (sine_on_[i]) sum += sines_[i].amplitude * sines_[i].omega * at.cosine[i];
  for (std::size_t i = 0; i < shapes_.size(); ++i) sum += at.h[i] - at.g[i] / tau_s_[i];
  return sum;
}

/// The shortest time constant in ms that still moves u at all, `since` ms after the last event; infinite if none does.
template <unsigned digits>
double Oracle<digits>::fastest(const State& at, const Real& since) const {
  double scale = forever;
  if (since < 120 * tau_) scale = static_cast<double>(tau_);
  for (std::size_t i = 0; i < sines_.size(); ++i)
    if (sine_on_[i]) scale = std::min(scale, static_cast<double>(1 / sines_[i].omega));
  for (std::size_t i = 0; i < shapes_.size(); ++i)
    if (resistance_ * (abs(at.g[i]) + abs(at.h[i]) * tau_s_[i]) > Real("1e-40") * abs(rest_ - reset_) + tiny_)
      scale = std::min(scale, static_cast<double>(tau_s_[i]));
  for (std::size_t i = 0; i < at.m.size(); ++i)
    if (abs(at.m[i]) > Real("1e-40") * abs(rest_ - reset_) + tiny_)
      scale = std::min(scale, static_cast<double>(tau_theta_[i]));
  return scale;
}

/// Takes note of how large the terms of v become in the next `length` ms.
template <unsigned digits>
void Oracle<digits>::heed(const State& at, const Real& length) {
  enlarge(resistance_ * at.level);
  enlarge(resistance_ * at.slope * (length + tau_));
  for (std::size_t i = 0; i < sines_.size(); ++i)
    if (sine_on_[i]) enlarge(resistance_ * sines_[i].amplitude);
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    enlarge(resistance_ * at.g[i]);
    enlarge(resistance_ * at.h[i] * tau_s_[i]);
  }
  for (const Real& part : at.m) enlarge(part);
}

/// A time for which v stays below 0 without fail, no more than `length`; at least a few digits of a share of it are.
///
/// Without its sinusoids' steady response, v rises at most to `top`, the greatest potential at which it could settle,
/// and no faster than top - (top - v) exp(-s/tau); that response adds at most its amplitude. The threshold's negative
/// parts lower it by no more than they do now.
template <unsigned digits>
typename Oracle<digits>::Real Oracle<digits>::safe_length(const State& at, const Real& length) const {
  Real greatest = at.level + (at.slope > 0 ? at.slope * length : Real(0)), v = at.v, swing = 0, all_swing = 0;
  Real lowered = 0;
  for (const Real& part : at.m)
    if (part < 0) lowered -= part;
  v += lowered;
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    if (at.g[i] > 0) greatest += at.g[i];
    if (at.h[i] > 0) greatest += at.h[i] * tau_s_[i];
  }
  for (std::size_t i = 0; i < sines_.size(); ++i) {
    if (!sine_on_[i]) continue;
    const Real lag = sines_[i].omega * tau_;
    const Real gain = resistance_ * sines_[i].amplitude / (1 + lag * lag);
    v -= gain * (at.sine[i] - lag * at.cosine[i]);
    swing += abs(gain) * sqrt(1 + lag * lag);
    all_swing += abs(sines_[i].amplitude);
  }
  if (rest_ + lowered + resistance_ * (greatest + all_swing) <= 0 && v < 0) return length;
  const Real top = rest_ + lowered + resistance_ * greatest + swing;
  v += swing;
  if (v >= 0) return 0;
  if (top <= 0) return length;
  const double ratio = static_cast<double>(-v / top);
  return std::min(length, Real(tau_ * (std::log1p(ratio) * (1 - 1e-9))));
}

/// The s in (0, length] where `f`, not positive at `from` and positive at from + length, changes its sign: Newton's
/// method with the derivative `df` from guess x length on, and halving wherever it leaves the bracket or stops closing
/// it.
template <unsigned digits>
typename Oracle<digits>::Real Oracle<digits>::root(const State& from, const Real& length, double guess, Quantity f,
                                                   Quantity df) const {
  Real low = 0, high = length, x = length * std::clamp(guess, 1e-3, 1 - 1e-3), width = length;
  for (int turn = 0; turn < 4000; ++turn) {
    const State at = advance(from, x);
    const Real y = (this->*f)(at);
    (y > 0 ? high : low) = x;
    if (high - low <= fine_ * high) break;
    const Real step = y / (this->*df)(at);
    const Real newton = x - step;
    if (newton > low && newton < high && abs(step) < width / 2) {
      if (abs(step) <= close_ * x) return newton;  // the next step would be about close_ times smaller
      x = newton;
      width = abs(step);
    } else {
      if (abs(step) <= fine_ * x) return newton;
      x = (low + high) / 2;
      width = high - low;
    }
  }
  return high;
}

/// Where in (0, 1) the cubic that has these values and slopes at 0 and 1 goes through zero; value_0 <= 0 < value_1.
double root_of_cubic(double value_0, double slope_0, double value_1, double slope_1) {
  double low = 0, high = 1;
  for (int turn = 0; turn < 40; ++turn) {
    const double t = (low + high) / 2, s = 1 - t;
    const double value = s * s * ((1 + 2 * t) * value_0 + t * slope_0) + t * t * ((1 + 2 * s) * value_1 - s * slope_1);
    (value > 0 ? high : low) = t;
  }
  return low;
}

/// Looks along u from `from` for at most `length`; true if it goes above the threshold, and then `spike` is the state
/// at the crossing. Where u starts above the threshold it has to be below it first.
template <unsigned digits>
bool Oracle<digits>::search(const State& from, const Real& length, State& spike) {
  heed(from, length);
  State a = from;
  Real gone = 0;
  bool above = value(a) > 0 || (value(a) == 0 && rise(a) > 0);
  const auto cross = [&](const Real& s) {
    spike = advance(a, s);
    if (tiny_ > rise(spike) * spike.time * tenth_to<Real>(60)) unsure = true;
    return true;
  };
  // The first crossing after a, where u is known to be above the threshold at b, h later.
  const auto cross_before = [&](const State& b, const Real& h) {
    const Real unit =
        std::max({Real(abs(value(a))), Real(abs(value(b))), Real(abs(rise(a) * h)), Real(abs(rise(b) * h))});
    const auto scaled = [&](const Real& x) { return static_cast<double>(x / unit); };
    const double guess = root_of_cubic(scaled(value(a)), scaled(rise(a) * h), scaled(value(b)), scaled(rise(b) * h));
    return cross(root(a, h, guess, &Oracle::value, &Oracle::rise));
  };
  for (long turn = 0; gone < length; ++turn) {
    if (turn > 4'000'000) throw std::runtime_error("the oracle would have to take too many samples");
    const Real left = length - gone;
    const double sample = fastest(a, gone) / 4;
    const Real safe = looks == Looks::everywhere || above ? Real(0) : safe_length(a, left);
    if (safe == left) return false;
    const bool skip = safe > 2 * sample;
    const double step = skip ? static_cast<double>(safe) : sample;
    Real h = left;
    State b;
    if (step < h) {
      const int exponent = std::ilogb(step);
      auto found = steps_.find(exponent);
      if (found == steps_.end()) found = steps_.emplace(exponent, propagator(ldexp(Real(1), exponent), true)).first;
      h = found->second.length;
      b = advance(a, found->second);
    } else {
      b = advance(a, h);
    }
    if (above) {
      // The lowest point of the step: its end, or a local minimum in it.
      State lowest = b;
      Real at = h;
      if (value(b) >= 0 && rise(a) < 0 && rise(b) > 0) {
        at = root(a, h, 0.5, &Oracle::rise, &Oracle::bend);
        lowest = advance(a, at);
        note(value(lowest));
      }
      if (value(lowest) < 0) above = false;
      a = std::move(lowest);
      gone += at;
      continue;
    }
    if (!skip) {
      const bool last = gone + h >= length;
      const Real rise_a = rise(a), rise_b = rise(b);
      // u reaches the threshold on the very instant of the event at b: that is before the event.
      const bool on_the_dot = last && rise_b > 0 && abs(value(b)) <= tiny_;
      if (value(b) != 0 && abs(value(b)) <= tiny_) unsure = true;
      if (on_the_dot) return cross(h);
      if (value(b) > 0) return cross_before(b, h);
      const bool is_near = value(a) + 2 * rise_a * h > 0 || value(b) - 2 * rise_b * h > 0;
      if (rise_a > 0 && rise_b <= 0 && (is_near || looks == Looks::everywhere)) {
        const double guess = static_cast<double>(rise_a / (rise_a - rise_b));
        const Real top = root(a, h, guess, &Oracle::fall, &Oracle::unbend);
        const State highest = advance(a, top);
        note(value(highest));
        if (value(highest) > tiny_) return cross_before(highest, top);
      }
    }
    a = std::move(b);
    gone += h;
  }
  note(value(a));
  return false;
}

/// A spike at state.time, u being where a jump has landed, or at the threshold.
template <unsigned digits>
void Oracle<digits>::fire(bool by_crossing) {
  const bool is_new = times.empty() || times.back() != state.time;  // one spike an instant
  const Real before = by_crossing ? moving_threshold(state) : state.v;
  state.v = reset_rule_ == ResetRule::by ? Real(before + reset_) : reset_;
  if (is_new) {
    times.push_back(state.time);
    for (std::size_t i = 0; i < own_current_jump_.size(); ++i) state.g[first_own_current_ + i] += own_current_jump_[i];
    for (std::size_t i = 0; i < threshold_jump_.size(); ++i) state.m[i] += threshold_jump_[i];
  }
  enlarge(state.v);
  heed(state, 0);
  held_ = state.v;
  kept_ = 0;
  free_at_ = state.time + refractory_;
  quiet_ = refractory_rule_ == RefractoryRule::silent && refractory_ > 0;
  clamped_ = !quiet_;
}

/// The end of refractoriness, free_at_, which may be a spike.
template <unsigned digits>
void Oracle<digits>::release() {
  if (free_at_ > state.time) state = advance(state, free_at_ - state.time);
  state.time = free_at_;
  if (clamped_) state.v = held_ + kept_;
  clamped_ = quiet_ = false;
  if (is_plain_) return;
  note(value(state));
  if (refractory_ > 0 && value(state) >= 0 && times.size() < most_) fire(false);
}

template <unsigned digits>
void Oracle<digits>::run() {
  const auto may_fire = [&] { return times.size() < most_; };
  const auto happen = [&](double time) {
    const Real jump = apply(time, !clamped_);
    if (clamped_ && refractory_rule_ == RefractoryRule::jumps_kept) kept_ += jump;
    if (!clamped_ && !quiet_ && jump > 0 && value(state) >= 0 && may_fire()) fire(false);
  };
  happen(0);
  while (true) {
    const bool more = next_ < changes_.size() && changes_[next_].time <= until_;
    const Real end = more ? Real(changes_[next_].time) : until_;
    if (clamped_ || quiet_) {
      if (free_at_ != end && abs(free_at_ - end) <= tenth_to<Real>(60) * end) unsure = true;
      if (free_at_ <= end) {
        release();
        continue;
      }
      state = advance(state, end - state.time);
      if (clamped_) state.v = held_;
    } else if (state.time < end) {
      State spike;
      if (may_fire() && search(state, end - state.time, spike)) {
        state = std::move(spike);
        // A crossing at a double, up to the digits carried, is that double: ties with events are then seen.
        const Real nearest(static_cast<double>(state.time));
        const Real off = abs(state.time - nearest);
        if (off <= tenth_to<Real>(60) * nearest) {
          unsure = unsure || off != 0;
          if (off <= tiny_ / rise(state)) state.time = nearest;
        }
        fire(true);
        continue;
      }
      state = advance(state, end - state.time);
    }
    state.time = end;
    if (!more) return;
    happen(changes_[next_].time);
  }
}

}  // namespace

OracleSpikes oracle_spikes(const Neuron& neuron, const Current& current, double until, Looks looks) {
  Oracle<110> oracle(neuron, current, until, any_number);
  oracle.looks = looks;
  oracle.run();
  if (!oracle.unsure) return {std::move(oracle.times), oracle.closest};
  Oracle<400> better(neuron, current, until, any_number);
  better.looks = looks;
  better.run();
  return {{better.times.begin(), better.times.end()}, Real(better.closest), better.touched};
}

Real oracle_potential(const Neuron& neuron, const Current& current, const Real& time, std::size_t spikes) {
  Oracle<110> oracle(neuron, current, time, spikes);
  oracle.run();
  if (!oracle.unsure) return Real(oracle.state.v + neuron.threshold());
  Oracle<400> better(neuron, current, Number<400>(time), spikes);
  better.run();
  return Real(better.state.v + neuron.threshold());
}

double error_in_ulp(double time, const Real& exact) {
  const double nearest = static_cast<double>(exact);
  const Real spacing = Real(std::nextafter(std::abs(nearest), forever)) - std::abs(nearest);
  return static_cast<double>(abs(time - exact) / spacing);
}

}  // namespace lapicque::testing
