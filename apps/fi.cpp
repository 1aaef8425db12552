#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "curve_output.hpp"
#include "fi_figure.hpp"
#include "lapicque/current.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/population.hpp"
#include "noisy_fi.hpp"
#include "noisy_fi_figure.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "seed_option.hpp"

namespace lapicque::program {
namespace {

class FiCurve {
 public:
  explicit FiCurve(Command command)
      : neuron_options_(command, NeuronOptions::Initial::offered),
        grid_(command, "--current", Dimension::current, GridOptions::Spacing::linear, {0, 10, 41}, "constant currents"),
        solver_options_(command, "of the numerical check"),
        output_(command) {
    auto rate =
        add_quantities(command, "--rate", rates_, Dimension::frequency, "or the currents that make these rates");
    for (const char* name : {"--current", "--from", "--to", "--points"}) rate.excludes(command.option(name));
    command.add_flag("--slope", slope_, "a column for the slope of the curve");
    add_quantity(command, "--count", count_, Dimension::time,
                 "how long the check injects the current and counts spikes")
        .default_text("500 ms, with --noise 1e5 ms");
    auto noise = add_quantity(command, "--noise", sigma_, Dimension::voltage,
                              "the curve under white noise that makes the potential vary by sigma/sqrt(2)");
    noise.placeholder("SIGMA").excludes(rate).excludes(command.option("--slope"));
    add_quantity(command, "--tau-s", tau_s_, Dimension::time,
                 "with --noise: a column for noise that a synapse filters, to first order in sqrt(tau_s/tau)")
        .needs(noise);
    add_seed(command, seed_, "with --noise: ").needs(noise);
  }

  void operator()() const {
    const Neuron neuron = neuron_options_.neuron();
    const Solver solver = solver_options_.solver();
    const auto currents = rates_.empty() ? grid_.values() : currents_for_rates(neuron);
    if (!(counted_time() > 0)) {
      throw InvalidArgument("--count", to_text(counted_time(), "ms"), "must be greater than 0",
                            "write for example 500 ms");
    }
    solver.require_stable(neuron);
    solver.require_few_steps(counted_time() * static_cast<double>(currents.size()));
    if (sigma_) return under_noise(neuron, currents, solver);
    if (!solver.method) require_few_spikes(neuron, currents);
    output_.check();
    DataTable table{
        {{"current_nA", currents}, {"rate_Hz", rates_}, {"checked_Hz", {}}, {"spikes", {}}, {"counted_Hz", {}}}};
    if (rates_.empty()) {
      for (const double current : currents) table.columns[1].values.push_back(firing_rate(neuron, current));
    }
    for (const Counted& counted : count_spikes(neuron, currents, solver)) {
      table.columns[2].values.push_back(counted.interval_rate());
      table.columns[3].values.push_back(counted.spikes);
      table.columns[4].values.push_back(1000 * counted.spikes / counted_time());
    }
    if (slope_) add_slope(table, neuron, currents, solver);
    const auto checked = table.columns[2].values;
    const auto by_count = table.columns[4].values;
    if (!rates_.empty()) std::swap(table.columns[0], table.columns[1]);  // what was asked comes first
    const auto [from, to] = range_of(currents);
    output_.write(table, [&] {
      const std::string name = solver_options_.name();
      return figures::fi_figure(
          neuron, from, to,
          {{name + ", intervals", role_of(solver), figures::Mark::circles, currents, checked},
           {name + ", counted", figures::Role::other, figures::Mark::crosses, currents, by_count}});
    });
    neuron_options_.say_which();
    for (std::size_t k = 0; k < rates_.size(); ++k) say_if_missed(neuron, rates_[k], currents[k]);
  }

 private:
  /// For how long the check counts, ms: with noise it takes more spikes.
  double counted_time() const { return count_.value_or(sigma_ ? 1e5 : 500); }

  /// What the figure's axis spans.
  static std::pair<double, double> range_of(const std::vector<double>& currents) {
    const auto [least, most] = std::minmax_element(currents.begin(), currents.end());
    return {*least, *most > *least ? *most : *least + 1};
  }

