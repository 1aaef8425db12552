// Columns of numbers from CSV files.

#include "lapicque/files/table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace lapicque {
namespace {

constexpr std::array<std::string_view, 2> events{"time_ms", "jump_mV"};
constexpr std::array<std::string_view, 1> samples{"current_nA"};
using Columns = std::vector<std::vector<double>>;

Columns parse(std::string_view csv) { return parse_columns(csv, "data.csv", events); }

std::string message(std::string_view csv) {
  try {
    parse(csv);
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

TEST(Table, ColumnsComeInOrderWhereThereIsNoHeader) {
  EXPECT_EQ(parse("1,2\n3,4\n"), (Columns{{1, 3}, {2, 4}}));
  EXPECT_EQ(parse("1,2\n3,4"), (Columns{{1, 3}, {2, 4}}));
  EXPECT_EQ(parse("-.5,+2e1\n"), (Columns{{-0.5}, {20}}));
}

TEST(Table, ColumnsComeByNameWhereThereIsAHeader) {
  EXPECT_EQ(parse("time_ms,jump_mV\n1,2\n"), (Columns{{1}, {2}}));
  EXPECT_EQ(parse("jump_mV,time_ms\n1,2\n"), (Columns{{2}, {1}}));
  EXPECT_EQ(parse(",neuron,jump_mV,time_ms\n0,a,1,2\n1,b,3,4\n"), (Columns{{2, 4}, {1, 3}}));
  EXPECT_EQ(parse("\"time_ms\", \"jump_mV\"\n\"1\", \"2\"\n"), (Columns{{1}, {2}}));
}

TEST(Table, FurtherColumnsAreIgnoredWhateverIsInThem) {
  EXPECT_EQ(parse("1,2,x,nan\n3,4\n"), (Columns{{1, 3}, {2, 4}}));
  EXPECT_EQ(parse("note,time_ms,jump_mV,more\n\"a, b\",1,2\n,3,4,\n"), (Columns{{1, 3}, {2, 4}}));
  EXPECT_EQ(parse_columns("1,abc\n2\n", "data.csv", samples), (Columns{{1, 2}}));
}

TEST(Table, SpacesEmptyLinesCommentsLineEndsAndByteOrderMarkMatterNot) {
  EXPECT_EQ(parse("\xEF\xBB\xBF# made by hand\r\n\r\n  1 ,\t2  \r\n\r\n3,4\r\n\r\n\r\n"), (Columns{{1, 3}, {2, 4}}));
  EXPECT_EQ(parse("\xEF\xBB\xBFtime_ms,jump_mV\n# between\n1,2\n"), (Columns{{1}, {2}}));
  EXPECT_EQ(parse("time_ms,jump_mV\r1,2\r\r3,4"), (Columns{{1, 3}, {2, 4}}));
}

TEST(Table, RefusesAnOpenQuoteByLine) {
  const std::string rule = ": a double quote is not closed in this line; close it, or leave it out";
  EXPECT_EQ(message("1,2,\"a\"\n1,2,\"b\n3,4\n"), "data.csv:2: 1,2,\"b" + rule);
  EXPECT_EQ(message("\"time_ms,jump_mV\n1,2\n"), "data.csv:1: \"time_ms,jump_mV" + rule);
  EXPECT_EQ(parse("1,2,\"a \"\"b, c\"\"\"\n"), (Columns{{1}, {2}}));
}

TEST(Table, MayHaveNoRows) {
  EXPECT_EQ(parse(""), (Columns{{}, {}}));
  EXPECT_EQ(parse("\n\n"), (Columns{{}, {}}));
  EXPECT_EQ(parse("time_ms,jump_mV\n"), (Columns{{}, {}}));
}

TEST(Table, NumbersAreTheNearestDoubles) {
  EXPECT_EQ(parse("1e-400,-1e-99999999999999999999\n"), (Columns{{0}, {0}}));
  EXPECT_EQ(parse("4.9e-324,1.7976931348623157e308\n"), (Columns{{4.9e-324}, {1.7976931348623157e308}}));
  constexpr unsigned seed = 1907;
  std::mt19937_64 random(seed);
  std::string csv;
  std::vector<double> expected;
  while (expected.size() < 10'000) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!(std::abs(value) <= 1.7976931348623157e308)) continue;
    std::array<char, 64> text{};
    csv.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr).append("\n");
    expected.push_back(value);
  }
  EXPECT_EQ(parse_columns(csv, "data.csv", samples)[0], expected) << "seed " << seed;
}

TEST(Table, SaysWhichFieldIsNoNumber) {
  EXPECT_EQ(message("1,2\n3,4 mV\n"), "data.csv:2: jump_mV = 4 mV: must be a plain number; write for example 2.5");
  EXPECT_EQ(message("1,\n"), "data.csv:1: jump_mV = (empty): must be a plain number; write for example 2.5");
  EXPECT_EQ(message("1;2\n"),
            "data.csv:1: time_ms = 1;2: must be a plain number; write for example 2.5\n"
            "data.csv:1: there is no field for jump_mV in this row; give each row all its columns");
  EXPECT_EQ(message("1,0x10\n"), "data.csv:1: jump_mV = 0x10: must be a plain number; write for example 2.5");
}

TEST(Table, SaysWhichNumberIsNotFinite) {
  EXPECT_EQ(message("nan,2\n1,-Infinity\n1e999,1\n"),
            "data.csv:1: time_ms = nan: must be a finite number; write for example 2.5\n"
            "data.csv:2: jump_mV = -Infinity: must be a finite number; write for example 2.5\n"
            "data.csv:3: time_ms = 1e999: must be a finite number; write for example 2.5");
}

TEST(Table, SaysWhichColumnsTheHeaderHas) {
  EXPECT_EQ(message("time_s,jump_mV,note\n1,2,3\n"),
            "data.csv:1: there is no column time_ms, but time_s, jump_mV, note; name a column time_ms");
  EXPECT_EQ(message("time_ms,jump_mV,time_ms\n1,2,3\n"),
            "data.csv:1: there are several columns time_ms; name one column time_ms");
}

TEST(Table, SaysWhichRowIsTooShort) {
  EXPECT_EQ(message("1,2\n\n3\n"),
            "data.csv:3: there is no field for jump_mV in this row; give each row all its columns");
  EXPECT_EQ(message("jump_mV,note,time_ms\n1,2\n"),
            "data.csv:2: there is no field for time_ms in this row; give each row all its columns");
}

TEST(Table, ListsTenProblemsAtMost) {
  std::string csv;
  for (int row = 0; row < 1000; ++row) csv += "1,x\n";
  try {
    parse(csv);
    FAIL() << "nothing thrown";
  } catch (const FileError& error) {
    EXPECT_EQ(error.problems().size(), 10U);
  }
}

TEST(Table, ThatCannotBeReadIsNamed) {
  try {
    read_columns("nowhere/data.csv", events);
    FAIL() << "nothing thrown";
  } catch (const FileError& error) {
    EXPECT_STREQ(error.what(), "nowhere/data.csv: cannot be read: No such file or directory; check the path");
  }
}

}  // namespace
}  // namespace lapicque
