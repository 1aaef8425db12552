#include "lapicque/response.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "commands.hpp"
#include "curve_output.hpp"
#include "lapicque/error.hpp"
#include "options.hpp"
#include "response_figure.hpp"
#include "sinusoid_measurement.hpp"

namespace lapicque::program {
namespace {

constexpr double degrees = 180 / std::numbers::pi;

class FrequencyResponse {
 public:
  explicit FrequencyResponse(Command command)
      : neuron_options_(command, NeuronOptions::Initial::is_rest),
        grid_(command, "--frequency", Dimension::frequency, GridOptions::Spacing::logarithmic, {1, 1000, 31},
              "frequencies"),
        solver_options_(command, "of the numerical check"),
        output_(command) {
    add_quantity(command, "--amplitude", amplitude_, Dimension::current, "of the sinusoidal current");
  }

  void operator()() const {
    const Neuron neuron = neuron_options_.neuron();
    const Solver solver = solver_options_.solver();
    const auto frequencies = grid_.values();
    if (!(amplitude_ > 0)) {
      throw InvalidArgument("--amplitude", to_text(amplitude_, "nA"), "must be greater than 0",
                            "write for example 2.5 nA");
    }
    for (const double frequency : frequencies) check(frequency, solver);
    solver.require_stable(neuron);
    if (solver.method) {
      double time = 0;
      for (const double frequency : frequencies) time += measured_time(neuron, frequency, solver.dt);
      solver.require_few_steps(time);
    }
    output_.check();
    DataTable table{{{"frequency_Hz", frequencies},
                     {"amplitude_mV", {}},
                     {"phase_degree", {}},
                     {"delay_ms", {}},
                     {"checked_amplitude_mV", {}},
                     {"checked_phase_degree", {}}}};
    const auto add = [&](std::size_t column, double value) { table.columns[column].values.push_back(value); };
    for (const double frequency : frequencies) {
      const auto measured = measure_oscillation(neuron, amplitude_, frequency, solver);
      add(1, response_amplitude(neuron, amplitude_, frequency));
      add(2, response_phase(neuron, frequency) * degrees);
      add(3, response_delay(neuron, frequency));
      add(4, measured.amplitude);
      add(5, measured.phase * degrees);
    }
    const auto [lowest, highest] = std::minmax_element(frequencies.begin(), frequencies.end());
    const double from = *lowest;
    const double to = *highest > from ? *highest : 10 * from;
    output_.write(table, [&] {
      return figures::response_figure(
          neuron, amplitude_, from, to,
          {{"simulated (" + solver_options_.name() + ")", role_of(solver), figures::Mark::circles, frequencies,
            table.columns[4].values, table.columns[5].values}});
    });
    neuron_options_.say_which();
  }

 private:
  static void check(double frequency, const Solver& solver) {
    if (!(frequency > 0)) {
      throw InvalidArgument("--frequency", to_text(frequency, "Hz"), "must be greater than 0",
                            "write for example 250 Hz");
    }
    if (solver.method && frequency * solver.dt >= 500) {
      throw InvalidArgument("--frequency", to_text(frequency, "Hz"),
                            "must be below half the sampling rate, " + to_text(500 / solver.dt, "Hz"),
                            "lower it or shorten --dt");
    }
  }

  NeuronOptions neuron_options_;
  GridOptions grid_;
  SolverOptions solver_options_;
  CurveOutput output_;
  double amplitude_ = 2.5;
};

}  // namespace

void add_response(CommandLine& program) {
  program.add<FrequencyResponse>(
      "response", "amplitude and phase of the potential under a sinusoidal current",
      "amplitude R A / sqrt(1 + (omega tau)^2), phase -atan(omega tau), omega = 2 pi frequency; a negative phase is a "
      "lag. The response is that of the membrane below threshold: the check fits a sinusoid to a simulated trace after "
      "its transient, of a neuron whose threshold is out of reach.\n\n"
      "Examples:\n"
      "  $ lapicque response --frequency 250Hz | cut -c 1-20\n"
      "  frequency_Hz,amplitu\n"
      "  250,1.98316742109146\n"
      "  $ lapicque response --from 10Hz --to 1kHz --points 3 | cut -c 1-12\n"
      "  frequency_Hz\n"
      "  10,22.336909\n"
      "  100,4.877996\n"
      "  1000,0.49726\n");
}

}  // namespace lapicque::program
