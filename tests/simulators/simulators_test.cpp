#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "cases.hpp"

namespace lapicque::simulators {

// For readable names of parameterized tests.
void PrintTo(const Case& what, std::ostream* out) { *out << what.name(); }

namespace {

std::string quoted(const std::string& text) { return std::string("'").append(text).append("'"); }

const std::string python = std::string(LAPICQUE_SIMULATOR_PYTHON) + " " + quoted(LAPICQUE_RUN_SCRIPTS) + " ";

/// Writes the script of a case, with its fault.
void write_script(const Case& what) {
  std::string command = quoted(LAPICQUE_PROGRAM) + " export " +
                        quoted(std::string(LAPICQUE_EXPERIMENTS) + "/" + std::string(what.experiment) + ".toml");
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
      there[simulator] = std::system((python + simulator + " >/dev/null 2>&1").c_str()) == 0;
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

/// How far spike times of one and the same grid time may be apart, ms.
double slack(const Case& what) {
  if (what.convention == "neuron-intfire") return what.experiment == "fast_synapse" ? 1e-4 : 1e-10;
  return 1e-6 * what.dt;
}

bool same(const std::vector<double>& a, const std::vector<double>& b, double slack) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [=](double x, double y) { return std::fabs(x - y) <= slack; });
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
  EXPECT_TRUE(same(simulated, predicted, slack(what)))
      << "simulated " << testing::PrintToString(simulated) << "\npredicted " << testing::PrintToString(predicted);
  EXPECT_GE(simulated.size(), what.experiment == "rheobase" ? 0U : 2U);
}

TEST_P(FaultySimulator, PrintsTheTrainPredictedForItsFaultAndForNoOther) {
  const Case& what = GetParam();
  const auto simulated = what.simulated();
  const auto predicted = what.predicted(what.run_under());
  EXPECT_TRUE(same(simulated, predicted, slack(what)))
      << "simulated " << testing::PrintToString(simulated) << "\npredicted " << testing::PrintToString(predicted);

  Case right = what;
  right.fault = nullptr;
  EXPECT_FALSE(same(simulated, right.predicted(right.run_under()), slack(what))) << "looks faultless";
  for (const Case& other : faulty_cases()) {
    const bool comparable = other.experiment == what.experiment && other.convention == what.convention;
    if (!comparable || other.fault == what.fault) continue;
    EXPECT_FALSE(same(simulated, what.predicted(other.run_under()), slack(what))) << "looks like " << other.name();
  }
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
