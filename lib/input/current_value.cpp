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

}  // namespace

CurrentEvaluator::CurrentEvaluator(const Current& current) : last_time_(-std::numeric_limits<double>::infinity()) {
  const auto add = Overloaded{
      [this](const Step& step) { pieces_.emplace_back(step); },
      [this](const Ramp& ramp) { pieces_.emplace_back(ramp); },
      [this](const Sinusoid& sinusoid) {
        // sin and cos know pi to more digits than any 2 pi that could be subtracted here.
        pieces_.emplace_back(Wave{sinusoid, std::atan2(std::sin(sinusoid.phase), std::cos(sinusoid.phase))});
      },
      [this](const Samples& samples) { pieces_.emplace_back(SamplesCursor{.samples = samples}); },
      [](const Pulses&) {},
      [this](const Synapse& synapse) {
        const double anchor = synapse.events->empty() ? 0 : synapse.events->front().time;
        pieces_.emplace_back(SynapseState{.synapse = synapse, .anchor = anchor});
      },
  };
  for (const Piece& piece : current.pieces()) std::visit(add, piece);
}

double CurrentEvaluator::value_at(double t) {
  detail::require_finite(t, "t", "ms");
  if (t < last_time_) {
    throw InvalidArgument("t", to_text(t, "ms"), "a current is evaluated at ascending times",
                          "the time before was " + to_text(last_time_, "ms"));
  }
  last_time_ = t;

  const auto value_of = Overloaded{
      [t](const Step& step) { return acts(step, t) ? step.amplitude : 0; },
      [t](const Ramp& ramp) {
        return acts(ramp, t) ? std::lerp(ramp.from, ramp.to, (t - ramp.start) / (ramp.stop - ramp.start)) : 0;
      },
      [t](Wave& wave) { return wave.value_at(t); },
      [t](SamplesCursor& samples) { return samples.value_at(t); },
      [t](SynapseState& synapse) { return synapse.value_at(t); },
  };
  double value = 0;
  for (auto& piece : pieces_) value += std::visit(value_of, piece);
  return value;
}

double CurrentEvaluator::Wave::value_at(double t) const {
  if (!acts(sinusoid, t)) return 0;
  const double since = t - sinusoid.start;
  const double part = since - t;
  const double since_low = (t - (since - part)) - (sinusoid.start + part);  // since + since_low = t - start, exactly
  return sinusoid.amplitude * std::sin(detail::angle_after(sinusoid.frequency, since, since_low) + phase);
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

double CurrentEvaluator::SynapseState::value_at(double t) {
  advance_to(t);
  if (next == 0) return 0;
  const double x = (t - anchor) / synapse.tau;
  const double decay = std::exp(-x);
  if (decay == 0) return 0;  // x may be infinite, and would turn 0 into a NaN
  return synapse.shape == Shape::exponential ? level * decay : std::numbers::e * (level + slope * x) * decay;
}

}  // namespace lapicque
