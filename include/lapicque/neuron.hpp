#pragma once

#include <optional>
#include <span>
#include <vector>

namespace lapicque {

/// What a spike does to the membrane potential u.
enum class ResetRule {
  to,  ///< u = u_r
  by,  ///< u falls by theta - u_r: what a jump or a moving threshold had u above the resting threshold by is kept
};

/// What the absolute refractory period Delta_abs after a spike at t_f means.
enum class RefractoryRule {
  clamped,     ///< u stays where the spike has reset it to until the end; voltage jumps are lost
  jumps_kept,  ///< clamped, and the jumps that came add up at its end
  silent,      ///< u goes on at once and jumps act, but no spike is made until the end
};

/// A part that each own spike raises by `jump` at its exact time, and that decays with `tau` from then on, refractory
/// or not.
struct AfterSpike {
  enum class Kind {
    current,    ///< nA, adds to the injected current: spike-triggered adaptation
    threshold,  ///< mV, adds to the firing threshold: a moving threshold
  };
  Kind kind;
  double jump;  ///< nA or mV, of any sign
  double tau;   ///< ms
};

/// The parameters of a leaky integrate-and-fire neuron, as plain numbers; the defaults are those of the exercises of
/// Neuronal Dynamics, chapter 1. Neuron checks them.
struct NeuronParameters {
  double rest = -70;                ///< u_rest, mV: the resting potential
  double reset = -65;               ///< u_r, mV: the potential after a spike
  double threshold = -50;           ///< theta, mV: the firing threshold
  double resistance = 10;           ///< R, MOhm: the membrane (input) resistance
  double tau = 8;                   ///< tau_m, ms: the membrane time constant, R C
  double refractory = 2;            ///< Delta_abs, ms: the absolute refractory period
  std::optional<double> initial{};  ///< u(0), mV; rest if not given
  ResetRule reset_rule = ResetRule::to;
  RefractoryRule refractory_rule = RefractoryRule::clamped;
  std::vector<AfterSpike> after_spike{};
};

/// A leaky integrate-and-fire neuron:
///
///     tau_m du/dt = -(u - u_rest) + R I(t)     between spikes          [1, eq. (1.5)]
///     a spike at t_f when u rises through theta; u = u_r on [t_f, t_f + Delta_abs), and goes on from u_r after that.
///
/// ResetRule, RefractoryRule and AfterSpike say what may be otherwise. With moving threshold parts, theta(t) is theta
/// plus their sum. To the letter:
///
/// - "u just before" a spike is theta(t_f) for a crossing, the parts being as they were before this spike raised them,
///   and where a jump landed for a jump. ResetRule::by takes theta - u_r from it.
/// - If u lies at or above theta(t) as refractoriness ends (kept jumps, a silent rise, a threshold that has fallen),
///   that is a spike at that instant.
/// - Where Delta_abs = 0, u may lie at or above theta(t) just after a spike. Then there is no spike until u has been
///   below it, but for a jump upwards.
///
/// Units are mV, ms, nA and MOhm (nA x MOhm = mV). What exists is valid: the constructor checks.
///
///     const Neuron neuron({.tau = 12, .refractory = 0});        // the others are those of the exercises
///     rheobase(NeuronParameters{.threshold = -45});             // parameters are a neuron wherever one is asked for
///
/// @throws InvalidArgument  a parameter is not finite; resistance or tau <= 0; refractory < 0; reset >= threshold;
///                          initial (or rest, where initial is not given) >= threshold; an after-spike part's jump is
///                          not finite, or its tau is not finite and > 0
///
/// rest may lie at the threshold or above it (a neuron that fires by itself); initial has to be given then.
/// [1] Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, section 1.3.
class Neuron {
 public:
  Neuron() : Neuron(NeuronParameters{}) {}
  Neuron(const NeuronParameters& parameters);  // NOLINT(google-explicit-constructor): every function of one takes these

  double rest() const noexcept { return parameters_.rest; }
  double reset() const noexcept { return parameters_.reset; }
  double threshold() const noexcept { return parameters_.threshold; }
  double resistance() const noexcept { return parameters_.resistance; }
  double tau() const noexcept { return parameters_.tau; }
  double refractory() const noexcept { return parameters_.refractory; }
  double initial() const noexcept { return parameters_.initial.value_or(parameters_.rest); }
  ResetRule reset_rule() const noexcept { return parameters_.reset_rule; }
  RefractoryRule refractory_rule() const noexcept { return parameters_.refractory_rule; }
  std::span<const AfterSpike> after_spike() const noexcept { return parameters_.after_spike; }
  /// Whether spikes reset u to u_r, clamp it there, and raise nothing.
  bool is_plain() const noexcept;
  const NeuronParameters& parameters() const noexcept { return parameters_; }

 private:
  NeuronParameters parameters_;
};

}  // namespace lapicque
