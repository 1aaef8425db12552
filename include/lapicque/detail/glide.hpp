#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "lapicque/detail/ball.hpp"
#include "lapicque/detail/fading_table.hpp"
#include "lapicque/detail/membrane.hpp"
#include "lapicque/detail/phi.hpp"
#include "lapicque/detail/real.hpp"

namespace lapicque::detail {

/// A number that is carried from event to event, with the digits of the clock.
template <class Real>
using Carried = Ball<Clock<Real>>;

/// What the arrivals with one time constant drive just after the last event, mV: see Decay.
template <class Real>
struct SynapticDrive {
  Carried<Real> exponential{0.0};
  Carried<Real> alpha{0.0};
};

/// The short way over a stretch with nothing but a constant and fading synapses in it, on which u plainly stays below
/// the threshold: most stretches between the arrivals of a synaptic barrage.
///
/// It evaluates the closed forms of Response as increments, x(s) = x(0) + (level - x(0)) F + ..., once and without
/// balls: the error bound is worked out by hand. With u = RealTraits::unit and f = function_unit, and all second-order
/// terms covered by a factor of 1 + 2^-20:
///
///     z = s/tau                    v: 2 u in double, where the clock has more digits; else 4 u
///     F = 1 - e^-z                 k: f, what the clock's digits leave, and in double u for a product's rounding
///     (F_m - F_s) / gap            the errors of both over |gap|, and of the whole 2 u and that of 1/gap, g
///     z e^(-z') phi1               p f + 3 u + 2 v + g of the whole, and z times the error of F' and u for e^(-z')
///     z z_s e^(-z') phi2 or chi    p f + 3 u + 3 v + g of the whole, and z z_s times the same
///
/// with p of phi1, phi2 and chi as phi.hpp has it, and g >= 2 u.
/// Each product and each sum adds u of its result. What underflows anywhere is a factor of what is carried.
template <class Real>
class Glide {
 public:
  using Time = Clock<Real>;
  using Traits = RealTraits<Real>;

  /// @param tau            tau_m, ms
  /// @param synaptic_taus  tau_s, ms, ascending
  /// @param response       which has a Decay for each of them
  Glide(double tau, std::span<const double> synaptic_taus, const Response<Ball<Real>>& response)
      : rate_(Time(1) / Time(tau)) {
    for (std::size_t n = 0; n < synaptic_taus.size(); ++n) {
      const Ball<Real>& gap = response.decays[n].gap;
      const bool is_equal = gap.mid == Real(0);  // its inverse is not made use of then
      const double gap_error = (is_equal ? 0 : gap.rad / size(gap.mid) * (1 + 0x1p-20)) + 2 * u;
      const Real inverse_gap = Real(1) / gap.mid;
      synapses_.push_back({.rate = Time(1) / Time(synaptic_taus[n]),
                           .gap = gap.mid,
                           .inverse_gap = inverse_gap,
                           .inverse_gap_size = size(inverse_gap),
                           .gap_error = gap_error,
                           .is_wide = size(gap.mid) >= wide_gap});
    }
    rounding_ = 0x1p-48 * (4 + static_cast<double>(synapses_.size()));
  }

