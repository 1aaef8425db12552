"""Populations: the same bits as one by one, in two arrays."""
import threading

import numpy as np
import pytest

import lapicque as lq

NEURONS = [lq.Neuron(tau=tau) for tau in np.linspace(5, 20, 30)]
CURRENTS = [lq.sinusoid(0, lq.forever, 5, frequency) for frequency in np.linspace(5, 80, 30)]


@pytest.mark.parametrize("precision", ["exact", "fast"])
def test_members_spike_as_they_do_one_by_one(precision):
    together = lq.population_spike_times(NEURONS, CURRENTS, 300, precision)
    alone = [lq.spike_times(n, c, 300, precision) for n, c in zip(NEURONS, CURRENTS)]
    assert [times.tolist() for times in together] == [times.tolist() for times in alone]
    counts = lq.population_spike_counts(NEURONS, CURRENTS, 300, precision)
    assert counts.tolist() == [len(times) for times in alone] == np.diff(together.offsets).tolist()
    assert together.times.tolist() == np.concatenate(alone).tolist()


def test_a_single_neuron_or_current_is_shared():
    shared = lq.population_spike_times(NEURONS, lq.step(0, lq.forever, 3), 100)
    assert len(shared) == 30
    assert shared[-1].tolist() == lq.spike_times(NEURONS[-1], lq.step(0, lq.forever, 3), 100).tolist()
    assert len(lq.population_spike_times([], lq.Current(), 100)) == 0
    with pytest.raises(TypeError, match="neurons must be a Neuron"):
        lq.population_spike_times([1], lq.Current(), 100)


def test_members_are_views_that_outlive_the_result():
    member = lq.population_spike_times(NEURONS, lq.step(0, lq.forever, 3), 100)[3]
    assert member.base is not None and member[0] == lq.spike_times(NEURONS[3], lq.step(0, lq.forever, 3), 100)[0]


def test_progress_is_told_to_the_end_and_may_end_the_work():
    seen = []
    lq.population_spike_counts(NEURONS, lq.Current(), 100, progress=lambda done, size: seen.append((done, size)))
    assert seen[-1] == (30, 30)

    def refuse(done, size):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        lq.population_spike_counts(NEURONS, lq.Current(), 100, progress=refuse)


def test_other_threads_run_while_one_solves():
    seen = []
    solving = threading.Thread(target=lambda: seen.append(len(lq.spike_times(lq.Neuron(), lq.step(0, lq.forever, 3), 1e7))))
    solving.start()
    ticks = 0
    while solving.is_alive():
        ticks += 1
        solving.join(0.01)
    assert ticks > 1 and seen == [lq.spike_count(lq.Neuron(), 3, 1e7)]
