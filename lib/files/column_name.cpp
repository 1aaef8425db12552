#include "column_name.hpp"

#include <algorithm>
#include <cctype>

namespace lapicque::detail {

ColumnName column_name(std::string_view text) {
  const auto at = text.find_first_of("_([/ ");
  ColumnName name{std::string(text.substr(0, at)), {}};
  std::transform(name.word.begin(), name.word.end(), name.word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (at == std::string_view::npos) return name;
  const auto begin = text.find_first_not_of("_([/ ", at);
  const auto end = text.find_last_not_of(")] ");
  if (begin != std::string_view::npos && end >= begin) name.unit = text.substr(begin, end - begin + 1);
  return name;
}

}  // namespace lapicque::detail
