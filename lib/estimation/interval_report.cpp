#include "interval_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "brief.hpp"
#include "lapicque/error.hpp"
#include "profiles.hpp"
#include "quantiles.hpp"

namespace lapicque::estimation {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double tail = 0.025;      // of an interval of 95 %, on either side
constexpr double rejected = 0.001;  // of the fits that are as good as they should be

/// As far as searches go in a logarithm: beyond it nothing changes.
constexpr double most_of_logarithm = 14;

double least_current(const Periods& periods) {
  double least = infinity;
  for (const Period& p : periods.values) least = std::min(least, p.current);
  return least;
}

double shortest_period(const Periods& periods) {
  double shortest = infinity;
  for (const Period& p : periods.values) shortest = std::min(shortest, p.value);
  return shortest;
}

/// What holds whatever the fit says: the words for parameters that it leaves open.
struct Bounds {
  std::string refractory;
  std::string rheobase;
  std::string reset_current;
};

/// @param shortest  ms
/// @param kind      of interval that this is
Bounds bounds_of(const Periods& periods, double shortest, const std::string& kind) {
  const std::string least = to_text(least_current(periods), "nA");
  return {"it is at least 0 ms and below the shortest " + kind + ", " + to_text(shortest, "ms"),
          "it is below the least current that fired, " + least, "it is below the rheobase, so below " + least};
}

void open(IntervalEstimate& result, const std::string& parameter, const std::string& text) {
  result.undetermined.push_back({parameter, text});
}

/// Gives one reason for all of the four that are empty.
void open_empty_ones(IntervalEstimate& result, const std::string& why, const Bounds& bounds) {
  if (!result.tau) open(result, "tau", why);
  if (!result.refractory) open(result, "refractory", why + "; " + bounds.refractory);
  if (!result.rheobase) open(result, "rheobase", why + "; " + bounds.rheobase);
  if (!result.reset_current) open(result, "reset_current", why + "; " + bounds.reset_current);
}

/// The noise of mean intervals, and how far intervals reach for it.
struct Noise {
  double deviation;  ///< ms
  double reach;      ///< standard errors to an interval's end
  double freedom;    ///< with which it is known; 0 where it is the rounding's
  bool misfit;       ///< whether the means lie further from the fit than they vary
};

Noise noise_of(const Periods& periods, const PeriodFit& fit) {
  const double spare = static_cast<double>(periods.values.size()) - 4;
  const double least = periods.floor * periods.floor;
  const double off = spare > 0 ? fit.squares() / spare : 0;
  double freedom = periods.freedom + spare;
  double variance = freedom > 0 ? (periods.within + fit.squares()) / freedom : 0;
  bool misfit = false;
  if (off > least && periods.freedom > 0) {
    misfit = off * periods.freedom >
             std::max(periods.within, least * periods.freedom) * fisher_f_quantile(spare, periods.freedom, rejected);
  } else if (off > least) {
    misfit = periods.on_grid && fit.squares() > least * chi_squared_quantile(spare, rejected);
  }
  if (misfit) {
    variance = off;
    freedom = spare;
  }
  if (variance > least) return {std::sqrt(variance), students_t_quantile(freedom, tail), freedom, misfit};
  return {periods.floor, normal_quantile(tail), freedom, misfit};
}

/// The factor that an offset downwards in the logarithm stands for; 0 where there is no end.
double below(const std::optional<double>& offset) { return offset ? std::exp(-*offset) : 0.0; }

std::optional<Estimate> tau_estimate(const PeriodFit& fit, const Profiles& profiles) {
  const auto low = profiles.end(log_tau, Scale::rheobase, -1, most_of_logarithm, false);
  const auto high = profiles.end(log_tau, Scale::rheobase, 1, most_of_logarithm, false);
  if (!low || !high) return std::nullopt;
  return Estimate{fit.tau(), fit.tau() * below(low), fit.tau() * std::exp(*high)};
}

/// @param noise  ms
/// @param grid   ms, of a simulator that holds the trains; 0 where there is none
std::optional<Estimate> refractory_estimate(const PeriodFit& fit, const Profiles& profiles, double shortest,
                                            double noise, double grid) {
  constexpr double steps = 1.5;         // of a grid: what rounding of the period and of the spike's time make
  constexpr double noises = 20;         // and
  constexpr double of_shortest = 0.01;  // of the shortest interval: as far beyond it as the noise may hide
  const double refractory = fit.values(Scale::rheobase)[refractory_period];
  const double step = steps * grid;
  const double room = std::max(shortest - refractory, 0.0) + noises * noise + of_shortest * shortest;
  const auto later = profiles.end(refractory_period, Scale::rheobase, 1, room, false);
  if (!later || refractory + *later + step >= shortest) return std::nullopt;
  const auto sooner = refractory > 0 ? profiles.end(refractory_period, Scale::rheobase, -1, refractory, true)
                                     : std::optional<double>(0);
  const double low = sooner ? std::max(0.0, refractory - *sooner - step) : 0;
  const double high = std::max(0.0, refractory + *later + step);
  return Estimate{std::max(0.0, refractory), low, high};
}

/// The rheobase or the reset current, by its distance below the least current, which bounds it from above.
std::optional<Estimate> current_estimate(const PeriodFit& fit, const Profiles& profiles, Scale scale, double least) {
  const double far = std::exp(fit.values(scale)[log_far]);
  const auto low = profiles.end(log_far, scale, 1, most_of_logarithm, false);
  if (!low) return std::nullopt;
  const auto high = profiles.end(log_far, scale, -1, most_of_logarithm, true);
  return Estimate{least - far, least - far * std::exp(*low), least - far * below(high)};
}

/// Rounded up to two digits.
double two_digits_up(double value) {
  if (value == 0) return 0;
  const double digit = std::pow(10, std::floor(std::log10(std::abs(value))) - 1);
  return std::ceil(value / digit) * digit;
}

/// A current nearer to the rheobase than the least one: a quarter of the way from the highest that the rheobase may be.
/// It fires, and the next one may be nearer still.
double nearer_current(const PeriodFit& fit, const Profiles& profiles, double least) {
  constexpr double way = 0.75;
  const auto high = profiles.end(log_far, Scale::rheobase, -1, most_of_logarithm, true);
  const double nearer = least - way * fit.distance() * (high ? std::exp(-*high) : 0.5);
  const double rounded = two_digits_up(nearer);
  return rounded < least ? rounded : nearer;
}

/// Reasons for what is left open, with currents that would tell.
void propose(IntervalEstimate& result, const PeriodFit& fit, const Profiles& profiles, const Bounds& bounds,
             double least) {
  // The logarithm bends where I - b is well below b - a, and ends where it is well above.
  constexpr double near_enough = 0.15;
  constexpr double far_enough = 3;
  constexpr double further_by_gap = 5;
  constexpr double further_by_span = 3;
  std::string advice;
  // The fitted gap may be anything where the currents do not tell it; the bend is not seen beyond their span.
  if (!result.rheobase || least - result.rheobase->low > near_enough * std::min(fit.gap(), fit.span())) {
    result.probe.push_back(nearer_current(fit, profiles, least));
    advice = "nearer to the rheobase, for example at " + to_text(result.probe.back(), "nA");
  }
  const double farthest = fit.distance() + fit.span();
  if (farthest < far_enough * fit.gap()) {
    result.probe.push_back(
        two_digits_up(least - fit.distance() + std::min(further_by_gap * fit.gap(), further_by_span * farthest)));
    advice +=
        (advice.empty() ? "" : ", and ") + ("further from it, for example at " + to_text(result.probe.back(), "nA"));
  }
  open_empty_ones(result,
                  "not determined by these currents, which do not tell it apart from the others; record " +
                      (advice.empty() ? "more spikes" : advice + ", or more spikes"),
                  bounds);
}

}  // namespace

