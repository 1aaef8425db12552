#include "lapicque/interval_estimation.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>

#include "adaptation.hpp"
#include "brief.hpp"
#include "false_position.hpp"
#include "lapicque/error.hpp"
#include "quantiles.hpp"
#include "singular_values.hpp"

namespace lapicque {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What is made of times before they come here: units converted, printed with 12 digits or more, added up.
constexpr double relative_rounding = 1e-12;

void check(std::span<const ConstantCurrentTrain> trains) {
  bool any = false;
  for (std::size_t k = 0; k < trains.size(); ++k) {
    const std::string name = "trains[" + std::to_string(k + 1) + "]";
    if (!std::isfinite(trains[k].current)) {
      throw InvalidArgument(name + ".current", to_text(trains[k].current, "nA"), "must be finite");
    }
    const auto& times = trains[k].times;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (!std::isfinite(times[i]) || (i > 0 && !(times[i] > times[i - 1]))) {
        throw InvalidArgument(name + ".times[" + std::to_string(i + 1) + "]", to_text(times[i], "ms"),
                              "must be finite and later than the one before it", "sort the spikes, each once");
      }
    }
    any = any || times.size() > 1;
  }
  if (!any) {
    throw InvalidArgument("trains", std::to_string(trains.size()) + " without an interval",
                          "one of them must have two spikes", "record for longer, or with a larger current");
  }
}

/// The largest step of which all differences of times are multiples, up to rounding.
std::optional<double> grid_of(std::span<const ConstantCurrentTrain> trains) {
  double largest = 0;
  for (const auto& train : trains) {
    for (const double time : train.times) largest = std::max(largest, std::abs(time));
  }
  const double rounding = relative_rounding * largest;
  double step = 0;
  double longest = 0;
  for (const auto& train : trains) {
    for (std::size_t i = 1; i < train.times.size(); ++i) {
      const double interval = train.times[i] - train.times[i - 1];
      longest = std::max(longest, interval);
      double rest = interval;
      while (std::abs(rest) > rounding) {
        const double next = step > 0 ? std::remainder(step, rest) : 0;
        step = std::abs(rest);
        rest = next;
      }
      // Euclid's algorithm has added up the rounding of all its steps; one division has one.
      if (step > 0) step = longest / std::round(longest / step);
    }
  }
  // What times without a grid have in common is little more than their rounding.
  if (step > 1e4 * rounding) return step;
  // Euclid's algorithm does not reach the last digit of times printed with many; that one is a power of ten.
  for (const double printed : {1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9}) {
    const auto on_it = [&](const ConstantCurrentTrain& train) {
      for (std::size_t i = 1; i < train.times.size(); ++i) {
        const double interval = train.times[i] - train.times[i - 1];
        if (std::abs(std::remainder(interval, printed)) > 1e-3 * printed) return false;
      }
      return true;
    };
    if (std::all_of(trains.begin(), trains.end(), on_it)) return printed;
  }
  return std::nullopt;
}

/// The mean interval of a train, with what is left of it in both models of what disturbs the times.
struct Period {
  double current;
  double value;    ///< ms
  double error;    ///< its standard error, as a multiple of the noise
  double squares;  ///< of what the train leaves
  double count;    ///< of intervals
};

/// Each spike's time varies by itself: the slope of a straight line through them.
Period jittered(const ConstantCurrentTrain& train) {
  const auto n = static_cast<double>(train.times.size());
  double product = 0;
  double mean = 0;
  for (const double time : train.times) mean += (time - train.times[0]) / n;
  for (std::size_t i = 0; i < train.times.size(); ++i) {
    product += (static_cast<double>(i) - (n - 1) / 2) * (train.times[i] - train.times[0] - mean);
  }
  const double spread = n * (n * n - 1) / 12;
  const double slope = product / spread;
  double squares = 0;
  for (std::size_t i = 0; i < train.times.size(); ++i) {
    const double off = train.times[i] - train.times[0] - mean - slope * (static_cast<double>(i) - (n - 1) / 2);
    squares += off * off;
  }
  return {train.current, slope, 1 / std::sqrt(spread), squares, n - 1};
}

