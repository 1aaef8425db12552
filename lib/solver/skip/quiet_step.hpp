#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/input_drive.hpp"
#include "solver/skip/stretches_ahead.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// A decaying part of the drive in the digits of Real, mV: see Decay.
template <class Real>
struct QuietPart {
  Ball<Real> exponential{0.0};
  Ball<Real> alpha{0.0};
  bool acts = false;  ///< whether it is anything but zero
};

/// Carries a neuron over a stretch between two events on which u plainly stays below the threshold, as on most
/// stretches between the arrivals of a synaptic barrage.
///
/// It evaluates the closed forms of Trajectory as increments, x(s) = x(0) + (level - x(0)) F + ..., once and without
/// balls: the error bound is worked out by hand. With u = RealTraits::unit and f = function_unit, and all second-order
/// terms covered by a factor of 1 + 2^-20:
///
///     z = s/tau                    v: 2 u in double; where the clock has no more digits, 4 u
///     F = 1 - e^-z                 k: f, what the clock's digits leave, and in double u for a product's rounding
///     e^-z                         f and v z
///     (F_m - F_s) / gap            the errors of both over |gap|, and of the whole 2 u and that of 1/gap, g
///     z e^(-z') phi1               p f + 3 u + 2 v + g of the whole, and 1.4 z times the error of F' and u for e^(-z')
///     z z_s e^(-z') phi2 or chi    p f + 3 u + 3 v + g of the whole, and z z_s times the same
///     tau (z - F), of a slope      v z + k F, and 3 u of the whole
///
/// with z' the lesser of z and z_s and F' = 1 - e^(-z'), p of phi1, phi2 and chi as phi.hpp has it, and g >= 2 u.
/// StretchesAhead has them beside its filters. Sinusoids come as balls. Each product and each sum adds u of its result,
/// or of what it is a part of. What underflows anywhere is a factor of what is carried.
template <class Real>
class QuietStep {
 public:
  using Time = Clock<Real>;
  using U = QuietUnits<Real>;

  /// @param tau         tau_m, ms
  /// @param taus        tau_s, ms, ascending
  /// @param response    which has a Decay for each of them
  /// @param with_alpha  whether there are alpha drives
  QuietStep(double tau, std::span<const double> taus, const Trajectory<Ball<Real>>& response, bool with_alpha)
      : ahead_(tau, taus, response, with_alpha),
        tau_(tau),
        rounding_(0x1p-48 * (5 + static_cast<double>(taus.size()))),
        roundings_((2 * static_cast<double>(taus.size()) + 6) * U::u) {}

  StretchesAhead<Real>& ahead() { return ahead_; }

  /// Carries the potential x < 0 and the parts over a stretch that has been looked at.
  /// @param input_moves  input.moves()
  /// @return false where it is not plain that x stays below 0: then nothing has changed
  bool pass(std::size_t lane, const InputDrive<Real>& input, bool input_moves, Ball<Real>& potential,
            std::vector<QuietPart<Real>>& parts) const;

  /// Lets the parts decay over a stretch that has been looked at.
  void decay(std::size_t lane, std::vector<QuietPart<Real>>& parts) const;

  /// Adds a number of which no more is lost than one rounding of it. Roundings of the radius are second-order terms.
  static void add(const Real& change, Ball<Real>& number) {
    number.mid = number.mid + change;
    number.rad += (size(change) + size(number.mid)) * (U::u * second_order) + underflow;
  }

  /// How far x may be off at the stretch's start where its time is known to within `error` ms only: tau_m |dx/dt| = |d
  /// - x| and what that changes by within the error, mV; infinite where the error is no instant for all that decays.
  double blur(double error, const InputDrive<Real>& input, const Ball<Real>& potential,
              const std::vector<QuietPart<Real>>& parts) const;

 private:
  /// A bound on z e^-z.
  static constexpr double greatest_alpha_shape = 0.37;
  static constexpr double second_order = 1 + 0x1p-20;
  /// What carried() costs beside rounding its result, relative to x.
  static double carrying(double gone) { return gone * (U::k + 2 * U::u) + (U::is_clock ? U::f + 4 * U::u : 0); }
  /// What factors cost that underflow, beside numbers near 1, where scaled() brings the neuron's; so large that no
  /// arithmetic with it is denormal, which takes processors a hundred cycles.
  static constexpr double underflow = 0x1p-1000;

