#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace lapicque::detail {

/// The word among `known` that `word` was meant to be; empty if none is near. In this order:
///
/// - what other programs and papers call one of the `known`, capitals, "_" and "-" aside: "V_th" or "theta" for
///   threshold, "E_L" for rest, "t_ref" for refractory; also with a unit behind it ("tau_ms") or a
///   word beside it that tells nothing ("spike_thresh");
/// - one with letters left out ("tresh"), or one slip for every three letters from a word, or for every five from one
/// of
///   its other names (a letter too many, too few, another one, or two letters swapped): the nearest.
std::optional<std::string_view> likely_meant(std::string_view word, std::span<const std::string_view> known);

}  // namespace lapicque::detail
