#include <gtest/gtest.h>

#include <sstream>

#include "program.hpp"

namespace lapicque::test {
namespace {

const std::string cell =
    "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\n[run]\nuntil = 40\n";

struct Misuse {
  std::vector<std::string> arguments;
  std::string message;
};

void PrintTo(const Misuse& misuse, std::ostream* out) {
  *out << "lapicque";
  for (const std::string& argument : misuse.arguments) *out << " '" << argument << "'";
}

class Usage : public testing::TestWithParam<Misuse> {};

TEST_P(Usage, ErrorsAreOneMessageAndStatus2) {
  const Folder folder;
  folder.write("cell.toml", cell);
  folder.write(
      "bad.toml",
      "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = \"-8 ms\"\n[run]\nuntil = 40\n");
  const auto result = folder.run(GetParam().arguments);
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.error, GetParam().message + "\n");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"bad.toml", "cell.toml"}));
}

INSTANTIATE_TEST_SUITE_P(
    Program, Usage,
    testing::Values(
        Misuse{{}, "A subcommand is required; see lapicque --help"},
        Misuse{
            {"simulate"},
            "simulate: no such subcommand; it is one of exercises, run, rheobase, strength-duration, fi, "
            "interval-distribution, response, psp, check-certificate, export, validate, estimate; see lapicque --help"},
        Misuse{{"--verbose"}, "--verbose: no such option; see lapicque --help"},
        Misuse{{"run"}, "FILE is required; see lapicque run --help"},
        Misuse{{"run", "cell.toml", "--verbose"}, "--verbose: no such option; see lapicque run --help"},
        Misuse{{"run", "cell.toml", "other.toml"}, "other.toml: one argument too many; see lapicque run --help"},
        Misuse{{"run", "cell.toml", "--format"},
               "--format: its value is missing; write --format csv|json; see lapicque run --help"},
        Misuse{{"run", "cell.toml", "--format", "csv", "--format", "json"},
               "--format = csv and json: takes one value; leave out the others; see lapicque run --help"},
        Misuse{{"rheobase", "--tau", "8ms", "--tau=9ms", "--tau=10ms"},
               "--tau = 8ms and 9ms and 10ms: takes one value; leave out the others; see lapicque rheobase --help"},
        Misuse{{"fi", "--current"},
               "--current: its value is missing; write --current CURRENT,...; see lapicque fi --help"},
        Misuse{{"run", "cell.toml", "--details=often"},
               "--details = often: takes no value; write it alone; see lapicque run --help"},
        Misuse{{"validate", "cell.toml", "cell.toml", "--vp-cost", "high"},
               "--vp-cost = high: must be a number; see lapicque validate --help"},
        Misuse{{"run", "missing.toml"}, "missing.toml: cannot be read: No such file or directory; check the path"},
        Misuse{{"run", "cell.toml", "--format", "xml"},
               "--format = xml: must be one of csv|json; write for example --format csv"},
        Misuse{{"run", "cell.toml", "--method", "rk4"},
               "--method = rk4: must be one of exact|euler|exponential-euler; write for example --method exact"},
        Misuse{{"run", "cell.toml", "--method", "euler"},
               "--method = euler: needs a time step; add for example --dt 0.1ms"},
        Misuse{{"run", "cell.toml", "--dt", "0.1ms"},
               "--dt = 0.1 ms: the exact method has no time step; leave it out, or add --method euler"},
        Misuse{{"run", "cell.toml", "--method", "euler", "--dt", "0ms"},
               "--dt = 0 ms: a time step must be greater than 0; write for example --dt 0.1ms"},
        Misuse{{"run", "cell.toml", "--method", "euler", "--dt", "0.1mV"},
               "--dt = 0.1mV: expected a time, mV is a voltage; write for example \"8 ms\""},
        Misuse{{"run", "cell.toml", "--method", "euler", "--dt", "1ms", "--precision", "fast"},
               "--precision = fast: belongs to the exact method; leave it out"},
        Misuse{{"run", "cell.toml", "--trace", "trace.csv"}, "--trace requires --trace-step; see lapicque run --help"},
        Misuse{{"run", "cell.toml", "--trace-step", "1ms"}, "--trace-step requires --trace; see lapicque run --help"},
        Misuse{{"run", "cell.toml", "--trace", "trace.csv", "--trace-step", "-1ms"},
               "--trace-step = -1 ms: a time step must be greater than 0; write for example --trace-step 0.1ms"},
        Misuse{{"run", "cell.toml", "--trace", "trace.csv", "--trace-step", "1e-9ms"},
               "--trace-step = 1e-09 ms: makes more than 1e8 points until 40 ms; choose a longer one"},
        Misuse{{"run", "cell.toml", "--trace", "nowhere/trace.csv", "--trace-step", "1ms"},
               "nowhere/trace.csv: cannot be written: No such file or directory; give a file in a folder that exists "
               "and that you may write to"},
        Misuse{{"run", "cell.toml", "--trace", "/dev/null", "--trace-step", "1ms"},
               "/dev/null: is there and is not a regular file; give another name"},
        Misuse{{"run", "cell.toml", "--plot", "figure.jpg"},
               "figure.jpg: a figure's file name must end in .png, .svg or .pdf; write for example figure.png"},
        Misuse{{"run", "cell.toml", "--plot", "nowhere/figure.png"},
               "nowhere/figure.png: cannot be written: No such file or directory; give a file in a folder that exists "
               "and that you may write to"},
        Misuse{{"run", "cell.toml", "--trace", "cell.toml", "--trace-step", "1ms"},
               "--trace = cell.toml: must not be a file that is read, and this is cell.toml; give another name"},
        Misuse{{"run", "cell.toml", "--trace", "./nowhere/../cell.toml", "--trace-step", "1ms"},
               "--trace = ./nowhere/../cell.toml: must not be a file that is read, and this is cell.toml; give another "
               "name"},
        Misuse{{"run", "cell.toml", "--trace", "x.png", "--trace-step", "1ms", "--plot", "./x.png"},
               "--plot = ./x.png: must not be the file of --trace; give another name"},
        Misuse{{"run", "cell.toml", "--trace", "", "--trace-step", "1ms"},
               "--trace = (empty): must have a name; write for example --trace trace.csv"},
        Misuse{{"run", "cell.toml", "--plot", ""},
               "--plot = (empty): must have a name; write for example --plot figure.png"},
        Misuse{{"fi", "--plot", ""}, "--plot = (empty): must have a name; write for example --plot figure.png"},
        Misuse{{"exercises", "--output", ""},
               "--output = (empty): must have a name; write for example --output answers"},
        Misuse{{"run", "cell.toml", "--certify", ""},
               "--certify = (empty): must have a name; write for example --certify cert.json"},
        Misuse{{"run", "cell.toml", "--certify", "cell.toml"},
               "--certify = cell.toml: must not be a file that is read, and this is cell.toml; give another name"},
        Misuse{{"run", "cell.toml", "--trace", "x", "--trace-step", "1ms", "--certify", "./x"},
               "--certify = ./x: must not be the file of --trace; give another name"},
        Misuse{{"run", "cell.toml", "--certify", "cert.json", "--method", "euler", "--dt", "1ms"},
               "--certify = cert.json: belongs to the exact method; leave it out"},
        Misuse{{"run", "cell.toml", "--certificate-width", "1e-9ms"},
               "--certificate-width requires --certify; see lapicque run --help"},
        Misuse{{"run", "cell.toml", "--certify", "cert.json", "--certificate-width", "0ms"},
               "--certificate-width = 0 ms: must be greater than 0; write for example --certificate-width 1e-20ms"},
        Misuse{{"check-certificate", "cell.toml"}, "CERT is required; see lapicque check-certificate --help"},
        Misuse{{"check-certificate", "cell.toml", "missing.json"},
               "missing.json: cannot be read: No such file or directory; check the path"},
        Misuse{{"check-certificate", "cell.toml", "cell.toml"}, "cell.toml: is not a certificate: it is no JSON text"},
        Misuse{{"run", "cell.toml", "--method", "euler", "--dt", "1e-300ms"},
               "--dt = 1e-300 ms: takes 4e+301 steps, and 1e+09 are the most; choose a longer step, or ask for less"},
        Misuse{{"rheobase", "--method", "euler", "--dt", "1e-9ms"},
               "--dt = 1e-09 ms: takes 2.56e+13 steps, and 1e+09 are the most; choose a longer step, or ask for less"},
        Misuse{{"strength-duration", "--method", "euler", "--dt", "1e-9ms", "--duration", "1ms"},
               "--dt = 1e-09 ms: takes 1.28e+11 steps, and 1e+09 are the most; choose a longer step, or ask for less"},
        Misuse{{"fi", "--method", "euler", "--dt", "1e-9ms", "--current", "1nA,3nA"},
               "--dt = 1e-09 ms: takes 1e+12 steps, and 1e+09 are the most; choose a longer step, or ask for less"},
        Misuse{{"rheobase", "--resistance", "1e-320MOhm"},
               "--resistance = 1e-320 MOhm: is so low that no number is as large as the current that fires; raise it"},
        Misuse{{"strength-duration", "--resistance", "1e-307MOhm", "--duration", "0.1ms"},
               "--resistance = 1e-307 MOhm: is so low that no number is as large as the current that fires; raise it"},
        Misuse{{"fi", "--count", "1e300ms"},
               "--count = 1e+300 ms: makes more than 1e+08 spikes to be counted; choose a shorter time"},
        Misuse{{"response", "--method", "euler", "--dt", "1e-9ms", "--frequency", "1Hz"},
               "--dt = 1e-09 ms: takes 2.32e+12 steps, and 1e+09 are the most; choose a longer step, or ask for less"},
        Misuse{{"response", "--frequency", "1e300Hz"},
               "--frequency = 1e+300 Hz: is too high to be checked after 40 time constants; lower it"},
        Misuse{{"run", "\x1b[31m.toml"}, "\\x1b[31m.toml: cannot be read: No such file or directory; check the path"},
        Misuse{{"run", "cell.toml", "--method", "euler", "--dt", "0,1"},
               "--dt = 0,1: expected a time, one number with a unit; write for example \"8 ms\""},
        Misuse{{"fi", "--current", "2nA,,3nA"},
               "--current = 2nA,,3nA: has an empty place; write one value between two commas"},
        Misuse{{"fi", "--current", "2nA,"}, "--current = 2nA,: has an empty place; write one value between two commas"},
        Misuse{{"rheobase", "--threshold=-80mV"},
               "--reset = -65 mV (default): the reset potential must lie below the threshold; choose one below -80 mV, "
               "or raise --threshold, which is -80mV"},
        Misuse{{"run", "bad.toml"},
               "bad.toml:6: neuron.tau = \"-8 ms\": a membrane time constant must be greater than 0; write for example "
               "tau = \"8 ms\""},
        Misuse{{"rheobase", "--tau", "-8 ms"},
               "--tau = -8 ms: a membrane time constant must be greater than 0; write for example 8 ms"},
        Misuse{{"rheobase", "--resistance", "0ohm"},
               "--resistance = 0ohm: a membrane resistance must be greater than 0; write for example 10 Mohm"},
        Misuse{{"rheobase", "--reset", "-40mV"},
               "--reset = -40mV: the reset potential must lie below the threshold; choose one below -50 mV"},
        Misuse{{"rheobase", "--within", "0ms"}, "--within = 0 ms: must be greater than 0; write for example 400 ms"},
        Misuse{{"rheobase", "--method", "euler", "--dt", "2ms", "--within", "1ms"},
               "--dt = 2 ms: must not be longer than --within, 1 ms; shorten it"},
        Misuse{{"strength-duration", "--rest", "-40mV"},
               "--rest = -40mV: a neuron starts at rest unless told otherwise, and must start below the threshold; "
               "choose a rest below the threshold"},
        Misuse{{"strength-duration", "--duration", "0ms"},
               "--duration = 0 ms: a pulse must have a length greater than 0; no amplitude is enough without one"},
        Misuse{{"strength-duration", "--from", "0ms"},
               "--from = 0 ms: a range on a logarithmic scale starts above 0; write for example --from 1ms"},
        Misuse{{"fi", "--resistence", "20Mohm"},
               "--resistence: no such option; did you mean --resistance? see lapicque fi --help"},
        Misuse{{"fi", "--tau_m=12ms"}, "--tau_m=12ms: no such option; did you mean --tau? see lapicque fi --help"},
        Misuse{{"rheobase", "--v-th", "-45mV"},
               "--v-th: no such option; did you mean --threshold? see lapicque rheobase --help"},
        Misuse{{"strength-duration", "--E_L=-60mV"},
               "--E_L=-60mV: no such option; did you mean --rest? see lapicque strength-duration --help"},
        Misuse{{"response", "--t_ref=1"},
               "--t_ref=1: no such option; did you mean --refractory? see lapicque response --help"},
        Misuse{{"run", "cell.toml", "--leak_conductance=1"},
               "--leak_conductance=1: no such option; did you mean --leak-conductance? see lapicque run --help"},
        Misuse{{"run", "cell.toml", "--timestep", "0.1"},
               "--timestep: no such option; did you mean --dt? see lapicque run --help"},
        Misuse{{"validate", "--tolerence", "1"},
               "--tolerence: no such option; did you mean --tolerance? see lapicque validate --help"},
        Misuse{{"rheobse"},
               "rheobse: no such subcommand; did you mean rheobase? it is one of exercises, run, rheobase, "
               "strength-duration, fi, interval-distribution, response, psp, check-certificate, export, validate, "
               "estimate; "
               "see lapicque --help"},
        Misuse{{"fi", "--capacitance", "1nF"},
               "--capacitance = 1nF: is given over tau and resistance, and which of them stays is not said; give tau, "
               "resistance or leak-conductance as well"},
        Misuse{{"fi", "--resistance", "10", "--leak-conductance", "0.1"},
               "--leak-conductance = 0.1: resistance and leak-conductance are one number (R = 1/g) and leave tau open; "
               "give tau or capacitance in the place of one of them"},
        Misuse{
            {"fi", "--tau", "8", "--resistance", "10", "--capacitance", "0.8"},
            "--capacitance = 0.8: two of tau, resistance and capacitance determine the membrane, and further ones may "
            "contradict them; keep two of them"},
        Misuse{{"fi", "--tau", "8", "--capacitance", "-1pF"},
               "--capacitance = -1pF: a membrane capacitance must be greater than 0; write for example 800 pF"},
        Misuse{{"fi", "cell.toml", "--capacitance", "1nF"},
               "--capacitance = 1nF: is given over tau and resistance, and which of them stays is not said; give tau, "
               "resistance or leak-conductance as well"},
        Misuse{{"fi", "cell.toml", "--tau=-1"},
               "--tau = -1: a membrane time constant must be greater than 0; write for example 8 ms"},
        Misuse{{"run", "cell.toml", "--refractory=-1ms"},
               "--refractory = -1ms: an absolute refractory period must not be negative; write for example 2 ms"},
        Misuse{{"fi", "--current", "2nA", "cell.toml"},
               "--current = cell.toml: expected a current, a number with a unit; name an experiment file before "
               "--current"},
        Misuse{{"fi", "bad.toml"},
               "bad.toml:6: neuron.tau = \"-8 ms\": a membrane time constant must be greater than 0; write for example "
               "tau = \"8 ms\""},
        Misuse{{"fi", "--rate", "500Hz"},
               "--rate = 500 Hz: no current reaches a rate of 1/refractory or more; choose one below 500 Hz"},
        Misuse{{"fi", "--rate", "0Hz"}, "--rate = 0 Hz: must be greater than 0; write for example --rate 50Hz"},
        Misuse{{"psp", "--tau-s", "0ms"}, "--tau-s = 0 ms: must be greater than 0; write for example 2 ms"},
        Misuse{{"psp", "--weight", "0nA"}, "--weight = 0 nA: must not be 0; write for example 1 nA"},
        Misuse{{"psp", "--weight", "1e308nA"},
               "--weight = 1e+308 nA: makes a potential beyond the largest number; choose a smaller one"},
        Misuse{{"psp", "--jump", "0mV"}, "--jump = 0 mV: must not be 0; write for example 1 mV"},
        Misuse{{"fi", "--current", "2nA", "--from", "1nA"},
               "--current and --from cannot both be given; leave one out; see lapicque fi --help"},
        Misuse{{"fi", "--from", "3nA", "--to", "2nA"},
               "--to = 2 nA: a range must end above its start, 3 nA; change --from or --to"},
        Misuse{{"fi", "--points", "1"},
               "--points = 1: must be a whole number from 2 to 1000000; write for example --points 31"},
        Misuse{{"fi", "--points", "many"},
               "--points = many: must be a whole number from 2 to 1000000; write for example --points 31"},
        Misuse{{"fi", "--count", "-1ms"}, "--count = -1 ms: must be greater than 0; write for example 500 ms"},
        Misuse{{"response", "--frequency", "0Hz"},
               "--frequency = 0 Hz: must be greater than 0; write for example 250 Hz"},
        Misuse{{"response", "--frequency", "5kHz", "--method", "euler", "--dt", "0.1ms"},
               "--frequency = 5000 Hz: must be below half the sampling rate, 5000 Hz; lower it or shorten --dt"},
        Misuse{{"rheobase", "--method", "euler", "--dt", "16ms"},
               "--dt = 16 ms: forward Euler overshoots ever more from 2 tau = 16 ms on, and no answer of it means "
               "anything; shorten it, or take --method exponential-euler"},
        Misuse{{"strength-duration", "--method", "euler", "--dt", "20ms"},
               "--dt = 20 ms: forward Euler overshoots ever more from 2 tau = 16 ms on, and no answer of it means "
               "anything; shorten it, or take --method exponential-euler"},
        Misuse{{"fi", "--method", "euler", "--dt", "20ms"},
               "--dt = 20 ms: forward Euler overshoots ever more from 2 tau = 16 ms on, and no answer of it means "
               "anything; shorten it, or take --method exponential-euler"},
        Misuse{{"response", "--method", "euler", "--dt", "20ms", "--frequency", "10Hz"},
               "--dt = 20 ms: forward Euler overshoots ever more from 2 tau = 16 ms on, and no answer of it means "
               "anything; shorten it, or take --method exponential-euler"},
        Misuse{{"response", "--amplitude", "0nA"},
               "--amplitude = 0 nA: must be greater than 0; write for example 2.5 nA"},
        Misuse{{"exercises", "--output", "cell.toml"},
               "cell.toml: is no folder and cannot be made one; give another --output"}));

