#include "lapicque/neuron.hpp"

#include <cmath>
#include <string>

#include "lapicque/error.hpp"

namespace lapicque {
namespace {

void require(bool rule_holds, const char* subject, double value, const char* unit, const char* rule,
             const std::string& mend) {
  if (!rule_holds) throw InvalidArgument(subject, to_text(value, unit), rule, mend);
}

}  // namespace

Neuron::Neuron(const NeuronParameters& parameters) : parameters_(parameters) {
  const auto& p = parameters_;
  const auto finite = [](double value, const char* subject, const char* unit) {
    require(std::isfinite(value), subject, value, unit, "must be a finite number", "");
  };
  finite(p.rest, "rest", "mV");
  finite(p.reset, "reset", "mV");
  finite(p.threshold, "threshold", "mV");
  finite(p.resistance, "resistance", "MOhm");
  finite(p.tau, "tau", "ms");
  finite(p.refractory, "refractory", "ms");
  finite(initial(), "initial", "mV");

  require(p.resistance > 0, "resistance", p.resistance, "MOhm", "a membrane resistance must be greater than 0",
          "write for example 10 Mohm");
  require(p.tau > 0, "tau", p.tau, "ms", "a membrane time constant must be greater than 0", "write for example 8 ms");
  require(p.refractory >= 0, "refractory", p.refractory, "ms", "an absolute refractory period must not be negative",
          "write for example 2 ms");

  const std::string below = "choose one below " + to_text(p.threshold, "mV");
  require(p.reset < p.threshold, "reset", p.reset, "mV", "the reset potential must lie below the threshold", below);
  if (p.initial) {
    require(*p.initial < p.threshold, "initial", *p.initial, "mV", "the initial potential must lie below the threshold",
            below);
  } else {
    require(p.rest < p.threshold, "rest", p.rest, "mV",
            "a neuron starts at rest unless told otherwise, and must start below the threshold",
            "give an initial potential below " + to_text(p.threshold, "mV"));
  }

  for (std::size_t k = 0; k < p.after_spike.size(); ++k) {
    const auto& [kind, jump, tau] = p.after_spike[k];
    const std::string part = "after_spike[" + std::to_string(k) + "].";
    const char* unit = kind == AfterSpike::Kind::current ? "nA" : "mV";
    finite(jump, (part + "jump").c_str(), unit);
    finite(tau, (part + "tau").c_str(), "ms");
    require(tau > 0, (part + "tau").c_str(), tau, "ms", "the time constant of a decaying part must be greater than 0",
            "write for example 100 ms");
  }
}

bool Neuron::is_plain() const noexcept {
  return reset_rule() == ResetRule::to && refractory_rule() == RefractoryRule::clamped && after_spike().empty();
}

}  // namespace lapicque
