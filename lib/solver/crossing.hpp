#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "numbers/ball.hpp"
#include "numbers/real.hpp"
#include "solver/drive_bounds.hpp"
#include "solver/root.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// What a search for a crossing comes to: a bracket, none, or "unclear".
template <class Real>
struct FirstCrossing {
  bool is_clear = true;
  std::optional<Bracket<Real>> bracket{};
  std::size_t decided_by = RealTraits<Real>::rung;  ///< which rung's digits told
};

/// The first upward crossing of the threshold on a stretch of closed-form trajectory, with its proof.
///
/// Lemma: d/ds (x e^(s/tau_m)) = d e^(s/tau_m) / tau_m. So while the drive d is positive, x < 0 at the left end crosses
/// 0 upward at most once, and does so exactly if x > 0 at the right end; while d <= 0 it does not cross at all. The
/// stretch is cut until each part falls under one of four cases, each decided by rigorous bounds:
///
///     1. d <= 0 throughout                           no crossing
///     2. x <= max(x(a), sup d) stays below 0         no crossing
///     3. d > 0 throughout, or d rises throughout     a crossing exactly if x(b) > 0
///     4. d falls throughout, from above 0 to below   a crossing exactly if x > 0 where d = 0
///
/// The bounds on d come from its values at both ends and |d''| <= C between them: d stays within C (b - a)^2 / 8 of its
/// chord, d' within C (b - a) of its end values. So nothing is sampled: every part of the stretch is covered.
///
/// Doubt is one of the policies of doubt.hpp: it is asked where a sign stays unclear, and where it lets the search go
/// on, x counts as touching the threshold there from below.
template <class Real, class Doubt>
class CrossingSearch {
 public:
  using Number = Ball<Real>;
  using R = Radius<Real>;
  using Point = typename Trajectory<Number>::Point;
  using Found = FirstCrossing<Real>;

  /// @param start  when the stretch starts, ms >= 0: see resolution()
  CrossingSearch(const Trajectory<Ball<Real>>& trajectory, const Radius<Real>& start, Doubt& doubt)
      : trajectory_(trajectory), bounds_(trajectory), start_(start), doubt_(doubt) {}

  /// The first crossing in (0, end]. x(0) < 0, or x(0) = 0 and falling. The bracket holds no other crossing, unless it
  /// is shorter than the resolution.
  Found first(const Real& end, const Point& at_start, const Point& at_end) {
    Part part{Real(0), at_start, end, at_end, most_cuts};
    std::vector<Part> later;  // what was cut off to the right, the next one last: calls would nest too deep
    while (true) {
      const Answer answer = ask(part);
      if (!answer.found.is_clear || answer.found.bracket) return answer.found;
      if (answer.cut_at) {
        const Point at_cut = trajectory_.at(ball(*answer.cut_at));
        later.push_back({*answer.cut_at, at_cut, part.b, part.at_b, part.cuts - 1});
        part = {part.a, part.at_a, *answer.cut_at, at_cut, part.cuts - 1};
      } else if (later.empty()) {
        return {};
      } else {
        part = later.back();
        later.pop_back();
      }
    }
  }

 private:
  static constexpr int most_cuts = 1200;  // more than lie between any two doubles
  // Where doubt lets the search go on, so many parts may stay undecided; after them, only the sign at the end of a part
  // counts.
  static constexpr int most_undecided_parts = 64;

  struct Part {
    Real a;
    Point at_a;
    Real b;
    Point at_b;
    int cuts;  // that are still allowed
  };
  /// What a part tells, or where to cut it; neither a bracket nor a cut where there is no crossing in it.
  struct Answer {
    Found found{};
    std::optional<Real> cut_at{};
  };

