#include "lapicque/detail/fading_table.hpp"

namespace lapicque::detail {

const FadingTable& FadingTable::get() {
  static const FadingTable table;
  return table;
}

FadingTable::FadingTable() : entries_{} {
  for (std::size_t k = 0; k < entries_.size(); ++k) {
    const double z = static_cast<double>(k) / steps_to_one;
    const DoubleDouble left = exponential(DoubleDouble(-z));
    const DoubleDouble gone = -exponential_minus_one(DoubleDouble(-z));
    entries_[k] = {left.hi, left.lo, gone.hi, gone.lo};
  }
}

}  // namespace lapicque::detail
