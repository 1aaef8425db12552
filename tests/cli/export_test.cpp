#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "program.hpp"

namespace lapicque::test {
namespace {

// That the scripts run, and what they print, is tested in tests/simulators.

std::string experiment(const std::string& inputs, const std::string& neuron = "rest = -65\ntau = 8\n") {
  return "[neuron]\nreset = -65\nthreshold = -50\nresistance = 10\n" + neuron + "[run]\nuntil = 40\n" + inputs;
}

std::string step(const std::string& keys) { return "[[input]]\nkind = \"step\"\n" + keys; }

std::string synapse(const std::string& keys) {
  return "[[input]]\nkind = \"synapse\"\ntimes = [1]\nshape = \"exponential\"\n" + keys;
}

const std::string pulses = "[[input]]\nkind = \"pulses\"\ntimes = [1]\njump = 3\n";

Result exported(const std::string& toml, std::vector<std::string> options) {
  const Folder folder;
  folder.write("cell.toml", toml);
  options.insert(options.begin(), {"export", "cell.toml"});
  return folder.run(options);
}

TEST(Export, RefusesWhatEventDrivenCellsCannotExpress) {
  const std::vector<std::pair<std::string, std::string>> problems{
      {experiment(pulses, "rest = -70\ntau = 8\n"), "IntFire cells reset to rest"},
      {experiment("[[input]]\nkind = \"sinusoid\"\namplitude = 1\nfrequency = 10\n"),
       "IntFire cells take events and a constant current, no ramps, sinusoids or samples"},
      {experiment(pulses + step("amplitude = 1\n")), "IntFire1 takes voltage jumps, no current"},
      {experiment(pulses + synapse("tau = 2\nweights = 1\n")),
       "IntFire cells take voltage jumps or synaptic currents, not both"},
      {experiment("[[input]]\nkind = \"synapse\"\nshape = \"alpha\"\ntau = 2\ntimes = [1]\nweights = 1\n"),
       "IntFire2 and IntFire4 have exponential synapses only"},
      {experiment(synapse("tau = 2\nweights = 1\n") + synapse("tau = 3\nweights = 1\n")),
       "IntFire2 and IntFire4 have one time constant of such synapses"},
      {experiment("[[input]]\nkind = \"synapse\"\nshape = \"exponential\"\ntau = 2\ntimes = [-1]\nweights = 1\n"),
       "events come after t = 0"},
      {experiment(synapse("tau = 2\nweights = 1\n"), "rest = -65\ntau = 8\nrefractory = 1\n"),
       "IntFire2 and IntFire4 have no refractory period"},
      {experiment(synapse("tau = 10\nweights = 1\n") + step("amplitude = 1\nstop = 30\n")),
       "the constant current of IntFire2 lasts for the whole run"},
      {experiment(synapse("tau = 8\nweights = 1\n")), "IntFire2 needs tau_s > tau_m, IntFire4 tau_s < tau_m"},
      {experiment(synapse("tau = 7.97\nweights = 1\n")),
       "IntFire4 moves time constants of less than 0.02 ms, or within 0.01 ms of one another"},
      {experiment(synapse("tau = 2\nweights = 1\n") + step("amplitude = 1\n")),
       "IntFire4, which has synapses faster than the membrane, takes no current"},
      {experiment(synapse("tau = 2\nweights = 1\n"), "rest = -65\ntau = 8\ninitial = -60\n"),
       "IntFire4 starts at rest"},
      {experiment(synapse("tau = 2\nweights = -1\n")), "IntFire4's inhibition has another shape than its excitation"},
  };
  for (const auto& [toml, why] : problems) {
    const auto result = exported(toml, {"--simulator", "neuron-intfire"});
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.error, "--simulator = neuron-intfire: " + why + "; write --simulator neuron\n");
  }
}

TEST(Export, RefusesOptionsThatDoNotBelongTogether) {
  const std::string toml = experiment(step("amplitude = 2\n"));
  const std::vector<std::pair<std::vector<std::string>, std::string>> problems{
      {{"--simulator", "neuron", "--method", "euler"}, "--method = euler: belongs to Brian 2; leave it out"},
      {{"--simulator", "neuron-intfire", "--dt", "1ms"},
       "--dt = 1 ms: event-driven cells have no time step; leave it out"},
      {{"--dt", "0ms"}, "--dt = 0 ms: a time step must be greater than 0; write for example --dt 0.1ms"},
      {{"--dt", "41ms"}, "--dt = 41 ms: takes 0 steps, and a script takes 1 to 1e+07; choose another step"},
      {{"--dt", "1ns"}, "--dt = 1e-06 ms: takes 4e+07 steps, and a script takes 1 to 1e+07; choose another step"},
      {{"--simulator", "nest"},
       "--simulator = nest: must be one of brian2|neuron|neuron-intfire; write for example --simulator brian2"},
      {{"--output", "cell.toml"},
       "--output = cell.toml: must not be a file that is read, and this is cell.toml; give another name"},
  };
  for (const auto& [options, message] : problems) {
    const auto result = exported(toml, options);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.error, message + "\n");
  }
}

