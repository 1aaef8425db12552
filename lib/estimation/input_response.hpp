#pragma once

#include <span>
#include <utility>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron_estimate.hpp"

namespace lapicque::estimation {

/// What a current makes of a membrane at rest at 0 mV, from t = 0 on, without spikes.
struct Response {
  std::vector<double> unit;   ///< K: of 1 MOhm to the current, mV/MOhm
  std::vector<double> jumps;  ///< to the voltage jumps, mV
};

/// The response of membranes of any time constant to one current, read in one way.
class InputResponse {
 public:
  /// @param times  ms, >= 0, ascending, at least two: the samples
  /// @param parts  how many values in turn a current that is read as held takes from a sample to the next, each for the
  ///               same time
  InputResponse(const Current& current, InputReading reading, std::vector<double> times, int parts = 1);

  /// At the samples.
  Response at_samples(double tau) const;

  /// At other times, ascending, from the first sample to the last.
  Response at(double tau, std::span<const double> times) const;

  /// The same current, read in the same way, with other samples. A current read as held is one that holds its value
  /// from sample to sample: there every sample must be kept.
  InputResponse at_times(std::vector<double> times) const { return {current_, reading_, std::move(times), parts_}; }

  /// ms, ascending: where the current's formula changes after the first sample and before the last; none where it is
  /// read as held.
  std::vector<double> events() const;

  /// dK/dtau and that of the jumps, by a central difference good to some 1e-10.
  Response slope_at(double tau, std::span<const double> times) const;
  Response slope_at_samples(double tau) const { return slope_at(tau, times_); }

  /// I, nA, at the samples; at a discontinuity the value after it.
  std::span<const double> current() const noexcept { return sampled_; }
  /// The voltage jumps after the first sample, ascending.
  std::span<const Event> jumps() const noexcept { return jumps_; }
  const std::vector<double>& times() const noexcept { return times_; }

 private:
  Response exact(double tau, std::span<const double> times) const;
  Response held(double tau, std::span<const double> times) const;
  std::vector<double> membrane(double tau, double resistance, std::span<const double> times) const;

  Current current_;
  InputReading reading_;
  int parts_;
  std::vector<double> times_;
  std::vector<double> sampled_;
  std::vector<double> hold_times_;  ///< from which on a held current has the values held_
  std::vector<double> held_;
  std::vector<Event> jumps_;  ///< those after the first sample, ascending
  double bound_;              ///< mV: no response of 2 MOhm comes near it
};

}  // namespace lapicque::estimation
