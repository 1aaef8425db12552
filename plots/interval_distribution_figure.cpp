#include "interval_distribution_figure.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>

#include "lapicque/error.hpp"
#include "neuron_text.hpp"

namespace lapicque::figures {

Figure interval_distribution_figure(const Neuron& neuron, double current, double sigma,
                                    const IntervalDistribution& distribution, std::vector<double> times,
                                    const std::vector<double>& drawn) {
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  const double from = times.front();
  const double to = times.size() > 1 ? times.back() : from + 1;
  Curve density{"integral equation", Role::exact, Mark::line, {}, {}};
  Curve survival = density;
  Curve hazard = density;
  constexpr int steps = 800;
  for (int i = 0; i <= steps; ++i) {
    const double time = std::lerp(from, to, static_cast<double>(i) / steps);
    for (Curve* curve : {&density, &survival, &hazard}) curve->x.push_back(time);
    density.y.push_back(distribution.density(time));
    survival.y.push_back(distribution.survival(time));
    hazard.y.push_back(distribution.hazard(time));
  }
  const std::string name = std::to_string(drawn.size()) + " drawn intervals";
  Curve shares{name, Role::other, Mark::circles, {}, {}};
  Curve longer{name, Role::other, Mark::circles, {}, {}};
  Curve ratios{name, Role::other, Mark::circles, {}, {}};
  constexpr double few = 100;  // a hazard of fewer says little
  const auto all = static_cast<double>(drawn.size());
  const auto above = [&](double time) {
    return static_cast<double>(drawn.end() - std::upper_bound(drawn.begin(), drawn.end(), time));
  };
  for (std::size_t k = 0; k < times.size() && all > 0; ++k) {
    longer.x.push_back(times[k]);
    longer.y.push_back(above(times[k]) / all);
    if (k + 1 == times.size()) break;
    const double width = times[k + 1] - times[k];
    const double left = above(times[k]);
    const double ended = left - above(times[k + 1]);
    shares.x.push_back(std::midpoint(times[k], times[k + 1]));
    shares.y.push_back(ended / (all * width));
    if (left < few) continue;
    ratios.x.push_back(shares.x.back());
    ratios.y.push_back(-std::log1p(-ended / left) / width);
    if (!std::isfinite(ratios.y.back())) {
      ratios.x.pop_back();
      ratios.y.pop_back();
    }
  }
  const Axis axis{"interval (ms)", false, from, to};
  return {"Intervals between spikes, " + to_text(current, "nA") + ", white noise of sigma = " + to_text(sigma, "mV"),
          neuron_text(neuron),
          {{"Density", axis, {"density (1/ms)", false, 0.0}, {density, sparse(shares)}},
           {"Share of longer intervals", axis, {"survivor function", false, 0.0, 1.0}, {survival, sparse(longer)}},
           {"Hazard", axis, {"hazard (1/ms)", false, 0.0}, {hazard, sparse(ratios)}}}};
}

}  // namespace lapicque::figures
