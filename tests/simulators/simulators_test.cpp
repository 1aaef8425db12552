#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cases.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/experiment.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque::simulators {

// For readable names of parameterized tests.
void PrintTo(const Case& what, std::ostream* out) { *out << what.name(); }

namespace {

std::string quoted(const std::string& text) { return std::string("'").append(text).append("'"); }

const std::string python = std::string(LAPICQUE_SIMULATOR_PYTHON) + " " + quoted(LAPICQUE_RUN_SCRIPTS) + " ";

/// Writes the script of a case, with its fault.
void write_script(const Case& what) {
  std::string command = quoted(LAPICQUE_PROGRAM) + " export " + quoted(what.file().string());
  for (const std::string& option : what.export_options()) command.append(" ").append(option);
  ASSERT_EQ(std::system((command + " --output " + quoted(what.script().string())).c_str()), 0) << command;
  if (!what.fault) return;

  std::ifstream in(what.script());
  std::string text(std::istreambuf_iterator<char>(in), {});
  const auto place = text.find(what.fault->from);
  ASSERT_NE(place, std::string::npos) << what.name();
  ASSERT_EQ(text.find(what.fault->from, place + 1), std::string::npos) << what.name();
  text.replace(place, what.fault->from.size(), what.fault->to);
  std::ofstream(what.script()) << text;
}

/// Runs all simulators once, before the tests.
class Runs : public testing::Environment {
 public:
  static bool is_there(std::string_view simulator) { return there[std::string(simulator)]; }

 private:
  void SetUp() override {
    std::filesystem::create_directories(LAPICQUE_RUNS);
    std::vector<Case> all = cases();
    for (const Case& faulty : faulty_cases()) all.push_back(faulty);
    for (const std::string simulator : {"brian2", "neuron"}) {
      const std::string version = quoted(std::string(LAPICQUE_RUNS) + "/" + simulator + ".version");
      there[simulator] = std::system((python + simulator + " 2>/dev/null >" + version).c_str()) == 0;
      if (!there[simulator]) {
        std::cerr << "NO SIMULATOR: " << LAPICQUE_SIMULATOR_PYTHON << " cannot import " << simulator
                  << "; install python3-brian and python3-neuron\n";
        ASSERT_FALSE(LAPICQUE_SIMULATORS) << "LAPICQUE_SIMULATORS is ON, and " << simulator << " is missing";
        continue;
      }
      std::string command = python + simulator;
      for (const Case& what : all) {
        if (what.simulator() != simulator) continue;
        ASSERT_NO_FATAL_FAILURE(write_script(what));
        command.append(" ").append(quoted(what.script().string()));
      }
      ASSERT_EQ(std::system(command.c_str()), 0) << "see the message above";
    }
  }

  static inline std::map<std::string, bool> there;
};

[[maybe_unused]] const auto* const runs = testing::AddGlobalTestEnvironment(new Runs);

/// What `lapicque validate` says of a case when it is told the convention.
struct Verdict {
  int status;
  std::vector<std::string> diagnosis;
};

Verdict validate(const Case& what) {
  std::filesystem::path json = what.script();
  json.replace_extension(".json");
  std::string command = quoted(LAPICQUE_PROGRAM) + " validate " + quoted(what.file().string()) + " " +
                        quoted(what.spikes().string()) + " --convention " + std::string(what.convention) + " --dt " +
                        to_text(what.dt > 0 ? what.dt : 0.1) + "ms --format json >" + quoted(json.string());
  const int status = std::system(command.c_str());
  std::ifstream in(json);
  return {WEXITSTATUS(status), nlohmann::json::parse(in).at("diagnosis")};
}

class Simulator : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!Runs::is_there(GetParam().simulator())) GTEST_SKIP() << GetParam().simulator() << " is not installed";
  }
};

class FaultySimulator : public Simulator {};

TEST_P(Simulator, PrintsThePredictedTrain) {
  const Case& what = GetParam();
  const auto simulated = what.simulated();
  const auto predicted = what.predicted(what.run_under());
  EXPECT_TRUE(same_train(simulated, predicted, what.slack()))
      << "simulated " << testing::PrintToString(simulated) << "\npredicted " << testing::PrintToString(predicted);
  EXPECT_GE(simulated.size(), what.experiment == "rheobase" ? 0U : 2U);

  const Verdict verdict = validate(what);
  EXPECT_EQ(verdict.status, 0);
  EXPECT_EQ(verdict.diagnosis, std::vector<std::string>{});
}

