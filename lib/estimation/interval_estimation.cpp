#include "lapicque/interval_estimation.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "lapicque/error.hpp"

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

/// T(I) by parameters without bounds but that tau be positive, a below b and b below the least current.
class PeriodFit {
 public:
  enum Index { refractory, log_tau, log_gap, log_distance };  ///< gap: b - a; distance: the least current - b
  using Vector = Eigen::Vector4d;

  explicit PeriodFit(const std::vector<Period>& periods) : periods_(periods) {
    const auto [low, high] = std::minmax_element(periods.begin(), periods.end(),
                                                 [](const auto& x, const auto& y) { return x.current < y.current; });
    least_ = low->current;
    span_ = high->current - low->current;
    start();
    descend();
  }

  double least() const { return least_; }
  const Vector& values() const { return values_; }
  double squares() const { return squares_; }

  /// The covariance of the values for noise of 1 ms; empty where the currents do not tell them apart.
  std::optional<Eigen::Matrix4d> covariance() const {
    const auto [off, slopes] = at(values_);
    const Vector scale = slopes.colwise().norm().cwiseInverse().transpose();
    if (!scale.allFinite()) return std::nullopt;
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(slopes * scale.asDiagonal(), Eigen::ComputeThinU | Eigen::ComputeThinV);
    const auto& singular = svd.singularValues();
    constexpr double told_apart_from = 1e-10;
    if (!(singular[3] > told_apart_from * singular[0])) return std::nullopt;
    const Eigen::MatrixXd root = scale.asDiagonal() * svd.matrixV() * singular.cwiseInverse().asDiagonal();
    return root * root.transpose();
  }

 private:
  struct Linearised {
    Eigen::VectorXd off;
    Eigen::MatrixXd slopes;
  };
  Linearised at(const Vector& values) const {
    const auto count = static_cast<Eigen::Index>(periods_.size());
    Linearised result{Eigen::VectorXd(count), Eigen::MatrixXd(count, 4)};
    const double tau = std::exp(values[log_tau]);
    const double gap = std::exp(values[log_gap]);
    const double distance = std::exp(values[log_distance]);
    for (Eigen::Index row = 0; row < count; ++row) {
      const Period& p = periods_[static_cast<std::size_t>(row)];
      const double above = p.current - least_ + distance;
      const double course = tau * std::log1p(gap / above);
      result.off[row] = (values[refractory] + course - p.value) / p.error;
      const double by_gap = tau * gap / (above + gap);
      result.slopes.row(row) << 1, course, by_gap, -by_gap * distance / above;
      result.slopes.row(row) /= p.error;
    }
    return result;
  }

  /// The best of a net that spans ten decades.
  void start() {
    squares_ = infinity;
    for (double distance = 1e-7; distance < 1e3; distance *= 1.6) {
      for (double gap = 1e-4; gap < 1e4; gap *= 1.6) {
        double weight = 0, x = 0, y = 0, xx = 0, xy = 0;
        const auto course = [&](const Period& p) {
          return std::log1p(gap * span_ / (p.current - least_ + distance * span_));
        };
        for (const Period& p : periods_) {
          const double w = 1 / (p.error * p.error);
          weight += w;
          x += w * course(p);
          y += w * p.value;
        }
        x /= weight;
        y /= weight;
        for (const Period& p : periods_) {
          const double w = 1 / (p.error * p.error);
          xx += w * (course(p) - x) * (course(p) - x);
          xy += w * (course(p) - x) * (p.value - y);
        }
        if (!(xy > 0 && xx > 0)) continue;
        const double tau = xy / xx;
        const Vector values(y - tau * x, std::log(tau), std::log(gap * span_), std::log(distance * span_));
        const double squares = at(values).off.squaredNorm();
        if (!(squares < squares_)) continue;
        squares_ = squares;
        values_ = values;
      }
    }
  }

  void descend() {
    if (!std::isfinite(squares_)) return;
    double damping = 1e-3;
    constexpr int most_steps = 500;
    constexpr double stiff = 1e12;  // no step, however short, gains anything
    for (int step = 0; step < most_steps && damping < stiff; ++step) {
      const auto [off, slopes] = at(values_);
      const Vector scale = slopes.colwise().norm().cwiseMax(1e-300).transpose();
      // The damping as further rows keeps the digits that normal equations lose.
      Eigen::MatrixXd design(slopes.rows() + 4, 4);
      design << slopes * scale.cwiseInverse().asDiagonal(), std::sqrt(damping) * Eigen::Matrix4d::Identity();
      Eigen::VectorXd target(off.size() + 4);
      target << off, Vector::Zero();
      const Vector change = -(scale.cwiseInverse().asDiagonal() * design.colPivHouseholderQr().solve(target));
      const Vector next = values_ + change;
      const double squares = at(next).off.squaredNorm();
      if (squares < squares_) {
        values_ = next;
        squares_ = squares;
        damping /= 10;
      } else {
        damping = std::max(damping, 1e-15) * 10;
      }
    }
  }

