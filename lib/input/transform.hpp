#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "lapicque/current.hpp"

namespace lapicque::detail {

inline Current synaptic_current(Shape shape, double tau, std::vector<Event> events) {
  return shape == Shape::alpha ? alpha_synapse(tau, std::move(events)) : exponential_synapse(tau, std::move(events));
}

// The current of one piece alone, which may have been changed: it is checked as any other.
inline Current current_of(const Step& s) { return step(s.start, s.stop, s.amplitude); }
inline Current current_of(const Ramp& r) { return ramp(r.start, r.stop, r.from, r.to); }
inline Current current_of(const Sinusoid& s) { return sinusoid(s.start, s.stop, s.amplitude, s.frequency, s.phase); }
inline Current current_of(const Samples& s) { return samples(s.start, s.step, *s.values, s.hold); }
inline Current current_of(const Pulses& p) { return pulses(*p.events); }
inline Current current_of(const Synapse& s) { return synaptic_current(s.shape, s.tau, *s.events); }

/// The same piece with other events. @param change  a function of the list of events
template <class Kind, class Change>
Kind with_events(Kind piece, Change change) {
  std::vector<Event> events = *piece.events;
  change(events);
  piece.events = std::make_shared<const std::vector<Event>>(std::move(events));
  return piece;
}

/// The sum of what `change` makes of each piece of a current.
/// @param change  a function of every kind of piece that returns a Current, most often current_of what has become of
///                the piece
template <class Change>
Current transform(const Current& current, Change change) {
  Current result;
  for (const Piece& piece : current.pieces()) result += std::visit(change, piece);
  return result;
}

/// The current with `change` made to the pieces of one kind. @param change  a function of one such piece
template <class Kind, class Change>
Current transform_each(const Current& current, Change change) {
  return transform(current, [&](auto piece) {
    if constexpr (std::is_same_v<decltype(piece), Kind>) change(piece);
    return current_of(piece);
  });
}

}  // namespace lapicque::detail
