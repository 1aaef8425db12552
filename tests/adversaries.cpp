#include "adversaries.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque::testing {
namespace {

bool is_one_of(const Kind& kind, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return kind.name == name; });
}

/// So that neither solver nor oracle takes for ever where parts that should cancel do not.
constexpr std::size_t most_spikes = 300;

bool any_kind(const Kind&) { return true; }
bool with_synapses(const Kind& kind) {
  return is_one_of(kind, {"exponential synapse", "alpha synapse", "several synapses", "mixture", "extreme scales"});
}
bool with_sinusoids(const Kind& kind) {
  return is_one_of(kind, {"sinusoid", "several sinusoids", "mixture", "extreme scales"});
}

double draw_sign(Random& random) { return random.chance(0.5) ? 1 : -1; }

/// 1 + 2^-k or 1 - 2^-k.
double draw_near_one(Random& random) { return 1 + draw_sign(random) * std::ldexp(1.0, -random.integer(1, 52)); }

/// A neuron that does not fire by itself.
Neuron draw_quiet_neuron(Random& random, const Unit& unit, const Kind& kind) {
  for (;;) {
    const Neuron neuron = draw_neuron(random, unit, kind);
    if (neuron.rest() < neuron.threshold()) return neuron;
  }
}

bool fires_more_often(const Neuron& neuron, const Current& current, double until, std::size_t than) {
  SpikeTrain train(neuron, current, until, Precision::fast);
  for (std::size_t spikes = 0; train.next();)
    if (++spikes > than) return true;
  return false;
}

// u that comes within 10^-k mV of the threshold, from below or above. The amplitude of the input is tuned with the
// solver, as it is the faster one; whether it is right there is for the oracle to say.

/// `shape` on top of `base`, so strong that one more spike is 10^-k mV away, or has just come about; empty where no
/// amplitude brings one about.
std::optional<Current> tuned(Random& random, const Neuron& neuron, const Current& base, const Current& shape,
                             double until) {
  const auto with = [&](const Current& sum, double amplitude) {
    return sum + stretched(shape, {.nanoampere = amplitude, .millivolt = amplitude});
  };
  std::size_t quiet = 0;
  for (SpikeTrain train(neuron, base, until, Precision::fast); train.next();) ++quiet;
  const auto fires = [&](const Current& current) { return fires_more_often(neuron, current, until, quiet); };
  double enough = 0x1p-4;
  while (!fires(with(base, enough)))
    if ((enough *= 2) > 0x1p12) return std::nullopt;
  double low = 0, high = enough;
  for (double middle = high / 2; low < middle && middle < high; middle = low + (high - low) / 2)
    (fires(with(base, middle)) ? high : low) = middle;
  if (low == 0) return std::nullopt;
  const Current below = with(base, low);

  const int k = random.integer(3, 15);
  double rest = 0;  // what is missing up to the touch
  if (k >= 13) {
    double more = high - low;
    for (int turn = 0; turn < 12; ++turn) {
      const double middle = rest + (more - rest) / 2;
      (fires(with(below, middle)) ? more : rest) = middle;
    }
  }
  return with(below, rest + draw_sign(random) * low * std::pow(10, -k) / 20);
}

Experiment grazing(Random& random, const Neuron& neuron, const Unit& unit, const Current& shape) {
  const double until = 20 * unit.millisecond;
  Current base;
  if (random.chance(0.5)) base = step(0, forever, unit.nanoampere * random.uniform(0, 1));
  if (auto current = tuned(random, neuron, base, shape, until)) return {neuron, *current, until};
  return {neuron, base + shape, until};
}

Experiment graze(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_quiet_neuron(random, unit, kind);
  return grazing(random, neuron, unit, kind.draw(random, unit));
}

