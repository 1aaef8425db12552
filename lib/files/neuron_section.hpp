#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include "lapicque/files/experiment.hpp"
#include "lapicque/neuron.hpp"
#include "section.hpp"

namespace lapicque::detail {

/// The keys of [neuron].
inline constexpr std::array neuron_keys{
    Key{"rest", R"("-70 mV")", Dimension::voltage, std::numeric_limits<double>::lowest()},
    Key{"reset", R"("-65 mV")", Dimension::voltage, std::numeric_limits<double>::lowest()},
    Key{"threshold", R"("-50 mV")", Dimension::voltage, std::numeric_limits<double>::max()},
    Key{"resistance", R"("10 Mohm")", Dimension::resistance, 1},
    Key{"tau", R"("8 ms")", Dimension::time, 1},
    Key{"capacitance", R"("800 pF")", Dimension::capacitance, 1},
    Key{"leak_conductance", R"("100 nS")", Dimension::conductance, 1},
    Key{"refractory", R"("2 ms")", Dimension::time, 0},
    Key{"initial", R"("-70 mV")", Dimension::voltage, std::numeric_limits<double>::lowest()},
    Key{"reset_rule", R"("to")", std::nullopt},
    Key{"refractory_rule", R"("clamped")", std::nullopt},
    Key{"after_spike", R"([{ kind = "current", jump = "-0.1 nA", tau = "100 ms" }])", std::nullopt},
};

/// The neuron that a section describes; that of the exercises, with a note, where it describes none.
/// @param instead  stand in the place of the section's
/// @throws InvalidArgument  one of `instead` breaks a rule
Neuron read_neuron(Section& section, const NeuronValues& instead);

}  // namespace lapicque::detail
