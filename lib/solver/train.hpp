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
  /// The next spike that is not ready; others may be ready after it.
  virtual std::optional<Spike> next() = 0;
  virtual std::span<const Grazing> grazings() const = 0;
  virtual const Effort& effort() const = 0;
  /// How many stretches are done.
  virtual std::uint64_t stretches() const = 0;

  ReadySpikes ready;
};

std::unique_ptr<Train> make_train(const Problem& problem, Precision precision, const SkipsAllowed& skips = {});

}  // namespace lapicque::detail
