#include "lapicque/spike_distance.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <string>

#include "input/argument.hpp"

namespace lapicque {
namespace {

void require_train(std::span<const double> train) {
  for (const double& time : train) {
    detail::require_finite(time, "spike time", "ms");
    if (&time == train.data() || time >= *(&time - 1)) continue;
    throw InvalidArgument("spike time", to_text(time, "ms"),
                          "must not be smaller than the one before it, " + to_text(*(&time - 1), "ms"),
                          "sort the times");
  }
}

/// Calls first(i) and second(j) for the spikes of both trains in the order of their times.
template <class First, class Second>
void merge(std::span<const double> a, std::span<const double> b, First first, Second second) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (j == b.size() || (i < a.size() && a[i] <= b[j])) {
      first(i++);
    } else {
      second(j++);
    }
  }
}

/// Who is matched in an alignment of least cost. As |x - y| is a convex function of x - y, uncrossing two pairs never
/// costs more, so that the k-th matched spike of one train belongs to the k-th of the other, and the sets say it all.
///
/// Sweep through the spikes of both trains by time. Let d be the number of spikes of a met so far that are matched,
/// less those of b, and f(d) the least cost so far: while time goes on by x, f(d) grows by cost |d| x; a spike of a
/// makes it min(f(d) + 1, f(d - 1)), one of b min(f(d) + 1, f(d + 1)). f is convex at first (0 at d = 0 alone) and each
/// of these keeps it so, the last two by putting a slope of -1 or +1 among the ascending slopes f(d + 1) - f(d). In
/// `left_` and `right_` are the slopes on the two sides of d = 0. Those on the right only grow with time, those on the
/// left only fall, at the same speed. Once a left one is at -1, leaving a spike of a alone is no worse than reaching
/// it, now and ever after, so that it is forgotten; and so at +1 on the right. Therefore a new -1 always goes to the
/// far left end, which pushes one slope across 0 to the right, and +1 to the far right: two queues, and O(1) for a
/// spike. The place of the new slope tells for which d the spike is matched; going back from d = 0 at the end reads it
/// off.
class Sweep {
 public:
  Sweep(std::span<const double> a, std::span<const double> b, double cost) : a_(a), b_(b), cost_(cost) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double begin = std::min(a.empty() ? infinity : a.front(), b.empty() ? infinity : b.front());
    const auto unit = [&](double time) { return cost * (time - begin); };  // time in which a slope changes by 1
    places_.reserve(a.size() + b.size());
    merge(
        a, b, [&](std::size_t i) { meet_first(unit(a[i])); }, [&](std::size_t j) { meet_second(unit(b[j])); });
  }

  Alignment alignment() const {
    std::vector<std::size_t> firsts;
    std::vector<std::size_t> seconds;
    std::ptrdiff_t d = 0;
    auto i = a_.size();
    auto j = b_.size();
    for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
      if (j == 0 || (i > 0 && a_[i - 1] > b_[j - 1])) {
        --i;
        if (d > *place) {
          firsts.push_back(i);
          --d;
        }
      } else {
        --j;
        if (d < *place) {
          seconds.push_back(j);
          ++d;
        }
      }
    }
    Alignment result{{}, 0};
    double moved = 0;
    for (auto k = firsts.size(); k-- > 0;) {
      result.pairs.push_back({firsts[k], seconds[k]});
      moved += std::abs(a_[firsts[k]] - b_[seconds[k]]);
    }
    result.cost = static_cast<double>(a_.size() + b_.size() - 2 * result.pairs.size()) + cost_ * moved;
    return result;
  }

 private:
  void meet_first(double now) {
    while (!left_.empty() && left_.front() - now <= -1) left_.pop_front();
    places_.push_back(-static_cast<std::ptrdiff_t>(left_.size()));
    left_.push_front(now - 1);
    right_.push_front(left_.back() - 2 * now);
    left_.pop_back();
  }

  void meet_second(double now) {
    while (!right_.empty() && right_.back() + now >= 1) right_.pop_back();
    places_.push_back(static_cast<std::ptrdiff_t>(right_.size()));
    right_.push_back(1 - now);
    left_.push_back(right_.front() + 2 * now);
    right_.pop_front();
  }

  std::span<const double> a_;
  std::span<const double> b_;
  double cost_;
  std::deque<double> left_;             ///< slope + now, ascending
  std::deque<double> right_;            ///< slope - now, ascending
  std::vector<std::ptrdiff_t> places_;  ///< for each spike met: it is matched for d beyond this
};

}  // namespace

Alignment align(std::span<const double> a, std::span<const double> b, double cost) {
  require_train(a);
  require_train(b);
  detail::require_positive(cost, "cost", "1/ms");
  if (!a.empty() && !b.empty()) {
    const double length = std::max(a.back(), b.back()) - std::min(a.front(), b.front());
    if (!std::isfinite(cost * length * 4)) {
      throw InvalidArgument("cost", to_text(cost, "1/ms"),
                            "times the length of the trains, " + to_text(length, "ms") + ", must be a finite number",
                            "choose a smaller one");
    }
  }
  return Sweep(a, b, cost).alignment();
}

double victor_purpura_distance(std::span<const double> a, std::span<const double> b, double cost) {
  return align(a, b, cost).cost;
}

double van_rossum_distance(std::span<const double> a, std::span<const double> b, double tau) {
  require_train(a);
  require_train(b);
  detail::require_positive(tau, "tau", "ms");
  // From the first spike on, before which f - g is 0: from anywhere later exp(-x) overflows.
  const double infinity = std::numeric_limits<double>::infinity();
  double last = std::min(a.empty() ? infinity : a.front(), b.empty() ? infinity : b.front());
  double difference = 0;  // f - g at `last`
  double sum = 0;         // of (f - g)^2 over time, in units of tau / 2
  const auto go_to = [&](double time) {
    const double gap = time - last;
    const double x = gap < infinity ? gap / tau : time / tau - last / tau;  // the gap may leave the range of double
    sum -= difference * difference * std::expm1(-2 * x);
    difference *= std::exp(-x);
    last = time;
  };
  merge(
      a, b,
      [&](std::size_t i) {
        go_to(a[i]);
        difference += 1;
      },
      [&](std::size_t j) {
        go_to(b[j]);
        difference -= 1;
      });
  return std::sqrt((sum + difference * difference) / 2);
}

double coincidence_factor(std::span<const double> reference, std::span<const double> train, double window,
                          double duration) {
  require_train(reference);
  require_train(train);
  detail::require_positive(window, "window", "ms");
  detail::require_positive(duration, "duration", "ms");
  // Each reference spike takes the earliest spike in reach that is left: nobody could take more.
  std::size_t coincidences = 0;
  auto spike = train.begin();
  for (const double time : reference) {
    while (spike != train.end() && *spike < time - window) ++spike;
    if (spike == train.end()) break;
    if (*spike > time + window) continue;
    ++coincidences;
    ++spike;
  }
  const auto n = static_cast<double>(train.size());
  const auto n_reference = static_cast<double>(reference.size());
  const double by_chance = 2 * window * n / duration;
  if (!(by_chance < 1) || n + n_reference == 0) return std::numeric_limits<double>::quiet_NaN();
  // Written so that a train has exactly 1 against itself.
  const double mean = (n + n_reference) / 2;
  return (static_cast<double>(coincidences) - by_chance * n_reference) / (mean - by_chance * mean);
}

}  // namespace lapicque
