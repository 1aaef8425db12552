#include "printed_precision.hpp"

#include <algorithm>
#include <cmath>

namespace lapicque::diagnosis {
namespace {

constexpr int fewest_digits = 6;
constexpr int most = 9;

bool near_whole(double x) { return std::abs(x - std::round(x)) < 1e-6 + 1e-12 * std::abs(x); }

double unit_of(double time, int digits) {
  return time == 0 ? 0 : std::pow(10.0, std::floor(std::log10(std::abs(time))) - digits + 1);
}

}  // namespace

PrintedPrecision::PrintedPrecision(std::span<const double> times, int fewest_decimals) {
  const auto all = [&](auto holds) { return std::all_of(times.begin(), times.end(), holds); };
  for (int decimals = fewest_decimals; decimals <= most && decimal_ == 0; ++decimals) {
    const double scale = std::pow(10.0, decimals);
    if (all([&](double t) { return near_whole(t * scale); })) decimal_ = 1 / scale;
  }
  for (int digits = fewest_digits; digits <= most && digits_ == 0; ++digits) {
    if (all([&](double t) { return t == 0 || near_whole(t / unit_of(t, digits)); })) digits_ = digits;
  }
}

double PrintedPrecision::unit(double time) const {
  return std::max(decimal_, digits_ > 0 ? unit_of(time, digits_) : 0);
}

bool PrintedPrecision::prints(double printed, double time, Printing printing) const {
  const double error = printed - time;
  const double slack = of_double(time) + 1e-6 * unit(printed);
  if (printing == Printing::rounded) return std::abs(error) <= unit(printed) / 2 + slack;
  return error <= slack && error > slack - unit(printed);
}

double of_double(double time) { return 1e-12 * std::abs(time) + 1e-9; }

}  // namespace lapicque::diagnosis
