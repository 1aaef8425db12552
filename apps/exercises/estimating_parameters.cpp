#include <algorithm>
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

const NeuronParameters truth{.rest = -60, .reset = -68, .threshold = -16, .resistance = 9, .tau = 24, .refractory = 2};

/// The probe: nothing, then a current that does not make the neuron fire, then two that do.
struct Stretch {
  double start;  // ms
  double stop;
  double current;  // nA
};
constexpr Stretch subthreshold{5, 25, 2};
constexpr Stretch moderate{25, 37, 20};
constexpr Stretch strong{37, 50, 60};

Current probe() {
  Current sum;
  for (const Stretch& s : {subthreshold, moderate, strong}) sum += step(s.start, s.stop, s.current);
  return sum;
}

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
  const std::size_t last = next_drop(trace, reset, end) - 1;
  const double settled = rest + resistance * stretch.current;
  const double released = static_cast<double>(last) * trace.dt -
                          tau * std::log((settled - trace.potentials[reset]) / (settled - trace.potentials[last]));
  return {settled, trace.potentials[begin], released - stretch.start};
}

/// The six parameters, each by a closed form from few samples.
NeuronParameters read_parameters(const Trace& trace) {
  NeuronParameters found;
  found.rest = trace.at(subthreshold.start);

  const double middle = (subthreshold.start + subthreshold.stop) / 2;
  const double first = trace.at(middle) - trace.at(subthreshold.start);
  const double second = trace.at(subthreshold.stop) - trace.at(middle);
  found.tau = -(middle - subthreshold.start) / std::log(second / first);
  found.resistance = first / (1 - second / first) / subthreshold.current;

  const auto begin = static_cast<std::size_t>(std::lround(moderate.start / trace.dt));
  found.reset = trace.potentials[next_drop(trace, begin, trace.potentials.size())];
  const Wait a = read_spike(trace, moderate, found.rest, found.resistance, found.tau);
  const Wait b = read_spike(trace, strong, found.rest, found.resistance, found.tau);
  found.threshold = threshold_from(a, b, found.tau);
  found.refractory = refractory_from(a, found.threshold, found.tau);
  return found;
}

Trace exact_trace(const Neuron& neuron) {
  Trace trace{0.1, {}};
  std::vector<double> times;
  for (int k = 0; k <= 500; ++k) times.push_back(k * trace.dt);
  trace.potentials = membrane_potential(neuron, probe(), times);
  return trace;
}

Trace euler_trace(const Neuron& neuron, double dt) {
  return {dt, stepped_trace(neuron, probe(), strong.stop, dt, Method::euler).potentials};
}

