#include <iostream>
#include <lapicque/lapicque.hpp>

int main() {
  const lapicque::Neuron neuron{};  // of the exercises, or neuron({.tau = 12}); in mV, ms, nA, MOhm, Hz
  const auto current = lapicque::step(5, 101, 2.5) + lapicque::sinusoid(20, 100, 0.5, 250);

  std::cout << "rheobase " << lapicque::rheobase(neuron) << " nA\n";
  std::cout.precision(17);
  for (const double t : lapicque::spike_times(neuron, current, 200)) std::cout << t << " ms\n";
}
