#include <pybind11/stl/filesystem.h>

#include <nlohmann/json.hpp>

#include "lapicque/files/experiment.hpp"
#include "lapicque/files/spike_file.hpp"
#include "lapicque/files/trace.hpp"
#include "names.hpp"

namespace lapicque::python {
namespace {

using Json = nlohmann::json;

/// A dict as JSON: numpy's numbers and arrays are numbers and lists, quantities are texts with a unit, and so are
/// infinity and not-a-number, which the reader then refuses by name.
Json json_of(py::handle object) {
  if (py::isinstance<py::dict>(object)) {
    Json all = Json::object();
    for (const auto& [key, value] : object.cast<py::dict>()) {
      if (!value.is_none()) all[py::str(key).cast<std::string>()] = json_of(value);
    }
    return all;
  }
  if (py::isinstance<py::str>(object)) return object.cast<std::string>();
  if (py::isinstance<py::bool_>(object)) return object.cast<bool>();
  if (py::isinstance<py::int_>(object)) return Json::parse(std::string(py::str(object)));
  if (PyFloat_Check(object.ptr()) != 0) {
    const double value = PyFloat_AsDouble(object.ptr());
    return std::isfinite(value) ? Json(value) : Json(to_text(value));
  }
  const bool is_array = py::hasattr(object, "ndim") && object.attr("ndim").cast<int>() > 0;
  if (is_array || py::isinstance<py::list>(object) || py::isinstance<py::tuple>(object)) {
    Json all = Json::array();
    for (const auto element : object) all.push_back(json_of(element));
    return all;
  }
  if (const auto text = quantity_text(object)) return *text;
  if (py::hasattr(object, "__fspath__")) return py::str(object.attr("__fspath__")()).cast<std::string>();
  if (py::hasattr(object, "tolist")) return json_of(object.attr("tolist")());  // a number of numpy
  throw py::type_error("an experiment has no " + std::string(py::str(py::type::of(object).attr("__name__"))));
}

NeuronValues values_of(const py::kwargs& instead) {
  NeuronValues values;
  for (const auto& [key, value] : instead) values.emplace(key.cast<std::string>(), value.cast<double>());
  return values;
}

void bind_experiments(py::module_& module) {
  py::class_<Experiment>(module, "Experiment", "What an experiment file says.")
      .def_readonly("neuron", &Experiment::neuron)
      .def_readonly("current", &Experiment::current, "the sum of all inputs")
      .def_readonly("until", &Experiment::until, "ms")
      .def_readonly("files", &Experiment::files, "what it was read from")
      .def_readonly("remarks", &Experiment::remarks, "what its author may not have meant")
      .def("__repr__", [](const Experiment& self) {
        return "<Experiment until " + to_text(self.until, "ms") + ": " + std::string(py::repr(py::cast(self.neuron))) +
               ", " + std::string(py::repr(py::cast(self.current))) + ">";
      });
  module.def(
      "read_experiment",
      [](const std::filesystem::path& file, const py::kwargs& instead) {
        return read_experiment(file, values_of(instead));
      },
      "file"_a, R"(The experiment in a TOML file; its format is described in apps/README.md.

Numbers of the neuron may be given by name (tau=12), in base units, in place of the file's. Raises LapicqueError with
every problem of the file.
)");
  module.def(
      "parse_experiment",
      [](const py::object& experiment, const std::string& name, const std::filesystem::path& folder,
         const py::kwargs& instead) {
        const auto values = values_of(instead);
        if (py::isinstance<py::str>(experiment)) {
          return parse_experiment(experiment.cast<std::string>(), name, folder, values);
        }
        return parse_json_experiment(json_of(experiment).dump(), name, folder, values);
      },
      "experiment"_a, "name"_a = "experiment", "folder"_a = ".",
      R"(The same from a text in TOML, or from a dict with the file's tables and keys.

name: what it is called in messages; folder: where the data files that it names are looked up.

>>> cell = parse_experiment({
...     "neuron": {"rest": -70, "reset": -65, "threshold": -50, "resistance": "10 Mohm", "tau": "8 ms"},
...     "run": {"until": 200},
...     "input": [{"kind": "step", "start": 5, "stop": 101, "amplitude": "2.5 nA"}]})
>>> cell.neuron.tau, cell.until
(8.0, 200.0)
>>> parse_experiment({"neuron": {"treshold": -50}})  # doctest: +IGNORE_EXCEPTION_DETAIL
Traceback (most recent call last):
LapicqueError: experiment: unknown key neuron.treshold; did you mean threshold?
)");
}

/// Notes on what was assumed of a file, as Python's warnings.
void warn(const std::vector<std::string>& notes) {
  for (const auto& note : notes) {
    if (PyErr_WarnEx(PyExc_UserWarning, note.c_str(), 2) != 0) throw py::error_already_set();
  }
}

void bind_data(py::module_& module) {
  module.def(
      "read_spikes",
      [](const std::filesystem::path& file, const std::string& unit, const std::string& neuron,
         const std::string& column, std::optional<Time<"step">> step, const std::string& population) {
        SpikeFileFormat format{unit, neuron, column, {}, population};
        if (step) format.step = step->value;
        auto spikes = read_spikes(file, format);
        warn(spikes.notes);
        return to_array(std::move(spikes.times));
      },
      "file"_a, py::kw_only(), "unit"_a = "", "neuron"_a = "", "column"_a = "", "step"_a = py::none(),
      "population"_a = "",
      R"(The spike times (ms, ascending) of one neuron from a table or a list, as simulators and people write them.

unit of the times ("s"; "steps", of which `step` ms is one), neuron, column and population are found out where they are
not given. What was assumed is a warning; what cannot be told apart is a LapicqueError.
)");
  module.def(
      "read_trace",
      [](const std::filesystem::path& file, const std::string& column, const std::string& neuron) {
        TraceFormat format;
        format.column = column;
        format.neuron = neuron;
        std::vector<std::string> notes;
        auto trace = read_trace(file, format, notes).trace;
        warn(notes);
        return py::make_tuple(to_array(std::move(trace.times)), to_array(std::move(trace.potentials)));
      },
      "file"_a, py::kw_only(), "column"_a = "", "neuron"_a = "",
      "(times, potentials): a recorded membrane potential (ms, mV) from a file of columns.");
}

}  // namespace

void bind_files(py::module_& module) {
  bind_experiments(module);
  bind_data(module);
  module.def(
      "quantity",
      [](const py::object& value, const std::string& unit) -> py::object {
        for (std::size_t k = 0; k <= static_cast<std::size_t>(Dimension::conductance); ++k) {
          const auto dimension = static_cast<Dimension>(k);
          if (unit != text_of(dimension).unit) continue;
          const auto numbers = array_of(value, dimension, text_of(dimension).name);
          if (!numbers) throw py::type_error("expected a number, a text, a quantity, or an array of them");
          if (numbers->ndim() > 0) return *numbers;
          return py::float_(*numbers->data());
        }
        throw InvalidArgument("unit", '"' + unit + '"', "this is no base unit",
                              "give one of mV, ms, nA, MOhm, Hz, rad, nF, uS");
      },
      "value"_a, "unit"_a, R"(A quantity in base units (unit: mV, ms, nA, MOhm, Hz, rad, nF or uS), rounded once.

value: a text, a quantity of Brian 2, quantities, pint or astropy, or an array or list of them.

>>> quantity("8e-3 s", "ms")
8.0
)");
}

}  // namespace lapicque::python