/// What the reading must find in Euler's trace: the time constant of euler_neuron, and the waits to the grid.
NeuronParameters predicted_reading(const Neuron& neuron, double dt) {
  const Neuron twin = euler_neuron(neuron, dt);
  NeuronParameters found = truth;
  found.tau = twin.tau();
  const auto read = [&](const Stretch& stretch, double begin) {
    const double latency = *first_spike_latency(twin, stretch.current, begin);
    return Wait{steady_state_potential(neuron, stretch.current), begin,
                next_grid_time(latency, dt) + neuron.refractory()};
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

void design(Report& report) {
  report.question("A neuron of unknown parameters may be probed for 50 ms: with which currents?");
  report.table({"time, ms", "current, nA", "what it tells"},
               {{"0 to 5", "0", "the potential stays at rest"},
                {"5 to 25", "2", "no spike: tau and R from how the rise slows down"},
                {"25 to 37", "20", "a spike: reset, and a first wait"},
                {"37 to 50", "60", "a spike: a second wait, without which"},
                {"", "", "threshold and refractory period do not part"}},
               Report::Align::left);
  report.say(
      "The potential is recorded every 0.1 ms. With a, b, c the potential at 5, 15 and 25 ms, and r = (c - b)/(b - "
      "a):");
  report.formula("rest = a,   tau = -10 ms / log r,   R = (b - a)/(1 - r) / 2 nA");
  report.say(
      "No spike is on a sample. But the curve after the refractory period can be followed back to the reset potential, "
      "which tells when it left it: the wait since the stretch began is refractory + tau log((u_inf - u_begin)/(u_inf "
      "- "
      "threshold)), u_inf = rest + R I. Of two waits under two currents, the difference has only the threshold in it:");
  report.formula("q = exp((wait1 - wait2)/tau) (u_inf2 - u_begin2)/(u_inf1 - u_begin1)");
  report.formula("threshold = (u_inf2 - q u_inf1)/(1 - q),   refractory from either wait");
}

void estimates(Report& report, const Neuron& neuron) {
  report.question("What do the parameters come out as?");
  const NeuronParameters exact = read_parameters(exact_trace(neuron));
  std::array<NeuronParameters, 2> euler;
  std::array<NeuronParameters, 2> predicted;
  for (std::size_t i = 0; i < euler.size(); ++i) {
    euler[i] = read_parameters(euler_trace(neuron, euler_steps[i]));
    predicted[i] = predicted_reading(neuron, euler_steps[i]);
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
  std::string off;
  std::string right;
  for (const Row& p : parameters) {
    const auto member = p.member;
    const double off_by = p.by_eye - truth.*member;
    rows.push_back({p.name, to_text(truth.*member), fixed(exact.*member, 6),
                    scientific(exact.*member - truth.*member, 1), fixed(euler[0].*member, 4),
                    fixed(euler[1].*member, 4), to_text(p.by_eye),
                    off_by == 0 ? "right" : "off by " + to_text(std::round(10 * off_by) / 10)});
    auto& list = off_by == 0 ? right : off;
    const std::string name = p.name;
    list += (list.empty() ? "" : ", ") + name.substr(0, name.find(','));
  }
  report.table({"", "truth", "exact", "error", "Euler 0.1 ms", "0.01 ms", "by eye", ""}, rows);
  report.say("A person who read a plot got the numbers in the column by eye: " + off + " are off; " + right +
             " are right.");
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
      "- "
      "dt/tau), and this tau' is what is read out of it, to rounding; rest, reset and R are right. Its spikes wait for "
      "the "
      "next grid time, each by another part of dt: that is what threshold and refractory period are off by.");

  report.data("estimating_parameters", trace_data(neuron, probe(), strong.stop));
  report.figure(
      "estimating_parameters",
      figures::voltage_figure("A probe of 50 ms that tells all six parameters", neuron, probe(), {0, strong.stop},
                              {{"Euler, 0.1 ms", stepped_trace(neuron, probe(), strong.stop, 0.1, Method::euler)}}));
}

void sixty_percent(Report& report, const Neuron& neuron) {
  constexpr double duration = 50;
  constexpr double part = 0.6;
  report.question("Why does tau, read \"at 60 % of the maximum\" of a step response, come out wrong?");
  const double settled = -std::expm1(-duration / neuron.tau());
  const auto time_at = [&](double fraction) { return -neuron.tau() * std::log1p(-fraction); };
  report.formula("settled after 50 ms: 1 - exp(-50/24) = " + fixed(100 * settled, 1) + " %");
  report.say("Because the maximum is not the end. After 50 ms the curve has " + fixed(100 * (1 - settled), 1) +
             " % of its way still to go. 60 % of what was reached is " + fixed(100 * part * settled, 1) +
             " % of the whole way, and that takes");
  report.formula("t = -tau log(1 - 0.6 (1 - exp(-50/tau))) = " + fixed(time_at(part * settled), 2) +
                 " ms instead of 24 ms.");
  report.say("Two errors add up. Even of a settled curve, 60 % is not the 1 - 1/e = " +
             fixed(-100 * std::expm1(-1), 1) + " % at which the time is tau: it takes " + fixed(time_at(part), 2) +
             " ms. And " + fixed(-100 * std::expm1(-1), 1) + " % of the unsettled maximum takes " +
             fixed(time_at(-std::expm1(-1) * settled), 2) + " ms. R from the same maximum comes out as " +
             fixed(neuron.resistance() * settled, 2) +
             " MOhm instead of 9. The 28 ms read by eye are off to the other side: they carry an error of reading on "
             "top. The ratio of "
             "two parts of the rise, as above, needs no settled curve.");
}

}  // namespace

void estimating_parameters(Report& report) {
  const Neuron neuron(truth);
  report.exercise("Estimating parameters");
  design(report);
  estimates(report, neuron);
  sixty_percent(report, neuron);
}

}  // namespace lapicque::program
