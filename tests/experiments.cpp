#include "experiments.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "input/transform.hpp"

namespace lapicque::testing {
namespace {

Current draw_step(Random& random, const Unit& u) {
  const double start = u.millisecond * random.uniform(-1, 10);
  const double stop = random.chance(0.3) ? forever : start + u.millisecond * random.logarithmic(0.1, 20);
  return step(start, stop, u.nanoampere * random.uniform(-0.5, 2.5));
}

Current draw_ramp(Random& random, const Unit& u) {
  const double start = u.millisecond * random.uniform(-3, 10);
  return ramp(start, start + u.millisecond * random.logarithmic(0.1, 20), u.nanoampere * random.uniform(-1, 3),
              u.nanoampere * random.uniform(-1, 3));
}

Current draw_sinusoid(Random& random, const Unit& u) {
  const double start = u.millisecond * random.uniform(-3, 5);
  const double stop = random.chance(0.5) ? forever : start + u.millisecond * random.logarithmic(0.5, 20);
  const double omega = random.logarithmic(0.05, 20);  // rad per membrane time constant
  return sinusoid(start, stop, u.nanoampere * random.uniform(0.2, 1) * (1 + omega) * 1.5,
                  omega * 1000 / 6.283 / u.millisecond, random.uniform(-4, 4));
}

Current draw_samples(Random& random, const Unit& u, Hold hold) {
  std::vector<double> values;
  const int count = random.integer(1, 60);
  for (int k = 0; k < count; ++k) values.push_back(u.nanoampere * random.uniform(-1.5, 3.5));
  return samples(u.millisecond * random.uniform(-1, 3), u.millisecond * random.logarithmic(0.02, 1), std::move(values),
                 hold);
}

Current draw_jumps(Random& random, const Unit& u) {
  return pulses(draw_events(random, random.integer(1, 40), -u.millisecond, 20 * u.millisecond, -0.3 * u.millivolt,
                            0.8 * u.millivolt));
}

Current draw_synapse(Random& random, const Unit& u, Shape shape) {
  const double ratio = draw_ratio(random);
  const int count = random.integer(1, 30);
  // Of arrivals so dense that they overlap, each gets less; the area under the alpha function is e tau_s.
  const double overlap = count * ratio / 20 * (shape == Shape::alpha ? 2.718 : 1);
  const double weight = u.nanoampere * random.logarithmic(0.5, 4) * (1 + 1 / ratio) / std::max(1.0, overlap);
  auto events = draw_events(random, count, -2 * u.millisecond, 20 * u.millisecond, -0.4 * weight, weight);
  return shape == Shape::exponential ? exponential_synapse(ratio * u.millisecond, std::move(events))
                                     : alpha_synapse(ratio * u.millisecond, std::move(events));
}

Current draw_any_synapse(Random& random, const Unit& u) {
  return draw_synapse(random, u, random.chance(0.5) ? Shape::exponential : Shape::alpha);
}

/// The sum of `least` to `greatest` draws.
Current several(Random& random, const Unit& u, int least, int greatest, Current (*draw)(Random&, const Unit&)) {
  Current sum;
  for (int k = random.integer(least, greatest); k > 0; --k) sum += draw(random, u);
  return sum;
}

/// What makes own spikes matter: currents that go on for long, and jumps that come in refractoriness.
Current draw_driven(Random& random, const Unit& u) {
  Current sum = step(0, forever, u.nanoampere * random.uniform(0.5, 3));
  if (random.chance(0.7)) sum += draw_jumps(random, u);
  if (random.chance(0.3)) sum += draw_any_synapse(random, u);
  if (random.chance(0.3)) sum += draw_step(random, u);
  if (random.chance(0.2)) sum += draw_sinusoid(random, u);
  return sum;
}

void reset_by(Random&, const Unit&, NeuronParameters& p) { p.reset_rule = ResetRule::by; }
void keep_jumps(Random&, const Unit&, NeuronParameters& p) { p.refractory_rule = RefractoryRule::jumps_kept; }
void be_silent(Random&, const Unit&, NeuronParameters& p) { p.refractory_rule = RefractoryRule::silent; }

/// Mostly inhibiting, as own spikes that drive the neuron may do so without end.
double draw_own_jump(Random& random, double inhibiting) {
  return inhibiting * (random.chance(0.8) ? random.logarithmic(0.01, 1) : -random.logarithmic(0.001, 0.1));
}
void adapt(Random& random, const Unit& u, NeuronParameters& p) {
  for (int k = random.integer(1, 2); k > 0; --k)
    p.after_spike.push_back(
        {AfterSpike::Kind::current, draw_own_jump(random, -u.nanoampere) / 2, u.millisecond * draw_ratio(random)});
}
void move_threshold(Random& random, const Unit& u, NeuronParameters& p) {
  for (int k = random.integer(1, 2); k > 0; --k)
    p.after_spike.push_back(
        {AfterSpike::Kind::threshold, draw_own_jump(random, u.millivolt), u.millisecond * draw_ratio(random)});
}
void do_anything(Random& random, const Unit& u, NeuronParameters& p) {
  if (random.chance(0.4)) reset_by(random, u, p);
  p.refractory_rule = static_cast<RefractoryRule>(random.integer(0, 2));
  if (random.chance(0.8)) adapt(random, u, p);
  if (random.chance(0.8)) move_threshold(random, u, p);
}
Unit usual(Random&) { return {}; }

Unit extreme(Random& random) {
  Unit unit;
  unit.millivolt = std::ldexp(20.0, random.integer(-300, 300));
  unit.nanoampere = std::ldexp(2.0, random.integer(-300, 300));
  unit.millisecond = random.chance(0.5) ? random.logarithmic(1e-6, 1e6) : std::ldexp(8.0, random.integer(-200, 200));
  return unit;
}

}  // namespace

Neuron draw_neuron(Random& random, const Unit& unit) {
  NeuronParameters p;
  const double offset = random.chance(0.5) ? -3.5 * unit.millivolt : 0;
  p.rest = offset;
  p.threshold = offset + unit.millivolt;
  p.reset = offset + unit.millivolt * random.uniform(-0.5, 0.9);
  p.resistance = unit.millivolt / unit.nanoampere;
  p.tau = unit.millisecond;
  p.refractory = random.chance(0.25) ? 0 : unit.millisecond * random.logarithmic(0.01, 2);
  p.initial = random.chance(0.5) ? offset : offset + unit.millivolt * random.uniform(-2, 0.99);
  if (random.chance(0.05)) {  // fires by itself
    p.rest = p.threshold + unit.millivolt * random.uniform(0, 0.5);
    p.initial = p.reset;
  }
  return Neuron(p);
}

Neuron draw_neuron(Random& random, const Unit& unit, const Kind& kind) {
  NeuronParameters parameters = draw_neuron(random, unit).parameters();
  kind.extend(random, unit, parameters);
  return Neuron(parameters);
}

double draw_ratio(Random& random) {
  switch (random.integer(0, 3)) {
    case 0:
      return random.logarithmic(0.05, 20);
    case 1:
      return random.uniform(0.5, 2);
    case 2:
      return 1 + (random.chance(0.5) ? 1 : -1) * std::ldexp(1.0, -random.integer(1, 52));
    default:
      return random.chance(0.5) ? 1 : std::ldexp(1.0, random.integer(-3, 3));
  }
}

std::vector<Event> draw_events(Random& random, int count, double from, double to, double least, double greatest) {
  std::vector<Event> events;
  for (int k = 0; k < count; ++k) {
    // Now and then on a grid, so that events coincide with each other and with breakpoints.
    double time = random.uniform(from, to);
    if (random.chance(0.2)) time = std::round(time / to * 64) / 64 * to;
    if (!events.empty() && random.chance(0.05)) time = events.back().time;
    if (!events.empty() && random.chance(0.02)) time = std::nextafter(events.back().time, to);
    events.push_back({time, random.uniform(least, greatest)});
  }
  return events;
}

Current draw_mixture(Random& random, const Unit& u) {
  return several(random, u, 2, 5, [](Random& r, const Unit& unit) {
    switch (r.integer(0, 6)) {
      case 0:
        return draw_step(r, unit);
      case 1:
        return draw_ramp(r, unit);
      case 2:
        return draw_sinusoid(r, unit);
      case 3:
        return draw_samples(r, unit, Hold::previous);
      case 4:
        return draw_samples(r, unit, Hold::linear);
      case 5:
        return draw_jumps(r, unit);
      default:
        return draw_any_synapse(r, unit);
    }
  });
}

Current draw_event_at(Random& random, const Unit& u, double time) {
  const double sign = random.chance(0.5) ? 1 : -1;
  const double amplitude = sign * u.nanoampere * random.logarithmic(0.1, 10);
  const double tau = u.millisecond * draw_ratio(random);
  const double stop =
      random.chance(0.5) ? forever : std::nextafter(time + u.millisecond * random.logarithmic(0.01, 5), forever);
  switch (random.integer(0, 7)) {
    case 0:
      return step(time, stop, amplitude);
    case 1:
      return ramp(time, std::nextafter(time + tau, forever), amplitude, random.uniform(-1, 1) * amplitude);
    case 2:
      return sinusoid(time, stop, amplitude, random.logarithmic(0.05, 20) * 1000 / 6.283 / u.millisecond,
                      random.chance(0.3) ? 0 : random.uniform(-4, 4));
    case 3:
      return samples(time, u.millisecond * random.logarithmic(0.001, 1), {amplitude, -amplitude, 0, amplitude / 2},
                     random.chance(0.5) ? Hold::previous : Hold::linear);
    case 4:
      return exponential_synapse(tau, {{time, amplitude}});
    case 5:
      return alpha_synapse(tau, {{time, amplitude}});
    default:
      return pulses({{time, sign * u.millivolt * random.logarithmic(0.01, 2)}});
  }
}

Current stretched(const Current& current, const Stretch& by) {
  const auto rounded = [&](double time) { return by.grid > 0 ? std::round(time / by.grid) * by.grid : time; };
  const auto moved = [&](double time) { return rounded((time + by.shift) * by.millisecond); };
  const auto all = [&](const std::vector<Event>& events, double factor) {
    std::vector<Event> result;
    for (const Event& e : events) result.push_back({moved(e.time), e.size * factor});
    return result;
  };
  return detail::transform(
      current, Overloaded{
                   [&](const Step& s) {
                     if (!(moved(s.start) < moved(s.stop))) return Current();
                     return step(moved(s.start), moved(s.stop), s.amplitude * by.nanoampere);
                   },
                   [&](const Ramp& r) {
                     if (!(moved(r.start) < moved(r.stop))) return Current();
                     return ramp(moved(r.start), moved(r.stop), r.from * by.nanoampere, r.to * by.nanoampere);
                   },
                   [&](const Sinusoid& s) {
                     if (!(moved(s.start) < moved(s.stop))) return Current();
                     return sinusoid(moved(s.start), moved(s.stop), s.amplitude * by.nanoampere,
                                     s.frequency / by.millisecond, s.phase);
                   },
                   [&](const Samples& s) {
                     std::vector<double> values = *s.values;
                     for (double& value : values) value *= by.nanoampere;
                     return samples(moved(s.start), std::max(rounded(s.step * by.millisecond), by.grid),
                                    std::move(values), s.hold);
                   },
                   [&](const Pulses& p) { return pulses(all(*p.events, by.millivolt)); },
                   [&](const Synapse& s) {
                     auto events = all(*s.events, by.nanoampere);
                     return s.shape == Shape::alpha ? alpha_synapse(s.tau * by.millisecond, std::move(events))
                                                    : exponential_synapse(s.tau * by.millisecond, std::move(events));
                   },
               });
}

double neighbour(double x, int ulps) {
  for (; ulps > 0; --ulps) x = std::nextafter(x, forever);
  for (; ulps < 0; ++ulps) x = std::nextafter(x, -forever);
  return x;
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"steps", [](Random& r, const Unit& u) { return several(r, u, 1, 3, draw_step); }, usual},
      {"ramps", [](Random& r, const Unit& u) { return several(r, u, 1, 3, draw_ramp); }, usual},
      {"sinusoid", draw_sinusoid, usual},
      {"several sinusoids",
       [](Random& r, const Unit& u) { return draw_step(r, u) + several(r, u, 2, 4, draw_sinusoid); }, usual},
      {"held samples", [](Random& r, const Unit& u) { return draw_samples(r, u, Hold::previous); }, usual},
      {"linear samples", [](Random& r, const Unit& u) { return draw_samples(r, u, Hold::linear); }, usual},
      {"pulses", [](Random& r, const Unit& u) { return draw_jumps(r, u) + draw_step(r, u); }, usual},
      {"exponential synapse", [](Random& r, const Unit& u) { return draw_synapse(r, u, Shape::exponential); }, usual},
      {"alpha synapse", [](Random& r, const Unit& u) { return draw_synapse(r, u, Shape::alpha); }, usual},
      {"several synapses",
       [](Random& r, const Unit& u) {
         return several(r, {u.millivolt, u.nanoampere / 2, u.millisecond}, 2, 4, draw_any_synapse);
       },
       usual},
      {"mixture", draw_mixture, usual},
      {"extreme scales", draw_mixture, extreme},
      {"reset by", draw_driven, usual, reset_by},
      {"jumps kept", draw_driven, usual, keep_jumps},
      {"silent", draw_driven, usual, be_silent},
      {"adaptation", draw_driven, usual, adapt},
      {"moving threshold", draw_driven, usual, move_threshold},
      {"all that spikes do", draw_driven, usual, do_anything},
  };
  return all;
}

const Kind& kind_named(const std::string& name) {
  const auto found = std::find_if(kinds().begin(), kinds().end(), [&](const Kind& k) { return k.name == name; });
  if (found != kinds().end()) return *found;
  std::string known;
  for (const Kind& kind : kinds()) known += (known.empty() ? "" : ", ") + kind.name;
  throw std::invalid_argument("no kind of input is named '" + name + "'; there are " + known);
}

Experiment draw_experiment(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_neuron(random, unit, kind);
  return {neuron, kind.draw(random, unit), 20 * unit.millisecond};
}

}  // namespace lapicque::testing
