"""The test vectors in Brian 2, as a user would write them: dt = 0.1 ms, its exact integration.

    python3 brian.py

Brian solves the linear equations exactly, symbol by symbol; where there are two synapses of different kinds or more that
takes minutes, and rk4 is taken. The current is sampled at the middle of each step and held; arrivals and jumps are spikes of a SpikeGeneratorGroup. Right
is a train with as many spikes as there are, each within two steps of its exact time.
"""
import math
import warnings

import brian2 as b
import numpy as np

from scores import CannotDo, score

DT = 0.1  # ms
LONGEST = 20000  # ms: longer runs take too many steps


def held_current(inputs, steps):
    """The smooth part of the current at the middle of each step, nA."""
    t = (np.arange(steps) + 0.5) * DT
    current = np.zeros(steps)
    for part in inputs:
        start, stop = part.get("start", 0), part.get("stop", math.inf)
        on = (t >= start) & (t < stop)
        if part["kind"] == "step":
            current += on * part["amplitude"]
        elif part["kind"] == "ramp":
            current += on * (part["from"] + (part["to"] - part["from"]) * (t - start) / (stop - start))
        elif part["kind"] == "sinusoid":
            current += on * part["amplitude"] * np.sin(2e-3 * np.pi * part["frequency"] * (t - start) + part["phase"])
        elif part["kind"] == "samples":
            values, k = np.array(part["values"]), (t - start) / part["step"]
            inside = (k >= 0) & (k < len(values))
            if part["hold"] == "linear":
                current += inside * np.interp(k, np.arange(len(values)), values)
            else:
                current += np.where(inside, values[np.clip(k, 0, len(values) - 1).astype(int)], 0)
    return current


def simulate(experiment):
    n, until, inputs = experiment["neuron"], experiment["run"]["until"], experiment.get("input", [])
    if until > LONGEST:
        raise CannotDo
    b.start_scope()
    b.defaultclock.dt = DT * b.ms
    steps = int(math.ceil(until / DT)) + 1
    synapses = {}  # one set of equations for each shape and time constant
    for part in inputs:
        if part["kind"] == "synapse":
            merged = synapses.setdefault((part["shape"], part["tau"]), {**part, "times": [], "weights": []})
            merged["times"] += part["times"]
            merged["weights"] += part["weights"]
    equations = "dv/dt = (%r - v + %r * (I(t)%s)) / (%r*ms) : 1 (unless refractory)\n" % (
        n["rest"], n["resistance"], "".join(f" + g{k}" for k in range(len(synapses))), n["tau"])
    events = []  # time, what an event does, size
    start = {}
    for k, part in enumerate(synapses.values()):
        tau, alpha = part["tau"], part["shape"] == "alpha"
        equations += f"dg{k}/dt = {f'(h{k} - g{k})' if alpha else f'-g{k}'} / ({tau!r}*ms) : 1\n"
        if alpha:
            equations += f"dh{k}/dt = -h{k} / ({tau!r}*ms) : 1\n"
        for time, weight in zip(part["times"], part["weights"]):
            if time >= 0:
                events.append((time, f"h{k}" if alpha else f"g{k}", weight * (math.e if alpha else 1)))
                continue
            left = weight * math.exp(time / tau)
            g, h = (left * math.e * -time / tau, left * math.e) if alpha else (left, 0)
            start[f"g{k}"] = start.get(f"g{k}", 0) + g
            start[f"h{k}"] = start.get(f"h{k}", 0) + h
    for part in inputs:
        if part["kind"] == "pulses":
            events += [(time, "v", jump) for time, jump in zip(part["times"], part["jump"]) if time >= 0]

    current = b.TimedArray(held_current(inputs, steps), dt=DT * b.ms)
    neuron = b.NeuronGroup(1, equations, threshold=f"v >= {n['threshold']!r}", reset=f"v = {n['reset']!r}",
                           refractory=n["refractory"] * b.ms, method="exact" if len(synapses) < 2 else "rk4",
                           namespace={"I": current})
    neuron.v = n["initial"]
    for name, value in start.items():
        if hasattr(neuron, name):
            setattr(neuron, name, value)
    network = b.Network(neuron)
    if events:
        source = b.SpikeGeneratorGroup(len(events), range(len(events)), [time for time, _, _ in events] * b.ms)
        network.add(source)
        for variable in sorted({what for _, what, _ in events}):
            connection = b.Synapses(source, neuron, "w : 1", on_pre=f"{variable}_post += w")
            mine = [k for k, (_, what, _) in enumerate(events) if what == variable]
            connection.connect(i=mine, j=0)
            connection.w = [events[k][2] for k in mine]
            network.add(connection)
    monitor = b.SpikeMonitor(neuron)
    network.add(monitor)
    network.run(until * b.ms)
    return sorted(float(t / b.ms) for t in monitor.t), None


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    b.BrianLogger.suppress_hierarchy("brian2")
    b.prefs.codegen.target = "numpy"
    print(f"Brian {b.__version__}, dt = {DT} ms")
    score(simulate, tolerance=2 * DT + 1e-9)
