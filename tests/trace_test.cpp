// Traces and currents from CSV files: names of columns, units, and what is refused.

#include "lapicque/files/trace.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "lapicque/current_value.hpp"

namespace lapicque {
namespace {

class TraceFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("lapicque-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
    std::filesystem::current_path(folder_);
  }
  void TearDown() override {
    std::filesystem::current_path("/");
    std::filesystem::remove_all(folder_);
  }
  static VoltageTrace trace_of(const std::string& text, const TraceFormat& format = {}) {
    std::vector<std::string> notes;
    auto trace = trace_of(text, format, notes);
    EXPECT_TRUE(notes.empty()) << notes.front();
    return trace;
  }
  static VoltageTrace trace_of(const std::string& text, const TraceFormat& format, std::vector<std::string>& notes) {
    std::ofstream("trace.csv") << text;
    return read_trace("trace.csv", format, notes).trace;
  }
  static std::string refusal(const std::string& text, const TraceFormat& units = {}) {
    try {
      trace_of(text, units);
    } catch (const FileError& error) {
      return error.what();
    }
    return "";
  }
  static Current current_of(const std::string& text, const VoltageTrace& trace = {}) {
    std::ofstream("current.csv") << text;
    std::vector<std::string> notes;
    return read_known_current("current.csv", trace.times, {}, notes);
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(TraceFile, UnitsComeFromTheHeader) {
  for (const char* header : {"time_ms,potential_mV", "t (ms),v (mV)", "Time [ms],Vm [mV]", "t_ms,u_mV", "time,v"}) {
    const auto trace = trace_of(std::string(header) + "\n0,-70\n0.1,-69.5\n");
    EXPECT_EQ(trace.times, (std::vector<double>{0, 0.1})) << header;
    EXPECT_EQ(trace.potentials, (std::vector<double>{-70, -69.5})) << header;
  }
  const auto trace = trace_of("v_V,neuron,t_s\n-0.07,1,0\n-0.0695,1,0.0001\n");
  EXPECT_DOUBLE_EQ(trace.times[1], 0.1);
  EXPECT_DOUBLE_EQ(trace.potentials[1], -69.5);
}

TEST_F(TraceFile, UnitsComeFromOptionsWhereTheHeaderHasNone) {
  const auto trace = trace_of("0,-0.07\n0.5,-0.0695\n", {"s", "V"});
  EXPECT_DOUBLE_EQ(trace.times[1], 500);
  EXPECT_DOUBLE_EQ(trace.potentials[1], -69.5);
  EXPECT_DOUBLE_EQ(trace_of("t_ms,v\n0,0\n0.5,1\n", {"s", "V"}).times[1], 0.5);
}

TEST_F(TraceFile, WhatCannotBeReadIsRefusedByItsLine) {
  EXPECT_EQ(
      refusal("t_ms,w,x\n0,1,2\n"),
      "trace.csv:1: there is no column for the potential, but t_ms, w, x; name a column for example potential_mV, "
      "or say which one it is with --column 1");
  EXPECT_EQ(refusal("# made by hand\nt_ms,v_mV,u_mV\n0,1,2\n"),
            "trace.csv:2: there are several columns for the potential: v_mV, u_mV; say which one it is with "
            "--column v_mV");
  EXPECT_EQ(refusal("t_ms,v_mV\n0,-70\n0.1,inf\n"),
            "trace.csv:3: v_mV = inf: must be a finite number; write for example 2.5");
  EXPECT_EQ(refusal("t_ms,v_mV\n0,-70\n\n0.1\n"),
            "trace.csv:4: there is no field for v_mV in this row; give each row all its columns");
  EXPECT_EQ(
      refusal("t_ms,v_mV\n0,-70\n0.2,-70\n0.1,-70\n0.2,-70\n"),
      "trace.csv:4: time = 0.1 ms: must be later than the one before it, 0.2 ms; sort the rows by time, each once");
  EXPECT_EQ(refusal("-1,-70\n0.2,-70\n"),
            "trace.csv:1: time = -1 ms: must not be before 0, where the current's clock starts; count time from there");
  EXPECT_EQ(refusal("t_ms,v_nA\n0,-70\n"),
            "trace.csv:1: column v_nA = nA: expected a voltage, nA is a current; name a unit such as mV");
  EXPECT_EQ(refusal("t,v\n0,-70\n", {"parsnip", "mV"}).substr(0, 31), "trace.csv:1: column t = parsnip");
}

/// Brian prints seconds and volts under the header t,v: read as ms and mV they gave an answer, without a warning.
TEST_F(TraceFile, PotentialsThatAreHardlyInMillivoltsAreRefusedWhereNobodyNamesTheirUnit) {
  const std::string brian = "t,v\n0,-0.07\n0.0001,-0.0695\n";
  EXPECT_EQ(refusal(brian),
            "trace.csv:1: the header names no unit, and potentials from -0.07 to -0.0695 are hardly in mV; is it "
            "--time-unit s --voltage-unit V? (if not, say --voltage-unit mV)");
  EXPECT_EQ(refusal("t_s,v\n0,-0.2\n0.0001,0.2\n"),
            "trace.csv:1: the header names no unit, and potentials from -0.2 to 0.2 are hardly in mV; is it "
            "--voltage-unit V? (if not, say --voltage-unit mV)");
  EXPECT_EQ(refusal("0,-0.07\n0.0001,-0.0695\n").substr(0, 39), "trace.csv:1: no header names a unit, an");
  EXPECT_EQ(refusal(brian, {std::nullopt, "mV"}), "");
  EXPECT_EQ(refusal(brian, {"s", "V"}), "");
  EXPECT_EQ(refusal("t,v_mV\n0,-0.07\n0.0001,-0.0695\n"), "");
  EXPECT_EQ(refusal("t,v\n0,-0.07\n0.0001,0.21\n"), "");
}

/// numpy.savetxt writes spaces; others tabs or semicolons.
TEST_F(TraceFile, ColumnsMayStandBetweenSpacesTabsOrSemicolons) {
  const std::vector<double> times{0, 0.1};
  const std::vector<double> potentials{-70, -69.5};
  for (const char* text : {"0.000000000000000000e+00 -7.000000000000000000e+01\n1.000000000000000056e-01 -6.95e+01\n",
                           "# t v\n  0   -70\n 0.1 -69.5  \n", "\"0\";\"-70\"\n\"0.1\";\"-69.5\"\n",
                           "time_ms\tpotential_mV\r\n0\t-70\r\n0.1\t-69.5\r\n", "t (ms) v [mV]\n0 -70\n0.1 -69.5\n",
                           "v_mV n t_ms\n-70 1 0\n-69.5 1 0.1\n", "t;v\n0;-70\n0.1;-69.5\n",
                           "\"t_ms\" ; \"v_mV\"\n0 ; -70;\n\n0.1 ; -69.5;\n",
                           "t (ms);the note, in words;v (mV)\n0;a;-70\n0.1;b, c;-69.5\n"}) {
    const auto trace = trace_of(text);
    EXPECT_EQ(trace.times, times) << text;
    EXPECT_EQ(trace.potentials, potentials) << text;
  }
  EXPECT_EQ(refusal("# two\n0 -70\n\n0.1 x\n"),
            "trace.csv:4: potential_mV = x: must be a plain number; write for example 2.5");
  EXPECT_EQ(refusal("0 -70\n0.1\n"),
            "trace.csv:2: there is no field for potential_mV in this row; give each row all its columns");
  EXPECT_EQ(trace_of("t;v\n0,1;-70,5\n").potentials, std::vector<double>{-70.5});
  CurrentEvaluator evaluator(current_of("0 0\n5 2.5\n"));
  EXPECT_EQ(evaluator.value_at(6), 2.5);
  EXPECT_EQ(CurrentEvaluator(current_of("current (nA)\n1.5\n2.5\n", {{0, 1}, {-70, -70}})).value_at(0.5), 1.5);
}

/// What NEST's multimeter, Allen, PrairieView, Axon and others call their columns.
TEST_F(TraceFile, ColumnsAreKnownByManyNames) {
  const std::vector<double> times{0, 0.5};
  const std::vector<double> potentials{-70, -69.5};
  for (const std::string text :
       {"# sender\ttime_ms\tV_m\n1\t0\t-70\n1\t0.5\t-69.5\n", "sender\ttime_ms\tV_m\n1\t0\t-70\n1\t0.5\t-69.5\n",
        "times,V_m\n0,-70\n0.5,-69.5\n", "timestamps,v_soma\n0,-70\n0.5,-69.5\n",
        "Time [ms],Membrane potential [mV]\n0,-70\n0.5,-69.5\n", "t,V_m (mV)\n0,-70\n0.5,-69.5\n",
        "Time (ms);Vm (V)\n0;-0,07\n0,5;-0,0695\n", "senders,times,V_m\n1,0,-70\n1,0.5,-69.5\n",
        "Time [ms] Membrane potential [mV]\n0 -70\n0.5 -69.5\n",
        "ATF\t1.0\n1\t2\n\"Comment=\"\n\"Time (s)\"\t\"Trace #1 (mV)\"\n0\t-70\n0.0005\t-69.5\n",
        "time,soma(0.5).v\n0,-70\n0.5,-69.5\n", "t,v,i\n0,-70,1\n0.5,-69.5,2\n",
        "t_ms,v_mV,v_threshold_mV\n0,-70,-50\n0.5,-69.5,-50\n"}) {
    const auto trace = trace_of(text);
    EXPECT_EQ(trace.times, times) << text;
    EXPECT_EQ(trace.potentials, potentials) << text;
  }
  std::vector<std::string> notes;
  EXPECT_EQ(trace_of("Time(ms), Primary\n0,-70\n0.5,-69.5\n", {}, notes).potentials, potentials);
  EXPECT_EQ(notes,
            std::vector<std::string>{"trace.csv:1: Primary is taken for the potential, in mV where no unit is given"});
}

TEST_F(TraceFile, ANeuronAndAColumnCanBeChosen) {
  const std::string two = "sender\ttime_ms\tV_m\n1\t0\t-70\n2\t0\t-60\n1\t0.5\t-69.5\n2\t0.5\t-59.5\n";
  EXPECT_EQ(trace_of(two, {.neuron = "2"}).potentials, (std::vector<double>{-60, -59.5}));
  EXPECT_EQ(refusal(two),
            "trace.csv:2: the file has samples of several neurons: 1 (2), 2 (2); choose one with --neuron 1");
  EXPECT_EQ(trace_of("t_ms,v_soma,v_dend\n0,-70,-60\n", {.column = "v_dend"}).potentials, std::vector<double>{-60});
  EXPECT_EQ(trace_of("1 0 -70\n1 0.5 -69.5\n", {.column = "3"}).potentials, (std::vector<double>{-70, -69.5}));
  EXPECT_EQ(
      refusal("1 0 -70\n1 0.5 -69.5\n"),
      "trace.csv:1: there is no header, and 3 columns, of which the first does not ascend as times do: it may be a "
      "neuron's number; say which one is the potential with --column 3");
}

/// Allen's recordings have no numbers around a spike that was cut out.
TEST_F(TraceFile, WhatIsNoNumberIsAGap) {
  std::vector<std::string> notes;
  const auto trace = trace_of("t_ms,v_mV\n0,-70\n0.5,nan\n1,NaN\n1.5,\n2,-65\n", {}, notes);
  EXPECT_EQ(trace.times, (std::vector<double>{0, 2}));
  EXPECT_EQ(trace.potentials, (std::vector<double>{-70, -65}));
  EXPECT_EQ(notes, std::vector<std::string>{"trace.csv: 3 of 5 samples have no potential (nan); they are left out"});
  EXPECT_EQ(refusal("t_ms,v_mV\nnan,-70\n"),
            "trace.csv:2: t_ms = nan: must be a finite number; write for example 17.5");
}

TEST_F(TraceFile, RatesAreIntervals) {
  std::ofstream("fi.csv")
      << "current_nA,rate_Hz,checked_Hz,spikes,counted_Hz\n1,0,,0,0\n2.5,50,50,25,50\n3,100,100,50,100\n";
  std::vector<std::string> notes;
  const auto trains = read_trains("fi.csv", {}, notes);
  ASSERT_EQ(trains.size(), 2U);
  EXPECT_EQ(trains[0].current, 2.5);
  EXPECT_EQ(trains[0].times, (std::vector<double>{0, 20}));
  EXPECT_EQ(trains[1].times, (std::vector<double>{0, 10}));
  EXPECT_EQ(notes.size(), 2U);
}

TEST_F(TraceFile, CurrentsThatAreHardlyInNanoamperesAreRefusedWhereNobodyNamesTheirUnit) {
  const auto refused = [](const std::string& text, const TraceFormat& units = {}) -> std::string {
    std::ofstream("current.csv") << text;
    try {
      std::vector<std::string> notes;
      read_known_current("current.csv", {0, 5}, units, notes);
    } catch (const FileError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refused("t_ms,i\n0,0\n5,-250\n"),
            "current.csv:1: the header names no unit, and currents of up to 250 are hardly in nA; is it --current-unit "
            "pA? (if not, say --current-unit nA)");
  EXPECT_EQ(refused("0\n100\n"),
            "current.csv:1: no header names a unit, and currents of up to 100 are hardly in nA; is it --current-unit "
            "pA? (if not, say --current-unit nA)");
  EXPECT_NE(refused("t_ms,i\n0,0\n5,2.5e-9\n").find("is it --current-unit A?"), std::string::npos);
  EXPECT_EQ(refused("t_ms,i\n0,0\n5,99.9\n"), "");
  EXPECT_EQ(refused("t_ms,i\n0,0\n5,0\n"), "");
  EXPECT_EQ(refused("t_ms,i_nA\n0,0\n5,250\n"), "");
  EXPECT_EQ(refused("t_ms,i\n0,0\n5,250\n", {std::nullopt, std::nullopt, "nA"}), "");
}

TEST_F(TraceFile, ThatIsNoTextIsCalledSo) {
  EXPECT_EQ(refusal("\x93NUMPY\x01"),
            "trace.csv: is a binary file of numpy (.npy) and no text; save text: numpy.savetxt(\"data.txt\", array)");
  EXPECT_EQ(refusal("MATLAB 5.0 MAT-file, Platform: GLNXA64"),
            "trace.csv: is a binary file of MATLAB (.mat) and no text; save text, as CSV or in columns");
  EXPECT_EQ(refusal({"t\0,\0v\0\n\0", 8}),
            "trace.csv:1: this is no plain text, or text in UTF-16; save it as plain text or in UTF-8");
}

TEST_F(TraceFile, ASecondsClockIsKnownByTheCurrent) {
  const auto refusal_under = [](const Current& current, double end) {
    try {
      require_likely_milliseconds("trace.csv", {{0, end}, {-70, -70}}, current);
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal_under(step(5, 100, 2), 0.15),
            "trace.csv: the header names no unit of time, and the trace ends at 0.15 ms where the current changes "
            "from 5 ms to 100 ms; is it --time-unit s? (if not, say --time-unit ms)");
  EXPECT_NE(refusal_under(step(0, 100, 2), 0.15), "");      // 0.1 s is 100 ms
  EXPECT_NE(refusal_under(step(5, forever, 2), 0.15), "");  // nothing would happen in the trace
  EXPECT_NE(refusal_under(samples(0, 0.1, std::vector<double>(1000, 1.0)), 0.1), "");
  EXPECT_NE(refusal_under(pulses({{3, 1}, {90, 1}}), 0.1), "");
  EXPECT_EQ(refusal_under(step(5, 100, 2), 150), "");
  EXPECT_EQ(refusal_under(step(5, 100, 2), 50), "");
  EXPECT_EQ(refusal_under(step(0, 100, 2), 1), "");         // cut short, but no thousandth
  EXPECT_EQ(refusal_under(step(0, forever, 2), 0.15), "");  // the current has no clock
}

TEST_F(TraceFile, CurrentsAreHeld) {
  const auto even = current_of("time_ms,current_nA\n0,1\n0.1,2\n0.2,3\n");
  CurrentEvaluator evaluator(even);
  EXPECT_EQ(evaluator.value_at(0.05), 1);
  EXPECT_EQ(evaluator.value_at(0.1), 2);
  EXPECT_EQ(evaluator.value_at(0.25), 3);
  EXPECT_EQ(evaluator.value_at(1000), 3);
  const auto uneven = current_of("t (s),i (pA)\n0,0\n0.005,2500\n0.1,0\n");
  CurrentEvaluator second(uneven);
  EXPECT_EQ(second.value_at(4), 0);
  EXPECT_DOUBLE_EQ(second.value_at(5), 2.5);
  EXPECT_EQ(second.value_at(100), 0);
}

TEST_F(TraceFile, ASingleColumnBelongsToTheTrace) {
  const VoltageTrace trace{{0, 0.5, 1}, {-70, -70, -70}};
  const auto current = current_of("current_nA\n1\n2\n3\n", trace);
  CurrentEvaluator evaluator(current);
  EXPECT_EQ(evaluator.value_at(0.6), 2);
  try {
    current_of("1\n2\n", trace);
    FAIL() << "nothing thrown";
  } catch (const FileError& error) {
    EXPECT_STREQ(
        error.what(),
        "current.csv: has 2 values of the current, the trace has 3 samples; give one for each sample, or add a "
        "column of times");
  }
}

TEST_F(TraceFile, AnExperimentFileIsKnownByItsBrackets) {
  const auto current = current_of("# inputs\n\n[[input]]\nkind = \"step\"\nstart = 5\namplitude = 2.5\n");
  ASSERT_EQ(pieces_of<Step>(current).size(), 1U);
  EXPECT_EQ(pieces_of<Step>(current)[0].amplitude, 2.5);
}

}  // namespace
}  // namespace lapicque
