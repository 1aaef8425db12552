#include "lapicque/convention.hpp"

#include <gtest/gtest.h>

#include "lapicque/stepper.hpp"

namespace lapicque {
namespace {
TEST(Convention, EulerIsTheStepper) {
  const Neuron neuron;
  const auto current = step(5, 101, 2.3) + sinusoid(20, 100, 1.5, 250) +
                       exponential_synapse(3, {{1, 2}, {7.03, 4}, {30, 8}}) + alpha_synapse(8, {{-1, 1}, {9, 2}}) +
                       pulses({{0.3, 3}, {50, 8}, {60, 20}});
  for (const double dt : {0.1, 0.05, 0.025, 0.01}) {
    const auto a = stepped_spike_times(neuron, current, 200, dt, Method::exponential_euler);
    EXPECT_EQ(predicted_spike_times(neuron, current, 200, find_convention("exponential-euler"), dt), a);
    EXPECT_EQ(predicted_spike_times(neuron, current, 200, find_convention("euler"), dt),
              stepped_spike_times(neuron, current, 200, dt, Method::euler));
  }
}
}  // namespace
}  // namespace lapicque
