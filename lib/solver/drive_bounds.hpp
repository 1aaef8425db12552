#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cmath>
#include <cstddef>
#include <limits>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// A bound is a number of type Radius, and a ball's ends are bounds.
template <class Real>
Radius<Real> to_radius(const Real& x) {
  return convert_real<Radius<Real>>(x);
}
template <class Real>
Radius<Real> upper(const Ball<Real>& x) {
  return to_radius(x.mid) + x.rad + magnitude(x.mid) * RealTraits<Radius<Real>>::unit * 4;
}
template <class Real>
Radius<Real> lower(const Ball<Real>& x) {
  return to_radius(x.mid) - x.rad - magnitude(x.mid) * RealTraits<Radius<Real>>::unit * 4;
}

/// Bounds on the drive d of a trajectory along an interval, from its closed form.
///
/// Where large parts nearly cancel, as opposite weights in nearly equal time constants and opposite sinusoids of nearly
/// equal frequencies do, the bound on |d''| is not the sum of the parts' bounds but comes from Abel's summation: with
/// partial sums G_k = g_1 + ... + g_k of the parts in the order of their rates,
/// sum g_k E_k = sum G_k (E_k - E_(k+1)) + G_n E_n, in which the differences of neighbours are small.
template <class Real>
class DriveBounds {
 public:
  using Number = Ball<Real>;
  using R = Radius<Real>;

  /// @param trajectory  must outlive this
  explicit DriveBounds(const Trajectory<Number>& trajectory) : trajectory_(trajectory) {
    for (const auto& wave : trajectory_.sines) {
      using std::sqrt;
      const R alone = amplitude(wave.sine, wave.cosine);
      add_up(waves_curvature_.plain, R(alone * greatest(wave.omega * wave.omega)));
      add_up(waves_ceiling_.plain, R(alone * sqrt(greatest(wave.filtering))));
      quarter_period_ = std::min(quarter_period_, R(R(1.57) / greatest(wave.omega)));
    }
    if (trajectory_.sines.size() > 1) bound_beats();
  }

  /// A bound on |d''| on [a, b]: amplitude omega^2 for a sinusoid; (1/tau_s^2) e^(-a/tau_s) for an exponential; and
  /// |z - 2| e^-z <= (2 + z) e^-z, which falls, for an alpha function, z = a/tau_s.
  R curvature_bound(const Real& a, const Real& b) const {
    R bound{0};
    int decaying = 0;
    for (const auto& synapse : trajectory_.decays) {
      if (is_silent(synapse)) continue;
      add_up(bound, decaying_curvature(a, synapse.rate, greatest(synapse.exponential), greatest(synapse.alpha)));
      ++decaying;
    }
    if (decaying > 1) bound = std::min(bound, cancelled_curvature(a));
    return round_up(waves_curvature_.until(magnitude(b)) + bound);
  }

  /// A bound on the sinusoids' steady response until s, mV.
  R steady_response_until(const R& s) const { return waves_ceiling_.until(s); }

  /// A quarter of the fastest sinusoid's period, ms; infinite without any.
  const R& quarter_period() const { return quarter_period_; }

  /// An upper bound on the drive without its sinusoids on [a, b].
  R calm_drive_ceiling(const Real& a, const Real& b) const {
    const Number line_a = trajectory_.level + trajectory_.slope * ball(a);
    const Number line_b = trajectory_.level + trajectory_.slope * Number(b, magnitude(b) * RealTraits<Real>::unit * 4);
    R known = line_a.rad + line_b.rad;
    R ceiling = std::max(upper(line_a), upper(line_b));
    for (const auto& synapse : trajectory_.decays) {
      known += synapse.exponential.rad + synapse.alpha.rad;
      const R most = decay_bound(a, synapse.rate);
      const R shape = std::min(R(0.37), round_up((greatest(ball(b) * synapse.rate)) * most));
      const R highest = round_up(std::max(R(0), upper(synapse.exponential)) * most) +
                        round_up(std::max(R(0), upper(synapse.alpha)) * shape);
      ceiling += highest + (magnitude(ceiling) + highest) * (RealTraits<R>::unit * 4);
    }
    if (!(known < std::numeric_limits<double>::infinity())) return R(std::numeric_limits<double>::infinity());
    return ceiling;
  }

 private:
  /// A bound that holds until s: the sum of the parts' own, or that of their beats, which grows.
  struct WaveBound {
    R plain{0};
    R still = R(std::numeric_limits<double>::infinity());
    R growing{0};  // per ms
    R until(const R& s) const { return std::min(plain, round_up(still + growing * s * R(1.001))); }
  };

