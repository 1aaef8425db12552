"""Holds a simulator's spike times against exact ones, and says which convention would explain them.

The cases are data (vectors/*/*.json, public domain: CC0) and this is Python and numpy: all of it works without the compiled
module, which adds other time steps than the cases' own, and diagnoses. With pytest:

    @pytest.mark.lapicque(tags=["step", "refractory"], convention="nest", dt=0.1)
    def test_my_neuron(case, check):
        check(my_simulator(case.neuron, case.input, case.until, dt=0.1))

runs the test once for each case that takes nothing but these tags; check(times) fails with what differs and which
convention would fit, by how much. Without pytest: cases() and judge().
"""
from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Case", "Judgement", "cases", "judge", "manifest", "verify"]

# Decisions in double arithmetic are told from each other down to about this (mV).
_DOUBLE = 1e-10
# A case's own trains under conventions are those at this step (ms).
CASE_DT = 0.1


def _folder() -> Path:
    return Path(os.environ.get("LAPICQUE_VECTORS", str(Path(__file__).parent / "vectors")))


@dataclass(frozen=True)
class Case:
    """An experiment and its spikes; numbers in mV, ms, nA, MOhm, Hz, rad, as in lapicque's experiment files."""

    name: str
    family: str
    tests: str  # what it tests
    wrong: str  # what a wrong simulator does
    tags: Sequence[str]  # what a model must be able to do
    neuron: Dict[str, float]
    input: List[Dict[str, Any]]
    until: float
    spikes: Sequence[str]  # decimals: exact, or to 40 digits
    closest_mV: Optional[float]  # the least distance from the threshold of what came near it
    predicted: Dict[str, List[float]]  # trains of correct runs at CASE_DT, by convention, where rounding decides nothing

    @property
    def times(self) -> NDArray[np.float64]:
        """The exact spike times (ms), each the nearest double."""
        return np.array([float(time) for time in self.spikes])

    @property
    def experiment(self) -> Dict[str, Any]:
        """As lapicque.parse_experiment takes it."""
        return {"neuron": self.neuron, "run": {"until": self.until}, "input": self.input}

    def expected(self, convention: Optional[str] = None, dt: Optional[float] = None) -> Optional[NDArray[np.float64]]:
        """The train of a correct run under a convention; None where it takes the compiled module, which is not there."""
        if convention in (None, "exact"):
            return self.times
        if convention in self.predicted and dt in (None, CASE_DT):
            return np.array(self.predicted[convention])
        try:
            from lapicque import parse_experiment, predicted_spike_times
        except ImportError:
            return None
        problem = parse_experiment(self.experiment)
        return predicted_spike_times(problem.neuron, problem.current, problem.until, str(convention), dt or CASE_DT)

    def __str__(self) -> str:
        return self.name


def manifest() -> Dict[str, Any]:
    """The version of the cases, their licence, and each file's SHA-256."""
    loaded: Dict[str, Any] = json.loads((_folder() / "manifest.json").read_text())
    return loaded


def verify() -> None:
    """Raises ValueError where a file is not the one that the manifest names."""
    for name, expected in manifest()["sha256"].items():
        if hashlib.sha256((_folder() / name).read_bytes()).hexdigest() != expected:
            raise ValueError(f"{name}: its SHA-256 is not that of the manifest")


def _read(name: str) -> Case:
    data = json.loads((_folder() / name).read_text())
    keys = ("name", "tests", "wrong", "tags", "neuron", "input", "closest_mV", "predicted")
    return Case(family=data["class"], until=data["run"]["until"], spikes=data["spikes_ms"], **{k: data[k] for k in keys})


def cases(
    tags: Optional[Iterable[str]] = None,
    families: Optional[Iterable[str]] = None,
    margin: float = _DOUBLE,
    convention: Optional[str] = None,
) -> List[Case]:
    """The cases that take nothing but `tags` (any, where it is None), of these families.

    margin (mV): cases in which the exact potential comes nearer to the threshold are left out. convention: cases are
    left out whose run with a step of 0.1 ms is long, or in which the rounding of doubles decides under this convention.
    """
    names = sorted(manifest()["sha256"])
    allowed = None if tags is None else set(tags)
    wanted = None if families is None else set(families)
    known = {tag for name in names for tag in _read(name).tags} if allowed is not None else set()
    if allowed is not None and not allowed <= known:
        raise ValueError(f"no case has the tag {', '.join(sorted(allowed - known))}; there are {', '.join(sorted(known))}")
    found = []
    for name in names:
        case = _read(name)
        if allowed is not None and not set(case.tags) <= allowed:
            continue
        if wanted is not None and case.family not in wanted:
            continue
        if case.closest_mV is not None and case.closest_mV < margin:
            continue
        if convention not in (None, "exact") and convention not in case.predicted:
            continue
        found.append(case)
    return found


