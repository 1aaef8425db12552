#include "solver/skip/stretches_ahead.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "numbers/fused.hpp"
#include "numbers/phi.hpp"

namespace lapicque::detail {
namespace {

/// phi_series() in lanes. @param most  no |x| is greater
template <std::size_t count>
void sum_series(const PhiCoefficients<double>& coefficients, double most, const Lanes<double>& x, Lanes<double>& sum) {
  std::size_t n = terms_above(RealTraits<double>::unit / 8, coefficients, most);
  --n;
  for (std::size_t k = 0; k < count; ++k) sum.set(k, coefficients[n]);
  while (n-- > 0) {
    for (std::size_t k = 0; k < count; ++k) sum.set(k, multiply_add(sum[k], x[k], coefficients[n]));
  }
}
/// The same: terms below 2^-54 of the whole need no more than double.
template <std::size_t count>
void sum_series(const PhiCoefficients<DoubleDouble>& coefficients, double most, const Lanes<DoubleDouble>& x,
                Lanes<DoubleDouble>& sum) {
  std::size_t n = terms_above(RealTraits<DoubleDouble>::unit / 8, coefficients, DoubleDouble(most));
  const std::size_t exact = terms_above(0x1p-54, coefficients, DoubleDouble(most));
  Lanes<double> tail;
  while (n > exact) {
    --n;
    for (std::size_t k = 0; k < count; ++k) tail.set(k, tail[k] * x[k].hi + coefficients[n].hi);
  }
  for (std::size_t k = 0; k < count; ++k) sum.set(k, tail[k]);
  while (n-- > 0) {
    for (std::size_t k = 0; k < count; ++k) sum.set(k, multiply_add(sum[k], x[k], coefficients[n]));
  }
}

template <class Real>
Decayed<Real> decayed_in_lane(const DecayTable& table, const DoubleDouble& length, const DoubleDouble& rate) {
  if constexpr (std::is_same_v<Real, double>) {
    return decayed(length, rate);
  } else {
    return table.by_steps(length * rate);
  }
}

/// decayed() in lanes. It is kept in place until all are done, as what is written elsewhere might overlap with what is
/// read, and would not take vectors.
template <std::size_t count, class Real>
void fade(std::size_t first, const Lanes<DoubleDouble>& lengths, DoubleDouble rate, Lanes<Real>& z, Lanes<Real>& gone,
          Lanes<Real>& left) {
  const DecayTable& table = DecayTable::get();
  Lanes<Real> z_now;
  Lanes<Real> gone_now;
  Lanes<Real> left_now;
  for (std::size_t k = 0; k < count; ++k) {
    const Decayed<Real> now = decayed_in_lane<Real>(table, lengths[first + k], rate);
    z_now.set(k, now.z);
    gone_now.set(k, now.gone);
    left_now.set(k, now.left);
  }
  for (std::size_t k = 0; k < count; ++k) {
    z.set(first + k, z_now[k]);
    gone.set(first + k, gone_now[k]);
    left.set(first + k, left_now[k]);
  }
  if constexpr (std::is_same_v<Real, DoubleDouble>) {
    for (std::size_t k = first; k < first + count; ++k) {
      if (DecayTable::reaches(z[k])) continue;
      const Decayed<DoubleDouble> now = table.decayed(z[k]);
      gone.set(k, now.gone);
      left.set(k, now.left);
    }
  }
}

}  // namespace

template <class Real>
StretchesAhead<Real>::StretchesAhead(double tau, std::span<const double> taus, const Trajectory<Ball<Real>>& response,
                                     bool with_alpha)
    : with_alpha_(with_alpha), roundings_(static_cast<double>(taus.size()) + 6), membrane_{Time(1) / Time(tau)} {
  using U = QuietUnits<Real>;
  for (std::size_t n = 0; n < taus.size(); ++n) {
    const Ball<Real>& gap = response.decays[n].gap;
    const bool is_equal = gap.mid == Real(0);  // its inverse is not made use of then
    const double gap_error = (is_equal ? 0 : gap.rad / size(gap.mid) * (1 + 0x1p-20)) + 2 * U::u;
    const Real inverse_gap = Real(1) / gap.mid;
    const bool is_wide = size(gap.mid) >= wide_gap;
    // 1 - gap would lose its digits where gap is near 1.
    parts_.push_back({{Time(1) / Time(taus[n])},
                      gap.mid,
                      inverse_gap,
                      Real(tau) / Real(taus[n]) * inverse_gap,
                      gap_error,
                      size(inverse_gap) * (U::k + 4 * U::u + gap_error),
                      is_wide});
    if (!is_wide && !is_equal) longest_ = std::min(longest_, (1 - 0x1p-20) / size(gap.mid));
  }
}

template <class Real>
LAPICQUE_FOR_FUSED_TOO void StretchesAhead<Real>::look_at(std::size_t count, const Lanes<Time>& lengths) {
  if (count == 1) return work_out<1>(0, lengths);
  if (count <= lanes / 4) return work_out<lanes / 4>(0, lengths);
  work_out<lanes>(0, lengths);
}
template <class Real>
LAPICQUE_FOR_FUSED_TOO void StretchesAhead<Real>::look_at_one(std::size_t lane, const Lanes<Time>& lengths) {
  work_out<1>(lane, lengths);
}

template <class Real>
template <std::size_t count>
void StretchesAhead<Real>::work_out(std::size_t first, const Lanes<Time>& lengths) {
  fade<count>(first, lengths, membrane_.rate, membrane_.z, membrane_.gone, membrane_.left);
  for (Part& part : parts_) {
    fade<count>(first, lengths, part.rate, part.z, part.gone, part.left);
    if (part.is_wide) {
      add_wide<count>(first, part);
    } else {
      add_near<count>(first, part);
    }
  }
}

template <class Real>
template <std::size_t count>
void StretchesAhead<Real>::add_wide(std::size_t first, Part& part) const {
  using U = QuietUnits<Real>;
  const Real inverse_gap = part.inverse_gap;
  const double rounding = (2 * roundings_) * U::u;
  for (std::size_t k = first; k < first + count; ++k) {
    const Real filter = (membrane_.gone[k] - part.gone[k]) * inverse_gap;
    const double gone = size(membrane_.gone[k]) + size(part.gone[k]);
    part.filter.set(k, filter);
    part.error.set(k, gone * part.wide_error + rounding * size(filter));
  }
  if (!with_alpha_) return;
  const Real ratio = part.ratio;
  const double ratio_size = size(ratio);
  const double ratio_error = part.gap_error + 4 * U::u;
  for (std::size_t k = first; k < first + count; ++k) {
    const Real turning = membrane_.z[k] * part.left[k];
    const Real filter = ratio * (turning - part.filter[k]);
    part.alpha_filter.set(k, filter);
    // e^-z is off by f + v z of itself, and z e^-z < 0.4.
    const double error = size(turning) * (U::f + U::v + 2 * U::u) + size(membrane_.z[k]) * (0.4 * U::v) + part.error[k];
    part.alpha_error.set(k, ratio_size * error * (1 + 0x1p-20) + (ratio_error + rounding) * size(filter));
  }
}

template <class Real>
template <std::size_t count>
void StretchesAhead<Real>::add_near(std::size_t first, Part& part) const {
  using U = QuietUnits<Real>;
  const bool slower = !(part.gap < Real(0));
  const Real gap = slower ? -part.gap : part.gap;
  Lanes<Real> x;
  double most = 0;
  for (std::size_t k = 0; k < count; ++k) {
    x.set(k, membrane_.z[first + k] * gap);
    most = std::max(most, size(x[k]));
  }
  if (!(most < 1)) {  // the stretch is not covered then
    most = 1;
    for (std::size_t k = 0; k < count; ++k) x.set(k, std::max(x[k], Real(-1)));
  }
  const Lanes<Real>& larger = slower ? part.left : membrane_.left;
  const double rounding = (2 * roundings_) * U::u;
  Lanes<Real> series;
  if (with_alpha_) {
    sum_series<count>(slower ? phi2_coefficients<Real>() : chi_coefficients<Real>(), most, x, series);
  } else {
    sum_series<count>(phi1_coefficients<Real>(), most, x, series);
  }
  const double mean_error = phi1_error * U::f + 3 * U::u + 2 * U::v + part.gap_error + rounding;
  const double bend_error = (slower ? phi2_error : chi_error) * U::f + 3 * U::u + 3 * U::v + part.gap_error + rounding;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t lane = first + k;
    const Real& z = membrane_.z[lane];
    const Real ended = larger[lane] * series[k];
    const double larger_error = U::k * (size(membrane_.gone[lane]) + size(part.gone[lane])) + U::u;
    Real mean = ended;  // of what is left of the larger, over the stretch
    if (with_alpha_) {
      // One series serves both: phi1(x) = 1 + x phi2(x) = e^x - x chi(x), of which no sum cancels to less than the
      // half, so that the errors are no larger than those of phi1's own series.
      mean = slower ? larger[lane] + x[k] * ended : part.left[lane] - x[k] * ended;
      const Real scale = z * part.z[lane];
      const Real alpha_filter = scale * ended;
      part.alpha_filter.set(lane, alpha_filter);
      part.alpha_error.set(lane, bend_error * size(alpha_filter) + size(scale) * larger_error);
    }
    const Real filter = z * mean;
    part.filter.set(lane, filter);
    part.error.set(lane, mean_error * size(filter) + (1.4 * size(z)) * larger_error);
  }
}

template class StretchesAhead<double>;
template class StretchesAhead<DoubleDouble>;

}  // namespace lapicque::detail