  void under_noise(const Neuron& neuron, const std::vector<double>& currents, const Solver& solver) const {
    output_.check();
    const auto table = noisy_fi(neuron, currents, {*sigma_, tau_s_, counted_time(), seed_}, solver);
    const auto column = [&](const std::string& name) {
      return std::find_if(table.columns.begin(), table.columns.end(), [&](const auto& c) { return c.name == name; })
          ->values;
    };
    output_.write(table, [&] {
      const std::string name = solver.method ? solver_options_.name() + " simulation" : "exact sampling";
      const auto [from, to] = range_of(currents);
      return figures::noisy_fi_figure(neuron, *sigma_, tau_s_, from, to,
                                      {name,
                                       solver.method,
                                       solver.dt,
                                       currents,
                                       {column("checked_Hz"), column("checked_low_Hz"), column("checked_high_Hz")},
                                       {column("checked_cv"), column("checked_low_cv"), column("checked_high_cv")}});
    });
    neuron_options_.say_which();
  }

  /// What the check tells of one current.
  struct Counted {
    double spikes = 0;
    double first = 0;  // ms
    double last = 0;   // ms

    void add(double time) {
      if (spikes == 0) first = time;
      last = time;
      ++spikes;
    }
    /// The rate (Hz) by the mean interval between spikes; not a number where there are not two spikes.
    double interval_rate() const {
      return spikes < 2 ? std::numeric_limits<double>::quiet_NaN() : 1000 * (spikes - 1) / (last - first);
    }
  };

  std::vector<double> currents_for_rates(const Neuron& neuron) const {
    std::vector<double> currents;
    for (const double rate : rates_) {
      try {
        currents.push_back(current_for_rate(neuron, rate));
      } catch (const InvalidArgument& error) {
        const std::string mend = error.mend().empty() ? "write for example --rate 50Hz" : error.mend();
        throw InvalidArgument("--rate", error.value(), error.rule(), mend);
      }
      if (std::isfinite(currents.back())) continue;
      throw InvalidArgument("--rate", to_text(rate, "Hz"), "takes a current beyond the largest number",
                            "choose a lower one");
    }
    return currents;
  }

  /// Next to the rheobase the rate hangs on less than the current's last digit.
  static void say_if_missed(const Neuron& neuron, double rate, double current) {
    constexpr double visible = 1e-6;
    const double met = firing_rate(neuron, current);
    if (std::fabs(met - rate) <= visible * rate) return;
    std::cerr << "--rate = " << to_text(rate, "Hz") << ": the double nearest to its current, " << to_text(current, "nA")
              << ", makes " << to_text(met, "Hz") << "; so near the rheobase no other comes nearer\n";
  }

  /// The slope, and the difference quotient of the rates that the exact solver finds next to each current; a stepper's
  /// rates are too coarse for that.
  void add_slope(DataTable& table, const Neuron& neuron, const std::vector<double>& currents,
                 const Solver& solver) const {
    constexpr double part = 1e-5;  // of the distance from the rheobase: as much error from h^2 as from rounding
    std::vector<double> slopes;
    std::vector<double> beside;
    for (const double current : currents) {
      slopes.push_back(firing_rate_slope(neuron, current));
      const double h = part * std::fabs(current - rheobase(neuron));
      beside.insert(beside.end(), {current - h, current + h});
    }
    std::vector<double> checked(currents.size(), std::numeric_limits<double>::quiet_NaN());
    if (!solver.method) {
      const auto counted = count_spikes(neuron, beside, solver);
      for (std::size_t k = 0; k < checked.size(); ++k) {
        checked[k] =
            (counted[2 * k + 1].interval_rate() - counted[2 * k].interval_rate()) / (beside[2 * k + 1] - beside[2 * k]);
      }
    }
    table.columns.push_back({"slope_Hz_per_nA", std::move(slopes)});
    table.columns.push_back({"checked_slope_Hz_per_nA", std::move(checked)});
  }