  /// What the potential gains on the stretch, mV, and bounds on the drive that makes it gain.
  struct Gain {
    Real value{0.0};
    double error = 0;
    double terms = 0;       ///< the sum of the magnitudes of what is added up
    double greatest = 0;    ///< the drive, all along the stretch
    double least_wave = 0;  ///< the sum of the least that each sinusoid comes to
    double gross = 0;       ///< the sum of the magnitudes of the drive's parts, and of the potential at the start
  };
  Gain gain_of_moving(std::size_t lane, const InputDrive<Real>& input) const;
  void add_slope(std::size_t lane, const Ball<Real>& slope, Gain& gain) const;
  void add_wave(std::size_t lane, const Sine<Ball<Real>>& wave, Gain& gain) const;
  bool sign_at_end_decides(std::size_t lane, const InputDrive<Real>& input, double least_wave,
                           const std::vector<QuietPart<Real>>& parts, double slack) const;
  static void decay_number(const Real& gone, const Real& left, Ball<Real>& number);

  /// A bound on z e^-z along the stretch, which stays below z and below 1/e.
  static double greatest_shape(const typename StretchesAhead<Real>::Part& part, std::size_t lane) {
    return std::min(greatest_alpha_shape, size(part.z[lane]));
  }
  static double amplitude(const Sine<Ball<Real>>& wave) { return greatest(wave.sine) + greatest(wave.cosine); }

  StretchesAhead<Real> ahead_;
  Real tau_;          // ms
  double rounding_;   // of a sum of all parts of the drive but sinusoids, relative to their magnitudes, and more
  double roundings_;  // those of a sum over all parts, relative
};

/// What is left of x, and what is added: in double x (1 - F) + added, so that no digits are lost that are not gone; in
/// double-double x e^-z + added, which waits for less.
inline double carried(double x, double gone, double, double added) { return x + (added - x * gone); }
inline DoubleDouble carried(const DoubleDouble& x, const DoubleDouble&, const DoubleDouble& left,
                            const DoubleDouble& added) {
  return multiply_add(x, left, added);
}

template <class Real>
void QuietStep<Real>::decay_number(const Real& gone, const Real& left, Ball<Real>& number) {
  const Real now = carried(number.mid, gone, left, Real(0));
  const double most = size(number.mid);
  const double error = most * carrying(size(gone)) + U::u * size(now) + underflow;
  number = {now, error * second_order + number.rad * (convert_real<double>(left) * second_order)};
}

/// (e + a z) e^-z and a e^-z.
template <class Real>
void QuietStep<Real>::decay(std::size_t lane, std::vector<QuietPart<Real>>& parts) const {
  for (std::size_t n = 0; n < parts.size(); ++n) {
    auto& [exponential, alpha, acts] = parts[n];
    if (!acts) continue;
    const auto& fading = ahead_.parts()[n];
    const Real gone = fading.gone[lane];
    const Real left = fading.left[lane];
    if (ahead_.with_alpha() && !vanishes(alpha)) {
      const Real z = fading.z[lane];
      const Real turned = alpha.mid * z;
      exponential.mid = exponential.mid + turned;
      exponential.rad = (exponential.rad + alpha.rad * size(z) + size(turned) * (2 * U::u + U::v) +
                         U::u * size(exponential.mid) + underflow) *
                        second_order;
      decay_number(gone, left, alpha);
    }
    decay_number(gone, left, exponential);
  }
}

