"""The kit judges trains that are worked out here, by a stepper of a few lines and by closed forms."""
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lapicque
from lapicque import testing

pytest_plugins = ["pytester"]

TAGS = ["step", "ramp", "refractory", "initial", "reset-is-not-rest"]


def current_at(inputs, t):
    total = 0.0
    for given in inputs:
        start, stop = given.get("start", 0), given.get("stop", math.inf)
        if start <= t < stop:
            if given["kind"] == "step":
                total += given["amplitude"]
            else:
                total += given["from"] + (given["to"] - given["from"]) * (t - start) / (stop - start)
    return total


def forward_euler(case, dt=0.1, stamp=1):
    """The textbook's loop; a spike gets the time of the step's end (stamp = 1) or start (0)."""
    p, spikes = case.neuron, []
    u, resume = p["initial"], 0
    for n in range(int(round(case.until / dt))):
        if n >= resume:
            u += dt / p["tau"] * (p["rest"] - u + p["resistance"] * current_at(case.input, n * dt))
        if u > p["threshold"]:
            spikes.append((n + stamp) * dt)
            u, resume = p["reset"], n + 1 + round(p["refractory"] / dt)
    return spikes


def cases():
    found = testing.cases(tags=TAGS, convention="euler")
    return [case for case in found if all(given.get("start", 0) >= 0 for given in case.input)]


def test_a_right_loop_is_accepted_in_all_cases_that_it_can_do():
    judged = [testing.judge(case, forward_euler(case), "euler", dt=0.1) for case in cases()]
    assert len(judged) > 10
    assert [str(j) for j in judged if not j] == []


def test_a_stamp_at_the_other_end_is_told_from_the_times_alone():
    case = next(case for case in cases() if len(case.spikes) > 5)
    judgement = testing.judge(case, forward_euler(case, stamp=0), "euler", dt=0.1)
    assert not judgement
    assert "spike 1 at" in str(judgement) and "(-0.1 ms)" in str(judgement)
    assert "all times are off by -0.1 ms (-1 steps)" in str(judgement)
    assert "diagnosis: euler at 0.1 ms, but" in str(judgement)


def test_the_convention_that_would_fit_is_named_with_its_difference():
    case = next(case for case in cases() if len(case.spikes) > 5)
    judgement = testing.judge(case, forward_euler(case), convention=None)
    assert not judgement and "would fit: euler (to " in str(judgement)


def test_counts_and_the_first_spike_too_many_are_told():
    case = next(case for case in cases() if len(case.spikes) > 5)
    assert "is invented" in str(testing.judge(case, [*case.times, case.times[-1] + 0.1]))
    assert "is missed" in str(testing.judge(case, case.times[:-1]))
    assert not testing.judge(case, [math.nan])


def test_message_of_the_readme_is_what_a_wrong_train_gets():
    readme = (Path(__file__).parents[2] / "lib" / "python" / "README.md").read_text()
    case, = [case for case in testing.cases(families=["literature"]) if case.name == "literature/nest-dc-accuracy"]
    assert f"```text\n{testing.judge(case, case.predicted['brian2'], 'nest', 0.1)}\n```" in readme


def test_exact_times_are_right_and_a_microsecond_is_not():
    case = testing.cases(families=["rheobase"], margin=0)[0]
    assert testing.judge(case, lapicque.spike_times(
        *(lambda e: (e.neuron, e.current, e.until))(lapicque.parse_experiment(case.experiment))))
    for case in testing.cases(families=["mixtures"]):
        assert testing.judge(case, case.times) and not testing.judge(case, case.times + 2e-6)


def test_tags_that_no_case_has_are_refused_with_those_there_are():
    with pytest.raises(ValueError, match="no case has the tag pulse; there are .*pulses"):
        testing.cases(tags=["pulse"])


def test_margin_leaves_out_cases_that_doubles_cannot_decide():
    assert all(c.closest_mV is None or c.closest_mV >= 1e-6 for c in testing.cases(margin=1e-6))
    assert len(testing.cases(margin=1e-6)) < len(testing.cases(margin=0)) == 431


PROJECT = """
import pytest
import test_testing as simulators

@pytest.mark.lapicque(tags={tags}, families=["literature"], convention="euler", dt=0.1, margin=1e-6)
def test_my_neuron(case, check):
    check(simulators.forward_euler(case, stamp={stamp}))
"""


@pytest.mark.parametrize("stamp", [0, 1])
def test_plug_in_runs_a_test_once_a_case(pytester, monkeypatch, stamp):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    pytester.makepyfile(PROJECT.format(tags=TAGS, stamp=stamp))
    result = pytester.runpytest_inprocess("-p", "lapicque.testing.plugin", "-p", "no:cacheprovider")
    outcomes = result.parseoutcomes()
    assert sum(outcomes.values()) == len(testing.cases(TAGS, ["literature"], 1e-6, "euler")) > 2
    if stamp == 1:
        assert set(outcomes) == {"passed"}
    else:
        result.stdout.fnmatch_lines(["*all times are off by -0.1 ms (-1 steps)*"])


def test_it_works_without_the_compiled_module(tmp_path):
    package = Path(testing.__file__).parents[1]
    (tmp_path / "lapicque").mkdir()
    (tmp_path / "lapicque" / "__init__.py").write_text((package / "__init__.py").read_text())
    (tmp_path / "lapicque" / "testing").symlink_to(package / "testing")
    code = """if 1:
        from lapicque import testing
        case = testing.cases(families=["literature"], convention="nest")[0]
        assert testing.judge(case, case.predicted["nest"], "nest", 0.1)
        print(testing.judge(case, [1.0], "nest", 0.1))
        try:
            testing.judge(case, [1.0], "nest", 0.05)
        except ValueError as error:
            print(error)
    """
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, text=True,
                         capture_output=True, check=True)
    assert "with the compiled module of lapicque, a diagnosis would stand here" in run.stdout
    assert "at 0.05 ms takes the compiled module of lapicque" in run.stdout
