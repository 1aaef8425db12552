#include "lapicque/stepper.hpp"

#include "names.hpp"

namespace lapicque::python {

void bind_stepper(py::module_& module) {
  py::class_<Stepper>(module, "Stepper",
                      R"(The same problem on a grid of time, one step at a time: what most simulators do.

method is "euler" (forward Euler) or "exponential-euler". The current is taken at the start of each step and held over
it; a spike gets the time of the step's end; refractoriness takes round(refractory/dt) steps.

>>> stepper = Stepper(Neuron(), step(0, forever, 2.5), 0.1, "euler")
>>> stepper.step()
>>> stepper.time, stepper.potential, stepper.spiked
(0.1, -69.6875, False)
)")
      .def(py::init([](const Neuron& neuron, const Current& current, Time<"dt"> dt, Method method) {
             return Stepper(neuron, current, dt, method);
           }),
           "neuron"_a, "current"_a, "dt"_a, "method"_a)
      .def("step", &Stepper::step, "Goes on to the next grid time.")
      .def_property_readonly("time", &Stepper::time, "t_n, ms")
      .def_property_readonly("potential", &Stepper::potential, "u_n, mV: after the reset if there is a spike now")
      .def_property_readonly("spiked", &Stepper::spiked, "whether there is a spike at t_n");
  py::class_<SteppedTrace>(module, "SteppedTrace",
                           "Everything a Stepper goes through: arrays times (ms), potentials (mV), spikes (ms).")
      .def_property_readonly("times",
                             [](py::object self) { return view(self.cast<const SteppedTrace&>().times, self); })
      .def_property_readonly("potentials",
                             [](py::object self) { return view(self.cast<const SteppedTrace&>().potentials, self); })
      .def_property_readonly("spikes",
                             [](py::object self) { return view(self.cast<const SteppedTrace&>().spikes, self); });
  module.def(
      "stepped_spike_times",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, Time<"dt"> dt, Method method) {
        std::vector<double> times;
        {
          const py::gil_scoped_release released;
          times = stepped_spike_times(neuron, current, until, dt, method);
        }
        return to_array(std::move(times));
      },
      "neuron"_a, "current"_a, "until"_a, "dt"_a, "method"_a,
      R"(The times (ms) of the spikes that a Stepper makes on [0, until].

>>> stepped_spike_times(Neuron(), step(5, forever, 2.5), 20, 1, "euler").tolist()
[18.0]
)");
  module.def(
      "stepped_trace",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, Time<"dt"> dt, Method method) {
        const py::gil_scoped_release released;
        return stepped_trace(neuron, current, until, dt, method);
      },
      "neuron"_a, "current"_a, "until"_a, "dt"_a, "method"_a, "The whole stepped trace on [0, until], a SteppedTrace.");
}

}  // namespace lapicque::python
