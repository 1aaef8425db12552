#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lapicque/certificates/certificate.hpp"

namespace lapicque {

/// What came of checking a certificate.
struct Verdict {
  bool valid;
  std::string fault;                     ///< which entry is wrong, and why; empty if valid
  std::vector<std::string> assumptions;  ///< what the proof takes for granted: see Certificate
};

/// Whether a certificate proves the spikes of an experiment: every claim is verified in interval arithmetic, with no
/// regard to how it was found. See Certificate for what is claimed.
///
/// What cannot be proven is not valid; nothing is taken on trust, the fingerprint included.
Verdict check(const Neuron& neuron, const Current& current, double until, const Certificate& certificate);

}  // namespace lapicque
