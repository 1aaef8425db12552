#pragma once

#include <string>
#include <string_view>

namespace lapicque::detail {

/// A column's name in two parts: "t (ms)", "T [ms]", "t/ms" and "t_ms" are "t" and "ms".
struct ColumnName {
  std::string word;  ///< in small letters
  std::string unit;  ///< what follows it, a unit or not; may be empty
};

ColumnName column_name(std::string_view text);

}  // namespace lapicque::detail
