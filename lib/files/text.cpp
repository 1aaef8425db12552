#include "text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace lapicque::detail {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_sign(char c) noexcept { return c == '+' || c == '-'; }

/// Whether a number that from_chars found out of range is too small, not too large: the exponent of its first digit
/// other than 0 tells. It cannot be near 0 then, so that a rough count is enough.
bool is_tiny(std::string_view text) noexcept {
  const auto e = text.find_first_of("eE");
  const auto digits = text.substr(0, e);
  const auto point = std::min(digits.find('.'), digits.size());
  const auto first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  long long exponent = 0;
  if (e != std::string_view::npos) {
    const auto tail = text.substr(e + (text[e + 1] == '+' ? 2 : 1));
    if (std::from_chars(tail.data(), tail.data() + tail.size(), exponent).ec != std::errc{}) return tail[0] == '-';
  }
  return exponent + static_cast<long long>(point) - static_cast<long long>(first) < 0;
}

std::string shown(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (c == '\t' || c == '\n' || c == '\r') return " ";
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte != 0x7F) return {c};
  return {'\\', 'x', digits[byte / 16], digits[byte % 16]};
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 60;
  constexpr std::string_view cut = "...";
  std::string result;
  std::size_t end = 0;  // of the last character that leaves room for the dots
  for (const char c : text) {
    const bool is_continuation = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (!is_continuation && result.size() <= longest - cut.size()) end = result.size();
    result += shown(c);
    if (result.size() > longest) return result.substr(0, end).append(cut);
  }
  return result;
}

bool is_not_finite(std::string_view text) {
  if (!text.empty() && is_sign(text[0])) text.remove_prefix(1);
  std::string lower(text.substr(0, 9));
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return lower == "inf" || lower == "infinity" || lower == "nan";
}

std::size_t decimal_length(std::string_view text) noexcept {
  std::size_t at = !text.empty() && is_sign(text[0]) ? 1 : 0;
  std::size_t digits = 0;
  for (bool point = false; at < text.size(); ++at) {
    if (is_digit(text[at])) {
      ++digits;
    } else if (text[at] == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  if (digits == 0) return 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    auto end = at + 1;
    if (end < text.size() && is_sign(text[end])) ++end;
    const auto first = end;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end > first) at = end;  // otherwise the e belongs to what follows
  }
  return at;
}

std::optional<double> nearest_double(std::string_view text) noexcept {
  const bool negative = text[0] == '-';
  if (is_sign(text[0])) text.remove_prefix(1);  // from_chars knows no +
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc::result_out_of_range) {
    if (!is_tiny(text)) return std::nullopt;
    value = 0;
  }
  if (!std::isfinite(value)) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace lapicque::detail