/// Each interval varies by itself.
Period renewed(const ConstantCurrentTrain& train) {
  const auto n = static_cast<double>(train.times.size() - 1);
  const double mean = (train.times.back() - train.times.front()) / n;
  double squares = 0;
  for (std::size_t i = 1; i < train.times.size(); ++i) {
    const double off = train.times[i] - train.times[i - 1] - mean;
    squares += off * off;
  }
  return {train.current, mean, 1 / std::sqrt(n), squares, n};
}

double sum_of_squares(const std::vector<Period>& periods) {
  double sum = 0;
  for (const Period& p : periods) sum += p.squares;
  return sum;
}

/// How PeriodFit's last unknown measures: the least current's distance from the rheobase, or from the reset current.
enum class Scale { rheobase, reset };

/// T(I) by parameters without bounds but that tau be positive, a below b and b below the least current.
class PeriodFit {
 public:
  /// ratio: (b - a) / (the least current - b); far: the least current - b, or - a.
  enum Index { refractory, log_tau, log_ratio, log_far };
  using Vector = Eigen::Vector4d;

  explicit PeriodFit(const std::vector<Period>& periods) : periods_(periods) {
    const auto [low, high] = std::minmax_element(periods.begin(), periods.end(),
                                                 [](const auto& x, const auto& y) { return x.current < y.current; });
    least_ = low->current;
    span_ = high->current - low->current;
    cast_net();
    start();
  }

  double span() const { return span_; }
  double squares() const { return squares_; }
  double tau() const { return std::exp(values_[log_tau]); }
  double distance() const { return std::exp(values_[log_far]); }
  double gap() const { return std::exp(values_[log_ratio] + values_[log_far]); }

  /// The fitted values.
  Vector values(Scale scale) const {
    Vector result = values_;
    if (scale == Scale::reset) result[log_far] += std::log1p(std::exp(values_[log_ratio]));
    return result;
  }

  /// The linearised standard errors of the values for noise of 1 ms; empty where the currents do not tell them apart.
  std::optional<Vector> errors(Scale scale) const {
    const auto [off, slopes] = at(values(scale), scale);
    const Vector unit = slopes.colwise().norm().cwiseInverse().transpose();
    if (!unit.allFinite()) return std::nullopt;
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(slopes * unit.asDiagonal(), Eigen::ComputeThinU | Eigen::ComputeThinV);
    const auto& singular = svd.singularValues();
    constexpr double told_apart_from = 1e-10;
    if (!(singular[3] > told_apart_from * singular[0])) return std::nullopt;
    const Eigen::Matrix4d root = unit.asDiagonal() * svd.matrixV() * singular.cwiseInverse().asDiagonal();
    return root.rowwise().norm();
  }

  /// The least squares with one value held where it is and the others free.
  /// @param values  where to begin, and the best ones on return
  /// @param noise   ms: the squares need not be better than a small part of its own
  /// @param widely  whether to look for other valleys, such as the one in which the rheobase follows the noise of the
  ///                least current's train, and for a way back from where tau and the rheobase are without bound
  double profile(Vector& values, Scale scale, Index held, double noise, bool widely) const {
    const double settled = 1e-7 * noise * noise;
    double squares = descend(values, scale, held, settled);
    if (!widely) return squares;
    Vector other = values;
    const double coarse = held == log_far ? best_of_line(other, scale) : best_of_net(other, held);
    if (!std::isfinite(coarse)) return squares;
    const double deeper = descend(other, scale, held, settled);
    if (deeper < squares) {
      squares = deeper;
      values = other;
    }
    return squares;
  }

