#include "input_response.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "input/timeline.hpp"
#include "lapicque/current_value.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque::estimation {
namespace {

/// More than |I| (nA) ever is, plus the sum of all jumps (mV).
double bound_of(const Current& current) {
  const auto sum = [](const std::vector<Event>& events) {
    return std::accumulate(events.begin(), events.end(), 0.0,
                           [](double so_far, const Event& event) { return so_far + std::abs(event.size); });
  };
  const auto bound_of_piece = Overloaded{
      [](const Step& s) { return std::abs(s.amplitude); },
      [](const Ramp& r) { return std::max(std::abs(r.from), std::abs(r.to)); },
      [](const Sinusoid& s) { return std::abs(s.amplitude); },
      [](const Samples& s) {
        double most = 0;
        for (const double value : *s.values) most = std::max(most, std::abs(value));
        return most;
      },
      [&](const Pulses& p) { return sum(*p.events); },
      [&](const Synapse& s) { return sum(*s.events); },
  };
  double bound = 1;
  for (const Piece& piece : current.pieces()) bound += std::visit(bound_of_piece, piece);
  return bound;
}

/// I at the samples. A sample's time may have been rounded to the wrong side of a discontinuity that it stands at; then
/// the value a hair later differs from it by more than the current's slope before and behind explains.
std::vector<double> sample_current(const Current& current, const std::vector<double>& times) {
  constexpr double hair = 1e-6;       // of a step
  constexpr double beyond_slope = 2;  // times what the slopes explain
  std::vector<double> values;
  CurrentEvaluator evaluator(current);
  for (std::size_t i = 0; i < times.size(); ++i) {
    const double step =
        std::min(i > 0 ? times[i] - times[i - 1] : forever, i + 1 < times.size() ? times[i + 1] - times[i] : forever);
    const double before = evaluator.value_at(times[i] - hair * step);
    const double here = evaluator.value_at(times[i]);
    const double after = evaluator.value_at(times[i] + hair * step);
    const double behind = evaluator.value_at(times[i] + 2 * hair * step);
    const double slopes = std::abs(here - before) + std::abs(behind - after);
    values.push_back(std::abs(after - here) > beyond_slope * slopes ? after : here);
  }
  return values;
}

/// The times with `parts` - 1 further ones between each and the next.
std::vector<double> divided(const std::vector<double>& times, int parts) {
  std::vector<double> result;
  for (std::size_t i = 0; i + 1 < times.size(); ++i) {
    for (int k = 0; k < parts; ++k) result.push_back(times[i] + (times[i + 1] - times[i]) * k / parts);
  }
  result.push_back(times.back());
  return result;
}

}  // namespace

InputResponse::InputResponse(const Current& current, InputReading reading, std::vector<double> times, int parts)
    : current_(current),
      reading_(reading),
      parts_(parts),
      times_(std::move(times)),
      sampled_(sample_current(current, times_)),
      hold_times_(divided(times_, parts)),
      held_(sample_current(current, hold_times_)),
      bound_(4 * bound_of(current)) {
  for (const Pulses& pulses : pieces_of<Pulses>(current)) {
    std::copy_if(pulses.events->begin(), pulses.events->end(), std::back_inserter(jumps_),
                 [&](const Event& event) { return event.time >= 0 && event.time > times_.front(); });
  }
  std::sort(jumps_.begin(), jumps_.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
}

Response InputResponse::at_samples(double tau) const { return at(tau, times_); }

Response InputResponse::at(double tau, std::span<const double> times) const {
  return reading_ == InputReading::held ? held(tau, times) : exact(tau, times);
}

std::vector<double> InputResponse::events() const {
  std::vector<double> found;
  if (reading_ == InputReading::held) return found;
  for (detail::Timeline timeline(current_); timeline.next() < times_.back(); timeline.advance()) {
    if (timeline.next() > times_.front()) found.push_back(timeline.next());
  }
  return found;
}

Response InputResponse::slope_at(double tau, std::span<const double> times) const {
  constexpr double small = 1e-5;  // of tau: truncation and rounding are then alike
  const double step = small * tau;
  Response above = at(tau + step, times);
  const Response below = at(tau - step, times);
  for (std::size_t i = 0; i < times.size(); ++i) {
    above.unit[i] = (above.unit[i] - below.unit[i]) / (2 * step);
    above.jumps[i] = (above.jumps[i] - below.jumps[i]) / (2 * step);
  }
  return above;
}

std::vector<double> InputResponse::membrane(double tau, double resistance, std::span<const double> times) const {
  const Neuron passive(
      {.rest = 0, .reset = 0, .threshold = bound_, .resistance = resistance, .tau = tau, .refractory = 0});
  return membrane_potential(passive, current_, times);
}

Response InputResponse::exact(double tau, std::span<const double> times) const {
  Response response{membrane(tau, 1, times), std::vector<double>(times.size(), 0.0)};
  if (pieces_of<Pulses>(current_).empty()) return response;
  // The membrane has u = R K + jumps; this is so for R = 1 MOhm and for 2 MOhm.
  const auto twice = membrane(tau, 2, times);
  for (std::size_t i = 0; i < times.size(); ++i) {
    response.jumps[i] = 2 * response.unit[i] - twice[i];
    response.unit[i] = twice[i] - response.unit[i];
  }
  return response;
}

Response InputResponse::held(double tau, std::span<const double> times) const {
  Response response;
  std::size_t sample = 0;
  double unit = 0;
  double jumped = 0;
  std::size_t next = 0;
  for (const double time : times) {
    while (sample + 1 < hold_times_.size() && hold_times_[sample + 1] <= time) {
      const double gone = -std::expm1(-(hold_times_[sample + 1] - hold_times_[sample]) / tau);
      unit += gone * (held_[sample] - unit);
      jumped -= gone * jumped;
      ++sample;
      for (; next < jumps_.size() && jumps_[next].time <= hold_times_[sample]; ++next) jumped += jumps_[next].size;
    }
    const double gone = -std::expm1(-(time - hold_times_[sample]) / tau);
    response.unit.push_back(unit + gone * (held_[sample] - unit));
    response.jumps.push_back(jumped - gone * jumped);
  }
  return response;
}

}  // namespace lapicque::estimation
