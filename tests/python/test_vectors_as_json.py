"""The JSON vectors are the text ones, and what to_json.py writes."""
import csv
import subprocess
import sys
from pathlib import Path

import pytest

from lapicque import testing

VECTORS = Path(__file__).parents[1] / "vectors"


def test_files_are_those_of_the_manifest():
    testing.verify()
    assert testing.manifest()["licence"] == "CC0-1.0"
    with open(VECTORS / "index.csv", newline="") as index:
        names = {row["file"].replace(".toml", ".json") for row in csv.DictReader(index)}
    assert set(testing.manifest()["sha256"]) == names and len(names) == 431


def test_a_file_that_was_changed_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "manifest.json").write_text('{"sha256": {"a.json": "0"}}')
    monkeypatch.setenv("LAPICQUE_VECTORS", str(tmp_path))
    with pytest.raises(ValueError, match="a.json"):
        testing.verify()


def test_spikes_are_those_of_the_text_files_to_all_digits():
    for case in testing.cases(margin=0):
        text = (VECTORS / f"{case.name}.spikes.csv").read_text().splitlines()[2:]
        assert [row.split(",")[1] for row in text] == list(case.spikes)


def test_they_are_what_their_generator_writes(tmp_path):
    subprocess.run([sys.executable, VECTORS / "generator" / "to_json.py", tmp_path], check=True)
    wrong = [name for name in [*testing.manifest()["sha256"], "manifest.json"]
             if (tmp_path / name).read_bytes() != (VECTORS / "json" / name).read_bytes()]
    assert wrong == [], "where a convention has changed: tests/vectors/generator/to_json.py tests/vectors/json"