 private:
  struct Linearised {
    Eigen::VectorXd off;
    Eigen::Matrix<double, Eigen::Dynamic, 4> slopes;
  };
  Linearised at(const Vector& values, Scale scale) const {
    const auto count = static_cast<Eigen::Index>(periods_.size());
    Linearised result{Eigen::VectorXd(count), Eigen::Matrix<double, Eigen::Dynamic, 4>(count, 4)};
    const double tau = std::exp(values[log_tau]);
    const double ratio = std::exp(values[log_ratio]);
    const double distance = std::exp(values[log_far]) / (scale == Scale::reset ? 1 + ratio : 1);
    const double gap = ratio * distance;
    for (Eigen::Index row = 0; row < count; ++row) {
      const Period& p = periods_[static_cast<std::size_t>(row)];
      const double above = p.current - least_ + distance;
      const double course = tau * std::log1p(gap / above);
      result.off[row] = (values[refractory] + course - p.value) / p.error;
      const double by_gap = tau * gap / (above + gap);
      const double by_far = by_gap * (p.current - least_) / above;
      const double by_ratio = scale == Scale::reset ? by_gap * (1 + gap / above) / (1 + ratio) : by_gap;
      result.slopes.row(row) << 1, course, by_ratio, by_far;
      result.slopes.row(row) /= p.error;
    }
    return result;
  }

  /// Weighted sums over the currents for one pair of a and b; x is the logarithm in T(I), y the mean interval.
  struct Knot {
    double distance;
    double gap;
    double w, x, y, xx, xy, yy;  ///< x and y: means; the others: sums of products about them

    double squares() const { return xy > 0 ? yy - xy * xy / xx : infinity; }
    double squares_at_tau(double tau) const { return yy - 2 * tau * xy + tau * tau * xx; }
    double tau_at(double refractory) const { return (xy + w * x * (y - refractory)) / (xx + w * x * x); }
    double squares_at(double refractory) const {
      const double tau = tau_at(refractory);
      const double mean_off = y - refractory - tau * x;
      return tau > 0 ? squares_at_tau(tau) + w * mean_off * mean_off : infinity;
    }
  };

  Knot knot(double distance, double gap) const {
    Knot k{distance, gap, 0, 0, 0, 0, 0, 0};
    const auto course = [&](const Period& p) { return std::log1p(gap / (p.current - least_ + distance)); };
    for (const Period& p : periods_) {
      const double w = 1 / (p.error * p.error);
      k.w += w;
      k.x += w * course(p);
      k.y += w * p.value;
    }
    k.x /= k.w;
    k.y /= k.w;
    for (const Period& p : periods_) {
      const double w = 1 / (p.error * p.error);
      const double dx = course(p) - k.x;
      const double dy = p.value - k.y;
      k.xx += w * dx * dx;
      k.xy += w * dx * dy;
      k.yy += w * dy * dy;
    }
    return k;
  }

  static Vector values_at(const Knot& k) {
    const double tau = k.xy / k.xx;
    return {k.y - tau * k.x, std::log(tau), std::log(k.gap / k.distance), std::log(k.distance)};
  }

  /// Pairs of a and b that span ten decades.
  void cast_net() {
    for (std::size_t i = 0; i < distances; ++i) {
      for (std::size_t j = 0; j < gaps; ++j) {
        constexpr double mesh = 1.6;
        net_.push_back(knot(1e-7 * std::pow(mesh, static_cast<double>(i)) * span_,
                            1e-4 * std::pow(mesh, static_cast<double>(j)) * span_));
      }
    }
  }

  /// The deepest place that is reached from the net's knots that lie below all their neighbours.
  void start() {
    const auto height = [&](std::size_t i, std::size_t j) { return net_[i * gaps + j].squares(); };
    const auto lies_low = [&](std::size_t i, std::size_t j) {
      for (std::size_t k = std::max<std::size_t>(i, 1) - 1; k < std::min(i + 2, distances); ++k) {
        for (std::size_t l = std::max<std::size_t>(j, 1) - 1; l < std::min(j + 2, gaps); ++l) {
          if (height(k, l) < height(i, j)) return false;
        }
      }
      return std::isfinite(height(i, j));
    };
    for (std::size_t i = 0; i < distances; ++i) {
      for (std::size_t j = 0; j < gaps; ++j) {
        if (!lies_low(i, j)) continue;
        Vector values = values_at(net_[i * gaps + j]);
        const double squares = descend(values, Scale::rheobase, std::nullopt, 0);
        if (!(squares < squares_)) continue;
        squares_ = squares;
        values_ = values;
      }
    }
  }

