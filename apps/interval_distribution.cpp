#include "lapicque/interval_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "commands.hpp"
#include "curve_output.hpp"
#include "interval_distribution_figure.hpp"
#include "lapicque/error.hpp"
#include "lapicque/noise.hpp"
#include "lapicque/noisy_intervals.hpp"
#include "options.hpp"
#include "seed_option.hpp"

namespace lapicque::program {
namespace {

/// A share with the ends of its 95 % confidence interval (Wilson's).
struct Share {
  Share(double count, double all) {
    constexpr double z = 1.959963984540054;
    value = count / all;
    const double centre = (value + z * z / (2 * all)) / (1 + z * z / all);
    const double width = z / (1 + z * z / all) * std::sqrt(value * (1 - value) / all + z * z / (4 * all * all));
    low = std::max(0.0, centre - width);
    high = std::min(1.0, centre + width);
  }
  double value;
  double low;
  double high;
};

class IntervalDistributionCurve {
 public:
  explicit IntervalDistributionCurve(Command command)
      : neuron_options_(command, NeuronOptions::Initial::offered),
        grid_(command, "--time", Dimension::time, GridOptions::Spacing::linear, {0, 100, 101}, "lengths of intervals"),
        output_(command) {
    add_quantity(command, "--current", current_, Dimension::current, "constant, injected");
    add_quantity(command, "--noise", sigma_, Dimension::voltage,
                 "white noise that makes the potential vary by sigma/sqrt(2)")
        .placeholder("SIGMA");
    add_quantity(command, "--count", simulated_, Dimension::time, "how long the check draws intervals");
    add_seed(command, seed_);
  }

  void operator()() const {
    const Neuron neuron = neuron_options_.neuron();
    const auto times = grid_.values();
    const IntervalDistribution distribution = solve(neuron);
    output_.check();
    const auto drawn = draw(neuron);
    DataTable table{{{"time_ms", times},
                     {"density_per_ms", {}},
                     {"survival", {}},
                     {"hazard_per_ms", {}},
                     {"checked_survival", {}},
                     {"checked_low", {}},
                     {"checked_high", {}}}};
    const auto add = [&](std::size_t column, double value) { table.columns[column].values.push_back(value); };
    const auto all = static_cast<double>(drawn.size());
    for (const double time : times) {
      const Share longer(static_cast<double>(drawn.end() - std::upper_bound(drawn.begin(), drawn.end(), time)), all);
      add(1, distribution.density(time));
      add(2, distribution.survival(time));
      add(3, distribution.hazard(time));
      add(4, longer.value);
      add(5, longer.low);
      add(6, longer.high);
    }
    output_.write(table, [&] {
      return figures::interval_distribution_figure(neuron, current_, sigma_, distribution, times, drawn);
    });
    neuron_options_.say_which();
  }

 private:
  IntervalDistribution solve(const Neuron& neuron) const {
    try {
      return {neuron, current_, sigma_};
    } catch (const InvalidArgument& error) {
      throw InvalidArgument("--noise", error.value(), error.rule(),
                            error.mend().empty() ? "write for example --noise 3mV" : error.mend());
    }
  }

  /// In ascending order.
  std::vector<double> draw(const Neuron& neuron) const {
    if (!(simulated_ > 0)) {
      throw InvalidArgument("--count", to_text(simulated_, "ms"), "must be greater than 0", "write for example 1e5 ms");
    }
    if (simulated_ / interval_moments(neuron, current_, sigma_).mean > most_spikes) {
      throw InvalidArgument("--count", to_text(simulated_, "ms"),
                            "makes more than " + to_text(most_spikes) + " spikes to be counted",
                            "choose a shorter time");
    }
    std::vector<double> drawn;
    try {
      drawn = noisy_intervals(neuron, current_, sigma_, {.until = simulated_, .seed = seed_});
    } catch (const InvalidArgument& error) {
      throw InvalidArgument("--count", error.value(), error.rule(), "choose a shorter time");
    }
    std::sort(drawn.begin(), drawn.end());
    return drawn;
  }

  NeuronOptions neuron_options_;
  GridOptions grid_;
  CurveOutput output_;
  double current_ = 2;
  double sigma_ = 3;
  double simulated_ = 1e5;
  std::uint64_t seed_ = 1;
};

}  // namespace

void add_interval_distribution(CommandLine& program) {
  program.add<IntervalDistributionCurve>(
      "interval-distribution", "the intervals between spikes under white noise: density, survivor function, hazard",
      "tau du/dt = -(u - rest) + R I + sigma sqrt(tau) xi(t). survival is the share of intervals longer than time_ms, "
      "hazard_per_ms = density_per_ms / survival; they come from an integral equation. The check draws intervals and "
      "counts the longer ones, with 95 % confidence.\n\n"
      "Examples:\n"
      "  $ lapicque interval-distribution --time 10ms,20ms,40ms | cut -d , -f 3 | cut -c 1-8\n"
      "  survival\n"
      "  0.994849\n"
      "  0.546419\n"
      "  0.048783\n"
      "  $ lapicque interval-distribution --current 1.5nA --time 100ms | cut -d , -f 4 | cut -c 1-8\n"
      "  hazard_p\n"
      "  0.006311\n");
}

}  // namespace lapicque::program
