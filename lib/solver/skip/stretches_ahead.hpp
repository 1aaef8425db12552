#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "lapicque/current.hpp"
#include "numbers/decay.hpp"
#include "numbers/decay_table.hpp"
#include "numbers/lanes.hpp"
#include "numbers/real.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

/// The sizes of errors in one real type: see QuietStep.
template <class Real>
struct QuietUnits {
  static constexpr double u = RealTraits<Real>::unit;
  static constexpr double f = RealTraits<Real>::function_unit;
  static constexpr double clock = RealTraits<Clock<Real>>::unit;
  static constexpr bool is_clock = std::is_same_v<Real, Clock<Real>>;
  static constexpr double k = f + 6 * clock + (is_clock ? 0 : u);
  static constexpr double v = is_clock ? 4 * u : 2 * u;
};

/// A bound on z e^-z.
inline constexpr double greatest_alpha_shape = 0.37;

/// A bound on the magnitude of a number, or the magnitude.
inline double size(double x) { return std::fabs(x); }
inline double size(const DoubleDouble& x) { return std::fabs(x.hi) * (1 + 0x1p-50); }

/// Some of the stretches ahead, lanes [first, first + count), and bounds on their lengths, ms.
struct StretchRange {
  std::size_t first;
  std::size_t count;
  double longest;
  double total;
};

/// A bound on an error along a stretch, by what it grows with: F of the membrane and of a part, and z of the membrane.
struct StretchError {
  double by_gone = 0;
  double by_part_gone = 0;
  double by_z = 0;
};

/// What the stretches up to the coming events will make of a potential and of decaying parts, as far as it does not
/// depend on these: factors and filters, which take a stretch's length alone. They are worked out for many stretches
/// side by side, so that an exponential costs a processor its throughput and not its latency; one alone takes the same
/// formulas.
///
/// With z = s/tau and F = 1 - e^-z of the membrane (m) and of a part (s), and gap = (tau_s - tau_m) / tau_s, a part's
/// drive e^(-s/tau_s) makes `filter` of the potential, and (s/tau_s) e^(-s/tau_s) `alpha_filter`. Where the gap is
/// wide,
///
///     filter        (F_m - F_s) / gap
///     alpha_filter  ((1 - gap) / gap) (z_m e^(-z_s) - filter)
///
/// else, with the series of phi.hpp, which do not cancel, and z' the lesser of z_m and z_s,
///
///     filter        z_m e^(-z') phi1(-|z_m gap|)
///     alpha_filter  z_m z_s e^(-z') phi2(-|z_m gap|), or chi where tau_s < tau_m
template <class Real>
class StretchesAhead {
 public:
  using Time = Clock<Real>;

  struct Fading {
    Time rate;  ///< 1/ms
    Lanes<Real> z{};
    Lanes<Real> gone{};
    Lanes<Real> left{};

    explicit Fading(const Time& its_rate) : rate(its_rate) {}
  };
  /// What is added to a number at the stretches' ends, mV.
  struct Amounts {
    Lanes<Real> sizes{};
    double sum_up = 0;    ///< of the positive ones
    double sum_down = 0;  ///< of the negative ones
    bool any = false;

    double up(const StretchRange& range) const {
      return range.count == 1 ? std::max(0.0, convert_real<double>(sizes[range.first])) : sum_up;
    }
    double down(const StretchRange& range) const {
      return range.count == 1 ? std::max(0.0, -convert_real<double>(sizes[range.first])) : sum_down;
    }
    double greatest(const StretchRange& range) const { return std::max(up(range), down(range)); }
    /// From a lane on, the events' sizes as `amount` has them.
    template <class Amount>
    void set(std::size_t first, std::span<const Event> events, const Amount& amount) {
      double up_to_now = sum_up;
      double down_to_now = sum_down;
      for (std::size_t k = 0; k < events.size(); ++k) {
        const Real number = amount(events[k].size);
        const double value = convert_real<double>(number);
        sizes.set(first + k, number);
        up_to_now += std::max(0.0, value);
        down_to_now += std::max(0.0, -value);
      }
      sum_up = up_to_now;
      sum_down = down_to_now;
      any = true;
    }
    void clear() {
      if (!any) return;
      for (std::size_t lane = 0; lane < lanes; ++lane) sizes.set(lane, Real(0));
      sum_up = sum_down = 0;
      any = false;
    }
  };
  struct Part : Fading {
    Real gap;
    Real inverse_gap;
    Real ratio;         ///< (1 - gap) / gap
    double gap_error;   ///< relative, of either
    double wide_error;  ///< what the quotient is off by, for each F
    bool is_wide;
    Lanes<Real> filter{};
    Lanes<Real> alpha_filter{};
    Amounts arrivals{};
    Amounts alpha_arrivals{};

