"""Figures draw the numbers that the library gives onto the axes they are handed."""
import numpy as np
import pytest

import lapicque as lq

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402

from lapicque import figures  # noqa: E402


@pytest.fixture
def ax():
    figure, ax = pyplot.subplots()
    yield ax
    figure.canvas.draw()
    pyplot.close("all")


def curve(ax, label):
    line, = [line for line in ax.lines if line.get_label() == label]
    return line.get_xdata(), line.get_ydata(), line.get_color()


def test_trace_reaches_the_threshold_at_each_spike_and_falls_to_reset(ax):
    neuron, current = lq.Neuron(), lq.step(0, lq.forever, 3)
    stepped = lq.stepped_trace(neuron, current, 50, 0.1, "euler")
    assert figures.trace(neuron, current, 50, ax, stepped=stepped) is ax
    times, potentials, colour = curve(ax, "exact")
    assert potentials.max() == pytest.approx(-50, abs=1e-9) and colour == figures.ROLES["exact"]
    assert curve(ax, "spikes")[0].tolist() == lq.spike_times(neuron, current, 50).tolist()
    after = np.searchsorted(times, curve(ax, "spikes")[0], side="right")
    assert potentials[after].tolist() == [-65] * 5 and potentials[after - 1] == pytest.approx([-50] * 5)
    assert curve(ax, "stepped")[1].tolist() == stepped.potentials.tolist()
    assert curve(ax, "threshold")[1][0] == -50


def test_fi_curve_starts_at_the_rheobase_and_shows_its_limit(ax):
    figures.fi_curve(lq.Neuron(), 0, 100, ax, measured=([3], [107]))
    currents, rates, _ = curve(ax, "exact")
    assert (rates[currents <= 2] == 0).all() and (rates[currents > 2] > 0).all()
    assert rates[-1] == pytest.approx(1000 / (2 + 8 * np.log((1000 - 5) / (1000 - 20))))
    assert curve(ax, "1/refractory")[1][0] == 500 and curve(ax, "measured")[1] == [107]


def test_response_has_amplitude_and_phase(ax):
    above, below = figures.response(lq.Neuron(), 2.5, 1, 1000, dt=0.1)
    f = curve(above, "exact")[0]
    assert curve(above, "exact")[1] == pytest.approx(25 / np.hypot(1, 2 * np.pi * f * 0.008))
    assert curve(below, "exact")[1] == pytest.approx(-np.degrees(np.arctan(2 * np.pi * f * 0.008)))
    assert curve(above, "stepped")[1][0] == pytest.approx(2.5 * abs(lq.euler_impedance(lq.Neuron(), 1, 0.1)))


def test_strength_duration_curve_passes_through_the_chronaxie(ax):
    figures.strength_duration(lq.Neuron(), 0.1, 100, ax)
    d, i, _ = curve(ax, "least amplitude")
    assert i == pytest.approx(2 / -np.expm1(-d / 8))
    assert curve(ax, "chronaxie")[0] == pytest.approx([8 * np.log(2)]) and curve(ax, "chronaxie")[1] == [4]


def test_validation_errors_are_those_of_the_comparison(ax):
    comparison = lq.compare([10, 20, 30], [10.1, 30.1, 36], tolerance=0.5, until=50, cost=1)
    figures.validation_errors(comparison, ax, tolerance=0.5)
    assert curve(ax, "error")[0].tolist() == [1, 3] and curve(ax, "error")[1] == pytest.approx([0.1, 0.1])
    assert curve(ax, "missed")[0].tolist() == [2] and curve(ax, "invented")[0].tolist() == [3]


def test_raster_has_a_row_for_each_member(ax):
    spikes = lq.population_spike_times(lq.Neuron(), [lq.step(0, lq.forever, i) for i in (1, 2.5, 3)], 50)
    figures.raster(spikes, ax)
    rows = [collection.get_positions() for collection in ax.collections]
    assert [list(row) for row in rows] == [times.tolist() for times in spikes]


def test_axes_are_made_where_none_are_given(ax):
    assert figures.strength_duration(lq.Neuron(), 1, 10) is not ax
