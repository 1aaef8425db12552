#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace lapicque::test {
namespace {

const std::string recording = LAPICQUE_TRACES "/brian2_steps.csv";

const std::string cell =
    "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\nrefractory = 2\n[run]\nuntil = 80\n"
    "[[input]]\nkind = \"step\"\nstart = 5\nstop = 40\namplitude = 1.5\n";

TEST(Estimate, PrintsJsonWithAllSixParameters) {
  const Folder folder;
  const auto result = folder.run({"estimate", recording, "--input", recording, "--format", "json"});
  ASSERT_EQ(result.status, 0) << result.error;
  EXPECT_EQ(result.error, "");
  const auto object = nlohmann::json::parse(result.out);
  EXPECT_NEAR(object.at("rest_mV").at("value"), -70, 1e-9);
  EXPECT_NEAR(object.at("reset_mV").at("value"), -65, 1e-9);
  EXPECT_NEAR(object.at("resistance_MOhm").at("value"), 10, 1e-9);
  EXPECT_NEAR(object.at("tau_ms").at("value"), 8, 1e-9);
  EXPECT_NEAR(object.at("refractory_ms").at("value"), 2, 1e-9);
  EXPECT_LT(object.at("threshold_mV").at("low"), -50);
  EXPECT_GT(object.at("threshold_mV").at("high"), -50);
  EXPECT_TRUE(object.at("undetermined").empty());
  EXPECT_EQ(object.at("timing"), "grid");
  EXPECT_EQ(object.at("spikes"), 8);  // falls of more than 5 mV in the file
  EXPECT_TRUE(object.at("probe").is_null());
}

TEST(Estimate, SaysWhatIsUndeterminedAndProposesACurrent) {
  const Folder folder;
  folder.write("cell.toml", cell);
  ASSERT_EQ(folder.run({"run", "cell.toml", "--trace", "trace.csv", "--trace-step", "0.1ms"}).status, 0);
  const auto result = folder.run({"estimate", "trace.csv", "--input", "cell.toml", "--format", "json"});
  ASSERT_EQ(result.status, 0) << result.error;
  const auto object = nlohmann::json::parse(result.out);
  EXPECT_TRUE(object.at("threshold_mV").is_null());
  EXPECT_EQ(object.at("undetermined").at("threshold_mV"), "there is no spike in the trace");
  EXPECT_EQ(object.at("undetermined").size(), 3U);

  // The proposal is what an experiment file takes; with it, all is determined.
  const std::string neuron = cell.substr(0, cell.find("[run]"));
  folder.write("probe.toml", neuron + "[run]\nuntil = 400\n" + object.at("probe").get<std::string>());
  ASSERT_EQ(folder.run({"run", "probe.toml", "--trace", "probed.csv", "--trace-step", "0.1ms"}).status, 0);
  const auto second = folder.run({"estimate", "probed.csv", "--input", "probe.toml", "--format", "json"});
  ASSERT_EQ(second.status, 0) << second.error;
  const auto all = nlohmann::json::parse(second.out);
  EXPECT_TRUE(all.at("undetermined").empty());
  EXPECT_NEAR(all.at("threshold_mV").at("value"), -50, 1e-6);
  EXPECT_NEAR(all.at("refractory_ms").at("value"), 2, 1e-6);
}

TEST(Estimate, ProposesTheCurrentOnStandardErrorBesideCsv) {
  const Folder folder;
  folder.write("cell.toml", cell);
  ASSERT_EQ(folder.run({"run", "cell.toml", "--trace", "trace.csv", "--trace-step", "0.1ms"}).status, 0);
  const auto result = folder.run({"estimate", "trace.csv", "--input", "cell.toml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.out.find("threshold_mV,,,,\"there is no spike in the trace\"\n"), std::string::npos) << result.out;
  EXPECT_EQ(result.error.find("This current would determine all:\n[[input]]\nkind = \"step\"\nstart = "), 0U)
      << result.error;
}

TEST(Estimate, DrawsTraceAndFit) {
  const Folder folder;
  const auto result = folder.run({"estimate", recording, "--input", recording, "--plot", "fit.png"});
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_EQ(folder.read("fit.png").substr(0, 4), "\x89PNG");
}

TEST(Estimate, RefusesWhatItCannotRead) {
  const Folder folder;
  folder.write("bad.csv", "t_ms,v_mV\n0,-70\n0.1,nan\n");
  folder.write("short.csv", "t_ms,v_mV\n0,-70\n0.1,-70\n");
  folder.write("cell.toml", cell);
  const auto expect_refusal = [&](const std::vector<std::string>& arguments, const std::string& message) {
    const auto result = folder.run(arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.error, message + "\n");
  };
  expect_refusal({"estimate", "bad.csv", "--input", "cell.toml", "--plot", "fit.png"},
                 "bad.csv:3: v_mV = nan: must be a finite number; write for example 2.5");
  expect_refusal({"estimate", "short.csv", "--input", "cell.toml"},
                 "short.csv: times = 2 samples: a trace must have at least 8 samples; record for longer");
  expect_refusal({"estimate", "short.csv"}, "--input is required; see lapicque estimate --help");
  expect_refusal({"estimate", "short.csv", "--input", "cell.toml", "--plot", "short.csv"},
                 "--plot = short.csv: must not be a file that is read, and this is short.csv; give another name");
  EXPECT_FALSE(folder.has("fit.png"));
}

}  // namespace
}  // namespace lapicque::test