  /// Adds to a sum of bounds, however many there are: rounded up each time.
  static void add_up(R& sum, const R& bound) { sum = round_up(R(sum + bound)); }

  static R amplitude(const Number& sine, const Number& cosine) {
    using std::sqrt;
    const R a = greatest(sine);
    const R b = greatest(cosine);
    if (a == 0 || b == 0) return a + b;
    const R ratio = std::min(a, b) / std::max(a, b);  // squares of their own might underflow
    return round_up(R(std::max(a, b) * sqrt(R(1 + ratio * ratio))));
  }

  /// Abel's summation in the order of frequencies: |w^2 e^(i w s) - v^2 e^(i v s)| <= |w - v| (w + v + max(w, v)^2 s)
  /// for the curvature, |w - v| s for the steady response, whose phasor is that of the drive times 1/(1 + i w tau_m).
  void bound_beats() {
    boost::container::small_vector<const Sine<Number>*, 8> waves;
    for (const auto& wave : trajectory_.sines) waves.push_back(&wave);
    std::sort(waves.begin(), waves.end(), [](const auto* x, const auto* y) { return x->omega.mid < y->omega.mid; });
    waves_curvature_.still = waves_ceiling_.still = R(0);
    Number sine(0.0), cosine(0.0), steady_sine(0.0), steady_cosine(0.0);
    for (std::size_t n = 0; n < waves.size(); ++n) {
      const Sine<Number>& wave = *waves[n];
      sine += wave.sine;
      cosine += wave.cosine;
      steady_sine += wave.filtering * (wave.sine - wave.omega_tau * wave.cosine);
      steady_cosine += wave.filtering * (wave.cosine + wave.omega_tau * wave.sine);
      const R together = amplitude(sine, cosine);
      const R steady_together = amplitude(steady_sine, steady_cosine);
      const R omega = greatest(wave.omega);
      if (n + 1 == waves.size()) {
        add_up(waves_curvature_.still, R(together * omega * omega));
        add_up(waves_ceiling_.still, steady_together);
      } else {
        const R next = greatest(waves[n + 1]->omega);
        const R apart = greatest(waves[n + 1]->omega - wave.omega);
        const R faster = std::max(omega, next);
        add_up(waves_curvature_.still, R(together * apart * (omega + next)));
        add_up(waves_curvature_.growing, R(together * apart * faster * faster));
        add_up(waves_ceiling_.growing, R(steady_together * apart));
      }
    }
  }

  /// |d''| from a on of one time constant's exponential and alpha drive.
  R decaying_curvature(const Real& a, const Number& synaptic_rate, const R& exponential_part, const R& alpha) const {
    const R rate = upper(synaptic_rate);
    const R size = exponential_part + alpha * (2 + magnitude(a) * rate * R(1.001));
    return round_up(size * rate * rate * decay_bound(a, synaptic_rate));
  }

  /// |d''| from a on of all time constants together, by Abel's summation. With z = r s, the derivatives by the rate r
  /// of r^2 e^-z and of r^2 (z - 2) e^-z are at most r (z + 2) e^-z and r (z^2 + 5 z + 5) e^-z, which fall with z.
  R cancelled_curvature(const Real& a) const {
    R bound{0};
    Number exponential_part(0.0);
    Number alpha(0.0);
    const Decay<Number>* last = nullptr;
    for (const auto& synapse : trajectory_.decays) {  // ascending in tau_s
      if (is_silent(synapse)) continue;
      if (last) {
        const R rate = upper(last->rate);
        const R z = magnitude(a) * rate * R(1.001);
        const R size = greatest(exponential_part) * (z + 2) + greatest(alpha) * (z * z + 5 * z + 5);
        add_up(bound, R(size * greatest(last->rate - synapse.rate) * rate * decay_bound(a, synapse.rate) * R(1.001)));
      }
      exponential_part += synapse.exponential;
      alpha += synapse.alpha;
      last = &synapse;
    }
    add_up(bound, decaying_curvature(a, last->rate, greatest(exponential_part), greatest(alpha)));
    return bound;
  }

  /// An upper bound on e^(-s rate).
  R decay_bound(const Real& s, const Number& rate) const {
    if (s == Real(0)) return 1;
    const Number bound = exponential(-(ball(s) * rate));
    return greatest(bound);
  }

  static Number ball(const Real& value) { return Number(value, R(0)); }

  const Trajectory<Number>& trajectory_;
  WaveBound waves_curvature_;
  WaveBound waves_ceiling_;
  R quarter_period_ = R(std::numeric_limits<double>::infinity());  // of the fastest sinusoid, ms
};

}  // namespace lapicque::detail