  /// Carries the potential x and the synapses over `length` ms > 0.
  /// @return false where it is not plain that x stays below 0: then nothing has changed
  bool pass(const Time& length, const Ball<Real>& level, Carried<Real>& potential,
            std::vector<SynapticDrive<Real>>& synapses) {
    const auto [z, gone, left] = faded(length, rate_);
    const double lost = convert_real<double>(gone);
    const Real start = convert_real<Real>(potential.mid);

    Gain gain{.value = (level.mid - start) * gone};
    gain.error = size(gain.value) * (k + 2 * u) + level.rad * lost;
    gain.greatest = convert_real<double>(level.mid) + level.rad;
    gain.gross = size(level.mid) + level.rad;
    for (std::size_t n = 0; n < synapses.size(); ++n) {
      Synapse& synapse = synapses_[n];
      synapse.acts = !is_silent(synapses[n]);
      if (!synapse.acts) continue;
      synapse.faded = faded(length, synapse.rate);
      const double gone_error = k * (lost + convert_real<double>(synapse.faded.gone));
      if (synapse.is_wide && vanishes(synapses[n].alpha)) {
        add_wide(synapse, synapses[n].exponential, gone, gone_error, gain);
      } else if (!add_near(synapse, synapses[n], z, gone, gone_error, gain)) {
        return false;
      }
    }

    gain.gross += size(start);
    const Time end = moved(potential.mid, gain.value, gone);
    const double error = gain.error + u * size(gain.value) + carrying(gain.gross);
    const double radius = (error + potential.rad * convert_real<double>(left)) * (1 + 0x1p-20);
    if (!stays_below(convert_real<double>(potential.mid) + potential.rad, gain, lost) &&
        !(convert_real<double>(end) + radius < 0 && sign_at_end_decides(level, synapses, gain.gross))) {
      return false;
    }
    potential = {end, radius};
    for (std::size_t n = 0; n < synapses.size(); ++n) {
      if (synapses_[n].acts) fade(synapses_[n], synapses[n]);
    }
    return true;
  }

  /// Lets the synapses fade for `length` ms >= 0.
  void fade(const Time& length, std::vector<SynapticDrive<Real>>& synapses) {
    for (std::size_t n = 0; n < synapses.size(); ++n) {
      if (is_silent(synapses[n])) continue;
      synapses_[n].faded = faded(length, synapses_[n].rate);
      fade(synapses_[n], synapses[n]);
    }
  }

  /// How far x may be off at the stretch's start where its time is known to within `error` ms only: tau_m |dx/dt| = |d
  /// - x| and what that changes by within the error, mV; infinite where the error is no instant for all that fades.
  double blur(double error, const Ball<Real>& level, const Carried<Real>& potential,
              const std::vector<SynapticDrive<Real>>& synapses) const {
    const double rate = convert_real<double>(rate_) * (1 + 0x1p-50);
    double fastest = rate;
    Real rise = level.mid - convert_real<Real>(potential.mid);
    double known_to = level.rad + potential.rad;
    double gross = size(level.mid) + size(potential.mid);
    for (std::size_t n = 0; n < synapses.size(); ++n) {
      if (is_silent(synapses[n])) continue;
      const auto& [exponential, alpha] = synapses[n];
      rise = rise + convert_real<Real>(exponential.mid);
      known_to += exponential.rad;
      gross += greatest(exponential) + greatest(alpha);
      fastest = std::max(fastest, convert_real<double>(synapses_[n].rate));
    }
    const double instants = error * fastest;
    if (!(instants < 0x1p-12)) return std::numeric_limits<double>::infinity();
    const double rounding = 4 * u * static_cast<double>(synapses.size() + 4);
    return error * rate * (size(rise) + known_to + gross * (4 * instants + rounding)) * (1 + 4 * instants + 0x1p-40);
  }

 private:
  static constexpr double u = Traits::unit;
  static constexpr double f = Traits::function_unit;
  static constexpr double clock_unit = RealTraits<Time>::unit;
  static constexpr double k = f + 6 * clock_unit + (std::is_same_v<Real, Time> ? 0 : u);
  static constexpr double zu = std::is_same_v<Real, Time> ? 4 * u : 2 * u;  // relative error of z
  /// Where tau_s is so far from tau_m, the quotient of differences is as good as the series, and quicker.
  static constexpr double wide_gap = 0.25;

  struct Synapse {
    Time rate;
    Real gap;
    Real inverse_gap;
    double inverse_gap_size;
    double gap_error;  // relative, of either
    bool is_wide;
    // Of the present stretch:
    bool acts = false;
    Faded<Real> faded{};
  };

  /// What the potential gains on the stretch, mV, and bounds on the drive that makes it gain.
  struct Gain {
    Real value;
    double error = 0;
    double greatest = 0;  // the drive, all along the stretch
    double gross = 0;     // the sum of the magnitudes of its parts, and of the potential at the start
  };