/// One to three arrivals at a synapse next to the membrane in time constant, grazing or not.
Experiment equal_time_constants(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_quiet_neuron(random, unit, kind);
  Current shape;
  for (int k = is_one_of(kind, {"exponential synapse", "alpha synapse"}) ? 1 : random.integer(2, 3); k > 0; --k) {
    auto events = draw_events(random, random.integer(1, 3), -unit.millisecond, 5 * unit.millisecond, -unit.nanoampere,
                              6 * unit.nanoampere);
    const double tau = unit.millisecond * draw_near_one(random);
    const bool alpha = kind.name != "exponential synapse" && (kind.name == "alpha synapse" || random.chance(0.5));
    shape += alpha ? alpha_synapse(tau, std::move(events)) : exponential_synapse(tau, std::move(events));
  }
  if (random.chance(0.5)) return grazing(random, neuron, unit, shape);
  return {neuron, shape, 20 * unit.millisecond};
}

// Events on the spike, or one ulp before or after it, or there at the end of refractoriness.

Experiment event_on_the_spike(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_neuron(random, unit, kind);
  const Current current = kind.draw(random, unit);
  const double until = 20 * unit.millisecond;
  std::vector<Spike> spikes;
  for (SpikeTrain train(neuron, current, until); spikes.size() < 4;) {
    const auto spike = train.next();
    if (!spike) break;
    spikes.push_back(*spike);
  }
  if (spikes.empty()) return {neuron, current, until};
  const Spike& spike = spikes[static_cast<std::size_t>(random.integer(0, static_cast<int>(spikes.size()) - 1))];
  const bool at_the_end = random.chance(0.3);
  const double time =
      neighbour(spike.time + (at_the_end ? neuron.refractory() + spike.remainder : 0), random.integer(-1, 1));
  if (time > 0 && random.chance(0.1)) return {neuron, current, time};
  return {neuron, current + draw_event_at(random, unit, time), until};
}

Experiment events_one_ulp_apart(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_neuron(random, unit, kind);
  Current current = kind.draw(random, unit);
  double time = unit.millisecond * random.uniform(0, 10);
  for (int k = random.integer(2, 12); k > 0; --k, time = neighbour(time, random.integer(0, 2)))
    current += draw_event_at(random, unit, time);
  return {neuron, current, 20 * unit.millisecond};
}

// Currents that come up to the rheobase exactly, and no further; or by an ulp.

Current touching_rheobase(Random& random, const std::string& kind, const Unit& u) {
  const double rheobase = u.nanoampere;
  const double base = rheobase * random.integer(-8, 7) / 8;
  const double more = neighbour(rheobase - base, random.chance(0.5) ? 0 : random.integer(-1, 1));
  const double start = u.millisecond * random.uniform(0, 5), stop = start + u.millisecond * random.logarithmic(0.1, 10);
  const double later = stop + u.millisecond * random.logarithmic(0.1, 10);
  const double tau = u.millisecond * draw_ratio(random);
  const Current dc = step(0, forever, base);
  if (kind == "steps") return dc + step(start, random.chance(0.5) ? forever : stop, more);
  if (kind == "ramps") {
    const Current end =
        random.chance(0.5) ? step(stop, forever, more) : ramp(stop, later, more, random.uniform(-1, 1) * more);
    return dc + ramp(start, stop, 0, more) + end;
  }
  if (kind == "sinusoid")
    return dc + sinusoid(start, forever, more, random.logarithmic(0.05, 5) * 1000 / 6.283 / u.millisecond,
                         random.uniform(-4, 4));
  if (kind == "several sinusoids") {
    const double frequency = random.logarithmic(0.05, 5) * 1000 / 6.283 / u.millisecond;
    return dc + sinusoid(start, forever, more / 2, frequency, 0) +
           sinusoid(start, forever, more / 2, frequency * random.integer(1, 5), 0);
  }
  if (kind == "held samples" || kind == "linear samples") {
    std::vector<double> values;
    for (int k = random.integer(2, 30); k > 0; --k)
      values.push_back(random.chance(0.5) ? more : random.uniform(-1, 1) * more);
    return dc + samples(start, u.millisecond * random.logarithmic(0.02, 1), std::move(values),
                        kind == "held samples" ? Hold::previous : Hold::linear);
  }
  if (kind == "pulses")
    return dc + step(start, forever, more) +
           pulses(draw_events(random, random.integer(1, 10), 0, 20 * u.millisecond, -u.millivolt, 0.5 * u.millivolt));
  if (kind == "exponential synapse") return dc + exponential_synapse(tau, {{start, more}});
  if (kind == "alpha synapse") return dc + alpha_synapse(tau, {{start, more}});
  if (kind == "several synapses")
    return dc + alpha_synapse(tau, {{start, more}}) + exponential_synapse(tau, {{start, more / 8}, {start, -more / 8}});
  const Kind& any = kinds()[static_cast<std::size_t>(random.integer(0, 9))];
  return touching_rheobase(random, any.name, u);
}

