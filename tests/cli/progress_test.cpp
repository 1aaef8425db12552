#include <gtest/gtest.h>

#include "program.hpp"

namespace lapicque::test {
namespace {

// Both take a second or so anywhere, as one step comes after another.
const std::string slow_curve = "lapicque fi --points 41 --count 30000ms --method euler --dt 0.01ms";
const std::string slow_run = "lapicque run cell.toml --method euler --dt 0.001ms";
const std::string cell =
    "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\nrefractory = 2\n"
    "[run]\nuntil = \"120 s\"\n[[input]]\nkind = \"step\"\nstart = 0\namplitude = \"2.5 nA\"\n";

/// All that the command writes where standard error is a terminal, and standard output a file.
std::string at_terminal(const Folder& folder, const std::string& command) {
  const Result result = folder.shell("script -qec '" + command + " > out.csv' /dev/null < /dev/null");
  EXPECT_EQ(result.status, 0) << result.error;
  return result.out;
}

class Progress : public ::testing::TestWithParam<std::string> {};

TEST_P(Progress, IsShownAtATerminalAndTakenAway) {
  const Folder folder;
  folder.write("cell.toml", cell);
  const std::string shown = at_terminal(folder, GetParam());
  EXPECT_TRUE(shown.starts_with("\r[")) << shown;
  EXPECT_NE(shown.find("#...."), std::string::npos) << shown;
  EXPECT_NE(shown.find(" %\r"), std::string::npos) << shown;
  EXPECT_TRUE(shown.ends_with("  \r")) << shown;
  EXPECT_EQ(folder.read("out.csv").find('\r'), std::string::npos);
}

TEST_P(Progress, IsNotPrintedIntoAPipe) {
  const Folder folder;
  folder.write("cell.toml", cell);
  const Result result = folder.shell("(" + GetParam() + " > out.csv) 2>&1 | cat");
  EXPECT_EQ(result.out + result.error, "");
  EXPECT_NE(folder.read("out.csv"), "");
}

INSTANTIATE_TEST_SUITE_P(Program, Progress, ::testing::Values(slow_curve, slow_run));

TEST(ProgressBar, IsNotShownForWhatIsQuick) {
  const Folder folder;
  EXPECT_EQ(at_terminal(folder, "lapicque fi --points 2 --count 10ms"), "");
}

}  // namespace
}  // namespace lapicque::test
