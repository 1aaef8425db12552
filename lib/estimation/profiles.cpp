#include "profiles.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "false_position.hpp"
#include "quantiles.hpp"

namespace lapicque::estimation {
namespace {

constexpr double tail_of_interval = 0.025;  // of the normal distribution, on either side

/// Standard errors of a two-sided 95 % interval of the normal distribution.
const double two_sided = normal_quantile(tail_of_interval);

/// A value is reported where the noise has to be beyond so many standard errors for it to be without bound.
constexpr double told = 3.5;

/// The rise at an interval's end. Where the currents hardly tell a value, it is reported only when chance makes it
/// look well told, on one side of the truth: of those reported, 95 % of 1.96 standard errors would hold the truth far
/// less often. With Q(z) the normal distribution's upper tail and `farthest` the rise where the value is without
/// bound, a truth that lies z below the fit was reported with probability Q(told - farthest + z); the end is where
///     Q(z) = 0.025 Q(told - farthest + z),
/// but a truth that is reported once in a thousand times is left out. This is 1.96 where farthest is large.
double allowance(double farthest) {
  constexpr double rare = 3.09;    // standard errors: once in a thousand times
  constexpr double far = 40;       // where all tails are 0
  constexpr double narrow = 1e-6;  // standard errors
  const auto tail = [](double z) { return std::erfc(z / std::sqrt(2.0)) / 2; };
  double low = two_sided;
  double high = std::min(farthest, far) - told + rare;
  while (high - low > narrow) {
    const double z = std::midpoint(low, high);
    (tail(z) > tail_of_interval * tail(told - farthest + z) ? low : high) = z;
  }
  return high;
}

}  // namespace

Profiles::Profiles(const PeriodFit& fit, double noise, double reach) : fit_(fit), noise_(noise), reach_(reach) {
  constexpr double hardly_bent = 0.1;  // standard errors of the logarithms within which the valley is that
  const auto errors = fit.errors(Scale::rheobase);
  narrow_ = errors && noise * errors->tail<3>().maxCoeff() < hardly_bent;
}

Profiles::Place Profiles::look(PeriodIndex index, Scale scale, double direction, double offset,
                               const PeriodValues& from) const {
  PeriodValues start = from;
  start[index] = fit_.values(scale)[index] + direction * offset;
  const PeriodFit::Point best = fit_.profile(start, scale, index, noise_, !narrow_);
  const double rise = std::sqrt(std::max(0.0, best.squares - fit_.squares())) / noise_ * (two_sided / reach_);
  return {offset, rise, best.values};
}

std::optional<double> Profiles::end(PeriodIndex index, Scale scale, double direction, double most, bool natural) const {
  constexpr double enough = told + 4;        // standard errors: farther out nothing changes
  constexpr double first_stride = 1.0 / 16;  // of the most, at most
  constexpr double small = 1e-3;             // standard errors
  constexpr double narrow = 1e-3;            // of the offset
  constexpr int most_rounds = 40;
  const auto errors = fit_.errors(scale);
  std::vector<Place> places{{0, 0, fit_.values(scale)}};
  double farthest = 0;
  for (double offset = std::min(errors ? 2 * noise_ * (*errors)[index] : most, most * first_stride);;
       offset = std::min(2 * offset, most)) {
    places.push_back(look(index, scale, direction, offset, places.back().values));
    farthest = std::max(farthest, places.back().rise);
    if (farthest >= enough || offset >= most) break;
  }
  if (!natural && farthest < told) return std::nullopt;
  const double wanted = natural ? two_sided : allowance(farthest);
  // Where the profile has several valleys, the interval holds all of them.
  const auto within = std::find_if(places.rbegin(), places.rend(), [&](const Place& p) { return p.rise < wanted; });
  const auto beyond = within.base();
  if (beyond == places.end()) return std::nullopt;
  struct End {
    double x;
    double y;
    PeriodValues values;
  };
  const auto end_at = [&](const Place& p) { return End{p.offset, p.rise - wanted, p.values}; };
  const auto between = [&](double offset, const End& low) {
    return end_at(look(index, scale, direction, offset, low.values));
  };
  return false_position(end_at(*(beyond - 1)), end_at(*beyond), between, small, narrow, most_rounds).x;
}

}  // namespace lapicque::estimation