IntervalEstimate report_adaptation(IntervalEstimate result, std::span<const ConstantCurrentTrain> trains,
                                   const Adaptation& adaptation, const Periods& periods) {
  constexpr int digits = 3;
  // Of intervals of standard deviation 1 without growth, the median change from one to the next.
  constexpr double median_change = 0.6745 * std::numbers::sqrt2;
  std::vector<double> changes;
  double shortest = infinity;
  for (const auto& train : trains) {
    for (std::size_t i = 1; i < train.times.size(); ++i) {
      const double interval = train.times[i] - train.times[i - 1];
      shortest = std::min(shortest, interval);
      if (i + 1 < train.times.size()) changes.push_back(std::abs(train.times[i + 1] - train.times[i] - interval));
    }
  }
  const auto middle = changes.begin() + static_cast<std::ptrdiff_t>(changes.size() / 2);
  std::nth_element(changes.begin(), middle, changes.end());
  result.accumulates = true;
  result.noise = std::max(periods.floor, *middle / median_change);
  const bool grow = adaptation.last > adaptation.first;
  open_empty_ones(
      result,
      std::string("the intervals ") + (grow ? "grow" : "shrink") + " along the trains, at " +
          to_text(adaptation.current, "nA") + " from " + brief(adaptation.first, "ms", digits) + " to " +
          brief(adaptation.last, "ms", digits) +
          (grow ? ": the neuron adapts, or its current fades" : ": the neuron facilitates, or its current rises") +
          "; those of a leaky integrate-and-fire neuron under a constant current are equal but for noise, so that "
          "values fitted to these would mislead",
      bounds_of(periods, shortest, "interval"));
  return result;
}

