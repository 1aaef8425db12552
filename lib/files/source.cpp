#include "source.hpp"

#include <sstream>

#include "text.hpp"

namespace lapicque::detail {

Source::Source(std::string_view text) : text_(text), lines_{0} {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') lines_.push_back(at + 1);
  }
}

std::string Source::written(const toml::node& node) const {
  const auto& region = node.source();
  if (region.begin.line == 0) {  // no text has it: the value itself, as TOML
    std::ostringstream value;
    node.visit([&](const auto& given) { value << given; });
    return shown(value.str());
  }
  const auto begin = offset(region.begin);
  const auto end = offset(region.end);
  if (begin >= end) return "(no value)";
  const auto text = trimmed(text_.substr(begin, end - begin));
  // The place of a table that a dotted key makes is that of the key.
  if (node.is_table() && !text.starts_with('{') && !text.starts_with('[')) return "(a table)";
  return shown(text);
}

std::string_view Source::line(std::size_t number) const {
  if (number == 0 || number > lines_.size()) return {};
  const auto begin = lines_[number - 1];
  auto line = text_.substr(begin, text_.find('\n', begin) - begin);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return trimmed(line);
}

std::size_t Source::offset(const toml::source_position& position) const {
  if (position.line == 0 || position.line > lines_.size()) return text_.size();
  auto at = lines_[position.line - 1];
  for (std::size_t column = 1; column < position.column && at < text_.size(); ++column) {
    do {
      ++at;
    } while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80U);
  }
  return at;
}

}  // namespace lapicque::detail
