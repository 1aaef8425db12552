#include "parameter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
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

/// The current with one of its pieces, counted through all kinds in the order of `transform`, changed.
template <class Change>
Current with_piece(const Current& current, std::size_t wanted, Change change) {
  std::size_t k = 0;
  return detail::transform(current, [&](auto piece) {
    if (k++ == wanted) change(piece);
    return current_of(piece);
  });
}

void scale_piece(auto& piece, double factor) {
  if constexpr (requires { piece.amplitude; }) piece.amplitude *= factor;
  if constexpr (requires { piece.from; }) {
    piece.from *= factor;
    piece.to *= factor;
  }
  if constexpr (requires { piece.values; }) {
    std::vector<double> values = *piece.values;
    for (double& value : values) value *= factor;
    piece.values = std::make_shared<const std::vector<double>>(std::move(values));
  }
}

/// Amplitudes of pieces that have one; of the others, and of all together, a factor.
void add_currents(std::vector<Parameter>& all, const Current& current) {
  constexpr std::size_t most = 4;
  std::size_t k = 0;
  const auto add_piece = [&](const auto& piece, const std::string& kind) {
    const std::size_t number = k++;
    if constexpr (requires { piece.amplitude; }) {
      if (number >= most || piece.amplitude == 0) return;
      const double given = piece.amplitude;
      all.push_back({"other-current", kind + " amplitude", "nA", given, multiples(given),
                     [number, given](Hypothesis& h, double value) {
                       h.current = with_piece(h.current, number, [&](auto& p) { scale_piece(p, value / given); });
                       return true;
                     }});
    } else if (number < most) {
      all.push_back(
          {"other-current", "factor of the " + kind, "", 1, multiples(1), [number](Hypothesis& h, double value) {
             h.current = with_piece(h.current, number, [&](auto& p) { scale_piece(p, value); });
             return true;
           }});
    }
  };
  for (const Step& s : current.steps()) add_piece(s, "step");
  for (const Ramp& r : current.ramps()) add_piece(r, "ramp");
  for (const Sinusoid& s : current.sinusoids()) add_piece(s, "sinusoid");
  for (const Samples& s : current.samples()) add_piece(s, "samples");
  if (k < 2) return;
  all.push_back({"other-current", "factor of all current", "", 1, multiples(1), [](Hypothesis& h, double value) {
                   h.current = detail::transform(h.current, [&](auto piece) {
                     scale_piece(piece, value);
                     return current_of(piece);
                   });
                   return true;
                 }});
}

/// What arrives: weights, time constants and delays.
void add_events(std::vector<Parameter>& all, const Current& current) {
  if (current.synapses().empty() && current.pulses().empty()) return;
  all.push_back({"other-weights", "factor of all weights", "", 1, multiples(1),
                 [](Hypothesis& h, double value) { return scale_weights(h, value); }});
  if (!current.synapses().empty()) {
    const double given = current.synapses().front().tau;
    all.push_back(
        {"other-synaptic-tau", "synaptic tau", "ms", given, multiples(given), [given](Hypothesis& h, double value) {
           h.current = detail::transform(h.current, [&](auto piece) {
             if constexpr (requires { piece.tau; }) {
               if (piece.tau == given) piece.tau = value;
             }
             return current_of(piece);
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
  std::size_t pieces = 0;
  std::size_t constants = 0;
  const auto count = [&](const auto& list) { pieces += list.size(); };
  count(current.ramps());
  count(current.sinusoids());
  count(current.samples());
  for (const Step& s : current.steps()) {
    ++pieces;
    if (s.start <= 0) ++constants;
  }
  if (pieces == 0) return;
  all.push_back({"input-delayed", "delay of the input", "ms", 0, delays(),
                 [](Hypothesis& h, double value) { return delay_input(h, value); }});
  if (constants == 0 || constants == pieces) return;
  all.push_back({"input-delayed", "delay of all input but what is constant from 0 on", "ms", 0, delays(),
                 [](Hypothesis& h, double value) {
                   h.current = detail::transform(
                       h.current,
                       detail::Overloaded{
                           [](const auto& piece) { return current_of(piece); },
                           [&](const Step& s) { return s.start <= 0 ? current_of(s) : shifted(current_of(s), value); },
                           [&](const Ramp& r) { return shifted(current_of(r), value); },
                           [&](const Sinusoid& s) { return shifted(current_of(s), value); },
                           [&](const Samples& s) { return shifted(current_of(s), value); },
                       });
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
                   if (h.convention.crossing != Crossing::grid) return false;
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