@dataclass(frozen=True)
class Judgement:
    """Whether a train is the expected one; str() says what differs and what would fit."""

    passed: bool
    text: str

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return self.text


def _difference(theirs: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """The largest difference (ms) of trains with as many spikes; infinite otherwise."""
    return float(np.abs(theirs - expected).max(initial=0.0)) if len(theirs) == len(expected) else np.inf


def _first_difference(theirs: NDArray[np.float64], expected: NDArray[np.float64], tolerance: float) -> str:
    both = min(len(theirs), len(expected))
    off = np.flatnonzero(np.abs(theirs[:both] - expected[:both]) > tolerance)
    counts = f"{len(theirs)} spikes where {len(expected)} are expected" if len(theirs) != len(expected) else "as many spikes"
    if len(off):
        k = int(off[0])
        return f"{counts}; spike {k + 1} at {theirs[k]!r} ms, expected at {expected[k]!r} ms ({theirs[k] - expected[k]:+.3g} ms)"
    if len(theirs) == len(expected):
        return "nothing differs"
    longer, verb = (theirs, "invented") if len(theirs) > both else (expected, "missed")
    return f"{counts}; spike {both + 1} at {longer[both]!r} ms is {verb}"


def _advice(case: Case, theirs: NDArray[np.float64], expected: NDArray[np.float64], dt: float, tolerance: float) -> List[str]:
    """What would explain the train, the best first."""
    lines = []
    names = ["exact", *case.predicted]
    fits = []
    for name in names:
        train = case.expected(name, dt)
        if train is not None:
            fits.append((_difference(theirs, train), name))
    fits.sort()
    good = [f"{name} (to {off:.2g} ms)" for off, name in fits if off <= tolerance]
    if good:
        lines.append("would fit: " + ", ".join(good))
    else:
        near = [f"{name} (off by up to {off:.3g} ms)" for off, name in fits if np.isfinite(off)][:3]
        lines.append("no convention fits" + ("; nearest: " + ", ".join(near) if near else ""))
    if len(theirs) == len(expected) and len(theirs):
        shift = float(np.mean(theirs - expected))
        if abs(shift) > tolerance and _difference(theirs - shift, expected) <= tolerance:
            lines.append(f"all times are off by {shift:+.3g} ms ({shift / dt:+.3g} steps)")
    return lines


def _diagnosis(case: Case, theirs: NDArray[np.float64], convention: Optional[str], dt: Optional[float]) -> List[str]:
    try:
        from lapicque import diagnose, parse_experiment
    except ImportError:
        return ["with the compiled module of lapicque, a diagnosis would stand here"]
    problem = parse_experiment(case.experiment)
    named = convention if convention not in (None, "exact") and dt else None
    found = diagnose(problem.neuron, problem.current, problem.until, theirs, dt=dt, convention=named or "", most_steps=1e7)
    return [f"diagnosis: {explanation}" for explanation in found.explanations[:5]]


def judge(
    case: Case,
    times: ArrayLike,
    convention: Optional[str] = None,
    dt: Optional[float] = None,
    tolerance: Optional[float] = None,
) -> Judgement:
    """Whether `times` (ms) is the train that a correct run of the case prints under a convention (None: the exact one).

    tolerance (ms): a quarter of the step by default, or 1e-6 ms where there is none.
    """
    theirs = np.sort(np.atleast_1d(np.asarray(times, dtype=float)))
    step = dt or CASE_DT
    if tolerance is None:
        tolerance = 1e-6 if convention in (None, "exact") else step / 4
    expected = case.expected(convention, dt)
    if expected is None:
        raise ValueError(f"{case.name}: the train of {convention} at {dt} ms takes the compiled module of lapicque")
    if not np.isfinite(theirs).all():
        return Judgement(False, f"{case.name}: a spike time is not finite")
    if _difference(theirs, expected) <= tolerance:
        return Judgement(True, f"{case.name}: as expected")
    lines = [f"{case.name}: {case.tests}", _first_difference(theirs, expected, tolerance)]
    lines += _advice(case, theirs, expected, step, max(tolerance, 1e-9))
    lines += _diagnosis(case, theirs, convention, dt)
    return Judgement(False, "\n".join(lines))
