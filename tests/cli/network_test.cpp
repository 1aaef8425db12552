#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "program.hpp"

namespace lapicque::test {
namespace {

/// A pulse of 25 mV at 0.5 ms fires neuron 0, which fires 1 and 2 after 1.5 ms.
const std::string chain =
    "[run]\nuntil = 10\n[[population]]\nname = \"a\"\nsize = 1\nrest = -70\nreset = -65\nthreshold = -50\n"
    "resistance = 10\ntau = 8\n[[population]]\nname = \"b\"\nsize = 2\nrest = -70\nreset = -65\nthreshold = -50\n"
    "resistance = 10\ntau = 8\n[[projection]]\nfrom = \"a\"\nto = \"b\"\nrule = \"all_to_all\"\njump = 25\n"
    "delay = 1.5\n[[input]]\ninto = \"a\"\nkind = \"pulses\"\ntimes = [0.5]\njump = 25\n";

TEST(NetworkRun, PrintsNeuronsAndTimes) {
  const Folder folder;
  folder.write("net.toml", chain);
  const Result csv = folder.run({"run", "net.toml", "--threads", "1", "--connections", "c.csv"});
  EXPECT_EQ(csv.out, "neuron,time_ms\n0,0.5\n1,2\n2,2\n") << csv.error;
  EXPECT_EQ(folder.read("c.csv"), "source,target,jump_mV,delay_ms,receptor\n0,1,25,1.5,pulse\n0,2,25,1.5,pulse\n");
  const auto json = nlohmann::json::parse(folder.run({"run", "net.toml", "--format", "json"}).out);
  EXPECT_EQ(json["neurons"], 3);
  EXPECT_EQ(json["spikes"], (nlohmann::json{{0, 0.5}, {1, 2.0}, {2, 2.0}}));
}

TEST(NetworkRun, ReadsStandardInputAndPipes) {
  const Folder folder;
  folder.write("net.toml", chain);
  const std::string spikes = "neuron,time_ms\n0,0.5\n1,2\n2,2\n";
  const Result piped = folder.shell("lapicque run - < net.toml");
  EXPECT_EQ(piped.out, spikes) << piped.error;
  const Result pipe = folder.shell("mkfifo pipe && { cat net.toml > pipe & lapicque run pipe; }");
  EXPECT_EQ(pipe.out, spikes) << pipe.error;
  folder.write("right.csv", spikes);
  EXPECT_EQ(folder.shell("lapicque validate - right.csv < net.toml").status, 0);
  const Result twice = folder.shell("lapicque validate - - < net.toml");
  EXPECT_EQ(twice.status, 2);
  EXPECT_EQ(twice.error,
            "standard input: cannot be read: it has been read already; give one of the files by its name\n");
}

TEST(NetworkRun, RefusesOptionsOfOneNeuron) {
  const Folder folder;
  folder.write("net.toml", chain);
  const Result result = folder.run({"run", "net.toml", "--method", "euler", "--dt", "0.1ms"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(
      result.error,
      "--method: belongs to files of one neuron, and net.toml is a network; leave it out; see lapicque run --help\n");
}

TEST(NetworkValidation, NamesTheSpikeAtWhichRunsPart) {
  const Folder folder;
  folder.write("net.toml", chain);
  folder.write("right.csv", "neuron,time_ms\n0,0.5\n1,2.0000001\n2,2\n");
  EXPECT_EQ(folder.run({"validate", "net.toml", "right.csv"}).status, 0);
  folder.write("wrong.csv", "neuron,time_ms\n0,0.5\n1,2\n");
  const Result wrong = folder.run({"validate", "net.toml", "wrong.csv", "--format", "json"});
  EXPECT_EQ(wrong.status, 1);
  const auto json = nlohmann::json::parse(wrong.out);
  EXPECT_EQ(json["matched"], 2);
  EXPECT_EQ(json["missed"], 1);
  EXPECT_EQ(json["invented"], 0);
  EXPECT_EQ(json["as_one_run"]["parting"]["neuron"], 2);
  EXPECT_EQ(json["as_one_run"]["parting"]["kind"], "missed");
  EXPECT_EQ(json["as_one_run"]["parting"]["time_ms"], 2.0);
  // The jump goes 5 mV above the threshold.
  EXPECT_NEAR(json["as_one_run"]["parting"]["margin_mV"].get<double>(), 5, 0.05);
}

TEST(NetworkValidation, JudgesEachNeuronByWhatItReceived) {
  const Folder folder;
  folder.write("net.toml", chain);
  // Neuron 0 is late, and 1 and 2 are right about that.
  folder.write("late.csv", "neuron,time_ms\n0,0.75\n1,2.25\n2,2.25\n");
  const Result late = folder.run({"validate", "net.toml", "late.csv", "--format", "json"});
  EXPECT_EQ(late.status, 1);
  const auto json = nlohmann::json::parse(late.out);
  ASSERT_EQ(json["wrong_neurons"].size(), 1U);
  EXPECT_EQ(json["wrong_neurons"][0]["neuron"], 0);
  EXPECT_EQ(json["matched"], 3);
}

}  // namespace
}  // namespace lapicque::test