TEST_P(FaultySimulator, PrintsTheTrainPredictedForItsFaultAndForNoOther) {
  const Case& what = GetParam();
  const auto simulated = what.simulated();
  const auto predicted = what.predicted(what.run_under());
  EXPECT_TRUE(same_train(simulated, predicted, what.slack()))
      << "simulated " << testing::PrintToString(simulated) << "\npredicted " << testing::PrintToString(predicted);

  Case right = what;
  right.fault = nullptr;
  EXPECT_FALSE(same_train(simulated, right.predicted(right.run_under()), what.slack())) << "looks faultless";
  for (const Case& other : faulty_cases()) {
    const bool comparable = other.experiment == what.experiment && other.convention == what.convention;
    if (!comparable || other.fault == what.fault) continue;
    EXPECT_FALSE(same_train(simulated, what.predicted(other.run_under()), what.slack()))
        << "looks like " << other.name();
  }

  const Verdict verdict = validate(what);
  EXPECT_EQ(verdict.status, 1);
  EXPECT_EQ(verdict.diagnosis, std::vector<std::string>{std::string(what.fault->diagnosis)});
}

/// Spike times (ms) that Brian 2 prints of an experiment at a step (ms).
std::vector<double> brian_times(const std::string& experiment, double dt) {
  const std::string name = std::string(LAPICQUE_RUNS) + "/after-spikes-" + to_text(dt);
  const std::string exporting = quoted(LAPICQUE_PROGRAM) + " export " + quoted(experiment) + " --dt " + to_text(dt) +
                                "ms --output " + quoted(name + ".py");
  EXPECT_EQ(std::system(exporting.c_str()), 0);
  EXPECT_EQ(std::system((python + "brian2 " + quoted(name + ".py")).c_str()), 0);
  std::ifstream in(name + ".csv");
  std::string line;
  std::getline(in, line);
  std::vector<double> times;
  while (std::getline(in, line)) times.push_back(std::stod(line.substr(line.find(',') + 1)));
  return times;
}

TEST(Brian2, ComesNearerToRulesAndAfterSpikePartsWithTheStep) {
  if (!Runs::is_there("brian2")) GTEST_SKIP() << "brian2 is not installed";
  for (const char* name : {"adaptation", "silence"}) {
    SCOPED_TRACE(name);
    const std::string file = std::string(LAPICQUE_EXPERIMENTS) + "/" + name + ".toml";
    const Experiment experiment = read_experiment(file);
    const auto exact = spike_times(experiment.neuron, experiment.current, experiment.until);
    ASSERT_GT(exact.size(), 10u);
    std::vector<double> worst;
    for (const double dt : {0.1, 0.01}) {
      const auto times = brian_times(file, dt);
      ASSERT_EQ(times.size(), exact.size());
      worst.push_back(0);
      for (std::size_t k = 0; k < exact.size(); ++k)
        worst.back() = std::max(worst.back(), std::abs(times[k] - exact[k]));
    }
    EXPECT_LT(worst[0], 0.1 * static_cast<double>(exact.size()));  // a step a spike
    EXPECT_LT(worst[1], 0.2 * worst[0]);                           // the first order in the step
  }
}

TEST(Readme, HasTheTableOfTheseRuns) {
  for (const std::string_view simulator : {"brian2", "neuron"}) {
    if (!Runs::is_there(simulator)) GTEST_SKIP() << simulator << " is not installed";
  }
  std::ifstream in(LAPICQUE_README);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const std::string table = outcome_table();
  EXPECT_NE(text.find(table), std::string::npos) << "tests/simulators/README.md should have\n" << table;
}

const auto name_of = [](const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.name();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
};

INSTANTIATE_TEST_SUITE_P(Runs, Simulator, testing::ValuesIn(cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Runs, FaultySimulator, testing::ValuesIn(faulty_cases()), name_of);

}  // namespace
}  // namespace lapicque::simulators
