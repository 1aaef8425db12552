#include "error_figure.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "neuron_text.hpp"

namespace lapicque::figures {
namespace {

constexpr std::size_t most_points = 20000;

/// The errors over spike numbers; of more than can be told apart, the largest of each few.
Curve errors(std::string name, Role role, Mark mark, const Comparison& comparison) {
  Curve curve{std::move(name), role, mark, {}, {}};
  const auto& matched = comparison.matched;
  const std::size_t stride = matched.size() / most_points + 1;
  for (std::size_t k = 0; k < matched.size(); k += stride) {
    const auto end = matched.begin() + static_cast<std::ptrdiff_t>(std::min(k + stride, matched.size()));
    const auto largest = std::max_element(
        matched.begin() + static_cast<std::ptrdiff_t>(k), end,
        [](const MatchedSpike& one, const MatchedSpike& other) { return std::abs(one.error) < std::abs(other.error); });
    curve.x.push_back(static_cast<double>(largest->exact + 1));
    curve.y.push_back(largest->error);
  }
  return curve;
}

}  // namespace

Figure error_figure(const std::string& title, const Neuron& neuron, std::span<const double> reference,
                    std::span<const double> theirs, const Comparison& comparison, double tolerance,
                    const std::vector<ErrorCurve>& further) {
  const double last = std::max(1.0, static_cast<double>(reference.size())) + 0.5;
  const Axis numbers{.label = "spike number", .from = 0.5, .to = last, .counts = true};
  Panel panel{"Error of each spike (positive: late)", numbers, {"error (ms)"}, {}};
  panel.curves.push_back(errors("error", Role::stepped, Mark::circles, comparison));
  for (const ErrorCurve& curve : further)
    panel.curves.push_back(errors(curve.name, Role::other, Mark::crosses, curve.comparison));
  if (!comparison.missed.empty()) {
    Curve missed{"missed", Role::exact, Mark::crosses, {}, {}};
    for (const std::size_t spike : comparison.missed) {
      missed.x.push_back(static_cast<double>(spike + 1));
      missed.y.push_back(0);
    }
    panel.curves.push_back(missed);
  }
  if (!comparison.invented.empty()) {
    Curve invented{"invented", Role::stepped, Mark::squares, {}, {}};
    for (const std::size_t spike : comparison.invented) {
      const auto before = std::upper_bound(reference.begin(), reference.end(), theirs[spike]) - reference.begin();
      invented.x.push_back(static_cast<double>(before) + 0.5);  // between its neighbours
      invented.y.push_back(0);
    }
    panel.curves.push_back(invented);
  }
  for (const auto& [name, level] : {std::pair{"tolerance", tolerance}, std::pair{"", -tolerance}}) {
    panel.curves.push_back(level_line(name, Mark::dots, level, 0.5, last));
  }
  return {title, neuron_text(neuron), {panel}};
}

}  // namespace lapicque::figures
