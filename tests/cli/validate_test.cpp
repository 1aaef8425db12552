#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "program.hpp"

namespace lapicque::test {
namespace {

const std::string cell =
    "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\nrefractory = 2\n[run]\nuntil = 200\n"
    "[[input]]\nkind = \"step\"\nstart = 5\namplitude = 2.5\n[[input]]\nkind = \"sinusoid\"\namplitude = "
    "0.5\nfrequency "
    "= 31\n";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// What `run` prints, put through sed or awk.
void make_spikes(const Folder& folder, const std::string& name, const std::string& filter,
                 const std::string& method = "") {
  const auto result = folder.shell("lapicque run cell.toml " + method + " | " + filter + " > " + name);
  ASSERT_EQ(result.status, 0) << result.error;
}

const std::string euler = "--method euler --dt 0.1ms";

struct Answer {
  int status;
  nlohmann::json json;
  std::string error;
};

/// The program's answer with some options, as JSON.
Answer validate(const Folder& folder, const std::vector<std::string>& options) {
  std::vector<std::string> arguments{"validate", "cell.toml"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.insert(arguments.end(), {"--format", "json"});
  const auto result = folder.run(arguments);
  if (result.out.empty()) return {result.status, nullptr, result.error};
  return {result.status, nlohmann::json::parse(result.out), result.error};
}

TEST(Validate, SaysYesToTheExactTrain) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "theirs.csv", "cat");
  const auto [status, json, error] = validate(folder, {"theirs.csv", "--tolerance", "0ms"});
  EXPECT_EQ(status, 0) << error;
  EXPECT_EQ(error, "");
  EXPECT_GT(json.at("matched"), 10);
  EXPECT_EQ(json.at("missed"), 0);
  EXPECT_EQ(json.at("invented"), 0);
  EXPECT_EQ(json.at("max_error_ms"), 0);
  EXPECT_EQ(json.at("shift_ms"), 0);
  EXPECT_EQ(json.at("drift_ms_per_spike"), 0);
  EXPECT_EQ(json.at("victor_purpura"), 0);
  EXPECT_EQ(json.at("coincidence_factor"), 1);
  EXPECT_TRUE(json.at("diagnosis").empty());
  EXPECT_TRUE(json.at("within_tolerance"));
  EXPECT_TRUE(json.at("first_difference").is_null());
}

TEST(Validate, FindsADoctoredSpike) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "missing.csv", "sed 4d");
  const auto missing = validate(folder, {"missing.csv"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_EQ(missing.error, "");
  EXPECT_EQ(missing.json.at("missed"), 1);
  EXPECT_EQ(missing.json.at("invented"), 0);
  EXPECT_EQ(missing.json.at("max_error_ms"), 0);
  EXPECT_EQ(missing.json.at("first_difference").at("kind"), "missed");
  EXPECT_EQ(missing.json.at("first_difference").at("spike"), 3);
  EXPECT_TRUE(missing.json.at("diagnosis").empty());

  EXPECT_EQ(missing.json.at("nearest").at("convention"), "exact");
  EXPECT_EQ(missing.json.at("nearest").at("missed"), 1);

  make_spikes(folder, "more.csv", "sed '$a 99,100.5'");
  const auto more = validate(folder, {"more.csv"});
  EXPECT_EQ(more.status, 1);
  EXPECT_EQ(more.json.at("missed"), 0);
  EXPECT_EQ(more.json.at("invented"), 1);
  EXPECT_EQ(more.json.at("invented_ms"), nlohmann::json::array({100.5}));
  EXPECT_EQ(more.error.substr(0, 9), "more.csv:") << more.error;  // the times are not sorted
}

TEST(Validate, CallsEulerByItsName) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "theirs.csv", "cat", euler);
  const auto exact = validate(folder, {"theirs.csv"});
  EXPECT_EQ(exact.status, 1);
  EXPECT_GT(exact.json.at("max_error_ms"), 0.01);
  const auto names = exact.json.at("diagnosis");
  EXPECT_TRUE(std::find(names.begin(), names.end(), "forward-euler") != names.end()) << names;
  EXPECT_NEAR(exact.json.at("grid_ms"), 0.1, 1e-12);

  const auto as_euler = validate(folder, {"theirs.csv", "--convention", "euler", "--dt", "0.1ms"});
  EXPECT_EQ(as_euler.status, 0);
  EXPECT_EQ(as_euler.json.at("reference"), "euler");
  EXPECT_NEAR(as_euler.json.at("max_error_ms"), 0, 1e-9);
  EXPECT_TRUE(as_euler.json.at("diagnosis").empty());

  const auto as_exponential = validate(folder, {"theirs.csv", "--convention", "exponential-euler", "--dt", "0.1ms"});
  EXPECT_EQ(as_exponential.status, 1);
  EXPECT_EQ(as_exponential.json.at("diagnosis"), nlohmann::json::array({"forward-euler"}));
}

