"""Comparison, distances, conventions, diagnosis, estimation and certificates."""
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lapicque as lq

getcontext().prec = 60
NOISE = lq.samples(0, 1, np.random.default_rng(7).normal(2.6, 1, 300))
trains = st.lists(st.floats(0, 1000), max_size=12).map(sorted)


def victor_purpura(a, b, cost):
    """The usual table: rows and columns of spikes, each left out at 1 or moved at cost per ms."""
    table = np.zeros((len(a) + 1, len(b) + 1))
    table[:, 0], table[0, :] = range(len(a) + 1), range(len(b) + 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            moved = table[i, j] + cost * abs(x - y)
            table[i + 1, j + 1] = min(table[i, j + 1] + 1, table[i + 1, j] + 1, moved)
    return table[-1, -1]


@given(trains, trains, st.floats(1e-3, 10))
def test_victor_purpura_distance_is_that_of_the_usual_table(a, b, cost):
    assert lq.victor_purpura_distance(a, b, cost) == pytest.approx(victor_purpura(a, b, cost), abs=1e-9)
    pairs, total = lq.align(a, b, cost)
    assert total == pytest.approx(len(a) + len(b) - 2 * len(pairs) + cost * sum(abs(a[i] - b[j]) for i, j in pairs), abs=1e-9)


def test_comparison_tells_who_is_missed_and_invented():
    exact = [10, 20, 30, 40]
    comparison = lq.compare(exact, [10.1, 25, 30.1, 40.1], tolerance=0.5, until=50, cost=1)
    assert (comparison.missed, comparison.invented, bool(comparison)) == ([1], [1], False)
    assert comparison.errors == pytest.approx([0.1] * 3) and comparison.shift == pytest.approx(0.1)
    assert (comparison.parting.kind, comparison.parting.time) == ("missed", 20)
    assert bool(lq.compare(exact, exact)) and lq.compare(exact, exact).parting is None
    assert "largest error" in comparison._repr_html_()


@pytest.mark.parametrize("convention", ["brian2", "nest", "neuron", "euler"])
def test_planted_faults_are_named(convention):
    neuron = lq.Neuron()
    right = lq.predicted_spike_times(neuron, NOISE, 300, convention, 0.1)
    assert convention in [found.convention for found in lq.diagnose(neuron, NOISE, 300, right, dt=0.1).explanations]
    long = lq.find_convention(convention).replace(refractory_extra=lq.find_convention(convention).refractory_extra + 1)
    wrong = lq.predicted_spike_times(neuron, NOISE, 300, long, 0.1)
    diagnosis = lq.diagnose(neuron, NOISE, 300, wrong, dt=0.1, convention=convention)
    assert "refractory-one-step-long" in diagnosis.names
    assert "refractoriness lasts one step longer" in diagnosis._repr_html_()


def test_euler_s_steps_are_those_of_its_formula():
    neuron, dt = lq.Neuron(), 0.1
    trace = lq.stepped_trace(neuron, lq.step(0, lq.forever, 1.9), 50, dt, "euler")
    n = np.arange(len(trace.times))
    assert trace.times == pytest.approx(n * dt) and trace.spikes.size == 0
    assert trace.potentials == pytest.approx(-51 - 19 * (1 - dt / 8) ** n, abs=1e-11)
    stepper = lq.Stepper(neuron, lq.step(0, lq.forever, 3), dt, "euler")
    spikes = []
    for _ in range(500):
        stepper.step()
        if stepper.spiked:
            spikes.append(stepper.time)
    assert spikes == lq.stepped_spike_times(neuron, lq.step(0, lq.forever, 3), 50, dt, "euler").tolist()


def test_parameters_are_estimated_from_intervals():
    neuron = lq.Neuron(tau=12, refractory=1.5)
    currents = np.geomspace(2.02, 12, 8)
    estimate = lq.estimate_from_intervals(currents, [lq.spike_times(neuron, lq.step(0, lq.forever, i), 400) for i in currents])
    assert estimate.tau.value == pytest.approx(12, rel=1e-6) and estimate.refractory.value == pytest.approx(1.5, rel=1e-6)
    assert estimate.tau.low <= 12 <= estimate.tau.high
    assert estimate.undetermined["resistance"]
    with pytest.raises(lq.LapicqueError, match="one for each train"):
        lq.estimate_from_intervals([1, 2], [[1, 2]])


def test_certificate_proves_the_closed_form_and_no_other():
    problem = lq.Neuron(), lq.step(5, lq.forever, 2.5), 20
    certificate = lq.certify(*problem, width="1e-30 ms")
    exact = 5 + 8 * Decimal(5).ln()
    spike, = certificate.spikes
    assert Decimal(spike.low) <= exact <= Decimal(spike.high) and spike.kind == "crossing"
    middle, radius = map(Decimal, repr(spike).split(" +/- "))
    assert abs(middle - exact) <= radius < Decimal("1e-29")
    assert lq.check_certificate(*problem, lq.parse_certificate(certificate.to_json())).valid
    verdict = lq.check_certificate(problem[0], lq.step(5, lq.forever, 2.6), 20, certificate)
    assert not verdict and verdict.fault
    assert certificate.experiment == lq.fingerprint(*problem)
