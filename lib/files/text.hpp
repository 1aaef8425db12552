#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lapicque::detail {

/// `text` without the spaces and tabs around it.
std::string_view trimmed(std::string_view text) noexcept;

/// `text` fit for one line of a message: tabs and line ends become spaces, other control characters "\x1b", and what is
/// longer than 60 bytes then is cut between two characters and ends in "...".
std::string shown(std::string_view text);

/// Whether `text` spells infinity or not-a-number ("inf", "-NaN", "Infinity").
bool is_not_finite(std::string_view text);

/// How many characters at the beginning of `text` make a plain decimal number: sign, digits with a point among them,
/// exponent. 0 if there is none; "inf", "nan" and hexadecimal numbers are none.
std::size_t decimal_length(std::string_view text) noexcept;

/// The double nearest to a plain decimal number (0 where it is tiny); empty if that is infinite.
/// @param text  all of it is the number, in the sense of decimal_length
std::optional<double> nearest_double(std::string_view text) noexcept;

}  // namespace lapicque::detail
