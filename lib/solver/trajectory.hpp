#pragma once

#include <boost/container/small_vector.hpp>
#include <cmath>
#include <cstddef>

#include "numbers/ball.hpp"
#include "numbers/decay.hpp"
#include "numbers/real.hpp"

namespace lapicque::detail {

/// The sum of all sinusoids of one frequency in the drive: sine cos(omega s) + cosine sin(omega s), `sine` and `cosine`
/// being amplitude sin(phase) and amplitude cos(phase) at s = 0.
template <class T>
struct Sine {
  T omega;      // rad/ms
  T omega_tau;  // omega tau_m
  T filtering;  // 1 / (1 + (omega tau_m)^2)
  T sine{0};    // mV
  T cosine{0};  // mV
};

/// A decaying part of the drive, (exponential + alpha s / tau_s) exp(-s / tau_s): the sum of all arrivals at synapses
/// with one time constant, and of what own spikes have raised with it.
template <class T>
struct Decay {
  T rate;            // 1 / tau_s, 1/ms
  T gap;             // (tau_s - tau_m) / tau_s, from their exact difference: nothing is lost where it is small
  T exponential{0};  // mV
  T alpha{0};        // mV
};

/// Whether a decaying part is zero: it has no exponential and no alpha drive.
template <class Synapse>
bool is_silent(const Synapse& synapse) {
  return vanishes(synapse.exponential) && vanishes(synapse.alpha);
}

/// Where tau_s is so far from tau_m, (tau_s - tau_m) / tau_s in magnitude, quotients of differences lose no more than
/// what they are added to is off by.
inline constexpr double wide_gap = 0.25;

/// Whether quotients may be used where the gap is wide, for all but the shortest stretches: they are quicker than the
/// series, and good to ten digits.
enum class Roughness { none, some };

/// The membrane potential in closed form, between two events.
///
/// With x = u - theta and the drive d(s) = u_inf(s) - theta = u_rest + R I(s) - theta, both in mV, s in ms from the
/// start of the stretch,
///
///     tau_m dx/ds = -x + d(s),   x(0) = start,
///     d(s) = level + slope s + sum of Sine + sum of Decay.
///
/// T is a real number or a ball of one; s >= 0. Every part of the response is written so that nothing cancels:
///
///     level      level F,                                     F = 1 - e^(-s/tau_m)
///     slope      slope tau_m (s/tau_m - F) = slope s^2/tau_m phi2(-s/tau_m)
///     sinusoid   filtering (sin - omega tau_m cos) and its transient, from half-angle differences
///     synapse    exponential (s/tau_m) e^(-s/tau_m) phi1(z),   z = s (1/tau_m - 1/tau_s),
///                alpha s^2/(tau_m tau_s) e^(-s/tau_m) chi(z);
///                for z > 0 the larger exponential is taken out: e^(-s/tau_m) phi1(z) = e^(-s/tau_s) phi1(-z) and
///                e^(-s/tau_m) chi(z) = e^(-s/tau_s) phi2(-z)
///
/// Within |z| <= 1 the phi functions are series, beyond it quotients of the exponentials at hand; they agree to the
/// last place where they meet.
template <class T>
struct Trajectory {
  T tau{};                 // tau_m, ms
  T rate{};                // 1 / tau_m, 1/ms
  T start{};               // x(0), mV
  T level{};               // mV
  double level_parts = 0;  // the magnitudes of what the level adds up, u_rest - theta and R I, mV
  T slope{};               // mV/ms
  // A few lie in place, so that a trajectory is a value like any other and costs no allocation.
  boost::container::small_vector<Sine<T>, 2> sines;
  boost::container::small_vector<Decay<T>, 3> decays;

  struct Point {
    T potential{0};    // x(s), mV
    T drive{0};        // d(s), mV
    T drive_slope{0};  // d'(s), mV/ms
    T oscillation{0};  // the part of x(s) that goes on for ever: the sinusoids' steady response, mV

    /// dx/ds, mV/ms
    T rise(const T& rate_m) const { return (drive - potential) * rate_m; }
  };

  /// Everything at s.
  template <Roughness roughness = Roughness::none>
  Point at(const T& s) const;

