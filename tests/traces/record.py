"""Records the membrane potentials in this folder with Brian 2: python3 record.py (Debian's python3-brian).

Each file says in its first lines what neuron it is of. The potential is recorded as Brian 2 does by default, before the
state update of each step; the current is held for a step (TimedArray) and the integration method is 'exact'.
"""
import numpy as np
import brian2
from brian2 import *

prefs.codegen.target = "numpy"
STEP = 0.1  # ms


def record(name, neuron, amplitudes, comment):
    start_scope()
    defaultclock.dt = STEP * ms
    drive = TimedArray(np.asarray(amplitudes) * nA, dt=STEP * ms)
    group = NeuronGroup(
        1,
        "dv/dt = (-(v - u_rest) + resistance * drive(t)) / tau_m : volt (unless refractory)",
        threshold="v > theta", reset="v = u_reset", refractory=neuron["refractory"] * ms, method="exact",
        namespace={"u_rest": neuron["rest"] * mV, "u_reset": neuron["reset"] * mV, "theta": neuron["threshold"] * mV,
                   "resistance": neuron["resistance"] * Mohm, "tau_m": neuron["tau"] * ms, "drive": drive})
    group.v = neuron["rest"] * mV
    monitor = StateMonitor(group, "v", record=True)
    run(len(amplitudes) * STEP * ms)
    with open(name, "w") as out:
        out.write(f"# Brian 2 {brian2.__version__}, record.py: {comment}\n")
        out.write("# " + ", ".join(f"{key} {value}" for key, value in neuron.items()) + "\n")
        out.write("time_ms,potential_mV,current_nA\n")
        for t, v, i in zip(monitor.t / ms, monitor.v[0] / mV, amplitudes):
            out.write(f"{round(float(t), 6)!r},{float(v)!r},{float(i)!r}\n")


times = np.arange(1500) * STEP
random = np.random.default_rng(1907)

record("brian2_steps.csv",
       dict(rest=-70, reset=-65, threshold=-50, resistance=10, tau=8, refractory=2),
       np.where((times >= 5) & (times < 45), 1.5, 0) + np.where((times >= 60) & (times < 100), 2.6, 0)
       + np.where((times >= 110) & (times < 140), 4.5, 0), "three steps of current")
record("brian2_noise.csv",
       dict(rest=-62.3, reset=-71.7, threshold=-47.1, resistance=31.7, tau=13.9, refractory=3.3),
       np.repeat(random.normal(0.7, 0.9, 150), 10).round(4), "a noise current, a new sample every ms")
record("brian2_sinusoid.csv",
       dict(rest=-75.1, reset=-58.2, threshold=-52.9, resistance=4.4, tau=21.3, refractory=0),
       (6 + 5 * np.sin(2 * np.pi * 40 * times / 1000)) * (times >= 10), "a sinusoidal current of 40 Hz, sampled")
record("brian2_ramp.csv",
       dict(rest=-66, reset=-60.5, threshold=-45.25, resistance=52, tau=5.2, refractory=4.75),
       np.where(times >= 5, 0.012 * (times - 5), 0), "a ramp, refractory period between two steps")
