#pragma once

#include <optional>
#include <span>

#include "lapicque/recording.hpp"

namespace lapicque::estimation {

/// How intervals change along trains whose current is constant.
struct Adaptation {
  double current;  ///< nA, of the train that shows it best
  double first;    ///< ms: the mean of that train's first quarter of intervals
  double last;     ///< ms: of its last quarter
};

/// Whether the intervals grow, or shrink, along the trains by more than chance makes them in one of 500 tables.
///
/// Two contrasts of the intervals' ranks: one for steady growth, one for growth over the first few spikes. Each train's
/// is divided by its standard deviation over all orders that its intervals could have come in, and the sum over the
/// trains by the root of their number, which makes it nearly normal with variance 1 where the order is chance. Ranks
/// know neither the size of the noise nor its distribution; jitter of the spikes' times only makes the sum smaller.
///
/// @param rounding  ms: how far rounded times may part intervals that are equal. Trains whose intervals differ by no
/// more
///                  are left out, as what is left over from step to step gives the rounding an order of its own.
std::optional<Adaptation> find_adaptation(std::span<const ConstantCurrentTrain> trains, double rounding);

}  // namespace lapicque::estimation
