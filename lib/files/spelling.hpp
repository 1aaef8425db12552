#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace lapicque::detail {

/// The word among `known` that `word` was meant to be: equal but for capitals, the one an abbreviation of the other,
/// or one slip for every three letters (a letter too many, too few, another one, or two letters swapped). Empty if
/// none is that near.
std::optional<std::string_view> likely_meant(std::string_view word, std::span<const std::string_view> known);

}  // namespace lapicque::detail
