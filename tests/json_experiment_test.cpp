// Experiments as JSON: the same as in TOML, and problems are told by their keys.

#include <gtest/gtest.h>

#include <string>

#include "lapicque/files/experiment.hpp"

namespace lapicque {
namespace {

const std::string neuron =
    R"("neuron": {"rest": -70, "reset": -65.0, "threshold": "-50 mV", "resistance": 10, "tau": "8e-3 s"})";

Experiment read(const std::string& members) { return parse_json_experiment("{" + members + "}", "cell", {}); }

std::string problems(const std::string& json) {
  try {
    parse_json_experiment(json, "cell", {});
  } catch (const FileError& error) {
    return error.what();
  }
  return "none";
}

TEST(JsonExperiment, HasTheMeaningOfTheFile) {
  const auto experiment = read(neuron + R"(, "run": {"until": "0.2 s"}, "input": [
      {"kind": "step", "start": 5, "amplitude": "2500 pA"},
      {"kind": "pulses", "times": [12.5, "14 ms"], "jump": [1.25, 2]}])");
  EXPECT_EQ(experiment.neuron.rest(), -70);
  EXPECT_EQ(experiment.neuron.threshold(), -50);
  EXPECT_EQ(experiment.neuron.tau(), 8);
  EXPECT_EQ(experiment.neuron.refractory(), 0);
  EXPECT_EQ(experiment.until, 200);
  const auto steps = pieces_of<Step>(experiment.current);
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].start, 5);
  EXPECT_EQ(steps[0].amplitude, 2.5);
  const auto pulses = pieces_of<Pulses>(experiment.current);
  ASSERT_EQ(pulses.size(), 1U);
  EXPECT_EQ((*pulses[0].events)[1].time, 14);
  EXPECT_EQ((*pulses[0].events)[0].size, 1.25);
  EXPECT_TRUE(experiment.files.empty());
}

TEST(JsonExperiment, ReadsEachNumberAsTheNearestDouble) {
  const auto until = [](const std::string& number) {
    return read(neuron + R"(, "run": {"until": )" + number + "}").until;
  };
  EXPECT_EQ(until("0.1"), 0.1);
  EXPECT_EQ(until("17.875503299472804"), 17.875503299472804);
  EXPECT_EQ(until("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(until("18446744073709551615"), 18446744073709551616.0);
  EXPECT_EQ(until("1e300"), 1e300);
}

TEST(JsonExperiment, TellsProblemsByTheirKeysWithoutALine) {
  EXPECT_EQ(problems("{" + neuron + "}"), "cell: missing table [run]; it has until");
  EXPECT_EQ(problems(R"({"neuron": {"tresh": -50, "rest": -70, "reset": -65, "resistance": 10, "tau": -8},
                         "run": {"until": true}})"),
            "cell: unknown key neuron.tresh; did you mean threshold?\n"
            "cell: neuron.tau = -8: a membrane time constant must be greater than 0; write for example tau = \"8 ms\"\n"
            "cell: run.until = true: expected a time, not a boolean; write for example \"200 ms\"");
  EXPECT_EQ(problems("{" + neuron + R"(, "run": {"until": 1}, "input": [{"kind": "step", "amplitude": "2.5 mV"}]})"),
            "cell: input[1].amplitude = '2.5 mV': expected a current, mV is a voltage; write for example \"2.5 nA\"");
}

TEST(JsonExperiment, RefusesWhatIsNoExperiment) {
  EXPECT_EQ(problems("[1]"), R"(cell: an experiment is an object; write {"neuron": ..., "run": ..., "input": [...]})");
  EXPECT_EQ(problems("{" + neuron + R"(, "run": {"until": null}})"),
            "cell: run.until = null: expected a value; leave the key out");
  EXPECT_EQ(problems("{").substr(0, 22), "cell: this is no JSON:");
  std::string deep = "1";
  for (int level = 0; level < 200; ++level) deep.insert(0, 1, '[').push_back(']');
  EXPECT_NE(problems(R"({"input": )" + deep + "}").find("too many levels"), std::string::npos);
}

}  // namespace
}  // namespace lapicque
