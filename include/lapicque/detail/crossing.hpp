#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "lapicque/detail/ball.hpp"
#include "lapicque/detail/membrane.hpp"
#include "lapicque/detail/real.hpp"

namespace lapicque::detail {

/// Thrown where the numbers at hand do not decide: a sign that its error bound does not clear. The caller asks again
/// with more digits; it never leaves the core.
struct Unclear {
  double offset;    // ms into the stretch
  double distance;  // mV: the potential's distance from the threshold there is at most this
};

template <class Real>
struct Sample {
  Real value;
  Real slope;
  Radius<Real> noise;
};

/// The root of f between low and high, where f(low) < 0 < f(high); f(s) returns a Sample, whose noise is the
/// level below which the value means nothing. Newton's method, kept inside a shrinking bracket by bisection: it halves
/// the bracket or the step at every turn, so that the turns are bounded by the digits and the exponent range.
template <class Real, class Function>
Real root_between(Real low, Real high, Real guess, Function&& f) {
  Real root = low < guess && guess < high ? guess : low + (high - low) * Real(0.5);
  Radius<Real> last_step = magnitude(Real(high - low));
  constexpr int most_turns = 3000;
  for (int turn = 0; turn < most_turns; ++turn) {
    const Sample<Real> sample = f(root);
    if (magnitude(sample.value) <= sample.noise) return root;
    (sample.value > Real(0) ? high : low) = root;
    Real next = root - sample.value / sample.slope;
    if (!(low < next && next < high) || magnitude(Real(next - root)) * 2 > last_step) {
      next = low + (high - low) * Real(0.5);
    }
    last_step = magnitude(Real(next - root));
    if (!(low < next && next < high) || last_step <= magnitude(root) * RealTraits<Real>::unit) return root;
    root = next;
  }
  return root;
}

/// The first upward crossing of the threshold on a stretch of closed-form response, with its proof.
///
/// Lemma: d/ds (x e^(s/tau_m)) = d e^(s/tau_m) / tau_m. So while the drive d is positive x crosses 0 upward at most
/// once, and does so exactly if x > 0 at the right end; while d <= 0 it does not cross at all. The stretch is cut until
/// each part falls under one of four cases, each decided by rigorous bounds:
///
///     1. d <= 0 throughout                           no crossing
///     2. x <= max(x(a), sup d) stays below 0         no crossing
///     3. d > 0 throughout, or d rises throughout     a crossing exactly if x(b) > 0
///     4. d falls throughout, from above 0 to below   a crossing exactly if x > 0 where d = 0
///
/// The bounds on d come from its values at both ends and |d''| <= C between them: d stays within C (b - a)^2 / 8 of its
/// chord, d' within C (b - a) of its end values. So nothing is sampled: every part of the stretch is covered.
template <class Real>
class CrossingSearch {
 public:
  using Number = Ball<Real>;
  using R = Radius<Real>;
  using Point = typename Response<Number>::Point;

  /// A part of the stretch that holds the first upward crossing, and no other: x(from) < 0 < x(to).
  struct Bracket {
    Real from;
    Real to;
  };

  /// @param undecided  where it is not null, what stays unclear is counted as no crossing and noted there
  explicit CrossingSearch(const Response<Number>& response, std::vector<Unclear>* undecided = nullptr)
      : response_(response), undecided_(undecided) {
    for (const auto& wave : response_.sines) {
      waves_curvature_ += greatest(wave.gain * wave.omega * wave.omega);
      const R amplitude = greatest(wave.filtered);
      using std::sqrt;  // the steady amplitude is gain / sqrt(1 + (omega tau_m)^2), which is sqrt(gain filtered)
      waves_ceiling_ += round_up(R(sqrt(R(amplitude * greatest(wave.gain)))));
    }
  }

  /// The bracket of the first crossing in (0, end]; empty where there is none. x(0) < 0, or x(0) = 0 and falling.
  /// @throws Unclear
  std::optional<Bracket> first(const Real& end, const Point& at_start, const Point& at_end) const {
    return search(Real(0), at_start, end, at_end);
  }

  /// A bound on |d''| from a on: amplitude omega^2 for a sinusoid; (1/tau_s^2) e^(-a/tau_s) for an exponential; and
  /// |z - 2| e^-z <= (2 + z) e^-z, which falls, for an alpha function, z = a/tau_s.
  R curvature_bound(const Real& a) const {
    R bound = waves_curvature_;
    for (const auto& synapse : response_.decays) {
      if (vanishes(synapse.exponential) && vanishes(synapse.alpha)) continue;
      const R rate = upper(synapse.rate);
      const R size = greatest(synapse.exponential) + greatest(synapse.alpha) * (2 + magnitude(a) * rate * R(1.001));
      bound += round_up(size * rate * rate * fade_bound(a, synapse.rate));
    }
    return round_up(bound);
  }