  static double size(double x) { return std::fabs(x); }
  static double size(const DoubleDouble& x) { return std::fabs(x.hi) * (1 + 0x1p-50); }

  /// What Real has no room for of a time or a number that is carried.
  static double beyond(const DoubleDouble& x) { return std::is_same_v<Real, double> ? x.lo : 0; }
  /// A number that is carried, after a change which leaves out that what is beyond() fades by a share of itself.
  static DoubleDouble moved(const DoubleDouble& number, const Real& change, const Real& gone) {
    if constexpr (std::is_same_v<Real, double>) {
      return two_sum(number.hi, change + (number.lo - number.lo * gone));
    } else {
      return number + change;
    }
  }

  /// What a few factors cost that underflow, where they belong to numbers of this size.
  static double underflow(double size) { return Traits::underflow * 64 * (1 + size); }
  /// That, and what it costs to carry a number of at most this size: a rounding to the clock's digits, and at most 4 u
  /// of what is beyond() it.
  static double carrying(double size) { return (2 * clock_unit + Traits::underflow * 64) * size + underflow(0); }

  /// x(s) <= x(0) + (sup d - x(0)) (1 - e^(-s/tau_m)), or x falls where d <= 0.
  bool stays_below(double start, const Gain& gain, double lost) const {
    const double slack = gain.gross * rounding_;
    const double ceiling = gain.greatest + slack;
    return start < 0 && (ceiling <= 0 || start + (ceiling - start) * lost + slack < 0);
  }

  /// Whether d > 0 throughout, or rises: then x crosses 0 upward only if it ends above it.
  bool sign_at_end_decides(const Ball<Real>& level, const std::vector<SynapticDrive<Real>>& synapses,
                           double gross) const {
    double least = convert_real<double>(level.mid) - level.rad;
    bool rises = true;
    for (std::size_t n = 0; n < synapses.size(); ++n) {
      if (!synapses_[n].acts) continue;
      const auto& [exponential, alpha] = synapses[n];
      const double now = convert_real<double>(exponential.mid);
      least += std::min(now, now * convert_real<double>(synapses_[n].faded.left)) - exponential.rad;
      rises = rises && now + exponential.rad <= 0;
      if (vanishes(alpha)) continue;
      least += std::min(0.0, (convert_real<double>(alpha.mid) - alpha.rad) * greatest_shape(synapses_[n]));
      rises = false;
    }
    return rises || least - gross * rounding_ > 0;
  }

  /// A bound on z e^-z along the stretch, which stays below z and below 1/e.
  static double greatest_shape(const Synapse& synapse) { return std::min(0.37, size(synapse.faded.z)); }

  Faded<Real> faded(const Time& length, const Time& rate) const {
    if constexpr (std::is_same_v<Real, double>) {
      return table_.faded(length, rate);
    } else {
      return table_.faded(length * rate);
    }
  }

  /// By the quotient of differences, for an exponential drive.
  static void add_wide(const Synapse& synapse, const Carried<Real>& exponential, const Real& gone, double gone_error,
                       Gain& gain) {
    const Real strength = convert_real<Real>(exponential.mid);
    const Real filter = (gone - synapse.faded.gone) * synapse.inverse_gap;
    const double filter_size = size(filter);
    const double filter_error = gone_error * synapse.inverse_gap_size + (2 * u + synapse.gap_error) * filter_size;
    add(synapse, exponential, strength, filter, filter_size, filter_error, gain);
  }

