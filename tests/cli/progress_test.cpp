#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "program.hpp"

namespace lapicque::test {
namespace {

/// Commands that take time in proportion to a scale, as one step comes after another: a second or so at 1.
std::string slow_curve(int scale) {
  return "lapicque fi --points 41 --count " + std::to_string(30000 * scale) + "ms --method euler --dt 0.01ms";
}
std::string slow_run(int scale) {
  return "lapicque run cell" + std::to_string(scale) + ".toml --method euler --dt 0.001ms";
}
std::string cell(int scale) {
  return "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\nrefractory = 2\n"
         "[run]\nuntil = \"" +
         std::to_string(120 * scale) + " s\"\n[[input]]\nkind = \"step\"\nstart = 0\namplitude = \"2.5 nA\"\n";
}

/// All that the command writes where standard error is a terminal, and standard output a file.
std::string at_terminal(const Folder& folder, const std::string& command) {
  const Result result = folder.shell("script -qec '" + command + " > out.csv' /dev/null < /dev/null");
  EXPECT_EQ(result.status, 0) << result.error;
  return result.out;
}

/// A bare chroot has none.
bool has_pseudo_terminals(const Folder& folder) {
  return folder.shell("script -qec true /dev/null < /dev/null").status == 0;
}
constexpr const char* no_terminals = "this machine makes no pseudo-terminals (mount devpts): NOT TESTED";

class Progress : public ::testing::TestWithParam<std::string (*)(int)> {};

// The bar waits before it shows itself: a faster machine needs a longer run for it.
TEST_P(Progress, IsShownAtATerminalAndTakenAwayButNotPrintedIntoAPipe) {
  const Folder folder;
  if (!has_pseudo_terminals(folder)) GTEST_SKIP() << no_terminals;
  constexpr int most_scale = 8;  // with more, the run would take more steps than a run may
  int scale = 0;
  std::string shown;
  while (shown.find("#....") == std::string::npos && scale < most_scale) {
    scale = std::max(1, 2 * scale);
    folder.write("cell" + std::to_string(scale) + ".toml", cell(scale));
    shown = at_terminal(folder, GetParam()(scale));
  }
  EXPECT_TRUE(shown.starts_with("\r[")) << shown;
  EXPECT_NE(shown.find("#...."), std::string::npos) << shown;
  EXPECT_NE(shown.find(" %\r"), std::string::npos) << shown;
  EXPECT_TRUE(shown.ends_with("  \r")) << shown;
  EXPECT_EQ(folder.read("out.csv").find('\r'), std::string::npos);

  const Result piped = folder.shell("(" + GetParam()(scale) + " > piped.csv) 2>&1 | cat");
  EXPECT_EQ(piped.out + piped.error, "");
  EXPECT_NE(folder.read("piped.csv"), "");
}

INSTANTIATE_TEST_SUITE_P(Program, Progress, ::testing::Values(slow_curve, slow_run));

TEST(ProgressBar, IsNotShownForWhatIsQuick) {
  const Folder folder;
  if (!has_pseudo_terminals(folder)) GTEST_SKIP() << no_terminals;
  EXPECT_EQ(at_terminal(folder, "lapicque fi --points 2 --count 10ms"), "");
}

}  // namespace
}  // namespace lapicque::test
