#include "lapicque/excitability.hpp"

#include "binding.hpp"

namespace lapicque::python {
namespace {

using Current = Amplitudes<"current">;

/// A function of neuron and current, over an array of currents.
template <class F>
void define_curve(py::module_& module, const char* name, F f, const char* doc) {
  module.def(
      name,
      [f](const Neuron& neuron, const Current& current) {
        return elementwise([&](double i) { return f(neuron, i); }, current);
      },
      "neuron"_a, "current"_a, doc);
}

void bind_rates(py::module_& module) {
  py::class_<StepProtocol>(module, "StepProtocol",
                           "A finite measurement of a rate: current flows on [start, stop), spikes are counted on\n"
                           "[0, counted]; ms.")
      .def(py::init([](Time<"stop"> stop, Time<"counted"> counted, Time<"start"> start) {
             return StepProtocol{start, stop, counted};
           }),
           "stop"_a, "counted"_a, "start"_a = Time<"start">{})
      .def_readonly("start", &StepProtocol::start)
      .def_readonly("stop", &StepProtocol::stop)
      .def_readonly("counted", &StepProtocol::counted)
      .def("__repr__", [](const StepProtocol& self) {
        return call_text(
            "StepProtocol",
            {{"stop", to_text(self.stop)}, {"counted", to_text(self.counted)}, {"start", to_text(self.start)}});
      });
  module.def(
      "firing_rate",
      [](const Neuron& neuron, const Current& current, const std::optional<StepProtocol>& protocol) {
        if (protocol) return elementwise([&](double i) { return firing_rate(neuron, i, *protocol); }, current);
        return elementwise([&](double i) { return firing_rate(neuron, i); }, current);
      },
      "neuron"_a, "current"_a, "protocol"_a = py::none(),
      R"(f-I curve (gain function): the rate (Hz) under a constant current (nA; a number or an array).

    f(I) = 1000 / (refractory + tau log1p((threshold - reset) / (u_inf - threshold))),   u_inf = rest + R I

and 0 at the rheobase and below [Neuronal Dynamics, section 1.3]. With a StepProtocol, the rate that this measurement
gives: 1000 spike_count / counted.

>>> firing_rate(Neuron(), [2, 2.5, 3]).tolist()
[0.0, 76.39212293957254, 107.17739289510854]
>>> firing_rate(Neuron(refractory=3), 100, StepProtocol(stop=101, counted=500, start=5))
62.0
)");
  module.def(
      "spike_count",
      [](const Neuron& neuron, const Current& current, const py::object& duration) -> py::object {
        const auto count = [](std::size_t n) { return static_cast<std::int64_t>(n); };
        if (py::isinstance<StepProtocol>(duration)) {
          const auto protocol = duration.cast<StepProtocol>();
          return elementwise([&](double i) { return count(spike_count(neuron, i, protocol)); }, current);
        }
        const auto length = duration.cast<Time<"duration">>();
        return elementwise([&](double i) { return count(spike_count(neuron, i, length)); }, current);
      },
      "neuron"_a, "current"_a, "duration"_a,
      R"(How many times the neuron fires in the first `duration` ms of a constant current (nA) that sets in at u = initial.

A spike on the very end counts. In place of the duration a StepProtocol may stand.

>>> spike_count(Neuron(), [2, 2.5, 3], 1000).tolist()
[0, 76, 107]
)");
  define_curve(
      module, "firing_rate_slope", [](const Neuron& n, double i) { return firing_rate_slope(n, i); },
      R"(Slope (gain) of the f-I curve, df/dI, Hz/nA; 0 at the rheobase and below.

    df/dI = f^2/1000 tau R (threshold - reset) / ((u_inf - threshold) (u_inf - reset))
)");
  define_curve(
      module, "firing_rate_near_rheobase",
      [](const Neuron& n, double i) { return firing_rate_near_rheobase(n, i).value_or(not_a_number); },
      R"(The f-I curve near the rheobase (Hz): the logarithm alone,

    f ~ 1000 / (refractory + tau log((threshold - reset) / (R (I - I_rheobase)))),

an upper bound. Not-a-number too far above the rheobase for the logarithm to mean a time; 0 at it and below.
)");
  define_curve(
      module, "firing_rate_far_above", [](const Neuron& n, double i) { return firing_rate_far_above(n, i); },
      R"(The f-I curve far above the rheobase (Hz): from reset to threshold at the speed of the way's middle,

    f ~ 1000 / (refractory + tau (threshold - reset) / (u_inf - (threshold + reset)/2)),

an upper bound; 0 at the rheobase and below.
)");
  module.def(
      "limiting_rate",
      [](const Neuron& neuron, const std::optional<StepProtocol>& protocol) {
        return protocol ? limiting_rate(neuron, *protocol) : limiting_rate(neuron);
      },
      "neuron"_a, "protocol"_a = py::none(),
      R"(The rate (Hz) that the f-I curve approaches for ever stronger currents: 1000 / refractory; infinite without.

>>> limiting_rate(Neuron())
500.0
)");
  module.def(
      "current_for_rate",
      [](const Neuron& neuron, const Rates<"rate">& rate) {
        return elementwise([&](double f) { return current_for_rate(neuron, f); }, rate);
      },
      "neuron"_a, "rate"_a,
      R"(Inverse f-I curve: the constant current (nA) under which the neuron fires at `rate` (Hz).

    I = I_rheobase + (threshold - reset) / (R expm1((1000/rate - refractory) / tau))

>>> round(firing_rate(Neuron(), current_for_rate(Neuron(), 40)), 12)
40.0
)");
}

}  // namespace

void bind_excitability(py::module_& module) {
  define_curve(
      module, "steady_state_potential", [](const Neuron& n, double i) { return steady_state_potential(n, i); },
      R"(The potential (mV) at which u settles under a constant current (nA), if nothing fires: rest + R I.

>>> steady_state_potential(Neuron(), [0, 2.5]).tolist()
[-70.0, -45.0]
)");
  module.def("rheobase", &rheobase, "neuron"_a,
             R"(The rheobase (nA), (threshold - rest) / R: a lasting current above it fires, one at it never does.

>>> rheobase(Neuron())
2.0
)");
  module.def("chronaxie", &chronaxie, "neuron"_a,
             R"(Chronaxie (ms), tau ln 2: the length of the least pulse that fires at twice the rheobase.

>>> chronaxie(Neuron())
5.545177444479562
)");
  module.def(
      "threshold_amplitude",
      [](const Neuron& neuron, const Times<"duration">& duration) {
        return elementwise([&](double d) { return threshold_amplitude(neuron, d); }, duration);
      },
      "neuron"_a, "duration"_a,
      R"(Strength-duration curve: the least amplitude (nA) with which a pulse of `duration` (ms) fires from rest.

    I_th(d) = I_rheobase / (1 - exp(-d/tau))      [Lapicque, 1907]

>>> threshold_amplitude(Neuron(), [chronaxie(Neuron()), forever]).tolist()
[4.0, 2.0]
)");
  module.def(
      "first_spike_latency",
      [](const Neuron& neuron, const Current& current, std::optional<Potential<"start_potential">> start) {
        const double from = start ? start->value : neuron.initial();
        return elementwise([&](double i) { return first_spike_latency(neuron, i, from).value_or(not_a_number); },
                           current);
      },
      "neuron"_a, "current"_a, "start_potential"_a = py::none(),
      R"(Time (ms) from the onset of a constant current (nA) to the first spike, from u(0) = start_potential (mV).

    t = tau log1p((threshold - u(0)) / (u_inf - threshold))

Not-a-number at the rheobase and below, where no spike comes. Without a start_potential the neuron's initial one.

>>> first_spike_latency(Neuron(), [2, 2.5]).tolist()  # 8 ln 5
[nan, 12.875503299472802]
)");
  bind_rates(module);
}

}  // namespace lapicque::python
