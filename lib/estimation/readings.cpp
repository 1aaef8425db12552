#include "readings.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lapicque::estimation {

Readings read_current(const Current& current, std::span<const double> times) {
  constexpr double same = 1e-11;          // of the largest response
  constexpr double tau_of_record = 0.05;  // of the record: any time constant that it shows would do
  const std::vector<double> samples(times.begin(), times.end());
  InputResponse exact(current, InputReading::exact, samples);
  InputResponse held(current, InputReading::held, samples);
  const double tau = tau_of_record * (times.back() - times.front());
  const Response a = exact.at_samples(tau);
  const Response b = held.at_samples(tau);
  double largest = 0;
  double difference = 0;
  for (std::size_t i = 0; i < a.unit.size(); ++i) {
    largest = std::max(largest, std::abs(a.unit[i]) + std::abs(a.jumps[i]));
    difference = std::max(difference, std::abs(a.unit[i] - b.unit[i]) + std::abs(a.jumps[i] - b.jumps[i]));
  }
  if (difference <= same * largest) return {held, held};
  return {std::move(exact), std::move(held)};
}

Current joined_by_lines(const Current& current) {
  const auto lists = pieces_of<Samples>(current);
  const auto steps = pieces_of<Step>(current);
  if (lists.size() + steps.size() != current.pieces().size()) return current;
  Current joined;
  for (const Samples& s : lists) joined += samples(s.start, s.step, *s.values, Hold::linear);
  for (const Step& s : steps) joined += step(s.start, s.stop, s.amplitude);
  return joined;
}

}  // namespace lapicque::estimation