/// The examples of a --help: each command, and the lines below it that it has to print.
struct Example {
  std::string command;
  std::string output;
};

std::vector<Example> examples_of(const std::string& help) {
  std::vector<Example> examples;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  $ ")) {
      examples.push_back({line.substr(4), ""});
      while (line.ends_with('\\') && std::getline(lines, line)) examples.back().command += "\n" + line;
    } else if (!examples.empty() && line.starts_with("  ")) {
      examples.back().output += line.substr(2) + "\n";
    }
  }
  return examples;
}

/// The file that the help of `run` shows above its examples.
std::string file_of(const std::string& help) {
  const auto begin = help.find('\n', help.find("cell.toml holding")) + 1;
  std::istringstream lines(help.substr(begin, help.find("  $ ") - begin));
  std::string text;
  for (std::string line; std::getline(lines, line);) text += line + "\n";
  return text;
}

class Help : public testing::TestWithParam<std::string> {};

TEST_P(Help, ExamplesPrintWhatTheyShow) {
  const Folder folder;
  std::vector<std::string> arguments{"--help"};
  if (!GetParam().empty()) arguments.insert(arguments.begin(), GetParam());
  const auto help = folder.run(arguments);
  ASSERT_EQ(help.status, 0) << help.error;
  if (help.out.find("cell.toml holding") != std::string::npos) folder.write("cell.toml", file_of(help.out));
  const auto examples = examples_of(help.out);
  ASSERT_GE(examples.size(), 2U) << help.out;
  for (const Example& example : examples) {
    const auto result = folder.shell(example.command);
    EXPECT_EQ(result.status, 0) << result.error;
    EXPECT_NE(result.out, "");
    EXPECT_EQ(result.out, example.output) << example.command;
    // A command that gives some parameters only says which neuron it has.
    if (!result.error.starts_with("neuron: ")) {
      EXPECT_EQ(result.error, "") << example.command;
    }
  }
}

