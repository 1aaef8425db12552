#include "solver/skip/barrage.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "numbers/fused.hpp"

#pragma GCC diagnostic ignored "-Wpsabi"  // no function with vectors is called: all are inlined into Barrage::run

namespace lapicque::detail {
namespace {

constexpr double u = RealTraits<double>::unit;
/// What underflows anywhere is less, and nothing beside numbers near 1, where scaled() brings the neuron's; of greater
/// ones, `carrying` has as large a share. As large as this, lanes that nothing is in do not fill with denormal numbers,
/// which take processors a hundred cycles. (It would take 6e8 events in one run to fill them to 1 mV, which ends it.)
constexpr double underflow = 0x1p-900;
constexpr double second_order = 1 + 0x1p-20;
/// What it costs to carry a number, relative to it, see QuietStep.
constexpr double carrying = 2 * RealTraits<DoubleDouble>::unit + underflow;

/// Nearer to the membrane's, a synaptic time constant would have to be followed in too small steps.
constexpr double least_gap = 1.0 / 16;

// The errors that Barrage states, and how they come about, in u. F is off by 3 F + 10 H, and x's sums of parts by 4 of
// each part: one where alpha drives are added, two across lanes, one where a slope is.
constexpr double of_strength =
    9 * u;  // level: F 3, difference, product, sums; exponential: z 2, sum, product, low, sums
constexpr double of_level_lag = 5 * u;  // of twice H: the 10 of F
constexpr double of_gap_lag = 10 * u;   // H 8, difference, product
constexpr double of_alpha = 24 * u;     // H 8, or z F 6; four products and sums within, product, low, sums
constexpr double of_slope = 15 * u;     // H 8, two products, sums
constexpr double of_decay = 8 * u;      // F 3, product, the sums with what turned, low
constexpr double of_decay_lag = 10 * u;
constexpr double of_turned = 6 * u;  // z 2, product, low, two sums

/// e^-z, 1 - e^-z and z - (1 - e^-z) for z < 1 in steps of 1/256, each to half an ulp.
class StepTable {
 public:
  static const StepTable& get() {
    static const StepTable table;
    return table;
  }
  struct Entry {
    double left;
    double gone;
    double lag;
  };
  static constexpr int steps_to_one = 256;
  const Entry& operator[](int step) const { return entries_[static_cast<std::size_t>(step)]; }

