// Experiment files: what they say is read exactly, and what is wrong with them is told in full.

#include "lapicque/files/experiment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "files/read_text.hpp"
#include "lapicque/draws.hpp"
#include "lapicque/error.hpp"

namespace lapicque {
namespace {

const std::filesystem::path malformed_files = LAPICQUE_MALFORMED_FILES;

/// A folder that is gone with the test.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "lapicque-experiment-test-XXXXXX") {
    std::string name = path_.string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder to write to");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

const std::string preamble = R"(
[neuron]
rest = -70
reset = -65
threshold = -50
resistance = 10
tau = 8
[run]
until = 200
)";

Current inputs(const std::string& text, const std::filesystem::path& folder = {}) {
  return parse_experiment(preamble + text, "cell.toml", folder).current;
}

std::string message(const std::string& text) {
  try {
    parse_experiment(text, "cell.toml", {});
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

std::string message_of_file(const std::filesystem::path& file) {
  try {
    read_experiment(file);
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

// Each file begins with what is to be said of it, on lines that begin with "#! ".
class MalformedFile : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(MalformedFile, IsRefusedWithLineKeyValueRuleAndMend) {
  const auto text = detail::read_text(GetParam());
  std::string expected;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line) && line.starts_with("#! ");) {
    expected += (expected.empty() ? "" : "\n") + line.substr(3);
  }
  ASSERT_NE(expected, "");

  // Messages name files as they were given; from their own folder that is the bare name.
  const auto elsewhere = std::filesystem::current_path();
  std::filesystem::current_path(malformed_files);
  const auto said = message_of_file(GetParam().filename());
  std::filesystem::current_path(elsewhere);
  EXPECT_EQ(said, expected);
}

std::vector<std::filesystem::path> all_malformed_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(malformed_files)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, MalformedFile, testing::ValuesIn(all_malformed_files()), [](const auto& file) {
  auto name = file.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(MalformedFiles, AreMany) { EXPECT_GE(all_malformed_files().size(), 60U); }

TEST(ExperimentFile, SaysAllThereIsToSay) {
  const auto experiment = parse_experiment(R"(
[neuron]
rest       = "-70 mV"
reset      = "-0.065 V"
threshold  = "-50000 uV"
resistance = "0.01 Gohm"
tau        = "8e-3 s"
refractory = "2000 us"
initial    = -71.5

[run]
until = "0.2 s"

[[input]]
kind = "step"
start = "5 ms"
stop = "101 ms"
amplitude = "2500 pA"

[[input]]
kind = "ramp"
start = 0
stop = 50
from = 0
to = "3 nA"

[[input]]
kind = "sinusoid"
start = "20 ms"
stop = "100 ms"
amplitude = "2.5 nA"
frequency = "0.25 kHz"
phase = "90 degree"

[[input]]
kind = "samples"
start = 1
step = "0.1 ms"
hold = "linear"
values = [0.0, 1, "2 nA"]

[[input]]
kind = "pulses"
times = [12.5, "14 ms"]
jump = "1.2 mV"

[[input]]
kind = "synapse"
shape = "exponential"
tau = "2 ms"
times = [4.5, 3.0]
weights = ["0.7 nA", "-0.2 nA"]

[[input]]
kind = "synapse"
shape = "alpha"
tau = 8
times = []
weights = 1
)",
                                           "cell.toml", {});
  const auto& neuron = experiment.neuron;
  EXPECT_EQ(neuron.rest(), -70);
  EXPECT_EQ(neuron.reset(), -65);
  EXPECT_EQ(neuron.threshold(), -50);
  EXPECT_EQ(neuron.resistance(), 10);
  EXPECT_EQ(neuron.tau(), 8);
  EXPECT_EQ(neuron.refractory(), 2);
  EXPECT_EQ(neuron.initial(), -71.5);
  EXPECT_EQ(experiment.until, 200);

  const auto& current = experiment.current;
  ASSERT_EQ(pieces_of<Step>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Step>(current)[0].start, 5);
  EXPECT_EQ(pieces_of<Step>(current)[0].stop, 101);
  EXPECT_EQ(pieces_of<Step>(current)[0].amplitude, 2.5);

  ASSERT_EQ(pieces_of<Ramp>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Ramp>(current)[0].start, 0);
  EXPECT_EQ(pieces_of<Ramp>(current)[0].stop, 50);
  EXPECT_EQ(pieces_of<Ramp>(current)[0].from, 0);
  EXPECT_EQ(pieces_of<Ramp>(current)[0].to, 3);

  ASSERT_EQ(pieces_of<Sinusoid>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Sinusoid>(current)[0].start, 20);
  EXPECT_EQ(pieces_of<Sinusoid>(current)[0].stop, 100);
  EXPECT_EQ(pieces_of<Sinusoid>(current)[0].amplitude, 2.5);
  EXPECT_EQ(pieces_of<Sinusoid>(current)[0].frequency, 250);
  EXPECT_EQ(pieces_of<Sinusoid>(current)[0].phase, std::numbers::pi / 2);

  ASSERT_EQ(pieces_of<Samples>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Samples>(current)[0].start, 1);
  EXPECT_EQ(pieces_of<Samples>(current)[0].step, 0.1);
  EXPECT_EQ(pieces_of<Samples>(current)[0].hold, Hold::linear);
  EXPECT_EQ(*pieces_of<Samples>(current)[0].values, (std::vector<double>{0, 1, 2}));

  ASSERT_EQ(pieces_of<Pulses>(current).size(), 1U);
  const auto& jumps = *pieces_of<Pulses>(current)[0].events;
  ASSERT_EQ(jumps.size(), 2U);
  EXPECT_EQ(jumps[0].time, 12.5);
  EXPECT_EQ(jumps[0].size, 1.2);
  EXPECT_EQ(jumps[1].time, 14);
  EXPECT_EQ(jumps[1].size, 1.2);

  ASSERT_EQ(pieces_of<Synapse>(current).size(), 2U);
  EXPECT_EQ(pieces_of<Synapse>(current)[0].shape, Shape::exponential);
  EXPECT_EQ(pieces_of<Synapse>(current)[0].tau, 2);
  const auto& arrivals = *pieces_of<Synapse>(current)[0].events;
  ASSERT_EQ(arrivals.size(), 2U);
  EXPECT_EQ(arrivals[0].time, 3);
  EXPECT_EQ(arrivals[0].size, -0.2);
  EXPECT_EQ(arrivals[1].time, 4.5);
  EXPECT_EQ(arrivals[1].size, 0.7);
  EXPECT_EQ(pieces_of<Synapse>(current)[1].shape, Shape::alpha);
  EXPECT_TRUE(pieces_of<Synapse>(current)[1].events->empty());
}

TEST(ExperimentFile, HasTheDefaultsOfTheContract) {
  const auto experiment = parse_experiment(preamble + R"(
[[input]]
kind = "step"
amplitude = 2
[[input]]
kind = "sinusoid"
amplitude = 2
frequency = 5
[[input]]
kind = "ramp"
stop = 5
from = 1
to = 2
[[input]]
kind = "samples"
step = 1
values = [7]
)",
                                           "cell.toml", {});
  EXPECT_EQ(experiment.neuron.refractory(), 0);
  EXPECT_EQ(experiment.neuron.initial(), -70);
  EXPECT_EQ(pieces_of<Step>(experiment.current)[0].start, 0);
  EXPECT_EQ(pieces_of<Step>(experiment.current)[0].stop, forever);
  EXPECT_EQ(pieces_of<Sinusoid>(experiment.current)[0].start, 0);
  EXPECT_EQ(pieces_of<Sinusoid>(experiment.current)[0].stop, forever);
  EXPECT_EQ(pieces_of<Sinusoid>(experiment.current)[0].phase, 0);
  EXPECT_EQ(pieces_of<Ramp>(experiment.current)[0].start, 0);
  EXPECT_EQ(pieces_of<Samples>(experiment.current)[0].start, 0);
  EXPECT_EQ(pieces_of<Samples>(experiment.current)[0].hold, Hold::previous);
}

/// The preamble with more keys of [neuron], and parts after it.
std::string with_neuron(const std::string& keys, const std::string& parts = {}) {
  return "[run]\nuntil = 200\n[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\n" + keys +
         parts;
}

TEST(ExperimentFile, TellsWhatASpikeDoes) {
  const Neuron plain = parse_experiment(with_neuron(""), "cell.toml", {}).neuron;
  EXPECT_TRUE(plain.is_plain());
  const Neuron neuron =
      parse_experiment(with_neuron("reset_rule = \"by\"\nrefractory_rule = \"jumps-kept\"\n",
                                   "[[neuron.after_spike]]\nkind = \"current\"\njump = \"-100 pA\"\ntau = \"0.1 s\"\n"
                                   "[[neuron.after_spike]]\nkind = \"threshold\"\njump = \"4 mV\"\ntau = 8\n"),
                       "cell.toml", {})
          .neuron;
  EXPECT_EQ(neuron.reset_rule(), ResetRule::by);
  EXPECT_EQ(neuron.refractory_rule(), RefractoryRule::jumps_kept);
  ASSERT_EQ(neuron.after_spike().size(), 2U);
  EXPECT_EQ(neuron.after_spike()[0].kind, AfterSpike::Kind::current);
  EXPECT_EQ(neuron.after_spike()[0].jump, -0.1);
  EXPECT_EQ(neuron.after_spike()[0].tau, 100);
  EXPECT_EQ(neuron.after_spike()[1].kind, AfterSpike::Kind::threshold);
  EXPECT_EQ(neuron.after_spike()[1].jump, 4);
  EXPECT_EQ(neuron.after_spike()[1].tau, 8);
  EXPECT_EQ(parse_experiment(with_neuron("refractory_rule = \"silent\""), "cell.toml", {}).neuron.refractory_rule(),
            RefractoryRule::silent);
}

TEST(ExperimentFile, RefusesWhatASpikeCannotDo) {
  const auto part = [](const std::string& keys) { return message(with_neuron("[[neuron.after_spike]]\n" + keys)); };
  EXPECT_EQ(message(with_neuron("reset_rule = \"two\"\n")),
            "cell.toml:9: neuron.reset_rule = \"two\": unknown reset_rule; did you mean \"to\"?");
  EXPECT_EQ(part("kind = \"current\"\njump = 1\ntau = 0\n"),
            "cell.toml:12: neuron.after_spike[1].tau = 0: the time constant of a decaying part must be greater than 0; "
            "write for example tau = \"100 ms\"");
  EXPECT_EQ(
      part("kind = \"threshold\"\njump = \"1 nA\"\ntau = 1\n"),
      "cell.toml:11: neuron.after_spike[1].jump = \"1 nA\": expected a voltage, nA is a current; write for example "
      "\"4 mV\"");
  EXPECT_EQ(part("kind = \"current\"\ntau = 1\n"),
            "cell.toml:9: missing key neuron.after_spike[1].jump; write for example jump = \"-0.1 nA\"");
  EXPECT_NE(message(with_neuron("after_spike = 3\n")), "");
}

TEST(ExperimentFile, MayHaveNoInput) {
  EXPECT_NO_THROW(parse_experiment(preamble, "cell.toml", {}));
  EXPECT_NO_THROW(parse_experiment("input = []\n" + preamble, "cell.toml", {}));
}

TEST(ExperimentFile, MayDescribeANeuronThatFiresByItself) {
  const auto experiment = parse_experiment(R"(
[neuron]
rest = -40
reset = -65
threshold = -50
resistance = 10
tau = 8
initial = -60
[run]
until = 200
)",
                                           "cell.toml", {});
  EXPECT_EQ(experiment.neuron.rest(), -40);
  EXPECT_EQ(experiment.neuron.initial(), -60);
}

TEST(ExperimentFile, TakesEveryNumberOfTomlAsTheNearestDouble) {
  const auto values = inputs(R"(
[[input]]
kind = "samples"
step = 1
values = [0.1, 1e-400, 4.9e-324, 1.7976931348623157e308, 9007199254740993, 9223372036854775807, 0x10, 1_000.5, -0.0,
          0.500000000000000166533453693773481063544750213623046875, 2.2250738585072011e-308, 5e-324]
)");
  const std::vector<double> expected{0.1,
                                     0,
                                     std::numeric_limits<double>::denorm_min(),
                                     std::numeric_limits<double>::max(),
                                     9007199254740992,
                                     9223372036854775808.0,
                                     16,
                                     1000.5,
                                     -0.0,
                                     0.5 + 0x1p-52,
                                     2.2250738585072011e-308,
                                     std::numeric_limits<double>::denorm_min()};
  const auto& given = *pieces_of<Samples>(values)[0].values;
  ASSERT_EQ(given.size(), expected.size());
  for (std::size_t k = 0; k < given.size(); ++k) EXPECT_EQ(given[k], expected[k]) << "values[" << k << "]";
  EXPECT_TRUE(std::signbit(given[8]));
}

TEST(ExperimentFile, LooksUpDataFromItsOwnFolder) {
  const Folder folder;
  std::filesystem::create_directory(folder.path() / "data");
  folder.write("data/current.csv", "time_ms,current_nA,note\n0,0.5,a\n1,1.5,\"b, c\"\n");
  folder.write("pulses.csv", "14,1.2\n12.5,-1\n");
  folder.write("arrivals.csv", "\xEF\xBB\xBFweight_nA, time_ms\r\n 0.7 , 3\r\n-0.2,4.5\r\n\r\n");
  folder.write("none.csv", "");
  const auto file = folder.write("cell.toml", preamble + R"(
[[input]]
kind = "samples"
step = 1
file = "data/current.csv"
[[input]]
kind = "pulses"
file = "pulses.csv"
[[input]]
kind = "synapse"
shape = "alpha"
tau = 2
file = "arrivals.csv"
[[input]]
kind = "synapse"
shape = "alpha"
tau = 2
file = "none.csv"
)");
  const auto current = read_experiment(file).current;
  EXPECT_EQ(*pieces_of<Samples>(current)[0].values, (std::vector<double>{0.5, 1.5}));
  EXPECT_EQ(pieces_of<Pulses>(current)[0].events->at(0).time, 12.5);
  EXPECT_EQ(pieces_of<Pulses>(current)[0].events->at(0).size, -1);
  EXPECT_EQ(pieces_of<Pulses>(current)[0].events->at(1).time, 14);
  EXPECT_EQ(pieces_of<Synapse>(current)[0].events->at(1).time, 4.5);
  EXPECT_EQ(pieces_of<Synapse>(current)[0].events->at(1).size, -0.2);
  EXPECT_TRUE(pieces_of<Synapse>(current)[1].events->empty());
}

/// Each number is the double nearest to its decimal in base units: 0.0035 s is 3.5 ms, and 0.0041 s is 4.1 ms, which
/// 1000 times the double 0.0041 is not.
TEST(ExperimentFile, ConvertsTheUnitsThatAHeaderNames) {
  static_assert(0.0041 * 1000 != 4.1);
  const Folder folder;
  folder.write("current.csv", "t (s),note,I [pA]\n0.0035,a,300\n0.0036,b,-1\n0.0037,c,2e3\n");
  folder.write("pulses.csv", "jump_uV,time_s\n1200,0.0041\n");
  folder.write("arrivals.csv", "time/us,weight/pA\n300,700\n");
  const auto current = inputs(R"(
[[input]]
kind = "samples"
start = "3.5 ms"
step = 0.1
file = "current.csv"
[[input]]
kind = "pulses"
file = "pulses.csv"
[[input]]
kind = "synapse"
shape = "alpha"
tau = 2
file = "arrivals.csv"
)",
                              folder.path());
  EXPECT_EQ(*pieces_of<Samples>(current)[0].values, (std::vector<double>{0.3, -0.001, 2}));
  EXPECT_EQ(pieces_of<Pulses>(current)[0].events->at(0).time, 4.1);
  EXPECT_EQ(pieces_of<Pulses>(current)[0].events->at(0).size, 1.2);
  EXPECT_EQ(pieces_of<Synapse>(current)[0].events->at(0).time, 0.3);
  EXPECT_EQ(pieces_of<Synapse>(current)[0].events->at(0).size, 0.7);
}