Experiment touch_rheobase(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  NeuronParameters p;
  p.rest = random.chance(0.5) ? -3.5 * unit.millivolt : 0;
  p.threshold = p.rest + unit.millivolt;
  p.reset = p.rest;
  p.resistance = unit.millivolt / unit.nanoampere;
  p.tau = unit.millisecond;
  p.refractory = 0.25 * unit.millisecond;
  if (random.chance(0.7))
    p.initial =
        std::min(neighbour(p.threshold, -1), p.threshold - unit.millivolt * std::pow(10, -random.uniform(0, 16)));
  kind.extend(random, unit, p);
  return {Neuron(p), touching_rheobase(random, kind.name, unit), 20 * unit.millisecond};
}

// Parts that all but cancel.

/// How much stronger than usual parts that cancel are at most, in doublings: the solver's time goes with it.
constexpr double most_doublings = 50;

Experiment cancelling_sinusoids(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_neuron(random, unit, kind);
  const int k = random.integer(1, 52);
  const double apart = 1 + draw_sign(random) * std::ldexp(1.0, -k);
  const double amplitude =
      unit.nanoampere * std::exp2(std::min(k * random.uniform(0, 1), most_doublings)) * random.uniform(0.5, 2);
  const double frequency = random.logarithmic(0.05, 10) * 1000 / 6.283 / unit.millisecond,
               phase = random.uniform(0.1, 4);
  const int which = random.integer(0, 2);
  const Current dc = step(0, forever, unit.nanoampere * random.uniform(0, 2));
  return {neuron,
          dc + sinusoid(0, forever, amplitude, frequency, phase) +
              sinusoid(0, forever, which == 0 ? -amplitude * apart : -amplitude,
                       which == 1 ? frequency * apart : frequency, which == 2 ? phase * apart : phase),
          20 * unit.millisecond};
}

/// Something up to 10^25 times too large, and its opposite at the same time or an ulp later.
Experiment huge_opposites(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_neuron(random, unit, kind);
  Current current = kind.draw(random, unit);
  for (int k = random.integer(1, 2); k > 0; --k) {
    const double huge = std::pow(10, random.uniform(3, 25));
    const double time = unit.millisecond * random.uniform(0, 10);
    const Random same = random;  // draws the same again
    Random once = same, again = same;
    current += stretched(draw_event_at(once, unit, time), {.nanoampere = huge, .millivolt = huge});
    const double apart = neighbour(time, random.chance(0.5) ? 0 : random.integer(-1, 1));
    current += stretched(draw_event_at(again, unit, apart), {.nanoampere = -huge, .millivolt = -huge});
    random = once;
  }
  return {neuron, current, 20 * unit.millisecond};
}

/// The same with arrivals at synapses whose time constants are next to each other.
Experiment cancelling_synapses(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_neuron(random, unit, kind);
  const int k = random.integer(1, 52);
  const double weight = unit.nanoampere * std::exp2(std::min(k * random.uniform(0.5, 1.1), most_doublings));
  const double tau = unit.millisecond * draw_ratio(random), time = unit.millisecond * random.uniform(0, 5);
  const double other = tau * (1 + draw_sign(random) * std::ldexp(1.0, -k));
  const bool alpha = kind.name == "alpha synapse" || (kind.name != "exponential synapse" && random.chance(0.5));
  const auto synapse = [&](double t, double w) {
    return alpha ? alpha_synapse(t, {{time, w}}) : exponential_synapse(t, {{time, w}});
  };
  return {neuron, kind.draw(random, unit) + synapse(tau, weight) + synapse(other, -weight), 20 * unit.millisecond};
}

