#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "curve_output.hpp"
#include "lapicque/current.hpp"
#include "lapicque/error.hpp"
#include "lapicque/postsynaptic.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
#include "measure.hpp"
#include "options.hpp"
#include "postsynaptic_figure.hpp"

namespace lapicque::program {
namespace {

/// The membrane alone, with potentials from rest, where they lose no digits.
Neuron without_threshold(const Neuron& neuron, double most) {
  return Neuron(
      {.rest = 0, .reset = 0, .threshold = 10 * most, .resistance = neuron.resistance(), .tau = neuron.tau()});
}

/// The peak of the potential after one event of this size, simulated up to `until` (ms).
PostsynapticPeak simulated_peak(const Neuron& membrane, const Current& input, double until, double sign,
                                const Solver& solver) {
  PostsynapticPeak peak{0, 0};
  const auto look_at = [&](double time, double potential) {
    if (sign * potential > sign * peak.potential) peak = {time, potential};
  };
  if (solver.method) {
    for (Stepper stepper(membrane, input, solver.dt, *solver.method); stepper.time() <= until; stepper.step()) {
      look_at(stepper.time(), stepper.potential());
    }
    return peak;
  }
  // There is one maximum: it stays between the neighbours of the highest point, pass by pass.
  constexpr int passes = 12;
  constexpr int points = 64;
  double from = 0;
  double to = until;
  for (int pass = 0; pass < passes && to > from; ++pass) {
    std::vector<double> times;
    for (int k = 0; k <= points; ++k) times.push_back(std::lerp(from, to, static_cast<double>(k) / points));
    const auto potentials = membrane_potential(membrane, input, times);
    for (std::size_t k = 0; k < times.size(); ++k) look_at(times[k], potentials[k]);
    const double width = (to - from) / points;
    from = std::max(from, peak.time - width);
    to = std::min(to, peak.time + width);
  }
  return peak;
}

class Psp {
 public:
  explicit Psp(Command command)
      : neuron_options_(command, NeuronOptions::Initial::is_rest),
        grid_(command, "--tau-s", Dimension::time, GridOptions::Spacing::logarithmic, {0.5, 50, 21},
              "time constants of the synapse"),
        solver_options_(command, "of the numerical check"),
        output_(command) {
    add_choice(command, "--shape", shape_, {"exponential", "alpha"}, "of the synapse's current");
    add_quantity(command, "--weight", weight_, Dimension::current, "of the arrival: the current's peak");
    auto jump = add_quantity(command, "--jump", jump_, Dimension::voltage, "a voltage jump in the place of a synapse");
    for (const char* name : {"--shape", "--weight", "--tau-s", "--from", "--to", "--points"}) {
      jump.excludes(command.option(name));
    }
  }

  void operator()() const {
    const Neuron neuron = neuron_options_.neuron();
    const Solver solver = solver_options_.solver();
    if (jump_) {
      of_jump(neuron, solver);
    } else {
      of_synapses(neuron, solver);
    }
    neuron_options_.say_which();
  }

 private:
  Current arrival(double tau, double weight) const {
    return shape_ == "alpha" ? alpha_synapse(tau, {{0, weight}}) : exponential_synapse(tau, {{0, weight}});
  }

  /// Until when the check looks: long after the peak, which comes within twice the longer time constant.
  static double horizon(const Neuron& neuron, double tau) { return 4 * (neuron.tau() + tau); }

