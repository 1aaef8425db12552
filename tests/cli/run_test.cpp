#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "program.hpp"

namespace lapicque::test {
namespace {

/// The exercises' neuron and the given inputs.
std::string experiment(const std::string& inputs, const std::string& until = "\"40 ms\"") {
  return "[neuron]\nrest = \"-70 mV\"\nreset = \"-65 mV\"\nthreshold = \"-50 mV\"\nresistance = \"10 Mohm\"\n"
         "tau = \"8 ms\"\nrefractory = \"2 ms\"\n[run]\nuntil = " +
         until + "\n" + inputs;
}

const std::string step_input = "[[input]]\nkind = \"step\"\nstart = 5\namplitude = \"2.5 nA\"\n";

/// u_inf = -45 mV: the first spike 8 ln 5 ms after the onset, the next one 2 + 8 ln 4 ms after it.
const double first_spike = 5 + 8 * std::log(5);
const double second_spike = first_spike + 2 + 8 * std::log(4);

Result run_text(const std::string& text, std::vector<std::string> arguments = {}) {
  const Folder folder;
  folder.write("cell.toml", text);
  arguments.insert(arguments.begin(), {"run", "cell.toml"});
  return folder.run(arguments);
}

TEST(Run, TakesNeuronOptionsOverTheFiles) {
  const Folder folder;
  const auto cell = [](const std::string& tau) {
    return "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = " + tau +
           "\n[run]\nuntil = 100\n[[input]]\nkind = \"step\"\namplitude = 2.5\n";
  };
  folder.write("cell.toml", cell("8"));
  folder.write("slow.toml", cell("12"));
  const auto slow = folder.run({"run", "slow.toml"});
  const auto result = folder.run({"run", "cell.toml", "--tau", "12ms"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.out, slow.out);
  EXPECT_EQ(folder.run({"run", "cell.toml", "--tau", "12"}).out, slow.out);
  EXPECT_EQ(folder.run({"run", "cell.toml", "--capacitance", "1.2nF", "--resistance", "10"}).out, slow.out);
  EXPECT_NE(folder.run({"run", "cell.toml"}).out, slow.out);
}

TEST(Run, SaysThatASmallMIsMilli) {
  const Folder folder;
  folder.write(
      "cell.toml",
      "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = \"10 mohm\"\ntau = 8\n[run]\nuntil = 1\n");
  const auto result = folder.run({"run", "cell.toml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error,
            "cell.toml:5: neuron.resistance = \"10 mohm\": m is milli, and this is 1e-08 MOhm; for mega write \"10 "
            "Mohm\"\n");
  EXPECT_TRUE(folder.run({"rheobase", "--resistance", "10mohm"})
                  .error.starts_with("--resistance = 10mohm: m is milli, and this is 1e-08 MOhm; for mega write "));
}

TEST(Run, PrintsSpikesAsCsv) {
  const auto result = run_text(experiment(step_input));
  ASSERT_EQ(result.status, 0) << result.error;
  EXPECT_EQ(result.error, "");
  double first = 0;
  double second = 0;
  ASSERT_EQ(std::sscanf(result.out.c_str(), "spike,time_ms\n1,%lf\n2,%lf\n", &first, &second), 2) << result.out;
  EXPECT_NEAR(first, first_spike, 4e-15 * first_spike);
  EXPECT_NEAR(second, second_spike, 4e-15 * second_spike);
}

TEST(Run, ReadsStandardInput) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input));
  const auto piped = folder.shell("lapicque run - < cell.toml");
  EXPECT_EQ(piped.status, 0) << piped.error;
  EXPECT_EQ(piped.out, folder.run({"run", "cell.toml"}).out);
  const auto pipe = folder.shell("mkfifo pipe && { cat cell.toml > pipe & lapicque run pipe; }");
  EXPECT_EQ(pipe.out, piped.out) << pipe.error;
  const auto wrong = folder.shell("sed s/threshold/treshold/ cell.toml | lapicque run -");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.error, "standard input:4: unknown key neuron.treshold; did you mean threshold?\n");
  const auto twice = folder.shell("lapicque validate - - < cell.toml");
  EXPECT_EQ(twice.status, 2);
  EXPECT_EQ(twice.error,
            "standard input: cannot be read: it has been read already; give one of the files by its name\n");
}

