#pragma once

#include <string>
#include <string_view>

namespace lapicque {

/// What a quantity measures. Every number inside the program is in the base unit of its dimension.
enum class Dimension { voltage, time, current, resistance, frequency, angle, capacitance, conductance };

/// How a dimension is spoken of; units are written here and nowhere else.
struct DimensionText {
  const char* name;     ///< "current"
  const char* article;  ///< "a current"
  const char* unit;     ///< the base unit: "nA"
  const char* example;  ///< a quantity to copy: "2.5 nA"
};

/// The words for a dimension: mV, ms, nA, MOhm, Hz, rad, nF and uS are the base units.
const DimensionText& text_of(Dimension dimension) noexcept;

/// The number of base units in a text such as "2.5 nA", "8e-3 s" or "10Mohm".
///
/// The text is a decimal number and then a unit, in any spelling that UDUNITS-2 knows (prefixes, names, symbols,
/// products: "V/A" is a resistance), and "deg" for degrees. Number and factor of the unit are multiplied as 100-digit
/// decimals and rounded once, so that the result is the double nearest to the exact value: "0.1 ms" is 0.1, "8e-3 s" is
/// 8, "90 degree" is the double nearest to pi/2. A factor that UDUNITS gives as a rounded double (1e-12 for pico) is
/// read as the short fraction, or the short fraction times pi, that it stands for.
///
/// Radians are not taken for a pure number here, as UDUNITS would have it: "rad/s" is no frequency. Nor is a time
/// taken for a frequency.
///
/// @throws InvalidArgument  no number, no unit, a unit that is unknown, of another dimension, or not proportional to
///                          the base unit (a logarithmic unit, a date); a result beyond the range of doubles. Its
///                          subject() is the dimension's name, its value() the text.
double parse_quantity(std::string_view text, Dimension dimension);

/// The same, but that a number without a unit is in the base unit, as a number in an experiment file is.
double parse_number_or_quantity(std::string_view text, Dimension dimension);

/// What to say about a unit whose prefix seems to have been written with the wrong capital: "10 mohm" is milli, and
/// very likely mega was meant. The same text with the other capital then is a quantity of the same dimension, and its
/// unit lies nearer to the base unit. Empty where nothing is to be said.
/// @param text  one that parse_quantity reads
/// @return  "m is milli, and this is 1e-08 MOhm; for mega write \"10 Mohm\""
std::string prefix_warning(std::string_view text, Dimension dimension);

}  // namespace lapicque
