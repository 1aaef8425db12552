#include "binding.hpp"
#include "lapicque/files/file_error.hpp"

namespace lapicque::python {
namespace {

/// The module's exception; never destroyed, as an interpreter that ends may still need it.
py::handle error_type;

/// Raises it with its pieces as attributes.
void raise(const char* what, const std::string& place, const std::string& value, const std::string& rule,
           const std::string& mend, const py::object& problems) {
  py::object error = error_type(what);
  error.attr("place") = place;
  error.attr("value") = value;
  error.attr("rule") = rule;
  error.attr("mend") = mend;
  error.attr("problems") = problems;
  PyErr_SetObject(error_type.ptr(), error.ptr());
}

std::string place_of(const Problem& problem) {
  std::string place = problem.file;
  if (problem.line > 0) place += ":" + std::to_string(problem.line);
  return problem.key.empty() ? place : place + ": " + problem.key;
}

void translate(std::exception_ptr thrown) {
  try {
    if (thrown) std::rethrow_exception(std::move(thrown));
  } catch (const InvalidArgument& error) {
    raise(error.what(), error.subject(), error.value(), error.rule(), error.mend(), py::tuple());
  } catch (const FileError& error) {
    const Problem& first = error.problems().front();
    raise(error.what(), place_of(first), first.value, first.rule, first.mend, py::tuple(py::cast(error.problems())));
  }
}

}  // namespace

void bind_errors(py::module_& module) {
  py::class_<Problem>(module, "Problem",
                      "One thing that is wrong with a file or a dict: what LapicqueError.problems lists.")
      .def_readonly("file", &Problem::file)
      .def_readonly("line", &Problem::line, "counted from 1; 0 for the file as a whole, and in a dict")
      .def_readonly("key", &Problem::key, "\"neuron.tau\"; may be empty")
      .def_readonly("value", &Problem::value, "as the user wrote it; may be empty")
      .def_readonly("rule", &Problem::rule)
      .def_readonly("mend", &Problem::mend)
      .def("__repr__", [](const Problem& problem) { return to_text(problem); });

  constexpr const char* doc = R"(A number, a name or a file that cannot be used.

str() of it is "PLACE = VALUE: RULE; MEND", and the pieces are attributes:

place     what was wrong: an argument ("tau"), or a place in a file ("cell.toml:6: neuron.tau")
value     what it was ("-8 ms")
rule      what it has to be
mend      how to put it right; may be empty
problems  all that is wrong with a file; empty where it is an argument

>>> try:
...     Neuron(tau=-8)
... except ValueError as error:
...     print(error.place, "|", error.value, "|", error.rule)
tau | -8 ms | a membrane time constant must be greater than 0
)";
  py::dict usual;
  for (const char* piece : {"place", "value", "rule", "mend"}) usual[piece] = "";
  usual["problems"] = py::tuple();
  error_type = PyErr_NewExceptionWithDoc("lapicque.LapicqueError", doc, PyExc_ValueError, usual.ptr());
  if (!error_type) throw py::error_already_set();
  module.attr("LapicqueError") = error_type;
  py::register_exception_translator(&translate);
  module.def(
      "_refuse",
      [](const std::string& place, const std::string& value, const std::string& rule, const std::string& mend) {
        throw InvalidArgument(place, value, rule, mend);
      },
      "place"_a, "value"_a, "rule"_a, "mend"_a = "", "Raises LapicqueError, for the module's own Python files.");
}

}  // namespace lapicque::python
