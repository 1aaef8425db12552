#include "numbers/decay_table.hpp"

namespace lapicque::detail {

const DecayTable& DecayTable::get() {
  static const DecayTable table;
  return table;
}

void DecayTable::Rows::set(std::size_t k, double z) {
  const DoubleDouble left = exponential(DoubleDouble(-z));
  const DoubleDouble gone = -exponential_minus_one(DoubleDouble(-z));
  left_high[k] = left.hi;
  left_low[k] = left.lo;
  gone_high[k] = gone.hi;
  gone_low[k] = gone.lo;
}

DecayTable::DecayTable() {
  for (std::size_t k = 0; k < Rows::size; ++k) {
    steps_.set(k, static_cast<double>(k) / steps_to_one);
    small_steps_.set(k, static_cast<double>(k) / small_steps_to_one);
  }
}

}  // namespace lapicque::detail