    bool anything_arrives() const { return arrivals.any || alpha_arrivals.any; }
  };

  /// @param tau         tau_m, ms
  /// @param taus        those of the parts, ms
  /// @param response    which has a Decay for each of them
  /// @param with_alpha  whether there are alpha drives
  StretchesAhead(double tau, std::span<const double> taus, const Trajectory<Ball<Real>>& response, bool with_alpha);

  /// Works out the first so many, `lanes` at most, from their lengths, ms, > 0.
  void look_at(std::size_t count, const Lanes<Time>& lengths);
  /// Works out this one alone.
  void look_at_one(std::size_t lane, const Lanes<Time>& lengths);

  /// Forgets what happens at the stretches' ends.
  void clear_events() {
    jumps_.clear();
    for (Part& part : parts_) {
      part.arrivals.clear();
      part.alpha_arrivals.clear();
    }
  }
  Amounts& jumps() { return jumps_; }
  const Amounts& jumps() const { return jumps_; }
  std::vector<Part>& parts() { return parts_; }

  const Fading& membrane() const { return membrane_; }
  const std::vector<Part>& parts() const { return parts_; }
  bool with_alpha() const { return with_alpha_; }

  /// Whether the formulas hold for a stretch, which is not too long.
  bool covers(std::size_t lane) const { return convert_real<double>(membrane_.z[lane]) < longest_; }

  StretchRange range(std::size_t first, std::size_t last) const {
    if (last - first > 1) return {first, last - first, longest_ahead_, sum_of_lengths_};
    const double length = size(membrane_.z[first]) / convert_real<double>(membrane_.rate) * (1 + 0x1p-40);
    return {first, 1, length, length};
  }

  // Bounds for a range whose stretches are covered:

  static double greatest_z(const StretchRange& range, const Fading& fading) {
    return range.longest * convert_real<double>(fading.rate);
  }
  static double greatest_gone(const StretchRange& range, const Fading& fading) {
    return std::min(1.0, greatest_z(range, fading));
  }
  static double sum_of_z(const StretchRange& range, const Fading& fading) {
    return range.total * convert_real<double>(fading.rate);
  }
  /// On the error of a part's filter, and twice its rounding in products and sums. A part's drive never exceeds where
  /// it starts, so that its filter never exceeds F of the membrane.
  StretchError filter_error(const StretchRange& range, const Part& part) const;
  StretchError alpha_filter_error(const StretchRange& range, const Part& part) const;

 private:
  template <std::size_t count>
  void work_out(std::size_t first, const Lanes<Time>& lengths);
  template <std::size_t count>
  void add_wide(std::size_t first, Part& part) const;
  template <std::size_t count>
  void add_near(std::size_t first, Part& part) const;
  template <std::size_t count>
  void take_bounds(std::size_t first, const Lanes<Time>& lengths);

  /// Of the membrane's time constants. On longer stretches, the errors of F_m - F_s would be no second-order terms; and
  /// the series of parts that are near would not reach.
  double longest_ = 16;
  bool with_alpha_;
  double rounding_;            // of a sum over all parts, twice
  double sum_of_lengths_ = 0;  // ms, rounded up
  double longest_ahead_ = 0;
  Fading membrane_;
  std::vector<Part> parts_;
  Amounts jumps_{};
};

}  // namespace lapicque::detail
