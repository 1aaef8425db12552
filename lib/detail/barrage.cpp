#include "lapicque/detail/barrage.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lapicque/detail/fused.hpp"

#pragma GCC diagnostic ignored "-Wpsabi"  // no function with vectors is called: all are inlined into Barrage::run

namespace lapicque::detail {
namespace {

constexpr double u = RealTraits<double>::unit;
constexpr double underflow = RealTraits<double>::underflow * 128;
constexpr double second_order = 1 + 0x1p-20;
/// What it costs to carry a number, relative to it, see Glide.
constexpr double carrying = 2 * RealTraits<DoubleDouble>::unit + underflow;
constexpr double least_gap = 0.25;

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
};

template <class Vector>
[[gnu::always_inline]] inline Vector loaded(const Barrage::Row& row) {
  Vector vector;
  std::memcpy(&vector, row.data(), sizeof vector);
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
  return larger(a, Vector(-a));
}
template <int lanes, class Vector>
[[gnu::always_inline]] inline double total(const Vector& a) {
  if constexpr (lanes == 2) {
    return a[0] + a[1];
  } else {
    return (a[0] + a[2]) + (a[1] + a[3]);
  }
}

/// What has become of something that fades.
template <class Vector>
struct FadedLanes {
  Vector z;
  Vector lag;   // z - gone
  Vector gone;  // 1 - e^-z
  Vector left;  // e^-z
};

template <int lanes, class Vector>
[[gnu::always_inline]] inline FadedLanes<Vector> faded(const StepTable& table, const DoubleDouble& length,
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
  const Vector r = high - begun * (1.0 / StepTable::steps_to_one);
  // r - (1 - e^-r)
  const Vector bend =
      r * r * (1.0 / 2 - r * (1.0 / 6 - r * (1.0 / 24 - r * (1.0 / 120 - r * (1.0 / 720 - r * (1.0 / 5040))))));
  FadedLanes<Vector> now;
  now.z = high + low;
  now.lag = lag + ((r + low) * gone + left * bend);
  now.gone = now.z - now.lag;
  now.left = 1 - now.gone;
  return now;
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
  /// After a change, while what double has no room for fades. @param error  beside that of carrying
  [[gnu::always_inline]] void move(const Vector& change, const FadedLanes<Vector>& faded, const Vector& error) {
    const Vector rest = change + (low - low * faded.gone);
    const Vector sum = high + rest;
    const Vector part = sum - high;
    low = (high - (sum - part)) + (rest - part);
    high = sum;
    radius = (error + radius * faded.left) * second_order;
  }
  /// Adds what has arrived, known to `error`, in the lanes that `place` is 1 in, and not 0.
  [[gnu::always_inline]] void add(double amount, double error, const Vector& place) {
    const Vector arrived = place * amount;
    const Vector sum = high + arrived;
    const Vector part = sum - high;
    const Vector rest = ((high - (sum - part)) + (arrived - part)) + low;
    high = sum + rest;
    low = rest - (high - sum);
    radius = radius + place * ((error + RealTraits<DoubleDouble>::unit * sizes(high)) * second_order);
  }
};

}  // namespace

bool Barrage::serves(const Response<Ball<double>>& response) {
  return response.decays.size() <= most_synapses &&
         std::all_of(response.decays.begin(), response.decays.end(),
                     [](const auto& decay) { return std::fabs(decay.gap.mid) >= least_gap; });
}

Barrage::Barrage(const Response<Ball<double>>& response, double tau, std::span<const double> taus, double resistance,
                 const std::optional<Ball<double>>& alpha_gain)
    : with_alpha_(alpha_gain) {
  const auto set_rate = [this](std::size_t lane, double time_constant) {
    const DoubleDouble rate = DoubleDouble(1) / DoubleDouble(time_constant);
    constants_.rate[lane] = rate.hi;
    constants_.rate_low[lane] = rate.lo;
    constants_.fastest = std::max(constants_.fastest, rate.hi);
  };
  set_rate(0, tau);
  constants_.gap_error[0] = 5 * u;
  for (std::size_t n = 0; n < taus.size(); ++n) {
    const Ball<double>& gap = response.decays[n].gap;
    const double inverse = 1 / gap.mid;
    const double error = 2 * u + gap.rad / std::fabs(gap.mid) * second_order;
    const double ratio = (1 - gap.mid) * inverse;
    set_rate(n + 1, taus[n]);
    constants_.inverse_gap[n + 1] = inverse;
    constants_.gap_error[n + 1] = (10 * u + error) * std::fabs(inverse);
    constants_.alpha_ratio[n + 1] = ratio;
    constants_.alpha_error[n + 1] = (24 * u + 2 * error) * std::fabs(inverse * ratio);
    constants_.turning_error[n + 1] = (24 * u + 2 * error) * std::fabs(inverse);
  }
  constants_.tau = tau;
  constants_.resistance = resistance;
  constants_.alpha_gain = alpha_gain.value_or(0.0);
  constants_.rounding = 0x1p-48 * (5 + static_cast<double>(taus.size()));
}