  /// The best knot of the net for a given refractory period or tau, on the rheobase's scale.
  double best_of_net(Vector& values, Index held) const {
    const double tau = std::exp(values[log_tau]);
    const double delay = values[refractory];
    const auto squares = [&](const Knot& k) { return held == log_tau ? k.squares_at_tau(tau) : k.squares_at(delay); };
    const Knot* best = nullptr;
    double least = infinity;
    for (const Knot& k : net_) {
      if (const double s = squares(k); s < least) {
        least = s;
        best = &k;
      }
    }
    if (best == nullptr) return infinity;
    const double best_tau = held == log_tau ? tau : best->tau_at(delay);
    const double best_delay = held == log_tau ? best->y - tau * best->x : delay;
    values << best_delay, std::log(best_tau), std::log(best->gap / best->distance), std::log(best->distance);
    return least;
  }

  /// The best ratio of a line for a given distance of the least current from the rheobase or the reset current.
  double best_of_line(Vector& values, Scale scale) const {
    const double far = std::exp(values[log_far]);
    double least = infinity;
    for (double ratio = 1e-6; ratio < 1e7; ratio *= 3) {
      const double distance = scale == Scale::reset ? far / (1 + ratio) : far;
      const Knot k = knot(distance, ratio * distance);
      if (!(k.squares() < least)) continue;
      least = k.squares();
      const double log_of_far = values[log_far];
      values = values_at(k);
      values[log_far] = log_of_far;
    }
    return least;
  }

  /// Levenberg and Marquardt's method from `values` on.
  double descend(Vector& values, Scale scale, std::optional<Index> held, double settled) const {
    double damping = 1e-3;
    const int most_steps = held ? 60 : 500;
    constexpr double stiff = 1e12;  // no step, however short, gains anything
    int small_gains = 0;
    Linearised here = at(values, scale);
    double squares = here.off.squaredNorm();
    for (int step = 0; step < most_steps && damping < stiff && small_gains < 3; ++step) {
      if (held) here.slopes.col(*held).setZero();
      const Vector unit = here.slopes.colwise().norm().cwiseMax(1e-300).transpose();
      // The damping as further rows keeps the digits that normal equations lose.
      Eigen::Matrix<double, Eigen::Dynamic, 4> design(here.slopes.rows() + 4, 4);
      design << here.slopes * unit.cwiseInverse().asDiagonal(), std::sqrt(damping) * Eigen::Matrix4d::Identity();
      Eigen::VectorXd target(here.off.size() + 4);
      target << here.off, Vector::Zero();
      const Vector change = -(unit.cwiseInverse().asDiagonal() * design.colPivHouseholderQr().solve(target));
      const Vector next = values + change;
      Linearised there = at(next, scale);
      const double next_squares = there.off.squaredNorm();
      if (next_squares < squares) {
        small_gains = squares - next_squares < settled ? small_gains + 1 : 0;
        values = next;
        squares = next_squares;
        here = std::move(there);
        damping /= 10;
      } else {
        damping = std::max(damping, 1e-15) * 10;
      }
    }
    return squares;
  }

  const std::vector<Period>& periods_;
  static constexpr std::size_t distances = 49;  ///< the net's
  static constexpr std::size_t gaps = 40;
  double least_;
  double span_;
  std::vector<Knot> net_;
  Vector values_ = Vector::Zero();  ///< on the rheobase's scale
  double squares_ = infinity;
};

/// Two-sided 95 % of the normal distribution.
const double two_sided = estimation::normal_quantile(0.025);

/// Where intervals end: as far from the best fit as the squares, the other values following, stay within what the noise
/// allows. Near currents that tell nothing a curved valley is much longer than its curvature at the bottom says.
class Profiles {
 public:
  /// @param reach  standard errors of a two-sided 95 % interval
  Profiles(const PeriodFit& fit, double noise, double reach) : fit_(fit), noise_(noise), reach_(reach) {
    // Within a tenth, the logarithms' valley is the only one and hardly bends.
    const auto errors = fit.errors(Scale::rheobase);
    narrow_ = errors && noise * errors->tail<3>().maxCoeff() < 0.1;
  }

