#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "numbers/ball.hpp"
#include "numbers/decay_table.hpp"
#include "numbers/real.hpp"
#include "solver/input_drive.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// A bound on z e^-z.
inline constexpr double greatest_alpha_shape = 0.37;

/// The rounding of a sum of all parts of the drive but sinusoids, relative to the sum of their magnitudes, and more.
inline double drive_rounding(std::size_t synapses) { return 0x1p-48 * (5 + static_cast<double>(synapses)); }

/// Carries a neuron over a stretch between two events on which u plainly stays below the threshold, as on most
/// stretches between the arrivals of a synaptic barrage.
///
/// It evaluates the closed forms of Trajectory as increments, x(s) = x(0) + (level - x(0)) F + ..., once and without
/// balls: the error bound is worked out by hand. With u = RealTraits::unit and f = function_unit, and all second-order
/// terms covered by a factor of 1 + 2^-20:
///
///     z = s/tau                    v: 2 u in double, where the clock has more digits; else 4 u
///     F = 1 - e^-z                 k: f, what the clock's digits leave, and in double u for a product's rounding
///     (F_m - F_s) / gap            the errors of both over |gap|, and of the whole 2 u and that of 1/gap, g
///     z e^(-z') phi1               p f + 3 u + 2 v + g of the whole, and 1.4 z times the error of F' and u for e^(-z')
///     z z_s e^(-z') phi2 or chi    p f + 3 u + 3 v + g of the whole, and z z_s times the same
///     s z phi2                     p f + 4 u + 2 v of the whole, for a slope where z < 1
///     s (1 - F/z)                  2 u of the whole, and s times 2 v + k + 2 u, for one where z >= 1
///
/// with z' the lesser of z and z_s and F' = 1 - e^(-z'), p of phi1, phi2 and chi as phi.hpp has it, and g >= 2 u.
/// Sinusoids come as balls. Each product and each sum adds u of its result. What underflows anywhere is a factor of
/// what is carried.
template <class Real>
class QuietStep {
 public:
  using Time = Clock<Real>;

  /// The longest stretch, in units of tau_m. On longer ones, the errors of F_m - F_s would be no second-order terms.
  static constexpr double longest = 16;

  /// @param tau            tau_m, ms
  /// @param synaptic_taus  tau_s, ms, ascending
  /// @param response       which has a Decay for each of them
  QuietStep(double tau, std::span<const double> synaptic_taus, const Trajectory<Ball<Real>>& response);

  /// Carries the potential x < 0 and the synapses over `length` ms, 0 < length <= `longest` tau_m, which may be a
  /// difference of times that the clock has rounded.
  /// @return false where it is not plain that x stays below 0: then nothing has changed
  bool pass(const Time& length, const InputDrive<Real>& input, Carried<Real>& potential,
            std::vector<SynapticDrive<Real>>& synapses);

  /// Lets the synapses decay for `length` ms >= 0.
  void decay(const Time& length, std::vector<SynapticDrive<Real>>& synapses);

  /// How far x may be off at the stretch's start where its time is known to within `error` ms only: tau_m |dx/dt| = |d
  /// - x| and what that changes by within the error, mV; infinite where the error is no instant for all that decays.
  double blur(double error, const InputDrive<Real>& input, const Carried<Real>& potential,
              const std::vector<SynapticDrive<Real>>& synapses) const;

  struct Synapse {
    Time rate;
    Real gap;
    Real inverse_gap;
    double gap_error;   ///< relative, of either
    double wide_error;  ///< what add_wide() is off by, for each strength and each F
    bool is_wide;
    // Of the present stretch:
    bool acts = false;
    Decayed<Real> decayed{};
  };

 private:
  const DecayTable& table_ = DecayTable::get();
  Time rate_;        // 1 / tau_m
  double rounding_;  // of a sum of all parts of the drive, relative to their magnitudes
  std::vector<Synapse> synapses_;
};

}  // namespace lapicque::detail
