#include "lapicque/draws.hpp"

#include <Random123/philox.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "input/argument.hpp"
#include "lapicque/error.hpp"

namespace lapicque {
namespace {

using Digits50 = boost::multiprecision::cpp_bin_float_50;

constexpr double most_draws = 1e8;

/// Whether long double carries enough digits for most values to be rounded from it.
constexpr bool has_extended = std::numeric_limits<long double>::digits >= 64;

/// The double nearest to a function's value: from its value in long double where all numbers that near to it round
/// alike (Ziv's rule; glibc's long double functions are within a few units of their 64th digit), else from 50 digits.
/// Those decide, as a transcendental value of a double argument does not lie so near to a midpoint.
template <class Function>
double rounded(const Function& function) {
  if constexpr (has_extended) {
    constexpr long double margin = 0x1p-59L;
    const long double value = function(0.0L);
    const auto low = static_cast<double>(value * (1 - margin));
    if (low == static_cast<double>(value * (1 + margin))) return low;
  }
  return static_cast<double>(function(Digits50(0)));
}

template <class Real>
Real pi_of() {
  return boost::math::constants::pi<Real>();
}

/// -log(1 - u): 1 - u is a double.
template <class Real>
Real exponential(double u) {
  using std::log;
  return -log(Real(1 - u));
}

/// cos(2 pi v), 0 <= v < 1, with its small values to all digits: the turn is brought to an eighth, exactly, first.
template <class Real>
Real cosine_of_turn(double v) {
  using std::cos;
  using std::sin;
  const double folded = v > 0.5 ? 1 - v : v;                  // cos is even and periodic
  const double sign = folded > 0.25 ? -1 : 1;                 // cos(pi - x) = -cos x
  const double turn = folded > 0.25 ? 0.5 - folded : folded;  // 0 to a quarter
  const Real two_pi = 2 * pi_of<Real>();
  if (turn <= 0.125) return sign * cos(two_pi * Real(turn));
  return sign * sin(two_pi * Real(0.25 - turn));
}

void require_few(double count, const std::string& subject, double value, const char* unit, const char* mend) {
  if (count <= most_draws) return;
  throw InvalidArgument(subject, to_text(value, unit), "makes more than 1e8 draws until the input stops", mend);
}

void require_order(double start, double stop) {
  detail::require_finite(start, "start", "ms");
  detail::require_finite(stop, "stop", "ms");
  if (!(stop > start)) {
    throw InvalidArgument("stop", to_text(stop, "ms"), "must be later than start, " + to_text(start, "ms"));
  }
}

}  // namespace

std::uint64_t drawn_word(std::uint64_t seed, std::uint64_t stream, std::uint64_t k) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  const r123::Philox4x32::ctr_type counter = {{low(k), high(k), low(stream), high(stream)}};
  const r123::Philox4x32::key_type key = {{low(seed), high(seed)}};
  const auto drawn = r123::Philox4x32()(counter, key);
  return drawn[0] | std::uint64_t{drawn[1]} << 32;
}

double drawn_uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t k) {
  return static_cast<double>(drawn_word(seed, stream, k) >> 11) * 0x1p-53;
}

double drawn_exponential(std::uint64_t seed, std::uint64_t stream, std::uint64_t k) {
  const double u = drawn_uniform(seed, stream, k);
  if (u == 0) return 0;
  return rounded([&](auto real) { return exponential<decltype(real)>(u); });
}

double drawn_normal(std::uint64_t seed, std::uint64_t stream, std::uint64_t k) {
  const double u = drawn_uniform(seed, stream, 2 * k);
  const double v = drawn_uniform(seed, stream, 2 * k + 1);
  if (u == 0 || v == 0.25 || v == 0.75) return 0;
  return rounded([&](auto real) {
    using std::sqrt;
    using Real = decltype(real);
    return Real(sqrt(2 * exponential<Real>(u)) * cosine_of_turn<Real>(v));
  });
}

double drawn_evenly(double from, double to, std::uint64_t seed, std::uint64_t n) {
  const double value = from + (to - from) * drawn_uniform(seed, 0, n);
  return value < to ? value : std::nextafter(to, from);
}

std::vector<double> poisson_times(double rate, double start, double stop, std::uint64_t seed, std::uint64_t stream) {
  detail::require_positive(rate, "rate", "Hz");
  require_order(start, stop);
  constexpr const char* mend = "choose a lower rate or an earlier stop";
  const double mean = 1000 / rate;
  require_few(mean > 0 ? (stop - start) / mean / 2 : forever, "rate", rate, "Hz", mend);
  std::vector<double> times;
  double t = start;
  for (std::uint64_t k = 0;; ++k) {
    t += drawn_exponential(seed, stream, k) * mean;
    if (!(t < stop)) return times;
    times.push_back(t);
    require_few(static_cast<double>(times.size()), "rate", rate, "Hz", mend);
  }
}

std::vector<double> noise_values(const Noise& noise, std::uint64_t seed, std::uint64_t stream) {
  detail::require_finite(noise.mean, "mean", "nA");
  detail::require_not_negative(noise.sigma, "sigma", "nA");
  detail::require_not_negative(noise.tau, "tau", "ms");
  detail::require_positive(noise.step, "step", "ms");
  require_order(noise.start, noise.stop);
  require_few((noise.stop - noise.start) / noise.step, "step", noise.step, "ms",
              "choose a longer one or an earlier stop");
  double a = 0;
  double b = noise.sigma;
  if (noise.tau > 0) {
    const Digits50 exponent = -Digits50(noise.step) / Digits50(noise.tau);
    a = static_cast<double>(Digits50(exp(exponent)));
    b = static_cast<double>(Digits50(noise.sigma * sqrt(-expm1(2 * exponent))));
  }
  const Samples breakpoints{noise.start, noise.step, Hold::previous, nullptr};
  std::vector<double> values;
  double y = 0;
  for (std::size_t k = 0; breakpoints.breakpoint(k) < noise.stop; ++k) {
    const double z = drawn_normal(seed, stream, k);
    y = k == 0 ? noise.sigma * z : a * y + b * z;
    values.push_back(noise.mean + y);
  }
  return values;
}

Current noise_current(const Noise& noise, std::uint64_t seed, std::uint64_t stream) {
  return noise_current(noise, noise_values(noise, seed, stream));
}

Current noise_current(const Noise& noise, std::vector<double> values) {
  const Samples all{noise.start, noise.step, Hold::previous, nullptr};
  const Current last = step(all.breakpoint(values.size() - 1), noise.stop, values.back());
  values.pop_back();
  return values.empty() ? last : samples(noise.start, noise.step, std::move(values)) + last;
}

}  // namespace lapicque