  /// How far from the fitted value (in direction 1 or -1) the interval ends.
  ///
  /// @param most     as far as the search goes
  /// @param natural  whether the value has a bound of its own on this side, with which an interval that does not end
  ///                 before it ends: then nothing needs to be said of whether it does
  /// @return empty where it does not end
  std::optional<double> end(PeriodFit::Index index, Scale scale, double direction, double most, bool natural) const {
    const auto errors = fit_.errors(scale);
    const PeriodFit::Vector best = fit_.values(scale);
    const auto rise_at = [&](double offset, PeriodFit::Vector from) {
      from[index] = best[index] + direction * offset;
      const double squares = fit_.profile(from, scale, index, noise_, !narrow_);
      const double rise = std::sqrt(std::max(0.0, squares - fit_.squares())) / noise_ * (two_sided / reach_);
      return Point{offset, rise, from};
    };
    constexpr double enough = told + 4;
    std::vector<Point> points{{0, 0, best}};
    double farthest = 0;
    for (double offset = std::min(errors ? 2 * noise_ * (*errors)[index] : most, most / 16);;
         offset = std::min(2 * offset, most)) {
      points.push_back(rise_at(offset, points.back().values));
      farthest = std::max(farthest, points.back().rise);
      if (farthest >= enough || offset >= most) break;
    }
    if (!natural && farthest < told) return std::nullopt;
    const double wanted = natural ? two_sided : allowance(farthest);
    // Where the profile has several valleys, the interval holds all of them.
    const auto within = std::find_if(points.rbegin(), points.rend(), [&](const Point& p) { return p.rise < wanted; });
    const auto beyond = within.base();
    if (beyond == points.end()) return std::nullopt;
    struct End {
      double x;
      double y;
      PeriodFit::Vector values;
    };
    const auto end_at = [&](const Point& p) { return End{p.offset, p.rise - wanted, p.values}; };
    const auto look = [&](double offset, const End& low) { return end_at(rise_at(offset, low.values)); };
    constexpr int most_rounds = 40;
    return estimation::false_position(end_at(*(beyond - 1)), end_at(*beyond), look, 1e-3, 1e-3, most_rounds).x;
  }

 private:
  struct Point {
    double offset;
    double rise;  ///< of the squares, as the number of standard errors that a normal distribution gives it
    PeriodFit::Vector values;
  };

  /// A value is reported where the noise has to be beyond so many standard errors for it to be without bound.
  static constexpr double told = 3.5;

  /// The rise at an interval's end. Where the currents hardly tell a value, it is reported only when chance makes it
  /// look well told, on one side of the truth: of those reported, 95 % of 1.96 standard errors would hold the truth far
  /// less often. With Q(z) the normal distribution's upper tail and `farthest` the rise where the value is without
  /// bound, a truth that lies z below the fit was reported with probability Q(told - farthest + z); the end is where
  ///     Q(z) = 0.025 Q(told - farthest + z),
  /// but a truth that is reported once in a thousand times is left out. This is 1.96 where farthest is large.
  static double allowance(double farthest) {
    constexpr double rare = 3.09;
    const auto tail = [](double z) { return std::erfc(z / std::sqrt(2.0)) / 2; };
    double low = two_sided;
    constexpr double far = 40;  // where all tails are 0
    double high = std::min(farthest, far) - told + rare;
    while (high - low > 1e-6) {
      const double z = std::midpoint(low, high);
      (tail(z) > 0.025 * tail(told - farthest + z) ? low : high) = z;
    }
    return high;
  }

  const PeriodFit& fit_;
  double noise_;
  double reach_;
  bool narrow_;
};

/// Everything that is known of a table on the way.
class IntervalReader {
 public:
  explicit IntervalReader(std::span<const ConstantCurrentTrain> trains) {
    for (const auto& train : trains) {
      if (train.times.size() > 1) trains_.push_back(train);
    }
    result_ = {};
    result_.grid = grid_of(trains);
  }

