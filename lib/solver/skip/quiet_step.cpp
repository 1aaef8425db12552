#include "solver/skip/quiet_step.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "numbers/fused.hpp"
#include "numbers/phi.hpp"

namespace lapicque::detail {
namespace {

/// The sizes of errors: see QuietStep.
template <class Real>
struct Units {
  static constexpr double u = RealTraits<Real>::unit;
  static constexpr double f = RealTraits<Real>::function_unit;
  static constexpr double clock = RealTraits<Clock<Real>>::unit;
  static constexpr bool is_clock = std::is_same_v<Real, Clock<Real>>;
  static constexpr double k = f + 6 * clock + (is_clock ? 0 : u);
  static constexpr double v = is_clock ? 4 * u : 2 * u;
  static constexpr double carrying = 2 * clock + RealTraits<Real>::underflow * 64;  // see carrying()
};

/// What the potential gains on the stretch, mV, and bounds on the drive that makes it gain.
template <class Real>
struct Gain {
  Real value;
  double error = 0;
  double greatest = 0;    // the drive, all along the stretch
  double least_wave = 0;  // the sum of the least that each sinusoid comes to
  double gross = 0;       // the sum of the magnitudes of its parts, and of the potential at the start
};

double size(double x) { return std::fabs(x); }
double size(const DoubleDouble& x) { return std::fabs(x.hi) * (1 + 0x1p-50); }

/// A number that is carried, after a change. The digits of it that Real has no room for decay here, too.
DoubleDouble moved(const DoubleDouble& number, double change, double gone) {
  return two_sum(number.hi, change + (number.lo - number.lo * gone));
}
DoubleDouble moved(const DoubleDouble& number, const DoubleDouble& change, const DoubleDouble&) {
  return number + change;
}

/// What a few factors cost that underflow, where they belong to numbers of this size.
template <class Real>
double underflow(double size) {
  return RealTraits<Real>::underflow * 64 * (1 + size);
}
/// That, and what it costs to carry a number of at most this size: a rounding to the clock's digits, and at most 4 u of
/// what Real has no room for.
template <class Real>
double carrying(double size) {
  return Units<Real>::carrying * size + underflow<Real>(0);
}

/// A bound on z e^-z along the stretch, which stays below z and below 1/e.
template <class Real>
double greatest_shape(const typename QuietStep<Real>::Synapse& synapse) {
  return std::min(greatest_alpha_shape, size(synapse.decayed.z));
}

template <class Real>
Decayed<Real> decayed(const DecayTable& table, const DoubleDouble& length, const DoubleDouble& rate) {
  if constexpr (std::is_same_v<Real, double>) {
    return table.decayed(length, rate);
  } else {
    return table.decayed(length * rate);
  }
}

/// Adds what a part of the drive makes of the potential: strength x filter. @param known_to  the error of the strength
template <class Real>
void add_part(const Real& strength, double known_to, const Real& filter, double filter_error, Gain<Real>& gain) {
  constexpr double u = Units<Real>::u;
  const double strength_size = size(strength);
  const double filter_size = size(filter);
  gain.value = gain.value + strength * filter;
  gain.error += strength_size * (filter_error + 2 * u * filter_size) + known_to * filter_size + u * size(gain.value);
}

template <class Real>
void add_slope(const Ball<Real>& slope, const Clock<Real>& length, const Decayed<Real>& membrane, Gain<Real>& gain) {
  using U = Units<Real>;
  const Real s = convert_real<Real>(length);
  const Real& z = membrane.z;
  Real shape;
  double shape_error = 0;
  if (z < Real(1)) {
    shape = z * phi2(Real(-z));
    shape_error = (phi2_error * U::f + 2 * U::u + 2 * U::v) * size(shape);
  } else {
    shape = (z - membrane.gone) / z;
    shape_error = 2 * U::v + U::k + 2 * U::u;
  }
  const Real filter = s * shape;
  add_part(slope.mid, slope.rad, filter, size(s) * shape_error + 2 * U::u * size(filter), gain);
  const double rise = convert_real<double>(slope.mid * s);
  gain.greatest += std::max(0.0, rise) + slope.rad * size(s);
  gain.gross += size(rise) + slope.rad * size(s);
}

/// A bound on a sinusoid.
template <class Real>
double amplitude(const Sine<Ball<Real>>& wave) {
  return greatest(wave.sine) + greatest(wave.cosine);
}

/// A sinusoid, within amplitude (omega s)^2 / 8 of its chord.
template <class Real>
void add_wave(const Sine<Ball<Real>>& wave, const Clock<Real>& length, const Decayed<Real>& membrane,
              Gain<Real>& gain) {
  const auto s = convert_ball<Real>(Ball<Clock<Real>>(length, Units<Real>::clock * size(length)));
  const Ball<Real> gone(membrane.gone, Units<Real>::k * size(membrane.gone));
  const auto now = wave_after(wave, s, gone);
  gain.value = gain.value + now.potential.mid;
  gain.error += now.potential.rad + Units<Real>::u * size(gain.value);
  const double most = amplitude(wave);
  const double angle = greatest(wave.omega * s);
  const double sag = most * angle * angle * 0.126 + wave.sine.rad + now.sine.rad;
  const double before = convert_real<double>(wave.sine.mid);
  const double after = convert_real<double>(now.sine.mid);
  gain.greatest += std::min(most, std::max(before, after) + sag);
  gain.least_wave += std::max(-most, std::min(before, after) - sag);
  gain.gross += most;
}

/// What changes of the drive but its synapses makes. Kept apart: most stretches have none of it, and need the
/// registers.
template <class Real>
[[gnu::noinline]] Gain<Real> of_moving(const InputDrive<Real>& input, const Clock<Real>& length,
                                       const Decayed<Real>& membrane) {
  Gain<Real> gain{.value = Real(0)};
  if (!vanishes(input.slope)) add_slope(input.slope, length, membrane, gain);
  for (const auto& wave : input.waves) add_wave(wave, length, membrane, gain);
  return gain;
}

/// Notes how an exponential drive bears on what is greatest.
template <class Real>
void note_exponential(const typename QuietStep<Real>::Synapse& synapse, double strength, double known_to,
                      Gain<Real>& gain) {
  gain.greatest += std::max(strength, strength * convert_real<double>(synapse.decayed.left)) + known_to;
  gain.gross += size(strength) + known_to;
}

/// By the quotient of differences, for an exponential drive. The quotient is at most (F_m + F_s) / |gap|, of which
/// `wide_error` is the share that is not known.
template <class Real>
void add_wide(const typename QuietStep<Real>::Synapse& synapse, const Carried<Real>& exponential,
              const Decayed<Real>& membrane, Gain<Real>& gain) {
  const Real strength = convert_real<Real>(exponential.mid);
  const Real filter = (membrane.gone - synapse.decayed.gone) * synapse.inverse_gap;
  gain.value = gain.value + strength * filter;
  const double gone = convert_real<double>(membrane.gone) + convert_real<double>(synapse.decayed.gone);
  gain.error +=
      size(strength) * (gone * synapse.wide_error) + exponential.rad * size(filter) + Units<Real>::u * size(gain.value);
  note_exponential<Real>(synapse, convert_real<double>(strength), exponential.rad, gain);
}

/// By the series. @return false where they do not reach, on so long a stretch
///
/// Where there is an alpha drive, one series serves both: phi1(x) = 1 + x phi2(x) = e^x - x chi(x), of which no sum
/// cancels to less than the half, so that the errors are no larger than those of phi1's own series.
template <class Real>
bool add_near(const typename QuietStep<Real>::Synapse& synapse, const SynapticDrive<Real>& state,
              const Decayed<Real>& membrane, Gain<Real>& gain) {
  using U = Units<Real>;
  const Real& z = membrane.z;
  const Real exponent = z * synapse.gap;
  if (!(size(exponent) < 1)) return false;
  const bool slower = !(exponent < Real(0));
  const Real x = slower ? Real(-exponent) : exponent;
  const Real synapse_left = Real(1) - synapse.decayed.gone;
  const Real larger = slower ? synapse_left : Real(1) - membrane.gone;
  const double larger_error =
      U::k * (convert_real<double>(membrane.gone) + convert_real<double>(synapse.decayed.gone)) + U::u;
  const bool has_alpha = !vanishes(state.alpha);

  Real series;
  if (has_alpha) {
    const Real strength = convert_real<Real>(state.alpha.mid);
    const Real scale = z * synapse.decayed.z;
    series = larger * (slower ? phi2(x) : chi(x));
    const Real filter = scale * series;
    const double series_error = slower ? phi2_error : chi_error;
    const double error =
        (series_error * U::f + 3 * U::u + 3 * U::v + synapse.gap_error) * size(filter) + size(scale) * larger_error;
    add_part(strength, state.alpha.rad, filter, error, gain);
    gain.greatest += std::max(0.0, (convert_real<double>(strength) + state.alpha.rad) * greatest_shape<Real>(synapse));
    gain.gross += size(strength) + state.alpha.rad;
  }
  if (!vanishes(state.exponential)) {
    Real mean;  // of what is left, over the stretch
    if (!has_alpha) {
      mean = larger * phi1(x);
    } else {
      mean = slower ? larger + x * series : synapse_left - x * series;
    }
    const Real filter = z * mean;
    const double error =
        (phi1_error * U::f + 3 * U::u + 2 * U::v + synapse.gap_error) * size(filter) + 1.4 * size(z) * larger_error;
    const Real strength = convert_real<Real>(state.exponential.mid);
    add_part(strength, state.exponential.rad, filter, error, gain);
    note_exponential<Real>(synapse, convert_real<double>(strength), state.exponential.rad, gain);
  }
  return true;
}

template <class Real>
void decay_number(const Decayed<Real>& decayed, Carried<Real>& value) {
  using U = Units<Real>;
  const Real lead = convert_real<Real>(value.mid);
  const double z = convert_real<double>(decayed.z);
  if (z >= 1) {  // what is left is less than what is gone, and better known by itself
    const Real now = lead * decayed.left;
    const double relative = U::f + (4 * z + 2) * U::u;  // also for what Real has no room for of z and of the start
    const double radius = size(now) * relative + value.rad * convert_real<double>(decayed.left);
    value = {Clock<Real>(now), (radius + underflow<Real>(size(lead) + value.rad)) * (1 + 0x1p-20)};
    return;
  }
  const Real fall = lead * decayed.gone;
  const Clock<Real> now = moved(value.mid, -fall, decayed.gone);
  const double error = size(fall) * (U::k + 2 * U::u) + carrying<Real>(size(lead));
  value = {now, (error + value.rad * convert_real<double>(decayed.left)) * (1 + 0x1p-20)};
}

/// The state of a synapse at the stretch's end: (e + a z) e^-z and a e^-z.
template <class Real>
void decay_drive(const Decayed<Real>& decayed, SynapticDrive<Real>& state) {
  using U = Units<Real>;
  if (!vanishes(state.alpha)) {
    const Real strength = convert_real<Real>(state.alpha.mid);
    const Real turned = strength * decayed.z;
    state.exponential = {
        state.exponential.mid + Clock<Real>(turned),
        (state.exponential.rad + state.alpha.rad * size(decayed.z) + size(turned) * (2 * U::u + U::v) +
         U::clock * (size(state.exponential.mid) + size(turned)) + underflow<Real>(size(strength) + state.alpha.rad)) *
            (1 + 0x1p-20)};
    decay_number<Real>(decayed, state.alpha);
  }
  if (!vanishes(state.exponential)) decay_number<Real>(decayed, state.exponential);
}

/// x(s) <= x(0) + (sup d - x(0)) (1 - e^(-s/tau_m)), or x falls where d < x(0).
bool stays_below(double start, double greatest_drive, double lost, double slack) {
  return start + std::max(0.0, greatest_drive - start) * lost + slack < 0;
}

/// Whether d > 0 throughout, or rises: then x crosses 0 upward only if it ends above it.
template <class Real>
bool sign_at_end_decides(const InputDrive<Real>& input, double least_wave, double length,
                         const std::vector<SynapticDrive<Real>>& drives,
                         const std::vector<typename QuietStep<Real>::Synapse>& synapses, double slack) {
  const double slope = convert_real<double>(input.slope.mid);
  double least = convert_real<double>(input.level.mid) - input.level.rad;
  least += std::min(0.0, slope * length) - input.slope.rad * length;
  least += least_wave;
  bool rises = slope >= input.slope.rad && input.waves.empty();
  for (std::size_t n = 0; n < drives.size(); ++n) {
    if (!synapses[n].acts) continue;
    const auto& [exponential, alpha] = drives[n];
    const double now = convert_real<double>(exponential.mid);
    least += std::min(now, now * convert_real<double>(synapses[n].decayed.left)) - exponential.rad;
    rises = rises && now + exponential.rad <= 0;
    if (vanishes(alpha)) continue;
    least += std::min(0.0, (convert_real<double>(alpha.mid) - alpha.rad) * greatest_shape<Real>(synapses[n]));
    rises = false;
  }
  return rises || least - slack > 0;
}

}  // namespace

template <class Real>
QuietStep<Real>::QuietStep(double tau, std::span<const double> synaptic_taus, const Trajectory<Ball<Real>>& response)
    : rate_(Time(1) / Time(tau)), rounding_(drive_rounding(synaptic_taus.size())) {
  for (std::size_t n = 0; n < synaptic_taus.size(); ++n) {
    const Ball<Real>& gap = response.decays[n].gap;
    const bool is_equal = gap.mid == Real(0);  // its inverse is not made use of then
    const double gap_error = (is_equal ? 0 : gap.rad / size(gap.mid) * (1 + 0x1p-20)) + 2 * Units<Real>::u;
    const Real inverse_gap = Real(1) / gap.mid;
    synapses_.push_back({.rate = Time(1) / Time(synaptic_taus[n]),
                         .gap = gap.mid,
                         .inverse_gap = inverse_gap,
                         .gap_error = gap_error,
                         .wide_error = size(inverse_gap) * (Units<Real>::k + 4 * Units<Real>::u + gap_error),
                         .is_wide = size(gap.mid) >= wide_gap});
  }
}

template <class Real>
LAPICQUE_FOR_FUSED_TOO bool QuietStep<Real>::pass(const Time& length, const InputDrive<Real>& input,
                                                  Carried<Real>& potential,
                                                  std::vector<SynapticDrive<Real>>& synapses) {
  using U = Units<Real>;
  const Decayed<Real> membrane = decayed<Real>(table_, length, rate_);
  const double lost = convert_real<double>(membrane.gone);
  const Real start = convert_real<Real>(potential.mid);

  Gain<Real> gain{.value = (input.level.mid - start) * membrane.gone};
  gain.error = size(gain.value) * (U::k + 2 * U::u) + input.level.rad * lost;
  gain.greatest = convert_real<double>(input.level.mid) + input.level.rad;
  gain.gross = size(input.level.mid) + input.level.rad + size(start);
  double rounding = rounding_;
  if (input.moves()) {
    const Gain<Real> moving = of_moving(input, length, membrane);
    gain.value = gain.value + moving.value;
    gain.error += moving.error + U::u * size(gain.value);
    gain.greatest += moving.greatest;
    gain.least_wave = moving.least_wave;
    gain.gross += moving.gross;
    rounding += 0x1p-48 * static_cast<double>(input.waves.size());
  }
  auto drive = synapses.begin();
  for (Synapse& synapse : synapses_) {
    const SynapticDrive<Real>& state = *drive++;
    synapse.acts = !is_silent(state);
    if (!synapse.acts) continue;
    synapse.decayed = decayed<Real>(table_, length, synapse.rate);
    if (synapse.is_wide && vanishes(state.alpha)) {
      add_wide<Real>(synapse, state.exponential, membrane, gain);
    } else if (!add_near<Real>(synapse, state, membrane, gain)) {
      return false;
    }
  }

  const double slack = gain.gross * rounding;
  const Time end = moved(potential.mid, gain.value, membrane.gone);
  const double error = gain.error + U::u * size(gain.value) + carrying<Real>(gain.gross);
  const double radius = (error + potential.rad * convert_real<double>(membrane.left)) * (1 + 0x1p-20);
  if (!stays_below(convert_real<double>(potential.mid) + potential.rad, gain.greatest, lost, slack) &&
      !(convert_real<double>(end) + radius < 0 &&
        sign_at_end_decides<Real>(input, gain.least_wave, convert_real<double>(length), synapses, synapses_, slack))) {
    return false;
  }
  potential = {end, radius};
  drive = synapses.begin();
  for (const Synapse& synapse : synapses_) {
    if (synapse.acts) decay_drive<Real>(synapse.decayed, *drive);
    ++drive;
  }
  return true;
}

template <class Real>
LAPICQUE_FOR_FUSED_TOO void QuietStep<Real>::decay(const Time& length, std::vector<SynapticDrive<Real>>& synapses) {
  for (std::size_t n = 0; n < synapses.size(); ++n) {
    if (is_silent(synapses[n])) continue;
    decay_drive<Real>(decayed<Real>(table_, length, synapses_[n].rate), synapses[n]);
  }
}

template <class Real>
double QuietStep<Real>::blur(double error, const InputDrive<Real>& input, const Carried<Real>& potential,
                             const std::vector<SynapticDrive<Real>>& synapses) const {
  const Ball<Real>& level = input.level;
  const Ball<Real>& slope = input.slope;
  const double rate = convert_real<double>(rate_) * (1 + 0x1p-50);
  double fastest = rate;
  Real rise = level.mid - convert_real<Real>(potential.mid);
  double known_to = level.rad + potential.rad + error * (size(slope.mid) + slope.rad);
  double gross = size(level.mid) + size(potential.mid);
  for (const auto& wave : input.waves) {
    const double most = amplitude(wave);
    rise = rise + wave.sine.mid;
    known_to += wave.sine.rad + error * greatest(wave.omega) * most;
    gross += most;
  }
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
  const double rounding = 4 * Units<Real>::u * static_cast<double>(synapses.size() + input.waves.size() + 4);
  return error * rate * (size(rise) + known_to + gross * (4 * instants + rounding)) * (1 + 4 * instants + 0x1p-40);
}

template class QuietStep<double>;
template class QuietStep<DoubleDouble>;

}  // namespace lapicque::detail
