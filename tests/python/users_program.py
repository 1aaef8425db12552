"""What a user's program looks like to mypy --strict: every result has its type."""
from typing import Dict, List

import numpy as np
from numpy.typing import NDArray

import lapicque
from lapicque import exchange


def rates(neuron: lapicque.Neuron, currents: NDArray[np.float64]) -> NDArray[np.float64]:
    return lapicque.firing_rate(neuron, currents)


def one_rate(neuron: lapicque.Neuron, current: float) -> float:
    return lapicque.firing_rate(neuron, current)


def intervals(neuron: lapicque.Neuron, current: lapicque.Current) -> List[float]:
    train = lapicque.spike_train(neuron, current, until="1 s", precision="fast")
    bounds: List[float] = [spike.error for spike in train]
    return bounds + [float(step) for step in np.diff(train.times)]


def validate(theirs: NDArray[np.float64]) -> str:
    cell = lapicque.parse_experiment({"run": {"until": 200}}, tau=8)
    exact = lapicque.spike_times(cell.neuron, cell.current, cell.until)
    if lapicque.compare(exact, theirs, tolerance=0.1).within:
        return "within"
    found = lapicque.diagnose(cell.neuron, cell.current, cell.until, theirs)
    return str(found.explanations[0]) if found.explanations else ""


def population(count: int) -> List[NDArray[np.float64]]:
    def show(done: int, size: int) -> None:
        print(done, size)

    neurons = [lapicque.Neuron(tau=tau) for tau in np.linspace(8, 20, count)]
    spikes = lapicque.population_spike_times(neurons, lapicque.step(0, lapicque.forever, 3), 1000, progress=show)
    return spikes.to_list()


def recorded(file: str) -> Dict[int, NDArray[np.float64]]:
    try:
        return exchange.read_sonata(file)
    except lapicque.LapicqueError as error:
        print(error.place, error.rule, error.mend)
        return {}


def impedances(neuron: lapicque.Neuron) -> complex:
    return lapicque.impedance(neuron, 250.0)