TEST(Validate, ReadsOtherUnitsAndNeurons) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "seconds.csv", R"(awk -F, 'NR==1 {print "neuron,t_s"} NR>1 {printf "7,%.12f\n8,1\n", $2/1000}')");
  EXPECT_EQ(validate(folder, {"seconds.csv", "--neuron", "7"}).status, 0);
  make_spikes(folder, "plain.dat", R"(awk -F, 'NR>1 {printf "%.12f\n", $2/1000}')");
  EXPECT_EQ(validate(folder, {"plain.dat", "--unit", "s"}).status, 0);
  const auto wrong = validate(folder, {"plain.dat"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_EQ(wrong.json.at("diagnosis"), nlohmann::json::array({"unit-seconds"}));
}

/// Seconds of a run that is not exact are not called the exact solution, and what to do is said.
TEST(Validate, SaysHowToReadSeconds) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "euler.csv", R"(awk -F, 'NR==1 {print "i,t"} NR>1 {printf "0,%.12f\n", $2/1000}')", euler);
  const auto euler_text = folder.run({"validate", "cell.toml", "euler.csv"});
  EXPECT_EQ(euler_text.status, 1);
  const auto as_euler = validate(folder, {"euler.csv", "--unit", "s"});
  std::array<char, 32> residual{};
  std::snprintf(residual.data(), residual.size(), "%.6g", as_euler.json.at("max_error_ms").get<double>());
  EXPECT_EQ(lines_of(euler_text.out).at(lines_of(euler_text.out).size() - 2),
            "diagnosis: the times fit when read as seconds (unit-seconds), residual " + std::string(residual.data()) +
                " ms: run again with --unit s");
  make_spikes(folder, "exact.csv", R"(awk -F, 'NR==1 {print "i,t"} NR>1 {printf "0,%.12f\n", $2/1000}')");
  const auto exact_text = folder.run({"validate", "cell.toml", "exact.csv"});
  EXPECT_NE(exact_text.out.find("diagnosis: the times are the exact solution's when read as seconds (unit-seconds), "),
            std::string::npos)
      << exact_text.out;
}

TEST(Validate, SaysHowToReadSteps) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "steps.dat", R"(awk -F, 'NR>1 {printf "%d\n", 10 * $2 + 0.5}')", euler);
  const auto text = folder.run({"validate", "cell.toml", "steps.dat"});
  EXPECT_NE(text.out.find("\ndiagnosis: the times fit when read as steps of 0.1 ms (unit-steps), residual "),
            std::string::npos)
      << text.out;
  EXPECT_NE(text.out.find(" ms: run again with --unit steps --dt 0.1ms\n"), std::string::npos) << text.out;
}

