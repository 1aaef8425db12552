#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "exercises/euler.hpp"
#include "exercises/exercises.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/response.hpp"
#include "lapicque/stepper.hpp"
#include "options.hpp"
#include "response_figure.hpp"
#include "sinusoid_figure.hpp"
#include "sinusoid_measurement.hpp"
#include "transient_figure.hpp"

namespace lapicque::program {
namespace {

constexpr double degrees = 180 / std::numbers::pi;
constexpr double amplitude = 2.5;  // nA
constexpr double held = 0.1;       // ms: the course's sample time

double phase_of(const std::complex<double>& impedance) {
  const double phase = std::arg(impedance) * degrees;
  return phase > 90 ? phase - 360 : phase;
}

std::string polar_text(const std::complex<double>& impedance) {
  return fixed(amplitude * std::abs(impedance), 5) + " at " + fixed(phase_of(impedance), 2);
}

std::string polar_text(const Oscillation& measured) {
  return fixed(measured.amplitude, 5) + " at " + fixed(measured.phase * degrees, 2);
}

void one_frequency(Report& report, const Neuron& neuron) {
  constexpr double frequency = 250;
  report.question("A current of 2.5 nA and 250 Hz: what are amplitude and phase of the potential?");
  report.formula("amplitude = R A / sqrt(1 + (omega tau)^2) = " +
                 fixed(response_amplitude(neuron, amplitude, frequency), 3) + " mV,   omega = 2 pi f");
  report.formula("phase     = -atan(omega tau) = " + fixed(response_phase(neuron, frequency) * degrees, 2) +
                 " degrees: " + fixed(response_delay(neuron, frequency), 3) + " ms late");
  const std::string limit = fixed(neuron.resistance() * amplitude / (angular_frequency(frequency) * neuron.tau()), 3);
  if (neuron_options(neuron).empty()) {
    report.say("Read from a plot: about 2 mV, about a quarter of a period, " + to_text(250 / frequency, "ms") +
               ". That is the limit of high frequencies, " + limit + " mV and 90 degrees, nearly reached.");
  } else {
    report.say("The limit of high frequencies is " + limit + " mV and a quarter of a period, 90 degrees.");
  }
  std::array<Oscillation, 2> euler;
  for (std::size_t i = 0; i < euler.size(); ++i) {
    euler[i] = measure_oscillation(neuron, amplitude, frequency, {Method::euler, euler_steps[i]});
  }
  report.compare(
      {"amplitude, mV",
       response_amplitude(neuron, amplitude, frequency),
       {euler[0].amplitude, euler[1].amplitude},
       at_euler_steps([&](double dt) { return amplitude * std::abs(euler_impedance(neuron, frequency, dt)); })},
      6);
  report.compare({"phase, degrees",
                  response_phase(neuron, frequency) * degrees,
                  {euler[0].phase * degrees, euler[1].phase * degrees},
                  at_euler_steps([&](double dt) { return phase_of(euler_impedance(neuron, frequency, dt)); })},
                 4);
  report.say(
      "Why: Euler is itself a filter, R (dt/tau)/(z - 1 + dt/tau) with z = exp(i omega dt), and this predicts what is "
      "measured on its trace to rounding. It uses the current of a step's start all through the step, which is a delay "
      "of dt/2: " +
      fixed(0.5 * 0.1 * frequency * 0.36, 2) + " degrees at dt = 0.1 ms.");

  constexpr double until = 80;
  report.figure("sinusoidal_input_250Hz", figures::sinusoid_figure(neuron, amplitude, frequency, 16));
  report.experiment("sinusoidal_input_250Hz",
                    experiment_file(neuron, until, sinusoid_input(0, until, amplitude, frequency)));
  report.again("lapicque response --frequency 250Hz" + neuron_options(neuron) + " | cut -d , -f 1-4");
}

void held_samples(Report& report, const Neuron& neuron) {
  report.question("What changes if the sine is held in samples of 0.1 ms, as the course's input factory does it?");
  report.formula("H = R (1 - a)/(z - a),   a = exp(-dt/tau),   z = exp(i omega dt),   dt = 0.1 ms");
  std::vector<std::vector<std::string>> rows;
  for (const double frequency : {250.0, 1000.0}) {
    report.answer("held samples at " + to_text(frequency, "Hz") + ", mV at degrees",
                  polar_text(held_impedance(neuron, frequency, held)));
    rows.push_back({to_text(frequency), polar_text(impedance(neuron, frequency)),
                    polar_text(held_impedance(neuron, frequency, held)),
                    polar_text(measure_held_oscillation(neuron, amplitude, frequency, held))});
  }
  report.table({"f, Hz", "true sine, mV at degrees", "held, predicted by H", "held, measured"}, rows);
  report.say(
      "Measured is a fit to the exact potential at the sample times. Held samples are half a sample late: " +
      fixed(0.5 * held * 1000 * 0.36, 0) +
      " degrees at 1 kHz, which takes the phase below -90 degrees, beyond what a "
      "first-order low-pass can do. It is the sampling, not the membrane. The amplitude is a little larger, as the "
      "stairs' harmonics fold back onto the sample times.");
  report.again("lapicque exercises 5" + neuron_options(neuron));
}

void many_frequencies(Report& report, const Neuron& neuron) {
  report.question("Amplitude and phase from 10 Hz to 1 kHz?");
  std::vector<std::vector<std::string>> rows;
  std::vector<double> frequencies;
  for (int i = 0; i <= 24; ++i) frequencies.push_back(10 * std::pow(100, i / 24.0));
  frequencies.back() = 1000;
  for (const double frequency : {10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0}) {
    rows.push_back({to_text(frequency), polar_text(impedance(neuron, frequency)),
                    polar_text(held_impedance(neuron, frequency, held))});
    for (const double dt : euler_steps) {
      rows.back().push_back(polar_text(measure_oscillation(neuron, amplitude, frequency, {Method::euler, dt})));
    }
    if (frequency == 10 || frequency == 1000) {
      report.answer("response at " + to_text(frequency, "Hz") + ", mV at degrees", rows.back()[1], rows.back()[3]);
    }
  }
  report.table({"f, Hz", "exact, mV at deg", "held 0.1 ms", "Euler 0.1 ms", "Euler 0.01 ms"}, rows);
  // R A / sqrt(1 + (omega tau)^2) = threshold - rest
  const double ratio = neuron.resistance() * amplitude / (neuron.threshold() - neuron.rest());
  const double firing = cutoff_frequency(neuron) * std::sqrt(ratio * ratio - 1);
  report.say(
      "These are responses of the membrane below threshold, measured with the threshold out of reach. With 2.5 nA the "
      "neuron would fire " +
      (ratio > 1 ? "below " + fixed(firing, 1) + " Hz in the steady state, where the amplitude exceeds " +
                       to_text(neuron.threshold() - neuron.rest(), "mV") +
                       "; switched on at rest, a current a little faster than that still makes one spike, as the "
                       "transient adds to the first cycle."
                 : std::string("at no frequency.")) +
      " The amplitude is proportional to the current.");

  DataTable table{{{"frequency_Hz", frequencies},
                   {"amplitude_exact_mV", {}},
                   {"phase_exact_degree", {}},
                   {"amplitude_held_0.1ms_mV", {}},
                   {"phase_held_0.1ms_degree", {}},
                   {"amplitude_euler_0.1ms_mV", {}},
                   {"phase_euler_0.1ms_degree", {}}}};
  const auto add = [&](std::size_t column, double value) { table.columns[column].values.push_back(value); };
  for (const double frequency : frequencies) {
    const auto sampled = measure_held_oscillation(neuron, amplitude, frequency, held);
    const auto euler = measure_oscillation(neuron, amplitude, frequency, {Method::euler, 0.1});
    add(1, response_amplitude(neuron, amplitude, frequency));
    add(2, response_phase(neuron, frequency) * degrees);
    add(3, sampled.amplitude);
    add(4, sampled.phase * degrees);
    add(5, euler.amplitude);
    add(6, euler.phase * degrees);
  }
  figures::ResponsePoints predicted{"held, 0.1 ms: formula", figures::Role::other, figures::Mark::dashes, {}, {}, {}};
  for (int i = 0; i <= 400; ++i) {
    const double frequency = 10 * std::pow(100, i / 400.0);
    const auto impedance = held_impedance(neuron, frequency, held);
    predicted.frequencies.push_back(frequency);
    predicted.amplitudes.push_back(amplitude * std::abs(impedance));
    predicted.phases.push_back(phase_of(impedance));
  }
  report.figure("sinusoidal_input_response",
                figures::response_figure(neuron, amplitude, 10, 1000,
                                         {predicted,
                                          {"held, 0.1 ms", figures::Role::other, figures::Mark::crosses, frequencies,
                                           table.columns[3].values, table.columns[4].values},
                                          {"Euler, 0.1 ms", figures::Role::stepped, figures::Mark::circles, frequencies,
                                           table.columns[5].values, table.columns[6].values}}));
  report.data("sinusoidal_input_response", std::move(table));
  report.again("lapicque response --from 10Hz --to 1kHz" + neuron_options(neuron));
}

void low_frequencies(Report& report, const Neuron& neuron) {
  constexpr double duration = 80;            // ms
  const double weak = rheobase(neuron) / 2;  // nA: too weak to make the neuron fire at any frequency
  constexpr double dt = 0.1;
  report.question("And from 1 to 10 Hz, with a stimulus of 80 ms?");
  report.formula("u(t) - rest = A |Z| sin(omega t + arg Z) - A |Z| sin(arg Z) exp(-t/tau)");
  std::vector<std::vector<std::string>> rows;
  const std::vector<double> frequencies{1, 2, 5, 10};
  std::vector<figures::Curve> points;
  DataTable table{{{"time_ms", {}}}};
  for (const double frequency : frequencies) {
    const auto trace = stepped_trace(neuron, sinusoid(0, duration, weak, frequency), duration, dt, Method::euler);
    DataTable::Column steady{"steady_" + to_text(frequency) + "Hz_mV", {}};
    DataTable::Column transient{"transient_" + to_text(frequency) + "Hz_mV", {}};
    DataTable::Column euler{"euler_0.1ms_" + to_text(frequency) + "Hz_mV", {}};
    figures::Curve sampled{"Euler, 0.1 ms", figures::Role::stepped, figures::Mark::circles, {}, {}};
    double peak = 0;
    double peak_time = 0;
    for (std::size_t n = 0; n < trace.times.size(); ++n) {
      const double t = trace.times[n];
      const auto parts = sinusoid_response(neuron, weak, frequency, t);
      steady.values.push_back(parts.steady);
      transient.values.push_back(parts.transient);
      euler.values.push_back(trace.potentials[n] - neuron.rest());
      if (n % 20 == 0) {
        sampled.x.push_back(t);
        sampled.y.push_back(euler.values.back());
      }
      if (parts.steady + parts.transient > peak) {
        peak = parts.steady + parts.transient;
        peak_time = t;
      }
    }
    rows.push_back({to_text(frequency), fixed(duration * frequency / 1000, 2),
                    fixed(response_amplitude(neuron, weak, frequency), 4),
                    fixed(response_phase(neuron, frequency) * degrees, 2), fixed(transient.values.front(), 4),
                    fixed(peak, 4), fixed(peak_time, 1),
                    fixed(*std::max_element(euler.values.begin(), euler.values.end()), 4)});
    table.columns.front().values = trace.times;
    for (auto& column : {steady, transient, euler}) table.columns.push_back(column);
    points.push_back(std::move(sampled));
    report.answer("peak within 80 ms at " + to_text(frequency, "Hz") + ", mV above rest", rows.back()[5],
                  rows.back()[7]);
  }
  report.table({"f, Hz", "cycles", "amplitude", "phase, deg", "transient(0)", "peak seen", "at, ms", "Euler's, 0.1 ms"},
               rows);
  report.say(
      "Amplitudes in mV for " + to_text(weak, "nA") + ". Below " + fixed(1000 / duration, 1) +
      " Hz 80 ms hold less than one cycle. At 1 Hz the current only rises in that time, and the potential follows it, "
      "tau late: its largest value is that of the last moment, not an amplitude. The transient dies away with tau = " +
      to_text(neuron.tau(), "ms") + ": after " + fixed(5 * neuron.tau(), 0) + " ms " + fixed(100 * std::exp(-5), 1) +
      " % of it is left, and from there on what one sees is response. A stimulus of five tau and two cycles shows "
      "both.");
  const std::array<double, 2> shown{1, 10};
  report.figure("sinusoidal_input_transient",
                figures::transient_figure(neuron, weak, duration, shown, std::array{points.front(), points.back()}));
  report.figure("sinusoidal_input_1_to_10Hz", figures::overlay_figure(neuron, weak, duration, frequencies, points));
  report.data("sinusoidal_input_transient", std::move(table));
  report.experiment("sinusoidal_input_1Hz", experiment_file(neuron, duration, sinusoid_input(0, duration, weak, 1)));
  report.again("lapicque run sinusoidal_input_1Hz.toml --trace trace.csv --trace-step 0.1ms; tail -n 1 trace.csv");
}

void filter(Report& report, const Neuron& neuron) {
  report.question("What kind of filter is the membrane?");
  const double cutoff = cutoff_frequency(neuron);
  report.formula("cut-off = 1/(2 pi tau) = " + fixed(cutoff, 1) + " Hz");
  report.say("A first-order " + std::string(filter_type) + " filter. At the cut-off frequency the amplitude is " +
             fixed(std::abs(impedance(neuron, cutoff)) / neuron.resistance(), 4) +
             " of that of a constant current and the phase is " + fixed(response_phase(neuron, cutoff) * degrees, 0) +
             " degrees; far above, the amplitude falls tenfold for each tenfold frequency.");
  report.answer("cut-off frequency of the " + std::string(filter_type) + " filter, Hz", fixed(cutoff, 1));
  report.again("lapicque response --frequency " + to_text(cutoff) + "Hz" + neuron_options(neuron) +
               " | cut -d , -f 1-3");
}

}  // namespace

void sinusoidal_input(Report& report, const Neuron& neuron) {
  one_frequency(report, neuron);
  held_samples(report, neuron);
  many_frequencies(report, neuron);
  low_frequencies(report, neuron);
  filter(report, neuron);
}

}  // namespace lapicque::program