/// Somebody's spikes, as arrivals of one weight, are the same as the times written in the experiment.
TEST(Run, TakesAFileOfSpikesForArrivals) {
  const Folder folder;
  const std::string synapse = "[[input]]\nkind = \"synapse\"\nshape = \"exponential\"\ntau = 2\nweights = \"6 nA\"\n";
  folder.write("spikes.dat", "sender\ttime_ms\n3\t5.5\n4\t6.5\n3\t7.5\n");
  folder.write("cell.toml", experiment(synapse + "file = \"spikes.dat\"\nneuron = 3\n"));
  folder.write("times.toml", experiment(synapse + "times = [5.5, 7.5]\n"));
  const auto result = folder.run({"run", "cell.toml"});
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.out, folder.run({"run", "times.toml"}).out);
  folder.write("cell.toml", experiment(synapse + "file = \"spikes.dat\"\n"));
  folder.write("times.toml", experiment(synapse + "times = [5.5, 6.5, 7.5]\n"));
  const auto all = folder.run({"run", "cell.toml"});
  EXPECT_EQ(all.out, folder.run({"run", "times.toml"}).out);
  EXPECT_EQ(
      all.error,
      "spikes.dat:1: the spikes of several neurons act together: 3 (2), 4 (1); neuron = \"3\" would choose one\n");
}

TEST(Run, PrintsTheHeaderAloneWhereNothingFires) {
  const auto result = run_text(experiment(""));
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_EQ(result.out, "spike,time_ms\n");
}

TEST(Run, PrintsSpikesAsJson) {
  const auto result = run_text(experiment(step_input), {"--format", "json"});
  ASSERT_EQ(result.status, 0) << result.error;
  const auto object = nlohmann::json::parse(result.out);
  EXPECT_EQ(object.at("method"), "exact");
  EXPECT_EQ(object.at("precision"), "exact");
  EXPECT_EQ(object.at("until_ms"), 40);
  EXPECT_TRUE(object.at("grazings").empty());
  ASSERT_EQ(object.at("spikes_ms").size(), 2U);
  EXPECT_NEAR(object.at("spikes_ms")[0], first_spike, 4e-15 * first_spike);
}

TEST(Run, TellsHowSureAndHowSensitiveEachSpikeIs) {
  // By hand: at the first crossing the parts of u - theta, -20/5 - 20 (1 - 1/5) + 25 (1 - 1/5) mV, are 40 mV in all,
  // and it rises by 5/8 mV/ms.
  const auto csv = run_text(experiment(step_input), {"--details"});
  ASSERT_EQ(csv.status, 0) << csv.error;
  double time = 0;
  double error = 0;
  double slope = 0;
  double condition = 0;
  ASSERT_EQ(std::sscanf(csv.out.c_str(), "spike,time_ms,error_ms,slope_mV_per_ms,condition\n1,%lf,%lf,%lf,%lf\n", &time,
                        &error, &slope, &condition),
            4)
      << csv.out;
  EXPECT_NEAR(time, first_spike, 4e-15 * first_spike);
  EXPECT_GT(error, 0);
  EXPECT_LE(error, 0x1p-48 * (0.5 + 1.0 / 64));
  EXPECT_NEAR(slope, 5.0 / 8, 1e-12);
  EXPECT_NEAR(condition, 40.0 / 5, 1e-12);

  const auto json = run_text(experiment(step_input), {"--format", "json"});
  const auto object = nlohmann::json::parse(json.out);
  EXPECT_EQ(object.at("errors_ms")[0], error);
  EXPECT_EQ(object.at("slopes_mV_per_ms")[0], slope);
  EXPECT_EQ(object.at("conditions")[0], condition);
  EXPECT_EQ(object.at("effort").at("roots"), (std::vector<int>{0, 2, 0, 0}));
}

TEST(Run, PointsOutSpikesWhoseTimesHangOnTheLastDigits) {
  // 8 nA through tau_s = tau/2 touches the threshold; 1e-14 more crosses it with a slope of 10 mV/8 ms sqrt(1e-14).
  const auto result =
      run_text(experiment("[[input]]\nkind = \"synapse\"\nshape = \"exponential\"\ntau = 4\ntimes = "
                          "[1.25]\nweights = [8.0000000000001]\n"));
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.error.find("cell.toml: 1 of 1 spikes have a condition number of 1e+06 or more"), std::string::npos)
      << result.error;
}

