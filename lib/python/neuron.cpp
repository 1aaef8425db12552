#include "lapicque/neuron.hpp"

#include <map>
#include <string_view>

#include "binding.hpp"
#include "files/membrane.hpp"
#include "files/spelling.hpp"
#include "names.hpp"

namespace lapicque::python {
namespace {

/// A number of a neuron that is given by its name.
struct Row {
  const char* name;
  Dimension dimension;
  std::optional<double> (*get)(const NeuronParameters&);
  void (*set)(NeuronParameters&, double);
};

template <auto member>
constexpr Row row(const char* name, Dimension dimension) {
  return {name, dimension, [](const NeuronParameters& p) { return std::optional<double>(p.*member); },
          [](NeuronParameters& p, double value) { p.*member = value; }};
}

/// All of them: a parameter that is added to the library is one more row.
constexpr std::array rows{
    row<&NeuronParameters::rest>("rest", Dimension::voltage),
    row<&NeuronParameters::reset>("reset", Dimension::voltage),
    row<&NeuronParameters::threshold>("threshold", Dimension::voltage),
    row<&NeuronParameters::resistance>("resistance", Dimension::resistance),
    row<&NeuronParameters::tau>("tau", Dimension::time),
    row<&NeuronParameters::refractory>("refractory", Dimension::time),
    row<&NeuronParameters::initial>("initial", Dimension::voltage),
};

double number(py::handle value, Dimension dimension, const char* name) {
  if (const auto number = number_of(value, dimension, name)) return *number;
  throw InvalidArgument(name, py::repr(value), std::string("expected ") + text_of(dimension).article,
                        std::string("give a number in ") + text_of(dimension).unit + ", or a quantity with its unit");
}

/// A part that spikes raise, as [[neuron.after_spike]] of experiment files has it: a dict of kind, jump and tau.
AfterSpike after_spike_of(py::handle given) {
  constexpr const char* mend = "give a dict like {'kind': 'current', 'jump': -0.1, 'tau': 100}";
  const auto refuse = [&](py::handle what, const char* rule) {
    throw InvalidArgument("after_spike", py::repr(what), rule, mend);
  };
  if (!py::isinstance<py::dict>(given)) refuse(given, "each part is a dict of kind, jump and tau");
  const auto part = given.cast<py::dict>();
  for (const char* key : {"kind", "jump", "tau"}) {
    if (!part.contains(key)) refuse(given, "each part has a kind, a jump and a tau");
  }
  if (part.size() != 3) refuse(given, "a part has a kind, a jump and a tau, and nothing else");
  if (!py::isinstance<py::str>(part["kind"])) refuse(part["kind"], "a part's kind is a text");
  const auto kind = part["kind"].cast<AfterSpike::Kind>();
  const auto dimension = kind == AfterSpike::Kind::current ? Dimension::current : Dimension::voltage;
  return {kind, number(part["jump"], dimension, "jump"), number(part["tau"], Dimension::time, "tau")};
}

py::list list_of(const std::vector<AfterSpike>& parts) {
  py::list list;
  for (const auto& [kind, jump, tau] : parts) {
    using namespace py::literals;
    list.append(py::dict("kind"_a = kind, "jump"_a = jump, "tau"_a = tau));
  }
  return list;
}

/// What a neuron does besides, of any type: "to" and the like where it is what plain neurons do.
struct Manner {
  const char* name;
  py::object (*get)(const NeuronParameters&);
  void (*set)(NeuronParameters&, py::handle);
  bool (*is_usual)(const NeuronParameters&);
};

template <auto member>
constexpr Manner rule(const char* name) {
  using Rule = std::remove_cvref_t<decltype(std::declval<NeuronParameters>().*member)>;
  return {name, [](const NeuronParameters& p) -> py::object { return py::cast(p.*member); },
          [](NeuronParameters& p, py::handle given) {
            if (!py::isinstance<py::str>(given))
              throw InvalidArgument(Names<Rule>::what, py::repr(given), "a rule is a text",
                                    std::string("write for example '") + Names<Rule>::values[0] + "'");
            p.*member = given.cast<Rule>();
          },
          [](const NeuronParameters& p) { return p.*member == Rule{}; }};
}

constexpr std::array manners{
    rule<&NeuronParameters::reset_rule>("reset_rule"),
    rule<&NeuronParameters::refractory_rule>("refractory_rule"),
    Manner{"after_spike", [](const NeuronParameters& p) -> py::object { return list_of(p.after_spike); },
           [](NeuronParameters& p, py::handle given) {
             if (!py::isinstance<py::sequence>(given) || py::isinstance<py::str>(given)) {
               throw InvalidArgument("after_spike", py::repr(given), "after-spike parts are a list",
                                     "give a list of dicts like {'kind': 'current', 'jump': -0.1, 'tau': 100}");
             }
             p.after_spike.clear();
             for (const py::handle part : given) p.after_spike.push_back(after_spike_of(part));
           },
           [](const NeuronParameters& p) { return p.after_spike.empty(); }},
};

/// What determines R and tau_m otherwise, see files/membrane.hpp.
constexpr std::array<std::pair<const char*, Dimension>, 2> derived{
    {{"capacitance", Dimension::capacitance}, {"leak_conductance", Dimension::conductance}}};

[[noreturn]] void refuse_name(const std::string& name, py::handle value) {
  std::vector<std::string_view> known;
  for (const Row& row : rows) known.emplace_back(row.name);
  for (const Manner& manner : manners) known.emplace_back(manner.name);
  for (const auto& [key, dimension] : derived) known.emplace_back(key);
  std::string all;
  for (const auto key : known) all.append(all.empty() ? "" : ", ").append(key);
  const auto meant = detail::likely_meant(name, known);
  throw InvalidArgument(name, py::repr(value), "a neuron has no parameter of this name",
                        meant ? "did you mean " + std::string(*meant) + "?" : "it has " + all);
}

/// A neuron with these parameters, and those of `base` where none is given.
Neuron with(NeuronParameters base, const py::kwargs& given) {
  std::map<std::string, double, std::less<>> membrane{};
  const auto is_membrane_key = [](std::string_view name) {
    return std::find(detail::membrane_keys.begin(), detail::membrane_keys.end(), name) != detail::membrane_keys.end();
  };
  for (const auto& [key, value] : given) {
    const auto name = key.cast<std::string>();
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return name == r.name; });
    if (row != rows.end()) {
      if (value.is_none() && name == "initial") {
        base.initial.reset();
        continue;
      }
      const double in_base_unit = number(value, row->dimension, row->name);
      row->set(base, in_base_unit);
      if (is_membrane_key(name)) membrane.emplace(name, in_base_unit);
      continue;
    }
    const auto manner = std::find_if(manners.begin(), manners.end(), [&](const Manner& m) { return name == m.name; });
    if (manner != manners.end()) {
      manner->set(base, value);
      continue;
    }
    const auto other = std::find_if(derived.begin(), derived.end(), [&](const auto& d) { return name == d.first; });
    if (other == derived.end()) refuse_name(name, value);
    membrane.emplace(name, number(value, other->second, other->first));
  }
  if (membrane.contains("capacitance") || membrane.contains("leak_conductance")) {
    const auto keys = detail::effective_membrane_keys(membrane, {"tau", "resistance"});
    if (const auto problem = detail::membrane_problem(keys)) {
      throw InvalidArgument(std::string(keys.back()), to_text(membrane.at(std::string(keys.back()))), problem->rule,
                            problem->mend);
    }
    std::map<std::string_view, double> values;
    for (const auto key : keys) {
      const auto found = membrane.find(key);
      values.emplace(key, found != membrane.end() ? found->second : key == "tau" ? base.tau : base.resistance);
    }
    const auto [resistance, tau] = detail::membrane(values);
    base.resistance = resistance;
    base.tau = tau;
  }
  return Neuron(base);
}

