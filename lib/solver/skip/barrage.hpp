#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "input/timeline.hpp"
#include "solver/skip/quiet_step.hpp"

namespace lapicque::detail {

/// What QuietStep<double> does from one single event to the next, for as many events as it can: the membrane and the
/// synapses side by side in the lanes of vector registers, where they stay in between.
///
/// What it carries is what QuietStep carries, enclosed as well, by formulas of its own. With z = s/tau, F = 1 - e^-z
/// and H = z - F, which a table gives without cancellation, g = (tau_s - tau_m) / tau_s, and an index m or s,
///
///     level        level F_m
///     slope        slope tau_m H_m
///     exponential  exponential (z_m + (H_s - H_m) / g)
///     alpha        alpha ((1 - g) / g (H_m - H_s) - z_s F_s) / g
///
/// With u = 2^-53, and all second-order terms covered by a factor of 1 + 2^-20, z is good to 2 u of itself, H to 8 u,
/// and F = z - H to 3 u F + 10 u H. What the parts of the potential are off by, products and sums included:
///
///     level        9 u z_m + 10 u H_m
///     slope        15 u of the whole
///     exponential  9 u z_m + (10 u + g') (H_m + H_s) / |g|, as the filter is positive and at most z_m
///     alpha        (24 u + 2 g') (|(1 - g) / g| (H_m + H_s) + z_s F_s) / |g|
///
/// with g' what 1/g is off by, relative. A drive that decays is off by (8 F + 10 H) u of itself; one that an alpha
/// drive turns into, by 6 u of what turned besides.
class Barrage {
 public:
  /// As many synaptic time constants fit in the registers.
  static constexpr std::size_t most_synapses = 3;

  /// Whether there are no more, and all at least a sixteenth from the membrane's, and none so short that its rate
  /// overflows.
  static bool serves(const Trajectory<Ball<double>>& response);

  /// @param response    which has a Decay for each synaptic time constant
  /// @param tau         tau_m, ms
  /// @param taus        tau_s, ms
  /// @param rest        u_rest - theta, mV
  /// @param resistance  MOhm
  /// @param alpha_gain  that of what arrives at an alpha synapse, MOhm, if there is any
  Barrage(const Trajectory<Ball<double>>& response, double tau, std::span<const double> taus, const Ball<double>& rest,
          double resistance, const std::optional<Ball<double>>& alpha_gain);

  struct Passed {
    std::uint64_t stretches;  ///< that are done
    bool is_blocked = false;  ///< whether x does not plainly stay below the threshold up to the next event
  };

  /// Goes from event to event before `until`, as long as each is a single one, no more than the shortest time constant,
  /// or |g| tau_m (4 g^2 tau_m with alpha synapses), has passed since the last, and x plainly stays below the
  /// threshold. A jump that does not plainly land below it is left to happen, where it stands.
  /// @param anchor  the time of the last event, ms, at which the others are given; it moves with them
  /// @param input   all that drives beside the synapses, there; it moves with them too
  Passed pass(Timeline& timeline, double until, double& anchor, Carried<double>& potential,
              std::vector<SynapticDrive<double>>& synapses, LinearDrive<double>& input) const;

  /// The same while the neuron is refractory: jumps are lost, and what changes of the input is left to the timeline.
  std::uint64_t decay(Timeline& timeline, double until, double& anchor,
                      std::vector<SynapticDrive<double>>& synapses) const;

 private:
  /// A number for the membrane and one for each synapse, and room to load four from the second on.
  using Row = std::array<double, most_synapses + 2>;
  struct Constants {
    Row rate{};      // of decay, 1/ms
    Row rate_low{};  // what double has no room for of it
    Row inverse_gap{1};
    Row gap_error{};       // of the exponential's filter, for each H
    Row alpha_ratio{};     // (1 - g) / g
    Row alpha_error{};     // of the alpha filter, for each H ...
    Row turning_error{};   // ... and for z_s F_s
    double most_rate = 0;  // stretches are shorter than its inverse, 1/ms
    double tau = 0;        // of the membrane, ms
    Ball<double> rest{};
    double resistance = 0;
    Ball<double> alpha_gain{};
    double rounding = 0;  // of a sum of all parts of the drive, relative to their magnitudes
  };
  /// What pass() and decay() are given.
  struct Place {
    double* anchor;
    std::vector<SynapticDrive<double>>* synapses;
    Carried<double>* potential = nullptr;
    LinearDrive<double>* input = nullptr;
  };
  template <int lanes, bool with_alpha, bool clamped>
  static Passed run(const Constants& constants, Timeline& timeline, double until, const Place& place);
  template <bool clamped>
  Passed choose(Timeline& timeline, double until, const Place& place) const;

  Constants constants_;
  bool with_alpha_;
};

}  // namespace lapicque::detail
