#include <array>
#include <cmath>

#include "exercises/euler.hpp"
#include "exercises/exercises.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "measure.hpp"
#include "options.hpp"
#include "strength_duration_figure.hpp"
#include "voltage_figure.hpp"

namespace lapicque::program {
namespace {

constexpr double start = 5;
constexpr double stop = 101;
constexpr double until = 200;

/// Euler's strength-duration curve: I_rh / (1 - (1 - dt/tau_m)^n), n = duration/dt.
double euler_threshold_amplitude(const Neuron& neuron, double duration, double dt) {
  return -rheobase(neuron) / std::expm1(-duration / euler_tau(neuron.tau(), dt));
}

/// The least step from `start` to `stop` that is seen to fire within [0, end].
double least_step(const Neuron& neuron, double end, const Solver& solver) {
  return least([&](double amplitude) { return solver.fires(neuron, step(start, stop, amplitude), end); });
}

/// The whole way, and the end of it so near to the threshold that one sees that it is not reached.
figures::Figure figure(const Neuron& neuron, const Current& current) {
  const std::vector<figures::SteppedCurve> euler{
      {"Euler, 0.1 ms", stepped_trace(neuron, current, until, euler_steps[0], Method::euler)}};
  constexpr figures::Window end{96, 104};
  constexpr double visible = 1e-10;  // mV: potentials have digits enough
  auto result = figures::voltage_figure("At exactly the rheobase", neuron, current, {0, until}, euler);
  auto zoom = figures::voltage_figure({}, neuron, current, end, euler).panels.front();
  const double left = neuron.threshold() - membrane_potential(neuron, current, std::array{end.from}).front();
  if (left < visible) return result;
  zoom.title = "The last " + scientific(left, 1) + " mV: the threshold is not reached";
  zoom.y.from = neuron.threshold() - 1.1 * left;
  zoom.y.to = neuron.threshold() + 0.1 * left;
  result.panels.insert(result.panels.begin() + 1, zoom);
  return result;
}

void at_the_rheobase(Report& report, const Neuron& neuron) {
  const double minimum = rheobase(neuron);
  report.question("What is the least current that makes the neuron fire?");
  report.formula("I_min = (threshold - rest) / R = " + to_text(minimum, "nA"));
  report.say(
      "A current that lasts must exceed this rheobase. At it the potential climbs towards the threshold for ever.");
  report.answer("least current that fires (rheobase), nA", to_text(minimum), to_text(minimum));
  report.again("lapicque rheobase" + neuron_options(neuron));

  report.question("What happens at exactly I_min, injected from 5 to 101 ms?");
  const Current current = step(start, stop, minimum);
  const std::vector<double> end{stop};
  const double gap = neuron.threshold() - membrane_potential(neuron, current, end).front();
  report.say(std::to_string(spike_times(neuron, current, until).size()) + " spikes. The potential ends " +
             fixed(gap, 6) + " mV below the threshold, where it is nearest:");
  report.formula("threshold - u(101 ms) = (threshold - rest) exp(-96/tau)");
  report.compare(
      {"threshold - u(101 ms), mV", gap,
       at_euler_steps([&](double dt) { return neuron.threshold() - euler_potential(neuron, current, stop, dt); }),
       at_euler_steps([&](double dt) {
         return (neuron.threshold() - neuron.rest()) * std::exp(-(stop - start) / euler_tau(neuron.tau(), dt));
       })},
      8);
  report.say("Why: Euler's distance is (threshold - rest) (1 - dt/tau)^n after n steps. After " +
             fixed((stop - start) / neuron.tau(), 1) +
             " time constants its error in tau counts as many times: a fraction 96 dt/(2 tau^2) = " +
             fixed(96 * 0.1 / (2 * neuron.tau() * neuron.tau()) * 100, 1) +
             " % at dt = 0.1 ms. The figure's second panel has the end of the way.");
  report.figure("minimal_current", figure(neuron, current));
  report.data("minimal_current", trace_data(neuron, current, until));
  report.experiment("minimal_current", experiment_file(neuron, until, step_input(start, stop, minimum)));
  report.again("lapicque run minimal_current.toml --trace trace.csv --trace-step 1ms; grep ^101, trace.csv");
}

void strength_duration(Report& report, const Neuron& neuron) {
  DataTable table{{{"duration_ms", {}}, {"amplitude_exact_nA", {}}, {"amplitude_euler_0.1ms_nA", {}}}};
  for (int i = 0; i <= 20; ++i) {
    const double length = std::round(std::pow(10, -1 + 0.15 * i) * 10) / 10;
    if (!table.columns[0].values.empty() && length == table.columns[0].values.back()) continue;
    table.columns[0].values.push_back(length);
    table.columns[1].values.push_back(threshold_amplitude(neuron, length));
    table.columns[2].values.push_back(least([&](double amplitude) {
      return Solver{Method::euler, 0.1}.fires(neuron, step(0, length, amplitude), length + 1);
    }));
  }
  report.say("A pulse that is twice the rheobase needs to last tau ln 2 = " + fixed(chronaxie(neuron), 3) +
             " ms, the chronaxie.");
  report.figure("strength_duration",
                figures::strength_duration_figure(neuron, 0.1, 100,
                                                  {{"Euler, 0.1 ms", figures::Role::stepped, figures::Mark::circles,
                                                    table.columns[0].values, table.columns[2].values}}));
  report.data("strength_duration", std::move(table));
  report.again("lapicque strength-duration --duration 96ms" + neuron_options(neuron));
}

void within_the_pulse(Report& report, const Neuron& neuron) {
  constexpr double duration = stop - start;
  report.question("What is the least current that does fire within that pulse?");
  const double exact = threshold_amplitude(neuron, duration);
  report.formula("I_th(96 ms) = I_min / (1 - exp(-96/tau)) = " + fixed(exact, 9) + " nA");
  report.compare({"least pulse of 96 ms, nA", exact, at_euler_steps([&](double dt) {
                    return least_step(neuron, until, {Method::euler, dt});
                  }),
                  at_euler_steps([&](double dt) { return euler_threshold_amplitude(neuron, duration, dt); })},
                 9);
  report.say("Bisection with the exact solver finds " + fixed(least_step(neuron, until, {}), 9) +
             " nA. Euler's comes from bisection too, and is lower because its time constant is shorter.");

  strength_duration(report, neuron);

  report.question("Does simulating 200 ms instead of 100 change anything?");
  report.answer("least step seen to fire within 100 ms, nA", fixed(least_step(neuron, 100, {}), 9),
                fixed(least_step(neuron, 100, {Method::euler, euler_steps[0]}), 9));
  report.say(
      "By " + scientific(least_step(neuron, 100, {}) - least_step(neuron, until, {})) +
      " nA: the least current seen to fire is " + fixed(least_step(neuron, 100, {}), 9) +
      " nA within 100 ms, which cuts the pulse 1 ms short, and " + fixed(least_step(neuron, until, {}), 9) +
      " nA within 200 ms. From 101 ms on, however long one waits, it changes nothing at all: the pulse has ended, "
      "and the potential only falls.");
  report.again("lapicque strength-duration --duration 95ms,96ms" + neuron_options(neuron) + " | cut -d , -f 1,2");
}

}  // namespace

void minimal_current(Report& report, const Neuron& neuron) {
  at_the_rheobase(report, neuron);
  within_the_pulse(report, neuron);
}

}  // namespace lapicque::program
