#include "lapicque/estimation.hpp"

#include "free_fit.hpp"
#include "measured_trace.hpp"
#include "readings.hpp"
#include "report.hpp"
#include "segments.hpp"
#include "timing.hpp"

namespace lapicque {

NeuronEstimate estimate_neuron(const VoltageTrace& trace, const Current& current, SpikeTiming timing) {
  using namespace estimation;
  const MeasuredTrace measured = measure(trace);
  const Readings readings = read_current(current, measured.times);
  Segments segments = find_segments(measured, readings);
  FreeFit free = fit_free_courses(measured, current, readings, segments);
  while (!segments.spikes.empty() && spikes_begin_clipped(measured, segments, free)) {
    for (SampledSpike& spike : segments.spikes) --spike.last;
    free = fit_free_courses(measured, current, readings, segments);
  }
  const Evidence evidence{measured, current, segments, free};
  if (!is_explained(evidence)) return report_misfit(evidence);
  if (segments.spikes.empty()) return report_passive(evidence);
  return report_spikes(evidence, read_spikes(measured, segments, free, timing));
}

}  // namespace lapicque