TEST(Run, PrintsAnEmptyListWhereNothingFires) {
  const auto result = run_text(experiment(""), {"--format", "json"});
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_TRUE(nlohmann::json::parse(result.out).at("spikes_ms").empty());
}

TEST(Run, TakesEveryKindOfInput) {
  const Folder folder;
  folder.write("current.csv", "time,current_nA\n0,0.5\n0.5,0.25\n");
  folder.write(
      "all.toml",
      experiment("[[input]]\nkind = \"step\"\nstop = \"30 ms\"\namplitude = 1.5\n"
                 "[[input]]\nkind = \"ramp\"\nstop = 50\nfrom = 0\nto = \"3 nA\"\n"
                 "[[input]]\nkind = \"sinusoid\"\nstart = 2\namplitude = 1\nfrequency = \"0.1 kHz\"\nphase = "
                 "\"90 degree\"\n"
                 "[[input]]\nkind = \"samples\"\nstep = 0.5\nvalues = [0.0, 1.5, \"2 nA\"]\n"
                 "[[input]]\nkind = \"samples\"\nstep = 0.5\nhold = \"linear\"\nfile = \"current.csv\"\n"
                 "[[input]]\nkind = \"pulses\"\ntimes = [12.5, 14.0]\njump = \"1.2 mV\"\n"
                 "[[input]]\nkind = \"synapse\"\nshape = \"exponential\"\ntau = 2\ntimes = [3, 4.5]\nweights = "
                 "[\"0.7 nA\", -0.2]\n"
                 "[[input]]\nkind = \"synapse\"\nshape = \"alpha\"\ntau = 8\ntimes = [1]\nweights = 0.5\n"));
  for (const std::string method : {"exact", "euler", "exponential-euler"}) {
    std::vector<std::string> arguments{"run", "all.toml", "--method", method, "--format", "json"};
    if (method != "exact") arguments.insert(arguments.end(), {"--dt", "0.001ms"});
    const auto result = folder.run(arguments);
    ASSERT_EQ(result.status, 0) << method << ": " << result.error;
    EXPECT_EQ(nlohmann::json::parse(result.out).at("spikes_ms").size(), 3U) << method << ": " << result.out;
  }
}

TEST(Run, FastAndExactPrecisionAgree) {
  const auto exact = run_text(experiment(step_input), {"--format", "json"});
  const auto fast = run_text(experiment(step_input), {"--format", "json", "--precision", "fast"});
  ASSERT_EQ(fast.status, 0) << fast.error;
  const auto spikes = nlohmann::json::parse(fast.out).at("spikes_ms");
  ASSERT_EQ(spikes.size(), 2U);
  EXPECT_NEAR(spikes[1], nlohmann::json::parse(exact.out).at("spikes_ms")[1], 1e-12);
}

// Forward Euler: u_n - u_inf = (u_0 - u_inf) (1 - dt/tau)^n, above the threshold first when (1 - dt/tau)^n < 5/25.
TEST(Run, EulerSpikesWhereItsClosedFormSays) {
  const auto result = run_text(experiment(step_input), {"--method", "euler", "--dt", "0.1ms"});
  const double steps = std::ceil(std::log(0.2) / std::log1p(-0.1 / 8));
  double first = 0;
  ASSERT_EQ(std::sscanf(result.out.c_str(), "spike,time_ms\n1,%lf\n", &first), 1) << result.out << result.error;
  EXPECT_NEAR(first, 5 + 0.1 * steps, 1e-12);
}

TEST(Run, WritesTheExactTrace) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input));
  const auto result = folder.run({"run", "cell.toml", "--trace", "trace.csv", "--trace-step", "10 ms"});
  ASSERT_EQ(result.status, 0) << result.error;
  double u[5];
  ASSERT_EQ(std::sscanf(folder.read("trace.csv").c_str(),
                        "time_ms,potential_mV\n0,%lf\n10,%lf\n20,%lf\n30,%lf\n40,%lf\n", u, u + 1, u + 2, u + 3, u + 4),
            5)
      << folder.read("trace.csv");
  EXPECT_EQ(u[0], -70);
  EXPECT_NEAR(u[1], -45 - 25 * std::exp(-5.0 / 8), 1e-13);
  EXPECT_NEAR(u[2], -45 - 20 * std::exp(-(20 - first_spike - 2) / 8), 1e-13);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.toml", "trace.csv"}));
}