  /// at(0), for no exponential.
  Point at_start() const;
};

/// What a sinusoid has become s later, and made of the potential.
template <class T>
struct WaveStep {
  T sine;
  T cosine;
  T potential;  // mV
};

/// @param gone  1 - e^(-s/tau_m)
template <class T>
WaveStep<T> wave_after(const Sine<T>& wave, const T& s, const T& gone) {
  // With h = omega s / 2: sin(p + 2h) - sin p = 2 sin h cos(p + h), cos(p + 2h) - cos p = -2 sin h sin(p + h).
  const auto half = sine_cosine(wave.omega * s * T(0.5));
  const T sine_middle = wave.sine * half.cosine + wave.cosine * half.sine;
  const T cosine_middle = wave.cosine * half.cosine - wave.sine * half.sine;
  const T twice = half.sine * T(2);
  return {wave.sine + twice * cosine_middle, wave.cosine - twice * sine_middle,
          wave.filtering * (twice * (cosine_middle + wave.omega_tau * sine_middle) +
                            (wave.sine - wave.omega_tau * wave.cosine) * gone)};
}

template <class T>
template <Roughness roughness>
typename Trajectory<T>::Point Trajectory<T>::at(const T& s) const {
  Point point;
  const T z_membrane = s * rate;
  const Decayed<T> membrane = decayed(z_membrane);

  point.potential = start * membrane.left + level * membrane.gone;
  point.drive = level;

  if (!vanishes(slope)) {
    const T filtered =
        middle(z_membrane) < 1 ? z_membrane * z_membrane * phi2(-z_membrane) : z_membrane - membrane.gone;
    point.potential += slope * tau * filtered;
    point.drive += slope * s;
    point.drive_slope += slope;
  }

  for (const Sine<T>& wave : sines) {
    const auto [sine_now, cosine_now, potential_now] = wave_after(wave, s, membrane.gone);
    point.potential += potential_now;
    point.drive += sine_now;
    point.drive_slope += wave.omega * cosine_now;
    point.oscillation += wave.filtering * (sine_now - wave.omega_tau * cosine_now);
  }

  for (const Decay<T>& synapse : decays) {
    const bool has_exponential = !vanishes(synapse.exponential);
    const bool has_alpha = !vanishes(synapse.alpha);
    if (!has_exponential && !has_alpha) continue;
    const T z_synapse = s * synapse.rate;
    const T left = exponential(-z_synapse);

    const T z = z_membrane * synapse.gap;
    const auto z_middle = middle(z);
    const bool slower = z_middle >= 0;  // tau_s >= tau_m: e^(-s/tau_s) is the larger one
    const T larger = slower ? left : membrane.left;
    const T minus_z = slower ? -z : z;
    bool near = z_middle > -1 && z_middle < 1;
    if constexpr (roughness == Roughness::some) {
      near = near && !(std::fabs(synapse.gap) >= wide_gap && std::fabs(z) > 0x1p-10);
    }

    if (has_exponential) {
      const T filtered = near ? z_membrane * larger * phi1(minus_z) : (left - membrane.left) / synapse.gap;
      point.potential += synapse.exponential * filtered;
      point.drive += synapse.exponential * left;
      point.drive_slope += -(synapse.exponential * left * synapse.rate);
    }
    if (has_alpha) {
      const T scale = z_membrane * z_synapse;
      T filtered;
      if (near) {
        filtered = scale * larger * (slower ? phi2(minus_z) : chi(minus_z));
      } else {
        filtered = scale * (membrane.left + left * (z - T(1))) / (z * z);
      }
      const T decaying = synapse.alpha * left;
      point.potential += synapse.alpha * filtered;
      point.drive += decaying * z_synapse;
      point.drive_slope += decaying * (T(1) - z_synapse) * synapse.rate;
    }
  }
  return point;
}

template <class T>
typename Trajectory<T>::Point Trajectory<T>::at_start() const {
  Point point{start, level, slope};
  for (const Sine<T>& wave : sines) {
    point.drive += wave.sine;
    point.drive_slope += wave.omega * wave.cosine;
    point.oscillation += wave.filtering * (wave.sine - wave.omega_tau * wave.cosine);
  }
  for (const Decay<T>& synapse : decays) {
    point.drive += synapse.exponential;
    point.drive_slope += (synapse.alpha - synapse.exponential) * synapse.rate;
  }
  return point;
}

/// -x, which obeys the same equation with the drive -d.
template <class T>
Trajectory<T> negative_of(Trajectory<T> x) {
  x.start = -x.start;
  x.level = -x.level;
  x.slope = -x.slope;
  for (Sine<T>& wave : x.sines) {
    wave.sine = -wave.sine;
    wave.cosine = -wave.cosine;
  }
  for (Decay<T>& decay : x.decays) {
    decay.exponential = -decay.exponential;
    decay.alpha = -decay.alpha;
  }
  return x;
}

/// The sum of the magnitudes of all that makes up x(s), mV; with sinusoids, a bound on it.
inline double gross_potential(const Trajectory<double>& trajectory, double s) {
  Trajectory<double> sizes = trajectory;
  double waves = 0;
  for (const Sine<double>& wave : sizes.sines) {  // the steady response and its transient
    waves += 2 * std::hypot(wave.sine, wave.cosine) * std::sqrt(wave.filtering);
  }
  sizes.sines.clear();
  sizes.start = std::fabs(sizes.start);
  sizes.level = sizes.level_parts;
  sizes.slope = std::fabs(sizes.slope);
  for (Decay<double>& synapse : sizes.decays) {
    synapse.exponential = std::fabs(synapse.exponential);
    synapse.alpha = std::fabs(synapse.alpha);
  }
  return sizes.at<Roughness::some>(s).potential + waves;
}

/// The same trajectory in another number type: convert(value) for each coefficient.
template <class To, class From, class Convert>
Trajectory<To> convert_trajectory(const Trajectory<From>& from, Convert convert) {
  Trajectory<To> to;
  to.tau = convert(from.tau);
  to.rate = convert(from.rate);
  to.start = convert(from.start);
  to.level = convert(from.level);
  to.level_parts = from.level_parts;
  to.slope = convert(from.slope);
  for (const auto& wave : from.sines) {
    to.sines.push_back({convert(wave.omega), convert(wave.omega_tau), convert(wave.filtering), convert(wave.sine),
                        convert(wave.cosine)});
  }
  for (const auto& synapse : from.decays) {
    to.decays.push_back(
        {convert(synapse.rate), convert(synapse.gap), convert(synapse.exponential), convert(synapse.alpha)});
  }
  return to;
}

}  // namespace lapicque::detail
