#include "oracle.hpp"

#include <algorithm>
#include <boost/math/constants/constants.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque::testing {
namespace {

const Real pi = boost::math::constants::pi<Real>();

/// value + slope (t - origin).
struct Line {
  Real origin;
  Real value;
  Real slope;
};

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
  Real size;          // weight or jump
};

/// Everything that moves between two events. v = u - threshold.
struct State {
  Real time;
  Real v;
  Real level;  // of all lines together
  Real slope;
  std::vector<Real> sine, cosine;  // of each sinusoid that is on
  std::vector<Real> g, h;          // synapse: current (g + h s) exp(-s / tau_s)
};

/// The factors that carry a State on by one length of time.
struct Propagator {
  Real length;
  Real decay;  // of the membrane
  std::vector<Real> sine, cosine;
  std::vector<Real> synapse_decay, k1, k2;
};

class Oracle {
 public:
  Oracle(const Neuron& neuron, const Current& current, double until);
  void run();

  OracleSpikes spikes;
  State state;  // at `until`

 private:
  void add_line(double begin, double end, Line line);
  void apply(double time, bool jumps_count);
  void refresh_lines();
  Propagator propagator(const Real& length) const;
  State advance(const State& from, const Propagator& by) const;
  State advance(const State& from, const Real& length) const { return advance(from, propagator(length)); }
  Real current_of(const State& at) const;
  Real current_slope(const State& at) const;
  Real rise(const State& at) const { return (rest_ - at.v + resistance_ * current_of(at)) / tau_; }
  Real bend(const State& at) const { return (-rise(at) + resistance_ * current_slope(at)) / tau_; }
  double fastest(const State& at, const Real& since) const;
  bool cannot_rise_above(const State& at, const Real& length) const;
  using Quantity = Real (Oracle::*)(const State&) const;
  Real value(const State& at) const { return at.v; }
  Real fall(const State& at) const { return -rise(at); }
  Real unbend(const State& at) const { return -bend(at); }
  Real root(const State& from, const Real& length, Quantity f, Quantity df) const;
  bool search(const State& from, const Real& length, State& spike);
  void note(const Real& distance) {
    if (abs(distance) < spikes.closest) spikes.closest = abs(distance);
    if (abs(distance) < tiny_ && distance != 0) spikes.undecided = true;
  }

  Real rest_, reset_, resistance_, tau_, refractory_;  // potentials less the threshold
  Real tiny_;                                          // mV: what the digits still tell apart
  double until_;
  std::vector<Line> lines_;
  std::vector<Sine> sines_;
  std::vector<Shape> shapes_;
  std::vector<Real> tau_s_;
  std::vector<Change> changes_;
  std::size_t next_ = 0;
  std::set<std::size_t> lines_on_;
  std::vector<bool> sine_on_;
};

Oracle::Oracle(const Neuron& neuron, const Current& current, double until)
    : rest_(Real(neuron.rest()) - neuron.threshold()),
      reset_(Real(neuron.reset()) - neuron.threshold()),
      resistance_(neuron.resistance()),
      tau_(neuron.tau()),
      refractory_(neuron.refractory()),
      until_(until) {
  spikes.closest = std::numeric_limits<Real>::max();
  state.time = 0;
  state.v = Real(neuron.initial()) - neuron.threshold();
  tiny_ = (abs(rest_) + abs(reset_) + abs(state.v)) * Real("1e-75");

  for (const Step& s : current.steps()) add_line(s.start, s.stop, {s.start, s.amplitude, 0});
  for (const Ramp& r : current.ramps())
    add_line(r.start, r.stop, {r.start, r.from, (Real(r.to) - r.from) / (Real(r.stop) - r.start)});
  for (const Samples& s : current.samples()) {
    const std::vector<double>& values = *s.values;
    const auto breakpoint = [&](std::size_t k) { return static_cast<double>(Real(s.start) + Real(k) * s.step); };
    for (std::size_t k = 0; k < values.size(); ++k) {
      const double begin = breakpoint(k), end = breakpoint(k + 1);
      if (begin == end) continue;
      const bool sloped = s.hold == Hold::linear && k + 1 < values.size();
      add_line(begin, end,
               {begin, values[k], sloped ? (Real(values[k + 1]) - values[k]) / (Real(end) - begin) : Real(0)});
    }
  }
  for (const Sinusoid& s : current.sinusoids()) {
    changes_.push_back({s.start, What::sine_begins, sines_.size(), 0});
    changes_.push_back({s.stop, What::sine_ends, sines_.size(), 0});
    sines_.push_back({s.start, s.amplitude, 2 * pi * s.frequency / 1000, s.phase});
  }
  sine_on_.assign(sines_.size(), false);
  state.sine.assign(sines_.size(), 0);
  state.cosine.assign(sines_.size(), 0);
  for (const Synapse& s : current.synapses()) {
    for (const Event& e : *s.events) changes_.push_back({e.time, What::arrival, shapes_.size(), e.size});
    shapes_.push_back(s.shape);
    tau_s_.push_back(s.tau);
  }
  state.g.assign(shapes_.size(), 0);
  state.h.assign(shapes_.size(), 0);
  for (const Pulses& p : current.pulses())
    for (const Event& e : *p.events) changes_.push_back({e.time, What::jump, 0, e.size});
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
    state.sine[i] = sin(angle);
    state.cosine[i] = cos(angle);
  }
  refresh_lines();
}

