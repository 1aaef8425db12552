#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lapicque/current.hpp"

namespace lapicque {

/// A parameter's value, and the interval that holds it with a probability of 95 %.
struct Estimate {
  double value;
  double low;
  double high;
};

/// The order in which parameters are reported.
enum class Parameter { rest, reset, threshold, resistance, tau, refractory };

/// What made the spikes of a trace.
enum class SpikeTiming {
  either,      ///< the trace decides; where it cannot, the intervals hold the truth of both
  continuous,  ///< spikes and releases from the reset potential lie anywhere between the samples
  grid,        ///< a simulator with the trace's time step: threshold and refractoriness are looked at once a sample
};

/// How the current acts between two samples.
enum class InputReading {
  exact,  ///< as it is
  held,   ///< as its value at the earlier sample
};

/// What a trace tells of the neuron behind it.
struct NeuronEstimate {
  std::optional<Estimate> rest;        ///< mV
  std::optional<Estimate> reset;       ///< mV
  std::optional<Estimate> threshold;   ///< mV
  std::optional<Estimate> resistance;  ///< MOhm
  std::optional<Estimate> tau;         ///< ms
  std::optional<Estimate> refractory;  ///< ms

  /// ms: where the trace shows a simulator's step, the time constant of which forward Euler with that step makes `tau`:
  /// step / (1 - exp(-step/tau)). Empty where no step shows, or the interval of tau holds both.
  std::optional<Estimate> euler_tau;

  struct Reason {
    Parameter parameter;
    std::string text;
  };
  std::vector<Reason> undetermined;  ///< why a parameter is empty; one entry for each that is
  std::vector<std::string> remarks;  ///< what limits the intervals, in words

  double noise;        ///< mV: the standard deviation of the trace about the fit
  InputReading input;  ///< the reading of the current that fits better; exact where both do
  SpikeTiming timing;  ///< what the spikes' timing shows itself to be; either where there is no telling
  /// ms: the middle of the interval between samples that each spike fell into; empty where noise hides the spikes
  std::vector<double> spikes;
  /// mV, the fitted exact solution at the trace's times; not-a-number within drawn spikes, and everywhere where noise
  /// hides the spikes
  std::vector<double> fitted;

  /// A current that would determine all that this trace's left undetermined; empty if nothing is, or noise hides it, or
  /// nothing tells how strong it has to be.
  std::vector<Step> probe;
  /// What the probe does not promise, in words, or why there is none; empty where it determines all. Without a spike
  /// nothing is known of the threshold but that it lies above the trace.
  std::string probe_caveat;
};

}  // namespace lapicque
