#include "parameter_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lapicque::diagnosis {
namespace {

class Bisection {
 public:
  Bisection(const Parameter& parameter, const Hypothesis& beginning, const Hypothesis& base, const Predict& predict,
            const Agreement& agreement, Fit fit)
      : parameter_(parameter),
        beginning_(beginning),
        base_(base),
        predict_(predict),
        agreement_(agreement),
        fit_(fit) {}

  std::optional<ParameterFit> search() const {
    std::optional<Probe> before;
    for (const double value : parameter_.values) {
      const auto probe = probe_at(value);
      if (!probe) continue;
      if (probe->sign == 0 && value == parameter_.given) return std::nullopt;
      if (probe->sign == 0) return widened(value, value, value);
      if (before && before->sign != probe->sign) {
        if (const auto fit = between(*before, *probe)) return fit;
      }
      before = probe;
    }
    return std::nullopt;
  }

 private:
  struct Probe {
    double value;
    int sign;            ///< of the first difference, 0 if the whole train agrees
    std::size_t agreed;  ///< spikes before it
  };

  /// Looks at few spikes, and at more as long as they agree.
  std::optional<Probe> probe_at(double value) const {
    constexpr std::size_t few = 4;
    const std::size_t all = agreement_.size();
    for (std::size_t count = 1;; count *= 4) {
      Hypothesis hypothesis = count <= few ? beginning_ : base_;
      if (!parameter_.set(hypothesis, value)) return std::nullopt;
      const bool is_whole = count / 4 >= all;
      const auto predicted = predict_(hypothesis, is_whole ? 0 : std::min(count, all));
      if (!predicted) return std::nullopt;
      const auto difference = agreement_.first_difference(*predicted, hypothesis, std::min(count, all), is_whole, fit_);
      if (difference.sign != 0 || is_whole) return Probe{value, difference.sign, difference.spike};
    }
  }

  std::optional<ParameterFit> between(Probe low, Probe high) const {
    constexpr int most_turns = 40;
    double outer_low = low.value;
    double outer_high = high.value;
    bool is_near = false;  // a value gives the first spike
    for (int turn = 0; turn < most_turns; ++turn) {
      const double middle = std::midpoint(low.value, high.value);
      if (!(low.value < middle && middle < high.value)) break;
      const auto probe = probe_at(middle);
      if (!probe) break;
      if (probe->sign == 0) return widened(low.value, middle, high.value);
      is_near |= probe->agreed > 0;
      if (probe->agreed == 0) (probe->sign == low.sign ? outer_low : outer_high) = middle;
      (probe->sign == low.sign ? low : high) = *probe;
    }
    return is_near ? among(outer_low, outer_high) : std::nullopt;
  }

  /// Looks through values that may give the first spike: under noise a potential that rises above a level twice makes
  /// a train early where it is late otherwise, and leads a bisection astray.
  std::optional<ParameterFit> among(double low, double high) const {
    constexpr int parts = 32;
    const auto at = [&](int part) { return std::lerp(low, high, static_cast<double>(part) / parts); };
    for (int part = 1; part < parts; ++part) {
      const auto probe = probe_at(at(part));
      if (probe && probe->sign == 0) return widened(at(part - 1), at(part), at(part + 1));
    }
    return std::nullopt;
  }

  /// How far towards `out`, which does not fit, one may go.
  double edge(double fits, double out) const {
    constexpr int turns = 16;
    for (int turn = 0; turn < turns && fits != out; ++turn) {
      const double middle = std::midpoint(fits, out);
      const auto probe = probe_at(middle);
      (probe && probe->sign == 0 ? fits : out) = middle;
    }
    return fits;
  }

  ParameterFit widened(double low, double fits, double high) const {
    if (low == high) {
      // One of the values that are tried fits by itself: its neighbours do not, as far as is known.
      const auto at = std::lower_bound(parameter_.values.begin(), parameter_.values.end(), fits);
      if (at != parameter_.values.begin()) low = *(at - 1);
      if (at + 1 != parameter_.values.end()) high = *(at + 1);
    }
    low = edge(fits, low);
    high = edge(fits, high);
    const ShortDecimal decimal = shortest_decimal(low, high);
    const auto probe = probe_at(decimal.value);
    const double value = probe && probe->sign == 0 ? decimal.value : fits;
    return {value, low, high};
  }

  const Parameter& parameter_;
  const Hypothesis& beginning_;
  const Hypothesis& base_;
  const Predict& predict_;
  const Agreement& agreement_;
  Fit fit_;
};

}  // namespace

ShortDecimal shortest_decimal(double low, double high) {
  if (low <= 0 && high >= 0) return {0, 1, std::max(high - low, 1e-300)};
  const double largest = std::max(std::abs(low), std::abs(high));
  const int leading = static_cast<int>(std::floor(std::log10(largest)));
  constexpr int most = 17;
  for (int digits = 1; digits < most; ++digits) {
    const int exponent = leading - digits + 1;
    // Multiplied or divided by a whole power of ten, so that 9.1 comes out as the double that is written so.
    const double power = std::pow(10.0, std::abs(exponent));
    const double first = std::ceil(exponent < 0 ? low * power : low / power);
    const double value = exponent < 0 ? first / power : first * power;
    if (value <= high) return {value, digits, exponent < 0 ? 1 / power : power};
  }
  return {std::midpoint(low, high), most, std::max(high - low, 1e-300)};
}

std::optional<ParameterFit> fit_parameter(const Parameter& parameter, const Hypothesis& beginning,
                                          const Hypothesis& base, const Predict& predict, const Agreement& agreement,
                                          Fit fit) {
  return Bisection(parameter, beginning, base, predict, agreement, fit).search();
}

}  // namespace lapicque::diagnosis
