#include "binding.hpp"

namespace lapicque::python {

std::string call_text(const std::string& name, const std::vector<std::pair<const char*, std::string>>& arguments) {
  std::string text = name + "(";
  for (const auto& [key, value] : arguments) {
    if (text.back() != '(') text += ", ";
    text.append(key).append("=").append(value);
  }
  return text + ")";
}

std::string html_table(const std::string& title, const std::vector<std::pair<std::string, std::string>>& rows) {
  const auto escape = [html = py::module_::import("html")](const std::string& text) {
    return html.attr("escape")(text).cast<std::string>();
  };
  std::string table = "<table><caption>" + escape(title) + "</caption>";
  for (const auto& [name, value] : rows) {
    table += "<tr><th style=\"text-align:left\">" + escape(name) + "</th><td style=\"text-align:left\">" +
             escape(value) + "</td></tr>";
  }
  return table + "</table>";
}

}  // namespace lapicque::python

PYBIND11_MODULE(_core, module) {
  using namespace lapicque::python;  // NOLINT(google-build-using-namespace): all that this file is about
  module.doc() = "The C++ library; lapicque has all of it.";
  module.attr("__version__") = LAPICQUE_VERSION;
  bind_errors(module);
  bind_neuron(module);
  bind_current(module);
  bind_trains(module);
  bind_population(module);
  bind_excitability(module);
  bind_response(module);
  bind_stepper(module);
  bind_convention(module);
  bind_comparison(module);
  bind_diagnosis(module);
  bind_estimation(module);
  bind_files(module);
  bind_certificates(module);
}
