#include <cmath>
#include <vector>

#include "lapicque/estimation.hpp"
#include "lapicque/interval_estimation.hpp"

// tau 8, refractory period 2 ms, rheobase 2, reset current 0.5 nA.
int main() {
  std::vector<lapicque::ConstantCurrentTrain> trains;
  for (const double current : {2.1, 2.5, 4.0, 8.0}) {
    const double period = 2 + 8 * std::log((current - 0.5) / (current - 2));
    trains.push_back({current, {0, period, 2 * period}});
  }
  const auto found = lapicque::estimate_from_intervals(trains);
  return found.tau && std::abs(found.tau->value - 8) < 1e-6 ? 0 : 1;
}
