#pragma once

#include <optional>

namespace lapicque {

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
};

/// A leaky integrate-and-fire neuron:
///
///     tau_m du/dt = -(u - u_rest) + R I(t)     between spikes          [1, eq. (1.5)]
///     a spike at t_f when u rises through theta; u = u_r on [t_f, t_f + Delta_abs), and goes on from u_r after that.
///
/// Units are mV, ms, nA and MOhm (nA x MOhm = mV). What exists is valid: the constructor checks.
///
///     const Neuron neuron({.tau = 12, .refractory = 0});        // the others are those of the exercises
///     rheobase(NeuronParameters{.threshold = -45});             // parameters are a neuron wherever one is asked for
///
/// @throws InvalidArgument  a parameter is not finite; resistance or tau <= 0; refractory < 0; reset >= threshold;
///                          initial (or rest, where initial is not given) >= threshold
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
  const NeuronParameters& parameters() const noexcept { return parameters_; }

 private:
  NeuronParameters parameters_;
};

}  // namespace lapicque
