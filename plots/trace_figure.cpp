#include "trace_figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <vector>

#include "lapicque/current_value.hpp"

namespace lapicque::figures {
namespace {

constexpr std::size_t most_circles = 400;  // more hide one another
constexpr std::size_t most_specks = 5000;
constexpr std::size_t band_bins = 1000;  // more than the panel has pixels, so that a band is solid where noise fills it

Curve recorded_curve(const VoltageTrace& trace) {
  const std::size_t size = trace.times.size();
  if (size > most_specks) {
    return thinned({"recorded (range)", Role::stepped, Mark::band, trace.times, trace.potentials}, band_bins);
  }
  return {"recorded", Role::stepped, size > most_circles ? Mark::specks : Mark::circles, trace.times, trace.potentials};
}

bool has_fit(const NeuronEstimate& estimate) {
  return std::any_of(estimate.fitted.begin(), estimate.fitted.end(), [](double u) { return std::isfinite(u); });
}

/// The fitted potential; the line breaks where there was a spike.
Curve fitted_curve(const VoltageTrace& trace, const NeuronEstimate& estimate) {
  Curve curve{"fitted exact solution", Role::exact, Mark::line, {}, {}};
  auto spike = estimate.spikes.begin();
  for (std::size_t i = 0; i < trace.times.size(); ++i) {
    for (; spike != estimate.spikes.end() && *spike <= trace.times[i]; ++spike) {
      curve.x.push_back(*spike);
      curve.y.push_back(std::numeric_limits<double>::quiet_NaN());
    }
    curve.x.push_back(trace.times[i]);
    curve.y.push_back(estimate.fitted[i]);
  }
  return curve;
}

/// What was estimated, to five digits.
std::string estimate_text(const NeuronEstimate& estimate) {
  std::string text;
  const auto add = [&](const char* name, const std::optional<Estimate>& value, const char* unit) {
    if (!value) return;
    std::array<char, 64> entry{};
    std::snprintf(entry.data(), entry.size(), "%s%s %.5g %s", text.empty() ? "" : ", ", name, value->value, unit);
    text += entry.data();
  };
  add("rest", estimate.rest, "mV");
  add("reset", estimate.reset, "mV");
  add("threshold", estimate.threshold, "mV");
  add("R", estimate.resistance, "MOhm");
  add("tau", estimate.tau, "ms");
  add("refractory period", estimate.refractory, "ms");
  return text.empty() ? text : "estimated: " + text;
}

}  // namespace

Figure trace_figure(const std::string& title, const VoltageTrace& trace, const NeuronEstimate& estimate,
                    const Current& current) {
  const double from = trace.times.front();
  const double to = trace.times.back();
  const Axis time_axis{"time (ms)", false, from, to};

  Panel potential{"Membrane potential", time_axis, {"potential (mV)"}, {}};
  potential.curves.push_back(recorded_curve(trace));
  if (has_fit(estimate)) potential.curves.push_back(fitted_curve(trace, estimate));
  const auto level = [&](const char* name, Mark mark, const std::optional<Estimate>& value) {
    if (!value) return;
    potential.curves.push_back(level_line(name, mark, value->value, from, to));
    potential.curves.back().role = Role::other;
  };
  if (estimate.threshold) potential.curves.push_back(threshold_line(estimate.threshold->value, from, to));
  level("rest", Mark::dashes, estimate.rest);
  level("reset", Mark::dots, estimate.reset);

  Panel injected{"Injected current", time_axis, {"current (nA)"}, {}};
  CurrentEvaluator evaluator(current);
  Curve drive{"current", Role::input, Mark::line, trace.times, {}};
  for (const double time : trace.times) drive.y.push_back(evaluator.value_at(time));
  injected.curves.push_back(drive);

  Figure figure{title, estimate_text(estimate), {potential}};
  if (has_fit(estimate)) {
    Panel residual{"Recorded minus fitted", time_axis, {"difference (mV)"}, {}};
    Curve left{"difference", Role::stepped, Mark::thin_line, trace.times, {}};
    for (std::size_t i = 0; i < trace.times.size(); ++i) {
      left.y.push_back(trace.potentials[i] - estimate.fitted[i]);
    }
    residual.curves.push_back(left);
    figure.panels.push_back(residual);
  }
  figure.panels.push_back(injected);
  return figure;
}

}  // namespace lapicque::figures
