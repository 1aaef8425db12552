#!/usr/bin/env python3
"""What a neuron and event costs NEST's precise models: a population under one list of arrivals, as in population_bench.

    nest_populations.py [--neurons N]    prints model,step_ms,ns_per_event; takes nest-simulator (PyPI)
"""
import argparse
import random
import time

import nest

NEURON = {'E_L': -70.0, 'V_reset': -75.0, 'V_th': -50.0, 't_ref': 2.0, 'tau_m': 8.0, 'C_m': 800.0}
# Amplitudes as in population_bench, in pA and mV; an alpha function of NEST has its weight for its peak.
MODELS = {
    'delta': ('iaf_psc_delta_ps', [(10, 0.3)], {}),
    'exponential': ('iaf_psc_exp_ps', [(10, 120.0)], {'tau_syn_ex': 2.0, 'tau_syn_in': 6.0}),
    'balanced': ('iaf_psc_exp_ps', [(5, 300.0), (5, -60.0)], {'tau_syn_ex': 2.0, 'tau_syn_in': 6.0}),
    'alpha': ('iaf_psc_alpha_ps', [(10, 45.0)], {'tau_syn_ex': 2.0, 'tau_syn_in': 6.0}),
}


def arrivals(rate, duration, draw):
    """Poisson arrivals at a rate, 1/ms."""
    times = []
    t = 1.0 + draw.expovariate(rate)
    while t < duration:
        times.append(t)
        t += draw.expovariate(rate)
    return times


def cost(model, inputs, parameters, step, size, duration=1000.0):
    nest.ResetKernel()
    if hasattr(nest, 'VerbosityLevel'):  # from 3.10 on
        nest.verbosity = nest.VerbosityLevel.ERROR
    else:
        nest.set_verbosity('M_ERROR')
    nest.resolution = step
    nest.local_num_threads = 1
    neurons = nest.Create(model, size, params={**NEURON, **parameters})
    draw = random.Random(3)
    events = 0
    for rate, weight in inputs:
        times = arrivals(rate, duration - 2 * step, draw)
        events += len(times)
        source = nest.Create('spike_generator', params={'precise_times': True, 'spike_times': times})
        nest.Connect(source, neurons, syn_spec={'weight': weight, 'delay': step})
    nest.Prepare()
    start = time.process_time()
    nest.Run(duration)
    taken = time.process_time() - start
    nest.Cleanup()
    return taken / (events * size) * 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--neurons', type=int, default=1000, help='how many (%(default)s)')
    options = parser.parse_args()
    print('model,step_ms,ns_per_event')
    for name, (model, inputs, parameters) in MODELS.items():
        for step in (0.1, 1.0):
            best = min(cost(model, inputs, parameters, step, options.neurons) for _ in range(3))
            print(f'{name},{step},{best:.1f}', flush=True)


if __name__ == '__main__':
    main()
