#include "lapicque/spike_train.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "input/argument.hpp"
#include "lapicque/error.hpp"
#include "solver/ladder.hpp"
#include "solver/scaling.hpp"
#include "solver/train.hpp"

namespace lapicque {
namespace detail {
namespace {

using ExactLadder = Ladder<DoubleDouble, Real50, Real100>;
using FastLadder = Ladder<double, DoubleDouble, Real50, Real100>;
using WideLadder = Ladder<Real50, Real100>;  // for numbers that leave the range of double

[[noreturn]] void refuse(const Unresolvable& what, const Scale& scale) {
  throw InvalidArgument("t", to_text(std::ldexp(what.time, scale.time), "ms"),
                        "what happens then cannot be told with 100 digits, as the experiment's numbers span too many "
                        "orders of magnitude",
                        "bring its times, or its currents, nearer to one another");
}

/// @param problem  must outlive the timeline, as must the inbox
/// @param inbox    or null
Timeline timeline_of(const Problem& problem, const Inbox* inbox) {
  std::vector<double> taus;
  for (const AfterSpike& part : problem.neuron.after_spike()) taus.push_back(part.tau);
  return Timeline(problem.current, inbox, taus);
}

/// Tells where a neuron that drives itself fires without end: own spikes that shorten the next interval, without
/// refractoriness, shorten it to nothing. As exact times so near to one another take many digits each, a fast train
/// goes ahead where there are many: it has the same spikes.
class EndlessFiring {
 public:
  /// @param scouted  of an exact train, in its own units, all of whose events are known; else empty
  EndlessFiring(const Neuron& neuron, std::optional<Problem> scouted)
      : tau_(neuron.tau()), scouted_(std::move(scouted)) {
    const auto drives = [](const AfterSpike& part) {
      return part.kind == AfterSpike::Kind::current ? part.jump > 0 : part.jump < 0;
    };
    const auto parts = neuron.after_spike();
    is_possible_ = neuron.refractory() == 0 && std::any_of(parts.begin(), parts.end(), drives);
  }
  /// Takes note of a spike, ms. @return whether it is one too many within tau_m
  bool is_there(double time) {
    if (!is_possible_) return false;
    while (!within_tau_.empty() && time - within_tau_.front() > tau_) within_tau_.pop_front();
    within_tau_.push_back(time);
    if (within_tau_.size() > many && scouted_) scout();
    return within_tau_.size() > most;
  }

 private:
  static constexpr std::size_t most = 1'000'000;
  static constexpr std::size_t many = 10'000;

  void scout() {
    const auto train = make_train(*scouted_, Precision::fast);
    while (train->next(scouted_->until)) {
    }
    scouted_.reset();
  }

  bool is_possible_;
  double tau_;
  std::optional<Problem> scouted_;
  std::deque<double> within_tau_;
};

[[noreturn]] void refuse_endless_firing(double time) {
  throw InvalidArgument("t", to_text(time, "ms"),
                        "own spikes drive the neuron without end: more than 1e6 of them come within one membrane time "
                        "constant, as a positive after-spike current or a negative after-spike threshold, without a "
                        "refractory period, makes intervals shrink to nothing",
                        "give the neuron a refractory period, or the part another sign");
}

template <class Rungs>
class TrainOn : public Train {
 public:
  /// @param scouted  see EndlessFiring
  TrainOn(ScaledProblem problem, const Purpose& purpose, std::optional<Problem> scouted = {})
      : scale_(problem.scale),
        horizon_(std::ldexp(problem.problem.until, scale_.time)),
        inbox_(problem.problem.receptors),
        endless_firing_(problem.problem.neuron, std::move(scouted)),
        rungs_(start(std::make_shared<const Problem>(std::move(problem.problem)), inbox_, purpose)) {}

