#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cmath>
#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "input/timeline.hpp"
#include "numbers/ball.hpp"
#include "numbers/cycles.hpp"
#include "numbers/exact_sum.hpp"
#include "numbers/real.hpp"
#include "numbers/turns.hpp"
#include "solver/input_drive.hpp"
#include "solver/problem.hpp"
#include "solver/trajectory.hpp"

namespace lapicque::detail {

inline ExactSum exact_difference(double a, double b) {
  ExactSum result(a);
  result.add(-b);
  return result;
}

/// What a constant current comes to: u_rest + R I - theta, mV.
template <class Real>
struct Level {
  ExactSum sum;
  bool is_exact;  ///< whether it is the sum, without rounding
  Ball<Real> value;
};

/// The problem's numbers in one real type, as far as they stay the same along a train.
template <class Real>
class Constants {
 public:
  using Number = Ball<Real>;
  using Time = Clock<Real>;
  using Sines = decltype(Trajectory<Number>::sines);

  Constants(std::shared_ptr<const Problem> problem, std::span<const double> time_constants)
      : problem_(std::move(problem)),
        taus(time_constants.begin(), time_constants.end()),
        rest(exact_difference(problem_->neuron.rest(), problem_->neuron.threshold())),
        reset(exact_difference(problem_->neuron.reset(), problem_->neuron.threshold())),
        initial(exact_difference(problem_->neuron.initial(), problem_->neuron.threshold())),
        rest_value(ball_of<Real>(rest)),
        resistance(problem_->neuron.resistance()),
        alpha_gain(resistance * exponential(Number(1.0))),
        has_alpha(has_alpha_synapse(*problem_)) {
    const double tau = problem_->neuron.tau();
    at_rest.tau = Number(tau);
    at_rest.rate = Number(1.0) / at_rest.tau;
    for (const double tau_s : taus) {
      at_rest.decays.push_back(
          {Number(1.0) / Number(tau_s), ball_of<Real>(exact_difference(tau_s, tau)) / Number(tau_s)});
    }
    for (const AfterSpike& part : neuron().after_spike()) {
      const auto place = static_cast<std::size_t>(std::lower_bound(taus.begin(), taus.end(), part.tau) - taus.begin());
      if (part.kind == AfterSpike::Kind::current) {
        raise(after_spike, place, resistance * Number(part.jump));
        continue;
      }
      // x = u - theta(t) obeys the same equation, with (tau_m/tau_theta - 1) m(t) more in the drive.
      const Number& gap = at_rest.decays[place].gap;
      if (!vanishes(gap)) raise(after_spike, place, -(gap * Number(part.jump)));
      raise(threshold_parts, place, Number(part.jump));
      threshold_jump.add(part.jump);
    }
    has_silence = neuron().refractory_rule() == RefractoryRule::silent && neuron().refractory() > 0;
    is_released_at_reset = neuron().reset_rule() == ResetRule::to &&
                           neuron().refractory_rule() == RefractoryRule::clamped && threshold_parts.empty();
    std::map<double, std::size_t> places;
    const auto pieces = problem_->current.pieces();
    waves_.resize(pieces.size());
    for (std::size_t k = 0; k < pieces.size(); ++k) {
      const auto* wave = std::get_if<Sinusoid>(&pieces[k]);
      if (!wave) continue;
      const auto [entry, is_new] = places.try_emplace(wave->frequency, frequencies_.size());
      if (is_new) {
        const Number omega = two_pi<Real>() * Number(wave->frequency) / Number(ms_per_second);
        const Number omega_tau = omega * at_rest.tau;
        frequencies_.push_back({omega, omega_tau, Number(1.0) / (Number(1.0) + omega_tau * omega_tau)});
      }
      waves_[k] = {entry->second, reduced_angle<Real>(wave->phase)};
    }
  }

  const Neuron& neuron() const { return problem_->neuron; }
  const Problem& problem() const { return *problem_; }
  /// Whether spikes raise anything.
  bool has_after_spike() const { return !neuron().after_spike().empty(); }
  bool resets_by() const { return neuron().reset_rule() == ResetRule::by; }
  bool keeps_jumps() const { return neuron().refractory_rule() == RefractoryRule::jumps_kept; }

  Level<Real> level_of(const ExactSum& current) const {
    Level<Real> level{rest, true, {}};
    for (const double part : current.parts()) {
      level.is_exact = level.sum.add_product(neuron().resistance(), part) && level.is_exact;
    }
    level.value = level.is_exact ? ball_of<Real>(level.sum) : rest_value + resistance * ball_of<Real>(current);
    return level;
  }

