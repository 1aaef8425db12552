#include <pybind11/stl/filesystem.h>

#include "lapicque/certificates/certificate.hpp"
#include "lapicque/certificates/certify.hpp"
#include "lapicque/certificates/check.hpp"
#include "names.hpp"

namespace lapicque::python {

void bind_certificates(py::module_& module) {
  py::class_<Certificate::Spike>(module, "CertifiedSpike", R"(A spike's time, proven to lie between two decimals.

repr: the decimal in the middle, and half the width.
)")
      .def_readonly("low", &Certificate::Spike::low, "ms, a decimal as a text")
      .def_readonly("high", &Certificate::Spike::high, "ms, a decimal as a text")
      .def_readonly("kind", &Certificate::Spike::kind, "\"crossing\", \"jump\" or \"coincidence\"")
      .def("__repr__", [](const py::object& self) {
        return py::module_::import("lapicque.exchange").attr("ball_text")(self.attr("low"), self.attr("high"));
      });
  py::class_<Certificate::Stretch>(module, "CertifiedStretch",
                                   "One stretch of the proof; see certificate.hpp for the rules.")
      .def_readonly("rule", &Certificate::Stretch::rule)
      .def_readonly("start", &Certificate::Stretch::from, "ms, a decimal as a text")
      .def_readonly("stop", &Certificate::Stretch::to, "ms, a decimal as a text")
      .def_readonly("end", &Certificate::Stretch::end)
      .def_readonly("bound", &Certificate::Stretch::bound, "mV, a decimal as a text, or empty")
      .def_readonly("spike", &Certificate::Stretch::spike, "the number of the spike that ends it, from 1; 0: none");
  py::class_<Certificate>(module, "Certificate", R"(A proof of all spikes of an experiment, which anyone can check.

certify() makes one, check_certificate() verifies it; `lapicque check-certificate` is an independent program that does.
)")
      .def_readonly("experiment", &Certificate::experiment, "the experiment's fingerprint")
      .def_readonly("until", &Certificate::until)
      .def_readonly("width", &Certificate::width)
      .def_readonly("spikes", &Certificate::spikes, "a list of CertifiedSpike")
      .def_readonly("stretches", &Certificate::stretches, "a list of CertifiedStretch")
      .def_property_readonly("assumptions", &Certificate::assumptions, "how many claims are taken for granted")
      .def("to_json", [](const Certificate& self) { return to_json(self); })
      .def("__repr__", [](const Certificate& self) {
        return "<Certificate of " + std::to_string(self.spikes.size()) + " spikes until " + self.until + " ms>";
      });
  py::class_<Verdict>(module, "Verdict", "What came of checking a certificate.")
      .def_readonly("valid", &Verdict::valid)
      .def_readonly("fault", &Verdict::fault, "which entry is wrong, and why; empty if valid")
      .def_readonly("assumptions", &Verdict::assumptions)
      .def("__bool__", [](const Verdict& self) { return self.valid; })
      .def("__repr__", [](const Verdict& self) {
        return self.valid ? std::string("<Verdict: valid>") : "<Verdict: " + self.fault + ">";
      });
  module.def(
      "certify",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, Time<"width"> width) {
        const py::gil_scoped_release released;
        return certify(neuron, current, until, width);
      },
      "neuron"_a, "current"_a, "until"_a, "width"_a = Time<"width">{1e-20},
      R"(A proof of the spikes with 0 <= t <= until (ms), in interval arithmetic: a Certificate.

No spike's interval is wider than `width` (ms). Shares neither code nor method with the solver.

>>> certificate = certify(Neuron(), step(5, forever, 2.5), 20)
>>> certificate.spikes
[17.87550329947280299680607466580950 +/- 5.9e-31]
>>> bool(check_certificate(Neuron(), step(5, forever, 2.5), 20, certificate))
True
)");
  module.def(
      "check_certificate",
      [](const Neuron& neuron, const Current& current, Time<"until"> until, const Certificate& certificate) {
        const py::gil_scoped_release released;
        return check(neuron, current, until, certificate);
      },
      "neuron"_a, "current"_a, "until"_a, "certificate"_a,
      "Whether a certificate proves the spikes of an experiment: a Verdict. Nothing is taken on trust.");
  module.def("parse_certificate", &parse_certificate, "json"_a, "name"_a = "certificate",
             "The certificate in a JSON text.");
  module.def(
      "read_certificate", [](const std::filesystem::path& file) { return read_certificate(file); }, "file"_a,
      "The certificate in a file.");
  module.def(
      "fingerprint",
      [](const Neuron& neuron, const Current& current, Time<"until"> until) {
        return fingerprint(neuron, current, until);
      },
      "neuron"_a, "current"_a, "until"_a, "16 hexadecimal digits that tell experiments apart.");
}

}  // namespace lapicque::python