py::dict parameters_of(const Neuron& neuron) {
  py::dict all;
  for (const Row& row : rows) {
    if (const auto value = row.get(neuron.parameters())) all[row.name] = *value;
  }
  for (const Manner& manner : manners) {
    if (!manner.is_usual(neuron.parameters())) all[manner.name] = manner.get(neuron.parameters());
  }
  return all;
}

}  // namespace

void bind_neuron(py::module_& module) {
  py::class_<Neuron> neuron(module, "Neuron", R"(A leaky integrate-and-fire neuron.

    tau du/dt = -(u - rest) + resistance I(t)     between spikes
    a spike at t_f when u rises through threshold; u = reset on [t_f, t_f + refractory), and goes on from reset then

[Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, eq. (1.5)]. Parameters are given by name; the defaults are
those of the book's exercises. A number is in mV, ms or MOhm; "8e-3 s" and quantities of Brian 2, quantities, pint and
astropy are converted.

rest (-70 mV), reset (-65 mV), threshold (-50 mV), resistance (10 MOhm), tau (8 ms), refractory (2 ms), initial
(u(0), mV; rest if it is not given). In place of resistance and tau any two of these, capacitance (nF) and
leak_conductance (uS) that determine them.

reset_rule: "to" reset, or "by" threshold - reset. refractory_rule: "clamped", "jumps-kept" (jumps that come in
refractoriness act at its end) or "silent" (u moves on at once, and makes no spike before the end). after_spike: a list of
dicts, parts that each spike raises by jump and that decay with tau (ms): {"kind": "current"} in nA, added to the injected
current, and {"kind": "threshold"} in mV, added to the threshold.

Neurons never change; replace() makes another one. Raises LapicqueError where a parameter breaks a rule.

>>> Neuron(tau="12 ms", refractory=0)
Neuron(rest=-70, reset=-65, threshold=-50, resistance=10, tau=12, refractory=0)
>>> Neuron(tau=12).tau
12.0
>>> Neuron(after_spike=[{"kind": "current", "jump": "-0.1 nA", "tau": 100}]).after_spike
[{'kind': 'current', 'jump': -0.1, 'tau': 100.0}]
)");
  neuron.def(py::init([](const py::kwargs& given) { return with({}, given); }))
      .def(
          "replace", [](const Neuron& self, const py::kwargs& given) { return with(self.parameters(), given); },
          R"(The same neuron with other values for these parameters.

>>> Neuron().replace(tau=12).tau
12.0
)")
      .def("parameters", &parameters_of,
           "The parameters as a dict, in base units; initial only where it was given, and rules and\n"
           "after_spike only where they are not those of a plain neuron.")
      .def_property_readonly("rest", &Neuron::rest, "The resting potential, mV.")
      .def_property_readonly("reset", &Neuron::reset, "The potential after a spike, mV.")
      .def_property_readonly("threshold", &Neuron::threshold, "The firing threshold, mV.")
      .def_property_readonly("resistance", &Neuron::resistance, "The membrane resistance, MOhm.")
      .def_property_readonly("tau", &Neuron::tau, "The membrane time constant, ms.")
      .def_property_readonly("refractory", &Neuron::refractory, "The absolute refractory period, ms.")
      .def_property_readonly("initial", &Neuron::initial, "u(0), mV.")
      .def_property_readonly("reset_rule", &Neuron::reset_rule, "What a spike does to u: 'to' or 'by'.")
      .def_property_readonly("refractory_rule", &Neuron::refractory_rule,
                             "What refractoriness means: 'clamped', 'jumps-kept' or 'silent'.")
      .def_property_readonly(
          "after_spike", [](const Neuron& self) { return list_of(self.parameters().after_spike); },
          "The parts that each spike raises: dicts of kind, jump (nA or mV) and tau (ms).")
      .def(
          "__eq__", [](const Neuron& a, const Neuron& b) { return parameters_of(a).equal(parameters_of(b)); },
          py::is_operator())
      .def("__hash__", [](const Neuron& self) { return py::hash(py::repr(parameters_of(self))); })
      .def("__repr__",
           [](const Neuron& self) {
             std::vector<std::pair<const char*, std::string>> arguments;
             for (const Row& row : rows) {
               if (const auto value = row.get(self.parameters())) arguments.emplace_back(row.name, to_text(*value));
             }
             for (const Manner& manner : manners) {
               if (manner.is_usual(self.parameters())) continue;
               arguments.emplace_back(manner.name, py::repr(manner.get(self.parameters())));
             }
             return call_text("Neuron", arguments);
           })
      .def("_repr_html_",
           [](const Neuron& self) {
             std::vector<std::pair<std::string, std::string>> lines;
             for (const Row& row : rows) {
               const auto value = row.get(self.parameters());
               if (value) lines.emplace_back(row.name, to_text(*value, text_of(row.dimension).unit));
             }
             for (const Manner& manner : manners) {
               if (manner.is_usual(self.parameters())) continue;
               lines.emplace_back(manner.name, py::str(manner.get(self.parameters())));
             }
             return html_table("Leaky integrate-and-fire neuron", lines);
           })
      .def(py::pickle(&parameters_of, [](const py::dict& all) { return with({}, py::kwargs(all)); }));
}

}  // namespace lapicque::python
