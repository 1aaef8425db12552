#include "lapicque/current_value.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "input/argument.hpp"
#include "lapicque/error.hpp"
#include "numbers/cycles.hpp"

namespace lapicque {
namespace {

template <class Piece>
bool acts(const Piece& piece, double t) {
  return piece.start <= t && t < piece.stop;
}

// `phase` is the sinusoid's, reduced.
double value_of(const Sinusoid& piece, double phase, double t) {
  const double since = t - piece.start;
  const double part = since - t;
  const double since_low = (t - (since - part)) - (piece.start + part);  // since + since_low = t - start, exactly
  return piece.amplitude * std::sin(detail::angle_after(piece.frequency, since, since_low) + phase);
}

}  // namespace

CurrentEvaluator::CurrentEvaluator(const Current& current)
    : current_(current), last_time_(-std::numeric_limits<double>::infinity()) {
  // sin and cos know pi to more digits than any 2 pi that could be subtracted here.
  for (const Sinusoid& piece : current_.sinusoids()) {
    phases_.push_back(std::atan2(std::sin(piece.phase), std::cos(piece.phase)));
  }
  for (const Samples& piece : current_.samples()) samples_.push_back({.samples = piece});
  for (const Synapse& piece : current_.synapses()) {
    synapses_.push_back({.synapse = piece});
    if (!piece.events->empty()) synapses_.back().anchor = piece.events->front().time;
  }
}

double CurrentEvaluator::value_at(double t) {
  detail::require_finite(t, "t", "ms");
  if (t < last_time_) {
    throw InvalidArgument("t", to_text(t, "ms"), "a current is evaluated at ascending times",
                          "the time before was " + to_text(last_time_, "ms"));
  }
  last_time_ = t;

  double value = 0;
  for (const Step& piece : current_.steps()) {
    if (acts(piece, t)) value += piece.amplitude;
  }
  for (const Ramp& piece : current_.ramps()) {
    if (acts(piece, t)) value += std::lerp(piece.from, piece.to, (t - piece.start) / (piece.stop - piece.start));
  }
  for (std::size_t k = 0; k < phases_.size(); ++k) {
    const Sinusoid& piece = current_.sinusoids()[k];
    if (acts(piece, t)) value += value_of(piece, phases_[k], t);
  }
  for (SamplesCursor& cursor : samples_) value += cursor.value_at(t);
  for (SynapseState& state : synapses_) {
    state.advance_to(t);
    value += state.value_at(t);
  }
  return value;
}

double CurrentEvaluator::SamplesCursor::value_at(double t) {
  const std::vector<double>& values = *samples.values;
  while (index + 1 < values.size() && samples.breakpoint(index + 1) <= t) ++index;
  if (t < samples.start || t >= samples.stop()) return 0;
  if (samples.hold == Hold::previous || index + 1 == values.size()) return values[index];
  const double from = samples.breakpoint(index);
  return std::lerp(values[index], values[index + 1], (t - from) / (samples.breakpoint(index + 1) - from));
}

// With x = (t_k - anchor)/tau_s, (level + slope (x + y)) exp(-(x + y)) is the same function of y with the new level
// (level + slope x) exp(-x) and the new slope slope exp(-x). An arrival adds to the slope of alpha functions, to the
// level of exponentials.
void CurrentEvaluator::SynapseState::advance_to(double t) {
  const std::vector<Event>& events = *synapse.events;
  for (; next < events.size() && events[next].time <= t; ++next) {
    const double x = (events[next].time - anchor) / synapse.tau;
    const double decay = std::exp(-x);
    level = decay == 0 ? 0 : (level + slope * x) * decay;
    slope *= decay;
    anchor = events[next].time;
    (synapse.shape == Shape::exponential ? level : slope) += events[next].size;
  }
}

double CurrentEvaluator::SynapseState::value_at(double t) const {
  if (next == 0) return 0;
  const double x = (t - anchor) / synapse.tau;
  const double decay = std::exp(-x);
  if (decay == 0) return 0;  // x may be infinite, and would turn 0 into a NaN
  return synapse.shape == Shape::exponential ? level * decay : std::numbers::e * (level + slope * x) * decay;
}

}  // namespace lapicque
