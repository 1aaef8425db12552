// Quantities: a number and a unit become the nearest double in base units, or a message that says what to write.

#include "lapicque/files/quantity.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lapicque/error.hpp"

namespace lapicque {
namespace {

using enum Dimension;

std::string message(const std::string& text, Dimension dimension) {
  try {
    parse_quantity(text, dimension);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

TEST(Quantity, IsConvertedAndRoundedOnce) {
  EXPECT_EQ(parse_quantity("0.1 ms", time), 0.1);
  EXPECT_EQ(parse_quantity("8e-3 s", time), 8);
  EXPECT_EQ(parse_quantity("2500 pA", current), 2.5);
  EXPECT_EQ(parse_quantity("2.5 nA", current), 2.5);
  EXPECT_EQ(parse_quantity("0.0003 mA", current), 300);
  EXPECT_EQ(parse_quantity("10Mohm", resistance), 10);
  EXPECT_EQ(parse_quantity("0.25 kHz", frequency), 250);
  EXPECT_EQ(parse_quantity("-0.07 V", voltage), -70);
  EXPECT_EQ(parse_quantity("90 degree", angle), std::numbers::pi / 2);
  EXPECT_EQ(parse_quantity("90 deg", angle), std::numbers::pi / 2);
  EXPECT_EQ(parse_quantity("-180deg", angle), -std::numbers::pi);
  EXPECT_EQ(parse_quantity("180 degrees", angle), std::numbers::pi);
  EXPECT_EQ(parse_quantity("1 turn", angle), 2 * std::numbers::pi);
  EXPECT_EQ(parse_quantity("60 arc_minute", angle), parse_quantity("1 degree", angle));
  EXPECT_EQ(parse_quantity("1.5 min", time), 90'000);
  EXPECT_EQ(parse_quantity("1 hour", time), 3'600'000);
  EXPECT_EQ(parse_quantity("60 1/min", frequency), 1);
  EXPECT_EQ(parse_quantity("1 min-1", frequency), 1.0 / 60);
  EXPECT_EQ(parse_quantity("7 yA", current), 7e-15);
  EXPECT_EQ(parse_quantity("3 YV", voltage), 3e27);
}

TEST(Quantity, MayBeACapacitanceOrAConductance) {
  EXPECT_EQ(parse_quantity("800 pF", capacitance), 0.8);
  EXPECT_EQ(parse_quantity("1 nF", capacitance), 1);
  EXPECT_EQ(parse_quantity("0.2 nA.ms/mV", capacitance), 0.2);
  EXPECT_EQ(parse_quantity("100 nS", conductance), 0.1);
  EXPECT_EQ(parse_quantity("0.1 uS", conductance), 0.1);
  EXPECT_EQ(parse_quantity("1e-7 A/V", conductance), 0.1);
  EXPECT_EQ(parse_quantity("0.1 1/Mohm", conductance), 0.1);
}

TEST(Quantity, MayBeABareNumberWhereThatIsAllowed) {
  EXPECT_EQ(parse_number_or_quantity(" -70 ", voltage), -70);
  EXPECT_EQ(parse_number_or_quantity("8e-3 s", time), 8);
  EXPECT_THROW(parse_number_or_quantity("1e999", time), InvalidArgument);
  EXPECT_THROW(parse_number_or_quantity("nan", time), InvalidArgument);
  EXPECT_THROW(parse_number_or_quantity("", time), InvalidArgument);
}

TEST(Quantity, WithTheWrongCapitalIsPointedOut) {
  EXPECT_EQ(prefix_warning("10 mohm", resistance), "m is milli, and this is 1e-08 MOhm; for mega write \"10 Mohm\"");
  EXPECT_EQ(prefix_warning("10mOhm", resistance), "m is milli, and this is 1e-08 MOhm; for mega write \"10MOhm\"");
  EXPECT_EQ(prefix_warning("8 Ms", time), "M is mega, and this is 8e+09 ms; for milli write \"8 ms\"");
  EXPECT_EQ(prefix_warning("-70 MV", voltage), "M is mega, and this is -7e+10 mV; for milli write \"-70 mV\"");
  EXPECT_EQ(prefix_warning("800 PF", capacitance), "P is peta, and this is 8e+26 nF; for pico write \"800 pF\"");
  for (const auto* usual : {"8 ms", "1.5 min", "1 minute", "3 months", "8"}) EXPECT_EQ(prefix_warning(usual, time), "");
  for (const auto* usual : {"10 Mohm", "10 kohm", "10 ohm", "1 mV/nA"})
    EXPECT_EQ(prefix_warning(usual, resistance), "");
  for (const auto* usual : {"-70 mV", "-0.07 V"}) EXPECT_EQ(prefix_warning(usual, voltage), "");
  for (const auto* usual : {"100 pA", "1 mA"}) EXPECT_EQ(prefix_warning(usual, current), "");
}

TEST(Quantity, MayBeSpelledInAnyWayThatUdunitsKnows) {
  const std::vector<std::pair<Dimension, std::vector<std::string>>> one{
      {resistance,
       {"1 Mohm", "1 MOhm", "1 Mohms", "1 megaohm", "1 MegaOhm", "1e3 kohm", "1e6 ohm", "1e6 Ohm", "0.001 Gohm",
        "1 M\u03A9", "1 M\u2126", "1 mV/nA", "1 MV/A", "1 MV.A-1"}},
      {frequency, {"1 Hz", "1 hertz", "0.001 kHz", "1000 mHz", "1 s-1", "1 1/s", "0.001 1/ms", "1e-3 kilohertz"}},
      {current,
       {"1 nA", "1000 pA", "0.001 uA", "0.001 \u00B5A", "0.001 \u03BCA", "1e-9 A", "1 nanoampere", "1e-9 ampere"}},
      {voltage, {"1 mV", "1000 uV", "0.001 V", "1 millivolt", "0.001 volts", "1 nA.Mohm", "1 nA Mohm"}},
      {time, {"1 ms", "1000 us", "0.001 s", "1e6 ns", "1 millisecond", "1 milliseconds", "1 msec", "1e-3 seconds"}},
      {angle, {"1 rad", "1 radian", "1 radians", "1000 mrad"}},
  };
  for (const auto& [dimension, texts] : one) {
    for (const auto& text : texts) EXPECT_EQ(parse_quantity(text, dimension), 1) << text;
  }
  EXPECT_EQ(parse_quantity("1 \u00B0", angle), std::numbers::pi / 180);
}

TEST(Quantity, MayHaveItsNumberInAnyPlainForm) {
  for (const std::string number : {"5", "+5", "5.", "5.0", "05", "0.5e1", "50E-1", "5e+0", "5e0", ".5e1"}) {
    EXPECT_EQ(parse_quantity(number + " ms", time), 5) << number;
    EXPECT_EQ(parse_quantity("  " + number + "ms\t", time), 5) << number;
  }
  EXPECT_EQ(parse_quantity("-5 ms", time), -5);
  EXPECT_TRUE(std::signbit(parse_quantity("-0 ms", time)));
  EXPECT_EQ(parse_quantity("1e-400 ms", time), 0);
  EXPECT_EQ(parse_quantity("1e-99999999999999999999 ms", time), 0);
  EXPECT_EQ(parse_quantity("0e99999999999999999999 ms", time), 0);
  EXPECT_EQ(parse_quantity("1e310 fs", time), 1e298);
  EXPECT_EQ(parse_quantity("5e-324 ms", time), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(parse_quantity("1.7976931348623157e308 ms", time), std::numeric_limits<double>::max());
  // The midpoint between 0.5 and the next double goes to even; a trifle more goes up.
  EXPECT_EQ(parse_quantity("0.500000000000000055511151231257827021181583404541015625 ms", time), 0.5);
  EXPECT_EQ(parse_quantity("0.500000000000000055511151231257827021181583404541015626 ms", time), 0.5 + 0x1p-53);
}

// With a prefix that is a power of ten the exact value is a decimal number, which from_chars rounds once.
TEST(Quantity, IsTheDoubleNearestToTheExactValue) {
  constexpr unsigned seed = 20140724;
  std::mt19937_64 random(seed);
  struct Unit {
    const char* name;
    Dimension dimension;
    int exponent;
  };
  for (const auto& [name, dimension, exponent] :
       {Unit{"s", time, 3}, Unit{"us", time, -3}, Unit{"ns", time, -6}, Unit{"fs", time, -12}, Unit{"V", voltage, 3},
        Unit{"uV", voltage, -3}, Unit{"kV", voltage, 6}, Unit{"pA", current, -3}, Unit{"fA", current, -6},
        Unit{"A", current, 9}, Unit{"ohm", resistance, -6}, Unit{"kohm", resistance, -3}, Unit{"Gohm", resistance, 3},
        Unit{"kHz", frequency, 3}, Unit{"mHz", frequency, -3}, Unit{"mrad", angle, -3}}) {
    for (int turn = 0; turn < 1000; ++turn) {
      std::string digits = std::to_string(random());
      digits = digits.substr(0, 1 + random() % digits.size());
      const int power = static_cast<int>(random() % 40) - 30;
      const std::string exact = digits + "e" + std::to_string(power + exponent);
      double expected = 0;
      std::from_chars(exact.data(), exact.data() + exact.size(), expected);
      const std::string text = digits + "e" + std::to_string(power) + " " + name;
      ASSERT_EQ(parse_quantity(text, dimension), expected) << text << ", seed " << seed;
    }
  }
}

// pi/180 in 30 digits, by long double's 64 bits: right to the last bit of a double but for one case in a thousand.
TEST(Quantity, ConvertsDegreesWithinHalfAnUlp) {
  for (int degrees = -720; degrees <= 720; ++degrees) {
    const double value = parse_quantity(std::to_string(degrees) + " degree", angle);
    const long double exact = degrees * (std::numbers::pi_v<long double> / 180);
    const long double ulp = std::abs(std::nextafter(value, INFINITY) - value);
    EXPECT_LE(std::abs(value - exact), 0.502L * ulp) << degrees;
  }
}

TEST(Quantity, NeedsANumberAndAUnitOfItsDimension) {
  EXPECT_EQ(message("2.5 mV", current),
            "current = 2.5 mV: expected a current, mV is a voltage; write for example \"2.5 nA\"");
  EXPECT_EQ(message("2.5", current),
            "current = 2.5: expected a current, and its unit is missing; write for example \"2.5 nA\"");
  EXPECT_EQ(message("nA", current),
            "current = nA: expected a current, a number with a unit; write for example \"2.5 nA\"");
  EXPECT_EQ(message("", current), "current = : expected a current, a number with a unit; write for example \"2.5 nA\"");
  EXPECT_EQ(message("2.5 na", current),
            "current = 2.5 na: expected a current, na is something else; write for example \"2.5 nA\"");
  EXPECT_EQ(message("2.5 xyz", voltage),
            "voltage = 2.5 xyz: expected a voltage, and there is no unit \"xyz\"; write for example \"-70 mV\"");
  EXPECT_EQ(message("2 rpm", frequency),
            "frequency = 2 rpm: expected a frequency, rpm is something else; write for example \"250 Hz\"");
  EXPECT_EQ(message("4 ms", frequency),
            "frequency = 4 ms: expected a frequency, ms is a time; write for example \"250 Hz\"");
  EXPECT_EQ(message("1 1", angle),
            "angle = 1 1: expected an angle, one number with a unit; write for example \"90 degree\"");
  EXPECT_EQ(message("3 2 ms", time),
            "time = 3 2 ms: expected a time, one number with a unit; write for example \"8 ms\"");
  EXPECT_EQ(message("1 Gyear.kohm", resistance),
            "resistance = 1 Gyear.kohm: expected a resistance, Gyear.kohm is something else; write for example \"10 "
            "Mohm\"");
  EXPECT_EQ(message("inf ms", time), "time = inf ms: must be a finite number; write for example \"8 ms\"");
  EXPECT_EQ(message("-NaN ms", time), "time = -NaN ms: must be a finite number; write for example \"8 ms\"");
  EXPECT_EQ(message("1e306 s", time), "time = 1e306 s: must be a finite number; write for example \"8 ms\"");
  EXPECT_EQ(message("1e99999999999999999999 s", time),
            "time = 1e99999999999999999999 s: must be a finite number; write for example \"8 ms\"");
}

TEST(Quantity, HasNoUnitWithACharacterOfCodeZero) {
  using namespace std::string_view_literals;
  EXPECT_THROW(parse_quantity("2 ms\0"sv, time), InvalidArgument);
  EXPECT_THROW(parse_quantity("2 ms\0x"sv, time), InvalidArgument);
  EXPECT_THROW(parse_quantity("2 \xFF"sv, time), InvalidArgument);
}

TEST(Quantity, ExamplesOfEachDimensionCanBeRead) {
  for (const auto dimension : {voltage, time, current, resistance, frequency, angle}) {
    const auto& words = text_of(dimension);
    EXPECT_NO_THROW(parse_quantity(words.example, dimension)) << words.example;
    EXPECT_EQ(parse_quantity(std::string("1 ") + words.unit, dimension), 1) << words.unit;
    EXPECT_NE(std::string(words.article).find(words.name), std::string::npos);
  }
}

TEST(Quantity, MayBeReadByManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(8);
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&wrong, i] {
      for (int turn = 0; turn < 1000; ++turn) {
        if (parse_quantity("2500 pA", current) != 2.5 || parse_quantity("90 degree", angle) != std::numbers::pi / 2) {
          ++wrong[i];
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const int count : wrong) EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace lapicque
