#include "lapicque/spike_train.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "input/argument.hpp"
#include "lapicque/error.hpp"
#include "solver/scaling.hpp"
#include "solver/solver.hpp"

namespace lapicque {
namespace {

using detail::DoubleDouble;
using detail::Problem;
using detail::Purpose;
using detail::Real100;
using detail::Real50;
using detail::Solver;
using detail::Unclear;

template <class Real>
Spike to_spike(const detail::Firing<Real>& firing) {
  using Time = detail::Clock<Real>;
  const double time = detail::convert_real<double>(firing.time);
  Time remainder;
  if constexpr (std::is_same_v<Time, DoubleDouble>) {
    remainder = firing.time.lo;
  } else {
    remainder = firing.time - Time(time);
  }
  const double error = detail::convert_radius<double>(detail::round_up(detail::magnitude(remainder) + firing.error));
  return {time, detail::convert_real<double>(remainder), error, detail::convert_real<double>(firing.slope),
          firing.condition};
}

/// A solver, and above it ladders of solvers with more digits, which are built and catch up only where they are needed.
template <class Real, class... More>
class Ladder {
 public:
  Ladder(std::shared_ptr<const Problem> problem, const Purpose& purpose)
      : problem_(problem), purpose_(purpose), solver_(std::move(problem), purpose, /*last_resort=*/false) {}

  std::optional<Spike> advance() {
    climbed_ = false;
    try {
      const auto firing = solver_.advance();
      return firing ? std::optional(to_spike(*firing)) : std::nullopt;
    } catch (const Unclear&) {
      climbed_ = true;
    }
    const auto before = solver_.stretches();
    if (!above_) above_ = std::make_unique<Ladder<More...>>(problem_, purpose_);
    std::optional<Spike> spike;
    while (above_->stretches() <= before) spike = above_->advance();
    solver_.adopt(above_->state());
    return spike;
  }

  std::size_t fire_series(detail::ReadySpikes& ready) { return solver_.fire_series(ready); }
  std::uint64_t stretches() const { return solver_.stretches(); }
  bool done() const { return solver_.done(); }
  const detail::State<Real>& state() { return solver_.state(); }
  detail::Settled settled() const { return climbed_ ? above_->settled() : solver_.settled(); }
  bool reaches_beyond(double t) const { return climbed_ ? above_->reaches_beyond(t) : solver_.reaches_beyond(t); }
  double potential_at(double t) const { return climbed_ ? above_->potential_at(t) : solver_.potential_at(t); }
  std::span<const Grazing> grazings() const { return above_ ? above_->grazings() : std::span<const Grazing>(); }

 private:
  std::shared_ptr<const Problem> problem_;
  Purpose purpose_;
  Solver<Real> solver_;
  std::unique_ptr<Ladder<More...>> above_;
  bool climbed_ = false;  // the last stretch was done above
};

/// The top: what it cannot decide is noted and taken for a touch from below.
template <class Real>
class Ladder<Real> {
 public:
  Ladder(std::shared_ptr<const Problem> problem, const Purpose& purpose)
      : solver_(std::move(problem), purpose, /*last_resort=*/true) {}

  std::optional<Spike> advance() {
    const auto firing = solver_.advance();
    for (const Unclear& touch : solver_.take_undecided()) grazings_.push_back({touch.offset, touch.distance});
    return firing ? std::optional(to_spike(*firing)) : std::nullopt;
  }

  std::uint64_t stretches() const { return solver_.stretches(); }
  bool done() const { return solver_.done(); }
  const detail::State<Real>& state() { return solver_.state(); }
  detail::Settled settled() const { return solver_.settled(); }
  bool reaches_beyond(double t) const { return solver_.reaches_beyond(t); }
  double potential_at(double t) const { return solver_.potential_at(t); }
  std::span<const Grazing> grazings() const { return grazings_; }

 private:
  Solver<Real> solver_;
  std::vector<Grazing> grazings_;
};

[[noreturn]] void refuse(const detail::Unresolvable& what, const detail::Scale& scale) {
  throw InvalidArgument("t", to_text(std::ldexp(what.time, scale.time), "ms"),
                        "what happens then cannot be told with 100 digits, as the experiment's numbers span too many "
                        "orders of magnitude",
                        "bring its times, or its currents, nearer to one another");
}

/// In ulp of a spike's time, on top of the half that rounding it to a double takes.
constexpr Purpose exact_purpose{.tolerance = 1.0 / 64};
constexpr Purpose fast_purpose{.tolerance = 4, .strict = 1024};
constexpr Purpose wide_purpose{.tolerance = exact_purpose.tolerance, .suits_double = false};

using ExactLadder = Ladder<DoubleDouble, Real50, Real100>;
using FastLadder = Ladder<double, DoubleDouble, Real50, Real100>;
using WideLadder = Ladder<Real50, Real100>;  // for numbers that leave the range of double

}  // namespace

class SpikeTrain::Implementation {
 public:
  virtual ~Implementation() = default;
  /// The next spike that is not ready; others may be ready after it.
  virtual std::optional<Spike> next() = 0;
  detail::ReadySpikes ready;
  virtual std::span<const Grazing> grazings() const = 0;
  virtual const Effort& effort() const = 0;

  template <class Solvers>
  class With;
};

template <class Solvers>
class SpikeTrain::Implementation::With : public Implementation {
 public:
  With(detail::ScaledProblem problem, const Purpose& purpose)
      : scale_(problem.scale), solvers_(std::make_shared<const Problem>(std::move(problem.problem)), purpose) {}

