"""Writes the vectors as JSON, one file a case, and a manifest: python3 to_json.py FOLDER (with lapicque importable).

The experiment and its spikes are those of the text files beside this folder; the trains under conventions, at a step of 0.1 ms,
are lapicque.predicted_spike_times.
"""
import csv
import hashlib
import json
import sys
import tomllib
from pathlib import Path

import lapicque

DT = 0.1
SHIFT = 1e-9  # mV
MOST_STEPS = 20_000  # of a run that has trains under conventions
VECTORS = Path(__file__).parents[1]


def tags_of(experiment):
    """What a model must be able to do."""
    neuron, inputs = experiment["neuron"], experiment.get("input", [])
    tags = set()
    for given in inputs:
        kind = given["kind"]
        if kind == "synapse":
            tags.add(given["shape"] + "-synapse")
        else:
            tags.add("linear-samples" if given.get("hold") == "linear" else kind)
        if given.get("start", 0) < 0 or min(given.get("times", []), default=0) < 0:
            tags.add("before-zero")
    if len({given["tau"] for given in inputs if given["kind"] == "synapse"}) > 1:
        tags.add("several-synaptic-time-constants")
    if neuron["refractory"] > 0:
        tags.add("refractory")
    if neuron["initial"] != neuron["rest"]:
        tags.add("initial")
    if neuron["reset"] != neuron["rest"]:
        tags.add("reset-is-not-rest")
    if neuron["rest"] >= neuron["threshold"]:
        tags.add("self-firing")
    return sorted(tags)


def predicted(experiment):
    """The trains of correct runs, by convention: of runs that are not too long, and in which no decision hangs on the
    rounding of doubles (a threshold that is a little higher or lower leaves every spike where it is)."""
    neuron = experiment["neuron"]
    threshold = neuron["threshold"]
    starts_at_it = max(neuron["initial"], neuron["reset"]) >= threshold - SHIFT
    if experiment["run"]["until"] / DT > MOST_STEPS or starts_at_it:
        return {}
    problems = [lapicque.parse_experiment(experiment, threshold=threshold + more) for more in (0, SHIFT, -SHIFT)]
    trains = {}
    for known in lapicque.conventions():
        train, *others = (
            lapicque.predicted_spike_times(p.neuron, p.current, p.until, known.name, DT) for p in problems
        )
        if all(len(train) == len(other) and abs(train - other).max(initial=0) < DT / 100 for other in others):
            trains[known.name] = train.tolist()
    return trains


def separated(trains):
    """The conventions in groups; those of one group print the same train."""
    groups = {}
    for name, train in trains.items():
        groups.setdefault(tuple(train), []).append(name)
    return list(groups.values())


def number(text):
    return float(text) if text else None


def case(row):
    path = VECTORS / row["file"]
    text = path.read_text()
    experiment = tomllib.loads(text)
    tests, wrong = (line.removeprefix("# ").removeprefix("Wrong: ") for line in text.splitlines()[:2])
    spikes = csv.DictReader(path.with_suffix(".spikes.csv").read_text().splitlines()[1:])
    trains = predicted(experiment)
    return {
        "format": "lapicque test vector", "version": 1, "licence": "CC0-1.0",
        "name": row["file"].removesuffix(".toml"), "class": row["family"], "tests": tests, "wrong": wrong,
        "tags": tags_of(experiment),
        "neuron": experiment["neuron"], "run": experiment["run"], "input": experiment.get("input", []),
        "spikes_ms": [spike["time_ms"] for spike in spikes],
        "closest_mV": number(row["closest_mV"]), "gap_ms": number(row["gap_ms"]),
        "sensitivity_ms_per_mV": number(row["sensitivity_ms_per_mV"]),
        "predicted": trains, "separates": separated(trains),
    }


def main(folder):
    hashes = {}
    with open(VECTORS / "index.csv", newline="") as index:
        for row in csv.DictReader(index):
            made = case(row)
            name = made["name"] + ".json"
            data = (json.dumps(made, separators=(",", ":")) + "\n").encode()
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
            hashes[name] = hashlib.sha256(data).hexdigest()
    manifest = {"format": "lapicque test vectors", "version": 1, "licence": "CC0-1.0", "dt_ms": DT,
                "cases": len(hashes), "sha256": hashes}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