// Each time is what a person writes: 0.3, not 0.30000000000000004. The texts are made of whole numbers.
TEST(Run, TraceTimesAreTheNearestDoubles) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input));
  for (const auto& [step, decimals] : {std::pair{"0.1ms", 1}, std::pair{"10us", 2}, std::pair{"0.001ms", 3}}) {
    ASSERT_EQ(folder.run({"run", "cell.toml", "--trace", "trace.csv", "--trace-step", step}).status, 0);
    const int steps_a_ms = decimals == 1 ? 10 : decimals == 2 ? 100 : 1000;
    std::istringstream lines(folder.read("trace.csv"));
    std::string line;
    std::getline(lines, line);
    int k = 0;
    for (; std::getline(lines, line); ++k) {
      std::string digits = std::to_string(steps_a_ms + k % steps_a_ms).substr(1);
      digits.erase(digits.find_last_not_of('0') + 1);
      const auto time = std::to_string(k / steps_a_ms) + (digits.empty() ? "" : ".") + digits;
      ASSERT_EQ(line.substr(0, line.find(',')), time);
    }
    EXPECT_EQ(k, 40 * steps_a_ms + 1) << step;
  }
}

TEST(Run, WritesTheSteppersOwnTrace) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input, "10"));
  const auto result =
      folder.run({"run", "cell.toml", "--trace", "t.csv", "--trace-step", "5ms", "--method", "euler", "--dt", "2 ms"});
  ASSERT_EQ(result.status, 0) << result.error;
  // The current is felt from the step that begins at 6 ms: two steps of a quarter of the way to -45 mV.
  EXPECT_EQ(folder.read("t.csv"), "time_ms,potential_mV\n0,-70\n6,-70\n10,-59.0625\n");
}

TEST(Run, DrawsAFigure) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input));
  for (const std::string figure : {"figure.png", "figure.svg"}) {
    const auto result = folder.run({"run", "cell.toml", "--plot", figure});
    ASSERT_EQ(result.status, 0) << result.error;
    EXPECT_GT(folder.read(figure).size(), 5000U);
  }
  EXPECT_EQ(folder.read("figure.png").substr(1, 3), "PNG");
  EXPECT_NE(folder.read("figure.svg").find("</svg>"), std::string::npos);
  EXPECT_EQ(folder.names().size(), 3U);
}

TEST(Run, DrawsVoltageJumpsAsWhatTheyAre) {
  const Folder folder;
  const std::string pulses = "[[input]]\nkind = \"pulses\"\ntimes = [5, 9]\njump = 3\n";
  const auto drawn = [&](const std::string& inputs) {
    folder.write("cell.toml", experiment(inputs));
    EXPECT_EQ(folder.run({"run", "cell.toml", "--plot", "figure.svg"}).status, 0);
    const std::string svg = folder.read("figure.svg");
    return std::pair{svg.find("Injected current") != std::string::npos, svg.find("jump (mV)") != std::string::npos};
  };
  EXPECT_EQ(drawn(pulses), (std::pair{false, true}));
  EXPECT_EQ(drawn(step_input), (std::pair{true, false}));
  EXPECT_EQ(drawn(step_input + pulses), (std::pair{true, true}));
}

// Shapes of points are drawn by reference, once each: 110 points of the potential, or its line and the spikes.
TEST(Run, DrawsALongStepperAsALine) {
  const Folder folder;
  const auto points = [&](const std::string& until) {
    folder.write("cell.toml", experiment(step_input, until));
    const auto result = folder.run({"run", "cell.toml", "--method", "euler", "--dt", "0.1ms", "--plot", "figure.svg"});
    EXPECT_EQ(result.status, 0) << result.error;
    const std::string svg = folder.read("figure.svg");
    EXPECT_NE(svg.find("euler, 0.1 ms: spikes"), std::string::npos);
    std::size_t count = 0;
    for (auto at = svg.find("<use "); at != std::string::npos; at = svg.find("<use ", at + 1)) ++count;
    return count;
  };
  EXPECT_GT(points("60"), 100U);  // marks
  EXPECT_GT(points("300"), 100U);
  EXPECT_LT(points("400"), 40U);  // 30 spikes
}

