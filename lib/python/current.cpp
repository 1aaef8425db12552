#include "lapicque/current.hpp"

#include "input/transform.hpp"
#include "lapicque/current_value.hpp"
#include "names.hpp"

namespace lapicque::python {
namespace {

/// Times and sizes side by side; one size may stand for all.
std::vector<Event> events(const Array& times, const Array& sizes, const char* name) {
  const bool one_for_all = sizes.ndim() == 0;
  if (!one_for_all && sizes.size() != times.size()) {
    throw InvalidArgument(name, std::to_string(sizes.size()) + " numbers", "must be one, or as many as there are times",
                          "give " + std::to_string(times.size()));
  }
  std::vector<Event> all(static_cast<std::size_t>(times.size()));
  const double* const time = times.data();
  const double* const size = sizes.data();
  for (std::size_t k = 0; k < all.size(); ++k) all[k] = {time[k], size[one_for_all ? 0 : k]};
  return all;
}

using Arguments = std::vector<std::pair<const char*, std::string>>;

std::string count_text(std::size_t count, const char* of) { return "<" + std::to_string(count) + " " + of + ">"; }

/// The call that makes a piece.
std::string text_of_piece(const Piece& piece) {
  const auto text = [](double value) { return to_text(value); };
  return std::visit(
      Overloaded{
          [&](const Step& s) {
            return call_text("step",
                             {{"start", text(s.start)}, {"stop", text(s.stop)}, {"amplitude", text(s.amplitude)}});
          },
          [&](const Ramp& r) {
            return call_text(
                "ramp",
                {{"start", text(r.start)}, {"stop", text(r.stop)}, {"from_", text(r.from)}, {"to", text(r.to)}});
          },
          [&](const Sinusoid& s) {
            return call_text("sinusoid", {{"start", text(s.start)},
                                          {"stop", text(s.stop)},
                                          {"amplitude", text(s.amplitude)},
                                          {"frequency", text(s.frequency)},
                                          {"phase", text(s.phase)}});
          },
          [&](const Samples& s) {
            return call_text("samples", {{"start", text(s.start)},
                                         {"step", text(s.step)},
                                         {"values", count_text(s.values->size(), "values")},
                                         {"hold", s.hold == Hold::linear ? "'linear'" : "'previous'"}});
          },
          [&](const Pulses& p) {
            return call_text("pulses", {{"times", count_text(p.events->size(), "times")}});
          },
          [&](const Synapse& s) {
            const auto* const name = s.shape == Shape::alpha ? "alpha_synapse" : "exponential_synapse";
            return call_text(name, {{"tau", text(s.tau)}, {"times", count_text(s.events->size(), "times")}});
          },
      },
      piece);
}

std::string text_of_current(const Current& current) {
  std::string text;
  for (const Piece& piece : current.pieces()) text.append(text.empty() ? "" : " + ").append(text_of_piece(piece));
  return text.empty() ? "Current()" : text;
}

py::array_t<double> column(const std::vector<Event>& events, double Event::*member) {
  std::vector<double> values(events.size());
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = events[k].*member;
  return to_array(std::move(values));
}

template <class Kind>
void bind_events(py::class_<Kind>& kind, const char* sizes) {
  kind.def_property_readonly(
          "times", [](const Kind& self) { return column(*self.events, &Event::time); }, "ms, ascending")
      .def_property_readonly(sizes, [](const Kind& self) { return column(*self.events, &Event::size); });
}

void bind_pieces(py::module_& module) {
  py::class_<Step>(module, "Step", "See step().")
      .def_readonly("start", &Step::start)
      .def_readonly("stop", &Step::stop)
      .def_readonly("amplitude", &Step::amplitude)
      .def("__repr__", [](const Step& self) { return text_of_piece(self); });
  py::class_<Ramp>(module, "Ramp", "See ramp().")
      .def_readonly("start", &Ramp::start)
      .def_readonly("stop", &Ramp::stop)
      .def_readonly("from_", &Ramp::from)
      .def_readonly("to", &Ramp::to)
      .def("__repr__", [](const Ramp& self) { return text_of_piece(self); });
  py::class_<Sinusoid>(module, "Sinusoid", "See sinusoid().")
      .def_readonly("start", &Sinusoid::start)
      .def_readonly("stop", &Sinusoid::stop)
      .def_readonly("amplitude", &Sinusoid::amplitude)
      .def_readonly("frequency", &Sinusoid::frequency)
      .def_readonly("phase", &Sinusoid::phase)
      .def("__repr__", [](const Sinusoid& self) { return text_of_piece(self); });
  py::class_<Samples>(module, "Samples", "See samples().")
      .def_readonly("start", &Samples::start)
      .def_readonly("step", &Samples::step)
      .def_readonly("hold", &Samples::hold)
      .def_property_readonly("values", [](py::object self) { return view(*self.cast<const Samples&>().values, self); })
      .def("__repr__", [](const Samples& self) { return text_of_piece(self); });
  py::class_<Pulses> pulses(module, "Pulses", "See pulses().");
  bind_events(pulses, "jumps");
  pulses.def("__repr__", [](const Pulses& self) { return text_of_piece(self); });
  py::class_<Synapse> synapse(module, "Synapse", "See exponential_synapse() and alpha_synapse().");
  bind_events(synapse, "weights");
  synapse.def_readonly("shape", &Synapse::shape)
      .def_readonly("tau", &Synapse::tau)
      .def("__repr__", [](const Synapse& self) { return text_of_piece(self); });
}

/// A piece as plain Python data, to be pickled.
py::tuple state_of(const Piece& piece) {
  return std::visit(
      Overloaded{
          [](const Step& s) -> py::tuple { return py::make_tuple("step", s.start, s.stop, s.amplitude); },
          [](const Ramp& r) -> py::tuple { return py::make_tuple("ramp", r.start, r.stop, r.from, r.to); },
          [](const Sinusoid& s) -> py::tuple {
            return py::make_tuple("sinusoid", s.start, s.stop, s.amplitude, s.frequency, s.phase);
          },
          [](const Samples& s) -> py::tuple { return py::make_tuple("samples", s.start, s.step, *s.values, s.hold); },
          [](const Pulses& p) -> py::tuple {
            return py::make_tuple("pulses", column(*p.events, &Event::time), column(*p.events, &Event::size));
          },
          [](const Synapse& s) -> py::tuple {
            return py::make_tuple(s.shape == Shape::alpha ? "alpha_synapse" : "exponential_synapse", s.tau,
                                  column(*s.events, &Event::time), column(*s.events, &Event::size));
          },
      },
      piece);
}

Current current_of_states(const py::list& states) {
  const py::module_ core = py::module_::import("lapicque._core");
  Current sum;
  for (const auto state : states) {
    const py::tuple call(py::reinterpret_borrow<py::object>(state));
    sum += core.attr(call[0])(*call[py::slice(1, std::nullopt, std::nullopt)]).template cast<Current>();
  }
  return sum;
}

void bind_functions(py::module_& module) {
  module.def(
      "step",
      [](Time<"start"> start, Time<"stop"> stop, Amplitude<"amplitude"> amplitude) {
        return step(start, stop, amplitude);
      },
      "start"_a, "stop"_a, "amplitude"_a, R"(`amplitude` (nA) on [start, stop) (ms); stop may be lapicque.forever.

>>> step(5, 101, "2500 pA")
step(start=5, stop=101, amplitude=2.5)
)");
  module.def(
      "ramp",
      [](Time<"start"> start, Time<"stop"> stop, Amplitude<"from_"> from, Amplitude<"to"> to) {
        return ramp(start, stop, from, to);
      },
      "start"_a, "stop"_a, "from_"_a, "to"_a,
      R"(The straight line from (start, from_) to (stop, to), ms and nA; nothing outside [start, stop).

>>> ramp(0, 50, 0, 3).value_at([0, 25, 50]).tolist()
[0.0, 1.5, 0.0]
)");
  module.def(
      "sinusoid",
      [](Time<"start"> start, Time<"stop"> stop, Amplitude<"amplitude"> amplitude, Rate<"frequency"> frequency,
         Angle<"phase"> phase) { return sinusoid(start, stop, amplitude, frequency, phase); },
      "start"_a, "stop"_a, "amplitude"_a, "frequency"_a, "phase"_a = Angle<"phase">{},
      R"(amplitude sin(2 pi frequency (t - start) + phase) on [start, stop): ms, nA, Hz, rad.

>>> sinusoid(20, 100, 2.5, "0.25 kHz")
sinusoid(start=20, stop=100, amplitude=2.5, frequency=250, phase=0)
)");
  module.def(
      "samples",
      [](Time<"start"> start, Time<"step"> step, const Amplitudes<"values">& values, Hold hold) {
        const std::span<const double> all = values;
        return samples(start, step, {all.begin(), all.end()}, hold);
      },
      "start"_a, "step"_a, "values"_a, "hold"_a = Hold::previous,
      R"(Samples (nA), `step` ms apart, the first at `start` ms.

Sample k acts from the double nearest to start + k step on, until the next one (hold = "previous"), or along a straight
line to it ("linear"); the last one holds for one step.

>>> samples(0, 0.1, [0, 1.5, 2])
samples(start=0, step=0.1, values=<3 values>, hold='previous')
)");
  module.def(
      "pulses",
      [](const Times<"times">& times, const Potentials<"jump">& jump) {
        return pulses(events(times.values, jump.values, "jump"));
      },
      "times"_a, "jump"_a, R"(Voltage jumps: u += jump (mV; one, or one for each time) at each of `times` (ms).

A delta current of charge q makes a jump of q R / tau.

>>> spike_times(Neuron(), pulses([10, 12], [25, 1]), 100).tolist()
[10.0]
)");
  module.def(
      "exponential_synapse",
      [](Time<"tau"> tau, const Times<"times">& times, const Amplitudes<"weights">& weights) {
        return exponential_synapse(tau, events(times.values, weights.values, "weights"));
      },
      "tau"_a, "times"_a, "weights"_a, R"(Arrivals at a synapse: each adds weight exp(-s/tau) nA, s ms after its time.

Weights in nA: one, or one for each time.
)");
  module.def(
      "alpha_synapse",
      [](Time<"tau"> tau, const Times<"times">& times, const Amplitudes<"weights">& weights) {
        return alpha_synapse(tau, events(times.values, weights.values, "weights"));
      },
      "tau"_a, "times"_a, "weights"_a,
      "Arrivals at a synapse: each adds weight (s/tau) exp(1 - s/tau) nA, s ms after its time; the peak is the "
      "weight.");
}

}  // namespace

void bind_current(py::module_& module) {
  module.attr("forever") = forever;
  bind_pieces(module);
  py::class_<Current>(module, "Current", R"(The injected current: a sum of analytic pieces.

step(), ramp(), sinusoid(), samples(), pulses(), exponential_synapse() and alpha_synapse() make one each, and + adds
them up. Currents never change. Current() is no current at all.

>>> step(5, 101, 2.5) + sinusoid(20, 100, 0.5, 250)
step(start=5, stop=101, amplitude=2.5) + sinusoid(start=20, stop=100, amplitude=0.5, frequency=250, phase=0)
)")
      .def(py::init<>())
      .def(
          "__add__", [](const Current& a, const Current& b) { return a + b; }, py::is_operator())
      .def(
          "__radd__",  // sum() begins with 0
          [](const Current& self, int zero) -> py::object {
            return zero == 0 ? py::cast(self) : py::reinterpret_borrow<py::object>(Py_NotImplemented);
          },
          py::is_operator())
      .def_property_readonly(
          "pieces",
          [](const Current& self) {
            py::list all;
            for (const Piece& piece : self.pieces()) all.append(piece);
            return py::tuple(all);
          },
          "Step, Ramp, Sinusoid, Samples, Pulses and Synapse objects, those of one kind together.")
      .def(
          "value_at",
          [](const Current& self, const Times<"times">& times) {
            CurrentEvaluator evaluator(self);
            return elementwise([&](double t) { return evaluator.value_at(t); }, times);
          },
          "times"_a, R"(I(t) in nA at each of `times` (ms, ascending). Voltage jumps have no finite current.

>>> step(5, 101, 2.5).value_at([0, 5, 101]).tolist()
[0.0, 2.5, 0.0]
)")
      .def("__repr__", &text_of_current)
      .def(py::pickle(
          [](const Current& self) {
            py::list states;
            for (const Piece& piece : self.pieces()) states.append(state_of(piece));
            return states;
          },
          &current_of_states));
  bind_functions(module);
}

}  // namespace lapicque::python