  void of_synapses(const Neuron& neuron, const Solver& solver) const {
    const Shape shape = shape_ == "alpha" ? Shape::alpha : Shape::exponential;
    const auto taus = grid_.values();
    if (weight_ == 0) throw InvalidArgument("--weight", "0 nA", "must not be 0", "write for example 1 nA");
    solver.require_stable(neuron);
    if (!std::isfinite(10 * neuron.resistance() * weight_)) {
      throw InvalidArgument("--weight", to_text(weight_, "nA"), "makes a potential beyond the largest number",
                            "choose a smaller one");
    }
    double time = 0;
    for (const double tau : taus) {
      if (!(tau > 0))
        throw InvalidArgument("--tau-s", to_text(tau, "ms"), "must be greater than 0", "write for example 2 ms");
      time += (search_tries + 1) * horizon(neuron, tau);
    }
    solver.require_few_steps(time);
    output_.check();
    DataTable table{{{"tau_s_ms", taus},
                     {"peak_mV", {}},
                     {"peak_time_ms", {}},
                     {"least_weight_nA", {}},
                     {"checked_peak_mV", {}},
                     {"checked_time_ms", {}},
                     {"checked_weight_nA", {}}}};
    for (const double tau : taus) {
      const auto peak = postsynaptic_peak(neuron, shape, tau, weight_);
      const double least_weight = threshold_weight(neuron, shape, tau);
      require_findable(neuron, least_weight);
      const auto checked = simulated_peak(without_threshold(neuron, std::abs(peak.potential)), arrival(tau, weight_),
                                          horizon(neuron, tau), weight_, solver);
      const double checked_weight =
          least([&](double weight) { return solver.fires(neuron, arrival(tau, weight), horizon(neuron, tau)); });
      add_row(table, {peak.potential, peak.time, least_weight, checked.potential, checked.time, checked_weight});
    }
    output_.write(table, [&] {
      return figures::postsynaptic_figure(neuron, shape, weight_, taus, table.columns[5].values,
                                          table.columns[4].values, role_of(solver));
    });
  }

  void of_jump(const Neuron& neuron, const Solver& solver) const {
    if (*jump_ == 0) throw InvalidArgument("--jump", "0 mV", "must not be 0", "write for example 1 mV");
    const double until = 4 * neuron.tau();
    solver.require_stable(neuron);
    solver.require_few_steps((search_tries + 1) * until);
    output_.check();
    const auto input = [](double jump) { return pulses({{0, jump}}); };
    const auto checked =
        simulated_peak(without_threshold(neuron, std::abs(*jump_)), input(*jump_), until, *jump_, solver);
    const double checked_jump = least([&](double jump) { return solver.fires(neuron, input(jump), until); });
    DataTable table{{{"jump_mV", {*jump_}},
                     {"peak_mV", {}},
                     {"peak_time_ms", {}},
                     {"least_jump_mV", {}},
                     {"checked_peak_mV", {}},
                     {"checked_time_ms", {}},
                     {"checked_jump_mV", {}}}};
    add_row(table, {*jump_, 0, threshold_jump(neuron), checked.potential, checked.time, checked_jump});
    output_.write(table, [&] { return figures::jump_figure(neuron, *jump_); });
  }

  static void add_row(DataTable& table, const std::array<double, 6>& values) {
    for (std::size_t k = 0; k < values.size(); ++k) table.columns[k + 1].values.push_back(values[k]);
  }

  NeuronOptions neuron_options_;
  GridOptions grid_;
  SolverOptions solver_options_;
  CurveOutput output_;
  std::string shape_;
  double weight_ = 1;
  std::optional<double> jump_;
};

}  // namespace

void add_psp(CommandLine& program) {
  program.add<Psp>(
      "psp", "the response of a neuron at rest to one synaptic arrival or voltage jump",
      "peak_mV is how far the potential gets from rest, peak_time_ms after the arrival; a weight above least_weight_nA "
      "makes the neuron fire. A jump of least_jump_mV fires, and so do larger ones. The check takes the peak out of a "
      "simulated trace, and finds by bisection the least weight that is seen to fire.\n\n"
      "Examples:\n"
      "  $ lapicque psp --tau-s 2ms | cut -d , -f 1-4\n"
      "  tau_s_ms,peak_mV,peak_time_ms,least_weight_nA\n"
      "  2,1.5749013123685915,3.696784962986375,12.699208415745597\n"
      "  $ lapicque psp --shape alpha --tau-s 8ms --weight 0.5nA | cut -d , -f 1,3\n"
      "  tau_s_ms,peak_time_ms\n"
      "  8,16\n"
      "  $ lapicque psp --jump 1mV | cut -d , -f 1-4\n"
      "  jump_mV,peak_mV,peak_time_ms,least_jump_mV\n"
      "  1,1,0,20\n");
}

}  // namespace lapicque::program
