#include "lapicque/draws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "lapicque/error.hpp"

namespace lapicque {
namespace {

// Expected numbers: those that Random123 publishes, and mpmath with 400 bits over a Philox written for it in Python.

TEST(Draws, AreThoseOfRandom123sKnownAnswers) {
  EXPECT_EQ(drawn_word(0, 0, 0), 0xe169c58d6627e8d5U);
  EXPECT_EQ(drawn_word(~0ULL, ~0ULL, ~0ULL), 0x41c83b0e408f276dU);
  EXPECT_EQ(drawn_word(0x299f31d0a4093822U, 0x0370734413198a2eU, 0x85a308d3243f6a88U), 0x94fdccebd16cfe09U);
}

TEST(Draws, ExponentialsAreCorrectlyRounded) {
  const std::vector<double> expected{1.3869034349801723, 1.586131808603843, 0.008489043212819677, 0.28785338571778407};
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_EQ(drawn_exponential(7, 0, k), expected[k]) << k;
  double sum = 0;
  for (std::uint64_t k = 0; k < 2000; ++k) sum += drawn_exponential(11, 3, k);
  EXPECT_EQ(sum, 2047.9782774755276);
}

TEST(Draws, NormalsAreCorrectlyRounded) {
  const std::vector<double> expected{0.46750624801120777, -0.0001051814732771891, -1.5583755512578785,
                                     -1.1065194630092243};
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_EQ(drawn_normal(7, 0, k), expected[k]) << k;
}

TEST(Draws, EvenlyDrawnValuesStayBelowTheirEnd) {
  EXPECT_EQ(drawn_evenly(-60, -50, 7, 0), -60 + 10 * drawn_uniform(7, 0, 0));
  const double above = std::nextafter(1.0, 2.0);
  for (std::uint64_t n = 0; n < 20; ++n) EXPECT_EQ(drawn_evenly(1, above, 3, n), 1) << n;
}

TEST(PoissonArrivals, AreTheSameOnEveryMachine) {
  EXPECT_EQ(poisson_times(1000, -2, 5, 7),
            (std::vector{-0.6130965650198277, 0.9730352435840153, 0.9815242867968349, 1.269377672514619}));
  const std::vector<double> times = poisson_times(300, 0, 1000, 9, 5);
  ASSERT_EQ(times.size(), 284U);
  EXPECT_EQ(times.back(), 996.8434737226765);
}

TEST(PoissonArrivals, RefuseWhatCannotBeDrawn) {
  EXPECT_THROW(poisson_times(0, 0, 1, 7), InvalidArgument);
  EXPECT_THROW(poisson_times(10, 1, 1, 7), InvalidArgument);
  EXPECT_THROW(poisson_times(1e300, 0, 1, 7), InvalidArgument);
}

TEST(Noise, FollowsTheRecursionOfItsHeader) {
  EXPECT_EQ(noise_values({.mean = 0.5, .sigma = 0.3, .tau = 5, .start = 1, .stop = 2, .step = 0.1}, 7),
            (std::vector{0.6402518744033623, 0.637468452916683, 0.5421711420947701, 0.4756033418834499,
                         0.6177797154518977, 0.7717337877684871, 0.8384147559346964, 0.8747749940000515,
                         0.8885978210850236, 0.8818869095676769}));
  EXPECT_EQ(noise_values({.mean = 0, .sigma = 1, .tau = 0, .start = 0, .stop = 0.5, .step = 0.25}, 3),
            (std::vector{-0.4725604287043461, 0.9809861349146132}));
  const auto values =
      noise_values({.mean = 0.1, .sigma = 0.3, .tau = 5, .start = 0, .stop = 50, .step = 0.1}, ~std::uint64_t{0}, 1);
  ASSERT_EQ(values.size(), 500U);
  EXPECT_EQ(values.back(), 0.11498641457721717);
}

TEST(Noise, EndsWithItsStop) {
  const Noise noise{.mean = 0, .sigma = 1, .tau = 0, .start = 0, .stop = 0.4, .step = 0.25};
  const Current current = noise_current(noise, 3);
  ASSERT_EQ(current.pieces().size(), 2U);
  const auto last = pieces_of<Step>(current).at(0);
  EXPECT_EQ(last.start, 0.25);
  EXPECT_EQ(last.stop, 0.4);
  EXPECT_EQ(last.amplitude, 0.9809861349146132);
  EXPECT_EQ(*pieces_of<Samples>(current).at(0).values, std::vector{-0.4725604287043461});
}

}  // namespace
}  // namespace lapicque