 private:
  std::optional<Bracket> search(const Real& a, const Point& at_a, const Real& b, const Point& at_b) const {
    const R length = magnitude(Real(b - a)) * (1 + RealTraits<Real>::unit * 4);
    const R curvature = curvature_bound(a);
    const R sag = round_up(curvature * length * length * R(0.125));
    const R drive_ceiling = std::max(upper(at_a.drive), upper(at_b.drive)) + sag;
    if (drive_ceiling <= 0 || stays_below(a, b, length, at_a, drive_ceiling)) return std::nullopt;

    const R bend = round_up(curvature * length);
    const bool rises = lower(at_a.drive_slope) >= bend || lower(at_b.drive_slope) >= bend;
    const bool stays_positive = std::min(lower(at_a.drive), lower(at_b.drive)) > sag;
    if (rises || stays_positive) return crosses_if_above(at_b.potential, a, b);

    const R least_fall = -std::min(upper(at_a.drive_slope), upper(at_b.drive_slope)) - bend;
    if (least_fall > 0) {
      if (upper(at_a.drive) <= 0) return std::nullopt;
      if (lower(at_b.drive) >= 0) return crosses_if_above(at_b.potential, a, b);
      return search_falling(a, at_a, b, at_b, least_fall);
    }

    const Real middle = a + (b - a) * Real(0.5);
    if (!(a < middle && middle < b)) return unclear(a, at_a.potential);
    const Point at_middle = response_.at(ball(middle));
    if (const auto found = search(a, at_a, middle, at_middle)) return found;
    return search(middle, at_middle, b, at_b);
  }

  /// Case 4: the greatest x e^(s/tau_m) on [a, b] is at the root of the drive, which falls by `least_fall` or more a
  /// ms.
  std::optional<Bracket> search_falling(const Real& a, const Point& at_a, const Real& b, const Point& at_b,
                                        const R& least_fall) const {
    const Real chord = a + (b - a) * (at_a.drive.mid / (at_a.drive.mid - at_b.drive.mid));
    Point at_root;
    const Real root = root_between<Real>(a, b, chord, [&](const Real& s) {
      at_root = response_.at(ball(s));
      return Sample<Real>{-at_root.drive.mid, -at_root.drive_slope.mid, at_root.drive.rad};
    });
    // Between `root` and the true root r the drive is at most |d(root)|, and r is no further off than `off`, so that
    // x(r) e^((r - root)/tau_m) differs from x(root) by less than the slack.
    const R drive = greatest(at_root.drive);
    const R off = round_up(drive / least_fall);
    const R rate = upper(response_.rate);
    Number potential = at_root.potential;
    potential.rad += round_up(off * drive * rate * growth(R(off * rate)));
    return crosses_if_above(potential, a, root);
  }

  std::optional<Bracket> crosses_if_above(const Number& potential, const Real& a, const Real& b) const {
    if (is_negative(potential)) return std::nullopt;
    if (is_positive(potential)) return Bracket{a, b};
    return unclear(b, potential);
  }

  /// Case 2, sharpened by the time there is: x(s) <= x(a) + (sup d - x(a)) (1 - e^(-(b - a)/tau_m)) < 0; with
  /// sinusoids, the same for x less their steady response, which is bounded by its amplitude.
  bool stays_below(const Real& a, const Real& b, const R& length, const Point& at_a, const R& drive_ceiling) const {
    const R reach = round_up(gone_bound(round_up(length * upper(response_.rate))));
    const R start = std::min(R(0), upper(at_a.potential));
    const R rounding = RealTraits<R>::unit * 16;
    if (start + (drive_ceiling - start) * reach < (start - drive_ceiling) * rounding) return true;
    if (response_.sines.empty()) return false;

    const R calm_start = upper(at_a.potential - at_a.oscillation);
    const R calm_drive = calm_drive_ceiling(a, b);
    const R calm = std::max(calm_start, R(calm_start + (calm_drive - calm_start) * reach));
    const R size = magnitude(calm_start) + magnitude(calm_drive) + waves_ceiling_;
    return calm + waves_ceiling_ + size * rounding < 0;
  }

