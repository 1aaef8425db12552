#include "numbers/decay_table.hpp"

#include "numbers/fused.hpp"

namespace lapicque::detail {
namespace {

/// a + b where they are of one sign, or one is far greater: half as long as the sum that serves everywhere. Joldes and
/// others (see DoubleDouble), SloppyDWPlusDW.
DoubleDouble sum_without_cancellation(const DoubleDouble& a, const DoubleDouble& b) {
  const DoubleDouble sum = two_sum(a.hi, b.hi);
  return quick_two_sum(sum.hi, sum.lo + (a.lo + b.lo));
}

}  // namespace

const DecayTable& DecayTable::get() {
  static const DecayTable table;
  return table;
}

DecayTable::Entry DecayTable::entry(double z) {
  return {exponential(DoubleDouble(-z)), -exponential_minus_one(DoubleDouble(-z))};
}

DecayTable::DecayTable() {
  for (std::size_t k = 0; k < steps_.size(); ++k) steps_[k] = entry(static_cast<double>(k) / steps_to_one);
  for (std::size_t k = 0; k < small_steps_.size(); ++k) {
    small_steps_[k] = entry(static_cast<double>(k) / small_steps_to_one);
  }
}

LAPICQUE_FOR_FUSED_TOO
Decayed<DoubleDouble> DecayTable::decayed(const DoubleDouble& z) const {
  if (!(z.hi < last)) {
    const DoubleDouble left = exponential(-z);
    return {z, DoubleDouble(1) - left, left};
  }
  const int steps = static_cast<int>(z.hi * small_steps_to_one);
  const DoubleDouble r = two_sum(z.hi - static_cast<double>(steps) / small_steps_to_one, z.lo);

  // 1 - e^-r for r < 2^-14: from the fourth power on, terms are below 2^-46 of the whole, and double is enough for
  // them.
  constexpr DoubleDouble third{0x1.5555555555555p-3, 0x1.5555555555555p-57};  // 1/3!
  const double tail = r.hi * (1.0 / 24 - r.hi * (1.0 / 120 - r.hi * (1.0 / 720 - r.hi * (1.0 / 5040))));
  const DoubleDouble cubic = third + -tail;
  const DoubleDouble small = sum_without_cancellation(r, -(r * (r * (-(r * cubic) + 0.5))));

  const Entry& near = small_steps_[static_cast<std::size_t>(steps % (small_steps_to_one / steps_to_one))];
  const DoubleDouble beyond_step = sum_without_cancellation(near.gone, near.left * small);
  const Entry& step = steps_[static_cast<std::size_t>(steps / (small_steps_to_one / steps_to_one))];
  const DoubleDouble part = step.left * beyond_step;
  return {z, sum_without_cancellation(step.gone, part), sum_without_cancellation(step.left, -part)};
}

}  // namespace lapicque::detail
