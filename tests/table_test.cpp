// Cells, headers and columns of tables as programs and people write them.

#include "files/table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "files/read_text.hpp"

namespace lapicque::detail {
namespace {

using Values = std::vector<double>;

/// The column of a role, or the first one where there is no header.
Values column(std::string_view text, const Role& role = current_role, std::size_t otherwise = 0) {
  const Table table = parse_table(text, "data.csv");
  table.require_names();
  const std::size_t at = table.has_header() ? table.find(role).value_or(otherwise) : otherwise;
  return numbers(table, at, role, table.unit(at));
}

std::string message(std::string_view text, const Role& role = current_role) {
  try {
    column(text, role);
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

TEST(Heading, IsTakenApartIntoWordsAndUnit) {
  struct Row {
    const char* text;
    std::vector<std::string> words;
    const char* unit;
  };
  const std::vector<Row> rows{{"time_ms", {"time"}, "ms"},
                              {"Spike time (ms)", {"spike", "time"}, "ms"},
                              {"Membrane potential [mV]", {"membrane", "potential"}, "mV"},
                              {"t/us", {"t"}, "us"},
                              {"V_m", {"v", "m"}, ""},  // UDUNITS knows m as metres
                              {"V_m (mV)", {"v", "m"}, "mV"},
                              {"V_m_mV", {"v", "m"}, "mV"},
                              {"v_soma", {"v", "soma"}, ""},
                              {"Trace #1 (pA)", {"trace", "1"}, "pA"},
                              {"time..ms.", {"time"}, "ms"},  // as R renames "time (ms)"
                              {"NeuronID", {"neuron", "id"}, ""},
                              {"node_ids", {"node", "ids"}, ""},
                              {"spikeTimes", {"spike", "times"}, ""},
                              {"i_A", {"i"}, "A"},
                              {"train_A", {"train", "a"}, ""},
                              {"time in s", {"time"}, "s"},
                              {"Time, s", {"time"}, "s"},
                              {"", {}, ""}};
  for (const auto& row : rows) {
    const auto heading = heading_of(row.text);
    EXPECT_EQ(heading.words, row.words) << row.text;
    EXPECT_EQ(heading.unit, row.unit) << row.text;
  }
}

TEST(Table, KnowsWhatStandsBetweenCells) {
  for (const char* text : {"t_ms,i_nA\n0,1.5\n1,2.5\n",
                           "t_ms;i_nA\n0;1.5\n1;2.5\n",
                           "t_ms\ti_nA\n0\t1.5\n1\t2.5\n",
                           "t_ms i_nA\n 0  1.5\n 1  2.5 \n",
                           "# t_ms i_nA\n0 1.5\n1 2.5\n",
                           "# t_ms,i_nA\n0 1.5\n1 2.5\n",
                           "\"t_ms\", \"i_nA\"\r\n\"0\", \"1.5\"\r\n\"1\", \"2.5\"\r\n",
                           "t (ms) i (nA)\n0 1.5\n1 2.5\n",
                           "\xEF\xBB\xBFt_ms,i_nA\r0,1.5\r\r1,2.5",
                           "t_ms;i_nA\n0;1,5\n1;2,5\n",
                           "t_ms\ti_nA\n0,0\t1,5\n1,0\t2,5\n",
                           "t_ms i_nA\n0,0 1,5\n1,0 2,5\n",
                           "t_ms,i_nA\n\"0,0\",\"1,5\"\n\"1,0\",\"2,5\"\n",
                           "t_ms,i_nA\n0.0D+00,1.5D+00\n1.0D+00,2.5d0\n",
                           "t,i\nms,nA\n0,1.5\n1,2.5\n",
                           "Recorded by hand\nt_ms,i_nA\n0,1.5\n1,2.5\n",
                           "t_ms,i_nA,\n0,1.5,\n1,2.5,\n",
                           "t_ms;i_nA\n0; 1.5 nA\n1; 2500 pA\n",
                           "n,t_ms,i_nA\n,0,1.5\n,1,2.5\n",
                           "ATF\t1.0\n2\t2\n\"AcquisitionMode=Gap Free\"\n\"Comment=\"\n\"Time (ms)\"\t\"Trace #1 "
                           "(nA)\"\n0\t1.5\n1\t2.5\n"}) {
    EXPECT_EQ(column(text, current_role), (Values{1.5, 2.5})) << text;
    EXPECT_EQ(column(text, time_role), (Values{0, 1})) << text;
  }
}

TEST(Table, NumbersAreRoundedOnce) {
  EXPECT_EQ(column("1e-400\n-1e-99999999999999999999\n"), (Values{0, 0}));
  EXPECT_EQ(column("4.9e-324\n1.7976931348623157e308\n"), (Values{4.9e-324, 1.7976931348623157e308}));
  static_assert(0.0041 * 1000 != 4.1);
  EXPECT_EQ(column("t_s\n0.0041\n4.1e-3\n", time_role), (Values{4.1, 4.1}));
  EXPECT_EQ(column("t (min)\n0.5\n", time_role), Values{30000});
  constexpr unsigned seed = 1907;
  std::mt19937_64 random(seed);
  std::string csv;
  Values expected;
  while (expected.size() < 10'000) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!(std::abs(value) <= 1.7976931348623157e308)) continue;
    std::array<char, 64> text{};
    csv.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr).append("\n");
    expected.push_back(value);
  }
  EXPECT_EQ(column(csv), expected) << "seed " << seed;
}

TEST(Table, SaysWhichCellIsNoNumber) {
  EXPECT_EQ(message("i_nA\n1\n4 mV\n"),
            "data.csv:3: i_nA = 4 mV: expected a current, mV is a voltage; write for example 2.5");
  EXPECT_EQ(message("i_nA,n\n1,2\n,3\n"), "data.csv:3: i_nA = (empty): must be a plain number; write for example 2.5");
  EXPECT_EQ(message("1\n0x10\n"), "data.csv:2: current_nA = 0x10: must be a plain number; write for example 2.5");
  EXPECT_EQ(message("1\nnan\n-Infinity\n1e999\n"),
            "data.csv:2: current_nA = nan: must be a finite number; write for example 2.5\n"
            "data.csv:3: current_nA = -Infinity: must be a finite number; write for example 2.5\n"
            "data.csv:4: current_nA = 1e999: must be a finite number; write for example 2.5");
  EXPECT_EQ(message("n i_nA\n1 17.5\n1\n"),
            "data.csv:3: there is no field for i_nA in this row; give each row all its columns");
}

TEST(Table, RefusesACommaThatMayBeAPointOrNone) {
  const std::string mend = "write a point for a decimal comma, and nothing between thousands";
  EXPECT_EQ(message("i_nA;n\n1,234;a\n"), "data.csv:2: i_nA = 1,234: must be a plain number; " + mend);
  EXPECT_EQ(column("i_nA;n\n1,234;a\n1,5;a\n"), (Values{1.234, 1.5}));
  EXPECT_EQ(message("i_nA\n\"1,234.5\"\n"), "data.csv:2: i_nA = 1,234.5: must be a plain number; " + mend);
}

TEST(Table, RefusesANarrowHeaderNamingBothReadings) {
  EXPECT_EQ(
      message("current_nA\n2,5\n2,6\n"),
      "data.csv:2: the header has half as many names (current_nA) as this row has fields: 2,5 could be one number "
      "with a decimal comma, or two columns; write points for decimal commas, or name all columns");
  EXPECT_EQ(message("\"t_ms\" \"i_nA\"\n\"1\" 0 1.5\n\"2\" 1 2.5\n"),
            "data.csv:2: the header names 2 columns (t_ms, i_nA), and this row has 3: the names could be those of the "
            "first columns, or, as R writes them, of the last; name all columns");
}

TEST(Table, RefusesAnOpenQuoteByLine) {
  const std::string rule = ": a double quote is not closed in this line; close it, or leave it out";
  EXPECT_EQ(message("1,\"a\"\n1,\"b\n3,4\n"), "data.csv:2: 1,\"b" + rule);
  EXPECT_EQ(message("\"time_ms,jump_mV\n1,2\n"), "data.csv:1: \"time_ms,jump_mV" + rule);
  EXPECT_EQ(column("1,\"a \"\"b, c\"\"\"\n"), Values{1});
}

TEST(Table, MayHaveNoRows) {
  for (const char* text : {"", "\n\n", "i_nA\n", "# nothing\n"}) EXPECT_EQ(column(text), Values{}) << text;
}

TEST(Table, ReadsCapitalsOfUnitsAsTheyAreMeant) {
  EXPECT_EQ(column("V_MV\n-70\n", potential_role), Values{-70});
  EXPECT_EQ(column("i (NA)\n2\n"), Values{2});
  EXPECT_EQ(column("i (PA)\n2000\n"), Values{2});
}

TEST(Table, ReadsListsAsColumns) {
  const std::string monitor = "<m.i: array([0, 1], dtype=int32)>\n<m.t: array([17.9, 31. ]) * msecond>\n";
  const Table table = parse_table(monitor, "m");
  EXPECT_EQ(table.names(), "i, t");
  EXPECT_EQ(numbers(table, 1, time_role, table.unit(1)), (Values{17.9, 31}));
  EXPECT_EQ(column("i_nA = [1, 2.5,\n 3]\n"), (Values{1, 2.5, 3}));
}

TEST(Table, ListsTenProblemsAtMost) {
  std::string csv = "1\n";
  for (int row = 0; row < 1000; ++row) csv += "x\n";
  try {
    column(csv);
    FAIL() << "nothing thrown";
  } catch (const FileError& error) {
    EXPECT_EQ(error.problems().size(), 10U);
  }
}

TEST(Table, ThatCannotBeReadIsNamed) {
  try {
    read_text("nowhere/data.csv");
    FAIL() << "nothing thrown";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(), "nowhere/data.csv: cannot be read: No such file or directory; check the path");
  }
}

}  // namespace
}  // namespace lapicque::detail