  std::optional<Spike> next() override {
    if (is_unscaled()) {  // take() does not change units
      if (const std::size_t count = solvers_.fire_series(ready); count > 0) {
        effort_.signs[0] += 2 * count;
        effort_.roots[1] += count;
        return take(ready);
      }
    }
    try {
      while (!solvers_.done()) {
        const auto before = solvers_.stretches();
        const auto spike = solvers_.advance();
        note_grazings();
        ++effort_.signs[solvers_.settled().sign];
        effort_.signs[0] += solvers_.stretches() - before - 1;  // those before the last were glided over
        if (!spike) continue;
        ++effort_.roots[solvers_.settled().root];
        return in_given_units(*spike);
      }
    } catch (const detail::Unresolvable& what) {
      refuse(what, scale_);
    }
    return std::nullopt;
  }
  std::span<const Grazing> grazings() const override { return grazings_; }
  const Effort& effort() const override { return effort_; }

 private:
  bool is_unscaled() const { return scale_.time == 0 && scale_.voltage == 0; }
  Spike in_given_units(const Spike& spike) const {
    if (is_unscaled()) return spike;
    // The time is rounded once more, and the bound with it, where they are too small for all their digits.
    const double time = std::ldexp(spike.time, scale_.time);
    const double lost = spike.time - std::ldexp(time, -scale_.time);
    const double wider = lost == 0 ? spike.error : std::nextafter(spike.error + std::fabs(lost), forever);
    double error = std::ldexp(wider, scale_.time);
    if (std::ldexp(error, -scale_.time) < wider) error = std::nextafter(error, forever);
    return {time, std::ldexp(spike.remainder + lost, scale_.time), error,
            std::ldexp(spike.slope, scale_.voltage - scale_.time), spike.condition};
  }
  void note_grazings() {
    for (const Grazing& grazing : solvers_.grazings().subspan(grazings_.size())) {
      grazings_.push_back({std::ldexp(grazing.time, scale_.time), std::ldexp(grazing.distance, scale_.voltage)});
    }
  }

  detail::Scale scale_;
  Solvers solvers_;
  std::vector<Grazing> grazings_;
  Effort effort_;
};

SpikeTrain::SpikeTrain(const Neuron& neuron, const Current& current, double until, Precision precision) {
  detail::require_end_of_run(until);
  auto problem = detail::scaled(neuron, current, until);
  if (!problem.suits_double) {
    implementation_ = std::make_unique<Implementation::With<WideLadder>>(std::move(problem), wide_purpose);
  } else if (precision == Precision::exact) {
    implementation_ = std::make_unique<Implementation::With<ExactLadder>>(std::move(problem), exact_purpose);
  } else {
    implementation_ = std::make_unique<Implementation::With<FastLadder>>(std::move(problem), fast_purpose);
  }
  ready_ = &implementation_->ready;
}

SpikeTrain::SpikeTrain(SpikeTrain&& other) noexcept
    : implementation_(std::move(other.implementation_)), ready_(std::exchange(other.ready_, nullptr)) {}
SpikeTrain& SpikeTrain::operator=(SpikeTrain&& other) noexcept {
  implementation_ = std::move(other.implementation_);
  ready_ = std::exchange(other.ready_, nullptr);
  return *this;
}
SpikeTrain::~SpikeTrain() = default;

std::optional<Spike> SpikeTrain::work_out_next() { return implementation_->next(); }

std::span<const Grazing> SpikeTrain::grazings() const noexcept { return implementation_->grazings(); }

const Effort& SpikeTrain::effort() const noexcept { return implementation_->effort(); }

std::vector<double> spike_times(const Neuron& neuron, const Current& current, double until, Precision precision) {
  std::vector<double> times;
  for (const Spike& spike : SpikeTrain(neuron, current, until, precision)) times.push_back(spike.time);
  return times;
}

std::vector<double> membrane_potential(const Neuron& neuron, const Current& current, std::span<const double> times) {
  double last = 0;
  for (std::size_t k = 0; k < times.size(); ++k) {
    if (!(times[k] >= last) || !(times[k] < std::numeric_limits<double>::max())) {
      throw InvalidArgument(std::string("times[").append(std::to_string(k)).append("]"), to_text(times[k], "ms"),
                            "times must be finite, not negative, and in ascending order");
    }
    last = times[k];
  }
  std::vector<double> potentials;
  potentials.reserve(times.size());
  if (times.empty()) return potentials;

  // An end just beyond the last time, so that even that one lies before the end of a stretch.
  detail::ScaledProblem problem = detail::scaled(neuron, current, std::nextafter(last, forever));
  const detail::Scale scale = problem.scale;
  const Purpose purpose{.traced = true, .suits_double = problem.suits_double};
  const auto look_at_all = [&](auto solvers) {
    for (const double given : times) {
      const double time = std::ldexp(given, -scale.time);
      while (!solvers.reaches_beyond(time)) solvers.advance();
      potentials.push_back(std::ldexp(solvers.potential_at(time), scale.voltage));
    }
  };
  auto shared = std::make_shared<const Problem>(std::move(problem.problem));
  try {
    if (purpose.suits_double) {
      look_at_all(ExactLadder(std::move(shared), purpose));
    } else {
      look_at_all(WideLadder(std::move(shared), purpose));
    }
  } catch (const detail::Unresolvable& what) {
    refuse(what, scale);
  }
  return potentials;
}

}  // namespace lapicque