template <int lanes, bool with_alpha, bool clamped>
LAPICQUE_FOR_FUSED_TOO Barrage::Passed Barrage::run(const Constants& constants, Timeline& timeline, double until,
                                                    double& anchor, const InputDrive<double>* input,
                                                    Carried<double>* potential,
                                                    std::vector<SynapticDrive<double>>& synapses) {
  using Vector = typename VectorOf<lanes>::Type;
  const StepTable& table = StepTable::get();
  const auto rate = loaded<Vector>(constants.rate);
  const auto rate_low = loaded<Vector>(constants.rate_low);
  const auto inverse_gap = loaded<Vector>(constants.inverse_gap);
  const auto gap_error = loaded<Vector>(constants.gap_error);
  const Vector membrane = loaded<Vector>({1, 0, 0, 0});
  const Vector others = 1 - membrane;

  CarriedLanes<Vector> numbers{};  // the potential and the exponential drives
  CarriedLanes<Vector> alphas{};
  std::array<bool, most_lanes> silent{};
  if constexpr (!clamped) numbers.set(0, *potential);
  for (std::size_t n = 0; n < synapses.size(); ++n) {
    const int lane = static_cast<int>(n + 1);
    silent[n + 1] = is_silent(synapses[n]);
    numbers.set(lane, synapses[n].exponential);
    if constexpr (with_alpha) alphas.set(lane, synapses[n].alpha);
  }

  const bool is_steep = !clamped && !vanishes(input->slope);
  Passed passed;
  while (!passed.event) {
    const double end = timeline.next();
    const DoubleDouble length = two_sum(end, -anchor);
    if (!(end < until) || !(length.hi * constants.fastest < 1) || !timeline.next_is_single()) break;
    const auto now = faded<lanes>(table, length, rate, rate_low);

    const Vector drives = numbers.high * others;
    const Vector drive_sizes = sizes(drives);
    Vector turned{};
    Vector change = -(drives * now.gone);
    Vector error = drive_sizes * ((6 * now.gone + 10 * now.lag) * u);
    Vector turned_radius{};
    if constexpr (with_alpha) {
      turned = alphas.high * now.z;
      turned_radius = alphas.radius * now.z;
      const Vector turned_sizes = sizes(turned);
      change = turned - (drives + turned) * now.gone;
      error = ((drive_sizes + turned_sizes) * (6 * now.gone + 10 * now.lag) + 5 * turned_sizes) * u;
    }
    const Vector known_to = numbers.radius * others;
    error = error + sizes(numbers.high) * carrying + underflow;

    if constexpr (!clamped) {
      const double level = input->level.mid;
      const double z = now.z[0];
      const double lag = now.lag[0];
      // Of the membrane's own lane, the drive is the level's distance and the filter F.
      const Vector strength = drives + membrane * (level - numbers.high);
      const Vector filter = z + (now.lag * others - lag) * inverse_gap;
      Vector parts = strength * filter;
      Vector part_errors = sizes(strength) * (9 * u * z + gap_error * (now.lag + lag)) + known_to * z;
      Vector greatest = larger(drives, Vector(drives * now.left)) + known_to;
      Vector gross = sizes(numbers.high) + known_to;
      if constexpr (with_alpha) {
        const auto ratio = loaded<Vector>(constants.alpha_ratio);
        const Vector alpha_filter = (ratio * (lag - now.lag) - now.z * now.gone) * inverse_gap * others;
        const Vector shape = smaller(now.z, Vector(0.37 + Vector{}));
        parts = parts + alphas.high * alpha_filter;
        part_errors = part_errors +
                      sizes(alphas.high) * (loaded<Vector>(constants.alpha_error) * (lag + now.lag) +
                                            loaded<Vector>(constants.turning_error) * (now.z * now.gone)) +
                      alphas.radius * sizes(alpha_filter);
        greatest = greatest + larger(Vector(alphas.high + alphas.radius), Vector{}) * shape;
        gross = gross + sizes(alphas.high) + alphas.radius;
      }
      double value = total<lanes>(parts);
      double value_error = total<lanes>(part_errors) + input->level.rad * z;
      double greatest_drive = total<lanes>(greatest) + level + input->level.rad;
      double magnitudes = total<lanes>(gross) + std::fabs(level) + input->level.rad;
      const Ball<double>& slope = input->slope;
      if (is_steep) {
        const double filtered = constants.tau * lag;
        const double part = slope.mid * filtered;
        value += part;
        value_error += std::fabs(part) * (15 * u) + slope.rad * filtered;
        const double rise = slope.mid * length.hi;
        greatest_drive += std::max(0.0, rise) + slope.rad * length.hi;
        magnitudes += std::fabs(rise) + slope.rad * length.hi;
      }
      const double slack = magnitudes * constants.rounding;
      const double start = numbers.high[0] + numbers.radius[0];
      value_error += 2 * u * std::fabs(value) + carrying * magnitudes + underflow;
      // See Glide: the drive does not take it there, or is above the threshold throughout while the end is below it.
      if (!(start + std::max(0.0, greatest_drive - start) * now.gone[0] + slack < 0)) {
        Vector least = smaller(drives, Vector(drives * now.left)) - known_to;
        if constexpr (with_alpha) {
          least =
              least + smaller(Vector(alphas.high - alphas.radius), Vector{}) * smaller(now.z, Vector(0.37 + Vector{}));
        }
        const double fall = std::min(0.0, slope.mid * length.hi) - slope.rad * length.hi;
        const bool is_above = total<lanes>(least) + level - input->level.rad + fall - slack > 0;
        if (!is_above || !(start + value + value_error + slack < 0)) break;
      }
      change = change * others + membrane * value;
      error = error + membrane * value_error;
    }

    numbers.move(change, now, Vector(error + turned_radius));
    if constexpr (with_alpha) {
      const Vector sizes_now = sizes(alphas.high);
      alphas.move(Vector(-(alphas.high * now.gone)), now,
                  Vector(sizes_now * ((6 * now.gone + 10 * now.lag) * u + carrying) + underflow));
    }
    anchor = end;

    const SingleEvent event = timeline.take_single();
    if constexpr (!clamped) {
      if (is_steep || event.kind == SingleEvent::Kind::sample) {
        passed.event = event;
        continue;
      }
    }
    switch (event.kind) {
      case SingleEvent::Kind::jump:
        if constexpr (!clamped) {
          if (!(numbers.high[0] + event.size + numbers.radius[0] < -0x1p-50 * std::fabs(event.size))) {
            passed.event = event;
            continue;
          }
          numbers.add(event.size, 0, membrane);
        }
        break;
      case SingleEvent::Kind::exponential:
      case SingleEvent::Kind::alpha: {
        if (event.size == 0) break;  // what is silent stays so
        Vector place{};
        for (int k = 1; k < lanes; ++k) place[k] = static_cast<std::size_t>(k) == event.place + 1 ? 1 : 0;
        silent[event.place + 1] = false;
        if (!with_alpha || event.kind == SingleEvent::Kind::exponential) {
          const double amount = constants.resistance * event.size;
          numbers.add(amount, u * std::fabs(amount) + underflow, place);
        } else {
          const double amount = constants.alpha_gain.mid * event.size;
          const double rad = constants.alpha_gain.rad * std::fabs(event.size);
          alphas.add(amount, u * std::fabs(amount) + rad + underflow, place);
        }
        break;
      }
      case SingleEvent::Kind::sample:
        break;
    }
    ++passed.stretches;
  }

  if constexpr (!clamped) *potential = numbers.get(0);
  for (std::size_t n = 0; n < synapses.size(); ++n) {
    if (silent[n + 1]) continue;
    const int lane = static_cast<int>(n + 1);
    synapses[n].exponential = numbers.get(lane);
    if constexpr (with_alpha) synapses[n].alpha = alphas.get(lane);
  }
  return passed;
}

template <bool clamped>
Barrage::Passed Barrage::choose(Timeline& timeline, double until, double& anchor, const InputDrive<double>* input,
                                Carried<double>* potential, std::vector<SynapticDrive<double>>& synapses) const {
  const auto run_in = [&](auto* function) {
    return function(constants_, timeline, until, anchor, input, potential, synapses);
  };
  if (synapses.size() < 2) return with_alpha_ ? run_in(run<2, true, clamped>) : run_in(run<2, false, clamped>);
  return with_alpha_ ? run_in(run<4, true, clamped>) : run_in(run<4, false, clamped>);
}

Barrage::Passed Barrage::pass(Timeline& timeline, double until, double& anchor, const InputDrive<double>& input,
                              Carried<double>& potential, std::vector<SynapticDrive<double>>& synapses) const {
  return choose<false>(timeline, until, anchor, &input, &potential, synapses);
}

std::uint64_t Barrage::fade(Timeline& timeline, double until, double& anchor,
                            std::vector<SynapticDrive<double>>& synapses) const {
  return choose<true>(timeline, until, anchor, nullptr, nullptr, synapses).stretches;
}

}  // namespace lapicque::detail
