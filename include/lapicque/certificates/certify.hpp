#pragma once

#include <span>
#include <string>

#include "lapicque/certificates/certificate.hpp"
#include "lapicque/spike_train.hpp"

namespace lapicque {

/// A proof of the spikes with 0 <= t <= until, found and written in interval arithmetic (MPFI).
///
/// Shares the input model with SpikeTrain, and neither code nor method with its solver: events, closed forms, search
/// and signs are done anew, in intervals of at least 256 bits. Where those do not decide, all is done again with twice
/// the bits, up to most_certificate_bits.
///
/// @param until  ms, finite, > 0
/// @param width  ms, finite, > 0: no spike's interval is wider. 1e-45, say, gives spike times of more than 40 digits.
/// @return check() accepts it. Its spikes' low and high agree in all digits that the width allows.
/// @throws InvalidArgument  until or width are not as they must be; or most_certificate_bits do not suffice (an event
///                          that cannot be told from the end of refractoriness; numbers that span too many orders)
///
/// Cost: 10 to 50 us for each event and 100 us for each spike at 256 bits, 200 us with several sinusoids and synapses;
/// the checker takes a third to all of that. Twice the bits cost two to three times as much.
Certificate certify(const Neuron& neuron, const Current& current, double until, double width = 1e-20);

/// Where a train and a certificate of the same experiment differ, in words; empty if they agree: as many spikes in
/// both, and each one's time no farther from its certified interval than the error it states, and an ulp.
std::string disagreement(const Certificate& certificate, std::span<const Spike> spikes);

}  // namespace lapicque