TEST_P(Help, FitsATerminalOf100Columns) {
  const Folder folder;
  std::istringstream lines(folder.shell("lapicque " + GetParam() + " --help").out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 100U) << line;
  EXPECT_GT(count, 10);
}

/// The line of the help that begins with two spaces and the name, and those that go on with it.
std::string entry_of(const std::string& help, const std::string& name) {
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  " + name + " ")) continue;
    std::string entry = line;
    while (std::getline(lines, line) && line.starts_with("            ")) entry += line.substr(11);
    return entry;
  }
  return "";
}

// The reader of experiment files tells all keys of a kind where it meets one that it does not know.
TEST(HelpOfRun, HasAllKeysOfAllKinds) {
  const Folder folder;
  const std::string help = folder.run({"run", "--help"}).out;
  for (const std::string kind : {"step", "ramp", "sinusoid", "samples", "pulses", "synapse"}) {
    folder.write("cell.toml", cell + "[[input]]\nkind = \"" + kind + "\"\nxyzzyxyzzy = 1\n");
    const std::string error = folder.run({"run", "cell.toml"}).error;
    const std::string has = " has kind, ";
    ASSERT_NE(error.find(has), std::string::npos) << error;
    std::string keys = error.substr(error.find(has) + has.size());
    keys = keys.substr(0, keys.find('\n'));
    for (auto& c : keys) c = c == ',' ? ' ' : c;
    const std::string entry = entry_of(help, kind);
    std::istringstream words(keys);
    int count = 0;
    for (std::string key; words >> key;) {
      if (key == "and" || key == "or") continue;
      EXPECT_NE(entry.find(" " + key), std::string::npos) << kind << ": " << key;
      ++count;
    }
    EXPECT_GE(count, 3) << error;
  }
}

TEST(HelpOfOptions, ShowsWhatTheyTakeAndTheirDefaults) {
  const Folder folder;
  EXPECT_NE(folder.run({"fi", "--help"}).out.find("--tau TIME [8 ms] "), std::string::npos);
  EXPECT_NE(folder.run({"fi", "--help"}).out.find("--points N [41] "), std::string::npos);
  EXPECT_NE(folder.run({"run", "--help"}).out.find("--dt TIME "), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Program, Help,
                         testing::Values("", "exercises", "run", "rheobase", "strength-duration", "fi",
                                         "interval-distribution", "response", "psp", "check-certificate", "export",
                                         "validate", "estimate"));

TEST(HelpOfRun, IsQuietInAClosedPipe) {
  const Folder folder;
  EXPECT_EQ(folder.shell("{ lapicque run --help; echo $? >&2; } | true").error, "0\n");
  EXPECT_EQ(folder.shell("lapicque run --help > /dev/full").error,
            "standard output: cannot be written: No space left on device\n");
}

TEST(Version, IsTheProjects) {
  const Folder folder;
  EXPECT_EQ(folder.run({"--version"}).out, "lapicque " LAPICQUE_VERSION "\n");
}

}  // namespace
}  // namespace lapicque::test
