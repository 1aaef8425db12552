#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/receptor.hpp"

namespace lapicque::detail {

/// A neuron of a network in plain double, from window to window, without bounds on its errors: it tells in which
/// windows the neuron plainly does not spike, so that its train need not be asked. It is no part of the proof: a train
/// that is asked later tells all its spikes, and one in a window that was thought to be without shows the mistake.
class PotentialEstimate {
 public:
  /// @return empty where an estimate does not know the kind of the neuron, of the given current, or of a receptor
  static std::optional<PotentialEstimate> of(const Neuron& neuron, const Current& given,
                                             std::span<const Receptor> receptors);

  /// Takes note of an arrival after the time that has been reached, as OpenTrain::arrive().
  void arrive(std::size_t receptor, double time, double size);
  /// Goes on to a time, ms. @return whether the potential plainly stays below the threshold until then
  bool stays_below(double until);
  /// Takes note of a spike, ms, before the time that has been reached and after the one before.
  void fire(double time);

 private:
  static constexpr auto jump = static_cast<std::size_t>(-1);
  static constexpr auto level = static_cast<std::size_t>(-2);
  struct Change {
    double time;
    std::size_t part;  // the number of a decaying part, or what else changes
    double size;       // mV
  };
  /// Events that are given.
  struct List {
    const std::vector<Event>* events;
    std::size_t next;
    std::size_t part;
    double factor;  // mV for each unit of an event's size
  };
  struct State {
    double time = 0;
    double potential = 0;         // u - theta, mV
    double level = 0;             // of the drive, mV
    double released = -1;         // the end of refractoriness, ms
    std::vector<double> parts{};  // of the drive, mV
  };
  /// What a length of time makes of everything.
  struct Factors {
    double length = -1;
    double gone = 0;
    std::vector<double> left{};
    std::vector<double> filter{};
  };

  explicit PotentialEstimate(const Neuron& neuron);
  std::size_t part_of(double tau);
  void collect(double until);
  void run(double until);
  void move(double length, bool is_free);
  const Factors& factors(double length);
  void set(Factors& factors, double length) const;

  double tau_;
  double reset_;
  double refractory_;
  double resistance_;
  std::vector<double> taus_;
  std::vector<std::size_t> receptors_;  // the part of each
  std::vector<List> lists_;
  std::vector<Change> ahead_;  // a heap, the earliest on top
  State state_;
  State before_;                 // at the start of the last window
  std::vector<Change> changes_;  // in the last window
  Factors window_;               // for a whole window, as they mostly are of one length
  Factors any_;
};

}  // namespace lapicque::detail