IntervalEstimate report_few_currents(IntervalEstimate result, const Periods& periods) {
  result.noise = std::max(periods.floor, periods.freedom > 0 ? std::sqrt(periods.within / periods.freedom) : 0);
  open_empty_ones(result,
                  "intervals at " + std::to_string(result.currents) +
                      (result.currents == 1 ? " current" : " different currents") +
                      " do not determine four unknowns (refractory, tau, rheobase, reset current); record at 4 or more",
                  bounds_of(periods, shortest_period(periods), "mean interval"));
  return result;
}

IntervalEstimate report_fit(IntervalEstimate result, const Periods& periods) {
  const double least = least_current(periods);
  const double shortest = shortest_period(periods);
  const Bounds bounds = bounds_of(periods, shortest, "mean interval");
  const PeriodFit fit(periods.values);
  if (!std::isfinite(fit.squares())) {
    open_empty_ones(
        result, "the intervals do not fall with the current as a leaky neuron's do; record at currents further apart",
        bounds);
    return result;
  }
  const Noise noise = noise_of(periods, fit);
  result.noise = noise.deviation;
  if (noise.misfit) {
    result.remarks.emplace_back(
        "the mean intervals lie further from a leaky integrate-and-fire neuron's than they vary: another neuron, or "
        "another current; the intervals are widened to that");
  }
  if (noise.freedom <= 0 && !result.grid) {
    result.remarks.emplace_back("as many intervals as unknowns: the intervals hold for exact times only");
  }
  const Profiles profiles(fit, noise.deviation, noise.reach);
  result.tau = tau_estimate(fit, profiles);
  result.refractory = refractory_estimate(fit, profiles, shortest, noise.deviation, periods.on_grid ? *result.grid : 0);
  result.rheobase = current_estimate(fit, profiles, Scale::rheobase, least);
  result.reset_current = current_estimate(fit, profiles, Scale::reset, least);
  if (!result.tau || !result.refractory || !result.rheobase || !result.reset_current) {
    propose(result, fit, profiles, bounds, least);
  }
  if (periods.on_grid) {
    result.remarks.emplace_back(
        "the spikes lie on a grid of " + to_text(*result.grid, "ms") +
        " and each train's intervals are equal: a simulator's, whose intervals are off by up to a step");
  }
  return result;
}

IntervalEstimate with_potentials_open(IntervalEstimate result) {
  for (const char* parameter : {"rest", "reset", "threshold", "resistance"}) {
    open(result, parameter,
         "spike times stay the same when all potentials are shifted, or scaled together with the resistance; they "
         "tell (threshold - rest) / resistance and (reset - rest) / resistance only; record the potential");
  }
  return result;
}

}  // namespace lapicque::estimation
