#include "lapicque/interval_estimation.hpp"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "adaptation.hpp"
#include "interval_report.hpp"
#include "lapicque/error.hpp"
#include "periods.hpp"

namespace lapicque {
namespace {

void check(std::span<const ConstantCurrentTrain> trains) {
  bool any = false;
  for (std::size_t k = 0; k < trains.size(); ++k) {
    const std::string name = "trains[" + std::to_string(k + 1) + "]";
    if (!std::isfinite(trains[k].current)) {
      throw InvalidArgument(name + ".current", to_text(trains[k].current, "nA"), "must be finite");
    }
    const auto& times = trains[k].times;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (!std::isfinite(times[i]) || (i > 0 && !(times[i] > times[i - 1]))) {
        throw InvalidArgument(name + ".times[" + std::to_string(i + 1) + "]", to_text(times[i], "ms"),
                              "must be finite and later than the one before it", "sort the spikes, each once");
      }
    }
    any = any || times.size() > 1;
  }
  if (!any) {
    throw InvalidArgument("trains", std::to_string(trains.size()) + " without an interval",
                          "one of them must have two spikes", "record for longer, or with a larger current");
  }
}

}  // namespace

IntervalEstimate estimate_from_intervals(std::span<const ConstantCurrentTrain> all_trains) {
  using namespace estimation;
  constexpr std::size_t unknowns = 4;
  check(all_trains);
  IntervalEstimate result{};
  result.grid = grid_of(all_trains);
  std::vector<ConstantCurrentTrain> trains;
  std::set<double> currents;
  for (const auto& train : all_trains) {
    if (train.times.size() < 2) continue;
    trains.push_back(train);
    currents.insert(train.current);
    result.intervals += train.times.size() - 1;
  }
  result.currents = currents.size();
  const Periods periods = measure_periods(trains, result.grid);
  result.accumulates = periods.accumulates;
  const auto adaptation = find_adaptation(trains, rounding_of_intervals(trains, result.grid));
  return with_potentials_open(adaptation                   ? report_adaptation(result, trains, *adaptation, periods)
                              : result.currents < unknowns ? report_few_currents(result, periods)
                                                           : report_fit(result, periods));
}

}  // namespace lapicque