  /// The magnitudes of what a level adds up: see Trajectory.
  double level_parts(const Number& level) const {
    const double at_rest_level = convert_real<double>(rest_value.mid);
    return std::fabs(at_rest_level) + std::fabs(convert_real<double>(level.mid) - at_rest_level);
  }

  /// The sinusoids at `start`, those of one frequency added up.
  void place_waves(const Timeline& timeline, const Time& start, Sines& sines) const {
    sines.clear();
    if (timeline.waves().empty()) return;
    boost::container::small_vector<std::size_t, 8> place_of_frequency(frequencies_.size(), none);
    for (const auto& [index, amplitude, pieces] : timeline.waves()) {
      if (amplitude.is_zero()) continue;
      const auto& sinusoid = std::get<Sinusoid>(problem_->current.pieces()[index]);
      const auto& [frequency, phase] = waves_[index];
      std::size_t& place = place_of_frequency[frequency];
      if (place == none) {
        place = sines.size();
        sines.push_back(frequencies_[frequency]);
      }
      const Number gain = resistance * ball_of<Real>(amplitude);
      const bool at_its_start = start == Time(sinusoid.start);
      const auto now = sine_cosine(
          at_its_start ? phase : two_pi<Real>() * turns_since<Real>(sinusoid.frequency, start, sinusoid.start) + phase);
      sines[place].sine += gain * now.sine;
      sines[place].cosine += gain * now.cosine;
    }
  }

 private:
  /// What of a sinusoid is the same on every stretch.
  struct FrequencyAndPhase {
    std::size_t frequency;  // which of frequencies_
    Number phase;           // rad, whole turns left out
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  static bool has_alpha_synapse(const Problem& problem) {
    const auto is_alpha = [](const auto& synapse) { return synapse.shape == Shape::alpha; };
    const auto synapses = pieces_of<Synapse>(problem.current);
    return std::any_of(synapses.begin(), synapses.end(), is_alpha) ||
           std::any_of(problem.receptors.begin(), problem.receptors.end(), [&](const Receptor& receptor) {
             const auto* synapse = std::get_if<SynapticReceptor>(&receptor);
             return synapse && is_alpha(*synapse);
           });
  }

  std::shared_ptr<const Problem> problem_;

 public:
  std::vector<double> taus;    ///< the different time constants of decaying parts, ms, ascending
  ExactSum rest;               ///< u_rest - theta, mV
  ExactSum reset;              ///< u_r - theta, mV
  ExactSum initial;            ///< u(0) - theta, mV
  Number rest_value;           ///< mV
  Number resistance;           ///< MOhm
  Number alpha_gain;           ///< R e, MOhm: an alpha synapse peaks at its weight
  Trajectory<Number> at_rest;  ///< tau, rate, and a Decay for each of taus, where nothing acts
  struct Raise {
    std::size_t place;  ///< which of taus
    Number jump;        ///< mV
  };
  /// Adds to what is raised at a place.
  static void raise(std::vector<Raise>& raises, std::size_t place, const Number& jump) {
    const auto found = std::find_if(raises.begin(), raises.end(), [&](const Raise& r) { return r.place == place; });
    if (found == raises.end()) {
      raises.push_back({place, jump});
    } else {
      found->jump += jump;
    }
  }
  bool has_alpha;                      ///< whether arrivals at alpha synapses may come
  std::vector<Raise> after_spike;      ///< what an own spike raises the exponential parts by
  std::vector<Raise> threshold_parts;  ///< what an own spike raises the threshold by, mV
  ExactSum threshold_jump;             ///< the sum of those, mV
  bool has_silence;                    ///< whether u moves, and makes no spike, for a time after each
  bool is_released_at_reset;           ///< whether u is u_r, and below a threshold at rest, after each spike

 private:
  std::vector<FrequencyAndPhase> waves_;   // by index in the current's pieces
  std::vector<Sine<Number>> frequencies_;  // one of each, of amplitude 0
};

/// The level of all that is constant at present, which is worked out again only where it has changed.
template <class Real>
class PresentLevel {
 public:
  /// @param constants  must outlive this
  explicit PresentLevel(const Constants<Real>& constants) : constants_(constants) {}

  const Level<Real>& at(const Timeline& timeline) {
    if (changes_ != timeline.constant_changes()) {
      changes_ = timeline.constant_changes();
      level_ = constants_.level_of(timeline.constant());
    }
    return level_;
  }

 private:
  const Constants<Real>& constants_;
  std::size_t changes_ = static_cast<std::size_t>(-1);
  Level<Real> level_;
};

}  // namespace lapicque::detail
