"""Spikes in and out of other packages, each of which is imported where it is needed."""
from __future__ import annotations

import os
from decimal import Decimal, localcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Union

import numpy as np

from lapicque import _core

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ball_text", "from_neo", "read_nwb", "read_sonata", "to_neo"]


class _Quantity(NamedTuple):
    """Numbers and their unit, as quantity() takes them."""

    magnitude: NDArray[np.float64]
    units: str


def _ms(numbers: NDArray[np.float64], unit: str) -> NDArray[np.float64]:
    times: NDArray[np.float64] = np.atleast_1d(_core.quantity(_Quantity(np.asarray(numbers, float), unit), "ms"))
    return times


def ball_text(low: str, high: str) -> str:
    """The decimal in the middle of two, to the digits that its half width means, and the half width, rounded up.

    >>> ball_text("17.875503299472802987", "17.875503299472802999")
    '17.8755032994728029930 +/- 6e-18'
    """
    with localcontext() as context:
        context.prec = len(low) + len(high)
        first, last = Decimal(low), Decimal(high)
        middle = (first + last) / 2
        if first == last:
            return f"{middle.normalize():f} +/- 0"
        digit = ((last - first) / 2).adjusted() - 1
        shown = middle.quantize(Decimal(1).scaleb(digit))
        radius = max(last - shown, shown - first)
        context.prec = 2
        context.rounding = "ROUND_CEILING"
        return f"{shown:f} +/- {(+radius).normalize():e}"


def to_neo(train: _core.SpikeTrain) -> Any:
    """The train as a neo.SpikeTrain in ms, from 0 to its end."""
    neo: Any = import_module("neo")
    return neo.SpikeTrain(np.array(train.times), units="ms", t_start=0.0, t_stop=train.until)


def from_neo(train: Any) -> NDArray[np.float64]:
    """The times (ms) of a neo.SpikeTrain, whatever its unit."""
    return np.sort(np.atleast_1d(_core.quantity(train.times, "ms")))


def read_sonata(
    file: Union[str, os.PathLike[str]], population: Optional[str] = None
) -> Dict[int, NDArray[np.float64]]:
    """The spike times (ms, ascending) in a SONATA spike file, by the neuron's number in its population.

    population may be left out where the file has one.
    """
    h5py: Any = import_module("h5py")

    with h5py.File(file, "r") as root:
        group = root["spikes"]
        if "timestamps" in group:  # before populations had names
            chosen = group
        else:
            chosen = group[_chosen(list(group), population, os.fspath(file))]
        unit = chosen["timestamps"].attrs.get("units", "ms")
        times = _ms(chosen["timestamps"][()], unit.decode() if isinstance(unit, bytes) else str(unit))
        nodes = chosen["node_ids" if "node_ids" in chosen else "gids"][()]
    return {int(node): np.sort(times[nodes == node]) for node in np.unique(nodes)}


def _chosen(populations: List[str], wanted: Optional[str], file: str) -> str:
    if wanted is None and len(populations) == 1:
        return populations[0]
    if wanted in populations:
        return str(wanted)
    _core._refuse("population", repr(wanted), f"{file} has {len(populations)} others", f"give one of {', '.join(populations)}")


def read_nwb(file: Union[str, os.PathLike[str]]) -> Dict[int, NDArray[np.float64]]:
    """The spike times (ms, ascending) of the units in an NWB 2 file, by the unit's id."""
    h5py: Any = import_module("h5py")

    with h5py.File(file, "r") as root:
        units = root["units"]
        seconds = units["spike_times"][()]
        ends = [int(end) for end in units["spike_times_index"][()]]
        ids = [int(unit) for unit in units["id"][()]]
    times = _ms(seconds, "s")
    return {unit: np.sort(times[start:end]) for unit, start, end in zip(ids, [0, *ends], ends)}
