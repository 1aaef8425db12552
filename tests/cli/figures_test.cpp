#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "program.hpp"

namespace lapicque::test {
namespace {

/// The texts of an SVG.
std::set<std::string> texts(const std::string& svg) {
  std::set<std::string> result;
  for (auto end = svg.find("</text>"); end != std::string::npos; end = svg.find("</text>", end + 1)) {
    const auto begin = svg.rfind("<text", end);
    std::string text = svg.substr(svg.find('>', begin) + 1, end);
    text = text.substr(0, text.find("</text>"));
    for (auto tag = text.find('<'); tag != std::string::npos; tag = text.find('<')) {
      text.erase(tag, text.find('>', tag) + 1 - tag);
    }
    const auto from = text.find_first_not_of(" \n\t");
    if (from != std::string::npos) result.insert(text.substr(from, text.find_last_not_of(" \n\t") + 1 - from));
  }
  return result;
}

std::set<std::string> texts_of(const std::vector<std::string>& arguments) {
  const Folder folder;
  auto words = arguments;
  words.insert(words.end(), {"--plot", "figure.svg"});
  const auto result = folder.run(words);
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_EQ(result.error.find("gnuplot"), std::string::npos) << result.error;
  return texts(folder.read("figure.svg"));
}

bool has(const std::set<std::string>& all, const std::vector<std::string>& wanted) {
  for (const std::string& text : wanted) {
    if (!all.contains(text)) return false;
  }
  return true;
}

TEST(Figures, LabelADecadeAtOneTwoAndFive) {
  EXPECT_TRUE(has(texts_of({"response", "--from", "1Hz", "--to", "10Hz"}), {"1", "2", "5", "10"}));
  EXPECT_TRUE(has(texts_of({"strength-duration"}), {"0.1", "0.2", "0.5", "20", "50", "100"}));
}

TEST(Figures, LabelLessThanADecadeWithRoundNumbers) {
  EXPECT_TRUE(has(texts_of({"response", "--from", "20Hz", "--to", "30Hz"}), {"20", "22", "24", "26", "28", "30"}));
}

TEST(Figures, LabelManyDecadesByPowersOfTen) {
  const auto all = texts_of({"response", "--from", "0.01Hz", "--to", "1e6Hz", "--points", "3"});
  EXPECT_TRUE(has(all, {"0.01", "1", "10000"}));
  EXPECT_FALSE(all.contains("2"));
}

TEST(Figures, OfTheCurveUnderNoiseShowWhatIsComparedInIt) {
  const auto all = texts_of({"fi", "--noise", "3mV", "--from", "1nA", "--to", "3nA", "--points", "3", "--method",
                             "euler", "--dt", "0.1ms", "--tau-s", "0.2ms"});
  EXPECT_TRUE(has(all, {"f-I curve under white noise, sigma = 3 mV", "euler simulation", "95 % confidence",
                        "without noise", "foretold at dt = 0.1 ms", "filtered noise, tau_s = 0.2 ms", "CV"}));
}

TEST(Figures, OfIntervalsShowDensitySurvivorFunctionAndHazard) {
  EXPECT_TRUE(has(texts_of({"interval-distribution"}),
                  {"Intervals between spikes, 2 nA, white noise of sigma = 3 mV", "integral equation", "density (1/ms)",
                   "survivor function", "hazard (1/ms)"}));
}

TEST(Figures, NameTheNeuron) {
  const std::string neuron =
      "rest -70 mV, reset -65 mV, threshold -50 mV, R 10 MOhm, tau 12 ms, refractory period 2 ms";
  for (const std::string command : {"rheobase", "strength-duration", "fi", "response"}) {
    EXPECT_TRUE(texts_of({command, "--tau", "12ms"}).contains(neuron)) << command;
  }
}

TEST(Figures, HaveTheSizeAskedFor) {
  const Folder folder;
  ASSERT_EQ(folder.run({"fi", "--points", "3", "--plot", "figure.svg", "--size", "640x480"}).status, 0);
  EXPECT_NE(folder.read("figure.svg").find("viewBox=\"0 0 640 480\""), std::string::npos);
  ASSERT_EQ(folder.run({"fi", "--points", "3", "--plot", "figure.png", "--size", "640x480"}).status, 0);
  EXPECT_EQ(folder.read("figure.png").substr(16, 8), std::string("\0\0\x02\x80\0\0\x01\xe0", 8));
}

TEST(Figures, AreWrittenAsPdf) {
  const Folder folder;
  ASSERT_EQ(folder.run({"fi", "--points", "3", "--plot", "figure.pdf"}).status, 0);
  EXPECT_TRUE(folder.read("figure.pdf").starts_with("%PDF"));
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"figure.pdf"}));
}

// A file is written under another name first, which nobody is to see.
TEST(Figures, TellOfAFailureWithoutTheNameOfTheTemporaryFile) {
  const Folder folder;
  folder.write("gnuplot", "#!/bin/sh\nexit 0\n");
  const auto result =
      folder.shell("chmod +x gnuplot; PATH=.:$PATH; lapicque fi --points 3 --plot figure.png; echo $?; rm gnuplot");
  EXPECT_EQ(result.out, "2\n");
  EXPECT_EQ(result.error, "gnuplot: drew nothing; see its message, and whether the disk is full\n");
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace lapicque::test