  IntervalEstimate read() {
    std::set<double> currents;
    for (const auto& train : trains_) {
      currents.insert(train.current);
      result_.intervals += train.times.size() - 1;
    }
    result_.currents = currents.size();
    choose_noise();
    least_ = *currents.begin();
    shortest_ = infinity;
    for (const Period& p : periods_) shortest_ = std::min(shortest_, p.value);
    if (const auto adaptation = estimation::find_adaptation(trains_, rounding_of_intervals())) {
      report(*adaptation);
    } else if (result_.currents < 4) {
      result_.noise = std::max(floor_, freedom_ > 0 ? std::sqrt(within_ / freedom_) : 0);
      leave_open("intervals at " + std::to_string(result_.currents) +
                 (result_.currents == 1 ? " current" : " different currents") +
                 " do not determine four unknowns (refractory, tau, rheobase, reset current); record at 4 or more");
    } else {
      fit();
    }
    leave_potentials_open();
    return result_;
  }

 private:
  void choose_noise() {
    std::vector<Period> jitter;
    std::vector<Period> renewal;
    double determinant = 0;
    double largest = 0;
    for (const auto& train : trains_) {
      jitter.push_back(jittered(train));
      renewal.push_back(renewed(train));
      determinant += std::log(jitter.back().count + 1);
      freedom_ += jitter.back().count - 1;
      largest = std::max({largest, std::abs(train.times.front()), std::abs(train.times.back())});
      for (std::size_t i = 2; i < train.times.size(); ++i) {
        const double change = (train.times[i] - train.times[i - 1]) - (train.times[i - 1] - train.times[i - 2]);
        if (result_.grid && std::abs(change) > *result_.grid / 2) varied_ = true;
      }
    }
    const double step = result_.grid.value_or(0);
    const double rounding = relative_rounding * largest;
    on_grid_ = result_.grid && !varied_;
    if (on_grid_ && freedom_ > 0) {
      periods_ = renewal;
      for (Period& p : periods_) p.error = 1;
      freedom_ = 0;
      floor_ = std::max(step / std::sqrt(12.0), rounding);
      return;
    }
    // Twice the logarithms of the likelihoods; det of the intervals' covariance under jitter is their number plus 1.
    const auto count = static_cast<double>(result_.intervals);
    const double ratio = count * (std::log(sum_of_squares(renewal)) - std::log(sum_of_squares(jitter))) - determinant;
    result_.accumulates = ratio < 0;
    periods_ = result_.accumulates ? renewal : jitter;
    within_ = sum_of_squares(periods_);
    floor_ = std::max(step / std::sqrt(result_.accumulates ? 6.0 : 12.0), rounding);
  }

  /// ms: how far rounding, or a grid's step, parts equal intervals.
  double rounding_of_intervals() const {
    double largest = 0;
    for (const auto& train : trains_) {
      largest = std::max({largest, std::abs(train.times.front()), std::abs(train.times.back())});
    }
    constexpr double step = 1 + 1e-3;  // of the grid, which is known to less
    return std::max(2 * relative_rounding * largest, step * result_.grid.value_or(0));
  }

  /// Intervals that change along the trains are no neuron's with four constant parameters, and no noise.
  void report(const estimation::Adaptation& adaptation) {
    std::vector<double> changes;
    shortest_ = infinity;
    for (const auto& train : trains_) {
      for (std::size_t i = 1; i < train.times.size(); ++i) {
        const double interval = train.times[i] - train.times[i - 1];
        shortest_ = std::min(shortest_, interval);
        if (i + 1 < train.times.size()) changes.push_back(std::abs(train.times[i + 1] - train.times[i] - interval));
      }
    }
    const auto middle = changes.begin() + static_cast<std::ptrdiff_t>(changes.size() / 2);
    std::nth_element(changes.begin(), middle, changes.end());
    result_.accumulates = true;
    // Of intervals of that standard deviation without growth, the median change is this part.
    constexpr double median_change = 0.6745 * std::numbers::sqrt2;
    result_.noise = std::max(floor_, *middle / median_change);
    const bool grow = adaptation.last > adaptation.first;
    leave_open(
        std::string("the intervals ") + (grow ? "grow" : "shrink") + " along the trains, at " +
            to_text(adaptation.current, "nA") + " from " + estimation::brief(adaptation.first, "ms", 3) + " to " +
            estimation::brief(adaptation.last, "ms", 3) +
            (grow ? ": the neuron adapts, or its current fades" : ": the neuron facilitates, or its current rises") +
            "; those of a leaky integrate-and-fire neuron under a constant current are equal but for noise, so that "
            "values fitted to these would mislead",
        "interval");
  }

