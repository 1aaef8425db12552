"""Figures with matplotlib: each function draws onto `ax` (a new one where it is None) and returns it.

What a curve stands for has one colour in all of them, as in the figures of the program: ROLES, which any colour vision
tells apart (Okabe and Ito, Color universal design, 2008), and a mark or dashes of its own besides.
"""
from __future__ import annotations

from importlib import import_module
from typing import Any, Iterable, Optional, Sequence, Tuple

import numpy as np

from lapicque import _core

__all__ = ["ROLES", "fi_curve", "raster", "response", "strength_duration", "trace", "validation_errors"]

ROLES = {
    "exact": "#0072b2",  # the exact solution, a formula
    "stepped": "#d55e00",  # what a stepper makes of it, or what was recorded or printed by somebody else
    "spikes": "#009e73",  # exact spike times
    "level": "#000000",  # the threshold, the rheobase, a limit, a tolerance
    "other": "#cc79a7",  # what has to be told apart from all of these
    "input": "#e69f00",  # the injected current
    "another": "#56b4e9",  # what has to be told apart from the others too
}


def _axes(ax: Any) -> Any:
    return ax if ax is not None else import_module("matplotlib.pyplot").subplots()[1]


def _level(ax: Any, value: float, label: str) -> None:
    ax.axhline(value, color=ROLES["level"], linewidth=1, label=label)


def trace(
    neuron: _core.Neuron,
    current: _core.Current,
    until: float,
    ax: Any = None,
    *,
    stepped: Optional[_core.SteppedTrace] = None,
    points: int = 2000,
) -> Any:
    """The exact membrane potential (mV) over [0, until] (ms), its spikes and the threshold; a stepper's beside it."""
    ax = _axes(ax)
    spikes = _core.spike_times(neuron, current, until)
    # A spike's double lies on either side of its exact time. The line goes up to the threshold before it and down after.
    around = np.concatenate([np.nextafter(spikes, -np.inf), np.nextafter(spikes, np.inf)])
    times = np.unique(np.clip(np.concatenate([np.linspace(0, until, points), around]), 0, until))
    ax.plot(times, _core.membrane_potential(neuron, current, times), color=ROLES["exact"], label="exact")
    if stepped is not None:
        ax.plot(stepped.times, stepped.potentials, ".", color=ROLES["stepped"], markersize=3, label="stepped")
    _level(ax, neuron.threshold, "threshold")
    ax.plot(spikes, np.full(len(spikes), neuron.threshold), "^", color=ROLES["spikes"], label="spikes")
    ax.set(xlabel="time (ms)", ylabel="membrane potential (mV)", xlim=(0, until))
    ax.legend()
    return ax


def fi_curve(
    neuron: _core.Neuron,
    start: float,
    stop: float,
    ax: Any = None,
    *,
    measured: Optional[Tuple[Sequence[float], Sequence[float]]] = None,
) -> Any:
    """The f-I curve (Hz) over [start, stop] (nA), its limit, and rates that were measured: (currents, rates)."""
    ax = _axes(ax)
    rheobase = _core.rheobase(neuron)
    near = rheobase + (stop - rheobase) * np.geomspace(1e-12, 1, 400)  # the curve sets out vertically
    currents = np.unique(np.clip(np.concatenate([np.linspace(start, stop, 400), near]), start, stop))
    rates = _core.firing_rate(neuron, currents)
    ax.plot(currents, rates, color=ROLES["exact"], label="exact")
    if measured is not None:
        ax.plot(*measured, "o", color=ROLES["stepped"], label="measured")
    limit = _core.limiting_rate(neuron)
    if limit < 1.5 * rates.max(initial=0):
        _level(ax, limit, "1/refractory")
    ax.set(xlabel="current (nA)", ylabel="rate (Hz)", xlim=(start, stop))
    ax.set_ylim(bottom=0)
    ax.legend()
    return ax


def response(
    neuron: _core.Neuron, amplitude: float, start: float, stop: float, ax: Any = None, *, dt: Optional[float] = None
) -> Any:
    """Amplitude (mV) and phase (degrees) of u under a sinusoid of `amplitude` nA over [start, stop] (Hz): ax is two axes.

    dt (ms): forward Euler's with that step beside them.
    """
    if ax is None:
        ax = import_module("matplotlib.pyplot").subplots(2, sharex=True)[1]
    above, below = ax
    frequencies = np.geomspace(start, stop, 400)
    curves = [("exact", "-", _core.impedance(neuron, frequencies))]
    if dt is not None:
        curves.append(("stepped", "--", _core.euler_impedance(neuron, frequencies, dt)))
    for role, line, impedance in curves:
        above.loglog(frequencies, amplitude * np.abs(impedance), line, color=ROLES[role], label=role)
        below.semilogx(frequencies, np.degrees(np.unwrap(np.angle(impedance))), line, color=ROLES[role], label=role)
    for axes in (above, below):
        axes.axvline(_core.cutoff_frequency(neuron), color=ROLES["level"], linewidth=1, label="cut-off frequency")
    above.set(ylabel="amplitude (mV)", xlim=(start, stop))
    below.set(xlabel="frequency (Hz)", ylabel="phase (degrees)", xlim=(start, stop))
    above.legend()
    return ax


def strength_duration(neuron: _core.Neuron, start: float, stop: float, ax: Any = None) -> Any:
    """The strength-duration curve (nA) over pulses of [start, stop] (ms), rheobase and chronaxie."""
    ax = _axes(ax)
    durations = np.geomspace(start, stop, 400)
    ax.loglog(durations, _core.threshold_amplitude(neuron, durations), color=ROLES["exact"], label="least amplitude")
    _level(ax, _core.rheobase(neuron), "rheobase")
    ax.plot(_core.chronaxie(neuron), 2 * _core.rheobase(neuron), "o", color=ROLES["other"], label="chronaxie")
    ax.set(xlabel="duration (ms)", ylabel="amplitude (nA)", xlim=(start, stop))
    ax.legend()
    return ax


def validation_errors(comparison: _core.Comparison, ax: Any = None, *, tolerance: Optional[float] = None) -> Any:
    """The error (ms) of each matched spike over its number in the exact train, and who is missed or invented."""
    ax = _axes(ax)
    numbers = np.array([spike.exact + 1 for spike in comparison.matched], dtype=int)
    ax.plot(numbers, comparison.errors, "o", color=ROLES["stepped"], markersize=4, label="error")
    if comparison.missed:
        ax.plot(np.array(comparison.missed) + 1, np.zeros(len(comparison.missed)), "x", color=ROLES["other"], label="missed")
    if comparison.invented:
        ax.plot(np.array(comparison.invented) + 1, np.zeros(len(comparison.invented)), "s", color=ROLES["another"],
                fillstyle="none", label="invented")
    if tolerance is not None:
        _level(ax, tolerance, "tolerance")
        _level(ax, -tolerance, "")
    ax.set(xlabel="spike", ylabel="theirs less exact (ms)")
    ax.legend()
    return ax


def raster(trains: Iterable[Any], ax: Any = None) -> Any:
    """Spike times (ms), a row for each train: a list of arrays, or a PopulationSpikes."""
    ax = _axes(ax)
    ax.eventplot([np.asarray(train) for train in trains], colors=ROLES["spikes"], lineoffsets=1, linelengths=0.8)
    ax.set(xlabel="time (ms)", ylabel="neuron")
    return ax