TEST(Validate, SaysWhichNumberIsAnotherOne) {
  const Folder folder;
  folder.write("cell.toml", cell);
  folder.write("nine.toml", std::string(cell).replace(cell.find("tau = 8"), 7, "tau = 9"));
  ASSERT_EQ(folder.shell("lapicque run nine.toml > theirs.csv").status, 0);
  const auto text = folder.run({"validate", "cell.toml", "theirs.csv"});
  EXPECT_NE(
      text.out.find("\ndiagnosis: the exact solution with tau = 9.000 ms in place of 8 ms (other-tau); residual "),
      std::string::npos)
      << text.out;
  const auto json = validate(folder, {"theirs.csv"}).json;
  EXPECT_EQ(json.at("diagnosis"), nlohmann::json::array({"other-tau"}));
  const auto fitted = json.at("explanations").at(0).at("fitted");
  EXPECT_EQ(fitted.at("quantity"), "tau");
  EXPECT_EQ(fitted.at("value"), 9);
  EXPECT_EQ(fitted.at("in_place_of"), 8);
  EXPECT_LT(fitted.at("low"), 9);
  EXPECT_GT(fitted.at("high"), 9);
}

TEST(Validate, CallsNothingNearWhereNothingIs) {
  const Folder folder;
  folder.write("cell.toml", cell);
  folder.write("theirs.csv", "11\n13.5\n55.5\n61\n99.5\n");
  const auto text = folder.run({"validate", "cell.toml", "theirs.csv"});
  EXPECT_NE(text.out.find(" hypotheses fits, and none comes near\n"), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find("nearest"), std::string::npos) << text.out;
}

/// u_inf is an ulp above the threshold, and at it.
TEST(Validate, SaysThatADecisionHangsOnLessThanRounding) {
  const Folder folder;
  const auto text_of = [&](const std::string& amplitude, const std::string& spikes) {
    folder.write("cell.toml", cell.substr(0, cell.find("until")) +
                                  "until = 400\n[[input]]\nkind = \"step\"\nstart = 5\namplitude = " + amplitude +
                                  "\n");
    folder.write("theirs.dat", spikes);
    return folder.run({"validate", "cell.toml", "theirs.dat"}).out;
  };
  const std::string fires = text_of("2.0000000000000004", "");
  EXPECT_NE(fires.find("\nthe exact spike at 293.349 ms hangs on less than rounding: a threshold "), std::string::npos)
      << fires;
  const std::string silent = text_of("2", "250\n");
  EXPECT_NE(silent.find("\nthe exact solution has no spike at "), std::string::npos) << silent;
  EXPECT_EQ(text_of("2.1", "").find("rounding"), std::string::npos);
}

TEST(Validate, SaysThatSecondsAreMilliseconds) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "plain.dat", R"(awk -F, 'NR>1 {print $2}')", euler);
  const std::string advice =
      "\ndiagnosis: all times lie after the end of the run, and fit it when read as milliseconds: run again with "
      "--unit "
      "ms\n";
  const auto fits = folder.run({"validate", "cell.toml", "plain.dat", "--unit", "s"});
  EXPECT_EQ(fits.status, 1);
  EXPECT_NE(fits.out.find(advice), std::string::npos) << fits.out;
  folder.write("one.dat", "150\n");
  const auto does_not = folder.run({"validate", "cell.toml", "one.dat", "--unit", "s"});
  EXPECT_EQ(does_not.status, 1);
  EXPECT_EQ(does_not.out.find(advice), std::string::npos) << does_not.out;
}

/// snnTorch and others print step numbers, which read as milliseconds are another train.
TEST(Validate, ReadsStepsAndRastersByTheirStep) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "steps.dat", R"(awk -F, 'NR>1 {printf "%.0f\n", $2/0.1}')", euler);
  const std::vector<std::string> as_euler{"--convention", "euler", "--dt", "0.1ms"};
  const auto with = [&](std::vector<std::string> options) {
    options.insert(options.end(), as_euler.begin(), as_euler.end());
    return validate(folder, options);
  };
  EXPECT_EQ(with({"steps.dat", "--unit", "steps"}).status, 0);
  EXPECT_EQ(
      with({"steps.dat"}).error,
      "steps.dat:1: the times are whole numbers without a unit, which may be ms or steps of 0.1 ms; say --unit ms "
      "or --unit steps\n");
  const auto told = validate(folder, {"steps.dat"});
  EXPECT_EQ(told.status, 1);
  EXPECT_EQ(told.json.at("diagnosis"), nlohmann::json::array({"unit-steps"}));
  EXPECT_NE(told.error.find("taken for ms; if they are steps, say --unit steps"), std::string::npos) << told.error;
  make_spikes(folder, "raster.dat",
              R"(awk -F, 'NR>1 {s[sprintf("%.0f", $2/0.1)]} END {for (k = 0; k <= 2000; ++k) print (k in s) ? 1 : 0}')",
              euler);
  EXPECT_EQ(with({"raster.dat"}).status, 0);
  EXPECT_EQ(validate(folder, {"raster.dat"}).status, 2);
}