  std::vector<Counted> count_spikes(const Neuron& neuron, const std::vector<double>& currents,
                                    const Solver& solver) const {
    std::vector<Current> drives;
    for (const double current : currents) drives.push_back(step(0, forever, current));
    std::vector<Counted> counted(drives.size());
    ProgressBar bar;
    const auto progress = [&](std::size_t done, std::size_t all) {
      bar.show(static_cast<double>(done) / static_cast<double>(all));
    };
    if (solver.method) {
      for (std::size_t k = 0; k < drives.size(); ++k) {
        progress(k, drives.size());
        for (const double time : solver.spikes(neuron, drives[k], counted_time())) counted[k].add(time);
      }
    } else {
      const auto count = [&](std::size_t k, SpikeTrain& train) {
        for (const Spike& spike : train) counted[k].add(spike.time);
      };
      for_each_train({&neuron, 1}, drives, counted_time(), count, {.progress = progress});
    }
    return counted;
  }

  void require_few_spikes(const Neuron& neuron, const std::vector<double>& currents) const {
    double spikes = 0;
    for (const double current : currents) spikes += firing_rate(neuron, current) * counted_time() / 1000;
    if (spikes <= most_spikes) return;
    throw InvalidArgument("--count", to_text(counted_time(), "ms"),
                          "makes more than " + to_text(most_spikes) + " spikes to be counted", "choose a shorter time");
  }

  NeuronOptions neuron_options_;
  GridOptions grid_;
  SolverOptions solver_options_;
  CurveOutput output_;
  std::vector<double> rates_;
  bool slope_ = false;
  std::optional<double> count_;
  std::optional<double> sigma_;
  std::optional<double> tau_s_;
  std::uint64_t seed_ = 1;
};

}  // namespace

void add_fi(CommandLine& program) {
  program.add<FiCurve>(
      "fi", "the f-I curve: firing rate over constant current",
      "rate = 1 / (refractory + tau log1p((threshold - reset) / (rest + R I - threshold))). The check simulates: "
      "checked_Hz "
      "comes from the mean interval between spikes (empty without two spikes), counted_Hz from their count. --rate "
      "asks "
      "for the currents that make given rates, --slope for df/dI = f^2 tau R (threshold - reset) / ((u_inf - "
      "threshold) "
      "(u_inf - reset)), u_inf = rest + R I, checked by the simulated rates on both sides of the current.\n\n"
      "--noise adds white noise: tau du/dt = -(u - rest) + R I + sigma sqrt(tau) xi(t). rate_Hz is then Siegert's "
      "formula and cv the coefficient of variation of the intervals; the check draws intervals and gives their rate "
      "and "
      "cv with 95 % confidence, from ten spikes on. --method euler is Euler-Maruyama, and predicted_Hz what its time "
      "step makes of the "
      "rate.\n\n"
      "Examples:\n"
      "  $ lapicque fi --current 2nA,2.5nA | cut -d , -f 1,2,4,5\n"
      "  current_nA,rate_Hz,spikes,counted_Hz\n"
      "  2,0,0,0\n"
      "  2.5,76.39212293957254,38,76\n"
      "  $ lapicque fi --refractory 3ms --from 0nA --to 100nA --points 3 | cut -d , -f 1,2,4,5\n"
      "  current_nA,rate_Hz,spikes,counted_Hz\n"
      "  0,0,0,0\n"
      "  50,308.05502880786014,154,308\n"
      "  100,320.35661340093435,161,322\n"
      "  $ lapicque fi --rate 50Hz,100Hz | cut -d , -f 1-2\n"
      "  rate_Hz,current_nA\n"
      "  50,2.1767255754561208\n"
      "  100,2.8729650603039896\n"
      "  $ lapicque fi --noise 3mV --current 1nA,2nA --tau-s 0.1ms | cut -d , -f 1-4\n"
      "  current_nA,rate_Hz,cv,filtered_Hz\n"
      "  1,0.00333567393905903,0.9999138747157545,0.0015836508039551239\n"
      "  2,43.8456326393871,0.3865781445797323,41.02483664054913\n");
}

}  // namespace lapicque::program
