#include "adversaries.hpp"

namespace lapicque::testing {
const std::vector<Adversary>& adversaries() {
  static std::vector<Adversary> v;
  return v;
}
std::vector<const Adversary*> adversaries_of(const Kind&) { return {}; }
}  // namespace lapicque::testing
