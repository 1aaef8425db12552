#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace lapicque {

/// The end of an interval that has none.
inline constexpr double forever = std::numeric_limits<double>::infinity();

/// `amplitude` (nA) on [start, stop) (ms).
struct Step {
  double start;
  double stop;
  double amplitude;
};

/// The straight line from (start, from) to (stop, to), ms and nA, on [start, stop).
struct Ramp {
  double start;
  double stop;
  double from;
  double to;
};

/// amplitude sin(2 pi frequency (t - start) + phase) on [start, stop): nA, Hz, rad; t in ms, so that the factor 1/1000
/// between Hz and 1/ms belongs to the formula.
struct Sinusoid {
  double start;
  double stop;
  double amplitude;
  double frequency;
  double phase;
};

enum class Hold {
  previous,  ///< each sample holds until the next one (sample and hold)
  linear,    ///< straight lines between samples
};

/// Sample k (nA) acts from breakpoint k on, the double nearest to start + k step; the last one holds for one step.
struct Samples {
  double start;
  double step;
  Hold hold;
  std::shared_ptr<const std::vector<double>> values;

  /// The double nearest to start + k step, 0 <= k <= values->size().
  double breakpoint(std::size_t k) const noexcept { return std::fma(static_cast<double>(k), step, start); }
  double stop() const noexcept { return breakpoint(values->size()); }
};

/// Something that happens at one time: a voltage jump (mV), or the arrival at a synapse (weight in nA).
struct Event {
  double time;  ///< ms
  double size;
};

/// Voltage jumps: u += size (mV) at each time. A delta current of charge q does so by q R / tau_m.
struct Pulses {
  std::shared_ptr<const std::vector<Event>> events;  ///< ascending in time
};

enum class Shape {
  exponential,  ///< f(s) = exp(-s / tau_s)
  alpha,        ///< f(s) = (s / tau_s) exp(1 - s / tau_s): peak 1 at s = tau_s
};

/// Each arrival adds weight f(t - t_k) (nA) to the current from t_k on; tau is tau_s, ms.
struct Synapse {
  Shape shape;
  double tau;
  std::shared_ptr<const std::vector<Event>> events;  ///< ascending in time
};

/// One term of a current. What depends on the kind visits it with one function for each, so that a kind that is added
/// here fails to compile wherever something has to be decided for it.
using Piece = std::variant<Step, Ramp, Sinusoid, Samples, Pulses, Synapse>;

/// The kinds that have a value at each time. The others are lists of events, each of which adds something.
template <class Kind>
concept HasValue = std::is_same_v<Kind, Step> || std::is_same_v<Kind, Ramp> || std::is_same_v<Kind, Sinusoid> ||
    std::is_same_v<Kind, Samples>;

/// Several functions as one, for std::visit: one for each kind of piece.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

/// The injected current: a sum of analytic pieces, each with its onset and end.
///
/// A Current is a value; copies are cheap (event and sample lists are shared and never change). The free functions
/// below make one piece each, checked, and + adds them up:
///
///     const auto current = step(5, 101, 2.5) + sinusoid(20, 100, 0.5, 250);
///
/// The default-constructed Current is no current at all.
class Current {
 public:
  Current() = default;
  /// Those of one kind stand together, in the order of Piece's alternatives, each after those that were added before.
  std::span<const Piece> pieces() const noexcept { return pieces_; }

  Current& operator+=(const Current& other);
  friend Current operator+(Current left, const Current& right) { return left += right; }

 private:
  friend Current without_events(const Current& current);
  friend Current events_of(const Current& current);

  // What exists has been checked: only these make pieces.
  friend Current step(double start, double stop, double amplitude);
  friend Current ramp(double start, double stop, double from, double to);
  friend Current sinusoid(double start, double stop, double amplitude, double frequency, double phase);
  friend Current samples(double start, double step, std::vector<double> values, Hold hold);
  friend Current pulses(std::vector<Event> events);
  friend Current exponential_synapse(double tau, std::vector<Event> events);
  friend Current alpha_synapse(double tau, std::vector<Event> events);

  explicit Current(Piece piece) : pieces_{std::move(piece)} {}

  std::vector<Piece> pieces_;
};

/// The pieces of one kind, for what concerns that kind alone: pieces_of<Synapse>(current).
template <class Kind>
std::vector<Kind> pieces_of(const Current& current) {
  std::vector<Kind> found;
  for (const Piece& piece : current.pieces()) {
    if (const Kind* of_kind = std::get_if<Kind>(&piece)) found.push_back(*of_kind);
  }
  return found;
}

/// `amplitude` nA on [start, stop) ms. @throws InvalidArgument  not finite (stop may be forever), or stop <= start
Current step(double start, double stop, double amplitude);

/// A straight line from (start, from) to (stop, to), ms and nA; nothing outside [start, stop).
/// @throws InvalidArgument  not finite, or stop <= start
Current ramp(double start, double stop, double from, double to);

/// amplitude sin(2 pi frequency (t - start) + phase) on [start, stop): ms, nA, Hz, rad.
/// @throws InvalidArgument  not finite (stop may be forever), stop <= start, or frequency <= 0
Current sinusoid(double start, double stop, double amplitude, double frequency, double phase = 0);

/// Samples in nA, `step` ms apart, the first at `start` ms; see Samples and Hold.
/// @throws InvalidArgument  not finite, step <= 0, or no values
Current samples(double start, double step, std::vector<double> values, Hold hold = Hold::previous);

/// Voltage jumps: (time in ms, jump in mV), in any order. @throws InvalidArgument  not finite
Current pulses(std::vector<Event> events);

/// Arrivals at a synapse of shape exp(-s/tau): (time in ms, weight in nA), in any order; tau in ms.
/// @throws InvalidArgument  not finite, or tau <= 0
Current exponential_synapse(double tau, std::vector<Event> events);

/// Arrivals at a synapse of shape (s/tau) exp(1 - s/tau). @throws InvalidArgument  not finite, or tau <= 0
Current alpha_synapse(double tau, std::vector<Event> events);

/// A current in two: what has a value of its own at each time (steps, ramps, sinusoids, samples), and what events bring
/// (voltage jumps and synapses). Together they are the current.
Current without_events(const Current& current);
Current events_of(const Current& current);

}  // namespace lapicque