TEST(Export, RefusesSynapsesThatBrian2sExactMethodDividesByZeroFor) {
  const std::string toml = experiment(synapse("tau = 8\nweights = 1\n"));
  EXPECT_EQ(exported(toml, {}).error,
            "--method = exact: Brian 2 then divides by tau_m - tau_s, and a synapse has tau = 8 ms where the membrane "
            "has 8 ms; write --method euler\n");
  EXPECT_EQ(exported(toml, {"--method", "euler"}).status, 0);
  EXPECT_EQ(exported(toml, {"--simulator", "neuron"}).status, 0);
}

TEST(Export, StatesByHowMuchTheHeldCurrentIsOff) {
  const std::string ramp = experiment("[[input]]\nkind = \"ramp\"\nstop = 50\nfrom = 0\nto = 50\n");  // 1 nA/ms
  EXPECT_NE(exported(ramp, {"--dt", "0.1ms"}).out.find("differs from that by up to 0.0875 nA"), std::string::npos);
  EXPECT_NE(exported(ramp, {"--simulator", "neuron", "--dt", "0.1ms"}).out.find("by up to 0.05 nA"), std::string::npos);
  EXPECT_NE(exported(experiment(step("amplitude = 2\n")), {}).out.find("Nothing is lost by that"), std::string::npos);
}

TEST(Export, ImportsFractionsForTheEdgesOfSamplesOnly) {
  const std::string import = "from fractions import Fraction\n";
  const std::string samples = "[[input]]\nkind = \"samples\"\nstep = 0.1\nvalues = [1, 2]\n";
  for (const std::string simulator : {"brian2", "neuron"}) {
    const std::vector<std::string> options{"--simulator", simulator, "--dt", "0.1ms"};
    const auto without = exported(experiment(step("amplitude = 1\n")), options);
    EXPECT_EQ(without.status, 0) << without.error;
    EXPECT_EQ(without.out.find("Fraction"), std::string::npos) << simulator;
    EXPECT_NE(exported(experiment(samples), options).out.find(import), std::string::npos) << simulator;
  }
}

TEST(Export, WritesTheSameScriptIntoAFile) {
  const Folder folder;
  folder.write("cell.toml", experiment(step("amplitude = 2\n")));
  const auto printed = folder.run({"export", "cell.toml", "--dt", "0.05ms"});
  const auto written = folder.run({"export", "cell.toml", "--dt", "0.05ms", "--output", "cell.py"});
  EXPECT_EQ(written.status, 0);
  EXPECT_EQ(written.out, "");
  EXPECT_EQ(folder.read("cell.py"), printed.out);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.py", "cell.toml"}));
}

TEST(Export, KeepsAnyFileNameInItsComment) {
  const Folder folder;
  const std::string name = "a\nimport os\n.toml";
  folder.write(name, experiment(step("amplitude = 2\n")));
  const auto result = folder.run({"export", name});
  EXPECT_EQ(result.out.substr(0, result.out.find('\n')),
            "# The experiment a\\nimport os\\n.toml for Brian 2, written by lapicque. To run it:");
}

}  // namespace
}  // namespace lapicque::test
