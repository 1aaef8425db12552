#include "tuning.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

#include "lapicque/spike_train.hpp"
#include "oracle.hpp"

namespace lapicque::vectors {
namespace {

/// The greatest double in [0, high) at which base + shape has no more spikes than at 0.
double last_quiet(const Tunable& input, const Current& base, double high) {
  const auto spikes = [&](double amplitude) {
    return spike_times(input.neuron, base + input.shape(amplitude), input.until).size();
  };
  const std::size_t quiet = spikes(0);
  double low = 0;
  while (std::nextafter(low, high) < high) {
    const double middle = low + (high - low) / 2;
    (spikes(middle) <= quiet ? low : high) = middle;
  }
  return low;
}

}  // namespace

Tuner::Tuner(Tunable input) : input_(std::move(input)) {
  touching_ = last_quiet(input_, input_.base, input_.enough);
  const double spacing = std::nextafter(touching_, forever) - touching_;
  remaining_ = last_quiet(input_, input_.base + input_.shape(touching_), spacing);
  const double less = touching_ * 0x1p-10;
  const auto closest = testing::oracle_spikes(input_.neuron, input_.base + input_.shape(touching_ - less), input_.until,
                                              testing::Looks::everywhere)
                           .closest;
  slope_ = static_cast<double>(closest) / less;
}

Current Tuner::at(double distance) const {
  constexpr double resolved = 5e-13;  // mV: some amplitudes are up to 1e2 nA, an ulp of which is 1e-14
  const double more = distance / slope_;
  if (std::fabs(distance) > resolved) return input_.base + input_.shape(touching_ + more);
  return input_.base + input_.shape(touching_) + input_.shape(remaining_ + more);
}

}  // namespace lapicque::vectors
