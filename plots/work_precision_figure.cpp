#include "work_precision_figure.hpp"

#include <algorithm>
#include <cmath>

namespace lapicque::figures {
namespace {

/// Where a method stands among those of all panels, in the order of their first appearance.
std::size_t number_of(const std::string& method, std::vector<std::string>& methods) {
  const auto found = std::find(methods.begin(), methods.end(), method);
  if (found != methods.end()) return static_cast<std::size_t>(found - methods.begin());
  methods.push_back(method);
  return methods.size() - 1;
}

double power_of_ten(double value, bool upwards) {
  const double exponent = std::log10(value);
  return std::pow(10, upwards ? std::ceil(exponent + 0.01) : std::floor(exponent - 0.01));
}

}  // namespace

Figure work_precision_figure(const std::vector<WorkPrecision>& problems) {
  // The same axes everywhere, so that panels can be compared.
  double shortest = std::numeric_limits<double>::infinity();
  double longest = 0;
  double finest = std::numeric_limits<double>::infinity();
  double coarsest = 0;
  const auto half_ulp = [](const WorkPrecision& problem) {
    return (std::nextafter(problem.until, std::numeric_limits<double>::infinity()) - problem.until) / 2;
  };
  const auto drawn_error = [&](const WorkPrecision& problem, const WorkPrecisionPoint& point) {
    return point.error == 0 ? half_ulp(problem) : point.error;
  };
  for (const WorkPrecision& problem : problems) {
    for (const WorkPrecisionCurve& curve : problem.curves) {
      for (const WorkPrecisionPoint& point : curve.points) {
        if (std::isnan(point.error)) continue;
        shortest = std::min(shortest, point.time);
        longest = std::max(longest, point.time);
        finest = std::min(finest, drawn_error(problem, point));
        coarsest = std::max(coarsest, drawn_error(problem, point));
      }
    }
  }

  Figure figure{"Work and precision", {}, {}};
  std::vector<std::string> methods;
  for (const WorkPrecision& problem : problems) {
    Panel panel{problem.title,
                {"time per spike (µs)", true, power_of_ten(shortest, false), power_of_ten(longest, true)},
                {"worst error (ms)", true, power_of_ten(finest, false), power_of_ten(coarsest, true)},
                {}};
    Curve faulty{"spikes missed or invented", Role::level, Mark::rings, {}, {}};
    for (const WorkPrecisionCurve& method : problem.curves) {
      Curve curve{
          method.method, series(number_of(method.method, methods)), method.bold ? Mark::bold : Mark::joined, {}, {}};
      for (const WorkPrecisionPoint& point : method.points) {
        if (std::isnan(point.error)) continue;
        curve.x.push_back(point.time);
        curve.y.push_back(drawn_error(problem, point));
        if (!point.faulty) continue;
        faulty.x.push_back(curve.x.back());
        faulty.y.push_back(curve.y.back());
      }
      if (!curve.x.empty()) panel.curves.push_back(curve);
    }
    if (!faulty.x.empty()) panel.curves.push_back(faulty);
    panel.curves.push_back(
        level_line("half an ulp, or no error", Mark::dots, half_ulp(problem), *panel.x.from, *panel.x.to));
    figure.panels.push_back(panel);
  }
  return figure;
}

}  // namespace lapicque::figures
