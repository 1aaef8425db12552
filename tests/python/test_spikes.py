"""Trains, potentials and currents against closed forms worked out here."""
import pickle
from decimal import Decimal, getcontext
from itertools import takewhile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lapicque as lq

getcontext().prec = 60

taus = st.floats(1, 50)
strengths = st.floats(2.0001, 50)


def spikes_of_constant_drive(neuron, current):
    """Spike times under a current from t = 0 on, in 60 digits: t = tau ln((u_inf - u) / (u_inf - threshold))."""
    d = {name: Decimal(value) for name, value in neuron.parameters().items()}
    u_inf = d["rest"] + d["resistance"] * Decimal(current)
    ln = ((u_inf - d["rest"]) / (u_inf - d["threshold"])).ln()
    time = d["tau"] * ln
    period = d["refractory"] + d["tau"] * ((u_inf - d["reset"]) / (u_inf - d["threshold"])).ln()
    while True:
        yield time
        time += period


def constant_drive(neuron, current, until):
    return list(takewhile(lambda time: time <= Decimal(until), spikes_of_constant_drive(neuron, current)))


@settings(max_examples=100)
@given(taus, strengths)
def test_constant_drive_gives_the_doubles_nearest_to_the_closed_form(tau, current):
    neuron = lq.Neuron(tau=tau)
    expected = [float(time) for time in constant_drive(neuron, current, 100)]
    assert lq.spike_times(neuron, lq.step(0, lq.forever, current), 100).tolist() == expected


@settings(max_examples=100)
@given(taus, strengths)
def test_error_and_remainder_hold_the_closed_form(tau, current):
    neuron = lq.Neuron(tau=tau)
    exact = constant_drive(neuron, current, 100)
    train = lq.spike_train(neuron, lq.step(0, lq.forever, current), 100)
    for spike, time in zip(train, exact):
        assert abs(Decimal(spike.time) - time) <= Decimal(spike.error)
        assert abs(Decimal(spike.time) + Decimal(spike.remainder) - time) < Decimal("1e-27")
    u_inf = neuron.rest + neuron.resistance * current
    assert train.slopes == pytest.approx((u_inf - neuron.threshold) / tau, rel=1e-12)


def test_train_is_a_sequence_of_spikes_beside_its_arrays():
    train = lq.spike_train(lq.Neuron(), lq.step(0, lq.forever, 3), 100)
    assert len(train) == len(constant_drive(lq.Neuron(), 3, 100)) == 10
    assert [spike.time for spike in train] == train.times.tolist() == np.asarray(train).tolist()
    assert train[-1].time == train.times[-1]
    assert float(train[0]) == train.times[0]
    with pytest.raises(IndexError):
        train[len(train)]
    with pytest.raises(ValueError):  # a view of the train, which does not change
        train.times[0] = 0


def test_arrays_of_a_train_outlive_it():
    times = lq.spike_train(lq.Neuron(), lq.step(0, lq.forever, 3), 100).times
    assert times[0] == float(constant_drive(lq.Neuron(), 3, 100)[0])


def test_stream_yields_the_spikes_of_the_train():
    problem = lq.Neuron(), lq.sinusoid(0, lq.forever, 6, 40), 500
    assert [spike.time for spike in lq.spikes(*problem)] == lq.spike_times(*problem).tolist()


def test_open_train_that_is_handed_its_arrivals_spikes_as_if_it_had_known_them():
    arrivals = np.arange(1.5, 90, 3.25)
    known = lq.spike_times(lq.Neuron(), lq.alpha_synapse(2, arrivals, 9), 100)
    train = lq.OpenTrain(lq.Neuron(), lq.Current(), [lq.SynapticReceptor("alpha", 2)], 100)
    times = []
    for arrival in arrivals:
        while spike := train.next(arrival - 1):
            times.append(spike.time)
        train.arrive(0, arrival, 9)
    while spike := train.next(100):
        times.append(spike.time)
    assert len(times) > 3 and times == known.tolist()
    with pytest.raises(lq.LapicqueError, match="receptor"):
        train.arrive(1, 100, 1)


@settings(max_examples=50)
@given(st.lists(st.floats(0, 40), min_size=1, max_size=20).map(sorted), strengths)
def test_potential_follows_the_closed_form_until_the_first_spike(times, current):
    neuron = lq.Neuron()
    first = next(spikes_of_constant_drive(neuron, current))
    u_inf = Decimal(-70) + 10 * Decimal(current)
    potentials = lq.membrane_potential(neuron, lq.step(0, lq.forever, current), times)
    for time, potential in zip(times, potentials):
        if Decimal(time) < first:
            exact = u_inf + (Decimal(-70) - u_inf) * (-Decimal(time) / 8).exp()
            assert potential == pytest.approx(float(exact), abs=1e-12 * abs(float(u_inf)))


def test_pieces_are_what_they_were_made_of():
    values = np.array([0.5, 1, 2])
    current = (lq.step(1, 2, 3) + lq.ramp(0, 50, 1, 3) + lq.sinusoid(0, 9, 1, 250, 0.5) + lq.samples(0, 0.1, values, "linear")
               + lq.pulses([4, 3], [1, 2]) + lq.exponential_synapse(5, [1, 2], 0.5) + lq.alpha_synapse(6, [], 1))
    step, ramp, sinusoid, samples, pulses, exponential, alpha = current.pieces
    assert (step.start, step.stop, step.amplitude) == (1, 2, 3)
    assert (ramp.start, ramp.stop, ramp.from_, ramp.to) == (0, 50, 1, 3)
    assert (sinusoid.stop, sinusoid.amplitude, sinusoid.frequency, sinusoid.phase) == (9, 1, 250, 0.5)
    assert (samples.start, samples.step, samples.hold, samples.values.tolist()) == (0, 0.1, "linear", [0.5, 1, 2])
    assert (pulses.times.tolist(), pulses.jumps.tolist()) == ([3, 4], [2, 1])
    assert (exponential.shape, exponential.tau, exponential.weights.tolist()) == ("exponential", 5, [0.5, 0.5])
    assert (alpha.shape, alpha.times.size) == ("alpha", 0)
    assert sum([lq.step(1, 2, 3), lq.ramp(0, 1, 0, 1)]).pieces[0].amplitude == 3
    with pytest.raises(TypeError):
        3 + current


def test_pickled_objects_are_the_same():
    current = lq.step(1, 2, 3) + lq.samples(0, 0.1, [1, 2]) + lq.pulses([3], 4) + lq.alpha_synapse(6, [1, 2], [3, 4])
    again = pickle.loads(pickle.dumps(current))
    assert repr(again) == repr(current)
    assert again.pieces[1].values.tolist() == [1, 2] and again.pieces[3].weights.tolist() == [3, 4]
    neuron = lq.Neuron(tau=12, initial=-60)
    assert pickle.loads(pickle.dumps(neuron)) == neuron != lq.Neuron()
    convention = lq.find_convention("nest-precise")
    assert pickle.loads(pickle.dumps(convention)) == convention


def test_membrane_may_be_given_by_capacitance_or_conductance():
    assert lq.Neuron(capacitance="800 pF", tau=8).resistance == 10
    assert lq.Neuron(capacitance=0.8, leak_conductance="100 nS").tau == 8
    with pytest.raises(lq.LapicqueError, match="capacitance"):
        lq.Neuron(capacitance=0.8)
