#include "lapicque/current.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "input/argument.hpp"
#include "lapicque/error.hpp"

namespace lapicque {
namespace {

using detail::require_finite;

std::string element(std::string list, std::size_t index) {
  return list.append("[").append(std::to_string(index)).append("]");
}

void require_interval(double start, double stop) {
  require_finite(start, "start", "ms");
  if (!(stop > start)) {
    throw InvalidArgument("stop", to_text(stop, "ms"), "an interval must end after it starts",
                          "choose a stop after " + to_text(start, "ms"));
  }
}

void require_positive(double value, const char* subject, const char* unit, const char* what, const char* example) {
  require_finite(value, subject, unit);
  if (value <= 0) {
    throw InvalidArgument(subject, to_text(value, unit), std::string(what) + " must be greater than 0", example);
  }
}

std::shared_ptr<const std::vector<Event>> sorted(std::vector<Event> events, const char* size, const char* unit) {
  for (std::size_t k = 0; k < events.size(); ++k) {
    if (!std::isfinite(events[k].time)) require_finite(events[k].time, element("times", k), "ms");
    if (!std::isfinite(events[k].size)) require_finite(events[k].size, element(size, k), unit);
  }
  const auto earlier = [](const Event& a, const Event& b) { return a.time < b.time; };
  if (!std::is_sorted(events.begin(), events.end(), earlier)) std::stable_sort(events.begin(), events.end(), earlier);
  return std::make_shared<const std::vector<Event>>(std::move(events));
}

Synapse synapse(Shape shape, double tau, std::vector<Event> events) {
  require_positive(tau, "tau", "ms", "a synaptic time constant", "write for example 2 ms");
  return {shape, tau, sorted(std::move(events), "weights", "nA")};
}

bool is_events(const Piece& piece) {
  return std::visit(Overloaded{
                        [](const HasValue auto&) { return false; },
                        [](const Pulses&) { return true; },
                        [](const Synapse&) { return true; },
                    },
                    piece);
}

}  // namespace

Current& Current::operator+=(const Current& other) {
  if (&other == this) return *this += Current(other);
  const auto earlier_kind = [](const Piece& a, const Piece& b) { return a.index() < b.index(); };
  const auto middle = pieces_.insert(pieces_.end(), other.pieces_.begin(), other.pieces_.end());
  std::inplace_merge(pieces_.begin(), middle, pieces_.end(), earlier_kind);
  return *this;
}

Current step(double start, double stop, double amplitude) {
  require_interval(start, stop);
  require_finite(amplitude, "amplitude", "nA");
  return Current(Step{start, stop, amplitude});
}

Current ramp(double start, double stop, double from, double to) {
  require_finite(stop, "stop", "ms");
  require_interval(start, stop);
  require_finite(from, "from", "nA");
  require_finite(to, "to", "nA");
  return Current(Ramp{start, stop, from, to});
}

Current sinusoid(double start, double stop, double amplitude, double frequency, double phase) {
  require_interval(start, stop);
  require_finite(amplitude, "amplitude", "nA");
  require_positive(frequency, "frequency", "Hz", "a frequency", "write for example 250 Hz");
  require_finite(phase, "phase", "rad");
  return Current(Sinusoid{start, stop, amplitude, frequency, phase});
}

Current samples(double start, double step, std::vector<double> values, Hold hold) {
  require_finite(start, "start", "ms");
  require_positive(step, "step", "ms", "the step between samples", "write for example 0.1 ms");
  if (values.empty())
    throw InvalidArgument("values", "[]", "samples need at least one value", "give one or leave the input out");
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!std::isfinite(values[k])) require_finite(values[k], element("values", k), "nA");
  }
  Samples piece{start, step, hold, std::make_shared<const std::vector<double>>(std::move(values))};
  require_finite(piece.stop(), "start + values.size() step", "ms");
  return Current(std::move(piece));
}

Current pulses(std::vector<Event> events) { return Current(Pulses{sorted(std::move(events), "jumps", "mV")}); }

Current exponential_synapse(double tau, std::vector<Event> events) {
  return Current(synapse(Shape::exponential, tau, std::move(events)));
}

Current alpha_synapse(double tau, std::vector<Event> events) {
  return Current(synapse(Shape::alpha, tau, std::move(events)));
}

Current without_events(const Current& current) {
  Current rest = current;
  std::erase_if(rest.pieces_, is_events);
  return rest;
}

Current events_of(const Current& current) {
  Current events = current;
  std::erase_if(events.pieces_, std::not_fn(is_events));
  return events;
}

}  // namespace lapicque
