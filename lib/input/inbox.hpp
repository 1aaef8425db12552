#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/receptor.hpp"

namespace lapicque::detail {

/// The events that are handed to a neuron while it runs, a list for each of its receptors.
class Inbox {
 public:
  explicit Inbox(std::vector<Receptor> receptors) : receptors_(std::move(receptors)), events_(receptors_.size()) {}

  std::span<const Receptor> receptors() const noexcept { return receptors_; }

  /// Ascending in time. The list stays where it is in memory while its inbox does; its events move as more are handed.
  const std::vector<Event>& events(std::size_t receptor) const { return events_[receptor]; }

  /// Puts an event (finite) in its place, after those of the same time. At the end of the list, where most belong, this
  /// costs O(log events).
  void hand(std::size_t receptor, Event event) {
    std::vector<Event>& events = events_[receptor];
    events.insert(std::upper_bound(events.begin(), events.end(), event,
                                   [](const Event& a, const Event& b) { return a.time < b.time; }),
                  event);
  }

 private:
  std::vector<Receptor> receptors_;
  std::vector<std::vector<Event>> events_;
};

}  // namespace lapicque::detail
