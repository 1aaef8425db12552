#pragma once

#include <memory>
#include <optional>
#include <span>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/spike_train.hpp"
#include "solver/problem.hpp"
#include "solver/step.hpp"

namespace lapicque::detail {

/// A train in the units it is given in, on whichever ladder its numbers take: what SpikeTrain wraps.
class Train {
 public:
  virtual ~Train() = default;
  /// The next spike until a horizon, ms, in ascending horizons until the problem's end.
  std::optional<Spike> next(double horizon) { return ready.next < ready.size ? ready.take() : work_out_next(horizon); }
  /// The next spike when none is ready; others may be ready after it.
  virtual std::optional<Spike> work_out_next(double horizon) = 0;
  /// Hands an event to a receptor of the problem, later than the last horizon.
  virtual void hand(std::size_t receptor, const Event& event) = 0;
  virtual std::span<const Grazing> grazings() const = 0;
  virtual const Effort& effort() const = 0;
  /// How many stretches are done.
  virtual std::uint64_t stretches() const = 0;

  ReadySpikes ready;
};

std::unique_ptr<Train> make_train(const Problem& problem, Precision precision, const SkipsAllowed& skips = {});

}  // namespace lapicque::detail
