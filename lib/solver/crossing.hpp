#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/membrane.hpp"

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

/// Where a root has been cornered: f(low) < 0 < f(high), and `root` is the best guess between, where f was asked last.
template <class Real>
struct Cornered {
  Real low;
  Real root;
  Real high;
};

/// The root of f between low >= 0 and high, where f(low) < 0 < f(high); f(s) returns a Sample, whose noise is the level
/// below which the value means nothing.
///
/// Newton's method, kept inside a shrinking bracket by bisection. Each turn halves the bracket or the step, or, while
/// the bracket spans many orders of magnitude, its exponents; 1000 turns are more than the digits of any Real take.
template <class Real, class Function>
Cornered<Real> corner_root(Real low, Real high, Real guess, Function&& f) {
  const auto bisect = [&] {
    if (!(high > low * Real(16.0))) return Real(low + (high - low) * Real(0.5));
    return low > Real(0.0) ? Real(low * Real(4.0)) : Real(high * Real(0x1p-32));
  };
  Real root = low < guess && guess < high ? guess : low + (high - low) * Real(0.5);
  Radius<Real> last_step = magnitude(Real(high - low));
  constexpr int most_turns = 1000;
  for (int turn = 1;; ++turn) {
    const Sample<Real> sample = f(root);
    if (magnitude(sample.value) <= sample.noise) break;
    (sample.value > Real(0.0) ? high : low) = root;
    Real next = root - sample.value / sample.slope;
    if (!(low < next && next < high) || magnitude(Real(next - root)) * 2 > last_step) next = bisect();
    last_step = magnitude(Real(next - root));
    if (!(low < next && next < high) || last_step <= magnitude(root) * RealTraits<Real>::unit) break;
    if (turn == most_turns) break;
    root = next;
  }
  return {low, root, high};
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
///
/// Where large parts nearly cancel, as opposite weights in nearly equal time constants and opposite sinusoids of nearly
/// equal frequencies do, C is not the sum of the parts' bounds but comes from Abel's summation: with partial sums
/// G_k = g_1 + ... + g_k of the parts in the order of their rates, sum g_k E_k = sum G_k (E_k - E_(k+1)) + G_n E_n, in
/// which neighbours' differences are small.
template <class Real>
class CrossingSearch {
 public:
  using Number = Ball<Real>;
  using R = Radius<Real>;
  using Point = typename Response<Number>::Point;

  /// A part of the stretch that holds the first upward crossing: x(from) < 0 < x(to). It holds no other, unless it is
  /// shorter than the resolution.
  struct Bracket {
    Real from;
    Real to;
  };

  /// @param start      when the stretch starts, ms >= 0: see resolution()
  /// @param undecided  where it is not null, what stays unclear is counted as no crossing and noted there
  CrossingSearch(const Response<Number>& response, const R& start, std::vector<Unclear>* undecided = nullptr)
      : response_(response), start_(start), undecided_(undecided) {
    for (const auto& wave : response_.sines) {
      using std::sqrt;
      const R alone = amplitude(wave.sine, wave.cosine);
      add_up(waves_curvature_.plain, R(alone * greatest(wave.omega * wave.omega)));
      add_up(waves_ceiling_.plain, R(alone * sqrt(greatest(wave.filtering))));
      quarter_period_ = std::min(quarter_period_, R(R(1.57) / greatest(wave.omega)));
    }
    if (response_.sines.size() > 1) bound_beats();
  }

  /// A length so far below an ulp of the time start + offset that it does not matter where in it a crossing lies.
  static R resolution(const R& start, const Real& offset) { return (start + magnitude(offset)) * R(0x1p-60); }

  /// The bracket of the first crossing in (0, end]; empty where there is none. x(0) < 0, or x(0) = 0 and falling.
  /// @throws Unclear
  std::optional<Bracket> first(const Real& end, const Point& at_start, const Point& at_end) const {
    times_given_up_ = 0;
    Part part{Real(0), at_start, end, at_end, most_cuts};
    std::vector<Part> later;  // what was cut off to the right, the next one last: calls would nest too deep
    while (true) {
      const Answer answer = ask(part);
      if (answer.bracket) return answer.bracket;
      if (answer.cut_at) {
        const Point at_cut = response_.at(ball(*answer.cut_at));
        later.push_back({*answer.cut_at, at_cut, part.b, part.at_b, part.cuts - 1});
        part = {part.a, part.at_a, *answer.cut_at, at_cut, part.cuts - 1};
      } else if (later.empty()) {
        return std::nullopt;
      } else {
        part = later.back();
        later.pop_back();
      }
    }
  }

  /// A bound on |d''| on [a, b]: amplitude omega^2 for a sinusoid; (1/tau_s^2) e^(-a/tau_s) for an exponential; and
  /// |z - 2| e^-z <= (2 + z) e^-z, which falls, for an alpha function, z = a/tau_s.
  R curvature_bound(const Real& a, const Real& b) const {
    R bound{0};
    int fading = 0;
    for (const auto& synapse : response_.decays) {
      if (is_silent(synapse)) continue;
      add_up(bound, fading_curvature(a, synapse.rate, greatest(synapse.exponential), greatest(synapse.alpha)));
      ++fading;
    }
    if (fading > 1) bound = std::min(bound, cancelled_curvature(a));
    return round_up(waves_curvature_.until(magnitude(b)) + bound);
  }

 private:
  static constexpr int most_cuts = 1200;  // more than lie between any two doubles
  // As a last resort, so many parts may stay undecided; after them, only the sign at the end of a part counts.
  static constexpr int most_times_given_up = 64;
  static constexpr double forever_ = std::numeric_limits<double>::infinity();

  struct Part {
    Real a;
    Point at_a;
    Real b;
    Point at_b;
    int cuts;  // that are still allowed
  };
  /// The bracket in a part, or where to cut it; neither where there is no crossing in it.
  struct Answer {
    std::optional<Bracket> bracket{};
    std::optional<Real> cut_at{};
  };

  /// A bound that holds until s: the sum of the parts' own, or that of their beats, which grows.
  struct WaveBound {
    R plain{0};
    R still = R(forever_);
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
    std::vector<const Sine<Number>*> waves;
    for (const auto& wave : response_.sines) waves.push_back(&wave);
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
  R fading_curvature(const Real& a, const Number& synaptic_rate, const R& exponential_part, const R& alpha) const {
    const R rate = upper(synaptic_rate);
    const R size = exponential_part + alpha * (2 + magnitude(a) * rate * R(1.001));
    return round_up(size * rate * rate * fade_bound(a, synaptic_rate));
  }

  /// |d''| from a on of all time constants together, by Abel's summation. With z = r s, the derivatives by the rate r
  /// of r^2 e^-z and of r^2 (z - 2) e^-z are at most r (z + 2) e^-z and r (z^2 + 5 z + 5) e^-z, which fall with z.
  R cancelled_curvature(const Real& a) const {
    R bound{0};
    Number exponential_part(0.0);
    Number alpha(0.0);
    const Decay<Number>* last = nullptr;
    for (const auto& synapse : response_.decays) {  // ascending in tau_s
      if (is_silent(synapse)) continue;
      if (last) {
        const R rate = upper(last->rate);
        const R z = magnitude(a) * rate * R(1.001);
        const R size = greatest(exponential_part) * (z + 2) + greatest(alpha) * (z * z + 5 * z + 5);
        add_up(bound, R(size * greatest(last->rate - synapse.rate) * rate * fade_bound(a, synapse.rate) * R(1.001)));
      }
      exponential_part += synapse.exponential;
      alpha += synapse.alpha;
      last = &synapse;
    }
    add_up(bound, fading_curvature(a, last->rate, greatest(exponential_part), greatest(alpha)));
    return bound;
  }

  Answer ask(const Part& part) const {
    const auto& [a, at_a, b, at_b, cuts] = part;
    if (times_given_up_ > most_times_given_up)
      return is_positive(at_b.potential) ? Answer{.bracket = Bracket{a, b}} : Answer{};

    const R length = magnitude(Real(b - a)) * (1 + RealTraits<Real>::unit * 4);
    const R curvature = curvature_bound(a, b);
    const R sag = round_up(curvature * length * length * R(0.125));
    const R bend = round_up(curvature * length);
    const R drive_blur = std::max(at_a.drive.rad, at_b.drive.rad);
    const R slope_blur = std::max(at_a.drive_slope.rad, at_b.drive_slope.rad);
    // A number that is not one fails every comparison, so that none of the cases below takes it for an answer.
    const bool is_known =
        at_a.drive.rad + at_b.drive.rad + at_a.drive_slope.rad + at_b.drive_slope.rad + sag < forever_;
    if (is_known) {
      const R drive_ceiling = std::max(upper(at_a.drive), upper(at_b.drive)) + sag;
      if (drive_ceiling <= 0 || stays_below(a, b, length, at_a, drive_ceiling)) return {};

      const bool rises = lower(at_a.drive_slope) >= bend || lower(at_b.drive_slope) >= bend;
      const bool stays_positive = std::min(lower(at_a.drive), lower(at_b.drive)) > sag;
      if (rises || stays_positive) return {crosses_if_above(at_b.potential, a, b)};

      const R least_fall = -std::min(upper(at_a.drive_slope), upper(at_b.drive_slope)) - bend;
      if (least_fall > 0) {
        if (upper(at_a.drive) <= 0) return {};
        if (lower(at_b.drive) >= 0) return {crosses_if_above(at_b.potential, a, b)};
        return {search_falling(a, at_a, b, at_b, least_fall)};
      }
    } else if (stays_below(a, b, length, at_a, R(forever_))) {
      return {};
    }
    // A sinusoid of which whole periods pass in less than can be told apart never lets the cases above apply.
    if (length <= resolution(start_, a) && is_positive(at_b.potential)) return {Bracket{a, b}};

    // Shorter parts tell more only while it is the curvature that blurs the drive, and not rounding; and while they are
    // not shorter than x bends in for any frequency that can be told from a faster one.
    const bool helps =
        (!is_known || sag > drive_blur || bend > slope_blur) && length > resolution(start_, a) * R(0x1p-20);
    // The first crossing is rarely many periods away: parts are a quarter of one first, and then twice as long each.
    const R stride = std::max(quarter_period_, magnitude(a));
    const Real middle = length > 2 * stride ? Real(a + Real(stride)) : Real(a + (b - a) * Real(0.5));
    if (!helps || cuts == 0 || !(a < middle && middle < b)) {
      const auto given_up = unclear(a, at_a.potential);
      ++times_given_up_;
      return {is_positive(at_b.potential) ? Bracket{a, b} : given_up};
    }
    return {.cut_at = middle};
  }

  /// Case 4: the greatest x e^(s/tau_m) on [a, b] is at the root of the drive, which falls by `least_fall` or more a
  /// ms.
  std::optional<Bracket> search_falling(const Real& a, const Point& at_a, const Real& b, const Point& at_b,
                                        const R& least_fall) const {
    Real root = a + (b - a) * (at_a.drive.mid / (at_a.drive.mid - at_b.drive.mid));
    const R rate = upper(response_.rate);
    Number potential;
    // Nearly always a few digits of the root are enough.
    for (const double enough : {0x1p-16, 0.0}) {
      Point at_root;
      const auto sample = [&](const Real& s) {
        at_root = response_.at(ball(s));
        const R noise = std::max(at_root.drive.rad, R(magnitude(at_a.drive.mid) * enough));
        return Sample<Real>{-at_root.drive.mid, -at_root.drive_slope.mid, noise};
      };
      root = corner_root<Real>(a, b, root, sample).root;
      // Between `root` and the true root r the drive is at most |d(root)|, and r is no further off than `off`, so that
      // x(r) e^((r - root)/tau_m) differs from x(root) by less than the slack.
      const R drive = greatest(at_root.drive);
      const R off = round_up(drive / least_fall);
      potential = at_root.potential;
      potential.rad += round_up(off * drive * rate * growth(R(off * rate)));
      if (is_negative(potential) || is_positive(potential)) break;
    }
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
    // Most parts that a search cuts do not stay below, and 1 - e^-z >= z/(1 + z) tells without an exponential.
    const R z = round_up(length * upper(response_.rate));
    const R least_reach = z / (1 + z);
    const R start = std::min(R(0), upper(at_a.potential));
    const R climb = drive_ceiling - start;
    const R rounding = RealTraits<R>::unit * 16;
    if (start + climb * least_reach < 0 && start + climb * round_up(gone_bound(z)) < -climb * rounding) return true;
    if (response_.sines.empty()) return false;

    // In Real's digits: near a crossing this must tell parts apart that are as short as its resolution.
    const Number start_of_calm = at_a.potential - at_a.oscillation;
    const Number at_most = start_of_calm + Number(Real(waves_ceiling_.until(magnitude(b))), R(0));
    if (!is_negative(at_most)) return false;
    const R calm_drive = calm_drive_ceiling(a, b);
    if (!(calm_drive < forever_)) return false;
    const Number calm_climb = Number(Real(calm_drive), R(0)) - start_of_calm;
    if (to_radius(at_most.mid) + to_radius(calm_climb.mid) * least_reach > 0) return false;
    const Number gone = -exponential_minus_one(-(Number(Real(length), R(0)) * response_.rate));
    return is_negative(at_most + calm_climb * gone);
  }

  /// An upper bound on the drive without its sinusoids on [a, b].
  R calm_drive_ceiling(const Real& a, const Real& b) const {
    const Number line_a = response_.level + response_.slope * ball(a);
    const Number line_b = response_.level + response_.slope * Number(b, magnitude(b) * RealTraits<Real>::unit * 4);
    R known = line_a.rad + line_b.rad;
    R ceiling = std::max(upper(line_a), upper(line_b));
    for (const auto& synapse : response_.decays) {
      known += synapse.exponential.rad + synapse.alpha.rad;
      const R most = fade_bound(a, synapse.rate);
      const R shape = std::min(R(0.37), round_up((greatest(ball(b) * synapse.rate)) * most));
      const R highest = round_up(std::max(R(0), upper(synapse.exponential)) * most) +
                        round_up(std::max(R(0), upper(synapse.alpha)) * shape);
      ceiling += highest + (magnitude(ceiling) + highest) * (RealTraits<R>::unit * 4);
    }
    if (!(known < forever_)) return R(forever_);
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
  R start_;
  std::vector<Unclear>* undecided_;
  mutable int times_given_up_ = 0;
  WaveBound waves_curvature_;
  WaveBound waves_ceiling_;
  R quarter_period_ = R(forever_);  // of the fastest sinusoid, ms
};

template <class Real>
struct Crossing {
  Real offset;         ///< ms into the stretch
  Radius<Real> error;  ///< ms: the exact crossing lies within this
  Radius<Real> slope;  ///< dx/ds there, mV/ms
  double condition;    ///< see Spike
  bool is_clear;       ///< whether the slope there bounds the error; else it is only bracketed
};

/// The crossing inside a bracket of `response`, as well as Real can tell, and how well that is.
/// @param start  when the stretch starts, ms
template <class Real>
Crossing<Real> locate_crossing(const Response<Ball<Real>>& response,
                               const typename CrossingSearch<Real>::Bracket& bracket, const Radius<Real>& start) {
  using R = Radius<Real>;

  // First in double, which leaves the rest a step or two of Newton. Once half the digits stand, one step brings them
  // all.
  static thread_local Response<double> rough;
  convert_response(rough, response, [](const Ball<Real>& x) { return convert_real<double>(x.mid); });
  const double low = convert_real<double>(bracket.from);
  const double high = convert_real<double>(bracket.to);
  const auto at_low = low == 0 ? rough.at_start() : rough.at<Roughness::some>(low);
  const double guess = low + rough.tau * std::log1p(-at_low.potential / at_low.drive);  // exact for a constant drive
  double refined = guess;
  const auto rough_sample = [&](double s) {
    const auto now = rough.at<Roughness::some>(s);
    const double rise = now.rise(rough.rate);
    refined = s - now.potential / rise;
    return Sample<double>{now.potential, rise, 0x1p-28 * s * rise};
  };
  corner_root<double>(low, high, guess, rough_sample);

  typename Response<Ball<Real>>::Point point;  // at the last sample, which is the root
  const auto sample = [&](const Real& s) {
    point = response.at(Ball<Real>(s, R(0)));
    return Sample<Real>{point.potential.mid, point.rise(response.rate).mid, point.potential.rad};
  };
  const Cornered<Real> cornered = corner_root<Real>(bracket.from, bracket.to, Real(refined), sample);
  const Real& offset = cornered.root;

  // Within `reach` of the offset, x' stays within bend of its value there, as |x''| = |d' - x'| / tau_m; where that
  // leaves it positive, x changes sign within |x| / min x'.
  const Ball<Real> slope = point.rise(response.rate);
  const R steepness = convert_real<R>(slope.mid) * (1 - 0x1p-50) - slope.rad;
  const R residual = greatest(point.potential);
  const R reach = round_up(2 * residual / steepness);
  const R tau = magnitude(response.tau.mid) * (1 - 0x1p-40);
  const Real nearby = offset > Real(reach) ? Real(offset - Real(reach)) : Real(0.0);
  const R drive_curvature = CrossingSearch<Real>(response, start).curvature_bound(nearby, offset + Real(reach));
  const R drive_bend = greatest(point.drive_slope) + drive_curvature * reach;
  const R bend = round_up(reach * (drive_bend + greatest(slope)) / (tau - reach));
  const bool is_bounded = steepness > 0 && reach < tau && bend <= steepness / 2;
  // Else there is what the signs on both sides of it tell.
  const R width = round_up(magnitude(Real(cornered.high - cornered.low)));
  return {offset, is_bounded ? round_up(residual / (steepness - bend)) : width, convert_real<R>(slope.mid),
          gross_potential(rough, convert_real<double>(offset)) * rough.rate / convert_real<double>(slope.mid),
          is_bounded || width <= CrossingSearch<Real>::resolution(start, offset)};
}

}  // namespace lapicque::detail
