#include "lapicque/population.hpp"

#include "names.hpp"

namespace lapicque::python {
namespace {

/// One object or a sequence of them.
template <class T>
std::vector<T> one_or_many(const py::object& objects, const char* name) {
  if (py::isinstance<T>(objects)) return {objects.cast<T>()};
  try {
    return objects.cast<std::vector<T>>();
  } catch (const py::cast_error&) {
    throw py::type_error(std::string(name) + " must be a " + std::string(py::str(py::type::of<T>().attr("__name__"))) +
                         " or a sequence of them");
  }
}

/// Ctrl-C ends the work, and `progress(done, size)` is called where it is given.
PopulationOptions options(Precision precision, const py::object& progress) {
  return {precision, [call = py::handle(progress)](std::size_t done, std::size_t size) {
            const py::gil_scoped_acquire held;
            if (PyErr_CheckSignals() != 0) throw py::error_already_set();
            if (!call.is_none()) call(done, size);
          }};
}

void bind_spikes(py::module_& module) {
  py::class_<PopulationSpikes>(module, "PopulationSpikes", R"(Spike times of many members, in two arrays.

times has those of member 0, then those of member 1, ...; offsets, one longer than there are members, tells where in
times each one's begin. Member k's are times[offsets[k]:offsets[k + 1]], or self[k].
)")
      .def_property_readonly(
          "times", [](py::object self) { return view(self.cast<const PopulationSpikes&>().times, self); },
          "ms; ascending in each member")
      .def_property_readonly("offsets",
                             [](py::object self) { return view(self.cast<const PopulationSpikes&>().offsets, self); })
      .def("__len__", &PopulationSpikes::size)
      .def("__getitem__",
           [](py::object self, py::ssize_t k) {
             const auto& spikes = self.cast<const PopulationSpikes&>();
             const auto size = static_cast<py::ssize_t>(spikes.size());
             if (k < -size || k >= size) throw py::index_error("there are " + std::to_string(size) + " members");
             const auto member = spikes[static_cast<std::size_t>(k < 0 ? k + size : k)];
             py::array_t<double> array(static_cast<py::ssize_t>(member.size()), member.data(), self);
             array.attr("flags").attr("writeable") = false;
             return array;
           })
      .def(
          "to_list", [](const py::object& self) { return py::list(self); }, "A list with one array a member.")
      .def("__repr__", [](const PopulationSpikes& self) {
        return "<PopulationSpikes of " + std::to_string(self.size()) + " members, " +
               std::to_string(self.times.size()) + " spikes>";
      });
}

}  // namespace

void bind_population(py::module_& module) {
  bind_spikes(module);
  module.def(
      "population_spike_times",
      [](const py::object& neurons, const py::object& currents, Time<"until"> until, Precision precision,
         const py::object& progress) {
        const auto all_neurons = one_or_many<Neuron>(neurons, "neurons");
        const auto all_currents = one_or_many<Current>(currents, "currents");
        const auto how = options(precision, progress);
        const py::gil_scoped_release released;
        return population_spike_times(all_neurons, all_currents, until, how);
      },
      "neurons"_a, "currents"_a, "until"_a, "precision"_a = Precision::exact, "progress"_a = py::none(),
      R"(The spike times (ms) of many neurons, or of one under many currents, over all cores.

neurons and currents are sequences of one length, or one of them is a single Neuron or Current that all members share.
The members do not act on one another; each one's spikes are those of spike_times, bit for bit. progress(done, size) is
called some ten times a second. Raises LapicqueError that names the first member that fails.

>>> spikes = population_spike_times(Neuron(), [step(0, forever, 2.5), step(0, forever, 3)], 20)
>>> spikes
<PopulationSpikes of 2 members, 3 spikes>
>>> [len(times) for times in spikes]
[1, 2]
)");
  module.def(
      "population_spike_counts",
      [](const py::object& neurons, const py::object& currents, Time<"until"> until, Precision precision,
         const py::object& progress) {
        const auto all_neurons = one_or_many<Neuron>(neurons, "neurons");
        const auto all_currents = one_or_many<Current>(currents, "currents");
        const auto how = options(precision, progress);
        std::vector<std::size_t> counts;
        {
          const py::gil_scoped_release released;
          counts = population_spike_counts(all_neurons, all_currents, until, how);
        }
        return to_array(std::move(counts));
      },
      "neurons"_a, "currents"_a, "until"_a, "precision"_a = Precision::exact, "progress"_a = py::none(),
      R"(How many spikes each member has; see population_spike_times.

>>> population_spike_counts(Neuron(), [step(0, forever, 2.5), step(0, forever, 3)], 20).tolist()
[1, 2]
)");
}

}  // namespace lapicque::python
