#include "raster_figure.hpp"

#include <algorithm>
#include <utility>

namespace lapicque::figures {

Figure raster_figure(std::string title, std::span<const PopulationOfFile> populations,
                     std::span<const NetworkSpike> spikes, double until) {
  constexpr std::size_t bins = 100;
  const double width = until / static_cast<double>(bins);
  Panel raster{"Spikes", {"time (ms)", false, 0.0, until}, {"neuron"}, {}};
  Panel rates{"Rate, per neuron", {"time (ms)", false, 0.0, until}, {"rate (Hz)"}, {}};
  for (std::size_t p = 0; p < populations.size(); ++p) {
    const PopulationOfFile& population = populations[p];
    Curve dots{population.name, series(p % 7), Mark::specks, {}, {}};
    std::vector<double> counts(bins);
    for (const NetworkSpike& spike : spikes) {
      if (spike.neuron < population.first || spike.neuron >= population.first + population.size) continue;
      dots.x.push_back(spike.time);
      dots.y.push_back(spike.neuron);
      ++counts[std::min(bins - 1, static_cast<std::size_t>(spike.time / width))];
    }
    Curve rate{population.name, series(p % 7), Mark::line, {}, {}};
    for (std::size_t k = 0; k < bins; ++k) {
      rate.x.push_back((static_cast<double>(k) + 0.5) * width);
      rate.y.push_back(counts[k] / static_cast<double>(population.size) / width * 1000);
    }
    if (!dots.x.empty()) raster.curves.push_back(std::move(dots));
    rates.curves.push_back(std::move(rate));
  }
  return {std::move(title), "", {std::move(raster), std::move(rates)}};
}

}  // namespace lapicque::figures
