"""A simulator's own CI test from the recipe of lib/python/README.md: Nengo's LIF neuron, stepped as its simulator does."""
import numpy as np
import pytest

from lapicque import testing

nengo = pytest.importorskip("nengo")


def run(case, dt=0.1):
    """The case's spike times (ms), its current in units of what brings the potential from rest to threshold."""
    p = case.neuron
    height = p["threshold"] - p["rest"]

    def drive(seconds):
        time = round(1000 * seconds / dt) * dt
        current = 0.0
        for given in case.input:
            if given["kind"] == "step":
                current += given["amplitude"] * (given.get("start", 0) <= time < given.get("stop", np.inf))
                continue
            s = (time - np.array(given["times"])) / given["tau"]
            kernel = np.exp(-s) if given["shape"] == "exponential" else s * np.exp(1 - s)
            current += np.sum(np.where(s >= 0, np.array(given["weights"]) * kernel, 0))
        return p["resistance"] * current / height

    with nengo.Network() as model:
        cell = nengo.Ensemble(1, 1, gain=[1], bias=[0], neuron_type=nengo.LIF(
            tau_rc=p["tau"] / 1000, tau_ref=p["refractory"] / 1000,
            initial_state={"voltage": nengo.dists.Choice([(p["initial"] - p["rest"]) / height])}))
        nengo.Connection(nengo.Node(drive), cell.neurons, synapse=None)
        spikes = nengo.Probe(cell.neurons)
    with nengo.Simulator(model, dt=dt / 1000, progress_bar=False) as simulator:
        simulator.run_steps(int(np.ceil(case.until / dt - 1e-9)))
        return [(n + 1) * dt for n in np.flatnonzero(simulator.data[spikes][:, 0])]


@pytest.mark.lapicque(
    tags=["step", "exponential-synapse", "alpha-synapse", "several-synaptic-time-constants", "refractory", "initial"],
    convention="nengo", dt=0.1)
def test_spikes_are_those_of_the_convention(case, check):
    if case.neuron["initial"] < case.neuron["rest"]:
        pytest.skip("Nengo keeps the potential above rest")
    check(run(case))


def test_a_stamp_that_is_a_step_late_is_named():
    case = next(case for case in testing.cases(["step", "refractory"], convention="nengo") if case.spikes)
    judgement = testing.judge(case, [time + 0.1 for time in run(case)], "nengo", dt=0.1)
    assert not judgement and "all times are off by +0.1 ms (+1 steps)" in str(judgement)
