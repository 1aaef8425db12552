#pragma once

#include <filesystem>

#include "lapicque/neuron.hpp"

namespace lapicque::testing {

/// A trace of tests/traces, recorded by Brian 2 with its step of 0.1 ms, and the neuron that Brian was given.
struct BrianTrace {
  const char* file;
  NeuronParameters neuron;
  std::filesystem::path path() const { return std::filesystem::path(LAPICQUE_TRACES) / file; }
};

inline constexpr BrianTrace brian_steps{
    "brian2_steps.csv", {.rest = -70, .reset = -65, .threshold = -50, .resistance = 10, .tau = 8, .refractory = 2}};
inline constexpr BrianTrace brian_noise{
    "brian2_noise.csv",
    {.rest = -62.3, .reset = -71.7, .threshold = -47.1, .resistance = 31.7, .tau = 13.9, .refractory = 3.3}};
inline constexpr BrianTrace brian_sinusoid{
    "brian2_sinusoid.csv",
    {.rest = -75.1, .reset = -58.2, .threshold = -52.9, .resistance = 4.4, .tau = 21.3, .refractory = 0}};
inline constexpr BrianTrace brian_ramp{
    "brian2_ramp.csv",
    {.rest = -66, .reset = -60.5, .threshold = -45.25, .resistance = 52, .tau = 5.2, .refractory = 4.75}};

}  // namespace lapicque::testing
