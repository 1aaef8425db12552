#include <algorithm>

#include "commands.hpp"
#include "curve_output.hpp"
#include "lapicque/current.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "measure.hpp"
#include "options.hpp"
#include "strength_duration_figure.hpp"

namespace lapicque::program {
namespace {

class StrengthDuration {
 public:
  explicit StrengthDuration(Command command)
      : neuron_options_(command, NeuronOptions::Initial::is_rest),
        grid_(command, "--duration", Dimension::time, GridOptions::Spacing::logarithmic, {0.1, 100, 31},
              "pulse lengths"),
        solver_options_(command, "of the numerical check"),
        output_(command) {}

  void operator()() const {
    const Neuron neuron = neuron_options_.neuron();
    const Solver solver = solver_options_.solver();
    const auto durations = grid_.values();
    solver.require_stable(neuron);
    double time = 0;
    for (const double duration : durations) time += search_tries * 2 * duration;
    solver.require_few_steps(time);
    output_.check();
    DataTable table{{{"duration_ms", durations}, {"amplitude_nA", {}}, {"checked_nA", {}}, {"difference_nA", {}}}};
    for (const double duration : durations) {
      const double exact = least_amplitude(neuron, duration);
      require_findable(neuron, exact);
      const double checked = least([&](double amplitude) {
        return solver.fires(neuron, step(0, duration, amplitude), 2 * duration + 2 * solver.dt);
      });
      table.columns[1].values.push_back(exact);
      table.columns[2].values.push_back(checked);
      table.columns[3].values.push_back(checked - exact);
    }
    const auto [shortest, longest] = std::minmax_element(durations.begin(), durations.end());
    const double from = *shortest;
    const double to = *longest > from ? *longest : 10 * from;
    output_.write(table, [&] {
      return figures::strength_duration_figure(neuron, from, to,
                                               {{"bisection check, " + solver_options_.name(), role_of(solver),
                                                 figures::Mark::circles, durations, table.columns[2].values}});
    });
    neuron_options_.say_which();
  }

 private:
  static double least_amplitude(const Neuron& neuron, double duration) {
    try {
      return threshold_amplitude(neuron, duration);
    } catch (const InvalidArgument& error) {
      throw InvalidArgument("--" + error.subject(), error.value(), error.rule(), error.mend());
    }
  }

  NeuronOptions neuron_options_;
  GridOptions grid_;
  SolverOptions solver_options_;
  CurveOutput output_;
};

}  // namespace

void add_strength_duration(CommandLine& program) {
  program.add<StrengthDuration>(
      "strength-duration", "the least amplitude of a pulse of given length that fires",
      "amplitude = rheobase / (1 - exp(-duration/tau)). The check finds, by bisection, the least pulse from rest that "
      "is seen to fire.\n\n"
      "Examples:\n"
      "  $ lapicque strength-duration --duration 96ms | cut -d , -f 1-2\n"
      "  duration_ms,amplitude_nA\n"
      "  96,2.00001228850021\n"
      "  $ lapicque strength-duration --from 1ms --to 100ms --points 3 | cut -d , -f 1-2\n"
      "  duration_ms,amplitude_nA\n"
      "  1,17.020827910003682\n"
      "  10,2.803102236986026\n"
      "  100,2.00000745333412\n");
}

}  // namespace lapicque::program
