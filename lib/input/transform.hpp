#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lapicque/current.hpp"

namespace lapicque::detail {

// The current of one piece alone, which may have been changed: it is checked as any other.
inline Current current_of(const Step& s) { return step(s.start, s.stop, s.amplitude); }
inline Current current_of(const Ramp& r) { return ramp(r.start, r.stop, r.from, r.to); }
inline Current current_of(const Sinusoid& s) { return sinusoid(s.start, s.stop, s.amplitude, s.frequency, s.phase); }
inline Current current_of(const Samples& s) { return samples(s.start, s.step, *s.values, s.hold); }
inline Current current_of(const Pulses& p) { return pulses(*p.events); }
inline Current current_of(const Synapse& s) {
  return s.shape == Shape::alpha ? alpha_synapse(s.tau, *s.events) : exponential_synapse(s.tau, *s.events);
}

template <class Piece>
concept HasEvents = requires(const Piece& piece) {
  piece.events;
};

/// The same piece with other events. @param change  a function of the list of events
template <HasEvents Piece, class Change>
Piece with_events(Piece piece, Change change) {
  std::vector<Event> events = *piece.events;
  change(events);
  piece.events = std::make_shared<const std::vector<Event>>(std::move(events));
  return piece;
}

/// The sum of what `change` makes of each piece of a current.
/// @param change  a function of Step, Ramp, Sinusoid, Samples, Pulses and Synapse that returns a Current, most often
///                current_of what has become of the piece
template <class Change>
Current transform(const Current& current, Change change) {
  Current result;
  const auto add = [&](const auto& pieces) {
    for (const auto& piece : pieces) result += change(piece);
  };
  add(current.steps());
  add(current.ramps());
  add(current.sinusoids());
  add(current.samples());
  add(current.pulses());
  add(current.synapses());
  return result;
}

/// Several functions as one, for the kinds of pieces.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace lapicque::detail
