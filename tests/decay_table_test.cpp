#include "numbers/decay_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "numbers/real.hpp"
#include "random.hpp"

// What fades, against 100 digits.

namespace lapicque::detail {
namespace {

using testing::Random;

Real100 wide(const DoubleDouble& x) { return Real100(x.hi) + Real100(x.lo); }

struct Worst {
  double z = 0;
  double gone = 0;
  double left = 0;

  /// In units of what is promised.
  void add(const DoubleDouble& length, const DoubleDouble& rate) {
    const Real100 exact_z = wide(length) * wide(rate);
    const Real100 exact_gone = -expm1(-exact_z);
    const Real100 exact_left = exp(-exact_z);
    const auto off = [](double value, const Real100& exact) {
      return static_cast<double>(Real100(abs(value - exact) / exact));
    };
    const auto [z_now, gone_now, left_now] = decayed(length, rate);
    z = std::max(z, off(z_now, exact_z) / 0x1p-52);
    gone = std::max(gone, off(gone_now, exact_gone) / (3 * 0x1p-53));
    left = std::max(left, off(left_now, exact_left) / (0x1p-52 * (1 + static_cast<double>(exact_z))));
  }
};

TEST(Decayed, IsGoodToWhatItPromises) {
  Random random;
  Worst worst;
  for (int k = testing::cases(40000); k > 0; --k) {
    const DoubleDouble rate = DoubleDouble(1) / DoubleDouble(random.logarithmic(0.01, 1000));
    const double z = random.chance(0.5) ? random.logarithmic(1e-12, 600) : random.uniform(0, 5);
    const double about = z / rate.hi;
    worst.add(two_sum(about, about * random.uniform(-0x1p-54, 0x1p-54)), rate);
  }
  // Beside the odd halves of ln 2, where the power of two changes.
  for (int half = 1; half < 400; half += 2) {
    const double z = half * 0.34657359027997264;
    for (const double beside : {z * (1 - 0x1p-53), z, z * (1 + 0x1p-52)}) worst.add(beside, DoubleDouble(1));
  }
  EXPECT_LE(worst.z, 1);
  EXPECT_LE(worst.gone, 1);
  EXPECT_LE(worst.left, 1);
  std::cout << "worst error over its bound: z " << worst.z << ", gone " << worst.gone << ", left " << worst.left
            << "\n";
}

TEST(DecayTable, IsGoodTo98BitsInDoubleDouble) {
  Random random;
  double worst_gone = 0;
  double worst_left = 0;
  const auto look_at = [&](const DoubleDouble& z) {
    const auto [same_z, gone, left] = DecayTable::get().decayed(z);
    EXPECT_EQ(same_z, z);
    const Real100 exact_gone = -expm1(-wide(z));
    const Real100 exact_left = exp(-wide(z));
    worst_gone = std::max(worst_gone, static_cast<double>(Real100(abs(wide(gone) - exact_gone) / exact_gone)));
    worst_left = std::max(worst_left, static_cast<double>(Real100(abs(wide(left) - exact_left) / exact_left)));
  };
  for (int k = testing::cases(20000); k > 0; --k) {
    const double z = random.chance(0.5) ? random.logarithmic(1e-12, 600) : random.uniform(0, 5);
    look_at(two_sum(z, z * random.uniform(-0x1p-54, 0x1p-54)));
  }
  // Beside the steps, where the table's entries change.
  for (int step = random.integer(1, 4); step <= 4 * 16384; step += 4) {
    const double z = step / 16384.0;
    look_at(two_sum(z, (random.chance(0.5) ? 0x1p-56 : -0x1p-56) * z));
  }
  EXPECT_LE(worst_gone, 0x1p-98);
  EXPECT_LE(worst_left, 0x1p-98);
  std::cout << "worst error over 2^-98: gone " << worst_gone / 0x1p-98 << ", left " << worst_left / 0x1p-98 << "\n";
}

TEST(DecayTable, NothingFadesInNoTime) {
  const auto [z, gone, left] = decayed(DoubleDouble(0), DoubleDouble(0.125));
  EXPECT_EQ(z, 0);
  EXPECT_EQ(gone, 0);
  EXPECT_EQ(left, 1);
  const auto exact = DecayTable::get().decayed(DoubleDouble(0));
  EXPECT_EQ(exact.gone, DoubleDouble(0));
  EXPECT_EQ(exact.left, DoubleDouble(1));
}

}  // namespace
}  // namespace lapicque::detail
