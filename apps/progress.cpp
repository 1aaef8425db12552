#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <string>

namespace lapicque::program {
namespace {

constexpr std::size_t width = 40;
constexpr std::size_t most_characters = width + sizeof "[] 100 %";
constexpr std::chrono::milliseconds patience{300};
constexpr std::chrono::milliseconds pause{100};

}  // namespace

ProgressBar::ProgressBar() : at_terminal_(::isatty(STDERR_FILENO) == 1), next_(Clock::now() + patience) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::cerr << "\r" + std::string(most_characters, ' ') + "\r";
}

void ProgressBar::show(double share) {
  if (!at_terminal_ || Clock::now() < next_) return;
  const double clamped = std::clamp(share, 0.0, 1.0);
  std::string bar(width, '.');
  std::fill_n(bar.begin(), static_cast<std::size_t>(clamped * width), '#');
  std::cerr << "\r[" + bar + "] " + std::to_string(static_cast<int>(clamped * 100)) + " %";
  drawn_ = true;
  next_ = Clock::now() + pause;
}

}  // namespace lapicque::program
