#include <sstream>

#include "lapicque/open_train.hpp"
#include "lapicque/spike_train.hpp"
#include "names.hpp"

namespace lapicque::python {
namespace {

/// "17.875503299472804 +/- 1.8e-15": the bound is rounded up.
std::string ball_text(double time, double error) {
  std::ostringstream bound;
  bound.precision(2);
  bound << (error > 0 ? error * 1.05 : error);  // two digits are off by a twentieth at most
  return to_text(time) + " +/- " + bound.str();
}

/// All spikes of a run, a column for each member of Spike.
struct Spikes {
  double until;
  std::vector<double> times, remainders, errors, slopes, conditions;
  std::vector<Grazing> grazings;
  Effort effort;

  Spike operator[](std::size_t k) const { return {times[k], remainders[k], errors[k], slopes[k], conditions[k]}; }
};

Spikes solve(const Neuron& neuron, const Current& current, double until, Precision precision) {
  Interruptible released;
  SpikeTrain train(neuron, current, until, precision);
  Spikes all{until, {}, {}, {}, {}, {}, {}, {}};
  for (const Spike& spike : train) {
    all.times.push_back(spike.time);
    all.remainders.push_back(spike.remainder);
    all.errors.push_back(spike.error);
    all.slopes.push_back(spike.slope);
    all.conditions.push_back(spike.condition);
    released.poll();
  }
  all.grazings.assign(train.grazings().begin(), train.grazings().end());
  all.effort = train.effort();
  return all;
}

std::vector<double> times_of(const Neuron& neuron, const Current& current, double until, Precision precision) {
  Interruptible released;
  std::vector<double> times;
  for (const Spike& spike : SpikeTrain(neuron, current, until, precision)) {
    times.push_back(spike.time);
    released.poll();
  }
  return times;
}

/// A train that is worked out as it is asked for.
struct Stream {
  SpikeTrain train;
};

void bind_spike(py::module_& module) {
  py::class_<Spike>(module, "Spike", "One spike of the exact train.")
      .def_readonly("time", &Spike::time, "ms")
      .def_readonly("remainder", &Spike::remainder, "ms: the exact time is time + remainder to some 30 digits")
      .def_readonly("error", &Spike::error, "ms: a bound on |time - exact time|, rounding to double included")
      .def_readonly("slope", &Spike::slope,
                    "du/dt at the threshold, mV/ms; infinite where a voltage jump made the spike")
      .def_readonly("condition", &Spike::condition,
                    "if every part of u - threshold is off by a share e of itself, the time is off by about\n"
                    "condition x e x tau")
      .def("__float__", [](const Spike& self) { return self.time; })
      .def("__repr__", [](const Spike& self) { return "<Spike at " + ball_text(self.time, self.error) + " ms>"; });
  py::class_<Grazing>(module, "Grazing",
                      "A place where 100 digits do not tell on which side of the threshold u passes.")
      .def_readonly("time", &Grazing::time, "ms")
      .def_readonly("distance", &Grazing::distance, "mV: u is at most this far from the threshold there")
      .def("__repr__", [](const Grazing& self) {
        return call_text("Grazing", {{"time", to_text(self.time)}, {"distance", to_text(self.distance)}});
      });
  py::class_<Effort>(module, "Effort", "How many digits the answers took: four counts, for 16, 32, 50 and 100 digits.")
      .def_property_readonly(
          "signs", [](const Effort& self) { return py::tuple(py::cast(self.signs)); },
          "stretches, by the digits that told whether there is a spike in them")
      .def_property_readonly(
          "roots", [](const Effort& self) { return py::tuple(py::cast(self.roots)); },
          "spikes, by the digits that told their time");
}

void bind_spikes(py::module_& module) {
  py::class_<Spikes>(module, "SpikeTrain", R"(All spikes of a run, as spike_train() returns them.

A sequence of Spike, and arrays with one number for each spike: times, remainders, errors (ms), slopes (mV/ms),
conditions; see Spike.
)")
      .def("__len__", [](const Spikes& self) { return self.times.size(); })
      .def("__getitem__",
           [](const Spikes& self, py::ssize_t k) {
             const auto size = static_cast<py::ssize_t>(self.times.size());
             if (k < -size || k >= size) throw py::index_error("there are " + std::to_string(size) + " spikes");
             return self[static_cast<std::size_t>(k < 0 ? k + size : k)];
           })
      .def_property_readonly("times", [](py::object self) { return view(self.cast<const Spikes&>().times, self); })
      .def_property_readonly("remainders",
                             [](py::object self) { return view(self.cast<const Spikes&>().remainders, self); })
      .def_property_readonly("errors", [](py::object self) { return view(self.cast<const Spikes&>().errors, self); })
      .def_property_readonly("slopes", [](py::object self) { return view(self.cast<const Spikes&>().slopes, self); })
      .def_property_readonly("conditions",
                             [](py::object self) { return view(self.cast<const Spikes&>().conditions, self); })
      .def_readonly("until", &Spikes::until, "ms: the end of the run")
      .def_property_readonly(
          "grazings", [](const Spikes& self) { return py::tuple(py::cast(self.grazings)); },
          "What could not be decided; empty for all but contrived input.")
      .def_readonly("effort", &Spikes::effort)
      .def(
          "to_neo",
          [](const py::object& self) { return py::module_::import("lapicque.exchange").attr("to_neo")(self); },
          "The train as a neo.SpikeTrain, in ms; needs neo.")
      .def(
          "__array__",
          [](py::object self, const py::object& dtype, const py::kwargs& /*copy*/) -> py::object {
            py::object times = self.attr("times");
            return dtype.is_none() ? times : times.attr("astype")(dtype);
          },
          "dtype"_a = py::none())
      .def("__repr__",
           [](const Spikes& self) {
             std::string text =
                 "<SpikeTrain of " + std::to_string(self.times.size()) + " spikes until " + to_text(self.until, "ms");
             constexpr std::size_t most_shown = 5;
             for (std::size_t k = 0; k < self.times.size() && k < most_shown; ++k) {
               text.append(k == 0 ? ": " : ", ").append(ball_text(self.times[k], self.errors[k]));
             }
             return text + (self.times.size() > most_shown ? ", ...>" : ">");
           })
      .def("_repr_html_", [](const Spikes& self) {
        std::vector<std::pair<std::string, std::string>> rows;
        constexpr std::size_t most_shown = 50;
        for (std::size_t k = 0; k < self.times.size() && k < most_shown; ++k) {
          rows.emplace_back(std::to_string(k + 1), ball_text(self.times[k], self.errors[k]) + " ms");
        }
        if (self.times.size() > most_shown) rows.emplace_back("...", "");
        return html_table(std::to_string(self.times.size()) + " spikes until " + to_text(self.until, "ms"), rows);
      });

  py::class_<Stream>(module, "SpikeStream", "Spikes one at a time, as spikes() returns them: an iterator of Spike.")
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__",
           [](Stream& self) {
             std::optional<Spike> spike;
             {
               const py::gil_scoped_release released;
               spike = self.train.next();
             }
             if (!spike) throw py::stop_iteration();
             return *spike;
           })
      .def_property_readonly("grazings",
                             [](const Stream& self) {
                               const auto all = self.train.grazings();
                               return py::tuple(py::cast(std::vector<Grazing>(all.begin(), all.end())));
                             })
      .def_property_readonly("effort", [](const Stream& self) { return self.train.effort(); });
}

void bind_functions(py::module_& module) {
  module.def(
      "spike_times",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, Precision precision) {
        return to_array(times_of(neuron, current, until, precision));
      },
      "neuron"_a, "current"_a, "until"_a, "precision"_a = Precision::exact,
      R"(The times (ms) of all spikes with 0 <= t <= until (ms), ascending.

Exact solution of the Neuron's equation without time steps: every spike is found, none is invented, and each time is the
double nearest to the true one. precision="fast" keeps the first promise, and a time has the error bound that
spike_train() tells.

To fire, u must rise above the threshold (coming near for ever, or touching it from below, is no spike); a voltage jump
that lands on it is a spike at once. In refractoriness jumps are lost and synaptic currents decay on.

>>> spike_times(Neuron(), step(5, 101, 2.5) + sinusoid(20, 100, 0.5, 250), 40).tolist()
[17.875503299472804, 30.263150140197993]
)");
  module.def(
      "spike_train",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, Precision precision) {
        return solve(neuron, current, until, precision);
      },
      "neuron"_a, "current"_a, "until"_a, "precision"_a = Precision::exact,
      R"(The spikes with 0 <= t <= until (ms), each with its error bound, slope and condition; see spike_times.

>>> train = spike_train(Neuron(), step(5, forever, 2.5), 20)
>>> train[0]
<Spike at 17.875503299472804 +/- 1.1e-15 ms>
>>> train.slopes.tolist()  # (u_inf - threshold) / tau = 5 mV / 8 ms
[0.625]
)");
  module.def(
      "spikes",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, Precision precision) {
        return Stream{SpikeTrain(neuron, current, until, precision)};
      },
      "neuron"_a, "current"_a, "until"_a, "precision"_a = Precision::exact,
      R"(The same spikes one at a time, each worked out as it is asked for, in constant memory.

