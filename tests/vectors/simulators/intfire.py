"""The test vectors in NEURON's IntFire1 and IntFire4, as far as these can do them.

    python3 intfire.py

IntFire1 takes jumps, IntFire4 excitation by one exponential synapse faster than the membrane. Both reset to rest; IntFire4
has no refractoriness, so that it is held against the first spike only. Variable time step, so that events keep their times.
Right is a train with as many spikes as there are, each within 1e-6 ms of its exact time.
"""
import math

from neuron import h

from scores import CannotDo, score

h.load_file("stdrun.hoc")


def simulate(experiment):
    n, inputs = experiment["neuron"], experiment.get("input", [])
    kinds = [part["kind"] for part in inputs]
    height = n["threshold"] - n["rest"]
    if height <= 0 or n["initial"] != n["rest"] or experiment["run"]["until"] > 1e8:  # psolve refuses 1e9 ms
        raise CannotDo
    events, counted = [], None
    if kinds and set(kinds) == {"pulses"} and n["reset"] == n["rest"]:
        cell = h.IntFire1()
        cell.tau, cell.refrac = n["tau"], n["refractory"]
        events = [(t, jump / height) for part in inputs for t, jump in zip(part["times"], part["jump"]) if t >= 0]
    elif kinds and set(kinds) == {"synapse"}:
        tau, tau_s = n["tau"], inputs[0]["tau"]
        if tau_s >= tau or any(part["shape"] != "exponential" or part["tau"] != tau_s or min(part["times"]) < 0 or
                               min(part["weights"]) < 0 for part in inputs):
            raise CannotDo
        cell = h.IntFire4()
        cell.taum, cell.taui2, cell.taui1 = tau, tau_s + 0.8 * (tau - tau_s), tau_s + 0.4 * (tau - tau_s)
        cell.taue = tau_s
        # A weight is the height of the potential that it makes, in units of the threshold.
        top = math.log(tau / tau_s) / (1 / tau_s - 1 / tau)
        height_of_1 = tau_s / (tau - tau_s) * (math.exp(-top / tau) - math.exp(-top / tau_s))
        events = [(t, w * n["resistance"] * height_of_1 / height)
                  for part in inputs for t, w in zip(part["times"], part["weights"])]
        counted = 1
    else:
        raise CannotDo
    connections = []
    for _, weight in events:
        connections.append(h.NetCon(None, cell))
        connections[-1].weight[0] = weight
    times = h.Vector()
    recorder = h.NetCon(cell, None)
    recorder.record(times)
    h.cvode_active(1)
    parallel = h.ParallelContext()
    parallel.set_maxstep(10)
    h.finitialize()
    for connection, (time, _) in zip(connections, events):
        connection.event(time)
    parallel.psolve(experiment["run"]["until"])
    return list(times), counted


if __name__ == "__main__":
    print(f"NEURON {h.nrnversion(0)}")
    score(simulate, tolerance=1e-6)
