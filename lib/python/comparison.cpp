#include "lapicque/comparison.hpp"

#include "lapicque/spike_distance.hpp"
#include "names.hpp"

namespace lapicque::python {
namespace {

void bind_result(py::module_& module) {
  py::class_<MatchedSpike>(module, "MatchedSpike", "A spike that both trains have.")
      .def_readonly("exact", &MatchedSpike::exact, "its index in the exact train")
      .def_readonly("theirs", &MatchedSpike::theirs, "its index in the other one")
      .def_readonly("error", &MatchedSpike::error, "ms: their time less the exact one; > 0 is late");
  py::class_<Parting>(module, "Parting", "The first place where a train leaves the exact one.")
      .def_readonly("kind", &Parting::kind, "\"off\", \"missed\" or \"invented\"")
      .def_readonly("index", &Parting::index, "in the exact train (off, missed) or in theirs (invented)")
      .def_readonly("time", &Parting::time, "ms");
  const auto rows = [](const Comparison& self) {
    return std::vector<std::pair<std::string, std::string>>{
        {"within tolerance", self.within ? "yes" : "no"},  {"matched", std::to_string(self.matched.size())},
        {"missed", std::to_string(self.missed.size())},    {"invented", std::to_string(self.invented.size())},
        {"largest error", to_text(self.max_error, "ms")},  {"shift (mean error)", to_text(self.shift, "ms")},
        {"drift", to_text(self.drift, "ms per spike")},    {"Victor-Purpura distance", to_text(self.victor_purpura)},
        {"van Rossum distance", to_text(self.van_rossum)}, {"coincidence factor", to_text(self.coincidence)},
    };
  };
  py::class_<Comparison>(module, "Comparison",
                         "What compare() finds; numbers without a matched spike to stand on are not-a-number.")
      .def_readonly("matched", &Comparison::matched, "a list of MatchedSpike, ascending")
      .def_property_readonly(
          "errors",
          [](const Comparison& self) {
            std::vector<double> errors;
            for (const auto& spike : self.matched) errors.push_back(spike.error);
            return to_array(std::move(errors));
          },
          "ms: the errors of the matched spikes, as an array")
      .def_readonly("missed", &Comparison::missed, "indices in the exact train of spikes that theirs lacks")
      .def_readonly("invented", &Comparison::invented, "indices in theirs of spikes that the exact train lacks")
      .def_readonly("left_out", &Comparison::left_out, "indices in theirs of spikes after `until` that do not count")
      .def_readonly("parting", &Comparison::parting, "a Parting; None where `within` holds")
      .def_readonly("within", &Comparison::within,
                    "nothing is missed or invented and max_error is at most the tolerance")
      .def_readonly("shift", &Comparison::shift, "ms: the mean error")
      .def_readonly("drift", &Comparison::drift, "ms per spike")
      .def_readonly("max_error", &Comparison::max_error, "ms: the largest |error|")
      .def_readonly("worst", &Comparison::worst, "the index in `matched` of the first spike with that error")
      .def_readonly("cost", &Comparison::cost, "1/ms: what victor_purpura was taken with")
      .def_readonly("victor_purpura", &Comparison::victor_purpura)
      .def_readonly("van_rossum", &Comparison::van_rossum)
      .def_readonly("coincidence", &Comparison::coincidence)
      .def("__bool__", [](const Comparison& self) { return self.within; })
      .def("__repr__",
           [](const Comparison& self) {
             return "<Comparison: " + std::string(self.within ? "within" : "not within") + " the tolerance, " +
                    std::to_string(self.matched.size()) + " matched, " + std::to_string(self.missed.size()) +
                    " missed, " + std::to_string(self.invented.size()) + " invented, largest error " +
                    to_text(self.max_error, "ms") + ">";
           })
      .def("_repr_html_",
           [rows](const Comparison& self) { return html_table("Comparison of spike trains", rows(self)); });
}

void bind_distances(py::module_& module) {
  module.def(
      "victor_purpura_distance",
      [](const Times<"a">& a, const Times<"b">& b, double cost) { return victor_purpura_distance(a, b, cost); }, "a"_a,
      "b"_a, "cost"_a, R"(The Victor-Purpura distance of two trains (ms) at `cost` (1/ms) [Victor and Purpura, 1997].

A spike that is left alone costs 1, moving one by t ms costs `cost` t.

>>> victor_purpura_distance([10, 20], [11], 0.5)
1.5
)");
  module.def(
      "align",
      [](const Times<"a">& a, const Times<"b">& b, double cost) {
        const auto alignment = align(a, b, cost);
        py::list pairs;
        for (const auto& pair : alignment.pairs) pairs.append(py::make_tuple(pair.first, pair.second));
        return py::make_tuple(pairs, alignment.cost);
      },
      "a"_a, "b"_a, "cost"_a, R"((pairs, cost): the matching of least Victor-Purpura cost, pairs of indices.

>>> align([10, 20], [11], 0.5)
([(0, 0)], 1.5)
)");
  module.def(
      "van_rossum_distance",
      [](const Times<"a">& a, const Times<"b">& b, Time<"tau"> tau) { return van_rossum_distance(a, b, tau); }, "a"_a,
      "b"_a, "tau"_a, R"(The van Rossum distance of two trains (ms) at the time constant tau (ms) [van Rossum, 2001].

    D^2 = 1/tau integral of (f - g)^2 dt,   f(t) = sum over spikes t_i <= t of exp(-(t - t_i)/tau)

>>> van_rossum_distance([10], [], 5)  # sqrt(1/2)
0.7071067811865476
)");
  module.def(
      "coincidence_factor",
      [](const Times<"reference">& reference, const Times<"train">& train, Time<"window"> window,
         Time<"duration"> duration) { return coincidence_factor(reference, train, window, duration); },
      "reference"_a, "train"_a, "window"_a, "duration"_a,
      R"(The coincidence factor Gamma of a train against a reference: 1 for the same train, 0 on average for chance.

[Kistler, Gerstner, van Hemmen, 1997]; times, window and duration in ms.

>>> coincidence_factor([10, 20, 70], [10.5, 20, 70], 2, 100)
1.0
)");
}

}  // namespace

void bind_comparison(py::module_& module) {
  bind_result(module);
  module.def(
      "compare",
      [](const Times<"exact">& exact, const Times<"theirs">& theirs, Time<"tolerance"> tolerance,
         std::optional<Time<"until">> until, std::optional<double> cost, Time<"van_rossum_tau"> van_rossum_tau,
         Time<"coincidence_window"> window) {
        const ComparisonOptions options{.tolerance = tolerance,
                                        .until = until ? until->value : forever,
                                        .cost = cost,
                                        .van_rossum_tau = van_rossum_tau,
                                        .coincidence_window = window};
        const py::gil_scoped_release released;
        return compare(exact, theirs, options);
      },
      "exact"_a, "theirs"_a, "tolerance"_a = Time<"tolerance">{ComparisonOptions{}.tolerance}, "until"_a = py::none(),
      "cost"_a = py::none(), "van_rossum_tau"_a = Time<"van_rossum_tau">{ComparisonOptions{}.van_rossum_tau},
      "coincidence_window"_a = Time<"coincidence_window">{ComparisonOptions{}.coincidence_window},
      R"(Somebody's spike train against the exact one, or any other that it should be: a Comparison.

Times in ms, ascending. Spikes are matched so that one too few or too many does not spoil the rest. tolerance (ms): an
error up to it is none; until (ms): the end of the run.

>>> compare([10, 20, 30], [10.1, 30.1], tolerance=0.5, until=50)
<Comparison: not within the tolerance, 2 matched, 1 missed, 0 invented, largest error 0.10000000000000142 ms>
)");
  bind_distances(module);
}

}  // namespace lapicque::python