>>> next(spikes(Neuron(), step(5, forever, 2.5), 1e9)).time
17.875503299472804
)");
  module.def(
      "membrane_potential",
      [](const Neuron& neuron, const Current& current, const Times<"times">& times) {
        std::vector<double> potentials;
        {
          const py::gil_scoped_release released;
          potentials = membrane_potential(neuron, current, times);
        }
        return to_array(std::move(potentials));
      },
      "neuron"_a, "current"_a, "times"_a,
      R"(The membrane potential u (mV) at each of `times` (ms, ascending, >= 0), from the closed form.

At a spike's own time and in refractoriness after it that is the reset potential; at an event, the value after it.

>>> membrane_potential(Neuron(), step(5, forever, 2.5), [0, 13, 18]).tolist()
[-70.0, -54.19698602928606, -65.0]
)");
}

void bind_open_train(py::module_& module) {
  py::class_<JumpReceptor>(module, "JumpReceptor", "Takes voltage jumps (mV).")
      .def(py::init<>())
      .def("__repr__", [](const JumpReceptor&) { return "JumpReceptor()"; });
  py::class_<SynapticReceptor>(module, "SynapticReceptor",
                               "Takes arrivals (nA) at a synapse of this shape and tau (ms).")
      .def(py::init([](Shape shape, Time<"tau"> tau) {
             return SynapticReceptor{shape, tau};
           }),
           "shape"_a, "tau"_a)
      .def_readonly("shape", &SynapticReceptor::shape)
      .def_readonly("tau", &SynapticReceptor::tau)
      .def("__repr__", [](const SynapticReceptor& self) {
        return call_text("SynapticReceptor",
                         {{"shape", std::string("'") + (self.shape == Shape::alpha ? "alpha" : "exponential") + "'"},
                          {"tau", to_text(self.tau)}});
      });
  py::class_<OpenTrain>(module, "OpenTrain", R"(A spike train whose input comes as it comes.

It is advanced to a horizon and handed arrivals beyond it, again and again. Its spikes are those of the train that had
known all arrivals at the start.

receptors: JumpReceptor() and SynapticReceptor(shape, tau) objects, numbered from 0; until: the last horizon, ms.

>>> train = OpenTrain(Neuron(), step(0, forever, 1.9), [JumpReceptor()], 1000)
>>> train.next(10)             # None: no spike until 10 ms
>>> train.arrive(0, 11.5, 25)  # at receptor 0: 25 mV at 11.5 ms
>>> train.next(20).time
11.5
)")
      .def(py::init(
               [](const Neuron& neuron, const Current& given, std::vector<Receptor> receptors, Time<"until"> until,
                  Precision precision) { return OpenTrain(neuron, given, std::move(receptors), until, precision); }),
           "neuron"_a, "given"_a, "receptors"_a, "until"_a, "precision"_a = Precision::exact)
      .def(
          "next",
          [](OpenTrain& self, Time<"horizon"> horizon) {
            const py::gil_scoped_release released;
            return self.next(horizon);
          },
          "horizon"_a, "The next Spike with t <= horizon (ms); None where there is no other one.")
      .def(
          "arrive",
          [](OpenTrain& self, std::size_t receptor, Time<"time"> time, double size) {
            self.arrive(receptor, time, size);
          },
          "receptor"_a, "time"_a, "size"_a,
          "Hands an arrival (mV or nA, as the receptor takes it) to the train, at a time later than horizon.")
      .def_property_readonly("horizon", &OpenTrain::horizon, "The latest horizon asked for, ms; less than 0 at first.")
      .def_property_readonly("grazings", [](const OpenTrain& self) {
        const auto all = self.grazings();
        return py::tuple(py::cast(std::vector<Grazing>(all.begin(), all.end())));
      });
}

}  // namespace

void bind_trains(py::module_& module) {
  bind_spike(module);
  bind_spikes(module);
  bind_open_train(module);
  bind_functions(module);
}

}  // namespace lapicque::python