template <class Real>
void QuietStep<Real>::add_slope(std::size_t lane, const Ball<Real>& slope, Gain& gain) const {
  const Real z = ahead_.membrane().z[lane];
  const Real gone = ahead_.membrane().gone[lane];
  const Real strength = slope.mid * tau_;  // what it comes to in tau_m
  const Real filter = z - gone;
  const double strength_size = size(strength);
  const double radius = slope.rad * size(tau_);
  gain.value = gain.value + strength * filter;
  gain.terms += strength_size * size(filter);
  gain.error += strength_size * (U::v * size(z) + U::k * size(gone) + 3 * U::u * size(filter)) + radius * size(filter);
  const double rise = convert_real<double>(strength * z);
  gain.greatest += std::max(0.0, rise) + radius * size(z);
  gain.gross += size(rise) + radius * size(z);
}

/// A sinusoid, within amplitude (omega s)^2 / 8 of its chord.
template <class Real>
void QuietStep<Real>::add_wave(std::size_t lane, const Sine<Ball<Real>>& wave, Gain& gain) const {
  const Real z = ahead_.membrane().z[lane];
  const Real gone = ahead_.membrane().gone[lane];
  const Ball<Real> s = Ball<Real>(z, U::v * size(z)) * Ball<Real>(tau_, 0);
  const auto now = wave_after(wave, s, Ball<Real>(gone, U::k * size(gone)));
  gain.value = gain.value + now.potential.mid;
  gain.terms += size(now.potential.mid);
  gain.error += now.potential.rad;
  const double most = amplitude(wave);
  const double angle = greatest(wave.omega * s);
  const double sag = most * angle * angle * 0.126 + wave.sine.rad + now.sine.rad;
  const double before = convert_real<double>(wave.sine.mid);
  const double after = convert_real<double>(now.sine.mid);
  gain.greatest += std::min(most, std::max(before, after) + sag);
  gain.least_wave += std::max(-most, std::min(before, after) - sag);
  gain.gross += most;
}

/// What changes of the drive but its decaying parts makes. Kept apart: most stretches have none of it, and need the
/// registers.
template <class Real>
[[gnu::noinline]] typename QuietStep<Real>::Gain QuietStep<Real>::gain_of_moving(std::size_t lane,
                                                                                 const InputDrive<Real>& input) const {
  Gain gain;
  if (!vanishes(input.slope)) add_slope(lane, input.slope, gain);
  for (const auto& wave : input.waves) add_wave(lane, wave, gain);
  gain.error += (roundings_ + static_cast<double>(input.waves.size()) * U::u) * gain.terms;
  return gain;
}

/// Whether d > 0 throughout, or rises: then x crosses 0 upward only if it ends above it.
template <class Real>
[[gnu::noinline]] bool QuietStep<Real>::sign_at_end_decides(std::size_t lane, const InputDrive<Real>& input,
                                                            double least_wave,
                                                            const std::vector<QuietPart<Real>>& parts,
                                                            double slack) const {
  const double length = size(ahead_.membrane().z[lane]) * size(tau_) * second_order;
  const double slope = convert_real<double>(input.slope.mid);
  double least = convert_real<double>(input.level.mid) - input.level.rad;
  least += std::min(0.0, slope * length) - input.slope.rad * length;
  least += least_wave;
  bool rises = slope >= input.slope.rad && input.waves.empty();
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const auto& [exponential, alpha, acts] = parts[n];
    if (!acts) continue;
    const auto& part = ahead_.parts()[n];
    const double now = convert_real<double>(exponential.mid);
    least += std::min(now, now * convert_real<double>(part.left[lane])) - exponential.rad;
    rises = rises && now + exponential.rad <= 0;
    if (vanishes(alpha)) continue;
    least += std::min(0.0, (convert_real<double>(alpha.mid) - alpha.rad) * greatest_shape(part, lane));
    rises = false;
  }
  return rises || least - slack > 0;
}

