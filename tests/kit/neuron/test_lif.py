"""A simulator's own CI test from the recipe of lib/python/README.md: NEURON, with a fixed step and from event to event."""
import pytest

from lapicque import testing

h = pytest.importorskip("neuron").h
FAMILIES = ["literature", "refractoriness", "coincidence"]
kept = []  # NEURON does not stand Python's collecting a section while another is set up


def of_kind(case, kind):
    return [given for given in case.input if given["kind"] == kind]


def run(case, dt=0.1):
    """The case's spike times (ms): steps and voltage jumps, by a passive cell that a callback resets."""
    p = case.neuron
    cell = h.Section(name="cell")
    cell.L = cell.diam = 100 / 3.141592653589793**0.5  # 1e4 um2
    cell.cm = 10 * p["tau"] / p["resistance"]  # tau / R nF on that area, in uF/cm2
    cell.insert("pas")
    cell.g_pas = 0.01 / p["resistance"]
    cell.e_pas = p["rest"]
    clamps = []
    for given in of_kind(case, "step"):
        clamp = h.IClamp(cell(0.5))
        # An IClamp is read in the middle of a step.
        clamp.delay = given.get("start", 0.0)
        clamp.dur = given.get("stop", 1e9) - clamp.delay
        clamp.amp = given["amplitude"]
        clamps.append(clamp)
    hold = h.SEClamp(cell(0.5))
    hold.rs, hold.amp1, hold.dur1 = 1e-9, p["reset"], 0
    times = []

    def spike():
        times.append(h.t)
        cell.v = p["reset"]
        hold.dur1 = h.t + round(p["refractory"] / dt) * dt

    def jump(size):
        if h.t + dt / 2 > hold.dur1:
            cell.v += size

    detector = h.NetCon(cell(0.5)._ref_v, None, sec=cell)
    detector.threshold = p["threshold"]
    detector.record(spike)
    h.CVode().active(False)
    h.dt = dt
    h.finitialize(p["initial"])
    for given in of_kind(case, "pulses"):
        for time, size in zip(given["times"], given["jump"]):
            step = int(time / dt)
            while step * dt < time:  # up to the first grid time that is not before it
                step += 1
            h.CVode().event(step * dt, lambda size=size: jump(size))
    kept.append((cell, clamps, hold, detector))
    while h.t < case.until - dt / 2:
        h.fadvance()
    return times


def run_intfire(case):
    """The case's spike times (ms): voltage jumps alone, by IntFire1, which knows of no grid."""
    p = case.neuron
    cell = h.IntFire1()
    cell.tau, cell.refrac = p["tau"], p["refractory"]
    events = []
    for given in case.input:
        for time, size in zip(given["times"], given["jump"]):
            connection = h.NetCon(None, cell)
            connection.weight[0] = size / (p["threshold"] - p["rest"])
            events.append((connection, time))
    times = h.Vector()
    recorder = h.NetCon(cell, None)
    recorder.record(times)
    h.CVode().active(True)
    parallel = h.ParallelContext()
    parallel.set_maxstep(10)
    h.finitialize()
    for connection, time in events:
        connection.event(time)
    parallel.psolve(case.until)
    return list(times)


@pytest.mark.lapicque(
    tags=["step", "pulses", "refractory", "initial", "reset-is-not-rest"], families=FAMILIES, convention="neuron", dt=0.1)
def test_fixed_step_spikes_are_those_of_the_convention(case, check):
    check(run(case))


@pytest.mark.lapicque(tags=["pulses", "refractory"], convention="neuron-intfire")
def test_event_driven_spikes_are_those_of_the_convention(case, check):
    if case.neuron["initial"] != case.neuron["rest"] or any(min(given["times"]) < 0 for given in case.input):
        pytest.skip("IntFire1 starts at rest, at 0")
    ends = case.times + case.neuron["refractory"]
    if any(0 < time - end < 1e-9 for given in case.input for time in given["times"] for end in ends):
        pytest.skip("IntFire1 loses a jump at the end of refractoriness; the convention, one a hair later too")
    if case.until > 1e8:
        pytest.skip("psolve refuses times as late as that")
    check(run_intfire(case))


def test_a_stamp_that_is_a_step_late_is_named():
    case = next(case for case in testing.cases(["step", "refractory", "reset-is-not-rest"], convention="neuron") if case.spikes)
    judgement = testing.judge(case, [time + 0.1 for time in run(case)], "neuron", dt=0.1)
    assert not judgement and "all times are off by +0.1 ms (+1 steps)" in str(judgement)
