#pragma once

#include "lapicque/certificates/certificate.hpp"

namespace lapicque {

/// A proof of the spikes with 0 <= t <= until, found and written in interval arithmetic (MPFI).
///
/// Shares the input model with SpikeTrain, and neither code nor method with its solver: events, closed forms, search and
/// signs are done anew, in intervals of at least 256 bits. Where those do not decide, all is done again with twice the
/// bits, up to most_certificate_bits.
///
/// @param until  ms, finite, > 0
/// @param width  ms, finite, > 0: no spike's interval is wider. 1e-45, say, gives spike times of more than 40 digits.
/// @return check() accepts it. Its spikes' low and high agree in all digits that the width allows.
/// @throws InvalidArgument  until or width are not as they must be; or most_certificate_bits do not suffice (an event
///                          that cannot be told from the end of refractoriness; numbers that span too many orders)
///
/// Cost: some 30 us for each event and 200 us for each spike; twice the bits cost two to three times as much.
Certificate certify(const Neuron& neuron, const Current& current, double until, double width = 1e-20);

}  // namespace lapicque
