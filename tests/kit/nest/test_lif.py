"""A simulator's own CI test from the recipe of lib/python/README.md: NEST's iaf_psc_delta on its grid of 0.1 ms."""
import math

import numpy as np
import pytest

from lapicque import testing

nest = pytest.importorskip("nest")
nest.set_verbosity("M_ERROR")


def on_grid(time, dt):
    """The first grid time (ms) at or after a time."""
    return round(math.ceil(round(time / dt, 9)) * dt, 9)


def run(case, dt=0.1):
    """The case's spike times (ms): steps and voltage jumps."""
    nest.ResetKernel()
    nest.resolution = dt
    p = case.neuron
    tau = p["tau"]
    # C_m = tau / R in nF, which NEST takes in pF.
    cell = nest.Create("iaf_psc_delta", params={
        "E_L": p["rest"], "V_m": p["initial"], "V_reset": p["reset"], "V_th": p["threshold"], "tau_m": tau,
        "C_m": 1000 * tau / p["resistance"], "t_ref": p["refractory"], "I_e": 0.0})
    until = (np.ceil(case.until / dt) + 2) * dt
    for given in case.input:
        if given["kind"] == "step":
            # Generators take times of the grid only: the first at or after the case's. They act a step late, their delay.
            start, stop = (on_grid(given.get(key, default), dt) for key, default in [("start", 0.0), ("stop", until)])
            if start >= stop:
                continue
            source = nest.Create("dc_generator", params={
                "amplitude": 1000 * given["amplitude"], "start": start, "stop": stop})
            nest.Connect(source, cell, syn_spec={"weight": 1.0, "delay": dt})
        else:
            if np.min(given["times"]) < 1.5 * dt:
                pytest.skip("a generator's first spike is one step after 0, and arrives its delay, another step, later")
            order = np.argsort(given["times"])
            source = nest.Create("spike_generator", params={
                "spike_times": np.array(given["times"])[order] - dt, "spike_weights": np.array(given["jump"])[order],
                "allow_offgrid_times": True})
            nest.Connect(source, cell, syn_spec={"weight": 1.0, "delay": dt})
    recorder = nest.Create("spike_recorder")
    nest.Connect(cell, recorder)
    nest.Simulate(until)
    times = np.sort(recorder.get("events")["times"])
    return times[times <= case.until]


@pytest.mark.lapicque(
    tags=["step", "pulses", "refractory", "initial", "reset-is-not-rest"],
    families=["literature", "refractoriness", "coincidence"], convention="nest-generator", dt=0.1)
def test_spikes_are_those_of_the_convention(case, check):
    check(run(case))


def test_a_stamp_that_is_a_step_late_is_named():
    case = next(case for case in testing.cases(["step", "refractory", "reset-is-not-rest"], convention="nest-generator") if case.spikes)
    judgement = testing.judge(case, run(case) + 0.1, "nest-generator", dt=0.1)
    assert not judgement and "all times are off by +0.1 ms (+1 steps)" in str(judgement)
