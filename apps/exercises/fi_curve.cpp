#include <algorithm>
#include <cmath>

#include "exercises/euler.hpp"
#include "exercises/exercises.hpp"
#include "fi_figure.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "measure.hpp"
#include "neuron_text.hpp"

namespace lapicque::program {
namespace {

constexpr double counted = 500;
constexpr StepProtocol short_pulse{.start = 5, .stop = 101, .counted = counted};

double euler_rate(const Neuron& neuron, double current, double dt) {
  const auto spikes = stepped_spike_times(neuron, step(0, forever, current), counted, dt, Method::euler);
  return spikes.size() < 2 ? 0 : 1000 * static_cast<double>(spikes.size() - 1) / (spikes.back() - spikes.front());
}

/// The currents go up to here: 100 nA, for any neuron that fires well below.
double most_current(const Neuron& neuron) { return std::max(100.0, std::ceil(50 * rheobase(neuron))); }

double to_nine_decimals(double value) { return std::round(value * 1e9) / 1e9; }

/// Exact, counted and Euler's, with more currents near the rheobase.
void draw_curve(Report& report, const Neuron& neuron) {
  const double base = rheobase(neuron);
  const double most = most_current(neuron);
  std::vector<double> currents;
  for (int i = 0; i <= 50; ++i) currents.push_back(most / 50 * i);
  for (int i = 1; i < 10; ++i) currents.push_back(to_nine_decimals(base + 0.05 * i));
  for (int i = -24; i <= 4; ++i) currents.push_back(base + std::pow(10, 0.25 * i));
  std::sort(currents.begin(), currents.end());
  currents.erase(std::unique(currents.begin(), currents.end()), currents.end());
  DataTable table{{{"current_nA", currents},
                   {"rate_exact_Hz", {}},
                   {"counted_500ms_Hz", {}},
                   {"rate_euler_0.1ms_Hz", {}},
                   {"pulse_5_to_101ms_counted_500ms_Hz", {}}}};
  for (const double current : currents) {
    const auto count = spike_times(neuron, step(0, forever, current), counted).size();
    table.columns[1].values.push_back(firing_rate(neuron, current));
    table.columns[2].values.push_back(1000 * static_cast<double>(count) / counted);
    table.columns[3].values.push_back(euler_rate(neuron, current, 0.1));
    table.columns[4].values.push_back(firing_rate(neuron, current, short_pulse));
  }
  const std::vector<figures::Curve> curves{
      {"Euler, 0.1 ms", figures::Role::stepped, figures::Mark::circles, currents, table.columns[3].values},
      {"exact count 5..101 ms/500 ms", figures::Role::another, figures::Mark::squares, currents,
       table.columns[4].values}};
  const std::vector<figures::Curve> near{
      {"Euler, 0.1 ms", figures::Role::stepped, figures::Mark::circles, currents, table.columns[3].values},
      {"exact spikes counted in 500 ms", figures::Role::other, figures::Mark::crosses, currents,
       table.columns[2].values}};
  report.figure("fi_curve", {"f-I curve",
                             figures::neuron_text(neuron),
                             {figures::fi_panel("Up to " + to_text(most, "nA"), neuron, 0, most, curves),
                              figures::fi_panel("Near the rheobase", neuron, base - 0.1, base + 0.5, near)}});
  report.data("fi_curve", std::move(table));
}

void limit_and_curve(Report& report, const Neuron& neuron) {
  report.question("With a refractory period of " + to_text(neuron.refractory(), "ms") +
                  ", how fast can the neuron fire at most?");
  report.formula("f < 1/refractory = " + fixed(limiting_rate(neuron), 1) + " Hz");
  report.answer("highest rate, Hz", fixed(limiting_rate(neuron), 1),
                fixed(1000 / (euler_refractory(neuron, euler_steps[0]) + euler_steps[0]), 1));
  report.again("lapicque fi --current 1e6nA" + neuron_options(neuron) + " | cut -d , -f 1,2");

  const double most = most_current(neuron);
  const std::string most_text = to_text(most, "nA");
  report.question("What is its rate under constant currents up to " + most_text + ", injected for 500 ms?");
  report.formula("f(I) = 1 / (refractory + tau log1p((threshold - reset) / (R (I - I_min))))");
  std::vector<std::vector<std::string>> rows;
  for (const double above : {0.0, 0.0001, 0.001, 0.01, 0.1, 0.5, 1.0, 3.0, 8.0, 18.0, 48.0, most - rheobase(neuron)}) {
    const double current = to_nine_decimals(rheobase(neuron) + above);
    const auto count = spike_times(neuron, step(0, forever, current), counted).size();
    rows.push_back({to_text(current), fixed(firing_rate(neuron, current), 3), std::to_string(count)});
    for (const double dt : euler_steps) {
      rows.back().push_back(fixed(euler_rate(neuron, current, dt), 3));
      rows.back().push_back(fixed(1000 / euler_period(neuron, current, dt), 3));
    }
  }
  report.table({"I, nA", "exact, Hz", "spikes", "Euler 0.1 ms", "predicted", "Euler 0.01 ms", "predicted"}, rows);
  report.compare({"rate at " + most_text + ", Hz", firing_rate(neuron, most),
                  at_euler_steps([&](double dt) { return euler_rate(neuron, most, dt); }),
                  at_euler_steps([&](double dt) { return 1000 / euler_period(neuron, most, dt); })},
                 4);
  report.say(
      "Why: a period is refractory + a way from reset to threshold, and Euler's way takes a whole number of steps. "
      "At " +
      most_text + " the exact way takes " + fixed(1000 / firing_rate(neuron, most) - neuron.refractory(), 4) +
      " ms, Euler's " + fixed(euler_period(neuron, most, 0.1) - euler_refractory(neuron, 0.1), 2) +
      " ms at dt = 0.1 ms. Nor can Euler ever fire faster than once in refractory + dt, " +
      fixed(1000 / (neuron.refractory() + 0.1), 1) +
      " Hz. Near the rheobase the way is long, rounding to the grid means little, and the "
      "time constant that is dt/2 too short makes Euler fire too fast.");
  draw_curve(report, neuron);
  report.again("lapicque fi --to " + to_text(most) + "nA --points 51" + neuron_options(neuron));
}

void short_injection(Report& report, const Neuron& neuron) {
  report.question("If the current flows from 5 to 101 ms only, but the spikes are divided by 500 ms?");
  if (neuron.refractory() == 0) {
    report.say("Without a refractory period there is no limit, in whatever time the spikes are counted.");
    return;
  }
  report.formula("f = ceil((101 - 5)/refractory) / 500 ms = " + to_text(limiting_rate(neuron, short_pulse), "Hz") +
                 " at most");
  std::vector<std::vector<std::string>> rows;
  for (const double above : {0.0, 0.5, 3.0, 8.0, 48.0, 98.0, 998.0}) {
    const double current = to_nine_decimals(rheobase(neuron) + above);
    rows.push_back({to_text(current), fixed(firing_rate(neuron, current), 2)});
    const Current pulse = step(short_pulse.start, short_pulse.stop, current);
    const auto spikes = spike_times(neuron, pulse, counted).size();
    rows.back().push_back(std::to_string(spikes));
    rows.back().push_back(to_text(1000 * static_cast<double>(spikes) / counted));
    for (const double dt : euler_steps) {
      rows.back().push_back(std::to_string(stepped_spike_times(neuron, pulse, counted, dt, Method::euler).size()));
    }
  }
  report.table({"I, nA", "f(I), Hz", "spikes, exact", "spikes / 500 ms, Hz", "Euler 0.1 ms", "Euler 0.01 ms"}, rows);
  const double most = limiting_rate(neuron, short_pulse) * counted / 1000;
  const double enough =
      least([&](double current) { return static_cast<double>(spike_count(neuron, current, short_pulse)) >= most; });
  report.say("It levels off at " + to_text(limiting_rate(neuron, short_pulse), "Hz") + ", " + to_text(most) +
             " spikes in 96 ms divided by 500 ms, which take " + fixed(enough, 1) +
             " nA or more. That is the protocol, not the neuron: no current flows for 404 of the 500 ms. Divided by "
             "the 96 ms in which it could fire, the same spikes are " +
             fixed(1000 * most / 96, 1) + " Hz; 1/refractory is " + fixed(limiting_rate(neuron), 1) +
             " Hz. Euler with dt = 0.1 ms never gets there: its shortest period is refractory + "
             "dt, and " +
             fixed(std::ceil(96 / (neuron.refractory() + 0.1)), 0) + " of those are all that begin in 96 ms.");
  report.answer("highest rate counted over 500 ms, Hz", to_text(limiting_rate(neuron, short_pulse)));
  const double ample = std::ceil(enough);
  report.experiment("fi_curve_pulse",
                    experiment_file(neuron, counted, step_input(short_pulse.start, short_pulse.stop, ample)));
  report.again("lapicque run fi_curve_pulse.toml | tail -n 1");
}

void inverse_and_asymptotes(Report& report, const Neuron& neuron) {
  report.question("Which current makes the neuron fire at a wanted rate?");
  report.formula("I(f) = I_min + (threshold - reset) / (R expm1((1/f - refractory)/tau))");
  std::vector<std::vector<std::string>> rows;
  for (const double rate : {10.0, 50.0, 100.0, 200.0, 300.0, 330.0}) {
    if (rate >= limiting_rate(neuron)) break;
    const double current = current_for_rate(neuron, rate);
    rows.push_back({to_text(rate), fixed(current, 6), fixed(firing_rate(neuron, current), 6)});
    for (const double dt : euler_steps) rows.back().push_back(fixed(euler_rate(neuron, current, dt), 4));
  }
  report.table({"rate, Hz", "I, nA", "f(I), Hz", "Euler 0.1 ms, Hz", "Euler 0.01 ms, Hz"}, rows);
  const double wanted = std::min(50.0, std::floor(limiting_rate(neuron) / 2));
  const double needed = current_for_rate(neuron, wanted);
  report.answer("current that makes it fire at " + to_text(wanted, "Hz") + ", nA", fixed(needed, 6));
  report.again("lapicque fi --rate " + to_text(wanted) + "Hz" + neuron_options(neuron) + " | cut -d , -f 1,2");

  report.question("How does the curve begin, and how does it end?");
  report.answer("slope of the curve at the rheobase", "infinite");
  report.formula("near I_min   f ~ 1/(refractory + tau log((threshold - reset)/(R (I - I_min))))");
  report.formula("far above    f ~ 1/(refractory + tau (threshold - reset)/(rest + R I - middle))");
  rows.clear();
  for (const double above : {1e-9, 1e-6, 1e-3, 0.1, 1.0, 10.0, 98.0, 1000.0}) {
    const double current = rheobase(neuron) + above;
    const auto near = firing_rate_near_rheobase(neuron, current);
    rows.push_back({to_text(above), fixed(firing_rate(neuron, current), 4), near ? fixed(*near, 4) : "no meaning",
                    fixed(firing_rate_far_above(neuron, current), 4), scientific(firing_rate_slope(neuron, current))});
  }
  report.table({"I - I_min, nA", "f(I), Hz", "logarithm, Hz", "far above, Hz", "slope, Hz/nA"}, rows);
  report.say(
      "At the rheobase the curve sets out vertically: the rate falls to zero only as fast as 1/log, so that a "
      "nanoampere's thousandth still makes some spikes. Far above, the way to the threshold vanishes against the "
      "refractory period "
      "and the rate goes to 1/refractory = " +
      fixed(limiting_rate(neuron), 1) + " Hz.");
}

}  // namespace

void fi_curve(Report& report, const Neuron& neuron) {
  limit_and_curve(report, neuron);
  short_injection(report, neuron);
  inverse_and_asymptotes(report, neuron);
}

}  // namespace lapicque::program