// Scales at the ends of double.

Experiment extreme_scale(Random& random, const Kind& kind) {
  for (;;) {
    const int millivolt = random.integer(-1065, 1000);
    const int nanoampere = random.integer(std::max(-1065, millivolt - 1000), std::min(1000, millivolt + 1000));
    const Unit unit{std::ldexp(20.0, millivolt), std::ldexp(2.0, nanoampere),
                    std::ldexp(8.0, random.integer(-1000, 1000))};
    try {
      return {draw_neuron(random, unit, kind), kind.draw(random, unit), 20 * unit.millisecond};
    } catch (const InvalidArgument&) {  // rounded to something that is none, threshold to reset, say
    }
  }
}

// Clocks that have run for long.

Experiment billion_periods(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_quiet_neuron(random, unit, kind);
  const double frequency = random.logarithmic(0.05, 10) * 1000 / 6.283 / unit.millisecond;
  const double ago = 1000 / frequency * random.logarithmic(1e6, 1e12), phase = random.uniform(-4, 4);
  const double dc = unit.nanoampere * random.uniform(0.5, 2);
  switch (random.integer(0, 2)) {
    case 0:
      return {neuron, step(0, forever, dc) + sinusoid(-ago, forever, 2 * unit.nanoampere, frequency, phase),
              20 * unit.millisecond};
    case 1:
      return {
          neuron,
          step(0, forever, dc) + sinusoid(0, forever, 2 * unit.nanoampere, frequency, random.logarithmic(1e6, 1e300)),
          20 * unit.millisecond};
    default:  // too weak alone
      return {neuron,
              sinusoid(0, forever, unit.nanoampere * random.uniform(0.1, 0.9), frequency, phase) +
                  step(ago, forever, 2 * dc),
              ago + 20 * unit.millisecond};
  }
}

Experiment late_onset(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_quiet_neuron(random, unit, kind);
  const double late = unit.millisecond * random.logarithmic(1e3, 1e12);
  return {neuron, stretched(kind.draw(random, unit), {.shift = late}), late + 20 * unit.millisecond};
}

Experiment long_train(Random& random, const Kind& kind) {
  const Unit unit = kind.unit(random);
  const Neuron neuron = draw_neuron(random, unit, kind);
  Current current;
  const int windows = random.integer(3, 8);
  for (int k = 0; k < windows; ++k) current += stretched(kind.draw(random, unit), {.shift = 20 * unit.millisecond * k});
  return {neuron, current, 20 * unit.millisecond * windows};
}

}  // namespace

const std::vector<Adversary>& adversaries() {
  static const std::vector<Adversary> all{
      {"grazing maximum", graze, any_kind},
      {"nearly equal time constants", equal_time_constants, with_synapses},
      {"event within an ulp of a spike", event_on_the_spike, any_kind},
      {"events one ulp apart", events_one_ulp_apart, any_kind},
      {"current touching the rheobase", touch_rheobase, any_kind},
      {"nearly cancelling sinusoids", cancelling_sinusoids, with_sinusoids},
      {"huge opposites", huge_opposites, any_kind},
      {"nearly cancelling synapses", cancelling_synapses, with_synapses},
      {"denormal and huge scales", extreme_scale, any_kind},
      {"a billion periods", billion_periods, with_sinusoids},
      {"late onset", late_onset, any_kind},
      {"long train", long_train, any_kind},
  };
  return all;
}

Experiment draw_experiment(Random& random, const Kind& kind, const Adversary& adversary) {
  for (;;) {
    Experiment e = adversary.draw(random, kind);
    if (!fires_more_often(e.neuron, e.current, e.until, most_spikes)) return e;
  }
}

std::vector<const Adversary*> adversaries_of(const Kind& kind) {
  std::vector<const Adversary*> those;
  for (const Adversary& adversary : adversaries())
    if (adversary.suits(kind)) those.push_back(&adversary);
  return those;
}

}  // namespace lapicque::testing