  std::optional<Spike> work_out_next(double horizon) override {
    if (std::exchange(has_mail_, false)) rungs_.look_again();
    if (horizon != horizon_) {
      horizon_ = horizon;
      rungs_.set_horizon(std::ldexp(horizon, -scale_.time));
    }
    if (is_unscaled()) {  // what is ready is taken as it is
      if (const std::size_t count = rungs_.make_ready(ready); count > 0) {
        effort_.signs[0] += 2 * count;
        effort_.roots[1] += count;
        return ready.take();
      }
    }
    try {
      while (!rungs_.is_at_horizon()) {
        const Outcome outcome = rungs_.advance();
        note_grazings();
        if (outcome.stretches == 0) continue;
        effort_.signs[0] += outcome.stretches - 1;  // those before the last were skipped
        ++effort_.signs[outcome.decided_by];
        if (!outcome.spike) continue;
        ++effort_.roots[outcome.located_by];
        if (endless_firing_.is_there(outcome.spike->time))
          refuse_endless_firing(std::ldexp(outcome.spike->time, scale_.time));
        return in_given_units(*outcome.spike);
      }
    } catch (const Unresolvable& what) {
      refuse(what, scale_);
    }
    return std::nullopt;
  }
  void hand(std::size_t receptor, const Event& event) override {
    inbox_.hand(receptor, event);  // in its own units: see scaled()
    has_mail_ = true;
  }
  std::span<const Grazing> grazings() const override { return grazings_; }
  const Effort& effort() const override { return effort_; }
  std::uint64_t stretches() const override { return rungs_.stretches(); }

 private:
  static Rungs start(std::shared_ptr<const Problem> problem, const Inbox& inbox, const Purpose& purpose) {
    const Timeline timeline = timeline_of(*problem, &inbox);
    return Rungs(std::move(problem), purpose, timeline);
  }
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
    for (const Touch& touch : rungs_.touches().subspan(grazings_.size()))
      grazings_.push_back({std::ldexp(touch.time, scale_.time), std::ldexp(touch.distance, scale_.voltage)});
  }

  Scale scale_;
  double horizon_;
  Inbox inbox_;
  EndlessFiring endless_firing_;
  bool has_mail_ = false;
  Rungs rungs_;
  std::vector<Grazing> grazings_;
  Effort effort_;
};

}  // namespace

std::unique_ptr<Train> make_train(const Problem& problem, Precision precision, const SkipsAllowed& skips) {
  ScaledProblem in_scale = scaled(problem);
  const bool suits_double = in_scale.suits_double;
  if (!suits_double)
    return std::make_unique<TrainOn<WideLadder>>(std::move(in_scale), Purpose{.suits_double = false, .skips = skips});
  if (precision == Precision::exact) {
    const bool is_closed = problem.receptors.empty();
    return std::make_unique<TrainOn<ExactLadder>>(std::move(in_scale), Purpose{.skips = skips},
                                                  is_closed ? std::optional(problem) : std::nullopt);
  }
  return std::make_unique<TrainOn<FastLadder>>(std::move(in_scale), Purpose{.nearest = false, .skips = skips});
}

}  // namespace detail

SpikeTrain::SpikeTrain(const Neuron& neuron, const Current& current, double until, Precision precision)
    : until_(until) {
  detail::require_end_of_run(until);
  train_ = detail::make_train({neuron, current, until}, precision);
  ready_ = &train_->ready;
}

SpikeTrain::SpikeTrain(SpikeTrain&& other) noexcept
    : until_(other.until_), train_(std::move(other.train_)), ready_(std::exchange(other.ready_, nullptr)) {}
SpikeTrain& SpikeTrain::operator=(SpikeTrain&& other) noexcept {
  until_ = other.until_;
  train_ = std::move(other.train_);
  ready_ = std::exchange(other.ready_, nullptr);
  return *this;
}
SpikeTrain::~SpikeTrain() = default;

std::optional<Spike> SpikeTrain::work_out_next() { return train_->work_out_next(until_); }

std::span<const Grazing> SpikeTrain::grazings() const noexcept { return train_->grazings(); }

const Effort& SpikeTrain::effort() const noexcept { return train_->effort(); }

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
  detail::ScaledProblem problem = detail::scaled({neuron, current, std::nextafter(last, forever)});
  const detail::Scale scale = problem.scale;
  const detail::Purpose purpose{.nearest = false, .traced = true, .suits_double = problem.suits_double};
  const auto look_at_all = [&](auto rungs) {
    for (const double given : times) {
      const double time = std::ldexp(given, -scale.time);
      while (!rungs.reaches_beyond(time)) rungs.advance();
      potentials.push_back(std::ldexp(rungs.potential_at(time), scale.voltage));
    }
  };
  auto shared = std::make_shared<const detail::Problem>(std::move(problem.problem));
  const detail::Timeline start = detail::timeline_of(*shared, nullptr);
  try {
    if (purpose.suits_double) {
      look_at_all(detail::ExactLadder(std::move(shared), purpose, start));
    } else {
      look_at_all(detail::WideLadder(std::move(shared), purpose, start));
    }
  } catch (const detail::Unresolvable& what) {
    detail::refuse(what, scale);
  }
  return potentials;
}

}  // namespace lapicque
