#include "convention.hpp"

namespace lapicque::python {
namespace {

/// Calls visit(name, member) for each field.
template <class Visit>
void for_each_field(Visit visit) {
  visit("update", &Convention::update);
  visit("synaptic_decay", &Convention::synaptic_decay);
  visit("input_time", &Convention::input_time);
  visit("first_input_step", &Convention::first_input_step);
  visit("synapses_sampled", &Convention::synapses_sampled);
  visit("strict_threshold", &Convention::strict_threshold);
  visit("crossing", &Convention::crossing);
  visit("jumps_tested_at_once", &Convention::jumps_tested_at_once);
  visit("rearmed_below", &Convention::rearmed_below);
  visit("detection", &Convention::detection);
  visit("subtracts", &Convention::subtracts);
  visit("stamp", &Convention::stamp);
  visit("stamp_offset", &Convention::stamp_offset);
  visit("decimals", &Convention::decimals);
  visit("arrivals", &Convention::arrivals);
  visit("refractory_count", &Convention::refractory_count);
  visit("refractory_extra", &Convention::refractory_extra);
  visit("refractoriness", &Convention::refractoriness);
  visit("keeps_jump_at_end", &Convention::keeps_jump_at_end);
  visit("floor_at_rest", &Convention::floor_at_rest);
}

py::dict fields_of(const Convention& convention) {
  py::dict all;
  for_each_field([&](const char* name, auto member) { all[name] = convention.*member; });
  return all;
}

/// @throws py::type_error  an unknown name, or a value of another type
Convention with(Convention convention, const py::kwargs& given) {
  for (const auto& [key, value] : given) {
    const auto name = key.cast<std::string>();
    bool known = false;
    for_each_field([&, &changed = value](const char* field, auto member) {
      if (name != field) return;
      known = true;
      try {
        convention.*member = changed.template cast<std::remove_reference_t<decltype(convention.*member)>>();
      } catch (const py::cast_error&) {
        throw py::type_error(name + " = " + std::string(py::repr(changed)) + " is of another type");
      }
    });
    if (!known) throw py::type_error("a convention has no " + name);
  }
  return convention;
}

/// What differs from the default.
std::string text_of_convention(const Convention& convention) {
  const Convention usual;
  std::vector<std::pair<const char*, std::string>> arguments;
  for_each_field([&](const char* name, auto member) {
    if (convention.*member != usual.*member) arguments.emplace_back(name, py::repr(py::cast(convention.*member)));
  });
  return call_text("Convention", arguments);
}

}  // namespace

void bind_convention(py::module_& module) {
  py::class_<Convention> convention(module, "Convention",
                                    R"(The grid of time of a simulator: all that decides which train it prints.

Each step updates u with the current held at I(t_n + input_time dt), adds the jumps that were moved to its end, tests
the threshold, and resets. Convention() is forward Euler as the Stepper has it; fields are given by name and never
change. See include/lapicque/convention.hpp for each:

update                "exact", "exponential-euler", "forward-euler", "backward-euler"
synaptic_decay        "exact", "forward-euler"
input_time            when the current is read, in steps from the step's start; None: it is not held
first_input_step      steps before this one are without that current
synapses_sampled      the current of synapses is read like any other
strict_threshold      a spike takes u > threshold, not >=
crossing              "grid", "within-step", "everywhere"
jumps_tested_at_once  a jump above the threshold fires at its own grid time
rearmed_below         a spike takes a test below the threshold since the last one
detection             mV: the level at which spikes are written down; None: the threshold
subtracts             a reset takes u down by threshold - reset
stamp                 "step-start", "step-end", "crossing", "interpolated"
stamp_offset          ms, added to every time
decimals              of the printed time; None: all
arrivals              "exact", "up", "up-from-microseconds", "nearest", "after"
refractory_count      "exact", "nearest", "down", "up", "brian2"
refractory_extra      steps more than counted
refractoriness        "clamped", "relaxes", "integrates", "keeps-jumps", "keeps-decaying-jumps"
keeps_jump_at_end     a jump at the very end of refractoriness acts
floor_at_rest         u is not let below rest

>>> find_convention("brian2").replace(refractory_extra=1).refractory_extra
1
)");
  convention.def(py::init([](const py::kwargs& given) { return with({}, given); }))
      .def(
          "replace", [](const Convention& self, const py::kwargs& given) { return with(self, given); },
          "The same convention with other values for these fields.")
      .def("fields", &fields_of, "All fields as a dict.")
      .def(
          "__eq__", [](const Convention& a, const Convention& b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const Convention& self) { return py::hash(py::tuple(fields_of(self).attr("items")())); })
      .def("__repr__", &text_of_convention)
      .def(py::pickle(&fields_of, [](const py::dict& all) { return with({}, py::kwargs(all)); }));
  for_each_field([&](const char* name, auto member) { convention.def_readonly(name, member); });

  py::class_<NamedConvention>(module, "NamedConvention", "A convention that people meet.")
      .def_readonly("name", &NamedConvention::name)
      .def_readonly("description", &NamedConvention::description, "one line")
      .def_readonly("source", &NamedConvention::source, "how it was established: what was run, or read")
      .def_readonly("convention", &NamedConvention::convention)
      .def("__repr__", [](const NamedConvention& self) {
        return "<" + std::string(self.name) + ": " + std::string(self.description) + ">";
      });
  module.def(
      "conventions", [] { return std::vector<NamedConvention>(conventions().begin(), conventions().end()); },
      R"(All conventions that have a name, as a list of NamedConvention.

>>> "nest-precise" in [known.name for known in conventions()]
True
)");
  module.def("find_convention", &find_convention, "name"_a, "The convention of that name; see conventions().");
  module.attr("exact_solution") = exact_solution;
  module.def(
      "predicted_spike_times",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, const ConventionOrName& given,
         Time<"dt"> dt) {
        std::vector<double> times;
        {
          const py::gil_scoped_release released;
          times = predicted_spike_times(neuron, current, until, convention_of(given), dt);
        }
        return to_array(std::move(times));
      },
      "neuron"_a, "current"_a, "until"_a, "convention"_a, "dt"_a,
      R"(The spike times (ms) that a correct run under a convention prints.

convention is a Convention or the name of one, dt (ms) its time step.

>>> predicted_spike_times(Neuron(), step(5, forever, 2.5), 20, "brian2", 0.1).tolist()
[17.8]
)");
  module.def(
      "counted_steps",
      [](Time<"refractory"> refractory, Time<"dt"> dt, RefractoryCount count) {
        return counted_steps(refractory, dt, count);
      },
      "refractory"_a, "dt"_a, "count"_a,
      R"(How many steps of dt are counted for a refractory period (both ms); count is a refractory_count of Convention.

>>> counted_steps(2, 0.3, "up")
7.0
)");
}

}  // namespace lapicque::python
