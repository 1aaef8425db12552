#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "program.hpp"

namespace lapicque::test {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Each answer's command, "$ ..." below it.
std::vector<std::string> commands_of(const std::string& report) {
  std::vector<std::string> commands;
  const auto lines = lines_of(report);
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const std::string mark = "       again       $ ";
    if (!lines[k].starts_with(mark)) continue;
    commands.push_back(lines[k].substr(mark.size()));
    while (commands.back().ends_with('\\')) commands.back() += "\n" + lines[++k];
  }
  return commands;
}

// The title, an empty line, the header, and then a row for each answer.
TEST(Exercises, BeginWithATableOfAllAnswers) {
  const Folder folder;
  const auto lines = lines_of(folder.run({"exercises"}).out);
  EXPECT_TRUE(lines.at(2).ends_with("   Euler, 0.1 ms")) << lines.at(2);
  std::string numbers;
  for (std::size_t k = 3; k < lines.size() && !lines[k].empty(); ++k) {
    const std::string number = lines[k].substr(7, 3);
    if (numbers.find(number) == std::string::npos) numbers += number + " ";
  }
  EXPECT_EQ(numbers, "1.1 1.2 2.1 2.2 2.3 2.4 3.1 3.2 3.3 3.4 3.5 4.2 4.3 5.1 5.2 5.3 5.4 5.5 ");
}

TEST(Exercises, AreAnsweredOneByOne) {
  const Folder folder;
  const std::string third = folder.run({"exercises", "3"}).out;
  EXPECT_NE(third.find("\n3. f-I curve\n"), std::string::npos);
  EXPECT_NE(third.find("\n3.1  With a refractory period of 3 ms"), std::string::npos);
  for (const std::string other : {"\n1. ", "\n2. ", "\n4. ", "\n5. "}) EXPECT_EQ(third.find(other), std::string::npos);
  EXPECT_EQ(folder.run({"exercises", "6"}).error,
            "exercise = 6: must be a number from 1 to 5; write for example lapicque exercises 3\n");
}

// I_min = (-45 + 70) / 10; 1/(2 pi 16 ms); 25 exp(-96/16).
TEST(Exercises, AreAskedOfAnotherNeuron) {
  const Folder folder;
  const std::string report = folder.run({"exercises", "--threshold=-45mV", "--tau", "16 ms"}).out;
  EXPECT_NE(report.find("(threshold - rest) / R = 2.5 nA"), std::string::npos);
  EXPECT_NE(report.find("1/(2 pi tau) = 9.9 Hz"), std::string::npos);
  EXPECT_NE(report.find("0.06196880 "), std::string::npos);
  EXPECT_EQ(report.find("column by eye"), std::string::npos);
  for (const std::string& line : lines_of(report)) EXPECT_LE(line.size(), 100U) << line;
}

// Exercise 4 has a neuron of its own, whose other parameters stay.
TEST(Exercises, EstimateAnotherNeuronsParameters) {
  const Folder folder;
  const std::string report = folder.run({"exercises", "4", "--resistance", "12Mohm"}).out;
  EXPECT_NE(report.find("R, MOhm                                   12.000000"), std::string::npos) << report;
  EXPECT_NE(report.find("threshold, mV                            -16.000000"), std::string::npos) << report;
}

// Neurons that the questions were not made for: a step that fires, no refractory period, a slow and a fast membrane.
TEST(Exercises, HaveAnAnswerForUnusualNeurons) {
  const Folder folder;
  for (const std::vector<std::string>& options : {std::vector<std::string>{"--resistance", "40Mohm"},
                                                  {"--resistance", "0.2Mohm"},
                                                  {"--refractory", "0ms"},
                                                  {"--tau", "1s"},
                                                  {"--tau", "0.5ms"},
                                                  {"--refractory", "0.33ms"},
                                                  {"--refractory", "20ms"}}) {
    auto words = options;
    words.insert(words.begin(), "exercises");
    const auto result = folder.run(words);
    EXPECT_EQ(result.status, 0) << options[1] << result.error;
    for (const std::string& line : lines_of(result.out)) {
      EXPECT_FALSE(line.ends_with(" nan") || line.find(" nan ") != std::string::npos) << options[1] << line;
    }
  }
  EXPECT_EQ(folder.run({"exercises", "--tau", "0.1ms"}).error,
            "--tau = 0.1 ms: must be longer than Euler's time step, 0.1 ms; lengthen it\n");
}

TEST(Exercises, SayWhatTheyWroteAndHowToHaveItAgain) {
  const Folder folder;
  const auto result = folder.run({"exercises", "--output", "."});
  ASSERT_EQ(result.status, 0) << result.error;
  EXPECT_TRUE(result.error.starts_with(".: written are\n  figures (.png and .svg): getting_started_step,"))
      << result.error;
  for (const std::string& name : folder.names()) {
    EXPECT_NE(result.error.find(name.substr(0, name.find('.'))), std::string::npos) << name;
    EXPECT_NE(result.out.find(name), std::string::npos) << name;
  }
  const auto commands = commands_of(result.out);
  EXPECT_GE(commands.size(), 15U);
  for (const std::string& command : commands) {
    const auto again = folder.shell(command);
    EXPECT_EQ(again.status, 0) << command << again.error;
    EXPECT_NE(again.out, "") << command;
  }
  EXPECT_EQ(folder.shell("lapicque run fi_curve_pulse.toml | tail -n 1 | cut -d , -f 1").out, "32\n");
  EXPECT_EQ(folder.shell("lapicque run getting_started_sinusoid.toml | wc -l").out, "6\n");
}

}  // namespace
}  // namespace lapicque::test
