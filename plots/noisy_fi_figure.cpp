#include "noisy_fi_figure.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/noise.hpp"
#include "neuron_text.hpp"

namespace lapicque::figures {
namespace {

void add(Panel& panel, const NoisyFiPoints& points, const EstimatedPoints& estimated) {
  const Role role = points.method ? Role::stepped : Role::other;
  Curve bars{"95 % confidence", role, Mark::thin_line, {}, {}};
  for (std::size_t k = 0; k < points.currents.size(); ++k) {
    if (std::isnan(estimated.low[k])) continue;
    const double current = points.currents[k];
    bars.x.insert(bars.x.end(), {current, current, current});
    bars.y.insert(bars.y.end(), {estimated.low[k], estimated.high[k], std::numeric_limits<double>::quiet_NaN()});
  }
  panel.curves.push_back({points.name, role, Mark::circles, points.currents, estimated.values});
  if (!bars.x.empty()) panel.curves.push_back(bars);
}

}  // namespace

Figure noisy_fi_figure(const Neuron& neuron, double sigma, const std::optional<double>& tau_s, double from, double to,
                       const NoisyFiPoints& points) {
  Curve rate{"formula", Role::exact, Mark::line, {}, {}};
  Curve cv = rate;
  Curve stepped_rate{"foretold at dt = " + to_text(points.dt, "ms"), Role::another, Mark::dashes, {}, {}};
  Curve stepped_cv = stepped_rate;
  Curve noiseless{"without noise", Role::level, Mark::dashes, {}, {}};
  Curve filtered{"filtered noise", Role::input, Mark::dashes, {}, {}};
  if (tau_s) filtered.name += ", tau_s = " + to_text(*tau_s, "ms");
  constexpr int steps = 400;
  for (int i = 0; i <= steps; ++i) {
    const double current = std::lerp(from, to, static_cast<double>(i) / steps);
    const auto moments = interval_moments(neuron, current, sigma);
    rate.x.push_back(current);
    rate.y.push_back(moments.rate);
    cv.x.push_back(current);
    cv.y.push_back(moments.cv);
    noiseless.x.push_back(current);
    noiseless.y.push_back(firing_rate(neuron, current));
    if (tau_s) {
      filtered.x.push_back(current);
      filtered.y.push_back(filtered_noise_rate(neuron, current, sigma, *tau_s));
    }
    if (points.method) {
      const auto stepped = stepped_interval_moments(neuron, current, sigma, points.dt, *points.method);
      stepped_rate.x.push_back(current);
      stepped_rate.y.push_back(stepped.rate);
      stepped_cv.x.push_back(current);
      stepped_cv.y.push_back(stepped.cv);
    }
  }
  const Axis currents{"current (nA)", false, from, to};
  Panel rates{"Firing rate", currents, {"rate (Hz)", false, 0.0}, {rate}};
  Panel cvs{"Coefficient of variation of the intervals", currents, {"CV", false, 0.0}, {cv}};
  add(rates, points, points.rates);
  add(cvs, points, points.cvs);
  rates.curves.push_back(noiseless);
  if (tau_s) rates.curves.push_back(filtered);
  if (points.method) {
    rates.curves.push_back(stepped_rate);
    cvs.curves.push_back(stepped_cv);
  }
  return {"f-I curve under white noise, sigma = " + to_text(sigma, "mV"), neuron_text(neuron), {rates, cvs}};
}

}  // namespace lapicque::figures
