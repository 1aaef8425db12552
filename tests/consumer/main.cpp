#include <cstdio>
#include <lapicque/lapicque.hpp>

int main() {
  const lapicque::Neuron neuron{};
  const auto current = lapicque::step(5, 101, 2.5) + lapicque::sinusoid(20, 100, 0.5, 250);
  for (const double t : lapicque::spike_times(neuron, current, 200)) std::printf("%.17g\n", t);
  std::printf("rheobase %g nA\n", lapicque::rheobase(neuron));
}
