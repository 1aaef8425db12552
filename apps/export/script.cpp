#include "export/script.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "lapicque/current_value.hpp"
#include "lapicque/error.hpp"

namespace lapicque::program {
namespace {

/// "(5.0 <= t) & (t < 101.0)"
std::string during(double start, double stop) {
  const std::string from = "(t >= " + to_text(start) + ")";
  return stop == forever ? from : from + " & (t < " + to_text(stop) + ")";
}

std::string where(double start, double stop, const std::string& value) {
  return "    total += np.where(" + during(start, stop) + ", " + value + ", 0)\n";
}

std::string samples_lines(const Samples& s) {
  // The nearest doubles, so that a sample that acts from a grid time on does so here as well.
  const std::string reading =
      "    values = np.array(" + python_list(*s.values) + ")\n" + "    edges = np.array([float(Fraction(" +
      to_text(s.start) + ") + k * Fraction(" + to_text(s.step) + ")) for k in range(len(values) + 1)])\n" +
      "    k = np.searchsorted(edges, t, side='right') - 1  # the sample that acts\n" +
      "    inside = (k >= 0) & (k < len(values))\n" + "    k = np.clip(k, 0, len(values) - 1)\n";
  if (s.hold == Hold::previous) return reading + "    total += np.where(inside, values[k], 0)\n";
  return reading +
         "    following = values[np.minimum(k + 1, len(values) - 1)]\n"
         "    part = (t - edges[k]) / (edges[k + 1] - edges[k])\n"
         "    total += np.where(inside, values[k] + (following - values[k]) * part, 0)\n";
}

std::string synapse_lines(const Synapse& s) {
  std::vector<double> times;
  std::vector<double> weights;
  for (const auto& [time, weight] : *s.events) {
    times.push_back(time);
    weights.push_back(weight);
  }
  return "    for t_k, weight in zip(" + python_list(times) + ",\n" + "                           " +
         python_list(weights) + "):\n" + "        s = np.maximum(t - t_k, 0) / " + to_text(s.tau) + "\n" +
         "        total += np.where(t >= t_k, weight * " +
         (s.shape == Shape::alpha ? "s * np.exp(1 - s)" : "np.exp(-s)") + ", 0)\n";
}

}  // namespace

double Export::steps() const { return std::floor(experiment.until / dt + 1e-9); }

std::string python_list(std::span<const double> values) {
  constexpr std::size_t width = 110;
  std::string text = "[";
  std::size_t column = 1;
  for (const double& value : values) {
    const std::string number = to_text(value) + (&value == &values.back() ? "" : ",");
    if (column + number.size() > width) {
      text += "\n    ";
      column = 4;
    } else if (&value != values.data()) {
      text += ' ';
    }
    text += number;
    column += number.size() + 1;
  }
  return text + "]";
}

std::string input_imports(const Current& current) {
  return pieces_of<Samples>(current).empty() ? "" : "from fractions import Fraction\n";
}

std::string input_function(const Current& current, bool with_synapses) {
  std::string text =
      "def input_current(t):\n"
      "    \"\"\"The injected current in nA at the times t in ms.\"\"\"\n"
      "    total = np.zeros(len(t))\n";
  const auto lines = Overloaded{
      [](const Step& s) { return where(s.start, s.stop, to_text(s.amplitude)); },
      [](const Ramp& r) {
        return where(r.start, r.stop,
                     to_text(r.from) + " + (" + to_text(r.to) + " - " + to_text(r.from) + ") * (t - " +
                         to_text(r.start) + ") / (" + to_text(r.stop) + " - " + to_text(r.start) + ")");
      },
      [](const Sinusoid& s) {
        return where(s.start, s.stop,
                     to_text(s.amplitude) + " * np.sin(2 * np.pi * " + to_text(s.frequency) + " / 1000 * (t - " +
                         to_text(s.start) + ") + " + to_text(s.phase) + ")");
      },
      [](const Samples& s) { return samples_lines(s); },
      [](const Pulses&) { return std::string(); },
      [&](const Synapse& s) { return with_synapses ? synapse_lines(s) : std::string(); },
  };
  for (const Piece& piece : current.pieces()) text += std::visit(lines, piece);
  return text + "    return total\n";
}

std::string holding_error(const Export& what, const Current& current, double input_time) {
  constexpr int points = 8;
  CurrentEvaluator sampled(current);
  CurrentEvaluator true_value(current);
  double largest = 0;
  for (double n = 0; n < what.steps(); ++n) {
    const double held = sampled.value_at((n + input_time) * what.dt);
    for (int k = 0; k < points; ++k) {
      largest = std::max(largest, std::fabs(true_value.value_at((n + k / double{points}) * what.dt) - held));
    }
  }
  if (largest == 0) return "#   Nothing is lost by that: the current is constant over each step.\n";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", largest);
  return "#   Within a step the true current differs from that by up to " + std::string(text.data()) +
         " nA (at eight points a step).\n";
}

}  // namespace lapicque::program
