#include "lapicque/diagnosis.hpp"

#include "convention.hpp"

namespace lapicque::python {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all.append(all.empty() ? "" : ", ").append(word);
  return all;
}

std::string text_of_explanation(const Explanation& explanation) {
  std::string text = explanation.convention;
  if (explanation.dt > 0) text += " at " + to_text(explanation.dt, "ms");
  for (const auto change : explanation.changes) text.append(", but ").append(describe_diagnosis(change));
  if (explanation.fitted) {
    const auto& number = *explanation.fitted;
    text +=
        " (" + number.quantity + " = " + to_text(number.value) + (number.unit.empty() ? "" : " " + number.unit) + ")";
  }
  return text;
}

void bind_explanation(py::module_& module) {
  py::class_<PrintedDigits>(module, "PrintedDigits", "How the times of a train were printed.")
      .def_readonly("unit", &PrintedDigits::unit, "ms: what the last digit is worth")
      .def_readonly("may_be_rounded", &PrintedDigits::may_be_rounded)
      .def_readonly("may_be_cut", &PrintedDigits::may_be_cut);
  py::class_<FittedNumber>(module, "FittedNumber", "A number of the problem that is another one in theirs.")
      .def_readonly("quantity", &FittedNumber::quantity)
      .def_readonly("unit", &FittedNumber::unit)
      .def_readonly("given", &FittedNumber::given)
      .def_readonly("value", &FittedNumber::value, "the shortest decimal with which their train is the predicted one")
      .def_readonly("low", &FittedNumber::low)
      .def_readonly("high", &FittedNumber::high);
  py::class_<Explanation>(module, "Explanation",
                          "One way to explain a train: a convention, with so many changes to it.")
      .def_readonly("convention", &Explanation::convention, "its name, or \"exact\"")
      .def_readonly("dt", &Explanation::dt, "ms; 0 where there is no step")
      .def_readonly("changes", &Explanation::changes, "names of diagnoses, see describe_diagnosis; empty: none")
      .def_readonly("traits", &Explanation::traits, "what the convention itself and printing do to the train, likewise")
      .def_property_readonly(
          "predicted", [](py::object self) { return view(self.cast<const Explanation&>().predicted, self); },
          "ms: the train that it predicts")
      .def_readonly("residual", &Explanation::residual, "ms: the largest |theirs - predicted|")
      .def_readonly("printed", &Explanation::printed)
      .def_readonly("fitted", &Explanation::fitted)
      .def("__str__", &text_of_explanation)
      .def("__repr__", [](const Explanation& self) { return "<Explanation: " + text_of_explanation(self) + ">"; });
}

}  // namespace

void bind_diagnosis(py::module_& module) {
  bind_explanation(module);
  py::class_<CloseDecision>(module, "CloseDecision", "A decision that hangs on less than the rounding of doubles.")
      .def_readonly("fires", &CloseDecision::fires)
      .def_readonly("time", &CloseDecision::time, "ms")
      .def_readonly("margin", &CloseDecision::margin, "mV");
  py::class_<Diagnosis>(module, "Diagnosis", "What diagnose() finds.")
      .def_readonly("grid", &Diagnosis::grid,
                    "ms: the longest step of which all times are multiples; None: there is none")
      .def_readonly("steps", &Diagnosis::steps, "ms: the time steps that were tried")
      .def_readonly("explanations", &Diagnosis::explanations, "all that fit with the fewest changes")
      .def_readonly("nearest", &Diagnosis::nearest, "where none fits: the convention that comes nearest")
      .def_readonly("is_near", &Diagnosis::is_near)
      .def_readonly("tested", &Diagnosis::tested, "how many hypotheses were tried")
      .def_readonly("untried_steps", &Diagnosis::untried_steps)
      .def_readonly("cut_short", &Diagnosis::cut_short)
      .def_readonly("names", &Diagnosis::names, "all diagnoses in the explanations")
      .def("__repr__",
           [](const Diagnosis& self) {
             if (self.explanations.empty()) return "<Diagnosis: none of " + std::to_string(self.tested) + " fits>";
             std::vector<std::string> texts;
             for (const auto& explanation : self.explanations) texts.push_back(text_of_explanation(explanation));
             return "<Diagnosis: " + joined(texts) + ">";
           })
      .def("_repr_html_", [](const Diagnosis& self) {
        std::vector<std::pair<std::string, std::string>> rows;
        for (const auto& explanation : self.explanations) rows.emplace_back("fits", text_of_explanation(explanation));
        if (self.nearest) rows.emplace_back("nearest, does not fit", text_of_explanation(*self.nearest));
        rows.emplace_back("hypotheses tried", std::to_string(self.tested));
        return html_table("Diagnosis", rows);
      });
  module.def(
      "diagnose",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, const Times<"theirs">& theirs,
         std::optional<Time<"dt">> dt, const std::string& convention, double most) {
        DiagnosisOptions options{.convention = convention, .most_steps = most};
        if (dt) options.dt = dt->value;
        const py::gil_scoped_release released;
        return diagnose(neuron, current, until, theirs, options);
      },
      "neuron"_a, "current"_a, "until"_a, "theirs"_a, "dt"_a = py::none(), "convention"_a = "",
      "most_steps"_a = most_steps,
      R"(Which problem somebody's simulator solved: a Diagnosis.

theirs: its spike times, ms; dt: its time step, ms, found out if it is None; convention: the name of the one that it
means to follow. Conventions, and changes to them (stamps at the other end of the step, refractoriness a step longer,
a wrong tau, ...) are tried until what they predict is the train.

>>> neuron, current = Neuron(), samples(0, 1, [2.6, 3.1, 2.2, 4] * 25)
>>> theirs = predicted_spike_times(neuron, current, 100, "brian2", 0.1)
>>> [str(found) for found in diagnose(neuron, current, 100, theirs, dt=0.1).explanations]
['brian2 at 0.1 ms']
)");
  module.def(
      "close_decision",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, Time<"tolerance"> tolerance) {
        const py::gil_scoped_release released;
        return close_decision(neuron, current, until, tolerance);
      },
      "neuron"_a, "current"_a, "until"_a, "tolerance"_a = Time<"tolerance">{1e-3},
      "The first decision until `until` (ms) that a program which computes in doubles may take either way; None if "
      "there\n"
      "is none.");
  module.def("describe_diagnosis", &describe_diagnosis, "name"_a,
             R"(A diagnosis in words; empty if there is none of that name.

>>> describe_diagnosis("refractory-one-step-long")
'refractoriness lasts one step longer'
)");
  module.def(
      "time_grid", [](const Times<"times">& times) { return time_grid(times); }, "times"_a,
      R"(The longest step (ms) of which all times are multiples; None if there is none.

>>> time_grid([0.3, 1.2, 2.1])
0.3
)");
}

}  // namespace lapicque::python
