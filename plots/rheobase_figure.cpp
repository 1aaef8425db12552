#include "rheobase_figure.hpp"

#include "lapicque/current.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "neuron_text.hpp"
#include "voltage_figure.hpp"

namespace lapicque::figures {

Figure rheobase_figure(const Neuron& neuron, double until) {
  const double at = rheobase(neuron);
  const double distance = 0.1 * (neuron.threshold() - neuron.reset()) / neuron.resistance();
  Panel panel{"Membrane potential under a lasting current", {"time (ms)", false, 0.0, until}, {"potential (mV)"}, {}};
  const auto add = [&](const char* name, double current, Role role, Mark mark) {
    // The first panel of the voltage figure has the curve, and then the spike lines where there are any.
    auto curves = voltage_figure({}, neuron, step(0, forever, current), {0, until}).panels.front().curves;
    curves.pop_back();
    curves.front().name = name + to_text(current, "nA");
    curves.front().role = role;
    curves.front().mark = mark;
    panel.curves.insert(panel.curves.end(), curves.begin(), curves.end());
  };
  add("above: ", at + distance, Role::exact, Mark::line);
  add("rheobase: ", at, Role::other, Mark::dashes);
  add("below: ", at - distance, Role::another, Mark::dashes);
  panel.curves.push_back(threshold_line(neuron.threshold(), 0, until));
  return {"Rheobase: the lasting current that must be exceeded", neuron_text(neuron), {panel}};
}

}  // namespace lapicque::figures
