"""How a simulator does on the test vectors, family by family."""
import csv
import pathlib
import sys
import tomllib

FOLDER = pathlib.Path(__file__).resolve().parent.parent


class CannotDo(Exception):
    """What a vector asks for is outside of what the simulator (or this script) does."""


def score(simulate, tolerance):
    """Prints a table: of each family the vectors run, with too few spikes, with too many, with one off by more.

    simulate   experiment (as tomllib reads it) -> ascending spike times in ms, and how many of them to look at or None
    tolerance  ms
    """
    families = {}
    for row in csv.DictReader(open(FOLDER / "index.csv")):
        counts = families.setdefault(row["family"], dict(run=0, missed=0, invented=0, off=0, skipped=0))
        path = FOLDER / row["file"]
        rows = csv.DictReader(path.with_suffix(".spikes.csv").read_text().splitlines()[1:])
        exact = [float(spike["time_ms"]) for spike in rows]
        try:
            times, counted = simulate(tomllib.loads(path.read_text()))
        except CannotDo:
            counts["skipped"] += 1
            continue
        times, exact = times[:counted], exact[:counted]
        verdict = ("missed" if len(times) < len(exact) else "invented" if len(times) > len(exact) else
                   "off" if any(abs(a - b) > tolerance for a, b in zip(times, exact)) else "right")
        counts["run"] += 1
        if verdict != "right":
            counts[verdict] += 1
        print(row["file"], verdict, len(exact), len(times), file=sys.stderr, flush=True)
    total = {key: sum(counts[key] for counts in families.values()) for key in ("run", "missed", "invented", "off", "skipped")}
    print("| family | run | missed | invented | off | not run |\n|---|---|---|---|---|---|")
    for family, c in [*families.items(), ("all", total)]:
        print(f"| {family} | {c['run']} | {c['missed']} | {c['invented']} | {c['off']} | {c['skipped']} |")
