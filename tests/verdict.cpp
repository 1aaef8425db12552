#include "verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "oracle.hpp"
#include "solver/train.hpp"

namespace lapicque::testing {
namespace {

const char* name_of(Precision precision) { return precision == Precision::exact ? "exact" : "fast"; }

/// Compares one spike that was found with the one that it should be.
void compare(const Spike& spike, const Real& truth, Precision precision, Verdict& verdict, std::ostream& fault) {
  const Real miss = abs(spike.time - truth);
  const double ulps = error_in_ulp(spike.time, truth);
  double& worst = precision == Precision::exact ? verdict.worst_exact : verdict.worst_fast;
  worst = std::max(worst, ulps);
  if (precision == Precision::exact) {
    if (spike.time == static_cast<double>(truth)) ++verdict.rounded;
    if (!(ulps <= 1)) fault << "exact: the spike at " << spike.time << " is off by " << ulps << " ulp\n";
  } else {
    const Real half_ulp = miss / ulps / 2;
    verdict.honesty.push_back(miss == 0 ? std::numeric_limits<double>::infinity()
                                        : static_cast<double>(spike.error / miss));
    verdict.width.push_back(miss == 0 ? 1 : static_cast<double>(spike.error / std::max(miss, half_ulp)));
  }
  if (!(miss <= spike.error))
    fault << name_of(precision) << ": the spike at " << spike.time << " is off by " << ulps
          << " ulp, but states an error of " << spike.error << " ms\n";
}

/// Walks along both trains. Spikes belong together unless one is earlier by more than both could be off.
void compare(detail::Train& train, const Experiment& experiment, const std::vector<Real>& truth, Precision precision,
             Verdict& verdict, std::ostream& fault) {
  std::optional<Spike> spike = train.next(experiment.until);
  for (std::size_t k = 0; k < truth.size() || spike;) {
    const Real slack = spike ? spike->error + 1e-9 * (std::abs(spike->time) + experiment.neuron.tau()) : 0;
    if (!spike || (k < truth.size() && truth[k] < spike->time - slack)) {
      fault << name_of(precision) << ": no spike at " << static_cast<double>(truth[k++]) << "\n";
      ++verdict.missed;
    } else if (k == truth.size() || truth[k] > spike->time + slack) {
      fault << name_of(precision) << ": a spike at " << spike->time << " that should not be\n";
      ++verdict.invented;
      spike = train.next(experiment.until);
    } else {
      compare(*spike, truth[k++], precision, verdict, fault);
      spike = train.next(experiment.until);
    }
  }
}

}  // namespace

Verdict judge(const Experiment& experiment, const detail::SkipsAllowed& skips) {
  Verdict verdict;
  const detail::Problem problem{experiment.neuron, experiment.current, experiment.until};
  const OracleSpikes truth = oracle_spikes(experiment.neuron, experiment.current, experiment.until);
  verdict.spikes = truth.times.size();
  verdict.closest = static_cast<double>(truth.closest);
  verdict.undecided = truth.undecided;
  if (verdict.undecided) {
    const auto train = detail::make_train(problem, Precision::exact, skips);
    while (train->next(problem.until)) continue;
    if (train->grazings().empty()) verdict.fault = "exact: decides what 400 digits do not\n" + to_code(experiment);
    return verdict;
  }
  std::ostringstream fault;
  fault.precision(17);
  for (const Precision precision : {Precision::exact, Precision::fast}) {
    try {
      compare(*detail::make_train(problem, precision, skips), experiment, truth.times, precision, verdict, fault);
    } catch (const InvalidArgument& error) {
      fault << name_of(precision) << ": " << error.what() << "\n";
    }
  }
  if (fault.tellp() > 0) verdict.fault = fault.str() + to_code(experiment);
  return verdict;
}

std::string to_code(const Experiment& experiment) {
  const Neuron& n = experiment.neuron;
  const Current& current = experiment.current;
  std::ostringstream out;
  out.precision(17);
  const auto number = [](double x) { return x == forever ? std::string("forever") : to_text(x); };
  const auto events = [&](const std::vector<Event>& list) {
    out << '{';
    for (const Event& e : list) out << '{' << e.time << ", " << e.size << "}, ";
    out << '}';
  };
  out << "const Neuron neuron(NeuronParameters{.rest = " << n.rest() << ", .reset = " << n.reset()
      << ", .threshold = " << n.threshold() << ", .resistance = " << n.resistance() << ", .tau = " << n.tau()
      << ", .refractory = " << n.refractory() << ", .initial = " << n.initial();
  if (n.reset_rule() == ResetRule::by) out << ", .reset_rule = ResetRule::by";
  if (n.refractory_rule() == RefractoryRule::jumps_kept) out << ", .refractory_rule = RefractoryRule::jumps_kept";
  if (n.refractory_rule() == RefractoryRule::silent) out << ", .refractory_rule = RefractoryRule::silent";
  if (!n.after_spike().empty()) {
    out << ", .after_spike = {";
    for (const AfterSpike& part : n.after_spike())
      out << "{AfterSpike::Kind::" << (part.kind == AfterSpike::Kind::current ? "current, " : "threshold, ")
          << part.jump << ", " << part.tau << "}, ";
    out << "}";
  }
  out << "});\nCurrent current;\n";
  const auto write = Overloaded{
      [&](const Step& s) { out << "step(" << s.start << ", " << number(s.stop) << ", " << s.amplitude; },
      [&](const Ramp& r) { out << "ramp(" << r.start << ", " << r.stop << ", " << r.from << ", " << r.to; },
      [&](const Sinusoid& s) {
        out << "sinusoid(" << s.start << ", " << number(s.stop) << ", " << s.amplitude << ", " << s.frequency << ", "
            << s.phase;
      },
      [&](const Samples& s) {
        out << "samples(" << s.start << ", " << s.step << ", {";
        for (double x : *s.values) out << x << ", ";
        out << "}, Hold::" << (s.hold == Hold::linear ? "linear" : "previous");
      },
      [&](const Pulses& p) {
        out << "pulses(";
        events(*p.events);
      },
      [&](const Synapse& s) {
        out << (s.shape == Shape::alpha ? "alpha" : "exponential") << "_synapse(" << s.tau << ", ";
        events(*s.events);
      },
  };
  for (const Piece& piece : current.pieces()) {
    out << "current += ";
    std::visit(write, piece);
    out << ");\n";
  }
  out << "const double until = " << experiment.until << ";\n";
  return out.str();
}

}  // namespace lapicque::testing
