#pragma once

#include <chrono>

namespace lapicque::program {

/// A bar on standard error for what may take long: drawn where that is a terminal, from a moment after the start on,
/// and taken away at the end. Elsewhere nothing is printed.
class ProgressBar {
 public:
  ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  /// @param share  of the work, 0 to 1; may be called as often as one likes, by one thread at a time
  void show(double share);

 private:
  using Clock = std::chrono::steady_clock;

  bool at_terminal_;
  bool drawn_ = false;
  Clock::time_point next_;
};

}  // namespace lapicque::program