std::string input_message(const Folder& folder, const std::string& text) {
  try {
    inputs(text, folder.path());
  } catch (const FileError& error) {
    std::string message = error.what();
    for (std::size_t at = 0; (at = message.find(folder.path().string() + "/")) != std::string::npos;) {
      message.erase(at, folder.path().string().size() + 1);
    }
    return message;
  }
  return "";
}

/// A file of times and currents was read as currents of 0, 0.1, 0.2 nA.
TEST(ExperimentFile, TakesNoTimesForCurrents) {
  const Folder folder;
  const std::string samples = "[[input]]\nkind = \"samples\"\nfile = \"current.csv\"\n";
  for (const std::string text :
       {"0.0,2.5\n0.1,2.54\n0.2,2.6\n", "# time_ms,current_nA\n0.0,2.5\n0.1,2.54\n0.2,2.6\n",
        "# time_ms current_nA\n0 2.5\n0.1 2.54\n0.2 2.6\n", "time_s current_pA\n0 2500\n1e-4 2540\n2e-4 2600\n",
        "t_ms;i_nA\n0;2,5\n0,1;2,54\n0,2;2,6\n"}) {
    folder.write("current.csv", text);
    for (const std::string step : {"step = 0.1\n", "step = 0.1\nstart = 0\n", ""}) {
      const auto current = inputs(samples + step, folder.path());
      EXPECT_EQ(*pieces_of<Samples>(current)[0].values, (std::vector<double>{2.5, 2.54, 2.6})) << text;
      EXPECT_EQ(pieces_of<Samples>(current)[0].step, 0.1) << text;
    }
    EXPECT_NE(input_message(folder, samples + "step = 0.2\n").find("write start = 0 and step = 0.1, or leave them out"),
              std::string::npos)
        << input_message(folder, samples + "step = 0.2\n");
  }
  EXPECT_EQ(
      input_message(folder, samples + "start = 5\n"),
      "current.csv:2: the times in the file have sample 1 at 0 ms, start and step of the input at 5 ms; write start "
      "= 0 and step = 0.1, or leave them out: the file has them");
  folder.write("current.csv", "time_ms,current_nA\n10,1\n10.5,2\n");
  EXPECT_EQ(pieces_of<Samples>(inputs(samples, folder.path()))[0].start, 10);
  folder.write("current.csv", "1,2.5\n1,2.54\n");
  EXPECT_EQ(input_message(folder, samples + "step = 0.1\n"),
            "current.csv:1: there is no header, and the current may be in any of 2 columns; say which one it is with "
            "column = 1 or column = 2, or write a header such as time_ms,current_nA");
  EXPECT_EQ(*pieces_of<Samples>(inputs(samples + "step = 0.1\ncolumn = 2\n", folder.path()))[0].values,
            (std::vector<double>{2.5, 2.54}));
  folder.write("current.csv", "current_nA\n2,5\n2,6\n");
  EXPECT_NE(input_message(folder, samples + "step = 0.1\n")
                .find("2,5 could be one number with a decimal comma, or two columns"),
            std::string::npos);
}

