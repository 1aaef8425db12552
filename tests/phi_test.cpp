#include "numbers/phi.hpp"

#include <gtest/gtest.h>

#include "numbers/ball.hpp"
#include "random.hpp"

namespace lapicque::detail {
namespace {

// The truth here is the defining quotient in 300 digits, which can afford to cancel.
using Real300 = Multiprecision<300>;

Real300 phi1_quotient(const Real300& z) { return (exp(z) - 1) / z; }
Real300 phi2_quotient(const Real300& z) { return (exp(z) - 1 - z) / (z * z); }
Real300 chi_quotient(const Real300& z) { return (1 - exp(z) * (1 - z)) / (z * z); }

template <class Real>
class Phi : public ::testing::Test {};

using Reals = ::testing::Types<double, DoubleDouble, Real50, Real100>;
TYPED_TEST_SUITE(Phi, Reals);

TYPED_TEST(Phi, IsTheQuotientToAFewUnits) {
  using Real = TypeParam;
  testing::Random random;
  for (int k = 0; k < testing::cases(300); ++k) {
    const double z = k == 0 ? -1 : -random.logarithmic(1e-18, 1);
    const auto error = [&](const Real& got, const Real300& truth) {
      const Real300 value = convert_real<Real300>(got);
      return static_cast<double>(abs(value / truth - 1) / Real300(convert_real<Real300>(Real(RealTraits<Real>::unit))));
    };
    EXPECT_LE(error(phi1(Real(z)), phi1_quotient(z)), 2 * phi1_error) << z;
    EXPECT_LE(error(phi2(Real(z)), phi2_quotient(z)), 2 * phi2_error) << z;
    EXPECT_LE(error(chi(Real(z)), chi_quotient(z)), 2 * chi_error) << z;
  }
}

TYPED_TEST(Phi, HasItsLimitAtZero) {
  using Real = TypeParam;
  EXPECT_EQ(convert_real<double>(phi1(Real(0.0))), 1);
  EXPECT_EQ(convert_real<double>(phi2(Real(0.0))), 0.5);
  EXPECT_EQ(convert_real<double>(chi(Real(0.0))), 0.5);
}

}  // namespace
}  // namespace lapicque::detail