TEST(Validate, DiagnosesNothingOfATrainWithoutSpikes) {
  const Folder folder;
  folder.write("cell.toml", cell);
  folder.write("empty.dat", "");
  const auto text = folder.run({"validate", "cell.toml", "empty.dat"});
  EXPECT_EQ(text.status, 1) << text.error;
  EXPECT_NE(text.out.find("\ndiagnosis: none, as empty.dat has no spike to tell by\n"), std::string::npos) << text.out;
  const auto json = validate(folder, {"empty.dat"}).json;
  EXPECT_TRUE(json.at("nearest").is_null());
  EXPECT_EQ(json.at("diagnosis"), nlohmann::json::array());
}

/// Spikes at 5 + 8 ln 5 and 8 ln 4 later, 28.96585818843193 ms: the end comes between the second one and theirs, or
/// theirs and it.
TEST(Validate, SaysWhichSpikesAreMatchedAcrossTheEnd) {
  const Folder folder;
  const auto text_until = [&](const std::string& until, const std::string& last) {
    folder.write("until.toml",
                 "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\n[run]\nuntil = " +
                     until + "\n[[input]]\nkind = \"step\"\nstart = 5\namplitude = 2.5\n");
    folder.write("theirs.csv", "time_ms\n17.875503299472802\n" + last + "\n");
    return folder.run({"validate", "until.toml", "theirs.csv"}).out;
  };
  const auto early = lines_of(text_until("28.5", "28.4"));
  EXPECT_EQ(early.at(0), "until.toml has 1 spike until 28.5 ms, theirs.csv has 2");
  EXPECT_EQ(early.at(1), "2 matched, 0 missed, 0 invented");
  EXPECT_EQ(early.at(2), "their spike 2 (28.4 ms) is matched with the exact one after the end (28.9659 ms)");
  const auto late = lines_of(text_until("29", "29.1"));
  EXPECT_EQ(late.at(2), "spike 2 (28.9659 ms) is matched with theirs after the end (29.1 ms)");
  EXPECT_EQ(text_until("30", "29.1").find("after the end"), std::string::npos);
}

/// Spikes at 17.8755 and 30.9659 ms, of which two decimals were printed: no fault, whatever grid may print the same.
TEST(Validate, SaysThatFewDecimalsWerePrinted) {
  const Folder folder;
  folder.write("cell.toml", cell.substr(0, cell.find("until")) +
                                "until = 40\n[[input]]\nkind = \"step\"\nstart = 5\namplitude = 2.5\n");
  folder.write("theirs.csv", "17.88\n30.97\n");
  const auto lines = lines_of(folder.run({"validate", "cell.toml", "theirs.csv"}).out);
  ASSERT_EQ(lines.size(), 10U);
  EXPECT_EQ(lines[5],
            "diagnosis: the exact solution, rounded to 0.01 ms when printed (printed-rounded); residual 0.0044967 ms");
  EXPECT_TRUE(lines[6].starts_with("or: the exact solution, but spikes are stamped at the ")) << lines[6];
  EXPECT_EQ(lines[8], "this train does not tell these 3 apart");
  const auto printed = validate(folder, {"theirs.csv"}).json.at("explanations").at(0).at("printed");
  EXPECT_EQ(printed, (nlohmann::json{{"unit_ms", 0.01}, {"rounded", true}, {"cut", false}}));
}

