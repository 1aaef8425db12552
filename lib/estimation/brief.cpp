#include "brief.hpp"

#include <array>
#include <cstdio>

namespace lapicque::estimation {

std::string brief(double value, const char* unit, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*g %s", digits, value, unit);
  return text.data();
}

}  // namespace lapicque::estimation