template <class Real>
bool QuietStep<Real>::pass(std::size_t lane, const InputDrive<Real>& input, bool input_moves, Ball<Real>& potential,
                           std::vector<QuietPart<Real>>& parts) const {
  const Real gone = ahead_.membrane().gone[lane];
  const Real left = ahead_.membrane().left[lane];
  const double lost = convert_real<double>(gone);
  const double start_size = size(potential.mid);

  Gain gain{.value = input.level.mid * gone};
  gain.terms = size(gain.value);
  gain.error = gain.terms * (U::k + 2 * U::u) + input.level.rad * lost;
  gain.greatest = convert_real<double>(input.level.mid) + input.level.rad;
  gain.gross = size(input.level.mid) + input.level.rad + start_size;
  double rounding = rounding_;
  if (input_moves) {
    const Gain moving = gain_of_moving(lane, input);
    gain.value = gain.value + moving.value;
    gain.terms += moving.terms;
    gain.error += moving.error;
    gain.greatest += moving.greatest;
    gain.least_wave = moving.least_wave;
    gain.gross += moving.gross;
    rounding += 0x1p-48 * static_cast<double>(input.waves.size());
  }
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const auto& [exponential, alpha, acts] = parts[n];
    if (!acts) continue;
    const auto& part = ahead_.parts()[n];
    const Real filter = part.filter[lane];
    const double strength = convert_real<double>(exponential.mid);
    const double strength_size = size(exponential.mid);
    gain.value = multiply_add(exponential.mid, filter, gain.value);
    gain.error += strength_size * part.error[lane] + exponential.rad * size(filter);
    gain.greatest += std::max(strength, strength * convert_real<double>(part.left[lane])) + exponential.rad;
    gain.gross += strength_size + exponential.rad;
    if (!ahead_.with_alpha() || vanishes(alpha)) continue;
    const Real alpha_filter = part.alpha_filter[lane];
    gain.value = multiply_add(alpha.mid, alpha_filter, gain.value);
    gain.error += size(alpha.mid) * part.alpha_error[lane] + alpha.rad * size(alpha_filter);
    gain.greatest += std::max(0.0, (convert_real<double>(alpha.mid) + alpha.rad) * greatest_shape(part, lane));
    gain.gross += size(alpha.mid) + alpha.rad;
  }

  const double slack = gain.gross * rounding;
  const Real end = carried(potential.mid, gone, left, gain.value);
  const double error =
      gain.error + roundings_ * gain.terms + start_size * carrying(lost) + U::u * size(end) + underflow;
  const double radius = error * second_order + potential.rad * (convert_real<double>(left) * second_order);
  // x(s) <= x(0) + (sup d - x(0)) (1 - e^(-s/tau_m)), or x falls where d < x(0).
  const double highest = convert_real<double>(potential.mid) + potential.rad;
  if (!(highest + std::max(0.0, gain.greatest - highest) * lost + slack < 0) &&
      !(convert_real<double>(end) + radius < 0 && sign_at_end_decides(lane, input, gain.least_wave, parts, slack))) {
    return false;
  }
  potential = {end, radius};
  decay(lane, parts);
  return true;
}

template <class Real>
double QuietStep<Real>::blur(double error, const InputDrive<Real>& input, const Ball<Real>& potential,
                             const std::vector<QuietPart<Real>>& parts) const {
  const Ball<Real>& level = input.level;
  const Ball<Real>& slope = input.slope;
  const double rate = convert_real<double>(ahead_.membrane().rate) * (1 + 0x1p-50);
  double fastest = rate;
  Real rise = level.mid - potential.mid;
  double known_to = level.rad + potential.rad + error * (size(slope.mid) + slope.rad);
  double gross = size(level.mid) + size(potential.mid);
  for (const auto& wave : input.waves) {
    const double most = amplitude(wave);
    rise = rise + wave.sine.mid;
    known_to += wave.sine.rad + error * greatest(wave.omega) * most;
    gross += most;
  }
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const auto& [exponential, alpha, acts] = parts[n];
    if (!acts) continue;
    rise = rise + exponential.mid;
    known_to += exponential.rad;
    gross += greatest(exponential) + greatest(alpha);
    fastest = std::max(fastest, convert_real<double>(ahead_.parts()[n].rate));
  }
  const double instants = error * fastest;
  if (!(instants < 0x1p-12)) return std::numeric_limits<double>::infinity();
  const double rounding = 4 * U::u * static_cast<double>(parts.size() + input.waves.size() + 4);
  return error * rate * (size(rise) + known_to + gross * (4 * instants + rounding)) * (1 + 4 * instants + 0x1p-40);
}

}  // namespace lapicque::detail
