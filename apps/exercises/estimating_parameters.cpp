#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "exercises/euler.hpp"
#include "exercises/exercises.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "voltage_figure.hpp"

namespace lapicque::program {
namespace {

constexpr double duration = 50;  // ms

struct Stretch {
  double start;  // ms
  double stop;
  double current;  // nA
};

/// The probe: nothing, then a current that does not make the neuron fire, then two that do. For the neuron of the
/// exercise they are 2, 20 and 60 nA; for another one, as many times its rheobase.
struct Probe {
  Stretch subthreshold;
  Stretch moderate;
  Stretch strong;

  explicit Probe(const Neuron& neuron) {
    const auto current = [&](double of_exercise) {
      const double scaled = of_exercise * rheobase(neuron) / rheobase(Neuron(unknown_neuron));
      return std::round(scaled * 1e6) / 1e6;
    };
    subthreshold = {5, 25, current(2)};
    moderate = {25, 37, current(20)};
    strong = {37, duration, current(60)};
  }

  std::array<Stretch, 3> stretches() const { return {subthreshold, moderate, strong}; }

  Current current() const {
    Current sum;
    for (const Stretch& s : stretches()) sum += step(s.start, s.stop, s.current);
    return sum;
  }
};

struct Trace {
  double dt;  // ms
  std::vector<double> potentials;
  double at(double time) const { return potentials[static_cast<std::size_t>(std::lround(time / dt))]; }
};

/// What one spike of a stretch tells: the time from the stretch's start until the potential leaves the reset again,
///     wait = refractory + tau log((settled - begin)/(settled - threshold)).
struct Wait {
  double settled;  // u_inf, mV
  double begin;    // the potential as the stretch starts, mV
  double wait;     // ms
};

NeuronParameters parameters_of(const Neuron& neuron) {
  return {.rest = neuron.rest(),
          .reset = neuron.reset(),
          .threshold = neuron.threshold(),
          .resistance = neuron.resistance(),
          .tau = neuron.tau(),
          .refractory = neuron.refractory()};
}

double threshold_from(const Wait& a, const Wait& b, double tau) {
  // Subtracted from one another, the two waits have no refractory period in them; the threshold is then in a quotient.
  const double quotient = std::exp((a.wait - b.wait) / tau) * (b.settled - b.begin) / (a.settled - a.begin);
  return (b.settled - quotient * a.settled) / (1 - quotient);
}

double refractory_from(const Wait& a, double threshold, double tau) {
  return a.wait - tau * std::log((a.settled - a.begin) / (a.settled - threshold));
}

/// The next sample that is lower than the one before it: a reset, while the current drives the potential up.
std::size_t next_drop(const Trace& trace, std::size_t from, std::size_t end) {
  for (std::size_t i = from + 1; i < end; ++i) {
    if (trace.potentials[i] < trace.potentials[i - 1]) return i;
  }
  return end;
}

/// Follows the exact solution from the last sample before the next spike back to where it left the reset potential.
Wait read_spike(const Trace& trace, const Stretch& stretch, double rest, double resistance, double tau) {
  const auto begin = static_cast<std::size_t>(std::lround(stretch.start / trace.dt));
  const auto end = static_cast<std::size_t>(std::lround(stretch.stop / trace.dt));
  const std::size_t reset = next_drop(trace, begin, end);
  if (reset == end) return {};  // no spike: nothing that is read from it will be right
  const std::size_t last = next_drop(trace, reset, end) - 1;
  const double settled = rest + resistance * stretch.current;
  const double released = static_cast<double>(last) * trace.dt -
                          tau * std::log((settled - trace.potentials[reset]) / (settled - trace.potentials[last]));
  return {settled, trace.potentials[begin], released - stretch.start};
}

/// The six parameters, each by a closed form from few samples.
NeuronParameters read_parameters(const Trace& trace, const Probe& probe) {
  const auto& [subthreshold, moderate, strong] = probe;
  NeuronParameters found;
  found.rest = trace.at(subthreshold.start);

  const double middle = (subthreshold.start + subthreshold.stop) / 2;
  const double first = trace.at(middle) - trace.at(subthreshold.start);
  const double second = trace.at(subthreshold.stop) - trace.at(middle);
  found.tau = -(middle - subthreshold.start) / std::log(second / first);
  found.resistance = first / (1 - second / first) / subthreshold.current;

  const auto begin = static_cast<std::size_t>(std::lround(moderate.start / trace.dt));
  found.reset =
      trace.potentials[std::min(next_drop(trace, begin, trace.potentials.size()), trace.potentials.size() - 1)];
  const Wait a = read_spike(trace, moderate, found.rest, found.resistance, found.tau);
  const Wait b = read_spike(trace, strong, found.rest, found.resistance, found.tau);
  found.threshold = threshold_from(a, b, found.tau);
  found.refractory = refractory_from(a, found.threshold, found.tau);
  return found;
}

Trace exact_trace(const Neuron& neuron, const Probe& probe) {
  Trace trace{0.1, {}};
  std::vector<double> times;
  for (int k = 0; k <= 500; ++k) times.push_back(k * trace.dt);
  trace.potentials = membrane_potential(neuron, probe.current(), times);
  return trace;
}

Trace euler_trace(const Neuron& neuron, const Probe& probe, double dt) {
  return {dt, stepped_trace(neuron, probe.current(), duration, dt, Method::euler).potentials};
}

/// What the reading must find in Euler's trace: the time constant of euler_neuron, and the waits to the grid.
NeuronParameters predicted_reading(const Neuron& neuron, const Probe& probe, double dt) {
  const auto& [subthreshold, moderate, strong] = probe;
  const Neuron twin = euler_neuron(neuron, dt);
  NeuronParameters found = parameters_of(neuron);
  found.tau = twin.tau();
  const auto read = [&](const Stretch& stretch, double begin) {
    const double latency = *first_spike_latency(twin, stretch.current, begin);
    return Wait{steady_state_potential(neuron, stretch.current), begin,
                next_grid_time(latency, dt) + euler_refractory(neuron, dt)};
  };
  const double at_moderate = neuron.rest() + (steady_state_potential(neuron, subthreshold.current) - neuron.rest()) *
                                                 -std::expm1(-(subthreshold.stop - subthreshold.start) / found.tau);
  const Wait a = read(moderate, at_moderate);
  const double at_strong =
      a.settled + (neuron.reset() - a.settled) * std::exp(-(moderate.stop - moderate.start - a.wait) / found.tau);
  const Wait b = read(strong, at_strong);
  found.threshold = threshold_from(a, b, found.tau);
  found.refractory = refractory_from(a, found.threshold, found.tau);
  return found;
}

/// Whether a reading of an exact trace finds what it must. It does not where the probe is not made for the neuron: it
/// fires too early, too late, or is refractory when the last stretch begins.
bool is_right(const NeuronParameters& found, const NeuronParameters& truth) {
  const auto agree = [](double a, double b) { return std::abs(a - b) <= 1e-6 * (1 + std::abs(b)); };
  return agree(found.rest, truth.rest) && agree(found.reset, truth.reset) && agree(found.threshold, truth.threshold) &&
         agree(found.resistance, truth.resistance) && agree(found.tau, truth.tau) &&
         agree(found.refractory, truth.refractory);
}

bool is_of_exercise(const Neuron& neuron) { return is_right(parameters_of(neuron), unknown_neuron); }

void design(Report& report, const Probe& probe) {
  report.question("A neuron of unknown parameters may be probed for 50 ms: with which currents?");
  report.table({"time, ms", "current, nA", "what it tells"},
               {{"0 to 5", "0", "the potential stays at rest"},
                {"5 to 25", to_text(probe.subthreshold.current), "no spike: tau and R from how the rise slows down"},
                {"25 to 37", to_text(probe.moderate.current), "a spike: reset, and a first wait"},
                {"37 to 50", to_text(probe.strong.current), "a spike: a second wait, without which"},
                {"", "", "threshold and refractory period do not part"}},
               Report::Align::left);
  report.say(
      "The potential is recorded every 0.1 ms. With a, b, c the potential at 5, 15 and 25 ms, and r = (c - b)/(b - "
      "a):");
  report.formula("rest = a,   tau = -10 ms / log r,   R = (b - a)/(1 - r) / " +
                 to_text(probe.subthreshold.current, "nA"));
  report.say(
      "No spike is on a sample. But the curve after the refractory period can be followed back to the reset potential, "
      "which tells when it left it: the wait since the stretch began is refractory + tau log((u_inf - u_begin)/(u_inf "
      "- threshold)), u_inf = rest + R I. Of two waits under two currents, the difference has only the threshold in "
      "it:");
  report.formula("q = exp((wait1 - wait2)/tau) (u_inf2 - u_begin2)/(u_inf1 - u_begin1)");
  report.formula("threshold = (u_inf2 - q u_inf1)/(1 - q),   refractory from either wait");
}

void files(Report& report, const Neuron& neuron, const Probe& probe) {
  const Current current = probe.current();
  const std::string name = "estimating_parameters";
  report.figure(
      name, figures::voltage_figure("A probe of 50 ms that tells all six parameters", neuron, current, {0, duration},
                                    {{"Euler, 0.1 ms", stepped_trace(neuron, current, duration, 0.1, Method::euler)}}));
  report.data(name, trace_data(neuron, current, duration));
  std::string inputs;
  for (const Stretch& s : probe.stretches()) inputs += step_input(s.start, s.stop, s.current);
  report.experiment(name, experiment_file(neuron, duration, inputs));
  report.again("lapicque run " + name +
               ".toml --trace trace.csv --trace-step 0.1ms > spikes.csv; lapicque estimate trace.csv --input " + name +
               ".toml");
}

void estimates(Report& report, const Neuron& neuron, const Probe& probe) {
  report.question("What do the parameters come out as?");
  const NeuronParameters truth = parameters_of(neuron);
  const NeuronParameters exact = read_parameters(exact_trace(neuron, probe), probe);
  if (!is_right(exact, truth)) {
    report.answer("all parameters", "not from this probe");
    report.say("Not from this probe: within its 50 ms this neuron does not do what the probe was made for.");
    files(report, neuron, probe);
    return;
  }
  std::array<NeuronParameters, 2> euler;
  std::array<NeuronParameters, 2> predicted;
  for (std::size_t i = 0; i < euler.size(); ++i) {
    euler[i] = read_parameters(euler_trace(neuron, probe, euler_steps[i]), probe);
    predicted[i] = predicted_reading(neuron, probe, euler_steps[i]);
  }
  struct Row {
    const char* name;
    double NeuronParameters::*member;
    double by_eye;
  };
  constexpr std::array<Row, 6> parameters{{{"rest, mV", &NeuronParameters::rest, -60},
                                           {"reset, mV", &NeuronParameters::reset, -64},
                                           {"threshold, mV", &NeuronParameters::threshold, -18},
                                           {"R, MOhm", &NeuronParameters::resistance, 8.4},
                                           {"tau, ms", &NeuronParameters::tau, 28},
                                           {"refractory, ms", &NeuronParameters::refractory, 2}}};
  std::vector<std::vector<std::string>> rows;
  const bool has_eye = is_of_exercise(neuron);
  std::string off;
  std::string right;
  for (const Row& p : parameters) {
    const auto member = p.member;
    const double off_by = p.by_eye - truth.*member;
    rows.push_back({p.name, to_text(truth.*member), fixed(exact.*member, 6),
                    scientific(exact.*member - truth.*member, 1), fixed(euler[0].*member, 4),
                    fixed(euler[1].*member, 4)});
    const bool is_compared = member == &NeuronParameters::tau || member == &NeuronParameters::threshold ||
                             member == &NeuronParameters::refractory;
    if (!is_compared) report.answer(p.name, fixed(exact.*member, 6), fixed(euler[0].*member, 6));
    if (!has_eye) continue;
    rows.back().push_back(to_text(p.by_eye));
    rows.back().push_back(off_by == 0 ? "right" : "off by " + to_text(std::round(10 * off_by) / 10));
    auto& list = off_by == 0 ? right : off;
    const std::string name = p.name;
    list += (list.empty() ? "" : ", ") + name.substr(0, name.find(','));
  }
  std::vector<std::string> header{"", "truth", "exact", "error", "Euler 0.1 ms", "0.01 ms"};
  if (has_eye) header.insert(header.end(), {"by eye", ""});
  report.table(header, rows);
  if (has_eye) {
    report.say("A person who read a plot got the numbers in the column by eye: " + off + " are off; " + right +
               " are right.");
  }
  report.compare({"tau, ms", exact.tau, {euler[0].tau, euler[1].tau}, {predicted[0].tau, predicted[1].tau}}, 6);
  report.compare({"threshold, mV",
                  exact.threshold,
                  {euler[0].threshold, euler[1].threshold},
                  {predicted[0].threshold, predicted[1].threshold}},
                 6);
  report.compare({"refractory, ms",
                  exact.refractory,
                  {euler[0].refractory, euler[1].refractory},
                  {predicted[0].refractory, predicted[1].refractory}},
                 6);
  report.say(
      "Why: the exact trace gives all six back to rounding. Euler's trace is that of a membrane with tau' = -dt/log(1 "
      "- dt/tau), and this tau' is what is read out of it, to rounding; rest, reset and R are right. Its spikes wait "
      "for "
      "the next grid time, each by another part of dt: that is what threshold and refractory period are off by.");

  files(report, neuron, probe);
}

void sixty_percent(Report& report, const Neuron& neuron) {
  const std::string tau = to_text(neuron.tau(), "ms");
  constexpr double part = 0.6;
  report.question("Why does tau, read \"at 60 % of the maximum\" of a step response, come out wrong?");
  const double settled = -std::expm1(-duration / neuron.tau());
  const auto time_at = [&](double fraction) { return -neuron.tau() * std::log1p(-fraction); };
  report.formula("settled after 50 ms: 1 - exp(-50/tau) = " + fixed(100 * settled, 1) + " %");
  report.say("Because the maximum is not the end. After 50 ms the curve has " + fixed(100 * (1 - settled), 1) +
             " % of its way still to go. 60 % of what was reached is " + fixed(100 * part * settled, 1) +
             " % of the whole way, and that takes");
  report.formula("t = -tau log(1 - 0.6 (1 - exp(-50/tau))) = " + fixed(time_at(part * settled), 2) + " ms instead of " +
                 tau + ".");
  report.answer("tau as read at 60 % of the maximum, ms", fixed(time_at(part * settled), 2));
  report.say("Two errors add up. Even of a settled curve, 60 % is not the 1 - 1/e = " +
             fixed(-100 * std::expm1(-1), 1) + " % at which the time is tau: it takes " + fixed(time_at(part), 2) +
             " ms. And " + fixed(-100 * std::expm1(-1), 1) + " % of the unsettled maximum takes " +
             fixed(time_at(-std::expm1(-1) * settled), 2) + " ms. R from the same maximum comes out as " +
             fixed(neuron.resistance() * settled, 2) + " MOhm instead of " + to_text(neuron.resistance()) + ". " +
             (is_of_exercise(neuron) ? "The 28 ms read by eye are off to the other side: they carry an error of "
                                       "reading on top. "
                                     : "") +
             "The ratio of two parts of the rise, as above, needs no settled curve.");
}

}  // namespace

void estimating_parameters(Report& report, const Neuron& neuron) {
  const Probe probe(neuron);
  design(report, probe);
  estimates(report, neuron, probe);
  sixty_percent(report, neuron);
}

}  // namespace lapicque::program
