// Files of spikes as simulators and people write them.

#include "lapicque/files/spike_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/error.hpp"
#include "random.hpp"

namespace lapicque {
namespace {

using Times = std::vector<double>;

Times times(std::string_view text, const SpikeFileFormat& format = {}) {
  const auto file = parse_spikes(text, "spikes", format);
  EXPECT_TRUE(file.notes.empty()) << file.notes.front();
  return file.times;
}

std::string message(std::string_view text, const SpikeFileFormat& format = {}) {
  try {
    parse_spikes(text, "spikes", format);
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

TEST(SpikeFile, ReadsOneColumnWithAndWithoutHeader) {
  EXPECT_EQ(times("17.5\n30.25\n"), (Times{17.5, 30.25}));
  EXPECT_EQ(times("time_ms\n17.5\n30.25"), (Times{17.5, 30.25}));
  EXPECT_EQ(times("my spikes\n17.5\n"), (Times{17.5}));
  EXPECT_EQ(times("time in s\n0.0175\n"), (Times{17.5}));
  EXPECT_EQ(times("\"t\"\r\n\"17.5\"\r\n"), (Times{17.5}));
}

TEST(SpikeFile, ReadsOurOwnOutput) {
  EXPECT_EQ(times("spike,time_ms\n1,17.875503299472804\n2,30.965858188431927\n"),
            (Times{17.875503299472804, 30.965858188431927}));
  EXPECT_EQ(times("spike,time_ms\n"), Times{});
  EXPECT_EQ(times("1,17.875503299472804\n2,30.965858188431927\n"), (Times{17.875503299472804, 30.965858188431927}));
}

// What nestkernel/recording_backend_ascii.cpp of NEST 3 writes.
TEST(SpikeFile, ReadsNestsDat) {
  EXPECT_EQ(times("# NEST version: 3.3\n# RecordingBackendASCII version: 2\nsender\ttime_ms\n1\t17.900\n1\t31.000\n"),
            (Times{17.9, 31}));
  EXPECT_EQ(times("# NEST version: 3.3\n# RecordingBackendASCII version: 2\nsender\ttime_ms\n"), Times{});
  EXPECT_EQ(times("sender\ttime_ms\tV_m\tn\n7\t17.900\t-50.1\t3\n"), Times{17.9});
}

TEST(SpikeFile, ReadsNestsOlderGdf) {
  EXPECT_EQ(times("3\t17.900\t\n3\t31.000\t\n"), (Times{17.9, 31}));
  EXPECT_EQ(times("3\t17.000\n"), Times{17});
}

// np.savetxt of one column, of (i, t) as floats, and with a header behind #; a data frame; NEURON's (t, gid).
TEST(SpikeFile, ReadsWhatPeopleWriteFromPython) {
  EXPECT_EQ(times("1.750000000000000000e+01\n3.025000000000000000e+01\n"), (Times{17.5, 30.25}));
  EXPECT_EQ(times("0.0e+00 1.75e+01\n0.0e+00 3.025e+01\n"), (Times{17.5, 30.25}));
  EXPECT_EQ(times("# i t_s\n0 0.0175\n0 0.03025\n"), (Times{17.5, 30.25}));
  EXPECT_EQ(times("# time (s)\n0.0175\n"), Times{17.5});
  EXPECT_EQ(times(",t\n0,17.5\n1,30.25\n"), (Times{17.5, 30.25}));
  EXPECT_EQ(times("17.5\t5\n30.25\t5\n"), (Times{17.5, 30.25}));
  EXPECT_EQ(times("# a remark\n17.5\n% another\n\n30.25\n"), (Times{17.5, 30.25}));
}

TEST(SpikeFile, TakesTheUnitFromTheHeader) {
  for (const std::string name : {"time_s", "t_s", "time (s)", "Time [s]", "t/s", "times_sec", "spike_time_s",
                                 "t (second)", "time_in_s", "spike times (s)", "t s"}) {
    EXPECT_EQ(times(name + ",x\n0.0175,1\n"), Times{17.5}) << name;
  }
  EXPECT_EQ(times("time (s) neuron\n0.0175 1\n"), Times{17.5});
  EXPECT_EQ(times("time_us\n17500\n"), Times{17.5});
  EXPECT_EQ(times("my_spikes_s\n0.0175\n"), Times{17.5});
}

TEST(SpikeFile, TakesTheUnitFromTheUser) {
  EXPECT_EQ(times("0.0175\n", {.unit = "s"}), Times{17.5});
  EXPECT_EQ(times("time\n0.0175\n", {.unit = "s"}), Times{17.5});
  EXPECT_EQ(times("0.0178755\n", {.unit = "s"}), Times{17.8755});  // rounded once: 0.0178755 1000 is another double
  const auto file = parse_spikes("time_ms\n0.0175\n", "spikes", {.unit = "s"});
  EXPECT_EQ(file.times, Times{17.5});
  EXPECT_EQ(file.notes,
            std::vector<std::string>{"spikes:1: the times are taken to be in s, though the header says ms"});
  EXPECT_THROW(parse_spikes("1\n", "spikes", {.unit = "mV"}), InvalidArgument);
  EXPECT_THROW(parse_spikes("1\n", "spikes", {.unit = "fortnite"}), InvalidArgument);
}

TEST(SpikeFile, RefusesAUnitInTheHeaderThatIsNoneOfTime) {
  for (const std::string header : {"time_mV", "t_nA", "spike_time_Hz", "time_parsec", "time_ticks", "times_samples",
                                   "Time mV", "t (mV)", "time [bin]", "train_mV"}) {
    const std::string unit = header.substr(header.find_last_of("_ ([") + 1);
    const std::string bare = unit.substr(0, unit.find_last_not_of(")]") + 1);
    EXPECT_EQ(
        message(header + "\n17.5\n"),
        "spikes:1: " + header + " = " + bare + ": must be a unit of time; name it for example time_ms, or give --unit");
    EXPECT_EQ(times(header + "\n17.5\n", {.unit = "ms"}), Times{17.5});
  }
  EXPECT_EQ(message("# time_mV\n17.5\n").substr(0, 19), "spikes:1: time_mV =");
  EXPECT_EQ(times("time_ms,time_mV\n17.5,-50\n"), Times{17.5});
  for (const std::string header :
       {"time_ms", "t", "Time (s)", "t[ms]", "spike_time", "t_spike", "time_stamp", "train_A"}) {
    const double factor = header == "Time (s)" ? 1000 : 1;
    EXPECT_EQ(times(header + "\n17.5\n"), Times{17.5 * factor}) << header;
  }
}

TEST(SpikeFile, TakesTheUnitFromBehindANumber) {
  EXPECT_EQ(times("5.1 ms\n17.5 ms\n"), (Times{5.1, 17.5}));
  EXPECT_EQ(times("0.0175 s\n1 s\n"), (Times{17.5, 1000}));
  EXPECT_EQ(times("900. us\n5.1 ms\n1.2 s\n"), (Times{0.9, 5.1, 1200}));  // as Brian 2 prints each
  EXPECT_EQ(times("900 \u00b5s\n"), Times{0.9});
  EXPECT_EQ(times("t\n5.1 ms\n"), Times{5.1});
  EXPECT_EQ(times("i,t\n0,5.1 ms\n0,0.0175 s\n"), (Times{5.1, 17.5}));
  EXPECT_EQ(times("0 5.1 ms\n0 17.5 ms\n"), (Times{5.1, 17.5}));
  EXPECT_EQ(times("17.5ms\n"), Times{17.5});
  EXPECT_EQ(message("17.5 mV\n"), "spikes:1: time = 17.5 mV: expected a time, mV is a voltage; write for example 17.5");
  EXPECT_EQ(times("# time in s\n0.0175\n"), Times{17.5});
  EXPECT_EQ(times("# a remark on time\n17.5\n"), Times{17.5});
}

TEST(SpikeFile, KnowsAllLineEnds) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string text = "time_ms" + end + "17.5" + end + end + "30.25" + end;
    EXPECT_EQ(times(text), (Times{17.5, 30.25}));
    EXPECT_EQ(message(text + "x" + end), "spikes:5: time_ms = x: must be a plain number; write for example 17.5");
  }
}

TEST(SpikeFile, RefusesAnOpenQuoteByLine) {
  const std::string rule = ": a double quote is not closed in this line; close it, or leave it out";
  EXPECT_EQ(message("t,note\n17.5,\"good\"\n30.25,\"bad\n44,good\n"), "spikes:3: 30.25,\"bad" + rule);
  EXPECT_EQ(message("\"t,note\n17.5,a\n"), "spikes:1: \"t,note" + rule);
  EXPECT_EQ(message("17.5 \"soma a\n"), "spikes:1: 17.5 \"soma a" + rule);
  EXPECT_EQ(times("t,note\n17.5,\"a \"\"b, c\"\"\"\n30.25,5\"\n"), (Times{17.5, 30.25}));
}

/// Where the second number, or the first, would be the train.
TEST(SpikeFile, ReadsPastedLists) {
  const Times three{17.9, 31, 44.1};
  for (const std::string list : {"[17.9 31.  44.1] ms\n",
                                 "[ 17.9  31.\n  44.1]\n",
                                 "[17.9, 31.0, 44.1]",
                                 "array([ 17.9,  31. ,  44.1])\n",
                                 "tensor([17.9000, 31.0000, 44.1000])",
                                 "tensor([17.9, 31., 44.1], dtype=torch.float64, device='cuda:0')",
                                 "spikes = [17.9, 31.0, 44.1]\n",
                                 "spikes = [17.9, 31.0, 44.1];\n",
                                 "spikes = [17.9 31.0 44.1];",
                                 "<spikemonitor.t: array([17.9, 31. , 44.1]) * msecond>\n",
                                 "array([0.0179, 0.031, 0.0441]) * second",
                                 "[17.9*ms, 31.*ms, 44.1*ms]",
                                 "[17.9 ms, 31. ms, 44.1 ms]",
                                 "array([17900., 31000., 44100.]) * usecond",
                                 "Quantity([0.0179, 0.031, 0.0441], 's')",
                                 "array([0.0179, 0.031, 0.0441], dtype=float32) * second",
                                 "[np.float64(17.9), np.float64(31.0), np.float64(44.1)]",
                                 "SpikeTrain([17.9, 31., 44.1] ms, [0.0 ms, 100.0 ms])",
                                 "array('d', [17.9, 31.0, 44.1])",
                                 "(17.9, 31.0, 44.1)",
                                 "{17.9, 31.0, 44.1}",
                                 "t = (17.9, 31.0, 44.1)",
                                 "double spikes[] = {17.9, 31.0, 44.1};",
                                 "[[17.9, 31.0, 44.1]]",
                                 "[1] 17.9 31.0\n[3] 44.1\n",
                                 "{\"method\": \"exact\",\n \"spikes_ms\": [\n  17.9,\n  31.0,\n  44.1],\n "
                                 "\"errors_ms\": [0, 0, 0], \"digits\": [16, 32]}",
                                 "{\"t\":[17.9,31,44.1]}",
                                 "   1.7900000e+01   3.1000000e+01   4.4100000e+01\n",
                                 "spike times (ms)\n17.9 31 44.1\n",
                                 "t =\n\n   17.9000   31.0000   44.1000\n",
                                 "spikes_s = [0.0179, 0.031, 0.0441]"}) {
    EXPECT_EQ(times(list), three) << list;
  }
  EXPECT_EQ(times("array([], dtype=float64)"), Times{});
  EXPECT_EQ(times("[]"), Times{});
}

TEST(SpikeFile, ReadsATrainForEachNeuron) {
  const Times second{12.5, 13.25};
  for (const std::string trains :
       {"0: 17.9 31.0 44.1\n1: 12.5 13.25\n", "0: 17.9, 31.0, 44.1\n1: 12.5, 13.25\n",
        "# PySpike\n17.9 31.0 44.1\n12.5 13.25\n",
        "{0: array([17.9, 31.]) * msecond, 1: array([12.5, 13.25]) * msecond}", "[[17.9, 31.0, 44.1], [12.5, 13.25]]",
        "i = [0, 1, 1]\nt = [17.9, 12.5, 13.25]\n", "[[0, 17.9], [1, 12.5], [1, 13.25]]",
        "<m.i: array([0, 1, 1], dtype=int32)>\n<m.t: array([17.9, 12.5, 13.25]) * msecond>\n",
        "{\"neurons\": 2, \"spikes\": [[0, 17.9], [1, 12.5], [1, 13.25]]}"}) {
    EXPECT_EQ(times(trains, {.neuron = "1"}), second) << trains;
    EXPECT_NE(message(trains).find(": the file has spikes of several neurons: 0 ("), std::string::npos)
        << message(trains);
  }
}

TEST(SpikeFile, RefusesListsThatCouldBeSomethingElse) {
  const std::string several =
      "spikes:1: there are several times in this row, which may be part of one train, the train of one of several "
      "neurons, or columns of a table; write one spike a line; if these are columns, say which one it is with "
      "--column 1";
  EXPECT_EQ(message("17\t30.9\t44.1\t\n57\t70.9\t84.1\t\n"), several);
  EXPECT_EQ(message("3 17.9 20\n"), several);
  EXPECT_EQ(message("17.9, 31.0\n"), several);
  EXPECT_EQ(message("time (ms)\n1.234,5\n").substr(0, 45), "spikes:2: there are several times in this row");
  EXPECT_EQ(times("3 17.9 20\n", {.column = "2"}), Times{17.9});
  EXPECT_EQ(message("neuron,times\n0,\"[17.9, 31.0]\"\n").substr(0, 35), "spikes:2: times = [17.9, 31.0]: mus");
  EXPECT_EQ(message("[17.9 31. ... 99.1] ms\n").substr(0, 60),
            "spikes:1: the list was cut short when it was printed (...); ");
  EXPECT_EQ(
      message("[[17.0, 30.5], [12.5, 13.25]]"),
      "spikes:1: these lists of two numbers could be pairs of a neuron and a time, or trains of two spikes; write "
      "one spike a line, under a header such as neuron,time_ms");
  EXPECT_EQ(message("[17.9, 31.0"),
            "spikes:1: a bracket is not closed; give the whole list, from its opening bracket to its closing one");
  EXPECT_EQ(message("[17.9, 31.0] mV"),
            "spikes:1: times = mV: must be a unit of time; name it for example time_ms, or give --unit");
  EXPECT_EQ(times("spike time\n1 17.8\n2 30.9\n"), (Times{17.8, 30.9}));
  EXPECT_EQ(times("3 17.9 1.0\n3 30.9 1.0\n"), (Times{17.9, 30.9}));
}

/// 27 of 35 plausible names of a neuron column went unnoticed, and the neurons were merged.
TEST(SpikeFile, KnowsNeuronsByManyNames) {
  for (const std::string name :
       {"sender",   "senders",    "neuron",       "neurons",    "neuron_id", "neuron_ids", "neuron id", "Neuron ID",
        "NeuronID", "neuronId",   "neuron_index", "neuron_idx", "node_id",   "node_ids",   "nodeID",    "cell",
        "cells",    "cell_id",    "cell_ids",     "cellid",     "gid",       "gids",       "id",        "ids",
        "ID",       "i",          "idx",          "index",      "indices",   "unit",       "units",     "unit_id",
        "cluster",  "cluster_id", "channel",      "channel_id", "electrode", "trial",      "source",    "source_id",
        "sweep",    "label",      "name",         "train"}) {
    const std::string text = "time_ms," + name + "\n17.9,0\n18.4,1\n31.0,0\n";
    EXPECT_EQ(times(text, {.neuron = "0"}), (Times{17.9, 31})) << name;
    EXPECT_EQ(message(text),
              "spikes:2: the file has spikes of several neurons: 0 (2), 1 (1); choose one with --neuron 0")
        << name;
  }
}

TEST(SpikeFile, AsksAboutWholeNumbersOfAnUnknownName) {
  EXPECT_EQ(
      message("time_ms,foo\n17.9,4\n18.4,7\n31.0,4\n"),
      "spikes:2: foo has whole numbers (4 (2), 7 (1)) beside the times, which may be neurons or something else; call "
      "that column neuron and choose one of them, or leave it out");
  EXPECT_EQ(message("17.9 v1 0\n18.4 v1 1\n31.0 v1 0\n").substr(0, 40), "spikes:1: column 3 has whole numbers (0 ");
  EXPECT_EQ(times("time_ms,foo\n17.9,4\n31.0,4\n"), (Times{17.9, 31}));
  EXPECT_EQ(times("time_ms,foo\n17.9,1\n31.0,2\n"), (Times{17.9, 31}));  // counts the spikes
  EXPECT_EQ(times("time_ms,amp\n17.9,4.5\n31.0,7.5\n"), (Times{17.9, 31}));
}

/// As SONATA has them, where node_ids count from 0 in each population.
TEST(SpikeFile, ChoosesAPopulation) {
  const std::string sonata = "timestamps population node_ids\n17.9 v1 0\n18.4 v1 1\n19.5 lgn 0\n31.0 v1 0\n";
  EXPECT_EQ(times(sonata, {.neuron = "0", .population = "v1"}), (Times{17.9, 31}));
  EXPECT_EQ(times(sonata, {.population = "lgn"}), Times{19.5});
  EXPECT_EQ(message(sonata, {.neuron = "0"}),
            "spikes:2: the file has spikes of several populations: v1 (2), lgn (1); choose one with --population v1");
  EXPECT_EQ(message(sonata).substr(0, 49), "spikes:2: the file has spikes of several neurons:");
  EXPECT_EQ(message("17.9\n", {.population = "v1"}),
            "spikes: --population = v1: the file has no column for populations; leave it out");
  EXPECT_NE(message("trial,neuron,t\n0,1,17.9\n1,1,18.4\n0,1,31\n", {.neuron = "1"}).find("the column trial, too"),
            std::string::npos);
}

TEST(SpikeFile, ReadsARasterWithAStep) {
  for (const std::string raster : {"0\n0\n1\n0\n1\n", "0.0\n0.0\n1.0\n0.0\n1.0\n", "tensor([0., 0., 1., 0., 1.])",
                                   "[False, False, True, False, True]", "spike\n0\n0\n1\n0\n1\n"}) {
    const auto file = parse_spikes(raster, "spikes", {.step = 0.5});
    EXPECT_EQ(file.times, (Times{1, 2})) << raster;
    EXPECT_EQ(file.notes.size(), 1U) << raster;
    EXPECT_NE(
        message(raster).find("a column of 0 and 1 may be a raster, a row for each time step, or times at 0 and 1 ms; "
                             "give the time step with --dt, for example --dt 0.1ms, or say --unit ms"),
        std::string::npos)
        << message(raster);
  }
  const auto beside = parse_spikes("time_ms,spike\n0.0,0\n17.9,1\n18.0,0\n31.0,1\n", "spikes");
  EXPECT_EQ(beside.times, (Times{17.9, 31}));
  EXPECT_EQ(beside.notes,
            std::vector<std::string>{"spikes:1: the spikes are taken to be in the rows where spike is 1"});
  EXPECT_NE(message("0 1\n0 0\n1 0\n").find("columns of 0 and 1 are a raster"), std::string::npos);
  EXPECT_EQ(parse_spikes("0 1\n0 0\n1 0\n", "spikes", {.column = "1", .step = 0.5}).times, Times{1});
  EXPECT_NE(message("0\n0\n2\n0\n1\n").find("counts in bins"), std::string::npos);
}

TEST(SpikeFile, ReadsStepsWhereTheUserSaysSo) {
  EXPECT_EQ(times("179\n310\n", {.unit = "steps", .step = 0.125}), (Times{22.375, 38.75}));
  EXPECT_EQ(times("tensor([179, 310])", {.unit = "steps", .step = 0.125}), (Times{22.375, 38.75}));
  EXPECT_EQ(
      message("179\n310\n", {.unit = "steps"}),
      "spikes: the times are counted in steps, and the file does not say how long a step is; give NEST's resolution "
      "with --dt, for example --dt 0.1ms");
  EXPECT_EQ(
      message("179\n310\n", {.step = 0.1}),
      "spikes:1: the times are whole numbers without a unit, which may be ms or steps of 0.1 ms; say --unit ms or "
      "--unit steps");
  EXPECT_EQ(times("179\n310\n", {.unit = "ms", .step = 0.1}), (Times{179, 310}));
  EXPECT_EQ(
      parse_spikes("179\n310\n", "spikes").notes,
      std::vector<std::string>{"spikes:1: the times are whole numbers without a unit, and taken for ms; if they are "
                               "steps, say --unit steps and how long one is with --dt"});
}

TEST(SpikeFile, IsNoTrace) {
  std::string trace = "time_ms,V_m\n";
  for (int k = 0; k < 10; ++k) trace += std::to_string(k) + ".5," + std::to_string(k - 70) + "\n";
  EXPECT_EQ(
      message(trace),
      "spikes:1: times that are evenly spaced beside V_m are samples of a trace, not spikes; give the times of the "
      "spikes; or if they are, say --column time_ms");
}

TEST(SpikeFile, SaysThatTimesComeTwice) {
  EXPECT_EQ(
      parse_spikes("17.5\n17.5\n", "spikes").notes.front(),
      "spikes: there is more than one spike at 17.5 ms; are there several neurons in the file, or too few digits?");
}

TEST(SpikeFile, KnowsSemicolons) {
  EXPECT_EQ(times("time_ms;neuron\n17.5;1\n"), Times{17.5});
  EXPECT_EQ(times("17,5;1\n18,25;1\n"), (Times{17.5, 18.25}));
  EXPECT_EQ(times("17,5\t1\n18,25\t1\n"), (Times{17.5, 18.25}));
  EXPECT_EQ(message("17,500;1\n18,500;1\n").substr(0, 60),
            "spikes:1: time = 17,500: must be a plain number; write a poi");
}

TEST(SpikeFile, ChoosesANeuron) {
  const std::string nest = "sender\ttime_ms\n2\t17.500\n10\t18.500\n2\t30.250\n";
  EXPECT_EQ(times(nest, {.neuron = "2"}), (Times{17.5, 30.25}));
  EXPECT_EQ(times(nest, {.neuron = "10"}), Times{18.5});
  EXPECT_EQ(times("2.0e+00 17.5\n1.0e+01 18.5\n", {.neuron = "10"}), Times{18.5});
  EXPECT_EQ(times("neuron,time_s\nsoma a,0.0175\nsoma b,0.0185\n", {.neuron = "soma b"}), Times{18.5});
  EXPECT_EQ(message(nest),
            "spikes:2: the file has spikes of several neurons: 2 (2), 10 (1); choose one with --neuron 2");
}

TEST(SpikeFile, SaysWhichNeuronsThereAre) {
  EXPECT_EQ(message("2 17.5\n10 18.5\n", {.neuron = "3"}),
            "spikes: --neuron = 3: the file has no spike of it, but of 2 (1), 10 (1); choose one of those");
  EXPECT_EQ(message("17.5\n", {.neuron = "3"}),
            "spikes: --neuron = 3: the file has no column for neurons; leave it out");
  std::string many = "i,t\n";
  for (int i = 1; i <= 30; ++i) many += std::to_string(i) + ",1.5\n";
  EXPECT_EQ(
      message(many),
      "spikes:2: the file has spikes of several neurons: 1 (1), 2 (1), 3 (1), 4 (1), 5 (1), 6 (1), 7 (1), 8 (1), 9 "
      "(1), 10 (1) and 20 more; choose one with --neuron 1");
}

TEST(SpikeFile, TakesTheColumnThatItIsTold) {
  EXPECT_EQ(times("a,b,c\n1,2,17.5\n", {.column = "c"}), Times{17.5});
  EXPECT_EQ(times("a,b_s,c\n1,0.0175,3\n", {.column = "2"}), Times{17.5});
  EXPECT_EQ(times("1 17.5 3\n", {.column = "2"}), Times{17.5});
  EXPECT_EQ(times("4 17\n4 30\n", {.unit = "ms", .column = "2"}), (Times{17, 30}));
  EXPECT_EQ(message("a,b\n1,2\n", {.column = "c"}),
            "spikes:1: --column = c: there is no such column, but a, b; give the name of one, or its number from 1");
  EXPECT_EQ(message("1,2\n", {.column = "3"}),
            "spikes: --column = 3: must be a number from 1 to 2; the file has no header with names");
}

TEST(SpikeFile, SortsTimesAndSaysSo) {
  const auto file = parse_spikes("17.5\n40\n30\n", "spikes");
  EXPECT_EQ(file.times, (Times{17.5, 30, 40}));
  EXPECT_EQ(file.notes,
            std::vector<std::string>{"spikes:3: the times are not in ascending order from here on; they were sorted"});
}

TEST(SpikeFile, MayHaveNoSpikes) {
  EXPECT_EQ(times(""), Times{});
  EXPECT_EQ(times("# nothing fired\n\n"), Times{});
  EXPECT_EQ(times("#\n"), Times{});
  EXPECT_EQ(times("i,t\n"), Times{});
}

TEST(SpikeFile, IsNoEmptyTrainInSilence) {
  const auto blank = parse_spikes("\r\r \n", "spikes");
  EXPECT_EQ(blank.times, Times{});
  EXPECT_EQ(blank.notes, std::vector<std::string>{
                             "spikes: there is nothing but white space in it; it is taken for a table without rows"});
  EXPECT_EQ(message("t=17.5\r"),
            "spikes:1: there is no column of numbers in this line, but t=17.5; write one number a line");
  for (const std::string text : {"$17.5\n", "my spikes\n"}) {
    EXPECT_EQ(message(text).substr(0, 45), "spikes:1: there is no column for the times, b") << text;
  }
  const std::string utf16(
      "\xFF\xFE"
      "1\0\n\0",
      6);
  EXPECT_EQ(message(utf16), "spikes:1: this is no plain text, or text in UTF-16; save it as plain text or in UTF-8");
}

TEST(SpikeFile, RefusesWhatIsNoNumberByLine) {
  EXPECT_EQ(message("time_ms,x\n17.5,1\nabc,2\n\n12 mV,3\n,4\n"),
            "spikes:3: time_ms = abc: must be a plain number; write for example 17.5\n"
            "spikes:5: time_ms = 12 mV: expected a time, mV is a voltage; write for example 17.5\n"
            "spikes:6: time_ms = (empty): must be a plain number; write for example 17.5");
  EXPECT_EQ(message("17.5\nnan\n-inf\n1e999\n0x10\n"),
            "spikes:2: time = nan: must be a finite number; write for example 17.5\n"
            "spikes:3: time = -inf: must be a finite number; write for example 17.5\n"
            "spikes:4: time = 1e999: must be a finite number; write for example 17.5\n"
            "spikes:5: time = 0x10: must be a plain number; write for example 17.5");
  EXPECT_EQ(message("sender time_ms\n1 17.5\n1\n"),
            "spikes:3: there is no field for time_ms in this row; give each row all its columns");
  EXPECT_EQ(message("1e306\n", {.unit = "s"}),
            "spikes:1: time = 1e306: must be a finite number; write for example 17.5");
}

TEST(SpikeFile, RefusesColumnsThatCannotBeToldApart) {
  EXPECT_EQ(
      message("1 17\n1 30\n"),
      "spikes:1: the first two columns could both be the times; say which one it is with --column 1 or --column 2");
  EXPECT_EQ(
      message("17,5\n30,2\n"),
      "spikes:1: 17,5 could be 17.5 with a decimal comma, or two columns, either of which the times; write points for "
      "decimal commas, or say which column it is with --column 1 or --column 2");
  EXPECT_EQ(message("a,b\n1,2\n"),
            "spikes:1: there is no column for the times, but a, b; name a column time_ms, or say which one it is with "
            "--column 1");
  EXPECT_EQ(message("times,t\n1,2\n"),
            "spikes:1: there are several columns for the time: times, t; say which one it is with --column times");
  EXPECT_EQ(message("time (parsec)\n1\n"),
            "spikes:1: time (parsec) = parsec: must be a unit of time; name it for example time_ms, or give --unit");
}

// As NEST 3 writes them with time_in_steps, and as pandas writes a recorder's events: 179 steps of 0.1 ms less 0.024
// ms.
TEST(SpikeFile, ReadsStepsThatNestCounts) {
  const std::string nest =
      "# NEST version: 3.6\n# RecordingBackendASCII version: 2\nsender\ttime_step\ttime_offset\n"
      "1\t179\t0.024\n2\t200\t0.000\n1\t310\t0.000\n";
  EXPECT_EQ(times(nest, {.neuron = "1", .step = 0.1}), (Times{17.876, 31}));
  EXPECT_EQ(times(nest, {.neuron = "2", .step = 0.125}), Times{25});
  EXPECT_EQ(times(",senders,times,offsets\n0,7,179,0.024\n1,7,310,0.0\n", {.step = 0.1}), (Times{17.876, 31}));
  EXPECT_EQ(times("time_step\n179\n", {.step = 0.5}), Times{89.5});
  EXPECT_EQ(times("time_ms,offsets\n17.5,1\n", {.step = 0.5}), Times{17.5});
  const std::string rule =
      "), and the file does not say how long a step is; give NEST's resolution with --dt, for example --dt 0.1ms";
  EXPECT_EQ(message(nest), "spikes:3: the times are counted in steps (time_step" + rule);
  EXPECT_EQ(message("senders,times,offsets\n7,179,0.02\n"), "spikes:1: the times are counted in steps (times" + rule);
  EXPECT_EQ(message("time_step,time_offset\n179,0\n17.9,0\n180,x\n181\n", {.step = 0.1}),
            "spikes:3: time_step = 17.9: must be a whole number of steps; write for example 179\n"
            "spikes:4: time_offset = x: must be a finite number of ms; write for example 0.025\n"
            "spikes:5: there is no field for time_offset in this row; give each row all its columns");
  EXPECT_EQ(message("time_step\n9e307\n", {.step = 10}),
            "spikes:2: time_step = 9e307: must make a finite time; lower it");
}

TEST(SpikeFile, ListsTenProblemsAtMost) {
  std::string text = "1.5\n";
  for (int line = 0; line < 100; ++line) text += "x\n";
  try {
    parse_spikes(text, "spikes");
    FAIL() << "nothing thrown";
  } catch (const FileError& error) {
    EXPECT_EQ(error.problems().size(), 10U);
  }
}

TEST(SpikeFile, ThatCannotBeReadIsNamed) {
  try {
    read_spikes("nowhere/spikes.dat");
    FAIL() << "nothing thrown";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(), "nowhere/spikes.dat: cannot be read: No such file or directory; check the path");
  }
}

// Any text is a train of finite ascending times or is refused with a message.
TEST(SpikeFile, SurvivesAnyText) {
  testing::Random random;
  const std::vector<std::string> words{
      "time_ms",   "t (s)",       "sender", "i",   "1",  "17.5", "-3e2", "nan",          ",",    ";",
      "\t",        " ",           "\n",     "\n",  "\r", "#",    "%",    "\"",           "(",    ")",
      "[",         "/",           "_",      "1e9", "e",  ".",    "inf",  "\xEF\xBB\xBF", "\xff", std::string(1, '\0'),
      "time_step", "time_offset", "7"};
  for (int n = testing::cases(20000); n > 0; --n) {
    std::string text;
    for (int k = random.integer(0, 25); k > 0; --k) {
      text += words[static_cast<std::size_t>(random.integer(0, static_cast<int>(words.size()) - 1))];
    }
    SpikeFileFormat format;
    if (random.chance(0.2)) format.unit = "s";
    if (random.chance(0.5)) format.step = 0.1;
    if (random.chance(0.2)) format.neuron = "1";
    if (random.chance(0.2)) format.column = random.chance(0.5) ? "2" : "time_ms";
    try {
      const auto file = parse_spikes(text, "spikes", format);
      for (std::size_t k = 0; k < file.times.size(); ++k) {
        ASSERT_TRUE(std::isfinite(file.times[k]) && (k == 0 || file.times[k - 1] <= file.times[k])) << text;
      }
    } catch (const FileError& error) {
      ASSERT_FALSE(error.problems().empty()) << text;
      for (const auto& problem : error.problems()) ASSERT_FALSE(problem.rule.empty()) << text;
    }
  }
}

}  // namespace
}  // namespace lapicque