 private:
  StepTable() {
    for (std::size_t k = 0; k < entries_.size(); ++k) {
      const DoubleDouble z = static_cast<double>(k) / steps_to_one;
      const DoubleDouble gone = -exponential_minus_one(-z);
      entries_[k] = {(DoubleDouble(1) - gone).hi, gone.hi, (z - gone).hi};
    }
  }
  std::array<Entry, steps_to_one> entries_;
};

template <int lanes>
struct VectorOf {
  typedef double Type __attribute__((vector_size(lanes * sizeof(double))));
  typedef std::int64_t Bits __attribute__((vector_size(lanes * sizeof(double))));
};

template <class Vector>
[[gnu::always_inline]] inline Vector loaded(const double* numbers) {
  Vector vector;
  std::memcpy(&vector, numbers, sizeof vector);
  return vector;
}
template <class Vector>
[[gnu::always_inline]] inline Vector larger(const Vector& a, const Vector& b) {
  return a > b ? a : b;
}
template <class Vector>
[[gnu::always_inline]] inline Vector smaller(const Vector& a, const Vector& b) {
  return a < b ? a : b;
}
template <class Vector>
[[gnu::always_inline]] inline Vector sizes(const Vector& a) {
  using Bits = typename VectorOf<sizeof(Vector) / sizeof(double)>::Bits;
  return Vector(Bits(a) & std::numeric_limits<std::int64_t>::max());
}
template <class Vector>
[[gnu::always_inline]] inline Vector with_first(const Vector& a, double first) {
  Vector result = a;
  result[0] = first;
  return result;
}
template <int lanes, class Vector>
[[gnu::always_inline]] inline double total(const Vector& a) {
  if constexpr (lanes == 1) {
    return a[0];
  } else if constexpr (lanes == 2) {
    return a[0] + a[1];
  } else {
    return (a[0] + a[2]) + (a[1] + a[3]);
  }
}

/// What has become of something that has decayed: see Decayed.
template <class Vector>
struct DecayedLanes {
  Vector z;
  Vector lag;   // z - gone
  Vector gone;  // 1 - e^-z
  Vector left;  // e^-z
};

template <int lanes, class Vector>
[[gnu::always_inline]] inline DecayedLanes<Vector> decayed(const StepTable& table, const DoubleDouble& length,
                                                           const Vector& rate, const Vector& rate_low) {
  const Vector high = rate * length.hi;
  const Vector low = rate * length.lo + rate_low * length.hi;
  Vector begun;
  Vector gone;
  Vector left;
  Vector lag;
  for (int k = 0; k < lanes; ++k) {
    const int step = static_cast<int>(high[k] * StepTable::steps_to_one);
    begun[k] = step;
    left[k] = table[step].left;
    gone[k] = table[step].gone;
    lag[k] = table[step].lag;
  }
  const Vector r = (high - begun * (1.0 / StepTable::steps_to_one)) + low;
  // r - (1 - e^-r)
  const Vector square = r * r;
  const Vector bend = square * ((1.0 / 2 - r * (1.0 / 6)) +
                                square * ((1.0 / 24 - r * (1.0 / 120)) + square * (1.0 / 720 - r * (1.0 / 5040))));
  DecayedLanes<Vector> now;
  now.z = high + low;
  now.lag = lag + (r * gone + left * bend);
  now.gone = now.z - now.lag;
  now.left = 1 - now.gone;
  return now;
}

/// two_sum() in each lane: a + b = sum + rest.
template <class Vector>
[[gnu::always_inline]] inline void set_two_sum(const Vector& a, const Vector& b, Vector& sum, Vector& rest) {
  sum = a + b;
  const Vector part = sum - a;
  rest = (a - (sum - part)) + (b - part);
}

/// Numbers that are carried, with the clock's digits.
template <class Vector>
struct CarriedLanes {
  Vector high;
  Vector low;
  Vector radius;

