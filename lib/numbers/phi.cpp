#include "numbers/phi.hpp"

#include "numbers/fused.hpp"

namespace lapicque::detail {

template <>
LAPICQUE_FOR_FUSED_TOO DoubleDouble phi_series(const PhiCoefficients<DoubleDouble>& coefficients,
                                               const DoubleDouble& z) {
  std::size_t n = terms_above(RealTraits<DoubleDouble>::unit / 8, coefficients, z);
  const std::size_t exact = terms_above(0x1p-54, coefficients, z);
  double tail = 0;
  while (n > exact) tail = tail * z.hi + coefficients[--n].hi;
  DoubleDouble sum = tail;
  while (n-- > 0) sum = sum * z + coefficients[n];
  return sum;
}

}  // namespace lapicque::detail
