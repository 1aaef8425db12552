// Words that are not known: which known one was meant. The names are those of Brian 2, NEST, PyNN and NEURON and of
// papers; no answer is better than a wrong one.

#include "files/spelling.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace lapicque::detail {
namespace {

constexpr std::array<std::string_view, 9> neuron{
    "rest", "reset", "threshold", "resistance", "tau", "capacitance", "leak_conductance", "refractory", "initial"};

std::string meant(std::string_view word, std::span<const std::string_view> known = neuron) {
  return std::string(likely_meant(word, known).value_or("nothing"));
}

TEST(Spelling, KnowsWhatOtherProgramsCallTheNeuronsParameters) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> names{
      {"rest",
       {"v_rest", "V_rest", "Vrest", "E_L", "EL", "e_leak", "E_rest", "u_rest", "V_L", "e_pas", "resting_potential"}},
      {"reset", {"v_reset", "V_reset", "u_r", "V_r", "Vreset", "reset_potential", "E_reset"}},
      {"threshold",
       {"v_thresh", "V_th", "Vth", "vt", "V_T", "theta", "u_th", "thresh", "v_threshold", "V_thr", "firing_threshold"}},
      {"resistance", {"R", "R_m", "Rm", "r_in", "R_input", "input_resistance", "membrane_resistance"}},
      {"tau", {"tau_m", "taum", "tau_mem", "tau_membrane", "Tau_M", "time_constant", "membrane_time_constant"}},
      {"capacitance", {"C", "cm", "C_m", "Cm", "c_mem", "membrane_capacitance", "capacity"}},
      {"leak_conductance", {"g_L", "gL", "g_leak", "gl", "g_m", "g_pas", "leak", "conductance", "leakage_conductance"}},
      {"refractory",
       {"tau_refrac", "t_ref", "tref", "tau_ref", "tau_refractory", "t_refrac", "refrac", "t_rp", "tau_rp", "tau_arp",
        "delta_abs", "refractory_period", "absolute_refractory_period"}},
      {"initial", {"v_init", "V_m", "v0", "u0", "V_initial", "initial_potential"}},
  };
  for (const auto& [key, words] : names) {
    for (const auto& word : words) EXPECT_EQ(meant(word), key) << word;
  }
}

TEST(Spelling, KnowsWhatTheyCallTheRunAndItsInputs) {
  constexpr std::array<std::string_view, 1> run{"until"};
  for (const auto* word : {"t_stop", "tstop", "duration", "T", "t_sim", "t_max", "simulation_time", "untill"}) {
    EXPECT_EQ(meant(word, run), "until") << word;
  }
  constexpr std::array<std::string_view, 4> step{"kind", "start", "stop", "amplitude"};
  for (const auto* word : {"amp", "I", "I_e", "i_ext", "current", "amplitud"})
    EXPECT_EQ(meant(word, step), "amplitude");
  for (const auto* word : {"delay", "del", "onset", "t_start", "strat"}) EXPECT_EQ(meant(word, step), "start") << word;
  EXPECT_EQ(meant("dur", step), "nothing");  // a length is no end
  constexpr std::array<std::string_view, 6> synapse{"kind", "shape", "tau", "times", "weights", "file"};
  EXPECT_EQ(meant("tau_syn", synapse), "tau");
  EXPECT_EQ(meant("weight", synapse), "weights");
  EXPECT_EQ(meant("spike_times", synapse), "times");
}

TEST(Spelling, IsCorrectedInAllOfThem) {
  EXPECT_EQ(meant("treshold"), "threshold");
  EXPECT_EQ(meant("resistence"), "resistance");
  EXPECT_EQ(meant("capacitence"), "capacitance");
  EXPECT_EQ(meant("leak-conductence"), "leak_conductance");
  EXPECT_EQ(meant("refactory"), "refractory");
  EXPECT_EQ(meant("tua"), "tau");
  EXPECT_EQ(meant("tau_refract"), "refractory");
  EXPECT_EQ(meant("v_treshold"), "threshold");
  EXPECT_EQ(meant("membrane_resistence"), "resistance");
  EXPECT_EQ(meant("initail"), "initial");
}

TEST(Spelling, SeesThroughAUnit) {
  EXPECT_EQ(meant("tau_ms"), "tau");
  EXPECT_EQ(meant("rest_mV"), "rest");
  EXPECT_EQ(meant("tau_m_ms"), "tau");
  EXPECT_EQ(meant("C_m_pF"), "capacitance");
}

TEST(Spelling, SeesThroughWordsThatTellNothing) {
  EXPECT_EQ(meant("rest_v"), "rest");
  EXPECT_EQ(meant("spike_thresh"), "threshold");
  EXPECT_EQ(meant("membrane_tau"), "tau");
  EXPECT_EQ(meant("init_v_mV"), "initial");
  EXPECT_EQ(meant("cap_m"), "capacitance");
  EXPECT_EQ(meant("v"), "initial");
}

TEST(Spelling, SaysNothingRatherThanSomethingWrong) {
  for (const auto* word :
       {"tau_syn", "tau_w", "tau_s", "tau_rise", "delta_T", "b", "E_ex", "noise", "spike", "xyzzy", "dt"}) {
    EXPECT_EQ(meant(word), "nothing") << word;
  }
}

}  // namespace
}  // namespace lapicque::detail
