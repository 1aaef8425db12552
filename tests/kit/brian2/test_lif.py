"""A simulator's own CI test from the recipe of lib/python/README.md: Brian 2's exact integration at 0.1 ms."""
import math

import numpy as np
import pytest

from lapicque import testing

brian2 = pytest.importorskip("brian2")
brian2.prefs.codegen.target = "numpy"


def run(case, dt=0.1):
    """The case's spike times (ms): steps and voltage jumps."""
    from brian2 import NeuronGroup, SpikeGeneratorGroup, SpikeMonitor, Synapses, TimedArray, mV, ms

    brian2.start_scope()
    brian2.defaultclock.dt = dt * ms
    p = case.neuron
    grid = np.arange(int(round(case.until / dt)) + 1) * dt
    drive = np.full(len(grid), p["rest"])
    times, jumps = [], []
    for given in case.input:
        if given["kind"] == "step":
            on = (grid >= given.get("start", 0)) & (grid < given.get("stop", math.inf))
            drive[on] += p["resistance"] * given["amplitude"]
        else:
            times += given["times"]
            jumps += given["jump"]
    u_inf = TimedArray(drive * mV, dt=dt * ms)
    cell = NeuronGroup(
        1, "dv/dt = (u_inf(t) - v) / tau : volt (unless refractory)", threshold="v > theta", reset="v = reset",
        refractory=p["refractory"] * ms, method="exact",
        namespace={"u_inf": u_inf, "tau": p["tau"] * ms, "theta": p["threshold"] * mV, "reset": p["reset"] * mV})
    cell.v = p["initial"] * mV
    objects = [cell, SpikeMonitor(cell)]
    if times:
        source = SpikeGeneratorGroup(len(times), range(len(times)), np.array(times) * ms)
        arrivals = Synapses(source, cell, "jump : volt", on_pre="v_post += jump * int(not_refractory_post)")
        arrivals.connect()
        arrivals.jump = np.array(jumps) * mV
        objects += [source, arrivals]
    brian2.Network(*objects).run(case.until * ms)
    return objects[1].t / ms


@pytest.mark.lapicque(
    tags=["step", "pulses", "refractory", "initial", "reset-is-not-rest"],
    families=["literature", "refractoriness", "coincidence"], convention="brian2", dt=0.1)
def test_spikes_are_those_of_the_convention(case, check):
    check(run(case))


def test_a_stamp_that_is_a_step_late_is_named():
    case = next(case for case in testing.cases(["step", "refractory", "reset-is-not-rest"], convention="brian2") if case.spikes)
    judgement = testing.judge(case, run(case) + 0.1, "brian2", dt=0.1)
    assert not judgement and "all times are off by +0.1 ms (+1 steps)" in str(judgement)
