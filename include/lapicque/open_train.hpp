#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/receptor.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque {

/// A spike train whose input comes as it comes: it is advanced to a horizon and handed arrivals beyond it, again and
/// again. For networks, whose spikes are each other's input, and for whatever decides by a spike what happens next.
///
///     OpenTrain train(neuron, step(0, forever, 1.9), {SynapticReceptor{Shape::exponential, 5}}, 1000);
///     while (const auto spike = train.next(10)) ...      // all spikes with t <= 10 ms
///     train.arrive(0, 11.5, 0.8);                        // later than 10 ms
///     while (const auto spike = train.next(20)) ...
///
/// The spikes are those of the SpikeTrain that had known all arrivals at the start: the same problem, the same
/// semantics and the same promise. In Precision::exact they are the same doubles, however the horizons lie.
///
/// Cost: as of SpikeTrain, and O(log events) for an arrival that is handed in the order of time. Memory: all that was
/// handed.
class OpenTrain {
 public:
  /// @param given      the part of the input that is known from the start
  /// @param receptors  where what is handed will act, numbered from 0
  /// @param until      ms, finite, > 0: the last horizon
  /// @throws InvalidArgument  until not finite or not > 0, or a receptor's tau not finite or not > 0
  OpenTrain(const Neuron& neuron, const Current& given, std::vector<Receptor> receptors, double until,
            Precision precision = Precision::exact);
  OpenTrain(OpenTrain&&) noexcept;
  OpenTrain& operator=(OpenTrain&&) noexcept;
  ~OpenTrain();

  /// The next spike with t <= horizon; empty where there is no other one.
  /// @throws InvalidArgument  horizon not a number, earlier than one before it, or later than `until`; or 100 digits do
  ///                          not suffice, see SpikeTrain
  std::optional<Spike> next(double horizon);

  /// The latest horizon asked for, ms, which the train may have reached: arrivals must come later. Less than 0 at
  /// first.
  double horizon() const noexcept { return horizon_; }

  /// Hands the train an arrival: a jump (mV) or a synaptic weight (nA), as the receptor takes it.
  /// @param time  ms, finite, later than horizon(), and not before 0
  /// @throws InvalidArgument  there is no such receptor, the time is not later than horizon(), or a number is not
  ///                          finite; nothing has changed then
  void arrive(std::size_t receptor, double time, double size);

  /// As of SpikeTrain.
  std::span<const Grazing> grazings() const noexcept;

 private:
  std::size_t receptors_;
  double until_;
  double horizon_ = -1;
  std::unique_ptr<detail::Train> train_;
};

}  // namespace lapicque
