#include <cmath>
#include <iostream>
#include <limits>
#include <optional>
#include <utility>

#include "commands.hpp"
#include "curve_output.hpp"
#include "lapicque/current.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "measure.hpp"
#include "options.hpp"
#include "rheobase_figure.hpp"

namespace lapicque::program {
namespace {

/// Time constants that the check waits: e^-50 of the rheobase is below its last digit.
constexpr double patience = 50;
/// The relative difference from which on the check's bisection does not explain it.
constexpr double visible = 1e-12;

class Rheobase {
 public:
  explicit Rheobase(Command command)
      : neuron_options_(command, NeuronOptions::Initial::offered),
        solver_options_(command, "of the numerical check"),
        output_(command) {
    add_quantity(command, "--within", within_, Dimension::time,
                 "how long the check waits for a spike; 50 membrane time constants by default");
  }

  void operator()() const {
    const Neuron neuron = neuron_options_.neuron();
    const Solver solver = solver_options_.solver();
    const double within = within_.value_or(patience * neuron.tau());
    if (!(within > 0)) {
      throw InvalidArgument("--within", to_text(within, "ms"), "must be greater than 0", "write for example 400 ms");
    }
    solver.require_stable(neuron);
    if (solver.dt > within) {
      throw InvalidArgument("--dt", to_text(solver.dt, "ms"),
                            "must not be longer than --within, " + to_text(within, "ms"), "shorten it");
    }
    solver.require_few_steps(search_tries * within);
    const double exact = rheobase(neuron);
    require_findable(neuron, exact);
    output_.check();
    const double checked =
        least([&](double amplitude) { return solver.fires(neuron, step(0, forever, amplitude), within); });
    const auto [duration, checked_duration] = find_chronaxie(neuron, 2 * exact, solver);
    output_.write({{{"rheobase_nA", {exact}},
                    {"checked_nA", {checked}},
                    {"difference_nA", {checked - exact}},
                    {"chronaxie_ms", {duration}},
                    {"checked_chronaxie_ms", {checked_duration}}}},
                  [&] { return figures::rheobase_figure(neuron, 10 * neuron.tau()); });
    explain_difference(neuron, exact, within);
    neuron_options_.say_which();
  }

 private:
  /// The formula's and the shortest pulse that is seen to fire at twice the rheobase; not a number where the neuron
  /// fires by itself.
  static std::pair<double, double> find_chronaxie(const Neuron& neuron, double twice, const Solver& solver) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    if (neuron.rest() >= neuron.threshold()) return {none, none};
    NeuronParameters at_rest = neuron.parameters();
    at_rest.initial.reset();
    const auto fires = [&](double duration) {
      return duration > 0 && solver.fires(at_rest, step(0, duration, twice), duration + 2 * solver.dt);
    };
    return {chronaxie(neuron), least(fires)};
  }

  /// A step that ends after `within` must exceed more than the rheobase, whoever simulates it.
  static void explain_difference(const Neuron& neuron, double exact, double within) {
    if (neuron.initial() != neuron.rest() || neuron.rest() >= neuron.threshold()) return;
    const double needed = threshold_amplitude(neuron, within);
    if (needed - exact <= visible * std::fabs(exact)) return;
    std::cerr << "checked_nA: to be seen to fire within " << to_text(within, "ms") << ", "
              << to_text(std::round(10 * within / neuron.tau()) / 10) << " tau, a step must exceed "
              << to_text(needed, "nA") << ", which is more than the rheobase; a longer --within comes nearer to it\n";
  }

  NeuronOptions neuron_options_;
  SolverOptions solver_options_;
  CurveOutput output_;
  std::optional<double> within_;
};

}  // namespace

void add_rheobase(CommandLine& program) {
  program.add<Rheobase>(
      "rheobase", "the current that a lasting step must exceed to make the neuron fire",
      "rheobase = (threshold - rest) / resistance. The check finds, by bisection, the least lasting step that is seen\n"
      "to fire within the time --within; a shorter time asks for more current (see strength-duration). chronaxie = "
      "tau\n"
      "ln 2 is the length of a pulse that must have twice the rheobase to fire.\n\n"
      "Examples:\n"
      "  $ lapicque rheobase | cut -d , -f 1\n"
      "  rheobase_nA\n"
      "  2\n"
      "  $ lapicque rheobase --threshold=-45mV --resistance 20Mohm --format json | head -n 1\n"
      "  {\"rheobase_nA\": [1.25],\n");
}

}  // namespace lapicque::program
