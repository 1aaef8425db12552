#include "lapicque/estimation.hpp"

#include "lapicque/interval_estimation.hpp"
#include "names.hpp"

namespace lapicque::python {
namespace {

std::string text_of_estimate(const Estimate& estimate) {
  return to_text(estimate.value) + " [" + to_text(estimate.low) + ", " + to_text(estimate.high) + "]";
}

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows rows_of(const std::vector<std::pair<const char*, std::optional<Estimate>>>& estimates) {
  Rows rows;
  for (const auto& [name, estimate] : estimates) {
    rows.emplace_back(name, estimate ? text_of_estimate(*estimate) : "undetermined");
  }
  return rows;
}

Rows rows_of(const NeuronEstimate& e) {
  return rows_of({{"rest", e.rest},
                  {"reset", e.reset},
                  {"threshold", e.threshold},
                  {"resistance", e.resistance},
                  {"tau", e.tau},
                  {"refractory", e.refractory}});
}

Rows rows_of(const IntervalEstimate& e) {
  return rows_of(
      {{"tau", e.tau}, {"refractory", e.refractory}, {"rheobase", e.rheobase}, {"reset_current", e.reset_current}});
}

template <class Result>
std::string text_of_result(const char* name, const Result& result) {
  std::string text = std::string("<") + name;
  for (const auto& [parameter, value] : rows_of(result)) {
    text.append(text.find(':') == std::string::npos ? ": " : ", ").append(parameter).append(" ").append(value);
  }
  return text + ">";
}

/// The reasons for what is undetermined as a dict, by the parameter.
template <class Result>
py::dict reasons(const Result& result) {
  py::dict all;
  for (const auto& reason : result.undetermined) all[py::cast(reason.parameter)] = reason.text;
  return all;
}

void bind_results(py::module_& module) {
  py::class_<Estimate>(module, "Estimate",
                       "A parameter's value, and the interval that holds it with a probability of 95 %.")
      .def_readonly("value", &Estimate::value)
      .def_readonly("low", &Estimate::low)
      .def_readonly("high", &Estimate::high)
      .def("__float__", [](const Estimate& self) { return self.value; })
      .def("__repr__", &text_of_estimate);
  py::class_<NeuronEstimate>(module, "NeuronEstimate", "What a trace tells of the neuron behind it.")
      .def_readonly("rest", &NeuronEstimate::rest, "mV")
      .def_readonly("reset", &NeuronEstimate::reset, "mV")
      .def_readonly("threshold", &NeuronEstimate::threshold, "mV")
      .def_readonly("resistance", &NeuronEstimate::resistance, "MOhm")
      .def_readonly("tau", &NeuronEstimate::tau, "ms")
      .def_readonly("refractory", &NeuronEstimate::refractory, "ms")
      .def_readonly("euler_tau", &NeuronEstimate::euler_tau,
                    "ms: the tau that forward Euler with the trace's step makes `tau`")
      .def_property_readonly("undetermined", &reasons<NeuronEstimate>, "why a parameter is None, by its name")
      .def_readonly("remarks", &NeuronEstimate::remarks)
      .def_readonly("noise", &NeuronEstimate::noise, "mV")
      .def_readonly("input", &NeuronEstimate::input, "\"exact\" or \"held\"")
      .def_readonly("timing", &NeuronEstimate::timing, "\"either\", \"continuous\" or \"grid\"")
      .def_property_readonly(
          "spikes", [](py::object self) { return view(self.cast<const NeuronEstimate&>().spikes, self); }, "ms")
      .def_property_readonly(
          "fitted", [](py::object self) { return view(self.cast<const NeuronEstimate&>().fitted, self); }, "mV")
      .def_readonly("probe", &NeuronEstimate::probe, "steps that would determine what this trace leaves open")
      .def_readonly("probe_caveat", &NeuronEstimate::probe_caveat)
      .def("__repr__", [](const NeuronEstimate& self) { return text_of_result("NeuronEstimate", self); })
      .def("_repr_html_",
           [](const NeuronEstimate& self) { return html_table("Estimated parameters [95 %]", rows_of(self)); });
  py::class_<IntervalEstimate>(module, "IntervalEstimate", "What spike times alone tell of a neuron.")
      .def_readonly("tau", &IntervalEstimate::tau, "ms")
      .def_readonly("refractory", &IntervalEstimate::refractory, "ms")
      .def_readonly("rheobase", &IntervalEstimate::rheobase, "nA")
      .def_readonly("reset_current", &IntervalEstimate::reset_current,
                    "nA: the current that would hold the reset potential")
      .def_property_readonly("undetermined", &reasons<IntervalEstimate>, "why a parameter is None, by its name")
      .def_readonly("remarks", &IntervalEstimate::remarks)
      .def_readonly("probe", &IntervalEstimate::probe, "nA: further currents that would tell what these leave open")
      .def_readonly("noise", &IntervalEstimate::noise, "ms")
      .def_readonly("accumulates", &IntervalEstimate::accumulates)
      .def_readonly("grid", &IntervalEstimate::grid, "ms: the step that all spikes lie on")
      .def_readonly("currents", &IntervalEstimate::currents)
      .def_readonly("intervals", &IntervalEstimate::intervals)
      .def("__repr__", [](const IntervalEstimate& self) { return text_of_result("IntervalEstimate", self); })
      .def("_repr_html_",
           [](const IntervalEstimate& self) { return html_table("Estimated parameters [95 %]", rows_of(self)); });
}

}  // namespace

void bind_estimation(py::module_& module) {
  bind_results(module);
  module.def(
      "estimate_neuron",
      [](const Times<"times">& times, const Potentials<"potentials">& potentials, const Current& current,
         SpikeTiming timing) {
        const std::span<const double> t = times, u = potentials;
        const VoltageTrace trace{{t.begin(), t.end()}, {u.begin(), u.end()}};
        const py::gil_scoped_release released;
        return estimate_neuron(trace, current, timing);
      },
      "times"_a, "potentials"_a, "current"_a, "timing"_a = SpikeTiming::either,
      R"(The parameters of the neuron behind a recorded potential, under a known current: a NeuronEstimate.

times (ms, ascending) and potentials (mV) are of one length, 8 at least. timing: "continuous", or "grid" for a
simulator with the trace's step, or "either". Intervals are 95 % ones.

>>> import numpy
>>> times = numpy.arange(0, 100, 0.1)
>>> current = step(5, 50, 1.5) + step(60, forever, 2.5)
>>> estimate = estimate_neuron(times, membrane_potential(Neuron(tau=12), current, times), current)
>>> round(estimate.tau.value, 6), round(estimate.resistance.value, 6)
(12.0, 10.0)
)");
  module.def(
      "estimate_from_intervals",
      [](const Amplitudes<"currents">& currents, const py::sequence& trains) {
        std::vector<ConstantCurrentTrain> all;
        const std::span<const double> amplitudes = currents;
        if (amplitudes.size() != trains.size()) {
          throw InvalidArgument("currents", std::to_string(amplitudes.size()) + " numbers",
                                "must be one for each train", "give " + std::to_string(trains.size()));
        }
        for (std::size_t k = 0; k < amplitudes.size(); ++k) {
          const auto times = trains[k].cast<Times<"trains">>();
          const std::span<const double> row = times;
          all.push_back({amplitudes[k], {row.begin(), row.end()}});
        }
        const py::gil_scoped_release released;
        return estimate_from_intervals(all);
      },
      "currents"_a, "trains"_a,
      R"(What spike times under constant currents tell of a neuron: an IntervalEstimate.

currents (nA): one for each train; trains: spike times (ms) under it.

>>> currents = [2.05, 2.2, 2.5, 3, 4, 6]
>>> trains = [spike_times(Neuron(), step(0, forever, i), 300) for i in currents]
>>> estimate = estimate_from_intervals(currents, trains)
>>> round(estimate.tau.value, 5), round(estimate.rheobase.value, 5)
(8.0, 2.0)
)");
}

}  // namespace lapicque::python
