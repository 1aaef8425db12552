#include "membrane_report.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "brief.hpp"
#include "lapicque/error.hpp"
#include "precision.hpp"
#include "probe.hpp"

namespace lapicque::estimation {
namespace {

/// How the current varies over the samples.
struct Variation {
  double level;  ///< nA, of a constant one
  bool constant;
  bool silent;  ///< constantly 0
};

Variation variation_of(std::span<const double> currents) {
  constexpr double rounding = 1e-12;  // of the current
  const auto [least, most] = std::minmax_element(currents.begin(), currents.end());
  const bool constant = *most - *least <= rounding * std::max(std::abs(*least), std::abs(*most));
  return {*most, constant, constant && *most == 0};
}

/// Whether a positive value is not even known to a factor of ten.
bool is_blurred(const std::optional<Estimate>& e) { return e && !(e->low > 0 && e->high < 10 * e->low); }

void report_tau(NeuronEstimate& result) {
  if (is_blurred(result.tau)) {
    result.tau.reset();
    leave_open(result, Parameter::tau, "the noise hides how the potential relaxes");
  } else if (!result.tau) {
    leave_open(result, Parameter::tau, "the potential does not relax anywhere: nothing moves it");
  }
}

void report_resistance(NeuronEstimate& result, const Variation& current, const std::string& only_sum) {
  if (current.silent) {
    result.resistance.reset();
    leave_open(result, Parameter::resistance, "there is no current");
  } else if (is_blurred(result.resistance)) {
    result.resistance.reset();
    leave_open(result, Parameter::resistance, "the noise hides what the current does");
  } else if (!result.resistance) {
    leave_open(
        result, Parameter::resistance,
        current.constant ? only_sum : "what the current does cannot be told from the relaxation of the potential");
  }
}

}  // namespace

void leave_open(NeuronEstimate& result, Parameter parameter, std::string reason) {
  result.undetermined.push_back({parameter, std::move(reason)});
}

void report_membrane(NeuronEstimate& result, const Evidence& evidence, const RelaxationFit& fit) {
  const MeasuredTrace& trace = evidence.trace;
  result.noise = rms(fit);
  result.rest = linear_estimate(fit, rest, trace);
  result.resistance = linear_estimate(fit, resistance, trace);
  result.tau = linear_estimate(fit, tau, trace);
  if (const auto& other = evidence.free.other) {
    widen(result.rest, linear_estimate(*other, rest, trace));
    widen(result.resistance, linear_estimate(*other, resistance, trace));
    widen(result.tau, linear_estimate(*other, tau, trace));
  }
  const Variation current = variation_of(evidence.free.input.current());
  const std::string only_sum = "the current is constant, so that only rest + resistance x current shows: " +
                               to_text(fit.values[rest] + fit.values[resistance] * current.level, "mV");
  report_tau(result);
  report_resistance(result, current, only_sum);
  if (!result.rest) {
    leave_open(result, Parameter::rest,
               current.constant
                   ? only_sum
                   : "the level that the potential would settle at cannot be told from what the current does");
  }
}

void report_stepper(NeuronEstimate& result, double step) {
  if (!result.tau || step == 0) return;
  const auto forward = [&](double relaxed) { return step / -std::expm1(-step / relaxed); };
  const auto backward = [&](double relaxed) { return step / std::expm1(step / relaxed); };
  const Estimate euler{forward(result.tau->value), forward(result.tau->low), forward(result.tau->high)};
  if (euler.value <= result.tau->high) return;
  constexpr int digits = 5;
  result.euler_tau = euler;
  result.remarks.push_back("tau is what the potential relaxes with, " + brief(result.tau->value, "ms", digits) +
                           ": the simulator's own if it steps by the exact solution; with its step of " +
                           brief(step, "ms", digits) +
                           ", forward Euler makes that of tau = " + brief(euler.value, "ms", digits) +
                           ", backward Euler of " + brief(backward(result.tau->value), "ms", digits));
}

void sort_reasons(NeuronEstimate& result) {
  std::stable_sort(result.undetermined.begin(), result.undetermined.end(),
                   [](const auto& a, const auto& b) { return a.parameter < b.parameter; });
}

void propose_probe(NeuronEstimate& result, const Evidence& evidence) {
  if (result.undetermined.empty()) return;
  Probe probe = probing_current(result, evidence.trace, evidence.current);
  result.probe = std::move(probe.steps);
  result.probe_caveat = std::move(probe.caveat);
}

}  // namespace lapicque::estimation
