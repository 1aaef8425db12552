#include "parameter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "input/transform.hpp"

namespace lapicque::diagnosis {
namespace {

using detail::current_of;
using Values = std::vector<double>;

Values sorted(Values values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// Finer about what is given, and as far as a wrong unit takes it.
Values multiples(double given) {
  Values values;
  for (const double factor : {1e-3, 0.01, 0.1,  0.2,  0.33, 0.5, 0.6, 0.7, 0.8, 0.87, 0.93,  0.97, 1.0,
                              1.03, 1.07, 1.15, 1.25, 1.4,  1.6, 2.0, 3.0, 5.0, 10.0, 100.0, 1e3}) {
    values.push_back(given * factor);
  }
  return sorted(values);
}

/// @param scale  mV: a distance in potential that matters
Values neighbours(double given, double scale) {
  Values values{given};
  for (const double part : {0.01, 0.03, 0.07, 0.15, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 4.0}) {
    values.push_back(given - part * scale);
    values.push_back(given + part * scale);
  }
  return sorted(values);
}

Values durations(double given) {
  return sorted({given, 0, 0.1, 0.2, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100});
}

Values delays() { return {-10, -5, -2, -1, -0.5, -0.2, -0.1, 0, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 5, 10, 20}; }

bool is_neuron(const NeuronParameters& p) {
  return p.tau > 0 && p.resistance > 0 && p.refractory >= 0 && p.reset < p.threshold &&
         p.initial.value_or(p.rest) < p.threshold;
}

/// A parameter of the neuron. @param member  where it is
Parameter of_neuron(std::string_view name, std::string quantity, std::string_view unit, const NeuronParameters& neuron,
                    double NeuronParameters::*member, Values values) {
  return {name, std::move(quantity), unit, neuron.*member, std::move(values), [member](Hypothesis& h, double value) {
            h.neuron.*member = value;
            return is_neuron(h.neuron);
          }};
}

/// A piece times a factor; what events bring as it is.
Current scaled(const Piece& piece, double factor) {
  return std::visit(
      Overloaded{
          [=](const Step& s) { return step(s.start, s.stop, s.amplitude * factor); },
          [=](const Ramp& r) { return ramp(r.start, r.stop, r.from * factor, r.to * factor); },
          [=](const Sinusoid& s) { return sinusoid(s.start, s.stop, s.amplitude * factor, s.frequency, s.phase); },
          [=](const Samples& s) {
            std::vector<double> values = *s.values;
            for (double& value : values) value *= factor;
            return samples(s.start, s.step, std::move(values), s.hold);
          },
          [](const Pulses& p) { return current_of(p); },
          [](const Synapse& s) { return current_of(s); },
      },
      piece);
}

/// The current with one of its pieces times a factor, or all of them where none is named.
Current scaled(const Current& current, double factor, std::optional<std::size_t> only = {}) {
  Current result;
  const auto pieces = current.pieces();
  for (std::size_t k = 0; k < pieces.size(); ++k) result += scaled(pieces[k], !only || *only == k ? factor : 1);
  return result;
}

/// Amplitudes of pieces that have one; of the others, and of all together, a factor.
void add_currents(std::vector<Parameter>& all, const Current& current) {
  constexpr std::size_t most = 4;
  std::size_t count = 0;
  const auto add = [&](std::string quantity, std::string_view unit, double given, std::size_t piece) {
    if (count++ >= most || given == 0) return;
    all.push_back(
        {"other-current", std::move(quantity), unit, given, multiples(given), [=](Hypothesis& h, double value) {
           h.current = scaled(h.current, value / given, piece);
           return true;
         }});
  };
  const auto pieces = current.pieces();
  for (std::size_t k = 0; k < pieces.size(); ++k) {
    std::visit(Overloaded{
                   [&](const Step& s) { add("step amplitude", "nA", s.amplitude, k); },
                   [&](const Ramp&) { add("factor of the ramp", "", 1, k); },
                   [&](const Sinusoid& s) { add("sinusoid amplitude", "nA", s.amplitude, k); },
                   [&](const Samples&) { add("factor of the samples", "", 1, k); },
                   [](const Pulses&) {},
                   [](const Synapse&) {},
               },
               pieces[k]);
  }
  if (count < 2) return;
  all.push_back({"other-current", "factor of all current", "", 1, multiples(1), [](Hypothesis& h, double value) {
                   h.current = scaled(h.current, value);
                   return true;
                 }});
}

/// What arrives: weights, time constants and delays.
void add_events(std::vector<Parameter>& all, const Current& current) {
  if (events_of(current).pieces().empty()) return;
  all.push_back({"other-weights", "factor of all weights", "", 1, multiples(1),
                 [](Hypothesis& h, double value) { return scale_weights(h, value); }});
  if (const auto synapses = pieces_of<Synapse>(current); !synapses.empty()) {
    const double given = synapses.front().tau;
    all.push_back(
        {"other-synaptic-tau", "synaptic tau", "ms", given, multiples(given), [given](Hypothesis& h, double value) {
           h.current = detail::transform_each<Synapse>(h.current, [&](Synapse& s) {
             if (s.tau == given) s.tau = value;
           });
           return true;
         }});
  }
  all.push_back({"arrivals-delayed", "delay of arrivals", "ms", 0, delays(), [](Hypothesis& h, double value) {
                   h.current = without_events(h.current) + shifted(events_of(h.current), value);
                   return true;
                 }});
}

/// NEST's generators have a delay, a current that the neuron has of its own has none.
void add_delays(std::vector<Parameter>& all, const Current& current) {
  const auto is_constant = [](const Step& s) { return s.start <= 0; };
  const auto steps = pieces_of<Step>(current);
  const auto pieces = without_events(current).pieces().size();
  const auto constants = static_cast<std::size_t>(std::count_if(steps.begin(), steps.end(), is_constant));
  if (pieces == 0) return;
  all.push_back({"input-delayed", "delay of the input", "ms", 0, delays(),
                 [](Hypothesis& h, double value) { return delay_input(h, value); }});
  if (constants == 0 || constants == pieces) return;
  all.push_back({"input-delayed", "delay of all input but what is constant from 0 on", "ms", 0, delays(),
                 [is_constant](Hypothesis& h, double value) {
                   Current later = events_of(h.current);
                   const Current injected = without_events(h.current);
                   for (const Piece& piece : injected.pieces()) {
                     const auto* step = std::get_if<Step>(&piece);
                     const Current its = scaled(piece, 1);
                     later += step && is_constant(*step) ? its : shifted(its, value);
                   }
                   h.current = later;
                   return true;
                 }});
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 13> sentences{{
    {"other-tau", "the membrane time constant is another one"},
    {"other-resistance", "the membrane resistance is another one"},
    {"other-threshold", "the threshold is another one"},
    {"other-rest", "the resting potential is another one"},
    {"other-reset", "the reset potential is another one"},
    {"other-initial", "the potential starts elsewhere"},
    {"other-refractory", "the refractory period is another one"},
    {"other-current", "the injected current is larger or smaller"},
    {"other-weights", "weights or jumps are larger or smaller"},
    {"other-synaptic-tau", "the synaptic time constant is another one"},
    {"input-delayed", "the injected current acts later"},
    {"arrivals-delayed", "arrivals act later"},
    {"other-detection", "spikes are written down where the potential crosses another level than the threshold"},
}};

}  // namespace

std::vector<Parameter> parameters_of(const NeuronParameters& neuron, const Current& current) {
  using P = NeuronParameters;
  std::vector<Parameter> all;
  const double initial = neuron.initial.value_or(neuron.rest);
  const double scale = neuron.threshold - std::min({neuron.rest, neuron.reset, initial});
  all.push_back(of_neuron("other-tau", "tau", "ms", neuron, &P::tau, multiples(neuron.tau)));
  all.push_back(
      of_neuron("other-resistance", "resistance", "MOhm", neuron, &P::resistance, multiples(neuron.resistance)));
  add_currents(all, current);
  all.push_back(
      of_neuron("other-threshold", "threshold", "mV", neuron, &P::threshold, neighbours(neuron.threshold, scale)));
  all.push_back(
      of_neuron("other-refractory", "refractory", "ms", neuron, &P::refractory, durations(neuron.refractory)));
  all.push_back(of_neuron("other-reset", "reset", "mV", neuron, &P::reset, neighbours(neuron.reset, scale)));
  if (initial == neuron.rest) {
    all.push_back({"other-rest", "rest (and initial)", "mV", neuron.rest, neighbours(neuron.rest, scale),
                   [](Hypothesis& h, double value) {
                     h.neuron.rest = value;
                     h.neuron.initial = value;
                     return is_neuron(h.neuron);
                   }});
  }
  all.push_back(of_neuron("other-rest", "rest", "mV", neuron, &P::rest, neighbours(neuron.rest, scale)));
  all.push_back(
      {"other-initial", "initial", "mV", initial, neighbours(initial, scale), [](Hypothesis& h, double value) {
         h.neuron.initial = value;
         return is_neuron(h.neuron);
       }});
  add_events(all, current);
  add_delays(all, current);
  all.push_back({"other-detection", "level of detection", "mV", neuron.threshold, neighbours(neuron.threshold, scale),
                 [](Hypothesis& h, double value) {
                   if (h.convention.crossing != Crossing::grid || h.convention.stamp == Stamp::interpolated)
                     return false;
                   h.convention.detection = value;
                   return true;
                 }});
  return all;
}

std::string_view describe_parameter(std::string_view name) {
  for (const auto& [known, sentence] : sentences) {
    if (known == name) return sentence;
  }
  return {};
}

}  // namespace lapicque::diagnosis
