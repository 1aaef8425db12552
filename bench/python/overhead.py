"""What a call from Python costs over the library's own time: PYTHONPATH=build/release/python python3 bench/python/overhead.py

`response_amplitude` is some ten operations on doubles: its time for one number is the call, and its time for an element of an
array is the library's. A train of one spike and a long one show the same of trains.
"""
import timeit

import numpy as np

import lapicque as lq

NEURON = lq.Neuron()
DRIVE = lq.step(0, lq.forever, 2.5)


def best(call, number):
    """Microseconds a call, the best of seven."""
    return 1e6 * min(timeit.repeat(call, number=number, repeat=7)) / number


def main():
    currents = np.linspace(2.1, 10, 100_000)
    print("what,microseconds")
    print(f"reading an attribute,{best(lambda: NEURON.tau, 10_000):.2f}")
    print(f"a neuron with one parameter,{best(lambda: lq.Neuron(tau=12), 10_000):.2f}")
    print(f"a step current,{best(lambda: lq.step(0, 100, 2.5), 10_000):.2f}")
    print(f"response_amplitude of one number,{best(lambda: lq.response_amplitude(NEURON, 2.5, 250.0), 10_000):.2f}")
    print(f"response_amplitude of 1e5 numbers (one),{best(lambda: lq.response_amplitude(NEURON, 2.5, currents), 3) / 1e5:.4f}")
    print(f"spike_times of one spike,{best(lambda: lq.spike_times(NEURON, DRIVE, 20), 1000):.2f}")
    print(f"spike_times of 1e6 spikes (one),{best(lambda: lq.spike_times(NEURON, DRIVE, 1.309e7), 1) / 1e6:.4f}")


if __name__ == "__main__":
    main()