  Answer ask(const Part& part) {
    const auto& [a, at_a, b, at_b, cuts] = part;
    if (undecided_parts_ > most_undecided_parts)
      return {is_positive(at_b.potential) ? crossing_between(a, b) : Found{}};

    const R length = magnitude(Real(b - a)) * (1 + RealTraits<Real>::unit * 4);
    const R curvature = bounds_.curvature_bound(a, b);
    const R sag = round_up(curvature * length * length * R(0.125));
    const R bend = round_up(curvature * length);
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
        return {search_falling(part, least_fall)};
      }
    } else if (stays_below(a, b, length, at_a, R(forever_))) {
      return {};
    }
    // A sinusoid of which whole periods pass in less than can be told apart never lets the cases above apply.
    if (length <= resolution<Real>(start_, a) && is_positive(at_b.potential)) return {crossing_between(a, b)};
    if (const auto cut = place_to_cut(part, length, !is_known || is_blurred_by_curvature(part, sag, bend)))
      return {.cut_at = cut};
    const Found undecided = touch(a, at_a.potential);
    ++undecided_parts_;
    return {undecided.is_clear && is_positive(at_b.potential) ? crossing_between(a, b) : undecided};
  }

  /// Shorter parts tell more only while it is the curvature that blurs the drive, and not rounding.
  static bool is_blurred_by_curvature(const Part& part, const R& sag, const R& bend) {
    return sag > std::max(part.at_a.drive.rad, part.at_b.drive.rad) ||
           bend > std::max(part.at_a.drive_slope.rad, part.at_b.drive_slope.rad);
  }

  /// Parts are cut no shorter than x bends in for any frequency that can be told from a faster one. The first crossing
  /// is rarely many periods away: parts are a quarter of one first, and then twice as long each.
  std::optional<Real> place_to_cut(const Part& part, const R& length, bool helps) const {
    const auto& [a, at_a, b, at_b, cuts] = part;
    if (!helps || cuts == 0 || !(length > resolution<Real>(start_, a) * R(0x1p-20))) return std::nullopt;
    const R stride = std::max(bounds_.quarter_period(), magnitude(a));
    const Real middle = length > 2 * stride ? Real(a + Real(stride)) : Real(a + (b - a) * Real(0.5));
    if (!(a < middle && middle < b)) return std::nullopt;
    return middle;
  }

  /// Case 4: the greatest x e^(s/tau_m) on [a, b] is at the root of the drive, which falls by `least_fall` or more a
  /// ms.
  Found search_falling(const Part& part, const R& least_fall) {
    const Real& a = part.a;
    const Real& b = part.b;
    const Point& at_a = part.at_a;
    const Point& at_b = part.at_b;
    Real root = a + (b - a) * (at_a.drive.mid / (at_a.drive.mid - at_b.drive.mid));
    const R rate = upper(trajectory_.rate);
    Number potential;
    // Nearly always a few digits of the root are enough.
    for (const double enough : {0x1p-16, 0.0}) {
      Point at_root;
      const auto sample = [&](const Real& s) {
        at_root = trajectory_.at(ball(s));
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

  Found crosses_if_above(const Number& potential, const Real& a, const Real& b) {
    if (is_negative(potential)) return {};
    if (is_positive(potential)) return crossing_between(a, b);
    return touch(b, potential);
  }

  /// Case 2, sharpened by the time there is: x(s) <= x(a) + (sup d - x(a)) (1 - e^(-(b - a)/tau_m)) < 0; with
  /// sinusoids, the same for x less their steady response, which is bounded by its amplitude.
  bool stays_below(const Real& a, const Real& b, const R& length, const Point& at_a, const R& drive_ceiling) const {
    // Most parts that a search cuts do not stay below, and 1 - e^-z >= z/(1 + z) tells without an exponential.
    const R z = round_up(length * upper(trajectory_.rate));
    const R least_reach = z / (1 + z);
    const R start = std::min(R(0), upper(at_a.potential));
    const R climb = drive_ceiling - start;
    const R rounding = RealTraits<R>::unit * 16;
    if (start + climb * least_reach < 0 && start + climb * round_up(gone_bound(z)) < -climb * rounding) return true;
    if (trajectory_.sines.empty()) return false;

    // In Real's digits: near a crossing this must tell parts apart that are as short as its resolution.
    const Number start_of_calm = at_a.potential - at_a.oscillation;
    const Number at_most = start_of_calm + Number(Real(bounds_.steady_response_until(magnitude(b))), R(0));
    if (!is_negative(at_most)) return false;
    const R calm_drive = bounds_.calm_drive_ceiling(a, b);
    if (!(calm_drive < forever_)) return false;
    const Number calm_climb = Number(Real(calm_drive), R(0)) - start_of_calm;
    if (to_radius(at_most.mid) + to_radius(calm_climb.mid) * least_reach > 0) return false;
    const Number gone = -exponential_minus_one(-(Number(Real(length), R(0)) * trajectory_.rate));
    return is_negative(at_most + calm_climb * gone);
  }

  /// An upper bound on 1 - e^-z: the error of expm1 and of the rounding before it, and more.
  static R gone_bound(const R& z) { return R(-exponential_minus_one(R(-z))) * (1 + RealTraits<R>::function_unit * 8); }

  static Number ball(const Real& value) { return Number(value, R(0)); }
  static Found crossing_between(const Real& a, const Real& b) { return {true, Bracket<Real>{a, b}}; }

  /// x cannot be told from 0 at `at`.
  Found touch(const Real& at, const Number& potential) {
    const double time = convert_real<double>(start_) + convert_real<double>(at);
    return {doubt_.counts_as_touch(time, convert_radius<double>(greatest(potential)))};
  }

  static constexpr double forever_ = std::numeric_limits<double>::infinity();

  const Trajectory<Number>& trajectory_;
  DriveBounds<Real> bounds_;
  R start_;
  Doubt& doubt_;
  int undecided_parts_ = 0;
};

/// The first crossing in (0, length] of a trajectory that starts below 0, or at 0 and falling. It is asked for in
/// double first: nearly always that is enough to tell where a crossing is, and only its exact place takes more digits.
/// @param start         when the stretch starts, ms >= 0
/// @param suits_double  whether the problem's numbers do
template <class Real, class Doubt>
FirstCrossing<Real> first_crossing(const Trajectory<Ball<Real>>& x, const Radius<Real>& start, const Real& length,
                                   const typename Trajectory<Ball<Real>>::Point& at_end, bool suits_double,
                                   Doubt& doubt) {
  const auto at_start = x.at_start();
  if constexpr (RealTraits<Real>::rung > 0) {
    if (suits_double) {
      struct {
        bool counts_as_touch(double, double) { return false; }
      } never;
      const auto rough = [](const Ball<Real>& number) { return convert_ball<double>(number); };
      const auto rough_point = [&](const auto& point) {
        return Trajectory<Ball<double>>::Point{rough(point.potential), rough(point.drive), rough(point.drive_slope),
                                               rough(point.oscillation)};
      };
      const auto rough_x = convert_trajectory<Ball<double>>(x, rough);
      const double end = convert_real<double>(length);
      const auto found = CrossingSearch(rough_x, convert_radius<double>(start), never)
                             .first(end, rough_point(at_start), rough_point(at_end));
      if (found.is_clear) {
        if (!found.bracket) return {true, std::nullopt, found.decided_by};
        const auto& [from, to] = *found.bracket;
        return {true, Bracket<Real>{Real(from), to < end ? Real(to) : length}, found.decided_by};
      }
    }
  }
  return CrossingSearch(x, start, doubt).first(length, at_start, at_end);
}

}  // namespace lapicque::detail
