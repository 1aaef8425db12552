#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace lapicque::testing {

/// The random numbers of a test.
class Random : public std::mt19937_64 {
 public:
  /// Prints its seed; LAPICQUE_TEST_SEED sets another one.
  Random() : Random(chosen()) {}
  explicit Random(std::uint64_t seed) : std::mt19937_64(seed) {}

  double uniform(double low, double high) { return std::uniform_real_distribution<double>(low, high)(*this); }
  /// Uniform in its logarithm, 0 < low < high.
  double logarithmic(double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); }
  int integer(int low, int high) { return std::uniform_int_distribution<int>(low, high)(*this); }
  bool chance(double probability) { return uniform(0, 1) < probability; }

 private:
  static std::uint64_t chosen() {
    std::uint64_t seed = 20071907;
    if (const char* given = std::getenv("LAPICQUE_TEST_SEED")) seed = std::stoull(given);
    std::cout << "seed " << seed << " (LAPICQUE_TEST_SEED sets another)\n";
    return seed;
  }
};

/// How many cases a randomised test tries: `usual` ones, or LAPICQUE_TEST_CASES times as many.
inline int cases(int usual) {
  const char* factor = std::getenv("LAPICQUE_TEST_CASES");
  return factor ? static_cast<int>(usual * std::stod(factor)) : usual;
}

}  // namespace lapicque::testing