TEST(Run, FigureSurvivesStrangeNames) {
  const Folder folder;
  const std::string name = "it's {odd}_^`$(x)\".toml";
  folder.write(name, experiment(step_input));
  const auto result = folder.run({"run", name, "--plot", "it's {odd} $x.svg"});
  ASSERT_EQ(result.status, 0) << result.error;
  EXPECT_NE(folder.read("it's {odd} $x.svg").find("{odd}_^`$(x)"), std::string::npos);
}

TEST(Run, TellsWhichPackageIsMissingWithoutGnuplot) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input));
  const auto result = folder.run({"run", "cell.toml", "--plot", "figure.png"}, {{"PATH", "/nowhere"}});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.error,
            "gnuplot: figures are drawn by gnuplot, which is not on the PATH; install the package gnuplot-nox\n");
  EXPECT_EQ(folder.names().size(), 1U);
}

TEST(Run, LeavesAnOldFileAloneWhenItFails) {
  const Folder folder;
  folder.write("bad.toml", experiment(step_input, "-1"));
  folder.write("trace.csv", "precious");
  const auto result = folder.run({"run", "bad.toml", "--trace", "trace.csv", "--trace-step", "1ms"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(folder.read("trace.csv"), "precious");
  EXPECT_EQ(folder.names().size(), 2U);
}

// Under another name as well: a link leads to the same file.
TEST(Run, NeverWritesOverWhatItReads) {
  const Folder folder;
  const std::string text = experiment("[[input]]\nkind = \"samples\"\nstep = 1\nfile = \"current.csv\"\n");
  folder.write("cell.toml", text);
  folder.write("current.csv", "0\n1\n");
  std::filesystem::create_symlink("current.csv", folder.path() / "link.png");
  const auto trace = folder.run({"run", "cell.toml", "--trace", "current.csv", "--trace-step", "1ms"});
  EXPECT_EQ(trace.status, 2);
  EXPECT_EQ(trace.out, "");
  EXPECT_EQ(trace.error,
            "--trace = current.csv: must not be a file that is read, and this is current.csv; give another name\n");
  const auto plot = folder.run({"run", "cell.toml", "--plot", "link.png"});
  EXPECT_EQ(plot.status, 2);
  EXPECT_EQ(plot.error,
            "--plot = link.png: must not be a file that is read, and this is current.csv; give another name\n");
  EXPECT_EQ(folder.read("cell.toml"), text);
  EXPECT_EQ(folder.read("current.csv"), "0\n1\n");
  EXPECT_EQ(folder.names().size(), 3U);
}

// There are spikes before the two currents, each a double, add up to none.
TEST(Run, PrintsNothingWhereItFailsHalfway) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input + "[[input]]\nkind = \"step\"\nstart = 60\namplitude = 1.7e308\n"
                                                    "[[input]]\nkind = \"step\"\nstart = 60\namplitude = 1.7e308\n",
                                       "200"));
  for (const std::string format : {"csv", "json"}) {
    const auto result =
        folder.run({"run", "cell.toml", "--format", format, "--trace", "trace.csv", "--trace-step", "1ms"});
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(result.error.starts_with("cell.toml: ")) << result.error;
    EXPECT_EQ(result.error.find('\n'), result.error.size() - 1) << result.error;
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.toml"}));
  }
}

TEST(Run, SpeaksOfGrazingsOnlyWhereItLooksForThem) {
  const auto euler = run_text(experiment(step_input), {"--format", "json", "--method", "euler", "--dt", "0.1ms"});
  ASSERT_EQ(euler.status, 0) << euler.error;
  const auto object = nlohmann::json::parse(euler.out);
  EXPECT_EQ(object.at("spikes_ms").size(), 2U);
  EXPECT_FALSE(object.contains("grazings"));
}

