#pragma once

#include <cstddef>
#include <span>
#include <vector>

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

/// A bound on the magnitude of a number, or the magnitude.
inline double size(double x) { return std::fabs(x); }
inline double size(const DoubleDouble& x) { return std::fabs(x.hi) * (1 + 0x1p-50); }

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
  };
  /// A decaying part. The errors bound those of the filters, absolute, and twice their rounding in products and sums.
  struct Part : Fading {
    Real gap;
    Real inverse_gap;
    Real ratio;         ///< (1 - gap) / gap
    double gap_error;   ///< relative, of either
    double wide_error;  ///< what the quotient is off by, for each F
    bool is_wide;
    Lanes<Real> filter{};
    Lanes<Real> alpha_filter{};
    Lanes<double> error{};
    Lanes<double> alpha_error{};
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

  const Fading& membrane() const { return membrane_; }
  const std::vector<Part>& parts() const { return parts_; }
  bool with_alpha() const { return with_alpha_; }

  /// Whether the formulas hold for a stretch, which is not too long.
  bool covers(std::size_t lane) const { return convert_real<double>(membrane_.z[lane]) < longest_; }

 private:
  template <std::size_t count>
  void work_out(std::size_t first, const Lanes<Time>& lengths);
  template <std::size_t count>
  void add_wide(std::size_t first, Part& part) const;
  template <std::size_t count>
  void add_near(std::size_t first, Part& part) const;

  /// Of the membrane's time constants. On longer stretches, the errors of F_m - F_s would be no second-order terms; and
  /// the series of parts that are near would not reach.
  double longest_ = 16;
  bool with_alpha_;
  double roundings_;  // how many a sum over all parts takes
  Fading membrane_;
  std::vector<Part> parts_;
};

}  // namespace lapicque::detail