TEST(ExperimentFile, KnowsColumnsOfEventsByTheirNames) {
  const Folder folder;
  const std::string synapse = "[[input]]\nkind = \"synapse\"\nshape = \"alpha\"\ntau = 2\nfile = \"arrivals.csv\"\n";
  folder.write("arrivals.csv", "# weight_nA,time_ms\n0.7,3\n-0.2,4.5\n");
  auto current = inputs(synapse, folder.path());
  EXPECT_EQ(pieces_of<Synapse>(current)[0].events->at(0).time, 3);
  EXPECT_EQ(pieces_of<Synapse>(current)[0].events->at(1).size, -0.2);
  folder.write("arrivals.csv", "3 17.9\n3 31.0\n2 44.1\n");
  EXPECT_EQ(
      input_message(folder, synapse),
      "arrivals.csv:1: there is no header: column 1 should be the times, but column 2 is the one that ascends; write "
      "a header such as time_ms,weight_nA, or give the times with column = 2 and one size for all");
  EXPECT_EQ(pieces_of<Synapse>(inputs(synapse + "weights = 0.5\nneuron = 3\n", folder.path()))[0].events->size(), 2U);
  folder.write("arrivals.csv", "array([17.9, 31.0]) * msecond\n");
  current = inputs(synapse + "weights = \"500 pA\"\n", folder.path());
  EXPECT_EQ(pieces_of<Synapse>(current)[0].events->at(1).time, 31);
  EXPECT_EQ(pieces_of<Synapse>(current)[0].events->at(1).size, 0.5);
  current = inputs("[[input]]\nkind = \"pulses\"\nfile = \"arrivals.csv\"\njump = 2\n", folder.path());
  EXPECT_EQ(pieces_of<Pulses>(current)[0].events->at(0).size, 2);
  folder.write("arrivals.csv", "time_ms,weight_nA\n3,0.7\n");
  EXPECT_EQ(input_message(folder, synapse + "weights = 0.5\n"),
            "arrivals.csv:1: the sizes are in the file (weight_nA), and in the input, too; leave out one of them");
}