  const std::vector<Period>& periods_;
  double least_;
  double span_;
  Vector values_ = Vector::Zero();
  double squares_ = infinity;
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
    if (result_.currents < 4) {
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

  void fit() {
    const PeriodFit fit(periods_);
    const auto covariance = std::isfinite(fit.squares()) ? fit.covariance() : std::nullopt;
    if (!covariance) {
      leave_open("the intervals do not fall with the current as a leaky neuron's do; record at currents further apart");
      return;
    }
    settle_noise(fit);
    const auto& values = fit.values();
    const auto half = [&](const PeriodFit::Vector& direction) {
      return reach_ * result_.noise * std::sqrt(direction.dot(*covariance * direction));
    };
    const auto unit = [](int index) { return PeriodFit::Vector(PeriodFit::Vector::Unit(index)); };
    constexpr double most = 3;  // in the logarithm, a factor of 20
    const std::string too_close =
        "the currents do not tell it apart from the others; record nearer to the rheobase, "
        "at currents further apart, or more spikes";

    const double tau_half = half(unit(PeriodFit::log_tau));
    if (tau_half < most) {
      const double tau = std::exp(values[PeriodFit::log_tau]);
      result_.tau = Estimate{tau, tau * std::exp(-tau_half), tau * std::exp(tau_half)};
    } else {
      open("tau", too_close);
    }

    const double refractory = values[PeriodFit::refractory];
    const double refractory_half = half(unit(PeriodFit::refractory)) + (on_grid_ ? 1.5 * *result_.grid : 0);
    if (refractory_half < shortest_) {
      result_.refractory = Estimate{std::max(0.0, refractory), std::max(0.0, refractory - refractory_half),
                                    std::max(0.0, refractory + refractory_half)};
    } else {
      open("refractory", too_close + "; " + refractory_bounds());
    }

    // Both currents by their distance below the least one.
    const double gap = std::exp(values[PeriodFit::log_gap]);
    const double distance = std::exp(values[PeriodFit::log_distance]);
    const auto below = [&](double far, double far_half) {
      return Estimate{least_ - far, least_ - far * std::exp(far_half), least_ - far * std::exp(-far_half)};
    };
    const double rheobase_half = half(unit(PeriodFit::log_distance));
    if (rheobase_half < most) {
      result_.rheobase = below(distance, rheobase_half);
    } else {
      open("rheobase", too_close + "; " + rheobase_bound());
    }
    const double reset_half =
        half((unit(PeriodFit::log_gap) * gap + unit(PeriodFit::log_distance) * distance) / (gap + distance));
    if (reset_half < most) {
      result_.reset_current = below(gap + distance, reset_half);
    } else {
      open("reset_current", too_close + "; " + reset_bound());
    }
    if (on_grid_) {
      result_.remarks.emplace_back(
          "the spikes lie on a grid of " + to_text(*result_.grid, "ms") +
          " and each train's intervals are equal: a simulator's, whose intervals are off by up to a step");
    }
  }

  void settle_noise(const PeriodFit& fit) {
    const double spare = static_cast<double>(periods_.size()) - 4;
    double freedom = freedom_ + spare;
    double variance = freedom > 0 ? (within_ + fit.squares()) / freedom : 0;
    const double off = spare > 0 ? fit.squares() / spare : 0;
    const double least = floor_ * floor_;
    if (off > least) {
      const bool misfit =
          freedom_ > 0
              ? off * freedom_ > std::max(within_, least * freedom_) *
                                     quantile(complement(boost::math::fisher_f(spare, freedom_), 0.001))
              : on_grid_ && fit.squares() > least * quantile(complement(boost::math::chi_squared(spare), 0.001));
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
      reach_ = quantile(complement(boost::math::students_t(freedom), 0.025));
    } else {
      result_.noise = floor_;
      reach_ = quantile(complement(boost::math::normal(), 0.025));
    }
    if (freedom <= 0 && !result_.grid) {
      result_.remarks.emplace_back("as many intervals as unknowns: the intervals hold for exact times only");
    }
  }

  void open(const std::string& parameter, const std::string& text) {
    result_.undetermined.push_back({parameter, text});
  }

  void leave_open(const std::string& why) {
    open("tau", why);
    open("refractory", why + "; " + refractory_bounds());
    open("rheobase", why + "; " + rheobase_bound());
    open("reset_current", why + "; " + reset_bound());
  }

  std::string refractory_bounds() const {
    return "it is at least 0 ms and below the shortest mean interval, " + to_text(shortest_, "ms");
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
