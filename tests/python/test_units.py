"""Quantities of other packages, texts and arrays, and the library's words where they do not fit."""
import fractions
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lapicque as lq


@pytest.fixture(scope="module", params=["brian2", "quantities", "pint", "text"])
def unit(request):
    """mV, ms, s, nA and Mohm as functions of a number or a list."""
    if request.param == "text":
        return lambda number, name: f"{number} {name}" if np.isscalar(number) else [f"{x} {name}" for x in number]
    module = pytest.importorskip(request.param)
    if request.param == "brian2":
        units = {"mV": module.mV, "ms": module.ms, "s": module.second, "nA": module.nA, "Mohm": module.Mohm, "Hz": module.Hz}
        return lambda number, name: number * units[name]
    if request.param == "quantities":
        names = {"Mohm": 1e6 * module.ohm}
        return lambda number, name: number * names.get(name, getattr(module, name, None))
    registry = module.UnitRegistry()
    return lambda number, name: registry.Quantity(number, {"Mohm": "megaohm"}.get(name, name))


def test_quantities_are_converted_and_rounded_once(unit):
    neuron = lq.Neuron(rest=unit(-70, "mV"), tau=unit(0.008, "s"), resistance=unit(10, "Mohm"))
    assert neuron == lq.Neuron()
    current = lq.step(unit(5, "ms"), unit(0.101, "s"), unit(2.5, "nA")) + lq.sinusoid(0, 1, unit(2.5, "nA"), unit(250, "Hz"))
    assert repr(current) == repr(lq.step(5, 101, 2.5) + lq.sinusoid(0, 1, 2.5, 250))
    assert lq.firing_rate(lq.Neuron(), unit([2, 2.5], "nA")).tolist() == lq.firing_rate(lq.Neuron(), [2, 2.5]).tolist()
    times = lq.pulses(unit([0.0117, 0.02], "s"), unit(25, "mV")).pieces[0].times
    assert times.tolist() == [11.7, 20]


def test_wrong_dimension_is_told_in_the_library_s_words(unit):
    with pytest.raises(lq.LapicqueError, match='expected a time, .* is a voltage; write for example "8 ms"') as caught:
        lq.Neuron(tau=unit(8, "mV"))
    assert (caught.value.place, caught.value.mend) == ("tau", 'write for example "8 ms"')
    with pytest.raises(lq.LapicqueError, match="expected a current, .* is a time"):
        lq.firing_rate(lq.Neuron(), unit([1, 2], "ms"))
    with pytest.raises(lq.LapicqueError, match="expected a time"):
        lq.spike_times(lq.Neuron(), lq.Current(), unit(200, "nA"))


def test_spike_monitor_s_times_are_seconds_of_brian2():
    brian2 = pytest.importorskip("brian2")
    exact = [17.875503299472804, 30.9]
    assert lq.compare(exact, np.array([0.0178755, 0.0309]) * brian2.second, tolerance=0.001).within


@given(st.one_of(st.floats(-1e6, 1e6), st.integers(-10**6, 10**6), st.fractions(-1000, 1000)))
def test_numbers_of_any_type_are_in_base_units(number):
    value = lq.step(0, 1, number).pieces[0].amplitude
    assert value == float(number)


@pytest.mark.parametrize("number", [np.float32(2.5), np.int64(3), np.array(2.5), fractions.Fraction(5, 2), True])
def test_numpy_s_numbers_are_numbers(number):
    assert lq.step(0, 1, number).pieces[0].amplitude == float(number)


@pytest.mark.parametrize("wrong", [None, "", [2.5], object(), 1j, "2.5", "2.5 nA nA"])
def test_what_is_no_quantity_is_refused(wrong):
    with pytest.raises((TypeError, lq.LapicqueError)):
        lq.step(0, 1, wrong)


def test_contiguous_float64_is_taken_without_a_copy_and_others_with_one():
    grid = np.linspace(0, 10, 11)
    strided = np.repeat(grid, 2)[::2]
    current = lq.ramp(0, 10, 0, 1)
    for times in (grid, strided, grid.astype(np.float32), list(grid), grid.astype(int)):
        assert current.value_at(times)[:10] == pytest.approx(np.arange(10) / 10)
    matrix = grid[:10].reshape(2, 5)
    assert current.value_at(matrix).shape == (2, 5)


def test_none_of_the_packages_is_imported_by_lapicque():
    import subprocess
    code = "import sys, lapicque; print([m for m in ('brian2', 'pint', 'quantities', 'neo', 'matplotlib') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
