#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "program.hpp"

namespace lapicque::test {
namespace {

const std::string recording = LAPICQUE_TRACES "/brian2_steps.csv";

const std::string cell =
    "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\nrefractory = 2\n[run]\nuntil = 80\n"
    "[[input]]\nkind = \"step\"\nstart = 5\nstop = 40\namplitude = 1.5\n";

std::string digits(double value) { return nlohmann::json(value).dump(); }

TEST(Estimate, PrintsJsonWithAllSixParameters) {
  const Folder folder;
  const auto result = folder.run({"estimate", recording, "--input", recording, "--format", "json"});
  ASSERT_EQ(result.status, 0) << result.error;
  EXPECT_EQ(result.error, "");
  const auto object = nlohmann::json::parse(result.out);
  EXPECT_NEAR(object.at("rest_mV").at("value"), -70, 1e-9);
  EXPECT_NEAR(object.at("reset_mV").at("value"), -65, 1e-9);
  EXPECT_NEAR(object.at("resistance_MOhm").at("value"), 10, 1e-9);
  EXPECT_NEAR(object.at("tau_ms").at("value"), 8, 1e-9);
  EXPECT_NEAR(object.at("refractory_ms").at("value"), 2, 1e-9);
  EXPECT_LT(object.at("threshold_mV").at("low"), -50);
  EXPECT_GT(object.at("threshold_mV").at("high"), -50);
  EXPECT_TRUE(object.at("undetermined").empty());
  EXPECT_EQ(object.at("timing"), "grid");
  EXPECT_EQ(object.at("spikes"), 8);  // falls of more than 5 mV in the file
  EXPECT_TRUE(object.at("probe").is_null());
}

TEST(Estimate, SaysWhatIsUndeterminedAndProposesACurrent) {
  const Folder folder;
  folder.write("cell.toml", cell);
  ASSERT_EQ(folder.run({"run", "cell.toml", "--trace", "trace.csv", "--trace-step", "0.1ms"}).status, 0);
  const auto result = folder.run({"estimate", "trace.csv", "--input", "cell.toml", "--format", "json"});
  ASSERT_EQ(result.status, 0) << result.error;
  const auto object = nlohmann::json::parse(result.out);
  EXPECT_TRUE(object.at("threshold_mV").is_null());
  EXPECT_EQ(object.at("undetermined").at("threshold_mV"), "there is no spike in the trace");
  EXPECT_EQ(object.at("undetermined").size(), 3U);

  // The proposal is what an experiment file takes; with it, all is determined.
  const std::string neuron = cell.substr(0, cell.find("[run]"));
  folder.write("probe.toml", neuron + "[run]\nuntil = 400\n" + object.at("probe").get<std::string>());
  ASSERT_EQ(folder.run({"run", "probe.toml", "--trace", "probed.csv", "--trace-step", "0.1ms"}).status, 0);
  const auto second = folder.run({"estimate", "probed.csv", "--input", "probe.toml", "--format", "json"});
  ASSERT_EQ(second.status, 0) << second.error;
  const auto all = nlohmann::json::parse(second.out);
  EXPECT_TRUE(all.at("undetermined").empty());
  EXPECT_NEAR(all.at("threshold_mV").at("value"), -50, 1e-6);
  EXPECT_NEAR(all.at("refractory_ms").at("value"), 2, 1e-6);
}

/// Seconds and volts, and amperes in the current's table: by header, and by option.
TEST(Estimate, ReadsSecondsVoltsAndAmperes) {
  const Folder folder;
  std::string trace;
  std::string current;
  double u = -0.07;
  for (int n = 0; n < 800; ++n) {
    const double amperes = n < 50 ? 0 : n < 300 ? 1.5e-9 : n < 500 ? 2.5e-9 : 4e-9;
    trace += digits(n * 1e-4) + "," + digits(u) + "\n";
    current += digits(n * 1e-4) + "," + digits(amperes) + "\n";
    const double end = -0.07 + 1e7 * amperes;
    u = end + (u - end) * std::exp(-0.1 / 8);
    if (u > -0.05) u = -0.065;
  }
  const auto expect_neuron = [&](const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"estimate", "trace.csv", "--input", "current.csv", "--format", "json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const auto result = folder.run(arguments);
    ASSERT_EQ(result.status, 0) << result.error;
    const auto object = nlohmann::json::parse(result.out);
    EXPECT_NEAR(object.at("rest_mV").at("value"), -70, 1e-8);
    EXPECT_NEAR(object.at("reset_mV").at("value"), -65, 1e-8);
    EXPECT_NEAR(object.at("resistance_MOhm").at("value"), 10, 1e-8);
    EXPECT_NEAR(object.at("tau_ms").at("value"), 8, 1e-8);
    EXPECT_LE(object.at("threshold_mV").at("low"), -50);
    EXPECT_GE(object.at("threshold_mV").at("high"), -50);
  };
  folder.write("trace.csv", "t_s,v_V\n" + trace);
  folder.write("current.csv", "t_s,i_A\n" + current);
  expect_neuron({});
  folder.write("trace.csv", "t (s),V [V]\n" + trace);
  folder.write("current.csv", "time/s,current/A\n" + current);
  expect_neuron({});
  folder.write("trace.csv", trace);
  folder.write("current.csv", current);
  expect_neuron({"--time-unit", "s", "--voltage-unit", "V", "--current-unit", "A"});
}

TEST(Estimate, AsksForUnitsThatNobodyNames) {
  const Folder folder;
  folder.write("cell.toml", cell);
  std::string volts = "t,v\n";
  std::string millivolts = "t,v_mV\n";
  for (int n = 0; n < 20; ++n) {
    volts += digits(n * 0.004) + ",-0.07\n";
    millivolts += digits(n * 0.004) + ",-70\n";
  }
  folder.write("volts.csv", volts);
  folder.write("millivolts.csv", millivolts);
  const auto brian = folder.run({"estimate", "volts.csv", "--input", "cell.toml"});
  EXPECT_EQ(brian.status, 2);
  EXPECT_EQ(brian.out, "");
  EXPECT_NE(brian.error.find("is it --time-unit s --voltage-unit V?"), std::string::npos) << brian.error;
  const auto seconds = folder.run({"estimate", "millivolts.csv", "--input", "cell.toml"});
  EXPECT_EQ(seconds.status, 2);
  EXPECT_NE(seconds.error.find("is it --time-unit s?"), std::string::npos) << seconds.error;
}

TEST(Estimate, ProposesTheCurrentOnStandardErrorBesideCsv) {
  const Folder folder;
  folder.write("cell.toml", cell);
  ASSERT_EQ(folder.run({"run", "cell.toml", "--trace", "trace.csv", "--trace-step", "0.1ms"}).status, 0);
  const auto result = folder.run({"estimate", "trace.csv", "--input", "cell.toml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.out.find("\nreset_mV,,,,\"there is no spike in the trace\"\n"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("\nrefractory_ms,,,,\"as for reset_mV\"\n"), std::string::npos) << result.out;
  EXPECT_EQ(
      result.error.find("nothing is known of the threshold but that it lies above -55.189 mV, where the potential "
                        "was; this current would reach one of up to -40 mV:\n[[input]]\nkind = \"step\"\n"
                        "start = "),
      0U)
      << result.error;
}

/// The same reason stood in three rows, and a long one in four (November 2026).
TEST(Estimate, GivesAReasonOnceInATable) {
  const Folder folder;
  folder.write("one.csv", "2.5,3\n2.5,13\n2.5,23\n");
  const std::string out = folder.run({"estimate", "--spikes", "one.csv"}).out;
  EXPECT_NE(out.find("\nreset_mV,,,,\"as for rest_mV\"\n"), std::string::npos) << out;
  EXPECT_NE(out.find("\nresistance_MOhm,,,,\"as for rest_mV\"\n"), std::string::npos) << out;
  EXPECT_NE(out.find("\nrefractory_ms,,,,\"as for tau_ms; it is at least 0 ms and below the shortest mean interval, 10 "
                     "ms\"\n"),
            std::string::npos)
      << out;
}

TEST(Estimate, NamesTheTauOfAForwardEulerStepper) {
  const Folder folder;
  std::string table = "time_ms,potential_mV,current_nA\n";
  double u = -70;
  for (int n = 0; n < 2000; ++n) {
    const double current = n < 100 ? 0 : n < 800 ? 1.2 : n < 1500 ? 2.6 : 4;
    table += digits(n * 0.05) + "," + digits(u) + "," + digits(current) + "\n";
    u += 0.05 / 21.264 * (-70 - u + 10 * current);
    if (u > -50) u = -65;
  }
  folder.write("euler.csv", table);
  const auto result = folder.run({"estimate", "euler.csv", "--input", "euler.csv", "--format", "json"});
  ASSERT_EQ(result.status, 0) << result.error;
  const auto object = nlohmann::json::parse(result.out);
  EXPECT_NEAR(object.at("tau_ms").at("value"), -0.05 / std::log1p(-0.05 / 21.264), 1e-8);
  EXPECT_NEAR(object.at("tau_forward_euler_ms").at("value"), 21.264, 1e-8);
  EXPECT_TRUE(object.at("probe_caveat").is_null());
}

TEST(Estimate, RemarksOnStandardErrorBesideCsv) {
  const Folder folder;
  const auto json = folder.run({"estimate", recording, "--input", recording, "--format", "json"});
  ASSERT_EQ(json.status, 0) << json.error;
  std::string remarks;
  const auto object = nlohmann::json::parse(json.out);
  for (const auto& remark : object.at("remarks")) remarks += remark.get<std::string>() + "\n";
  EXPECT_EQ(remarks.substr(0, 45), "the spikes are those of a simulator whose tim");
  const auto csv = folder.run({"estimate", recording, "--input", recording});
  EXPECT_EQ(csv.status, 0);
  EXPECT_EQ(csv.error, remarks);
}

/// A current that is not the injected one leaves all open: the likely cause comes first and once, and the answer is no.
TEST(Estimate, SaysOnceThatTheCurrentDoesNotFit) {
  const Folder folder;
  folder.write("other.toml", "[[input]]\nkind = \"sinusoid\"\namplitude = 3\nfrequency = 90\n");
  const auto csv = folder.run({"estimate", recording, "--input", "other.toml"});
  EXPECT_EQ(csv.status, 1) << csv.out << csv.error;
  std::vector<std::string> lines;
  std::istringstream stream(csv.out);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_EQ(lines[1].find("rest_mV,,,,\"the current given does not fit the potential: is it the injected one, in the "
                          "right unit and at the right times? What the best fit leaves, "),
            0U)
      << lines[1];
  const auto digits_of = [&](const std::string& before) {
    const auto at = lines[1].find(before) + before.size();
    return lines[1].find(" mV", at) - at;
  };
  EXPECT_LE(digits_of("leaves, "), 5U) << lines[1];  // three, a point and a leading 0
  EXPECT_LE(digits_of("the noise, "), 8U) << lines[1];
  for (std::size_t k = 2; k < 7; ++k) EXPECT_NE(lines[k].find(",,,,\"as for rest_mV\""), std::string::npos) << lines[k];
  const auto json = folder.run({"estimate", recording, "--input", "other.toml", "--format", "json"});
  EXPECT_EQ(json.status, 1);
  EXPECT_EQ(nlohmann::json::parse(json.out).at("undetermined").size(), 6U);
}

TEST(Estimate, DrawsTraceAndFit) {
  const Folder folder;
  const auto result = folder.run({"estimate", recording, "--input", recording, "--plot", "fit.png"});
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_EQ(folder.read("fit.png").substr(0, 4), "\x89PNG");
}

/// Without a fit there is the trace and the current, and no word of gnuplot's.
TEST(Estimate, DrawsTheTraceAloneWhereNothingFits) {
  const Folder folder;
  folder.write("other.toml", "[[input]]\nkind = \"sinusoid\"\namplitude = 3\nfrequency = 90\n");
  const auto without = folder.run({"estimate", recording, "--input", "other.toml"});
  const auto result = folder.run({"estimate", recording, "--input", "other.toml", "--plot", "fit.svg"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, without.out);
  EXPECT_EQ(result.error, without.error);
  const std::string figure = folder.read("fit.svg");
  EXPECT_NE(figure.find("</svg>"), std::string::npos);
  EXPECT_NE(figure.find(">recorded<"), std::string::npos);
  EXPECT_NE(figure.find(">Injected current<"), std::string::npos);
  EXPECT_EQ(figure.find("fitted"), std::string::npos);
}

/// A band is called what it is, where there are too many samples for points.
TEST(Estimate, SaysWhereItsFigureShowsARange) {
  const Folder folder;
  folder.write("cell.toml", cell);
  const auto names_range = [&](const std::string& step) {
    EXPECT_EQ(folder.run({"run", "cell.toml", "--trace", "trace.csv", "--trace-step", step}).status, 0);
    EXPECT_EQ(folder.run({"estimate", "trace.csv", "--input", "cell.toml", "--plot", "fit.svg"}).status, 0);
    return folder.read("fit.svg").find(">recorded (range)<") != std::string::npos;
  };
  EXPECT_TRUE(names_range("0.004ms"));
  EXPECT_FALSE(names_range("0.1ms"));
}

TEST(Estimate, RefusesWhatItCannotRead) {
  const Folder folder;
  folder.write("bad.csv", "t_ms,v_mV\n0,-70\n0.1,inf\n");
  folder.write("short.csv", "t_ms,v_mV\n0,-70\n0.1,-70\n");
  folder.write("cell.toml", cell);
  const auto expect_refusal = [&](const std::vector<std::string>& arguments, const std::string& message) {
    const auto result = folder.run(arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.error, message + "\n");
  };
  expect_refusal({"estimate", "bad.csv", "--input", "cell.toml", "--plot", "fit.png"},
                 "bad.csv:3: v_mV = inf: must be a finite number; write for example 2.5");
  expect_refusal({"estimate", "short.csv", "--input", "cell.toml"},
                 "short.csv: times = 2 samples: a trace must have at least 8 samples; record for longer");
  expect_refusal({"estimate"}, "TRACE (or --spikes) is required; see lapicque estimate --help");
  expect_refusal({"estimate", "short.csv"}, "--input is required; see lapicque estimate --help");
  expect_refusal({"estimate", "short.csv", "--input", "cell.toml", "--plot", "short.csv"},
                 "--plot = short.csv: must not be a file that is read, and this is short.csv; give another name");
  EXPECT_FALSE(folder.has("fit.png"));
}

/// rest -70, reset -65, threshold -50 mV, R 10 MOhm, tau 8, refractory 2 ms.
double interval_under(double current) { return 2 + 8 * std::log((current - 0.5) / (current - 2)); }

TEST(EstimateFromSpikes, PrintsWhatIntervalsTellAndWhatTheyDoNot) {
  const Folder folder;
  std::string times = "time_s,current_pA\n";
  std::string intervals = "current_nA,isi_ms\n";
  for (const double current : {2.1, 2.5, 3.0, 4.0, 6.0}) {
    for (int k = 0; k < 8; ++k) {
      times += std::to_string((11 + k * interval_under(current)) / 1000) + "," + std::to_string(current * 1000) + "\n";
      intervals += std::to_string(current) + "," + std::to_string(interval_under(current)) + "\n";
    }
  }
  folder.write("times.csv", times);
  folder.write("intervals.csv", intervals);
  for (const char* table : {"times.csv", "intervals.csv"}) {
    const auto result = folder.run({"estimate", "--spikes", table, "--format", "json"});
    ASSERT_EQ(result.status, 0) << result.error;
    const auto object = nlohmann::json::parse(result.out);
    const auto expect = [&](const char* name, double truth) {
      EXPECT_NEAR(object.at(name).at("value"), truth, 2e-3) << name << " " << table;
      EXPECT_LE(object.at(name).at("low"), truth) << name << " " << table;
      EXPECT_GE(object.at(name).at("high"), truth) << name << " " << table;
    };
    expect("tau_ms", 8);
    expect("refractory_ms", 2);
    expect("rheobase_nA", 2);
    expect("reset_current_nA", 0.5);
    for (const char* name : {"rest_mV", "reset_mV", "threshold_mV", "resistance_MOhm"}) {
      EXPECT_TRUE(object.at(name).is_null()) << name;
      EXPECT_NE(object.at("undetermined").at(name).get<std::string>().find("record the potential"), std::string::npos);
    }
    EXPECT_EQ(object.at("undetermined").size(), 4U);
    EXPECT_NEAR(object.at("grid_ms"), table[0] == 't' ? 1e-3 : 1e-6, 1e-9);  // the digits printed
    EXPECT_EQ(object.at("currents"), 5);
  }
}

TEST(EstimateFromSpikes, TakesUnitsOfColumnsThatNameNone) {
  const Folder folder;
  const auto table = [](double current_unit, double time_unit) {
    std::string rows;
    for (const double current : {2.1, 2.5, 3.0, 4.0, 6.0}) {
      for (int k = 0; k < 3; ++k) {
        rows += digits(current / current_unit) + "," + digits((11 + k * interval_under(current)) / time_unit) + "\n";
      }
    }
    return rows;
  };
  const auto expect_neuron = [&](const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"estimate", "--spikes", "table.csv", "--format", "json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const auto result = folder.run(arguments);
    ASSERT_EQ(result.status, 0) << result.error;
    const auto object = nlohmann::json::parse(result.out);
    EXPECT_NEAR(object.at("rheobase_nA").at("value"), 2, 1e-6);
    EXPECT_NEAR(object.at("reset_current_nA").at("value"), 0.5, 1e-6);
    EXPECT_NEAR(object.at("tau_ms").at("value"), 8, 1e-6);
    EXPECT_EQ(object.at("probe_nA").size(), 0U);
  };
  folder.write("table.csv", table(1e-3, 1));
  expect_neuron({"--current-unit", "pA"});
  folder.write("table.csv", table(1e9, 1e3));
  expect_neuron({"--current-unit", "A", "--time-unit", "s"});
  folder.write("table.csv", "i,t\n" + table(1, 1e3));
  expect_neuron({"--current-unit", "nA", "--time-unit", "s"});
  folder.write("table.csv", "current (pA),t (ms)\n" + table(1e-3, 1));
  expect_neuron({"--current-unit", "A"});  // the header's own comes first
  folder.write("table.csv", table(1, 1));
  EXPECT_EQ(folder.run({"estimate", "--spikes", "table.csv", "--current-unit", "mV"}).error,
            "table.csv:1: column current_nA = mV: expected a current, mV is a voltage; name a unit such as nA\n");
}

TEST(EstimateFromSpikes, ProposesCurrentsThatWouldTellWhatIsOpen) {
  const Folder folder;
  std::string rows = "current_nA,interval_ms\n";
  for (const double current : {20.0, 24.0, 28.0, 32.0, 36.0, 40.0}) {
    for (const double off : {-0.1, 0.0, 0.1, 0.05, -0.05}) {
      rows += digits(current) + "," + digits(interval_under(current) + off) + "\n";
    }
  }
  folder.write("table.csv", rows);
  const auto result = folder.run({"estimate", "--spikes", "table.csv", "--format", "json"});
  ASSERT_EQ(result.status, 0) << result.error;
  const auto object = nlohmann::json::parse(result.out);
  EXPECT_TRUE(object.at("tau_ms").is_null());
  const double probe = object.at("probe_nA").at(0);
  EXPECT_LT(probe, 20);
  EXPECT_NE(object.at("undetermined")
                .at("tau_ms")
                .get<std::string>()
                .find("record nearer to the rheobase, for example at " + object.at("probe_nA").at(0).dump() + " nA"),
            std::string::npos);
}

TEST(EstimateFromSpikes, SaysInCsvWhyOneCurrentIsNotEnough) {
  const Folder folder;
  folder.write("one.csv", "2.5,3\n2.5,13\n2.5,23\n");
  const auto result = folder.run({"estimate", "--spikes", "one.csv"});
  ASSERT_EQ(result.status, 1) << result.error;  // nothing comes out
  EXPECT_EQ(result.out.substr(0, 46), "parameter,value,low,high,undetermined\nrest_mV,");
  EXPECT_NE(result.out.find("\ntau_ms,,,,\"intervals at 1 current do not determine four unknowns"), std::string::npos);
  EXPECT_NE(result.out.find("at least 0 ms and below the shortest mean interval, 10 ms\"\n"), std::string::npos);
}

TEST(EstimateFromSpikes, SaysThatTrainsAdaptAndThatNothingIsEstimated) {
  const Folder folder;
  std::string table = "current_nA,interval_ms\n";
  for (const double current : {2.1, 2.5, 3.0, 4.0, 6.0}) {
    for (int k = 0; k < 10; ++k) {
      table += digits(current) + "," + digits(interval_under(current) * (1.5 - 0.5 * std::exp(-k / 3.0))) + "\n";
    }
  }
  folder.write("table.csv", table);
  const auto result = folder.run({"estimate", "--spikes", "table.csv"});
  EXPECT_EQ(result.status, 1) << result.error;
  EXPECT_NE(result.out.find("\ntau_ms,,,,\"the intervals grow along the trains, at 2.1 nA from 25.9 ms to 35.6 ms"),
            std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find(": the neuron adapts, or its current fades; those of a leaky integrate-and-fire neuron"),
            std::string::npos)
      << result.out;
  EXPECT_NE(
      result.out.find("\nrefractory_ms,,,,\"as for tau_ms; it is at least 0 ms and below the shortest interval, 4.54"),
      std::string::npos)
      << result.out;
}

TEST(EstimateFromSpikes, RefusesATableByLine) {
  const Folder folder;
  const auto expect_refusal = [&](const std::string& text, const std::string& message) {
    folder.write("table.csv", text);
    const auto result = folder.run({"estimate", "--spikes", "table.csv"});
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.error, message + "\n");
  };
  expect_refusal("current_nA,time_ms\n2,1\n2,x\n",
                 "table.csv:3: time_ms = x: must be a plain number; write for example 17.5");
  expect_refusal("current_nA,time_ms\n2,8\n2,9\n3,2\n3,1\n",
                 "table.csv:5: time = 1 ms: must be later than the spike before it, 2 ms; sort the spikes of each "
                 "current by time, each once");
  expect_refusal("current_nA,isi_ms\n2,8\n\n2,-1\n",
                 "table.csv:4: interval = -1 ms: must be greater than 0; leave the row out");
  expect_refusal(
      "current_nA,isi_ms,time_ms\n2,8,1\n",
      "table.csv:1: there are columns for both the time and the interval; leave one of them, or say which one it "
      "is with --column time_ms");
  expect_refusal("current_mV,time_ms\n2,8\n",
                 "table.csv:1: column current_mV = mV: expected a current, mV is a voltage; name a unit such as nA");
  const std::string alone =
      "table.csv: has no two spikes in a row under one current; record for longer, and keep the rows of one current "
      "together";
  expect_refusal("current_nA,time_ms\n2,1\n3,2\n2,3\n", alone);
  expect_refusal("", alone);
}

/// What `fi` prints: rates, and 0 below the rheobase.
TEST(EstimateFromSpikes, ReadsTheOutputOfFi) {
  const Folder folder;
  const auto result =
      folder.shell("lapicque fi --current 1nA,2.1nA,2.5nA,3nA,4nA,6nA | lapicque estimate --spikes - --format json");
  ASSERT_EQ(result.status, 0) << result.error;
  const auto object = nlohmann::json::parse(result.out);
  EXPECT_NEAR(object.at("tau_ms").at("value"), 8, 1e-6);
  EXPECT_NEAR(object.at("refractory_ms").at("value"), 2, 1e-6);
  EXPECT_NEAR(object.at("rheobase_nA").at("value"), 2, 1e-6);
  EXPECT_NE(result.error.find("standard input: 1 row with"), std::string::npos);
}

/// NEST's multimeter, of two neurons: whose potential is wanted is asked for, and the sender is not taken for the time.
TEST(Estimate, ReadsAMultimeter) {
  const Folder folder;
  folder.write("cell.toml",
               cell.substr(0, cell.find("[[input]]")) + "[[input]]\nkind = \"ramp\"\nstop = 80\nfrom = 0\nto = 8\n");
  ASSERT_EQ(folder
                .shell("lapicque run cell.toml --trace trace.csv --trace-step 0.1ms && awk -F , 'BEGIN {print "
                       "\"# sender\\ttime_ms\\tV_m\"} NR > 1 {print \"1\\t\" $1 \"\\t\" $2; print \"2\\t\" $1 "
                       "\"\\t-70\"}' trace.csv > multimeter.dat")
                .status,
            0);
  const auto asked = folder.run({"estimate", "multimeter.dat", "--input", "cell.toml"});
  EXPECT_EQ(asked.status, 2);
  EXPECT_EQ(
      asked.error,
      "multimeter.dat:2: the file has samples of several neurons: 1 (801), 2 (801); choose one with --neuron 1\n");
  const auto result =
      folder.run({"estimate", "multimeter.dat", "--input", "cell.toml", "--neuron", "1", "--format", "json"});
  ASSERT_EQ(result.status, 0) << result.error;
  EXPECT_NEAR(nlohmann::json::parse(result.out).at("tau_ms").at("value"), 8, 1e-3);
}

TEST(EstimateFromSpikes, TakesNoOptionsOfATrace) {
  const Folder folder;
  EXPECT_EQ(folder.run({"estimate", "--spikes", "a.csv", "--timing", "grid"}).error,
            "--spikes and --timing cannot both be given; leave one out; see lapicque estimate --help\n");
}

}  // namespace
}  // namespace lapicque::test