TEST(Validate, SaysWhatItLeavesOutAfterTheEnd) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "theirs.csv", "sed '$a 99,206.5\\n100,220'");
  const auto result = folder.run({"validate", "cell.toml", "theirs.csv"});
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_NE(result.out.find(" matched, 0 missed, 0 invented\n"
                            "left out: 2 spikes of theirs after the end of the run, the first at 206.5 ms\n"),
            std::string::npos)
      << result.out;
  EXPECT_EQ(validate(folder, {"theirs.csv"}).json.at("left_out_ms"), nlohmann::json::array({206.5, 220.0}));
}

TEST(Validate, IsInWordsToo) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "theirs.csv", "sed 4d", euler);
  const auto result =
      folder.run({"validate", "cell.toml", "theirs.csv", "--vp-cost", "0.2", "--van-rossum-tau", "5ms"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.error, "");
  const auto lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 7U) << result.out;
  EXPECT_TRUE(lines[0].starts_with("cell.toml has ")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with(" matched, 1 missed, 0 invented")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("they part at spike 1 (")) << lines[2];
  EXPECT_TRUE(lines[3].starts_with("errors: mean ")) << lines[3];
  EXPECT_NE(lines[4].find(" at a cost of 0.2/ms, van Rossum "), std::string::npos) << lines[4];
  EXPECT_TRUE(lines[5].starts_with("diagnosis: none of ")) << lines[5];
  EXPECT_NE(lines[5].find("; the nearest is euler at dt = 0.1 ms, which leaves 1 missed, 0 invented, largest error 0 "
                          "ms; they first part at spike 3 ("),
            std::string::npos)
      << lines[5];
  EXPECT_EQ(lines[6], "outside the tolerance of 0.001 ms");
}

TEST(Validate, WritesPairsAndAFigure) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "theirs.csv", "sed 4d", euler);
  const auto result =
      folder.run({"validate", "cell.toml", "theirs.csv", "--pairs", "pairs.csv", "--plot", "figure.png"});
  EXPECT_EQ(result.status, 1) << result.error;
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.toml", "figure.png", "pairs.csv", "theirs.csv"}));
  const auto pairs = lines_of(folder.read("pairs.csv"));
  ASSERT_GT(pairs.size(), 10U);
  EXPECT_EQ(pairs[0], "spike,exact_ms,theirs_ms,error_ms");
  EXPECT_TRUE(pairs[3].starts_with("4,")) << pairs[3];  // the third is missing
  EXPECT_EQ(folder.read("figure.png").substr(1, 3), "PNG");
  const auto json = folder.run({"validate", "cell.toml", "theirs.csv", "--pairs", "pairs.json"});
  EXPECT_EQ(json.status, 1);
  EXPECT_EQ(nlohmann::json::parse(folder.read("pairs.json")).at("spike").size(), pairs.size() - 1);
}

TEST(Validate, PrintsATable) {
  const Folder folder;
  folder.write("cell.toml", cell);
  make_spikes(folder, "theirs.csv", "cat");
  const auto lines = lines_of(folder.run({"validate", "cell.toml", "theirs.csv", "--format", "csv"}).out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].starts_with("matched,missed,invented,shift_ms,drift_ms_per_spike,max_error_ms,")) << lines[0];
}

TEST(Validate, OfASilentNeuronIsSilent) {
  const Folder folder;
  folder.write("cell.toml", cell.substr(0, cell.find("[[input]]")));
  folder.write("theirs.csv", "time_ms\n");
  const auto silent = validate(folder, {"theirs.csv"});
  EXPECT_EQ(silent.status, 0) << silent.error;
  EXPECT_TRUE(silent.json.at("max_error_ms").is_null());
  folder.write("theirs.csv", "time_ms\n5\n");
  EXPECT_EQ(validate(folder, {"theirs.csv"}).status, 1);
}

struct Refusal {
  std::string spikes;
  std::vector<std::string> options;
  std::string message;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.message; }

class Unusable : public testing::TestWithParam<Refusal> {};