TEST(Run, DrawsAPotentialAndACurrentThatDoNotChange) {
  const Folder folder;
  folder.write("cell.toml", experiment(""));
  const auto result = folder.run({"run", "cell.toml", "--plot", "figure.png"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error, "");
  EXPECT_GT(folder.read("figure.png").size(), 5000U);
}

// A thousand times as many steps as the figure can show.
TEST(Run, DrawsALongSteppedRun) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input));
  const auto result = folder.run({"run", "cell.toml", "--method", "euler", "--dt", "1e-5ms", "--plot", "figure.svg"});
  ASSERT_EQ(result.status, 0) << result.error;
  EXPECT_NE(folder.read("figure.svg").find("euler, 1e-05 ms"), std::string::npos);
}

TEST(Run, LeavesNoFileWhereStandardOutputTakesNothing) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input));
  const auto full = folder.shell("lapicque run cell.toml --trace y.csv --trace-step 1ms --plot y.png > /dev/full");
  EXPECT_EQ(full.status, 2);
  EXPECT_EQ(full.error, "standard output: cannot be written: No space left on device\n");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.toml"}));
}

TEST(Run, TellsOfAFullDisk) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input));
  const auto full = folder.shell("lapicque run cell.toml > /dev/full");
  EXPECT_EQ(full.status, 2);
  EXPECT_EQ(full.error, "standard output: cannot be written: No space left on device\n");
}

// Its reader has what it wanted; the files are written all the same.
TEST(Run, EndsQuietlyInAClosedPipe) {
  const Folder folder;
  folder.write("long.toml", experiment(step_input, "1e6"));
  const auto closed =
      folder.shell("{ lapicque run long.toml --trace trace.csv --trace-step 1s; echo $? >&2; } | head -n 2");
  EXPECT_EQ(closed.out, "spike,time_ms\n1,17.875503299472804\n");
  EXPECT_EQ(closed.error, "0\n");
  EXPECT_EQ(folder.shell("wc -l < trace.csv").out, "1002\n");
}

// 1e9 steps take long enough to be interrupted. The shell has background jobs ignore SIGINT.
TEST(Run, LeavesNothingWhereItIsInterrupted) {
  const Folder folder;
  folder.write("cell.toml", experiment(step_input, "1000"));
  for (const std::string signal : {"INT", "TERM", "HUP"}) {
    const auto result = folder.shell(
        "env --default-signal=INT lapicque run cell.toml --method euler --dt 1e-6ms --trace trace.csv --trace-step 1ms "
        "&\n"
        "for i in $(seq 1000); do ls trace.csv.* > /dev/null 2>&1 && break; sleep 0.01; done\n"
        "kill -" +
        signal + " $!; wait $!; echo $?");
    EXPECT_EQ(result.out, signal == "INT" ? "130\n" : signal == "TERM" ? "143\n" : "129\n");
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.toml"})) << signal;
  }
}

TEST(Run, SaysThatAnUnstableStepperApproximatesNothing) {
  const auto result = run_text(experiment(step_input), {"--method", "euler", "--dt", "16ms"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error,
            "cell.toml: forward Euler overshoots ever more from dt = 2 tau = 16 ms on: at 16 ms its spikes approximate "
            "nothing\n");
}

// An exponential synapse of tau_s = tau/2: u - rest = 80 (x - x^2) mV with x = exp(-t/8), which touches 20 at x = 1/2.
TEST(Run, TellsOfAGrazingThatItCannotDecide) {
  const auto result = run_text(experiment("[[input]]\nkind = \"synapse\"\nshape = \"exponential\"\ntau = 4\ntimes = "
                                          "[1.25]\nweights = 8\n"),
                               {"--format", "json"});
  ASSERT_EQ(result.status, 0) << result.error;
  const auto object = nlohmann::json::parse(result.out);
  EXPECT_TRUE(object.at("spikes_ms").empty());
  ASSERT_EQ(object.at("grazings").size(), 1U);
  EXPECT_NEAR(object.at("grazings")[0].at("time_ms"), 1.25 + 8 * std::log(2), 1e-12);
  EXPECT_TRUE(result.error.starts_with("cell.toml: at 6.79")) << result.error;
  EXPECT_NE(result.error.find("too near for 100 digits to tell on which side"), std::string::npos) << result.error;
}

TEST(Run, RunsAreTheSameByteForByte) {
  EXPECT_EQ(run_text(experiment(step_input, "1000")).out, run_text(experiment(step_input, "1000")).out);
}

}  // namespace
}  // namespace lapicque::test
