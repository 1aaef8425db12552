#include "solver/skip/stretches_ahead.hpp"

#include <algorithm>
#include <array>
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
    : with_alpha_(with_alpha),
      rounding_(2 * (static_cast<double>(taus.size()) + 6) * RealTraits<Real>::unit),
      membrane_(Time(1) / Time(tau)) {
  using U = QuietUnits<Real>;
  for (std::size_t n = 0; n < taus.size(); ++n) {
    const Ball<Real>& gap = response.decays[n].gap;
    const bool is_equal = gap.mid == Real(0);  // its inverse is not made use of then
    const double gap_error = (is_equal ? 0 : gap.rad / size(gap.mid) * (1 + 0x1p-20)) + 2 * U::u;
    const Real inverse_gap = Real(1) / gap.mid;
    const bool is_wide = size(gap.mid) >= wide_gap;
    // 1 - gap would lose its digits where gap is near 1.
    parts_.push_back({Fading(Time(1) / Time(taus[n])), gap.mid, inverse_gap, Real(tau) / Real(taus[n]) * inverse_gap,
                      gap_error, size(inverse_gap) * (U::k + 4 * U::u + gap_error), is_wide});
    if (!is_wide && !is_equal) longest_ = std::min(longest_, (1 - 0x1p-20) / size(gap.mid));
  }
}

template <class Real>
LAPICQUE_FOR_FUSED_TOO void StretchesAhead<Real>::look_at(std::size_t count, const Lanes<Time>& lengths) {
  sum_of_lengths_ = longest_ahead_ = 0;
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
  take_bounds<count>(first, lengths);
}

/// The greatest and the sum of the lengths, folded so that it takes vectors; of no more than what is covered.
template <class Real>
template <std::size_t count>
void StretchesAhead<Real>::take_bounds(std::size_t first, const Lanes<Time>& lengths) {
  std::array<double, count> greatest;
  std::array<double, count> sum;
  for (std::size_t k = 0; k < count; ++k) greatest[k] = sum[k] = lengths[first + k].hi;
  for (std::size_t half = count / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) greatest[k] = std::max(greatest[k], greatest[k + half]);
    for (std::size_t k = 0; k < half; ++k) sum[k] += sum[k + half];
  }
  const double longest = longest_ / convert_real<double>(membrane_.rate);
  longest_ahead_ = std::max(longest_ahead_, std::min(greatest[0], longest) * (1 + 0x1p-40));
  sum_of_lengths_ = std::min(sum_of_lengths_ + sum[0] * (1 + 0x1p-40), static_cast<double>(lanes) * longest_ahead_);
}

template <class Real>
template <std::size_t count>
void StretchesAhead<Real>::add_wide(std::size_t first, Part& part) const {
  const Real inverse_gap = part.inverse_gap;
  for (std::size_t k = first; k < first + count; ++k)
    part.filter.set(k, (membrane_.gone[k] - part.gone[k]) * inverse_gap);
  if (!with_alpha_) return;
  const Real ratio = part.ratio;
  for (std::size_t k = first; k < first + count; ++k)
    part.alpha_filter.set(k, ratio * (membrane_.z[k] * part.left[k] - part.filter[k]));
}

template <class Real>
template <std::size_t count>
void StretchesAhead<Real>::add_near(std::size_t first, Part& part) const {
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
  Lanes<Real> series;
  if (with_alpha_) {
    sum_series<count>(slower ? phi2_coefficients<Real>() : chi_coefficients<Real>(), most, x, series);
  } else {
    sum_series<count>(phi1_coefficients<Real>(), most, x, series);
  }
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t lane = first + k;
    const Real& z = membrane_.z[lane];
    const Real ended = larger[lane] * series[k];
    Real mean = ended;  // of what is left of the larger, over the stretch
    if (with_alpha_) {
      // One series serves both: phi1(x) = 1 + x phi2(x) = e^x - x chi(x), of which no sum cancels to less than the
      // half, so that the errors are no larger than those of phi1's own series.
      mean = slower ? larger[lane] + x[k] * ended : part.left[lane] - x[k] * ended;
      part.alpha_filter.set(lane, z * part.z[lane] * ended);
    }
    part.filter.set(lane, z * mean);
  }
}

template <class Real>
StretchError StretchesAhead<Real>::filter_error(const StretchRange& range, const Part& part) const {
  using U = QuietUnits<Real>;
  if (part.is_wide) return {part.wide_error + rounding_, part.wide_error, 0};
  const double gone = greatest_gone(range, membrane_) + greatest_gone(range, part);
  return {phi1_error * U::f + 3 * U::u + 2 * U::v + part.gap_error + rounding_, 0, 1.4 * (U::k * gone + U::u)};
}

template <class Real>
StretchError StretchesAhead<Real>::alpha_filter_error(const StretchRange& range, const Part& part) const {
  using U = QuietUnits<Real>;
  if (part.is_wide) {
    // e^-z is off by f + v z of itself, and z e^-z < 0.4.
    const double scale = size(part.ratio) * (1 + 0x1p-20);
    const StretchError error = filter_error(range, part);
    const double whole = part.gap_error + 4 * U::u + rounding_;
    return {scale * error.by_gone + whole, scale * error.by_part_gone, scale * (U::f + 2 * U::u + 1.4 * U::v)};
  }
  const double series_error = part.gap < Real(0) ? chi_error : phi2_error;
  const double gone = greatest_gone(range, membrane_) + greatest_gone(range, part);
  return {series_error * U::f + 3 * U::u + 3 * U::v + part.gap_error + rounding_, 0,
          greatest_z(range, part) * (U::k * gone + U::u)};
}

template class StretchesAhead<double>;
template class StretchesAhead<DoubleDouble>;

}  // namespace lapicque::detail
