#pragma once

#include <string>

namespace lapicque::estimation {

/// A value with a few digits, for people to read: "-55.2 mV".
std::string brief(double value, const char* unit, int digits);

}  // namespace lapicque::estimation
