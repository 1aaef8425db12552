"""The analytic curves over arrays, against their formulas in 50 digits."""
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lapicque as lq

getcontext().prec = 50

currents = st.lists(st.floats(2.001, 1000), min_size=1, max_size=20)


def firing_rate(current):
    u_inf = Decimal(-70) + 10 * Decimal(current)
    return 1000 / (2 + 8 * ((u_inf + 65) / (u_inf + 50)).ln())


@given(currents)
def test_f_i_curve_is_rounded_once(values):
    assert lq.firing_rate(lq.Neuron(), values).tolist() == [float(firing_rate(i)) for i in values]


@given(currents)
def test_strength_duration_curve_and_latency_are_rounded_once(values):
    exact = [float(2 / (1 - (-Decimal(d) / 8).exp())) for d in values]
    assert lq.threshold_amplitude(lq.Neuron(), values).tolist() == exact
    latencies = [float(8 * ((10 * Decimal(i)) / (10 * Decimal(i) - 20)).ln()) for i in values]
    assert lq.first_spike_latency(lq.Neuron(), values).tolist() == latencies


def test_inverse_f_i_curve_leads_back():
    rates = np.linspace(20, 499, 100)
    assert lq.firing_rate(lq.Neuron(), lq.current_for_rate(lq.Neuron(), rates)) == pytest.approx(rates, rel=1e-9)
    with pytest.raises(lq.LapicqueError, match="rate"):
        lq.current_for_rate(lq.Neuron(), [1, 500])


def test_slope_is_that_of_the_curve():
    i, h = np.linspace(2.5, 50, 20), 1e-5
    difference = (lq.firing_rate(lq.Neuron(), i + h) - lq.firing_rate(lq.Neuron(), i - h)) / (2 * h)
    assert lq.firing_rate_slope(lq.Neuron(), i) == pytest.approx(difference, rel=1e-6)


def test_counts_are_those_of_the_trains():
    values = np.array([0, 2, 2.5, 30])
    counts = [len(lq.spike_times(lq.Neuron(), lq.step(0, lq.forever, i), 250)) for i in values]
    assert lq.spike_count(lq.Neuron(), values, 250).tolist() == counts
    protocol = lq.StepProtocol(stop=101, counted=500, start=5)
    counts = [len(lq.spike_times(lq.Neuron(), lq.step(5, 101, i), 500)) for i in values]
    assert lq.spike_count(lq.Neuron(), values, protocol).tolist() == counts
    assert lq.firing_rate(lq.Neuron(), values, protocol).tolist() == [2 * n for n in counts]


def test_impedance_is_the_formula():
    f = np.geomspace(0.1, 1e5, 50)
    z = 10 / (1 + 1j * 2 * np.pi * f / 1000 * 8)
    assert lq.impedance(lq.Neuron(), f) == pytest.approx(z, rel=1e-14)
    assert lq.response_amplitude(lq.Neuron(), 2.5, f) == pytest.approx(2.5 * abs(z), rel=1e-14)
    assert lq.response_phase(lq.Neuron(), f) == pytest.approx(np.angle(z), rel=1e-14)
    a, w = np.exp(-0.1 / 8), np.exp(2j * np.pi * f / 1000 * 0.1)
    assert lq.held_impedance(lq.Neuron(), f, 0.1) == pytest.approx(10 * (1 - a) / (w - a), rel=1e-9)
    assert lq.euler_impedance(lq.Neuron(), f, 0.1) == pytest.approx(10 * 0.0125 / (w - 1 + 0.0125), rel=1e-9)


def test_postsynaptic_potential_is_the_formula_and_its_peak_the_largest():
    t = np.linspace(0, 40, 401)
    formula = 10 * 0.5 / 8 * (np.exp(-t / 2) - np.exp(-t / 8)) / (1 / 8 - 1 / 2)
    psp = lq.postsynaptic_potential(lq.Neuron(), "exponential", 2, 0.5, t)
    assert psp == pytest.approx(formula, abs=1e-15)
    time, potential = lq.postsynaptic_peak(lq.Neuron(), "exponential", 2, 0.5)
    assert potential >= psp.max() and abs(time - t[psp.argmax()]) <= 0.1


def test_arguments_are_broadcast_against_each_other():
    grid = lq.response_amplitude(lq.Neuron(), np.array([[1], [2]]), np.array([0, 250, 1000]))
    assert grid.shape == (2, 3) and grid[:, 0].tolist() == [10, 20]
    assert grid[1, 1] == lq.response_amplitude(lq.Neuron(), 2, 250)
    with pytest.raises(ValueError):
        lq.response_amplitude(lq.Neuron(), [1, 2], [1, 2, 3])


def test_numbers_give_numbers_and_empty_arrays_empty_ones():
    assert type(lq.firing_rate(lq.Neuron(), 3)) is float and type(lq.impedance(lq.Neuron(), 3)) is complex
    assert type(lq.spike_count(lq.Neuron(), 3, 100)) is int
    assert lq.firing_rate(lq.Neuron(), []).shape == (0,)
    assert lq.firing_rate(lq.Neuron(), np.float64(3)) == lq.firing_rate(lq.Neuron(), 3)