  [[gnu::always_inline]] void set(int lane, const Carried<double>& number) {
    high[lane] = number.mid.hi;
    low[lane] = number.mid.lo;
    radius[lane] = number.rad;
  }
  [[gnu::always_inline]] Carried<double> get(int lane) const {
    return {DoubleDouble(high[lane], low[lane]), radius[lane]};
  }
  /// Adds a change and what has arrived, while the digits that double has no room for decay.
  /// @param error  beside that of carrying
  [[gnu::always_inline]] void move(const Vector& change, const DecayedLanes<Vector>& decayed, const Vector& arrived,
                                   const Vector& error) {
    // What has arrived is added to what was there before, so that the two sums do not wait for one another.
    Vector start;
    Vector start_rest;
    set_two_sum(high, arrived, start, start_rest);
    set_two_sum(start, Vector(change + (start_rest + (low - low * decayed.gone))), high, low);
    radius = (error + radius * decayed.left) * second_order;
  }
};

}  // namespace

bool Barrage::serves(const Trajectory<Ball<double>>& response) {
  return response.decays.size() <= most_synapses &&
         std::all_of(response.decays.begin(), response.decays.end(), [](const auto& decay) {
           return std::fabs(decay.gap.mid) >= least_gap && std::isfinite(decay.rate.mid);
         });
}

Barrage::Barrage(const Trajectory<Ball<double>>& response, double tau, std::span<const double> taus,
                 const Ball<double>& rest, double resistance, const std::optional<Ball<double>>& alpha_gain)
    : with_alpha_(alpha_gain.has_value()) {
  const auto set_rate = [this](std::size_t lane, double time_constant) {
    const DoubleDouble rate = DoubleDouble(1) / DoubleDouble(time_constant);
    constants_.rate[lane] = rate.hi;
    constants_.rate_low[lane] = rate.lo;
    constants_.most_rate = std::max(constants_.most_rate, rate.hi);
  };
  set_rate(0, tau);
  constants_.gap_error[0] = of_level_lag;
  for (std::size_t n = 0; n < taus.size(); ++n) {
    const Ball<double>& gap = response.decays[n].gap;
    const double inverse = 1 / gap.mid;
    const double error = 2 * u + gap.rad / std::fabs(gap.mid) * second_order;
    const double ratio = tau / taus[n] * inverse;  // (1 - g) / g: 1 - g would lose its digits where g is near 1
    set_rate(n + 1, taus[n]);
    // So that 1/g amplifies no error: H < z^2, and z < |g|, or 4 g^2 where an alpha drive is divided by it twice.
    const double steps = std::max(std::fabs(inverse), with_alpha_ ? inverse * inverse / 4 : 0.0);
    constants_.most_rate = std::max(constants_.most_rate, constants_.rate[0] * steps);
    constants_.inverse_gap[n + 1] = inverse;
    constants_.gap_error[n + 1] = (of_gap_lag + error) * std::fabs(inverse);
    constants_.alpha_ratio[n + 1] = ratio;
    constants_.alpha_error[n + 1] = (of_alpha + 2 * error) * std::fabs(inverse * ratio);
    constants_.turning_error[n + 1] = (of_alpha + 2 * error) * std::fabs(inverse);
  }
  constants_.tau = tau;
  constants_.rest = rest;
  constants_.resistance = resistance;
  constants_.alpha_gain = alpha_gain.value_or(0.0);
  constants_.rounding = drive_rounding(taus.size());
}

template <int lanes, bool with_alpha, bool clamped>
LAPICQUE_FOR_FUSED_TOO Barrage::Passed Barrage::run(const Constants& constants, Timeline& timeline, double until,
                                                    const Place& place) {
  using Vector = typename VectorOf<lanes>::Type;
  const StepTable& table = StepTable::get();
  constexpr std::size_t first_synapse = clamped ? 0 : 1;  // the lanes' index of it: a clamped membrane has none
  const auto row = [](const Row& numbers) { return loaded<Vector>(numbers.data() + 1 - first_synapse); };
  const auto rate = row(constants.rate);
  const auto rate_low = row(constants.rate_low);
  const auto inverse_gap = row(constants.inverse_gap);
  const auto gap_error = row(constants.gap_error);
  const Vector most_of_shape = greatest_alpha_shape + Vector{};

  CarriedLanes<Vector> numbers{};  // the potential and the exponential drives
  CarriedLanes<Vector> alphas{};
  std::array<bool, most_synapses> silent{};  // what is silent stays so: nothing is added to it but what underflows
  std::array<bool, most_synapses> without_alpha{};
  std::vector<SynapticDrive<double>>& synapses = *place.synapses;
  if constexpr (!clamped) numbers.set(0, *place.potential);
  for (std::size_t n = 0; n < synapses.size(); ++n) {
    const int lane = static_cast<int>(n + first_synapse);
    silent[n] = is_silent(synapses[n]);
    numbers.set(lane, synapses[n].exponential);
    if constexpr (with_alpha) {
      without_alpha[n] = vanishes(synapses[n].alpha);
      alphas.set(lane, synapses[n].alpha);
    }
  }

  double last = *place.anchor;
  std::uint64_t stretches = 0;
  bool may_fire = false;  // the next event is a jump that does not plainly land below the threshold
  bool is_blocked = false;
  auto [level, slope] = clamped ? LinearDrive<double>{} : *place.input;
  bool is_steep = !vanishes(slope);
  while (true) {
    const double end = timeline.next();
    const DoubleDouble length = two_sum(end, -last);
    if (!(end < until) || !(length.hi * constants.most_rate < 1) || !timeline.next_is_single()) break;
    const auto now = decayed<lanes>(table, length, rate, rate_low);

    const Vector drives = clamped ? numbers.high : with_first(numbers.high, 0);
    const Vector drive_sizes = sizes(drives);
    const Vector decay_error = of_decay * now.gone + of_decay_lag * now.lag + carrying;
    Vector change;
    Vector error;
    Vector alpha_error{};
    if constexpr (with_alpha) {
      const Vector turned = alphas.high * now.z;
      const Vector turned_sizes = sizes(turned);
      change = turned - (drives + turned) * now.gone;
      error = (drive_sizes + turned_sizes) * decay_error + of_turned * turned_sizes + alphas.radius * now.z + underflow;
      alpha_error = sizes(alphas.high) * decay_error + underflow;
    } else {
      change = -(drives * now.gone);
      error = drive_sizes * decay_error + underflow;
    }

    double start = 0;
    double value = 0;
    double value_error = 0;
    double slack = 0;
    if constexpr (!clamped) {
      const double z = now.z[0];
      const double lag = now.lag[0];
      // Of the membrane's own lane, the drive is the distance to the level, and the filter F.
      const Vector known_to = with_first(numbers.radius, 0);
      const Vector strength = with_first(drives, level.mid - numbers.high[0]);
      const Vector filter = z + (with_first(now.lag, 0) - lag) * inverse_gap;
      const Vector drives_left = drives * now.left;
      Vector parts = strength * filter;
      Vector part_errors = sizes(strength) * (of_strength * z + gap_error * (now.lag + lag)) + known_to * z;
      Vector greatest = larger(drives, drives_left) + known_to;
      Vector gross = sizes(numbers.high) + known_to;
      Vector shape{};
      if constexpr (with_alpha) {
        const auto ratio = row(constants.alpha_ratio);
        const auto lag_error = row(constants.alpha_error);
        const auto turning_error = row(constants.turning_error);
        const Vector turning = now.z * now.gone;
        const Vector alpha_filter = (ratio * (lag - now.lag) - turning) * with_first(inverse_gap, 0);
        shape = smaller(now.z, most_of_shape);
        parts = parts + alphas.high * alpha_filter;
        part_errors = part_errors + sizes(alphas.high) * (lag_error * (lag + now.lag) + turning_error * turning) +
                      alphas.radius * sizes(alpha_filter);
        greatest = greatest + larger(Vector(alphas.high + alphas.radius), Vector{}) * shape;
        gross = gross + sizes(alphas.high) + alphas.radius;
      }
      value = total<lanes>(parts);
      value_error = total<lanes>(part_errors) + level.rad * z;
      double greatest_drive = total<lanes>(greatest) + (level.mid + level.rad);
      double magnitudes = total<lanes>(gross) + (std::fabs(level.mid) + level.rad);
      if (is_steep) {
        const double filtered = constants.tau * lag;
        const double part = slope.mid * filtered;
        value += part;
        value_error += std::fabs(part) * of_slope + slope.rad * filtered;
        const double rise = slope.mid * length.hi;
        greatest_drive += std::max(0.0, rise) + slope.rad * length.hi;
        magnitudes += std::fabs(rise) + slope.rad * length.hi;
      }
      value_error += 2 * u * std::fabs(value) + carrying * magnitudes + underflow;

      // See QuietStep: either the drive does not take it to the threshold, or it is above that throughout, or rises,
      // and the end is not.
      slack = magnitudes * constants.rounding;
      start = numbers.high[0] + numbers.radius[0];
      if (!(start + std::max(0.0, greatest_drive - start) * now.gone[0] + slack < 0)) {
        Vector least = smaller(drives, drives_left) - known_to;
        if constexpr (with_alpha) least = least + smaller(Vector(alphas.high - alphas.radius), Vector{}) * shape;
        const double fall = std::min(0.0, slope.mid * length.hi) - slope.rad * length.hi;
        const bool is_above = total<lanes>(least) + (level.mid - level.rad) + fall - slack > 0;
        bool rises = !with_alpha && slope.mid >= slope.rad;
        for (std::size_t n = 0; n < synapses.size(); ++n) {
          const int lane = static_cast<int>(n + first_synapse);
          rises = rises && drives[lane] + known_to[lane] <= 0;
        }
        if (!(is_above || rises) || !(start + value + value_error + slack < 0)) {
          is_blocked = true;
          break;
        }
      }
    }

    Vector arrived{};
    Vector arrived_alpha{};
    const SingleEvent event = timeline.single();
    if (event.kind == SingleEvent::Kind::jump) {
      if constexpr (!clamped) {
        const double landing = (start + value + event.size) + (value_error + carrying * std::fabs(event.size));
        if (!(landing < -0x1p-50 * (std::fabs(start) + std::fabs(event.size)) - slack)) {
          may_fire = true;
        } else {
          arrived = with_first(arrived, event.size);
          value_error += carrying * std::fabs(event.size);
        }
      }
    } else if (event.kind != SingleEvent::Kind::sample && event.size != 0) {
      Vector where{};
      for (int lane = 0; lane < lanes; ++lane) {
        where[lane] = event.place + first_synapse == static_cast<std::size_t>(lane) ? 1 : 0;
      }
      silent[event.place] = false;
      if (!with_alpha || event.kind == SingleEvent::Kind::exponential) {
        const double amount = constants.resistance * event.size;
        arrived = where * amount;
        error = error + where * (std::fabs(amount) * (u + carrying) + underflow);
      } else {
        const double amount = constants.alpha_gain.mid * event.size;
        const double blur = constants.alpha_gain.rad * std::fabs(event.size);
        without_alpha[event.place] = false;
        arrived_alpha = where * amount;
        alpha_error = alpha_error + where * (std::fabs(amount) * (u + carrying) + blur + underflow);
      }
    }
    if constexpr (!clamped) {
      change = with_first(change, value);
      error = with_first(error, value_error);
    }
    numbers.move(change, now, arrived, error);
    if constexpr (with_alpha) alphas.move(Vector(-(alphas.high * now.gone)), now, arrived_alpha, alpha_error);
    last = end;
    if (!may_fire) timeline.pass_single();
    if constexpr (!clamped) {
      if (event.kind == SingleEvent::Kind::sample || is_steep) {
        const auto changed = linear_drive<double>(timeline, constants.rest, constants.resistance, last);
        level = changed.level;
        slope = changed.slope;
        is_steep = !vanishes(slope);
      }
    }
    if (may_fire) break;
    ++stretches;
  }

  *place.anchor = last;
  if constexpr (!clamped) {
    *place.potential = numbers.get(0);
    *place.input = {level, slope};
  }
  for (std::size_t n = 0; n < synapses.size(); ++n) {
    if (silent[n]) continue;
    const int lane = static_cast<int>(n + first_synapse);
    synapses[n].exponential = numbers.get(lane);
    if constexpr (with_alpha) {
      if (!without_alpha[n]) synapses[n].alpha = alphas.get(lane);
    }
  }
  return {stretches, is_blocked};
}

template <bool clamped>
Barrage::Passed Barrage::choose(Timeline& timeline, double until, const Place& place) const {
  const auto run_in = [&](auto* function) { return function(constants_, timeline, until, place); };
  const std::size_t lanes = place.synapses->size() + (clamped ? 0 : 1);
  if (with_alpha_) {
    if (lanes <= 2) return run_in(run<2, true, clamped>);
    return run_in(run<4, true, clamped>);
  }
  if (lanes <= 1) return run_in(run<1, false, clamped>);
  if (lanes == 2) return run_in(run<2, false, clamped>);
  return run_in(run<4, false, clamped>);
}

Barrage::Passed Barrage::pass(Timeline& timeline, double until, double& anchor, Carried<double>& potential,
                              std::vector<SynapticDrive<double>>& synapses, LinearDrive<double>& input) const {
  return choose<false>(timeline, until, {&anchor, &synapses, &potential, &input});
}

std::uint64_t Barrage::decay(Timeline& timeline, double until, double& anchor,
                             std::vector<SynapticDrive<double>>& synapses) const {
  return choose<true>(timeline, until, {&anchor, &synapses}).stretches;
}

}  // namespace lapicque::detail
