#include "courses.hpp"

#include <cmath>

namespace lapicque::estimation {

double Courses::decay(std::size_t s, double time) const {
  return std::exp(-(time - input_.times()[fit_.stretches[s].anchor]) / fit_.values[tau]);
}

double Courses::own(std::size_t s, std::size_t sample) const {
  return fit_.stretches[s].tied ? 0 : decay(s, input_.times()[sample]);
}

double Courses::potential(std::size_t s, std::size_t sample) const {
  return fit_.values[rest] + fit_.values[resistance] * fit_.response.unit[sample] + fit_.response.jumps[sample] +
         fit_.decays[s] * decay(s, input_.times()[sample]);
}

Vector Courses::gradient(std::size_t s, std::size_t sample) const {
  const Stretch& stretch = fit_.stretches[s];
  const std::size_t a = stretch.anchor;
  const double elapsed = input_.times()[sample] - input_.times()[a];
  const double e = decay(s, input_.times()[sample]);
  const auto drift = [&](std::size_t i) { return fit_.values[resistance] * fit_.slope.unit[i] + fit_.slope.jumps[i]; };
  const double relaxing = fit_.decays[s] * e * elapsed / (fit_.values[tau] * fit_.values[tau]);
  Vector result;
  if (stretch.tied) {
    result << 1 - e, fit_.response.unit[sample] - fit_.response.unit[a] * e, e, drift(sample) - drift(a) * e + relaxing;
  } else {
    result << 1, fit_.response.unit[sample], 0, drift(sample) + relaxing;
    result -= e * fit_.couplings[s];
  }
  return result;
}

double Courses::variance(std::size_t s, std::size_t sample) const {
  const Vector slope = gradient(s, sample);
  const double common = slope.dot(fit_.covariance * slope);
  const double e = own(s, sample);
  return common + (fit_.weights[s] > 0 ? e * e / fit_.weights[s] : 0);
}

std::vector<double> Courses::potentials(std::span<const std::size_t> stretches, std::span<const double> times) const {
  const Response response = input_.at(fit_.values[tau], times);
  std::vector<double> result;
  for (std::size_t k = 0; k < times.size(); ++k) {
    result.push_back(fit_.values[rest] + fit_.values[resistance] * response.unit[k] + response.jumps[k] +
                     fit_.decays[stretches[k]] * decay(stretches[k], times[k]));
  }
  return result;
}

}  // namespace lapicque::estimation
