#pragma once

#include <array>

#include "binding.hpp"
#include "lapicque/certificates/certificate.hpp"
#include "lapicque/comparison.hpp"
#include "lapicque/convention.hpp"
#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/neuron_estimate.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"

// The values of the library's enumerations as Python has them: each list in the order of its enumeration.

namespace lapicque::python {

template <>
struct Names<Shape> {
  static constexpr const char* what = "shape";
  static constexpr std::array values{"exponential", "alpha"};
};
template <>
struct Names<Hold> {
  static constexpr const char* what = "hold";
  static constexpr std::array values{"previous", "linear"};
};
template <>
struct Names<ResetRule> {
  static constexpr const char* what = "reset_rule";
  static constexpr std::array values{"to", "by"};
};
template <>
struct Names<RefractoryRule> {
  static constexpr const char* what = "refractory_rule";
  static constexpr std::array values{"clamped", "jumps-kept", "silent"};
};
template <>
struct Names<AfterSpike::Kind> {
  static constexpr const char* what = "kind";
  static constexpr std::array values{"current", "threshold"};
};
template <>
struct Names<Precision> {
  static constexpr const char* what = "precision";
  static constexpr std::array values{"exact", "fast"};
};
template <>
struct Names<Method> {
  static constexpr const char* what = "method";
  static constexpr std::array values{"euler", "exponential-euler"};
};
template <>
struct Names<Update> {
  static constexpr const char* what = "update";
  static constexpr std::array values{"exact", "exponential-euler", "forward-euler", "backward-euler"};
};
template <>
struct Names<SynapticDecay> {
  static constexpr const char* what = "synaptic_decay";
  static constexpr std::array values{"exact", "forward-euler"};
};
template <>
struct Names<Crossing> {
  static constexpr const char* what = "crossing";
  static constexpr std::array values{"grid", "within-step", "everywhere"};
};
template <>
struct Names<Stamp> {
  static constexpr const char* what = "stamp";
  static constexpr std::array values{"step-start", "step-end", "crossing", "interpolated"};
};
template <>
struct Names<Arrival> {
  static constexpr const char* what = "arrivals";
  static constexpr std::array values{"exact", "up", "up-from-microseconds", "nearest", "after"};
};
template <>
struct Names<RefractoryCount> {
  static constexpr const char* what = "refractory_count";
  static constexpr std::array values{"exact", "nearest", "down", "up", "brian2"};
};
template <>
struct Names<Refractoriness> {
  static constexpr const char* what = "refractoriness";
  static constexpr std::array values{"clamped", "relaxes", "integrates", "keeps-jumps", "keeps-decaying-jumps"};
};
template <>
struct Names<Parting::Kind> {
  static constexpr const char* what = "kind";
  static constexpr std::array values{"off", "missed", "invented"};
};
template <>
struct Names<Parameter> {
  static constexpr const char* what = "parameter";
  static constexpr std::array values{"rest", "reset", "threshold", "resistance", "tau", "refractory"};
};
template <>
struct Names<SpikeTiming> {
  static constexpr const char* what = "timing";
  static constexpr std::array values{"either", "continuous", "grid"};
};
template <>
struct Names<InputReading> {
  static constexpr const char* what = "input";
  static constexpr std::array values{"exact", "held"};
};
template <>
struct Names<Certificate::Kind> {
  static constexpr const char* what = "kind";
  static constexpr std::array values{"crossing", "jump", "coincidence"};
};
template <>
struct Names<Certificate::Rule> {
  static constexpr const char* what = "rule";
  static constexpr std::array values{"above", "bounded", "jump", "clamped", "touch"};
};
template <>
struct Names<Certificate::End> {
  static constexpr const char* what = "end";
  static constexpr std::array values{"none", "below", "above"};
};

}  // namespace lapicque::python

namespace pybind11::detail {

template <>
struct type_caster<lapicque::Shape> : lapicque::python::EnumCaster<lapicque::Shape> {};
template <>
struct type_caster<lapicque::Hold> : lapicque::python::EnumCaster<lapicque::Hold> {};
template <>
struct type_caster<lapicque::Precision> : lapicque::python::EnumCaster<lapicque::Precision> {};
template <>
struct type_caster<lapicque::Method> : lapicque::python::EnumCaster<lapicque::Method> {};
template <>
struct type_caster<lapicque::Update> : lapicque::python::EnumCaster<lapicque::Update> {};
template <>
struct type_caster<lapicque::SynapticDecay> : lapicque::python::EnumCaster<lapicque::SynapticDecay> {};
template <>
struct type_caster<lapicque::ResetRule> : lapicque::python::EnumCaster<lapicque::ResetRule> {};
template <>
struct type_caster<lapicque::RefractoryRule> : lapicque::python::EnumCaster<lapicque::RefractoryRule> {};
template <>
struct type_caster<lapicque::AfterSpike::Kind> : lapicque::python::EnumCaster<lapicque::AfterSpike::Kind> {};
template <>
struct type_caster<lapicque::Crossing> : lapicque::python::EnumCaster<lapicque::Crossing> {};
template <>
struct type_caster<lapicque::Stamp> : lapicque::python::EnumCaster<lapicque::Stamp> {};
template <>
struct type_caster<lapicque::Arrival> : lapicque::python::EnumCaster<lapicque::Arrival> {};
template <>
struct type_caster<lapicque::RefractoryCount> : lapicque::python::EnumCaster<lapicque::RefractoryCount> {};
template <>
struct type_caster<lapicque::Refractoriness> : lapicque::python::EnumCaster<lapicque::Refractoriness> {};
template <>
struct type_caster<lapicque::Parting::Kind> : lapicque::python::EnumCaster<lapicque::Parting::Kind> {};
template <>
struct type_caster<lapicque::Parameter> : lapicque::python::EnumCaster<lapicque::Parameter> {};
template <>
struct type_caster<lapicque::SpikeTiming> : lapicque::python::EnumCaster<lapicque::SpikeTiming> {};
template <>
struct type_caster<lapicque::InputReading> : lapicque::python::EnumCaster<lapicque::InputReading> {};
template <>
struct type_caster<lapicque::Certificate::Kind> : lapicque::python::EnumCaster<lapicque::Certificate::Kind> {};
template <>
struct type_caster<lapicque::Certificate::Rule> : lapicque::python::EnumCaster<lapicque::Certificate::Rule> {};
template <>
struct type_caster<lapicque::Certificate::End> : lapicque::python::EnumCaster<lapicque::Certificate::End> {};

}  // namespace pybind11::detail
