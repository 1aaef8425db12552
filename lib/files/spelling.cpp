#include "spelling.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace lapicque::detail {
namespace {

std::string lower_case(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return lower;
}

/// The number of slips between two words (optimal string alignment distance), row by row.
std::size_t slips(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last.back();
}

/// Whether one of the words is the other with letters left out ("tresh", "freq"; "tau_m").
bool abbreviates(const std::string& a, const std::string& b) {
  const auto& shorter = a.size() < b.size() ? a : b;
  const auto& longer = a.size() < b.size() ? b : a;
  if (shorter.size() < 3 || shorter[0] != longer[0]) return false;
  std::size_t found = 0;
  for (const char c : longer) {
    if (found < shorter.size() && c == shorter[found]) ++found;
  }
  return found == shorter.size();
}

}  // namespace

std::optional<std::string_view> likely_meant(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t longest = 40;  // no key is; a word of a million letters need not be compared
  if (word.empty() || word.size() > longest) return std::nullopt;
  const auto lower = lower_case(word);
  std::optional<std::string_view> nearest;
  std::size_t fewest = longest;
  for (const auto candidate : known) {
    const auto other = lower_case(candidate);
    const auto shorter = std::min(lower.size(), other.size());
    const auto distance = slips(lower, other);
    const auto allowed = std::max<std::size_t>(1, shorter / 3);
    if ((abbreviates(lower, other) || (distance <= allowed && distance < shorter)) && distance < fewest) {
      nearest = candidate;
      fewest = distance;
    }
  }
  return nearest;
}

}  // namespace lapicque::detail
