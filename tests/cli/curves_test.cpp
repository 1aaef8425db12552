#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>

#include "program.hpp"

namespace lapicque::test {
namespace {

using nlohmann::json;

json run_json(std::vector<std::string> arguments) {
  const Folder folder;
  arguments.insert(arguments.end(), {"--format", "json"});
  const auto result = folder.run(arguments);
  EXPECT_EQ(result.status, 0) << result.error;
  return json::parse(result.out);
}

TEST(Rheobase, CheckFindsTheAnalyticValue) {
  const auto exact = run_json({"rheobase", "--resistance", "20 Mohm"});
  EXPECT_EQ(exact.at("rheobase_nA")[0], 1);
  EXPECT_NEAR(exact.at("checked_nA")[0], 1, 1e-14);
}

// Within a time T the least step is I_rh / (1 - (1 - dt/tau)^(T/dt)), for Euler.
TEST(Rheobase, EulerCheckIsWhatItsClosedFormSays) {
  const auto euler = run_json({"rheobase", "--method", "euler", "--dt", "0.5ms", "--within", "40 ms"});
  EXPECT_NEAR(euler.at("checked_nA")[0], 2 / (1 - std::pow(1 - 0.5 / 8, 80)), 1e-13);
}

TEST(Rheobase, PrintsTheChronaxie) {
  const auto exact = run_json({"rheobase", "--tau", "12ms"});
  EXPECT_NEAR(exact.at("chronaxie_ms")[0], 12 * std::log(2), 2e-15);
  EXPECT_NEAR(exact.at("checked_chronaxie_ms")[0], 12 * std::log(2), 1e-13);
  EXPECT_TRUE(run_json({"rheobase", "--rest=-45", "--initial=-60"}).at("chronaxie_ms")[0].is_null());
}

// I = I_rh + (theta - u_r) / (R expm1((1000/rate - refractory)/tau)), in 30 digits.
TEST(FiCurve, IsInverted) {
  const auto curve = run_json({"fi", "--rate", "50Hz,100"});
  EXPECT_EQ(curve.at("rate_Hz").dump(), "[50,100]");
  EXPECT_EQ(curve.at("current_nA")[0], 2.17672557545612089142778967643);
  EXPECT_EQ(curve.at("current_nA")[1], 2.87296506030398963657750300766);
  EXPECT_NEAR(curve.at("checked_Hz")[0], 50, 1e-12);
  EXPECT_NEAR(curve.at("checked_Hz")[1], 100, 1e-12);
}

TEST(FiCurve, SaysWhereNoDoubleMakesTheRate) {
  const Folder folder;
  const auto result = folder.run({"fi", "--rate", "1Hz"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error,
            "--rate = 1 Hz: the double nearest to its current, 2 nA, makes 0 Hz; so near the rheobase no other comes "
            "nearer\n");
}

// By difference quotients of its own formula, which is printed beside it.
TEST(FiCurve, HasItsSlope) {
  const auto rate = [](double current) { return 1000 / (2 + 8 * std::log1p(15 / (10 * current - 20))); };
  const auto curve = run_json({"fi", "--slope", "--current", "1nA,2.5nA,30nA"});
  EXPECT_EQ(curve.at("slope_Hz_per_nA")[0], 0);
  for (const int k : {1, 2}) {
    const double current = curve.at("current_nA")[k];
    const double slope = (rate(current + 1e-5) - rate(current - 1e-5)) / 2e-5;
    EXPECT_NEAR(curve.at("slope_Hz_per_nA")[k], slope, 1e-6 * slope);
    EXPECT_NEAR(curve.at("checked_slope_Hz_per_nA")[k], curve.at("slope_Hz_per_nA")[k], 1e-7 * slope);
  }
  EXPECT_TRUE(run_json({"fi", "--slope", "--current", "3", "--method", "euler", "--dt", "0.1"})
                  .at("checked_slope_Hz_per_nA")[0]
                  .is_null());
}

// Siegert's formula by mpmath, with 30 digits; the seed is given, so that the simulation is the same each time.
TEST(FiCurve, UnderNoiseIsSiegerts) {
  const auto curve = run_json({"fi", "--noise", "3mV", "--current", "0.5nA,2nA,3nA"});
  EXPECT_TRUE(Folder().run({"fi", "--noise", "3mV", "--current", "0"}).out.starts_with("current_nA,rate_Hz,cv,"));
  EXPECT_NEAR(curve.at("rate_Hz")[1], 43.8456326393870845, 1e-12);
  EXPECT_NEAR(curve.at("cv")[1], 0.3865781445797322, 1e-14);
  EXPECT_TRUE(curve.at("checked_Hz")[0].is_null());  // once in a million seconds
  EXPECT_EQ(curve.at("spikes")[0], 0);
  for (int k = 1; k < 3; ++k) {
    EXPECT_GT(curve.at("checked_high_Hz")[k], curve.at("rate_Hz")[k]);
    EXPECT_LT(curve.at("checked_low_Hz")[k], curve.at("rate_Hz")[k]);
    EXPECT_GT(curve.at("checked_high_cv")[k], curve.at("cv")[k]);
    EXPECT_LT(curve.at("checked_low_cv")[k], curve.at("cv")[k]);
  }
}

// A time step makes the neuron miss crossings: by far more than the simulation's statistical error.
TEST(FiCurve, UnderNoiseForetellsWhatEulerMaruyamaMisses) {
  for (const std::string method : {"euler", "exponential-euler"}) {
    const auto curve =
        run_json({"fi", "--noise", "3mV", "--current", "2nA", "--count", "1e6", "--method", method, "--dt", "0.1ms"});
    const double band = curve.at("checked_high_Hz")[0].get<double>() - curve.at("checked_Hz")[0].get<double>();
    EXPECT_NEAR(curve.at("checked_Hz")[0], curve.at("predicted_Hz")[0], 2 * band) << method;
    EXPECT_LT(curve.at("checked_high_Hz")[0].get<double>() + 2 * band, curve.at("rate_Hz")[0]) << method;
  }
}

TEST(FiCurve, UnderNoiseRefusesWhatCannotBe) {
  const Folder folder;
  const auto error = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "fi");
    const auto result = folder.run(arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    return result.error;
  };
  EXPECT_EQ(error({"--noise", "0mV"}),
            "--noise = 0 mV: must be greater than 0; leave it out for the curve without noise\n");
  EXPECT_EQ(error({"--noise", "3mV", "--seed", "x"}),
            "--seed = x: must be a whole number from 0 to 2^64 - 1; write for example --seed 1\n");
  EXPECT_EQ(error({"--noise", "3mV", "--count", "1e9"}),
            "--count = 1e+09 ms: takes more than 1e9 steps; choose a shorter time\n");
  EXPECT_EQ(error({"--noise", "3mV", "--method", "euler", "--dt", "9ms"}),
            "--dt = 9 ms: under noise, forward Euler's time step must be shorter than tau = 8 ms; shorten it, or take "
            "--method exponential-euler\n");
  EXPECT_EQ(error({"--noise", "3mV", "--tau-s=-1ms"}),
            "--tau-s = -1 ms: must not be negative; write for example 2 ms\n");
}

// At the rheobase the density is a formula; the rest of its values are the library's to test.
TEST(IntervalDistribution, AgreesWithItsFormulaAndWithDrawnIntervals) {
  const auto curve = run_json({"interval-distribution", "--time", "1ms,10ms,20ms,40ms"});
  EXPECT_EQ(curve.at("density_per_ms")[0], 0);
  EXPECT_EQ(curve.at("survival")[0], 1);
  for (int k = 1; k < 4; ++k) {
    const double e = std::exp(-(curve.at("time_ms")[k].get<double>() - 2) / 8);
    const double z = 5 * e / std::sqrt(1 - e * e);
    EXPECT_NEAR(curve.at("survival")[k], std::erf(z), 1e-8);
    const double density = 10 / std::sqrt(std::numbers::pi) * e / std::pow(1 - e * e, 1.5) * std::exp(-z * z) / 8;
    EXPECT_NEAR(curve.at("density_per_ms")[k], density, 1e-10);
    EXPECT_NEAR(curve.at("hazard_per_ms")[k], density / std::erf(z), 1e-8);
    EXPECT_LT(curve.at("checked_low")[k], curve.at("survival")[k]);
    EXPECT_GT(curve.at("checked_high")[k], curve.at("survival")[k]);
  }
}

TEST(IntervalDistribution, RefusesWhatItCannotSolve) {
  const Folder folder;
  const auto result = folder.run({"interval-distribution", "--current", "0", "--noise", "0.5mV"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.error,
            "--noise = 0.5 mV: makes the distribution of the intervals take more than 40000 steps to be solved; choose "
            "a larger one\n");
}

TEST(Psp, SimulationAgreesWithTheFormula) {
  for (const std::string shape : {"exponential", "alpha"}) {
    const auto curve = run_json({"psp", "--shape", shape, "--tau-s", "0.1ms,2ms,8ms,300ms", "--weight=-0.5nA"});
    for (int k = 0; k < 4; ++k) {
      const double peak = curve.at("peak_mV")[k];
      const double time = curve.at("peak_time_ms")[k];
      const double weight = curve.at("least_weight_nA")[k];
      EXPECT_NEAR(curve.at("checked_peak_mV")[k], peak, 1e-13 * std::abs(peak)) << shape << k;
      EXPECT_NEAR(curve.at("checked_time_ms")[k], time, 1e-6 * time) << shape << k;  // flat at the peak
      EXPECT_NEAR(curve.at("checked_weight_nA")[k], weight, 1e-14 * weight) << shape << k;
      EXPECT_NEAR(weight * peak, -10, 1e-13) << shape << k;  // 20 mV / -0.5 nA
    }
  }
}

TEST(Psp, OfAJumpIsTheJump) {
  const auto curve = run_json({"psp", "--jump", "1mV", "--threshold=-60mV", "--reset=-65mV"});
  EXPECT_EQ(curve.at("peak_mV")[0], 1);
  EXPECT_EQ(curve.at("checked_peak_mV")[0], 1);
  EXPECT_EQ(curve.at("peak_time_ms")[0], 0);
  EXPECT_EQ(curve.at("checked_time_ms")[0], 0);
  EXPECT_EQ(curve.at("least_jump_mV")[0], 10);
  EXPECT_EQ(curve.at("checked_jump_mV")[0], 10);
}

class OfNeuron : public testing::TestWithParam<std::string> {};

TEST_P(OfNeuron, MayBeOfAFile) {
  const Folder folder;
  folder.write("cell.toml",
               "[neuron]\nrest = 0\nreset = 0\nthreshold = 5\ncapacitance = \"1 nF\"\nleak_conductance = \"100 nS\"\n");
  const std::vector<std::string> options{"--rest",       "0",      "--reset", "0",    "--threshold",  "5",
                                         "--resistance", "10Mohm", "--tau",   "10ms", "--refractory", "0"};
  std::vector<std::string> by_options{GetParam()};
  by_options.insert(by_options.end(), options.begin(), options.end());
  const auto expected = folder.run(by_options);
  ASSERT_EQ(expected.status, 0) << expected.error;
  EXPECT_EQ(expected.error, "");  // nothing is left to be said
  EXPECT_EQ(folder.run({GetParam(), "cell.toml"}).out, expected.out);
  EXPECT_EQ(folder.run({GetParam(), "cell.toml"}).error, "");
  EXPECT_NE(folder.run({GetParam(), "cell.toml", "--threshold", "6 mV", "--capacitance", "2nF"}).out, expected.out);
  EXPECT_EQ(folder.run({GetParam(), "cell.toml", "--tau", "10", "--resistance", "10"}).out, expected.out);
}

TEST_P(OfNeuron, SaysWhichWhereSomeParametersAreGiven) {
  const Folder folder;
  EXPECT_EQ(folder.run({GetParam()}).error, "");
  EXPECT_EQ(
      folder.run({GetParam(), "--rest", "0mV", "--reset", "0mV", "--threshold", "5mV", "--tau", "10ms"}).error,
      "neuron: rest = 0 mV, reset = 0 mV, threshold = 5 mV and tau = 10 ms are as given, resistance = 10 MOhm and "
      "refractory = 2 ms are those of the exercises\n");
  EXPECT_EQ(
      folder.run({GetParam(), "--capacitance", "1", "--leak-conductance", "0.1"}).error,
      "neuron: resistance = 10 MOhm and tau = 10 ms are as given, rest = -70 mV, reset = -65 mV, threshold = -50 mV "
      "and refractory = 2 ms are those of the exercises\n");
}

INSTANTIATE_TEST_SUITE_P(Curves, OfNeuron, testing::Values("rheobase", "strength-duration", "fi", "response", "psp"));

TEST(Curves, OfANeuronAtRestSayThatTheyLeaveOutAnInitialPotential) {
  const Folder folder;
  folder.write("cell.toml",
               "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\ninitial = -60\n");
  const auto result = folder.run({"strength-duration", "cell.toml", "--duration", "1ms"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.error,
            "cell.toml: the answer is that of a neuron at rest; neuron.initial = -60 mV has no part in it\n");
}

TEST(Curves, OfANeuronAtRestRefuseOneThatFiresThere) {
  const Folder folder;
  folder.write("cell.toml",
               "[neuron]\nrest = -45\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\ninitial = -60\n");
  EXPECT_EQ(
      folder.run({"psp", "cell.toml"}).error,
      "cell.toml: neuron.rest = -45 mV: the answer is that of a neuron at rest, and this one fires there; choose a "
      "rest below the threshold\n");
}

// The default waits as many time constants, however long they are.
TEST(Rheobase, CheckWaitsLongEnoughForASlowMembrane) {
  const Folder folder;
  const auto slow = folder.run({"rheobase", "--tau", "8s", "--format", "json"});
  EXPECT_NEAR(json::parse(slow.out).at("checked_nA")[0], 2, 1e-14);
  EXPECT_EQ(slow.error.find("checked_nA"), std::string::npos);
}

// 2 nA / (1 - exp(-400/8000))
TEST(Rheobase, SaysWhyTheCheckDiffers) {
  const Folder folder;
  const auto hasty = folder.run({"rheobase", "--tau", "8s", "--within", "400ms", "--format", "json"});
  EXPECT_NEAR(json::parse(hasty.out).at("checked_nA")[0], -2 / std::expm1(-0.05), 1e-13);
  EXPECT_EQ(hasty.error.substr(0, 83),
            "checked_nA: to be seen to fire within 400 ms, 0.1 tau, a step must exceed 41.008332");
}

TEST(Curves, RangesHaveRoundDecades) {
  const auto durations = run_json({"strength-duration", "--from", "0.1ms", "--to", "100ms", "--points", "31"});
  const auto frequencies = run_json({"response", "--from", "1Hz", "--to", "1kHz", "--points", "4"});
  const auto currents = run_json({"fi", "--from", "0nA", "--to", "1nA", "--points", "11", "--count", "1ms"});
  EXPECT_EQ(durations.at("duration_ms")[10], 1);
  EXPECT_EQ(durations.at("duration_ms")[20], 10);
  EXPECT_EQ(frequencies.at("frequency_Hz").dump(), "[1,10,100,1000]");
  for (int k = 0; k <= 10; ++k) EXPECT_EQ(currents.at("current_nA")[static_cast<std::size_t>(k)], k / 10.0);
}

TEST(StrengthDuration, IsLapicquesFormula) {
  const auto curve = run_json({"strength-duration", "--duration", "1ms", "96ms"});
  for (int i : {0, 1}) {
    const double duration = curve.at("duration_ms")[i];
    const double expected = -2 / std::expm1(-duration / 8);
    EXPECT_NEAR(curve.at("amplitude_nA")[i], expected, 1e-15 * expected);
    EXPECT_NEAR(curve.at("checked_nA")[i], expected, 1e-14 * expected);
  }
}

TEST(FiCurve, SimulationAgreesWithTheFormula) {
  const auto curve = run_json({"fi", "--refractory", "3ms", "--from", "0nA", "--to", "100nA", "--points", "21"});
  ASSERT_EQ(curve.at("current_nA").size(), 21U);
  EXPECT_EQ(curve.at("rate_Hz")[0], 0);
  EXPECT_TRUE(curve.at("checked_Hz")[0].is_null());
  for (int i = 1; i <= 20; ++i) {
    const double expected = 1000 / (3 + 8 * std::log1p(15 / (10 * (5.0 * i) - 20)));
    EXPECT_NEAR(curve.at("rate_Hz")[i], expected, 1e-14 * expected);
    EXPECT_NEAR(curve.at("checked_Hz")[i], expected, 1e-12 * expected);
    EXPECT_NEAR(curve.at("counted_Hz")[i], expected, 2.5);
  }
}

TEST(Response, SimulationAgreesWithTheImpedance) {
  const auto curve = run_json({"response", "--from", "1Hz", "--to", "1kHz", "--points", "4"});
  for (int i = 0; i < 4; ++i) {
    const double turn = 2 * std::numbers::pi * 8 * std::pow(10, i) / 1000;
    const double amplitude = 25 / std::sqrt(1 + turn * turn);
    EXPECT_NEAR(curve.at("amplitude_mV")[i], amplitude, 1e-14 * amplitude);
    EXPECT_NEAR(curve.at("checked_amplitude_mV")[i], amplitude, 1e-11 * amplitude);
    EXPECT_NEAR(curve.at("phase_degree")[i], -std::atan(turn) * 180 / std::numbers::pi, 1e-12);
    EXPECT_NEAR(curve.at("checked_phase_degree")[i], -std::atan(turn) * 180 / std::numbers::pi, 1e-8);
  }
}

// R (dt/tau) / (z - 1 + dt/tau), z = exp(i omega dt)
TEST(Response, EulerIsItsTransferFunction) {
  const auto curve = run_json({"response", "--frequency", "250Hz", "--method", "euler", "--dt", "0.1ms"});
  const auto z = std::polar(1.0, 2 * std::numbers::pi * 0.25 * 0.1);
  const auto transfer = 10 * (0.1 / 8) / (z - 1.0 + 0.1 / 8);
  EXPECT_NEAR(curve.at("checked_amplitude_mV")[0], 2.5 * std::abs(transfer), 1e-12);
  EXPECT_NEAR(curve.at("checked_phase_degree")[0], std::arg(transfer) * 180 / std::numbers::pi, 1e-9);
}

TEST(Curves, AreDrawn) {
  const Folder folder;
  for (const std::string command : {"rheobase", "strength-duration", "fi", "response", "psp"}) {
    for (const std::string suffix : {".png", ".svg"}) {
      std::vector<std::string> arguments{command, "--plot", command + suffix};
      if (command != "rheobase") arguments.insert(arguments.end(), {"--points", "7"});
      const auto result = folder.run(arguments);
      ASSERT_EQ(result.status, 0) << command << ": " << result.error;
      EXPECT_GT(folder.read(command + suffix).size(), 5000U) << command;
    }
  }
}

// The check of a response far below the digits of the resting potential.
TEST(Curves, OfAResponseThatIsTinyAreChecked) {
  const auto curve = run_json({"response", "--resistance", "1e-18MOhm", "--frequency", "250Hz"});
  const double exact = 2.5e-18 / std::hypot(1, 2 * std::numbers::pi * 0.25 * 8);
  EXPECT_NEAR(curve.at("checked_amplitude_mV").at(0), exact, 1e-14 * exact);
}

// The formula's curve and the simulation's points have names that tell them apart.
TEST(Curves, HaveNamesInTheLegend) {
  const Folder folder;
  ASSERT_EQ(folder.run({"response", "--points", "7", "--plot", "response.svg"}).status, 0);
  const std::string figure = folder.read("response.svg");
  EXPECT_NE(figure.find(">formula<"), std::string::npos);
  EXPECT_NE(figure.find(">simulated (exact)<"), std::string::npos);
}

// Shapes of points are drawn by reference, once each. Up to 100 are all drawn, of more 50, and one in the legend.
TEST(Curves, ThinTheirMarks) {
  const Folder folder;
  const auto points = [&](const std::string& command, const std::string& count) {
    EXPECT_EQ(folder.run({command, "--points", count, "--plot", "figure.svg"}).status, 0);
    const std::string svg = folder.read("figure.svg");
    std::size_t shapes = 0;
    for (auto at = svg.find("'translate("); at != std::string::npos; at = svg.find("'translate(", at + 1)) ++shapes;
    return shapes;
  };
  EXPECT_EQ(points("strength-duration", "100"), 101U);
  EXPECT_EQ(points("strength-duration", "101"), 51U);
  EXPECT_EQ(points("response", "300"), 102U);  // amplitudes and phases
  EXPECT_EQ(points("fi", "300"), 51 + 41U);    // a count of each, a rate where there are two spikes
}

// One rate, 0 Hz, and one current: neither axis has a range by itself.
TEST(Curves, AreDrawnOfOnePoint) {
  const Folder folder;
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"fi", "--current", "0nA"},
                                                    {"strength-duration", "--duration", "1ms"},
                                                    {"response", "--frequency", "1Hz"},
                                                    {"fi", "--rate", "50Hz"},
                                                    {"psp", "--tau-s", "8ms", "--shape", "alpha"},
                                                    {"psp", "--jump", "1mV"},
                                                    {"rheobase"}}) {
    auto words = arguments;
    words.insert(words.end(), {"--plot", "figure.png"});
    const auto result = folder.run(words);
    EXPECT_EQ(result.status, 0) << arguments.front();
    EXPECT_EQ(result.error, "") << arguments.front();
  }
}

TEST(Curves, LeaveNoFigureWhereStandardOutputTakesNothing) {
  const Folder folder;
  EXPECT_EQ(folder.shell("lapicque fi --points 3 --plot fi.png > /dev/full").status, 2);
  EXPECT_TRUE(folder.names().empty());
}

TEST(Exercises, GiveTheNumbersOfTheChapter) {
  const Folder folder;
  const auto result = folder.run({"exercises"});
  ASSERT_EQ(result.status, 0) << result.error;
  for (const std::string number :
       {"-58 mV", "65.749", "65.706", "5 spikes", "I_min = (threshold - rest) / R = 2 nA", "0.000123 mV",
        "2.000012289 nA", "333.3 Hz", "64 Hz", "32 spikes in 96 ms", "1.983 mV", "-85.45 degrees", "0.949 ms",
        "1.98521 at -89.96", "0.50554 at -106.90", "0.49726 at -88.86", "19.9 Hz", "87.5 %", "14.9 Hz in the"}) {
    EXPECT_NE(result.out.find(number), std::string::npos) << number;
  }
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
  EXPECT_TRUE(folder.names().empty());
}

// "Euler, dt = 0.1 ms   VALUE   DIFFERENCE   AS PREDICTED": the difference was stepped, the prediction was not.
TEST(Exercises, EulersErrorsAreThosePredicted) {
  const Folder folder;
  std::istringstream lines(folder.run({"exercises"}).out);
  int rows = 0;
  for (std::string line; std::getline(lines, line);) {
    double dt = 0;
    double value = 0;
    double difference = 0;
    double predicted = 0;
    if (std::sscanf(line.c_str(), " Euler, dt = %lf ms %lf %lf %lf", &dt, &value, &difference, &predicted) != 4)
      continue;
    ++rows;
    EXPECT_NEAR(difference, predicted, 0.011 * std::abs(difference)) << line;  // a unit of the last of three digits
  }
  EXPECT_EQ(rows, 20);
}

TEST(Exercises, WriteFiguresAndData) {
  const Folder folder;
  const auto result = folder.run({"exercises", "--output", "made/here"});
  ASSERT_EQ(result.status, 0) << result.error;
  for (const std::string name :
       {"getting_started_step", "getting_started_sinusoid", "minimal_current", "strength_duration", "fi_curve",
        "estimating_parameters", "sinusoidal_input_response", "sinusoidal_input_transient"}) {
    for (const std::string suffix : {".png", ".svg", ".csv"}) {
      EXPECT_GT(folder.read("made/here/" + name + suffix).size(), 500U) << name << suffix;
    }
  }
  EXPECT_TRUE(folder.read("made/here/fi_curve.csv").starts_with("current_nA,rate_exact_Hz,"));
  for (const std::string name : {"strength_duration", "fi_curve"}) {
    EXPECT_EQ(folder.shell("cut -d , -f 1 made/here/" + name + ".csv | uniq -d").out, "") << name;
  }
}

}  // namespace
}  // namespace lapicque::test