  void fit() {
    const PeriodFit fit(periods_);
    if (!std::isfinite(fit.squares())) {
      leave_open("the intervals do not fall with the current as a leaky neuron's do; record at currents further apart");
      return;
    }
    settle_noise(fit);
    const Profiles profiles(fit, result_.noise, reach_);
    constexpr double most = 14;  // in the logarithm: beyond it nothing changes
    const auto below = [](const std::optional<double>& offset) { return offset ? std::exp(-*offset) : 0.0; };

    const auto tau_low = profiles.end(PeriodFit::log_tau, Scale::rheobase, -1, most, false);
    const auto tau_high = profiles.end(PeriodFit::log_tau, Scale::rheobase, 1, most, false);
    if (tau_low && tau_high) {
      result_.tau = Estimate{fit.tau(), fit.tau() * below(tau_low), fit.tau() * std::exp(*tau_high)};
    }

    const double refractory = fit.values(Scale::rheobase)[PeriodFit::refractory];
    const double step = on_grid_ ? 1.5 * *result_.grid : 0;
    // Up to the shortest interval, and as far beyond it as the noise may hide.
    const double room = std::max(shortest_ - refractory, 0.0) + 20 * result_.noise + shortest_ / 100;
    const auto later = profiles.end(PeriodFit::refractory, Scale::rheobase, 1, room, false);
    if (later && refractory + *later + step < shortest_) {
      const auto sooner = refractory > 0 ? profiles.end(PeriodFit::refractory, Scale::rheobase, -1, refractory, true)
                                         : std::optional<double>(0);
      const double low = sooner ? std::max(0.0, refractory - *sooner - step) : 0;
      const double high = std::max(0.0, refractory + *later + step);
      result_.refractory = Estimate{std::max(0.0, refractory), low, high};
    }

    // Both currents by their distance below the least one, which bounds them from above.
    const auto current = [&](Scale scale) -> std::optional<Estimate> {
      const double far = std::exp(fit.values(scale)[PeriodFit::log_far]);
      const auto low = profiles.end(PeriodFit::log_far, scale, 1, most, false);
      if (!low) return std::nullopt;
      const auto high = profiles.end(PeriodFit::log_far, scale, -1, most, true);
      return Estimate{least_ - far, least_ - far * std::exp(*low), least_ - far * below(high)};
    };
    result_.rheobase = current(Scale::rheobase);
    result_.reset_current = current(Scale::reset);
    if (!result_.tau || !result_.refractory || !result_.rheobase || !result_.reset_current) propose(fit, profiles);
    if (on_grid_) {
      result_.remarks.emplace_back(
          "the spikes lie on a grid of " + to_text(*result_.grid, "ms") +
          " and each train's intervals are equal: a simulator's, whose intervals are off by up to a step");
    }
  }

  /// Reasons for what is left open, with currents that would tell.
  void propose(const PeriodFit& fit, const Profiles& profiles) {
    // The logarithm bends where I - b is well below b - a, and ends where it is well above.
    constexpr double near_enough = 0.15;
    constexpr double far_enough = 3;
    const auto two_digits = [](double value, auto round) {
      if (value == 0) return 0.0;
      const double digit = std::pow(10, std::floor(std::log10(std::abs(value))) - 1);
      return round(value / digit) * digit;
    };
    std::string advice;
    // The fitted gap may be anything where the currents do not tell it; the bend is not seen beyond their span.
    if (!result_.rheobase || least_ - result_.rheobase->low > near_enough * std::min(fit.gap(), fit.span())) {
      // A quarter of the way from the highest that the rheobase may be: it fires, and the next one may be nearer still.
      const auto high = profiles.end(PeriodFit::log_far, Scale::rheobase, -1, 14, true);
      const double below_least = fit.distance() * (high ? std::exp(-*high) : 0.5);
      const double nearer = least_ - 0.75 * below_least;
      double rounded = two_digits(nearer, [](double x) { return std::ceil(x); });
      if (!(rounded < least_)) rounded = nearer;
      result_.probe.push_back(rounded);
      advice = "nearer to the rheobase, for example at " + to_text(rounded, "nA");
    }
    const double farthest = fit.distance() + fit.span();
    if (farthest < far_enough * fit.gap()) {
      const double further = two_digits(least_ - fit.distance() + std::min(5 * fit.gap(), 3 * farthest),
                                        [](double x) { return std::ceil(x); });
      result_.probe.push_back(further);
      advice += (advice.empty() ? "" : ", and ") + ("further from it, for example at " + to_text(further, "nA"));
    }
    const std::string why = "not determined by these currents, which do not tell it apart from the others; record " +
                            (advice.empty() ? "more spikes" : advice + ", or more spikes");
    if (!result_.tau) open("tau", why);
    if (!result_.refractory) open("refractory", why + "; " + refractory_bounds());
    if (!result_.rheobase) open("rheobase", why + "; " + rheobase_bound());
    if (!result_.reset_current) open("reset_current", why + "; " + reset_bound());
  }