  /// By the series. @return false where they do not reach, on so long a stretch
  static bool add_near(const Synapse& synapse, const SynapticDrive<Real>& state, const Real& z, const Real& gone,
                       double gone_error, Gain& gain) {
    const Real exponent = z * synapse.gap;
    if (!(size(exponent) < 1)) return false;
    const bool slower = !(exponent < Real(0));
    const Real series_at = slower ? Real(-exponent) : exponent;
    const Real larger = Real(1) - (slower ? synapse.faded.gone : gone);
    const double larger_error = gone_error + u;

    if (!vanishes(state.exponential)) {
      const Real strength = convert_real<Real>(state.exponential.mid);
      const Real filter = z * larger * phi1(series_at);
      const double filter_size = size(filter);
      const double filter_error =
          (phi1_error * f + 3 * u + 2 * zu + synapse.gap_error) * filter_size + size(z) * larger_error;
      add(synapse, state.exponential, strength, filter, filter_size, filter_error, gain);
    }
    if (!vanishes(state.alpha)) {
      const Real strength = convert_real<Real>(state.alpha.mid);
      const Real scale = z * synapse.faded.z;
      const Real filter = scale * larger * (slower ? phi2(series_at) : chi(series_at));
      const double filter_size = size(filter);
      const double series_error = slower ? phi2_error : chi_error;
      const double filter_error =
          (series_error * f + 3 * u + 3 * zu + synapse.gap_error) * filter_size + size(scale) * larger_error;
      add_part(state.alpha, strength, filter, filter_size, filter_error, gain);
      gain.greatest += std::max(0.0, (convert_real<double>(strength) + state.alpha.rad) * greatest_shape(synapse));
    }
    return true;
  }

  static void add(const Synapse& synapse, const Carried<Real>& exponential, const Real& strength, const Real& filter,
                  double filter_size, double filter_error, Gain& gain) {
    add_part(exponential, strength, filter, filter_size, filter_error, gain);
    const double now = convert_real<double>(strength);
    gain.greatest += std::max(now, now * convert_real<double>(synapse.faded.left)) + exponential.rad;
  }
  static void add_part(const Carried<Real>& drive, const Real& strength, const Real& filter, double filter_size,
                       double filter_error, Gain& gain) {
    const double strength_size = size(strength);
    gain.value = gain.value + strength * filter;
    gain.error += strength_size * (filter_error + 2 * u * filter_size) + drive.rad * filter_size + u * size(gain.value);
    gain.gross += strength_size + drive.rad;
  }

  /// The state of a synapse at the stretch's end: (e + a z) e^-z and a e^-z.
  static void fade(const Synapse& synapse, SynapticDrive<Real>& state) {
    if (!vanishes(state.alpha)) {
      const Real strength = convert_real<Real>(state.alpha.mid);
      const Real turned = strength * synapse.faded.z;
      const double z = size(synapse.faded.z);
      state.exponential = {
          state.exponential.mid + Time(turned),
          (state.exponential.rad + state.alpha.rad * z + size(turned) * (2 * u + zu) +
           clock_unit * (size(state.exponential.mid) + size(turned)) + underflow(size(strength) + state.alpha.rad)) *
              (1 + 0x1p-20)};
      fade(synapse, state.alpha);
    }
    if (!vanishes(state.exponential)) fade(synapse, state.exponential);
  }
  static void fade(const Synapse& synapse, Carried<Real>& value) {
    const Real lead = convert_real<Real>(value.mid);
    const double z = convert_real<double>(synapse.faded.z);
    if (z >= 1) {
      const Real now = lead * synapse.faded.left;
      const double relative = f + (4 * z + 2) * u;  // also for what Real has no room for of z and of the start
      const double radius = size(now) * relative + value.rad * convert_real<double>(synapse.faded.left);
      value = {Time(now), (radius + underflow(size(lead) + value.rad)) * (1 + 0x1p-20)};
      return;
    }
    const Real fall = lead * synapse.faded.gone;
    const Time now = moved(value.mid, -fall, synapse.faded.gone);
    const double error = size(fall) * (k + 2 * u) + carrying(size(lead));
    value = {now, (error + value.rad * convert_real<double>(synapse.faded.left)) * (1 + 0x1p-20)};
  }

  const FadingTable& table_ = FadingTable::get();
  Time rate_;        // 1 / tau_m
  double rounding_;  // of a sum of all parts of the drive, relative to their magnitudes
  std::vector<Synapse> synapses_;
};

}  // namespace lapicque::detail
