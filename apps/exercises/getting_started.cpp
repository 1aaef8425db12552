#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "exercises/euler.hpp"
#include "exercises/exercises.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/response.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "voltage_figure.hpp"

namespace lapicque::program {
namespace {

constexpr double amplitude = 1.2;  // nA
constexpr double start = 100;      // ms
constexpr double stop = 201;
constexpr double step_until = 300;

/// Where the step does not make the neuron fire: how near the potential comes to where it leads.
void settled_potential(Report& report, const Neuron& neuron, const Current& current) {
  const double settled = steady_state_potential(neuron, amplitude);
  const double end = membrane_potential(neuron, current, std::array{stop}).front();
  report.say("0 spikes: the step is below the rheobase of " + to_text(rheobase(neuron), "nA") +
             ". The potential rises to rest + R I = " + to_text(settled, "mV") +
             " and is as near to it when the step ends as " + scientific(settled - end) + " mV:");
  report.formula("u(201 ms) = rest + R I (1 - exp(-(201 - 100)/tau))");
  report.compare(
      {"u(201 ms), mV", end, at_euler_steps([&](double dt) { return euler_potential(neuron, current, stop, dt); }),
       at_euler_steps([&](double dt) {
         return settled + (neuron.rest() - settled) * std::exp(-(stop - start) / euler_tau(neuron.tau(), dt));
       })},
      8);
  report.say(
      "Why so small: Euler is wrong about the way, not about where it leads. The potential has settled, and Euler "
      "settles at the same value, a little early, as its time constant is dt/2 too short.");
}

void step_current(Report& report, const Neuron& neuron) {
  const Current current = step(start, stop, amplitude);
  report.question("A step of " + to_text(amplitude, "nA") +
                  " on [100, 201) ms, 300 ms long: how many spikes, and where does the potential get to?");
  const auto exact = spike_times(neuron, current, step_until);
  const auto euler = stepped_spike_times(neuron, current, step_until, euler_steps[0], Method::euler);
  report.answer("spikes under a step of " + to_text(amplitude, "nA"), std::to_string(exact.size()),
                std::to_string(euler.size()));
  if (exact.empty()) {
    settled_potential(report, neuron, current);
  } else {
    report.say(std::to_string(exact.size()) + " spikes, the first at " + fixed(exact.front(), 4) +
               " ms: the step is above the rheobase of " + to_text(rheobase(neuron), "nA") + ".");
  }
  report.figure("getting_started_step",
                figures::voltage_figure(
                    "Step of " + to_text(amplitude, "nA"), neuron, current, {0, step_until},
                    {{"Euler, 0.1 ms", stepped_trace(neuron, current, step_until, euler_steps[0], Method::euler)}}));
  report.data("getting_started_step", trace_data(neuron, current, step_until));
  report.experiment("getting_started_step", experiment_file(neuron, step_until, step_input(start, stop, amplitude)));
  report.again("lapicque run getting_started_step.toml --trace trace.csv --trace-step 1ms; grep ^201, trace.csv");
}

/// The course's input factory: one value for each 0.1 ms, the sinusoid from sample 500 to 1500 inclusive.
Current held_sinusoid(double until) {
  constexpr double sample_step = 0.1;
  constexpr int first = 500;
  constexpr int last = 1500;
  std::vector<double> values(static_cast<std::size_t>(std::lround(until / sample_step)), 0.0);
  for (int k = first; k <= last; ++k) {
    values[static_cast<std::size_t>(k)] = 2 + 2.5 * std::sin(angular_frequency(150) * ((k - first) * sample_step));
  }
  return samples(0, sample_step, std::move(values));
}

double first_of(const std::vector<double>& times) {
  return times.empty() ? std::numeric_limits<double>::quiet_NaN() : times.front();
}

void sinusoidal_current(Report& report, const Neuron& neuron) {
  constexpr double until = 200;
  const Current held = held_sinusoid(until);
  const Current smooth = step(50, 150.1, 2) + sinusoid(50, 150.1, 2.5, 150);

  report.question(
      "A sinusoid of 2.5 nA and 150 Hz on a direct current of 2 nA, given as samples 500 to 1500 of 0.1 ms, each held "
      "until the next; 200 ms long: how many spikes, and when?");
  const auto exact = spike_times(neuron, held, until);
  const auto true_sinusoid = spike_times(neuron, smooth, until);
  std::array<std::vector<double>, 2> euler;
  for (std::size_t i = 0; i < euler.size(); ++i) {
    euler[i] = stepped_spike_times(neuron, held, until, euler_steps[i], Method::euler);
  }
  report.answer("spikes under a held sinusoid", std::to_string(exact.size()), std::to_string(euler[0].size()));
  report.say(std::to_string(exact.size()) + " spikes; a true sinusoid, not held in samples, makes " +
             std::to_string(true_sinusoid.size()) + ". All of them, in ms:");
  std::vector<std::vector<std::string>> rows;
  const auto cell = [](const std::vector<double>& times, std::size_t k) {
    return k < times.size() ? fixed(times[k], 3) : std::string("none");
  };
  for (std::size_t k = 0; k < std::max(exact.size(), true_sinusoid.size()); ++k) {
    rows.push_back(
        {std::to_string(k + 1), cell(true_sinusoid, k), cell(exact, k), cell(euler[0], k), cell(euler[1], k)});
  }
  report.table({"spike", "true sinusoid, exact", "held, exact", "held, Euler 0.1 ms", "held, Euler 0.01 ms"}, rows);
  const auto predicted =
      at_euler_steps([&](double dt) { return first_of(spike_times(euler_neuron(neuron, dt), held, until)); });
  const double first = first_of(exact);
  const double of_true = first_of(true_sinusoid);
  if (std::isfinite(first + of_true + first_of(euler[0]) + first_of(euler[1]) + predicted[0] + predicted[1])) {
    report.compare({"first spike, held samples, ms",
                    first,
                    {euler[0].front(), euler[1].front()},
                    {next_grid_time(predicted[0], euler_steps[0]), next_grid_time(predicted[1], euler_steps[1])}},
                   4);
    report.say("Why: a held sample is a sinusoid half a sample, 0.05 ms, late on average, and the first spike is " +
               fixed(first - of_true, 3) +
               " ms late for that reason. Euler's time constant is dt/2 too short, so that it gets to the threshold "
               "early, by " +
               scientific(first - predicted[0]) +
               " ms at dt = 0.1 ms; but it tells of a spike only at the next grid time, up to dt late. Each reset then "
               "starts from the grid, and the errors add up from spike to spike.");
  }

  report.figure(
      "getting_started_sinusoid",
      figures::voltage_figure("Sinusoid of 2.5 nA, 150 Hz, on 2 nA, held in samples of 0.1 ms", neuron, held, {40, 170},
                              {{"Euler, 0.1 ms", stepped_trace(neuron, held, until, euler_steps[0], Method::euler)}}));
  report.data("getting_started_sinusoid", trace_data(neuron, held, until));
  report.data("getting_started_sinusoid_spikes", spike_data(neuron, held, until));
  report.experiment("getting_started_sinusoid",
                    experiment_file(neuron, until,
                                    "\n[[input]]\nkind = \"samples\"\nstart = 0\nstep = \"0.1 ms\"\n"
                                    "file = \"getting_started_sinusoid.csv\"\n"));
  report.again("lapicque run getting_started_sinusoid.toml");
}

}  // namespace

void getting_started(Report& report, const Neuron& neuron) {
  step_current(report, neuron);
  sinusoidal_current(report, neuron);
}

}  // namespace lapicque::program