  void settle_noise(const PeriodFit& fit) {
    const double spare = static_cast<double>(periods_.size()) - 4;
    double freedom = freedom_ + spare;
    double variance = freedom > 0 ? (within_ + fit.squares()) / freedom : 0;
    const double off = spare > 0 ? fit.squares() / spare : 0;
    const double least = floor_ * floor_;
    if (off > least) {
      const bool misfit = freedom_ > 0
                              ? off * freedom_ > std::max(within_, least * freedom_) *
                                                     estimation::fisher_f_quantile(spare, freedom_, 0.001)
                              : on_grid_ && fit.squares() > least * estimation::chi_squared_quantile(spare, 0.001);
      if (misfit) {
        variance = off;
        freedom = spare;
        result_.remarks.emplace_back(
            "the mean intervals lie further from a leaky integrate-and-fire neuron's than they vary: another neuron, "
            "or another current; the intervals are widened to that");
      }
    }
    if (variance > least) {
      result_.noise = std::sqrt(variance);
      reach_ = estimation::students_t_quantile(freedom, 0.025);
    } else {
      result_.noise = floor_;
      reach_ = estimation::normal_quantile(0.025);
    }
    if (freedom <= 0 && !result_.grid) {
      result_.remarks.emplace_back("as many intervals as unknowns: the intervals hold for exact times only");
    }
  }

  void open(const std::string& parameter, const std::string& text) {
    result_.undetermined.push_back({parameter, text});
  }

  void leave_open(const std::string& why, const char* shortest = "mean interval") {
    open("tau", why);
    open("refractory", why + "; " + refractory_bounds(shortest));
    open("rheobase", why + "; " + rheobase_bound());
    open("reset_current", why + "; " + reset_bound());
  }

  std::string refractory_bounds(const char* shortest = "mean interval") const {
    return std::string("it is at least 0 ms and below the shortest ") + shortest + ", " + to_text(shortest_, "ms");
  }
  std::string rheobase_bound() const { return "it is below the least current that fired, " + to_text(least_, "nA"); }
  std::string reset_bound() const { return "it is below the rheobase, so below " + to_text(least_, "nA"); }

  void leave_potentials_open() {
    for (const char* parameter : {"rest", "reset", "threshold", "resistance"}) {
      open(parameter,
           "spike times stay the same when all potentials are shifted, or scaled together with the resistance; they "
           "tell (threshold - rest) / resistance and (reset - rest) / resistance only; record the potential");
    }
  }

  std::vector<ConstantCurrentTrain> trains_;
  std::vector<Period> periods_;
  IntervalEstimate result_;
  double within_ = 0;     ///< squares within the trains
  double freedom_ = 0;    ///< and their degrees of freedom
  double floor_ = 0;      ///< ms: the least noise, by the grid or by rounding
  double reach_ = 0;      ///< standard errors to an interval's end
  double least_ = 0;      ///< nA
  double shortest_ = 0;   ///< ms
  bool varied_ = false;   ///< whether intervals under one current differ by steps of the grid
  bool on_grid_ = false;  ///< whether a simulator's grid holds threshold and reset, for all that is seen
};

}  // namespace

IntervalEstimate estimate_from_intervals(std::span<const ConstantCurrentTrain> trains) {
  check(trains);
  return IntervalReader(trains).read();
}

}  // namespace lapicque