TEST(ExperimentFile, ReadsAMillionArrivals) {
  const Folder folder;
  std::string csv = "time_ms,weight_nA\n";
  for (int k = 0; k < 1'000'000; ++k)
    csv.append(std::to_string(k)).append(".125,0.").append(std::to_string(k)).append("\n");
  folder.write("arrivals.csv", csv);
  const auto current =
      inputs("[[input]]\nkind = \"synapse\"\nshape = \"alpha\"\ntau = 2\nfile = \"arrivals.csv\"\n", folder.path());
  const auto& events = *pieces_of<Synapse>(current)[0].events;
  ASSERT_EQ(events.size(), 1'000'000U);
  EXPECT_EQ(events.back().time, 999'999.125);
  EXPECT_EQ(events.back().size, 0.999999);
}

TEST(ExperimentFile, ReadsAHundredThousandQuantitiesInOneArray) {
  std::string text = "[[input]]\nkind = \"samples\"\nstep = \"0.1 ms\"\nvalues = [";
  for (int k = 0; k < 100'000; ++k) text.append("\"").append(std::to_string(k)).append(" pA\",");
  const auto current = inputs(text + "]\n");
  const auto& values = *pieces_of<Samples>(current)[0].values;
  ASSERT_EQ(values.size(), 100'000U);
  EXPECT_EQ(values[99'999], 99.999);
}

TEST(ExperimentFile, IsReadForItsInputsAlone) {
  const Folder folder;
  const auto file = folder.write("inputs.toml", "[[input]]\nkind = \"step\"\namplitude = 2\n");
  EXPECT_EQ(pieces_of<Step>(read_inputs(file))[0].amplitude, 2);
  const auto whole = folder.write("cell.toml", preamble + "[[input]]\nkind = \"step\"\namplitude = 3\n");
  EXPECT_EQ(pieces_of<Step>(read_inputs(whole))[0].amplitude, 3);
  const auto wrong = folder.write("wrong.toml", "[[input]]\nkind = \"step\"\n");
  EXPECT_THROW(read_inputs(wrong), FileError);
}

TEST(ExperimentFile, TellsWhichFilesItWasReadFrom) {
  const Folder folder;
  const auto data = folder.write("current.csv", "0\n1\n");
  const auto pulses = folder.write("pulses.csv", "3,1\n");
  const std::string text = preamble +
                           "[[input]]\nkind = \"samples\"\nstep = 1\nfile = \"current.csv\"\n"
                           "[[input]]\nkind = \"pulses\"\nfile = \"pulses.csv\"\n";
  const auto file = folder.write("cell.toml", text);
  EXPECT_EQ(read_experiment(file).files, (std::vector{file, data, pulses}));
  EXPECT_EQ(parse_experiment(text, "cell.toml", folder.path()).files, (std::vector{data, pulses}));
  EXPECT_TRUE(parse_experiment(preamble, "cell.toml", {}).files.empty());
}

Neuron neuron_of(const std::string& membrane) {
  return parse_experiment("[neuron]\nrest = -70\nreset = -65\nthreshold = -50\n" + membrane + "[run]\nuntil = 1\n",
                          "cell.toml", {})
      .neuron;
}

// nF x MOhm = ms, nF/uS = ms, ms/nF = MOhm, 1/uS = MOhm: no factor is in between, and one rounding.
TEST(Membrane, IsDeterminedByTwoOfFourNumbers) {
  const Neuron by_tau = neuron_of("capacitance = \"800 pF\"\ntau = \"8 ms\"\n");
  EXPECT_EQ(by_tau.resistance(), 10);
  EXPECT_EQ(by_tau.tau(), 8);
  const Neuron by_resistance = neuron_of("capacitance = 0.3\nresistance = 0.7\n");
  EXPECT_EQ(by_resistance.tau(), 0.3 * 0.7);
  EXPECT_EQ(by_resistance.resistance(), 0.7);
  const Neuron by_conductance = neuron_of("capacitance = \"281 pF\"\nleak_conductance = \"30 nS\"\n");
  EXPECT_EQ(by_conductance.tau(), 0.281 / 0.03);
  EXPECT_EQ(by_conductance.resistance(), 1 / 0.03);
  const Neuron by_both = neuron_of("tau = 20\nleak_conductance = \"1e-8 S\"\n");
  EXPECT_EQ(by_both.resistance(), 1 / 0.01);
  EXPECT_EQ(by_both.tau(), 20);
}

TEST(Membrane, IsRefusedWhereItIsNotDetermined) {
  const auto said = [](const std::string& membrane) {
    try {
      neuron_of(membrane);
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_EQ(said("resistance = 10\nleak_conductance = 0.1\n"),
            "cell.toml:6: neuron.leak_conductance = 0.1: resistance and leak_conductance are one number (R = 1/g) and "
            "leave tau open; give tau or capacitance in the place of one of them");
  EXPECT_EQ(said("resistance = 10\ntau = 8\ncapacitance = 0.8\n"),
            "cell.toml:7: neuron.capacitance = 0.8: two of tau, resistance and capacitance determine the membrane, and "
            "further ones may contradict them; keep two of them");
  EXPECT_EQ(said("capacitance = 0.8\n"),
            "cell.toml:5: neuron.capacitance = 0.8: capacitance alone does not determine tau and resistance; give tau, "
            "resistance or leak_conductance as well");
  EXPECT_EQ(said("leak_conductance = 0.1\n"),
            "cell.toml:5: neuron.leak_conductance = 0.1: leak_conductance alone does not determine tau and resistance; "
            "give tau or capacitance as well");
  EXPECT_EQ(said("tau = 8\n"),
            "cell.toml:1: missing key neuron.resistance; write for example resistance = \"10 Mohm\"");
  EXPECT_EQ(said("tau = 8\ncapacitance = \"-1 pF\"\n"),
            "cell.toml:6: neuron.capacitance = \"-1 pF\": a membrane capacitance must be greater than 0; write for "
            "example capacitance = \"800 pF\"");
  EXPECT_EQ(said("tau = 8\nleak_conductance = 0\n"),
            "cell.toml:6: neuron.leak_conductance = 0: a leak conductance must be greater than 0; write for example "
            "leak_conductance = \"100 nS\"");
  EXPECT_EQ(said("tau = 8\ncapacitance = \"100 nS\"\n"),
            "cell.toml:6: neuron.capacitance = \"100 nS\": expected a capacitance, nS is a conductance; write for "
            "example \"800 pF\"");
  EXPECT_EQ(said("tau = 8\nresistance = 10\nC_m = 0.8\n"),
            "cell.toml:7: unknown key neuron.C_m; did you mean capacitance?");
  EXPECT_EQ(said("C_m = 0.8\ng_L = 0.1\n"),
            "cell.toml:5: unknown key neuron.C_m; did you mean capacitance?\n"
            "cell.toml:6: unknown key neuron.g_L; did you mean leak_conductance?");
  EXPECT_EQ(said("tau = 1e300\ncapacitance = 1e-300\n"),
            "cell.toml:6: neuron.capacitance = 1e-300: makes the membrane resistance inf MOhm; write for example "
            "capacitance = \"800 pF\"");
}

TEST(NeuronOfAFile, GivesWayToNumbersOfTheCaller) {
  const Folder folder;
  const auto file = folder.write("cell.toml",
                                 "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\ncapacitance = 1\n"
                                 "leak_conductance = 0.1\n");
  EXPECT_EQ(read_neuron(file).neuron.tau(), 10);
  EXPECT_EQ(read_neuron(file).neuron.refractory(), 0);
  EXPECT_EQ(read_neuron(file, {{"capacitance", 2}, {"refractory", 3}}).neuron.tau(), 20);
  EXPECT_EQ(read_neuron(file, {{"capacitance", 2}, {"refractory", 3}}).neuron.refractory(), 3);
  EXPECT_EQ(read_neuron(file, {{"tau", 7}, {"resistance", 3}}).neuron.resistance(), 3);
  const auto said = [&](const NeuronValues& instead) {
    try {
      read_neuron(file, instead);
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_EQ(said({{"tau", 7}}),
            "tau = 7 ms: is given over capacitance and leak_conductance, and which of them stays is not said; give "
            "resistance, capacitance or leak_conductance as well");
  EXPECT_EQ(
      said({{"resistance", 3}, {"leak_conductance", 0.2}}),
      "leak_conductance = 0.2 uS: resistance and leak_conductance are one number (R = 1/g) and leave tau open; give "
      "tau or capacitance in the place of one of them");
  EXPECT_EQ(said({{"refractory", -1}}),
            "refractory = -1 ms: an absolute refractory period must not be negative; write for example 2 ms");
  EXPECT_EQ(said({{"threshold", -66}}), file.string() +
                                            ":3: neuron.reset = -65: the reset potential must lie below the threshold; "
                                            "choose one below -66 mV");
}

TEST(ExperimentFile, SaysThatASmallMIsMilli) {
  const auto experiment = parse_experiment(
      "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = \"10 mohm\"\ntau = \"8 ms\"\n[run]\nuntil = "
      "1\n",
      "cell.toml", {});
  EXPECT_EQ(experiment.neuron.resistance(), 1e-8);
  ASSERT_EQ(experiment.remarks.size(), 1U);
  EXPECT_EQ(experiment.remarks[0],
            "cell.toml:5: neuron.resistance = \"10 mohm\": m is milli, and this is 1e-08 MOhm; for mega write \"10 "
            "Mohm\"");
}

TEST(ExperimentFile, ThatCannotBeReadIsNamed) {
  const Folder folder;
  const auto missing = folder.path() / "nowhere.toml";
  EXPECT_EQ(message_of_file(missing), missing.string() + ": cannot be read: No such file or directory; check the path");
  EXPECT_EQ(message_of_file(folder.path()),
            folder.path().string() + ": cannot be read: it is a directory; give a file in it");
  EXPECT_EQ(message_of_file("/dev/zero"), "/dev/zero: cannot be read: it is not a regular file; give a regular file");
}

TEST(ExperimentFile, ThatIsEmptyLacksBothTables) {
  EXPECT_EQ(message(""),
            "cell.toml:1: missing table [neuron]; it has rest, reset, threshold, resistance, tau, capacitance, "
            "leak_conductance, refractory, initial, reset_rule, refractory_rule, after_spike\n"
            "cell.toml:1: missing table [run]; it has until");
}

TEST(ExperimentFile, ThatIsBinaryIsNoToml) {
  EXPECT_EQ(message(std::string("\x7F"
                                "ELF\x02\x01\x01\0\0\0\0",
                                11))
                .substr(0, 13),
            "cell.toml:1: ");
  EXPECT_EQ(message(std::string("\xFF\xFE[\0n\0", 6)).substr(0, 13), "cell.toml:1: ");
}

TEST(ExperimentFile, MayHaveWindowsLineEndsAndAByteOrderMark) {
  std::string text = "\xEF\xBB\xBF" + preamble + "[[input]]\nkind = \"step\"\namplitude = \"x\"\n";
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, "\r\n");
  EXPECT_EQ(message(text),
            "cell.toml:12: input[1].amplitude = \"x\": expected a current, a number with a unit; write for example "
            "\"2.5 nA\"");
}

TEST(ExperimentFile, ShowsAValueAsItWasWrittenBehindLettersOfManyBytes) {
  EXPECT_EQ(message(preamble + "[[input]]\nkind = \"step\"\namplitude = {\"\u00b5\" = \"\u03a9\"} # \u00b5\n"),
            "cell.toml:12: input[1].amplitude = {\"\u00b5\" = \"\u03a9\"}: expected a current, not a table; write for "
            "example \"2.5 nA\"");
}

TEST(ExperimentFile, ShortensALongValue) {
  const auto said = message(preamble + "[[input]]\nkind = \"" + std::string(5000, 'k') + "\"\n");
  EXPECT_EQ(said, "cell.toml:11: input[1].kind = \"" + std::string(56, 'k') +
                      "...: unknown kind; choose one of step, ramp, sinusoid, samples, pulses, synapse, poisson, noise");
}

TEST(FileErrors, CarryTheirPieces) {
  try {
    parse_experiment(preamble + "[[input]]\nkind = \"step\"\namplitude = \"2.5 mV\"\n", "cell.toml", {});
    FAIL() << "nothing thrown";
  } catch (const FileError& error) {
    ASSERT_EQ(error.problems().size(), 1U);
    const auto& problem = error.problems()[0];
    EXPECT_EQ(problem.file, "cell.toml");
    EXPECT_EQ(problem.line, 12U);
    EXPECT_EQ(problem.key, "input[1].amplitude");
    EXPECT_EQ(problem.value, "\"2.5 mV\"");
    EXPECT_EQ(problem.rule, "expected a current, mV is a voltage");
    EXPECT_EQ(problem.mend, "write for example \"2.5 nA\"");
    EXPECT_EQ(to_text(problem), error.what());
  }
}

TEST(DrawnInput, IsTheArrivalsAndValuesThatItsHeaderDefines) {
  const std::string text =
      "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\n[run]\nuntil = 5\n"
      "[[input]]\nkind = \"poisson\"\nrate = 1000\nstart = -2\nseed = 7\nshape = \"alpha\"\ntau = 3\nweight = 0.5\n"
      "[[input]]\nkind = \"noise\"\nsigma = 1\ntau = 0\nstep = 0.25\nstop = 0.5\nseed = 18446744073709551615\n"
      "[[input]]\nkind = \"poisson\"\nrate = 1000\nstart = 6\nseed = 7\njump = 0.5\n";
  const Experiment experiment = parse_experiment(text, "cell.toml", ".");
  ASSERT_EQ(experiment.drawn.size(), 3U);
  EXPECT_EQ(experiment.drawn[0].times, poisson_times(1000, -2, 5, 7));
  const auto synapses = pieces_of<Synapse>(experiment.current);
  ASSERT_EQ(synapses.size(), 1U);
  EXPECT_EQ(synapses[0].shape, Shape::alpha);
  EXPECT_EQ(synapses[0].events->at(3).time, experiment.drawn[0].times[3]);
  EXPECT_EQ(synapses[0].events->at(3).size, 0.5);
  EXPECT_EQ(experiment.drawn[1].values,
            noise_values({.mean = 0, .sigma = 1, .tau = 0, .start = 0, .stop = 0.5, .step = 0.25}, ~std::uint64_t{0}));
  EXPECT_TRUE(experiment.drawn[2].times.empty());  // it starts after the run's end
  EXPECT_EQ(experiment.remarks, std::vector<std::string>{"cell.toml: input[1] and input[3] have one seed, 7, and draw "
                                                         "the same numbers; give each its own for independent ones"});
}

}  // namespace
}  // namespace lapicque