  /// An upper bound on the drive without its sinusoids on [a, b].
  R calm_drive_ceiling(const Real& a, const Real& b) const {
    const Number line_a = response_.level + response_.slope * ball(a);
    const Number line_b = response_.level + response_.slope * ball(b);
    R ceiling = std::max(upper(line_a), upper(line_b));
    for (const auto& synapse : response_.decays) {
      const R most = fade_bound(a, synapse.rate);
      ceiling += round_up(std::max(R(0), upper(synapse.exponential)) * most);
      ceiling += round_up(std::max(R(0), upper(synapse.alpha)) *
                          std::min(R(0.37), round_up((greatest(ball(b) * synapse.rate)) * most)));
    }
    return ceiling;
  }

  /// An upper bound on e^(-s rate).
  R fade_bound(const Real& s, const Number& rate) const {
    if (s == Real(0)) return 1;
    const Number bound = exponential(-(ball(s) * rate));
    return greatest(bound);
  }

  /// An upper bound on 1 - e^-z: the error of expm1 and of the rounding before it, and more.
  static R gone_bound(const R& z) { return R(-exponential_minus_one(R(-z))) * (1 + RealTraits<R>::function_unit * 8); }

  static Number ball(const Real& value) { return Number(value, R(0)); }
  static R upper(const Number& x) { return to_radius(x.mid) + x.rad + magnitude(x.mid) * RealTraits<R>::unit * 4; }
  static R lower(const Number& x) { return to_radius(x.mid) - x.rad - magnitude(x.mid) * RealTraits<R>::unit * 4; }
  static R to_radius(const Real& x) { return convert_real<R>(x); }

  std::optional<Bracket> unclear(const Real& at, const Number& potential) const {
    const Unclear what{convert_real<double>(at), convert_radius<double>(greatest(potential))};
    if (!undecided_) throw what;
    undecided_->push_back(what);
    return std::nullopt;
  }

  const Response<Number>& response_;
  std::vector<Unclear>* undecided_;
  R waves_curvature_{0};
  R waves_ceiling_{0};
};

template <class Real>
struct Crossing {
  Real offset;         ///< ms into the stretch
  Radius<Real> error;  ///< ms: the exact crossing lies within this
  Radius<Real> slope;  ///< dx/ds there, mV/ms
};

/// The crossing inside a bracket of `response`, as well as Real can tell, and how well that is.
/// @throws Unclear  so near to grazing that no error bound can be given
template <class Real>
Crossing<Real> locate_crossing(const Response<Ball<Real>>& response,
                               const typename CrossingSearch<Real>::Bracket& bracket) {
  using R = Radius<Real>;

  // First in double, which is as good as it gets for Real = double and leaves others a step or two of Newton.
  static thread_local Response<double> rough;
  convert_response(rough, response, [](const Ball<Real>& x) { return convert_real<double>(x.mid); });
  const double low = convert_real<double>(bracket.from);
  const double high = convert_real<double>(bracket.to);
  const auto at_low = rough.at(low);
  const double guess = low + rough.tau * std::log1p(-at_low.potential / at_low.drive);  // exact for a constant drive
  const double first = root_between<double>(low, high, guess, [&](double s) {
    const auto point = rough.at(s);
    return Sample<double>{point.potential, point.rise(rough.rate), 0.0};
  });

  typename Response<Ball<Real>>::Point point;
  const Real offset = root_between<Real>(bracket.from, bracket.to, Real(first), [&](const Real& s) {
    point = response.at(Ball<Real>(s, R(0)));
    return Sample<Real>{point.potential.mid, point.rise(response.rate).mid, point.potential.rad};
  });

  // Within `reach` of the offset, x' stays within bend of its value there, as |x''| = |d' - x'| / tau_m; where that
  // leaves it positive, x changes sign within |x| / min x'.
  point = response.at(Ball<Real>(offset, R(0)));
  const Ball<Real> slope = point.rise(response.rate);
  const R steepness = convert_real<R>(slope.mid) * (1 - 0x1p-50) - slope.rad;
  const R residual = greatest(point.potential);
  const R reach = round_up(2 * residual / steepness);
  const R tau = magnitude(response.tau.mid) * (1 - 0x1p-40);
  const R drive_curvature = CrossingSearch<Real>(response).curvature_bound(Real(0));
  const R drive_bend = greatest(point.drive_slope) + drive_curvature * reach;
  const R bend = round_up(reach * (drive_bend + greatest(slope)) / (tau - reach));
  if (!(steepness > 0) || !(reach < tau) || !(bend <= steepness / 2)) {
    throw Unclear{convert_real<double>(offset), convert_radius<double>(residual)};
  }
  return {offset, round_up(residual / (steepness - bend)), convert_real<R>(slope.mid)};
}

}  // namespace lapicque::detail
