#include "agreement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lapicque::diagnosis {

Agreement::Agreement(std::vector<double> theirs)
    : theirs_(std::move(theirs)), precision_(theirs_, 0), fine_(theirs_, 3) {}

bool Agreement::is_coarse() const {
  constexpr double finest = 1e-3;
  return !theirs_.empty() && precision_.unit(theirs_.back()) > 1.5 * finest;
}

bool Agreement::is_regular() const {
  constexpr std::size_t most = 3;
  constexpr double same = 1e-4;  // ms
  std::vector<double> intervals;
  for (std::size_t k = 1; k < theirs_.size() && intervals.size() <= most; ++k) {
    const double interval = theirs_[k] - theirs_[k - 1];
    const auto is_it = [&](double known) { return std::abs(known - interval) < same; };
    if (std::none_of(intervals.begin(), intervals.end(), is_it)) intervals.push_back(interval);
  }
  return intervals.size() <= most;
}

bool Agreement::is_on_grid(double dt) const {
  const auto is_by = [&](Printing printing) {
    return std::all_of(theirs_.begin(), theirs_.end(),
                       [&](double time) { return is_grid_print(time, std::round(time / dt) * dt, dt, printing); });
  };
  return is_by(Printing::rounded) || is_by(Printing::cut);
}

bool Agreement::holds(std::span<const double> predicted, const Hypothesis& hypothesis, std::size_t count,
                      Fit fit) const {
  const auto holds_by = [&](Printing printing) {
    return std::equal(theirs_.begin(), theirs_.begin() + static_cast<std::ptrdiff_t>(count), predicted.begin(),
                      [&](double theirs, double time) { return is_print(theirs, time, hypothesis, printing, fit); });
  };
  return holds_by(Printing::rounded) || holds_by(Printing::cut);
}

Agreement::Difference Agreement::first_difference(std::span<const double> predicted, const Hypothesis& hypothesis,
                                                  std::size_t count, bool is_whole, Fit fit) const {
  const auto first_by = [&](Printing printing) -> Difference {
    for (std::size_t k = 0; k < count; ++k) {
      if (k == predicted.size()) return {1, k};
      if (!is_print(theirs_[k], predicted[k], hypothesis, printing, fit))
        return {predicted[k] > theirs_[k] ? 1 : -1, k};
    }
    const bool goes_on = is_whole && predicted.size() > count;
    return {goes_on ? -1 : 0, count};
  };
  const Difference rounded = first_by(Printing::rounded);
  if (rounded.sign == 0) return rounded;
  const Difference cut = first_by(Printing::cut);
  return cut.sign == 0 || cut.spike > rounded.spike ? cut : rounded;
}

double Agreement::residual(std::span<const double> predicted) const {
  if (predicted.size() != theirs_.size()) return std::numeric_limits<double>::quiet_NaN();
  double residual = 0;
  for (std::size_t k = 0; k < predicted.size(); ++k) {
    residual = std::max(residual, std::abs(theirs_[k] - predicted[k]));
  }
  return residual;
}

std::optional<PrintedDigits> Agreement::printing(std::span<const double> predicted) const {
  const auto all = [&](auto holds) {
    return std::equal(theirs_.begin(), theirs_.end(), predicted.begin(), predicted.end(), holds);
  };
  const auto is_by = [&](Printing printing) {
    return all([&](double printed, double time) { return precision_.prints(printed, time, printing); });
  };
  if (all([](double printed, double time) { return std::abs(printed - time) <= of_double(time); })) return std::nullopt;
  const PrintedDigits result{precision_.unit(theirs_.back()), is_by(Printing::rounded), is_by(Printing::cut)};
  if (!result.may_be_rounded && !result.may_be_cut) return std::nullopt;
  return result;
}

bool Agreement::is_print(double theirs, double time, const Hypothesis& hypothesis, Printing printing, Fit fit) const {
  if (fit == Fit::printed) return precision_.prints(theirs, time, printing);
  if (has_grid_stamps(hypothesis)) return is_grid_print(theirs, time, hypothesis.dt, printing);
  // ms: event-driven simulators iterate up to some tolerance of their own. Two prints of one time may differ by a whole
  // unit of the third decimal, and a hair.
  constexpr double as_near_as_newton = 1e-3 * (1 + 1e-6);
  return std::abs(theirs - time) <= as_near_as_newton || fine_.prints(theirs, time, printing);
}

/// Whether a time stands for this grid time and, as it is less than a quarter of a step off, for no other. Cut, what
/// is a hair below a grid time loses a whole unit: 17.6 as 17.599999999999998; but not 17.5, which is a double.
bool Agreement::is_grid_print(double theirs, double time, double dt, Printing printing) const {
  const double error = theirs - time;
  constexpr double of_clock = 1e-6;
  const bool is_hair_cut = printing == Printing::cut && std::fmod(time, 0x1p-10) != 0 &&
                           std::abs(error + precision_.unit(theirs)) <= of_double(time);
  return std::abs(error) <= dt / 4 &&
         (std::abs(error) <= of_clock || is_hair_cut || precision_.prints(theirs, time, printing));
}

}  // namespace lapicque::diagnosis
