#include "lapicque/error.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace lapicque {

InvalidArgument::InvalidArgument(std::string subject, std::string value, std::string rule, std::string mend)
    : std::invalid_argument(subject + " = " + value + ": " + rule + (mend.empty() ? "" : "; " + mend)),
      subject_(std::move(subject)),
      value_(std::move(value)),
      rule_(std::move(rule)),
      mend_(std::move(mend)) {}

std::string to_text(double value) {
  std::array<char, 32> buffer;  // 24 characters are the most that the shortest form of a double takes
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string to_text(double value, const char* unit) { return to_text(value) + " " + unit; }

}  // namespace lapicque