void Oracle::add_line(double begin, double end, Line line) {
  changes_.push_back({begin, What::line_begins, lines_.size(), 0});
  changes_.push_back({end, What::line_ends, lines_.size(), 0});
  lines_.push_back(std::move(line));
}

void Oracle::refresh_lines() {
  state.level = 0;
  state.slope = 0;
  for (std::size_t i : lines_on_) {
    state.level += lines_[i].value + lines_[i].slope * (state.time - lines_[i].origin);
    state.slope += lines_[i].slope;
  }
}

/// All events at `time`; the jumps among them add to v if they count.
void Oracle::apply(double time, bool jumps_count) {
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
    state.v += jump;
    note(state.v);
  }
}

Propagator Oracle::propagator(const Real& length) const {
  Propagator p;
  p.length = length;
  p.decay = exp(-length / tau_);
  for (std::size_t i = 0; i < sines_.size(); ++i) {
    const Real angle = sine_on_[i] ? Real(sines_[i].omega * length) : Real(0);
    p.sine.push_back(sin(angle));
    p.cosine.push_back(cos(angle));
  }
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    const bool silent = state.g[i] == 0 && state.h[i] == 0;
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

State Oracle::advance(const State& from, const Propagator& by) const {
  State to = from;
  to.time += by.length;
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

Real Oracle::current_of(const State& at) const {
  Real sum = at.level;
  for (std::size_t i = 0; i < sines_.size(); ++i) sum += sines_[i].amplitude * at.sine[i];
  for (const Real& g : at.g) sum += g;
  return sum;
}

Real Oracle::current_slope(const State& at) const {
  Real sum = at.slope;
  for (std::size_t i = 0; i < sines_.size(); ++i)
    if (sine_on_[i]) sum += sines_[i].amplitude * sines_[i].omega * at.cosine[i];
  for (std::size_t i = 0; i < shapes_.size(); ++i) sum += at.h[i] - at.g[i] / tau_s_[i];
  return sum;
}

/// The shortest time constant in ms that still moves u at all, `since` ms after the last event; infinite if none does.
double Oracle::fastest(const State& at, const Real& since) const {
  double scale = forever;
  if (since < 120 * tau_) scale = static_cast<double>(tau_);
  for (std::size_t i = 0; i < sines_.size(); ++i)
    if (sine_on_[i]) scale = std::min(scale, static_cast<double>(1 / sines_[i].omega));
  for (std::size_t i = 0; i < shapes_.size(); ++i)
    if (resistance_ * (abs(at.g[i]) + abs(at.h[i]) * tau_s_[i]) > Real("1e-40") * abs(rest_ - reset_) + tiny_)
      scale = std::min(scale, static_cast<double>(tau_s_[i]));
  return scale;
}

/// True where the potential at which u would settle stays below the threshold for all of `length`.
bool Oracle::cannot_rise_above(const State& at, const Real& length) const {
  Real greatest = at.level + (at.slope > 0 ? at.slope * length : Real(0));
  for (std::size_t i = 0; i < sines_.size(); ++i)
    if (sine_on_[i]) greatest += abs(sines_[i].amplitude);
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    if (at.g[i] > 0) greatest += at.g[i];
    if (at.h[i] > 0) greatest += at.h[i] * tau_s_[i];
  }
  return rest_ + resistance_ * greatest <= 0;
}

/// The s in (0, length] where `f`, not positive at `from` and positive at from + length, changes its sign: Newton's
/// method with the derivative `df`, and halving wherever it leaves the bracket or stops closing it.
Real Oracle::root(const State& from, const Real& length, Quantity f, Quantity df) const {
  const Real fine("1e-85");
  Real low = 0, high = length, x = length / 2, width = length;
  for (int turn = 0; turn < 4000; ++turn) {
    const State at = advance(from, x);
    const Real y = (this->*f)(at);
    (y > 0 ? high : low) = x;
    if (high - low <= fine * high) break;
    const Real step = y / (this->*df)(at);
    const Real newton = x - step;
    if (abs(step) <= fine * x) return newton;
    if (newton > low && newton < high && abs(step) < width / 2) {
      x = newton;
      width = abs(step);
    } else {
      x = (low + high) / 2;
      width = high - low;
    }
  }
  return high;
}

/// Looks along u from `from` for at most `length`; true if it goes above the threshold, and then `spike` is the state
/// at the crossing.
bool Oracle::search(const State& from, const Real& length, State& spike) {
  if (cannot_rise_above(from, length)) return false;
  std::map<int, Propagator> steps;
  State a = from;
  Real gone = 0;
  for (long turn = 0; gone < length; ++turn) {
    if (turn > 4'000'000) throw std::runtime_error("the oracle would have to take too many samples");
    Real h = length - gone;
    State b;
    const double scale = fastest(a, gone) / 8;
    if (scale < h) {
      const int exponent = std::ilogb(scale);
      auto found = steps.find(exponent);
      if (found == steps.end()) found = steps.emplace(exponent, propagator(ldexp(Real(1), exponent))).first;
      h = found->second.length;
      b = advance(a, found->second);
    } else {
      b = advance(a, h);
    }
    const Real rise_a = rise(a), rise_b = rise(b);
    // u reaches the threshold on the very instant of the event at b: that is before the event.
    const bool on_the_dot = rise_b > 0 && abs(b.v) <= rise_b * b.time * Real("1e-85") && gone + h >= length;
    if (on_the_dot || b.v > 0) {
      const Real s = on_the_dot ? h : root(a, h, &Oracle::value, &Oracle::rise);
      spike = advance(a, s);
      return true;
    }
    if (rise_a > 0 && rise_b < 0 && (a.v + 2 * rise_a * h > 0 || b.v - 2 * rise_b * h > 0)) {
      const Real top = root(a, h, &Oracle::fall, &Oracle::unbend);
      const Real height = advance(a, top).v;
      note(height);
      if (height > tiny_) {
        spike = advance(a, root(a, top, &Oracle::value, &Oracle::rise));
        return true;
      }
    }
    a = std::move(b);
    gone += h;
  }
  note(a.v);
  return false;
}

void Oracle::run() {
  bool clamped = false;
  Real free_at = 0;
  apply(0, true);
  const auto fire = [&] {
    spikes.times.push_back(state.time);
    state.v = reset_;
    clamped = true;
    free_at = state.time + refractory_;
  };
  if (state.v >= 0) fire();
  while (state.time < until_) {
    const bool more = next_ < changes_.size() && changes_[next_].time <= until_;
    const Real end = more ? changes_[next_].time : until_;
    if (clamped && free_at <= end) {
      if (free_at > state.time) state = advance(state, free_at - state.time);
      state.time = free_at;
      state.v = reset_;
      clamped = false;
    }
    if (clamped) {
      state = advance(state, end - state.time);
      state.v = reset_;
    } else if (state.time < end) {
      State spike;
      if (search(state, end - state.time, spike)) {
        state = std::move(spike);
        // A crossing at a double, up to the digits carried, is that double: ties with events are then seen.
        const Real nearest(static_cast<double>(state.time));
        if (abs(state.time - nearest) <= Real("1e-80") * abs(nearest)) state.time = nearest;
        fire();
        if (state.time < end) continue;
        clamped = free_at > end;
      } else {
        state = advance(state, end - state.time);
      }
    }
    state.time = end;
    if (more) {
      apply(changes_[next_].time, !clamped);
      if (state.v >= 0) fire();
    }
  }
}

}  // namespace

OracleSpikes oracle_spikes(const Neuron& neuron, const Current& current, double until) {
  Oracle oracle(neuron, current, until);
  oracle.run();
  return oracle.spikes;
}

Real oracle_potential(const Neuron& neuron, const Current& current, double time) {
  Oracle oracle(neuron, current, time);
  oracle.run();
  return oracle.state.v + neuron.threshold();
}

double error_in_ulp(double time, const Real& exact) {
  const double nearest = static_cast<double>(exact);
  const Real spacing = Real(std::nextafter(std::abs(nearest), forever)) - std::abs(nearest);
  return static_cast<double>(abs(time - exact) / spacing);
}

}  // namespace lapicque::testing
