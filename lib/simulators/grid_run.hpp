#pragma once

#include <compare>
#include <cstddef>
#include <vector>

#include "lapicque/convention.hpp"
#include "lapicque/current.hpp"
#include "lapicque/current_value.hpp"
#include "lapicque/neuron.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// The grid time to which a convention moves an arrival, in steps from t = 0. @param arrivals  not Arrival::exact
double grid_index(double time, double dt, Arrival arrivals);

/// The time as it is printed. @param decimals  none: as it is
double printed_time(double time, const Convention& convention);

/// A neuron that goes from grid time to grid time under a convention: any but those with Crossing::everywhere.
class GridRun {
 public:
  GridRun(const Neuron& neuron, const Current& current, const Convention& convention, double dt);

  /// Takes the next step, the first of which is number 0.
  void step();

  /// The spikes so far as they are printed, ms.
  const std::vector<double>& spikes() const noexcept { return spikes_; }

 private:
  /// A time as t_step + offset with 0 <= offset < dt, so that what is on the grid compares exactly.
  struct Place {
    double step;
    double offset;  ///< ms
    auto operator<=>(const Place&) const = default;
  };
  static constexpr auto no_synapse = static_cast<std::size_t>(-1);
  struct Happening {
    Place place;
    std::size_t synapse;  ///< the number of membrane_.decays to which this adds; no_synapse: a voltage jump
    bool alpha;
    double size;  ///< mV: a jump, or R times the weight
  };

  Place place_of(double time) const;
  void add_jumps(const Pulses& pulses);
  void add_synapse(const Synapse& synapse);
  void take_part(double begin, double end);
  void advance(double length, bool free);
  static double crossing(const Trajectory<double>& before, double length);
  double take_arrivals(const Place& place);
  bool is_above(bool by_jump);
  bool acts_in_refractoriness() const;  ///< jumps do
  void detect(const Place& place);
  void write_down(const Place& crossed);
  void fire(const Place& crossed);

  Neuron neuron_;
  Convention convention_;
  double dt_;
  CurrentEvaluator held_;
  std::vector<Happening> happenings_;  ///< ascending in place
  std::size_t next_ = 0;               ///< the first that is still to come

  /// At the place reached: start is u - theta, and decays are the synapses.
  Trajectory<double> membrane_;
  double n_ = 0;             ///< the step that is being taken
  Place resume_{0, 0};       ///< where refractoriness ends
  bool armed_ = true;        ///< u has been found below the threshold since the last spike
  bool detected_ = false;    ///< u is above the level of detection
  double interpolated_ = 0;  ///< ms from the start of the step: where a straight line crosses the threshold
  std::vector<double> spikes_;
};

}  // namespace lapicque::detail