TEST_P(Unusable, IsOneMessageAndStatus2) {
  const Folder folder;
  folder.write("cell.toml", cell);
  folder.write("theirs", GetParam().spikes);
  std::vector<std::string> arguments{"validate", "cell.toml", "theirs"};
  arguments.insert(arguments.end(), GetParam().options.begin(), GetParam().options.end());
  const auto result = folder.run(arguments);
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.error, GetParam().message + "\n");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.toml", "theirs"}));
}

const std::string savetxt = "save text: numpy.savetxt(\"data.txt\", array)";

INSTANTIATE_TEST_SUITE_P(
    Validate, Unusable,
    testing::Values(
        Refusal{
            "time_ms\n17.5\n17.9x\n", {}, "theirs:3: time_ms = 17.9x: must be a plain number; write for example 17.5"},
        Refusal{"\x93NUMPY\x01", {}, "theirs: is a binary file of numpy (.npy) and no text; " + savetxt},
        Refusal{"PK\x03\x04", {}, "theirs: is a binary archive (.npz or .zip) and no text; " + savetxt},
        Refusal{"\x89HDF\r\n", {}, "theirs: is a binary file (HDF5) and no text; save text, as CSV or in columns"},
        Refusal{"17.5\nnan\n", {}, "theirs:2: time = nan: must be a finite number; write for example 17.5"},
        Refusal{"1 17.5\n2 18.5\n1 30.5\n",
                {},
                "theirs:1: the file has spikes of several neurons: 1 (2), 2 (1); choose one with --neuron 1"},
        Refusal{
            "17.5\n", {"--unit", "mV"}, "--unit = mV: expected a time, mV is a voltage; write for example --unit s"},
        Refusal{"17.5\n",
                {"--convention", "brian2"},
                "--convention = brian2: needs a time step; add for example --dt 0.1ms"},
        Refusal{"17.5\n", {"--dt", "0ms"}, "--dt = 0 ms: must be greater than 0; write for example --dt 0.1ms"},
        Refusal{"17.5\n",
                {"--dt", "1e-9ms"},
                "--dt = 1e-09 ms: takes 2e+11 steps, and 1e+09 are the most; choose a longer step, or ask for less"},
        Refusal{"17.5\n",
                {"--tolerance", "-1ms"},
                "--tolerance = -1 ms: must not be negative; write for example --tolerance 0.1ms"},
        Refusal{"17.5\n",
                {"--vp-cost", "0"},
                "--vp-cost = 0: must be finite and greater than 0; write for example --vp-cost 0.1"},
        Refusal{"17.5\n",
                {"--van-rossum-tau", "0ms"},
                "--van-rossum-tau = 0 ms: must be greater than 0; write for example --van-rossum-tau 10ms"},
        Refusal{"17.5\n",
                {"--pairs", "pairs.txt"},
                "--pairs = pairs.txt: the file name must end in .csv or .json; write for example --pairs pairs.csv"},
        Refusal{"17.5\n",
                {"--plot", "figure.jpg"},
                "figure.jpg: a figure's file name must end in .png, .svg or .pdf; write for example figure.png"},
        Refusal{"17.5\n",
                {"--plot", "theirs"},
                "--plot = theirs: must not be a file that is read, and this is theirs; give another name"}));

TEST(Validate, ListsTheConventions) {
  const Folder folder;
  folder.write("cell.toml", cell);
  folder.write("theirs", "17.5\n");
  const auto result = folder.run({"validate", "cell.toml", "theirs", "--convention", "brain", "--dt", "1ms"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.error.find("--convention = brain: must be one of brian2, brian2-euler, nest, "), 0U) << result.error;
}

TEST(Validate, LeavesNoFileWhereStandardOutputTakesNothing) {
  const Folder folder;
  folder.write("cell.toml", cell);
  folder.write("theirs", "17.5\n");
  const auto full = folder.shell("lapicque validate cell.toml theirs --pairs pairs.csv > /dev/full");
  EXPECT_EQ(full.status, 2);
  EXPECT_EQ(full.error, "standard output: cannot be written: No space left on device\n");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.toml", "theirs"}));
}

}  // namespace
}  // namespace lapicque::test
