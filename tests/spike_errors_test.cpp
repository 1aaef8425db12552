#include "solver/spike_errors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "random.hpp"

namespace lapicque::detail {
namespace {

using testing::Random;

ErrorMap unit_map(std::size_t size) {
  ErrorMap map(size);
  for (std::size_t k = 0; k < size; ++k) map.add(k, k, 1);
  return map;
}

ErrorSet<double> box(const std::vector<double>& radii) {
  const std::size_t size = radii.size();
  return ErrorSet<double>(size).mapped(unit_map(size), unit_map(size), radii);
}

TEST(ErrorSet, DoesNotGrowThroughRotations) {
  // A box that is boxed again after each turn by 1 rad would grow by cos 1 + sin 1 = 1.38 each time.
  ErrorMap turn(2);
  turn.add(0, 0, std::cos(1));
  turn.add(0, 1, -std::sin(1));
  turn.add(1, 0, std::sin(1));
  turn.add(1, 1, std::cos(1));
  ErrorSet<double> errors = box({1, 0.5});
  const std::vector<double> none{0, 0};
  for (int k = 0; k < 10000; ++k) errors = errors.mapped(turn, unit_map(2), none);
  const double c = std::cos(10000), s = std::sin(10000);
  EXPECT_NEAR(errors.radius(std::vector<double>{1, 0}), std::fabs(c) + 0.5 * std::fabs(s), 0.01);
  EXPECT_NEAR(errors.radius(std::vector<double>{0, 1}), std::fabs(s) + 0.5 * std::fabs(c), 0.01);
}

TEST(ErrorSet, KeepsADirectionThatContracts) {
  // e_0 stays, e_1 = 3 e_0 + e_1/2 goes to 6 e_0: in coordinates, boxes would add 3 + 1/2 of each other.
  ErrorMap map(2);
  map.add(0, 0, 1);
  map.add(1, 0, 3);
  map.add(1, 1, 0.5);
  ErrorSet<double> errors = box({1, 1});
  const std::vector<double> none{0, 0};
  for (int k = 0; k < 1000; ++k) errors = errors.mapped(map, unit_map(2), none);
  EXPECT_GE(errors.radius(std::vector<double>{1, 0}), 1);
  EXPECT_LE(errors.radius(std::vector<double>{1, 0}), 1.5);
  EXPECT_NEAR(errors.radius(std::vector<double>{-6, 1}), 0, 0.01);
}

TEST(ErrorSet, EnclosesWhatRandomMapsMakeOfItsPoints) {
  Random random;
  for (int turn = testing::cases(300); turn > 0; --turn) {
    const auto size = static_cast<std::size_t>(random.integer(1, 5));
    std::vector<double> point(size), noise(size);
    ErrorSet<double> errors(size);
    for (int steps = random.integer(1, 12); steps > 0; --steps) {
      ErrorMap map(size), noise_map(size);
      for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j < size; ++j) {
          if (random.chance(0.7)) map.add(i, j, random.uniform(-1, 1) * (random.chance(0.2) ? 1e-6 : 1));
          if (random.chance(0.5)) noise_map.add(i, j, random.uniform(-1, 1));
        }
        noise[i] = random.chance(0.3) ? 0 : random.logarithmic(1e-9, 1);
      }
      std::vector<double> next(size);
      for (std::size_t j = 0; j < size; ++j) {
        const double now = noise[j] * (random.chance(0.8) ? (random.chance(0.5) ? 1 : -1) : random.uniform(-1, 1));
        for (std::size_t i = 0; i < size; ++i)
          next[i] += map.factors[i * size + j] * point[j] + noise_map.factors[i * size + j] * now;
      }
      point = next;
      errors = errors.mapped(map, noise_map, noise);
      std::vector<double> row(size);
      double value = 0;
      for (std::size_t i = 0; i < size; ++i) value += (row[i] = random.uniform(-1, 1)) * point[i];
      ASSERT_LE(std::fabs(value), errors.radius(row));
    }
  }
}

}  // namespace
}  // namespace lapicque::detail
